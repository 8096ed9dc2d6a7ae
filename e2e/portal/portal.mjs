// The portal, as a person with a browser meets it: what is kept, who looked, a question, taking back, taking along.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { unzipSync, strFromU8 } from "fflate";
import { history } from "./history.mjs";
import { at, base, persons, send } from "./house.mjs";
import { ask, browser, end, fine, over, press, ready, shot, signedIn, test } from "./run.mjs";

const [person] = persons;

await test("who signs in sees what is theirs, and who looked, proven in the browser", async () => {
  const { context, page, complaints } = await signedIn();
  await page.click('a[href="/portal/looks"]');
  await page.waitForFunction(() => [...document.querySelectorAll(".proof")].every((it) => it.textContent));
  const proven = await page.locator(".proof.proven").count();
  assert.ok(proven > 3, `${proven} lines are proven`);
  assert.equal(await page.locator(".proof.wrong").count(), 0);
  await shot(page, "looks");
  // A line that says something else than its entry is found out.
  const forged = await page.content();
  await context.route("**/portal/looks?forged", (route) =>
    route.fulfill({ contentType: "text/html", body: forged.replace(/(<p class="sentence[^"]*">)[^<]+/, "$1Nobody did anything here.") }));
  await page.goto(`${base}/portal/looks?forged`);
  await page.waitForFunction(() => [...document.querySelectorAll(".proof")].every((it) => it.textContent));
  assert.equal(await page.locator(".proof.wrong").count(), 1, "one line was changed");
  const [download] = await Promise.all([page.waitForEvent("download"), page.goto(`${base}/portal/looks`).then(() => page.locator('a[href$="/proof"]').first().click())]);
  assert.match(download.suggestedFilename(), /\.tlog-proof$/);
  assert.deepEqual(complaints, []);
  await context.close();
});

await history(test, browser, signedIn, shot);

await test("charts, records and files", async () => {
  const { context, page, complaints } = await signedIn();
  await page.click('a[href="/portal/data"]');
  await shot(page, "data");
  await page.click('a[href="/portal/data/wearable-measure"]');
  assert.ok((await page.locator("svg.chart path.line").count()) >= 1, "there is a chart");
  await shot(page, "measures");
  await page.locator("table a").first().click();
  assert.ok((await page.locator("dl.evidence dt").count()) > 2);
  await shot(page, "record");
  await page.goto(`${base}/portal/data/cycle-day`);
  await shot(page, "cycle");
  assert.deepEqual(complaints, []);
  await context.close();
});

await test("a question is read, part of it granted with the keyboard alone, and taken back by one press", async () => {
  const { context, page, complaints } = await signedIn({ locale: "sv" });
  const request = await ask(["date", "deepMinutes", "score"]);
  const path = `/v1/persons/${person}/records/wearable-sleep?limit=1`;
  assert.equal((await over("GET", path, null, "HRESCH")).status, 403);
  await page.goto(`${base}/portal/asked/${request.request}`);
  assert.match(at(page), /^\/portal\/question\//);
  assert.match(await page.locator("pre.text").innerText(), /Universitetskliniken/);
  assert.ok((await page.locator("section[aria-labelledby=examples] dt").count()) >= 2, "one of their own records is shown");
  await shot(page, "question");
  // By keys: the optional part stays unticked, the button yes is reached and pressed.
  await press(page, 'button[value="grant"]');
  assert.equal(at(page), "/portal/sharing");
  assert.ok(await page.locator(".notice").count(), "it says what was done");
  await shot(page, "sharing");
  const seen = await over("GET", path, null, "HRESCH");
  assert.equal(seen.status, 200, JSON.stringify(seen.said));
  assert.deepEqual(Object.keys(seen.said.records[0].body).filter((it) => !["date", "deepMinutes", "score"].includes(it)), []);
  assert.equal((await over("GET", `/v1/persons/${person}/records/cycle-day?limit=1`, null, "HRESCH")).status, 403, "the part that was left out");
  await page.locator("section[aria-labelledby=now] a").first().click();
  await shot(page, "grant");
  await page.goto(`${base}/portal/sharing`);
  await Promise.all([page.waitForEvent("load"), page.locator("section[aria-labelledby=now] button").first().click()]);
  assert.equal((await over("GET", path, null, "HRESCH")).status, 403, "over at once");
  assert.deepEqual(complaints, []);
  await context.close();
});

const POINT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

for (const [locale, gone] of [["sv", "Det är raderat."], ["de", "Es ist gelöscht."]]) {
  await test(`a file has a preview, and one record and one file are deleted where they stand (${locale})`, async () => {
    const { context, page, complaints } = await signedIn({ locale });
    const stored = await fetch(`${base}/v1/persons/${person}/files`, {
      method: "POST",
      headers: { authorization: `Bearer ${ready.tokens.app}`, "content-type": "image/png", "content-disposition": 'attachment; filename="point.png"' },
      body: Buffer.from(POINT, "base64"),
    });
    const { file } = await stored.json();
    await page.goto(`${base}/portal/files`);
    const picture = page.locator(`img[src="/portal/files/${file}/preview"]`);
    await picture.scrollIntoViewIfNeeded();
    await page.waitForFunction((it) => document.querySelector(`img[src$="${it}/preview"]`).complete, file);
    assert.ok((await picture.evaluate((it) => it.naturalWidth)) > 0, "the picture is shown");
    await shot(page, `files-${locale}`);
    await page.locator(`a[href="/portal/delete/files/${file}"]`).click();
    await Promise.all([page.waitForEvent("load"), page.locator('button[value="now"]').click()]);
    assert.ok((await page.locator("main").innerText()).includes(gone));
    assert.equal((await fetch(`${base}/v1/persons/${person}/files/${file}`, { headers: { authorization: `Bearer ${ready.tokens.app}`, "purpose-of-use": "TREAT" } })).status, 404);

    await page.goto(`${base}/portal/data/wearable-measure`);
    await page.locator("table a").last().click();
    const record = at(page).split("/").pop();
    await page.locator('a[href^="/portal/delete/kind/wearable-measure/"]').click();
    await shot(page, `delete-record-${locale}`);
    await Promise.all([page.waitForEvent("load"), page.locator('button[value="now"]').click()]);
    assert.ok((await page.locator("main").innerText()).includes(gone));
    await shot(page, `deleted-record-${locale}`);
    assert.equal(await page.locator('main a[href="/portal/data"]').count(), 1, "there is a way back");
    assert.equal((await over("GET", `/v1/persons/${person}/records/wearable-measure/${record}`)).status, 410);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

await test("everything is taken along, and opens elsewhere", async () => {
  const { context, page, complaints } = await signedIn();
  await page.goto(`${base}/portal/take`);
  await send(page, "/portal/take");
  for (let tries = 0; tries < 60 && !(await page.locator('a[href$="/content"]').count()); tries += 1) {
    await page.waitForTimeout(1000);
    await page.goto(`${base}/portal/take`);
  }
  await shot(page, "take");
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator('a[href$="/content"]').first().click()]);
  const parts = unzipSync(readFileSync(await download.path()));
  const manifest = JSON.parse(strFromU8(parts["manifest.json"]));
  assert.equal(manifest.format, "strongroom-export/1");
  assert.equal(Object.keys(parts).length, manifest.parts.length + 1);
  assert.ok(manifest.records > 50, `${manifest.records} records`);
  await send(page, await page.locator('form[action$="/delete"]').first().getAttribute("action"));
  assert.deepEqual(complaints, []);
  await context.close();
});

await test("axe finds nothing and nothing is too wide, in five languages, wide and narrow, light and dark", async () => {
  const request = await ask(["date", "score"]);
  let question = null;
  const paths = ["/portal", "/portal/data", "/portal/data/wearable-measure", "/portal/looks", "/portal/sharing", "/portal/take", "/portal/rights", "/portal/rights/new?kind=restriction", "/portal/files", "/portal/delete", "/portal/delete/kind/cycle-day"];
  for (const [locale, viewport, colorScheme] of [
    ["sv", { width: 320, height: 640 }, "dark"],
    ["de", { width: 1200, height: 900 }, "light"],
    ["it", { width: 390, height: 800 }, "light"],
    ["fr", { width: 320, height: 640 }, "light"],
    ["en", { width: 1200, height: 900 }, "dark"],
  ]) {
    const { context, page, complaints } = await signedIn({ locale, viewport, colorScheme });
    if (!question) {
      await page.goto(`${base}/portal/asked/${request.request}`);
      question = at(page);
    }
    for (const path of [...paths, question]) {
      await page.goto(`${base}${path}`);
      assert.equal(await page.locator("html").getAttribute("lang"), locale);
      await fine(page, `${path} ${locale} at ${viewport.width}`);
      await shot(page, `${locale}-${viewport.width}${path.startsWith("/portal/question") ? "-question" : path.replaceAll("/", "-")}`);
    }
    assert.deepEqual(complaints, []);
    await context.close();
  }
});

await end();
