//! Records: written as versions, opened for a reason, listed, searched, deleted.
//!
//! Invariant: what opens a record takes an [`policy::Allowed`], and gives plaintext back only after the entry that says so
//! is durable.

mod batch;
mod delete;
mod erase;
mod filter;
mod history;
mod index;
mod list;
mod open;
mod put;
mod seal;

use base::{Instant, PersonId, RecordId};
use serde::{Deserialize, Serialize};

pub(crate) use open::SealedRow;
pub(crate) use seal::{At, Eyes};

pub use batch::{BatchItem, BatchOutcome, BatchVerb};
pub(crate) use erase::erase_writes;
pub use erase::{GoneRecords, RecordsKept, RecordsPart};
pub use filter::{Filter, Lookup};
pub use history::VersionLine;
pub use list::{Keep, Page};
pub use put::{Condition, Put};

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The record is new (or came back after it was deleted).
    Created,
    /// A new version stands.
    Updated,
    /// The same content stands already; no new version was made.
    Unchanged,
    /// The record is gone.
    Deleted,
}

/// The outcome of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// What it did.
    pub effect: Effect,
    /// The version that stands now; the record's `ETag`.
    pub version: u64,
    /// When that version was written, in microseconds since the epoch.
    pub at_micros: i64,
}

impl Written {
    /// When that version was written.
    #[must_use]
    pub const fn at(&self) -> Instant {
        Instant::from_micros(self.at_micros)
    }
}

/// A record as its reader may see it.
#[derive(Debug)]
pub struct Opened {
    /// About whom.
    pub person: PersonId,
    /// Which.
    pub record: RecordId,
    /// Its version.
    pub version: u64,
    /// When that version was written.
    pub written_at: Instant,
    /// The JSON text, with what may not be seen masked or absent.
    pub json: Vec<u8>,
}
