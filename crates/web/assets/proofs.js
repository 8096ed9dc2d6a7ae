// Checks the proofs on a page in the reader's browser: that an entry is in the tree whose head the log's key signed. It asks nobody
// anything; what it needs stands on the page. Formats: c2sp.org/tlog-proof, RFC 9162 §2.1.3.2, c2sp.org/signed-note.
"use strict";

(() => {
  const list = document.querySelector("ol[data-keys]");
  if (!list || !window.crypto || !crypto.subtle) return;

  const bytes = (text) => Uint8Array.from(atob(text), (it) => it.charCodeAt(0));
  const join = (...parts) => {
    const whole = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  };
  const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  const same = (a, b) => a.length === b.length && a.every((it, at) => it === b[at]);

  // A verifier key: name+id+base64(type | key).
  const keys = list.dataset.keys.split("\n").filter(Boolean).map((line) => {
    const [name, id, ...rest] = line.split("+");
    const raw = bytes(rest.join("+"));
    return { name, id, type: raw[0], raw: raw.slice(1) };
  });

  const root = async (leaf, index, size, path) => {
    let node = BigInt(index);
    let last = BigInt(size) - 1n;
    if (node > last) return null;
    let hash = leaf;
    for (const sibling of path) {
      if (last === 0n) return null;
      if ((node & 1n) === 1n || node === last) {
        hash = await sha256(join(new Uint8Array([1]), sibling, hash));
        if ((node & 1n) === 0n) {
          while (node !== 0n && (node & 1n) === 0n) {
            node >>= 1n;
            last >>= 1n;
          }
        }
      } else {
        hash = await sha256(join(new Uint8Array([1]), hash, sibling));
      }
      node >>= 1n;
      last >>= 1n;
    }
    return last === 0n ? hash : null;
  };

  const signed = async (note) => {
    const cut = note.indexOf("\n\n");
    const text = note.slice(0, cut + 1);
    const [name] = text.split("\n");
    for (const line of note.slice(cut + 2).split("\n")) {
      const match = /^— (\S+) (\S+)$/.exec(line);
      if (!match || match[1] !== name) continue;
      const raw = bytes(match[2]);
      const id = Array.from(raw.slice(0, 4), (it) => it.toString(16).padStart(2, "0")).join("");
      const key = keys.find((it) => it.name === name && it.id === id && it.type === 1);
      if (!key) continue;
      const imported = await crypto.subtle.importKey("raw", key.raw, "Ed25519", false, ["verify"]);
      const right = await crypto.subtle.verify("Ed25519", imported, raw.slice(4), new TextEncoder().encode(text));
      if (right) {
        const [, size, head] = text.split("\n");
        return { size, head: bytes(head) };
      }
    }
    return null;
  };

  const check = async (item) => {
    const text = item.dataset.proof;
    const cut = text.indexOf("\n\n");
    const lines = text.slice(0, cut).split("\n");
    if (lines[0] !== "c2sp.org/tlog-proof@v1") return false;
    const entry = bytes(/^extra (\S+)$/.exec(lines[1])[1]);
    const index = /^index (\d+)$/.exec(lines[2])[1];
    const head = await signed(text.slice(cut + 2));
    if (!head) return false;
    const leaf = await sha256(join(new Uint8Array([0]), entry));
    const reached = await root(leaf, index, head.size, lines.slice(3).map(bytes));
    if (reached === null || !same(reached, head.head)) return false;
    return { index, said: JSON.parse(new TextDecoder().decode(entry)) };
  };

  // Words are set with spaces and hyphens at which lines do not break.
  const plain = (text) => text.replace(/[\s\u00a0\u202f\u2009]+/g, " ").replace(/\u2011/g, "-").trim();
  const shown = (item, part) => plain(item.querySelector(part)?.textContent ?? "");
  const own = (it, key) => (Object.hasOwn(it, key) ? it[key] : undefined);
  const words = JSON.parse(document.querySelector("[data-words]")?.dataset.words ?? "null");
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" });

  // The line of an entry, made anew from what was proven.
  const line = (said) => {
    const actor = said.actor ?? {};
    const key = [actor.kind, actor.id, actor.role].join(" ");
    const filled = { who: own(words.who, key), what: own(words.what, said.collection ?? "") };
    const sentence = own(words.did, said.action)?.replace(/\{(who|what)\}/g, (_, part) => filled[part]);
    const more = [];
    if (said.purpose && !words.own.includes(key)) more.push(own(words.why, said.purpose));
    if (said.count > 0) more.push(own(words.count, String(said.count)));
    if (said.grant) more.push(words.by_grant);
    if (said.outcome !== "ok") more.push(said.outcome === "denied" ? words.denied : words.failed);
    return { sentence: plain(String(sentence)), more: plain(more.join(" · ")) };
  };

  // What stands there must be what was proven: of the same person, each entry once, in these words.
  const says = (item, { index, said }, seen) => {
    const right = line(said);
    const once = !seen.has(index);
    seen.add(index);
    seen.person ??= said.person;
    const number = item.querySelector(".index");
    return once && said.person === seen.person && item.dataset.index === index && (!number || shown(item, ".index") === index)
      && shown(item, ".sentence") === right.sentence && shown(item, ".more") === right.more
      && item.querySelector("time").dateTime === said.at;
  };

  const run = async () => {
    let proven = 0;
    const seen = new Set();
    for (const item of list.children) {
      const place = item.querySelector(".proof");
      let state = "cannot";
      try {
        const entry = await check(item);
        state = entry && says(item, entry, seen) ? "proven" : "wrong";
        // When it was is written anew: the page's words for it cannot be held against the entry letter by letter.
        if (state === "proven") item.querySelector("time").textContent = `${clock.format(new Date(entry.said.at))} UTC`;
      } catch (error) {
        // A browser without Ed25519, mostly: the proof can be taken along and checked elsewhere.
        state = error instanceof DOMException ? "cannot" : "wrong";
      }
      place.textContent = list.dataset[state];
      place.classList.add(state);
      if (state === "proven") proven += 1;
    }
    // A whole history says how many of its lines hold, of how many that it was made with.
    const sum = document.querySelector("[data-sum]");
    const made = Number(document.querySelector("[data-count]")?.dataset.count ?? list.children.length);
    if (sum) sum.textContent = `${proven} / ${Math.max(made, list.children.length)}`;
  };
  run();
})();
