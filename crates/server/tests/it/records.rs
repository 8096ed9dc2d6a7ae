//! Records over HTTP: written, read, changed, deleted, found again; on conditions, once, and as far as a purpose goes.

use std::collections::BTreeSet;

use http::Method;
use policy::Role;
use serde_json::{Value, json};

use crate::house::{ACME, Got, House, on_each_engine};

fn path(house: &House, record: &str) -> String {
    format!("/v1/persons/{}/records/sheet/{record}", house.person(ACME))
}

async fn put_with(house: &House, record: &str, headers: &[(&str, &str)], body: &Value) -> Got {
    let mut ask = house
        .ask(Method::PUT, path(house, record))
        .by(house.token(ACME, Role::App));
    for (name, value) in headers {
        ask = ask.header(name, value);
    }
    ask.json(body).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_lives_and_leaves_a_tombstone() {
    on_each_engine(async |house| {
        let one = path(&house, "one");
        assert_eq!(house.get(&one).await.code(), "record.not_found");

        let first = json!({ "name": "Ö \u{1F9EC} \"quoted\"", "pulse": 61, "weight": 60.50 });
        // Byte for byte where JSON allows: the number keeps its digits, the members their order.
        let text =
            r#"{"name":"Ö 🧬 \"quoted\"","pulse":61,"weight":60.50,"more":{"b":1e2,"a":[]}}"#;
        let ask = house
            .ask(Method::PUT, &one)
            .by(house.token(ACME, Role::App));
        let created = ask
            .header("content-type", "application/json")
            .body(text)
            .send()
            .await;
        assert_eq!(created.status, 201, "{}", created.text());
        assert_eq!(
            (created.header("etag"), &created.json()["effect"]),
            (Some("\"1\""), &json!("created"))
        );
        let read = house.get(&one).await;
        assert_eq!((read.status, read.header("etag")), (200, Some("\"1\"")));
        assert_eq!(read.header("strongroom-version"), Some("1"));
        assert_eq!(read.header("cache-control"), Some("no-store"));
        assert!(
            read.text().contains("60.50") && read.text().contains("1e2"),
            "{}",
            read.text()
        );
        assert_eq!(read.json(), serde_json::from_str::<Value>(text).unwrap());

        let ask = house
            .ask(Method::PUT, &one)
            .by(house.token(ACME, Role::App));
        let ask = ask.header("content-type", "application/json");
        let unchanged = ask.body(text).send().await;
        assert_eq!(
            (unchanged.status, &unchanged.json()["effect"]),
            (200, &json!("unchanged"))
        );
        assert_eq!(unchanged.header("etag"), Some("\"1\""));
        let updated = put_with(&house, "one", &[], &json!({ "pulse": 62 })).await;
        assert_eq!(
            (updated.status, updated.header("etag")),
            (200, Some("\"2\""))
        );
        assert_eq!(house.get(&one).await.json(), json!({ "pulse": 62 }));
        assert_eq!(
            house.get(format!("{one}?version=1")).await.json(),
            read.json()
        );
        assert_eq!(house.get(format!("{one}?version=3")).await.status, 404);

        let history = house.get(format!("{one}/history")).await.json();
        let versions: Vec<_> = history["versions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["version"].as_u64())
            .collect();
        assert_eq!(versions, [Some(2), Some(1)]);
        let page = house.get(format!("{one}/history?limit=1")).await.json();
        assert_eq!(
            (page["versions"].as_array().unwrap().len(), &page["next"]),
            (1, &json!(2))
        );
        let page = house.get(format!("{one}/history?before=2")).await.json();
        assert_eq!(page["versions"][0]["version"], 1);

        let deleted = house.delete(&one).await;
        assert_eq!(
            (deleted.status, &deleted.json()["version"]),
            (200, &json!(3))
        );
        for gone in [one.clone(), format!("{one}?version=1")] {
            let got = house.get(&gone).await;
            assert!(matches!(got.status, 404 | 410), "{gone}: {}", got.text());
        }
        assert_eq!(house.get(&one).await.status, 410);
        assert_eq!(house.delete(&one).await.status, 410);
        let back = house.put(&one, &first).await;
        assert_eq!(
            (back.status, back.header("etag")),
            (201, Some("\"4\"")),
            "versions go on"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_holds_to_its_condition() {
    on_each_engine(async |house| {
        let body = |pulse: u32| json!({ "pulse": pulse });
        let if_none = [("if-none-match", "*")];
        assert_eq!(
            put_with(&house, "c", &[("if-match", "*")], &body(1))
                .await
                .status,
            412
        );
        assert_eq!(
            put_with(&house, "c", &[("if-match", "\"1\"")], &body(1))
                .await
                .status,
            412
        );
        assert_eq!(put_with(&house, "c", &if_none, &body(1)).await.status, 201);
        assert_eq!(put_with(&house, "c", &if_none, &body(2)).await.status, 412);
        assert_eq!(
            put_with(&house, "c", &[("if-match", "\"1\"")], &body(2))
                .await
                .status,
            200
        );
        assert_eq!(
            put_with(&house, "c", &[("if-match", "\"1\"")], &body(3))
                .await
                .status,
            412
        );
        assert_eq!(
            put_with(&house, "c", &[("if-match", "*")], &body(3))
                .await
                .status,
            200
        );
        for bad in ["1", "\"x\"", "\"\"", "\"-1\"", "\"1\", \"2\""] {
            let got = put_with(&house, "c", &[("if-match", bad)], &body(9)).await;
            assert_eq!(
                (got.status, got.code().as_str()),
                (400, "http.condition"),
                "{bad}"
            );
        }
        let both = [("if-match", "*"), ("if-none-match", "*")];
        assert_eq!(put_with(&house, "c", &both, &body(9)).await.status, 400);
        let ask = house
            .ask(Method::DELETE, path(&house, "c"))
            .by(house.token(ACME, Role::App));
        assert_eq!(ask.header("if-match", "\"1\"").send().await.status, 412);

        let ask = house
            .ask(Method::GET, path(&house, "c"))
            .by(house.token(ACME, Role::App));
        let before = house.log_size(ACME).await;
        let same = ask
            .purpose("TREAT")
            .header("if-none-match", "\"3\"")
            .send()
            .await;
        assert_eq!((same.status, same.bytes()), (304, &b""[..]));
        assert_eq!(
            same.log_index(),
            Some(before),
            "an answer without content is a look too"
        );
        assert_eq!(house.get(path(&house, "c")).await.json(), body(3));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_at_the_same_time_lose_nothing() {
    on_each_engine(async |house| {
        let writes = (0..24).map(|pulse| {
            let house = &house;
            async move { put_with(house, "race", &[], &json!({ "pulse": pulse })).await }
        });
        let done = futures_util::future::join_all(writes).await;
        let mut versions = BTreeSet::new();
        for got in &done {
            // Who loses every time is told so, and nothing of theirs stands.
            assert!(matches!(got.status, 200 | 201 | 409), "{}", got.text());
            if got.status < 300 {
                assert!(
                    versions.insert(got.header("etag").unwrap().to_owned()),
                    "two writers made one version"
                );
            }
        }
        let history = house
            .get(format!("{}/history", path(&house, "race")))
            .await
            .json();
        assert_eq!(
            history["versions"].as_array().unwrap().len(),
            versions.len()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_makes_it_happen_once() {
    on_each_engine(async |house| {
        let key = [("idempotency-key", "k-1")];
        let first = put_with(&house, "once", &key, &json!({ "pulse": 1 })).await;
        assert_eq!(first.status, 201);
        put_with(&house, "once", &[], &json!({ "pulse": 2 })).await;
        let again = put_with(&house, "once", &key, &json!({ "pulse": 1 })).await;
        assert_eq!(
            (again.status, again.json(), again.header("etag")),
            (201, first.json(), Some("\"1\""))
        );
        assert_ne!(
            again.log_index(),
            first.log_index(),
            "asking again stands in the log again"
        );
        assert_eq!(
            house.get(path(&house, "once")).await.json(),
            json!({ "pulse": 2 }),
            "and changed nothing"
        );

        let other = put_with(&house, "once", &key, &json!({ "pulse": 3 })).await;
        assert_eq!(other.code(), "request.idempotency_key_reused");
        let elsewhere = put_with(&house, "elsewhere", &key, &json!({ "pulse": 1 })).await;
        assert_eq!(elsewhere.code(), "request.idempotency_key_reused");
        for bad in ["", &"k".repeat(129)] {
            assert_eq!(
                put_with(&house, "once", &[("idempotency-key", bad)], &json!({}))
                    .await
                    .status,
                400
            );
        }
        let by_clinician = house
            .ask(Method::PUT, path(&house, "once"))
            .by(house.token(ACME, Role::Clinician));
        let by_clinician = by_clinician
            .header("idempotency-key", "k-1")
            .json(&json!({ "pulse": 4 }))
            .send()
            .await;
        assert_eq!(
            by_clinician.status, 200,
            "another caller's key is another key"
        );

        let delete = async || {
            let ask = house
                .ask(Method::DELETE, path(&house, "once"))
                .by(house.token(ACME, Role::App));
            ask.header("idempotency-key", "k-2").send().await
        };
        let (gone, again) = (delete().await, delete().await);
        assert_eq!((gone.status, again.status), (200, 200));
        assert_eq!(gone.json(), again.json());

        let make = async || {
            let ask = house
                .ask(Method::POST, "/v1/persons")
                .by(house.token(ACME, Role::App));
            ask.header("idempotency-key", "k-3").send().await
        };
        let made: Vec<_> = [make().await, make().await, make().await]
            .iter()
            .map(Got::json)
            .collect();
        assert!(made.iter().all(|it| *it == made[0]), "{made:?}");

        // Ten of the same at once happen once.
        let body = json!({ "pulse": 10 });
        let headers = [("idempotency-key", "k-4")];
        let tenfold = (0..10).map(|_| put_with(&house, "tenfold", &headers, &body));
        let tenfold = futures_util::future::join_all(tenfold).await;
        for got in &tenfold {
            assert_eq!(
                (got.status, got.header("etag")),
                (201, Some("\"1\"")),
                "{}",
                got.text()
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_decides_what_is_seen() {
    on_each_engine(async |house| {
        let whole = json!({
            "name": "Ingrid Lindqvist", "phone": "+46701234567", "born": "1988-04-30", "street": "Storgatan 1",
            "finding": "fine", "pulse": 61, "remark": "ok",
        });
        house.put(path(&house, "p"), &whole).await;
        let see = async |role: Role, purpose: &str| {
            let ask = house.ask(Method::GET, path(&house, "p")).by(house.token(ACME, role));
            ask.purpose(purpose).send().await
        };
        assert_eq!(see(Role::App, "TREAT").await.json(), whole);
        let emergency = see(Role::Clinician, "ETREAT").await;
        assert_eq!((emergency.status, emergency.code().as_str()), (403, "policy.break_glass"));
        assert_eq!(see(Role::Person, "PATRQT").await.json(), whole);

        let without = see(Role::App, "HRESCH").await;
        assert_eq!((without.status, without.code().as_str()), (403, "consent.no_grant"));
        crate::sharing::grant_all(&house, "HRESCH").await;
        let research = see(Role::App, "HRESCH").await.json();
        assert_eq!((&research["finding"], &research["pulse"], &research["remark"]), (&whole["finding"], &whole["pulse"], &whole["remark"]));
        let text = research.to_string();
        for hidden in ["Ingrid", "Lindqvist", "+4670123", "1988-04-30", "Storgatan"] {
            assert!(!text.contains(hidden), "{text}");
        }
        assert!(research["phone"].as_str().unwrap().ends_with("4567"), "{text}");
        assert!(research["born"].as_str().unwrap().starts_with("1988"), "{text}");
        assert!(research["name"].as_str().unwrap().starts_with('I'), "{text}");
        assert!(research.get("street").is_none(), "no mask, so absent: {text}");

        let payment = see(Role::App, "HPAYMT").await.json();
        assert_eq!((payment.get("finding"), payment.get("pulse")), (None, None), "{payment}");
        assert_eq!(payment["name"], whole["name"]);

        for (role, purpose) in [(Role::Clinician, "HRESCH"), (Role::Person, "TREAT"), (Role::App, "SYSDEV"), (Role::App, "ETREAT"), (Role::App, "HLEGAL")] {
            assert_eq!(see(role, purpose).await.status, 403, "{role} for {purpose}");
        }
        let ask = house.ask(Method::GET, path(&house, "p")).by(house.token(ACME, Role::App));
        let none = ask.send().await;
        assert_eq!(none.status, 400, "{}", none.text());
        for bad in ["treat", "MARKETING", ""] {
            assert_eq!(see(Role::App, bad).await.code(), "http.purpose", "{bad}");
        }
        // A list and a batch hold to it as a read does.
        let list = house.ask(Method::GET, format!("/v1/persons/{}/records/sheet", house.person(ACME)));
        let list = list.by(house.token(ACME, Role::App)).purpose("HPAYMT").send().await.json();
        assert_eq!(list["records"][0]["body"], payment);
        let item = json!({ "method": "GET", "person": house.person(ACME), "collection": "sheet", "record": "p" });
        let batch = house.ask(Method::POST, "/v1/records:batch").by(house.token(ACME, Role::App));
        let batch = batch.purpose("HPAYMT").body(item.to_string()).send().await.json();
        assert_eq!(batch["record"]["body"], payment);
    })
    .await;
}

fn ids(page: &Value) -> Vec<String> {
    let records = page["records"].as_array().unwrap();
    records
        .iter()
        .map(|it| it["record"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_filter_and_turn_pages() {
    on_each_engine(async |house| {
        for day in 1..=28u32 {
            let body = json!({
                "code": if day % 2 == 0 { "even" } else { "odd" },
                "flags": if day % 7 == 0 { vec!["week", "day"] } else { vec!["day"] },
                "seen": format!("2026-02-{day:02}T10:00:00Z"),
                "name": format!("Person Number{day}"),
            });
            assert_eq!(
                house
                    .put(path(&house, &format!("d{day:02}")), &body)
                    .await
                    .status,
                201
            );
        }
        let person = house.person(ACME);
        let list = async |query: &str| {
            house
                .get(format!("/v1/persons/{person}/records/sheet?{query}"))
                .await
        };
        let found = async |query: &str| {
            let got = list(query).await;
            assert_eq!(got.status, 200, "{query}: {}", got.text());
            ids(&got.json()).into_iter().collect::<BTreeSet<_>>()
        };
        let days = |days: &[u32]| {
            days.iter()
                .map(|day| format!("d{day:02}"))
                .collect::<BTreeSet<_>>()
        };
        assert_eq!(found("limit=1000").await.len(), 28);
        assert_eq!(found("code=even").await.len(), 14);
        assert_eq!(found("code=Even").await, found("code=EVEN").await);
        assert_eq!(found("flag=week").await, days(&[7, 14, 21, 28]));
        assert_eq!(found("flag=week&code=odd").await, days(&[7, 21]));
        assert_eq!(found("code=none").await.len(), 0);
        assert_eq!(found("seen=2026-02-05").await, days(&[5]));
        assert_eq!(found("seen=2026-02").await.len(), 28);
        assert_eq!(found("seen=ge2026-02-26").await, days(&[26, 27, 28]));
        assert_eq!(found("seen=gt2026-02-26").await, days(&[27, 28]));
        assert_eq!(found("seen=lt2026-02-03").await, days(&[1, 2]));
        assert_eq!(found("seen=le2026-02-03").await, days(&[1, 2, 3]));
        assert_eq!(
            found("seen=ge2026-02-10&seen=lt2026-02-13").await,
            days(&[10, 11, 12])
        );
        assert_eq!(
            found("seen=ge2026-02-10&seen=lt2026-02-13&code=even").await,
            days(&[10, 12])
        );
        assert_eq!(found("name=Number12").await, days(&[12]));
        assert_eq!(found("seen=2025").await.len(), 0);

        for query in ["", "code=even", "flag=day"] {
            let (mut all, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
            loop {
                let page = list(&format!("{query}&limit=5{cursor}")).await;
                assert_eq!(page.status, 200, "{}", page.text());
                let page = page.json();
                all.extend(ids(&page));
                pages += 1;
                assert!(pages < 20, "pages end");
                let Some(next) = page["next"].as_str() else {
                    break;
                };
                cursor = format!("&cursor={next}");
            }
            let distinct: BTreeSet<_> = all.iter().cloned().collect();
            assert_eq!(distinct.len(), all.len(), "nothing comes twice: {all:?}");
            assert_eq!(distinct, found(&format!("{query}&limit=1000")).await);
        }

        for bad in [
            "finding=x",
            "unknown=x",
            "code=",
            "seen=yesterday",
            "seen=ge",
            "seen=2026-02-30",
            "seen=ge2026-02-10&seen=lt2026-02-01",
            "limit=0",
            "limit=1001",
            "limit=-1",
            "limit=x",
            "cursor=x",
            "cursor=",
            "cursor=AAAA",
            "cursor=%00",
            "code=4242424242424242",
            "code=%ff",
        ] {
            let got = list(bad).await;
            assert!(
                matches!(got.status, 400 | 422),
                "{bad}: {} {}",
                got.status,
                got.text()
            );
        }
        // What was deleted or changed is found no more under what it was.
        house.delete(path(&house, "d07")).await;
        house
            .put(path(&house, "d14"), &json!({ "code": "even" }))
            .await;
        assert_eq!(found("flag=week").await, days(&[21, 28]));
    })
    .await;
}

async fn batch(house: &House, query: &str, lines: &[Value]) -> Got {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let ask = house
        .ask(Method::POST, format!("/v1/records:batch{query}"))
        .by(house.token(ACME, Role::App));
    ask.purpose("TREAT").body(body).send().await
}

fn answers(got: &Got) -> Vec<Value> {
    got.text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_item_by_item_or_whole() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let item = |method: &str, record: &str, body: Option<Value>| {
            let mut line = json!({ "method": method, "person": person, "collection": "sheet", "record": record });
            if let Some(body) = body {
                line["body"] = body;
            }
            line
        };
        let before = house.log_size(ACME).await;
        let got = batch(&house, "", &[
            item("PUT", "b1", Some(json!({ "pulse": 1 }))),
            item("GET", "b1", None),
            item("PUT", "b2", Some(json!({ "unknown": 1 }))),
            item("GET", "b3", None),
            item("PUT", "b1", Some(json!({ "pulse": 2 }))),
            item("GET", "b1", None),
            item("DELETE", "b1", None),
            item("PATCH", "b1", None),
            json!({ "method": "GET", "person": person, "collection": "sheet", "record": "b1", "extra": 1 }),
            item("PUT", "b4", Some(json!({ "finding": "card 4242 4242 4242 4242" }))),
            item("PUT", "b5", Some(json!({ "pulse": 5 }))),
        ]).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let lines = answers(&got);
        let statuses: Vec<_> = lines.iter().map(|line| line["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses, [200, 200, 422, 404, 200, 200, 200, 400, 400, 422, 200], "{}", got.text());
        assert_eq!(lines[1]["record"]["body"], json!({ "pulse": 1 }), "in the order of the items");
        assert_eq!(lines[5]["record"]["body"], json!({ "pulse": 2 }));
        assert_eq!(lines[2]["problem"]["errors"][0]["pointer"], "/unknown");
        let size = house.log_size(ACME).await;
        for line in lines.iter().filter(|line| line["status"] == 200) {
            let index = line["log_index"].as_u64().unwrap();
            assert!((before..size).contains(&index), "{line}");
        }
        assert_eq!(house.get(path(&house, "b5")).await.json(), json!({ "pulse": 5 }));
        assert_eq!(house.get(path(&house, "b4")).await.status, 404);

        // One that does not hold undoes all.
        let rows = house.number(&RECORDS).await;
        for wrong in [
            item("PUT", "a2", Some(json!({ "pulse": "x" }))),
            item("PUT", "a1", Some(json!({ "pulse": 3 }))),
            item("DELETE", "a9", None),
            item("GET", "b5", None),
            json!({ "method": "PUT", "person": person, "collection": "sheet", "record": "a2", "body": {}, "if_match": "\"7\"" }),
        ] {
            let got = batch(&house, "?mode=all", &[item("PUT", "a1", Some(json!({ "pulse": 1 }))), wrong.clone()]).await;
            assert!((400..500).contains(&got.status), "{wrong}: {} {}", got.status, got.text());
            assert!(got.text().contains("Item 1") || got.code() == "batch.twice", "{wrong}: {}", got.text());
        }
        assert_eq!(house.get(path(&house, "a1")).await.status, 404);
        assert_eq!(house.number(&RECORDS).await, rows);
        let got = batch(&house, "?mode=all", &[item("PUT", "a1", Some(json!({ "pulse": 1 }))), item("DELETE", "b5", None)]).await;
        assert_eq!(got.status, 200, "{}", got.text());
        assert_eq!(house.get(path(&house, "a1")).await.status, 200);
        assert_eq!(house.get(path(&house, "b5")).await.status, 410);

        for (query, body) in [("?mode=some", "{}"), ("", ""), ("", "\n \n")] {
            let ask = house.ask(Method::POST, format!("/v1/records:batch{query}")).by(house.token(ACME, Role::App));
            assert_eq!(ask.body(body).send().await.status, 400);
        }
        let many = "x\n".repeat(10_001);
        let ask = house.ask(Method::POST, "/v1/records:batch").by(house.token(ACME, Role::App));
        assert_eq!(ask.body(many).send().await.status, 413);
    })
    .await;
}

/// How many records stand.
pub static RECORDS: store::Sql = store::Sql::both("SELECT count(*) FROM record");
