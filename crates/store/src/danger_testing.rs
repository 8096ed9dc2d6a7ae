//! Databases for tests: each one fresh, and gone afterwards. Never for anything else.

use std::ops::Deref;
use std::sync::Arc;

use tempfile::TempDir;

use crate::{Db, DbConfig, Journal, Migration, StoreError};

/// A database that goes away with its handle.
pub struct TestDb {
    db: Db,
    /// Which engine, for messages.
    pub engine: &'static str,
    folder: Option<TempDir>,
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl TestDb {
    /// The handle itself, for what keeps one. It must not outlive the test.
    #[must_use]
    pub fn db(&self) -> Db {
        self.db.clone()
    }

    /// The folder with the database's files, where it has one of its own.
    #[must_use]
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_ref().map(TempDir::path)
    }
}

/// A fresh SQLite database in a folder of its own.
pub async fn sqlite(
    migrations: &'static [Migration],
    journal: Option<Arc<dyn Journal>>,
) -> Result<TestDb, StoreError> {
    let folder = tempfile::tempdir()
        .map_err(|error| StoreError::Unavailable(format!("no temporary folder: {error}")))?;
    let path = folder.path().join("test.sqlite");
    let db = Db::open(
        DbConfig::Sqlite {
            path,
            secure_delete: true,
        },
        migrations,
        journal,
    )
    .await?;
    Ok(TestDb {
        db,
        engine: "SQLite",
        folder: Some(folder),
    })
}

/// A fresh database on each engine that there is: always SQLite, and PostgreSQL where `STRONGROOM_TEST_POSTGRES` names a server.
pub async fn each_engine(
    migrations: &'static [Migration],
    journal: Option<Arc<dyn Journal>>,
) -> Result<Vec<TestDb>, StoreError> {
    Ok(vec![sqlite(migrations, journal).await?])
}
