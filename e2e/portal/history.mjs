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
    const sentence = /(<p class="sentence[^"]*">)[^<]+/;
    const lines = text.match(/<li data-index[\s\S]*?<\/li>/g);
    for (const [what, from, to, lost] of [
      ["the sentence", sentence, "$1Nobody did anything at all here.", 1],
      ["why and how many", /(<p class="muted more">)[^<]+/, "$1for no reason", 1],
      ["the number", /(<span class="index">)\d+/, "$199999999", 1],
      ["when", /datetime="20\d\d/, 'datetime="1999', 1],
      ["a line", lines[1], "", 1],
      ["a line twice", lines[1], lines[0], 1],
      ["a line too many", lines[1], lines[1] + lines[0], 1],
      ["one byte of a proof", /(data-proof="[^"]*?extra )./, "$1f", 1],
      ["the key", /data-keys="[^+]+\+[0-9a-f]{8}\+[^"]{8}/, (it) => `${it.slice(0, -4)}AAAA`, whole.all],
    ]) {
      const forged = text.replace(from, to);
      assert.notEqual(forged, text, `${what} was changed`);
      writeFileSync(file, forged);
      const found = await opened(browser, file);
      assert.equal(found.all - found.proven, lost, `${what}: ${found.proven} of ${found.all} hold`);
      await found.context.close();
    }
    // A time that was written over is written back from the entry.
    writeFileSync(file, text.replace(/(<time[^>]*>)[^<]+/, "$1on the first of January 1999"));
    const healed = await opened(browser, file);
    assert.equal(healed.proven, healed.all);
    assert.ok(!(await healed.page.locator("time").first().innerText()).includes("1999"));
    await healed.context.close();
  });
}
