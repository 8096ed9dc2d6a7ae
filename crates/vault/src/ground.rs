//! On what ground somebody is let at a person's data. Asked before a key is unwrapped, and again in the commit.
//!
//! Invariant: what takes a grant finds none but in the database, at that moment: no token, no session and no memory of this process
//! stands in for it. The same is true of what a person had limited, which is stronger than any ground but their own and an emergency.

use std::collections::BTreeSet;

use audit::{Action, Outcome};
use base::{Ctx, Name, PersonId, Purpose, TenantId};
use consent::{By, ConsentError, Consented, Limited, Need, Party};
use policy::{Allowed, Basis, Thing, Verb};
use store::{Committed, Statement, StoreError, WriteSet};

use crate::{Vault, VaultError, sql};

/// How often something is read again because a grant was narrowed meanwhile; people narrow one by one.
pub(crate) const READINGS_MAX: usize = 4;

/// What was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ground {
    /// The grant that it rests on, where it takes one.
    consented: Option<Consented>,
    /// What must still be unlimited in the commit: nothing for the person's own doing and an emergency.
    free: Option<Free>,
}

/// What a limit can depend on.
#[derive(Clone, Debug)]
struct Free {
    tenant: TenantId,
    person: PersonId,
    collection: Option<Name>,
    purpose: Option<Purpose>,
}

impl Free {
    fn guard(&self) -> Statement {
        let collection = self.collection.as_ref();
        consent::unlimited(&self.tenant, self.person, collection, self.purpose)
    }
}

impl Ground {
    /// The only fields that may be seen; `None` for all.
    pub(crate) fn only(&self) -> Option<&BTreeSet<String>> {
        self.consented.as_ref().and_then(Consented::only)
    }

    /// Whether it can give way: a grant ends, a limit comes.
    pub(crate) const fn can_end(&self) -> bool {
        self.consented.is_some() || self.free.is_some()
    }

    fn guards(&self) -> impl Iterator<Item = Statement> {
        let consented = self.consented.iter().map(Consented::guard);
        consented.chain(self.free.iter().map(Free::guard))
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
            Err(
                refused @ (VaultError::NoGrant | VaultError::Restricted | VaultError::Objected),
            ) => {
                self.log_refused(ctx, allowed, action, person, &refused)
                    .await?;
                Err(refused)
            }
            found => found,
        }
    }

    /// A ground that nothing but a limit takes away, without having asked whether one does: for a read that asks so along with what it
    /// reads. `None` where there is more to ask.
    pub(crate) fn unless_limited<T: Thing>(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<T>,
        person: PersonId,
    ) -> Option<Ground> {
        let is_plain = allowed.basis() == Basis::House
            && !self.takes_consent(ctx)
            && !allowed.is_emergency()
            && person != PersonId::COMMONS;
        is_plain.then(|| Ground {
            consented: None,
            free: Some(Free {
                tenant: ctx.tenant.clone(),
                person,
                collection: allowed.thing().collection().cloned(),
                purpose: ctx.purpose,
            }),
        })
    }

    /// The same, and nobody is told: for lists over many persons, where who granted nothing is not seen.
    pub(crate) async fn ground_of<T: Thing>(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<T>,
        person: PersonId,
    ) -> Result<Ground, VaultError> {
        if allowed.basis() == Basis::Own {
            return Ok(Ground::default());
        }
        let collection = allowed.thing().collection();
        let free = self
            .unlimited(ctx, allowed.is_emergency(), collection, person)
            .await?;
        let (basis, verb) = (allowed.basis(), allowed.verb());
        self.consented(ctx, basis, collection, verb, person, free)
            .await
    }

    /// Whether the tenant's own work may read a person's records of a collection: for counting, when policy is asked about each that is opened.
    pub(crate) async fn may_count(
        &self,
        ctx: &Ctx,
        collection: &Name,
        person: PersonId,
    ) -> Result<bool, VaultError> {
        let ground = async {
            let (basis, verb) = (Basis::House, Verb::Read);
            let collection = Some(collection);
            let free = self.unlimited(ctx, false, collection, person).await?;
            self.consented(ctx, basis, collection, verb, person, free)
                .await
        };
        match ground.await {
            Ok(_) => Ok(true),
            Err(VaultError::NoGrant | VaultError::Restricted | VaultError::Objected) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn consented(
        &self,
        ctx: &Ctx,
        basis: Basis,
        collection: Option<&Name>,
        verb: Verb,
        person: PersonId,
        free: Option<Free>,
    ) -> Result<Ground, VaultError> {
        let by = match basis {
            Basis::Own => return Ok(Ground::default()),
            Basis::House if !self.takes_consent(ctx) => {
                return Ok(Ground {
                    consented: None,
                    free,
                });
            }
            Basis::House => {
                By::Party(Party::of(&ctx.tenant, &ctx.actor).ok_or(VaultError::NoGrant)?)
            }
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
        match consent::consented(self.db(), self.secrets(), &need).await {
            Ok(consented) => Ok(Ground {
                consented: Some(consented),
                free,
            }),
            Err(ConsentError::NoGrant) => Err(VaultError::NoGrant),
            Err(ConsentError::Store(error)) => Err(error.into()),
            Err(_) => Err(VaultError::Damaged("grant")),
        }
    }

    /// Whether nothing that the person had limited stands in the way; and what must be so still in the commit.
    async fn unlimited(
        &self,
        ctx: &Ctx,
        is_emergency: bool,
        collection: Option<&Name>,
        person: PersonId,
    ) -> Result<Option<Free>, VaultError> {
        // What is about nobody is limited by nobody; an emergency goes before (GDPR Art. 18(2), vital interests).
        if person == PersonId::COMMONS || is_emergency {
            return Ok(None);
        }
        let free = Free {
            tenant: ctx.tenant.clone(),
            person,
            collection: collection.cloned(),
            purpose: ctx.purpose,
        };
        match self.met(&free).await? {
            None => Ok(Some(free)),
            Some(limited) => Err(limited),
        }
    }

    /// What stands in the way, as a refusal.
    async fn met(&self, free: &Free) -> Result<Option<VaultError>, VaultError> {
        let collection = free.collection.as_ref();
        let found = consent::limited(
            self.db(),
            &free.tenant,
            free.person,
            collection,
            free.purpose,
        )
        .await;
        match found {
            Ok(None) => Ok(None),
            Ok(Some(Limited::Restricted)) => Ok(Some(VaultError::Restricted)),
            Ok(Some(Limited::Objected)) => Ok(Some(VaultError::Objected)),
            Err(ConsentError::Store(error)) => Err(error.into()),
            Err(_) => Err(VaultError::Damaged("limit")),
        }
    }

    fn takes_consent(&self, ctx: &Ctx) -> bool {
        ctx.purpose
            .is_some_and(|it| self.by_consent().contains(&it))
    }

    async fn log_refused<T: Thing>(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<T>,
        action: Action,
        person: PersonId,
        refused: &VaultError,
    ) -> Result<(), VaultError> {
        let handle = self.handle(&ctx.tenant, person).await?;
        let mut entry = self
            .entry(ctx, allowed, action, Outcome::Denied)?
            .person(handle)
            .code(base::Fault::code(refused));
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

    /// The same by one statement, where a limit is all that could come. It fails as if the ground gave way, though the person may be gone:
    /// who then reads again finds out which.
    pub(crate) fn on_ground_at_once(
        &self,
        tenant: &TenantId,
        person: PersonId,
        ground: &Ground,
    ) -> WriteSet {
        match ground {
            Ground {
                consented: None,
                free: Some(free),
            } => {
                let params = vec![
                    (&free.tenant).into(),
                    free.person.into(),
                    free.collection.as_ref().map(Name::as_str).into(),
                    free.purpose.map(Purpose::as_str).into(),
                ];
                let both = Statement::new(&sql::PERSON_FREE, params);
                WriteSet::new().with(both.expecting(1, consent::LIMIT_GUARD))
            }
            _ => self.on_ground(tenant, person, ground),
        }
    }

    /// The same for a set that has begun already.
    pub(crate) fn with_ground(&self, set: WriteSet, ground: &Ground) -> WriteSet {
        ground.guards().fold(set, WriteSet::with)
    }

    /// Commit what was read on a ground; `None` when it gave way meanwhile: what is left of it decides then, and it is read again.
    pub(crate) async fn commit_read(&self, set: WriteSet) -> Result<Option<Committed>, VaultError> {
        match self.commit(set).await {
            Err(VaultError::Store(StoreError::Guard(consent::GUARD | consent::LIMIT_GUARD))) => {
                Ok(None)
            }
            done => done.map(Some),
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
            Err(VaultError::Store(StoreError::Guard(guard)))
                if matches!(guard, consent::GUARD | consent::LIMIT_GUARD) =>
            {
                let refused = if guard == consent::GUARD {
                    VaultError::NoGrant
                } else {
                    let free = Free {
                        tenant: ctx.tenant.clone(),
                        person,
                        collection: allowed.thing().collection().cloned(),
                        purpose: ctx.purpose,
                    };
                    // Lifted again meanwhile: what was opened is dropped all the same.
                    self.met(&free).await?.unwrap_or(VaultError::Restricted)
                };
                self.log_refused(ctx, allowed, action, person, &refused)
                    .await?;
                Err(refused)
            }
            done => done,
        }
    }

    /// Whether the ground stands still, for what goes on after its commit: an answer that streams.
    pub(crate) async fn stands(&self, ground: &Ground) -> bool {
        for guard in ground.guards() {
            if !matches!(self.db().row(guard.sql, guard.params).await, Ok(Some(_))) {
                return false;
            }
        }
        true
    }
}
