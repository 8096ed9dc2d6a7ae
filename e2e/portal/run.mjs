// What the portal's tests share: how one is run, pictures, somebody who signed in, the app, and a question that it asks.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { accounts, at, axe, base, launch, overflow, send, visitor } from "./house.mjs";

const shots = process.argv.includes("--shots") ? process.argv[process.argv.indexOf("--shots") + 1] : null;
if (shots) mkdirSync(shots, { recursive: true });
export const ready = JSON.parse(readFileSync(process.env.STRONGROOM_READY, "utf8"));
// The demonstration's certificate is of its own CA.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
process.removeAllListeners("warning");

export const browser = await launch();
let failed = 0;
export async function test(name, run) {
  try {
    await run();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n      ${String(error.stack ?? error).replaceAll("\n", "\n      ")}`);
  }
}

export async function end() {
  await browser.close();
  process.exitCode = failed ? 1 : 0;
}

export async function shot(page, name) {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}

/** axe finds nothing, and nothing is wider than the window. */
export async function fine(page, what) {
  assert.deepEqual(await axe(page), [], what);
  assert.equal(await overflow(page), 0, what);
}

export async function signedIn(options = {}, account = accounts.person) {
  const visit = await visitor(browser, options);
  await visit.page.goto(`${base}/sign-in`);
  await send(visit.page, "/sign-in", { email: account.email, password: account.password });
  assert.equal(at(visit.page), "/portal");
  return visit;
}

/** What a token's holder does over the API, the app of the demonstration if nobody else. */
export async function over(method, path, body, purpose = "TREAT", token = ready.tokens.app) {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "purpose-of-use": purpose },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, said: await answer.json() };
}

const words = (title, text) => ({ title, text });
const notice = {
  en: words("A study of sleep and cycles", "The university clinic wants to understand how sleep and cycles go together. Your name is not used."),
  sv: words("En studie om sömn och cykler", "Universitetskliniken vill förstå hur sömn och cykler hänger ihop. Ditt namn används inte."),
  de: words("Eine Studie über Schlaf und Zyklen", "Die Universitätsklinik möchte verstehen, wie Schlaf und Zyklen zusammenhängen. Ihr Name wird nicht verwendet."),
  it: words("Uno studio su sonno e cicli", "La clinica universitaria vuole capire come sonno e cicli stanno insieme. Il Suo nome non viene usato."),
  fr: words("Une étude sur le sommeil et les cycles", "La clinique universitaire veut comprendre comment sommeil et cycles vont ensemble. Votre nom n’est pas utilisé."),
};

/** A request for these parts; as it is, one collection, and another if the person likes. */
export async function ask(fields, parts) {
  const published = await over("POST", "/v1/consent/requests", {
    purposes: ["HRESCH"],
    parts: parts ?? [
      { collection: "wearable-sleep", verbs: "rs", fields },
      { collection: "cycle-day", verbs: "rs", optional: true },
    ],
    days: 180,
    notice,
  });
  assert.equal(published.status, 201, JSON.stringify(published.said));
  return published.said;
}

/** Walk by the keyboard to something, and see that the focus is shown there. */
export async function walk(page, selector) {
  const wanted = await page.locator(selector).first().elementHandle();
  await page.evaluate("document.activeElement.blur()");
  for (let steps = 0; steps < 80; steps += 1) {
    if (await wanted.evaluate((it) => it === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  assert.ok(await wanted.evaluate((it) => it.matches(":focus-visible")), `${selector} is reached, and the focus is seen`);
}

/** Walk to a button or a link, and press it. */
export async function press(page, selector) {
  await walk(page, selector);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}
