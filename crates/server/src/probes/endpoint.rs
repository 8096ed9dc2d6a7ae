//! Which socket the checks of transport talk to, and what a client needs to trust it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use govern::tls::{Endpoint, connect};
use rustls::client::verify_server_name;
use rustls::server::ParsedCertificate;
use rustls::version::{TLS12, TLS13};
use rustls::{NamedGroup, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use web::{Listener, Metrics};

use crate::config::Config;
use crate::{Failure, tls};

/// A socket that was opened for the checks.
pub(super) struct Own {
    stop: watch::Sender<bool>,
    _task: JoinHandle<()>,
}

impl Own {
    pub fn stop(&self) {
        let _ = self.stop.send(true);
    }
}

/// The server that runs in this process; else one that answers at the configured address with our certificate; else a socket
/// of our own, with the same settings, certificate and routes, at a port that the system chooses.
pub(super) async fn find(
    config: &Config,
    running: Option<SocketAddr>,
    router: &axum::Router,
    metrics: &Arc<Metrics>,
) -> Result<(Endpoint, Option<Own>), Failure> {
    if let Some(address) = running {
        return Ok((endpoint(config, address)?, None));
    }
    let configured = endpoint(config, config.listen.https)?;
    if config.listen.https.port() != 0
        && let Ok(Ok(_)) = connect(&configured, &[&TLS13, &TLS12]).await
    {
        return Ok((configured, None));
    }
    let listener = Listener::open(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let address = listener.address();
    let server = tls::server(&config.tls.certificate, &config.tls.key)?;
    let (stop, stopping) = watch::channel(false);
    let (router, metrics) = (router.clone(), Arc::clone(metrics));
    let task = tokio::spawn(web::secure(listener, server, router, metrics, stopping));
    let own = Own { stop, _task: task };
    Ok((endpoint(config, address)?, Some(own)))
}

/// The server's settings less the hybrid key exchange.
pub(super) fn without_hybrid(config: &Config) -> Result<Arc<ServerConfig>, Failure> {
    let mut provider = tls::provider();
    provider
        .kx_groups
        .retain(|group| group.name() != NamedGroup::X25519MLKEM768);
    Ok(tls::server_with(
        provider,
        &config.tls.certificate,
        &config.tls.key,
    )?)
}

/// A client of the server at `address`, which trusts its certificate and no other, and the address as its certificate names it.
///
/// # Errors
/// [`Failure`] where the certificate cannot be used.
pub(crate) fn client(
    config: &Config,
    address: SocketAddr,
    patience: Duration,
) -> Result<(reqwest::Client, String), Failure> {
    let endpoint = endpoint(config, address)?;
    let wrong = |error: &dyn std::fmt::Display| Failure::text(error.to_string());
    let tls = rustls::ClientConfig::builder_with_provider(endpoint.provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&error))?
        .with_root_certificates(endpoint.roots)
        .with_no_client_auth();
    let host = endpoint.name.to_str();
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .resolve(&host, endpoint.address)
        .no_proxy()
        .timeout(patience)
        .build()
        .map_err(|error| wrong(&error))?;
    let host = match IpAddr::from_str(&host) {
        Ok(IpAddr::V6(ip)) => format!("[{ip}]"),
        _ => host.into_owned(),
    };
    Ok((client, format!("https://{host}:{}", address.port())))
}

fn endpoint(config: &Config, address: SocketAddr) -> Result<Endpoint, Failure> {
    let chain = certificates(&config.tls.certificate)?;
    let mut roots = RootCertStore::empty();
    let beside = config.tls.certificate.with_file_name("ca.pem");
    let authorities = if beside.exists() {
        certificates(&beside)?
    } else {
        Vec::new()
    };
    for certificate in chain.iter().chain(&authorities) {
        // What cannot be an anchor is none; then the handshake says so.
        let _ = roots.add(certificate.clone());
    }
    Ok(Endpoint {
        address: reachable(address),
        name: name(config, address, chain.first()),
        roots: Arc::new(roots),
        provider: Arc::new(tls::provider()),
    })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let bad =
        |error: rustls_pki_types::pem::Error| Failure::text(format!("{}: {error}", path.display()));
    CertificateDer::pem_file_iter(path)
        .map_err(bad)?
        .collect::<Result<_, _>>()
        .map_err(bad)
}

/// Where a client on this machine finds a server that listens at `address`.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// A name that clients may know the server by: the first that its certificate is for.
fn name(
    config: &Config,
    address: SocketAddr,
    leaf: Option<&CertificateDer<'_>>,
) -> ServerName<'static> {
    let host = config.origin.split(':').next().unwrap_or_default();
    let mut names: Vec<ServerName<'static>> =
        ServerName::try_from(host.to_owned()).into_iter().collect();
    names.push(reachable(address).ip().into());
    names.extend(ServerName::try_from("localhost"));
    let parsed = leaf.and_then(|leaf| ParsedCertificate::try_from(leaf).ok());
    let fits = |name: &&ServerName<'static>| {
        parsed
            .as_ref()
            .is_some_and(|leaf| verify_server_name(leaf, name).is_ok())
    };
    let found = names.iter().find(fits).or_else(|| names.first());
    found.cloned().unwrap_or(ServerName::IpAddress(
        IpAddr::V4(Ipv4Addr::LOCALHOST).into(),
    ))
}
