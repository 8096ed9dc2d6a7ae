//! The log: durable entries in batches, proofs and verification at a million.

use std::sync::Arc;
use std::time::Instant;

use audit::verify::{Depth, Known};
use audit::{Installation, Log, LogJournal, LogKeys, danger_testing};
use crypt::SystemRng;
use serde_json::{Value, json};
use store::{Db, DbConfig, Journal, LogEntry, WriteSet};
use tokio::task::JoinSet;

use super::{Plan, Watch, key_tree, tenant};
use crate::Outcome;
use crate::chance::Chance;

const ENTRIES: u64 = 1_000_000;
/// Operations that commit at once, each with its batch.
const AT_ONCE: u64 = 8;
const BATCH: u64 = 64;
const PROOFS: u64 = 1000;

/// Fill a log, prove entries of it, verify it.
///
/// # Errors
/// When the log refuses something or does not verify.
pub async fn run(plan: &Plan) -> Outcome<Vec<Value>> {
    let tenant = tenant()?;
    let keys: Arc<dyn LogKeys> = Arc::new(key_tree(plan).await?);
    let installation = Installation {
        host: "strongroom.local".into(),
        environment: "bench".parse()?,
    };
    let journal: Arc<dyn Journal> = Arc::new(LogJournal::new(
        installation.clone(),
        Arc::clone(&keys),
        Arc::new(SystemRng),
    ));
    let place = DbConfig::Sqlite {
        path: plan.data.join("log.sqlite"),
        secure_delete: false,
    };
    let db = Db::open(place, store::migrations::DATA, Some(journal)).await?;
    let log = Log::new(db.clone(), installation, keys);
    let bodies: Arc<Vec<LogEntry>> = Arc::new(
        (0..1024)
            .map(|number| danger_testing::entry(7, number).finish(&tenant))
            .collect(),
    );

    let count = plan.scaled(ENTRIES) / (AT_ONCE * BATCH) * (AT_ONCE * BATCH);
    let watch = Watch::start()?;
    let mut tasks = JoinSet::new();
    for task in 0..AT_ONCE {
        let (db, bodies) = (db.clone(), Arc::clone(&bodies));
        tasks.spawn(async move {
            let mut chance = Chance::new(task);
            let mut times = Vec::new();
            for _ in 0..count / AT_ONCE / BATCH {
                let set = (0..BATCH)
                    .filter_map(|_| chance.pick(&bodies).cloned())
                    .fold(WriteSet::new(), WriteSet::log);
                let begin = Instant::now();
                db.commit(set).await?;
                times.push(begin.elapsed());
            }
            Ok::<_, store::StoreError>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    let appended = json!({"name": "log-append", "connections": AT_ONCE, "strongroom": watch.figures(count, times)?, "note": format!("entries per second, in batches of {BATCH}; median and p99 are of a batch")});
    if log.size(&tenant).await? != count {
        return Err("the log does not hold what was appended".into());
    }

    let mut chance = Chance::new(9);
    let watch = Watch::start()?;
    let mut times = Vec::new();
    for _ in 0..PROOFS {
        let begin = Instant::now();
        log.prove(&tenant, chance.below(count)).await?;
        times.push(begin.elapsed());
    }
    let proved = json!({"name": "log-prove", "connections": 1, "strongroom": watch.figures(PROOFS, times)?, "note": format!("proofs per second, at {count} entries")});

    let known = Known {
        keys: log.verifiers(&tenant)?,
        anchors: Vec::new(),
    };
    let watch = Watch::start()?;
    let report = log.verify(&tenant, &known, Depth::Entries).await?;
    if !report.ok {
        return Err("the log does not verify".into());
    }
    let took = watch.begin.elapsed().as_secs_f64();
    let verified = json!({"name": "log-verify", "connections": 1, "strongroom": watch.figures(count, Vec::new())?, "note": format!("entries per second, each opened and hashed; {took:.1} s in all")});
    Ok(vec![appended, proved, verified])
}
