// Guardians, and coming of age: somebody decides in a child's stead until a day, and from then on the person is asked anew. CLOCK names the
// file by which the server's clock is set forward; without it the day does not come.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { keyed, member } from "./console.mjs";
import { accounts, at, base, linkTo, persons, send, tokens, visitor } from "./house.mjs";
import { ask, browser, end, fine, over, press, shot, signedIn, test, walk } from "./run.mjs";

const clock = process.env.CLOCK;
const PASSWORD = "marmot thirteen gable rust";
const WIDTHS = [320, 1280];
const DAYS = 10;
const children = [
  { locale: "sv", name: "Alma", person: persons[1], email: "alma@fjord.example" },
  { locale: "de", name: "Jonas", person: persons[2], email: "jonas@fjord.example" },
];

const compliance = (method, path, body) => over(method, path, body, "TREAT", tokens.compliance);
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const reads = async (child, collection) => (await over("GET", `/v1/persons/${child.person}/records/${collection}?limit=1`, null, "HRESCH")).status;

/** Pictures and axe at each width. */
async function look(page, child, name) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    assert.equal(await page.locator("html").getAttribute("lang"), child.locale);
    await fine(page, `${name} ${child.locale} at ${width}`);
    await shot(page, `guardian-${child.locale}-${width}-${name}`);
  }
}

/** The app asks the child for these parts; its question waits in the child's portal. */
async function asked(child, parts) {
  const request = await ask(null, parts);
  const put = await over("POST", `/v1/consent/requests/${request.request}/askings`, { person: child.person });
  assert.equal(put.status, 201, JSON.stringify(put.said));
  return put.said.asking;
}

const part = (collection, optional = false) => ({ collection, verbs: "rs", optional });

// It takes two of the staff, each with an account and a passkey.
const officer = await member(browser, "compliance");
const second = await member(browser, "security");

for (const child of children) {
  const { locale, name, person } = child;
  await test(`a guardian is appointed, acts for the child, says yes for them, and takes it back (${locale})`, async () => {
    assert.equal((await compliance("PUT", `/v1/minors/${person}`, { decides_on: day(-1) })).status, 400, "a day that was");
    assert.equal((await compliance("PUT", `/v1/minors/${person}`, { decides_on: day(DAYS) })).status, 200);
    const bare = await compliance("POST", `/v1/minors/${person}/guardians`, { email: accounts.person.email, name, evidence: "register 17" });
    assert.equal(bare.status, 403, "not by a bare token");
    const place = `/console/guardians/${person}`;
    await officer.page.goto(`${base}${place}/appoint`);
    await keyed(officer.page, `${place}/appoint`, { email: accounts.person.email, name, evidence: "register 17" });
    assert.equal(at(officer.page), place, await officer.page.locator("main").innerText());
    const decide = await officer.page.locator('a[href$="/decide"]').getAttribute("href");
    await officer.page.goto(`${base}${decide}`);
    assert.equal(await officer.page.locator(`form[action="${decide}"]`).count(), 0, "whoever proposed it does not appoint");
    assert.equal(await officer.page.locator('form[action$="/refuse"]').count(), 1, "but may take it back");
    await fine(officer.page, "an own proposal");
    await shot(officer.page, `guardian-${locale}-proposed`);
    await second.page.goto(`${base}${decide}`);
    assert.match(await second.page.locator("main").innerText(), /register 17/);
    await fine(second.page, "a proposal to decide on");
    await shot(second.page, `guardian-${locale}-decide`);
    await keyed(second.page, decide);
    assert.equal(at(second.page), place, await second.page.locator("main").innerText());
    await shot(second.page, `guardian-${locale}-appointed`);

    const { context, page, complaints } = await signedIn({ locale });
    await look(page, child, "own-home");
    // Another tab, with a page about the guardian's own data, from before the child was chosen.
    const tab = await context.newPage();
    await tab.goto(`${base}/portal/delete`);
    await press(page, 'main a[href="/portal/for"]');
    await look(page, child, "for");
    await press(page, `li:has(input[value="${person}"]) button`);
    assert.equal(at(page), "/portal");
    assert.ok((await page.locator(".notice.due").innerText()).includes(name), "every page says for whom");
    await look(page, child, "home");
    await Promise.all([tab.waitForEvent("load"), tab.locator('button[value="later"]').click()]);
    assert.equal(at(tab), "/portal", "it is told that the page was about somebody else");
    await tab.close();
    const { said } = await over("GET", `/v1/persons/${person}/erasures`);
    assert.deepEqual(said.erasures, [], "what was pressed about oneself is not done to the child");
    await press(page, 'main a[href="/portal/data"]');
    await look(page, child, "data");
    assert.ok((await page.locator("main a").count()) > 2, "the child's kinds are there");
    assert.equal((await page.goto(`${base}/portal/data/wearable-sleep`)).status(), 200);

    const asking = await asked(child, [part("wearable-sleep"), part("wearable-measure", true)]);
    assert.equal(await reads(child, "wearable-sleep"), 403);
    await page.goto(`${base}/portal`);
    await press(page, `a[href="/portal/question/${asking}"]`);
    await look(page, child, "question");
    await press(page, 'button[value="grant"]');
    assert.equal(at(page), "/portal/sharing");
    await look(page, child, "sharing");
    assert.equal(await reads(child, "wearable-sleep"), 200);
    assert.equal(await reads(child, "wearable-measure"), 403, "the part that was left out");
    await press(page, "section[aria-labelledby=now] button");
    assert.equal(await reads(child, "wearable-sleep"), 403, "over at once");
    await look(page, child, "sharing-over");

    // Who it was stands among who looked, as the account that did it.
    await page.goto(`${base}/portal/looks?show=all`);
    await look(page, child, "looks");

    // What waits for the day: one thing to be kept, and one to be taken back.
    for (const collection of ["wearable-sleep", "wearable-activity"]) {
      const asking = await asked(child, [part(collection), part("wearable-measure", true)]);
      await page.goto(`${base}/portal/question/${asking}`);
      await page.locator('input[type="checkbox"]').check();
      await Promise.all([page.waitForEvent("load"), page.locator('button[value="grant"]').click()]);
      assert.equal(await reads(child, collection), 200);
    }
    await page.goto(`${base}/portal/of-age`);
    assert.equal(await page.locator('main form[action^="/portal/of-age/"]').count(), 0, "what stands waits for no guardian");
    await look(page, child, "of-age-in-stead");

    await page.goto(`${base}/portal/for`);
    await look(page, child, "for-chosen");
    await press(page, 'main > form[action="/portal/for"] button');
    assert.equal(await page.locator(".notice.due").count(), 0, "their own pages again");
    assert.deepEqual(complaints, []);
    await context.close();
  });

  await test(`the child has an account, sees what waits, and says no already now (${locale})`, async () => {
    const invited = await compliance("POST", `/v1/minors/${person}/invitation`, { email: child.email, name, language: locale });
    assert.equal(invited.status, 201, JSON.stringify(invited.said));
    const link = await linkTo(child.email);
    const first = await visitor(browser, { locale });
    await first.page.goto(link);
    await send(first.page, new URL(link).pathname, { password: PASSWORD });
    await first.context.close();
    child.account = { email: child.email, password: PASSWORD };
    const { context, page, complaints } = await signedIn({ locale }, child.account);
    await look(page, child, "before-home");
    await press(page, 'a[href="/portal/of-age"]');
    await look(page, child, "before-of-age");
    assert.equal(await page.locator('button[value="keep"]').count(), 0, "it is not theirs to keep yet");
    assert.equal(await page.locator('button[value="end"]').count(), 2);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

if (clock) {
  const acting = [];
  for (const child of children) {
    const visit = await signedIn({ locale: child.locale });
    await visit.page.goto(`${base}/portal/for`);
    await Promise.all([visit.page.waitForEvent("load"), visit.page.locator(`li:has(input[value="${child.person}"]) button`).click()]);
    acting.push({ child, ...visit });
  }
  writeFileSync(clock, `+${DAYS + 1}d\n`);
  await test("the day comes: nothing that a guardian gave opens anything", async () => {
    for (let tries = 0; tries < 50 && (await reads(children[0], "wearable-sleep")) === 200; tries += 1) await new Promise((resolve) => setTimeout(resolve, 200));
    for (const child of children) for (const it of ["wearable-sleep", "wearable-activity", "wearable-measure"]) assert.equal(await reads(child, it), 403, it);
  });
  for (const { child, context, page, complaints } of acting) {
    await test(`who was a guardian acts for nobody any more (${child.locale})`, async () => {
      await page.goto(`${base}/portal/data`);
      assert.ok(!(await page.content()).includes(child.person), "nothing of theirs");
      await look(page, child, "guardian-after");
      await page.goto(`${base}/portal/for`);
      assert.equal(await page.locator(`input[value="${child.person}"]`).count(), 0);
      await look(page, child, "for-none");
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }
  for (const child of children) {
    await test(`the person answers anew, by the keyboard: one kept, one taken back (${child.locale})`, async () => {
      const { context, page, complaints } = await signedIn({ locale: child.locale }, child.account);
      await look(page, child, "after-home");
      await press(page, 'a[href="/portal/of-age"]');
      await look(page, child, "after-of-age");
      assert.equal(await page.locator('main form[action^="/portal/of-age/"]').count(), 2);
      // Which is which, the text says that was agreed to.
      const grants = (await fetched(page, `/v1/persons/${child.person}/grants`)).grants.filter((it) => it.state === "unconfirmed");
      const of = (collection) => grants.find((it) => it.terms.parts.some((part) => part.collection === collection)).grant;
      const [kept, ended] = [of("wearable-sleep"), of("wearable-activity")];
      await walk(page, `form[action$="${kept}"] input[type=checkbox]`);
      await page.keyboard.press("Space");
      await press(page, `form[action$="${kept}"] button[value="narrow"]`);
      assert.ok(await page.locator(".notice").count(), "it says what was done");
      await look(page, child, "after-one");
      await press(page, `form[action$="${ended}"] button[value="end"]`);
      await look(page, child, "after-both");
      assert.equal(await page.locator('main form[action^="/portal/of-age/"]').count(), 0, "nothing waits");
      const ticked = grants.find((it) => it.grant === kept).terms.parts[0].collection;
      for (const it of ["wearable-sleep", "wearable-activity", "wearable-measure"]) assert.equal(await reads(child, it), it === ticked ? 200 : 403, it);
      await page.goto(`${base}/portal/sharing`);
      await look(page, child, "after-sharing");
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }
} else {
  console.log("skipped: the day does not come (package faketime)");
}

await end();

/** What the API says to who is signed in. */
async function fetched(page, path) {
  const answer = await page.request.get(`${base}${path}`, { headers: { "sec-fetch-site": "same-origin", "purpose-of-use": "PATRQT" } });
  assert.equal(answer.status(), 200, await answer.text());
  return answer.json();
}
