//! A good client: a real handshake with certificate checks.

use std::sync::Arc;

use rustls::{ClientConfig, NamedGroup, ProtocolVersion, SupportedProtocolVersion};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{Endpoint, PATIENCE};
use crate::ProbeError;

/// What client and server agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// The version.
    pub version: ProtocolVersion,
    /// The cipher suite's name.
    pub suite: String,
    /// The key exchange, as far as it is known.
    pub group: Option<NamedGroup>,
}

impl std::fmt::Display for Negotiated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let version = match self.version {
            ProtocolVersion::TLSv1_3 => "TLS 1.3",
            ProtocolVersion::TLSv1_2 => "TLS 1.2",
            _ => "TLS",
        };
        write!(f, "{version}, {}", self.suite)?;
        self.group.map_or(Ok(()), |group| write!(f, ", {group:?}"))
    }
}

/// Connect with one of `versions`. `Ok(Err(why))`: the server (or its certificate) was refused, or refused us.
///
/// # Errors
/// [`ProbeError`] when the address does not answer at all, or our own settings do not make sense.
pub async fn connect(
    endpoint: &Endpoint,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<Result<Negotiated, String>, ProbeError> {
    let config = ClientConfig::builder_with_provider(Arc::clone(&endpoint.provider))
        .with_protocol_versions(versions)
        .map_err(|error| ProbeError::new("a client's settings", error))?
        .with_root_certificates(Arc::clone(&endpoint.roots))
        .with_no_client_auth();
    let stream = timeout(PATIENCE, TcpStream::connect(endpoint.address))
        .await
        .map_err(|_| ProbeError::new("connecting", "no answer"))?
        .map_err(|error| ProbeError::new("connecting", error))?;
    let handshake = TlsConnector::from(Arc::new(config)).connect(endpoint.name.clone(), stream);
    let stream = match timeout(PATIENCE, handshake).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Ok(Err(error.to_string())),
        Err(_) => return Ok(Err("no answer".to_owned())),
    };
    let (_, connection) = stream.get_ref();
    let suite = connection
        .negotiated_cipher_suite()
        .map(|suite| format!("{:?}", suite.suite()));
    Ok(match (connection.protocol_version(), suite) {
        (Some(version), Some(suite)) => {
            let group = connection
                .negotiated_key_exchange_group()
                .map(|group| group.name());
            Ok(Negotiated {
                version,
                suite,
                group,
            })
        }
        _ => Err("the handshake did not finish".to_owned()),
    })
}
