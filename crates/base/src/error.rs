//! What kind of failure it was. `web` alone maps a kind to a status.

use std::time::Duration;

/// The closed set of kinds an area's error falls into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The input cannot be understood or is not allowed by the register. 400.
    Invalid,
    /// Nobody we know. 401.
    Unauthenticated,
    /// Known, but may not. 403.
    Forbidden,
    /// Not there, or not for the caller's eyes. 404.
    NotFound,
    /// There is such an address, but it does not take this method. 405.
    Method,
    /// Was there and is gone for good. 410.
    Gone,
    /// Somebody else was faster, or it exists already. 409.
    Conflict,
    /// `If-Match` did not hold. 412.
    Precondition,
    /// A body, a field or a list is longer than its limit. 413.
    TooLarge,
    /// The media type is not one we take. 415.
    Unsupported,
    /// `Range` cannot be satisfied. 416.
    Range,
    /// Understood, but it breaks a rule of the register. 422.
    Refused,
    /// Too many requests. 429.
    TooMany,
    /// What is stored does not open: altered, cut short or moved. 500, and an alert.
    Tampered,
    /// Storage cannot be reached or written at present; nothing was changed. 503 with `Retry-After`.
    Unavailable,
    /// Our own mistake. 500.
    Internal,
}

/// What every area's error can say of itself. Public text and internal detail are two things.
pub trait Fault: std::error::Error + Send + Sync + 'static {
    /// Which kind of failure.
    fn kind(&self) -> ErrorKind;
    /// A stable, dotted name such as `record.unknown_field`, listed in `docs/reference/errors.md`.
    fn code(&self) -> &'static str;
    /// What the caller may read: what happened and what to do next. Never a value that somebody stored.
    fn public(&self) -> String;
    /// A JSON pointer (RFC 6901) into the request body, where one field is at fault.
    fn pointer(&self) -> Option<String> {
        None
    }
    /// How long to wait before it is worth asking again, where that is known (RFC 9110, 10.2.3).
    fn retry_after(&self) -> Option<Duration> {
        None
    }
    /// How many bytes there are, where the range that was asked for lies outside.
    fn length(&self) -> Option<u64> {
        None
    }
}
