//! One JSON document: checked against the register, split into parts by class, put together again.
//!
//! [`intake`] reads the text once, from front to back, and refuses what is not strict JSON, what the register does not know, and
//! payment card numbers. Values are never parsed and printed again: each part holds slices of the text as it came (white space
//! between tokens left out), so that `1.50` stays `1.50` and `"\u00e9"` stays `"\u00e9"`. [`merge`] is the way back.
//!
//! The payload of a part is written down in `docs/formats/record-parts.md`.
//!
//! Invariants: nothing here panics, whatever the input; no error holds a value of the document; merging all parts of a document
//! gives a document with equal meaning.

mod error;
mod form;
mod intake;
mod json;
mod mask;
mod merge;
pub mod normalise;
mod payload;
mod scan;
mod search;
mod splitter;
#[cfg(test)]
mod tests;
mod walk;

pub use error::DocumentError;
pub use intake::{Intake, intake};
pub use merge::{Sight, merge};
pub use search::Found;
