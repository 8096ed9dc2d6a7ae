//! Sealing again, under the newest generation of a person's key, what hangs under older ones: to zero, and then the old
//! generation ends.
//!
//! How far it is stands in the sealed things themselves: each names its generation. So a run that stops anywhere is gone on
//! with by the next, and writers, readers and erasures go on meanwhile.
//!
//! Invariants:
//! - First the *floor* is raised, in the data: from then on no commit on any node holds that seals something under an older
//!   generation. So what is left only shrinks, and zero stays zero.
//! - What was sealed again takes the place of exactly the bytes that were opened. Who changed them in between wins.
//! - Nothing but the keys changes: version, time, digest and place stay what they were, and nobody sees what was opened.

mod files;
mod records;
mod rows;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use audit::{Action, Entry, Outcome};
use base::{Class, ClassSet, Ctx, PersonId, TenantId};
use keys::{KeysError, Level, Ring};
use parking_lot::Mutex;
use policy::{Allowed, KeysOf};
use store::WriteSet;

use crate::vault::GUARD_SEALABLE;
use crate::{Vault, VaultError, sql};

/// Rounds over one person: what a writer put into the history meanwhile is found in the next one.
const ROUNDS_MAX: usize = 8;
/// The name of the guard that fails when what was opened is no longer what stands.
const GUARD_RENEW: &str = "renew.unchanged";

/// How far sealing again is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renewal {
    /// Records, earlier versions, files and rows that this run sealed again.
    pub moved: u64,
    /// Those that still hang under an old generation.
    pub remaining: u64,
    /// Those of them that do not open, so that they cannot be sealed again. The log of the program says which.
    pub damaged: u64,
}

/// What hangs under old generations of persons' keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// Persons who have an old generation.
    pub persons: u64,
    /// Their records, earlier versions and files under one.
    pub sealed: u64,
}

/// The newest generation of each class that has older ones.
type Newest = BTreeMap<Class, u32>;

/// One person, while their things are sealed again.
struct Turning<'a> {
    tenant: &'a TenantId,
    person: PersonId,
    newest: Newest,
    ring: Arc<Ring>,
}

impl Turning<'_> {
    /// Whether something sealed is behind. What cannot be read is found out when it is opened.
    fn is_behind(&self, sealed: &[u8]) -> bool {
        is_behind(&self.newest, sealed)
    }

    fn classes(&self) -> ClassSet {
        self.newest.keys().copied().collect()
    }
}

fn is_behind(newest: &Newest, sealed: &[u8]) -> bool {
    crypt::record::parts_of(sealed).is_ok_and(|mut parts| {
        parts.any(|part| {
            let class = Class::from_code(part.class);
            let newest = class.and_then(|class| newest.get(&class));
            newest.is_some_and(|newest| part.generation < *newest)
        })
    })
}

/// Tells somebody of each step, and hears whether to go on.
struct Told<'a> {
    progress: Renewal,
    each: &'a mut (dyn FnMut(Renewal) -> ControlFlow<()> + Send),
    stopped: bool,
}

impl Told<'_> {
    fn moved(&mut self, count: u64) {
        self.progress.moved += count;
        self.progress.remaining = self.progress.remaining.saturating_sub(count);
        self.stopped |= (self.each)(self.progress).is_break();
    }

    fn damaged(&mut self, error: &VaultError) {
        self.progress.damaged += 1;
        tracing::error!(%error, "something sealed under an old key does not open, and stays as it is");
    }
}

impl Vault {
    /// What hangs under old generations of the keys of a tenant's persons.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn behind(&self, tenant: &TenantId) -> Result<Behind, VaultError> {
        let mut behind = Behind::default();
        for (person, newest) in self.keys().turned(tenant).await? {
            behind.persons += 1;
            behind.sealed += self.count_behind(tenant, person, &newest).await?;
        }
        Ok(behind)
    }

    /// Seal again, under the newest generations, what hangs under older ones: of one person or of all, of one class or of all;
    /// and the rows of all persons that hang under an older generation of the tenant's sealing key. `each` hears of every
    /// commit and may stop the run.
    ///
    /// # Errors
    /// Storage and key failures; what was sealed again stays so.
    pub async fn renew<F>(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<KeysOf>,
        whose: Option<PersonId>,
        class: Option<Class>,
        mut each: F,
    ) -> Result<Renewal, VaultError>
    where
        F: FnMut(Renewal) -> ControlFlow<()> + Send,
    {
        let tenant = &allowed.thing().tenant;
        let mut turned = self.keys().turned(tenant).await?;
        turned.retain(|person, _| whose.is_none_or(|whose| whose == *person));
        for newest in turned.values_mut() {
            newest.retain(|of, _| class.is_none_or(|class| class == *of));
        }
        let mut told = Told {
            progress: Renewal::default(),
            each: &mut each,
            stopped: false,
        };
        for (person, newest) in &turned {
            told.progress.remaining += self.count_behind(tenant, *person, newest).await?;
        }
        told.moved(0);
        for (person, newest) in &turned {
            if told.stopped {
                return Ok(told.progress);
            }
            match self
                .renew_person(ctx, allowed, *person, newest, &mut told)
                .await
            {
                // Erased meanwhile: nothing is left to seal again.
                Ok(()) | Err(VaultError::NoPerson) => {}
                Err(error) => return Err(error),
            }
        }
        if whose.is_none() && class.is_none() && !told.stopped {
            self.renew_person_rows(ctx, allowed, &mut told).await?;
        }
        // Counted again: others wrote and erased meanwhile.
        let mut progress = told.progress;
        if !told.stopped {
            progress.remaining = 0;
            for (person, newest) in &turned {
                progress.remaining += self.count_behind(tenant, *person, newest).await?;
            }
        }
        each(progress).is_break();
        Ok(progress)
    }

    /// End an old generation of a person's key, for ever, if nothing hangs under it any more.
    ///
    /// # Errors
    /// [`VaultError::StillSealed`]; [`KeysError::Newest`], [`KeysError::MissingGeneration`]; storage and key failures.
    pub async fn end_generation(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<KeysOf>,
        person: PersonId,
        class: Class,
        generation: u32,
    ) -> Result<u64, VaultError> {
        let tenant = &allowed.thing().tenant;
        self.keys().forget(tenant, person);
        let ring = self.keys().ring(tenant, person).await?;
        let name = Level::Person {
            tenant: tenant.clone(),
            person,
            class,
        }
        .generation(generation);
        let newest = ring.newest_generation(class);
        if newest == Some(generation) {
            return Err(KeysError::Newest(name).into());
        }
        let there = ring.generations(class).any(|there| there == generation);
        let (Some(newest), true) = (newest, there) else {
            return Err(KeysError::MissingGeneration(name).into());
        };
        let turning = Turning {
            tenant,
            person,
            newest: Newest::from([(class, newest)]),
            ring,
        };
        self.raise_floor(ctx, allowed, &turning).await?;
        let parts = Arc::new(Mutex::new(0_u64));
        let count = Arc::clone(&parts);
        self.each_head(tenant, person, move |sealed| {
            let under = crypt::record::parts_of(sealed).map_or(true, |mut parts| {
                parts.any(|part| part.class == class.code() && part.generation == generation)
            });
            *count.lock() += u64::from(under);
        })
        .await?;
        let remaining = *parts.lock();
        if remaining > 0 {
            return Err(VaultError::StillSealed { name, remaining });
        }
        self.keys()
            .retire_person_generation(tenant, person, class, generation)
            .await?;
        let entry = self
            .turning_entry(ctx, allowed, person, Action::KeyDestroy)
            .await?
            .key(class, generation);
        let committed = self
            .commit(WriteSet::new().log(entry.finish(tenant)))
            .await?;
        crate::vault::only_index(&committed)
    }

    async fn renew_person(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<KeysOf>,
        person: PersonId,
        newest: &Newest,
        told: &mut Told<'_>,
    ) -> Result<(), VaultError> {
        let tenant = &allowed.thing().tenant;
        let damaged = told.progress.damaged;
        for _ in 0..ROUNDS_MAX {
            self.keys().forget(tenant, person);
            let turning = Turning {
                tenant,
                person,
                newest: newest.clone(),
                ring: self.keys().ring(tenant, person).await?,
            };
            self.raise_floor(ctx, allowed, &turning).await?;
            // Each round counts what does not open anew.
            told.progress.damaged = damaged;
            // Records before versions: what a writer moves from here to there is then found there.
            self.renew_records(ctx, allowed, &turning, told).await?;
            self.renew_files(ctx, allowed, &turning, told).await?;
            let left = self.count_behind(tenant, person, newest).await?;
            if told.stopped || left <= told.progress.damaged - damaged {
                return Ok(());
            }
        }
        Ok(())
    }

    /// From here on nothing is sealed under older generations than these.
    async fn raise_floor(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<KeysOf>,
        turning: &Turning<'_>,
    ) -> Result<(), VaultError> {
        let (tenant, person) = (turning.tenant, turning.person);
        let mut set = self.guarded(tenant, person);
        let guards = set.statements.len();
        for (class, generation) in &turning.newest {
            let place = || vec![tenant.into(), person.into(), (*class).into()];
            let row = self.db().row(&sql::FLOOR_OF, place()).await?;
            let floor = row.map_or(Ok(0), |row| row.int(0))?;
            if floor < i64::from(*generation) {
                let mut params = place();
                params.push((*generation).into());
                set = set.run(&sql::FLOOR_RAISE, params);
            }
        }
        if set.statements.len() == guards {
            return Ok(());
        }
        let entry = self
            .turning_entry(ctx, allowed, person, Action::KeyRenew)
            .await?
            .classes(turning.classes());
        self.commit(set.log(entry.finish(tenant))).await?;
        Ok(())
    }

    async fn turning_entry(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<KeysOf>,
        person: PersonId,
        action: Action,
    ) -> Result<Entry, VaultError> {
        let handle = self.handle(&allowed.thing().tenant, person).await?;
        let entry = self.entry(ctx, allowed, action, Outcome::Ok)?;
        Ok(entry.person(handle))
    }

    /// The guards of a commit that seals again.
    fn renewing(&self, turning: &Turning<'_>) -> WriteSet {
        let all = turning.ring.classes();
        self.sealing(turning.tenant, &turning.ring, all)
    }

    async fn count_behind(
        &self,
        tenant: &TenantId,
        person: PersonId,
        newest: &Newest,
    ) -> Result<u64, VaultError> {
        let (counted, newest) = (Arc::new(Mutex::new(0_u64)), newest.clone());
        let count = Arc::clone(&counted);
        self.each_head(tenant, person, move |sealed| {
            *count.lock() += u64::from(is_behind(&newest, sealed));
        })
        .await?;
        let counted = *counted.lock();
        Ok(counted)
    }

    /// The heads of everything that is sealed about a person.
    async fn each_head(
        &self,
        tenant: &TenantId,
        person: PersonId,
        mut each: impl FnMut(&[u8]) + Send + 'static,
    ) -> Result<(), VaultError> {
        let params = vec![tenant.into(), person.into()];
        let failed = Arc::new(Mutex::new(None));
        let into = Arc::clone(&failed);
        let scanned = self.db().scan(&sql::RENEW_HEADS, params, move |row| {
            match row.bytes(1) {
                Ok(head) => each(head),
                Err(error) => *into.lock() = Some(error),
            }
            true
        });
        scanned.await?;
        let failed = failed.lock().take();
        failed.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// Whether somebody changed what was opened, or newer keys took over: look again.
fn changed(error: &VaultError) -> bool {
    use store::StoreError::Guard;
    matches!(
        error,
        VaultError::Store(Guard(GUARD_RENEW | GUARD_SEALABLE))
    )
}
