//! One verb at a time.

use base::{ErrorKind, Fault, PersonId, Purpose};
use policy::Role;
use serde_json::json;

use super::house::{House, json as body, plainly};
use crate::fhir::rest::{Return, Wishes};
use crate::fhir::{External, FhirError};

const OBSERVATION: &[u8] = br#"{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2024-03-05","valueQuantity":{"value":71.50,"unit":"/min"}}"#;

fn changed(from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(OBSERVATION).unwrap();
    assert!(text.contains(from));
    text.replace(from, to).into_bytes()
}

#[tokio::test]
async fn a_resource_is_written_read_and_deleted() {
    let house = House::new().await;
    let app = house.app().await;
    let rest = house.rest(&app);
    let created = rest
        .update("Observation", "o1", OBSERVATION, &plainly())
        .await
        .unwrap();
    assert_eq!(created.status, 201);
    assert_eq!(created.etag.as_deref(), Some("W/\"1\""));
    assert_eq!(
        created.location.as_deref(),
        Some("https://test.example/fhir/Observation/o1/_history/1")
    );
    let read = rest
        .read("Observation", "o1", None, &plainly())
        .await
        .unwrap();
    assert_eq!(read.status, 200);
    let text = String::from_utf8(read.body.clone().unwrap()).unwrap();
    assert!(
        text.contains("71.50"),
        "decimals keep their precision: {text}"
    );
    let resource = body(&read);
    assert_eq!(
        resource["meta"],
        json!({"versionId": "1", "lastUpdated": "2026-11-23T09:30:00.123Z"})
    );
    assert_eq!(body(&created), resource, "what was written is what is read");

    let same = rest
        .update("Observation", "o1", OBSERVATION, &plainly())
        .await
        .unwrap();
    assert_eq!((same.status, same.etag.as_deref()), (200, Some("W/\"1\"")));
    let amended = changed("final", "amended");
    let updated = rest
        .update("Observation", "o1", &amended, &plainly())
        .await
        .unwrap();
    assert_eq!(
        (updated.status, updated.etag.as_deref()),
        (200, Some("W/\"2\""))
    );

    let known = Wishes {
        if_none_match: Some("W/\"2\"".into()),
        ..plainly()
    };
    let unchanged = rest.read("Observation", "o1", None, &known).await.unwrap();
    assert_eq!((unchanged.status, unchanged.body), (304, None));
    let first = rest
        .read("Observation", "o1", Some("1"), &plainly())
        .await
        .unwrap();
    assert_eq!(body(&first)["status"], "final");
    let history = body(&rest.history("Observation", "o1", None, None).await.unwrap());
    let versions: Vec<_> = history["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["resource"]["meta"]["versionId"].as_str().unwrap())
        .collect();
    assert_eq!(versions, ["2", "1"]);
    let page = body(
        &rest
            .history("Observation", "o1", Some(1), None)
            .await
            .unwrap(),
    );
    assert_eq!(page["link"][1]["relation"], "next");

    assert_eq!(
        rest.delete("Observation", "o1", &plainly())
            .await
            .unwrap()
            .status,
        204
    );
    let gone = rest
        .read("Observation", "o1", None, &plainly())
        .await
        .unwrap_err();
    assert!(
        matches!(gone, FhirError::Gone | FhirError::NotFound),
        "{gone}"
    );
    assert_eq!(
        rest.delete("Observation", "o1", &plainly())
            .await
            .unwrap()
            .status,
        204
    );
    assert_eq!(
        rest.delete("Observation", "o9", &plainly())
            .await
            .unwrap()
            .status,
        204
    );
}

#[tokio::test]
async fn create_gives_an_id_and_ignores_the_callers() {
    let house = House::new().await;
    let app = house.app().await;
    let rest = house.rest(&app);
    let minimal = Wishes {
        give_back: Return::Minimal,
        ..plainly()
    };
    let one = rest
        .create("Observation", OBSERVATION, &minimal)
        .await
        .unwrap();
    let two = rest
        .create("Observation", OBSERVATION, &plainly())
        .await
        .unwrap();
    assert_eq!((one.status, one.body.clone()), (201, None));
    assert_ne!(one.location, two.location);
    let id = body(&two)["id"].as_str().unwrap().to_owned();
    assert_ne!(id, "o1");
    assert!(two.location.unwrap().contains(&id));
    let said = Wishes {
        give_back: Return::OperationOutcome,
        ..plainly()
    };
    let three = rest
        .create("Observation", OBSERVATION, &said)
        .await
        .unwrap();
    assert_eq!(body(&three)["resourceType"], "OperationOutcome");
}

#[tokio::test]
async fn conditions_are_kept() {
    let house = House::new().await;
    let app = house.app().await;
    let rest = house.rest(&app);
    let when = |if_match: Option<&str>, if_none_match: Option<&str>| Wishes {
        if_match: if_match.map(str::to_owned),
        if_none_match: if_none_match.map(str::to_owned),
        ..plainly()
    };
    let put = |wishes: Wishes, text: Vec<u8>| async move {
        rest.update("Observation", "o1", &text, &wishes)
            .await
            .map_err(|error| error.status())
    };
    let first = OBSERVATION.to_vec();
    assert_eq!(
        put(when(Some("W/\"1\""), None), first.clone())
            .await
            .unwrap_err(),
        412
    );
    assert_eq!(
        put(when(None, Some("*")), first.clone())
            .await
            .unwrap()
            .status,
        201
    );
    assert_eq!(
        put(when(None, Some("*")), first.clone()).await.unwrap_err(),
        412
    );
    let second = changed("final", "amended");
    assert_eq!(
        put(when(Some("W/\"2\""), None), second.clone())
            .await
            .unwrap_err(),
        412
    );
    assert_eq!(
        put(when(Some("W/\"1\""), None), second.clone())
            .await
            .unwrap()
            .status,
        200
    );
    assert_eq!(put(when(Some("one"), None), second).await.unwrap_err(), 400);

    let patient = br#"{"resourceType":"Patient","identifier":[{"system":"urn:mrn","value":"17"}]}"#;
    let once = Wishes {
        if_none_exist: Some("identifier=urn:mrn|17".into()),
        ..plainly()
    };
    let one = rest.create("Patient", patient, &once).await.unwrap();
    assert_eq!(one.status, 201);
    let again = rest.create("Patient", patient, &once).await.unwrap();
    assert_eq!(again.status, 200);
    assert!(one.location.unwrap().starts_with(&again.location.unwrap()));
    rest.create("Patient", patient, &plainly()).await.unwrap();
    let many = rest.create("Patient", patient, &once).await.unwrap_err();
    assert_eq!(many.status(), 412);
}

#[tokio::test]
async fn a_resource_moves_with_its_patient() {
    let house = House::new().await;
    let app = house.app().await;
    let rest = house.rest(&app);
    rest.update("Observation", "o1", OBSERVATION, &plainly())
        .await
        .unwrap();
    let moved = changed("Patient/p1", "Patient/p2");
    rest.update("Observation", "o1", &moved, &plainly())
        .await
        .unwrap();
    let tenant = &app.ctx.tenant;
    let who = async |id: &str| {
        let external = External::patient(id);
        house
            .vault
            .person_by_external(tenant, external.as_str())
            .await
            .unwrap()
            .unwrap()
    };
    let holder = async || {
        let (kind, id) = ("Observation".parse().unwrap(), "o1".parse().unwrap());
        house
            .vault
            .holder(tenant, &kind, &id)
            .await
            .unwrap()
            .unwrap()
    };
    assert_eq!(holder().await, who("p2").await);
    let found = async |query: &str| {
        let found = rest.search("Observation", query, &plainly()).await.unwrap();
        body(&found)["total"].as_u64().unwrap()
    };
    assert_eq!(found("patient=p1").await, 0);
    assert_eq!(found("patient=p2").await, 1);
    let read = rest
        .read("Observation", "o1", None, &plainly())
        .await
        .unwrap();
    assert_eq!(body(&read)["subject"]["reference"], "Patient/p2");
}

#[tokio::test]
async fn who_may_not_see_sees_nothing_and_it_is_logged() {
    let house = House::new().await;
    let app = house.app().await;
    house
        .rest(&app)
        .update("Observation", "o1", OBSERVATION, &plainly())
        .await
        .unwrap();
    let p1 = External::patient("p1");
    let p1 = house
        .vault
        .person_by_external(&app.ctx.tenant, p1.as_str())
        .await
        .unwrap()
        .unwrap();
    let other = PersonId::random(&base::SeededRng::new(99));
    for (role, person, purpose, kind) in [
        (Role::App, None, None, ErrorKind::Invalid),
        (
            Role::Operator,
            None,
            Some(Purpose::Treat),
            ErrorKind::Forbidden,
        ),
        (
            Role::Security,
            None,
            Some(Purpose::Treat),
            ErrorKind::Forbidden,
        ),
        (
            Role::Person,
            Some(other),
            Some(Purpose::Patrqt),
            ErrorKind::NotFound,
        ),
    ] {
        let caller = house.token(role, person, purpose).await;
        let rest = house.rest(&caller);
        for id in ["o1", "nothing"] {
            let before = house.log_size().await;
            let refused = rest
                .read("Observation", id, None, &plainly())
                .await
                .unwrap_err();
            assert_eq!(refused.kind(), kind, "{role} {id}");
            assert_eq!(house.log_size().await, before + 1, "{role} {id}");
        }
        let before = house.log_size().await;
        let refused = rest
            .search("Observation", "patient=p1", &plainly())
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), kind, "{role}");
        assert_eq!(house.log_size().await, before + 1, "{role}");
    }
    let own = house
        .token(Role::Person, Some(p1), Some(Purpose::Patrqt))
        .await;
    assert_eq!(
        house
            .rest(&own)
            .read("Observation", "o1", None, &plainly())
            .await
            .unwrap()
            .status,
        200
    );
    let research = house.token(Role::App, None, Some(Purpose::Hresch)).await;
    let read = house
        .rest(&research)
        .read("Observation", "o1", None, &plainly())
        .await
        .unwrap();
    assert_eq!(body(&read)["meta"]["tag"][0]["code"], "SUBSETTED");
    assert_ne!(body(&read)["subject"]["reference"], "Patient/p1");
    assert_eq!(body(&read)["status"], "final");
}

#[tokio::test]
async fn searches_find_within_a_patient_and_who_somebody_is() {
    let house = House::new().await;
    let app = house.app().await;
    let rest = house.rest(&app);
    for number in 1..=7 {
        let id = format!("o{number}");
        let text = changed("\"id\":\"o1\"", &format!("\"id\":\"{id}\""));
        let text = String::from_utf8(text)
            .unwrap()
            .replace("2024-03-05", &format!("2024-03-0{number}"));
        rest.update("Observation", &id, text.as_bytes(), &plainly())
            .await
            .unwrap();
    }
    for (id, name) in [("p1", "Åsa Öberg"), ("p2", "Bo Lind")] {
        let (given, family) = name.split_once(' ').unwrap();
        let text = json!({
            "resourceType": "Patient", "id": id, "gender": "female",
            "name": [{"family": family, "given": [given]}],
            "identifier": [{"system": "urn:mrn", "value": id}],
        });
        rest.update("Patient", id, text.to_string().as_bytes(), &plainly())
            .await
            .unwrap();
    }
    let found = async |kind: &str, query: &str| -> Vec<String> {
        let answer = rest
            .search(kind, query, &plainly())
            .await
            .unwrap_or_else(|error| panic!("{query}: {error}"));
        let bundle = body(&answer);
        let mut ids: Vec<String> = bundle["entry"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(found("Observation", "patient=p1").await.len(), 7);
    assert_eq!(
        found("Observation", "patient=Patient/p1&date=ge2024-03-06").await,
        ["o6", "o7"]
    );
    assert_eq!(
        found("Observation", "patient=p1&code=8867-4&date=2024-03-02").await,
        ["o2"]
    );
    assert_eq!(
        found(
            "Observation",
            "subject=Patient/p1&code=http://loinc.org|8867-4"
        )
        .await
        .len(),
        7
    );
    assert!(
        found("Observation", "patient=p1&code=other")
            .await
            .is_empty()
    );
    assert!(found("Observation", "patient=p2").await.is_empty());
    assert!(found("Observation", "patient=nobody").await.is_empty());
    assert_eq!(found("Observation", "_id=o3,o5,none").await, ["o3", "o5"]);
    assert_eq!(found("Patient", "identifier=urn:mrn|p2").await, ["p2"]);
    assert_eq!(found("Patient", "family=oberg&gender=female").await, ["p1"]);
    assert_eq!(found("Patient", "_id=p1").await, ["p1"]);

    let mut seen = Vec::new();
    let mut query = "patient=p1&_count=3".to_owned();
    loop {
        let page = body(
            &rest
                .search("Observation", &query, &plainly())
                .await
                .unwrap(),
        );
        let entries = page["entry"].as_array().cloned().unwrap_or_default();
        seen.extend(
            entries
                .iter()
                .map(|entry| entry["fullUrl"].as_str().unwrap().to_owned()),
        );
        let links = page["link"].as_array().unwrap();
        match links.iter().find(|link| link["relation"] == "next") {
            Some(next) => {
                query = next["url"]
                    .as_str()
                    .unwrap()
                    .split_once('?')
                    .unwrap()
                    .1
                    .to_owned()
            }
            None => break,
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7);

    assert_eq!(found("Patient", "").await, ["p1", "p2"]);
    assert_eq!(found("Patient", "name:contains=ind").await, ["p2"]);
    let mut pages = Vec::new();
    let mut query = "_count=1".to_owned();
    for _ in 0..9 {
        let page = body(&rest.search("Patient", &query, &plainly()).await.unwrap());
        pages.extend(page["entry"].as_array().into_iter().flatten().cloned());
        let links = page["link"].as_array().unwrap();
        match links.iter().find(|link| link["relation"] == "next") {
            Some(next) => {
                query = next["url"]
                    .as_str()
                    .unwrap()
                    .split_once('?')
                    .unwrap()
                    .1
                    .to_owned()
            }
            None => break,
        }
    }
    assert_eq!(pages.len(), 2);
    let p1 = house
        .vault
        .person_by_external(&app.ctx.tenant, "Patient/p1")
        .await
        .unwrap();
    let own = house.token(Role::Person, p1, Some(Purpose::Patrqt)).await;
    let own = house.rest(&own);
    for (kind, total) in [("Patient", 1), ("Observation", 7)] {
        let answer = own.search(kind, "", &plainly()).await.unwrap();
        assert_eq!(body(&answer)["total"], total, "{kind}");
    }
    assert!(
        own.search("Observation", "patient=p2", &plainly())
            .await
            .is_err()
    );

    let too_wide = rest
        .search("Observation", "code=8867-4", &plainly())
        .await
        .unwrap_err();
    assert_eq!(too_wide.kind(), ErrorKind::Invalid);
    let strict = Wishes {
        is_strict: true,
        ..plainly()
    };
    assert!(
        rest.search("Observation", "patient=p1&nonsense=1", &strict)
            .await
            .is_err()
    );
    assert_eq!(found("Observation", "patient=p1&nonsense=1").await.len(), 7);
}

#[tokio::test]
async fn bad_input_is_refused_with_a_pointer() {
    let house = House::new().await;
    let app = house.app().await;
    let rest = house.rest(&app);
    let refused = async |kind: &str, id: &str, text: &[u8]| {
        let error = rest.update(kind, id, text, &plainly()).await.unwrap_err();
        (error.status(), error.pointer())
    };
    let pointer = |text: &str| Some(text.to_owned());
    assert_eq!(
        refused("Observation", "o2", OBSERVATION).await,
        (400, pointer("/id"))
    );
    assert_eq!(
        refused("Patient", "o1", OBSERVATION).await,
        (400, pointer("/resourceType"))
    );
    assert_eq!(refused("Nonsense", "o1", OBSERVATION).await.0, 404);
    assert_eq!(refused("Observation", "o_1", OBSERVATION).await.0, 400);
    assert_eq!(refused("Observation", "o1", b"{").await.0, 400);
    assert_eq!(refused("Observation", "o1", b"[]").await.0, 400);
    assert_eq!(refused("Observation", "o1", b"\xff").await.0, 400);
    let unknown = changed("\"status\"", "\"statuz\"");
    let (status, at) = refused("Observation", "o1", &unknown).await;
    assert!(matches!(status, 400 | 422), "{status}");
    assert_eq!(at, pointer("/statuz"));
    let card = changed("/min", "4111 1111 1111 1111");
    let (_, at) = refused("Observation", "o1", &card).await;
    assert_eq!(at, pointer("/valueQuantity/unit"));
    assert!(
        rest.read("Observation", "o1", None, &plainly())
            .await
            .is_err()
    );
}
