//! A tenant's part of the tree that is few and always at hand: its key-encryption keys and its own keys.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use base::{Class, Instant, Region, TenantId};
use crypt::sign::Ed25519Key;
use crypt::{SymmetricKey, wrap};
use store::{Row, Value, WriteSet};

use crate::binding;
use crate::open::{Keys, RACES_MAX};
use crate::root::{Roots, damaged, generation, moment};
use crate::{KeyName, KeysError, Kind, Level, TenantKey, sql};

/// The classes that something is sealed under. Payment data are refused, so they have no key.
pub const CLASSES: [Class; 5] = [
    Class::Public,
    Class::Internal,
    Class::Personal,
    Class::Health,
    Class::Credential,
];

/// The kinds that every tenant has from the start. RSA keys take seconds to make, so they are made on demand.
const KINDS: [Kind; 4] = [
    Kind::Index,
    Kind::LogSealing,
    Kind::LogSigning,
    Kind::Sealing,
];

/// What was read of one tenant. Replaced as a whole when something changed.
pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    /// Stands for the tenant in the cache of this process.
    pub(crate) number: u32,
    pub(crate) keks: Vec<Kek>,
    pub(crate) keys: Vec<Held>,
}

pub(crate) struct Kek {
    pub(crate) region: Region,
    pub(crate) class: Class,
    pub(crate) generation: u32,
    pub(crate) parent: u32,
    pub(crate) made_at: Instant,
    pub(crate) retired_at: Option<Instant>,
    pub(crate) key: Result<Arc<SymmetricKey>, KeysError>,
}

/// One key of the tenant as a whole.
pub(crate) struct Held {
    pub(crate) kind: Kind,
    pub(crate) generation: u32,
    pub(crate) region: Region,
    pub(crate) parent: u32,
    pub(crate) public: Option<Vec<u8>>,
    pub(crate) made_at: Instant,
    pub(crate) retired_at: Option<Instant>,
    /// `None` once the secret half is destroyed.
    pub(crate) wrapped: Option<Vec<u8>>,
    pub(crate) material: Result<Material, KeysError>,
}

#[derive(Clone)]
pub(crate) enum Material {
    Symmetric(Arc<SymmetricKey>),
    Ed25519(Arc<Ed25519Key>),
    /// Unwrapped when it is used: parsing takes milliseconds.
    Rsa,
    Erased,
}

impl Tenant {
    pub(crate) fn kek(&self, region: &str, class: Class, generation: u32) -> Option<&Kek> {
        self.keks.iter().find(|kek| {
            kek.generation == generation && kek.class == class && kek.region.as_str() == region
        })
    }

    pub(crate) fn newest_kek(&self, region: &str, class: Class) -> Option<&Kek> {
        self.keks
            .iter()
            .filter(|kek| kek.class == class && kek.region.as_str() == region)
            .max_by_key(|kek| kek.generation)
    }

    pub(crate) fn newest(&self, kind: Kind) -> Result<&Held, KeysError> {
        self.keys
            .iter()
            .filter(|held| held.kind == kind)
            .max_by_key(|held| held.generation)
            .ok_or_else(|| KeysError::Missing(self.level(kind)))
    }

    pub(crate) fn at(&self, kind: Kind, generation: u32) -> Result<&Held, KeysError> {
        self.keys
            .iter()
            .find(|held| held.kind == kind && held.generation == generation)
            .ok_or_else(|| KeysError::MissingGeneration(self.level(kind).generation(generation)))
    }

    pub(crate) fn level(&self, kind: Kind) -> Level {
        Level::Tenant {
            tenant: self.id.clone(),
            kind,
        }
    }

    pub(crate) fn kek_level(&self, region: &Region, class: Class) -> Level {
        Level::Kek {
            tenant: self.id.clone(),
            region: region.clone(),
            class,
        }
    }

    pub(crate) fn symmetric(&self, held: &Held) -> Result<TenantKey, KeysError> {
        match held.material.clone()? {
            Material::Symmetric(key) => Ok(TenantKey {
                generation: held.generation,
                key,
            }),
            _ => Err(KeysError::MissingGeneration(
                self.level(held.kind).generation(held.generation),
            )),
        }
    }
}

impl Kek {
    pub(crate) fn key(&self) -> Result<&Arc<SymmetricKey>, KeysError> {
        self.key.as_ref().map_err(KeysError::clone)
    }
}

impl Keys {
    /// Load a tenant's keys, and make those that it lacks: durable before this returns. For a tenant that is to exist; call
    /// it at start for each, and when one is made.
    ///
    /// # Errors
    /// When the key store cannot be used, or the keys to hang others under do not open.
    pub async fn open_tenant(&self, tenant: &TenantId) -> Result<(), KeysError> {
        for _ in 0..RACES_MAX {
            let found = self.load_tenant(tenant).await?;
            let set = self.lacking(tenant, found.as_deref())?;
            if set.statements.is_empty() {
                return Ok(());
            }
            // What somebody else made first stays; the next turn reads it.
            self.0.db.commit(set).await?;
        }
        Err(KeysError::Raced(Level::Root))
    }

    /// The tenants that have keys.
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn tenants(&self) -> Result<Vec<TenantId>, KeysError> {
        let rows = self.0.db.rows(&sql::TENANTS, vec![]).await?;
        rows.iter()
            .map(|row| {
                row.text(0)?
                    .parse()
                    .map_err(|_| damaged("a tenant's name is not one"))
            })
            .collect()
    }

    /// The key for blind indexes and record handles. The tenant must be open.
    ///
    /// # Errors
    /// [`KeysError::Closed`], or the key does not open.
    pub fn index_key(&self, tenant: &TenantId) -> Result<TenantKey, KeysError> {
        let tenant = self.opened(tenant)?;
        tenant.symmetric(tenant.newest(Kind::Index)?)
    }

    /// The newest key for the tenant's small secrets. The tenant must be open.
    ///
    /// # Errors
    /// As [`Keys::index_key`].
    pub fn sealing_key(&self, tenant: &TenantId) -> Result<TenantKey, KeysError> {
        let tenant = self.opened(tenant)?;
        tenant.symmetric(tenant.newest(Kind::Sealing)?)
    }

    /// The key of `generation` for the tenant's small secrets.
    ///
    /// # Errors
    /// As [`Keys::index_key`], and [`KeysError::MissingGeneration`].
    pub fn sealing_key_at(
        &self,
        tenant: &TenantId,
        generation: u32,
    ) -> Result<TenantKey, KeysError> {
        let tenant = self.opened(tenant)?;
        tenant.symmetric(tenant.at(Kind::Sealing, generation)?)
    }

    pub(crate) fn opened(&self, tenant: &TenantId) -> Result<Arc<Tenant>, KeysError> {
        self.0
            .tenants
            .read()
            .get(tenant)
            .map(Arc::clone)
            .ok_or_else(|| KeysError::Closed(tenant.clone()))
    }

    /// The tenant as it was read last; read now where it was not.
    pub(crate) async fn tenant(&self, tenant: &TenantId) -> Result<Arc<Tenant>, KeysError> {
        match self.opened(tenant) {
            Ok(tenant) => Ok(tenant),
            Err(_) => self.reload_tenant(tenant).await,
        }
    }

    pub(crate) async fn reload_tenant(&self, tenant: &TenantId) -> Result<Arc<Tenant>, KeysError> {
        self.load_tenant(tenant)
            .await?
            .ok_or_else(|| KeysError::Closed(tenant.clone()))
    }

    /// Read a tenant's keys and put them in place.
    async fn load_tenant(&self, tenant: &TenantId) -> Result<Option<Arc<Tenant>>, KeysError> {
        let _loading = self.0.loading.lock().await;
        let keks = self.0.db.rows(&sql::KEKS, vec![tenant.into()]).await?;
        if keks.is_empty() {
            return Ok(None);
        }
        let keys = self
            .0
            .db
            .rows(&sql::TENANT_KEYS, vec![tenant.into()])
            .await?;

        let mut roots = self.roots();
        for row in &keks {
            if roots.at(generation(row, 3)?).is_none() {
                // Another node rotated the root.
                self.reload_roots().await?;
                roots = self.roots();
                break;
            }
        }
        let number = match self.opened(tenant) {
            Ok(open) => open.number,
            Err(_) => self.0.tenants_seen.fetch_add(1, Ordering::Relaxed),
        };
        let mut loaded = Tenant {
            id: tenant.clone(),
            number,
            keks: Vec::with_capacity(keks.len()),
            keys: Vec::with_capacity(keys.len()),
        };
        for row in &keks {
            let kek = self.read_kek(tenant, &roots, row)?;
            loaded.keks.push(kek);
        }
        for row in keys {
            let held = self.read_held(&loaded, row)?;
            loaded.keys.push(held);
        }
        let loaded = Arc::new(loaded);
        self.0
            .tenants
            .write()
            .insert(tenant.clone(), Arc::clone(&loaded));
        Ok(Some(loaded))
    }

    fn read_kek(&self, tenant: &TenantId, roots: &Roots, row: &Row) -> Result<Kek, KeysError> {
        let region = region(row, 0)?;
        let class = class(row, 1)?;
        let name = Level::Kek {
            tenant: tenant.clone(),
            region: region.clone(),
            class,
        }
        .generation(generation(row, 2)?);
        let parent = generation(row, 3)?;
        let key = roots
            .at(parent)
            .ok_or_else(|| KeysError::Orphan(name.clone()))
            .and_then(|root| root.key())
            .and_then(|root| {
                let context = binding::context(self.environment(), region.as_str(), &name);
                wrap::unwrap_key(root, &context, row.bytes(4)?)
                    .map(Arc::new)
                    .map_err(|error| KeysError::Altered(name.clone(), error))
            });
        warn(&key);
        Ok(Kek {
            region,
            class,
            generation: name.generation,
            parent,
            made_at: Instant::from_micros(row.int(5)?),
            retired_at: moment(row, 6)?,
            key,
        })
    }

    fn read_held(&self, tenant: &Tenant, mut row: Row) -> Result<Held, KeysError> {
        let kind = u8::try_from(row.int(0)?)
            .ok()
            .and_then(Kind::from_code)
            .ok_or_else(|| damaged("a key is of a kind that this release does not know"))?;
        let held = Held {
            kind,
            generation: generation(&row, 1)?,
            region: region(&row, 2)?,
            parent: generation(&row, 4)?,
            made_at: Instant::from_micros(row.int(7)?),
            retired_at: moment(&row, 8)?,
            wrapped: (!row.is_null(5)).then(|| row.take_bytes(5)).transpose()?,
            public: (!row.is_null(6)).then(|| row.take_bytes(6)).transpose()?,
            material: Ok(Material::Erased),
        };
        let material = self.unwrap_held(tenant, &held);
        warn(&material);
        Ok(Held { material, ..held })
    }

    fn unwrap_held(&self, tenant: &Tenant, held: &Held) -> Result<Material, KeysError> {
        let name = tenant.level(held.kind).generation(held.generation);
        if held.wrapped.is_none() {
            return Ok(Material::Erased);
        }
        if held.kind == Kind::RsaSigning {
            return Ok(Material::Rsa);
        }
        let secret = self.open_held(tenant, held)?;
        let altered = || KeysError::Altered(name.clone(), crypt::OpenError::Altered);
        if held.kind != Kind::LogSigning {
            return SymmetricKey::from_slice(&secret)
                .map(|key| Material::Symmetric(Arc::new(key)))
                .ok_or_else(altered);
        }
        let seed = <&[u8; 32]>::try_from(&*secret).map_err(|_| altered())?;
        let key = Ed25519Key::from_seed(seed);
        // The public half lies in the clear, so it is checked against the secret one.
        if held.public.as_deref() != Some(key.public().as_slice()) {
            return Err(altered());
        }
        Ok(Material::Ed25519(Arc::new(key)))
    }

    /// The secret bytes of a tenant's key.
    pub(crate) fn open_held(
        &self,
        tenant: &Tenant,
        held: &Held,
    ) -> Result<crypt::Plain, KeysError> {
        let name = tenant.level(held.kind).generation(held.generation);
        let Some(wrapped) = &held.wrapped else {
            return Err(KeysError::MissingGeneration(name));
        };
        let kek = tenant
            .kek(held.region.as_str(), held.kind.class(), held.parent)
            .ok_or_else(|| KeysError::Orphan(name.clone()))?;
        let context = binding::context(self.environment(), held.region.as_str(), &name);
        wrap::unwrap(kek.key()?, &context, wrapped).map_err(|error| KeysError::Altered(name, error))
    }

    /// What makes the keys that the tenant lacks: first key-encryption keys, then, in another commit, what hangs under them.
    fn lacking(&self, id: &TenantId, tenant: Option<&Tenant>) -> Result<WriteSet, KeysError> {
        let home = &self.0.settings.region;
        let mut set = WriteSet::new();
        for class in CLASSES {
            if tenant.is_none_or(|tenant| tenant.newest_kek(home.as_str(), class).is_none()) {
                set = self.add_kek(set, id, home, class, 1)?;
            }
        }
        let Some(tenant) = tenant.filter(|_| set.statements.is_empty()) else {
            return Ok(set);
        };
        for kind in KINDS {
            if tenant.newest(kind).is_err() {
                set = self.add_tenant_key(set, tenant, kind, 1)?;
            }
        }
        Ok(set)
    }

    /// Add a fresh key-encryption key under the newest root.
    pub(crate) fn add_kek(
        &self,
        set: WriteSet,
        tenant: &TenantId,
        region: &Region,
        class: Class,
        generation: u32,
    ) -> Result<WriteSet, KeysError> {
        let roots = self.roots();
        let root = roots.newest();
        let name = Level::Kek {
            tenant: tenant.clone(),
            region: region.clone(),
            class,
        }
        .generation(generation);
        let context = binding::context(self.environment(), region.as_str(), &name);
        let key = SymmetricKey::random(&*self.0.rng);
        let wrapped = wrap::wrap(root.key()?, &context, key.danger_bytes(), &*self.0.rng);
        Ok(set.run(
            &sql::KEK_ADD,
            vec![
                tenant.into(),
                region.as_str().into(),
                class.into(),
                generation.into(),
                root.generation.into(),
                wrapped.into(),
                self.now().into(),
            ],
        ))
    }

    /// Add a fresh key of `kind` (but RSA) under the newest key-encryption key at home.
    pub(crate) fn add_tenant_key(
        &self,
        set: WriteSet,
        tenant: &Tenant,
        kind: Kind,
        generation: u32,
    ) -> Result<WriteSet, KeysError> {
        let key = SymmetricKey::random(&*self.0.rng);
        let public = (kind == Kind::LogSigning)
            .then(|| Ed25519Key::from_seed(key.danger_bytes()).public().to_vec());
        self.add_secret(set, tenant, kind, generation, key.danger_bytes(), public)
    }

    /// Add `secret` as the key of `kind`.
    pub(crate) fn add_secret(
        &self,
        set: WriteSet,
        tenant: &Tenant,
        kind: Kind,
        generation: u32,
        secret: &[u8],
        public: Option<Vec<u8>>,
    ) -> Result<WriteSet, KeysError> {
        let home = &self.0.settings.region;
        let name: KeyName = tenant.level(kind).generation(generation);
        let kek = tenant
            .newest_kek(home.as_str(), kind.class())
            .ok_or_else(|| KeysError::Missing(tenant.kek_level(home, kind.class())))?;
        let context = binding::context(self.environment(), home.as_str(), &name);
        let wrapped = wrap::wrap(kek.key()?, &context, secret, &*self.0.rng);
        Ok(set.run(
            &sql::TENANT_KEY_ADD,
            vec![
                (&tenant.id).into(),
                kind.code().into(),
                generation.into(),
                home.as_str().into(),
                kind.class().into(),
                kek.generation.into(),
                wrapped.into(),
                public.map_or(Value::Null, Value::Bytes),
                self.now().into(),
            ],
        ))
    }
}

pub(crate) fn class(row: &Row, at: usize) -> Result<Class, KeysError> {
    u8::try_from(row.int(at)?)
        .ok()
        .and_then(Class::from_code)
        .ok_or_else(|| damaged("a key is of a class that this release does not know"))
}

fn region(row: &Row, at: usize) -> Result<Region, KeysError> {
    row.text(at)?
        .parse()
        .map_err(|_| damaged("a region's name is not one"))
}

/// Say at once which key does not open, not only when somebody needs it.
fn warn<T>(key: &Result<T, KeysError>) {
    if let Err(error) = key {
        tracing::error!(%error, "a stored key does not open");
    }
}
