//! The whole of a database at one moment, a file a table.

use std::path::{Path, PathBuf};
use std::pin::pin;

use futures_util::TryStreamExt;
use tokio::io::AsyncWriteExt;

use super::connection::{Connection, Server};
use super::error::classify;
use super::slot::POSITION;
use crate::snapshot::{Kind, Question, Snapshot};
use crate::{Sql, StoreError};

/// One transaction that sees one moment, however long it takes.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; \
     SET LOCAL idle_in_transaction_session_timeout = 0";
/// Bytes of a file that are sent at once.
pub(super) const PIECE_BYTES: usize = 1 << 20;

static TABLES: Sql = Sql::both(
    "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
);
static SCHEMA: Sql = Sql::both("SELECT coalesce(max(number), 0) FROM schema_migration");

/// Copy every table into `folder`.
pub(crate) async fn copy(
    server: &Server,
    folder: &Path,
    questions: Vec<Question>,
) -> Result<Snapshot, StoreError> {
    let mut connection = server.connect().await?;
    connection.batch(BEGIN).await?;
    let tables = tables(&mut connection).await?;
    let mut schema = 0;
    connection
        .query(&SCHEMA, &[], |row| {
            schema = row.int(0).unwrap_or(0);
            false
        })
        .await?;
    // What this transaction sees was in the server's log by now.
    let mut position = None;
    connection
        .query(&POSITION, &[], |row| {
            position = row.int(0).ok().and_then(|it| u64::try_from(it).ok());
            false
        })
        .await?;
    let mut parts = Vec::new();
    for table in &tables {
        let part = part(folder, table);
        copy_out(&connection, table, &part).await?;
        parts.push(part);
    }
    for mut question in questions {
        connection
            .query(question.sql, &question.params, |row| (question.each)(row))
            .await?;
    }
    connection.batch("COMMIT").await?;
    Ok(Snapshot {
        kind: Kind::Postgres,
        schema: u32::try_from(schema).unwrap_or(0),
        position,
        parts,
    })
}

pub(super) async fn tables(connection: &mut Connection) -> Result<Vec<String>, StoreError> {
    let mut tables = Vec::new();
    connection
        .query(&TABLES, &[], |row| {
            tables.extend(row.text(0).ok().map(str::to_owned));
            true
        })
        .await?;
    // A name goes into a statement and a path: ours are words.
    let word = |name: &String| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if tables.iter().all(word) {
        Ok(tables)
    } else {
        Err(StoreError::Schema(
            "the database has a table that is none of ours".into(),
        ))
    }
}

pub(super) fn part(folder: &Path, table: &str) -> PathBuf {
    folder.join(format!("{table}.copy"))
}

pub(super) fn broken(error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("a file of a copy: {error}"))
}

async fn copy_out(connection: &Connection, table: &str, part: &Path) -> Result<(), StoreError> {
    let text = format!("COPY {table} TO STDOUT (FORMAT binary)");
    let rows = connection.client.copy_out(&text).await;
    let mut rows = pin!(rows.map_err(|error| classify(&error))?);
    let file = tokio::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(part)
        .await;
    let mut file =
        tokio::io::BufWriter::with_capacity(PIECE_BYTES, file.map_err(|error| broken(&error))?);
    while let Some(bytes) = rows.try_next().await.map_err(|error| classify(&error))? {
        file.write_all(&bytes)
            .await
            .map_err(|error| broken(&error))?;
    }
    file.flush().await.map_err(|error| broken(&error))
}
