//! Several who stand in for one person at once: each within their own limits, each in the log under their own grant.

use base::AccountId;
use http::Method;
use policy::Role;
use serde_json::{Value, json};

use crate::accounts;
use crate::house::{ACME, Got, House, on_each_engine};

/// An account of a person, and its cookie.
async fn friend(house: &House, email: &str) -> (AccountId, String) {
    let (account, _) = accounts::account(house, ACME, email, Role::Person).await;
    let session = accounts::sign_in(house, ACME, email).await;
    (account, format!("__Host-session={}", session.text.expose()))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_each_within_their_limits() {
    on_each_engine(async |house| {
        let (own, person) = crate::portal::somebody(&house).await;
        let (ada, as_ada) = friend(&house, "ada@harbour.example").await;
        let (bo, as_bo) = friend(&house, "bo@harbour.example").await;
        let call =
            async |cookie: &str, method: Method, path: &str, body: Value, tag: &str| -> Got {
                let mut ask = house
                    .ask(method, format!("/v1/persons/{person}{path}"))
                    .header("cookie", cookie)
                    .header("sec-fetch-site", "same-origin")
                    .purpose("PATRQT");
                if cookie != own {
                    ask = ask.header("acting-for", person.to_string());
                }
                if !tag.is_empty() {
                    ask = ask.header("if-match", tag);
                }
                match body {
                    Value::Null => ask.send().await,
                    body => ask.json(&body).send().await,
                }
            };
        let appoint = async |account: AccountId, part: Value| {
            let terms = json!({ "purposes": ["PATRQT"], "parts": [part] });
            let new = json!({ "account": account, "terms": terms, "days": 30 });
            let made = call(&own, Method::POST, "/proxies", new, "").await;
            assert_eq!(made.status, 201, "{}", made.text());
            made.json()["grant"]["grant"].as_str().unwrap().to_owned()
        };
        let record = "/records/sheet/2026-11-09";
        let narrow = json!({ "collection": "sheet", "verbs": "rs", "fields": ["pulse"] });
        let first = appoint(ada, narrow.clone()).await;
        let second = appoint(bo, json!({ "collection": "sheet", "verbs": "cruds" })).await;

        let (by_ada, by_bo) = tokio::join!(
            call(&as_ada, Method::GET, record, Value::Null, ""),
            call(&as_bo, Method::GET, record, Value::Null, ""),
        );
        assert_eq!(by_ada.json(), json!({ "pulse": 64 }), "one field");
        assert_eq!(
            by_bo.json()["finding"],
            "calm <b>",
            "all of it: {}",
            by_bo.text()
        );
        let (ada_writes, bo_writes) = tokio::join!(
            call(&as_ada, Method::PUT, record, json!({ "pulse": 1 }), "\"1\""),
            call(&as_bo, Method::PUT, record, json!({ "pulse": 70 }), "\"1\""),
        );
        assert_eq!(
            ada_writes.status,
            403,
            "what one may, the other may not: {}",
            ada_writes.text()
        );
        assert_eq!(bo_writes.status, 200, "{}", bo_writes.text());
        // Who changes the same thing at the same time: one is told to read again.
        let (one, other) = tokio::join!(
            call(&as_bo, Method::PUT, record, json!({ "pulse": 71 }), "\"2\""),
            call(&own, Method::PUT, record, json!({ "pulse": 72 }), "\"2\""),
        );
        let mut both = [one.status, other.status];
        both.sort_unstable();
        assert_eq!(both, [200, 412], "{} {}", one.text(), other.text());

        // Each stands in the log, under the grant that it was done by.
        let looks = call(&own, Method::GET, "/accesses?limit=100", Value::Null, "").await;
        let text = looks.text();
        let entries = looks.json()["entries"].as_array().unwrap().clone();
        for (grant, account) in [(&first, ada), (&second, bo)] {
            let plain = grant.replace('-', "");
            let by = |it: &&Value| {
                let entry = it["entry"].to_string();
                (entry.contains(grant) || entry.contains(&plain))
                    && entry.contains(&account.to_string())
            };
            assert!(
                entries.iter().any(|it| by(&it)),
                "{account} by {grant}: {text}"
            );
        }

        // Appointed twice, the newest appointment alone counts: narrower, though the older one was wider.
        let third = appoint(bo, narrow).await;
        let seen = call(&as_bo, Method::GET, record, Value::Null, "").await;
        assert_eq!(seen.json().as_object().unwrap().len(), 1, "{}", seen.text());
        let writes = call(&as_bo, Method::PUT, record, json!({ "pulse": 2 }), "").await;
        assert_eq!(writes.status, 403, "{}", writes.text());
        for grant in [&third, &second] {
            let gone = call(
                &own,
                Method::DELETE,
                &format!("/grants/{grant}"),
                Value::Null,
                "",
            )
            .await;
            assert_eq!(gone.status, 200, "{}", gone.text());
        }
        let over = call(&as_bo, Method::GET, record, Value::Null, "").await;
        assert_eq!(over.status, 404, "{}", over.text());
        let still = call(&as_ada, Method::GET, record, Value::Null, "").await;
        assert_eq!(still.status, 200, "one that ends leaves the other");
    })
    .await;
}
