//! The keys of a log, as a need that `keys` fills from above.

use std::sync::Arc;

use base::TenantId;
use crypt::SymmetricKey;
use crypt::sign::Ed25519Key;

/// A log's keys are not to be had: sealed, destroyed, or never made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log keys of tenant {tenant} are not to be had: {why}")]
pub struct KeysMissing {
    /// Whose.
    pub tenant: TenantId,
    /// Why not.
    pub why: String,
}

/// The key that entries are sealed under, and which one of the tenant's it is.
#[derive(Clone, Debug)]
pub struct SealingKey {
    /// Counts up with each rotation; stands beside what is sealed.
    pub generation: u32,
    /// The key.
    pub key: Arc<SymmetricKey>,
}

/// Where the keys of a log come from. Called on every append, so answers come from memory.
pub trait LogKeys: Send + Sync {
    /// The key to seal new entries under.
    ///
    /// # Errors
    /// [`KeysMissing`]; nothing is then appended, and nothing done that would need an entry.
    fn sealing(&self, tenant: &TenantId) -> Result<SealingKey, KeysMissing>;

    /// The key of this generation, to open entries with.
    ///
    /// # Errors
    /// [`KeysMissing`].
    fn opening(&self, tenant: &TenantId, generation: u32)
    -> Result<Arc<SymmetricKey>, KeysMissing>;

    /// The key to sign checkpoints with.
    ///
    /// # Errors
    /// [`KeysMissing`].
    fn signer(&self, tenant: &TenantId) -> Result<Arc<Ed25519Key>, KeysMissing>;

    /// The public half of every key that ever signed for this log, newest first.
    ///
    /// # Errors
    /// [`KeysMissing`].
    fn verifiers(&self, tenant: &TenantId) -> Result<Vec<[u8; 32]>, KeysMissing> {
        Ok(vec![self.signer(tenant)?.public()])
    }
}
