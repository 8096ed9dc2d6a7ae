//! Why a sealed thing does not open.

use base::{ErrorKind, Fault};

/// What is stored does not open. Says by whose fault, and nothing of what was inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The first byte names a version of the format that we do not know.
    #[error("sealed data have the unknown format version {0}")]
    Version(u8),
    /// There are fewer bytes than the format needs, or than its own lengths say.
    #[error("sealed data are cut short")]
    Truncated,
    /// Sealed under another key (for a file: or at another place), or the head was altered.
    #[error("sealed data do not belong to this key")]
    Commitment,
    /// The key is right, but the bytes or the place are not those that were sealed.
    #[error("sealed data were altered or moved")]
    Altered,
}

impl Fault for OpenError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Tampered
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Version(_) => "crypt.version",
            Self::Truncated => "crypt.truncated",
            Self::Commitment => "crypt.commitment",
            Self::Altered => "crypt.altered",
        }
    }

    fn public(&self) -> String {
        let what = match self {
            Self::Version(_) => "is in a format that this release does not know",
            Self::Truncated => "is cut short",
            Self::Commitment => "was not sealed under the key it should be",
            Self::Altered => "was altered or moved after it was sealed",
        };
        format!(
            "What is stored {what}, so it was not opened. Restore it from a backup, or ask the operator to check the log."
        )
    }
}
