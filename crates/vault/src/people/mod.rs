//! People: made, found by an id from outside, listed, erased.

mod again;
mod create;
mod erase;
mod read;

pub(crate) use read::lacks;

pub use create::NewPerson;
pub use erase::{Erased, Kept};
pub use read::{PersonLine, PersonSummary};
