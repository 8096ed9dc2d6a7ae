//! The front door, from inside: requests go through the router that serves everybody, without a socket.

use axum::Router;
use axum::body::Body;
use base::RequestId;
use bytes::Bytes;
use govern::ProbeError;
use govern::checks::Answer;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use store::Db;
use tower::ServiceExt as _;
use tracing::{Instrument as _, Span};

use crate::telemetry;

/// A router, and the database that was opened for it alone, if any: then it is one that was broken on purpose.
pub(super) struct Front {
    router: Router,
    db: Option<Db>,
}

/// A request in the making.
pub(super) struct Knock {
    builder: http::request::Builder,
    body: Body,
    span: Span,
}

/// What came back.
pub(super) struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// A request.
pub(super) fn knock(method: Method, path: &str) -> Knock {
    Knock {
        builder: Request::builder().method(method).uri(path),
        body: Body::empty(),
        span: Span::none(),
    }
}

impl Knock {
    /// With a token.
    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// For the person's own request: the purpose that canaries read for.
    pub fn purpose(self) -> Self {
        self.header("purpose-of-use", "PATRQT")
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// About something that was broken on purpose: that it fails is no news.
    pub fn rehearsed(mut self) -> Self {
        self.span = telemetry::rehearsal();
        self
    }

    /// With a JSON body.
    pub fn json(self, value: &serde_json::Value) -> Self {
        self.bytes("application/json", value.to_string())
    }

    /// With a body.
    pub fn bytes(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = Body::from(body.into());
        self.header("content-type", media_type)
    }
}

impl Front {
    pub fn new(router: Router) -> Self {
        Self { router, db: None }
    }

    /// The door to a house over a database of its own.
    pub fn over(router: Router, db: Db) -> Self {
        let db = Some(db);
        Self { router, db }
    }

    /// Let go of the database.
    pub async fn close(&self) {
        if let Some(db) = &self.db {
            db.close().await;
        }
    }

    /// Send, and wait for the whole answer.
    pub async fn ask(&self, knock: Knock) -> Result<Answered, ProbeError> {
        let failed = |error: &dyn std::fmt::Display| ProbeError::new("a request", error);
        let knock = if self.db.is_some() {
            knock.rehearsed()
        } else {
            knock
        };
        let request = knock
            .builder
            .body(knock.body)
            .map_err(|error| failed(&error))?;
        let response = self
            .router
            .clone()
            .oneshot(request)
            .instrument(knock.span)
            .await
            .map_err(|error| failed(&error))?;
        let (parts, body) = response.into_parts();
        // A body that breaks off is no answer; what came of it stays behind.
        let body = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => {
                return Ok(Answered {
                    status: StatusCode::INTERNAL_SERVER_ERROR,
                    headers: parts.headers,
                    body: Bytes::new(),
                });
            }
        };
        Ok(Answered {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }

    /// Send what must go well.
    pub async fn good(&self, what: &str, knock: Knock) -> Result<Answered, ProbeError> {
        let answered = self.ask(knock).await?;
        if answered.status.is_success() {
            Ok(answered)
        } else {
            Err(answered.unexpected(what))
        }
    }
}

impl Answered {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The request's id.
    pub fn request(&self) -> Result<RequestId, ProbeError> {
        self.header("x-request-id")
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| ProbeError::new("a request", "its answer carries no id"))
    }

    /// Where its entry stands in the log.
    pub fn index(&self) -> Option<u64> {
        self.header("strongroom-log-index")?.parse().ok()
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<serde_json::Value, ProbeError> {
        serde_json::from_slice(&self.body)
            .map_err(|_| ProbeError::new("a request", "its answer is not JSON"))
    }

    /// A text of the body.
    pub fn text_at(&self, pointer: &str) -> Result<String, ProbeError> {
        let json = self.json()?;
        let text = json.pointer(pointer).and_then(serde_json::Value::as_str);
        text.map(str::to_owned)
            .ok_or_else(|| ProbeError::new("a request", format!("its answer has no {pointer}")))
    }

    /// Whether it was let happen. A failure of ours is neither.
    pub fn answer(&self, what: &str) -> Result<Answer, ProbeError> {
        if self.status.is_success() {
            Ok(Answer::Done)
        } else if self.status.is_client_error() {
            Ok(Answer::Refused)
        } else {
            Err(self.unexpected(what))
        }
    }

    /// Neither good nor bad, but a check that could not be carried out. Says the status and our own code, never a value.
    pub fn unexpected(&self, what: &str) -> ProbeError {
        let code = self.text_at("/code").unwrap_or_default();
        ProbeError::new(what, format!("answered {} {code}", self.status.as_u16()))
    }
}
