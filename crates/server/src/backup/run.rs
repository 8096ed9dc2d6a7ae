//! Runs of continuity: begun once, heard of while they go on, noted with how they ended.

use std::sync::Arc;
use std::time::Duration;

use base::Instant;
use continuity::runs::{self, ALIVE_EVERY, End, Kind};
use continuity::{ContinuityError, Made, Pruned, Repository, Watch};
use store::WriteSet;

use crate::{Failure, Installation, backup};

/// Runs are remembered for as long as auditors look back. The log keeps them for ever.
const RUNS_KEPT: Duration = Duration::from_hours(24 * 400);
/// What a run that failed is noted with, where the failure has no code of its own.
const FAILED: &str = "failed";

/// Begin the run behind the last one, or `number` exactly. `None`: somebody else has begun it.
///
/// # Errors
/// Storage failures.
pub async fn begin(
    house: &Installation,
    kind: Kind,
    number: Option<u64>,
) -> Result<Option<u64>, Failure> {
    let last = match number {
        Some(number) => Some(number.saturating_sub(1)),
        None => runs::recent(&house.db, kind, 1)
            .await?
            .first()
            .map(|run| run.number),
    };
    Ok(runs::begin(&house.db, kind, last, house.clock.now()).await?)
}

/// Do the `work` of a run that was begun, and say now and then that it is worked on.
pub async fn alive<T>(
    house: &Installation,
    (kind, number): (Kind, u64),
    work: impl Future<Output = T>,
) -> T {
    let mut work = std::pin::pin!(work);
    let mut beat = tokio::time::interval(ALIVE_EVERY);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = beat.tick() => {
                if let Err(error) = runs::alive(&house.db, kind, number, house.clock.now()).await {
                    tracing::warn!(kind = kind.as_str(), %error, "a run could not say that it goes on");
                }
            }
        }
    }
}

/// Note how a run ended.
///
/// # Errors
/// Storage failures.
pub async fn end(
    house: &Installation,
    (kind, number): (Kind, u64),
    end: &End,
) -> Result<(), Failure> {
    let now = house.clock.now();
    let set = runs::end(WriteSet::new(), kind, number, end, now);
    house
        .db
        .commit(runs::forget(set, now.before(RUNS_KEPT)))
        .await?;
    Ok(())
}

/// The end of a run that failed.
#[must_use]
pub fn failed(failure: &Failure) -> End {
    End {
        held: false,
        code: Some(failure.fault_code().unwrap_or(FAILED).to_owned()),
        ..End::default()
    }
}

/// Make a recovery point as a run: number `number`, or the next one. `None`: somebody else makes it.
///
/// # Errors
/// As [`backup::make`].
pub async fn point(
    house: &Installation,
    number: Option<u64>,
    watch: Arc<dyn Watch>,
) -> Result<Option<Made>, Failure> {
    let Some(number) = begin(house, Kind::Point, number).await? else {
        return Ok(None);
    };
    let run = (Kind::Point, number);
    let made = alive(house, run, async {
        if backup::first_key(&house.config, &*house.rng).await? {
            tracing::warn!(
                key = %backup::section(&house.config)?.key_file.display(),
                "made the key of the repository: keep a copy where neither the data nor the repository lie; without it no backup opens"
            );
        }
        let repository = backup::repository(&house.config)?;
        let configuration = backup::configuration(&house.config.file, &house.config)?;
        let made = backup::make(house, &repository, configuration, watch).await?;
        if let Err(error) = destroy_keys(house, &repository).await {
            tracing::error!(%error, "keys of recovery points whose time is over could not be destroyed");
        }
        Ok(made)
    })
    .await;
    let how = match &made {
        Ok(made) => End {
            held: true,
            point: Some(made.line.name.clone()),
            amount: Some(made.line.added_bytes),
            ..End::default()
        },
        Err(failure) => failed(failure),
    };
    end(house, run, &how).await?;
    made.map(Some)
}

/// Destroy the keys of points whose time is over. So does who prunes; whether somebody prunes at all is not up to who serves.
async fn destroy_keys(house: &Installation, repository: &Repository) -> Result<(), Failure> {
    let keep = backup::early::keep(house).await?;
    let destroyed = continuity::destroy_keys(repository, keep, &[], house.clock.now()).await?;
    if destroyed.points > 0 {
        tracing::info!(
            points = destroyed.points,
            "recovery points whose time is over have no key any more"
        );
    }
    Ok(())
}

/// Remove the recovery points whose time is over, as a run.
///
/// # Errors
/// [`Failure`]; can be repeated.
pub async fn prune(house: &Installation, watch: Arc<dyn Watch>) -> Result<Pruned, Failure> {
    use audit::{Action, Entry, Outcome};
    let busy = || ContinuityError::Repository("somebody else prunes at this moment".into());
    let number = begin(house, Kind::Prune, None).await?.ok_or_else(busy)?;
    let run = (Kind::Prune, number);
    // From here on nobody calls it off.
    let begun = continuity::early::begin(&house.db, house.clock.now()).await?;
    let pruned = alive(house, run, async {
        let keep = backup::early::keep(house).await?;
        let repository = backup::repository(&house.config)?;
        let spans = (keep, continuity::SETTLE);
        let now = house.clock.now();
        Ok::<_, Failure>(continuity::prune_also(&repository, spans, &begun, now, watch).await?)
    })
    .await;
    let operator = backup::operator()?;
    let (ctx, _) = house.local(&operator, "backup");
    let (entry, how) = match &pruned {
        Ok(pruned) => {
            let gone = pruned.gone.len() as u64;
            let how = End {
                held: true,
                amount: Some(gone),
                ..End::default()
            };
            let entry = Entry::new(&ctx, Action::BackupPrune, Outcome::Ok)?;
            (entry.count(gone), how)
        }
        Err(failure) => {
            let entry = Entry::new(&ctx, Action::BackupPrune, Outcome::Failed)?;
            let code = failure.fault_code().unwrap_or(FAILED);
            (entry.code(code), failed(failure))
        }
    };
    let mut set = WriteSet::new().log(entry.finish(&operator));
    if let Ok(pruned) = &pruned {
        set = backup::early::done(house, &begun, &pruned.gone, set)?;
    }
    let set = runs::end(set, run.0, run.1, &how, house.clock.now());
    house.db.commit(set).await?;
    pruned
}

/// The newest run that ended as it must, and when it was begun.
///
/// # Errors
/// Storage failures.
pub async fn last_held(house: &Installation, kind: Kind) -> Result<Option<Instant>, Failure> {
    let run = runs::last_held(&house.db, kind).await?;
    Ok(run.map(|run| run.begun_at))
}
