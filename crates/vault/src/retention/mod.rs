//! What is past its time is destroyed: records by what the register says of their collection, files by what the installation says of files.
//!
//! The time of a record begins with its last change (`written_at` of the version that stands), that of a file when it was stored. All
//! versions of a record go together; what stays is a tombstone that keeps the count of versions. A pass goes from person to person, in
//! slices that a crash may cut off anywhere.
//!
//! Invariant: nothing is destroyed but in one commit with its entry, by the very version that was found to be over, and only while no hold
//! stops it.

mod destroy;
mod run;

use std::collections::BTreeMap;
use std::time::Duration;

use base::{Ctx, Instant, Name, PersonId};
use jiff::{Span, Timestamp, tz::TimeZone};
use policy::{Allowed, RetentionOf};
use store::Value;

use crate::register::{Register, Retention};
use crate::{Vault, VaultError, sql};

pub use run::{Run, RunId};

/// What files are called where collections are named.
pub const FILES: &str = "files";
/// Persons fetched at a time.
const PERSONS: u32 = 200;
const DAY: Duration = Duration::from_hours(24);

impl Retention {
    /// What was written at this moment or before it is past its time at `now`; `None` where nothing ever is. Months are those of the
    /// calendar, in UTC.
    #[must_use]
    pub fn limit(self, now: Instant) -> Option<Instant> {
        match self {
            Self::UntilErased => None,
            Self::Days(days) => Some(now.before(DAY * days)),
            Self::Months(months) => {
                let at = Timestamp::from_microsecond(now.micros()).ok()?;
                let span = Span::new().try_months(i64::from(months)).ok()?;
                let at = at.to_zoned(TimeZone::UTC).checked_sub(span).ok()?;
                Some(Instant::from_micros(at.timestamp().as_microsecond()))
            }
        }
    }

    /// Until when what was written at this moment is in its time; `None` where it always is. A time beyond the calendar never ends.
    #[must_use]
    pub fn until(self, written: Instant) -> Option<Instant> {
        let span = match self {
            Self::UntilErased => return None,
            Self::Days(days) => Span::new().try_days(days),
            Self::Months(months) => Span::new().try_months(months),
        };
        let until = Timestamp::from_microsecond(written.micros())
            .ok()
            .map(|it| it.to_zoned(TimeZone::UTC))
            .and_then(|it| it.checked_add(span.ok()?).ok())
            .map(|it| Instant::from_micros(it.timestamp().as_microsecond()));
        Some(until.unwrap_or(Instant::from_micros(i64::MAX)))
    }
}

/// How long things are kept, as far as there is an end to it.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Collections with an end, and what is past its time there.
    collections: BTreeMap<Name, Instant>,
    files: Option<Instant>,
}

impl Limits {
    /// Those of a register, and of files, for a pass that looks at `now`.
    #[must_use]
    pub fn of(register: &Register, files: Retention, now: Instant) -> Self {
        let collections = register.collections().iter();
        Self {
            collections: collections
                .filter_map(|it| Some((it.name.clone(), it.retention.limit(now)?)))
                .collect(),
            files: files.limit(now),
        }
    }

    /// Whether nothing ever ends.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.collections.is_empty() && self.files.is_none()
    }
}

/// What was found of one collection, or of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// In their time still.
    pub kept: u64,
    /// Past it, and stopped by a hold.
    pub held: u64,
    /// Past it: destroyed, or, where it was only looked, to be destroyed.
    pub over: u64,
}

/// By collection; [`FILES`] for files.
pub type Tallies = BTreeMap<String, Tally>;

/// Whether things are destroyed, or only counted.
#[derive(Clone, Copy, Debug)]
pub enum Mode {
    /// Counted.
    Look,
    /// Destroyed, as part of this run.
    Destroy(RunId),
}

/// A piece of a pass.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    /// What was found.
    pub found: Tallies,
    /// The last person that it is done with.
    pub done_to: Option<PersonId>,
    /// Whether there is nobody behind them.
    pub is_last: bool,
}

/// What a pass goes by.
struct Pass<'a> {
    ctx: &'a Ctx,
    allowed: &'a Allowed<RetentionOf>,
    limits: &'a Limits,
    mode: Mode,
}

impl<'a> Pass<'a> {
    const fn doing(&self, person: PersonId, run: RunId) -> destroy::Doing<'a> {
        destroy::Doing {
            ctx: self.ctx,
            allowed: self.allowed,
            person,
            run,
        }
    }
}

impl Vault {
    /// Go over what is kept, from behind `after`, for at most so many things destroyed and persons seen.
    ///
    /// # Errors
    /// Storage and key failures; what was destroyed by then is, and stands in the log.
    pub async fn sweep(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RetentionOf>,
        limits: &Limits,
        after: Option<PersonId>,
        mode: Mode,
        budget: u64,
    ) -> Result<Slice, VaultError> {
        let mut slice = Slice {
            done_to: after,
            ..Slice::default()
        };
        if limits.is_empty() {
            slice.is_last = true;
            return Ok(slice);
        }
        let pass = Pass {
            ctx,
            allowed,
            limits,
            mode,
        };
        let mut left = budget;
        // What is about nobody comes first: its shelf's id is below all others.
        if after.is_none() {
            self.sweep_one(&pass, PersonId::COMMONS, &mut left, &mut slice)
                .await?;
        }
        while left > 0 {
            let from = slice.done_to.unwrap_or(PersonId::COMMONS);
            let params: Vec<Value> = vec![(&ctx.tenant).into(), from.into(), PERSONS.into()];
            let rows = self.db().rows(&sql::PERSON_LIST, params).await?;
            if rows.is_empty() {
                slice.is_last = true;
                return Ok(slice);
            }
            for row in &rows {
                let person =
                    PersonId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("person id"))?;
                match self.sweep_one(&pass, person, &mut left, &mut slice).await {
                    Ok(()) => {}
                    // What does not hold together stays, and keeps nobody behind it waiting; the check of the promise sees it.
                    Err(error @ (VaultError::Damaged(_) | VaultError::Tampered { .. })) => {
                        tracing::error!(%error, "a person was left out of a pass");
                        slice.done_to = Some(person);
                    }
                    Err(error) => return Err(error),
                }
                if left == 0 {
                    return Ok(slice);
                }
            }
        }
        Ok(slice)
    }

    /// One person: counted whole, or, where the budget ends before they do, not at all: they are met again.
    async fn sweep_one(
        &self,
        pass: &Pass<'_>,
        person: PersonId,
        left: &mut u64,
        slice: &mut Slice,
    ) -> Result<(), VaultError> {
        let (ctx, limits, mode) = (pass.ctx, pass.limits, pass.mode);
        let mut found = Tallies::new();
        let both = || -> Vec<Value> { vec![(&ctx.tenant).into(), person.into()] };
        for row in &self.db().rows(&sql::COUNT_RECORDS, both()).await? {
            let name: Name = row
                .text(0)?
                .parse()
                .map_err(|_| VaultError::Damaged("collection"))?;
            let Some(limit) = limits.collections.get(&name) else {
                continue;
            };
            let all = u64::try_from(row.int(1)?).unwrap_or(0);
            let tally = match mode {
                Mode::Look => {
                    self.look_at_records(ctx, person, &name, *limit, all)
                        .await?
                }
                Mode::Destroy(run) => {
                    let doing = pass.doing(person, run);
                    let Some(tally) = self
                        .destroy_records(&doing, &name, *limit, all, left)
                        .await?
                    else {
                        return Ok(());
                    };
                    tally
                }
            };
            found.insert(name.to_string(), tally);
        }
        if let Some(limit) = limits.files {
            let mut params = both();
            params.push(limit.into());
            let row = self.db().row(&sql::COUNT_FILES, params).await?;
            let number = |at: usize| -> Result<u64, VaultError> {
                let row = row.as_ref().ok_or(VaultError::Damaged("count"))?;
                Ok(u64::try_from(row.int(at)?).unwrap_or(0))
            };
            let (all, over) = (number(0)?, number(1)?);
            let mut tally = Tally {
                kept: all - over,
                over,
                held: 0,
            };
            if over > 0 {
                match mode {
                    Mode::Look => self.as_held(ctx, person, None, &mut tally).await?,
                    Mode::Destroy(run) => {
                        let doing = pass.doing(person, run);
                        let Some(destroyed) = self.destroy_files(&doing, limit, left).await? else {
                            return Ok(());
                        };
                        if !destroyed {
                            tally.held = over;
                        }
                    }
                }
            }
            if all > 0 {
                found.insert(FILES.to_owned(), tally);
            }
        }
        for (name, tally) in found {
            let all = slice.found.entry(name).or_default();
            all.kept += tally.kept;
            all.held += tally.held;
            // What was destroyed is counted in the commit that destroyed it.
            if matches!(mode, Mode::Look) {
                all.over += tally.over;
            }
        }
        slice.done_to = Some(person);
        *left = left.saturating_sub(1);
        Ok(())
    }

    async fn look_at_records(
        &self,
        ctx: &Ctx,
        person: PersonId,
        collection: &Name,
        limit: Instant,
        all: u64,
    ) -> Result<Tally, VaultError> {
        let over = self.count_over(ctx, person, collection, limit).await?;
        let mut tally = Tally {
            kept: all.saturating_sub(over),
            over,
            held: 0,
        };
        if over > 0 {
            self.as_held(ctx, person, Some(collection), &mut tally)
                .await?;
        }
        Ok(tally)
    }

    async fn count_over(
        &self,
        ctx: &Ctx,
        person: PersonId,
        collection: &Name,
        limit: Instant,
    ) -> Result<u64, VaultError> {
        let params: Vec<Value> = vec![
            (&ctx.tenant).into(),
            person.into(),
            collection.into(),
            limit.into(),
        ];
        let row = self.db().row(&sql::COUNT_RECORDS_OVER, params).await?;
        let count = row.map_or(Ok(0), |row| row.int(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// What is over counts as held where a hold stops it.
    async fn as_held(
        &self,
        ctx: &Ctx,
        person: PersonId,
        collection: Option<&Name>,
        tally: &mut Tally,
    ) -> Result<(), VaultError> {
        let guard = Self::free(&ctx.tenant, person, collection, ctx.now);
        if self.db().row(guard.sql, guard.params).await?.is_none() {
            tally.held = std::mem::take(&mut tally.over);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        let at: Timestamp = text.parse().unwrap();
        Instant::from_micros(at.as_microsecond())
    }

    #[test]
    fn days_are_spans_and_months_are_the_calendars() {
        let now = at("2027-03-31T10:00:00Z");
        assert_eq!(Retention::UntilErased.limit(now), None);
        assert_eq!(
            Retention::Days(30).limit(now),
            Some(at("2027-03-01T10:00:00Z"))
        );
        // There is no 31 February: the last of it stands for it.
        assert_eq!(
            Retention::Months(1).limit(now),
            Some(at("2027-02-28T10:00:00Z"))
        );
        assert_eq!(
            Retention::Months(120).limit(now),
            Some(at("2017-03-31T10:00:00Z"))
        );
        assert_eq!(Retention::Months(u32::MAX).limit(now), None);
    }
}
