//! Roles, and what one token's holder brings along.

use std::fmt;
use std::str::FromStr;

use base::{
    AccountId, Actor, ActorKind, Assurance, ClassSet, GrantId, Instant, Name, PersonId, TenantId,
    TokenId,
};
use serde::{Deserialize, Serialize};

use crate::Extent;

/// A role with predefined privileges; the rules are in `policies/*.cedar`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A back end or third-party program: stores and reads records and files.
    App,
    /// Cares for people: reads and writes records for treatment.
    Clinician,
    /// Runs the machine: states and counts, nobody's data.
    Operator,
    /// Reads the log, watches keys; opens nobody's data.
    Security,
    /// A data subject, about their own data.
    Person,
    /// Strongroom itself and whoever holds the machine and the seal: imports, checks, keeps keys. Reads nobody's records.
    System,
    /// Answers for the tenant: who holds which privilege. Opens nobody's data.
    Owner,
    /// Keeps accounts, apps and privileges. Opens nobody's data.
    Administrator,
    /// Answers for promises: reads evidence, rules and who holds what. Opens nobody's data.
    Compliance,
    /// Helps people with their accounts. Opens nobody's data.
    Support,
    /// Builds apps: registers them. Opens nobody's data.
    Developer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 11] = [
        Self::Owner,
        Self::Administrator,
        Self::Security,
        Self::Operator,
        Self::Compliance,
        Self::Support,
        Self::Clinician,
        Self::Developer,
        Self::App,
        Self::Person,
        Self::System,
    ];

    /// Every role that a token can have.
    pub const TOKENS: [Self; 10] = [
        Self::App,
        Self::Clinician,
        Self::Operator,
        Self::Security,
        Self::Person,
        Self::Owner,
        Self::Administrator,
        Self::Compliance,
        Self::Support,
        Self::Developer,
    ];

    /// Every role that an account of staff can be given.
    pub const STAFF: [Self; 8] = [
        Self::Owner,
        Self::Administrator,
        Self::Security,
        Self::Operator,
        Self::Compliance,
        Self::Support,
        Self::Clinician,
        Self::Developer,
    ];

    /// The role's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Clinician => "clinician",
            Self::Operator => "operator",
            Self::Security => "security",
            Self::Person => "person",
            Self::System => "system",
            Self::Owner => "owner",
            Self::Administrator => "administrator",
            Self::Compliance => "compliance",
            Self::Support => "support",
            Self::Developer => "developer",
        }
    }

    /// Its entity type in the policies, without the namespace `Role`.
    #[must_use]
    pub const fn entity(self) -> &'static str {
        match self {
            Self::App => "App",
            Self::Clinician => "Clinician",
            Self::Operator => "Operator",
            Self::Security => "Security",
            Self::Person => "Person",
            Self::System => "System",
            Self::Owner => "Owner",
            Self::Administrator => "Administrator",
            Self::Compliance => "Compliance",
            Self::Support => "Support",
            Self::Developer => "Developer",
        }
    }

    /// The duties that it has: what policies may name instead of each role.
    #[must_use]
    pub const fn duties(self) -> &'static [Duty] {
        use Duty::{Answers, Care, Granters, Keepers, Office, Seconds, Staff, Watch};
        match self {
            Self::Owner => &[Staff, Keepers, Answers, Office, Granters, Seconds],
            Self::Administrator => &[Staff, Keepers, Answers, Office, Granters],
            Self::Security => &[Staff, Answers, Granters, Watch, Seconds],
            Self::Operator => &[Staff, Keepers, Watch],
            Self::Compliance => &[Staff, Keepers, Answers],
            Self::Support | Self::Developer => &[Staff, Keepers],
            Self::Clinician => &[Staff, Care, Seconds],
            Self::App => &[Care],
            Self::Person | Self::System => &[],
        }
    }

    /// Whether it is a role of people who work here.
    #[must_use]
    pub fn is_staff(self) -> bool {
        self.duties().contains(&Duty::Staff)
    }

    /// Whether one account may not hold both: who watches is none of those who are watched, and who keeps the house and opens
    /// nothing in it does not open it under another name.
    #[must_use]
    pub fn conflicts_with(self, other: Self) -> bool {
        let watched = |role| {
            matches!(
                role,
                Self::Owner | Self::Administrator | Self::Operator | Self::Developer
            )
        };
        let blind = |role| matches!(role, Self::Operator | Self::Support | Self::Developer);
        (self == Self::Security && watched(other))
            || (other == Self::Security && watched(self))
            || (self == Self::Clinician && blind(other))
            || (other == Self::Clinician && blind(self))
    }

    const fn kind(self) -> ActorKind {
        match self {
            Self::App => ActorKind::App,
            Self::Person => ActorKind::Person,
            Self::System => ActorKind::System,
            Self::Clinician
            | Self::Operator
            | Self::Security
            | Self::Owner
            | Self::Administrator
            | Self::Compliance
            | Self::Support
            | Self::Developer => ActorKind::Staff,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::TOKENS
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| {
                let names = Self::TOKENS.map(Self::as_str);
                format!("the roles are {}", names.join(", "))
            })
    }
}

/// Several roles under one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Duty {
    /// Works here.
    Staff,
    /// Keeps the house, and opens nothing in it.
    Keepers,
    /// Answers for who may do what.
    Answers,
    /// Looks after accounts and apps.
    Office,
    /// Decides on privileges that others ask for.
    Granters,
    /// Is the second person for a break-glass.
    Seconds,
    /// Watches the state of the machine.
    Watch,
    /// Cares for people.
    Care,
}

impl Duty {
    /// Every duty.
    pub const ALL: [Self; 8] = [
        Self::Staff,
        Self::Keepers,
        Self::Answers,
        Self::Office,
        Self::Granters,
        Self::Seconds,
        Self::Watch,
        Self::Care,
    ];

    /// Its name in the policies.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Keepers => "keepers",
            Self::Answers => "answers",
            Self::Office => "office",
            Self::Granters => "granters",
            Self::Seconds => "seconds",
            Self::Watch => "watch",
            Self::Care => "care",
        }
    }
}

/// How far a token reaches within its role. What is `None` is as wide as the role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Only these collections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collections: Option<Vec<Name>>,
    /// Only these classes are shown in clear or masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<base::Class>>,
    /// May not change anything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// Only these verbs on these collections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extents: Option<Vec<Extent>>,
    /// Only for these purposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purposes: Option<Vec<base::Purpose>>,
}

/// What an area that knows accounts and apps has proven of who asks.
#[derive(Clone, Debug)]
pub struct Proven {
    /// The tenant it acts in.
    pub tenant: TenantId,
    /// Opaque and stable: an account's or an app's id, or a session's or a token's.
    pub actor_id: String,
    /// How it proved itself, as the log writes it: `session`, `oauth`, `dpop`.
    pub authenticated_by: &'static str,
    /// The role that decides.
    pub role: Role,
    /// The one person it is about, where there is one.
    pub person: Option<PersonId>,
    /// What that person let an app do, where it acts by that.
    pub grant: Option<GrantId>,
    /// How far it reaches within its role.
    pub scope: Scope,
    /// How strongly it proved itself; `None` for a program.
    pub assurance: Option<Assurance>,
    /// Until when the proof counts as fresh: what matters is changed before then, or after a new proof.
    pub fresh_until: Option<Instant>,
}

/// How far a guardian reaches beside records and files, in the stead of the person that they act for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guarding {
    /// They may read everything: they take everything along.
    pub takes: bool,
    /// They may delete everything: they ask that everything be deleted.
    pub deletes: bool,
}

/// Who asks, as proven: made by [`crate::Tokens::verify`], of a [`Proven`], or [`Authority::system`] for Strongroom itself.
#[derive(Clone, Debug)]
pub struct Authority {
    pub(crate) tenant: TenantId,
    pub(crate) actor_id: String,
    pub(crate) authenticated_by: &'static str,
    pub(crate) role: Role,
    pub(crate) person: Option<PersonId>,
    pub(crate) grant: Option<GrantId>,
    pub(crate) guarding: Option<Guarding>,
    pub(crate) scope: Scope,
    pub(crate) assurance: Option<Assurance>,
    pub(crate) fresh_until: Option<Instant>,
    pub(crate) account: Option<AccountId>,
    pub(crate) break_glass: Option<(PersonId, Instant)>,
}

impl From<Proven> for Authority {
    fn from(proven: Proven) -> Self {
        Self {
            tenant: proven.tenant,
            actor_id: proven.actor_id,
            authenticated_by: proven.authenticated_by,
            role: proven.role,
            person: proven.person,
            grant: proven.grant,
            guarding: None,
            scope: proven.scope,
            assurance: proven.assurance,
            fresh_until: proven.fresh_until,
            account: None,
            break_glass: None,
        }
    }
}

impl Authority {
    /// Strongroom itself, at this tenant: `name` is the command or job, e.g. `import`.
    #[must_use]
    pub fn system(tenant: TenantId, name: &'static str) -> Self {
        Self {
            tenant,
            actor_id: name.to_owned(),
            authenticated_by: "local",
            role: Role::System,
            person: None,
            grant: None,
            guarding: None,
            scope: Scope::default(),
            assurance: None,
            fresh_until: None,
            account: None,
            break_glass: None,
        }
    }

    pub(crate) fn token(
        tenant: TenantId,
        id: TokenId,
        role: Role,
        person: Option<PersonId>,
        scope: Scope,
    ) -> Self {
        Self {
            tenant,
            actor_id: id.to_string(),
            authenticated_by: "token",
            role,
            person,
            grant: None,
            guarding: None,
            scope,
            assurance: None,
            fresh_until: None,
            account: None,
            break_glass: None,
        }
    }

    /// The same, signed in with `account`: only an account asks for access, decides on it, or breaks a glass.
    #[must_use]
    pub const fn of_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// The same, with an emergency access to one person that is open until then.
    #[must_use]
    pub const fn with_break_glass(mut self, person: PersonId, until: Instant) -> Self {
        self.break_glass = Some((person, until));
        self
    }

    /// The same, for somebody who lets it act for them by this grant.
    #[must_use]
    pub const fn acting_for(mut self, person: PersonId, grant: GrantId) -> Self {
        self.person = Some(person);
        self.grant = Some(grant);
        self
    }

    /// The same, where that grant is a guardian's appointment.
    #[must_use]
    pub const fn as_guardian(mut self, guarding: Guarding) -> Self {
        self.guarding = Some(guarding);
        self
    }

    /// How far it reaches as a guardian; `None` for who is none.
    #[must_use]
    pub const fn guarding(&self) -> Option<Guarding> {
        self.guarding
    }

    /// The grant that it acts by; `None` for who acts by their own right.
    #[must_use]
    pub const fn grant(&self) -> Option<GrantId> {
        self.grant
    }

    /// The account that is signed in; `None` for a program.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        self.account
    }

    /// The tenant it acts in.
    #[must_use]
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The role that decides.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// How strongly it proved itself; `None` for a program.
    #[must_use]
    pub const fn assurance(&self) -> Option<Assurance> {
        self.assurance
    }

    /// Whether the proof is fresh enough at `now` to change what matters.
    #[must_use]
    pub fn is_fresh(&self, now: Instant) -> bool {
        self.fresh_until.is_some_and(|until| now < until)
    }

    /// The one person it is about: for the role `person`, and for an app that acts for one.
    #[must_use]
    pub const fn person(&self) -> Option<PersonId> {
        self.person
    }

    /// As the log writes it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            kind: self.role.kind(),
            id: self.actor_id.clone(),
            role: self.role.as_str().to_owned(),
            authenticated_by: self.authenticated_by,
            grant: self.grant,
        }
    }

    pub(crate) fn classes(&self) -> Option<ClassSet> {
        self.scope
            .classes
            .as_ref()
            .map(|classes| classes.iter().copied().collect())
    }
}
