// What the tests share: a browser against the running server, letters from its folder, axe in a world of its own.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const ready = JSON.parse(readFileSync(process.env.STRONGROOM_READY, "utf8"));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Where the pages are: by the name that passkeys are bound to. */
export const base = `https://localhost:${new URL(ready.url).port}`;
export const accounts = ready.accounts;
export const persons = ready.persons;
export const tokens = ready.tokens;

/** One browser for all; a certificate of the demonstration's own CA. */
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--ignore-certificate-errors", "--disable-features=HttpsUpgrades"],
  });

/** Somebody's browser: nothing of anybody else's in it. */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en", ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // A refused form is answered with a status that the browser mentions; a page's own policy must never be in its way.
    if (message.type() === "error" && !message.text().includes("status of 4")) complaints.push(message.text());
  });
  return { context, page, complaints };
}

/** Fill in a form by its fields' names, and press its button. */
export async function send(page, action, fields = {}) {
  const form = page.locator(`form[action="${action}"]`).first();
  for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(value);
  await Promise.all([page.waitForEvent("load"), form.locator("button").first().click()]);
}

export const at = (page) => new URL(page.url()).pathname;
export const title = (page) => page.locator("h1").innerText();

/** The newest letter to an address that holds a link; its jobs run by the clock, so this waits. */
export async function linkTo(address) {
  for (let tries = 0; tries < 100; tries += 1) {
    let names = [];
    try {
      names = readdirSync(ready.mail).sort().reverse();
    } catch {
      // The folder is made with the first letter.
    }
    for (const name of names) {
      const letter = decoded(readFileSync(join(ready.mail, name), "utf8"));
      const link = letter.match(/https:\/\/\S+\/account\/\S+/);
      if (letter.includes(address) && link) return link[0];
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`no letter to ${address} came`);
}

/** Quoted-printable and base64 bodies as they were written. */
function decoded(letter) {
  const [head, ...rest] = letter.split(/\r?\n\r?\n/);
  const body = rest.join("\n\n");
  if (/content-transfer-encoding: base64/i.test(head)) return `${head}\n${Buffer.from(body, "base64").toString("utf8")}`;
  return `${head}\n${body.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))}`;
}

/** What axe finds, in a world of its own: the page's policy lets no script in. */
export async function axe(page) {
  const cdp = await page.context().newCDPSession(page);
  const { frameTree } = await cdp.send("Page.getFrameTree");
  const { executionContextId } = await cdp.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "axe" });
  await cdp.send("Runtime.evaluate", { expression: axeSource, contextId: executionContextId });
  const { result } = await cdp.send("Runtime.evaluate", {
    contextId: executionContextId,
    awaitPromise: true,
    returnByValue: true,
    expression: `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
      .then((found) => found.violations.map((it) => it.id + ": " + it.nodes.map((node) => node.target.join(" ")).join(", ")))`,
  });
  await cdp.detach();
  assert.ok(Array.isArray(result.value), "axe ran");
  return result.value;
}

/** How much wider than the window a page is. */
export const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
