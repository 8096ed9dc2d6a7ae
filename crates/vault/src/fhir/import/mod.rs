//! `strongroom import fhir`: files, folders and standard input become resources in the vault.
//!
//! What is taken: a single resource, NDJSON (a resource or a bundle a line), a bundle. A resource keeps the id it came with; one
//! without gets the id of its `fullUrl`, or one made of its content, so that importing again is the same as importing once.
//! References to entries of the same bundle, by whatever name, become `Type/id`, so that they hold outside it; all others stay.
//!
//! * A transaction or batch bundle: entries that bring a resource (POST, PUT) are taken; DELETE, PATCH, GET and operations are
//!   noted and not done, because an import only adds.
//! * Any other bundle is a package: each resource in it is taken. Packages come after everything else, and what is in them gives
//!   way to a resource of the same id that came by itself in the same run.
//! * A bundle that has an id is besides a resource itself, and comes back as it came; how, when it is about several patients,
//!   says `slices`.
//!
//! Within one run the first copy of an id wins; a later one that differs is noted. So a run over the same input ends in the same
//! state however often it is made, and a run that was cut short is resumed by running it again.
//!
//! Memory: one line of NDJSON or one bundle, the batches under way, and 16 bytes for each of the last few million resources.

mod read;
mod run;
mod source;
#[cfg(test)]
mod tests;
pub mod wire;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use base::RecordId;

pub use run::{ImportError, run};
pub use source::{Source, Sources};

use super::shelf::Shelf;

/// Resources in one batch, which is one commit.
pub const BATCH_RESOURCES: usize = 500;
/// Bytes of resources after which a batch is full, whatever their number.
pub const BATCH_BYTES: usize = 4 << 20;
/// Batches under way at a time: one is sealed while another waits for the disk.
pub const BATCHES_IN_FLIGHT: usize = 2;
/// One document (a bundle, or a line of NDJSON).
pub const DOCUMENT_BYTES_MAX: usize = base::limits::BATCH_BYTES_MAX;

/// A resource ready to be stored.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its type, which is the collection.
    pub kind: String,
    /// Its id, which is in the text too.
    pub id: RecordId,
    /// The JSON text, as it came but for an added id and exchanged references.
    pub text: String,
    /// Whose it is. A bundle about several patients says the commons, and is cut by who stores it.
    pub shelf: Shelf,
    /// Where it was found.
    pub origin: Origin,
}

/// Where in the input something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file, or `stdin`.
    pub source: Arc<str>,
    /// The line, from 1.
    pub line: u64,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source, self.line)
    }
}

/// What became of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It is a new version of one that was there.
    Updated,
    /// It was there as it is; nothing was written.
    Unchanged,
    /// It was not taken.
    Refused {
        /// Why, without what it holds.
        reason: String,
        /// Where in the resource, as a JSON pointer.
        pointer: Option<String>,
    },
}

/// Where prepared resources go: the vault at hand, or a server's `/fhir`.
pub trait Sink: Sync {
    /// Store a batch, which names no resource twice, and say for each, in order, what became of it. A resource that is refused
    /// does not hold up the others. `Err` ends the run: nothing more can be stored at present.
    fn put_all(
        &self,
        batch: &[Prepared],
    ) -> impl Future<Output = Result<Vec<Outcome>, SinkError>> + Send;
}

/// Why a sink takes nothing more.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SinkError(pub String);

/// How much a note weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Something in the input is bad and was not taken.
    Refused,
    /// Something was passed over on purpose.
    Passed,
}

/// Something to tell about the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// How much it weighs.
    pub weight: Weight,
    /// Where.
    pub origin: Origin,
    /// What, without what the resource holds.
    pub reason: String,
    /// Where in the resource, as a JSON pointer, if one element is at fault.
    pub pointer: Option<String>,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.reason)?;
        match &self.pointer {
            Some(pointer) => write!(f, " (at {pointer})"),
            None => Ok(()),
        }
    }
}

/// How far a run is, or what it came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Bytes read and dealt with.
    pub bytes: u64,
    /// Bytes there are, where that is known.
    pub bytes_total: Option<u64>,
    /// Files dealt with.
    pub files: u64,
    /// New resources.
    pub created: u64,
    /// New versions.
    pub updated: u64,
    /// Resources that were there already.
    pub unchanged: u64,
    /// Further copies, equal to one that came earlier in the run.
    pub repeated: u64,
    /// What was bad and not taken.
    pub refused: u64,
    /// What was passed over on purpose.
    pub passed: u64,
}

impl Tally {
    /// Resources dealt with.
    #[must_use]
    pub const fn resources(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.repeated
    }
}

/// Who looks on: draws the bar, prints the notes.
pub trait Watch: Send {
    /// A batch is stored.
    fn progress(&mut self, tally: &Tally);
    /// Something is to be told.
    fn note(&mut self, note: &Note);
}
