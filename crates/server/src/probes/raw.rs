//! Raw bytes of the installation: what a thief of its disks would have, and what the process has written about itself.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use base::ObjectId;
use govern::canary::{Raw, Shelf};
use govern::real::{All, OnDisk};
use govern::{ProbeError, Probing};
use parking_lot::Mutex;
use store::objects::{BucketObjects, Objects, Sequence};
use store::{Db, Sql};
use web::Metrics;

use super::Bench;
use crate::config::{Database, Files};
use crate::{Failure, files, telemetry};

/// Both databases and the files, as they lie there.
pub(super) fn at_rest(bench: &Bench) -> Result<Arc<dyn Raw>, Failure> {
    let config = &bench.house.config;
    let mut places: Vec<Arc<dyn Raw>> = Vec::new();
    let databases = [
        (&config.data, &bench.house.db, DATA, DATA_NAME),
        (&config.keys, &bench.keys_db, KEYS, KEYS_NAME),
    ];
    for (database, db, tables, name) in databases {
        match database {
            Database::Sqlite { path } => {
                places.push(Arc::new(OnDisk::keeping_locks(sqlite_files(path))));
            }
            Database::Postgres { .. } => places.push(Arc::new(Columns {
                db: db.clone(),
                name,
                tables,
            })),
        }
    }
    match &config.files {
        Files::Folder { path } => places.push(Arc::new(OnDisk::new(vec![path.clone()]))),
        Files::S3(place) => places.push(Arc::new(InBucket(Arc::new(files::in_bucket(
            place,
            &bench.house.rng,
        )?)))),
    }
    Ok(Arc::new(All(places)))
}

/// A database's file, and those that SQLite lays beside it.
fn sqlite_files(path: &Path) -> Vec<PathBuf> {
    ["", "-wal", "-shm", "-journal"]
        .iter()
        .map(|end| {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        })
        .collect()
}

const DATA_NAME: &str = "PostgreSQL, columns by SQL, not its own files/data";
const KEYS_NAME: &str = "PostgreSQL, columns by SQL, not its own files/keys";

macro_rules! tables {
    ($name:ident: $($table:literal),+ $(,)?) => {
        /// Each table of a database: its name, and a statement that writes its rows out, bytes as hexadecimal.
        static $name: &[(&str, Sql)] = &[$((
            $table,
            Sql::both(concat!("SELECT CAST(t AS TEXT) FROM ", $table, " AS t")),
        )),+];
    };
}

tables!(DATA: "log_chunk", "log_node", "log_head", "log_index", "person", "person_external", "record", "record_history", "record_index", "file", "key_floor", "idempotency", "tenant", "token", "job", "evidence", "account", "password", "factor", "session", "ticket", "link", "device", "guess", "letter", "app", "app_secret", "erasure", "legal_hold", "retention_run", "retention_tally", "export", "transfer", "bulk_export", "bulk_part", "contract_end", "consent_request", "consent_asking", "consent_grant", "consent_event", "consent_limit", "consent_minor", "consent_guardian", "consent_no", "rights_request", "rights_event", "oauth_grant", "oauth_request", "oauth_code", "oauth_family", "oauth_token", "oauth_seen", "signing_key", "privilege_request", "role_assignment", "break_glass", "restored", "continuity_run", "continuity_destruction", "continuity_keep", "continuity_beat", "continuity_node", "consent_proposal");
tables!(KEYS: "root_key", "kek", "tenant_key", "person", "person_key", "anchor");

/// The tables that there are. What SQL does not show (indexes, dead rows, the server's own log) is out of reach from here.
static TABLES: Sql = Sql::both(
    "SELECT CAST(tablename AS TEXT) FROM pg_catalog.pg_tables WHERE schemaname = current_schema()",
);
/// Which migrations ran: texts of ours.
const OURS: &[&str] = &["schema_migration"];

/// The columns of a PostgreSQL database, read as its own user reads them.
struct Columns {
    db: Db,
    name: &'static str,
    tables: &'static [(&'static str, Sql)],
}

impl Raw for Columns {
    fn shelves(&self) -> Probing<'_, Vec<Shelf>> {
        Box::pin(async {
            let failed = |error| ProbeError::new("listing tables", error);
            let there = self.db.rows(&TABLES, vec![]).await.map_err(failed)?;
            for row in &there {
                let name = row.text(0).map_err(failed)?;
                let known = self.tables.iter().any(|(table, _)| *table == name);
                if !known && !OURS.contains(&name) {
                    return Err(ProbeError::new(
                        "listing tables",
                        format!("no statement reads the table {name}"),
                    ));
                }
            }
            Ok(self
                .tables
                .iter()
                .map(|(table, sql)| Shelf {
                    // In the evidence one line for a database, which says what was not searched as well.
                    name: format!("{}/{table}", self.name),
                    bytes: Box::new(Rows::Waiting(
                        self.db.clone(),
                        sql,
                        tokio::runtime::Handle::current(),
                    )),
                })
                .collect())
        })
    }
}

/// The rows of a table, read when somebody reads them. Read from where it may block.
enum Rows {
    Waiting(Db, &'static Sql, tokio::runtime::Handle),
    Coming(Receiver<io::Result<Vec<u8>>>, io::Cursor<Vec<u8>>),
}

/// Rows on their way.
const ROWS_WAITING: usize = 64;

impl Rows {
    fn begin(db: Db, sql: &'static Sql, runtime: &tokio::runtime::Handle) -> Self {
        let (send, coming) = sync_channel(ROWS_WAITING);
        let last = send.clone();
        runtime.spawn(async move {
            let scanned = db.scan(sql, vec![], move |row| {
                let text = row.text(0).map(|text| text.as_bytes().to_vec());
                // A full channel blocks only this scan: the searcher takes on.
                tokio::task::block_in_place(|| send.send(text.map_err(io::Error::other))).is_ok()
            });
            if let Err(error) = scanned.await {
                let _ = last.send(Err(io::Error::other(error)));
            }
        });
        Self::Coming(coming, io::Cursor::new(Vec::new()))
    }
}

impl Read for Rows {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self {
                Self::Waiting(db, sql, runtime) => {
                    *self = Self::begin(db.clone(), sql, runtime);
                }
                Self::Coming(coming, row) => {
                    let read = row.read(into)?;
                    if read > 0 || into.is_empty() {
                        return Ok(read);
                    }
                    match coming.recv() {
                        Ok(next) => *row = io::Cursor::new(next?),
                        Err(_) => return Ok(0),
                    }
                }
            }
        }
    }
}

/// Objects that are searched, the newest first, and names of a bucket that are looked through for them: to read all of one takes too long.
const SEARCHED_MAX: usize = 512;
const LISTED_MAX: usize = 200_000;

/// The objects of a bucket, as whoever holds it has them.
struct InBucket(Arc<BucketObjects>);

impl Raw for InBucket {
    fn shelves(&self) -> Probing<'_, Vec<Shelf>> {
        Box::pin(async {
            let newest = self.0.newest(SEARCHED_MAX, LISTED_MAX).await;
            let (newest, listed) = newest.map_err(|it| ProbeError::new("listing a bucket", it))?;
            let name = format!("bucket, the newest {SEARCHED_MAX} of {listed} objects at most");
            Ok(newest
                .into_iter()
                .map(|id| Shelf {
                    name: format!("{name}/{id}"),
                    bytes: Box::new(Object::Waiting(
                        Arc::clone(&self.0),
                        id,
                        tokio::runtime::Handle::current(),
                    )),
                })
                .collect())
        })
    }
}

/// An object, opened when somebody reads it. Read from where it may block.
enum Object {
    Waiting(Arc<BucketObjects>, ObjectId, tokio::runtime::Handle),
    Coming(Sequence),
    /// Deleted meanwhile.
    Gone,
}

impl Read for Object {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Self::Waiting(objects, id, runtime) = self {
            let opened = runtime.block_on(objects.open(*id));
            *self = match opened.map_err(io::Error::other)? {
                Some(reader) => Self::Coming(Sequence::new(reader, runtime.clone())),
                None => Self::Gone,
            };
        }
        match self {
            Self::Coming(bytes) => bytes.read(into),
            Self::Waiting(..) | Self::Gone => Ok(0),
        }
    }
}

/// What was said to who asked: error bodies and their headers.
#[derive(Clone, Default)]
pub(super) struct Said(Arc<Mutex<Vec<u8>>>);

impl Said {
    /// Keep an answer.
    pub fn keep(&self, text: &str) {
        let mut said = self.0.lock();
        said.extend_from_slice(text.as_bytes());
        said.push(b'\n');
    }

    /// Begin anew.
    pub fn forget(&self) {
        self.0.lock().clear();
    }
}

/// Everything that this process writes: lines about itself, files that its output goes to, error bodies, metrics.
pub(super) fn written(bench: &Bench, said: &Said) -> Arc<dyn Raw> {
    Arc::new(Output {
        said: said.clone(),
        metrics: Arc::clone(&bench.metrics),
    })
}

struct Output {
    said: Said,
    metrics: Arc<Metrics>,
}

impl Raw for Output {
    fn shelves(&self) -> Probing<'_, Vec<Shelf>> {
        Box::pin(async {
            let shelf = |name: &str, bytes: Vec<u8>| Shelf {
                name: name.to_owned(),
                bytes: Box::new(io::Cursor::new(bytes)),
            };
            let mut shelves: Vec<_> = telemetry::written()
                .into_iter()
                .map(|(name, bytes)| shelf(name, bytes))
                .collect();
            shelves.push(shelf("error bodies", self.said.0.lock().clone()));
            shelves.push(shelf("metrics", self.metrics.text().into_bytes()));
            shelves.extend(OnDisk::new(output_files()).shelves().await?);
            Ok(shelves)
        })
    }
}

/// The files that stdout and stderr go to, where they are files that we may read.
fn output_files() -> Vec<PathBuf> {
    let files: BTreeSet<PathBuf> = ["/proc/self/fd/1", "/proc/self/fd/2"]
        .into_iter()
        .filter_map(|link| std::fs::read_link(link).ok())
        .filter(|path| path.is_file() && std::fs::File::open(path).is_ok())
        .collect();
    files.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who adds a table has to add it here, or nothing is measured on PostgreSQL any more.
    #[test]
    fn every_table_is_read() {
        for (known, tables) in [
            (store::migrations::DATA, DATA),
            (store::migrations::KEYS, KEYS),
        ] {
            let mut seen = 0;
            for migration in known {
                for made in migration.sql.split("CREATE TABLE ").skip(1) {
                    let table = made.split('(').next().unwrap_or("").trim();
                    let read = tables.iter().any(|(name, _)| *name == table);
                    assert!(read, "no statement reads the table {table}");
                    seen += 1;
                }
            }
            assert!(seen > 4, "the search for tables finds them: {seen}");
        }
    }
}
