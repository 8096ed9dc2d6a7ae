//! The handle on the key tree: made once, opened at each start.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use base::{Clock, Environment, Instant, Region, Rng, TenantId};
use crypt::SymmetricKey;
use crypt::sign::Rsa4096Key;
use parking_lot::RwLock;
use store::{Db, StoreError, WriteSet};

use crate::cache::Cache;
use crate::root::{Roots, blocking};
use crate::tenant::Tenant;
use crate::{CacheLimits, KeysError, Seal, seal, sql};

/// How often something is tried again when somebody else changed the same key at the same time.
pub(crate) const RACES_MAX: usize = 5;

/// What the key tree is told by the installation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bound into every key.
    pub environment: Environment,
    /// Where new keys are made; bound into them.
    pub region: Region,
    /// How much stays unwrapped.
    pub cache: CacheLimits,
}

/// The key tree. Cheap to clone.
#[derive(Clone)]
pub struct Keys(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) seal: RwLock<Arc<dyn Seal>>,
    pub(crate) roots: RwLock<Arc<Roots>>,
    pub(crate) tenants: RwLock<HashMap<TenantId, Arc<Tenant>>>,
    /// Held while a tenant's keys are read and put in place, so that an older reading never replaces a newer one.
    pub(crate) loading: tokio::sync::Mutex<()>,
    pub(crate) tenants_seen: AtomicU32,
    pub(crate) cache: Cache,
    pub(crate) rsa: tokio::sync::Mutex<HashMap<TenantId, (u32, Arc<Rsa4096Key>)>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

impl Keys {
    /// Make the root key of a new key store, and open it. `db` has the schema of the key store.
    ///
    /// # Errors
    /// [`KeysError::Initialised`] where there is a root already; whatever the backend or the store refuses.
    pub async fn init(
        db: Db,
        backend: Arc<dyn Seal>,
        settings: Settings,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, KeysError> {
        if !db.rows(&sql::ROOTS, vec![]).await?.is_empty() {
            return Err(KeysError::Initialised);
        }
        let set = new_root(&backend, &settings.environment, 1, clock.now(), &rng).await?;
        match db.commit(set).await {
            Ok(_) => {}
            Err(StoreError::Duplicate) => return Err(KeysError::Initialised),
            Err(error) => return Err(error.into()),
        }
        Self::open(db, backend, settings, clock, rng).await
    }

    /// Unseal the root key and open the tree.
    ///
    /// # Errors
    /// [`KeysError::Uninitialised`], [`KeysError::Environment`], [`KeysError::Seal`] where the secret is not the one.
    pub async fn open(
        db: Db,
        backend: Arc<dyn Seal>,
        settings: Settings,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, KeysError> {
        let roots = Roots::load(&db, Arc::clone(&backend), &settings.environment, None).await?;
        let cache = Cache::new(settings.cache);
        Ok(Self(Arc::new(Inner {
            db,
            settings,
            clock,
            rng,
            seal: RwLock::new(backend),
            roots: RwLock::new(Arc::new(roots)),
            tenants: RwLock::default(),
            loading: tokio::sync::Mutex::default(),
            tenants_seen: AtomicU32::new(0),
            cache,
            rsa: tokio::sync::Mutex::default(),
        })))
    }

    /// [`Keys::open`], or [`Keys::init`] where the key store is new.
    ///
    /// # Errors
    /// As both.
    pub async fn open_or_init(
        db: Db,
        backend: Arc<dyn Seal>,
        settings: Settings,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, KeysError> {
        let found = Self::open(
            db.clone(),
            Arc::clone(&backend),
            settings.clone(),
            Arc::clone(&clock),
            Arc::clone(&rng),
        );
        match found.await {
            Err(KeysError::Uninitialised) => {}
            opened => return opened,
        }
        let made = Self::init(
            db.clone(),
            Arc::clone(&backend),
            settings.clone(),
            Arc::clone(&clock),
            Arc::clone(&rng),
        );
        match made.await {
            // Another node that was started at the same time made it first: it is ours too, if our seal opens it.
            Err(KeysError::Initialised) => Self::open(db, backend, settings, clock, rng).await,
            made => made,
        }
    }

    /// Zeroise person keys that nobody used for a while or that were read too long ago. Call it every half minute or so.
    /// Answers how many persons were dropped.
    pub fn sweep(&self) -> usize {
        self.0.cache.sweep(self.now())
    }

    /// Read the roots and the open tenants' keys again, to see what another node rotated. Call it every minute or so.
    ///
    /// # Errors
    /// When the key store or the backend cannot be reached; what was there stays in use.
    pub async fn refresh(&self) -> Result<(), KeysError> {
        self.reload_roots().await?;
        let tenants: Vec<TenantId> = self.0.tenants.read().keys().cloned().collect();
        for tenant in tenants {
            self.reload_tenant(&tenant).await?;
        }
        Ok(())
    }

    /// The environment that is bound into every key.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.0.settings.environment
    }

    pub(crate) fn now(&self) -> Instant {
        self.0.clock.now()
    }

    pub(crate) fn roots(&self) -> Arc<Roots> {
        Arc::clone(&self.0.roots.read())
    }

    pub(crate) fn seal(&self) -> Arc<dyn Seal> {
        Arc::clone(&self.0.seal.read())
    }

    pub(crate) async fn reload_roots(&self) -> Result<(), KeysError> {
        let before = Some(self.roots());
        let roots = Roots::load(&self.0.db, self.seal(), self.environment(), before).await?;
        *self.0.roots.write() = Arc::new(roots);
        Ok(())
    }
}

/// What adds a fresh root key as generation `generation`.
pub(crate) async fn new_root(
    backend: &Arc<dyn Seal>,
    environment: &Environment,
    generation: u32,
    now: Instant,
    rng: &Arc<dyn Rng>,
) -> Result<WriteSet, KeysError> {
    let name = backend.name();
    let sealed = {
        let (backend, rng, environment) =
            (Arc::clone(backend), Arc::clone(rng), environment.clone());
        blocking(move || {
            let root = SymmetricKey::random(&*rng);
            seal::seal(&*backend, &root, &environment, generation, &*rng)
        })
        .await??
    };
    Ok(WriteSet::new().run(
        &sql::ROOT_ADD,
        vec![
            generation.into(),
            environment.as_str().into(),
            name.into(),
            sealed.into(),
            now.into(),
        ],
    ))
}
