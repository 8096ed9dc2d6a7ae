//! All the keys of one person, unwrapped.

use std::sync::Arc;

use base::{Class, ClassSet, PersonId, TenantId};
use crypt::SymmetricKey;

use crate::{KeysError, Level};

/// A person's key of one class and generation.
#[derive(Clone, Debug)]
pub struct PersonKey {
    /// Of which class.
    pub class: Class,
    /// Stands in each sealed part, so that it is found again.
    pub generation: u32,
    /// The key.
    pub key: Arc<SymmetricKey>,
}

/// All the keys of one person that were there when it was loaded. Zeroised when the last holder lets go.
#[derive(Debug)]
pub struct Ring {
    tenant: TenantId,
    person: PersonId,
    /// By class, then newest first.
    keys: Box<[RingKey]>,
}

#[derive(Clone, Debug)]
pub(crate) struct RingKey {
    pub(crate) class: Class,
    pub(crate) generation: u32,
    /// A key that does not open spoils no other. Boxed, so that the rings in the cache stay small.
    pub(crate) key: Result<Arc<SymmetricKey>, Box<KeysError>>,
}

impl Ring {
    pub(crate) fn new(tenant: &TenantId, person: PersonId, mut keys: Vec<RingKey>) -> Self {
        keys.sort_unstable_by_key(|key| (key.class, std::cmp::Reverse(key.generation)));
        Self {
            tenant: tenant.clone(),
            person,
            keys: keys.into_boxed_slice(),
        }
    }

    /// Whose keys.
    #[must_use]
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// The classes that have a key, one that opens or not.
    #[must_use]
    pub fn classes(&self) -> ClassSet {
        self.keys.iter().map(|key| key.class).collect()
    }

    /// The number of the newest key of `class`, one that opens or not.
    #[must_use]
    pub fn newest_generation(&self, class: Class) -> Option<u32> {
        let newest = self.keys.iter().find(|key| key.class == class)?;
        Some(newest.generation)
    }

    /// The numbers of all keys of `class`, newest first.
    pub fn generations(&self, class: Class) -> impl Iterator<Item = u32> {
        let of_class = self.keys.iter().filter(move |key| key.class == class);
        of_class.map(|key| key.generation)
    }

    /// The newest key of `class`: the one to seal with.
    ///
    /// # Errors
    /// [`KeysError::Missing`] where the person has no key of the class, [`KeysError::Altered`] where it does not open.
    pub fn newest(&self, class: Class) -> Result<PersonKey, KeysError> {
        self.keys
            .iter()
            .find(|key| key.class == class)
            .ok_or_else(|| KeysError::Missing(self.level(class)))
            .and_then(RingKey::open)
    }

    /// The key of `class` and `generation`: the one that a sealed part names.
    ///
    /// # Errors
    /// [`KeysError::MissingGeneration`] where there is none, [`KeysError::Altered`] where it does not open.
    pub fn at(&self, class: Class, generation: u32) -> Result<PersonKey, KeysError> {
        self.keys
            .iter()
            .find(|key| key.class == class && key.generation == generation)
            .ok_or_else(|| KeysError::MissingGeneration(self.level(class).generation(generation)))
            .and_then(RingKey::open)
    }

    pub(crate) fn keys(&self) -> &[RingKey] {
        &self.keys
    }

    fn level(&self, class: Class) -> Level {
        Level::Person {
            tenant: self.tenant.clone(),
            person: self.person,
            class,
        }
    }
}

impl RingKey {
    fn open(&self) -> Result<PersonKey, KeysError> {
        Ok(PersonKey {
            class: self.class,
            generation: self.generation,
            key: Arc::clone(self.key.as_ref().map_err(|error| KeysError::clone(error))?),
        })
    }
}
