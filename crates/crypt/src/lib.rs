//! Everything cryptographic: keys, sealed formats, derivation, signatures.
//!
//! Invariants:
//! - No other crate names a cipher library; nobody outside chooses a nonce, an algorithm or a salt.
//! - A nonce never repeats under a key, by construction: every message, part and file is sealed under a key of its own,
//!   derived from the long-lived key and a random salt of 192 bits, or, of a [`block`], from the message itself. Within a file the nonce is
//!   the segment's number.
//! - Every sealed thing commits to the key it was sealed under, carries its format's version first, and is bound to a
//!   [`Context`], so that it opens at its own place only. Not so a [`block`], which is a part of something that does.
//! - Secrets are boxed, zeroised on drop, mute in `Debug`, and copied by name ([`SymmetricKey::duplicate`]) only.
//!
//! The formats are written down in `docs/formats/`, with vectors that the tests make again.

pub mod age;
pub mod block;
mod cipher;
mod context;
mod error;
pub mod es256;
pub mod file;
pub mod hash;
pub mod kdf;
mod key;
pub mod mac;
pub mod otp;
pub mod passkey;
pub mod passphrase;
pub mod password;
mod plain;
pub mod record;
mod rng;
pub mod sealed;
mod secrets;
pub mod shamir;
pub mod sign;
#[cfg(test)]
mod tests;
pub mod token;
pub mod wrap;

pub use context::Context;
pub use error::OpenError;
pub use key::SymmetricKey;
pub use plain::Plain;
pub use rng::SystemRng;
pub use secrets::{Secrets, SecretsError};
