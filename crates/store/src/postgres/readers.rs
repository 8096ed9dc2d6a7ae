//! Connections that read.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use super::connection::{Connection, Server};
use crate::{Row, Sql, StoreError, Value};

/// Queries at once: a server's connections are dear, and ours answer in a fraction of a millisecond.
const QUERIES_MAX: usize = 16;
/// Long reads at once, apart from the others so that they cannot starve them.
const SCANS_MAX: usize = 4;

pub(crate) struct Readers {
    server: Arc<Server>,
    /// The last one used is the first one taken.
    idle: Mutex<Vec<Connection>>,
    queries: Semaphore,
    scans: Semaphore,
}

/// How long a read may take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// A point or a page.
    Short,
    /// As long as it takes.
    Long,
}

impl Readers {
    pub(crate) fn new(server: Arc<Server>) -> Self {
        Self {
            server,
            idle: Mutex::default(),
            queries: Semaphore::new(QUERIES_MAX),
            scans: Semaphore::new(SCANS_MAX),
        }
    }

    /// Where the server is.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Run a query. Where the connection turns out to be dead before the first row, it is run again on a new one.
    pub(crate) async fn query(
        &self,
        sql: &'static Sql,
        params: &[Value],
        length: Length,
        mut each: impl FnMut(Row) -> bool,
    ) -> Result<(), StoreError> {
        let permits = if length == Length::Short {
            &self.queries
        } else {
            &self.scans
        };
        let _permit = permits.acquire().await.map_err(|_| closed())?;
        let mut begun = false;
        loop {
            let (mut connection, fresh) = self.take().await?;
            if length == Length::Long {
                connection.batch("SET statement_timeout = 0").await?;
            }
            let outcome = connection
                .query(sql, params, |row| {
                    begun = true;
                    each(row)
                })
                .await;
            match outcome {
                Err(StoreError::Unavailable(why)) => {
                    if begun || fresh {
                        return Err(StoreError::Unavailable(why));
                    }
                }
                outcome => {
                    // A long read has changed its session, and may have been left half-way.
                    if length == Length::Short {
                        self.put(connection);
                    }
                    return outcome;
                }
            }
        }
    }

    /// Prepare a statement; how many parameters it takes.
    pub(crate) async fn prepare(&self, sql: &'static Sql) -> Result<usize, StoreError> {
        let (mut connection, _) = self.take().await?;
        let statement = connection.prepared(sql).await?;
        self.put(connection);
        Ok(statement.params().len())
    }

    /// A connection, and whether it is a new one.
    async fn take(&self) -> Result<(Connection, bool), StoreError> {
        loop {
            let idle = self.idle.lock().pop();
            match idle {
                Some(connection) if connection.client.is_closed() => {}
                Some(connection) => return Ok((connection, false)),
                None => return Ok((self.server.connect().await?, true)),
            }
        }
    }

    fn put(&self, connection: Connection) {
        if !connection.client.is_closed() {
            self.idle.lock().push(connection);
        }
    }

    /// Close what is idle.
    pub(crate) fn close(&self) {
        self.idle.lock().clear();
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the database is closed".into())
}
