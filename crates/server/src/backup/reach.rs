//! From when on somebody erased is beyond everybody's reach: what backups of the keys may still hold, and until when.
//!
//! Invariant: told by counts. A backup of the keys says how many persons' keys were destroyed when it was read; it cannot hold those of anybody
//! who was among them, whatever any clock says.

use std::time::Duration;

use base::Instant;
use continuity::generations::{self, Generation};
use serde_json::{Value, json};

use super::{keep_keys, places};
use crate::{Failure, Installation};

/// The key store is backed up at least so often.
const KEYS_EVERY: Duration = Duration::from_hours(24);
/// And so long after the last time, if somebody was erased since: their keys are in the backups until then.
const KEYS_AFTER_ERASURE: Duration = Duration::from_hours(1);

/// What nobody can bring back any more.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The generations of the keys that open, the newest first.
    pub living: Vec<Generation>,
    /// Who was erased before this is beyond everybody's reach. `None`: there is no backup of the keys.
    pub until: Option<Instant>,
    /// How many are within reach of whoever has such a backup and the seal's secret, though they were erased.
    pub within: u64,
    /// When the first of those was erased.
    pub since: Option<Instant>,
    /// How many were ever erased, counted before the generations were looked at.
    pub erased: u64,
}

impl Reach {
    /// How many of those that were ever erased, in the order in which they were, are beyond reach.
    #[must_use]
    pub const fn beyond(&self) -> u64 {
        self.erased.saturating_sub(self.within)
    }
}

/// What nobody can bring back any more.
///
/// # Errors
/// [`Failure`] where the places cannot be read.
pub async fn reach(house: &Installation) -> Result<Reach, Failure> {
    let places = places(&house.config)?;
    // In this order: whoever is erased in between is not said to be beyond reach.
    let erased = house.keys.gone_ever().await?;
    let told = generations::told(&places, &house.config.environment).await?;
    let least = told.iter().map(|(_, gone)| *gone).min();
    let within = least.map_or(0, |least| erased.saturating_sub(least));
    let since = match within {
        0 => None,
        within => house.keys.first_gone_of(within).await?,
    };
    let living: Vec<_> = told.into_iter().map(|(generation, _)| generation).collect();
    Ok(Reach {
        until: generations::beyond_reach_until(&living),
        living,
        within,
        since,
        erased,
    })
}

/// From when on somebody whose keys were destroyed at `gone_at` is beyond everybody's reach, as certificates say it
/// (`docs/formats/erasure-certificate.md`); and, where that is still to come, up to which count it must have come for it to be so.
///
/// # Errors
/// [`Failure`] where it cannot be told; then nothing is certified.
pub async fn beyond_reach(
    house: &Installation,
    gone_at: Instant,
) -> Result<(Value, Option<u64>), Failure> {
    let now = house.clock.now();
    let Some(section) = &house.config.backup else {
        // No copy of the keys was ever made here.
        return Ok((said(now, true, &[]), None));
    };
    let reach = reach(house).await?;
    // Where there is none yet, the first one may be on its way, and was read before.
    if reach.within == 0 && !reach.living.is_empty() {
        return Ok((said(now, true, &[]), None));
    }
    let by = gone_at.after(section.gone_within());
    // Where it is late already, nothing earlier than this can be promised.
    let by = if by > now {
        by
    } else {
        now.after(section.gone_within())
    };
    Ok((said(by, false, &reach.living), Some(reach.erased)))
}

/// The member of a certificate.
pub(crate) fn said(by: Instant, done: bool, generations: &[Generation]) -> Value {
    let numbers: Vec<u64> = generations.iter().map(|it| it.number).collect();
    json!({ "by": by.to_string(), "done": done, "generations": numbers })
}

/// Since when somebody erased is within reach for longer than is promised. `None`: nobody is.
///
/// # Errors
/// [`Failure`] where it cannot be told.
pub async fn within_reach_too_long(house: &Installation) -> Result<Option<Instant>, Failure> {
    let Some(section) = &house.config.backup else {
        return Ok(None);
    };
    let until = reach(house)
        .await?
        .since
        .map(|since| since.after(section.gone_within()));
    Ok(until.filter(|until| house.clock.now() > *until))
}

/// Back the key store up if it is time: once a day, and within the hour after somebody was erased.
///
/// # Errors
/// As [`keep_keys`].
pub async fn keep_keys_if_due(house: &Installation) -> Result<(), Failure> {
    if house.config.backup.is_none() {
        return Ok(());
    }
    let reach = reach(house).await?;
    let age = reach
        .living
        .first()
        .map(|newest| house.clock.now().since(newest.taken_at()));
    let due = match age {
        None => true,
        Some(age) => age >= KEYS_EVERY || (reach.within > 0 && age >= KEYS_AFTER_ERASURE),
    };
    if due {
        keep_keys(house).await?;
    }
    Ok(())
}
