//! One connection: how it is opened, how a statement runs on it.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags};

use crate::schema::{self, Engine};
use crate::{Expect, Migration, Row, Sql, Statement, StoreError, Value};

/// How long a connection waits for a lock that another process holds, before it says so.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Prepared statements kept per connection: more than we have.
const STATEMENTS_MAX: usize = 512;
/// Page cache of the writer: the upper levels of all B-trees. A commit that split a page looks at each entry of the cache, so that a
/// large one costs more than it saves.
const WRITER_CACHE_KIB: u32 = 8 << 10;
/// So many pages of one batch are kept in memory before some are written ahead of its commit.
/// (Not a multiple of 256, which SQLite takes for "never".)
const WRITER_SPILLS_AT: u32 = 8_000;
/// Page cache of a reader. A commit empties it anyway; the operating system's cache is the one that counts.
const READER_CACHE_KIB: u32 = 1 << 10;
/// The write-ahead log is copied back into the file once it has so many pages of 4 KiB.
pub(super) const CHECKPOINT_PAGES: i32 = 4_000;
/// The write-ahead log's file is cut back to this size after a burst.
const WAL_BYTES_KEPT: u32 = 64 << 20;

/// Make the file if it is missing, readable for its owner alone; SQLite gives its `-wal` and `-shm` the same rights.
fn make_file(path: &Path) -> io::Result<()> {
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(file) => {
            file.sync_all()?;
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn open(path: &Path, cache_kib: u32) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_WAIT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Else every new value in a range makes SQLite compile the statement again, to look at statistics that we do not gather.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // A file that is cut short under a memory map kills the process by a signal; a read that fails is an error we can name.
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// The connection that writes. Refuses to be one that loses commits.
pub(crate) fn writer(path: &Path, secure_delete: bool) -> Result<Connection, StoreError> {
    make_file(path).map_err(|error| {
        StoreError::Unavailable(format!("the database file cannot be made: {error}"))
    })?;
    let connection = open(path, WRITER_CACHE_KIB)?;
    connection.pragma_update(None, "cache_spill", WRITER_SPILLS_AT)?;
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    let foreign_keys: bool =
        connection.pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") || synchronous != 2 || !foreign_keys {
        return Err(StoreError::Internal(format!(
            "the database would not be durable: journal mode {mode}, synchronous {synchronous}"
        )));
    }
    connection.pragma_update(None, "secure_delete", secure_delete)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", WAL_BYTES_KEPT)?;
    Ok(connection)
}

/// Leave the write-ahead log to somebody who follows it: it is copied back when told to, and stays when the file is closed.
pub(crate) fn leave_log(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(())
}

/// A connection that cannot write.
pub(crate) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = open(path, READER_CACHE_KIB)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// A file of its own that nobody else opens, for a copy that is thrown away when the machine stops.
pub(crate) fn scratch(path: &Path) -> Result<Connection, StoreError> {
    make_file(path)
        .map_err(|error| StoreError::Unavailable(format!("no file for a copy: {error}")))?;
    let connection = open(path, READER_CACHE_KIB)?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    Ok(connection)
}

/// How many migrations of `known` the file at `path` lacks.
pub(crate) fn missing(path: &Path, known: &'static [Migration]) -> Result<usize, StoreError> {
    Ok(schema::missing(known, &applied(&reader(path)?)?)?.len())
}

/// Bring the schema up to date, alone.
pub(crate) fn migrate(
    connection: &Connection,
    known: &'static [Migration],
) -> Result<(), StoreError> {
    // Most starts find nothing to do and need no lock.
    if schema::missing(known, &applied(connection)?)?.is_empty() {
        return Ok(());
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let done = migrate_locked(connection, known);
    match done {
        Ok(()) => Ok(connection.execute_batch("COMMIT")?),
        Err(error) => {
            rollback(connection);
            Err(error)
        }
    }
}

fn migrate_locked(connection: &Connection, known: &'static [Migration]) -> Result<(), StoreError> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_migration \
         (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, sql TEXT NOT NULL) STRICT",
    )?;
    for migration in schema::missing(known, &applied(connection)?)? {
        connection
            .execute_batch(&schema::text_for(Engine::Sqlite, migration.sql))
            .map_err(|error| match StoreError::from(error) {
                StoreError::Internal(why) => StoreError::Schema(format!(
                    "migration {} ({}): {why}",
                    migration.number, migration.name
                )),
                other => other,
            })?;
        connection.execute(
            "INSERT INTO schema_migration (number, name, sql) VALUES (?1, ?2, ?3)",
            (migration.number, migration.name, migration.sql),
        )?;
    }
    Ok(())
}

fn applied(connection: &Connection) -> Result<Vec<(u32, String)>, StoreError> {
    if !connection.table_exists(None, "schema_migration")? {
        return Ok(Vec::new());
    }
    let mut statement =
        connection.prepare("SELECT number, sql FROM schema_migration ORDER BY number")?;
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Undo what is open. A transaction that SQLite has undone by itself is not an error.
pub(crate) fn rollback(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "a transaction could not be rolled back");
    }
}

/// Run a query and hand over each row; `each` says whether to go on.
pub(crate) fn query(
    connection: &Connection,
    sql: &Sql,
    params: &[Value],
    mut each: impl FnMut(Row) -> bool,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql.sqlite)?;
    bind(&mut statement, params)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let values = (0..columns)
            .map(|column| value(row.get_ref(column)?, column))
            .collect::<Result<_, _>>()?;
        if !each(Row(values)) {
            break;
        }
    }
    Ok(())
}

/// Run a statement; how many rows it touched, or returned if it returns any.
pub(crate) fn execute(connection: &Connection, statement: &Statement) -> Result<u64, StoreError> {
    let mut prepared = connection.prepare_cached(statement.sql.sqlite)?;
    bind(&mut prepared, &statement.params)?;
    let rows = if prepared.column_count() == 0 {
        prepared.raw_execute()? as u64
    } else {
        let mut rows = prepared.raw_query();
        let mut count = 0;
        while rows.next()?.is_some() {
            count += 1;
        }
        count
    };
    match statement.expect {
        Expect::Rows(wanted, guard) if wanted != rows => Err(StoreError::Guard(guard)),
        _ => Ok(rows),
    }
}

/// Prepare a statement and throw it away; how many parameters it takes.
pub(crate) fn prepare(connection: &Connection, sql: &Sql) -> Result<usize, StoreError> {
    Ok(connection.prepare_cached(sql.sqlite)?.parameter_count())
}

/// Bind `$1` to the first parameter and so on: SQLite numbers `$n` by where it first appears, so `$2, $1` would swap silently.
fn bind(statement: &mut rusqlite::CachedStatement<'_>, params: &[Value]) -> Result<(), StoreError> {
    let count = statement.parameter_count();
    if count != params.len() {
        return Err(StoreError::Internal(format!(
            "the statement takes {count} parameters, {} were given",
            params.len()
        )));
    }
    for index in 1..=count {
        let number: Option<usize> = statement
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$'))
            .and_then(|number| number.parse().ok());
        let Some(param) = number.and_then(|number| params.get(number.checked_sub(1)?)) else {
            return Err(StoreError::Internal(
                "a parameter is not one of $1, $2, ...".into(),
            ));
        };
        statement.raw_bind_parameter(index, param)?;
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(int) => ValueRef::Integer(*int),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Id(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn value(value: ValueRef<'_>, column: usize) -> Result<Value, StoreError> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(int) => Value::Int(int),
        ValueRef::Text(text) => Value::Text(
            std::str::from_utf8(text)
                .map_err(|_| StoreError::Damaged(format!("column {column} is not UTF-8")))?
                .to_owned(),
        ),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => {
            return Err(StoreError::Shape {
                column,
                wanted: "not a float",
            });
        }
    })
}
