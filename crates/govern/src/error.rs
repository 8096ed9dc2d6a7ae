//! What can go wrong with promises, and whose fault it is.

use base::{ErrorKind, Fault};
use store::StoreError;

/// A failure of this area.
#[derive(Debug, thiserror::Error)]
pub enum GovernError {
    /// The catalogue does not hold together; the text says where.
    #[error("promises/{file}: {why}")]
    Catalogue {
        /// Which file.
        file: String,
        /// What is wrong there.
        why: String,
    },
    /// There is no promise or check of this name.
    #[error("there is no promise or check named {0:?}")]
    Unknown(String),
    /// The entry for the log cannot be made.
    #[error("the entry for the log: {0}")]
    Entry(#[from] audit::entry::EntryError),
    /// A row of evidence cannot be read.
    #[error("evidence of {check}: {why}")]
    Evidence {
        /// Of which check.
        check: String,
        /// What is wrong.
        why: String,
    },
    /// The page could not be made.
    #[error("the page: {0}")]
    Page(String),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for GovernError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Catalogue { .. } | Self::Entry(_) | Self::Page(_) => ErrorKind::Internal,
            Self::Evidence { .. } => ErrorKind::Tampered,
            Self::Unknown(_) => ErrorKind::NotFound,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Catalogue { .. } => "govern.catalogue",
            Self::Unknown(_) => "govern.unknown",
            Self::Entry(_) => "govern.entry",
            Self::Evidence { .. } => "govern.evidence",
            Self::Page(_) => "govern.page",
            Self::Store(error) => error.code(),
        }
    }

    fn public(&self) -> String {
        match self {
            Self::Unknown(name) => format!(
                "There is no promise or check named {name:?}. `strongroom check` lists them."
            ),
            Self::Store(error) => error.public(),
            Self::Catalogue { .. } | Self::Entry(_) | Self::Evidence { .. } | Self::Page(_) => {
                "Something went wrong on our side. Nothing was changed.".to_owned()
            }
        }
    }
}
