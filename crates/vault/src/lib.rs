//! What is kept about people: the register that says what may be kept, the documents it lets in, and the verbs that seal,
//! open, search and erase them.
//!
//! Invariants:
//! - What opens data takes a [`policy::Allowed`], and gives plaintext back only after its entry in the log is durable.
//! - What changes data commits together with its entry: both, or neither.
//! - Every commit about a person re-checks that the person is there: an erasure that came first wins, on every node.

pub mod contract;
pub mod document;
mod error;
pub mod export;
pub mod fhir;
pub mod files;
mod ground;
pub mod holds;
pub mod notes;
mod once;
pub mod people;
mod place;
pub mod records;
pub mod register;
pub mod renew;
pub mod retention;
mod sql;
pub mod synth;
mod vault;

pub use error::VaultError;
pub use once::Once;
pub use sql::STATEMENTS;
pub use vault::{GUARD_PERSON, Parts, Vault, http_date};
