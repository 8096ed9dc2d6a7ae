//! What can go wrong with the log.

use base::{ErrorKind, Fault};
use store::StoreError;

use crate::entry::EntryError;
use crate::keys::KeysMissing;
use crate::note::NoteError;

/// A failure of the log.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// There is no such log, entry, tile or proof.
    #[error("no such {0} in this log")]
    NotFound(&'static str),
    /// A range or a size that this log has not got.
    #[error("the range is outside the log's {size} entries")]
    Range {
        /// How many entries there are.
        size: u64,
    },
    /// The caller's circumstances cannot stand in the log.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// What is stored does not hold together; run `strongroom log verify`.
    #[error("the log does not hold together at entry {index}: {what}")]
    Tampered {
        /// The first entry concerned.
        index: u64,
        /// What was found.
        what: String,
    },
    /// The log went back: somebody remembers it longer, or another.
    #[error("the log went back: {0}")]
    RolledBack(String),
    /// A note or a proof is not as it should be.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The log's keys are not to be had.
    #[error(transparent)]
    Keys(#[from] KeysMissing),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error("{what}: {why}")]
    File {
        /// Which file.
        what: String,
        /// What the system said.
        why: std::io::Error,
    },
}

impl AuditError {
    pub(crate) fn tampered(index: u64, what: impl Into<String>) -> Self {
        Self::Tampered {
            index,
            what: what.into(),
        }
    }

    pub(crate) fn file(path: &std::path::Path, why: std::io::Error) -> Self {
        Self::File {
            what: path.display().to_string(),
            why,
        }
    }
}

impl Fault for AuditError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Range { .. } => ErrorKind::Range,
            Self::Tampered { .. } | Self::RolledBack(_) | Self::Note(_) => ErrorKind::Tampered,
            Self::Keys(_) => ErrorKind::Unavailable,
            Self::Store(store) => store.kind(),
            Self::Entry(_) | Self::File { .. } => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "log.not_found",
            Self::Range { .. } => "log.range",
            Self::Entry(_) => "log.entry",
            Self::Tampered { .. } => "log.tampered",
            Self::RolledBack(_) => "log.rolled_back",
            Self::Note(_) => "log.note",
            Self::Keys(_) => "log.keys",
            Self::Store(store) => store.code(),
            Self::File { .. } => "log.file",
        }
    }

    fn public(&self) -> String {
        match self {
            Self::NotFound(what) => format!("There is no such {what} in this log."),
            Self::Range { size } => {
                format!("The log has {size} entries. Ask for some of those.")
            }
            Self::Tampered { index, .. } => format!(
                "The log does not hold together at entry {index}. It was not served; run `strongroom log verify`."
            ),
            Self::RolledBack(_) => {
                "The log is shorter than it once was, or another. Run `strongroom log verify`."
                    .into()
            }
            Self::Note(_) => {
                "A checkpoint or a proof does not verify. Run `strongroom log verify`.".into()
            }
            Self::Keys(_) => {
                "The log's keys are not open at present. Nothing was changed. Try again shortly."
                    .into()
            }
            Self::Store(store) => store.public(),
            Self::Entry(_) | Self::File { .. } => {
                "Something went wrong on our side. Nothing was changed.".into()
            }
        }
    }
}
