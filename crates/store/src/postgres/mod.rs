//! PostgreSQL: one writer task with a pipelined connection, a pool of reading connections.
//!
//! Connections are not encrypted yet: use a loopback address or a Unix socket.

mod connection;
mod error;
mod fill;
mod pgoutput;
mod readers;
mod slot;
mod snapshot;
mod transaction;
mod value;
mod writer;

pub(crate) use connection::Server;
pub use connection::postgres_lasts;
pub(crate) use fill::Filling;
pub(crate) use readers::{Length, Readers};
pub(crate) use slot::{Look, SlotReader};
pub(crate) use snapshot::copy;
pub(crate) use writer::Writer;

/// How many migrations of `known` the database at `url` lacks.
pub(crate) async fn missing(
    url: &std::sync::Arc<base::Secret<String>>,
    known: &'static [crate::Migration],
) -> Result<usize, crate::StoreError> {
    Server::new(url)?.connect().await?.missing(known).await
}

/// What is missing to follow the rows of the database at `url`.
///
/// # Errors
/// [`crate::StoreError`]: it cannot be reached.
pub async fn postgres_lacks(
    url: base::Secret<String>,
) -> Result<Option<crate::changes::Lack>, crate::StoreError> {
    Server::new(&std::sync::Arc::new(url))?
        .connect()
        .await?
        .lack()
        .await
}
