//! The tamper-evident log: one Merkle tree a tenant, in the formats of C2SP, without personal data.
//!
//! Entries go in through [`LogJournal`], inside the commit that they record, and come out through [`Log`]. Everything a
//! verifier needs is standard: signed notes, checkpoints, tiles, proofs; whoever checks does not have to trust this code.
//!
//! Invariant: an entry holds no personal data ([`entry`]).
//! Invariant: the log only grows. The database refuses anything else, and what is done to it all the same is found and named
//! by [`verify`] from the signed head and from heads remembered outside ([`anchor`]).

pub mod about;
pub mod anchor;
mod bundle;
pub mod carry;
pub mod danger_testing;
pub mod entry;
mod error;
pub mod export;
mod head;
mod installation;
mod journal;
pub mod jws;
mod keys;
pub mod merkle;
pub mod note;
mod prove;
mod read;
mod sql;
pub mod verify;

pub use entry::{Action, Entry, Outcome, RecordHandle};
pub use error::AuditError;
pub use head::{Head, HeadError};
pub use installation::Installation;
pub use journal::LogJournal;
pub use keys::{KeysMissing, LogKeys, SealingKey};
pub use read::{Log, Logged};
pub use sql::STATEMENTS;
