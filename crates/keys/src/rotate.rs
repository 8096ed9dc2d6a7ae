//! New generations. What hangs under the old one stays where it is until it is re-wrapped.

use base::{Class, PersonId, Region, TenantId};
use crypt::{SymmetricKey, wrap};
use store::{StoreError, WriteSet};

use crate::binding;
use crate::open::{Keys, new_root};
use crate::person::Packed;
use crate::{KeysError, Kind, Level, sql};

/// The guard that fails when somebody else rotated the same key first.
const RACE: &str = "newest key";

impl Keys {
    /// Make a new generation of `level`, from now on the one to wrap, seal or sign with. Answers its number.
    ///
    /// Re-wrap afterwards ([`Keys::rewrap`]), then destroy the old generation ([`Keys::destroy`]). A new person key leaves the
    /// old one for what is sealed under it; see [`Keys::retire_person_generation`].
    ///
    /// # Errors
    /// [`KeysError::NotRotatable`], [`KeysError::Missing`], [`KeysError::Raced`].
    pub async fn rotate(&self, level: &Level) -> Result<u32, KeysError> {
        match level {
            Level::Root => self.rotate_root().await,
            Level::Kek {
                tenant,
                region,
                class,
            } => self.rotate_kek(tenant, region, *class).await,
            Level::Tenant { tenant, kind } => self.rotate_tenant_key(tenant, *kind).await,
            Level::Person {
                tenant,
                person,
                class,
            } => self.rotate_person(tenant, *person, *class).await,
        }
    }

    async fn rotate_root(&self) -> Result<u32, KeysError> {
        self.reload_roots().await?;
        let (old, backend, now) = (self.roots().newest().generation, self.seal(), self.now());
        let next = old + 1;
        let retire =
            WriteSet::new().run_expecting(&sql::ROOT_RETIRE, vec![now.into(), old.into()], 1, RACE);
        let add = new_root(&backend, self.environment(), next, now, &self.0.rng).await?;
        self.commit_rotation(join(retire, add), &Level::Root)
            .await?;
        self.reload_roots().await?;
        Ok(next)
    }

    async fn rotate_kek(
        &self,
        tenant: &TenantId,
        region: &Region,
        class: Class,
    ) -> Result<u32, KeysError> {
        // Under the newest root, as it is now.
        self.reload_roots().await?;
        let open = self.reload_tenant(tenant).await?;
        let level = open.kek_level(region, class);
        let old = open
            .newest_kek(region.as_str(), class)
            .ok_or_else(|| KeysError::Missing(level.clone()))?
            .generation;
        let retire = WriteSet::new().run_expecting(
            &sql::KEK_RETIRE,
            vec![
                self.now().into(),
                tenant.into(),
                region.as_str().into(),
                class.into(),
                old.into(),
            ],
            1,
            RACE,
        );
        let add = self.add_kek(WriteSet::new(), tenant, region, class, old + 1)?;
        self.commit_rotation(join(retire, add), &level).await?;
        self.reload_tenant(tenant).await?;
        Ok(old + 1)
    }

    async fn rotate_tenant_key(&self, tenant: &TenantId, kind: Kind) -> Result<u32, KeysError> {
        if !can_rotate(kind) {
            return Err(KeysError::NotRotatable(kind));
        }
        let open = self.reload_tenant(tenant).await?;
        let old = open.newest(kind)?.generation;
        let retire = WriteSet::new().run_expecting(
            &sql::TENANT_KEY_RETIRE,
            vec![
                self.now().into(),
                tenant.into(),
                kind.code().into(),
                old.into(),
            ],
            1,
            RACE,
        );
        let add = if kind == Kind::RsaSigning {
            self.new_rsa(&open, old + 1).await?
        } else {
            self.add_tenant_key(WriteSet::new(), &open, kind, old + 1)?
        };
        self.commit_rotation(join(retire, add), &open.level(kind))
            .await?;
        self.reload_tenant(tenant).await?;
        Ok(old + 1)
    }

    async fn rotate_person(
        &self,
        tenant: &TenantId,
        person: PersonId,
        class: Class,
    ) -> Result<u32, KeysError> {
        let open = self.reload_tenant(tenant).await?;
        self.forget(tenant, person);
        let old = self.ring(tenant, person).await?.newest(class)?.generation;
        let level = open.person_level(person, class);
        let home = &self.0.settings.region;
        let kek = open
            .newest_kek(home.as_str(), class)
            .ok_or_else(|| KeysError::Missing(open.kek_level(home, class)))?;
        let name = level.clone().generation(old + 1);
        let context = binding::context(self.environment(), home.as_str(), &name);
        let key = SymmetricKey::random(&*self.0.rng);
        let mut packed = Packed::default();
        packed.push(
            person,
            &wrap::wrap(kek.key()?, &context, key.danger_bytes(), &*self.0.rng),
        );
        let set = WriteSet::new().run_expecting(
            &sql::PERSON_KEYS_ADD,
            self.add_params(&open, packed, class, old + 1, kek.generation),
            1,
            RACE,
        );
        self.commit_rotation(set, &level).await?;
        self.forget(tenant, person);
        Ok(old + 1)
    }

    async fn commit_rotation(&self, set: WriteSet, level: &Level) -> Result<(), KeysError> {
        match self.0.db.commit(set).await {
            Ok(_) => Ok(()),
            Err(StoreError::Guard(_) | StoreError::Duplicate) => {
                Err(KeysError::Raced(level.clone()))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What the index key made is found with the same key only; what the others made names its generation.
const fn can_rotate(kind: Kind) -> bool {
    match kind {
        Kind::LogSealing | Kind::LogSigning | Kind::RsaSigning | Kind::Sealing => true,
        Kind::Index => false,
    }
}

/// Both, in order, and each statement of the second must do what it says.
fn join(mut first: WriteSet, second: WriteSet) -> WriteSet {
    for mut statement in second.statements {
        statement.expect = store::Expect::Rows(1, RACE);
        first.statements.push(statement);
    }
    first
}
