//! A request's body. What is left of it when the request was refused is taken in and dropped for a while.
//!
//! Else the connection would be cut (HTTP/2: the stream reset, RFC 9113 §8.1) while the client still sends, and some clients would see
//! that instead of the answer.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;

/// Long enough for an answer to cross to a client that reads while it sends.
const TAKE_IN_MAX: Duration = Duration::from_secs(5);
/// A client that sends much more without looking at the answer is cut off.
const TAKE_IN_BYTES_MAX: u64 = 64 << 20;

/// A body that may be left before its end.
pub(crate) struct Unread(Body);

impl Unread {
    pub(crate) const fn new(body: Body) -> Self {
        Self(body)
    }
}

impl http_body::Body for Unread {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        use http_body::Body as _;
        if self.0.is_end_stream() {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let rest = std::mem::take(&mut self.0);
        runtime.spawn(tokio::time::timeout(TAKE_IN_MAX, take_in(rest)));
    }
}

async fn take_in(mut rest: Body) {
    let mut bytes = 0;
    while bytes < TAKE_IN_BYTES_MAX {
        match rest.frame().await {
            Some(Ok(frame)) => bytes += frame.data_ref().map_or(0, |data| data.len() as u64),
            Some(Err(_)) | None => return,
        }
    }
}
