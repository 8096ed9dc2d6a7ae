//! The keys of a tenant's log, as `audit` needs them: from memory, because its writer cannot wait.

use std::sync::Arc;

use audit::{KeysMissing, LogKeys, SealingKey};
use base::{Instant, TenantId};
use crypt::SymmetricKey;
use crypt::sign::Ed25519Key;

use crate::open::Keys;
use crate::tenant::Material;
use crate::{KeysError, Kind};

/// The public half of a key that signs, or once signed, the checkpoints of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPublicKey {
    /// Which generation.
    pub generation: u32,
    /// The Ed25519 public key.
    pub public: [u8; 32],
    /// From when.
    pub made_at: Instant,
    /// Until when; `None` for the one that signs now.
    pub retired_at: Option<Instant>,
}

impl Keys {
    /// Every key that ever signed for the tenant's log, newest first; also those whose secret half is destroyed.
    ///
    /// # Errors
    /// [`KeysError::Closed`].
    pub fn log_public_keys(&self, tenant: &TenantId) -> Result<Vec<LogPublicKey>, KeysError> {
        let tenant = self.opened(tenant)?;
        let mut keys = Vec::new();
        for held in tenant.keys.iter().rev() {
            if held.kind != Kind::LogSigning {
                continue;
            }
            let public = held
                .public
                .as_deref()
                .and_then(|public| public.try_into().ok())
                .ok_or_else(|| {
                    KeysError::Altered(
                        tenant.level(held.kind).generation(held.generation),
                        crypt::OpenError::Truncated,
                    )
                })?;
            keys.push(LogPublicKey {
                generation: held.generation,
                public,
                made_at: held.made_at,
                retired_at: held.retired_at,
            });
        }
        Ok(keys)
    }

    fn log_signer(&self, tenant: &TenantId) -> Result<Arc<Ed25519Key>, KeysError> {
        let tenant = self.opened(tenant)?;
        let held = tenant.newest(Kind::LogSigning)?;
        match held.material.clone()? {
            Material::Ed25519(key) => Ok(key),
            _ => Err(KeysError::Missing(tenant.level(Kind::LogSigning))),
        }
    }
}

impl LogKeys for Keys {
    fn sealing(&self, tenant: &TenantId) -> Result<SealingKey, KeysMissing> {
        let sealing = || {
            let open = self.opened(tenant)?;
            open.symmetric(open.newest(Kind::LogSealing)?)
        };
        let key = sealing().map_err(|error| missing(tenant, &error))?;
        Ok(SealingKey {
            generation: key.generation,
            key: key.key,
        })
    }

    fn opening(
        &self,
        tenant: &TenantId,
        generation: u32,
    ) -> Result<Arc<SymmetricKey>, KeysMissing> {
        let opening = || {
            let open = self.opened(tenant)?;
            open.symmetric(open.at(Kind::LogSealing, generation)?)
        };
        let key = opening().map_err(|error| missing(tenant, &error))?;
        Ok(key.key)
    }

    fn signer(&self, tenant: &TenantId) -> Result<Arc<Ed25519Key>, KeysMissing> {
        self.log_signer(tenant)
            .map_err(|error| missing(tenant, &error))
    }

    fn verifiers(&self, tenant: &TenantId) -> Result<Vec<[u8; 32]>, KeysMissing> {
        let keys = self
            .log_public_keys(tenant)
            .map_err(|error| missing(tenant, &error))?;
        Ok(keys.into_iter().map(|key| key.public).collect())
    }
}

fn missing(tenant: &TenantId, error: &KeysError) -> KeysMissing {
    KeysMissing {
        tenant: tenant.clone(),
        why: error.to_string(),
    }
}
