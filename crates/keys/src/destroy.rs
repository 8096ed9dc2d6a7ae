//! The end of keys: of an old generation when nothing hangs under it, of a person's keys when the person is erased.

use base::{Class, PersonId, TenantId};
use store::{StoreError, WriteSet};

use crate::open::Keys;
use crate::root::generation;
use crate::{KeyName, KeysError, Kind, Level, sql};

/// The guard that fails when somebody else destroyed it first.
const RACE: &str = "retired key";

/// How sure the caller is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destroy {
    /// Only if nothing is left under it.
    WhenEmpty,
    /// Even if something is: that is lost for ever.
    DangerInUse,
}

/// What was destroyed of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DestroyedPerson {
    /// How many keys; none where they were destroyed before or never made.
    pub keys: u64,
}

/// What is there of a person's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOfPerson {
    /// Keys in the key store, wrapped.
    pub keys: u64,
    /// Whether this process holds some of them unwrapped.
    pub cached: bool,
    /// Whether the key store says that none ever comes again.
    pub gone: bool,
}

/// Takes persons out of the cache when it goes, so that a caller who goes away leaves no key behind.
struct Forget<'a> {
    keys: &'a Keys,
    tenant: &'a TenantId,
    persons: &'a [PersonId],
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        for person in self.persons {
            self.keys.forget(self.tenant, *person);
        }
    }
}

impl Keys {
    /// Destroy all the keys of a person, for ever: what was sealed under them opens nowhere again, and no key is ever made
    /// for them again. When this returns they are out of the key store's files and out of this process.
    ///
    /// Another node that holds them unwrapped lets go after [`crate::CacheLimits::fresh`]; until then the row that it checks
    /// in the commit of each read is what stops it.
    ///
    /// # Errors
    /// [`KeysError::Commons`], or the key store cannot be written. Call it again after an error: it goes on from there.
    pub async fn destroy_person(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<DestroyedPerson, KeysError> {
        let mut destroyed = self.destroy_persons(tenant, &[person]).await?;
        destroyed
            .pop()
            .ok_or(KeysError::Internal("no answer for a person"))
    }

    /// What is there of a person's keys: after [`Keys::destroy_person`], nothing.
    ///
    /// # Errors
    /// The key store cannot be read.
    pub async fn left_of_person(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<LeftOfPerson, KeysError> {
        let params = vec![tenant.into(), person.into()];
        let row = self.0.db.row(&sql::PERSON_LEFT, params).await?;
        let row = row.ok_or(KeysError::Internal("no answer for a person"))?;
        Ok(LeftOfPerson {
            keys: u64::try_from(row.int(0)?).unwrap_or(u64::MAX),
            cached: self.cached(tenant, person).is_some(),
            gone: row.int(1)? > 0,
        })
    }

    /// [`Keys::destroy_person`] for many: all or none.
    ///
    /// # Errors
    /// As [`Keys::destroy_person`].
    pub async fn destroy_persons(
        &self,
        tenant: &TenantId,
        persons: &[PersonId],
    ) -> Result<Vec<DestroyedPerson>, KeysError> {
        if persons.contains(&PersonId::COMMONS) {
            return Err(KeysError::Commons);
        }
        let mut set = WriteSet::new();
        for person in persons {
            set = set
                .run(
                    &sql::PERSON_GO,
                    vec![tenant.into(), (*person).into(), self.now().into()],
                )
                .run(
                    &sql::PERSON_KEYS_ERASE,
                    vec![tenant.into(), (*person).into()],
                );
        }
        let forget = Forget {
            keys: self,
            tenant,
            persons,
        };
        let committed = self.0.db.commit(set).await?;
        drop(forget);
        self.0.db.scrub().await?;
        Ok(committed
            .rows
            .chunks(2)
            .map(|rows| DestroyedPerson {
                keys: rows.last().copied().unwrap_or(0),
            })
            .collect())
    }

    /// Destroy every key of a tenant but those that seal and sign its log: what was sealed under them opens nowhere again. When this
    /// returns they are out of the key store's files and out of this process. Gives how many there were.
    ///
    /// # Errors
    /// The key store cannot be written. Call it again after an error: it goes on from there.
    pub async fn destroy_tenant(&self, tenant: &TenantId) -> Result<u64, KeysError> {
        let (sealing, signing) = (Kind::LogSealing.code(), Kind::LogSigning.code());
        let set = WriteSet::new()
            .run(
                &sql::TENANT_PERSONS_GO,
                vec![tenant.into(), self.now().into()],
            )
            .run(&sql::TENANT_PERSON_KEYS_ERASE, vec![tenant.into()])
            .run(
                &sql::TENANT_KEYS_END,
                vec![
                    tenant.into(),
                    self.now().into(),
                    sealing.into(),
                    signing.into(),
                ],
            )
            .run(&sql::TENANT_KEKS_ERASE, vec![tenant.into()]);
        let committed = self.0.db.commit(set).await?;
        // What was read before the commit must not come in after it.
        self.forget_all();
        self.reload_tenant(tenant).await?;
        self.0.db.scrub().await?;
        Ok(committed.rows.iter().skip(1).sum())
    }

    /// Keys of a tenant that are there beside those of its log: after [`Keys::destroy_tenant`], none.
    ///
    /// # Errors
    /// The key store cannot be read.
    pub async fn left_of_tenant(&self, tenant: &TenantId) -> Result<u64, KeysError> {
        let (sealing, signing) = (Kind::LogSealing.code(), Kind::LogSigning.code());
        let params = vec![tenant.into(), sealing.into(), signing.into()];
        let row = self.0.db.row(&sql::TENANT_LEFT, params).await?;
        let row = row.ok_or(KeysError::Internal("no answer for a tenant"))?;
        let left = row.int(0)? + row.int(1)?;
        Ok(u64::try_from(left).unwrap_or(u64::MAX))
    }

    /// Destroy an old generation of a person's key, once nothing is sealed under it any more (the vault knows).
    ///
    /// # Errors
    /// [`KeysError::Newest`], [`KeysError::MissingGeneration`], or the key store cannot be written.
    pub async fn retire_person_generation(
        &self,
        tenant: &TenantId,
        person: PersonId,
        class: Class,
        generation: u32,
    ) -> Result<(), KeysError> {
        self.forget(tenant, person);
        let ring = self.ring(tenant, person).await?;
        let name = Level::Person {
            tenant: tenant.clone(),
            person,
            class,
        }
        .generation(generation);
        // Seen by its number alone, so that one that does not open can be destroyed too.
        let newest = ring
            .keys()
            .iter()
            .filter(|key| key.class == class)
            .map(|key| key.generation)
            .max();
        if newest == Some(generation) {
            return Err(KeysError::Newest(name));
        }
        let persons = [person];
        let forget = Forget {
            keys: self,
            tenant,
            persons: &persons,
        };
        let set = WriteSet::new().run_expecting(
            &sql::PERSON_KEY_ERASE,
            vec![
                tenant.into(),
                person.into(),
                class.into(),
                generation.into(),
            ],
            1,
            RACE,
        );
        match self.0.db.commit(set).await {
            Ok(_) => {}
            Err(StoreError::Guard(_)) => return Err(KeysError::MissingGeneration(name)),
            Err(error) => return Err(error.into()),
        }
        drop(forget);
        Ok(self.0.db.scrub().await?)
    }

    /// Destroy a retired generation of a root, a key-encryption key or a tenant's key, and wipe it from the key store's
    /// files. The public half of a log signing key stays.
    ///
    /// # Errors
    /// [`KeysError::Newest`]; [`KeysError::InUse`] or [`KeysError::Uncounted`] unless `how` says otherwise.
    pub async fn destroy(&self, name: &KeyName, how: Destroy) -> Result<(), KeysError> {
        let gone = || KeysError::MissingGeneration(name.clone());
        let erase = match &name.level {
            Level::Root => {
                self.reload_roots().await?;
                let root = self.roots();
                let root = root.at(name.generation).ok_or_else(gone)?;
                require(root.retired_at.is_some(), name)?;
                self.require_empty(name, how).await?;
                WriteSet::new().run_expecting(
                    &sql::ROOT_ERASE,
                    vec![name.generation.into()],
                    1,
                    RACE,
                )
            }
            Level::Kek {
                tenant,
                region,
                class,
            } => {
                let open = self.reload_tenant(tenant).await?;
                let kek = open
                    .kek(region.as_str(), *class, name.generation)
                    .ok_or_else(gone)?;
                require(kek.retired_at.is_some(), name)?;
                self.require_empty(name, how).await?;
                WriteSet::new().run_expecting(
                    &sql::KEK_ERASE,
                    vec![
                        tenant.into(),
                        region.as_str().into(),
                        (*class).into(),
                        name.generation.into(),
                    ],
                    1,
                    RACE,
                )
            }
            Level::Tenant { tenant, kind } => {
                let open = self.reload_tenant(tenant).await?;
                let held = open.at(*kind, name.generation)?;
                require(held.retired_at.is_some(), name)?;
                if held.wrapped.is_none() {
                    return Err(gone());
                }
                // Nothing is lost with an old signing key; with a sealing key, what it sealed.
                let signs = matches!(kind, Kind::LogSigning | Kind::RsaSigning);
                if !signs && how == Destroy::WhenEmpty {
                    return Err(KeysError::Uncounted(name.clone()));
                }
                WriteSet::new().run_expecting(
                    &sql::TENANT_KEY_ERASE,
                    vec![tenant.into(), kind.code().into(), name.generation.into()],
                    1,
                    RACE,
                )
            }
            Level::Person {
                tenant,
                person,
                class,
            } => {
                if how == Destroy::WhenEmpty {
                    return Err(KeysError::Uncounted(name.clone()));
                }
                return self
                    .retire_person_generation(tenant, *person, *class, name.generation)
                    .await;
            }
        };
        match self.0.db.commit(erase).await {
            Ok(_) => {}
            Err(StoreError::Guard(_)) => return Err(KeysError::Raced(name.level.clone())),
            Err(error) => return Err(error.into()),
        }
        match &name.level {
            Level::Kek { tenant, .. } | Level::Tenant { tenant, .. } => {
                self.reload_tenant(tenant).await?;
            }
            Level::Root | Level::Person { .. } => self.reload_roots().await?,
        }
        Ok(self.0.db.scrub().await?)
    }

    async fn require_empty(&self, name: &KeyName, how: Destroy) -> Result<(), KeysError> {
        if how == Destroy::DangerInUse {
            return Ok(());
        }
        match self.beneath(name).await? {
            0 => Ok(()),
            remaining => Err(KeysError::InUse {
                name: name.clone(),
                remaining,
            }),
        }
    }

    /// How many keys hang under one. A retired one gets no new ones, so what is counted here only shrinks.
    async fn beneath(&self, name: &KeyName) -> Result<u64, KeysError> {
        match &name.level {
            Level::Root => {
                let rows = self.0.db.rows(&sql::ROOT_BENEATH, vec![]).await?;
                let mut beneath = 0;
                for row in rows {
                    if generation(&row, 0)? == name.generation {
                        beneath = u64::try_from(row.int(1)?).unwrap_or(u64::MAX);
                    }
                }
                Ok(beneath)
            }
            Level::Kek {
                tenant,
                region,
                class,
            } => {
                let counts = self.count(tenant).await?;
                Ok(counts.under(region.as_str(), *class, name.generation))
            }
            Level::Tenant { .. } | Level::Person { .. } => Ok(0),
        }
    }
}

/// The newest generation is never destroyed.
fn require(retired: bool, name: &KeyName) -> Result<(), KeysError> {
    if retired {
        Ok(())
    } else {
        Err(KeysError::Newest(name.clone()))
    }
}
