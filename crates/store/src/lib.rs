//! SQLite or PostgreSQL behind one group-committing writer; migrations, a job queue, object storage.
//!
//! Invariant: this is the only crate that names a database driver.

mod db;
mod error;
mod value;
mod write;

pub use db::{Db, DbConfig};
pub use error::StoreError;
pub use value::{Row, Value};
pub use write::{Appended, Committed, Expect, Journal, LogEntry, Sql, Statement, WriteSet};
