//! The one handle on a database.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::batch::{Job, Task};
use crate::blocking::blocking;
use crate::follow::{Follower, Position};
use crate::postgres::{self, Length, PostgresUrl};
use crate::queue::Queue;
use crate::snapshot::{Question, Snapshot};
use crate::stats::Counters;
use crate::{Committed, Journal, Migration, Row, Sql, Stats, StoreError, Value, WriteSet, sqlite};

/// Where the data are.
#[derive(Clone, Debug)]
pub enum DbConfig {
    /// A SQLite file (WAL, `synchronous=FULL`).
    Sqlite {
        /// The file; made if missing, for its owner alone. Its folder must be there.
        path: PathBuf,
        /// Whether deleted rows are overwritten with zeros in the file. For the key store; see [`Db::scrub`].
        secure_delete: bool,
    },
    /// A PostgreSQL server.
    Postgres {
        /// Where it is, and how the way there is protected.
        url: Arc<PostgresUrl>,
    },
}

/// A database: readers that run at once, and one writer that commits in groups. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    queue: Arc<Queue>,
    counters: Arc<Counters>,
    engine: Engine,
}

enum Engine {
    Sqlite {
        readers: Arc<sqlite::Readers>,
        writer: sqlite::Writer,
    },
    Postgres {
        readers: postgres::Readers,
        writer: postgres::Writer,
    },
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.engine {
            Engine::Sqlite { .. } => "Db(SQLite)",
            Engine::Postgres { .. } => "Db(PostgreSQL)",
        })
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        match &self.engine {
            Engine::Sqlite { readers, writer } => {
                readers.close();
                writer.stop();
            }
            Engine::Postgres { writer, .. } => writer.stop(),
        }
    }
}

impl Db {
    /// Open a database and bring its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Schema`] when it was written by a newer program or a migration was edited, [`StoreError::Damaged`] when it is
    /// no database, [`StoreError::Unavailable`] when it cannot be reached or is locked.
    pub async fn open(
        config: DbConfig,
        migrations: &'static [Migration],
        journal: Option<Arc<dyn Journal>>,
    ) -> Result<Self, StoreError> {
        let queue = Arc::<Queue>::default();
        let counters = Arc::<Counters>::default();
        let engine = match config {
            DbConfig::Sqlite {
                path,
                secure_delete,
            } => {
                let (queue, counters) = (Arc::clone(&queue), Arc::clone(&counters));
                blocking(move || {
                    let readers = Arc::new(sqlite::Readers::new(path.clone()));
                    let writer = sqlite::Writer::start(
                        path,
                        secure_delete,
                        migrations,
                        journal,
                        queue,
                        counters,
                    )?;
                    Ok(Engine::Sqlite { readers, writer })
                })
                .await?
            }
            DbConfig::Postgres { url } => {
                let server = Arc::new(postgres::Server::new(&url)?);
                let readers = postgres::Readers::new(Arc::clone(&server));
                let (queue, counters) = (Arc::clone(&queue), Arc::clone(&counters));
                let writer =
                    postgres::Writer::start(server, migrations, journal, queue, counters).await?;
                Engine::Postgres { readers, writer }
            }
        };
        Ok(Self(Arc::new(Inner {
            queue,
            counters,
            engine,
        })))
    }

    /// How many of `known` were applied to the database that is there, without touching it; 0 where there is none.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub async fn applied(
        config: &DbConfig,
        known: &'static [Migration],
    ) -> Result<usize, StoreError> {
        let missing = match config {
            DbConfig::Sqlite { path, .. } => {
                let path = path.clone();
                blocking(move || {
                    if path.exists() {
                        sqlite::missing(&path, known)
                    } else {
                        Ok(known.len())
                    }
                })
                .await?
            }
            DbConfig::Postgres { url } => postgres::missing(url, known).await?,
        };
        Ok(known.len() - missing)
    }

    /// All rows of a query: a point query or a page. It runs on the calling thread where that is quicker, so keep it short;
    /// [`Db::scan`] is for the rest.
    pub async fn rows(
        &self,
        sql: &'static Sql,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        match &self.0.engine {
            Engine::Sqlite { readers, .. } => readers.with(|connection| {
                sqlite::query(connection, sql, &params, |row| {
                    rows.push(row);
                    true
                })
            })?,
            Engine::Postgres { readers, .. } => {
                let each = |row| {
                    rows.push(row);
                    true
                };
                // On the heap, here and below: every future that asks a database would hold room for the way to a server.
                Box::pin(readers.query(sql, &params, Length::Short, each)).await?;
            }
        }
        Ok(rows)
    }

    /// The first row, if any.
    pub async fn row(
        &self,
        sql: &'static Sql,
        params: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        let mut first = None;
        match &self.0.engine {
            Engine::Sqlite { readers, .. } => readers.with(|connection| {
                sqlite::query(connection, sql, &params, |row| {
                    first = Some(row);
                    false
                })
            })?,
            Engine::Postgres { readers, .. } => {
                let each = |row| {
                    first.get_or_insert(row);
                    true
                };
                Box::pin(readers.query(sql, &params, Length::Short, each)).await?;
            }
        }
        Ok(first)
    }

    /// Hand each row of a long query to `each`, which says whether to go on. Memory stays flat; all rows are of one snapshot.
    ///
    /// `each` runs where it may block. On SQLite a scan keeps the write-ahead log from being reused: minutes are fine, hours are not.
    pub async fn scan<F>(
        &self,
        sql: &'static Sql,
        params: Vec<Value>,
        each: F,
    ) -> Result<(), StoreError>
    where
        F: FnMut(Row) -> bool + Send + 'static,
    {
        match &self.0.engine {
            Engine::Sqlite { readers, .. } => {
                let readers = Arc::clone(readers);
                let _permit = readers
                    .scans()
                    .acquire_owned()
                    .await
                    .map_err(|_| stopped())?;
                blocking(move || {
                    readers.with(|connection| sqlite::query(connection, sql, &params, each))
                })
                .await
            }
            Engine::Postgres { readers, .. } => {
                Box::pin(readers.query(sql, &params, Length::Long, each)).await
            }
        }
    }

    /// Commit all of `set` or nothing; returns once it is durable.
    ///
    /// A caller that goes away after the first poll does not undo it.
    ///
    /// # Errors
    /// [`StoreError::Guard`] and [`StoreError::Duplicate`] concern this set alone; with any error nothing of it was written.
    pub async fn commit(&self, set: WriteSet) -> Result<Committed, StoreError> {
        if set.statements.is_empty() && set.entries.is_empty() {
            return Ok(Committed::default());
        }
        self.ask(Task::Write(set)).await
    }

    /// Make sure that what was overwritten or deleted is no longer in the database's files. For after keys were destroyed.
    ///
    /// SQLite: copies the write-ahead log back and cuts it to nothing; complete where the database was opened with
    /// `secure_delete`. PostgreSQL: vacuums; its own write-ahead log keeps old pages until it is recycled.
    pub async fn scrub(&self) -> Result<(), StoreError> {
        self.ask(Task::Scrub).await.map(drop)
    }

    /// Follow what is committed, page by page, from where somebody followed it to. `None`: it is no SQLite database.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn follow(&self, from: Option<Position>) -> Result<Option<Follower>, StoreError> {
        let Engine::Sqlite { readers, .. } = &self.0.engine else {
            return Ok(None);
        };
        let tail = Arc::new(Mutex::new(sqlite::Tail::new(readers.path(), from)));
        self.ask(Task::Follow(Arc::clone(&tail))).await?;
        Ok(Some(Follower::new(self.clone(), tail)))
    }

    pub(crate) async fn ask(&self, task: Task) -> Result<Committed, StoreError> {
        let (answer, wait) = oneshot::channel();
        if let Err(error) = self.0.queue.push(Job::new(task, answer)) {
            self.0.counters.overload();
            return Err(error);
        }
        wait.await.map_err(|_| stopped())?
    }

    /// Put the whole database, as it is at one moment, into files in `folder`, which is there and empty. Nobody waits for it.
    /// `questions` are answered from the same moment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database or the folder cannot be used.
    pub async fn snapshot(
        &self,
        folder: PathBuf,
        questions: Vec<Question>,
    ) -> Result<Snapshot, StoreError> {
        match &self.0.engine {
            Engine::Sqlite { readers, .. } => {
                let path = readers.path().to_owned();
                blocking(move || sqlite::copy(&path, &folder, questions)).await
            }
            Engine::Postgres { readers, .. } => {
                Box::pin(postgres::copy(readers.server(), &folder, questions)).await
            }
        }
    }

    /// Prepare `sql` without running it, to find mistakes early. Answers how many parameters it takes.
    pub async fn prepare(&self, sql: &'static Sql) -> Result<usize, StoreError> {
        match &self.0.engine {
            Engine::Sqlite { readers, .. } => {
                readers.with(|connection| sqlite::prepare(connection, sql))
            }
            Engine::Postgres { readers, .. } => readers.prepare(sql).await,
        }
    }

    /// What the writer has done so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.counters.read(self.0.queue.len())
    }

    /// Finish what waits, then take no more writes. Dropping the last clone does the same.
    pub async fn close(&self) {
        match &self.0.engine {
            Engine::Sqlite { .. } => {
                let inner = Arc::clone(&self.0);
                let stop = move || {
                    if let Engine::Sqlite { readers, writer } = &inner.engine {
                        readers.close();
                        writer.stop();
                    }
                    Ok(())
                };
                if let Err(error) = blocking(stop).await {
                    tracing::error!(%error, "the database did not close cleanly");
                }
            }
            Engine::Postgres { readers, writer } => {
                readers.close();
                writer.finish().await;
            }
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the writer has stopped".into())
}
