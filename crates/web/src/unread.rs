//! What is left of a request body when its answer is ready.
//!
//! HTTP/2 resets a stream whose answer is complete before its request is (RFC 9113 §8.1), and some clients then throw the answer
//! away. So a small rest is read before the answer goes out: who sent too much or to the wrong address hears why.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use parking_lot::Mutex;

/// The most that is read for nothing: what a client has under way before it can hear of an answer.
const REST_BYTES_MAX: usize = 1 << 20;
/// The longest that an answer waits for it.
const REST_WAIT_MAX: Duration = Duration::from_millis(500);

/// A body that the handler reads, and that is still there when the handler is done.
pub(crate) struct Kept(Arc<Mutex<Incoming>>);

impl Kept {
    /// The body for the handler, and what holds on to it.
    pub(crate) fn of(body: Incoming) -> (axum::body::Body, Self) {
        let shared = Arc::new(Mutex::new(body));
        (
            axum::body::Body::new(Self(Arc::clone(&shared))),
            Self(shared),
        )
    }

    /// Read what the handler left, within bounds.
    pub(crate) async fn read_out(self) {
        let rest = async move {
            let mut body = pin!(self);
            let mut seen = 0;
            while seen < REST_BYTES_MAX
                && let Some(Ok(frame)) = body.frame().await
            {
                seen += frame.data_ref().map_or(0, Bytes::len);
            }
        };
        // Too slow or too long: the client is told all the same, if it listens.
        let _ = tokio::time::timeout(REST_WAIT_MAX, rest).await;
    }
}

impl Body for Kept {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut *self.0.lock()).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().size_hint()
    }
}
