//! SQLite or PostgreSQL behind one group-committing writer; migrations, a job queue, object storage.
//!
//! A write is data ([`WriteSet`]): statements, what must hold, and what the log will say of it. One writer takes every
//! write set that waits, runs them in one transaction, lets the [`Journal`] append the log's rows inside it, commits once
//! (one fsync) and then answers all of them.
//!
//! Invariant: this is the only crate that names a database driver.
//! Invariant: a write set holds whole or not at all, together with its entries in the log; the answer comes once it is durable.
//! Invariant: correctness never rests on state in memory; another process may write to the same database at any time.

mod batch;
mod blocking;
pub mod changes;
pub mod danger_testing;
mod db;
mod error;
pub mod follow;
pub mod jobs;
pub mod migrations;
pub mod objects;
mod postgres;
pub mod practice;
mod queue;
pub mod s3;
mod schema;
pub mod snapshot;
mod sqlite;
mod stats;
mod value;
mod write;

pub use db::{Db, DbConfig};
pub use error::StoreError;
pub use postgres::{Followed, PostgresTls, PostgresUrl, postgres_follows, postgres_lasts};
pub use schema::Migration;
pub use stats::Stats;
pub use value::{Row, Value};
pub use write::{Appended, Committed, Expect, Journal, LogEntry, Sql, Statement, WriteSet};
