//! One kept-alive HTTP/1.1 connection over TLS.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HeaderValue;
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::Outcome;
use crate::target::Target;

/// What a request carries: one chunk, sent `times` times.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    chunk: Bytes,
    times: u64,
}

impl Payload {
    /// These bytes once.
    #[must_use]
    pub fn once(chunk: impl Into<Bytes>) -> Self {
        let chunk = chunk.into();
        Self {
            times: u64::from(!chunk.is_empty()),
            chunk,
        }
    }

    /// The chunk again and again, without holding it all in memory.
    #[must_use]
    pub const fn repeated(chunk: Bytes, times: u64) -> Self {
        Self { chunk, times }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.times == 0 {
            return Poll::Ready(None);
        }
        self.times -= 1;
        Poll::Ready(Some(Ok(Frame::data(self.chunk.clone()))))
    }

    fn is_end_stream(&self) -> bool {
        self.times == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.chunk.len() as u64 * self.times)
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Bytes of the body.
    pub length: u64,
    /// The body's beginning, at most [`KEPT_BYTES_MAX`].
    pub body: Vec<u8>,
}

impl Answer {
    /// Status, size and the beginning of the body, for a complaint.
    #[must_use]
    pub fn beginning(&self) -> String {
        let beginning = self
            .body
            .get(..self.body.len().min(300))
            .unwrap_or_default();
        format!(
            "{} with {} bytes: {}",
            self.status,
            self.length,
            String::from_utf8_lossy(beginning)
        )
    }
}

/// What is kept of a body: enough for any answer but a file's.
pub const KEPT_BYTES_MAX: usize = 1 << 20;

/// The connection.
pub struct Client {
    send: SendRequest<Payload>,
    authority: HeaderValue,
    authorization: Option<HeaderValue>,
    kept_bytes_max: usize,
    purpose: HeaderValue,
}

impl Client {
    /// Connect and shake hands.
    ///
    /// # Errors
    /// When the server is not there or is not who its CA says.
    pub async fn connect(target: &Target, tls: Arc<rustls::ClientConfig>) -> Outcome<Self> {
        let stream = TcpStream::connect(&target.authority).await?;
        stream.set_nodelay(true)?;
        let stream = TlsConnector::from(tls)
            .connect(target.name.clone(), stream)
            .await?;
        let (send, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            // A connection that breaks shows up as a failed request.
            drop(connection.await);
        });
        let authorization = match target.token.as_str() {
            "" => None,
            token => Some(HeaderValue::from_str(&format!("Bearer {token}"))?),
        };
        Ok(Self {
            send,
            authority: HeaderValue::from_str(&target.authority)?,
            authorization,
            kept_bytes_max: KEPT_BYTES_MAX,
            purpose: HeaderValue::from_static("TREAT"),
        })
    }

    /// Read for another purpose than treatment, where a request does not say.
    pub fn reads_for(&mut self, purpose: &'static str) {
        self.purpose = HeaderValue::from_static(purpose);
    }

    /// Keep more of a body than [`KEPT_BYTES_MAX`].
    pub const fn keep(&mut self, bytes_max: usize) {
        self.kept_bytes_max = bytes_max;
    }

    /// Send one request and read the whole answer.
    ///
    /// # Errors
    /// When the connection breaks; a status of failure is an answer.
    pub async fn ask(&mut self, mut request: Request<Payload>) -> Outcome<Answer> {
        let headers = request.headers_mut();
        headers.insert("host", self.authority.clone());
        headers
            .entry("purpose-of-use")
            .or_insert_with(|| self.purpose.clone());
        let proves = headers.contains_key("authorization");
        if let Some(authorization) = self.authorization.as_ref().filter(|_| !proves) {
            headers.insert("authorization", authorization.clone());
        }
        self.send.ready().await?;
        let (parts, mut incoming) = self.send.send_request(request).await?.into_parts();
        let mut answer = Answer {
            status: parts.status,
            headers: parts.headers,
            length: 0,
            body: Vec::new(),
        };
        while let Some(frame) = incoming.frame().await {
            if let Ok(data) = frame?.into_data() {
                answer.length += data.len() as u64;
                let room = self.kept_bytes_max.saturating_sub(answer.body.len());
                answer
                    .body
                    .extend_from_slice(data.get(..room.min(data.len())).unwrap_or_default());
            }
        }
        Ok(answer)
    }
}
