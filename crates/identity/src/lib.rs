//! People, staff and apps prove who they are.
//!
//! Invariant: what proves who somebody is (a password, a secret, a code, a token) is nowhere stored, shown or logged as it is:
//! hashed where it is only compared, sealed by [`Secrets`] where it must be used again.

pub mod oauth;
mod secrets;

pub use secrets::{Secrets, SecretsError};
