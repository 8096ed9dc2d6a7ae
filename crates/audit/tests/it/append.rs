//! What the journal writes, and what it refuses.

use audit::danger_testing;
use audit::verify::Depth;
use audit::{Action, Entry, Outcome};
use base::{ErrorKind, Fault, Instant};
use store::{StoreError, WriteSet};

use crate::support::{Logs, leaked};

#[tokio::test]
async fn entries_come_back_as_they_went_in_on_every_engine() {
    for logs in Logs::each().await {
        let mut next = 0;
        for count in [1, 2, 253, 1, 300, 5, 1_000, 1] {
            let indexes = logs.append(next, count).await;
            assert_eq!(indexes, (next..next + count).collect::<Vec<_>>());
            next += count;
        }
        let logged = logs
            .log
            .entries(&logs.tenant, 0, next + 5)
            .await
            .expect("reads");
        assert_eq!(logged.len() as u64, next);
        for logged in &logged {
            assert_eq!(
                logged.body,
                danger_testing::entry(7, logged.index).to_bytes()
            );
        }
        let report = logs.verify(Depth::Entries).await;
        assert!(report.ok, "{}: {report:#?}", logs.db.engine);
        assert_eq!((report.size, report.entries_opened), (next, next));
    }
}

#[tokio::test]
async fn two_tenants_have_two_logs() {
    let logs = Logs::sqlite().await;
    let other = crate::support::tenant("other");
    let set = WriteSet::new()
        .log(danger_testing::entry(1, 0).finish(&logs.tenant))
        .log(danger_testing::entry(1, 1).finish(&other))
        .log(danger_testing::entry(1, 2).finish(&logs.tenant));
    let committed = logs.db.commit(set).await.expect("appends");
    assert_eq!(committed.log_indexes, [0, 0, 1]);
    assert_eq!(logs.log.size(&logs.tenant).await.expect("reads"), 2);
    assert_eq!(logs.log.size(&other).await.expect("reads"), 1);
    assert_eq!(
        logs.log.tenants().await.expect("reads"),
        [logs.tenant.clone(), other.clone()]
    );
    let (ours, theirs) = (logs.log.origin(&logs.tenant), logs.log.origin(&other));
    assert_eq!(
        (ours.as_str(), theirs.as_str()),
        ("strongroom.test/log/acme", "strongroom.test/log/other")
    );
}

#[tokio::test]
async fn time_does_not_run_backwards_when_the_clock_does() {
    let logs = Logs::sqlite().await;
    let entry = |micros: i64| {
        let mut entry = danger_testing::entry(3, 0);
        entry.at = Instant::from_micros(entry.at.micros() + micros);
        entry
    };
    let hour = 3_600_000_000;
    for batch in [vec![hour, hour - 5], vec![0, 7], vec![2 * hour]] {
        let mut set = WriteSet::new();
        for micros in batch {
            set = set.log(entry(micros).finish(&logs.tenant));
        }
        logs.db.commit(set).await.expect("appends");
    }
    let entries: Vec<Entry> = logs
        .log
        .entries(&logs.tenant, 0, 9)
        .await
        .expect("reads")
        .iter()
        .map(|logged| logged.entry().expect("an entry"))
        .collect();
    let at: Vec<i64> = entries
        .iter()
        .map(|got| got.at.micros() - entry(0).at.micros())
        .collect();
    assert_eq!(at, [hour, hour, hour, hour, 2 * hour]);
    // Requests that overtook each other are no news; a clock that jumped is.
    let clocks: Vec<Option<i64>> = entries
        .iter()
        .map(|got| got.clock.map(|clock| clock.micros() - entry(0).at.micros()))
        .collect();
    assert_eq!(clocks, [None, None, Some(0), Some(7), None]);
    assert!(logs.verify(Depth::Entries).await.ok);
}

#[tokio::test]
async fn what_is_no_entry_is_refused_with_everything_beside_it() {
    let logs = Logs::sqlite().await;
    let mut entry = danger_testing::entry(1, 0).finish(&logs.tenant);
    entry.body = b"Anna Svensson was here".to_vec();
    let set = WriteSet::new().log(entry);
    let refused = logs.db.commit(set).await.expect_err("no entry");
    assert!(matches!(refused, StoreError::Journal(_)), "{refused}");
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
    let mut entry = danger_testing::entry(1, 0).finish(&logs.tenant);
    entry.body.resize(70_000, b' ');
    assert!(logs.db.commit(WriteSet::new().log(entry)).await.is_err());
    assert_eq!(logs.log.size(&logs.tenant).await.expect("reads"), 0);
}

#[tokio::test]
async fn nothing_is_appended_behind_a_head_that_was_edited() {
    for (column, value) in [
        ("root", "zeroblob(32)"),
        ("frontier", "zeroblob(length(frontier))"),
        ("size", "size + 256"),
        ("checkpoint", "replace(checkpoint, 'acme', 'acm3')"),
        (
            "checkpoint",
            "substr(checkpoint, 1, length(checkpoint) - 6) || 'AAAA=' || char(10)",
        ),
    ] {
        let logs = Logs::sqlite().await;
        logs.fill(10, 5).await;
        logs.danger_drop_guards().await;
        logs.danger_sql(format!("UPDATE log_head SET {column} = {value}"), vec![])
            .await;
        let set = WriteSet::new().log(danger_testing::entry(1, 10).finish(&logs.tenant));
        let refused = logs.db.commit(set).await.expect_err("the head was edited");
        assert!(
            matches!(refused, StoreError::Journal(_)),
            "{column}: {refused}"
        );
    }
}

#[tokio::test]
async fn a_head_that_holds_together_but_is_not_signed_is_not_appended_to() {
    // Somebody who rewrites the rows and the head consistently, but cannot sign.
    let logs = Logs::sqlite().await;
    logs.fill(10, 10).await;
    let forged = {
        use audit::merkle::{Frontier, leaf_hash};
        let mut frontier = Frontier::new();
        for _ in 0..10 {
            frontier.push(leaf_hash(b"forged"), |_, _| {});
        }
        frontier
    };
    let checkpoint = audit::note::Checkpoint {
        origin: logs.log.origin(&logs.tenant),
        size: 10,
        root: forged.root(),
    };
    let stranger = crypt::sign::Ed25519Key::from_seed(&[9; 32]);
    let note = checkpoint.sign(&stranger).expect("signs");
    logs.danger_drop_guards().await;
    logs.danger_sql(
        "UPDATE log_head SET root = $1, frontier = $2, checkpoint = $3",
        vec![forged.root().into(), forged.to_bytes().into(), note.into()],
    )
    .await;
    let set = WriteSet::new().log(danger_testing::entry(1, 10).finish(&logs.tenant));
    let refused = logs.db.commit(set).await.expect_err("nobody signed for it");
    assert!(
        refused.to_string().contains("no known key signed it"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_log_below_its_floor_is_not_appended_to() {
    let logs = Logs::sqlite().await;
    logs.fill(10, 10).await;
    logs.journal.hold_floor(&logs.tenant, 10);
    logs.append(10, 1).await;
    logs.journal.hold_floor(&logs.tenant, 12);
    let set = WriteSet::new().log(danger_testing::entry(1, 11).finish(&logs.tenant));
    let refused = logs.db.commit(set).await.expect_err("one entry was lost");
    assert!(
        refused.to_string().contains("cut short or rolled back"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_failed_write_leaves_no_entry_and_the_next_one_takes_its_place() {
    let logs = Logs::sqlite().await;
    logs.append(0, 3).await;
    let bad = WriteSet::new()
        .run_expecting(leaked("SELECT 1 WHERE 1 = 0"), vec![], 1, "test.guard")
        .log(danger_testing::entry(7, 99).finish(&logs.tenant));
    assert!(matches!(
        logs.db.commit(bad).await,
        Err(StoreError::Guard("test.guard"))
    ));
    assert_eq!(logs.append(3, 1).await, [3]);
    assert!(logs.verify(Depth::Entries).await.ok);
}

#[test]
fn an_entry_costs_what_the_writer_can_afford() {
    // Not a measurement (see `measure`), only a guard against something absurd: a debug build stays below 100 us.
    let entry = danger_testing::entry(1, 1);
    let begin = std::time::Instant::now();
    let bytes: usize = (0..1_000).map(|_| entry.to_bytes().len()).sum();
    assert!(bytes > 300_000 && begin.elapsed().as_millis() < 100);
    assert_eq!(
        (entry.action, entry.outcome),
        (Action::RecordRead, Outcome::Ok)
    );
}

#[tokio::test]
async fn two_nodes_append_to_one_log_without_a_gap() {
    for logs in Logs::each().await {
        let keys = std::sync::Arc::new(danger_testing::SeededKeys::new(1));
        let journal = crate::support::journal(&keys);
        let other = store::Db::open(logs.db.config(), store::migrations::DATA, Some(journal))
            .await
            .expect("a second node");
        let write = async |db: store::Db, from: u64| {
            let mut indexes = Vec::new();
            for number in from..from + 40 {
                let set = WriteSet::new()
                    .log(danger_testing::entry(7, number).finish(&logs.tenant))
                    .log(danger_testing::entry(8, number).finish(&logs.tenant));
                indexes.extend(db.commit(set).await.expect("appends").log_indexes);
            }
            indexes
        };
        // The log does not exist yet: the two race for its very first entry as well.
        let (one, two) = tokio::join!(write(logs.db.db(), 0), write(other.clone(), 1_000));
        let mut all = [one, two].concat();
        all.sort_unstable();
        assert_eq!(all, (0..160).collect::<Vec<_>>(), "{}", logs.db.engine);
        let report = logs.verify(Depth::Entries).await;
        assert!(report.ok, "{}: {report:#?}", logs.db.engine);
        other.close().await;
    }
}
