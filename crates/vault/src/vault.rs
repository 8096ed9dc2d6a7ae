//! The vault itself: what every verb needs, wired together once.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use audit::{Action, Entry, Outcome, RecordHandle};
use base::{Ctx, Environment, Handle, Instant, Name, PersonId, Purpose, RecordId, Rng, TenantId};
use crypt::{Context, OpenError, Plain, Secrets};
use jiff::fmt::rfc2822::DateTimePrinter;
use keys::{Keys, KeysError};
use parking_lot::Mutex;
use policy::Allowed;
use store::objects::Objects;
use store::{Committed, Db, StoreError, Value, WriteSet};

use crate::VaultError;
use crate::contract::GUARD_ENDED;
use crate::register::{Collection, Register};

/// Handles of persons kept in memory.
const HANDLES_MAX: usize = 100_000;
/// The name of the guard that an erased person fails.
pub const GUARD_PERSON: &str = "person.active";
/// The name of the guard that what was sealed under a generation which has been replaced fails, or an erased person.
pub(crate) const GUARD_SEALABLE: &str = "person.sealable";
/// The name of the guard that what a legal hold stops fails.
pub(crate) const GUARD_HELD: &str = "hold.none";
/// The name of the guard that a version which is no longer current fails.
pub(crate) const GUARD_VERSION: &str = "record.version";

/// What the vault is made of.
pub struct Parts {
    /// The data database; its journal is the log.
    pub db: Db,
    /// The key tree.
    pub keys: Arc<Keys>,
    /// What may be kept.
    pub register: Arc<Register>,
    /// Where files lie.
    pub objects: Arc<dyn Objects>,
    /// Bound into every seal.
    pub environment: Environment,
    /// Chance.
    pub rng: Arc<dyn Rng>,
    /// What opens the day from which a person decides: a guardian's grant counts until then.
    pub secrets: Arc<dyn Secrets>,
    /// Purposes for which even the tenant's own staff and programs take a person's grant.
    pub by_consent: BTreeSet<Purpose>,
    /// Whether new files are noted for whoever sends them between two recovery points.
    pub notes_unsent: bool,
}

/// Stores and opens what is kept about people. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    parts: Parts,
    handles: Mutex<lru::LruCache<(TenantId, PersonId), Handle>>,
}

impl Vault {
    /// A vault of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let capacity = NonZeroUsize::new(HANDLES_MAX).unwrap_or(NonZeroUsize::MIN);
        Self(Arc::new(Inner {
            parts,
            handles: Mutex::new(lru::LruCache::new(capacity)),
        }))
    }

    /// The data database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.parts.db
    }

    /// The key tree.
    #[must_use]
    pub fn keys(&self) -> &Arc<Keys> {
        &self.0.parts.keys
    }

    /// The register.
    #[must_use]
    pub fn register(&self) -> &Arc<Register> {
        &self.0.parts.register
    }

    /// Where files lie.
    #[must_use]
    pub fn objects(&self) -> &Arc<dyn Objects> {
        &self.0.parts.objects
    }

    /// The environment that is bound into every seal.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.0.parts.environment
    }

    /// Since when a new file waits to be sent.
    pub(crate) fn unsent(&self, now: Instant) -> Value {
        if self.0.parts.notes_unsent {
            now.into()
        } else {
            Value::Null
        }
    }

    pub(crate) fn by_consent(&self) -> &BTreeSet<Purpose> {
        &self.0.parts.by_consent
    }

    pub(crate) fn secrets(&self) -> &dyn Secrets {
        &*self.0.parts.secrets
    }

    pub(crate) fn rng(&self) -> &dyn Rng {
        &*self.0.parts.rng
    }

    pub(crate) fn collection(&self, name: &Name) -> Result<&Arc<Collection>, VaultError> {
        self.0
            .parts
            .register
            .collection(name.as_str())
            .ok_or(VaultError::NoCollection)
    }

    /// The keyed handle of a record's id. The person is inside, so that the same id of two people differs.
    pub(crate) fn rkey(
        &self,
        tenant: &TenantId,
        person: PersonId,
        collection: &Name,
        record: &RecordId,
    ) -> Result<RecordHandle, VaultError> {
        let index = self.keys().index_key(tenant)?;
        let mut value =
            Vec::with_capacity(16 + collection.as_str().len() + 1 + record.as_str().len());
        value.extend_from_slice(person.as_bytes());
        value.extend_from_slice(collection.as_str().as_bytes());
        value.push(0);
        value.extend_from_slice(record.as_str().as_bytes());
        Ok(RecordHandle::from_bytes(crypt::mac::blind_index(
            &index.key, "record", &value,
        )))
    }

    /// What the log calls this person.
    ///
    /// # Errors
    /// [`VaultError::NoPerson`] when there is none, or none any more.
    pub async fn handle(&self, tenant: &TenantId, person: PersonId) -> Result<Handle, VaultError> {
        let key = (tenant.clone(), person);
        if let Some(handle) = self.0.handles.lock().get(&key) {
            return Ok(*handle);
        }
        let handle = self.load_handle(tenant, person).await?;
        self.0.handles.lock().put(key, handle);
        Ok(handle)
    }

    pub(crate) fn learn_handle(&self, tenant: &TenantId, person: PersonId, handle: Handle) {
        self.0.handles.lock().put((tenant.clone(), person), handle);
    }

    pub(crate) fn forget_handle(&self, tenant: &TenantId, person: PersonId) {
        self.0.handles.lock().pop(&(tenant.clone(), person));
    }

    /// The entry of an operation that policy allowed.
    pub(crate) fn entry<T>(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<T>,
        action: Action,
        outcome: Outcome,
    ) -> Result<Entry, VaultError> {
        let entry = Entry::new(ctx, action, outcome)?;
        Ok(match allowed.rule().parse::<Name>() {
            Ok(rule) => entry.policy(&rule),
            Err(_) => entry,
        })
    }

    /// Commit; the guard of an erased person reads as "no such person", that of a legal hold as "held".
    ///
    /// # Errors
    /// [`VaultError::NoPerson`], [`VaultError::Held`], [`VaultError::Ended`]; storage failures.
    pub async fn commit(&self, set: WriteSet) -> Result<Committed, VaultError> {
        match self.db().commit(set).await {
            Ok(committed) => Ok(committed),
            Err(StoreError::Guard(GUARD_PERSON)) => Err(VaultError::NoPerson),
            Err(StoreError::Guard(GUARD_HELD)) => Err(VaultError::Held),
            Err(StoreError::Guard(GUARD_ENDED)) => Err(VaultError::Ended),
            Err(error) => Err(error.into()),
        }
    }

    /// A small secret of the tenant, sealed: generation (4 bytes) and a sealed box.
    pub(crate) fn seal_secret(
        &self,
        tenant: &TenantId,
        place: &Context,
        plain: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let key = self.keys().sealing_key(tenant)?;
        let mut out = key.generation.to_be_bytes().to_vec();
        out.extend_from_slice(&crypt::sealed::seal(&key.key, place, plain, self.rng()));
        Ok(out)
    }

    /// Open what [`Vault::seal_secret`] sealed.
    pub(crate) fn open_secret(
        &self,
        tenant: &TenantId,
        place: &Context,
        sealed: &[u8],
        what: &'static str,
    ) -> Result<Plain, VaultError> {
        let (generation, sealed) = sealed
            .split_first_chunk::<4>()
            .ok_or(VaultError::Damaged(what))?;
        let tampered = |why| VaultError::Tampered {
            what: what.to_owned(),
            class: None,
            why,
        };
        // A generation that never was is as wrong as a changed byte: nothing here was sealed under it.
        let key = self
            .keys()
            .sealing_key_at(tenant, u32::from_be_bytes(*generation))
            .map_err(|error| match error {
                KeysError::MissingGeneration(_) | KeysError::Missing(_) => {
                    tampered(OpenError::Altered)
                }
                other => other.into(),
            })?;
        crypt::sealed::open(&key.key, place, sealed).map_err(tampered)
    }
}

/// The index of the one entry of a commit.
pub(crate) fn only_index(committed: &Committed) -> Result<u64, VaultError> {
    committed
        .log_indexes
        .last()
        .copied()
        .ok_or(VaultError::Damaged("commit without an entry"))
}

/// A moment as HTTP writes it (RFC 9110, IMF-fixdate), e.g. `Mon, 23 Nov 2026 09:30:00 GMT`.
#[must_use]
pub fn http_date(at: Instant) -> String {
    jiff::Timestamp::from_microsecond(at.micros())
        .and_then(|at| DateTimePrinter::new().timestamp_to_rfc9110_string(&at))
        .unwrap_or_default()
}
