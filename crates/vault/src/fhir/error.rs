//! What can go wrong with FHIR input, and how it is told: as an `OperationOutcome`.

use base::{ErrorKind, Fault};
use serde_json::{Value, json};

use super::scan::Malformed;

/// Why a FHIR request or resource was not taken. Texts name elements and rules, never what somebody stored.
#[derive(Debug, thiserror::Error)]
pub enum FhirError {
    /// The body is not JSON.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// An object without a `resourceType`, or not an object at all.
    #[error("not a FHIR resource: an object with a resourceType was expected")]
    NotAResource,
    /// A type that the register does not hold, e.g. `Parameters`, which is never stored.
    #[error("resources of type {0} are not kept here; the register lists those that are")]
    UnknownType(String),
    /// `id` breaks FHIR's rule.
    #[error("id must be 1 to 64 of A-Z, a-z, 0-9, '-', '.'")]
    InvalidId,
    /// An update's body has no id, or another than the URL.
    #[error("the id in the body must be the id in the URL")]
    IdMismatch,
    /// The body's type is not the URL's.
    #[error("the resourceType in the body must be the type in the URL")]
    TypeMismatch,
    /// Longer than a resource may be.
    #[error("longer than the {limit} bytes that {what} may have")]
    TooLarge {
        /// What is limited.
        what: &'static str,
        /// In bytes.
        limit: usize,
    },
    /// A bundle that breaks the rules, or an entry of it.
    #[error("{reason}")]
    Bundle {
        /// Where in the bundle.
        pointer: String,
        /// Which rule.
        reason: String,
    },
    /// A search that cannot be understood.
    #[error("search parameter {parameter}: {reason}")]
    Search {
        /// The parameter as it was called, when its name is a name.
        parameter: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Right by the specification, but not built.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
    /// Nothing of that type has that id, or not for this caller.
    #[error("there is no such resource")]
    NotFound,
    /// It was there and was deleted.
    #[error("the resource was deleted")]
    Gone,
    /// `If-Match` names another version.
    #[error("If-Match does not name the current version")]
    Precondition,
    /// `If-None-Match: *` and it exists.
    #[error("the resource exists already")]
    Exists,
    /// A condition that more than one resource meets.
    #[error("the condition is met by more than one resource")]
    Ambiguous,
    /// A reference by condition that nothing meets.
    #[error("a reference by condition is met by no resource")]
    Unresolved,
    /// `If-Match` or `If-None-Match` that cannot be understood.
    #[error(
        "If-Match takes the ETag that a read gave you or *, If-None-Match on a write takes *, and only one of them"
    )]
    BadCondition,
    /// A search that would look at everybody.
    #[error(
        "name the patient, _id, or something that says who is meant, such as an identifier or a name"
    )]
    TooWide,
    /// One entry of a bundle did not hold, and so nothing of a transaction did.
    #[error("entry {index}: {source}")]
    Entry {
        /// Which, from 0.
        index: usize,
        /// Why.
        source: Box<Self>,
    },
    /// An area below refused; its own words stand.
    #[error("{}", .0.public())]
    Below(Box<dyn Fault>),
}

impl FhirError {
    /// An error of an area below, as ours.
    pub fn below(fault: impl Fault) -> Self {
        Self::Below(Box::new(fault))
    }

    /// A broken rule at `pointer` of a bundle.
    pub(crate) fn bundle(pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Bundle {
            pointer: pointer.into(),
            reason: reason.into(),
        }
    }

    /// The HTTP status, where FHIR asks for another than the error's kind gives.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.kind() {
            ErrorKind::Invalid => 400,
            ErrorKind::Unauthenticated => 401,
            ErrorKind::Forbidden => 403,
            ErrorKind::NotFound => 404,
            ErrorKind::Method => 405,
            ErrorKind::Gone => 410,
            ErrorKind::Conflict => 409,
            ErrorKind::Precondition => 412,
            ErrorKind::TooLarge => 413,
            ErrorKind::Unsupported => 415,
            ErrorKind::Range => 416,
            ErrorKind::Refused => 422,
            ErrorKind::TooMany => 429,
            ErrorKind::Tampered | ErrorKind::Internal => 500,
            ErrorKind::Unavailable => 503,
        }
    }

    /// The error as an `OperationOutcome`.
    #[must_use]
    pub fn outcome(&self) -> Value {
        outcome(
            "error",
            issue_code(self.kind()),
            &self.public(),
            self.pointer().as_deref(),
        )
    }
}

impl Fault for FhirError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Malformed(_)
            | Self::NotAResource
            | Self::InvalidId
            | Self::IdMismatch
            | Self::TypeMismatch
            | Self::Bundle { .. }
            | Self::Search { .. }
            | Self::BadCondition
            | Self::TooWide => ErrorKind::Invalid,
            Self::UnknownType(_) | Self::NotFound => ErrorKind::NotFound,
            Self::Unsupported(_) => ErrorKind::Refused,
            Self::TooLarge { .. } => ErrorKind::TooLarge,
            Self::Gone => ErrorKind::Gone,
            Self::Precondition | Self::Exists | Self::Ambiguous | Self::Unresolved => {
                ErrorKind::Precondition
            }
            Self::Entry { source, .. } => source.kind(),
            Self::Below(fault) => fault.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "fhir.malformed",
            Self::NotAResource => "fhir.not_a_resource",
            Self::UnknownType(_) => "fhir.unknown_type",
            Self::InvalidId => "fhir.invalid_id",
            Self::IdMismatch => "fhir.id_mismatch",
            Self::TypeMismatch => "fhir.type_mismatch",
            Self::TooLarge { .. } => "fhir.too_large",
            Self::Bundle { .. } => "fhir.bundle",
            Self::Search { .. } => "fhir.search",
            Self::Unsupported(_) => "fhir.unsupported",
            Self::NotFound => "fhir.not_found",
            Self::Gone => "fhir.gone",
            Self::Precondition => "fhir.precondition",
            Self::Exists => "fhir.exists",
            Self::Ambiguous => "fhir.ambiguous",
            Self::Unresolved => "fhir.unresolved",
            Self::BadCondition => "fhir.condition",
            Self::TooWide => "fhir.too_wide",
            Self::Entry { source, .. } => source.code(),
            Self::Below(fault) => fault.code(),
        }
    }

    fn public(&self) -> String {
        match self {
            Self::Below(fault) => fault.public(),
            Self::Entry { index, source } => format!("Entry {index}: {}", source.public()),
            Self::Malformed(malformed) => format!("{malformed}, at byte {}", malformed.at),
            other => other.to_string(),
        }
    }

    fn pointer(&self) -> Option<String> {
        match self {
            Self::Bundle { pointer, .. } => Some(pointer.clone()),
            Self::InvalidId | Self::IdMismatch => Some("/id".to_owned()),
            Self::TypeMismatch => Some("/resourceType".to_owned()),
            Self::Below(fault) => fault.pointer(),
            Self::Entry { index, source } => Some(match source.pointer() {
                Some(pointer) => format!("/entry/{index}/resource{pointer}"),
                None => format!("/entry/{index}"),
            }),
            _ => None,
        }
    }
}

/// FHIR's `issue-type` code for a kind of failure.
#[must_use]
pub fn issue_code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Invalid => "invalid",
        ErrorKind::Unauthenticated => "login",
        ErrorKind::Forbidden => "forbidden",
        ErrorKind::NotFound => "not-found",
        ErrorKind::Method => "not-supported",
        ErrorKind::Gone => "deleted",
        ErrorKind::Conflict | ErrorKind::Precondition => "conflict",
        ErrorKind::TooLarge => "too-long",
        ErrorKind::Unsupported | ErrorKind::Range => "not-supported",
        ErrorKind::Refused => "business-rule",
        ErrorKind::TooMany => "throttled",
        ErrorKind::Tampered | ErrorKind::Internal => "exception",
        ErrorKind::Unavailable => "transient",
    }
}

/// An `OperationOutcome` with one issue. `pointer` (RFC 6901) becomes its `expression`.
#[must_use]
pub fn outcome(severity: &str, code: &str, diagnostics: &str, pointer: Option<&str>) -> Value {
    let mut issue = json!({"severity": severity, "code": code, "diagnostics": diagnostics});
    if let (Some(pointer), Some(issue)) = (pointer, issue.as_object_mut()) {
        issue.insert("expression".into(), json!([expression(pointer)]));
    }
    json!({"resourceType": "OperationOutcome", "issue": [issue]})
}

/// A JSON pointer as a FHIRPath: `/entry/0/request/url` is `entry[0].request.url`.
#[must_use]
pub fn expression(pointer: &str) -> String {
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if !path.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{step}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&step);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_says_where() {
        let error = FhirError::bundle("/entry/3/request/url", "no");
        assert_eq!(
            error.outcome()["issue"][0]["expression"][0],
            "entry[3].request.url"
        );
        assert_eq!(error.status(), 400);
    }
}
