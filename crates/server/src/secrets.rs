//! What `identity` keeps secret is sealed under the tenant's key of the tree, and looked up by the tenant's index key.

use std::sync::Arc;

use base::{Environment, Fault, Rng, TenantId};
use crypt::{Context, Plain};
use identity::{Secrets, SecretsError};
use keys::{Keys, KeysError};

/// [`Secrets`] over the key tree.
pub struct KeySecrets {
    /// The tree.
    pub keys: Arc<Keys>,
    /// Bound in, so that nothing opens in another environment.
    pub environment: Environment,
    /// For salts.
    pub rng: Arc<dyn Rng>,
}

impl KeySecrets {
    /// The associated data of a place (`docs/formats/associated-data.md`).
    fn context(&self, tenant: &TenantId, place: &[&str]) -> Context {
        let context = Context::new("identity")
            .text(self.environment.as_str())
            .text(tenant.as_str());
        place
            .iter()
            .fold(context, |context, part| context.text(part))
    }
}

fn failed(error: &KeysError) -> SecretsError {
    SecretsError {
        kind: error.kind(),
        code: error.code(),
        internal: error.to_string(),
    }
}

fn altered(internal: impl ToString) -> SecretsError {
    SecretsError {
        kind: base::ErrorKind::Tampered,
        code: "identity.altered",
        internal: internal.to_string(),
    }
}

impl Secrets for KeySecrets {
    fn seal(
        &self,
        tenant: &TenantId,
        place: &[&str],
        plain: &[u8],
    ) -> Result<Vec<u8>, SecretsError> {
        let key = self
            .keys
            .sealing_key(tenant)
            .map_err(|error| failed(&error))?;
        let context = self.context(tenant, place);
        let mut out = key.generation.to_be_bytes().to_vec();
        out.extend_from_slice(&crypt::sealed::seal(&key.key, &context, plain, &*self.rng));
        Ok(out)
    }

    fn open(
        &self,
        tenant: &TenantId,
        place: &[&str],
        sealed: &[u8],
    ) -> Result<Plain, SecretsError> {
        let (generation, sealed) = sealed
            .split_first_chunk::<4>()
            .ok_or_else(|| altered("a sealed secret was cut short"))?;
        let key = self
            .keys
            .sealing_key_at(tenant, u32::from_be_bytes(*generation))
            .map_err(|error| match error {
                // A generation that never was is as wrong as a changed byte.
                KeysError::MissingGeneration(_) | KeysError::Missing(_) => altered(error),
                other => failed(&other),
            })?;
        crypt::sealed::open(&key.key, &self.context(tenant, place), sealed).map_err(altered)
    }

    fn digest(
        &self,
        tenant: &TenantId,
        field: &'static str,
        value: &[u8],
    ) -> Result<[u8; 32], SecretsError> {
        let key = self
            .keys
            .index_key(tenant)
            .map_err(|error| failed(&error))?;
        let label_len = (field.len() as u64).to_be_bytes();
        let parts = [
            b"strongroom/identity v1".as_slice(),
            &label_len,
            field.as_bytes(),
            value,
        ];
        Ok(crypt::mac::hmac_sha256(&key.key, &parts))
    }
}
