//! What can go wrong with keys, and by whose fault.

use base::{Class, Environment, ErrorKind, Fault, TenantId};
use crypt::OpenError;
use store::StoreError;

use crate::{KeyName, Kind, Level, SealError, SharesError};

/// A failure of the key tree. Names keys, never their bytes.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeysError {
    /// The key store itself.
    #[error("key store: {0}")]
    Store(#[from] StoreError),
    /// The backend that seals the root.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Shares of the root.
    #[error(transparent)]
    Shares(#[from] SharesError),
    /// There is no root key yet.
    #[error("the key store has no root key")]
    Uninitialised,
    /// There is a root key already.
    #[error("the key store has a root key already")]
    Initialised,
    /// The key store was made in another environment.
    #[error("the key store belongs to environment {stored}, not {configured}")]
    Environment {
        /// What the key store says.
        stored: String,
        /// What this installation is.
        configured: Environment,
    },
    /// A stored key does not open.
    #[error("{0} does not open: {1}")]
    Altered(KeyName, OpenError),
    /// A stored key hangs under one that is not there.
    #[error("{0} hangs under a key that is not in the key store")]
    Orphan(KeyName),
    /// There is no such key.
    #[error("there is no {0}")]
    Missing(Level),
    /// There is no such generation of a key that is there.
    #[error("there is no {0}")]
    MissingGeneration(KeyName),
    /// The person's keys were destroyed.
    #[error("the person's keys are destroyed")]
    Destroyed,
    /// The tenant's keys were not loaded.
    #[error("the keys of tenant {0} are not open")]
    Closed(TenantId),
    /// Something still hangs under the generation.
    #[error("{remaining} keys still hang under {name}")]
    InUse {
        /// Which key.
        name: KeyName,
        /// How many.
        remaining: u64,
    },
    /// What was sealed under the generation lies elsewhere.
    #[error("what was sealed under {0} is not counted here")]
    Uncounted(KeyName),
    /// The newest generation of a key is in use by nature.
    #[error("{0} is the newest")]
    Newest(KeyName),
    /// Somebody else changed the same key at the same time, over and over.
    #[error("{0} was changed by somebody else at the same time")]
    Raced(Level),
    /// The commons belong to no person and are never destroyed.
    #[error("the commons are not a person")]
    Commons,
    /// Data of this class have no key.
    #[error("nothing is sealed under class {0}")]
    NoKeyFor(Class),
    /// A new generation of this kind would orphan what the old one made.
    #[error("the {0} key cannot be rotated")]
    NotRotatable(Kind),
    /// Our own mistake, or a thread that died.
    #[error("keys: {0}")]
    Internal(&'static str),
}

impl Fault for KeysError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Store(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Shares(error) => error.kind(),
            Self::Uninitialised | Self::Closed(_) => ErrorKind::Unavailable,
            Self::Initialised
            | Self::InUse { .. }
            | Self::Uncounted(_)
            | Self::Newest(_)
            | Self::Raced(_) => ErrorKind::Conflict,
            Self::Altered(..) | Self::Orphan(_) => ErrorKind::Tampered,
            Self::Missing(_) | Self::MissingGeneration(_) => ErrorKind::NotFound,
            Self::Destroyed => ErrorKind::Gone,
            Self::Commons | Self::NoKeyFor(_) | Self::NotRotatable(_) => ErrorKind::Refused,
            Self::Environment { .. } | Self::Internal(_) => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Seal(error) => error.code(),
            Self::Shares(error) => error.code(),
            Self::Uninitialised => "keys.uninitialised",
            Self::Initialised => "keys.initialised",
            Self::Environment { .. } => "keys.environment",
            Self::Altered(..) => "keys.altered",
            Self::Orphan(_) => "keys.orphan",
            Self::Missing(_) | Self::MissingGeneration(_) => "keys.missing",
            Self::Destroyed => "keys.destroyed",
            Self::Closed(_) => "keys.closed",
            Self::InUse { .. } => "keys.in_use",
            Self::Uncounted(_) => "keys.uncounted",
            Self::Newest(_) => "keys.newest",
            Self::Raced(_) => "keys.raced",
            Self::Commons => "keys.commons",
            Self::NoKeyFor(_) => "keys.no_key_for_class",
            Self::NotRotatable(_) => "keys.not_rotatable",
            Self::Internal(_) => "keys.internal",
        }
    }

    fn public(&self) -> String {
        match self {
            Self::Store(error) => error.public(),
            Self::Seal(error) => error.public(),
            Self::Shares(error) => error.public(),
            Self::Uninitialised => {
                "The key store has no root key yet. Start the server once, or run `strongroom keys init`.".into()
            }
            Self::Initialised => {
                "The key store has a root key already. Nothing was changed.".into()
            }
            Self::Environment { stored, configured } => format!(
                "This key store belongs to the environment {stored:?}; this installation is {configured:?}. Data do not move between environments. Set `environment` back, or use the key store that belongs here."
            ),
            Self::Altered(..) | Self::Orphan(_) => {
                "A stored key does not hold together, so nothing was opened with it; the operator has been told.".into()
            }
            Self::Missing(_) | Self::MissingGeneration(_) => "There is nothing here.".into(),
            Self::Destroyed => "The person's keys were destroyed, so their data cannot be read or written any more.".into(),
            Self::Closed(_) => "The tenant's keys are being loaded. Try again shortly.".into(),
            Self::InUse { name, remaining } => format!(
                "{remaining} keys still hang under the {name}. Run `strongroom keys rewrap` first."
            ),
            Self::Uncounted(name) => format!(
                "What was sealed under the {name}, is not counted here. Destroy it only if nothing of that is needed any more, and say so."
            ),
            Self::Newest(name) => format!(
                "The {name}, is the newest and in use. Run `strongroom keys rotate` first."
            ),
            Self::Raced(_) => {
                "Somebody else changed the same key at the same time. Try again.".into()
            }
            Self::Commons => "The commons belong to no person, so their keys are never destroyed.".into(),
            Self::NoKeyFor(class) => format!("Data of class {class} are not stored, so there is no key for them."),
            Self::NotRotatable(kind) => format!(
                "The {kind} key cannot be rotated: what it made would no longer be found."
            ),
            Self::Internal(_) => "Something went wrong on our side. Nothing was changed.".into(),
        }
    }
}
