//! `ETag`, `If-Match`, `If-None-Match` (RFC 9110): a record's entity tag is its version.

use base::ErrorKind;
use http::HeaderName;
use http::header::{IF_MATCH, IF_NONE_MATCH};
use policy::Authority;
use vault::records::Condition;
use web::{Call, Problem};

/// The entity tag of a version.
pub(crate) fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// What the call's headers demand of what stands.
pub(crate) fn condition(call: &Call<Authority>) -> Result<Condition, Problem> {
    match (call.header(&IF_MATCH)?, call.header(&IF_NONE_MATCH)?) {
        (None, None) => Ok(Condition::None),
        (Some("*"), None) => Ok(Condition::Present),
        (Some(tag), None) => Ok(Condition::Version(version(&IF_MATCH, tag)?)),
        (None, Some("*")) => Ok(Condition::Absent),
        (None, Some(_)) => Err(bad(
            &IF_NONE_MATCH,
            "for a write only * has a meaning: write only if there is nothing",
        )),
        (Some(_), Some(_)) => Err(bad(&IF_MATCH, "it cannot stand beside If-None-Match")),
    }
}

/// The version in an entity tag, weak or strong.
pub(crate) fn version(name: &HeaderName, tag: &str) -> Result<u64, Problem> {
    let tag = tag.trim();
    tag.strip_prefix("W/")
        .unwrap_or(tag)
        .strip_prefix('"')
        .and_then(|tag| tag.strip_suffix('"'))
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| bad(name, "send the ETag that a read gave you, with its quotes"))
}

fn bad(name: &HeaderName, what: &str) -> Problem {
    Problem::new(
        ErrorKind::Invalid,
        "http.condition",
        format!("The header {name} cannot be used: {what}."),
    )
}
