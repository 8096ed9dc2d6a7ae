//! What can go wrong between us and a database or a disk.

use base::{ErrorKind, Fault};

/// A failure of storage, by whose fault it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A statement's expectation did not hold; the name says which.
    #[error("guard {0} did not hold")]
    Guard(&'static str),
    /// A row with this key is there already.
    #[error("a row with this key exists")]
    Duplicate,
    /// A column is not of the type that the code expects: schema and code disagree.
    #[error("column {column} is not {wanted}")]
    Shape {
        /// Which column.
        column: usize,
        /// What was expected.
        wanted: &'static str,
    },
    /// The disk is full or read-only, the server is gone, the writer is stopping: nothing was changed, try again.
    #[error("storage is not available: {0}")]
    Unavailable(String),
    /// The server went away during a commit, and cannot say any more whether it holds.
    #[error("the database went away during a commit; whether it holds is not known")]
    Unsure,
    /// The stored bytes do not hold together.
    #[error("storage is damaged: {0}")]
    Damaged(String),
    /// The schema is newer than this program, was edited, or a migration failed.
    #[error("schema: {0}")]
    Schema(String),
    /// The log could not take the entry; so nothing was done.
    #[error("the log did not take the entry: {0}")]
    Journal(String),
    /// Our own mistake, e.g. a statement that does not prepare.
    #[error("storage: {0}")]
    Internal(String),
}

impl Fault for StoreError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Guard(_) | Self::Duplicate => ErrorKind::Conflict,
            Self::Unavailable(_) | Self::Unsure | Self::Journal(_) => ErrorKind::Unavailable,
            Self::Damaged(_) => ErrorKind::Tampered,
            Self::Shape { .. } | Self::Schema(_) | Self::Internal(_) => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Guard(_) => "store.guard",
            Self::Duplicate => "store.duplicate",
            Self::Shape { .. } => "store.shape",
            Self::Unavailable(_) => "store.unavailable",
            Self::Unsure => "store.unsure",
            Self::Damaged(_) => "store.damaged",
            Self::Schema(_) => "store.schema",
            Self::Journal(_) => "store.journal",
            Self::Internal(_) => "store.internal",
        }
    }

    fn public(&self) -> String {
        match self {
            Self::Guard(_) | Self::Duplicate => "Somebody else changed this at the same time. Read it again, then repeat your change.".into(),
            Self::Unavailable(_) | Self::Journal(_) => "Storage cannot be reached or written at present. Nothing was changed. Try again shortly.".into(),
            Self::Unsure => "Storage went away at the moment of writing, so this was done either wholly or not at all. Look which, or repeat it with the same Idempotency-Key.".into(),
            Self::Damaged(_) => "What is stored does not hold together. It was not served; the operator has been told.".into(),
            Self::Shape { .. } | Self::Schema(_) | Self::Internal(_) => "Something went wrong on our side. Nothing was changed.".into(),
        }
    }
}
