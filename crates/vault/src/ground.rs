//! On what ground somebody is let at a person's data. Asked before a key is unwrapped, and again in the commit.
//!
//! Invariant: what takes a grant finds none but in the database, at that moment: no token, no session and no memory of this process
//! stands in for it.

use std::collections::BTreeSet;

use audit::{Action, Outcome};
use base::{ActorKind, Ctx, Name, PersonId, TenantId};
use consent::{By, ConsentError, Consented, Need, Party};
use policy::{Allowed, Basis, Thing, Verb};
use store::{Committed, StoreError, WriteSet};

use crate::{Vault, VaultError};

/// What was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ground(Option<Consented>);

impl Ground {
    /// The only fields that may be seen; `None` for all.
    pub(crate) fn only(&self) -> Option<&BTreeSet<String>> {
        self.0.as_ref().and_then(Consented::only)
    }

    /// Whether it rests on a grant.
    pub(crate) const fn is_grant(&self) -> bool {
        self.0.is_some()
    }
}

impl Vault {
    /// The ground on which `allowed` reaches this person's data. That there is none stands in the log before the caller hears of it.
    pub(crate) async fn ground<T: Thing>(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<T>,
        action: Action,
        person: PersonId,
    ) -> Result<Ground, VaultError> {
        match self.ground_of(ctx, allowed, person).await {
            Err(VaultError::NoGrant) => {
                self.log_no_grant(ctx, allowed, action, person).await?;
                Err(VaultError::NoGrant)
            }
            found => found,
        }
    }

    /// The same, and nobody is told: for lists over many persons, where who granted nothing is not seen.
    pub(crate) async fn ground_of<T: Thing>(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<T>,
        person: PersonId,
    ) -> Result<Ground, VaultError> {
        let (basis, verb) = (allowed.basis(), allowed.verb());
        self.ground_by(ctx, basis, allowed.thing().collection(), verb, person)
            .await
    }

    /// The same, for what policy is asked about only when it is opened: counting.
    pub(crate) async fn ground_by(
        &self,
        ctx: &Ctx,
        basis: Basis,
        collection: Option<&Name>,
        verb: Verb,
        person: PersonId,
    ) -> Result<Ground, VaultError> {
        let by = match basis {
            Basis::Own => return Ok(Ground::default()),
            Basis::House if !self.takes_consent(ctx) => return Ok(Ground::default()),
            Basis::House => By::Party(party(ctx).ok_or(VaultError::NoGrant)?),
            Basis::Grant(grant) => By::Grant(grant),
            Basis::Missing => return Err(VaultError::NoGrant),
        };
        let need = Need {
            by,
            tenant: &ctx.tenant,
            person,
            collection,
            verb,
            purpose: ctx.purpose,
            now: ctx.now,
        };
        match consent::consented(self.db(), &need).await {
            Ok(consented) => Ok(Ground(Some(consented))),
            Err(ConsentError::NoGrant) => Err(VaultError::NoGrant),
            Err(ConsentError::Store(error)) => Err(error.into()),
            Err(_) => Err(VaultError::Damaged("grant")),
        }
    }

    fn takes_consent(&self, ctx: &Ctx) -> bool {
        ctx.purpose
            .is_some_and(|it| self.by_consent().contains(&it))
    }

    async fn log_no_grant<T: Thing>(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<T>,
        action: Action,
        person: PersonId,
    ) -> Result<(), VaultError> {
        let handle = self.handle(&ctx.tenant, person).await?;
        let mut entry = self
            .entry(ctx, allowed, action, Outcome::Denied)?
            .person(handle)
            .code(base::Fault::code(&VaultError::NoGrant));
        if let Some(collection) = allowed.thing().collection()
            && self.collection(collection).is_ok()
        {
            entry = entry.collection(collection);
        }
        let set = self
            .guarded(&ctx.tenant, person)
            .log(entry.finish(&ctx.tenant));
        self.commit(set).await?;
        Ok(())
    }

    /// A write set that holds only while the person is there and the ground stands as it was seen.
    pub(crate) fn on_ground(
        &self,
        tenant: &TenantId,
        person: PersonId,
        ground: &Ground,
    ) -> WriteSet {
        self.with_ground(self.guarded(tenant, person), ground)
    }

    /// The same for a set that has begun already.
    pub(crate) fn with_ground(&self, set: WriteSet, ground: &Ground) -> WriteSet {
        match &ground.0 {
            Some(consented) => set.with(consented.guard()),
            None => set,
        }
    }

    /// Commit what rests on a ground. That it gave way meanwhile stands in the log before the caller hears of it.
    pub(crate) async fn commit_on<T: Thing>(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<T>,
        action: Action,
        person: PersonId,
        set: WriteSet,
    ) -> Result<Committed, VaultError> {
        match self.commit(set).await {
            Err(VaultError::Store(StoreError::Guard(consent::GUARD))) => {
                self.log_no_grant(ctx, allowed, action, person).await?;
                Err(VaultError::NoGrant)
            }
            done => done,
        }
    }

    /// Whether the ground stands still, for what goes on after its commit: an answer that streams.
    pub(crate) async fn stands(&self, ground: &Ground) -> bool {
        let Some(consented) = &ground.0 else {
            return true;
        };
        let guard = consented.guard();
        matches!(self.db().row(guard.sql, guard.params).await, Ok(Some(_)))
    }
}

/// Who acts, as somebody whom a person can grant something to.
fn party(ctx: &Ctx) -> Option<Party> {
    let id = &ctx.actor.id;
    match ctx.actor.kind {
        ActorKind::App => id.parse().ok().map(Party::App),
        ActorKind::Staff => id.parse().ok().map(Party::Account),
        ActorKind::Person | ActorKind::System => None,
    }
}
