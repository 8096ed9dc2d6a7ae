//! What can be asked for, and what can be done to it.

use base::{Name, ObjectId, PersonId, RecordId, TenantId};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Make a new one.
    Create,
    /// Open it.
    Read,
    /// Write a new version.
    Update,
    /// Take it away.
    Delete,
    /// Rotate, re-wrap, destroy: for keys.
    Manage,
}

impl Verb {
    /// Whether it changes something.
    #[must_use]
    pub const fn changes(self) -> bool {
        !matches!(self, Self::Read)
    }
}

/// Something that policy decides about.
pub trait Thing {
    /// Whose it is.
    fn tenant(&self) -> &TenantId;
    /// The one person it is about, where there is one.
    fn person(&self) -> Option<PersonId>;
    /// The collection, where there is one.
    fn collection(&self) -> Option<&Name> {
        None
    }
    /// Whether opening it shows what is stored about people. Then a purpose is required.
    const ABOUT_PEOPLE: bool;
    /// Its name in the log and in refusals.
    const KIND: &'static str;
}

/// A person as such: making one, listing, erasing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonAt {
    /// Whose.
    pub tenant: TenantId,
    /// Who; `None` for making or listing.
    pub person: Option<PersonId>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordAt {
    /// Whose.
    pub tenant: TenantId,
    /// About whom.
    pub person: PersonId,
    /// Of which collection.
    pub collection: Name,
    /// Which.
    pub record: RecordId,
}

/// The records of one collection, about one person or (where the register allows the search) any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordsOf {
    /// Whose.
    pub tenant: TenantId,
    /// About whom.
    pub person: Option<PersonId>,
    /// Of which collection.
    pub collection: Name,
}

/// One file, or (`None`) a person's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileAt {
    /// Whose.
    pub tenant: TenantId,
    /// About whom.
    pub person: PersonId,
    /// Which.
    pub file: Option<ObjectId>,
}

/// A tenant's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogOf {
    /// Whose.
    pub tenant: TenantId,
}

/// A tenant's keys: counts, generations, rotation. Never key bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysOf {
    /// Whose.
    pub tenant: TenantId,
}

/// A tenant's checks and evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustOf {
    /// Whose.
    pub tenant: TenantId,
}

/// A tenant's apps: their registrations, never what people let them do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppsOf {
    /// Whose.
    pub tenant: TenantId,
}

macro_rules! thing {
    ($name:ident, $kind:literal, about_people: $about:literal $(, person: |$p:ident| $person:expr)? $(, collection: |$c:ident| $collection:expr)?) => {
        impl Thing for $name {
            const ABOUT_PEOPLE: bool = $about;
            const KIND: &'static str = $kind;
            fn tenant(&self) -> &TenantId {
                &self.tenant
            }
            thing!(@person $(|$p| $person)?);
            $(fn collection(&self) -> Option<&Name> {
                let $c = self;
                $collection
            })?
        }
    };
    (@person |$p:ident| $person:expr) => {
        fn person(&self) -> Option<PersonId> {
            let $p = self;
            $person
        }
    };
    (@person) => {
        fn person(&self) -> Option<PersonId> {
            None
        }
    };
}

thing!(PersonAt, "person", about_people: false, person: |it| it.person);
thing!(RecordAt, "record", about_people: true, person: |it| Some(it.person), collection: |it| Some(&it.collection));
thing!(RecordsOf, "records", about_people: true, person: |it| it.person, collection: |it| Some(&it.collection));
thing!(FileAt, "file", about_people: true, person: |it| Some(it.person));
thing!(LogOf, "log", about_people: false);
thing!(KeysOf, "keys", about_people: false);
thing!(TrustOf, "trust", about_people: false);
thing!(AppsOf, "apps", about_people: false);
