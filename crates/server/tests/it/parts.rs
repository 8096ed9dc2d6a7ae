//! A part deleted: one record, one kind, a file; what goes is gone from the database's files too, and the rest stays.

use http::Method;
use policy::Role;
use serde_json::{Value, json};
use store::{Sql, WriteSet};

use crate::house::{ACME, Got, House, holds, on_each_engine};

static SEALED: Sql = Sql::both(
    "SELECT sealed FROM record WHERE person = $1 UNION ALL SELECT sealed FROM record_history WHERE person = $1 AND sealed IS NOT NULL",
);

async fn ask(house: &House, body: &Value) -> Got {
    let person = house.person(ACME);
    house
        .ask(Method::POST, format!("/v1/persons/{person}/erasures"))
        .by(house.token(ACME, Role::Person))
        .json(body)
        .send()
        .await
}

async fn plan(house: &House, query: &str) -> Got {
    let person = house.person(ACME);
    let path = format!("/v1/persons/{person}/erasures/plan?{query}");
    let ask = house.ask(Method::GET, path);
    ask.by(house.token(ACME, Role::Person)).send().await
}

async fn write(house: &House, path: &str, body: &Value) {
    let person = house.person(ACME);
    let path = format!("/v1/persons/{person}/records/{path}");
    let put = house.put(&path, body).await;
    assert!(put.status == 201 || put.status == 200, "{}", put.text());
}

fn checked(house: &House, got: &Got) -> Value {
    let keys = house.place.log.verifiers(&ACME.parse().unwrap()).unwrap();
    let json = got.json();
    let certificate = json["certificate"].as_str();
    let certificate = certificate.unwrap_or_else(|| panic!("{}", got.text()));
    server::erasures::check(certificate, &keys).unwrap()
}

/// What is sealed about acme's person, as it lies in the database.
async fn sealed(house: &House) -> Vec<Vec<u8>> {
    let person = house.person(ACME);
    let rows = house.place.db.rows(&SEALED, vec![person.into()]).await;
    let rows = rows.unwrap();
    rows.iter()
        .map(|row| row.bytes(0).unwrap().to_vec())
        .collect()
}

/// One record goes with its versions and the archives that hold a copy; another one stays, under the same keys.
#[tokio::test(flavor = "multi_thread")]
async fn one_record_goes_and_the_rest_stays() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        for pulse in [60, 61, 62] {
            let sheet = json!({ "pulse": pulse, "code": "c-1", "finding": "gone for good ".repeat(400) });
            write(&house, "sheet/one", &sheet).await;
        }
        let before = sealed(&house).await;
        assert_eq!(before.len(), 3);
        write(&house, "sheet/two", &json!({ "pulse": 70, "code": "c-1" })).await;
        let archive = house
            .ask(Method::POST, format!("/v1/persons/{person}/exports"))
            .by(house.token(ACME, Role::Person))
            .send()
            .await;
        assert_eq!(archive.status, 202, "{}", archive.text());

        let planned = plan(&house, "collection=sheet&record=one").await.json();
        assert_eq!(planned["goes"], json!({ "records": { "sheet": 1 }, "earlier_versions": 2, "files": 0, "archives": 1 }));
        assert_eq!(planned["by_law"], json!([]));
        assert!(planned["stays"].to_string().contains("keys"), "{planned}");
        let nothing = plan(&house, "collection=sheet&record=three").await;
        assert_eq!((nothing.status, nothing.code()), (404, "record.not_found".to_owned()));
        for wrong in ["record=one", "collection=sheet&files=true", "file=x", "collection=nothing"] {
            let got = plan(&house, wrong).await;
            assert!(got.status == 400 || got.status == 404, "{wrong}: {}", got.text());
        }

        let done = ask(&house, &json!({ "now": true, "of": { "collection": "sheet", "record": "one" } })).await;
        assert_eq!((done.status, &done.json()["state"]), (200, &json!("done")), "{}", done.text());
        let body = checked(&house, &done);
        assert_eq!(
            body["destroyed"],
            json!({ "records": 1, "earlier_versions": 2, "index_rows": 1, "files": 0, "archives": 1 })
        );
        assert_eq!((&body["nothing_left"], &body["overwritten"]), (&json!(true), &json!(house.is_sqlite())));
        assert!(!body.to_string().contains(&person.to_string()), "it names nobody");
        let entry = house.entry(ACME, body["log"]["index"].as_u64().unwrap()).await;
        assert_eq!((&entry["action"], &entry["count"]), (&json!("record.erase"), &json!(1)), "{entry}");

        let records = format!("/v1/persons/{person}/records/sheet");
        assert_eq!(house.get(format!("{records}/one")).await.status, 410);
        let history = house.get(format!("{records}/one/history")).await;
        assert!(!history.text().contains("pulse"), "{}", history.text());
        assert_eq!(house.get(format!("{records}/two")).await.status, 200, "the rest stays");
        let found = house.get(format!("{records}?code=c-1")).await.json();
        assert_eq!(found["records"].as_array().unwrap().len(), 1, "{found}");
        assert_eq!(sealed(&house).await.len(), 1);
        if house.is_sqlite() {
            // The keys live on: were the bytes still there, they would open.
            for (path, bytes) in house.raw() {
                for old in &before {
                    let middle = old.len() / 2;
                    assert!(
                        !holds(&bytes, &old[middle..middle + 64]),
                        "{} still holds what was deleted",
                        path.display()
                    );
                }
            }
        }
        let exports = house
            .ask(Method::GET, format!("/v1/persons/{person}/exports"))
            .by(house.token(ACME, Role::Person))
            .purpose("PATRQT")
            .send()
            .await;
        assert_eq!(exports.json()["exports"], json!([]));
        let again = ask(&house, &json!({ "now": true, "of": { "collection": "sheet", "record": "one" } })).await;
        assert_eq!(again.status, 404, "{}", again.text());
        // The id can be used again, and no version's number comes twice.
        write(&house, "sheet/one", &json!({ "pulse": 80 })).await;
        let anew = house.get(format!("{records}/one")).await;
        assert_eq!(anew.header("etag"), Some("\"5\""));
    })
    .await;
}

/// A kind waits, is called off, waits again beside everything, and goes when it is due; more than one commit's worth of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_kind_goes_after_a_while() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        for n in 0..130 {
            write(&house, &format!("sheet/r{n}"), &json!({ "pulse": n })).await;
        }
        let of = json!({ "of": { "collection": "sheet" } });
        let first = ask(&house, &of).await;
        assert_eq!(first.status, 202, "{}", first.text());
        assert_eq!(ask(&house, &of).await.status, 409, "one of each at a time");
        let other = ask(
            &house,
            &json!({ "of": { "collection": "sheet", "record": "r1" } }),
        )
        .await;
        assert_eq!(
            other.status,
            202,
            "another part waits beside it: {}",
            other.text()
        );
        let off = house
            .ask(
                Method::DELETE,
                format!(
                    "/v1/persons/{person}/erasures/{}",
                    first.json()["erasure"].as_str().unwrap()
                ),
            )
            .by(house.token(ACME, Role::Person))
            .send()
            .await;
        assert_eq!(off.status, 200, "{}", off.text());
        let second = ask(&house, &of).await.json();
        static DUE: Sql = Sql::both(
            "UPDATE erasure SET due_at = 1 WHERE state = 'waiting' AND part = 'kind/sheet'",
        );
        house
            .place
            .db
            .commit(WriteSet::new().run(&DUE, vec![]))
            .await
            .unwrap();
        assert_eq!(server::erasures::carry_out(&house.place).await.unwrap(), 1);
        let standing = house
            .place
            .erasure_behind(second["code"].as_str().unwrap())
            .await
            .unwrap();
        assert_eq!(standing.state, "done");
        let keys = house.place.log.verifiers(&ACME.parse().unwrap()).unwrap();
        let body = server::erasures::check(&standing.certificate.unwrap(), &keys).unwrap();
        assert_eq!(
            (&body["destroyed"]["records"], &body["of"]),
            (&json!(130), &json!({ "collection": "sheet" }))
        );
        assert_eq!(sealed(&house).await.len(), 0);
        // The person is there, and what waited of a record that went meanwhile ends without a word of proof.
        static ALL: Sql = Sql::both("UPDATE erasure SET due_at = 1 WHERE state = 'waiting'");
        house
            .place
            .db
            .commit(WriteSet::new().run(&ALL, vec![]))
            .await
            .unwrap();
        assert_eq!(server::erasures::carry_out(&house.place).await.unwrap(), 1);
        let last = house
            .place
            .erasure_behind(other.json()["code"].as_str().unwrap())
            .await
            .unwrap();
        assert_eq!((last.state.as_str(), last.certificate), ("done", None));
        assert_eq!(
            house
                .get(format!("/v1/persons/{person}/records/sheet"))
                .await
                .status,
            200
        );
    })
    .await;
}

/// What a law wants kept stays, is counted in the plan, and keeps everything from going at once; neither does the record's own DELETE.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_law_wants_kept_stays() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        write(&house, "ledger/bill", &json!({ "amount": 40 })).await;
        write(&house, "sheet/one", &json!({ "pulse": 60 })).await;
        let planned = plan(&house, "collection=ledger").await.json();
        assert_eq!(planned["goes"]["records"], json!({ "ledger": 0 }));
        assert_eq!(planned["by_law"][0]["count"], 1, "{planned}");
        assert_eq!(
            plan(&house, "").await.json()["by_law"][0]["collection"],
            "ledger"
        );
        for body in [
            json!({ "of": { "collection": "ledger" } }),
            json!({ "now": true, "of": { "collection": "ledger", "record": "bill" } }),
            json!({ "now": true }),
        ] {
            let got = ask(&house, &body).await;
            assert_eq!(
                (got.status, got.code()),
                (422, "erasure.must_stay".to_owned()),
                "{body}: {}",
                got.text()
            );
        }
        let own = house
            .ask(
                Method::DELETE,
                format!("/v1/persons/{person}/records/ledger/bill"),
            )
            .by(house.token(ACME, Role::Person))
            .send()
            .await;
        assert_eq!(own.code(), "erasure.must_stay", "{}", own.text());
        let whole = house
            .ask(Method::DELETE, format!("/v1/persons/{person}"))
            .by(house.token(ACME, Role::Person))
            .send()
            .await;
        assert_eq!(whole.code(), "erasure.must_stay", "{}", whole.text());
        let free = ask(
            &house,
            &json!({ "now": true, "of": { "collection": "sheet" } }),
        )
        .await;
        assert_eq!(free.status, 200, "what is not bound goes: {}", free.text());
        // Ten years later it is bound no longer.
        static OLD: Sql = Sql::both("UPDATE record SET written_at = 1 WHERE collection = 'ledger'");
        house
            .place
            .db
            .commit(WriteSet::new().run(&OLD, vec![]))
            .await
            .unwrap();
        let late = ask(
            &house,
            &json!({ "now": true, "of": { "collection": "ledger" } }),
        )
        .await;
        assert_eq!(
            checked(&house, &late)["destroyed"]["records"],
            1,
            "{}",
            late.text()
        );
    })
    .await;
}

/// A file goes with its object; all files go one by one.
#[tokio::test(flavor = "multi_thread")]
async fn files_go_with_their_bytes() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let mut files = Vec::new();
        for n in 0..3 {
            let up = house
                .upload(person, &format!("scan-{n}.pdf"), vec![n; 2000])
                .await;
            files.push(up.json()["file"].as_str().unwrap().to_owned());
        }
        let done = ask(&house, &json!({ "now": true, "of": { "file": files[0] } })).await;
        let body = checked(&house, &done);
        assert_eq!(
            (&body["destroyed"]["files"], &body["of"]["file"]),
            (&json!(1), &json!(files[0]))
        );
        assert!(!house.object(&files[0]).exists());
        assert!(house.object(&files[1]).exists(), "the others stay");
        let gone = ask(&house, &json!({ "now": true, "of": { "file": files[0] } })).await;
        assert_eq!(
            (gone.status, gone.code()),
            (404, "file.not_found".to_owned())
        );
        let rest = ask(&house, &json!({ "now": true, "of": { "files": true } })).await;
        assert_eq!(checked(&house, &rest)["destroyed"]["files"], 2);
        assert!(!house.object(&files[1]).exists() && !house.object(&files[2]).exists());
    })
    .await;
}
