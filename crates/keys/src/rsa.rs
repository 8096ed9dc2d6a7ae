//! The tenant's RSA-4096 key: for what others verify with RSA only. Made when it is first asked for.

use std::sync::Arc;

use base::TenantId;
use crypt::sign::Rsa4096Key;
use store::WriteSet;

use crate::open::{Keys, RACES_MAX};
use crate::root::blocking;
use crate::tenant::Tenant;
use crate::{KeysError, Kind};

impl Keys {
    /// The tenant's newest RSA key; the first call takes seconds to make one.
    ///
    /// # Errors
    /// [`KeysError::Closed`], [`KeysError::Altered`], or the key store cannot be used.
    pub async fn rsa_key(&self, tenant: &TenantId) -> Result<Arc<Rsa4096Key>, KeysError> {
        // Held while a key is made, so that many callers make one key.
        let mut cached = self.0.rsa.lock().await;
        for _ in 0..RACES_MAX {
            let open = self.tenant(tenant).await?;
            if let Ok(held) = open.newest(Kind::RsaSigning) {
                if let Some((generation, key)) = cached.get(tenant)
                    && *generation == held.generation
                {
                    return Ok(Arc::clone(key));
                }
                let name = open.level(Kind::RsaSigning).generation(held.generation);
                let pkcs8 = self.open_held(&open, held)?;
                let key = blocking(move || Rsa4096Key::from_pkcs8(&pkcs8))
                    .await?
                    .map_err(|_| KeysError::Altered(name.clone(), crypt::OpenError::Altered))?;
                if held.public.as_deref() != Some(&key.public_der()) {
                    return Err(KeysError::Altered(name, crypt::OpenError::Altered));
                }
                let key = Arc::new(key);
                cached.insert(tenant.clone(), (held.generation, Arc::clone(&key)));
                return Ok(key);
            }
            let set = self.new_rsa(&open, 1).await?;
            self.0.db.commit(set).await?;
            self.reload_tenant(tenant).await?;
        }
        Err(KeysError::Raced(crate::Level::Tenant {
            tenant: tenant.clone(),
            kind: Kind::RsaSigning,
        }))
    }

    /// What adds a fresh RSA key as `generation`.
    pub(crate) async fn new_rsa(
        &self,
        tenant: &Tenant,
        generation: u32,
    ) -> Result<WriteSet, KeysError> {
        let key = blocking(Rsa4096Key::generate).await?;
        self.add_secret(
            WriteSet::new(),
            tenant,
            Kind::RsaSigning,
            generation,
            &key.to_pkcs8(),
            Some(key.public_der()),
        )
    }
}
