//! SQLite: one writer thread, a pool of reading connections on one file.

mod connection;
mod copier;
mod error;
mod readers;
mod snapshot;
mod tail;
mod writer;

pub(crate) use connection::{missing, prepare, query};
pub(crate) use readers::Readers;
pub(crate) use snapshot::{ask, check, copy};
pub(crate) use tail::Tail;
pub(crate) use writer::Writer;
