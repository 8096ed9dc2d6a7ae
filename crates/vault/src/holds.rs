//! Legal holds: what must stay, whoever would have it go.
//!
//! Invariant: what destroys something asks for holds in the very commit that destroys it. Placing one is an entry of the same log, so that of
//! the two one comes first, on every node.

use audit::{Action, Outcome};
use base::{Ctx, Instant, Name, ObjectId, PersonId, TenantId};
use policy::{Allowed, HoldsOf};
use store::{Row, Statement, StoreError, Value, WriteSet};

use crate::vault::{GUARD_HELD, only_index};
use crate::{Vault, VaultError, place, sql};

/// Characters of a reason.
pub const REASON_CHARS_MAX: usize = 2_000;
const GUARD_HOLD: &str = "hold.in_force";

/// What is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// Everything of the tenant.
    Tenant,
    /// Everything about one person.
    Person(PersonId),
    /// Every record of one collection.
    Collection(Name),
}

impl Held {
    /// The word for it.
    #[must_use]
    pub const fn scope(&self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Person(_) => "person",
            Self::Collection(_) => "collection",
        }
    }
}

/// A hold to be placed.
#[derive(Clone, Debug)]
pub struct NewHold {
    /// On what.
    pub on: Held,
    /// Why, in words.
    pub reason: String,
    /// Until when; `None` until it is lifted.
    pub until: Option<Instant>,
    /// Who places it: an account's id, or `installation`.
    pub by: String,
}

/// A hold.
#[derive(Clone, Debug)]
pub struct Hold {
    /// Which.
    pub hold: ObjectId,
    /// On what.
    pub on: Held,
    /// Why, in words.
    pub reason: String,
    /// Who placed it.
    pub placed_by: String,
    /// When.
    pub placed_at: Instant,
    /// Until when; `None` until it is lifted.
    pub until: Option<Instant>,
    /// Who lifted it, and when.
    pub lifted: Option<(String, Instant)>,
}

impl Hold {
    /// Whether it holds at `now`.
    #[must_use]
    pub fn is_in_force(&self, now: Instant) -> bool {
        self.lifted.is_none() && self.until.is_none_or(|until| now < until)
    }
}

impl Vault {
    /// Place a hold. Gives its id and the index of the entry.
    ///
    /// # Errors
    /// [`VaultError::HoldBody`], [`VaultError::NoPerson`], [`VaultError::NoCollection`], [`VaultError::Card`]; storage and key failures.
    pub async fn place_hold(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<HoldsOf>,
        new: &NewHold,
    ) -> Result<(ObjectId, u64), VaultError> {
        let tenant = &ctx.tenant;
        let reason = new.reason.trim();
        if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
            return Err(VaultError::HoldBody(
                "A hold has a reason of 1 to 2000 characters.",
            ));
        }
        if base::card::find(reason).is_some() {
            return Err(VaultError::Card("the reason"));
        }
        if new.until.is_some_and(|until| until <= ctx.now) {
            return Err(VaultError::HoldBody(
                "A hold ends in the future, or has no end.",
            ));
        }
        let hold = ObjectId::random(self.rng());
        let mut entry = self
            .entry(ctx, allowed, Action::HoldPlace, Outcome::Ok)?
            .subject(*hold.as_bytes());
        let mut set = WriteSet::new();
        let (mut person, mut collection) = (Value::Null, Value::Null);
        match &new.on {
            Held::Tenant => {}
            Held::Person(PersonId::COMMONS) => return Err(VaultError::NoPerson),
            Held::Person(whose) => {
                entry = entry.person(self.handle(tenant, *whose).await?);
                set = set.with(Self::is_there(tenant, *whose));
                person = (*whose).into();
            }
            Held::Collection(name) => {
                self.collection(name)?;
                entry = entry.collection(name);
                collection = name.into();
            }
        }
        let place = place::hold(self.environment(), tenant, hold);
        let sealed = self.seal_secret(tenant, &place, reason.as_bytes())?;
        let set = set
            .run(
                &sql::HOLD_INSERT,
                vec![
                    tenant.into(),
                    hold.into(),
                    new.on.scope().into(),
                    person,
                    collection,
                    sealed.into(),
                    new.by.as_str().into(),
                    ctx.now.into(),
                    new.until.map_or(Value::Null, Into::into),
                ],
            )
            .log(entry.finish(tenant));
        Ok((hold, only_index(&self.commit(set).await?)?))
    }

    /// Lift a hold. What it held goes when it is next asked for, or with the next pass.
    ///
    /// # Errors
    /// [`VaultError::NoHold`] when none of this id is in force; storage failures.
    pub async fn lift_hold(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<HoldsOf>,
        hold: ObjectId,
        by: &str,
    ) -> Result<u64, VaultError> {
        let tenant = &ctx.tenant;
        let params = vec![tenant.into(), hold.into()];
        let row = self.db().row(&sql::HOLD_WHOSE, params).await?;
        let row = row.ok_or(VaultError::NoHold)?;
        let mut entry = self
            .entry(ctx, allowed, Action::HoldLift, Outcome::Ok)?
            .subject(*hold.as_bytes());
        if !row.is_null(0) {
            let person = PersonId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("hold"))?;
            entry = entry.person(self.handle(tenant, person).await?);
        }
        if !row.is_null(1) {
            let collection = row.text(1)?.parse();
            entry = entry.collection(&collection.map_err(|_| VaultError::Damaged("hold"))?);
        }
        let set = WriteSet::new()
            .run_expecting(
                &sql::HOLD_LIFT,
                vec![tenant.into(), hold.into(), by.into(), ctx.now.into()],
                1,
                GUARD_HOLD,
            )
            .log(entry.finish(tenant));
        match self.db().commit(set).await {
            Ok(committed) => only_index(&committed),
            Err(StoreError::Guard(GUARD_HOLD)) => Err(VaultError::NoHold),
            Err(error) => Err(error.into()),
        }
    }

    /// Holds, newest first, behind the first `skip`, those that were lifted too.
    ///
    /// # Errors
    /// Storage and key failures; [`VaultError::Tampered`].
    pub async fn holds(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<HoldsOf>,
        skip: u32,
        limit: u32,
    ) -> Result<(Vec<Hold>, u64), VaultError> {
        let tenant = &ctx.tenant;
        let params = vec![tenant.into(), limit.into(), skip.into()];
        let rows = self.db().rows(&sql::HOLD_LIST, params).await?;
        let holds = rows
            .iter()
            .map(|row| self.read_hold(tenant, row))
            .collect::<Result<Vec<_>, _>>()?;
        let entry = self
            .entry(ctx, allowed, Action::HoldList, Outcome::Ok)?
            .count(holds.len() as u64);
        let set = WriteSet::new().log(entry.finish(tenant));
        let index = only_index(&self.commit(set).await?)?;
        Ok((holds, index))
    }

    fn read_hold(&self, tenant: &TenantId, row: &Row) -> Result<Hold, VaultError> {
        let damaged = || VaultError::Damaged("hold");
        let hold = ObjectId::from_slice(row.bytes(0)?).ok_or_else(damaged)?;
        let on = match row.text(1)? {
            "tenant" => Held::Tenant,
            "person" => Held::Person(PersonId::from_slice(row.bytes(2)?).ok_or_else(damaged)?),
            _ => Held::Collection(row.text(3)?.parse().map_err(|_| damaged())?),
        };
        let place = place::hold(self.environment(), tenant, hold);
        let reason = self.open_secret(tenant, &place, row.bytes(4)?, "hold")?;
        let lifted = if row.is_null(9) {
            None
        } else {
            Some((row.text(8)?.to_owned(), Instant::from_micros(row.int(9)?)))
        };
        Ok(Hold {
            hold,
            on,
            reason: std::str::from_utf8(&reason)
                .map_err(|_| damaged())?
                .to_owned(),
            placed_by: row.text(5)?.to_owned(),
            placed_at: Instant::from_micros(row.int(6)?),
            until: if row.is_null(7) {
                None
            } else {
                Some(Instant::from_micros(row.int(7)?))
            },
            lifted,
        })
    }

    /// How many holds are in force.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn holds_in_force(&self, tenant: &TenantId, now: Instant) -> Result<u64, VaultError> {
        let params = vec![tenant.into(), now.into()];
        let row = self.db().row(&sql::HOLD_COUNT, params).await?;
        let count = row.map_or(Ok(0), |row| row.int(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Whether a hold stops that a person is erased.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn is_held(
        &self,
        tenant: &TenantId,
        person: PersonId,
        now: Instant,
    ) -> Result<bool, VaultError> {
        let guard = Self::free_to_erase(tenant, person, now);
        Ok(self.db().row(guard.sql, guard.params).await?.is_none())
    }

    /// Whether a hold stops that records of a collection (`None`: files) about a person are deleted.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn is_part_held(
        &self,
        tenant: &TenantId,
        person: PersonId,
        collection: Option<&Name>,
        now: Instant,
    ) -> Result<bool, VaultError> {
        let guard = Self::free(tenant, person, collection, now);
        Ok(self.db().row(guard.sql, guard.params).await?.is_none())
    }

    /// What makes the commit of an erasure fail while a hold stops it.
    #[must_use]
    pub fn free_to_erase(tenant: &TenantId, person: PersonId, now: Instant) -> Statement {
        let params = vec![tenant.into(), person.into(), now.into()];
        Statement::new(&sql::HOLD_FREE_TO_ERASE, params).expecting(1, GUARD_HELD)
    }

    /// What makes a commit fail that destroys records of a collection (`None`: files) about a person, while a hold stops it.
    pub(crate) fn free(
        tenant: &TenantId,
        person: PersonId,
        collection: Option<&Name>,
        now: Instant,
    ) -> Statement {
        let collection = collection.map_or("", Name::as_str);
        let params = vec![tenant.into(), person.into(), collection.into(), now.into()];
        Statement::new(&sql::HOLD_FREE, params).expecting(1, GUARD_HELD)
    }
}
