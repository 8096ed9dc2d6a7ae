//! What a handler gives back.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use futures_util::Stream;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;

use crate::page::PageAnswer;

/// A status, headers and a body.
#[derive(Debug)]
pub struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// Set on pages: what a browser may do there.
    pub(crate) page: Option<PageAnswer>,
}

impl Answer {
    /// An empty answer.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Body::empty(),
            page: None,
        }
    }

    /// JSON bytes that are ready as they are.
    #[must_use]
    pub fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::with_type(status, "application/json", body)
    }

    /// A JSON value.
    #[must_use]
    pub fn value(status: StatusCode, value: &serde_json::Value) -> Self {
        Self::json(status, value.to_string())
    }

    /// A page. It may not be framed, and runs no script.
    #[must_use]
    pub fn html(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::with_type(status, "text/html; charset=utf-8", body).header(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
            ),
        )
    }

    /// A body with a media type.
    #[must_use]
    pub fn with_type(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self {
            status,
            headers,
            body: Body::from(body.into()),
            page: None,
        }
    }

    /// A body that arrives piece by piece.
    #[must_use]
    pub fn streamed(status: StatusCode, body: Body) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body,
            page: None,
        }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// With a header whose value is text; one that is no legal header value is left out.
    #[must_use]
    pub fn header_text(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The answer of a logged route: `index` is where its entry stands in the tenant's log.
    #[must_use]
    pub const fn logged(self, index: u64) -> Logged {
        Logged {
            answer: self,
            index,
        }
    }
}

/// An answer whose operation stands in the log. Nothing else leaves a logged route.
#[derive(Debug)]
pub struct Logged {
    pub(crate) answer: Answer,
    pub(crate) index: u64,
}

impl Logged {
    /// The answer itself, for a page that hands it on.
    #[must_use]
    pub fn answer(self) -> Answer {
        self.answer
    }

    /// What it says, as JSON. `None` where it says nothing, or something else.
    pub async fn said(self) -> Option<serde_json::Value> {
        let body = self.answer.body.collect().await.ok()?.to_bytes();
        serde_json::from_slice(&body).ok()
    }
}

/// A body from a stream of pieces; an error in it breaks the connection, so that the client sees that it is not whole.
pub fn stream<S, E>(pieces: S) -> Body
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    Body::from_stream(Fused {
        pieces: Box::pin(pieces),
        over: false,
    })
}

struct Fused<E> {
    pieces: Pin<Box<dyn Stream<Item = Result<Bytes, E>> + Send>>,
    over: bool,
}

impl<E> Stream for Fused<E> {
    type Item = Result<Bytes, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        let next = self.pieces.as_mut().poll_next(cx);
        if matches!(next, Poll::Ready(None | Some(Err(_)))) {
            self.over = true;
        }
        next
    }
}
