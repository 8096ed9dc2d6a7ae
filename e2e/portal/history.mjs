// The whole history of who looked, saved, and opened without a network.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { axe, base, overflow } from "./house.mjs";

/** Open a saved file in a browser that reaches nobody, and wait until it has checked itself. */
async function opened(browser, file, options = {}) {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction(() => document.querySelector("[data-sum]").textContent.includes("/"));
  const sum = await page.locator("[data-sum]").innerText();
  const [proven, all] = sum.split(" / ").map(Number);
  return { context, page, proven, all };
}

export async function history(test, browser, signedIn, shot) {
  await test("the whole history is saved, proves itself without a network, and a changed line is found out", async () => {
    const { context, page, complaints } = await signedIn({ locale: "de" });
    await page.goto(`${base}/portal/looks`);
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator('a[href="/portal/looks/history"]').click()]);
    assert.match(download.suggestedFilename(), /^who-looked-\d{4}-\d\d-\d\d-\d+\.html$/);
    const file = join(tmpdir(), `who-looked-${Date.now()}.html`);
    await download.saveAs(file);
    assert.deepEqual(complaints, []);
    await context.close();

    const whole = await opened(browser, file);
    assert.ok(whole.all > 3, `${whole.all} lines`);
    assert.equal(whole.proven, whole.all, "every line holds");
    assert.equal(await whole.page.locator(".proof.wrong").count(), 0);
    await shot(whole.page, "history");
    await whole.context.close();
    const narrow = await opened(browser, file, { viewport: { width: 320, height: 800 }, colorScheme: "dark" });
    assert.ok((await overflow(narrow.page)) <= 0, "nothing is wider than a phone");
    assert.deepEqual(await axe(narrow.page), []);
    await shot(narrow.page, "history-320-dark");
    await narrow.context.close();

    // Who it was, why and what it was: each is held against the entry.
    const text = readFileSync(file, "utf8");
    for (const [what, from, to] of [
      ["who", /data-said="\[&#34;(app|staff|person)&#34;/, 'data-said="[&#34;system&#34;'],
      ["when", /data-at="20\d\d/, 'data-at="1999'],
      ["the key", /data-keys="[^+]+\+[0-9a-f]{8}\+[^"]{8}/, (it) => `${it.slice(0, -4)}AAAA`],
    ]) {
      const forged = text.replace(from, to);
      assert.notEqual(forged, text, `${what} was changed`);
      writeFileSync(file, forged);
      const found = await opened(browser, file);
      const wrong = await found.page.locator(".proof.wrong, .proof.cannot").count();
      assert.equal(wrong, what === "the key" ? found.all : 1, `${what}: ${wrong} of ${found.all} do not hold`);
      await found.context.close();
    }
  });
}
