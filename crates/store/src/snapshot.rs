//! The whole of a database as it is at one moment, in files, made while others go on writing.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::{Migration, PostgresUrl, Row, Sql, Value};

/// The name of a SQLite database's only part.
pub const SQLITE_PART: &str = "strongroom.sqlite";

/// Something to be read from the snapshot itself: what it answers is of the same moment as the files.
pub struct Question {
    pub(crate) sql: &'static Sql,
    pub(crate) params: Vec<Value>,
    pub(crate) each: Box<dyn FnMut(Row) -> bool + Send>,
}

impl Question {
    /// Hand each row of `sql` to `each`, which says whether to go on.
    pub fn new(sql: &'static Sql, each: impl FnMut(Row) -> bool + Send + 'static) -> Self {
        Self {
            sql,
            params: Vec::new(),
            each: Box::new(each),
        }
    }

    /// With `$1`, `$2`, ...
    #[must_use]
    pub fn with(self, params: Vec<Value>) -> Self {
        Self { params, ..self }
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Question").field(&self.sql.sqlite).finish()
    }
}

/// Which engine wrote the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One file, a SQLite database.
    Sqlite,
    /// A file a table, as PostgreSQL's `COPY ... (FORMAT binary)` writes it.
    Postgres,
}

impl Kind {
    /// The engine of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Sqlite, Self::Postgres]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }

    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A snapshot's files.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Which engine wrote them.
    pub kind: Kind,
    /// The number of the last migration in it; 0 where there is none.
    pub schema: u32,
    /// The files, in order of their names.
    pub parts: Vec<PathBuf>,
}

/// Fill the empty PostgreSQL database at `url` from the files in `folder`, which were written when its last migration was `schema`.
///
/// # Errors
/// [`crate::StoreError::Unavailable`] where it is not empty or cannot be reached, [`crate::StoreError::Schema`] where this program does not
/// know the migration.
pub async fn fill_postgres(
    url: &PostgresUrl,
    known: &'static [Migration],
    schema: u32,
    folder: &Path,
) -> Result<(), crate::StoreError> {
    crate::postgres::fill(url, known, schema, folder).await
}

/// Whether a SQLite file holds together, page by page and index by index.
///
/// # Errors
/// [`crate::StoreError::Damaged`] where it does not; [`crate::StoreError::Unavailable`] where it cannot be read.
pub async fn check_sqlite(path: &Path) -> Result<(), crate::StoreError> {
    let path = path.to_owned();
    crate::blocking::blocking(move || crate::sqlite::check(&path)).await
}

/// Ask questions of a SQLite file that nobody else has open.
///
/// # Errors
/// As [`check_sqlite`].
pub async fn ask_sqlite(path: &Path, questions: Vec<Question>) -> Result<(), crate::StoreError> {
    let path = path.to_owned();
    crate::blocking::blocking(move || crate::sqlite::ask(&path, questions)).await
}
