//! The write-ahead log is copied back into the file beside the writer, so that nobody's commit waits for it.
//!
//! SQLite does it within the commit that makes the log long: thousands of pages and an fsync of the file, some 50 ms in which
//! everybody waits. Here a thread copies while the writer goes on, and the writer copies the little that came meanwhile, so that the log
//! begins anew. Not where the log is followed: what was copied back may be overwritten before it was read.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;

use super::connection::{self, CHECKPOINT_PAGES as PAGES};
use crate::StoreError;

thread_local! {
    /// How long the log was after this thread's last commit, in pages.
    static LENGTH: Cell<i32> = const { Cell::new(0) };
}

/// Have `connection`, which commits on this thread, note how long the log is, instead of copying it back.
pub(super) fn measure(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.wal_hook(Some(|_, pages| {
        LENGTH.set(pages);
        Ok(())
    }));
    Ok(())
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Idle,
    Wanted,
    Copying,
    /// All is copied but what came meanwhile.
    Copied,
    Ended,
}

#[derive(Default)]
struct Shared {
    stage: Mutex<Stage>,
    changed: Condvar,
}

/// The thread that copies. Dropped, it ends what it is at and is gone.
pub(super) struct Copier {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// How long the log must be to begin.
    begin_at: i32,
}

impl Copier {
    pub(super) fn start(path: PathBuf) -> Result<Self, StoreError> {
        let shared = Arc::<Shared>::default();
        let inner = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("store-copier".into())
            .spawn(move || inner.run(&path))
            .map_err(|error| StoreError::Unavailable(format!("no thread to copy: {error}")))?;
        Ok(Self {
            shared,
            thread: Some(thread),
            begin_at: PAGES,
        })
    }

    /// After a commit of `connection` on this thread: see whether the log is long.
    pub(super) fn committed(&mut self, connection: &Connection) {
        let length = LENGTH.get();
        if length < self.begin_at {
            return;
        }
        let mut stage = self.shared.stage.lock();
        match *stage {
            Stage::Idle => {
                *stage = Stage::Wanted;
                self.shared.changed.notify_one();
            }
            Stage::Copied => {
                *stage = Stage::Idle;
                drop(stage);
                self.begin_at = match copy(connection) {
                    Ok(true) => PAGES,
                    // Somebody reads an old state, or the disk refuses: not at every commit.
                    Ok(false) | Err(_) => length.saturating_add(PAGES),
                };
            }
            Stage::Wanted | Stage::Copying | Stage::Ended => {}
        }
    }
}

impl Drop for Copier {
    fn drop(&mut self) {
        *self.shared.stage.lock() = Stage::Ended;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that copies the write-ahead log ended by a panic");
        }
    }
}

impl Shared {
    fn run(&self, path: &std::path::Path) {
        let mut stage = self.stage.lock();
        loop {
            match *stage {
                Stage::Ended => return,
                Stage::Wanted => {
                    *stage = Stage::Copying;
                    drop(stage);
                    let copied = connection::reader(path).and_then(|it| copy(&it));
                    if let Err(error) = copied {
                        tracing::warn!(%error, "the write-ahead log was not copied back; it grows until it is");
                    }
                    stage = self.stage.lock();
                    if *stage == Stage::Copying {
                        *stage = Stage::Copied;
                    }
                }
                Stage::Idle | Stage::Copying | Stage::Copied => self.changed.wait(&mut stage),
            }
        }
    }
}

/// Copy what no reader still needs where it is; whether that was all.
fn copy(connection: &Connection) -> Result<bool, StoreError> {
    let all = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |row| {
        let (busy, log, copied): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(busy == 0 && log == copied)
    })?;
    Ok(all)
}
