//! From which day on a person decides.

use base::{Ctx, Instant, PersonId, TenantId};
use store::{Value, WriteSet};

use super::{YEAR_DAYS, open_day, place_of_day, year};
use crate::{ConsentError, Consents, DAY, sql};

/// Nobody comes of age later than this many years from now.
const YEARS_MAX: u32 = 25;

/// A person who does not decide for themself yet, or did not.
#[derive(Clone, Debug)]
pub struct Minor {
    /// Who.
    pub person: PersonId,
    /// From when on they decide.
    pub decides_at: Instant,
    /// Goes up with every change.
    pub version: i64,
    /// Who noted it: an account's id, or `installation`.
    pub set_by: String,
    /// When.
    pub set_at: Instant,
}

impl Minor {
    /// Whether somebody else decides at `now`.
    #[must_use]
    pub fn is_under_age(&self, now: Instant) -> bool {
        now < self.decides_at
    }
}

impl Consents {
    /// From when on a person decides; `None` where nothing was ever noted, and they do.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn minor(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<Option<Minor>, ConsentError> {
        let params = vec![tenant.into(), person.into()];
        let Some(row) = self.db.row(&sql::MINOR_FIND, params).await? else {
            return Ok(None);
        };
        Ok(Some(Minor {
            person,
            decides_at: open_day(&*self.secrets, tenant, person, row.bytes(0)?)?,
            version: row.int(1)?,
            set_by: row.text(2)?.to_owned(),
            set_at: Instant::from_micros(row.int(3)?),
        }))
    }

    /// Note from when on a person decides, or change it. A day that has come is changed no more.
    ///
    /// # Errors
    /// [`ConsentError::Guardian`], [`ConsentError::OfAge`]; storage and key failures.
    pub async fn set_minor(
        &self,
        ctx: &Ctx,
        person: PersonId,
        decides_at: Instant,
        by: &str,
    ) -> Result<WriteSet, ConsentError> {
        if decides_at <= ctx.now || decides_at > ctx.now.after(DAY * (YEARS_MAX * YEAR_DAYS)) {
            return Err(ConsentError::Guardian(
                "The day lies ahead, and within 25 years.",
            ));
        }
        let before = self.minor(&ctx.tenant, person).await?;
        if before.as_ref().is_some_and(|it| !it.is_under_age(ctx.now)) {
            return Err(ConsentError::OfAge);
        }
        let place = place_of_day(person);
        let refs: Vec<&str> = place.iter().map(String::as_str).collect();
        let sealed = self
            .secrets
            .seal(&ctx.tenant, &refs, &decides_at.micros().to_be_bytes())?;
        let mut params: Vec<Value> = vec![
            (&ctx.tenant).into(),
            person.into(),
            sealed.into(),
            year(decides_at)?.into(),
            by.into(),
            ctx.now.into(),
        ];
        let sql = match before {
            None => &sql::MINOR_INSERT,
            Some(before) => {
                params.push(before.version.into());
                &sql::MINOR_CHANGE
            }
        };
        Ok(WriteSet::new().run_expecting(sql, params, 1, "consent.guardian"))
    }

    /// Persons of whom a day was noted, in the order of their ids behind `after`, with how many guardians were not ended, and how many
    /// wait for a second person.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn minors(
        &self,
        ctx: &Ctx,
        after: Option<PersonId>,
        limit: u32,
    ) -> Result<Vec<(Minor, u64, u64)>, ConsentError> {
        let tenant = &ctx.tenant;
        let after = after.map_or([0; 16], |it| *it.as_bytes());
        let params = vec![
            tenant.into(),
            Value::Id(after),
            limit.min(crate::grants::PAGE_MAX + 1).into(),
            ctx.now.into(),
        ];
        let rows = self.db.rows(&sql::MINORS, params).await?;
        rows.iter()
            .map(|row| {
                let person =
                    PersonId::from_slice(row.bytes(0)?).ok_or(ConsentError::Damaged("minor"))?;
                let minor = Minor {
                    person,
                    decides_at: open_day(&*self.secrets, tenant, person, row.bytes(1)?)?,
                    version: row.int(2)?,
                    set_by: row.text(3)?.to_owned(),
                    set_at: Instant::from_micros(row.int(4)?),
                };
                let count = |at| Ok::<_, ConsentError>(u64::try_from(row.int(at)?).unwrap_or(0));
                Ok((minor, count(5)?, count(6)?))
            })
            .collect()
    }
}
