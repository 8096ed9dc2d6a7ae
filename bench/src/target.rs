//! A server to be measured, as its ready file describes it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::Value;

use crate::Outcome;

/// Where it is and how to get in.
#[derive(Clone, Debug)]
pub struct Target {
    /// `host:port`.
    pub authority: String,
    /// The host, for the certificate's check.
    pub name: ServerName<'static>,
    /// The CA to trust.
    pub ca_file: PathBuf,
    /// A token that may read and write; empty for the bare service.
    pub token: String,
    /// The process.
    pub pid: u32,
}

impl Target {
    /// From a ready file: JSON with `url`, `ca_file`, `tokens` (role -> token) and `pid`.
    ///
    /// # Errors
    /// When the file is missing or lacks one of them.
    pub fn read(file: &Path) -> Outcome<Self> {
        Self::read_as(file, "app")
    }

    /// The same, as who has another role.
    ///
    /// # Errors
    /// As [`Target::read`].
    pub fn read_as(file: &Path, role: &str) -> Outcome<Self> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        let ready: Value = serde_json::from_str(&text)?;
        let word = |pointer: &str| {
            ready
                .pointer(pointer)
                .and_then(Value::as_str)
                .ok_or_else(|| format!("{} has no {pointer}", file.display()))
        };
        let authority = word("/url")?
            .trim_start_matches("https://")
            .trim_end_matches('/')
            .to_owned();
        let host = authority
            .rsplit_once(':')
            .map_or(authority.as_str(), |(host, _)| host)
            .to_owned();
        Ok(Self {
            name: ServerName::try_from(host)?,
            authority,
            ca_file: PathBuf::from(word("/ca_file")?),
            token: word(&format!("/tokens/{role}"))?.to_owned(),
            pid: ready
                .get("pid")
                .and_then(Value::as_u64)
                .and_then(|pid| u32::try_from(pid).ok())
                .ok_or("the ready file has no pid")?,
        })
    }

    /// TLS settings of a client that trusts this target's CA only.
    ///
    /// # Errors
    /// When the CA file is not one.
    pub fn tls(&self) -> Outcome<Arc<rustls::ClientConfig>> {
        let mut roots = rustls::RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(&self.ca_file)? {
            roots.add(certificate?)?;
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}
