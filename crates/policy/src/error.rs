//! Why not.

use base::{ErrorKind, Fault, Purpose};
use store::StoreError;

use crate::{Kind, Role, Verb};

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
    #[error("{role} may not {} a {thing}", verb.word())]
    Role {
        /// The role that asked.
        role: Role,
        /// What it wanted to do.
        verb: Verb,
        /// To what.
        thing: Kind,
    },
    /// The role does not use data for this purpose.
    #[error("{role} does not act for {purpose}")]
    Purpose {
        /// The role that asked.
        role: Role,
        /// The purpose it stated.
        purpose: Purpose,
    },
    /// It takes somebody with an account.
    #[error("no account is signed in")]
    Account,
    /// Whoever asked for it, gains by it or did it does not decide on it.
    #[error("the caller has a part in it")]
    Own,
    /// An emergency was stated, and no break-glass for this person is open.
    #[error("no open break-glass for this person")]
    BreakGlass,
    /// An app acts for somebody without their grant.
    #[error("no grant of the person")]
    Grant,
    /// The caller did not prove strongly enough who it is.
    #[error("a stronger proof of who asks is needed")]
    Assurance,
    /// The caller proved long ago who it is.
    #[error("a fresh proof of who asks is needed")]
    Stale,
    /// The token is narrower than its role.
    #[error("outside the token's scope: {0}")]
    Scope(&'static str),
}

impl Fault for Denied {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotYours => ErrorKind::NotFound,
            Self::NoPurpose => ErrorKind::Invalid,
            Self::Role { .. }
            | Self::Purpose { .. }
            | Self::Account
            | Self::Own
            | Self::BreakGlass
            | Self::Grant
            | Self::Assurance
            | Self::Stale
            | Self::Scope(_) => ErrorKind::Forbidden,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotYours => "policy.not_found",
            Self::NoPurpose => "policy.purpose_missing",
            Self::Role { .. } => "policy.role",
            Self::Purpose { .. } => "policy.purpose",
            Self::Account => "policy.account",
            Self::Own => "policy.own",
            Self::BreakGlass => "policy.break_glass",
            Self::Grant => "policy.grant",
            Self::Assurance => "policy.assurance",
            Self::Stale => "policy.stale",
            Self::Scope(_) => "policy.scope",
        }
    }

    fn public(&self) -> String {
        match self {
            Self::NotYours => "There is nothing here for you.".into(),
            Self::NoPurpose => "Say why you read: send the header Purpose-Of-Use with an HL7 code such as TREAT or PATRQT.".into(),
            Self::Role { role, verb, thing } => {
                format!("The role {role} may not {} a {thing}.", verb.word())
            }
            Self::Purpose { role, purpose } => format!("The role {role} does not use data for the purpose {purpose}."),
            Self::Account => "This is for somebody who is signed in with an account; a token alone cannot do it.".into(),
            Self::Own => "You have a part in this, so somebody else decides on it. Ask a colleague who may.".into(),
            Self::BreakGlass => "Reading for an emergency needs an open break-glass for this person. Open one first: POST /v1/access/break-glass.".into(),
            Self::Grant => "An app reaches somebody's data by their grant only, as long as it stands. Ask them for it: /oauth2/authorize.".into(),
            Self::Assurance => "This needs a stronger sign-in. Sign in with a second factor; for keys, log, policy and access with a passkey.".into(),
            Self::Stale => "This needs a fresh proof that it is you. Confirm with your passkey or second factor, and try again.".into(),
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
