//! Where what must be kept secret is sealed. Declared here, wired in `server` to the key tree; here, so that every area can take one.

use crate::Plain;
use base::{ErrorKind, Fault, TenantId};

/// Why something could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
#[error("{internal}")]
pub struct SecretsError {
    /// What sort of failure.
    pub kind: ErrorKind,
    /// The stable code.
    pub code: &'static str,
    /// For the log: never a value.
    pub internal: String,
}

impl Fault for SecretsError {
    fn kind(&self) -> ErrorKind {
        self.kind
    }

    fn code(&self) -> &'static str {
        self.code
    }

    fn public(&self) -> String {
        "Something went wrong on our side.".to_owned()
    }
}

/// Seals under a tenant's own key (of class `credential`), and makes keyed digests to look things up by.
///
/// `place` names the one place that a secret belongs to, e.g. `["account.password", id]`: it is bound in, so that nothing can
/// be moved.
pub trait Secrets: Send + Sync + 'static {
    /// Seal `plain` for `place`.
    ///
    /// # Errors
    /// When the tenant has no key at hand.
    fn seal(
        &self,
        tenant: &TenantId,
        place: &[&str],
        plain: &[u8],
    ) -> Result<Vec<u8>, SecretsError>;

    /// Open what was sealed for `place`.
    ///
    /// # Errors
    /// When it was altered, belongs elsewhere, or its key is gone.
    fn open(&self, tenant: &TenantId, place: &[&str], sealed: &[u8])
    -> Result<Plain, SecretsError>;

    /// A keyed digest of `value` in the field `field`: equal values have equal digests, and nobody without the key can try
    /// values out.
    ///
    /// # Errors
    /// When the tenant has no key at hand.
    fn digest(
        &self,
        tenant: &TenantId,
        field: &'static str,
        value: &[u8],
    ) -> Result<[u8; 32], SecretsError>;
}
