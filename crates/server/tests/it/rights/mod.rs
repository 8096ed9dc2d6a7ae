//! What people ask for under their rights: asked, timed by the law, answered.

mod effects;
mod pages;
mod watch;

use std::sync::Arc;

use base::{Clock, FixedClock};
use http::Method;
use policy::Role;
use serde_json::{Value, json};
use server::clock::SystemClock;

use crate::house::{ACME, Got, House, OTHER, holds, on_each_engine, staff};

const ANSWER: &str = "This is what we did, and why.";

fn officer() -> String {
    staff(ACME, Role::Compliance, 8)
}

/// Somebody asks for something: acme's person, or another's.
async fn ask(house: &House, tenant: &'static str, body: &Value) -> Got {
    let person = house.person(tenant);
    house
        .ask(
            Method::POST,
            format!("/v1/persons/{person}/rights-requests"),
        )
        .by(house.token(tenant, Role::Person))
        .json(body)
        .send()
        .await
}

/// A request that came in: its id.
async fn asked(house: &House, body: &Value) -> String {
    let got = ask(house, ACME, body).await;
    assert_eq!(got.status, 201, "{}", got.text());
    text(&got.json(), "request").to_owned()
}

/// A request of acme's person that waits.
pub async fn waiting(house: &House) -> String {
    asked(house, &json!({ "kind": "access" })).await
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} in {value}"))
}

async fn step(house: &House, right: &str, body: &Value) -> Got {
    house
        .ask(Method::POST, format!("/v1/rights-requests/{right}/events"))
        .by(&officer())
        .json(body)
        .send()
        .await
}

/// A step that is taken.
async fn stepped(house: &House, right: &str, body: &Value) -> Value {
    let got = step(house, right, body).await;
    assert_eq!(got.status, 200, "{body}: {}", got.text());
    got.json()
}

async fn inbox(house: &House, query: &str) -> Vec<Value> {
    let got = house
        .ask(Method::GET, format!("/v1/rights-requests{query}"))
        .by(&officer())
        .send()
        .await;
    assert_eq!(got.status, 200, "{}", got.text());
    got.json()["requests"].as_array().unwrap().clone()
}

async fn own(house: &House, method: Method, right: &str) -> Got {
    let person = house.person(ACME);
    house
        .ask(
            method,
            format!("/v1/persons/{person}/rights-requests/{right}"),
        )
        .by(house.token(ACME, Role::Person))
        .send()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_prepares_on_both_engines() {
    let engines = store::danger_testing::each_engine(store::migrations::DATA, None).await;
    for engine in engines.unwrap() {
        for sql in server::rights::STATEMENTS {
            let prepared = engine.prepare(sql).await;
            assert!(prepared.is_ok(), "{}: {prepared:?}", sql.sqlite);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_asked_timed_and_answered_and_says_nothing_to_anybody_else() {
    on_each_engine(async |house| {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let house = house.reopened_by(Arc::clone(&clock) as _).await;
        let secret = "Wolfsbane-in-the-letter";
        let right = asked(
            &house,
            &json!({ "kind": "access", "text": secret, "lang": "sv" }),
        )
        .await;
        let entry = house.log_size(ACME).await - 1;
        let question = asked(
            &house,
            &json!({ "kind": "question", "text": "Who?", "entry": entry }),
        )
        .await;

        let read = own(&house, Method::GET, &right).await;
        assert_eq!(read.status, 200, "{}", read.text());
        let read = read.json();
        assert_eq!(
            (text(&read, "state"), text(&read, "law")),
            ("received", "gdpr")
        );
        assert_eq!(read["wish"]["text"], secret);
        let left = read["next"]["days_left"].as_i64().unwrap();
        assert!((28..=34).contains(&left), "a month: {read}");
        let other = own(&house, Method::GET, &question).await.json();
        assert!(other["next"].is_null(), "no law sets a time: {other}");

        // The most urgent first; what no law times comes after. The list says nothing of what was written.
        let lines = inbox(&house, "").await;
        assert_eq!(
            lines
                .iter()
                .map(|it| text(it, "request"))
                .collect::<Vec<_>>(),
            [right.as_str(), &question]
        );
        assert!(!json!(lines).to_string().contains(secret));
        let page = house
            .ask(Method::GET, "/v1/rights-requests?limit=1")
            .by(&officer())
            .send()
            .await
            .json();
        let rest = inbox(&house, &format!("?limit=1&cursor={}", text(&page, "next"))).await;
        assert_eq!(text(&rest[0], "request"), question);

        // Steps, in the order that the rules let.
        let no_text = step(&house, &right, &json!({ "event": "extend" })).await;
        assert_eq!(
            (no_text.status, no_text.code()),
            (400, "rights.wish".into())
        );
        assert_eq!(
            text(
                &stepped(&house, &right, &json!({ "event": "confirm" })).await,
                "state"
            ),
            "confirmed"
        );
        assert_eq!(
            text(
                &stepped(&house, &right, &json!({ "event": "start" })).await,
                "state"
            ),
            "in_progress"
        );
        let twice = step(&house, &right, &json!({ "event": "confirm" })).await;
        assert_eq!((twice.status, twice.code()), (409, "rights.order".into()));
        let longer = stepped(
            &house,
            &right,
            &json!({ "event": "extend", "text": "Much is kept." }),
        )
        .await;
        assert_eq!(text(&longer, "state"), "extended");
        assert!(
            longer["next"]["days_left"].as_i64().unwrap() > 80,
            "{longer}"
        );
        let never = step(
            &house,
            &question,
            &json!({ "event": "extend", "text": "Because." }),
        )
        .await;
        assert_eq!(
            (never.status, never.code()),
            (409, "rights.no_extension".into())
        );
        let draft = house
            .ask(
                Method::GET,
                format!("/v1/rights-requests/{right}?draft_of=answer"),
            )
            .by(&officer())
            .send()
            .await
            .json();
        assert!(
            text(&draft, "draft").contains("Här är vårt svar"),
            "{draft}"
        );
        assert!(
            text(&draft, "draft").contains(&web::format::day(
                text(&draft, "received_day").parse().unwrap(),
                web::Lang::Sv
            )),
            "{draft}"
        );
        let done = stepped(
            &house,
            &right,
            &json!({ "event": "answer", "text": ANSWER }),
        )
        .await;
        assert_eq!(
            (text(&done, "state"), &done["next"]),
            ("answered", &Value::Null)
        );
        let over = step(&house, &right, &json!({ "event": "refuse", "text": "No." })).await;
        assert_eq!(over.status, 409);
        let read = own(&house, Method::GET, &right).await.json();
        let events: Vec<_> = read["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| text(it, "event"))
            .collect();
        assert_eq!(
            events,
            ["received", "confirmed", "begun", "extended", "answered"]
        );
        assert_eq!(read["events"][4]["text"], ANSWER);
        assert_eq!(inbox(&house, "").await.len(), 1);
        assert_eq!(inbox(&house, "?state=closed").await.len(), 1);

        // Taken back by the person alone; nothing follows.
        let back = own(&house, Method::DELETE, &question).await;
        assert_eq!(
            (back.status, text(&back.json(), "state")),
            (200, "withdrawn"),
            "{}",
            back.text()
        );
        assert_eq!(own(&house, Method::DELETE, &question).await.status, 409);
        assert_eq!(
            own(&house, Method::DELETE, &right).await.code(),
            "rights.nothing_to_lift"
        );

        // Nobody else finds it: another person, another tenant, whoever keeps the house.
        let stranger = house.new_person(ACME).await;
        let theirs = house
            .ask(
                Method::GET,
                format!("/v1/persons/{stranger}/rights-requests/{right}"),
            )
            .by(house.token(ACME, Role::App))
            .send()
            .await;
        assert_eq!(theirs.status, 404);
        let elsewhere = house
            .ask(Method::GET, format!("/v1/rights-requests/{right}"))
            .by(&staff(OTHER, Role::Compliance, 8))
            .send()
            .await;
        assert_eq!(elsewhere.status, 404, "{}", elsewhere.text());
        for role in [
            Role::Owner,
            Role::Administrator,
            Role::Security,
            Role::Clinician,
        ] {
            let got = house
                .ask(Method::GET, "/v1/rights-requests")
                .by(&staff(ACME, role, 9))
                .send()
                .await;
            assert_eq!(got.status, 403, "{role}: {}", got.text());
        }
        // What was written lies nowhere in clear.
        if house.is_sqlite() {
            for (path, bytes) in house.raw() {
                assert!(
                    !holds(&bytes, secret.as_bytes()),
                    "{} holds it",
                    path.display()
                );
                assert!(
                    !holds(&bytes, ANSWER.as_bytes()),
                    "{} holds the answer",
                    path.display()
                );
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_refused_and_says_why() {
    on_each_engine(async |house| {
        let cases = [
            (json!({ "kind": "know" }), 400, "rights.kind"),
            (json!({ "kind": "dance" }), 400, "rights.body"),
            (json!({ "kind": "access", "more": 1 }), 400, "rights.body"),
            (json!({ "kind": "access", "text": "a".repeat(4_001) }), 400, "rights.wish"),
            (json!({ "kind": "question" }), 400, "rights.wish"),
            (json!({ "kind": "objection" }), 400, "rights.wish"),
            (json!({ "kind": "objection", "purpose": "ETREAT" }), 400, "rights.wish"),
            (json!({ "kind": "access", "purpose": "HRESCH" }), 400, "rights.wish"),
            (json!({ "kind": "rectification", "record": "one", "text": "x" }), 400, "rights.wish"),
            (json!({ "kind": "restriction", "collection": "nothing" }), 404, "collection.not_found"),
            (json!({ "kind": "rectification", "collection": "sheet", "record": "one", "field": "nothing", "value": "1" }), 400, "rights.wish"),
            (json!({ "kind": "access", "text": "4242 4242 4242 4242" }), 422, "card.refused"),
        ];
        for (body, status, code) in cases {
            let got = ask(&house, ACME, &body).await;
            assert_eq!((got.status, got.code().as_str()), (status, code), "{body}: {}", got.text());
        }
        // What is not there, or is not theirs, starts no clock.
        let person = house.person(ACME);
        let path = format!("/v1/persons/{person}/records/slip/one");
        assert_eq!(house.put(&path, &json!({ "word": "x" })).await.status, 201);
        let other = house.new_person(ACME).await;
        let theirs = format!("/v1/persons/{other}/records/slip/theirs");
        assert_eq!(house.put(&theirs, &json!({ "word": "x" })).await.status, 201);
        let not_theirs = house.log_size(ACME).await - 1;
        for (body, code) in [
            (json!({ "kind": "rectification", "text": "x", "collection": "sheet", "record": "made-up" }), "record.not_found"),
            (json!({ "kind": "rectification", "text": "x", "collection": "sheet", "record": "one" }), "record.not_found"),
            (json!({ "kind": "rectification", "text": "x", "collection": "slip", "record": "theirs" }), "record.not_found"),
            (json!({ "kind": "question", "text": "x", "entry": not_theirs }), "log.not_found"),
            (json!({ "kind": "report", "entry": 1_000_000 }), "log.not_found"),
        ] {
            let got = ask(&house, ACME, &body).await;
            assert_eq!((got.status, got.code().as_str()), (404, code), "{body}: {}", got.text());
        }
        assert!(inbox(&house, "?state=all").await.is_empty(), "no clock began");
        let none = own(&house, Method::DELETE, "None").await;
        assert!(none.status == 404 && !none.text().contains("file id"), "{}", none.text());

        // The other tenant answers under another law: ten business days to confirm first.
        let theirs = ask(&house, OTHER, &json!({ "kind": "access" })).await;
        assert_eq!(theirs.code(), "rights.kind");
        let know = ask(&house, OTHER, &json!({ "kind": "know" })).await.json();
        assert_eq!((text(&know, "law"), text(&know["next"], "step")), ("ccpa", "confirm"));
        let left = know["next"]["days_left"].as_i64().unwrap();
        assert!((12..=16).contains(&left), "{know}");

        for _ in 0..20 {
            waiting(&house).await;
        }
        let more = ask(&house, ACME, &json!({ "kind": "access" })).await;
        assert_eq!((more.status, more.code()), (429, "rights.too_many".into()));
    })
    .await;
}
