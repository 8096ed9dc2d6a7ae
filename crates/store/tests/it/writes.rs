//! All of a write set or nothing, with its entries, and nobody else's.

use std::sync::Arc;

use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use store::{Committed, Sql, StoreError, Value, WriteSet};

use crate::journal::{
    ADD, ADD_BODY, COUNT, PlainJournal, RENAME, SCHEMA, add, count, engines, entry, log, note,
    tenant,
};

static SWAPPED: Sql = Sql::both("INSERT INTO item (note, id) VALUES ($2, $1)");
static TWICE: Sql = Sql::both("SELECT id FROM item WHERE id = $1 OR id = $1 + $2");
static MISSING: Sql = Sql::both("INSERT INTO nowhere (id) VALUES ($1)");

#[tokio::test]
async fn a_commit_is_seen_as_soon_as_it_is_answered() {
    for (db, _) in engines().await {
        for id in 0..20 {
            db.commit(add(id, "here")).await.expect("it holds");
            assert_eq!(
                note(&db, id).await.as_deref(),
                Some("here"),
                "{}",
                db.engine
            );
        }
    }
}

#[tokio::test]
async fn answers_count_rows_and_number_entries() {
    for (db, _) in engines().await {
        let set = add(1, "a")
            .run(&ADD, vec![2_i64.into(), "b".into()])
            .run(&RENAME, vec![9_i64.into(), "c".into()])
            .run_expecting(&TWICE, vec![1_i64.into(), 1_i64.into()], 2, "both")
            .log(entry("b", "b0"))
            .log(entry("a", "a0"))
            .log(entry("b", "b1"));
        let committed = db.commit(set).await.expect("it holds");
        let wanted = Committed {
            rows: vec![1, 1, 0, 2],
            log_indexes: vec![0, 0, 1],
        };
        assert_eq!(committed, wanted, "{}", db.engine);
        let committed = db
            .commit(add(3, "c").log(entry("b", "b2")))
            .await
            .expect("it holds");
        assert_eq!(committed.log_indexes, [2]);
        assert_eq!(log(&db, "b").await, ["b0", "b1", "b2"]);
        assert_eq!(log(&db, "a").await, ["a0"]);
    }
}

#[tokio::test]
async fn parameters_are_bound_by_number() {
    for (db, _) in engines().await {
        let set = WriteSet::new().run(&SWAPPED, vec![7_i64.into(), "seven".into()]);
        db.commit(set).await.expect("it holds");
        assert_eq!(
            note(&db, 7).await.as_deref(),
            Some("seven"),
            "{}",
            db.engine
        );
        for params in [
            vec![7_i64.into()],
            vec![7_i64.into(), "x".into(), Value::Null],
        ] {
            let refused = db.commit(WriteSet::new().run(&SWAPPED, params)).await;
            assert!(
                matches!(refused, Err(StoreError::Internal(_))),
                "{}: {refused:?}",
                db.engine
            );
        }
    }
}

#[tokio::test]
async fn every_kind_of_value_comes_back() {
    static SET: Sql = Sql::both("INSERT INTO item (id, note, body) VALUES ($1, $2, $3)");
    static GET: Sql = Sql::both("SELECT id, note, body FROM item WHERE id = $1");
    let long = "å🩺\n'\"--".repeat(40_000);
    let values = [
        (i64::MIN, Value::Null, Value::Null),
        (i64::MAX, "".into(), vec![].into()),
        (
            0,
            long.as_str().into(),
            [0_u8, 255, 7].repeat(500_000).into(),
        ),
    ];
    for (db, _) in engines().await {
        for (id, note, body) in &values {
            let params = vec![(*id).into(), note.clone(), body.clone()];
            db.commit(WriteSet::new().run(&SET, params))
                .await
                .expect("it holds");
            let row = db
                .row(&GET, vec![(*id).into()])
                .await
                .expect("it is read")
                .expect("a row");
            assert_eq!(
                row,
                store::Row::new(vec![(*id).into(), note.clone(), body.clone()]),
                "{}",
                db.engine
            );
        }
    }
}

#[tokio::test]
async fn a_failed_guard_undoes_its_own_set_only() {
    for (db, _) in engines().await {
        db.commit(add(100, "there")).await.expect("it holds");
        // All at once, so that they share a batch.
        let sets = (0..40).map(|id| {
            let set = add(id, "new").log(entry("a", &id.to_string()));
            match id % 4 {
                1 => set.run_expecting(&RENAME, vec![999_i64.into(), "x".into()], 1, "gone"),
                2 => set.run(&ADD, vec![100_i64.into(), "again".into()]),
                3 => set.run(&MISSING, vec![1_i64.into()]),
                _ => set,
            }
        });
        let outcomes = join_all(sets.map(|set| db.commit(set))).await;
        for (id, outcome) in (0..40).zip(outcomes) {
            let held = note(&db, id).await.is_some();
            match (id % 4, &outcome) {
                (0, Ok(_)) => assert!(held),
                (1, Err(StoreError::Guard("gone")))
                | (2, Err(StoreError::Duplicate))
                | (3, Err(StoreError::Internal(_))) => assert!(!held),
                _ => panic!("{}: set {id} ended with {outcome:?}", db.engine),
            }
        }
        let mut entries: Vec<i64> = log(&db, "a")
            .await
            .iter()
            .map(|body| body.parse().expect("a number"))
            .collect();
        entries.sort_unstable();
        assert_eq!(
            entries,
            (0..40).step_by(4).collect::<Vec<i64>>(),
            "{}",
            db.engine
        );
    }
}

#[tokio::test]
async fn a_set_that_only_asks_in_vain_leaves_the_others_alone() {
    static ASK: Sql = Sql::both("SELECT id FROM item WHERE id = $1");
    for (db, _) in engines().await {
        let sets = (0..30).map(|id| match id % 3 {
            0 => WriteSet::new().run_expecting(&ASK, vec![999_i64.into()], 1, "nobody"),
            _ => add(id, "new").log(entry("a", &id.to_string())),
        });
        let outcomes = join_all(sets.map(|set| db.commit(set))).await;
        for (id, outcome) in (0..30).zip(outcomes) {
            assert_eq!(note(&db, id).await.is_some(), id % 3 != 0, "{}", db.engine);
            match (id % 3, outcome) {
                (0, Err(StoreError::Guard("nobody"))) | (1 | 2, Ok(_)) => {}
                (_, outcome) => panic!("{}: set {id} ended with {outcome:?}", db.engine),
            }
        }
        assert_eq!(log(&db, "a").await.len(), 20, "{}", db.engine);
    }
}

#[tokio::test]
async fn a_guard_sees_what_earlier_sets_of_its_batch_did() {
    static TAKE: Sql = Sql::both("UPDATE item SET note = 'taken' WHERE id = $1 AND note = 'free'");
    for (db, _) in engines().await {
        db.commit(add(1, "free")).await.expect("it holds");
        let take =
            || db.commit(WriteSet::new().run_expecting(&TAKE, vec![1_i64.into()], 1, "free"));
        let outcomes = join_all((0..30).map(|_| take())).await;
        let held = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(held, 1, "{}: only one may take it", db.engine);
        assert!(
            outcomes
                .iter()
                .filter_map(|outcome| outcome.as_ref().err())
                .all(|error| matches!(error, StoreError::Guard("free")))
        );
    }
}

#[tokio::test]
async fn no_entry_no_data() {
    for (db, journal) in engines().await {
        db.commit(add(0, "x").log(entry("good", "g0")).log(entry("bad", "b0")))
            .await
            .expect("ok");
        journal.refused.lock().insert(tenant("bad"));
        let sets = (1..30).map(|id| {
            let name = if id % 3 == 0 { "bad" } else { "good" };
            let set = add(id, "new").log(entry(name, &id.to_string()));
            if id % 6 == 0 {
                set.log(entry("good", "beside"))
            } else {
                set
            }
        });
        let outcomes = join_all(sets.map(|set| db.commit(set))).await;
        for (id, outcome) in (1..30).zip(outcomes) {
            if id % 3 == 0 {
                assert!(
                    matches!(outcome, Err(StoreError::Journal(_))),
                    "{outcome:?}"
                );
                assert_eq!(
                    note(&db, id).await,
                    None,
                    "{}: data without an entry",
                    db.engine
                );
            } else {
                assert!(outcome.is_ok(), "{}: {outcome:?}", db.engine);
            }
        }
        assert_eq!(log(&db, "bad").await, ["b0"]);
        assert_eq!(log(&db, "good").await.len(), 1 + 20);
        // It goes on as soon as the log does.
        journal.refused.lock().clear();
        db.commit(add(50, "x").log(entry("bad", "b1")))
            .await
            .expect("it holds");
        assert_eq!(log(&db, "bad").await, ["b0", "b1"]);
    }
}

#[tokio::test]
async fn an_entry_needs_a_journal() {
    let databases = store::danger_testing::each_engine(SCHEMA, None)
        .await
        .expect("they open");
    for db in databases {
        let refused = db.commit(add(1, "x").log(entry("a", "a0"))).await;
        assert!(
            matches!(refused, Err(StoreError::Journal(_))),
            "{}: {refused:?}",
            db.engine
        );
        assert_eq!(note(&db, 1).await, None);
        db.commit(add(1, "x"))
            .await
            .expect("without an entry it holds");
    }
}

#[tokio::test]
async fn a_journal_that_panics_leaves_nobody_waiting() {
    for (db, journal) in engines().await {
        journal.panics.lock().insert(tenant("a"));
        let refused = db.commit(add(1, "x").log(entry("a", "a0"))).await;
        assert!(
            matches!(refused, Err(StoreError::Internal(_))),
            "{}: {refused:?}",
            db.engine
        );
        journal.panics.lock().clear();
        assert_eq!(note(&db, 1).await, None);
        db.commit(add(1, "x").log(entry("a", "a0")))
            .await
            .expect("it holds now");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_write_one_log() {
    for (db, journal) in engines().await {
        let other = store::Db::open(db.config(), SCHEMA, Some(journal))
            .await
            .expect("it opens");
        let both = (0..300).map(|id| {
            let db = if id % 2 == 0 { db.db() } else { other.clone() };
            async move {
                let set = add(id, "x").log(entry("a", "e")).log(entry("b", "e"));
                tokio::spawn(async move { db.commit(set).await })
                    .await
                    .expect("no panic")
            }
        });
        for outcome in join_all(both).await {
            outcome.expect("it holds");
        }
        assert_eq!(count(&other, &COUNT, vec![]).await, 300);
        assert_eq!(log(&db, "a").await.len(), 300, "{}", db.engine);
        assert_eq!(log(&db, "b").await.len(), 300, "{}", db.engine);
        other.close().await;
    }
}

#[tokio::test]
async fn what_was_asked_for_is_done_even_if_nobody_waits() {
    for (db, _) in engines().await {
        for id in 0..10 {
            let mut commit = Box::pin(db.commit(add(id, "x")));
            // One poll hands it over; then the caller goes away.
            assert!(futures_util::poll!(&mut commit).is_pending());
        }
        db.commit(add(100, "last")).await.expect("it holds");
        assert_eq!(count(&db, &COUNT, vec![]).await, 11, "{}", db.engine);
    }
}

#[tokio::test]
async fn closing_writes_what_waits_and_takes_no_more() {
    for (db, _) in engines().await {
        let waiting: Vec<_> = (0..20)
            .map(|id| Box::pin(db.commit(add(id, "x"))))
            .collect();
        let mut waiting = join_all(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        db.close().await;
        for outcome in waiting.await {
            outcome.expect("what waited holds");
        }
        let late = db.commit(add(99, "x")).await;
        assert!(
            matches!(late, Err(StoreError::Unavailable(_))),
            "{}: {late:?}",
            db.engine
        );
    }
}

#[tokio::test]
async fn one_large_set_goes_through_and_too_many_are_turned_away() {
    for (db, _) in engines().await {
        let large = vec![7_u8; 9 << 20];
        let set = WriteSet::new().run(&ADD_BODY, vec![(-1_i64).into(), large.into()]);
        db.commit(set)
            .await
            .expect("one set may be larger than a batch");
        let outcomes = join_all((0..60_000).map(|id| db.commit(add(id, "x")))).await;
        let held = outcomes.iter().filter(|outcome| outcome.is_ok()).count() as i64;
        assert!(held >= 16_384, "{}: {held}", db.engine);
        let refused = outcomes.iter().find(|outcome| outcome.is_err());
        assert!(
            matches!(refused, Some(Err(StoreError::Unavailable(_)))),
            "{refused:?}"
        );
        assert_eq!(count(&db, &COUNT, vec![]).await, held + 1);
        assert_eq!(db.stats().overloads, 60_000 - held as u64);
        db.commit(add(90_000, "x"))
            .await
            .expect("there is room again");
    }
}

#[tokio::test]
async fn the_writer_counts() {
    for (db, _) in engines().await {
        let sets = (0..50).map(|id| db.commit(add(id % 40, "x").log(entry("a", "e"))));
        join_all(sets).await;
        let stats = db.stats();
        assert_eq!(
            (stats.sets_held, stats.sets_failed, stats.entries),
            (40, 10, 40)
        );
        assert!(
            stats.batches > 0 && stats.batches < 50,
            "{}: {stats:?}",
            db.engine
        );
        assert_eq!(stats.batch_sizes.iter().sum::<u64>(), stats.batches);
        assert!(stats.commit_micros > 0 && stats.commit_micros <= stats.batch_micros);
    }
}

/// What one random set does.
#[derive(Clone, Debug)]
enum Step {
    /// Add a row of a small range: may be taken.
    Add(i64),
    /// Rename a row that must be there.
    Rename(i64),
    /// An entry for one of two logs.
    Log(bool),
    /// A text that does not prepare.
    Nonsense,
}

fn steps() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = prop_oneof![
        6 => (0..60_i64).prop_map(Step::Add),
        3 => (0..60_i64).prop_map(Step::Rename),
        4 => any::<bool>().prop_map(Step::Log),
        1 => Just(Step::Nonsense),
    ];
    prop::collection::vec(prop::collection::vec(step, 1..5), 1..24)
}

/// Each set writes its own mark; afterwards all marks of a set are there, or none.
#[test]
fn a_set_is_all_or_nothing() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let databases: Vec<(_, Arc<PlainJournal>)> = runtime.block_on(engines());
    static MARK: Sql = Sql::both("INSERT INTO item (id, note) VALUES ($1, $2)");
    static MARKS: Sql = Sql::both("SELECT COUNT(*) FROM item WHERE note = $1");
    for (db, _) in &databases {
        let next = std::cell::Cell::new(0_i64);
        let mut runner = TestRunner::new(ProptestConfig::with_cases(48));
        let outcome = runner.run(&steps(), |sets| {
            // A range of rows, and a place for marks, that no other case has.
            let case = next.replace(next.get() + 1);
            let (rows, marks) = (case * 1_000, 1_000_000_000 + case * 1_000);
            let built: Vec<(String, u64, WriteSet)> = (0..)
                .zip(&sets)
                .map(|(at, steps)| {
                    let mark = format!("case {case} set {at}");
                    let mut set = WriteSet::new()
                        .run(&MARK, vec![(marks + at * 2).into(), mark.as_str().into()]);
                    let mut entries = 0;
                    for step in steps {
                        set = match step {
                            Step::Add(row) => set.run(&ADD, vec![(rows + row).into(), "r".into()]),
                            Step::Rename(row) => set.run_expecting(
                                &RENAME,
                                vec![(rows + row).into(), "s".into()],
                                1,
                                "row",
                            ),
                            Step::Log(first) => {
                                entries += 1;
                                set.log(entry(if *first { "p" } else { "q" }, &mark))
                            }
                            Step::Nonsense => set.run(&MISSING, vec![1_i64.into()]),
                        };
                    }
                    let set = set.run(
                        &MARK,
                        vec![(marks + at * 2 + 1).into(), mark.as_str().into()],
                    );
                    (mark, entries, set)
                })
                .collect();
            runtime.block_on(async {
                let outcomes =
                    join_all(built.iter().map(|(_, _, set)| db.commit(set.clone()))).await;
                let logs = [log(db, "p").await, log(db, "q").await].concat();
                for ((mark, entries, _), outcome) in built.iter().zip(outcomes) {
                    let held = count(db, &MARKS, vec![mark.as_str().into()]).await;
                    let logged = logs.iter().filter(|body| *body == mark).count() as u64;
                    let wanted = if outcome.is_ok() {
                        (2, *entries)
                    } else {
                        (0, 0)
                    };
                    prop_assert_eq!((held, logged), wanted, "{} {:?}", mark, outcome);
                }
                Ok(())
            })
        });
        if let Err(failure) = outcome {
            panic!("{}: {failure}", db.engine);
        }
    }
    drop(databases);
}
