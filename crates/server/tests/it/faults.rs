//! What breaks around it: a full disk, a lost database connection, flipped bits. Said clearly, nothing lost, and over when it
//! is over.

use std::time::{Duration, Instant};

use http::Method;
use policy::Role;
use serde_json::json;
use store::{Sql, Value as Column, WriteSet};

use crate::house::{ACME, House, on_each_engine};
use crate::running::Place;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_survived() {
    let place = Place::new();
    let server = place.start().await;
    let person = server.person().to_owned();
    let record = |name: &str| format!("/v1/persons/{person}/records/sheet/{name}");
    let files = format!("/v1/persons/{person}/files");
    assert_eq!(
        server
            .put(&record("before"), &json!({ "pulse": 1 }))
            .await
            .status(),
        201
    );
    assert_eq!(server.side("/readyz").await, 200);

    server.limit_files(Some(1));
    for round in 0..3 {
        let answers = [
            (
                "a write",
                server
                    .put(&record("full"), &json!({ "pulse": round }))
                    .await,
            ),
            // No entry, no data: a read is refused as well.
            ("a read", server.get(&record("before")).await),
            ("a list", server.get("/v1/persons").await),
            (
                "a new person",
                server
                    .ask(Method::POST, "/v1/persons")
                    .send()
                    .await
                    .unwrap(),
            ),
            (
                "an upload",
                server
                    .ask(Method::POST, &files)
                    .body(vec![1u8; 600_000])
                    .send()
                    .await
                    .unwrap(),
            ),
            (
                "a resource",
                server
                    .put(
                        "/fhir/Patient/full",
                        &json!({ "resourceType": "Patient", "id": "full" }),
                    )
                    .await,
            ),
        ];
        for (what, answer) in answers {
            let (status, retry) = (
                answer.status().as_u16(),
                answer.headers().get("retry-after").cloned(),
            );
            let text = answer.text().await.unwrap();
            assert_eq!(status, 503, "{what}: {text}");
            assert!(retry.is_some(), "{what} says when to try again");
            assert!(
                !text.contains(place.data().to_str().unwrap()),
                "{what} names no file: {text}"
            );
        }
    }
    assert_eq!(server.get("/healthz").await.status(), 200, "it lives");
    assert_eq!(
        server.side("/readyz").await,
        503,
        "and says that it cannot work"
    );

    server.limit_files(None);
    let began = Instant::now();
    while server.side("/readyz").await != 200 {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "it works again by itself: {}",
            place.words()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(
        server
            .get(&record("before"))
            .await
            .json::<serde_json::Value>()
            .await
            .unwrap(),
        json!({ "pulse": 1 })
    );
    assert_eq!(
        server.get(&record("full")).await.status(),
        404,
        "what was refused is not there"
    );
    assert_eq!(
        server
            .put(&record("after"), &json!({ "pulse": 2 }))
            .await
            .status(),
        201
    );
    let upload = server
        .ask(Method::POST, &files)
        .body(vec![1u8; 600_000])
        .send()
        .await
        .unwrap();
    assert_eq!(upload.status(), 201);
    let verified = place
        .command(&["log", "verify", "--json"])
        .await
        .held()
        .json();
    assert_eq!(verified["ok"], true, "{verified}");
    let incoming = std::fs::read_dir(place.data().join("data/files/incoming"))
        .unwrap()
        .count();
    assert_eq!(incoming, 0, "uploads that failed left nothing");
    server.stop().await;
}

/// Every other connection to the database is cut. Materialised, since the planner may otherwise cut first and look at the name after.
static CUT: Sql = Sql::each(
    "SELECT 0",
    "WITH mine AS MATERIALIZED (SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()) SELECT count(*) FROM mine WHERE pg_terminate_backend(pid)",
);

#[tokio::test(flavor = "multi_thread")]
async fn lost_connections_are_made_again() {
    let Some(house) = House::over_postgres().await else {
        return;
    };
    let path =
        |number: usize| format!("/v1/persons/{}/records/sheet/r{number}", house.person(ACME));
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    for round in 0..4 {
        for database in house.databases() {
            let row = database.row(&CUT, Vec::new()).await;
            // The one that cuts may be cut itself by the next one.
            drop(row);
        }
        let began = Instant::now();
        let mut in_a_row = 0;
        let mut number = round * 1000;
        while in_a_row < 10 {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "it comes back by itself"
            );
            number += 1;
            let got = house.put(path(number), &json!({ "pulse": number })).await;
            match got.status {
                201 => {
                    acknowledged.push(number);
                    in_a_row += 1;
                }
                503 => {
                    assert!(got.header("retry-after").is_some());
                    refused += 1;
                    in_a_row = 0;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                other => panic!("{other} {}", got.text()),
            }
        }
    }
    eprintln!("{refused} requests were refused while connections were made again");
    for number in acknowledged {
        assert_eq!(
            house.get(path(number)).await.json(),
            json!({ "pulse": number })
        );
    }
}

static SEALED: Sql =
    Sql::both("SELECT sealed FROM record WHERE person = $1 ORDER BY version DESC LIMIT 1");
static RESEAL: Sql = Sql::both("UPDATE record SET sealed = $2 WHERE person = $1");
static PERSON_SEALED: Sql = Sql::both("SELECT sealed FROM person WHERE person = $1");
static PERSON_RESEAL: Sql = Sql::both("UPDATE person SET sealed = $2 WHERE person = $1");
static FILE_SEALED: Sql = Sql::both("SELECT sealed FROM file WHERE person = $1");
static FILE_RESEAL: Sql = Sql::both("UPDATE file SET sealed = $2 WHERE person = $1");
static VERSION_UP: Sql = Sql::both("UPDATE record SET version = version + 1 WHERE person = $1");
static VERSION_DOWN: Sql = Sql::both("UPDATE record SET version = version - 1 WHERE person = $1");
static LATER: Sql = Sql::both("UPDATE record SET written_at = written_at + 1 WHERE person = $1");
static EARLIER: Sql = Sql::both("UPDATE record SET written_at = written_at - 1 WHERE person = $1");

async fn sealed(house: &House, sql: &'static Sql, person: base::PersonId) -> Vec<u8> {
    let row = house
        .place
        .db
        .row(sql, vec![person.into()])
        .await
        .unwrap()
        .unwrap();
    row.bytes(0).unwrap().to_vec()
}

async fn run(house: &House, sql: &'static Sql, person: base::PersonId, sealed: Option<Vec<u8>>) {
    let mut params: Vec<Column> = vec![person.into()];
    params.extend(sealed.map(Column::from));
    house
        .place
        .db
        .commit(WriteSet::new().run(sql, params))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_is_found_and_named() {
    on_each_engine(async |house| {
        let (person, neighbour) = (house.new_person(ACME).await, house.new_person(ACME).await);
        let body = json!({ "name": "Vera Lind", "finding": "clear", "pulse": 61, "remark": "r" });
        let path = |person| format!("/v1/persons/{person}/records/sheet/one");
        for who in [person, neighbour] {
            assert_eq!(house.put(path(who), &body).await.status, 201);
        }
        let whole = sealed(&house, &SEALED, person).await;
        let head = 2 + 24 + 9 * 3;
        let mut places: Vec<usize> = (0..head).collect();
        places.extend((head..whole.len()).step_by(11));
        places.push(whole.len() - 1);
        for at in places {
            let mut spoilt = whole.clone();
            spoilt[at] ^= 1 << (at % 8);
            run(&house, &RESEAL, person, Some(spoilt)).await;
            let before = house.log_size(ACME).await;
            let got = house.get(path(person)).await;
            assert_eq!(
                (got.status, got.code().as_str()),
                (500, "vault.tampered"),
                "byte {at}: {}",
                got.text()
            );
            assert!(
                got.text().contains("sheet"),
                "byte {at} is named: {}",
                got.text()
            );
            assert!(
                !got.text().contains("Vera") && !got.text().contains("clear"),
                "byte {at}: {}",
                got.text()
            );
            let entry = house.entry(ACME, before).await;
            assert_eq!(
                (&entry["outcome"], &entry["code"]),
                (&json!("failed"), &json!("vault.tampered")),
                "byte {at}"
            );
            assert_eq!(
                house.get(path(neighbour)).await.json(),
                body,
                "others stay readable"
            );
        }
        for cut in [0, 1, 20, whole.len() - 1] {
            run(&house, &RESEAL, person, Some(whole[..cut].to_vec())).await;
            assert_eq!(
                house.get(path(person)).await.code(),
                "vault.tampered",
                "cut to {cut} bytes"
            );
        }
        let list = house
            .get(format!("/v1/persons/{person}/records/sheet"))
            .await;
        assert_eq!(
            (list.status, list.code().as_str()),
            (500, "vault.tampered"),
            "{}",
            list.text()
        );
        let theirs = sealed(&house, &SEALED, neighbour).await;
        run(&house, &RESEAL, person, Some(theirs)).await;
        assert_eq!(
            house.get(path(person)).await.code(),
            "vault.tampered",
            "another person's record in its place"
        );
        run(&house, &RESEAL, person, Some(whole)).await;
        for (change, back) in [(&VERSION_UP, &VERSION_DOWN), (&LATER, &EARLIER)] {
            run(&house, change, person, None).await;
            assert_eq!(
                house.get(path(person)).await.code(),
                "vault.tampered",
                "{change:?}"
            );
            run(&house, back, person, None).await;
        }
        assert_eq!(house.get(path(person)).await.json(), body, "whole again");

        let file = house
            .upload(person, "a.pdf", b"content".to_vec())
            .await
            .json()["file"]
            .as_str()
            .unwrap()
            .to_owned();
        let file = format!("/v1/persons/{person}/files/{file}");
        let whole = sealed(&house, &FILE_SEALED, person).await;
        for at in (0..whole.len()).step_by(5).chain(2 + 24..2 + 24 + 9) {
            let mut spoilt = whole.clone();
            spoilt[at] ^= 1 << (at % 8);
            run(&house, &FILE_RESEAL, person, Some(spoilt)).await;
            let got = house.get(&file).await;
            assert_eq!(
                (got.status, got.code().as_str()),
                (500, "vault.tampered"),
                "byte {at} of the file's row: {}",
                got.text()
            );
        }
        run(&house, &FILE_RESEAL, person, Some(whole)).await;
        assert_eq!(house.get(&file).await.bytes(), b"content");

        let whole = sealed(&house, &PERSON_SEALED, person).await;
        for at in (0..whole.len()).step_by(7) {
            let mut spoilt = whole.clone();
            spoilt[at] ^= 1 << (at % 8);
            run(&house, &PERSON_RESEAL, person, Some(spoilt)).await;
            let got = house.get(format!("/v1/persons/{person}")).await;
            assert_eq!(
                got.status,
                500,
                "byte {at} of the person's row: {} {}",
                got.status,
                got.text()
            );
            assert!(
                matches!(got.code().as_str(), "vault.tampered" | "vault.damaged"),
                "byte {at} of the person's row: {}",
                got.text()
            );
        }
        run(&house, &PERSON_RESEAL, person, Some(whole)).await;
        let asked = house
            .ask(Method::GET, format!("/v1/persons/{person}"))
            .by(house.token(ACME, Role::App));
        assert_eq!(asked.send().await.status, 200);
    })
    .await;
}
