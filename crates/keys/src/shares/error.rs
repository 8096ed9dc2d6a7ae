//! Why shares do not give the root key.

use base::{Environment, ErrorKind, Fault};

/// Shares do not give what they should. Says which and why, never what is in them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SharesError {
    /// There is no share.
    #[error("there is no share")]
    None,
    /// It is no share at all, or not a whole one.
    #[error("this is no share: {0} groups of nine characters, where 16 belong")]
    Length(usize),
    /// A character that no share has.
    #[error("group {0} has a character that no share has")]
    Character(usize),
    /// One group of characters was written down or typed otherwise.
    #[error("group {0} is not as it was written")]
    Group(usize),
    /// Each group is right, and they do not belong together.
    #[error("the groups do not belong to one share, or not in this order")]
    Checksum,
    /// A version that this program does not know.
    #[error("the share has the unknown format version {0}")]
    Version(u8),
    /// Its numbers cannot be.
    #[error("the share's numbers cannot be")]
    Numbers,
    /// Shares of several divisions.
    #[error("the shares are of several sets")]
    Mixed,
    /// Of another environment.
    #[error("the shares are not of environment {0}")]
    Environment(Environment),
    /// The same share twice.
    #[error("share {0} is there twice")]
    Twice(u8),
    /// Too few.
    #[error("{given} shares, where it takes {needed}")]
    Few {
        /// How many it takes.
        needed: u8,
        /// How many there are.
        given: usize,
    },
    /// They give another key than was divided.
    #[error("the shares do not give the key that was divided")]
    Wrong,
    /// Of another generation of the root key than the key store has.
    #[error("the shares are of generation {theirs} of the root key; the key store has {newest}")]
    Generation {
        /// The shares'.
        theirs: u32,
        /// The key store's.
        newest: u32,
    },
    /// The key store hangs under another root key.
    #[error("the key store hangs under another root key")]
    OtherStore,
}

impl Fault for SharesError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::None
            | Self::Length(_)
            | Self::Character(_)
            | Self::Group(_)
            | Self::Checksum
            | Self::Version(_)
            | Self::Numbers => ErrorKind::Invalid,
            Self::Mixed
            | Self::Environment(_)
            | Self::Twice(_)
            | Self::Few { .. }
            | Self::Generation { .. }
            | Self::OtherStore => ErrorKind::Refused,
            Self::Wrong => ErrorKind::Tampered,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::None
            | Self::Length(_)
            | Self::Character(_)
            | Self::Group(_)
            | Self::Checksum
            | Self::Numbers => "keys.share_unreadable",
            Self::Version(_) => "keys.share_version",
            Self::Mixed => "keys.share_mixed",
            Self::Environment(_) => "keys.share_environment",
            Self::Twice(_) | Self::Few { .. } => "keys.share_few",
            Self::Wrong => "keys.share_wrong",
            Self::Generation { .. } => "keys.share_generation",
            Self::OtherStore => "keys.share_other_store",
        }
    }

    fn public(&self) -> String {
        match self {
            Self::None | Self::Length(_) | Self::Numbers => {
                "A share is 16 groups of nine characters, as `strongroom keys shares split` wrote them.".into()
            }
            Self::Character(group) | Self::Group(group) => {
                format!("Compare group {group} with the paper. Upper and lower case are the same, O is 0, I and L are 1.")
            }
            Self::Checksum => "Compare the order of the groups with the paper.".into(),
            Self::Version(_) => "A newer release wrote this share. Use that one.".into(),
            Self::Mixed => "Bring shares of one set: the lines above the share name it.".into(),
            Self::Environment(_) => "Shares open the environment that they were made in, and no other.".into(),
            Self::Twice(_) | Self::Few { .. } => "Bring more shares of the same set.".into(),
            Self::Wrong => "At least one of these shares is not what was handed out. Try with others of the same set.".into(),
            Self::Generation { .. } => {
                "The root key was rotated after or before these shares were made. Bring the newest set, or the key store of their time.".into()
            }
            Self::OtherStore => "These shares and this key store are of two installations, or the key store was altered. Nothing was changed.".into(),
        }
    }
}
