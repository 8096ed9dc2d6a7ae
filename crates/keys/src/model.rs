//! Which keys there are, and how they are named to people.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base::{Class, PersonId, Region, TenantId};
use crypt::SymmetricKey;

/// A key that belongs to a tenant as a whole. The discriminants are stored and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Blind index and record handles.
    Index = 1,
    /// Seals the entries of the tenant's log.
    LogSealing = 2,
    /// Signs the checkpoints of the tenant's log (Ed25519).
    LogSigning = 3,
    /// Signs what others verify with RSA (RSA-4096, PSS). Made on demand.
    RsaSigning = 4,
    /// Seals the tenant's small secrets that are about no person: kept answers, file metadata.
    Sealing = 5,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Index,
        Self::LogSealing,
        Self::LogSigning,
        Self::RsaSigning,
        Self::Sealing,
    ];

    /// The kind as it stands in commands and on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::LogSealing => "log-sealing",
            Self::LogSigning => "log-signing",
            Self::RsaSigning => "rsa-signing",
            Self::Sealing => "sealing",
        }
    }

    /// The number that stands for the kind in the key store.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The kind that `code` stands for, if any.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The class whose key-encryption key it hangs under.
    pub(crate) const fn class(self) -> Class {
        match self {
            Self::Index | Self::LogSealing => Class::Internal,
            Self::LogSigning | Self::RsaSigning | Self::Sealing => Class::Credential,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("{text:?} is not a kind of key"))
    }
}

/// A place in the tree. It has one newest generation and any number of older ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The one above all.
    Root,
    /// Wraps the person keys and tenant keys of one class.
    Kek {
        /// Whose.
        tenant: TenantId,
        /// Where the data live.
        region: Region,
        /// Of which class.
        class: Class,
    },
    /// A key of the tenant as a whole.
    Tenant {
        /// Whose.
        tenant: TenantId,
        /// Which.
        kind: Kind,
    },
    /// Seals what is kept of one class about one person.
    Person {
        /// Whose data.
        tenant: TenantId,
        /// About whom.
        person: PersonId,
        /// Of which class.
        class: Class,
    },
}

impl Level {
    /// The level's generation `generation`, as a name.
    #[must_use]
    pub const fn generation(self, generation: u32) -> KeyName {
        KeyName {
            level: self,
            generation,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("root key"),
            Self::Kek {
                tenant,
                region,
                class,
            } => write!(f, "key-encryption key {tenant}/{region}/{class}"),
            Self::Tenant { tenant, kind } => write!(f, "{kind} key of tenant {tenant}"),
            Self::Person {
                tenant,
                person,
                class,
            } => write!(f, "{class} key of person {tenant}/{person}"),
        }
    }
}

/// One key: a level and a generation, counted from 1. Says nothing of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName {
    /// Which place in the tree.
    pub level: Level,
    /// Which generation.
    pub generation: u32,
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, generation {}", self.level, self.generation)
    }
}

/// A tenant's symmetric key with its generation.
#[derive(Clone, Debug)]
pub struct TenantKey {
    /// Kept beside what is sealed under it.
    pub generation: u32,
    /// The key.
    pub key: Arc<SymmetricKey>,
}
