//! What travels, travels encrypted: `transit.tls` and `transit.hybrid`.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use base::Rng;
use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{NamedGroup, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::{TRANSIT_HYBRID, TRANSIT_TLS};
use crate::tls::{Endpoint, Reply, WEAK_OFFERS, ask, ask_plain, connect, good_offers};
use crate::{Check, Measuring, Outcome, ProbeError, Seen, Wrong};

/// TLS 1.2 or newer, with strong suites only.
pub struct Transit {
    endpoint: Endpoint,
    rng: Arc<dyn Rng>,
}

impl Transit {
    /// The check of this endpoint.
    #[must_use]
    pub fn new(endpoint: Endpoint, rng: Arc<dyn Rng>) -> Self {
        Self { endpoint, rng }
    }

    async fn run(&self, endpoint: &Endpoint) -> Result<Outcome, ProbeError> {
        let mut outcome = Outcome::new();
        let connections = [
            (Seen::Modern, "TLS 1.3", &TLS13),
            (Seen::Older, "TLS 1.2", &TLS12),
        ];
        for (seen, version, which) in connections {
            match connect(endpoint, &[which]).await? {
                Ok(negotiated) => outcome.text(seen, negotiated.to_string()),
                Err(_) => outcome.wrong(Wrong::GoodRefused, version),
            }
        }
        self.ask_for_weak(endpoint, &mut outcome).await?;
        if ask_plain(endpoint.address).await? == Reply::Accepted {
            outcome.wrong(Wrong::Unencrypted, "HTTP");
        }
        Ok(outcome)
    }

    async fn ask_for_weak(
        &self,
        endpoint: &Endpoint,
        outcome: &mut Outcome,
    ) -> Result<(), ProbeError> {
        let server = match &endpoint.name {
            ServerName::DnsName(name) => Some(name.as_ref()),
            _ => None,
        };
        let random = || {
            let mut random = [0; 32];
            self.rng.fill(&mut random);
            random
        };
        // The same hand asks for something good first: were that refused, the refusals below would say nothing.
        let good = good_offers();
        if ask(endpoint.address, server, &good, &random()).await? == Reply::Refused {
            outcome.wrong(Wrong::GoodRefused, good.name);
        }
        let mut refused = Vec::new();
        for offer in WEAK_OFFERS {
            match ask(endpoint.address, server, offer, &random()).await? {
                Reply::Refused => refused.push(offer.name),
                Reply::Accepted if offer.version < 0x0303 => {
                    outcome.wrong(Wrong::OldVersion, offer.name)
                }
                Reply::Accepted => outcome.wrong(Wrong::WeakSuite, offer.name),
            }
        }
        outcome.count(Seen::OffersRefused, refused.len());
        outcome.list(Seen::Offers, refused);
        Ok(())
    }
}

impl Check for Transit {
    fn name(&self) -> &'static str {
        TRANSIT_TLS
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(&self.endpoint))
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(async move {
            let (address, server) = careless().await?;
            let outcome = self
                .run(&Endpoint {
                    address,
                    ..self.endpoint.clone()
                })
                .await;
            server.abort();
            outcome
        })
    }
}

/// A server on loopback that goes along with whatever it is asked for.
async fn careless() -> Result<(SocketAddr, JoinHandle<()>), ProbeError> {
    let (listener, address) = listen().await?;
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 6];
            if stream.read_exact(&mut asked).await.is_err() {
                continue;
            }
            let answer: &[u8] = if asked.first() == Some(&22) {
                // A handshake record that begins a ServerHello; nobody will read on.
                &[22, 3, 1, 0, 40, 2, 0, 0, 36, 3, 1, 0, 0, 0, 0, 0]
            } else {
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            };
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    });
    Ok((address, server))
}

async fn listen() -> Result<(TcpListener, SocketAddr), ProbeError> {
    let failed = |error| ProbeError::new("a server for the drill", error);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// TLS 1.3 with the hybrid post-quantum exchange for clients that know it.
pub struct Hybrid {
    endpoint: Endpoint,
    without: Arc<ServerConfig>,
}

impl Hybrid {
    /// The check of this endpoint. `without`: the same server's settings less the hybrid exchange, for the drill.
    #[must_use]
    pub fn new(endpoint: Endpoint, without: Arc<ServerConfig>) -> Self {
        Self { endpoint, without }
    }

    async fn run(endpoint: &Endpoint) -> Result<Outcome, ProbeError> {
        let knows = |group: NamedGroup| {
            endpoint
                .provider
                .kx_groups
                .iter()
                .any(|known| known.name() == group)
        };
        if !knows(NamedGroup::X25519MLKEM768) || !knows(NamedGroup::X25519) {
            return Err(ProbeError::new(
                "a client for both exchanges",
                "our own cryptography lacks one of them",
            ));
        }
        let mut outcome = Outcome::new();
        match connect(endpoint, &[&TLS13, &TLS12]).await? {
            Ok(negotiated) => {
                let exchange = negotiated
                    .group
                    .map_or_else(|| "unknown".to_owned(), |group| format!("{group:?}"));
                if negotiated.group != Some(NamedGroup::X25519MLKEM768) {
                    outcome.wrong(Wrong::NotHybrid, &exchange);
                }
                outcome.text(Seen::Exchange, exchange);
                outcome.text(Seen::Modern, negotiated.to_string());
            }
            Err(_) => outcome.wrong(Wrong::GoodRefused, "TLS 1.3"),
        }
        Ok(outcome)
    }
}

impl Check for Hybrid {
    fn name(&self) -> &'static str {
        TRANSIT_HYBRID
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(Self::run(&self.endpoint))
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(async move {
            let (listener, address) = listen().await?;
            let acceptor = TlsAcceptor::from(Arc::clone(&self.without));
            let server = tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let _ = acceptor.accept(stream).await;
                }
            });
            let outcome = Self::run(&Endpoint {
                address,
                ..self.endpoint.clone()
            })
            .await;
            server.abort();
            outcome
        })
    }
}
