//! The TLS checks against real servers: ours as it should be, the same weakened, and an old hand's where OpenSSL is there.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base::SeededRng;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{NamedGroup, RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::checks::{Hybrid, Transit};
use crate::tls::{Endpoint, WEAK_OFFERS};
use crate::{Check, Outcome, Wrong};

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn without_hybrid() -> Arc<CryptoProvider> {
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    provider
        .kx_groups
        .retain(|group| group.name() == NamedGroup::X25519);
    Arc::new(provider)
}

/// A certificate for localhost that vouches for itself.
struct Identity(rcgen::CertifiedKey<rcgen::KeyPair>);

impl Identity {
    fn new() -> Self {
        Self(rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate"))
    }

    fn config(
        &self,
        provider: Arc<CryptoProvider>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::try_from(self.0.signing_key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![self.0.cert.der().clone()], key)
            .expect("a certificate");
        Arc::new(config)
    }

    fn endpoint(&self, address: SocketAddr) -> Endpoint {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.cert.der().clone()).expect("a root");
        Endpoint {
            address,
            name: ServerName::try_from("localhost").expect("a name"),
            roots: Arc::new(roots),
            provider: provider(),
        }
    }
}

async fn serve(config: Arc<ServerConfig>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let acceptor = TlsAcceptor::from(config);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move { acceptor.accept(stream).await });
        }
    });
    address
}

async fn transit(endpoint: Endpoint) -> Outcome {
    Transit::new(endpoint, Arc::new(SeededRng::new(1)))
        .measure()
        .await
        .expect("measured")
}

#[tokio::test]
async fn our_server_holds_and_a_careless_one_does_not() {
    let identity = Identity::new();
    let address = serve(identity.config(provider(), rustls::ALL_VERSIONS)).await;
    let check = Transit::new(identity.endpoint(address), Arc::new(SeededRng::new(1)));
    let outcome = check.measure().await.expect("measured");
    assert!(outcome.held(), "{outcome:?}");
    assert!(format!("{outcome:?}").contains("X25519MLKEM768"));
    let drill = check.drill().await.expect("drilled");
    for wrong in [
        Wrong::OldVersion,
        Wrong::WeakSuite,
        Wrong::Unencrypted,
        Wrong::GoodRefused,
    ] {
        assert!(drill.has(wrong), "{wrong:?}: {drill:?}");
    }
    let accepted = drill
        .problems
        .iter()
        .filter(|problem| problem.wrong != Wrong::GoodRefused)
        .count();
    assert_eq!(accepted, WEAK_OFFERS.len() + 1);
}

#[tokio::test]
async fn a_server_without_tls_1_2_or_with_a_strangers_certificate_is_seen() {
    let identity = Identity::new();
    let address = serve(identity.config(provider(), &[&rustls::version::TLS13])).await;
    assert!(
        transit(identity.endpoint(address))
            .await
            .has(Wrong::GoodRefused)
    );

    let address = serve(Identity::new().config(provider(), rustls::ALL_VERSIONS)).await;
    assert!(
        transit(identity.endpoint(address))
            .await
            .has(Wrong::GoodRefused)
    );
}

#[tokio::test]
async fn a_server_without_the_hybrid_exchange_is_seen() {
    let identity = Identity::new();
    let without = identity.config(without_hybrid(), rustls::ALL_VERSIONS);
    let address = serve(identity.config(provider(), rustls::ALL_VERSIONS)).await;
    let check = Hybrid::new(identity.endpoint(address), Arc::clone(&without));
    let outcome = check.measure().await.expect("measured");
    assert!(outcome.held(), "{outcome:?}");
    assert!(check.drill().await.expect("drilled").has(Wrong::NotHybrid));

    let weak = Hybrid::new(
        identity.endpoint(serve(Arc::clone(&without)).await),
        without,
    );
    assert!(
        weak.measure()
            .await
            .expect("measured")
            .has(Wrong::NotHybrid)
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_result() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let check = Transit::new(
        Identity::new().endpoint(address),
        Arc::new(SeededRng::new(1)),
    );
    check.measure().await.expect_err("nobody there");
}

/// Ends the server with the test.
struct Foreign(Child);

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// OpenSSL's server, told to be as weak as it can: not our code on either side of the wire.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_server_is_seen() {
    let identity = Identity::new();
    let folder = tempfile::tempdir().expect("a folder");
    let (cert, key) = (
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    std::fs::write(&cert, identity.0.cert.pem()).expect("written");
    std::fs::write(&key, identity.0.signing_key.serialize_pem()).expect("written");
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let address = free.local_addr().expect("an address");
    drop(free);
    let started = Command::new("openssl")
        .args([
            "s_server",
            "-quiet",
            "-cipher",
            "ALL:eNULL:aNULL:@SECLEVEL=0",
            "-accept",
        ])
        .arg(address.port().to_string())
        .arg("-cert")
        .arg(&cert)
        .arg("-key")
        .arg(&key)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(child) = started else {
        eprintln!("skipped: there is no openssl here");
        return;
    };
    let _server = Foreign(child);
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let outcome = transit(identity.endpoint(address)).await;
    assert!(!outcome.has(Wrong::GoodRefused), "{outcome:?}");
    assert!(outcome.has(Wrong::WeakSuite), "{outcome:?}");
    let named: Vec<_> = outcome
        .problems
        .iter()
        .map(|problem| problem.at.as_str())
        .collect();
    assert!(
        named.contains(&"TLS 1.1")
            && named.contains(&"TLS 1.0")
            && named.contains(&"CBC with SHA-1"),
        "{named:?}"
    );
}
