//! What can be asked for, and what can be done to it.

use std::fmt;

use base::{AccountId, Name, ObjectId, PersonId, RecordId, TenantId};

use crate::Role;

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
    /// Rotate, re-wrap, destroy: for keys. Decide on what somebody else asked for: for access.
    Manage,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 5] = [
        Self::Create,
        Self::Read,
        Self::Update,
        Self::Delete,
        Self::Manage,
    ];

    /// The verb's name in the policies.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Manage => "manage",
        }
    }

    /// The verb in a sentence.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Update => "change",
            other => other.as_str(),
        }
    }

    /// Whether it changes something.
    #[must_use]
    pub const fn changes(self) -> bool {
        !matches!(self, Self::Read)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $areas:expr;)*) => {
        /// What sort of thing it is. Each is an entity type of the policies, in one or more areas.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The kind in a sentence.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Its entity type, without the namespace `Thing`.
            #[must_use]
            pub const fn entity(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// The areas that it lies in: what policies may name instead of each kind.
            #[must_use]
            pub const fn areas(self) -> &'static [Area] {
                use Area::{Access, Data, Guarded, House};
                match self {
                    $(Self::$name => $areas,)*
                }
            }
        }
    };
}

/// Several kinds under one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Area {
    /// What is stored about people.
    Data,
    /// Everything else.
    House,
    /// What reaches further than itself: a strong and fresh proof is asked for.
    Guarded,
    /// Who may do what.
    Access,
}

impl Area {
    /// Every area.
    pub const ALL: [Self; 4] = [Self::Data, Self::House, Self::Guarded, Self::Access];

    /// Its name in the policies.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::House => "house",
            Self::Guarded => "guarded",
            Self::Access => "access",
        }
    }
}

kinds! {
    /// A record.
    Record = "record", &[Data];
    /// The records of a collection.
    Records = "records", &[Data];
    /// A file, or a person's files.
    File = "file", &[Data];
    /// A person as such.
    Person = "person", &[House];
    /// Who looked at what is kept about one person.
    Accesses = "list of accesses", &[House];
    /// Everything of one person, to take along.
    Export = "archive", &[];
    /// What one person was asked, and what they let whom do.
    Grants = "list of grants", &[House];
    /// What somebody asks people to grant.
    Requests = "request for consent", &[House];
    /// What people ask for under their rights.
    Rights = "request under a right", &[House];
    /// The log.
    Log = "log", &[House, Guarded];
    /// Keys: counts and generations.
    Keys = "keys", &[House, Guarded];
    /// Checks and their evidence.
    Trust = "trust", &[House];
    /// Who holds which privilege, and what was asked for.
    Privileges = "privileges", &[House, Guarded, Access];
    /// One privilege of one account.
    Privilege = "privilege", &[House, Guarded, Access];
    /// Access in an emergency.
    BreakGlass = "break-glass", &[House, Access];
    /// The rules.
    Policy = "policy", &[House, Guarded];
    /// Accounts of staff and people.
    Accounts = "account", &[House, Guarded];
    /// Apps.
    Apps = "app", &[House, Guarded];
    /// Legal holds.
    Holds = "legal hold", &[House, Guarded];
    /// Who decides for whom, and until when.
    Guardians = "guardian", &[House, Guarded];
    /// A guardian whom somebody proposed.
    Proposal = "proposed guardian", &[House, Guarded, Access];
    /// What is kept how long, and what was destroyed.
    Retention = "retention", &[House];
    /// The records of processing activities.
    Processing = "record of processing", &[House];
    /// Recovery points and drills.
    Continuity = "recovery point", &[House];
    /// Recovery points that are destroyed before their time.
    Destruction = "early destruction", &[House, Guarded, Access];
    /// Everything of FHIR at a tenant, to be taken out by a program.
    Bulk = "bulk export", &[];
    /// The end of a tenant's contract.
    Contract = "contract", &[House, Guarded];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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
    /// The privilege that it is about, where there is one.
    fn privilege(&self) -> Option<Role> {
        None
    }
    /// The accounts that asked for it, gain by it or did it: whoever must not decide on it.
    fn parties(&self) -> &[AccountId] {
        &[]
    }
    /// Whether opening it shows what is stored about people. Then a purpose is required.
    const ABOUT_PEOPLE: bool;
    /// Its name in refusals and, as an entity type, in the policies.
    const KIND: Kind;
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

/// The entries of the log that are about one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessesOf {
    /// Whose.
    pub tenant: TenantId,
    /// About whom.
    pub person: PersonId,
}

/// What one person was asked, and what they let whom do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantsOf {
    /// Whose.
    pub tenant: TenantId,
    /// Who was asked.
    pub person: PersonId,
}

/// Everything of one person, to take along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOf {
    /// Whose.
    pub tenant: TenantId,
    /// About whom.
    pub person: PersonId,
}

/// What is asked of people at a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestsOf {
    /// Whose.
    pub tenant: TenantId,
}

/// What one person asked for under their rights, or (`None`) everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RightsOf {
    /// Whose.
    pub tenant: TenantId,
    /// Who asked.
    pub person: Option<PersonId>,
}

/// A tenant's keys: counts, generations, rotation. Never key bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysOf {
    /// Whose.
    pub tenant: TenantId,
}

/// Who holds which privilege at a tenant, and what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivilegesOf {
    /// Whose.
    pub tenant: TenantId,
}

/// One privilege: to be asked for, decided on, confirmed, ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivilegeAt {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub role: Role,
    /// Who asked for it and who gains by it.
    pub parties: Vec<AccountId>,
}

/// Access to one person's data in an emergency, or (`None`) every such access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakGlassAt {
    /// Whose.
    pub tenant: TenantId,
    /// About whom.
    pub person: Option<PersonId>,
    /// Who opened it, and who was the second.
    pub parties: Vec<AccountId>,
}

/// The rules, as they are in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyOf {
    /// For whom.
    pub tenant: TenantId,
}

/// Accounts, as others see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountsOf {
    /// Whose.
    pub tenant: TenantId,
}

/// Apps that are registered at a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppsOf {
    /// Whose.
    pub tenant: TenantId,
}

/// A tenant's legal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldsOf {
    /// Whose.
    pub tenant: TenantId,
}

/// Who decides for whom at a tenant, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardiansOf {
    /// Whose.
    pub tenant: TenantId,
}

/// A guardian whom one of the staff proposes, and another appoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalAt {
    /// Whose.
    pub tenant: TenantId,
    /// Who proposed it.
    pub parties: Vec<AccountId>,
}

/// What is kept how long at a tenant, and what was destroyed because its time was over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionOf {
    /// Whose.
    pub tenant: TenantId,
}

/// A tenant's records of processing activities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessingOf {
    /// Whose.
    pub tenant: TenantId,
}

/// Recovery points and drills of the installation that a tenant is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContinuityOf {
    /// Whose staff looks.
    pub tenant: TenantId,
}

/// Recovery points of the installation that are to be destroyed before their time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestructionAt {
    /// Whose staff asks.
    pub tenant: TenantId,
    /// Who agreed.
    pub parties: Vec<AccountId>,
}

/// Everything of FHIR at a tenant, to be taken out. What is opened of it is asked type by type, as [`RecordsOf`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkOf {
    /// Whose.
    pub tenant: TenantId,
}

/// A tenant's contract, and its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractOf {
    /// Whose.
    pub tenant: TenantId,
}

/// A tenant's checks and evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustOf {
    /// Whose.
    pub tenant: TenantId,
}

macro_rules! thing {
    ($name:ident, $kind:ident, about_people: $about:literal $(, $field:ident: |$it:ident| $value:expr)*) => {
        impl Thing for $name {
            const ABOUT_PEOPLE: bool = $about;
            const KIND: Kind = Kind::$kind;
            fn tenant(&self) -> &TenantId {
                &self.tenant
            }
            $(thing!(@ $field |$it| $value);)*
        }
    };
    (@ person |$it:ident| $value:expr) => {
        fn person(&self) -> Option<PersonId> {
            let $it = self;
            $value
        }
    };
    (@ collection |$it:ident| $value:expr) => {
        fn collection(&self) -> Option<&Name> {
            let $it = self;
            $value
        }
    };
    (@ privilege |$it:ident| $value:expr) => {
        fn privilege(&self) -> Option<Role> {
            let $it = self;
            $value
        }
    };
    (@ parties |$it:ident| $value:expr) => {
        fn parties(&self) -> &[AccountId] {
            let $it = self;
            $value
        }
    };
}

thing!(PersonAt, Person, about_people: false, person: |it| it.person);
thing!(RecordAt, Record, about_people: true, person: |it| Some(it.person), collection: |it| Some(&it.collection));
thing!(RecordsOf, Records, about_people: true, person: |it| it.person, collection: |it| Some(&it.collection));
thing!(FileAt, File, about_people: true, person: |it| Some(it.person));
thing!(LogOf, Log, about_people: false, person: |_it| None);
thing!(AccessesOf, Accesses, about_people: false, person: |it| Some(it.person));
thing!(GrantsOf, Grants, about_people: false, person: |it| Some(it.person));
thing!(ExportOf, Export, about_people: true, person: |it| Some(it.person));
thing!(RequestsOf, Requests, about_people: false, person: |_it| None);
thing!(RightsOf, Rights, about_people: false, person: |it| it.person);
thing!(KeysOf, Keys, about_people: false, person: |_it| None);
thing!(TrustOf, Trust, about_people: false, person: |_it| None);
thing!(PrivilegesOf, Privileges, about_people: false, person: |_it| None);
thing!(PrivilegeAt, Privilege, about_people: false, person: |_it| None, privilege: |it| Some(it.role), parties: |it| &it.parties);
// Whom it is about is no part of the question: a break-glass is decided on by who asks, not by who is seen.
thing!(BreakGlassAt, BreakGlass, about_people: false, person: |_it| None, parties: |it| &it.parties);
thing!(PolicyOf, Policy, about_people: false, person: |_it| None);
thing!(AccountsOf, Accounts, about_people: false, person: |_it| None);
thing!(HoldsOf, Holds, about_people: false, person: |_it| None);
thing!(GuardiansOf, Guardians, about_people: false, person: |_it| None);
thing!(ProposalAt, Proposal, about_people: false, person: |_it| None, parties: |it| &it.parties);
thing!(RetentionOf, Retention, about_people: false, person: |_it| None);
thing!(ProcessingOf, Processing, about_people: false, person: |_it| None);
thing!(ContinuityOf, Continuity, about_people: false, person: |_it| None);
thing!(DestructionAt, Destruction, about_people: false, person: |_it| None, parties: |it| &it.parties);
thing!(BulkOf, Bulk, about_people: false, person: |_it| None);
thing!(ContractOf, Contract, about_people: false, person: |_it| None);
thing!(AppsOf, Apps, about_people: false, person: |_it| None);
