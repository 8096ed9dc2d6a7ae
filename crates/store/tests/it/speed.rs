//! Measured by hand: `cargo test --release -p strongroom-store --test it -- --ignored --nocapture speed`.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use store::{Db, Sql, WriteSet};

use crate::journal::{ADD_BODY, engines, entry};

/// CPU time of this process so far. PostgreSQL's is not in it.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .expect("a line")
        .split_whitespace()
        .collect();
    let ticks: u64 =
        fields[11].parse::<u64>().expect("ticks") + fields[12].parse::<u64>().expect("ticks");
    Duration::from_millis(ticks * 10)
}

async fn measure(name: &str, connections: usize, each: impl AsyncFn(i64) + Clone + 'static) {
    let next = Arc::new(AtomicI64::new(0));
    let (began, cpu_before) = (Instant::now(), cpu());
    let local = tokio::task::LocalSet::new();
    let mut latencies: Vec<Duration> = Vec::new();
    local
        .run_until(async {
            let tasks: Vec<_> = (0..connections)
                .map(|_| {
                    let (each, next) = (each.clone(), Arc::clone(&next));
                    tokio::task::spawn_local(async move {
                        let mut latencies = Vec::new();
                        while began.elapsed() < Duration::from_secs(3) {
                            let one = Instant::now();
                            each(next.fetch_add(1, Ordering::Relaxed)).await;
                            latencies.push(one.elapsed());
                        }
                        latencies
                    })
                })
                .collect();
            for task in tasks {
                latencies.extend(task.await.expect("no panic"));
            }
        })
        .await;
    latencies.sort_unstable();
    let count = latencies.len();
    println!(
        "{name} at {connections}: {:.0}/s, median {:?}, p99 {:?}, {:.1} us CPU each",
        count as f64 / began.elapsed().as_secs_f64(),
        latencies[count / 2],
        latencies[count * 99 / 100],
        (cpu() - cpu_before).as_secs_f64() * 1e6 / count as f64,
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a test"]
async fn speed() {
    static READ: Sql = Sql::both("SELECT id, body FROM item WHERE id = $1");
    for (db, _) in engines().await {
        let base = Arc::new(AtomicI64::new(0));
        for connections in [1, 8, 64, 256] {
            let (writing, base) = (db.db(), Arc::clone(&base));
            let write = async move |_: i64| {
                let id = base.fetch_add(1, Ordering::Relaxed);
                let set = WriteSet::new()
                    .run(&ADD_BODY, vec![id.into(), vec![7_u8; 1_200].into()])
                    .log(entry("a", &"e".repeat(200)));
                writing.commit(set).await.expect("it holds");
            };
            let before = db.stats();
            measure(&format!("{} write", db.engine), connections, write).await;
            let after = db.stats();
            let batches = (after.batches - before.batches).max(1);
            println!(
                "    {:.1} sets a batch, {} us a batch, of which commit {} us",
                (after.sets_held - before.sets_held) as f64 / batches as f64,
                (after.batch_micros - before.batch_micros) / batches,
                (after.commit_micros - before.commit_micros) / batches,
            );
        }
        for connections in [1, 16] {
            let reading: Db = db.db();
            let read = async move |at: i64| {
                let row = reading.row(&READ, vec![(at * 7919 % 3_000).into()]).await;
                assert!(row.expect("it is read").is_some());
            };
            measure(&format!("{} read", db.engine), connections, read).await;
        }
    }
}
