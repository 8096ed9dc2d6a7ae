//! Connections that read. A point query runs on the calling thread: it costs about 10 microseconds, a hop more.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::connection;
use crate::StoreError;

/// Connections kept for the next query.
const IDLE_MAX: usize = 16;
/// Connections in use at once; each belongs to a thread that is reading at this moment.
const OPEN_MAX: usize = 128;
/// Long reads at once: each holds a thread and keeps the write-ahead log from being reused.
const SCANS_MAX: usize = 8;

pub(crate) struct Readers {
    path: PathBuf,
    /// The last one used is the first one taken: its cache is warm.
    idle: Mutex<Vec<Connection>>,
    open: AtomicUsize,
    scans: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            idle: Mutex::default(),
            open: AtomicUsize::new(0),
            scans: Arc::new(Semaphore::new(SCANS_MAX)),
        }
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The permits of long reads.
    pub(crate) fn scans(&self) -> Arc<Semaphore> {
        Arc::clone(&self.scans)
    }

    /// Read with a connection of our own, on this thread. Each call sees all that was acknowledged before it.
    pub(crate) fn with<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.open.fetch_add(1, Ordering::Relaxed) >= OPEN_MAX {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return Err(StoreError::Unavailable("too many reads at once".into()));
        }
        let outcome = self.take().and_then(|connection| {
            let outcome = read(&connection);
            self.put(connection, &outcome);
            outcome
        });
        self.open.fetch_sub(1, Ordering::Relaxed);
        outcome
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let idle = self.idle.lock().pop();
        idle.map_or_else(|| connection::reader(&self.path), Ok)
    }

    fn put<T>(&self, connection: Connection, outcome: &Result<T, StoreError>) {
        let broken = matches!(
            outcome,
            Err(StoreError::Unavailable(_) | StoreError::Damaged(_))
        );
        let mut idle = self.idle.lock();
        if !broken && idle.len() < IDLE_MAX {
            idle.push(connection);
        }
    }

    /// Close what is idle, so that nothing holds the file.
    pub(crate) fn close(&self) {
        self.idle.lock().clear();
    }
}
