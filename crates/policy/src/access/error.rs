//! Why a privilege was not given, kept or ended.

use base::{ErrorKind, Fault};
use store::StoreError;

use crate::Role;

/// What can go wrong with privileges and emergencies.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AccessError {
    /// There is no such request, privilege or break-glass at this tenant.
    #[error("no such request, privilege or break-glass")]
    NotFound,
    /// The role is not one that an account of staff is given.
    #[error("{0} is not given to accounts")]
    NotGiven(Role),
    /// The account has a role that does not go with this one.
    #[error("{0} and {1} are not held by one account")]
    Conflict(Role, Role),
    /// The account holds the role, or somebody asked for it already.
    #[error("held or asked for already")]
    Held,
    /// Somebody else decided in the meantime, or what was decided on ended.
    #[error("decided already")]
    Decided,
    /// The review of an earlier break-glass is overdue.
    #[error("the review of an earlier break-glass is overdue")]
    Overdue,
    /// Another break-glass of the account is open or waits.
    #[error("another break-glass is open")]
    Open,
    /// The time asked for is too long.
    #[error("too long")]
    TooLong,
    /// The account holds no role that counts now.
    #[error("no role counts")]
    NoRole,
    /// The account holds roles, and each wants a stronger proof than this session has.
    #[error("{0} wants a stronger proof")]
    Stronger(Role),
    /// There is no such account of staff to give a role to.
    #[error("no such account of staff")]
    NoAccount,
    /// What is the whole installation's is for another tenant's staff to decide on.
    #[error("another tenant's staff decides on this")]
    Elsewhere,
    /// Storage failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for AccessError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Guard("access.open_request" | "access.live" | "access.waiting") => {
                Self::Decided
            }
            StoreError::Guard("access.held" | "access.conflict") => Self::Held,
            StoreError::Guard("access.overdue") => Self::Overdue,
            StoreError::Guard("access.one_glass") => Self::Open,
            StoreError::Duplicate => Self::Held,
            other => Self::Store(other),
        }
    }
}

impl Fault for AccessError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::NotGiven(_) | Self::TooLong | Self::NoAccount => ErrorKind::Invalid,
            Self::Conflict(..) | Self::Held | Self::Decided | Self::Open => ErrorKind::Conflict,
            Self::Overdue | Self::NoRole | Self::Stronger(_) | Self::Elsewhere => {
                ErrorKind::Forbidden
            }
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "access.not_found",
            Self::NotGiven(_) => "access.not_given",
            Self::Conflict(..) => "access.conflict",
            Self::Held => "access.held",
            Self::Decided => "access.decided",
            Self::Overdue => "access.overdue",
            Self::Open => "access.open",
            Self::TooLong => "access.too_long",
            Self::NoRole => "access.no_role",
            Self::Stronger(_) => "access.stronger",
            Self::NoAccount => "access.no_account",
            Self::Elsewhere => "access.elsewhere",
            Self::Store(error) => error.code(),
        }
    }

    fn public(&self) -> String {
        match self {
            Self::NotFound => "There is no such request, privilege or break-glass.".into(),
            Self::NotGiven(role) => {
                format!("The role {role} is not given to accounts. Ask for one of the roles of staff.")
            }
            Self::Conflict(held, wanted) => format!(
                "One account does not hold both {held} and {wanted}: who watches is none of those who are watched. End the one first, or give the other to somebody else."
            ),
            Self::Held => "The account holds this role, or one that does not go with it, or somebody asked for it already.".into(),
            Self::Decided => "Somebody has decided on this already, or it has ended. Look at it again.".into(),
            Self::Overdue => "The review of an earlier break-glass is overdue. It must be reviewed before another one is opened.".into(),
            Self::Open => "Another break-glass of yours is open or waits for a second person. One at a time.".into(),
            Self::TooLong => "That is too long. A break-glass lasts an hour at most, a privilege ten years.".into(),
            Self::NoRole => "Your account holds no role that counts now: none was given, it ended, or its review is overdue. Somebody who grants privileges has to give you one.".into(),
            Self::Stronger(role) => format!(
                "The role {role} wants a passkey, and you signed in without one. Add a passkey to your account and sign in with it."
            ),
            Self::Elsewhere => "Recovery points hold what every tenant keeps. The configuration names the tenant whose staff may have them destroyed before their time (`[backup.early]`): it is another one, or there are no backups.".into(),
            Self::NoAccount => "There is no such account of staff here, or it is stopped. Invite it first.".into(),
            Self::Store(error) => error.public(),
        }
    }
}
