//! Why not.

use base::{ErrorKind, Fault, Purpose};
use store::StoreError;

use crate::Role;

/// Policy said no. Says what was missing, never what is there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Another tenant's, or another person's: for the caller it does not exist.
    #[error("not the caller's")]
    NotYours,
    /// The read did not say why.
    #[error("no purpose stated")]
    NoPurpose,
    /// No rule lets this role do this for this purpose.
    #[error("{role} may not {verb} a {thing}")]
    Role {
        /// The role that asked.
        role: Role,
        /// What it wanted to do.
        verb: &'static str,
        /// To what.
        thing: &'static str,
    },
    /// The role does not use data for this purpose.
    #[error("{role} does not act for {purpose}")]
    Purpose {
        /// The role that asked.
        role: Role,
        /// The purpose it stated.
        purpose: Purpose,
    },
    /// The token is narrower than its role.
    #[error("outside the token's scope: {0}")]
    Scope(&'static str),
}

impl Fault for Denied {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotYours => ErrorKind::NotFound,
            Self::NoPurpose => ErrorKind::Invalid,
            Self::Role { .. } | Self::Purpose { .. } | Self::Scope(_) => ErrorKind::Forbidden,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotYours => "policy.not_found",
            Self::NoPurpose => "policy.purpose_missing",
            Self::Role { .. } => "policy.role",
            Self::Purpose { .. } => "policy.purpose",
            Self::Scope(_) => "policy.scope",
        }
    }

    fn public(&self) -> String {
        match self {
            Self::NotYours => "There is nothing here for you.".into(),
            Self::NoPurpose => "Say why you read: send the header Purpose-Of-Use with an HL7 code such as TREAT or PATRQT.".into(),
            Self::Role { role, verb, thing } => format!("The role {role} may not {verb} a {thing}."),
            Self::Purpose { role, purpose } => format!("The role {role} does not use data for the purpose {purpose}."),
            Self::Scope(what) => format!("This token does not reach that far: {what}."),
        }
    }
}

/// What can go wrong with a token.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TokenError {
    /// Not a token, unknown, revoked, expired, or for another tenant: the same answer for all.
    #[error("no valid token")]
    Unknown,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for TokenError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown => ErrorKind::Unauthenticated,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "token.unknown",
            Self::Store(error) => error.code(),
        }
    }

    fn public(&self) -> String {
        match self {
            Self::Unknown => "Send a valid token: Authorization: Bearer srt_... Make one with `strongroom token create`.".into(),
            Self::Store(error) => error.public(),
        }
    }
}
