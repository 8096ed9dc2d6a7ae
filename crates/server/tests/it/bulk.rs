//! Bulk export of FHIR: what a program takes out is whole, as it stood when it was asked for, and nobody who went is in it.

use std::collections::BTreeMap;

use http::Method;
use policy::{Role, Scope};
use serde_json::{Value, json};
use vault::fhir::bulk::KEPT_FOR;

use crate::accounts::Kept;
use crate::house::{ACME, Got, House, LONG, OTHER, on_each_engine};
use crate::running::Place;

async fn ask(house: &House, path: &str, purpose: &str) -> Got {
    let ask = house.ask(Method::GET, format!("/fhir/{path}"));
    let ask = ask.by(house.token(ACME, Role::App)).purpose(purpose);
    ask.header("prefer", "respond-async").send().await
}

fn id(asked: &Got) -> String {
    assert_eq!(asked.status, 202, "{}", asked.text());
    let at = asked.header("content-location").unwrap();
    assert!(at.starts_with("https://"), "{at}");
    at.rsplit('/').next().unwrap().to_owned()
}

/// Have one laid down: its id.
pub async fn ready(house: &House, path: &str) -> String {
    let id = id(&ask(house, path, "TREAT").await);
    Kept::default().collect(house).await;
    id
}

async fn manifest(house: &House, id: &str) -> Value {
    let got = house.get(format!("/fhir/bulk/{id}")).await;
    assert_eq!(got.status, 200, "{}", got.text());
    assert!(got.header("expires").is_some());
    got.json()
}

/// Every file, by type.
async fn fetched(house: &House, manifest: &Value, purpose: &str) -> BTreeMap<String, Vec<Value>> {
    let mut all = BTreeMap::new();
    for it in manifest["output"].as_array().unwrap() {
        let url = it["url"].as_str().unwrap();
        let at = url.find("/fhir/").unwrap();
        let ask = house.ask(Method::GET, &url[at..]);
        let got = ask.by(house.token(ACME, Role::App)).purpose(purpose);
        let got = got.send().await;
        assert_eq!(got.status, 200, "{}", got.text());
        assert_eq!(got.header("content-type"), Some("application/fhir+ndjson"));
        let lines: Vec<Value> = got
            .text()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let kind = it["type"].as_str().unwrap();
        assert!(lines.iter().all(|it| it["resourceType"] == kind));
        all.entry(kind.to_owned()).or_insert(lines);
    }
    all
}

async fn put(house: &House, resource: &Value) {
    let path = format!(
        "/fhir/{}/{}",
        resource["resourceType"].as_str().unwrap(),
        resource["id"].as_str().unwrap()
    );
    let put = house.put(path, resource).await;
    assert!(matches!(put.status, 200 | 201), "{}", put.text());
}

fn patient(at: usize) -> Value {
    json!({ "resourceType": "Patient", "id": format!("p{at}"), "name": [{ "family": format!("Tarn{at}") }] })
}

fn finding(id: &str, patient: usize, text: &str) -> Value {
    json!({
        "resourceType": "Observation", "id": id, "status": "final", "code": { "text": text },
        "subject": { "reference": format!("Patient/p{patient}") },
    })
}

/// 70 patients (more than one piece), the first with 40 findings (more than one page), one place about nobody, and a bundle in slices.
async fn fill(house: &House) {
    for at in 0..70 {
        put(house, &patient(at)).await;
    }
    for at in 0..40 {
        put(house, &finding(&format!("o{at}"), 0, "calm")).await;
    }
    put(house, &finding("other", 1, "a\u{2028}b")).await;
    put(
        house,
        &json!({ "resourceType": "Location", "id": "ward", "name": "The ward" }),
    )
    .await;
    let entry = |at| json!({ "fullUrl": format!("https://elsewhere.example/Patient/p{at}"), "resource": patient(at) });
    put(house, &json!({ "resourceType": "Bundle", "id": "both", "type": "collection", "entry": [entry(0), entry(1)] })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_comes_out_and_goes_in_again() {
    on_each_engine(async |house| {
        fill(&house).await;
        let waiting = id(&ask(&house, "$export", "TREAT").await);
        let not_yet = house.get(format!("/fhir/bulk/{waiting}")).await;
        assert_eq!(not_yet.status, 202, "{}", not_yet.text());
        assert!(not_yet.header("x-progress").is_some());
        assert!(not_yet.header("retry-after").is_some());
        Kept::default().collect(&house).await;
        let said = manifest(&house, &waiting).await;
        assert_eq!(said["requiresAccessToken"], true);
        assert_eq!(said["error"], json!([]));
        assert!(said["request"].as_str().unwrap().ends_with("/fhir/$export"));

        // What comes later is in no file.
        put(&house, &finding("o0", 0, "changed")).await;
        put(&house, &finding("late", 2, "late")).await;
        let before = house.log_size(ACME).await;
        let all = fetched(&house, &said, "TREAT").await;
        let count = |kind: &str| all[kind].len();
        assert_eq!(
            (
                count("Patient"),
                count("Observation"),
                count("Location"),
                count("Bundle")
            ),
            (70, 41, 1, 1)
        );
        for it in said["output"].as_array().unwrap() {
            let kind = it["type"].as_str().unwrap();
            // The slices of a bundle are counted, and come out as one.
            let counted = it["count"].as_u64().unwrap();
            assert!(counted == count(kind) as u64 || kind == "Bundle", "{it}");
        }
        let first = all["Observation"].iter().find(|it| it["id"] == "o0");
        let first = first.unwrap();
        assert_eq!(first["code"]["text"], "calm", "as it stood");
        assert_eq!(first["meta"]["versionId"], "1");
        let bundle = &all["Bundle"][0];
        assert_eq!(bundle["entry"].as_array().unwrap().len(), 2, "put together");

        // Each person has an entry of their own for each type.
        let mut persons = std::collections::BTreeSet::new();
        for at in before..house.log_size(ACME).await {
            let entry = house.entry(ACME, at).await;
            if entry["action"] == "export" && entry["collection"] == "Patient" {
                assert_eq!(entry["actor"]["role"], "app", "{entry}");
                persons.insert(entry["person"].to_string());
            }
        }
        assert_eq!(persons.len(), 70);

        // Into another tenant.
        let token = house.token(OTHER, Role::App).to_owned();
        for resource in all.values().flatten() {
            let path = format!(
                "/fhir/{}/{}",
                resource["resourceType"].as_str().unwrap(),
                resource["id"].as_str().unwrap()
            );
            let put = house.ask(Method::PUT, path).by(&token).json(resource);
            let put = put.send().await;
            assert_eq!(put.status, 201, "{}", put.text());
        }
        let there = house.ask(Method::GET, "/fhir/Bundle/both").by(&token);
        let there = there.purpose("TREAT").send().await.json();
        assert_eq!(there["entry"], bundle["entry"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_asked_for_in_parts_by_who_may_and_called_off() {
    on_each_engine(async |house| {
        put(&house, &patient(0)).await;
        put(&house, &finding("one", 0, "calm")).await;
        put(&house, &json!({ "resourceType": "Location", "id": "ward" })).await;
        for (path, purpose, status, code) in [
            ("$export?_type=Nonsense", "TREAT", 400, "bulk.type"),
            ("$export?_since=yesterday", "TREAT", 400, "bulk.since"),
            (
                "$export?_outputFormat=text/csv",
                "TREAT",
                400,
                "bulk.format",
            ),
            ("$export?_elements=id", "TREAT", 400, "bulk.parameter"),
        ] {
            let got = ask(&house, path, purpose).await;
            let outcome = got.json();
            assert_eq!(got.status, status, "{path}: {outcome}");
            assert!(outcome.to_string().contains(code), "{path}: {outcome}");
        }
        let at_once = house.get("/fhir/$export").await;
        assert_eq!(at_once.status, 400, "{}", at_once.text());
        let whyless = house
            .ask(Method::GET, "/fhir/$export")
            .header("prefer", "respond-async");
        let whyless = whyless.by(house.token(ACME, Role::App)).send().await;
        assert!(matches!(whyless.status, 400 | 403), "{}", whyless.text());
        for role in [Role::Owner, Role::Administrator, Role::Clinician] {
            let ask = house
                .ask(Method::GET, "/fhir/$export")
                .header("prefer", "respond-async");
            let got = ask
                .by(house.token(ACME, role))
                .purpose("TREAT")
                .send()
                .await;
            assert_eq!(got.status, 403, "{role}: {}", got.text());
        }

        let people = ready(
            &house,
            "Patient/$export?_outputFormat=application/fhir%2Bndjson",
        )
        .await;
        let people = fetched(&house, &manifest(&house, &people).await, "TREAT").await;
        assert_eq!(
            people.keys().collect::<Vec<_>>(),
            ["Observation", "Patient"]
        );
        let some = ready(&house, "$export?_type=Location,Patient").await;
        let some_said = manifest(&house, &some).await;
        let found = fetched(&house, &some_said, "TREAT").await;
        assert_eq!(found.keys().collect::<Vec<_>>(), ["Location", "Patient"]);
        let time = some_said["transactionTime"].as_str().unwrap();
        let nothing = ready(&house, &format!("$export?_since={time}")).await;
        assert_eq!(manifest(&house, &nothing).await["output"], json!([]));
        put(&house, &finding("two", 0, "calm")).await;
        let news = ready(&house, &format!("$export?_since={time}")).await;
        let news = fetched(&house, &manifest(&house, &news).await, "TREAT").await;
        assert_eq!(news["Observation"].len(), 1);
        assert_eq!(news["Observation"][0]["id"], "two");

        // For another purpose, by another program, under a narrower token: none of it.
        let path = format!("/fhir/bulk/{some}/0");
        let other = house
            .ask(Method::GET, &path)
            .by(house.token(ACME, Role::App));
        assert_eq!(other.purpose("HPAYMT").send().await.status, 403);
        let (_, stranger) = house.new_token(ACME, Role::App, None, LONG).await;
        let stranger = house.ask(Method::GET, &path).by(&stranger).purpose("TREAT");
        assert_eq!(stranger.send().await.status, 404);
        let scope = Scope {
            collections: Some(vec!["Location".parse().unwrap()]),
            ..Scope::default()
        };
        let (_, narrow) = house
            .new_scoped_token(ACME, Role::App, None, LONG, scope)
            .await;
        let ask_narrow = |path: &str| {
            let ask = house.ask(Method::GET, path).by(&narrow).purpose("TREAT");
            ask.header("prefer", "respond-async").send()
        };
        assert_eq!(ask_narrow("/fhir/$export?_type=Patient").await.status, 403);
        let narrowed = id(&ask_narrow("/fhir/$export").await);
        Kept::default().collect(&house).await;
        let narrowed = ask_narrow(&format!("/fhir/bulk/{narrowed}")).await.json();
        let types: Vec<_> = narrowed["output"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["type"])
            .collect();
        assert_eq!(types, ["Location"]);

        let first = id(&ask(&house, "$export", "TREAT").await);
        ask(&house, "$export", "TREAT").await;
        let third = ask(&house, "$export", "TREAT").await;
        assert_eq!(third.status, 429, "{}", third.text());
        let gone = house.delete(format!("/fhir/bulk/{first}")).await;
        assert_eq!(gone.status, 202, "{}", gone.text());
        Kept::default().collect(&house).await;
        assert_eq!(house.get(format!("/fhir/bulk/{first}")).await.status, 404);
        assert_eq!(
            house.delete(format!("/fhir/bulk/{first}")).await.status,
            404
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_went_is_in_no_file_and_a_file_has_its_time() {
    on_each_engine(async |house| {
        for at in 0..3 {
            put(&house, &patient(at)).await;
        }
        let bulk = ready(&house, "Patient/$export").await;
        let said = manifest(&house, &bulk).await;
        assert_eq!(said["output"][0]["count"], 3);
        let tenant = ACME.parse().unwrap();
        let vault = &house.place.vault;
        let who = vault.person_by_external(&tenant, "Patient/p1").await;
        let who = who.unwrap().unwrap();
        let erased = house.delete(format!("/v1/persons/{who}")).await;
        assert_eq!(erased.status, 200, "{}", erased.text());
        let all = fetched(&house, &said, "TREAT").await;
        let ids: std::collections::BTreeSet<_> = all["Patient"]
            .iter()
            .map(|it| it["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["p0", "p2"]);

        let (_, token) = house.new_token(ACME, Role::App, None, KEPT_FOR * 2).await;
        let asked = house.ask(Method::GET, "/fhir/$export").by(&token);
        let asked = asked.header("prefer", "respond-async").purpose("TREAT");
        let bulk = id(&asked.send().await);
        Kept::default().collect(&house).await;
        let looks = async |house: &House| {
            let mut found = Vec::new();
            for path in [format!("/fhir/bulk/{bulk}"), format!("/fhir/bulk/{bulk}/0")] {
                let ask = house.ask(Method::GET, path).by(&token).purpose("TREAT");
                found.push(ask.send().await.status);
            }
            found
        };
        assert_eq!(looks(&house).await, [200, 200]);
        let later = house.place.clock.now().after(KEPT_FOR);
        let clock = std::sync::Arc::new(base::FixedClock::at(later));
        let house = house.reopened_by(clock as _).await;
        assert_eq!(looks(&house).await, [404, 404]);
        server::bulk::forget(&house.place).await.unwrap();
        static LEFT: store::Sql = store::Sql::both(
            "SELECT (SELECT count(*) FROM bulk_export) + (SELECT count(*) FROM bulk_part)",
        );
        assert_eq!(house.number(&LEFT).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_granted_it_is_left_out_and_counted() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        put(&house, &finding("theirs", 0, "calm")).await;
        let own = json!({
            "resourceType": "Observation", "id": "own", "status": "final", "code": { "text": "calm" },
            "subject": { "reference": format!("Patient/{person}") },
        });
        put(&house, &own).await;
        let grant = crate::sharing::grant_all(&house, "HRESCH").await;
        let bulk = id(&ask(&house, "$export?_type=Observation", "HRESCH").await);
        Kept::default().collect(&house).await;
        let said = manifest(&house, &bulk).await;
        assert_eq!(said["output"][0]["count"], 1, "{said}");
        let errors = house.get(format!("/fhir/bulk/{bulk}/errors")).await;
        let line = errors.json();
        assert_eq!(said["error"][0]["type"], "OperationOutcome");
        assert_eq!(line["resourceType"], "OperationOutcome");
        let told = line["issue"][0]["diagnostics"].as_str().unwrap();
        assert!(told.starts_with("1 persons"), "{told}");
        let all = fetched(&house, &said, "HRESCH").await;
        assert_eq!(all["Observation"].len(), 1);
        assert_eq!(all["Observation"][0]["id"], "own");

        // Taken back since: not in a file that is fetched now.
        let path = format!("/v1/persons/{person}/grants/{grant}");
        let back = house.ask(Method::DELETE, path);
        let back = back.by(house.token(ACME, Role::Person)).send().await;
        assert_eq!(back.status, 200, "{}", back.text());
        let all = fetched(&house, &said, "HRESCH").await;
        assert_eq!(all["Observation"].len(), 0);
    })
    .await;
}

/// The command that takes FHIR in takes what comes out.
#[tokio::test(flavor = "multi_thread")]
async fn the_import_takes_what_comes_out() {
    let place = Place::new();
    let server = place.start().await;
    let asked = server
        .ask(Method::GET, "/fhir/$export")
        .header("prefer", "respond-async");
    let asked = asked.send().await.unwrap();
    assert_eq!(asked.status().as_u16(), 202);
    let at = asked.headers()["content-location"].to_str().unwrap();
    let at = at[at.find("/fhir/").unwrap()..].to_owned();
    let mut said = Value::Null;
    for _ in 0..600 {
        let got = server.get(&at).await;
        if got.status().as_u16() == 200 {
            said = got.json().await.unwrap();
            break;
        }
        assert_eq!(got.status().as_u16(), 202);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let folder = place.path("out");
    std::fs::create_dir_all(&folder).unwrap();
    let mut count = 0;
    for (number, it) in said["output"].as_array().unwrap().iter().enumerate() {
        let url = it["url"].as_str().unwrap();
        let text = server.get(&url[url.find("/fhir/").unwrap()..]).await;
        let text = text.text().await.unwrap();
        count += text.lines().count() as u64;
        let name = format!("{}.{number}.ndjson", it["type"].as_str().unwrap());
        std::fs::write(folder.join(name), text).unwrap();
    }
    assert!(count > 10, "the demo has data: {said}");
    server.stop().await;
    let fresh = Place::new();
    fresh.start().await.stop().await;
    let import = ["import", "fhir", folder.to_str().unwrap(), "--json"];
    let same = place.command(&import).await.held().json();
    assert_eq!(
        (&same["refused"], &same["created"]),
        (&json!(0), &json!(0)),
        "{same}"
    );
    let there = fresh.command(&import).await.held().json();
    assert_eq!(there["refused"], 0, "{there}");
    let number = |name: &str| there[name].as_u64().unwrap();
    let taken = number("created") + number("updated") + number("unchanged");
    assert!(taken >= count, "{there}");
}
