//! The ready-made fillings on a real folder and a real log.

use std::sync::Arc;

use audit::danger_testing::SeededKeys;
use audit::{Installation, Log};
use base::{Class, FixedClock, SeededRng};

use super::{NOW, databases};
use crate::canary::{Raw, search_raw};
use crate::checks::{AtRest, REST_LOG};
use crate::real::{All, InTheLog, OnDisk, prove};
use crate::{Check, Wrong};

#[tokio::test]
async fn files_are_read_with_their_names_wherever_they_lie() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("files/ab")).expect("made");
    std::fs::write(data.join("files/ab/one"), b"...wordword...").expect("written");
    std::fs::write(data.join("db"), b"nothing").expect("written");
    let raw = OnDisk::new(vec![data, folder.path().join("missing")]);
    let searched = search_raw(&raw, vec!["wordword".into(), "absent-word".into()])
        .await
        .expect("searched");
    assert_eq!(searched.places, ["data/db", "data/files/ab/one"]);
    assert_eq!(searched.found, [(0, "data/files/ab/one".to_owned())]);
    assert_eq!(searched.bytes, 21);
    let twice = All(vec![Arc::new(raw.clone()), Arc::new(raw)]);
    assert_eq!(twice.shelves().await.expect("shelves").len(), 4);
}

#[tokio::test]
async fn the_real_log_lies_sealed() {
    for db in databases().await {
        let tenant: base::TenantId = "operator".parse().expect("a tenant");
        let installation = Installation {
            host: "test.example".into(),
            environment: "test".parse().expect("an environment"),
        };
        let keys = Arc::new(SeededKeys::new(1));
        let log = Log::new(db.db(), installation, Arc::clone(&keys) as _);
        let plant = InTheLog {
            db: db.db(),
            log: log.clone(),
            keys,
            tenant: tenant.clone(),
            clock: Arc::new(FixedClock::at(NOW)),
            rng: Arc::new(SeededRng::new(3)),
        };
        let Some(folder) = db.folder() else { continue };
        let raw = Arc::new(OnDisk::new(vec![folder.to_owned()]));
        let check = AtRest::new(
            REST_LOG,
            vec![Class::Internal],
            Arc::new(plant),
            Arc::clone(&raw) as _,
            Arc::new(SeededRng::new(4)),
        );
        let outcome = check.measure().await.expect("measured");
        assert!(outcome.held(), "{outcome:?}");
        assert!(check.drill().await.expect("drilled").has(Wrong::PlainText));
        // The search does see this database: the tenant's name stands there in clear.
        let searched = search_raw(&*raw, vec![tenant.as_str().to_owned()])
            .await
            .expect("searched");
        assert!(!searched.found.is_empty());

        let proven = prove(&log, &tenant, 0)
            .await
            .expect("read")
            .expect("an entry");
        proven
            .proof
            .verify(&proven.entry, &proven.keys)
            .expect("holds");
        assert!(prove(&log, &tenant, 99).await.expect("read").is_none());
    }
}
