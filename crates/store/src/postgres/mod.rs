//! PostgreSQL: one writer task with a pipelined connection, a pool of reading connections.

mod connection;
mod error;
mod fill;
mod pgoutput;
mod readers;
mod slot;
mod snapshot;
mod tls;
mod transaction;
mod value;
mod writer;

pub use connection::postgres_lasts;
pub(crate) use connection::{Connection, Server};
pub(crate) use fill::Filling;
pub(crate) use readers::{Length, Readers};
pub(crate) use slot::{Look, SlotReader};
pub(crate) use snapshot::copy;
pub use tls::{PostgresTls, PostgresUrl};
pub(crate) use writer::Writer;

/// How many migrations of `known` the database at `url` lacks.
pub(crate) async fn missing(
    url: &PostgresUrl,
    known: &'static [crate::Migration],
) -> Result<usize, crate::StoreError> {
    Server::new(url)?.connect().await?.missing(known).await
}

/// Whether a database can be followed, and what happens if nobody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    /// What is missing.
    pub lack: Option<crate::changes::Lack>,
    /// Whether a slot that nobody moves on keeps the server's log until the disk is full.
    pub unbounded: bool,
}

static BOUND: crate::Sql =
    crate::Sql::both("SELECT setting FROM pg_settings WHERE name = 'max_slot_wal_keep_size'");

/// Whether the rows of the database at `url` can be followed.
///
/// # Errors
/// [`crate::StoreError`]: it cannot be reached.
pub async fn postgres_follows(url: &PostgresUrl) -> Result<Followed, crate::StoreError> {
    let mut connection = Server::new(url)?.connect().await?;
    let lack = connection.lack().await?;
    let bound = connection.rows(&BOUND, &[]).await?;
    Ok(Followed {
        lack,
        unbounded: bound.first().is_some_and(|row| row.text(0) == Ok("-1")),
    })
}
