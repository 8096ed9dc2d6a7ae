// The console, as three members of staff meet it: each with a passkey, and with the keyboard alone.

import assert from "node:assert/strict";
import { accounts, at, axe, base, overflow, persons, tokens, visitor } from "./house.mjs";

/** What the pages of the console are called, by who sees them. */
const PLACES = {
  clinician: ["/console", "/console/requests/new", "/console/break-glass", "/console/break-glass/new"],
  security: ["/console", "/console/alerts", "/console/apps", "/console/roles", "/console/requests", "/console/reviews", "/console/break-glass"],
  compliance: ["/console", "/console/alerts", "/console/rights", "/console/retention", "/console/holds", "/console/holds/new", "/console/processing", "/console/guardians", "/console/guardians/new", "/console/continuity"],
  administrator: ["/console/people", "/console/people/invite", "/console/requests", "/console/apps"],
};

/** Press Tab until `test` holds of what has the focus. */
async function reach(page, test, what = test) {
  for (let steps = 0; steps < 80; steps += 1) {
    if (await page.evaluate(test)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`not reached by Tab on ${at(page)}: ${what}`);
}

const reachField = (page, name) => reach(page, `document.activeElement.name === ${JSON.stringify(name)}`);

/** Fill in a form's fields from top to bottom and send it, all by keys. A value of a choice is chosen with the arrows. */
export async function keyed(page, action, fields = {}) {
  await page.evaluate("document.activeElement.blur()");
  for (const [name, value] of Object.entries(fields)) {
    await reachField(page, name);
    if ((await page.evaluate("document.activeElement.type")) === "radio") {
      for (let steps = 0; steps < 20; steps += 1) {
        if (await page.evaluate(`document.activeElement.checked && document.activeElement.value === ${JSON.stringify(value)}`)) break;
        // Space takes the first one; the arrows move on.
        await page.keyboard.press((await page.evaluate("document.activeElement.checked")) ? "ArrowDown" : "Space");
      }
      assert.equal(await page.evaluate("document.activeElement.value"), value, `${name} is chosen`);
    } else {
      await page.keyboard.type(value);
    }
  }
  const button = `document.activeElement.tagName === 'BUTTON' && document.activeElement.form?.getAttribute('action') === ${JSON.stringify(action)}`;
  await reach(page, button, `the button of ${action}`);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

/** Follow a link by keys. */
async function follow(page, path) {
  await page.evaluate("document.activeElement.blur()");
  await reach(page, `document.activeElement.tagName === 'A' && document.activeElement.getAttribute('href')?.startsWith(${JSON.stringify(path)})`, `a link to ${path}`);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

/** Somebody of the staff, signed in with a passkey that was made on the way. */
export async function member(browser, role) {
  const { context, page, complaints } = await visitor(browser);
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(`${base}/sign-in?next=/console`);
  if (await page.locator('form[action="/sign-in"]').count()) {
    await keyed(page, "/sign-in", accounts[role]);
    await page.waitForURL(/enrol|second/);
    if (at(page) === "/sign-in/enrol") await keyed(page, "/sign-in/enrol");
  }
  await page.waitForURL((url) => url.pathname.startsWith("/console"));
  return { context, page, complaints };
}

/** Look at each place in two languages, wide and narrow, light and dark. */
async function look(browser, state, places, shots, found, whose) {
  for (const [lang, width, colorScheme] of [
    ["de", 320, "dark"],
    ["en", 1280, "light"],
    ["en", 320, "light"],
    ["de", 1280, "dark"],
  ]) {
    const { context, page, complaints } = await visitor(browser, {
      locale: lang,
      viewport: { width, height: 800 },
      colorScheme,
      storageState: state,
    });
    for (const path of places) {
      await page.goto(base + path);
      const what = `${whose} ${path} (${lang}, ${width}, ${colorScheme})`;
      if (at(page) !== path) found.push(`${what}: led to ${at(page)}`);
      found.push(...(await axe(page)).map((problem) => `${what}: ${problem}`));
      const wider = await overflow(page);
      if (wider > 0) found.push(`${what}: ${wider} px wider than the window`);
      if (shots) await page.screenshot({ path: `${shots}/${whose}${path.replaceAll("/", "_")}-${lang}-${width}-${colorScheme}.png`, fullPage: true });
    }
    found.push(...complaints.map((it) => `${whose}: ${it}`));
    await context.close();
  }
}

export async function staff(test, browser, shots) {
  let clinician;
  let security;
  await test("staff make a passkey at their first sign-in and come to the console, by keys alone", async () => {
    clinician = await member(browser, "clinician");
    security = await member(browser, "security");
    assert.equal(at(security.page), "/console");
  });
  await test("an emergency is opened with a reason, told, and reviewed by somebody else, by keys alone", async () => {
    const { page } = clinician;
    await page.goto(`${base}/console/break-glass`);
    await follow(page, "/console/break-glass/new");
    await keyed(page, "/console/break-glass/new", {});
    assert.equal(await page.locator(".errors").count(), 1, "nothing said is a mistake");
    await keyed(page, "/console/break-glass/new", { person: persons[0], reason: "emergency_care", minutes: "15", note: "Found unconscious." });
    assert.equal(at(page), "/console/break-glass");
    assert.match(await page.locator(".notice").innerText(), /.+/, "it is said that it is open");
    await security.page.goto(`${base}/console/break-glass`);
    assert.match(await security.page.locator("table.rows").innerText(), /clinician/i);
    const review = security.page.locator('form[action$="/review"]').first();
    await keyed(security.page, await review.getAttribute("action"));
    assert.match(await security.page.locator(".notice").innerText(), /.+/, "it is said that the review is kept");
  });
  await test("a role is asked for, and the second person sees what would be gained before saying yes, by keys alone", async () => {
    const { page } = clinician;
    await page.goto(`${base}/console`);
    await follow(page, "/console/requests/new");
    await keyed(page, "/console/requests/new", { role: "administrator", reason: "cover", note: "While Ylva is away.", days: "30" });
    assert.match(await page.locator(".notice").innerText(), /.+/);
    await security.page.goto(`${base}/console/requests`);
    await follow(security.page, "/console/requests/");
    assert.ok(at(security.page).length > "/console/requests/new".length, at(security.page));
    assert.ok((await security.page.locator("table.rows tbody tr").count()) > 0, "what would be gained is shown");
  });
  await test("the console: axe finds nothing, nothing is wider than the window, two languages, light and dark", async () => {
    const found = [];
    await look(browser, await clinician.context.storageState(), PLACES.clinician, shots, found, "clinician");
    await look(browser, await security.context.storageState(), [...PLACES.security, at(security.page)], shots, found, "security");
    await keyed(security.page, at(security.page));
    assert.match(await security.page.locator(".notice").innerText(), /.+/, "it is said that it was done");
    assert.deepEqual(found, []);
  });
  await test("a person's request is answered, and a legal hold placed and lifted, by keys alone", async () => {
    const outside = await visitor(browser);
    const asked = await outside.context.request.post(`${base}/v1/persons/${persons[1]}/rights-requests`, {
      headers: { authorization: `Bearer ${tokens.app}`, "purpose-of-use": "TREAT" },
      data: { kind: "access", text: "What do you keep about me?" },
    });
    assert.equal(asked.status(), 201, await asked.text());
    await outside.context.close();
    const { page, complaints, context } = await member(browser, "compliance");
    await follow(page, "/console/rights");
    await follow(page, "/console/rights/");
    const right = at(page);
    assert.match(await page.locator("main").innerText(), /What do you keep about me/);
    await keyed(page, right);
    assert.match(await page.locator(".notice").innerText(), /.+/, "it is said that it was answered");
    await page.goto(`${base}/console/holds`);
    await follow(page, "/console/holds/new");
    await keyed(page, "/console/holds/new", {});
    assert.equal(await page.locator(".errors").count(), 1, "nothing said is a mistake");
    await keyed(page, "/console/holds/new", { on: "person", what: persons[1], reason: "A dispute." });
    assert.equal(at(page), "/console/holds", await page.locator("main").innerText());
    const state = await context.storageState();
    const found = [];
    await look(browser, state, [...PLACES.compliance, right], shots, found, "compliance");
    assert.deepEqual(found, []);
    await follow(page, "/console/holds/");
    await keyed(page, at(page));
    assert.equal(at(page), "/console/holds");
    assert.match(await page.locator(".notice").innerText(), /.+/, "it is said that it was lifted");
    assert.deepEqual(complaints, []);
    await context.close();
  });
  await test("who was granted another role acts in it once they choose to, by keys alone", async () => {
    const { page } = clinician;
    await page.goto(`${base}/console`);
    assert.equal(await page.locator('a[href="/console/people"]').count(), 0, "a clinician still");
    await keyed(page, "/console/role");
    assert.match(await page.locator(".notice").innerText(), /.+/, "it is said in which role");
    assert.ok((await page.locator('a[href="/console/people"]').count()) > 0, "an administrator now");
    const found = [];
    await look(browser, await clinician.context.storageState(), PLACES.administrator, shots, found, "administrator");
    assert.deepEqual(found, []);
  });
  await test("recovery points go early by two people and a delay, by keys alone; the pages hold in each state", async () => {
    const list = "/console/continuity/destructions";
    const found = [];
    const both = async (state) => {
      await look(browser, await security.context.storageState(), [list, `${list}/new`], shots, found, `security-${state}`);
      await look(browser, await clinician.context.storageState(), [list], shots, found, `administrator-${state}`);
    };
    await both("none");
    const { page } = security;
    await page.goto(base + list);
    await follow(page, `${list}/new`);
    await keyed(page, `${list}/new`, { points: "4f1c09aa".repeat(8), reason: "key_leaked" });
    assert.equal(at(page), list, await page.locator("main").innerText());
    await follow(page, `${list}/new`);
    await keyed(page, `${list}/new`, { reason: "moved" });
    assert.match(await page.locator(".notice").innerText(), /.+/, "it is said that it was proposed");
    assert.equal(await page.locator('form[action$="/agreement"]').count(), 0, "nobody agrees to their own");
    await both("proposed");
    await clinician.page.goto(base + list);
    const agreement = clinician.page.locator('form[action$="/agreement"]').first();
    await keyed(clinician.page, await agreement.getAttribute("action"));
    assert.match(await clinician.page.locator(".notice").innerText(), /.+/, "it is said that it was agreed to");
    await both("waits");
    await page.goto(base + list);
    await keyed(page, await page.locator('form[action$="/cancel"]').first().getAttribute("action"));
    assert.match(await page.locator(".notice").innerText(), /.+/, "it is said that it was called off");
    await both("cancelled");
    assert.deepEqual(found, []);
  });
  await test("an account is invited by the new administrator, by keys alone", async () => {
    const { page } = clinician;
    await page.goto(`${base}/console/people`);
    await follow(page, "/console/people/invite");
    await keyed(page, "/console/people/invite", { name: "Nora", email: `nora-${Date.now()}@fjord.example` });
    assert.equal(at(page), "/console/people", await page.locator("main").innerText());
    assert.match(await page.locator("table.rows").innerText(), /Nora/);
    assert.deepEqual([...clinician.complaints, ...security.complaints], []);
    await clinician.context.close();
    await security.context.close();
  });
}
