//! The queue's worker: takes jobs that are due and hands each to the area whose kind it is.

use std::sync::Arc;
use std::time::Duration;

use identity::mail::Post;
use store::WriteSet;
use store::jobs::{Claimed, claim, fail};
use tokio::sync::watch;

use crate::api::House;

/// How often the queue is looked at; costs one read.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Who takes a job has so long; after that another may.
const LEASE: Duration = Duration::from_secs(300);
/// Jobs taken at once.
const AT_ONCE: u32 = 4;

/// Work until told to stop.
pub(crate) async fn work(house: House, post: Arc<dyn Post>, mut stop: watch::Receiver<bool>) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = look.tick() => while round(&house, &*post).await == AT_ONCE as usize {},
            () = stopped(&mut stop) => break,
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A dropped sender means stop as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Take what is due, do it, and say how much it was.
async fn round(house: &House, post: &dyn Post) -> usize {
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
        }
    }
    claimed.len()
}

async fn run(house: &House, post: &dyn Post, job: &Claimed) -> Result<(), crate::Failure> {
    match job.job.kind.as_str() {
        identity::mail::JOB => house.identity.deliver(job, post).await?,
        // A newer node may have written it; it waits for one that knows.
        _ => {
            let set = WriteSet::new().with(fail(job, "of an unknown kind", house.clock.now()));
            house.db.commit(set).await?;
        }
    }
    Ok(())
}
