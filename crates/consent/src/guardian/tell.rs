//! Who is to be told that the day comes, or has come.

use base::{Instant, PersonId, TenantId};
use store::{Value, WriteSet};

use super::{open_day, year};
use crate::{ConsentError, Consents, DAY, sql};

/// Persons looked at in one go when it is time to tell them.
const BATCH: u32 = 500;

/// How near the day is, as far as somebody is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Within thirty days.
    Near = 1,
    /// Within seven.
    Nearer = 2,
    /// It has come.
    Come = 3,
}

impl Stage {
    fn of(decides_at: Instant, now: Instant) -> Option<Self> {
        if now >= decides_at {
            Some(Self::Come)
        } else if now.after(DAY * 7) >= decides_at {
            Some(Self::Nearer)
        } else if now.after(DAY * 30) >= decides_at {
            Some(Self::Near)
        } else {
            None
        }
    }
}

/// Somebody who is to be told that they decide soon, or now.
#[derive(Clone, Debug)]
pub struct ToTell {
    /// At which tenant.
    pub tenant: TenantId,
    /// Who.
    pub person: PersonId,
    /// How near it is.
    pub stage: Stage,
    /// The version of the day.
    pub version: i64,
}

impl Consents {
    /// Who is to be told that they decide soon, or now.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn to_tell(&self, now: Instant) -> Result<Vec<ToTell>, ConsentError> {
        let soon = year(now.after(DAY * 31))?;
        let (mut tenant, mut person) = (String::new(), [0; 16]);
        let mut found = Vec::new();
        loop {
            let params = vec![
                soon.into(),
                tenant.as_str().into(),
                Value::Id(person),
                BATCH.into(),
            ];
            let rows = self.db.rows(&sql::MINORS_OF_YEAR, params).await?;
            for row in &rows {
                let damaged = || ConsentError::Damaged("minor");
                row.text(0)?.clone_into(&mut tenant);
                let at: TenantId = tenant.parse().map_err(|_| damaged())?;
                let who = PersonId::from_slice(row.bytes(1)?).ok_or_else(damaged)?;
                person = *who.as_bytes();
                let decides_at = open_day(&*self.secrets, &at, who, row.bytes(2)?)?;
                let stage = Stage::of(decides_at, now);
                if let Some(stage) = stage.filter(|it| *it as i64 > row.int(4).unwrap_or(0)) {
                    found.push(ToTell {
                        tenant: at,
                        person: who,
                        stage,
                        version: row.int(3)?,
                    });
                }
            }
            if rows.len() < BATCH as usize {
                return Ok(found);
            }
        }
    }

    /// The write that notes that somebody was told; it holds once.
    #[must_use]
    pub fn told(&self, it: &ToTell) -> WriteSet {
        let params = vec![
            (&it.tenant).into(),
            it.person.into(),
            it.version.into(),
            (it.stage as i64).into(),
        ];
        WriteSet::new().run_expecting(&sql::MINOR_TOLD, params, 1, "consent.guardian")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_begins_on_its_day() {
        let day = Instant::from_micros(1_800_000_000_000_000);
        let before = |days: u32| Stage::of(day, day.before(DAY * days));
        assert_eq!(before(31), None);
        assert_eq!(before(30), Some(Stage::Near));
        assert_eq!(before(8), Some(Stage::Near));
        assert_eq!(before(7), Some(Stage::Nearer));
        assert_eq!(before(1), Some(Stage::Nearer));
        assert_eq!(before(0), Some(Stage::Come));
    }
}
