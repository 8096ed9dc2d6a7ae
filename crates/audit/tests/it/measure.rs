//! Measurements, by hand: `cargo test --release -p strongroom-audit --test it -- --ignored --nocapture measure`.

use std::sync::Arc;
use std::time::Instant;

use audit::danger_testing::{self, SeededKeys};
use audit::export::{Bundles, tiles};
use audit::verify::{Depth, verify_folder};
use store::{Journal as _, Row, WriteSet};

use crate::support::{Logs, journal, tenant};

const ENTRIES: u64 = 1_000_000;

/// What a stretch of work took: by the clock, and of this thread's processor where the system says.
struct Took {
    begin: Instant,
    cpu: Option<u64>,
}

impl Took {
    fn now() -> Self {
        Self {
            begin: Instant::now(),
            cpu: Self::cpu(),
        }
    }

    /// Nanoseconds of processor that this thread has had so far.
    fn cpu() -> Option<u64> {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        stat.split(' ').next()?.parse().ok()
    }

    fn say(&self, what: &str, count: u64) {
        let seconds = self.begin.elapsed().as_secs_f64();
        let each = |nanos: f64| nanos / 1e3 / count as f64;
        let cpu = Self::cpu()
            .zip(self.cpu)
            .map_or_else(String::new, |(now, then)| {
                format!(
                    ", {:.3} us of this thread's processor",
                    each((now - then) as f64)
                )
            });
        println!(
            "\n{what}: {seconds:.3} s, {:.3} us each{cpu}",
            each(seconds * 1e9)
        );
    }
}

#[test]
#[ignore = "a measurement"]
fn measure_encoding() {
    let entry = danger_testing::entry(1, 1);
    let begin = Took::now();
    let bytes: usize = (0..ENTRIES).map(|_| entry.to_bytes().len()).sum();
    begin.say(&format!("encode {} bytes", bytes as u64 / ENTRIES), ENTRIES);
    let body = entry.to_bytes();
    let begin = Took::now();
    let read = (0..ENTRIES)
        .filter(|_| audit::Entry::parse(&body).is_ok())
        .count();
    begin.say("parse", read as u64);
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
        let begin = Took::now();
        while done < count {
            let appended = journal
                .append(&acme, head.as_ref(), &refs)
                .expect("appends");
            done += batch as u64;
            let mut params = appended.statements.last().expect("a head").params.clone();
            head = Some(Row::new(params.drain(1..6).collect()));
        }
        begin.say(&format!("append in batches of {batch}"), done);
    }
}

#[tokio::test]
#[ignore = "a measurement"]
async fn measure_verifying() {
    let logs = Logs::sqlite().await;
    let bodies: Vec<_> = (0..1_024)
        .map(|at| danger_testing::entry(7, at).finish(&logs.tenant))
        .collect();
    let begin = Took::now();
    let mut next = 0;
    while next < ENTRIES {
        let mut set = WriteSet::new();
        for at in next..(next + 64).min(ENTRIES) {
            set = set.log(bodies[(at % 1_024) as usize].clone());
        }
        next += 64;
        logs.db.commit(set).await.expect("appends");
    }
    begin.say("append to SQLite, durably, in batches of 64", ENTRIES);
    for depth in [Depth::Hashes, Depth::Entries] {
        let begin = Took::now();
        let report = logs.verify(depth).await;
        assert!(report.ok, "{report:#?}");
        begin.say(&format!("verify {depth:?} in SQLite"), ENTRIES);
    }
    let begin = Took::now();
    for at in 0..1_000 {
        logs.log
            .prove(&logs.tenant, at * 997 % ENTRIES)
            .await
            .expect("proves");
    }
    begin.say("prove", 1_000);
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("log");
    let begin = Took::now();
    tiles(&logs.log, &logs.tenant, &folder, Bundles::With)
        .await
        .expect("exports");
    begin.say("export tiles with entries", ENTRIES);
    let begin = Took::now();
    let report = verify_folder(&folder, &logs.known()).expect("reads");
    assert!(report.ok);
    begin.say("verify the folder", ENTRIES);
    let begin = Took::now();
    let mut out = std::io::sink();
    let format = audit::export::Format::Ecs;
    audit::export::lines(&logs.log, &logs.tenant, 0..ENTRIES, format, &mut out)
        .await
        .expect("exports");
    begin.say("export ECS", ENTRIES);
}
