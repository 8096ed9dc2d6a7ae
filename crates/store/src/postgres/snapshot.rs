//! The whole of a database at one moment, a file a table; and back into an empty database.

use std::path::{Path, PathBuf};
use std::pin::pin;

use futures_util::{SinkExt, TryStreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::connection::{Connection, Server};
use super::error::classify;
use super::tls::PostgresUrl;
use crate::snapshot::{Kind, Question, Snapshot};
use crate::{Migration, Sql, StoreError};

/// One transaction that sees one moment, however long it takes.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; \
     SET LOCAL idle_in_transaction_session_timeout = 0";
/// What is restored is written in one transaction: all of it, or nothing.
const BEGIN_FILL: &str =
    "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
/// Bytes of a file that are sent at once.
const PIECE_BYTES: usize = 1 << 20;
/// A table that the migrations fill themselves.
const MIGRATIONS: &str = "schema_migration";

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
        parts,
    })
}

async fn tables(connection: &mut Connection) -> Result<Vec<String>, StoreError> {
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

fn part(folder: &Path, table: &str) -> PathBuf {
    folder.join(format!("{table}.copy"))
}

fn broken(error: &std::io::Error) -> StoreError {
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

/// Fill an empty database from the files in `folder`, which were written at migration `schema`.
pub(crate) async fn fill(
    url: &PostgresUrl,
    known: &'static [Migration],
    schema: u32,
    folder: &Path,
) -> Result<(), StoreError> {
    let until = known.partition_point(|migration| migration.number <= schema);
    let Some(known) = known.get(..until) else {
        return Ok(());
    };
    if known.last().map(|it| it.number) != Some(schema) {
        return Err(StoreError::Schema(format!(
            "the copy is of migration {schema}, which this program does not know"
        )));
    }
    let mut connection = Server::new(url)?.connect().await?;
    if !tables(&mut connection).await?.is_empty() {
        return Err(StoreError::Unavailable(
            "the database to restore to is not empty".into(),
        ));
    }
    connection.migrate(known).await?;
    connection.batch(BEGIN_FILL).await?;
    for table in tables(&mut connection).await? {
        if table != MIGRATIONS {
            copy_in(&connection, &table, &part(folder, &table)).await?;
        }
    }
    connection.batch("COMMIT").await
}

async fn copy_in(connection: &Connection, table: &str, part: &Path) -> Result<(), StoreError> {
    let text = format!("COPY {table} FROM STDIN (FORMAT binary)");
    let sink = connection.client.copy_in(&text).await;
    let mut sink = pin!(sink.map_err(|error| classify(&error))?);
    let file = tokio::fs::File::open(part).await;
    let mut file = file.map_err(|error| broken(&error))?;
    loop {
        let mut piece = bytes::BytesMut::with_capacity(PIECE_BYTES);
        let count = file.read_buf(&mut piece).await;
        if count.map_err(|error| broken(&error))? == 0 {
            break;
        }
        sink.send(piece.freeze())
            .await
            .map_err(|error| classify(&error))?;
    }
    sink.finish().await.map_err(|error| classify(&error))?;
    Ok(())
}
