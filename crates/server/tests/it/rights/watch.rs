//! Letters and alerts about requests; and what happens to their words when keys are turned over and a person goes.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use base::{Class, Clock, FixedClock, TenantId};
use http::Method;
use policy::{Role, Verb, decide};
use serde_json::json;
use server::clock::SystemClock;
use store::{Sql, WriteSet};

use super::{ANSWER, asked, inbox, officer, own, step, stepped, text};
use crate::accounts;
use crate::house::{ACME, on_each_engine};
use crate::notices::Kept;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test(flavor = "multi_thread")]
async fn those_who_answer_are_warned_before_and_after_and_the_person_gets_letters() {
    on_each_engine(async |house| {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let house = house.reopened_by(Arc::clone(&clock) as _).await;
        let post = Kept::default();
        let email = "ada@fjord.example";
        let (_, person) = accounts::account(&house, ACME, email, Role::Person).await;
        let person = person.unwrap();
        let officer_mail = "officer@fjord.example";
        let (account, _) = accounts::account(&house, ACME, officer_mail, Role::Person).await;
        static STAFF: Sql = Sql::both("UPDATE account SET kind = 'staff', role = 'compliance', person = NULL WHERE account = $1");
        let set = WriteSet::new().run(&STAFF, vec![account.into()]);
        house.place.db.commit(set).await.unwrap();
        house.appoint(ACME, account, Role::Compliance).await;
        post.take(&house).await;

        let made = house
            .ask(Method::POST, format!("/v1/persons/{person}/rights-requests"))
            .by(house.token(ACME, Role::App))
            .json(&json!({ "kind": "access", "text": "For Ada, who called." }))
            .send()
            .await;
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.json();
        assert_eq!(text(&made, "lang"), "sv", "the language of the account");
        let right = text(&made, "request").to_owned();

        let told = async || {
            server::rights::remind(&house.place).await.unwrap();
            post.take(&house).await
        };
        assert!(told().await.is_empty(), "its day is far");
        stepped(&house, &right, &json!({ "event": "confirm", "text": "Marrow." })).await;
        let letters = post.take(&house).await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert!(letters[0].0 == email && letters[0].2.contains("/portal/rights"), "{letters:?}");
        assert!(!letters[0].2.contains("Marrow"), "a letter says where to look, and no more");

        clock.set(clock.now().after(DAY * 27));
        let soon = told().await;
        assert_eq!(soon.len(), 1, "{soon:?}");
        assert!(soon[0].0 == officer_mail && soon[0].2.contains("/console/rights"), "{soon:?}");
        assert!(told().await.is_empty(), "once");
        let what = async || {
            let got = house.ask(Method::GET, "/v1/access/alerts").by(&officer()).send().await.json();
            let mut what: Vec<_> = got["alerts"].as_array().unwrap().iter().map(|it| {
                assert_eq!(text(it, "subject"), right);
                text(it, "what").to_owned()
            }).collect();
            what.sort();
            what
        };
        assert_eq!(what().await, ["right_due"]);
        clock.set(clock.now().after(DAY * 10));
        assert_eq!(told().await.len(), 1);
        assert_eq!(what().await, ["right_due", "right_overdue"]);
        let late = inbox(&house, "?state=overdue").await;
        assert_eq!((late.len(), &late[0]["overdue"]), (1, &json!(true)));
        let extend = step(&house, &right, &json!({ "event": "extend", "text": "Because." })).await;
        assert_eq!((extend.status, extend.code()), (409, "rights.too_late".into()));
        let open = server::rights::open(&house.place, &ACME.parse().unwrap(), None).await.unwrap();
        assert_eq!(open.len(), 1);
        stepped(&house, &right, &json!({ "event": "answer", "text": ANSWER })).await;
        assert!(inbox(&house, "?state=overdue").await.is_empty());
        let letters = post.take(&house).await;
        assert!(letters.len() == 1 && letters[0].0 == email, "{letters:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_turned_over_and_a_person_erased_with_all_that_was_said() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let right = asked(&house, &json!({ "kind": "access", "text": "Before the keys." })).await;
        let closed = asked(&house, &json!({ "kind": "access" })).await;
        stepped(&house, &closed, &json!({ "event": "answer", "text": ANSWER })).await;
        let tenant: TenantId = ACME.parse().unwrap();
        let level = keys::Level::Person { tenant: tenant.clone(), person, class: Class::Health };
        house.place.keys.rotate(&level).await.unwrap();
        let (ctx, system) = house.place.local(&tenant, "test");
        let thing = policy::KeysOf { tenant: tenant.clone() };
        let allowed = decide(&ctx, &system, Verb::Manage, thing).unwrap();
        let vault = &house.place.vault;
        assert!(vault.end_generation(&ctx, &allowed, person, Class::Health, 1).await.is_err(), "notes hang under it");
        let renewed = vault.renew(&ctx, &allowed, None, None, |_| ControlFlow::Continue(())).await.unwrap();
        assert!(renewed.moved >= 3 && renewed.remaining == 0, "{renewed:?}");
        vault.end_generation(&ctx, &allowed, person, Class::Health, 1).await.unwrap();
        let read = own(&house, Method::GET, &right).await.json();
        assert_eq!(read["wish"]["text"], "Before the keys.");

        // A note that was changed is no note.
        static FLIP: Sql = Sql::each(
            "UPDATE rights_event SET sealed = CAST(substr(sealed, 1, length(sealed) - 4) || x'deadbeef' AS BLOB) WHERE request = $1 AND seq = 0",
            "UPDATE rights_event SET sealed = substr(sealed, 1, length(sealed) - 4) || '\\xdeadbeef'::bytea WHERE request = $1 AND seq = 0",
        );
        let id: base::ObjectId = right.parse().unwrap();
        let set = WriteSet::new().run(&FLIP, vec![id.into()]);
        house.place.db.commit(set).await.unwrap();
        let changed = own(&house, Method::GET, &right).await;
        assert_eq!(changed.code(), "vault.tampered", "{}", changed.text());
        let entry = house.entry(ACME, house.log_size(ACME).await - 1).await;
        assert_eq!(entry["outcome"], "failed", "a failed look is a look: {entry}");

        let gone = house.delete(format!("/v1/persons/{person}")).await;
        assert_eq!(gone.status, 200, "{}", gone.text());
        let left = server::leftovers::search(&house.place, &tenant, person).await.unwrap().unwrap();
        assert!(left.is_clean(), "{left:?}");
        static KEPT: Sql = Sql::both("SELECT count(*) FROM rights_request WHERE person IS NULL AND due_at IS NULL AND closed_at IS NOT NULL");
        assert_eq!(house.number(&KEPT).await, 2, "that somebody asked, and when, names nobody");
        assert!(inbox(&house, "?state=all").await.is_empty());
        let open = server::rights::open(&house.place, &tenant, None).await;
        assert!(open.unwrap().is_empty());
    })
    .await;
}
