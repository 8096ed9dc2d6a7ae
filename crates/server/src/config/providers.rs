//! The part of the configuration that says to which other providers people can have their resources sent. Nobody else is ever sent anything.

use std::path::PathBuf;

use base::TenantId;
use serde::Deserialize;

use super::ConfigError;

/// Characters of a provider's name for people.
const TITLE_CHARS_MAX: usize = 80;
/// Bytes of an address.
const URL_BYTES_MAX: usize = 300;

/// A provider who speaks FHIR R4.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// What people call them.
    pub title: String,
    /// The address of their FHIR interface, without a slash at its end.
    pub url: String,
    /// The CA that signed their server's certificate.
    pub ca_file: PathBuf,
    /// The token that they gave us, to be sent with each request.
    pub token_file: PathBuf,
    /// The tenants whose people can choose them; empty for all.
    #[serde(default)]
    pub tenants: Vec<TenantId>,
}

impl Provider {
    pub(super) fn check(&self, tenants: &[TenantId]) -> Result<(), ConfigError> {
        let value = |message: &str| {
            Err(ConfigError::Value {
                key: "providers",
                message: message.to_owned(),
            })
        };
        let title = self.title.trim();
        if title.is_empty()
            || title.chars().count() > TITLE_CHARS_MAX
            || title.chars().any(char::is_control)
        {
            return value("a title has 1 to 80 characters and no line breaks");
        }
        let place = self.url.strip_prefix("https://").unwrap_or("");
        if place.is_empty()
            || self.url.len() > URL_BYTES_MAX
            || self.url.ends_with('/')
            || place.contains(['?', '#', '@', ' '])
        {
            return value(
                "an address such as \"https://records.example/fhir\", without a name, a query or a slash at its end",
            );
        }
        if self.tenants.iter().any(|it| !tenants.contains(it)) {
            return value("each of a provider's tenants is one of `tenants`");
        }
        Ok(())
    }

    /// Whether a tenant's people can choose them.
    #[must_use]
    pub fn serves(&self, tenant: &TenantId) -> bool {
        self.tenants.is_empty() || self.tenants.contains(tenant)
    }

    /// SHA-256 of the address: what the log says of them.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        crypt::hash::sha256(&[self.url.as_bytes()])
    }
}
