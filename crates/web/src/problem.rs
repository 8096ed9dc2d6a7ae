//! Errors to HTTP: the one place that maps a kind to a status (RFC 9457 problem details).

use std::time::Duration;

use base::{ErrorKind, Fault, RequestId};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::Answer;

/// What a resource asks for that let nobody in: the header `WWW-Authenticate` (RFC 6750 §3, RFC 9449 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// A token.
    Any,
    /// Another token.
    Token,
    /// A token with other scopes.
    Scope,
    /// Another token that is bound to a key, or the same one with a proof.
    BoundToken,
    /// A token that is bound to a key, with other scopes.
    BoundScope,
    /// Another proof.
    Proof,
}

impl Challenge {
    /// The header's value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "Bearer",
            Self::Token => "Bearer error=\"invalid_token\"",
            Self::Scope => "Bearer error=\"insufficient_scope\"",
            Self::BoundToken => "DPoP error=\"invalid_token\", algs=\"ES256 PS256 EdDSA\"",
            Self::BoundScope => "DPoP error=\"insufficient_scope\", algs=\"ES256 PS256 EdDSA\"",
            Self::Proof => "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 PS256 EdDSA\"",
        }
    }
}

/// What the caller gets to read of a failure. The internal detail goes to our own log, never here.
#[derive(Debug)]
pub struct Problem {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// The stable code.
    pub code: &'static str,
    /// What happened and what to do next.
    pub detail: String,
    /// Where in the request body.
    pub pointer: Option<String>,
    /// How many bytes there are, where the range that was asked for lies outside.
    pub length: Option<u64>,
    /// Seconds to wait before asking again.
    pub retry_after: Option<u32>,
    /// What to come with instead, where nobody was let in.
    pub challenge: Challenge,
    /// For our own log only.
    pub internal: String,
}

impl<F: Fault> From<F> for Problem {
    fn from(fault: F) -> Self {
        Self {
            kind: fault.kind(),
            code: fault.code(),
            detail: fault.public(),
            pointer: fault.pointer(),
            length: fault.length(),
            retry_after: fault.retry_after().map(seconds),
            challenge: Challenge::Any,
            internal: fault.to_string(),
        }
    }
}

/// Seconds until it is worth asking again, where nothing better is known.
const RETRY_SECONDS: u32 = 2;

/// Whole seconds, at least one, never too few.
fn seconds(wait: Duration) -> u32 {
    let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(whole).unwrap_or(u32::MAX).max(1)
}

impl Problem {
    /// A problem that `web` itself found.
    #[must_use]
    pub fn new(kind: ErrorKind, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            detail: detail.into(),
            pointer: None,
            length: None,
            retry_after: None,
            challenge: Challenge::Any,
            internal: String::new(),
        }
    }

    /// The status that stands for the kind.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self.kind {
            ErrorKind::Invalid => StatusCode::BAD_REQUEST,
            ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
            ErrorKind::Forbidden => StatusCode::FORBIDDEN,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Method => StatusCode::METHOD_NOT_ALLOWED,
            ErrorKind::Gone => StatusCode::GONE,
            ErrorKind::Conflict => StatusCode::CONFLICT,
            ErrorKind::Precondition => StatusCode::PRECONDITION_FAILED,
            ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorKind::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorKind::Range => StatusCode::RANGE_NOT_SATISFIABLE,
            ErrorKind::Refused => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            ErrorKind::Tampered | ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The same answer, with when to ask again where that may help.
    pub(crate) fn retry(&self, answer: Answer) -> Answer {
        match self.kind {
            ErrorKind::Unavailable | ErrorKind::TooMany => {
                let wait = self.retry_after.unwrap_or(RETRY_SECONDS);
                answer.header(header::RETRY_AFTER, HeaderValue::from(wait))
            }
            _ => answer,
        }
    }

    /// As `application/problem+json`.
    #[must_use]
    pub fn json(&self, request: RequestId) -> serde_json::Value {
        let status = self.status();
        let mut body = json!({
            "type": format!("urn:strongroom:problem:{}", self.code),
            "title": status.canonical_reason().unwrap_or("Error"),
            "status": status.as_u16(),
            "code": self.code,
            "detail": self.detail,
            "request": request.to_string(),
        });
        if let (Some(pointer), Some(object)) = (&self.pointer, body.as_object_mut()) {
            object.insert(
                "errors".into(),
                json!([{ "pointer": pointer, "detail": self.detail }]),
            );
        }
        body
    }

    /// In the words of RFC 6749 §5.2, for what went wrong before or beside OAuth itself.
    #[must_use]
    pub fn oauth(&self) -> serde_json::Value {
        let error = match self.kind {
            ErrorKind::Unavailable | ErrorKind::TooMany => "temporarily_unavailable",
            ErrorKind::Tampered | ErrorKind::Internal => "server_error",
            _ => "invalid_request",
        };
        json!({ "error": error, "error_description": self.detail })
    }

    /// As a FHIR `OperationOutcome` (R4).
    #[must_use]
    pub fn operation_outcome(&self) -> serde_json::Value {
        let code = match self.kind {
            ErrorKind::Invalid | ErrorKind::Unsupported | ErrorKind::Range => "invalid",
            ErrorKind::Unauthenticated => "login",
            ErrorKind::Forbidden => "forbidden",
            ErrorKind::NotFound => "not-found",
            ErrorKind::Method => "not-supported",
            ErrorKind::Gone => "deleted",
            ErrorKind::Conflict | ErrorKind::Precondition => "conflict",
            ErrorKind::TooLarge => "too-long",
            ErrorKind::Refused => "business-rule",
            ErrorKind::TooMany => "throttled",
            ErrorKind::Unavailable => "transient",
            ErrorKind::Tampered | ErrorKind::Internal => "exception",
        };
        let mut issue = json!({
            "severity": "error",
            "code": code,
            "details": { "coding": [{ "system": "urn:strongroom:problem", "code": self.code }] },
            "diagnostics": self.detail,
        });
        if let (Some(pointer), Some(object)) = (&self.pointer, issue.as_object_mut()) {
            object.insert("expression".into(), json!([pointer]));
        }
        json!({ "resourceType": "OperationOutcome", "issue": [issue] })
    }
}
