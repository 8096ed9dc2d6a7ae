//! What an answer brings about: a corrected record, a restriction and an objection that stand where the key is.

use base::{Ctx, Purpose, RequestId, TenantId};
use http::Method;
use policy::{Authority, Proven, RecordAt, Role, Scope, Verb, decide};
use serde_json::json;
use vault::VaultError;

use super::{ANSWER, asked, own, step, stepped, text};
use crate::house::{ACME, House, on_each_engine, staff};
use crate::sharing::request;

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_a_new_version_and_the_history_keeps_the_old() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let path = format!("/v1/persons/{person}/records/sheet/one");
        let sheet = json!({ "name": "Quillfeather", "pulse": 60, "weight": 61.20, "finding": "calm" });
        assert_eq!(house.put(&path, &sheet).await.status, 201);
        let wish = |field: &str, value: &str| {
            json!({ "kind": "rectification", "text": "It is not so.", "collection": "sheet", "record": "one", "field": field, "value": value })
        };
        let answer = json!({ "event": "answer", "text": ANSWER });

        let right = asked(&house, &wish("pulse", "72")).await;
        stepped(&house, &right, &answer).await;
        let read = own(&house, Method::GET, &right).await.json();
        assert_eq!(read["events"][1]["version"], 2, "it names the version: {read}");
        let now = house.get(&path).await;
        assert_eq!(now.json(), json!({ "name": "Quillfeather", "pulse": 72, "weight": 61.20, "finding": "calm" }));
        let before = house.get(format!("{path}?version=1")).await;
        assert_eq!(before.json()["pulse"], 60, "the history keeps what was there");

        // A text where a text stands, and what does not fit is said before anything is answered.
        let right = asked(&house, &wish("name", "42")).await;
        stepped(&house, &right, &answer).await;
        assert_eq!(house.get(&path).await.json()["name"], "42");
        let right = asked(&house, &wish("pulse", "fast")).await;
        let no = step(&house, &right, &answer).await;
        assert!(matches!(no.status, 400 | 422), "{}", no.text());
        assert!(!no.text().contains("fast"), "{}", no.text());
        assert_eq!(text(&own(&house, Method::GET, &right).await.json(), "state"), "received");
        let said = json!({ "event": "answer", "text": ANSWER, "carry_out": false });
        stepped(&house, &right, &said).await;
        assert_eq!(house.get(&path).await.json()["pulse"], 72, "only said");
        // Somebody who answers does not read the record by it: what the log says was read, Strongroom itself read.
        let size = house.log_size(ACME).await;
        let mut opened = 0;
        for index in 0..size {
            let entry = house.entry(ACME, index).await;
            if entry["actor"]["role"] == "compliance" {
                assert!(entry["action"].as_str().unwrap().starts_with("rights."), "{entry}");
            }
            opened += usize::from(entry["policy"] == "system-correct");
        }
        assert!(opened >= 2, "{opened}");
    })
    .await;
}

/// Open a record as the app, past everything before the vault.
async fn past_all(house: &House, purpose: Purpose) -> Result<(), VaultError> {
    let tenant: TenantId = ACME.parse().unwrap();
    let who = Authority::from(Proven {
        tenant: tenant.clone(),
        actor_id: "test".to_owned(),
        authenticated_by: "local",
        role: Role::App,
        person: None,
        scope: Scope::default(),
        assurance: None,
        fresh_until: None,
        grant: None,
    });
    let ctx = Ctx {
        tenant: tenant.clone(),
        actor: who.actor(),
        purpose: Some(purpose),
        request: RequestId::random(&crypt::SystemRng),
        now: house.place.clock.now(),
    };
    let thing = RecordAt {
        tenant,
        person: house.person(ACME),
        collection: "sheet".parse().unwrap(),
        record: "one".parse().unwrap(),
    };
    let allowed = decide(&ctx, &who, Verb::Read, thing).unwrap();
    house
        .place
        .vault
        .open(&ctx, &allowed, None)
        .await
        .map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restriction_stands_where_the_key_is_until_it_is_lifted() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let path = format!("/v1/persons/{person}/records/sheet/one");
        assert_eq!(
            house
                .put(&path, &json!({ "pulse": 60, "code": "a1" }))
                .await
                .status,
            201
        );
        let file = house
            .upload(person, "letter.pdf", b"letter".to_vec())
            .await
            .json();
        let file = format!("/v1/persons/{person}/files/{}", text(&file, "file"));
        let fhir = json!({ "resourceType": "Patient", "id": "pat-1" });
        assert_eq!(house.put("/fhir/Patient/pat-1", &fhir).await.status, 201);
        let grant = crate::sharing::grant_all(&house, "HRESCH").await;

        let right = asked(&house, &json!({ "kind": "restriction" })).await;
        assert_eq!(
            house.get(&path).await.status,
            200,
            "asking alone restricts nothing"
        );
        stepped(
            &house,
            &right,
            &json!({ "event": "answer", "text": ANSWER }),
        )
        .await;

        let list = format!("/v1/persons/{person}/records/sheet");
        let files = format!("/v1/persons/{person}/files");
        for read in [
            &path,
            &format!("{path}/history"),
            &list,
            &format!("{list}?code=a1"),
            &file,
            &files,
        ] {
            let got = house.get(read).await;
            assert_eq!(
                (got.status, got.code().as_str()),
                (403, "rights.restricted"),
                "{read}: {}",
                got.text()
            );
        }
        let entry = house.entry(ACME, house.log_size(ACME).await - 1).await;
        assert_eq!(
            (&entry["outcome"], &entry["code"]),
            (&json!("denied"), &json!("rights.restricted"))
        );
        let put = house.put(&path, &json!({ "pulse": 61 })).await;
        assert_eq!((put.status, put.code()), (403, "rights.restricted".into()));
        assert_eq!(house.delete(&path).await.status, 403);
        assert_eq!(house.upload(person, "x", b"x".to_vec()).await.status, 403);
        let item =
            json!({ "method": "GET", "person": person, "collection": "sheet", "record": "one" });
        let batch = house
            .ask(Method::POST, "/v1/records:batch")
            .by(house.token(ACME, Role::App))
            .purpose("TREAT");
        assert!(
            batch
                .body(item.to_string())
                .send()
                .await
                .text()
                .contains("rights.restricted")
        );
        // A grant is no ground against it, and a code that leaves policy's caller out opens nothing either.
        let research = house
            .ask(Method::GET, &path)
            .by(house.token(ACME, Role::App))
            .purpose("HRESCH");
        assert_eq!(research.send().await.code(), "rights.restricted");
        assert!(matches!(
            past_all(&house, Purpose::Treat).await,
            Err(VaultError::Restricted)
        ));
        assert!(!grant.is_empty());

        // The person themselves, and an emergency.
        let own_read = house
            .ask(Method::GET, &path)
            .by(house.token(ACME, Role::Person))
            .purpose("PATRQT");
        assert_eq!(own_read.send().await.status, 200);
        let doctor = staff(ACME, Role::Clinician, 5);
        let by_doctor = async |purpose: &str| {
            house
                .ask(Method::GET, &path)
                .by(&doctor)
                .purpose(purpose)
                .send()
                .await
        };
        assert_eq!(by_doctor("TREAT").await.code(), "rights.restricted");
        let glass = house
            .ask(Method::POST, "/v1/access/break-glass")
            .by(&doctor);
        let glass = glass
            .json(&json!({ "person": person, "reason": "emergency_care" }))
            .send()
            .await;
        assert_eq!(glass.status, 201, "{}", glass.text());
        assert_eq!(by_doctor("ETREAT").await.status, 200);

        // Others are as they were.
        let other = house.new_person(ACME).await;
        let theirs = format!("/v1/persons/{other}/records/sheet/one");
        assert_eq!(house.put(&theirs, &json!({ "pulse": 1 })).await.status, 201);

        // Lifted by the person, once.
        let back = own(&house, Method::DELETE, &right).await;
        assert_eq!(back.status, 200, "{}", back.text());
        assert_eq!(house.get(&path).await.status, 200);
        assert_eq!(
            own(&house, Method::DELETE, &right).await.code(),
            "rights.nothing_to_lift"
        );

        // Of one collection only, and lifted by who answers.
        let right = asked(
            &house,
            &json!({ "kind": "restriction", "collection": "sheet" }),
        )
        .await;
        stepped(
            &house,
            &right,
            &json!({ "event": "answer", "text": ANSWER }),
        )
        .await;
        assert_eq!(house.get(&path).await.code(), "rights.restricted");
        assert_eq!(
            house.get(&file).await.status,
            200,
            "a file is of no collection"
        );
        assert_eq!(house.get("/fhir/Patient/pat-1").await.status, 200);
        let lifted = stepped(&house, &right, &json!({ "event": "lift" })).await;
        assert_eq!(text(&lifted, "state"), "answered");
        assert_eq!(house.get(&path).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_objection_ends_what_was_granted_and_blocks_what_is_asked() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let path = format!("/v1/persons/{person}/records/sheet/one");
        assert_eq!(
            house
                .put(&path, &json!({ "pulse": 60, "code": "a1" }))
                .await
                .status,
            201
        );
        let grant = crate::sharing::grant_all(&house, "HRESCH").await;
        let research = async || {
            let ask = house
                .ask(Method::GET, &path)
                .by(house.token(ACME, Role::App));
            ask.purpose("HRESCH").send().await
        };
        assert_eq!(research().await.status, 200);
        let publish = async |purpose: &str| {
            let parts = json!([{ "collection": "sheet", "verbs": "r" }]);
            let ask = house
                .ask(Method::POST, "/v1/consent/requests")
                .by(house.token(ACME, Role::App));
            let made = ask.json(&request(purpose, &parts)).send().await;
            text(&made.json(), "request").to_owned()
        };
        let put_to = async |request: &str| {
            house
                .ask(
                    Method::POST,
                    format!("/v1/consent/requests/{request}/askings"),
                )
                .by(house.token(ACME, Role::App))
                .json(&json!({ "person": person }))
                .send()
                .await
        };
        let open = put_to(&publish("HRESCH").await).await;
        assert_eq!(open.status, 201, "{}", open.text());

        let right = asked(&house, &json!({ "kind": "objection", "purpose": "HRESCH" })).await;
        stepped(
            &house,
            &right,
            &json!({ "event": "answer", "text": ANSWER }),
        )
        .await;
        let read = house
            .ask(Method::GET, format!("/v1/persons/{person}/grants/{grant}"))
            .by(house.token(ACME, Role::Person))
            .send()
            .await
            .json();
        assert_eq!(text(&read, "state"), "withdrawn", "{read}");
        let askings = house
            .ask(Method::GET, format!("/v1/persons/{person}/askings"))
            .by(house.token(ACME, Role::Person))
            .send()
            .await
            .json();
        assert!(
            askings["askings"]
                .as_array()
                .unwrap()
                .iter()
                .all(|it| it["state"] != "open"),
            "{askings}"
        );
        let got = research().await;
        assert_eq!((got.status, got.code()), (403, "rights.objected".into()));
        assert!(matches!(
            past_all(&house, Purpose::Hresch).await,
            Err(VaultError::Objected)
        ));
        assert_eq!(house.get(&path).await.status, 200, "treatment goes on");
        let again = put_to(&publish("HRESCH").await).await;
        assert_eq!(
            (again.status, again.code()),
            (403, "rights.objected".into()),
            "{}",
            again.text()
        );
        // Where everybody is searched, who objected is not seen by it: the same ground is asked.
        own(&house, Method::DELETE, &right).await;
        assert_eq!(
            research().await.code(),
            "consent.no_grant",
            "lifted; the grant stays ended"
        );
    })
    .await;
}
