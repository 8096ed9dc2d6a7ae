//! The queue: at least once, one at a time, and the work with its completion.

use std::time::Duration;

use base::{Instant, SeededRng};
use store::danger_testing::{TestDb, each_engine};
use store::jobs::{self, Claimed, Dedupe, JobId, NewJob, State};
use store::{Sql, StoreError, WriteSet, migrations};

use crate::journal::tenant;

const LEASE: Duration = Duration::from_secs(60);

async fn databases() -> Vec<TestDb> {
    each_engine(migrations::DATA, None)
        .await
        .expect("they open")
}

fn at(seconds: i64) -> Instant {
    Instant::from_micros(seconds * 1_000_000)
}

fn job(dedupe: Dedupe) -> NewJob {
    NewJob {
        tenant: tenant("a"),
        kind: "test",
        payload: b"what to do".to_vec(),
        dedupe,
        due_at: at(10),
        attempts_max: 2,
    }
}

async fn enqueue(db: &TestDb, rng: &SeededRng, job: NewJob) -> JobId {
    let id = JobId::random(rng);
    db.commit(WriteSet::new().with(jobs::enqueue(id, job, at(0))))
        .await
        .expect("it is queued");
    id
}

async fn claim(db: &TestDb, rng: &SeededRng, seconds: i64) -> Vec<Claimed> {
    jobs::claim(db, rng, at(seconds), LEASE, 10)
        .await
        .expect("a claim")
}

#[tokio::test]
async fn a_job_is_claimed_once_and_again_when_its_lease_runs_out() {
    for db in databases().await {
        let rng = SeededRng::new(1);
        let id = enqueue(&db, &rng, job(Dedupe::Never)).await;
        assert!(claim(&db, &rng, 9).await.is_empty(), "it is not due");
        let first = claim(&db, &rng, 10).await;
        assert_eq!(first.len(), 1, "{}", db.engine);
        let claimed = &first[0].job;
        assert_eq!(
            (claimed.id, claimed.attempts, claimed.kind.as_str()),
            (id, 1, "test")
        );
        assert_eq!(claimed.payload, b"what to do");
        assert!(claim(&db, &rng, 69).await.is_empty(), "it is taken");

        let second = claim(&db, &rng, 70).await;
        assert_eq!(second.len(), 1);
        // The first worker wakes up and finds that its work is not wanted any more.
        let late = db
            .commit(WriteSet::new().with(jobs::complete(&first[0], at(71))))
            .await;
        assert_eq!(late, Err(StoreError::Guard("job.lease")));
        db.commit(WriteSet::new().with(jobs::complete(&second[0], at(71))))
            .await
            .expect("done");
        assert!(claim(&db, &rng, 1_000).await.is_empty());
        assert_eq!(jobs::count(&db, State::Done).await, Ok(1));
        db.commit(WriteSet::new().with(jobs::prune(at(72))))
            .await
            .expect("pruned");
        assert_eq!(jobs::count(&db, State::Done).await, Ok(0));
    }
}

#[tokio::test]
async fn a_job_that_fails_comes_back_later_and_dies_in_the_end() {
    for db in databases().await {
        let rng = SeededRng::new(2);
        let id = enqueue(&db, &rng, job(Dedupe::Never)).await;
        let claimed = claim(&db, &rng, 10).await;
        let long = "å".repeat(600);
        db.commit(WriteSet::new().with(jobs::fail(&claimed[0], &long, at(11))))
            .await
            .expect("ok");
        assert!(
            claim(&db, &rng, 11).await.is_empty(),
            "{}: no pause",
            db.engine
        );
        let claimed = claim(&db, &rng, 13).await;
        assert_eq!(claimed[0].job.attempts, 2);
        assert_eq!(claimed[0].job.error.as_ref().map(String::len), Some(500));
        db.commit(WriteSet::new().with(jobs::fail(&claimed[0], "no", at(14))))
            .await
            .expect("ok");
        assert!(
            claim(&db, &rng, 100_000).await.is_empty(),
            "{}: it is dead",
            db.engine
        );
        let dead = jobs::list(&db, &tenant("a"), State::Dead, None, 10)
            .await
            .expect("a list");
        assert_eq!((dead[0].id, dead[0].error.as_deref()), (id, Some("no")));
        assert!(
            jobs::list(&db, &tenant("a"), State::Dead, Some(id), 10)
                .await
                .expect("ok")
                .is_empty()
        );

        db.commit(WriteSet::new().with(jobs::revive(&tenant("a"), id, at(20))))
            .await
            .expect("ok");
        assert_eq!(claim(&db, &rng, 20).await.len(), 1);
        let twice = db
            .commit(WriteSet::new().with(jobs::revive(&tenant("a"), id, at(20))))
            .await;
        assert!(matches!(twice, Err(StoreError::Guard("job.dead"))));
    }
}

#[tokio::test]
async fn a_job_that_kills_its_worker_is_buried() {
    for db in databases().await {
        let rng = SeededRng::new(3);
        enqueue(&db, &rng, job(Dedupe::Never)).await;
        for begin in [10, 100] {
            assert_eq!(claim(&db, &rng, begin).await.len(), 1);
        }
        assert!(claim(&db, &rng, 1_000).await.is_empty());
        assert_eq!(jobs::count(&db, State::Dead).await, Ok(1), "{}", db.engine);
    }
}

#[tokio::test]
async fn keys_keep_jobs_apart() {
    for db in databases().await {
        let rng = SeededRng::new(4);
        let key = || "tick 7".to_owned();
        for _ in 0..3 {
            enqueue(&db, &rng, job(Dedupe::Once(key()))).await;
        }
        let claimed = claim(&db, &rng, 10).await;
        assert_eq!(claimed.len(), 1, "{}", db.engine);
        db.commit(WriteSet::new().with(jobs::complete(&claimed[0], at(11))))
            .await
            .expect("ok");
        enqueue(&db, &rng, job(Dedupe::Once(key()))).await;
        assert!(
            claim(&db, &rng, 12).await.is_empty(),
            "{}: a tick ran twice",
            db.engine
        );

        let key = || "rewrap".to_owned();
        for _ in 0..3 {
            enqueue(&db, &rng, job(Dedupe::WhileOpen(key()))).await;
        }
        let claimed = claim(&db, &rng, 12).await;
        assert_eq!(claimed.len(), 1);
        db.commit(WriteSet::new().with(jobs::complete(&claimed[0], at(13))))
            .await
            .expect("ok");
        enqueue(&db, &rng, job(Dedupe::WhileOpen(key()))).await;
        assert_eq!(
            claim(&db, &rng, 13).await.len(),
            1,
            "{}: the key is free again",
            db.engine
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_share_the_jobs_and_a_lease_can_be_kept() {
    static NOTED: Sql = Sql::both("SELECT COUNT(*) FROM job WHERE state = 0 AND attempts <> 1");
    for db in databases().await {
        let rng = SeededRng::new(5);
        for _ in 0..30 {
            enqueue(&db, &rng, job(Dedupe::Never)).await;
        }
        let other = store::Db::open(db.config(), migrations::DATA, None)
            .await
            .expect("it opens");
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..2 {
            let (one, two) = tokio::join!(
                jobs::claim(&db, &rng, at(10), LEASE, 10),
                jobs::claim(&other, &rng, at(10), LEASE, 10),
            );
            for claimed in one
                .expect("a claim")
                .into_iter()
                .chain(two.expect("a claim"))
            {
                assert!(seen.insert(claimed.job.id), "{}: claimed twice", db.engine);
                let keep = jobs::extend(&claimed, at(10_000));
                db.commit(WriteSet::new().with(keep))
                    .await
                    .expect("it is kept");
            }
        }
        assert_eq!(seen.len(), 30, "{}", db.engine);
        assert!(claim(&db, &rng, 5_000).await.is_empty());
        let again = db.row(&NOTED, vec![]).await.expect("read").expect("a row");
        assert_eq!(again.int(0), Ok(0));
        other.close().await;
    }
}
