//! What can go wrong with recovery points, and by whose fault.

use base::{ErrorKind, Fault};
use store::StoreError;

/// A failure of backup or restore. Names places and points, never what is stored.
#[derive(Debug, thiserror::Error)]
pub enum ContinuityError {
    /// The database or the object storage of the installation.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The repository cannot be read or written.
    #[error("the repository: {0}")]
    Repository(String),
    /// There is no repository at the place.
    #[error("there is no repository at {0}")]
    NoRepository(String),
    /// The key does not open the repository.
    #[error("the repository does not open with this key")]
    WrongKey,
    /// The key file does not hold a key.
    #[error("the repository's key must be exactly 32 bytes")]
    BadKey,
    /// No point has this name.
    #[error("there is no recovery point {0}")]
    NoPoint(String),
    /// Several points begin with this name.
    #[error("several recovery points begin with {0}")]
    Ambiguous(String),
    /// A file could not be read to its end, so there is no point.
    #[error("{0} files could not be read to their end")]
    Unread(usize),
    /// A point is not what its manifest says.
    #[error("the recovery point does not hold: {0}")]
    Broken(&'static str),
    /// The point was made in another environment.
    #[error("the recovery point belongs to environment {theirs}, not {ours}")]
    Environment {
        /// The point's.
        theirs: String,
        /// This installation's.
        ours: String,
    },
    /// The key of a point, or of what was sent in an hour, is not there: destroyed when its time was over, or lost.
    #[error("the key of {0} is not there")]
    KeyGone(String),
    /// There is no backup of the key store that opens and is new enough.
    #[error("there is no generation {0} of the keys or a newer one that opens")]
    NoKeys(u64),
    /// There is something where the point was to be restored to.
    #[error("{0} is there already")]
    Occupied(String),
    /// A file of our own on this machine.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The manifest could not be signed or logged.
    #[error("the recovery point was not recorded: {0}")]
    Record(String),
    /// Our own mistake, or a thread that died.
    #[error("continuity: {0}")]
    Internal(&'static str),
}

impl ContinuityError {
    /// A file of this machine that cannot be used.
    pub(crate) fn file(path: &std::path::Path, error: std::io::Error) -> Self {
        Self::File {
            path: path.display().to_string(),
            error,
        }
    }
}

impl From<Box<rustic_core::RusticError>> for ContinuityError {
    fn from(error: Box<rustic_core::RusticError>) -> Self {
        Self::Repository(error.display_log())
    }
}

impl Fault for ContinuityError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Store(error) => error.kind(),
            Self::Repository(_) | Self::File { .. } | Self::Unread(_) | Self::Record(_) => {
                ErrorKind::Unavailable
            }
            Self::NoRepository(_) | Self::NoPoint(_) | Self::NoKeys(_) | Self::KeyGone(_) => {
                ErrorKind::NotFound
            }
            Self::WrongKey | Self::BadKey | Self::Ambiguous(_) | Self::Environment { .. } => {
                ErrorKind::Refused
            }
            Self::Occupied(_) => ErrorKind::Conflict,
            Self::Broken(_) => ErrorKind::Tampered,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Repository(_) => "backup.repository",
            Self::NoRepository(_) => "backup.no_repository",
            Self::WrongKey => "backup.wrong_key",
            Self::BadKey => "backup.bad_key",
            Self::NoPoint(_) => "backup.no_point",
            Self::Ambiguous(_) => "backup.ambiguous",
            Self::Unread(_) => "backup.unread",
            Self::Broken(_) => "backup.broken",
            Self::Environment { .. } => "backup.environment",
            Self::KeyGone(_) => "backup.key_gone",
            Self::NoKeys(_) => "backup.no_keys",
            Self::Occupied(_) => "backup.occupied",
            Self::File { .. } => "backup.file",
            Self::Record(_) => "backup.record",
            Self::Internal(_) => "backup.internal",
        }
    }

    fn public(&self) -> String {
        match self {
            Self::Store(error) => error.public(),
            Self::Repository(_) => "The repository cannot be read or written. Look at its place and free space, then try again.".into(),
            Self::NoRepository(_) => "Nothing was ever backed up there. `strongroom backup now` begins; look at [backup] in the configuration if something was.".into(),
            Self::WrongKey => "Name the key file that the repository was made with, and the same environment. Without that key nothing opens.".into(),
            Self::BadKey => "The key file must hold exactly the 32 bytes that were made for this repository.".into(),
            Self::NoPoint(_) => "`strongroom backup list` shows the recovery points that there are.".into(),
            Self::Ambiguous(_) => "Write more characters of the name.".into(),
            Self::Unread(_) => "Not every file could be read, so no recovery point was made. The earlier ones are as they were. See the server's own log, then try again.".into(),
            Self::Broken(_) => "Do not use this recovery point. `strongroom backup verify` says which others hold.".into(),
            Self::Environment { .. } => "Data do not move between environments. Restore it where it was made.".into(),
            Self::KeyGone(_) => "Look whether [backup.keys] apart is the place of before, and mounted. What was kept for as long as it may be has no key any more, and opens for nobody. `strongroom backup list` says which recovery points open.".into(),
            Self::NoKeys(_) => "Look whether [backup.keys] names the places where the generations and their epoch keys lie. Without both nothing that is sealed opens.".into(),
            Self::Occupied(_) => "Name a folder that is not there yet, or an empty one.".into(),
            Self::File { .. } => "Look at the file's place and rights, then try again.".into(),
            Self::Record(_) => "The recovery point is in the repository, but not in the log, so it does not count. Run `strongroom backup now` again.".into(),
            Self::Internal(_) => "Something went wrong on our side. Nothing was changed.".into(),
        }
    }
}
