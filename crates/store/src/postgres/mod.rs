//! PostgreSQL: one writer task with a pipelined connection, a pool of reading connections.

mod connection;
mod error;
mod readers;
mod snapshot;
mod tls;
mod transaction;
mod value;
mod writer;

pub(crate) use connection::Server;
pub use connection::postgres_lasts;
pub(crate) use readers::{Length, Readers};
pub(crate) use snapshot::{copy, fill};
pub use tls::{PostgresTls, PostgresUrl};
pub(crate) use writer::Writer;

/// How many migrations of `known` the database at `url` lacks.
pub(crate) async fn missing(
    url: &PostgresUrl,
    known: &'static [crate::Migration],
) -> Result<usize, crate::StoreError> {
    Server::new(url)?.connect().await?.missing(known).await
}
