//! The queue's worker: takes jobs that are due and hands each to the area whose kind it is.

use std::sync::Arc;
use std::time::Duration;

use base::Instant;
use identity::mail::{ASKED_JOB, Post};
use identity::oauth::REUSE_JOB;
use store::WriteSet;
use store::jobs::{self, Claimed, claim, fail};
use tokio::sync::watch;

use crate::api::House;
use crate::notices;
use crate::serving::stopped;

/// How often the queue is looked at; costs one read.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Who takes a job has so long; after that another may.
pub(crate) const LEASE: Duration = Duration::from_secs(300);
/// Jobs taken at once.
const AT_ONCE: u32 = 4;
/// Jobs that were done are kept so long: what was told once is not told again before.
const DONE_KEPT: Duration = Duration::from_hours(24 * 30);

/// Work until told to stop.
pub(crate) async fn work(house: House, post: Arc<dyn Post>, mut stop: watch::Receiver<bool>) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            // What one job brings about (a letter) is due at once.
            _ = look.tick() => while round(&house, &*post).await > 0 && !*stop.borrow() {},
            () = stopped(&mut stop) => break,
        }
    }
}

/// Take what is due, do it, and say how much it was.
pub async fn round(house: &House, post: &dyn Post) -> usize {
    let claimed = match claim(&house.db, &*house.rng, house.clock.now(), LEASE, AT_ONCE).await {
        Ok(claimed) => claimed,
        Err(error) => {
            tracing::warn!(%error, "the queue cannot be read");
            return 0;
        }
    };
    for job in &claimed {
        if let Err(error) = run(house, post, job).await {
            tracing::warn!(kind = job.job.kind, %error, "a job failed; it is tried again");
            let again = fail(
                job,
                "failed; the server's own log says why",
                house.clock.now(),
            );
            // Where this cannot be written either, the job is due again when its lease is over.
            let _ = house.db.commit(WriteSet::new().with(again)).await;
        }
    }
    claimed.len()
}

async fn run(house: &House, post: &dyn Post, job: &Claimed) -> Result<(), crate::Failure> {
    match job.job.kind.as_str() {
        identity::mail::JOB => house.identity.deliver(job, post).await?,
        ASKED_JOB => house.identity.answer_asked(job).await?,
        notices::KIND => notices::hand_on(house, job).await?,
        // Boxed: what it holds across its waits is large.
        crate::exports::KIND => Box::pin(crate::exports::build(house, job)).await?,
        crate::transfers::KIND => Box::pin(crate::transfers::send(house, job)).await?,
        crate::bulk::KIND => crate::bulk::lay_down(house, job).await?,
        crate::retention::KIND => crate::retention::go_on(house, job).await?,
        crate::removal::KIND => crate::removal::run(house, job).await?,
        REUSE_JOB => notices::hand_on_reuse(house, job).await?,
        // A newer node may have written it; it waits for one that knows.
        _ => {
            let set = WriteSet::new().with(fail(job, "of an unknown kind", house.clock.now()));
            house.db.commit(set).await?;
        }
    }
    Ok(())
}

/// Forget jobs that were done long ago.
///
/// # Errors
/// Storage failures.
pub async fn forget_done(house: &House) -> Result<(), crate::Failure> {
    let kept = i64::try_from(DONE_KEPT.as_micros()).unwrap_or(i64::MAX);
    let before = Instant::from_micros(house.clock.now().micros().saturating_sub(kept));
    let set = WriteSet::new().with(jobs::prune(before));
    house.db.commit(set).await?;
    Ok(())
}
