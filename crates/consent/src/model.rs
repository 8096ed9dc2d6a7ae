//! Who asks, and ids.

use std::fmt;
use std::str::FromStr;

use base::{AccountId, Actor, ActorKind, AppId, GrantId, InvalidId, TenantId};
use crypt::hash::sha256;
use serde::{Deserialize, Serialize};
use store::Value;

use crate::ConsentError;

/// Whom something is granted to: an app, or somebody with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Party {
    /// An OAuth client.
    App(AppId),
    /// Somebody of the staff, or another person.
    Account(AccountId),
}

/// An id that no app and no account has: those are drawn by chance.
fn tenants_own(tenant: &TenantId, who: &str) -> [u8; 16] {
    let hash = sha256(&[
        b"strongroom party\0",
        who.as_bytes(),
        b"\0",
        tenant.as_str().as_bytes(),
    ]);
    hash.first_chunk().copied().unwrap_or_default()
}

impl Party {
    /// How a token of the tenant's is said to have let somebody in ([`Actor::authenticated_by`]).
    pub const BY_TOKEN: &str = "token";

    /// Who acts, as somebody whom a person can grant something to. Programs that come by a token of the tenant's alone, with no app behind
    /// it, are to the person the tenant itself: one asker and one grantee, whichever token they have at the time. Likewise staff without
    /// an account.
    #[must_use]
    pub fn of(tenant: &TenantId, actor: &Actor) -> Option<Self> {
        let id = &actor.id;
        let by_token = actor.authenticated_by == Self::BY_TOKEN;
        match actor.kind {
            ActorKind::App if by_token => Some(Self::App(AppId::from_bytes(tenants_own(
                tenant, "programs",
            )))),
            ActorKind::Staff if by_token => Some(Self::Account(AccountId::from_bytes(
                tenants_own(tenant, "staff"),
            ))),
            ActorKind::App => id.parse().ok().map(Self::App),
            ActorKind::Staff => id.parse().ok().map(Self::Account),
            ActorKind::Person | ActorKind::System => None,
        }
    }

    /// `app` or `account`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::App(_) => "app",
            Self::Account(_) => "account",
        }
    }

    /// The 16 bytes of its id.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        match self {
            Self::App(id) => id.as_bytes(),
            Self::Account(id) => id.as_bytes(),
        }
    }

    pub(crate) fn value(self) -> Value {
        Value::Id(*self.bytes())
    }

    pub(crate) fn read(kind: &str, id: &[u8]) -> Result<Self, ConsentError> {
        let damaged = ConsentError::Damaged("party");
        match kind {
            "app" => AppId::from_slice(id).map(Self::App).ok_or(damaged),
            "account" => AccountId::from_slice(id).map(Self::Account).ok_or(damaged),
            _ => Err(damaged),
        }
    }
}

impl fmt::Display for Party {
    /// The id alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::App(id) => id.fmt(f),
            Self::Account(id) => id.fmt(f),
        }
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(GrantId);

        impl $name {
            /// A fresh random id.
            pub fn random(rng: &dyn base::Rng) -> Self {
                Self(GrantId::random(rng))
            }

            /// The 16 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            pub(crate) fn read(bytes: &[u8]) -> Result<Self, ConsentError> {
                GrantId::from_slice(bytes).map(Self).ok_or(ConsentError::Damaged("id"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.parse().map(Self)
            }
        }

        impl From<$name> for Value {
            fn from(it: $name) -> Self {
                Self::Id(*it.as_bytes())
            }
        }
    };
}

id!(
    /// A request, over all its versions.
    RequestId
);
id!(
    /// One request that reached one person.
    AskingId
);
