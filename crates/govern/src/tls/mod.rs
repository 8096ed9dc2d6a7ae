//! Talks TLS to an endpoint: as a good client through rustls, and as a bad one with hand-made bytes.

mod ask;
mod connect;
mod hello;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;

pub use ask::{Reply, ask, ask_plain};
pub use connect::{Negotiated, connect};
pub use hello::{Offer, WEAK_OFFERS, good_offers};

/// A server that hangs is as good as none.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// A TLS server, and what a client needs to trust it.
#[derive(Clone)]
pub struct Endpoint {
    /// Where it listens.
    pub address: SocketAddr,
    /// The name that its certificate must be for.
    pub name: ServerName<'static>,
    /// Whom a client trusts.
    pub roots: Arc<RootCertStore>,
    /// The client's cryptography.
    pub provider: Arc<CryptoProvider>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("address", &self.address)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
