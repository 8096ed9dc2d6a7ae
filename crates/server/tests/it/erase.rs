//! Erased is erased: nothing opens, nothing of the keys is left on disk, nobody else is touched.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use base::PersonId;
use http::Method;
use policy::Role;
use serde_json::json;
use store::{Db, DbConfig, Sql, WriteSet};

use crate::house::{ACME, Got, House, holds, on_each_engine};

static KEYS_OF: Sql = Sql::both("SELECT wrapped FROM person_key WHERE person = $1");
static HANDLE_OF: Sql = Sql::both("SELECT handle FROM person WHERE person = $1");
static ERASING: Sql = Sql::both("UPDATE person SET state = 1 WHERE person = $1");
static LEFT: Sql = Sql::both(
    "SELECT (SELECT count(*) FROM record WHERE person = $1) + (SELECT count(*) FROM record_history WHERE person = $1) + (SELECT count(*) FROM record_index WHERE person = $1) + (SELECT count(*) FROM file WHERE person = $1) + (SELECT count(*) FROM person_external WHERE person = $1)",
);

/// The key store, opened a second time, as another process would.
async fn key_store(house: &House) -> Db {
    let config = match &house.place.config.keys {
        server::config::Database::Sqlite { path } => DbConfig::Sqlite {
            path: path.clone(),
            secure_delete: true,
        },
        server::config::Database::Postgres { url_file, .. } => {
            let url = std::fs::read_to_string(url_file).unwrap();
            DbConfig::Postgres {
                url: Arc::new(base::Secret::new(url).into()),
            }
        }
    };
    Db::open(config, store::migrations::KEYS, None)
        .await
        .unwrap()
}

async fn wrapped(keys: &Db, person: PersonId) -> Vec<Vec<u8>> {
    let rows = keys.rows(&KEYS_OF, vec![person.into()]).await.unwrap();
    rows.iter()
        .map(|row| row.bytes(0).unwrap().to_vec())
        .collect()
}

async fn left(house: &House, person: PersonId) -> i64 {
    let row = house
        .place
        .db
        .row(&LEFT, vec![person.into()])
        .await
        .unwrap()
        .unwrap();
    row.int(0).unwrap()
}

/// A person with two versions of a record, a deleted one, a file and an id from outside.
async fn furnish(house: &House, external: &str) -> (PersonId, String) {
    let made = house
        .ask(Method::POST, "/v1/persons")
        .by(house.token(ACME, Role::App));
    let made = made.json(&json!({ "external_id": external })).send().await;
    let person: PersonId = made.json()["person"].as_str().unwrap().parse().unwrap();
    for (record, pulse) in [("one", 1), ("one", 2), ("two", 3)] {
        let body = json!({ "name": "Vera Lind", "pulse": pulse, "code": "x", "remark": "r" });
        let got = house
            .put(
                format!("/v1/persons/{person}/records/sheet/{record}"),
                &body,
            )
            .await;
        assert!(got.status < 300, "{}", got.text());
    }
    house
        .delete(format!("/v1/persons/{person}/records/sheet/two"))
        .await;
    let file = house.upload(person, "a.pdf", vec![7; 1000]).await;
    (person, file.json()["file"].as_str().unwrap().to_owned())
}

async fn looks(house: &House, person: PersonId, file: &str) -> Vec<(String, Got)> {
    let mut looks = Vec::new();
    for path in [
        format!("/v1/persons/{person}"),
        format!("/v1/persons/{person}/records/sheet/one"),
        format!("/v1/persons/{person}/records/sheet/one?version=1"),
        format!("/v1/persons/{person}/records/sheet/one/history"),
        format!("/v1/persons/{person}/records/sheet"),
        format!("/v1/persons/{person}/records/sheet?code=x"),
        format!("/v1/persons/{person}/files"),
        format!("/v1/persons/{person}/files/{file}"),
    ] {
        looks.push((path.clone(), house.get(path).await));
    }
    looks
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_is_gone_for_good() {
    on_each_engine(async |house| {
        let (person, file) = furnish(&house, "patient-17").await;
        let (neighbour, their_file) = furnish(&house, "patient-18").await;
        let keys = key_store(&house).await;
        let before = wrapped(&keys, person).await;
        assert!(before.len() >= 3, "there were keys of several classes");
        let handle = house
            .place
            .db
            .row(&HANDLE_OF, vec![person.into()])
            .await
            .unwrap()
            .unwrap();
        let handle = handle.bytes(0).unwrap().to_vec();
        if house.is_sqlite() {
            let found = house
                .raw()
                .iter()
                .any(|(_, bytes)| holds(bytes, &before[0]));
            assert!(found, "the search finds what is there");
        }

        let got = house.delete(format!("/v1/persons/{person}")).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let erased = got.json();
        assert_eq!(erased["files"], 1);
        assert_eq!(erased["log_index"].as_u64(), got.log_index());
        assert_eq!(
            house.entry(ACME, got.log_index().unwrap()).await["action"],
            "person.erase"
        );

        for (path, look) in looks(&house, person, &file).await {
            assert_eq!(look.status, 404, "{path}: {}", look.text());
        }
        let one = format!("/v1/persons/{person}/records/sheet/one");
        assert_eq!(
            house.put(&one, &json!({ "pulse": 1 })).await.status,
            404,
            "and takes nothing in"
        );
        assert_eq!(house.delete(&one).await.status, 404);
        assert_eq!(house.upload(person, "x", vec![1]).await.status, 404);
        assert_eq!(
            house.delete(format!("/v1/persons/{person}")).await.status,
            404,
            "a second time"
        );
        let list = house.get("/v1/persons?limit=1000").await;
        assert!(!list.text().contains(&person.to_string()));

        assert_eq!(wrapped(&keys, person).await.len(), 0);
        assert_eq!(left(&house, person).await, 0);
        assert!(!house.object(&file).exists());
        if house.is_sqlite() {
            for (path, bytes) in house.raw() {
                for key in &before {
                    assert!(
                        !holds(&bytes, key),
                        "{} still holds a wrapped key",
                        path.display()
                    );
                }
                if path.to_string_lossy().contains("data.sqlite")
                    && !path.to_string_lossy().ends_with("-wal")
                {
                    continue;
                }
                assert!(
                    path.to_string_lossy().contains("data.sqlite") || !holds(&bytes, &handle),
                    "{} leads to the log",
                    path.display()
                );
            }
        }
        let row = house
            .place
            .db
            .row(&HANDLE_OF, vec![person.into()])
            .await
            .unwrap();
        assert!(
            row.is_none_or(|row| row.bytes(0).unwrap() != handle),
            "nothing leads from person to log"
        );

        for (path, look) in looks(&house, neighbour, &their_file).await {
            assert_eq!(look.status, 200, "{path}: {}", look.text());
        }
        // The id from outside is free again, and means somebody new.
        let again = house
            .ask(Method::POST, "/v1/persons")
            .by(house.token(ACME, Role::App));
        let again = again
            .json(&json!({ "external_id": "patient-17" }))
            .send()
            .await;
        assert_eq!(again.status, 201);
        assert_ne!(again.json()["person"], json!(person));
        keys.close().await;

        let house = house.reopened().await;
        for (path, look) in looks(&house, person, &file).await {
            assert_eq!(look.status, 404, "after a restart, {path}: {}", look.text());
        }
        for (path, look) in looks(&house, neighbour, &their_file).await {
            assert_eq!(look.status, 200, "after a restart, {path}: {}", look.text());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_look_comes_after_the_erasure() {
    on_each_engine(async |house| {
        for round in 0..4 {
            let (person, file) = furnish(&house, &format!("racer-{round}")).await;
            let paths = [
                format!("/v1/persons/{person}/records/sheet/one"),
                format!("/v1/persons/{person}/records/sheet"),
                format!("/v1/persons/{person}/files/{file}"),
                format!("/v1/persons/{person}/files"),
                format!("/v1/persons/{person}"),
            ];
            let over = AtomicBool::new(false);
            let looked = [const { AtomicU64::new(0) }; 5];
            let readers = paths.iter().zip(&looked).map(|(path, looked)| {
                let (house, over) = (&house, &over);
                async move {
                    let mut last = 0;
                    while !over.load(Ordering::Relaxed) {
                        let got = house.get(path).await;
                        match got.status {
                            200 => {
                                last = got.log_index().unwrap();
                                looked.fetch_add(1, Ordering::Relaxed);
                                assert!(got.body.is_some());
                            }
                            // What nobody may see any more was never here: not 410, whenever one asks.
                            404 => assert_eq!(got.code(), "person.not_found", "{}", got.text()),
                            other => panic!("{path}: {other} {}", got.text()),
                        }
                        tokio::task::yield_now().await;
                    }
                    last
                }
            });
            let erase = async {
                while looked
                    .iter()
                    .any(|looked| looked.load(Ordering::Relaxed) < 3)
                {
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                }
                let got = house.delete(format!("/v1/persons/{person}")).await;
                assert_eq!(got.status, 200, "{}", got.text());
                tokio::time::sleep(std::time::Duration::from_millis(30)).await;
                over.store(true, Ordering::Relaxed);
                got.log_index().unwrap()
            };
            let (looks, erased) = tokio::join!(futures_util::future::join_all(readers), erase);
            for (path, last) in paths.iter().zip(looks) {
                assert!(
                    last < erased,
                    "{path} was shown at {last}, after its erasure at {erased}"
                );
            }
            assert_eq!(left(&house, person).await, 0);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_races_an_erasure_leaves_nothing() {
    on_each_engine(async |house| {
        for round in 0..4 {
            let (person, _) = furnish(&house, &format!("writer-{round}")).await;
            let writers = (0..16).map(|number| {
                let house = &house;
                async move {
                    tokio::time::sleep(std::time::Duration::from_millis(number % 4)).await;
                    let path = format!("/v1/persons/{person}/records/sheet/w{number}");
                    let got = house
                        .put(path, &json!({ "pulse": number, "name": "late" }))
                        .await;
                    assert!(matches!(got.status, 201 | 404), "{}", got.text());
                }
            });
            let erase = async {
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                house.delete(format!("/v1/persons/{person}")).await
            };
            let (_, erased) = tokio::join!(futures_util::future::join_all(writers), erase);
            assert_eq!(erased.status, 200, "{}", erased.text());
            assert_eq!(left(&house, person).await, 0, "a late write stayed");
            let keys = key_store(&house).await;
            assert_eq!(
                wrapped(&keys, person).await.len(),
                0,
                "a late write made a key"
            );
            keys.close().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_was_cut_short_is_completed_at_start() {
    on_each_engine(async |house| {
        let (person, file) = furnish(&house, "cut-short").await;
        let (neighbour, their_file) = furnish(&house, "neighbour").await;
        let set = WriteSet::new().run(&ERASING, vec![person.into()]);
        house.place.db.commit(set).await.unwrap();
        for (path, look) in looks(&house, person, &file).await {
            assert_eq!(
                look.status,
                404,
                "already while it is under way, {path}: {}",
                look.text()
            );
        }
        assert!(
            left(&house, person).await > 0,
            "there was something to complete"
        );
        let house = house.reopened().await;
        assert!(
            left(&house, person).await > 0,
            "a command beside a server completes nothing"
        );
        house.place.complete_erasures().await.unwrap();
        assert_eq!(left(&house, person).await, 0);
        assert!(!house.object(&file).exists());
        let keys = key_store(&house).await;
        assert_eq!(wrapped(&keys, person).await.len(), 0);
        keys.close().await;
        for (path, look) in looks(&house, person, &file).await {
            assert_eq!(look.status, 404, "{path}: {}", look.text());
        }
        for (path, look) in looks(&house, neighbour, &their_file).await {
            assert_eq!(look.status, 200, "{path}: {}", look.text());
        }
    })
    .await;
}

/// Between the destruction of the keys and everything after it there is only a moment; it is held here.
#[tokio::test(flavor = "multi_thread")]
async fn whose_keys_are_destroyed_was_never_here() {
    on_each_engine(async |house| {
        let (person, file) = furnish(&house, "momentary").await;
        let tenant = ACME.parse().unwrap();
        house
            .place
            .keys
            .destroy_person(&tenant, person)
            .await
            .unwrap();
        let base = format!("/v1/persons/{person}");
        for path in ["/records/sheet/one", "/records/sheet", "/files"] {
            let got = house.get(format!("{base}{path}")).await;
            assert_eq!(got.status, 404, "{path}: {}", got.text());
        }
        let one = house.get(format!("{base}/files/{file}")).await;
        let written = house
            .put(format!("{base}/records/sheet/two"), &json!({ "pulse": 1 }))
            .await;
        let stored = house.upload(person, "x", vec![1; 10]).await;
        for got in [one, written, stored] {
            let said = (got.status, got.code());
            assert_eq!(said, (404, "person.not_found".to_owned()), "{}", got.text());
        }
    })
    .await;
}

static HOLD_HEAD: Sql = Sql::both("SELECT size FROM log_head WHERE tenant = 'acme' FOR UPDATE");
static MARK: Sql = Sql::both("UPDATE person SET state = 1 WHERE person = $1 AND state = 0");
static LINGER: Sql = Sql::each("SELECT 1", "SELECT pg_sleep(1)");
static LINGERS: Sql = Sql::each(
    "SELECT 0",
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep(1)' AND pid <> pg_backend_pid()",
);

/// What another node began before, and commits only after our guards could have looked.
#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_another_node_is_committing_wins() {
    let Some(house) = House::over_postgres().await else {
        return;
    };
    let person = house.new_person(ACME).await;
    let path = format!("/v1/persons/{person}/records/sheet/one");
    assert_eq!(house.put(&path, &json!({ "pulse": 1 })).await.status, 201);
    let elsewhere = &house.databases()[0];
    let erasing = WriteSet::new()
        .run(&HOLD_HEAD, vec![])
        .run(&MARK, vec![person.into()])
        .run(&LINGER, vec![]);
    let late = async {
        while elsewhere
            .row(&LINGERS, vec![])
            .await
            .unwrap()
            .unwrap()
            .int(0)
            .unwrap()
            == 0
        {
            tokio::task::yield_now().await;
        }
        let written = house.put(&path, &json!({ "pulse": 2 })).await;
        let read = house.get(&path).await;
        (written, read)
    };
    let (erased, (written, read)) = tokio::join!(elsewhere.commit(erasing), late);
    erased.unwrap();
    assert_eq!(written.status, 404, "{}", written.text());
    assert_eq!(read.status, 404, "{}", read.text());
}

static PLANTS: &[(&str, Sql)] = &[
    (
        "records",
        Sql::both(
            "INSERT INTO record (tenant, person, collection, rkey, version, written_at, digest, sealed) VALUES ('acme', $1, 'sheet', $2, 1, 1, $2, $2)",
        ),
    ),
    (
        "earlier versions",
        Sql::both(
            "INSERT INTO record_history (tenant, person, collection, rkey, version, written_at, digest, sealed) VALUES ('acme', $1, 'sheet', $2, 1, 1, $2, $2)",
        ),
    ),
    (
        "search index",
        Sql::both(
            "INSERT INTO record_index (tenant, collection, token, person, rkey) VALUES ('acme', 'sheet', $2, $1, $2)",
        ),
    ),
    (
        "files",
        Sql::both(
            "INSERT INTO file (tenant, person, file, sealed_len, written_at, sealed) VALUES ('acme', $1, $2, 1, 1, $2)",
        ),
    ),
    (
        "ids from outside",
        Sql::both("INSERT INTO person_external (tenant, token, person) VALUES ('acme', $2, $1)"),
    ),
    (
        "legal holds",
        Sql::both(
            "INSERT INTO legal_hold (tenant, hold, scope, person, reason, placed_by, placed_at, lifted_by, lifted_at) VALUES ('acme', $2, 'person', $1, $2, 'x', 1, 'x', 2)",
        ),
    ),
    (
        "link to the log",
        Sql::both("UPDATE person SET handle = $2 WHERE person = $1"),
    ),
    (
        "tokens in force",
        Sql::both(
            "INSERT INTO token (id, tenant, hash, role, person, label, created_at, expires_at) VALUES ($2, 'acme', $2, 'person', $1, 'x', 1, 2)",
        ),
    ),
    (
        "queue",
        Sql::both(
            "INSERT INTO job (tenant, job, kind, once, payload, state, created_at, due_at, attempts, attempts_max) VALUES ('acme', $2, 'x', 0, $1, 0, 1, 1, 0, 1)",
        ),
    ),
];
static PLANT_KEY: Sql = Sql::both(
    "INSERT INTO person_key (tenant, person, class, generation, region, parent, wrapped, made_at) VALUES ('acme', $1, 3, 1, 'eu', 1, $2, 1)",
);

/// Whatever is planted after an erasure is named; before, nothing is left, and of a living person nothing is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_leftover_is_named() {
    on_each_engine(async |house| {
        let tenant = ACME.parse().unwrap();
        let search = async |person| {
            server::leftovers::search(&house.place, &tenant, person)
                .await
                .unwrap()
        };
        let own = house.person(ACME);
        assert_eq!(search(own).await, None, "a living person");
        let got = house.delete(format!("/v1/persons/{own}")).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let clean = search(own).await.unwrap();
        assert!(clean.is_clean(), "{clean:?}");
        assert!(
            clean
                .kept
                .iter()
                .any(|kept| kept.found.place == "ended tokens"),
            "their token was ended: {clean:?}"
        );
        let keys = key_store(&house).await;
        for (number, (place, plant)) in PLANTS.iter().enumerate() {
            let (person, _) = furnish(&house, &format!("planted-{number}")).await;
            let got = house.delete(format!("/v1/persons/{person}")).await;
            assert_eq!(got.status, 200, "{}", got.text());
            let clean = search(person).await.unwrap();
            assert!(clean.is_clean(), "{clean:?}");
            let set = WriteSet::new().run(
                plant,
                vec![person.into(), PersonId::random(&*house.place.rng).into()],
            );
            house.place.db.commit(set).await.unwrap();
            let found = search(person).await.unwrap();
            let left: Vec<_> = found
                .searched
                .iter()
                .filter(|found| found.count > 0)
                .collect();
            assert!(
                !found.is_clean() && left.len() == 1 && left[0].place == *place,
                "{place}: {left:?}"
            );
        }
        let set = WriteSet::new().run(&PLANT_KEY, vec![own.into(), [7_u8; 60].to_vec().into()]);
        keys.commit(set).await.unwrap();
        let found = search(own).await.unwrap();
        assert!(!found.is_clean(), "a key came back: {found:?}");
        keys.close().await;
    })
    .await;
}
