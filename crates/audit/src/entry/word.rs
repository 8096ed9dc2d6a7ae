//! The only texts that an entry may hold besides ids and names: words too narrow for a person's name or address.

use std::borrow::Cow;
use std::fmt;

use base::{Actor, ActorKind};

use super::EntryError;

/// 1 to 64 of `A-Z`, `a-z`, `0-9`, `.`, `_`, `:`, `/`, `-`: an opaque id, a role, a code. No space, no `@`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Word(Cow<'static, str>);

impl Word {
    /// Take `text` as a word; `what` names it in the error.
    ///
    /// # Errors
    /// [`EntryError::Word`] when it has other characters or another length.
    pub fn new(text: impl Into<Cow<'static, str>>, what: &'static str) -> Result<Self, EntryError> {
        let text = text.into();
        let narrow = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte));
        if narrow {
            Ok(Self(text))
        } else {
            Err(EntryError::Word(what))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// What sort of actor.
    pub kind: ActorKind,
    /// Opaque and stable.
    pub id: Word,
    /// The role that decided.
    pub role: Word,
    /// How the actor proved itself.
    pub by: Word,
}

impl Who {
    /// The actor of an operation.
    ///
    /// # Errors
    /// [`EntryError::Word`] when its id, its role or its way of authentication is not a word.
    pub fn of(actor: &Actor) -> Result<Self, EntryError> {
        Ok(Self {
            kind: actor.kind,
            id: Word::new(actor.id.clone(), "actor id")?,
            role: Word::new(actor.role.clone(), "actor role")?,
            by: Word::new(actor.authenticated_by, "authentication")?,
        })
    }
}

/// What the log calls a record: the keyed handle of its id, which says nothing without the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordHandle([u8; 16]);

impl RecordHandle {
    /// The handle with these bytes, made with a key of the tenant. Never the record's id itself.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The handle in `bytes`, if there are 16.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for RecordHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
