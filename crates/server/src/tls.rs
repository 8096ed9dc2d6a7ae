//! TLS: 1.3 with the hybrid post-quantum exchange first, 1.2 with forward secrecy and AEAD only; nothing older.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A PEM file cannot be used.
    #[error(
        "{path}: {message}\nhint: tls.certificate and tls.key name PEM files (PKCS#8 for the key)"
    )]
    Pem {
        /// Which.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// Certificate and key do not fit, or are of a kind that we do not take.
    #[error("the certificate cannot be used: {0}")]
    Rustls(#[from] rustls::Error),
    /// The development CA could not be made.
    #[error("the development CA could not be made: {0}")]
    DevelopmentCa(String),
}

/// Cipher suites and key exchanges that are offered, strongest first.
#[must_use]
pub fn provider() -> CryptoProvider {
    use rustls::crypto::aws_lc_rs::{cipher_suite as suite, default_provider, kx_group};
    CryptoProvider {
        cipher_suites: vec![
            suite::TLS13_AES_256_GCM_SHA384,
            suite::TLS13_CHACHA20_POLY1305_SHA256,
            suite::TLS13_AES_128_GCM_SHA256,
            suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
            suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ],
        kx_groups: vec![
            kx_group::X25519MLKEM768,
            kx_group::X25519,
            kx_group::SECP256R1,
            kx_group::SECP384R1,
        ],
        ..default_provider()
    }
}

/// The server's side, with the certificate and key in these files.
///
/// # Errors
/// [`TlsError`].
pub fn server(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    server_with(provider(), certificate, key)
}

/// [`server`] with other cipher suites and key exchanges: what a drill needs.
///
/// # Errors
/// [`TlsError`].
pub(crate) fn server_with(
    provider: CryptoProvider,
    certificate: &Path,
    key: &Path,
) -> Result<Arc<ServerConfig>, TlsError> {
    let pem = |path: &Path, error: &dyn std::fmt::Display| TlsError::Pem {
        path: path.to_owned(),
        message: error.to_string(),
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .map_err(|error| pem(certificate, &error))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| pem(certificate, &error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| pem(key, &error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // A read or a write acts each time it is played: no 0-RTT.
    config.max_early_data_size = 0;
    config.ignore_client_order = true;
    Ok(Arc::new(config))
}

/// The client's side, trusting the CA in this file.
///
/// # Errors
/// [`TlsError`].
pub fn client(ca: &Path) -> Result<rustls::ClientConfig, TlsError> {
    let pem = |error: &dyn std::fmt::Display| TlsError::Pem {
        path: ca.to_owned(),
        message: error.to_string(),
    };
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca).map_err(|error| pem(&error))? {
        roots.add(certificate.map_err(|error| pem(&error))?)?;
    }
    trusting(roots)
}

/// The client's side, trusting nobody: for what is spoken to without TLS, on this machine.
///
/// # Errors
/// Never in practice.
pub fn client_of_nobody() -> Result<rustls::ClientConfig, TlsError> {
    trusting(rustls::RootCertStore::empty())
}

fn trusting(roots: rustls::RootCertStore) -> Result<rustls::ClientConfig, TlsError> {
    Ok(
        rustls::ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_root_certificates(roots)
            .with_no_client_auth(),
    )
}

/// What a development CA leaves in a folder: `ca.pem`, `server.pem`, `server.key`. The CA's own key is not kept.
///
/// # Errors
/// [`TlsError::DevelopmentCa`].
pub fn development_ca(folder: &Path) -> Result<(), TlsError> {
    let failed = |error: &dyn std::fmt::Display| TlsError::DevelopmentCa(error.to_string());
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params
        .distinguished_name
        .push(DnType::CommonName, "Strongroom development CA");
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_key = KeyPair::generate().map_err(|error| failed(&error))?;
    let ca = CertifiedIssuer::self_signed(params, ca_key).map_err(|error| failed(&error))?;

    let names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
    ];
    let mut params = CertificateParams::new(names).map_err(|error| failed(&error))?;
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let key = KeyPair::generate().map_err(|error| failed(&error))?;
    let server = params
        .signed_by(&key, &ca)
        .map_err(|error| failed(&error))?;

    let write = |name: &str, text: &str| {
        crate::private::write(&folder.join(name), text.as_bytes()).map_err(|error| failed(&error))
    };
    write("ca.pem", &ca.pem())?;
    write("server.pem", &server.pem())?;
    write("server.key", &key.serialize_pem())
}
