//! The one handle on a database.

use std::path::PathBuf;
use std::sync::Arc;

use crate::{Committed, Journal, Row, Sql, StoreError, Value, WriteSet};

/// Where the data are.
#[derive(Clone, Debug)]
pub enum DbConfig {
    /// A SQLite file (WAL, `synchronous=FULL`).
    Sqlite {
        /// The file; made if missing.
        path: PathBuf,
    },
    /// A PostgreSQL server.
    Postgres {
        /// A libpq connection string or URL; may hold a password, so never logged.
        url: base::SecretText,
    },
}

/// A database: readers that run at once, and one writer that commits in groups. Cheap to clone.
#[derive(Clone)]
pub struct Db {}

impl Db {
    /// Open (and, with `migrations`, bring up to date) a database.
    pub async fn open(
        config: DbConfig,
        migrations: &'static [crate::Migration],
        journal: Option<Arc<dyn Journal>>,
    ) -> Result<Self, StoreError> {
        todo!()
    }
    /// All rows of a query.
    pub async fn rows(&self, sql: &'static Sql, params: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        todo!()
    }
    /// The one row, if any.
    pub async fn row(&self, sql: &'static Sql, params: Vec<Value>) -> Result<Option<Row>, StoreError> {
        todo!()
    }
    /// Commit all of `set` or nothing; returns once it is durable.
    pub async fn commit(&self, set: WriteSet) -> Result<Committed, StoreError> {
        todo!()
    }
}
