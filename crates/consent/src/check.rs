//! Whether a grant lets something be done: asked where a key is unwrapped, and again in the commit.

use base::{GrantId, Instant, Name, PersonId, Purpose, TenantId};
use crypt::Secrets;
use policy::Verb;
use store::{Db, Statement};

use crate::terms::Fields;
use crate::{ConsentError, Guarded, Party, Terms, sql};

/// The guard that a grant fails which does not stand any more as it was seen.
pub const GUARD: &str = "consent.grant";

/// By what somebody wants to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// By this very grant.
    Grant(GrantId),
    /// By any that they were given.
    Party(Party),
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub struct Need<'a> {
    /// By what.
    pub by: By,
    /// Whose data.
    pub tenant: &'a TenantId,
    /// About whom.
    pub person: PersonId,
    /// Of which collection; `None` for files.
    pub collection: Option<&'a Name>,
    /// To do what.
    pub verb: Verb,
    /// What for.
    pub purpose: Option<Purpose>,
    /// When.
    pub now: Instant,
}

/// A grant that lets it be done.
#[derive(Clone, Debug)]
pub struct Consented {
    /// Which grant.
    pub grant: GrantId,
    /// Which fields may be seen.
    pub fields: Fields,
    tenant: TenantId,
    person: PersonId,
    epoch: i64,
    /// The version of the moment from which the person decides, for a guardian's grant.
    minor: i64,
    now: Instant,
}

impl Consented {
    /// What makes a commit fail, with the guard [`GUARD`], if the grant does not stand any more as it was seen.
    #[must_use]
    pub fn guard(&self) -> Statement {
        let params = vec![
            (&self.tenant).into(),
            self.person.into(),
            self.grant.into(),
            self.epoch.into(),
            self.now.into(),
            self.minor.into(),
        ];
        Statement::new(&sql::STANDS, params).expecting(1, GUARD)
    }

    /// Which fields may be seen; `None` for all.
    #[must_use]
    pub const fn only(&self) -> Option<&std::collections::BTreeSet<String>> {
        match &self.fields {
            Fields::All => None,
            Fields::Only(some) => Some(some),
        }
    }
}

/// The grant that lets `need` be done. One that a guardian gave is none from the moment on at which the person decides, which is
/// opened with `secrets`.
///
/// # Errors
/// [`ConsentError::NoGrant`]; storage and key failures.
pub async fn consented(
    db: &Db,
    secrets: &dyn Secrets,
    need: &Need<'_>,
) -> Result<Consented, ConsentError> {
    let (tenant, person) = (need.tenant, need.person);
    let (sql, third) = match need.by {
        By::Grant(grant) => (&sql::GRANT_STANDING, grant.into()),
        By::Party(party) => (&sql::GRANTS_STANDING, party.value()),
    };
    let params = vec![tenant.into(), person.into(), third, need.now.into()];
    for row in &db.rows(sql, params).await? {
        let terms = Terms::of_json(row.text(2)?)?;
        if !terms.serve(need.verb, need.purpose) {
            continue;
        }
        let guarded = Guarded::read(secrets, tenant, person, row, 3)?;
        if guarded.as_ref().is_some_and(|it| !it.counts(need.now)) {
            continue;
        }
        if let Some(fields) = terms.fields(need.collection, need.verb) {
            return Ok(Consented {
                grant: GrantId::from_slice(row.bytes(0)?).ok_or(ConsentError::Damaged("grant"))?,
                fields,
                tenant: tenant.clone(),
                person,
                epoch: row.int(1)?,
                minor: guarded.map_or(0, |it| it.version),
                now: need.now,
            });
        }
    }
    Err(ConsentError::NoGrant)
}
