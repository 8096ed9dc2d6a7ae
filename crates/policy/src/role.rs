//! Roles, and what one token's holder brings along.

use std::fmt;
use std::str::FromStr;

use base::{
    Actor, ActorKind, Assurance, ClassSet, GrantId, Instant, Name, PersonId, TenantId, TokenId,
};
use serde::{Deserialize, Serialize};

use crate::Extent;

/// A role with predefined privileges; the rules are in `decide.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
}

impl Role {
    /// Every role that a token can have.
    pub const TOKENS: [Self; 5] = [
        Self::App,
        Self::Clinician,
        Self::Operator,
        Self::Security,
        Self::Person,
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
        }
    }

    const fn kind(self) -> ActorKind {
        match self {
            Self::App => ActorKind::App,
            Self::Clinician | Self::Operator | Self::Security => ActorKind::Staff,
            Self::Person => ActorKind::Person,
            Self::System => ActorKind::System,
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
            .ok_or_else(|| "the roles are app, clinician, operator, security, person".to_owned())
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

/// Who asks, as proven: made by [`crate::Tokens::verify`], of a [`Proven`], or [`Authority::system`] for Strongroom itself.
#[derive(Clone, Debug)]
pub struct Authority {
    pub(crate) tenant: TenantId,
    pub(crate) actor_id: String,
    pub(crate) authenticated_by: &'static str,
    pub(crate) role: Role,
    pub(crate) person: Option<PersonId>,
    pub(crate) grant: Option<GrantId>,
    pub(crate) scope: Scope,
    pub(crate) assurance: Option<Assurance>,
    pub(crate) fresh_until: Option<Instant>,
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
            scope: proven.scope,
            assurance: proven.assurance,
            fresh_until: proven.fresh_until,
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
            scope: Scope::default(),
            assurance: None,
            fresh_until: None,
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
            scope,
            assurance: None,
            fresh_until: None,
        }
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
