//! People, staff and apps prove who they are.
//!
//! [`Identity`] has a verb for each thing that can be done: an account is invited, signs in, adds a factor, sets a new password.
//! A sign-in goes step by step ([`Step`]); what lies between the steps lies here, under a ticket, never in the browser.
//!
//! Invariant: what proves who somebody is (a password, a secret, a code, a token) is nowhere stored, shown or logged as it is:
//! hashed where it is only compared, sealed by [`Secrets`] where it must be used again.
//! Invariant: a session begins when all that the account asks for is proven, under a name and a secret of its own.
//! Invariant: nothing that is said to who is not in, nor the time it takes, tells whether an account is there.
//! Invariant: whatever is proven counts once: a code, a link, a ticket is used up in the commit of what it led to.

mod accounts;
mod bearer;
mod error;
mod factors;
mod guess;
mod identity;
mod links;
pub mod mail;
mod model;
pub mod oauth;
pub mod pages;
pub mod password;
mod prune;
mod sessions;
mod settings;
mod sign_in;
mod sql;
mod tickets;

#[cfg(test)]
mod tests;

pub use accounts::{Invited, NewAccount, OwnAccount};
pub use crypt::{Secrets, SecretsError};
pub use error::IdentityError;
pub use factors::{
    Added, Adder, Answer, FactorId, FactorKind, FactorLine, PasskeyOptions, PasskeyTicket,
    TotpSecret,
};
pub use identity::{Identity, Parts, People};
pub use links::LinkKind;
pub use model::{Account, Caller, Email, Kind, Label, Language, State};
pub use sessions::{NewSession, Proof, SessionLine, SignedIn};
pub use settings::{Lifetimes, PasswordSettings, Session, Settings};
pub use sign_in::{Step, least};
pub use sql::STATEMENTS;
pub use tickets::{Ticket, TicketKind};
