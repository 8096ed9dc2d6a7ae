//! Reading: one snapshot per query, long ones apart.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use store::danger_testing::each_engine;
use store::{Sql, StoreError, WriteSet};

use crate::journal::{ADD, COUNT, SCHEMA, add, count};

static ALL: Sql = Sql::both("SELECT id, note FROM item ORDER BY id");
static FLOAT: Sql = Sql::each("SELECT 1.5", "SELECT CAST(1.5 AS DOUBLE PRECISION)");
static TRUTH: Sql = Sql::both("SELECT EXISTS (SELECT 1 FROM item WHERE id = $1)");
static SUM: Sql = Sql::both("SELECT CAST(SUM(id) AS BIGINT) FROM item");
static WRITE: Sql = Sql::both("INSERT INTO item (id) VALUES ($1)");

#[tokio::test]
async fn a_scan_hands_over_rows_and_stops_when_told() {
    for db in each_engine(SCHEMA, None).await.expect("they open") {
        let set = (0..5_000_i64).fold(WriteSet::new(), |set, id| {
            set.run(&ADD, vec![id.into(), "some text".into()])
        });
        db.commit(set).await.expect("it holds");
        let seen = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&seen);
        db.scan(&ALL, vec![], move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            true
        })
        .await
        .expect("it is read");
        assert_eq!(seen.swap(0, Ordering::Relaxed), 5_000, "{}", db.engine);
        let counter = Arc::clone(&seen);
        db.scan(&ALL, vec![], move |_| {
            counter.fetch_add(1, Ordering::Relaxed) < 9
        })
        .await
        .expect("it is read");
        assert_eq!(seen.load(Ordering::Relaxed), 10, "{}", db.engine);
        // Many scans one after the other do not use up anything.
        for _ in 0..40 {
            db.scan(&ALL, vec![], |_| false).await.expect("it is read");
        }
        assert_eq!(count(&db, &COUNT, vec![]).await, 5_000);
    }
}

#[tokio::test]
async fn types_are_the_four_that_both_engines_share() {
    for db in each_engine(SCHEMA, None).await.expect("they open") {
        let float = db.rows(&FLOAT, vec![]).await;
        assert!(
            matches!(float, Err(StoreError::Shape { column: 0, .. })),
            "{}",
            db.engine
        );
        db.commit(add(4, "x")).await.expect("it holds");
        assert_eq!(
            count(&db, &TRUTH, vec![4_i64.into()]).await,
            1,
            "{}",
            db.engine
        );
        assert_eq!(
            count(&db, &TRUTH, vec![5_i64.into()]).await,
            0,
            "{}",
            db.engine
        );
        assert_eq!(count(&db, &SUM, vec![]).await, 4, "{}", db.engine);
    }
}

#[tokio::test]
async fn a_statement_can_be_checked_without_running() {
    static TWO: Sql = Sql::both("SELECT note FROM item WHERE id = $1 AND note = $2 AND id = $1");
    static WRONG: Sql = Sql::both("SELECT nothing FROM item");
    for db in each_engine(SCHEMA, None).await.expect("they open") {
        assert_eq!(db.prepare(&TWO).await, Ok(2), "{}", db.engine);
        assert!(matches!(
            db.prepare(&WRONG).await,
            Err(StoreError::Internal(_))
        ));
        assert_eq!(db.prepare(&ADD).await, Ok(2), "{}", db.engine);
    }
}

#[tokio::test]
async fn a_read_cannot_write_on_sqlite() {
    let db = store::danger_testing::sqlite(SCHEMA, None)
        .await
        .expect("it opens");
    let refused = db.rows(&WRITE, vec![1_i64.into()]).await;
    assert!(refused.is_err(), "a reading connection wrote");
    assert_eq!(count(&db, &COUNT, vec![]).await, 0);
}
