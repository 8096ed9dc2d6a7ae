//! Why somebody is not let in, or something about an account was not done.

use base::{ErrorKind, Fault};
use store::StoreError;

use crate::SecretsError;
use crate::password::Weakness;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The address and the password do not belong together. The same whether the account is there or not.
    #[error("address and password do not belong together")]
    Refused,
    /// A code, a recovery code or a passkey's answer is wrong, or was used before.
    #[error("a second factor did not hold: {0}")]
    Code(&'static str),
    /// Too many guesses.
    #[error("too many guesses: wait {seconds} s")]
    Wait {
        /// Until the next.
        seconds: u64,
    },
    /// Guessing from devices that are not known has gone on for too long.
    #[error("guessed too often from unknown devices")]
    Guarded,
    /// Too many sign-ins at once.
    #[error("the queue for hashing is full")]
    Busy,
    /// A sign-in that is over, or never began.
    #[error("no such ticket")]
    Ticket,
    /// No live session.
    #[error("no live session")]
    Session,
    /// A link that was used, is over, or never was.
    #[error("no live link")]
    Link,
    /// The proof is not fresh enough to change what matters.
    #[error("the proof is not fresh")]
    Stale,
    /// The password is not good enough.
    #[error("a password was refused")]
    Weak(Vec<Weakness>),
    /// This would leave the account weaker than it has to be.
    #[error("the account needs it: {0}")]
    Needed(&'static str),
    /// The account is too many things already.
    #[error("too many {0}")]
    TooMany(&'static str),
    /// The tenant lets nobody sign up who was not invited.
    #[error("sign-up is by invitation")]
    Closed,
    /// There is no such account, session or factor.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// There is an account with this address or for this person.
    #[error("the account exists")]
    Taken,
    /// No e-mail address.
    #[error("not an e-mail address")]
    Email,
    /// No name.
    #[error("not a name")]
    Name,
    /// A payment card number.
    #[error("a payment card number in a name")]
    Card,
    /// What was sent is not what the step takes.
    #[error("not understood: {0}")]
    Invalid(&'static str),
    /// The area above could not do its part.
    #[error("{0}")]
    Above(String),
    /// Sealing or opening failed.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something that cannot be written down, or stands wrong in the database.
    #[error("{0}")]
    Internal(String),
}

impl From<audit::entry::EntryError> for IdentityError {
    fn from(error: audit::entry::EntryError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl IdentityError {
    pub(crate) fn damaged(what: &str) -> Self {
        Self::Store(StoreError::Damaged(what.to_owned()))
    }
}

impl Fault for IdentityError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused | Self::Code(_) | Self::Ticket | Self::Session => {
                ErrorKind::Unauthenticated
            }
            Self::Wait { .. } | Self::Guarded => ErrorKind::TooMany,
            Self::Busy => ErrorKind::Unavailable,
            Self::Link => ErrorKind::Gone,
            Self::Stale | Self::Closed => ErrorKind::Forbidden,
            Self::Weak(_) | Self::Needed(_) | Self::TooMany(_) | Self::Card => ErrorKind::Refused,
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Taken => ErrorKind::Conflict,
            Self::Email | Self::Name | Self::Invalid(_) => ErrorKind::Invalid,
            Self::Above(_) | Self::Internal(_) => ErrorKind::Internal,
            Self::Secrets(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused => "identity.refused",
            Self::Code(_) => "identity.code",
            Self::Wait { .. } => "identity.wait",
            Self::Guarded => "identity.guarded",
            Self::Busy => "identity.busy",
            Self::Ticket => "identity.ticket",
            Self::Session => "identity.session",
            Self::Link => "identity.link",
            Self::Stale => "identity.stale",
            Self::Weak(_) => "identity.weak",
            Self::Needed(_) => "identity.needed",
            Self::TooMany(_) => "identity.too_many",
            Self::Closed => "identity.closed",
            Self::NotFound(_) => "identity.not_found",
            Self::Taken => "identity.taken",
            Self::Email => "identity.email",
            Self::Name => "identity.name",
            Self::Card => "card.refused",
            Self::Invalid(_) => "identity.invalid",
            Self::Above(_) | Self::Internal(_) => "identity.internal",
            Self::Secrets(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn public(&self) -> String {
        match self {
            Self::Refused => {
                "The address and the password do not belong together. Check both and try again."
                    .to_owned()
            }
            Self::Code(_) => {
                "That did not prove it. Take a fresh code, one that was not used before, and try again."
                    .to_owned()
            }
            Self::Wait { seconds } => {
                format!("Too many tries. Wait {seconds} seconds and try again.")
            }
            Self::Guarded => "Somebody has tried too many passwords for this account. Sign in on a device that you have used before, with a passkey, or ask for a link by mail to set a new password.".to_owned(),
            Self::Busy => "Many people are signing in at this moment. Try again in a few seconds.".to_owned(),
            Self::Ticket => "This sign-in took too long or was tried too often. Begin again.".to_owned(),
            Self::Session => "You are not signed in, or no longer. Sign in.".to_owned(),
            Self::Link => "This link was used, is too old, or was replaced by a newer one. Ask for another.".to_owned(),
            Self::Stale => "Prove once more that it is you, and do it again.".to_owned(),
            Self::Weak(weaknesses) => {
                let said: Vec<_> = weaknesses.iter().map(Weakness::public).collect();
                said.join(" ")
            }
            Self::Needed(what) => format!("This account needs {what}."),
            Self::TooMany(what) => format!("There are too many {what}. Remove one first."),
            Self::Closed => "Accounts are made by invitation here. Ask whoever runs this service.".to_owned(),
            Self::NotFound(what) => format!("There is no such {what}."),
            Self::Taken => "There is an account with this address, or for this person.".to_owned(),
            Self::Email => "That is not an e-mail address such as name@example.org.".to_owned(),
            Self::Name => "A name has 1 to 80 characters and no control characters.".to_owned(),
            Self::Card => "What looks like a payment card number stands in a name. Strongroom stores no payment data; take it out and send the rest again.".to_owned(),
            Self::Invalid(what) => format!("The request is not understood: {what}."),
            Self::Above(_) | Self::Internal(_) => "Something went wrong on our side.".to_owned(),
            Self::Secrets(error) => error.public(),
            Self::Store(error) => error.public(),
        }
    }
}
