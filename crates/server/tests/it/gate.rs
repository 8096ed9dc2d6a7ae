//! A restored installation, and what had been erased, withdrawn and ended before it was restored.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use audit::{Action, Entry, Outcome};
use base::{GrantId, Handle, PersonId, TenantId};
use continuity::Silent;
use continuity::ledger::Deed;
use http::Method;
use policy::Role;
use serde_json::json;
use server::config::Config;
use server::gate::{self, Passed};
use server::restore::{self, From, Of};
use server::{Installation, backup};
use store::WriteSet;

use crate::house::{ACME, House, LONG};
use crate::sharing::{grant_all, own};

const FILE: &str = "strongroom.toml";

async fn point(house: &House) -> String {
    let config = &house.place.config;
    backup::first_key(config, &*house.place.rng).await.unwrap();
    let repository = backup::repository(config).unwrap();
    let pieces = backup::configuration(&house.folder().join(FILE), config).unwrap();
    let made = backup::make(&house.place, &repository, pieces, Arc::new(Silent)).await;
    made.unwrap().line.name
}

async fn restored(house: &House, point: &str, to: &Path) -> Result<Passed, server::Failure> {
    let file = house.folder().join(FILE);
    let config = Config::read(&file).unwrap();
    let watch = Arc::new(Silent);
    let target = restore::To {
        folder: to,
        postgres: None,
        seal: None,
    };
    let done = restore::restore(
        &config,
        &file,
        From::Backup(&[]),
        (Of::Point(point), target),
        &watch,
    )
    .await;
    done.map(|(_, passed)| passed)
}

async fn open(to: &Path) -> Result<Installation, server::Failure> {
    Installation::open(Config::read(&to.join(FILE)).unwrap()).await
}

fn acme() -> TenantId {
    ACME.parse().unwrap()
}

/// Somebody with a record, made before the point.
async fn somebody(house: &House) -> (PersonId, Handle) {
    let person = house.new_person(ACME).await;
    let path = format!("/v1/persons/{person}/records/cycle-day/one");
    let body = json!({ "date": "2026-01-31", "flow": "light" });
    assert_eq!(house.put(path, &body).await.status, 201);
    let handle = house.place.vault.handle(&acme(), person).await.unwrap();
    (person, handle)
}

async fn erase(house: &House, person: PersonId) {
    let gone = house.delete(format!("/v1/persons/{person}")).await;
    assert!(gone.status < 300, "{}", gone.text());
}

/// Whether the vault knows the person, and has keys for them.
async fn is_there(place: &Installation, person: PersonId) -> bool {
    let left = place.keys.left_of_person(&acme(), person).await.unwrap();
    let known = place.vault.handle(&acme(), person).await.is_ok();
    let none = HashSet::new();
    let active = place
        .vault
        .still_there(&acme(), &none, &HashSet::from([person]))
        .await
        .unwrap();
    assert_eq!(active.is_empty(), left.gone, "{known}");
    !active.is_empty()
}

/// Everything was kept: the newer point's log says what happened since the older one.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_ended_since_an_older_point_stays_ended() {
    let house = House::over_sqlite().await;
    let (stays, _) = somebody(&house).await;
    let (goes, _) = somebody(&house).await;
    let grant = grant_all(&house, "HRESCH").await;
    let (token, text) = house.new_token(ACME, Role::App, None, LONG).await;
    let older = point(&house).await;
    erase(&house, goes).await;
    let withdrawn = own(&house, Method::DELETE, &format!("/grants/{grant}"), None).await;
    assert!(withdrawn.status < 300, "{}", withdrawn.text());
    let (ctx, _) = house.place.local(&acme(), "test");
    let entry = Entry::new(&ctx, Action::TokenRevoke, Outcome::Ok).unwrap();
    let set = house.place.tokens.revoke(&acme(), token, WriteSet::new());
    let set = set.log(entry.token(token).finish(&acme()));
    house.place.db.commit(set).await.unwrap();
    point(&house).await;

    let to = house.folder().join("restored");
    let passed = restored(&house, &older, &to).await.unwrap();
    assert_eq!((passed.erased, passed.withdrawn, passed.revoked), (1, 1, 1));
    assert!(passed.carried > 0, "{passed:?}");
    let place = open(&to).await.unwrap();
    assert!(is_there(&place, stays).await);
    assert!(!is_there(&place, goes).await);
    let grant: GrantId = grant.parse().unwrap();
    let grant = place.consents.grant_of_id(&acme(), grant).await.unwrap();
    assert!(!grant.unwrap().stands(place.clock.now()));
    assert!(place.tokens.verify(&text).await.is_err());
    // The log goes on from where it was, without a gap that nobody named.
    for tenant in place.tenants() {
        let known = audit::verify::Known {
            keys: place.log.verifiers(&tenant).unwrap(),
            anchors: place.anchors.recall(&tenant).await.unwrap(),
        };
        let report = place
            .log
            .verify(&tenant, &known, audit::verify::Depth::Entries);
        let report = report.await.unwrap();
        assert!(report.ok, "{:?}", report.problems);
    }
    place.close().await;
}

/// The machine burnt down after an erasure, before the next point: only the ledger knows.
#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_knows_what_no_backup_does() {
    let house = House::over_sqlite().await;
    let (goes, _) = somebody(&house).await;
    let grant = grant_all(&house, "HRESCH").await;
    let point = point(&house).await;
    erase(&house, goes).await;
    own(&house, Method::DELETE, &format!("/grants/{grant}"), None).await;
    let to = house.folder().join("restored");
    let passed = restored(&house, &point, &to).await.unwrap();
    assert_eq!((passed.erased, passed.withdrawn, passed.carried), (1, 1, 0));
    let place = open(&to).await.unwrap();
    assert!(!is_there(&place, goes).await);
    place.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_is_not_passed_stays_shut() {
    let house = House::over_sqlite().await;
    let (goes, _) = somebody(&house).await;
    let point = point(&house).await;
    erase(&house, goes).await;
    let ledger = house.folder().join("apart/ledger");
    let kept = std::fs::read_to_string(&ledger).unwrap();
    std::fs::write(&ledger, kept.replace("erase", "revoke")).unwrap();
    let to = house.folder().join("restored");
    let refused = restored(&house, &point, &to).await.unwrap_err();
    assert!(refused.to_string().contains("ledger"), "{refused}");
    let shut = open(&to).await.err().unwrap();
    assert!(shut.to_string().contains("recovery point"), "{shut}");
    // With the ledger as it was, it is restored elsewhere.
    std::fs::write(&ledger, kept).unwrap();
    let to = house.folder().join("again");
    assert_eq!(restored(&house, &point, &to).await.unwrap().erased, 1);
    open(&to).await.unwrap().close().await;
}

/// Where the ledger cannot be written, nobody is erased: a restore could bring them back.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_erased_past_the_ledger() {
    let house = House::over_sqlite().await;
    let (person, _) = somebody(&house).await;
    let ledger: PathBuf = house.folder().join("apart/ledger");
    std::fs::create_dir_all(&ledger).unwrap();
    let refused = house.delete(format!("/v1/persons/{person}")).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(is_there(&house.place, person).await);
    std::fs::remove_dir(&ledger).unwrap();
    erase(&house, person).await;
    assert!(!is_there(&house.place, person).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_persons_are_erased_again_in_a_moment() {
    let house = House::over_sqlite().await;
    let mut handles = Vec::new();
    for _ in 0..1_000 {
        let person = house.new_person(ACME).await;
        handles.push(house.place.vault.handle(&acme(), person).await.unwrap());
    }
    let point = point(&house).await;
    let ledger = backup::ledger(&house.place).unwrap();
    for handle in handles {
        let line = continuity::ledger::Line {
            at: house.place.clock.now(),
            tenant: acme(),
            deed: Deed::Erase(handle),
        };
        ledger.note(&line).unwrap();
    }
    let to = house.folder().join("restored");
    let passed = restored(&house, &point, &to).await.unwrap();
    assert_eq!(passed.erased, 1_000);
    eprintln!("1,000 persons were erased again in {:?}", passed.took);
    // A build without optimisation on a shared machine; a second is what is promised.
    assert!(passed.took < Duration::from_secs(10), "{:?}", passed.took);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statements_of_the_gate_prepare_on_both_engines() {
    let engines = store::danger_testing::each_engine(store::migrations::DATA, None);
    for db in engines.await.unwrap() {
        for sql in gate::STATEMENTS {
            db.prepare(sql).await.unwrap();
        }
    }
}

static NOTHING: &[store::Migration] = &[];

/// The same over PostgreSQL, into two empty databases.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_comes_back_and_passes_the_gate() {
    let Some(house) = House::over_postgres().await else {
        return;
    };
    let (stays, _) = somebody(&house).await;
    let (goes, _) = somebody(&house).await;
    let point = point(&house).await;
    erase(&house, goes).await;
    let mut files = Vec::new();
    let mut databases = Vec::new();
    for name in ["empty-data.url", "empty-keys.url"] {
        let db = store::danger_testing::postgres(NOTHING, None).await;
        let db = db.unwrap().unwrap();
        let store::DbConfig::Postgres { url } = db.config() else {
            panic!("a PostgreSQL database has a URL");
        };
        let path = house.folder().join(name);
        server::private::write(&path, url.expose().as_bytes()).unwrap();
        files.push(path);
        databases.push(db);
    }
    let file = house.folder().join(FILE);
    let config = Config::read(&file).unwrap();
    let watch = Arc::new(Silent);
    let to = house.folder().join("restored");
    let nowhere = restore::To {
        folder: &to,
        postgres: None,
        seal: None,
    };
    let refused = restore::restore(
        &config,
        &file,
        From::Backup(&[]),
        (Of::Point(&point), nowhere),
        &watch,
    )
    .await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("--postgres-data"), "{refused}");
    let to = house.folder().join("again");
    let target = restore::To {
        folder: &to,
        postgres: Some((&files[0], &files[1])),
        seal: None,
    };
    let done = restore::restore(
        &config,
        &file,
        From::Backup(&[]),
        (Of::Point(&point), target),
        &watch,
    )
    .await;
    let (restored, passed) = done.unwrap();
    assert_eq!(restored.manifest.engine, "postgres");
    assert_eq!(passed.erased, 1);
    let place = open(&to).await.unwrap();
    assert!(is_there(&place, stays).await);
    assert!(!is_there(&place, goes).await);
    place.close().await;
}
