//! Sockets: TLS or (for metrics, on loopback) plain; bounded in number and time; drained at the end.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::HeaderMap;
use http_body::Body as _;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::Metrics;
use crate::unread::Unread;

/// Connections at once: each costs about 30 KiB with TLS.
const CONNECTIONS_MAX: usize = 10_000;
/// A handshake that takes longer is hostile or lost.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// A request's head must be there by then (slow loris).
const HEAD_MAX: Duration = Duration::from_secs(15);
/// How long open requests may still run once we are told to stop.
const DRAIN_MAX: Duration = Duration::from_secs(20);

/// Where a request comes from: an extension of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// Why a socket could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct ListenError {
    address: SocketAddr,
    source: std::io::Error,
}

/// An open socket that does not serve yet.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    proxies: Vec<IpAddr>,
}

impl Listener {
    /// Open a socket; port 0 lets the system choose.
    ///
    /// # Errors
    /// When the address is taken or not ours.
    pub async fn open(address: SocketAddr) -> Result<Self, ListenError> {
        let failed = |source| ListenError { address, source };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self {
            socket,
            address,
            proxies: Vec::new(),
        })
    }

    /// Believe these load balancers what they say of who asks: the last address of `X-Forwarded-For`, which is the one that they added.
    #[must_use]
    pub fn believing(mut self, proxies: Vec<IpAddr>) -> Self {
        self.proxies = proxies;
        self
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Serve `router` over TLS until `stop` turns true; then finish what is running.
pub async fn secure(
    listener: Listener,
    tls: Arc<rustls::ServerConfig>,
    router: Router,
    metrics: Arc<Metrics>,
    stop: watch::Receiver<bool>,
) {
    serve(
        listener,
        Some(TlsAcceptor::from(tls)),
        router,
        metrics,
        stop,
    )
    .await;
}

/// Serve `router` without TLS, e.g. metrics on loopback.
pub async fn plain(
    listener: Listener,
    router: Router,
    metrics: Arc<Metrics>,
    stop: watch::Receiver<bool>,
) {
    serve(listener, None, router, metrics, stop).await;
}

async fn serve(
    listener: Listener,
    tls: Option<TlsAcceptor>,
    router: Router,
    metrics: Arc<Metrics>,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let seats = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .max_buf_size(64 << 10)
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(256)
        .max_header_list_size(64 << 10)
        .keep_alive_interval(Duration::from_secs(30));
    let builder = Arc::new(builder);
    let proxies: Arc<[IpAddr]> = listener.proxies.as_slice().into();
    loop {
        let accepted = tokio::select! {
            accepted = listener.socket.accept() => accepted,
            _ = stopped(&mut stop) => break,
        };
        let (stream, peer) = match accepted {
            Ok((stream, peer)) => (stream, Peer(peer.ip().to_canonical())),
            Err(error) => {
                // Out of file descriptors, most likely: let some close.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else {
            drop(stream);
            continue;
        };
        let connection = Connection {
            tls: tls.clone(),
            builder: Arc::clone(&builder),
            router: router.clone(),
            peer,
            proxies: Arc::clone(&proxies),
            watcher: graceful.watcher(),
        };
        let metrics = Arc::clone(&metrics);
        tokio::spawn(async move {
            metrics.connections.inc();
            connection.run(stream).await;
            metrics.connections.dec();
            drop(seat);
        });
    }
    drop(listener);
    // Idle connections close at once; what is answered now is answered to its end.
    if tokio::time::timeout(DRAIN_MAX, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not end in time and were cut");
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A dropped sender means stop as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

struct Connection {
    tls: Option<TlsAcceptor>,
    builder: Arc<Builder<TokioExecutor>>,
    router: Router,
    peer: Peer,
    proxies: Arc<[IpAddr]>,
    watcher: Watcher,
}

impl Connection {
    async fn run(self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        match self.tls.clone() {
            None => self.http(stream).await,
            Some(acceptor) => {
                match tokio::time::timeout(HANDSHAKE_MAX, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => self.http(stream).await,
                    Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
                    Err(_) => tracing::debug!("TLS handshake took too long"),
                }
            }
        }
    }

    async fn http<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: S) {
        let (router, peer) = (self.router.clone(), self.peer);
        let is_proxy = self.proxies.contains(&peer.0);
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = if request.body().is_end_stream() {
                request.map(Body::new)
            } else {
                request.map(|body| Body::new(Unread::new(Body::new(body))))
            };
            let asks = is_proxy.then(|| forwarded(request.headers())).flatten();
            request.extensions_mut().insert(asks.unwrap_or(peer));
            router.clone().oneshot(request)
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        let connection = self.watcher.watch(connection.into_owned());
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection ended early");
        }
    }
}

/// Whom a load balancer asks for. What stands before the last address came with the request, from whoever made it.
fn forwarded(headers: &HeaderMap) -> Option<Peer> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    let address = last.to_str().ok()?.rsplit(',').next()?.trim();
    let address: IpAddr = address.parse().ok()?;
    Some(Peer(address.to_canonical()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_last_address_is_the_proxys_own_word() {
        let said = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", HeaderValue::from_static(line));
            }
            forwarded(&headers).map(|peer| peer.0.to_string())
        };
        assert_eq!(said(&["192.0.2.1"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(
            said(&["192.0.2.9, 192.0.2.1"]).as_deref(),
            Some("192.0.2.1")
        );
        assert_eq!(
            said(&["192.0.2.9", "2001:db8::1"]).as_deref(),
            Some("2001:db8::1")
        );
        assert_eq!(said(&["::ffff:192.0.2.1"]).as_deref(), Some("192.0.2.1"));
        let nothing: [&[&'static str]; 3] = [&[], &[""], &["192.0.2.1, unknown"]];
        for lines in nothing {
            assert_eq!(said(lines), None);
        }
    }
}
