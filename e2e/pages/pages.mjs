// The pages around an account, as somebody with a browser meets them.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { generate } from "otplib";
import { staff } from "./console.mjs";
import { accounts, at, axe, base, launch, linkTo, overflow, send, title, visitor } from "./house.mjs";

const PASSWORD = "marmot thirteen gable rust";
const shots = process.argv.includes("--shots") ? process.argv[process.argv.indexOf("--shots") + 1] : null;
if (shots) mkdirSync(shots, { recursive: true });

/** Where somebody comes who signed in: where they wanted to go, else to their own pages, staff to the console. */
const IN = /^\/(account|portal|console)$/;

const browser = await launch();
let failed = 0;
async function test(name, run) {
  try {
    await run();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n      ${String(error.stack ?? error).replaceAll("\n", "\n      ")}`);
  }
}

/** A code that was not used yet: of the next half minute, if this one's was. */
const used = new Map();
async function code(secret) {
  for (;;) {
    const fresh = await generate({ secret });
    if (used.get(secret) !== fresh) {
      used.set(secret, fresh);
      return fresh;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

const address = `ylva-${Date.now()}@fjord.example`;
let secret;

await test("an account is made, its address proven, an app added, and used to sign in", async () => {
  const { context, page, complaints } = await visitor(browser);
  await page.goto(`${base}/sign-up`);
  await send(page, "/sign-up", { email: "nobody" });
  assert.equal(await page.locator("#email").getAttribute("aria-invalid"), "true");
  assert.equal(await page.evaluate(() => document.activeElement.className), "errors", "the mistakes have the focus");
  await page.locator(".errors a").first().click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "email", "and lead to their field");
  await send(page, "/sign-up", { email: address });
  assert.equal(await title(page), "Look in your mail");

  const link = await linkTo(address);
  const path = new URL(link).pathname;
  await page.goto(link);
  await send(page, path, { name: "Ylva", password: "short" });
  assert.match(await page.locator("#password-error").innerText(), /15 characters/);
  await send(page, path, { name: "Ylva", password: PASSWORD });
  assert.match(await page.locator(".notice").innerText(), /ready/);
  await send(page, "/sign-in", { email: address, password: PASSWORD });
  assert.match(at(page), IN);

  await page.goto(`${base}/account/factors/app`);
  await send(page, "/account/factors/app", { name: "Phone" });
  secret = (await page.locator(".key").innerText()).replaceAll(" ", "");
  assert.equal(await page.locator(".qr svg").count(), 1);
  await send(page, "/account/factors/app/code", { code: await code(secret) });
  assert.match(await page.locator(".notice").innerText(), /added/);

  await send(page, "/sign-out");
  assert.match(await page.locator(".notice").innerText(), /signed out/);
  await page.goto(`${base}/account`);
  assert.equal(at(page), "/sign-in");
  await send(page, "/sign-in", { email: address, password: PASSWORD });
  assert.equal(await title(page), "One more step");
  await send(page, "/sign-in/second", { code: await code(secret) });
  assert.match(at(page), IN);

  const cookies = await context.cookies();
  for (const cookie of cookies) {
    assert.ok(cookie.name.startsWith("__Host-") && cookie.secure && cookie.httpOnly && cookie.path === "/", JSON.stringify(cookie));
    assert.ok(["Lax", "Strict"].includes(cookie.sameSite), JSON.stringify(cookie));
  }
  assert.deepEqual(complaints, []);
  await context.close();
});

await test("a passkey is made, used as a second factor, alone, and offered where the address is typed", async () => {
  const { context, page, complaints } = await visitor(browser);
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const present = (enabled) => cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  /** Sign out while nobody touches the key, so that what the sign-in page offers is not taken; then somebody is there again. */
  const signOut = async () => {
    await present(false);
    const offered = page.waitForResponse((response) => response.url().endsWith("/sign-in/passkey/offer"));
    await send(page, "/sign-out");
    await offered;
    await page.waitForTimeout(500);
    assert.equal(at(page), "/sign-in", "nothing is sent before somebody chooses");
    await present(true);
  };
  const { email, password } = accounts.operator;
  await page.goto(`${base}/sign-in`);
  await send(page, "/sign-in", { email, password });
  assert.equal(at(page), "/sign-in/enrol");
  await send(page, "/sign-in/enrol");
  await page.waitForURL((url) => IN.test(url.pathname));
  const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].rpId, "localhost");

  await signOut();
  await send(page, "/sign-in", { email, password });
  await page.waitForURL((url) => IN.test(url.pathname));

  await signOut();
  await send(page, "/sign-in/passkey");
  await page.waitForURL((url) => IN.test(url.pathname));
  await page.goto(`${base}/account`);
  assert.match(await page.locator("main").innerText(), /One passkey/);

  // Where somebody chooses what the browser offers beside the address, that is all there is to do.
  await signOut();
  assert.equal(await page.locator("#email").getAttribute("autocomplete"), "username webauthn");
  await Promise.all([page.waitForURL((url) => IN.test(url.pathname)), page.goto(`${base}/sign-in`)]);
  await page.goto(`${base}/account`);
  assert.match(await page.locator("main").innerText(), /One passkey/);

  // Who is not there proves nothing, and is told so.
  await signOut();
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await cdp.send("WebAuthn.removeCredential", { authenticatorId, credentialId: credentials[0].credentialId });
  await send(page, "/sign-in/passkey");
  await page.locator("[data-failed]").waitFor({ state: "visible" });
  assert.deepEqual(complaints, []);
  await context.close();
});

await test("strength is said while a password is typed", async () => {
  const { context, page, complaints } = await visitor(browser, { storageState: await signedIn() });
  await page.goto(`${base}/account/password`);
  const place = page.locator("[data-strength]");
  assert.equal(await place.isVisible(), false, "nothing is said of nothing");
  await page.locator("#password").pressSequentially("short");
  await place.waitFor({ state: "visible" });
  assert.match(await place.innerText(), /at least 8 characters/);
  assert.equal(await place.evaluate((it) => it.classList.contains("good")), false);
  await page.locator("#password").fill("lantern oboe quartz meadow");
  await page.locator("[data-strength].good").waitFor();
  assert.match(await place.innerText(), /Good/);
  assert.ok(Number(await place.getAttribute("data-score")) >= 3);
  const found = await axe(page);
  assert.deepEqual(found, []);
  if (shots) await page.screenshot({ path: `${shots}/_account_password-en-strong.png`, fullPage: true });
  await page.locator("#password").fill("");
  await place.waitFor({ state: "hidden" });
  assert.deepEqual(complaints, []);
  await context.close();
});

await test("everything works with the keyboard alone", async () => {
  const { context, page } = await visitor(browser);
  await page.goto(`${base}/sign-in`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid", "the focus is seen");
  await page.keyboard.press("Enter");
  const reach = async (test) => {
    for (let steps = 0; steps < 40; steps += 1) {
      if (await page.evaluate(test)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`not reached by Tab: ${test}`);
  };
  await reach("document.activeElement.id === 'email'");
  await page.keyboard.type(address);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(/second/);
  await reach("document.activeElement.id === 'code'");
  await page.keyboard.type(await code(secret));
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => IN.test(url.pathname));
  await page.goto(`${base}/account`);
  await reach("document.activeElement.pathname === '/account/sessions'");
  await page.keyboard.press("Enter");
  await page.waitForURL(/sessions/);
  await reach("document.activeElement.closest('form')?.action.endsWith('/sign-out')");
  await page.keyboard.press("Enter");
  await page.waitForURL(/sign-in/);
  await reach("document.activeElement.value === 'sv'");
  await page.keyboard.press("Enter");
  await page.locator("html[lang=sv]").waitFor();
  await context.close();
});

await test("axe finds nothing and nothing is wider than the window: 320 px and wide, light and dark, in each language", async () => {
  const found = [];
  const state = await signedIn();
  for (const [lang, width, colorScheme] of [
    ["sv", 320, "light"],
    ["de", 320, "dark"],
    ["it", 1280, "light"],
    ["fr", 320, "light"],
    ["en", 1280, "dark"],
    ["en", 360, "light"],
  ]) {
    const look = async (page, name) => {
      const what = `${name} (${lang}, ${width}, ${colorScheme})`;
      found.push(...(await axe(page)).map((problem) => `${what}: ${problem}`));
      const wider = await overflow(page);
      if (wider > 0) found.push(`${what}: ${wider} px wider than the window`);
      if (shots) await page.screenshot({ path: `${shots}/${name.replaceAll("/", "_")}-${lang}-${width}-${colorScheme}.png`, fullPage: true });
    };
    const options = { locale: lang, viewport: { width, height: 800 }, colorScheme };
    const { context, page, complaints } = await visitor(browser, { ...options, storageState: state });
    for (const path of ["/account", "/account/factors", "/account/sessions", "/account/apps", "/account/password"]) {
      await page.goto(base + path);
      await look(page, path);
    }
    await page.goto(`${base}/account/factors/app`);
    if (at(page) === "/account/factors/app") {
      await look(page, "/account/factors/app");
      await send(page, "/account/factors/app");
      await look(page, "/account/factors/app, key");
    }
    await page.goto(`${base}/account/factors/codes`);
    await look(page, at(page));
    assert.deepEqual(complaints, [], lang);
    await context.close();

    const stranger = await visitor(browser, options);
    for (const path of ["/sign-in", "/sign-up", "/forgotten", "/account/demo/reset/none", "/nothing", "/trust", "/oauth2/authorize"]) {
      await stranger.page.goto(base + path);
      await look(stranger.page, path);
    }
    await stranger.page.goto(`${base}/sign-in`);
    await send(stranger.page, "/sign-in/passkey");
    await look(stranger.page, "/sign-in/passkey");
    await stranger.page.goto(`${base}/sign-in`);
    await send(stranger.page, "/sign-in", { email: address, password: PASSWORD });
    await look(stranger.page, "/sign-in/second");
    await stranger.page.goto(`${base}/sign-in`);
    await send(stranger.page, "/sign-in");
    await look(stranger.page, "/sign-in, mistakes");
    await stranger.page.goto(`${base}/sign-up`);
    await send(stranger.page, "/sign-up", { email: "a" });
    await look(stranger.page, "/sign-up, mistakes");
    await stranger.page.goto(`${base}/sign-in`);
    await send(stranger.page, "/sign-in", accounts.clinician);
    await look(stranger.page, "/sign-in/enrol");
    await stranger.context.close();
  }
  assert.deepEqual(found, []);
});

/** A session, to look at pages with. */
async function signedIn() {
  const { context, page } = await visitor(browser);
  await page.goto(`${base}/sign-in`);
  await send(page, "/sign-in", { email: address, password: PASSWORD });
  await send(page, "/sign-in/second", { code: await code(secret) });
  assert.match(at(page), IN);
  const state = await context.storageState();
  await context.close();
  return state;
}

await test("a form on somebody else's page does nothing here", async () => {
  const state = await signedIn();
  const { context, page } = await visitor(browser, { storageState: state });
  await page.route("https://evil.test/", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<form method="post" action="${base}/sign-out"><input name="form_token" value="x"><button>Win</button></form>`,
    }),
  );
  await page.goto("https://evil.test/");
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url() === `${base}/sign-out`),
    page.locator("button").click(),
  ]);
  assert.equal(answer.status(), 403);
  await page.goto(`${base}/account`);
  assert.equal(at(page), "/account", "still signed in");
  // And nobody puts our page into theirs.
  await page.route("https://evil.test/frame", (route) =>
    route.fulfill({ contentType: "text/html", body: `<iframe src="${base}/account"></iframe>` }),
  );
  await page.goto("https://evil.test/frame");
  await page.waitForTimeout(500);
  const framed = page.frames().find((frame) => frame.url().startsWith(base));
  assert.ok(!framed || !(await framed.content()).includes("<h1>"), "it is not shown in a frame");
  await context.close();
});

await staff(test, browser, shots);

await browser.close();
process.exitCode = failed === 0 ? 0 : 1;
