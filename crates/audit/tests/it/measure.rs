//! Measurements, by hand: `cargo test --release -p strongroom-audit --test it -- --ignored --nocapture measure`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use audit::danger_testing::{self, SeededKeys};
use audit::export::{Bundles, tiles};
use audit::verify::{Depth, verify_folder};
use store::{Journal as _, Row, WriteSet};

use crate::support::{Logs, journal, tenant};

const ENTRIES: u64 = 1_000_000;

fn say(what: &str, count: u64, took: Duration) {
    let each = took.as_secs_f64() * 1e6 / count as f64;
    println!(
        "{what}: {:.3} s, {each:.3} us each, {:.0}/s",
        took.as_secs_f64(),
        1e6 / each
    );
}

#[test]
#[ignore = "a measurement"]
fn measure_encoding() {
    let entry = danger_testing::entry(1, 1);
    let begin = Instant::now();
    let bytes: usize = (0..ENTRIES).map(|_| entry.to_bytes().len()).sum();
    say(
        &format!("encode {} bytes", bytes as u64 / ENTRIES),
        ENTRIES,
        begin.elapsed(),
    );
    let body = entry.to_bytes();
    let begin = Instant::now();
    let read = (0..ENTRIES)
        .filter(|_| audit::Entry::parse(&body).is_ok())
        .count();
    say("parse", read as u64, begin.elapsed());
}

#[test]
#[ignore = "a measurement"]
fn measure_appending() {
    let keys = Arc::new(SeededKeys::new(1));
    let acme = tenant("acme");
    let bodies: Vec<Vec<u8>> = (0..1_024)
        .map(|at| danger_testing::entry(7, at).to_bytes())
        .collect();
    for batch in [1, 16, 64, 256, 1_024] {
        let journal = journal(&keys);
        let count = if batch == 1 { ENTRIES / 20 } else { ENTRIES };
        let refs: Vec<&[u8]> = bodies
            .iter()
            .cycle()
            .take(batch)
            .map(Vec::as_slice)
            .collect();
        let mut head: Option<Row> = None;
        let mut done = 0;
        let begin = Instant::now();
        while done < count {
            let appended = journal
                .append(&acme, head.as_ref(), &refs)
                .expect("appends");
            done += batch as u64;
            let mut params = appended.statements.last().expect("a head").params.clone();
            head = Some(Row::new(params.drain(1..6).collect()));
        }
        say(
            &format!("append in batches of {batch}"),
            done,
            begin.elapsed(),
        );
    }
}

#[tokio::test]
#[ignore = "a measurement"]
async fn measure_verifying() {
    let logs = Logs::sqlite().await;
    let bodies: Vec<_> = (0..1_024)
        .map(|at| danger_testing::entry(7, at).finish(&logs.tenant))
        .collect();
    let begin = Instant::now();
    let mut next = 0;
    while next < ENTRIES {
        let mut set = WriteSet::new();
        for at in next..(next + 64).min(ENTRIES) {
            set = set.log(bodies[(at % 1_024) as usize].clone());
        }
        next += 64;
        logs.db.commit(set).await.expect("appends");
    }
    say(
        "append to SQLite, durably, in batches of 64",
        ENTRIES,
        begin.elapsed(),
    );
    for depth in [Depth::Hashes, Depth::Entries] {
        let begin = Instant::now();
        let report = logs.verify(depth).await;
        assert!(report.ok, "{report:#?}");
        say(
            &format!("verify {depth:?} in SQLite"),
            ENTRIES,
            begin.elapsed(),
        );
    }
    let begin = Instant::now();
    for at in 0..1_000 {
        logs.log
            .prove(&logs.tenant, at * 997 % ENTRIES)
            .await
            .expect("proves");
    }
    say("prove", 1_000, begin.elapsed());
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("log");
    let begin = Instant::now();
    tiles(&logs.log, &logs.tenant, &folder, Bundles::With)
        .await
        .expect("exports");
    say("export tiles with entries", ENTRIES, begin.elapsed());
    let begin = Instant::now();
    let report = verify_folder(&folder, &logs.known()).expect("reads");
    assert!(report.ok);
    say("verify the folder", ENTRIES, begin.elapsed());
    let begin = Instant::now();
    let mut out = std::io::sink();
    let format = audit::export::Format::Ecs;
    audit::export::lines(&logs.log, &logs.tenant, 0..ENTRIES, format, &mut out)
        .await
        .expect("exports");
    say("export ECS", ENTRIES, begin.elapsed());
}
