//! The stories of the portal, each by the API alone, in one life: a person looks, is asked, narrows, takes back, proves who looked, takes all of
//! it along, and has it deleted with a certificate that somebody else verifies.
//!
//! What somebody else verifies, they verify with what they fetched themselves: the log's public keys.

use std::io::{Cursor, Read as _};

use audit::note::{LogKey, LogProof, keys_in};
use base::PersonId;
use http::Method;
use policy::Role;
use serde_json::{Value, json};

use crate::accounts::Kept;
use crate::house::{ACME, Got, House, on_each_engine};
use crate::sharing::{ask, own, publish, request, research, text};

async fn reads(house: &House, path: &str) -> Got {
    let path = format!("/v1/persons/{}{path}", house.person(ACME));
    let ask = house.ask(Method::GET, path);
    let ask = ask.by(house.token(ACME, Role::Person)).purpose("PATRQT");
    let got = ask.send().await;
    assert_eq!(got.status, 200, "{}", got.text());
    got
}

async fn public_keys(house: &House) -> Vec<LogKey> {
    let got = house.ask(Method::GET, format!("/log/{ACME}/vkeys"));
    keys_in(&got.send().await.text()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_life_with_ones_data_by_the_api_alone() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let original = looks_at_what_is_kept(&house, person).await;
        let grant = answers_a_question(&house, person).await;
        narrows_and_takes_back(&house, person, &grant).await;
        proves_who_looked(&house, person, &grant).await;
        takes_it_along(&house, &original).await;
        has_it_deleted(&house, person).await;
    })
    .await;
}

async fn looks_at_what_is_kept(house: &House, person: PersonId) -> Vec<u8> {
    for (day, pulse) in [("2026-11-01", 61), ("2026-11-09", 64), ("2026-11-09", 65)] {
        let sheet = json!({ "seen": format!("{day}T08:00:00Z"), "pulse": pulse, "finding": "calm", "code": "a1" });
        let written = house
            .put(format!("/v1/persons/{person}/records/sheet/{day}"), &sheet)
            .await;
        assert!(matches!(written.status, 200 | 201), "{}", written.text());
    }
    let original = b"%PDF-1.7 a letter".to_vec();
    let file = house.upload(person, "letter.pdf", original.clone()).await;
    let file = text(&file.json(), "file").to_owned();

    assert_eq!(reads(house, "").await.json()["records"]["sheet"], 2);
    let listed = reads(house, "/records/sheet?seen=ge2026-11-02&limit=10").await;
    assert_eq!(listed.json()["records"].as_array().unwrap().len(), 1);
    let one = reads(house, "/records/sheet/2026-11-09").await;
    assert_eq!(one.json()["pulse"], 65);
    let history = reads(house, "/records/sheet/2026-11-09/history").await;
    assert_eq!(history.json()["versions"].as_array().unwrap().len(), 2);
    assert_eq!(
        reads(house, &format!("/files/{file}")).await.bytes(),
        original
    );
    original
}

async fn answers_a_question(house: &House, person: PersonId) -> String {
    let parts = json!([{ "collection": "sheet", "verbs": "rs", "fields": ["pulse", "finding"] }]);
    let published = publish(house, &request("HRESCH", &parts)).await.json();
    let asked = ask(house, text(&published, "request"), person).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    let inbox = own(house, Method::GET, "/askings", None).await.json();
    assert_eq!(inbox["askings"][0]["state"], "open");
    let asking = text(&inbox["askings"][0], "asking").to_owned();
    let path = format!("/askings/{asking}");
    let question = own(house, Method::GET, &path, None).await.json();
    let yes = json!({
        "answer": "grant", "parts": [0], "days": 30, "lang": "de",
        "text_sha256": question["text_sha256"]["de"],
    });
    let granted = own(house, Method::POST, &format!("{path}/answer"), Some(&yes)).await;
    assert_eq!(granted.status, 200, "{}", granted.text());
    let seen = research(
        house,
        &format!("/v1/persons/{person}/records/sheet/2026-11-09"),
    )
    .await;
    assert_eq!(seen.json(), json!({ "pulse": 65, "finding": "calm" }));
    text(&granted.json()["grant"], "grant").to_owned()
}

async fn narrows_and_takes_back(house: &House, person: PersonId, grant: &str) {
    let path = format!("/v1/persons/{person}/records/sheet/2026-11-09");
    let terms = json!({ "purposes": ["HRESCH"], "parts": [{ "collection": "sheet", "verbs": "rs", "fields": ["pulse"] }] });
    let narrow = format!("/grants/{grant}/narrow");
    let narrowed = own(
        house,
        Method::POST,
        &narrow,
        Some(&json!({ "terms": terms })),
    )
    .await;
    assert_eq!(narrowed.status, 200, "{}", narrowed.text());
    assert_eq!(research(house, &path).await.json(), json!({ "pulse": 65 }));
    let ended = own(house, Method::DELETE, &format!("/grants/{grant}"), None).await;
    assert_eq!(ended.status, 200, "{}", ended.text());
    assert_eq!(research(house, &path).await.code(), "consent.no_grant");
    let seen = own(house, Method::GET, &format!("/grants/{grant}"), None).await;
    let events = seen.json()["events"].clone();
    let what: Vec<_> = events.as_array().unwrap().iter().collect();
    let said: Vec<_> = what.iter().map(|it| text(it, "what")).collect();
    assert_eq!(said, ["given", "narrowed", "withdrawn"]);
    // A receipt holds by the public keys alone.
    let keys: Vec<_> = public_keys(house)
        .await
        .iter()
        .map(|it| *it.public())
        .collect();
    for event in what {
        let body = consent::verify(text(event, "receipt"), consent::receipt::TYPE, &keys).unwrap();
        assert_eq!(body["dct:hasVersion"], event["version"]);
    }
}

/// Everything that was done to what is theirs, each line with a proof that holds without us.
async fn proves_who_looked(house: &House, person: PersonId, grant: &str) {
    let keys = public_keys(house).await;
    let (mut before, mut seen) = (None, Vec::<Value>::new());
    loop {
        let from = before.map_or(String::new(), |it: u64| format!("&before={it}"));
        let page = reads(house, &format!("/accesses?limit=20&proofs=true{from}"))
            .await
            .json();
        seen.extend(page["entries"].as_array().unwrap().iter().cloned());
        match page["next"].as_u64() {
            Some(next) => before = Some(next),
            None => break,
        }
    }
    for line in &seen {
        let proof: LogProof = text(line, "proof").parse().unwrap();
        let entry = proof.extra.clone().unwrap();
        proof.verify(&entry, &keys).unwrap();
        let entry: Value = serde_json::from_slice(&entry).unwrap();
        assert_eq!(entry, line["entry"], "the proof is of this line");
        // And of no other.
        let mut other = proof.extra.clone().unwrap();
        other[20] ^= 1;
        assert!(proof.verify(&other, &keys).is_err());
    }
    let by_grant: Vec<_> = seen
        .iter()
        .filter(|it| it["entry"]["grant"] == grant)
        .map(|it| text(&it["entry"], "action"))
        .collect();
    for action in ["consent.answer", "consent.narrow", "consent.withdraw"] {
        assert!(by_grant.contains(&action), "{action}: {by_grant:?}");
    }
    let refused = seen
        .iter()
        .filter(|it| it["entry"]["code"] == "consent.no_grant");
    assert_eq!(refused.count(), 1, "who was refused is seen too");
    assert!(
        !json!(seen).to_string().contains(&person.to_string()),
        "the log names nobody"
    );
}

async fn takes_it_along(house: &House, original: &[u8]) {
    let asked = own(house, Method::POST, "/exports", Some(&json!({}))).await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    let id = text(&asked.json(), "export").to_owned();
    Kept::default().collect(house).await;
    let archive = reads(house, &format!("/exports/{id}/content")).await;
    let mut zip = zip::ZipArchive::new(Cursor::new(archive.bytes().to_vec())).unwrap();
    let mut part = |name: &str| {
        let mut bytes = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let manifest: Value = serde_json::from_slice(&part("manifest.json")).unwrap();
    for it in manifest["parts"].as_array().unwrap() {
        let digest = hex::encode(crypt::hash::sha256(&[&part(text(it, "path"))]));
        assert_eq!(it["sha256"], json!(digest), "{it}");
    }
    let files: Value = serde_json::from_slice(&part("files.jsonl")).unwrap();
    assert_eq!(part(text(&files, "path")), original);
}

async fn has_it_deleted(house: &House, person: PersonId) {
    let plan = own(house, Method::GET, "/erasures/plan", None).await.json();
    assert_eq!(plan["goes"]["records"]["sheet"], 2);
    assert!(!plan["stays"].as_array().unwrap().is_empty());
    let waits = own(house, Method::POST, "/erasures", Some(&json!({}))).await;
    assert_eq!(waits.status, 202, "{}", waits.text());
    let erasure = text(&waits.json(), "erasure").to_owned();
    let off = own(house, Method::DELETE, &format!("/erasures/{erasure}"), None).await;
    assert_eq!(off.status, 200, "{}", off.text());
    assert_eq!(reads(house, "").await.json()["records"]["sheet"], 2);

    let done = own(
        house,
        Method::POST,
        "/erasures",
        Some(&json!({ "now": true })),
    )
    .await;
    assert_eq!(done.status, 200, "{}", done.text());
    let certificate = text(&done.json(), "certificate").to_owned();
    let body = server::erasures::check(&certificate, &public_keys(house).await).unwrap();
    assert_eq!(
        (&body["keys_gone"], &body["nothing_left"]),
        (&json!(true), &json!(true))
    );
    // Two sheets, and the one that was there before one of them.
    assert_eq!(
        (&body["destroyed"]["records"], &body["destroyed"]["files"]),
        (&json!(3), &json!(2)),
        "the archive is a file, too"
    );
    let gone = house
        .get(format!("/v1/persons/{person}/records/sheet/2026-11-09"))
        .await;
    assert_eq!(gone.status, 404);
}
