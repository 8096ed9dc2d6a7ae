//! Checks by the clock, while a server runs.

use std::time::Duration;

use govern::{Catalogue, Mode, Record, Verdict, run_one};
use tokio::sync::watch;

use super::{Bench, Running, backups, ledger};
use crate::Failure;
use crate::api::House;

/// Between looks at what is due.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// After this long a check that did not hold, or could not be carried out, is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(600);
/// A check is seen failing anew each week.
const DRILL_EVERY: Duration = Duration::from_hours(24 * 7);
/// Results are kept for as long as auditors look back. The log keeps their digests for ever.
const KEEP: Duration = Duration::from_hours(24 * 400);
/// A check that runs when the server is told to stop gets this long to tidy up.
const GRACE: Duration = Duration::from_secs(5);

/// Check every promise now, and then each before its evidence goes stale, until `stop` turns true.
pub async fn watch(house: House, running: Running, stop: watch::Receiver<bool>) {
    let mut stopping = stop.clone();
    let ended = async {
        let _ = stopping.wait_for(|stop| *stop).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        () = ended => {}
        () = rounds(&house, &running, stop) => {}
    }
}

async fn rounds(house: &House, running: &Running, mut stop: watch::Receiver<bool>) {
    let mut first = true;
    loop {
        if let Err(error) = round(house, running, &stop, first).await {
            tracing::error!(%error, "the promises were not checked");
        }
        first = false;
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Run what is due: at the start everything.
async fn round(
    house: &House,
    running: &Running,
    stop: &watch::Receiver<bool>,
    first: bool,
) -> Result<(), Failure> {
    let ledger = ledger(house)?;
    let records = ledger.latest().await?;
    let due = due(&Catalogue::built_in()?, &records, house, first);
    if due.is_empty() {
        return Ok(());
    }
    let bench = Bench::lay_out(house, Some(running.clone())).await?;
    let operator = ledger.operator().clone();
    for check in bench.checks()? {
        for (_, mode) in due.iter().filter(|(name, _)| name == check.name()) {
            if *stop.borrow() {
                break;
            }
            let (ctx, _) = house.local(&operator, "check");
            let record = run_one(&*check, *mode, &ledger, &ctx).await?;
            report(&record);
        }
    }
    bench.clear().await?;
    ledger.prune(house.clock.now(), KEEP).await?;
    Ok(())
}

/// What is due: name and mode of each check, the measurement before the drill.
fn due(
    catalogue: &Catalogue,
    records: &[Record],
    house: &House,
    first: bool,
) -> Vec<(String, Mode)> {
    let now = house.clock.now();
    let mut due: Vec<(String, Mode)> = Vec::new();
    for promise in catalogue.promises() {
        let Some(name) = &promise.check else { continue };
        if !backups::can_be_measured(house, name) {
            continue;
        }
        let latest = |mode: Mode| {
            records
                .iter()
                .filter(|record| &record.check == name && record.mode == mode)
                .max_by_key(|record| record.at)
        };
        let older = |record: Option<&Record>, good: Verdict, span: Duration| {
            record.is_none_or(|record| {
                let span = if record.verdict == good {
                    span
                } else {
                    RETRY_AFTER
                };
                now.since(record.at) >= span || record.at > now
            })
        };
        let half = promise.fresh_for() / 2;
        if first || older(latest(Mode::Measure), Verdict::Held, half) {
            due.push((name.clone(), Mode::Measure));
        }
        if older(latest(Mode::Drill), Verdict::DidNotHold, DRILL_EVERY) {
            due.push((name.clone(), Mode::Drill));
        }
    }
    // Two promises may rest on one check.
    due.dedup();
    due
}

fn report(record: &Record) {
    let expected = match record.mode {
        Mode::Measure => Verdict::Held,
        Mode::Drill => Verdict::DidNotHold,
    };
    if record.verdict == expected {
        tracing::debug!(check = record.check, mode = ?record.mode, "a promise was checked");
    } else {
        let (verdict, reason) = (record.verdict.as_str(), record.reason.as_deref());
        tracing::error!(check = record.check, mode = ?record.mode, verdict, reason, problems = ?record.outcome.problems, "a promise is not kept, or could not be checked");
    }
}
