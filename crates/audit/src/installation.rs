//! Which installation's logs these are.

use base::{Environment, TenantId};

/// The names that stand in every log of one installation. They never change: a log is its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Where the logs are served, without a scheme, e.g. `strongroom.example`: the first part of every log's name.
    pub host: Box<str>,
    /// Bound into what is sealed, so that a copy of production does not open in a test.
    pub environment: Environment,
}

impl Installation {
    /// The name of a tenant's log, e.g. `strongroom.example/log/acme`: host, then the path it is served at.
    #[must_use]
    pub fn origin(&self, tenant: &TenantId) -> String {
        format!("{}/log/{tenant}", self.host)
    }
}
