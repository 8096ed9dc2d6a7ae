//! Nothing is lost and nothing comes back: recovery points of the whole installation.
//!
//! A point is one snapshot of a repository in restic's format: the data database as it was at one moment, every file that this
//! database names, the configuration, and a signed [`Manifest`] that says what belongs to it. The log lies in the database.
//! The key store is not in it: keys are kept apart, or a destroyed one would come back with an old point.
//!
//! Invariants:
//! - What is written to a repository is encrypted before it leaves, under a key that does not lie there.
//! - A writer creates; it never replaces and never removes ([`Access::Write`]). Only [`prune`] does, which runs apart.
//! - A point is whole or it is not there: its snapshot is the last thing written, and only if every file was read to its end.
//! - A backup of the key store is sealed under a key that is destroyed with it ([`generations`]).
//! - What only one point holds of the database opens with that point's key alone, which lies in a third place and dies with it ([`Apart`]).
//! - What is restored is held against the manifest before anybody gets it, and the manifest against keys of the log.

mod apart;
mod backend;
pub mod beats;
mod blocks;
mod check;
pub mod early;
mod error;
pub mod generations;
mod key;
mod keyfile;
pub mod ledger;
mod make;
mod manifest;
pub mod nodes;
mod pieces;
mod progress;
mod prune;
mod reader;
pub mod replication;
mod repository;
mod restore;
pub mod rows;
pub mod runs;
mod scratch;
pub mod sent_files;
mod source;
mod sql;
pub mod stream;
#[cfg(test)]
mod tests;
mod writing;

pub use apart::Apart;
pub use check::{Checked, Depth, Sampled, check, database, sample};
pub use error::ContinuityError;
pub use key::RepositoryKey;
pub use make::{Made, Parts, Piece, make, names};
pub use manifest::{FORMAT, KeysAt, Log, Lying, Manifest, Objects, Part, Sealed, StreamAt, TYPE};
pub use progress::{Silent, Watch};
pub use prune::{Destroyed, Pruned, SETTLE, destroy_keys, prune, prune_also};
pub use repository::{Access, Line, Place, Repository, Storage};
pub use restore::{Restored, make_empty, restore};
pub use scratch::wipe;
pub use sql::{KEY_STATEMENTS, STATEMENTS};
pub use store::s3::{Bucket, Credentials};
