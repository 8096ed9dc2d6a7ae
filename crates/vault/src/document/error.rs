//! Why a document is refused, and where.

use base::limits::{JSON_DEPTH_MAX, NUMBER_DIGITS_MAX, RECORD_BYTES_MAX};
use base::{ErrorKind, Fault};

use super::search::VALUES_MAX;

/// A document that is not let in, or parts that do not make one.
///
/// Says where and why, never which value: errors end up in answers and logs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.public())]
pub struct DocumentError {
    pub(super) reason: Reason,
    /// The byte of the text where it was noticed.
    pub(super) at: usize,
    /// The way there, RFC 6901; `None` where no one value is to blame.
    pub(super) pointer: Option<String>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    TooLarge,
    NotUtf8,
    Syntax(&'static str),
    Surrogate,
    TooDeep,
    NumberTooLong,
    NumberTooLarge,
    Duplicate,
    NotAnObject,
    UnknownField,
    Missing(String),
    WrongType(&'static str),
    NotAllowed(Vec<String>),
    TooLong(usize),
    TooManyValues,
    Card,
    Damaged(&'static str),
}

impl DocumentError {
    /// What is stored does not make a document: a part's bytes are not of the format.
    pub(super) fn damaged(what: &'static str) -> Self {
        Self {
            reason: Reason::Damaged(what),
            at: 0,
            pointer: None,
        }
    }

    /// The byte of the text where the mistake was noticed.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.at
    }
}

impl Fault for DocumentError {
    fn kind(&self) -> ErrorKind {
        match self.reason {
            Reason::TooLarge | Reason::TooManyValues => ErrorKind::TooLarge,
            Reason::NotUtf8
            | Reason::Syntax(_)
            | Reason::Surrogate
            | Reason::TooDeep
            | Reason::NumberTooLong
            | Reason::NumberTooLarge
            | Reason::Duplicate
            | Reason::NotAnObject => ErrorKind::Invalid,
            Reason::UnknownField
            | Reason::Missing(_)
            | Reason::WrongType(_)
            | Reason::NotAllowed(_)
            | Reason::TooLong(_)
            | Reason::Card => ErrorKind::Refused,
            Reason::Damaged(_) => ErrorKind::Tampered,
        }
    }

    fn code(&self) -> &'static str {
        match self.reason {
            Reason::TooLarge => "record.too_large",
            Reason::NotUtf8 => "json.not_utf8",
            Reason::Syntax(_) => "json.syntax",
            Reason::Surrogate => "json.surrogate",
            Reason::TooDeep => "json.too_deep",
            Reason::NumberTooLong | Reason::NumberTooLarge => "json.number",
            Reason::Duplicate => "json.duplicate_key",
            Reason::NotAnObject => "record.not_an_object",
            Reason::UnknownField => "record.unknown_field",
            Reason::Missing(_) => "record.missing_field",
            Reason::WrongType(_) => "record.wrong_type",
            Reason::NotAllowed(_) => "record.value_not_allowed",
            Reason::TooLong(_) => "record.value_too_long",
            Reason::TooManyValues => "record.too_many_values",
            Reason::Card => "card.refused",
            Reason::Damaged(_) => "record.damaged",
        }
    }

    fn public(&self) -> String {
        let at = self.at;
        match &self.reason {
            Reason::TooLarge => format!("A record has at most {RECORD_BYTES_MAX} bytes. Store large content as a file."),
            Reason::NotUtf8 => format!("The text is not UTF-8 at byte {at}."),
            Reason::Syntax(what) => format!("Not JSON at byte {at}: {what}."),
            Reason::Surrogate => format!("Half of a surrogate pair stands alone at byte {at}; it is no character."),
            Reason::TooDeep => format!("The document nests deeper than {JSON_DEPTH_MAX} levels."),
            Reason::NumberTooLong => format!("A number has at most {NUMBER_DIGITS_MAX} digits."),
            Reason::NumberTooLarge => "The number is beyond what common programs can hold (exponents go to 308).".to_owned(),
            Reason::Duplicate => "The same member stands twice in one object.".to_owned(),
            Reason::NotAnObject => "A record is a JSON object.".to_owned(),
            Reason::UnknownField => {
                "The register knows no such field. `strongroom register show COLLECTION` lists the fields.".to_owned()
            }
            Reason::Missing(name) => format!("The field `{name}` must be there."),
            Reason::WrongType(expected) => format!("The register expects {expected} here."),
            Reason::NotAllowed(values) => format!("The register allows only: {}.", values.join(", ")),
            Reason::TooLong(max) => format!("The register allows at most {max} characters here."),
            Reason::TooManyValues => format!(
                "A record has at most {VALUES_MAX} different searchable values. Divide it, or search for less."
            ),
            Reason::Card => {
                "What looks like a payment card number stands here. Strongroom stores no payment data; take it out and send the rest again."
                    .to_owned()
            }
            Reason::Damaged(what) => format!("The stored record does not hold together: {what}."),
        }
    }

    fn pointer(&self) -> Option<String> {
        self.pointer.clone()
    }
}
