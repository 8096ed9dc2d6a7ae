//! Transactions, batches, kept bundles.

use base::{Fault, Purpose};
use policy::Role;
use serde_json::{Value, json};

use super::house::{House, json as body, plainly};
use crate::fhir::{Numbers, difference};

fn entry(method: &str, url: &str, resource: Value) -> Value {
    json!({"resource": resource, "request": {"method": method, "url": url}})
}

fn bundle(kind: &str, entries: &[Value]) -> Vec<u8> {
    let bundle = json!({"resourceType": "Bundle", "type": kind, "entry": entries});
    bundle.to_string().into_bytes()
}

fn patient(id: &str) -> Value {
    json!({"resourceType": "Patient", "id": id})
}

#[tokio::test]
async fn a_transaction_is_done_in_order_and_references_are_exchanged() {
    let house = House::new().await;
    let app = house.app().await;
    let rest = house.rest(&app);
    rest.update(
        "Patient",
        "old",
        patient("old").to_string().as_bytes(),
        &plainly(),
    )
    .await
    .unwrap();
    let mut mother = entry("POST", "Patient", patient("ignored"));
    mother["fullUrl"] = json!("urn:uuid:m");
    let observation = json!({
        "resourceType": "Observation", "status": "final", "code": {"text": "x"},
        "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"urn:uuid:m\">m</a></div>"},
        "subject": {"reference": "urn:uuid:m"},
        "performer": [{"reference": "urn:uuid:d"}],
    });
    let mut doctor = entry(
        "PUT",
        "Practitioner/d",
        json!({"resourceType": "Practitioner", "id": "d"}),
    );
    doctor["fullUrl"] = json!("urn:uuid:d");
    let entries = [
        json!({"request": {"method": "GET", "url": "Practitioner/d"}}),
        entry("POST", "Observation", observation),
        doctor,
        mother,
        json!({"request": {"method": "DELETE", "url": "Patient/old"}}),
    ];
    let answer = rest
        .bundle(&bundle("transaction", &entries), &plainly())
        .await
        .unwrap();
    let answer = body(&answer);
    assert_eq!(answer["type"], "transaction-response");
    let response = |index: usize, key: &str| {
        answer["entry"][index]["response"][key]
            .as_str()
            .unwrap_or("")
            .to_owned()
    };
    let statuses: Vec<String> = (0..5).map(|index| response(index, "status")).collect();
    assert_eq!(
        statuses,
        [
            "200 OK",
            "201 Created",
            "201 Created",
            "201 Created",
            "204 No Content"
        ]
    );
    assert_eq!(answer["entry"][0]["resource"]["id"], "d");
    assert_eq!(response(2, "etag"), "W/\"1\"");
    let place = response(3, "location");
    let new = place
        .split("/Patient/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    assert_ne!(new, "ignored");
    let observation = response(1, "location");
    let id = observation
        .split("/Observation/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let stored = body(
        &rest
            .read("Observation", id, None, &plainly())
            .await
            .unwrap(),
    );
    assert_eq!(stored["subject"]["reference"], format!("Patient/{new}"));
    assert_eq!(stored["performer"][0]["reference"], "Practitioner/d");
    assert!(
        stored["text"]["div"]
            .as_str()
            .unwrap()
            .contains(&format!("href=\"Patient/{new}\""))
    );
    let found = rest
        .search("Observation", &format!("patient={new}"), &plainly())
        .await
        .unwrap();
    assert_eq!(body(&found)["total"], 1);
    assert!(rest.read("Patient", "old", None, &plainly()).await.is_err());
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let house = House::new().await;
    let app = house.app().await;
    let rest = house.rest(&app);
    let bad = json!({"resourceType": "Basic", "id": "b", "nonsense": 1});
    for (entries, pointer) in [
        (
            vec![
                entry("PUT", "Patient/1", patient("1")),
                entry("PUT", "Basic/b", bad),
            ],
            "/entry/1/resource/nonsense",
        ),
        (
            vec![
                entry("PUT", "Patient/1", patient("1")),
                entry("PUT", "Patient/1", patient("1")),
            ],
            "/entry/1",
        ),
        (
            vec![
                entry("PUT", "Patient/1", patient("1")),
                entry("PUT", "Patient/2", patient("3")),
            ],
            "/entry/1/resource/id",
        ),
        (
            vec![
                entry("PUT", "Patient/1", patient("1")),
                json!({"request": {"method": "POST", "url": "Patient"}}),
            ],
            "/entry/1",
        ),
        (
            vec![
                entry("PUT", "Patient/1", patient("1")),
                json!({"resource": patient("4")}),
            ],
            "/entry/1",
        ),
        (
            vec![
                entry("PUT", "Patient/1", patient("1")),
                entry("PATCH", "Patient/1", patient("1")),
            ],
            "/entry/1",
        ),
        (
            vec![
                entry("PUT", "Patient/1", patient("1")),
                entry(
                    "POST",
                    "Basic",
                    json!({"resourceType": "Basic", "code": {"text": "x"}, "author": {"reference": "Practitioner?identifier=a|b"}}),
                ),
            ],
            "/entry/1",
        ),
        (
            vec![
                entry("PUT", "Patient/1", patient("1")),
                json!({"resource": patient("1"), "request": {"method": "PUT", "url": "Patient/2", "ifMatch": "W/\"4\""}}),
            ],
            "/entry/1/resource/id",
        ),
    ] {
        let refused = rest
            .bundle(&bundle("transaction", &entries), &plainly())
            .await
            .unwrap_err();
        assert_eq!(refused.pointer().as_deref(), Some(pointer), "{refused}");
        assert!(
            rest.read("Patient", "1", None, &plainly()).await.is_err(),
            "{pointer}"
        );
    }
    let collection = rest
        .bundle(&bundle("collection", &[]), &plainly())
        .await
        .unwrap_err();
    assert_eq!(collection.pointer().as_deref(), Some("/type"));
}

#[tokio::test]
async fn a_batch_does_each_entry_for_itself() {
    let house = House::new().await;
    let app = house.app().await;
    let rest = house.rest(&app);
    let entries = [
        entry("PUT", "Patient/1", patient("1")),
        entry(
            "PUT",
            "Basic/b",
            json!({"resourceType": "Basic", "id": "b", "nonsense": 1}),
        ),
        json!({"request": {"method": "GET", "url": "Patient/none"}}),
        entry("POST", "Patient", patient("x")),
        json!({"request": {"method": "DELETE", "url": "Patient/none"}}),
        entry("PUT", "Patient/2", patient("2")),
    ];
    let answer = body(
        &rest
            .bundle(&bundle("batch", &entries), &plainly())
            .await
            .unwrap(),
    );
    assert_eq!(answer["type"], "batch-response");
    let statuses: Vec<_> = answer["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["response"]["status"].as_str().unwrap()[..3].to_owned())
        .collect();
    assert_eq!(statuses[0], "201");
    assert!(statuses[1].starts_with('4'), "{statuses:?}");
    assert_eq!(statuses[2..], ["404", "201", "204", "201"]);
    let issue = &answer["entry"][1]["response"]["outcome"]["issue"][0];
    assert_eq!(issue["expression"][0], "nonsense");
    assert!(rest.read("Patient", "2", None, &plainly()).await.is_ok());
    let empty = rest
        .bundle(&bundle("batch", &[]), &plainly())
        .await
        .unwrap();
    assert_eq!(empty.status, 200);
}

#[tokio::test]
async fn conditional_entries_find_what_is_there() {
    let house = House::new().await;
    let app = house.app().await;
    let rest = house.rest(&app);
    let known = json!({"resourceType": "Practitioner", "id": "d", "identifier": [{"system": "urn:npi", "value": "9"}]});
    rest.update(
        "Practitioner",
        "d",
        known.to_string().as_bytes(),
        &plainly(),
    )
    .await
    .unwrap();
    let mut doctor = entry("POST", "Practitioner", known);
    doctor["fullUrl"] = json!("urn:uuid:d");
    doctor["request"]["ifNoneExist"] = json!("identifier=urn:npi|9");
    let basic = json!({
        "resourceType": "Basic", "code": {"text": "x"},
        "author": {"reference": "urn:uuid:d"},
        "extension": [{"url": "http://x", "valueReference": {"reference": "Practitioner?identifier=urn:npi|9"}}],
    });
    let entries = [doctor, entry("POST", "Basic", basic)];
    let answer = body(
        &rest
            .bundle(&bundle("transaction", &entries), &plainly())
            .await
            .unwrap(),
    );
    assert_eq!(answer["entry"][0]["response"]["status"], "200 OK");
    let place = answer["entry"][1]["response"]["location"].as_str().unwrap();
    let id = place
        .split("/Basic/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let stored = body(&rest.read("Basic", id, None, &plainly()).await.unwrap());
    assert_eq!(stored["author"]["reference"], "Practitioner/d");
    assert_eq!(
        stored["extension"][0]["valueReference"]["reference"],
        "Practitioner/d"
    );
}

#[tokio::test]
async fn a_bundle_about_several_patients_lies_on_several_shelves() {
    let house = House::new().await;
    let app = house.app().await;
    let rest = house.rest(&app);
    let with = |patients: &[&str]| {
        let mut entries: Vec<Value> = patients
            .iter()
            .map(|id| json!({"resource": patient(id)}))
            .collect();
        entries.push(json!({"resource": {"resourceType": "Organization", "id": "o"}}));
        json!({"resourceType": "Bundle", "id": "b", "type": "collection", "entry": entries})
    };
    let put = async |patients: &[&str]| {
        let text = with(patients).to_string();
        rest.update("Bundle", "b", text.as_bytes(), &plainly())
            .await
            .unwrap()
            .status
    };
    let comes_back = async |patients: &[&str]| {
        let read = body(&rest.read("Bundle", "b", None, &plainly()).await.unwrap());
        assert_eq!(
            difference(&with(patients), &read, Numbers::AsWritten),
            None,
            "{patients:?}"
        );
        let found = body(&rest.search("Bundle", "_id=b", &plainly()).await.unwrap());
        assert_eq!(found["entry"][0]["resource"], read);
    };
    assert_eq!(put(&["1", "2"]).await, 201);
    comes_back(&["1", "2"]).await;
    assert_eq!(put(&["1", "2"]).await, 200);
    // To fewer, to others, to one, to several again.
    for patients in [&["2", "1"][..], &["2", "3", "4"], &["3"], &[], &["1", "2"]] {
        put(patients).await;
        comes_back(patients).await;
    }
    let two = house
        .vault
        .person_by_external(&app.ctx.tenant, "Patient/2")
        .await
        .unwrap();
    let two = house.token(Role::Person, two, Some(Purpose::Patrqt)).await;
    let found = house
        .rest(&two)
        .search("Bundle", "", &plainly())
        .await
        .unwrap();
    assert_eq!(
        body(&found)["total"],
        0,
        "slices are not found by themselves"
    );
    let system = house.system();
    let one = house
        .vault
        .person_by_external(&system.ctx.tenant, "Patient/1")
        .await
        .unwrap();
    let thing = policy::PersonAt {
        tenant: system.ctx.tenant.clone(),
        person: one,
    };
    let allowed =
        policy::decide(&system.ctx, &system.authority, policy::Verb::Delete, thing).unwrap();
    house
        .vault
        .erase_person(&system.ctx, &allowed, store::WriteSet::new())
        .await
        .unwrap();
    let read = body(&rest.read("Bundle", "b", None, &plainly()).await.unwrap());
    assert_eq!(
        read["entry"][0]["resource"],
        Value::Null,
        "the erased patient's part is gone"
    );
    assert_eq!(read["entry"][1]["resource"]["id"], "2");
    rest.delete("Bundle", "b", &plainly()).await.unwrap();
    let gone = rest
        .read("Bundle", "b", None, &plainly())
        .await
        .unwrap_err();
    assert_eq!(gone.status(), 410);
}
