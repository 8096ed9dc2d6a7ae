//! TLS to the server, by the library that everything else uses: the certificate is verified, and that it names the host.
//!
//! Invariant: what is said to another machine is encrypted, unless somebody said in so many words that it shall not be.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use base::Secret;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::{Config, Socket};
use tokio_rustls::TlsConnector;
use tokio_rustls::client;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::{InvalidDnsNameError, ServerName};

use crate::StoreError;

/// How connections are protected.
#[derive(Clone, Default)]
pub enum PostgresTls {
    /// Not at all, so only on this machine: loopback or a Unix socket.
    #[default]
    ThisMachine,
    /// Not at all, wherever the server is.
    DangerPlain,
    /// By TLS, trusting whom this configuration trusts; the certificate names the host. A Unix socket needs none.
    Verified(Arc<ClientConfig>),
}

/// Where a server is, how to get in, and how the way there is protected. Never printed.
#[derive(Clone)]
pub struct PostgresUrl {
    url: Arc<Secret<String>>,
    tls: PostgresTls,
}

impl PostgresUrl {
    /// A libpq connection string or URL.
    #[must_use]
    pub fn new(url: Secret<String>, tls: PostgresTls) -> Self {
        Self {
            url: Arc::new(url),
            tls,
        }
    }

    /// The text, with its password.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.url.expose()
    }

    /// What the driver is told, and with what it protects the connection.
    pub(super) fn config(&self) -> Result<(Config, Option<Rustls>), StoreError> {
        // The driver's reason may quote a piece of the text, and so of the password.
        let mut config: Config = self.expose().parse().map_err(|_| {
            StoreError::Unavailable("the PostgreSQL URL cannot be understood".into())
        })?;
        let wants = config.get_ssl_mode() == SslMode::Require;
        let tls = match &self.tls {
            PostgresTls::ThisMachine if !is_here(&config) => {
                return Err(StoreError::Unavailable(
                    "the PostgreSQL server is on another machine, and what is said to it would not be encrypted: \
                     name who signed its certificate (`ca_file`), or say `tls = \"off\"` where the way there is encrypted otherwise"
                        .into(),
                ));
            }
            PostgresTls::ThisMachine | PostgresTls::DangerPlain if wants => {
                return Err(StoreError::Unavailable(
                    "the PostgreSQL URL wants TLS (sslmode=require): name who signed the server's certificate (`ca_file`)"
                        .into(),
                ));
            }
            PostgresTls::ThisMachine | PostgresTls::DangerPlain => None,
            PostgresTls::Verified(_) if is_socket(&config) => None,
            PostgresTls::Verified(trust) => Some(Rustls(Arc::clone(trust))),
        };
        config.ssl_mode(if tls.is_some() {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        Ok((config, tls))
    }
}

impl From<Secret<String>> for PostgresUrl {
    fn from(url: Secret<String>) -> Self {
        Self::new(url, PostgresTls::ThisMachine)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresUrl")
    }
}

/// Whether every host is a Unix socket.
fn is_socket(config: &Config) -> bool {
    let hosts = config.get_hosts();
    hosts.iter().all(|it| matches!(it, Host::Unix(_))) && config.get_hostaddrs().is_empty()
}

/// Whether nobody between hears what is said to any of the hosts.
fn is_here(config: &Config) -> bool {
    let addresses = config.get_hostaddrs();
    if !addresses.is_empty() {
        return addresses.iter().all(IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
        }
    })
}

/// Makes a connection TLS.
#[derive(Clone)]
pub(super) struct Rustls(Arc<ClientConfig>);

impl MakeTlsConnect<Socket> for Rustls {
    type Stream = Encrypted;
    type TlsConnect = Named;
    type Error = InvalidDnsNameError;

    fn make_tls_connect(&mut self, host: &str) -> Result<Named, InvalidDnsNameError> {
        Ok(Named {
            connector: TlsConnector::from(Arc::clone(&self.0)),
            host: ServerName::try_from(host.to_owned())?,
        })
    }
}

/// The same for one host, whose certificate must name it.
pub(super) struct Named {
    connector: TlsConnector,
    host: ServerName<'static>,
}

impl TlsConnect<Socket> for Named {
    type Stream = Encrypted;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move {
            let stream = self.connector.connect(self.host, socket).await?;
            Ok(Encrypted(Box::new(stream)))
        })
    }
}

/// A connection in TLS.
pub(super) struct Encrypted(Box<client::TlsStream<Socket>>);

impl TlsStream for Encrypted {
    /// None: whom we speak to is verified by the certificate and its name.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str, tls: PostgresTls) -> Result<SslMode, StoreError> {
        let url = PostgresUrl::new(Secret::new(url.to_owned()), tls);
        url.config().map(|(config, _)| config.get_ssl_mode())
    }

    #[test]
    fn nothing_is_said_in_clear_beyond_this_machine() {
        for here in [
            "postgresql://a@localhost/b",
            "postgresql://a@127.0.0.1:5433/b",
            "postgresql://a@[::1]/b",
            "postgresql:///b?host=/var/run/postgresql",
            "postgresql://a@db.example/b?hostaddr=127.0.0.1",
        ] {
            let mode = at(here, PostgresTls::ThisMachine);
            assert_eq!(mode.unwrap(), SslMode::Disable, "{here}");
        }
        for there in [
            "postgresql://a@db.example/b",
            "postgresql://a@10.77.0.1/b",
            "postgresql://a@localhost,db.example/b",
            "postgresql://a@localhost/b?hostaddr=10.0.0.1",
            "postgresql://a@127.0.0.1.example/b",
            "host=db.example user=a",
        ] {
            let refused = at(there, PostgresTls::ThisMachine).unwrap_err();
            assert!(refused.to_string().contains("ca_file"), "{refused}");
            let allowed = at(there, PostgresTls::DangerPlain);
            assert_eq!(allowed.unwrap(), SslMode::Disable, "{there}");
        }
        for plain in [PostgresTls::ThisMachine, PostgresTls::DangerPlain] {
            assert!(at("postgresql://a@localhost/b?sslmode=require", plain).is_err());
        }
    }
}
