//! Databases for tests: each one fresh, and gone afterwards. Never for anything else.

mod moto;

use std::hash::{BuildHasher, RandomState};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use base::Secret;
use tempfile::TempDir;

pub use moto::{MOTO_VARIABLE, Moto, SOMEBODY};

use crate::postgres::Server;
use crate::{Db, DbConfig, Journal, Migration, PostgresUrl, StoreError};

/// The variable that names a PostgreSQL server where tests may create databases, as a URL with a database to start from.
pub const POSTGRES_VARIABLE: &str = "STRONGROOM_TEST_POSTGRES";

/// A database that goes away with its handle.
pub struct TestDb {
    db: Db,
    /// Which engine, for messages.
    pub engine: &'static str,
    config: DbConfig,
    /// Last, so that the database is let go of before its files are.
    place: Place,
}

enum Place {
    Folder(TempDir),
    Server { url: String, name: String },
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

    /// Where the database is: to open it a second time, as another process would.
    #[must_use]
    pub fn config(&self) -> DbConfig {
        self.config.clone()
    }

    /// The folder with the database's files, where it has one of its own.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.place {
            Place::Folder(folder) => Some(folder.path()),
            Place::Server { .. } => None,
        }
    }

    /// Whether it is SQLite.
    #[must_use]
    pub const fn is_sqlite(&self) -> bool {
        matches!(self.place, Place::Folder(_))
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
    let config = DbConfig::Sqlite {
        path,
        secure_delete: true,
    };
    let db = Db::open(config.clone(), migrations, journal).await?;
    Ok(TestDb {
        db,
        engine: "SQLite",
        config,
        place: Place::Folder(folder),
    })
}

/// A fresh database on the PostgreSQL server that [`POSTGRES_VARIABLE`] names; `None`, and a line that says so, without one.
pub async fn postgres(
    migrations: &'static [Migration],
    journal: Option<Arc<dyn Journal>>,
) -> Result<Option<TestDb>, StoreError> {
    let Ok(url) = std::env::var(POSTGRES_VARIABLE) else {
        tell(&format!(
            "skipped on PostgreSQL: {POSTGRES_VARIABLE} is not set"
        ));
        return Ok(None);
    };
    let name = format!("strongroom_test_{:016x}", RandomState::new().hash_one(&url));
    let server = Server::new(&secret(&url))?;
    // Copying the template waits for everybody who copies it at this moment.
    server
        .connect()
        .await?
        .batch(&format!("CREATE DATABASE {name}"))
        .await?;
    let place = Place::Server {
        name: name.clone(),
        url: url.clone(),
    };
    let config = DbConfig::Postgres {
        url: secret(&with_database(&url, &name)),
    };
    let db = Db::open(config.clone(), migrations, journal).await?;
    Ok(Some(TestDb {
        db,
        engine: "PostgreSQL",
        config,
        place,
    }))
}

/// A fresh database on each engine that there is: always SQLite, and PostgreSQL where [`POSTGRES_VARIABLE`] names a server.
pub async fn each_engine(
    migrations: &'static [Migration],
    journal: Option<Arc<dyn Journal>>,
) -> Result<Vec<TestDb>, StoreError> {
    let mut engines = vec![sqlite(migrations, journal.clone()).await?];
    engines.extend(postgres(migrations, journal).await?);
    Ok(engines)
}

fn secret(url: &str) -> Arc<PostgresUrl> {
    Arc::new(Secret::new(url.to_owned()).into())
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, parameters) = url.split_at(url.find('?').unwrap_or(url.len()));
    let authority = address.find("://").map_or(0, |at| at + 3);
    let end = address.get(authority..).and_then(|rest| rest.find('/'));
    let server = end
        .and_then(|end| address.get(..authority + end))
        .unwrap_or(address);
    format!("{server}/{name}{parameters}")
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self::Server { url, name } = self else {
            return;
        };
        let (url, drop) = (
            url.clone(),
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        );
        // A thread of its own: the test's runtime may be the one that is ending.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = runtime.map_err(|error| StoreError::Internal(error.to_string()))?;
            runtime.block_on(async {
                Server::new(&secret(&url))?
                    .connect()
                    .await?
                    .batch(&drop)
                    .await
            })
        });
        if !matches!(dropped.join(), Ok(Ok(()))) {
            tell("a test's database could not be dropped");
        }
    }
}

#[expect(clippy::print_stderr, reason = "Tests talk to people.")]
fn tell(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_in_a_url_is_replaced() {
        for (url, wanted) in [
            ("postgresql://a@b:1/c", "postgresql://a@b:1/n"),
            ("postgresql://a@b:1", "postgresql://a@b:1/n"),
            ("postgres://a:p@b/c?host=/x", "postgres://a:p@b/n?host=/x"),
        ] {
            assert_eq!(with_database(url, "n"), wanted);
        }
    }
}
