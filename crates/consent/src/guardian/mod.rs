//! Guardians: who decides for a person that does not decide yet, within limits, until a day.
//!
//! Two of the staff make one: the first proposes, the second appoints. The appointment is a grant that lets act, as a proxy's is. What they give in the person's name remembers it, and counts
//! only as long as the appointment was not ended and the day has not come.

mod appoint;
mod minor;
mod propose;
mod stead;
mod tell;

use base::{Ctx, GrantId, Instant, PersonId, TenantId};
use crypt::Secrets;
use store::{Row, Statement};

use crate::{ConsentError, sql};

pub use appoint::{Ended, Guardian, GuardianWords, NewGuardian};
pub use minor::Minor;
pub use propose::Proposal;
pub(crate) use stead::Decider;
pub use stead::InStead;
pub use tell::{Stage, ToTell};

/// Under which appointment a grant was given, and how far that reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarded {
    /// The appointment.
    pub appointment: GrantId,
    /// Until when what was given under it counts; `None` when it does not any more, or no day is noted.
    pub until: Option<Instant>,
    /// The version of the day.
    pub(crate) version: i64,
}

impl Guarded {
    /// Whether it counts at `now`.
    #[must_use]
    pub fn counts(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// What `guarded!` selects, from column `at` on.
    pub(crate) fn read(
        secrets: &dyn Secrets,
        tenant: &TenantId,
        person: PersonId,
        row: &Row,
        at: usize,
    ) -> Result<Option<Self>, ConsentError> {
        if row.is_null(at) {
            return Ok(None);
        }
        let appointment =
            GrantId::from_slice(row.bytes(at)?).ok_or(ConsentError::Damaged("grant"))?;
        let lost = row.is_null(at + 1) || row.is_null(at + 2) || row.is_null(at + 3);
        if lost {
            return Ok(Some(Self {
                appointment,
                until: None,
                version: 0,
            }));
        }
        Ok(Some(Self {
            appointment,
            until: Some(open_day(secrets, tenant, person, row.bytes(at + 1)?)?),
            version: row.int(at + 2)?,
        }))
    }
}

/// A year, and its leap day.
const YEAR_DAYS: u32 = 366;

fn place_of_day(person: PersonId) -> [String; 2] {
    ["consent.minor".to_owned(), person.to_string()]
}

fn open_day(
    secrets: &dyn Secrets,
    tenant: &TenantId,
    person: PersonId,
    sealed: &[u8],
) -> Result<Instant, ConsentError> {
    let place = place_of_day(person);
    let refs: Vec<&str> = place.iter().map(String::as_str).collect();
    let plain = secrets.open(tenant, &refs, sealed)?;
    let bytes = plain.first_chunk::<8>().filter(|_| plain.len() == 8);
    let bytes = bytes.ok_or(ConsentError::Damaged("day"))?;
    Ok(Instant::from_micros(i64::from_be_bytes(*bytes)))
}

fn year(at: Instant) -> Result<i64, ConsentError> {
    jiff::Timestamp::from_second(at.seconds())
        .map(|at| i64::from(at.to_zoned(jiff::tz::TimeZone::UTC).year()))
        .map_err(|_| ConsentError::Damaged("day"))
}

/// What makes a commit fail if the day was noted or changed since it was looked at.
fn as_seen(ctx: &Ctx, person: PersonId, version: i64) -> Statement {
    let params = vec![(&ctx.tenant).into(), person.into(), version.into()];
    Statement::new(&sql::MINOR_AS_SEEN, params).expecting(1, "consent.minor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_guards_lost_its_day_counts_never() {
        let mut guarded = Guarded {
            appointment: GrantId::from_bytes([1; 16]),
            until: Some(Instant::from_micros(10)),
            version: 1,
        };
        assert!(guarded.counts(Instant::from_micros(9)));
        assert!(!guarded.counts(Instant::from_micros(10)));
        guarded.until = None;
        assert!(!guarded.counts(Instant::from_micros(0)));
    }
}
