//! What is committed to a SQLite database, followed page by page: for a copy elsewhere that is at most a moment behind.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::batch::Task;
use crate::blocking::blocking;
use crate::sqlite::Tail;
use crate::{Db, StoreError};

/// The log is copied back into the database's file once it has so many pages: before any other process would.
const COPY_BACK_FRAMES: u32 = 2_000;

/// Where in a write-ahead log somebody has read to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub(crate) generation: u32,
    pub(crate) salt: [u32; 2],
    pub(crate) frames: u32,
    pub(crate) sum: [u32; 2],
    pub(crate) copied_back: bool,
}

impl Position {
    /// As bytes, to go on from after a restart.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 25] {
        let mut bytes = [0; 25];
        let words = [
            self.generation,
            self.salt[0],
            self.salt[1],
            self.frames,
            self.sum[0],
            self.sum[1],
        ];
        for (to, word) in bytes.chunks_exact_mut(4).zip(words) {
            to.copy_from_slice(&word.to_be_bytes());
        }
        bytes[24] = u8::from(self.copied_back);
        bytes
    }

    /// From [`Position::to_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 25]) -> Self {
        let mut words = [0; 6];
        for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = bytes.try_into().map_or(0, u32::from_be_bytes);
        }
        let [generation, salt_1, salt_2, frames, sum_1, sum_2] = words;
        Self {
            generation,
            salt: [salt_1, salt_2],
            frames,
            sum: [sum_1, sum_2],
            copied_back: bytes[24] == 1,
        }
    }
}

/// Pages that were committed, each as it was last.
#[derive(Clone, PartialEq, Eq)]
pub struct Pages {
    /// Bytes of one.
    pub page_bytes: u32,
    /// How many the database has.
    pub database_pages: u32,
    /// By their numbers, from 1.
    pub pages: BTreeMap<u32, Vec<u8>>,
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pages({})", self.pages.len())
    }
}

/// What was committed since the last time.
#[derive(Debug)]
pub struct Drained {
    /// The pages, if there are any.
    pub pages: Option<Pages>,
    /// Where the log was read to.
    pub position: Option<Position>,
    /// Whether nothing is missing between the last time and this.
    pub joins: bool,
}

/// A database that is followed. One at a time follows it.
#[derive(Clone)]
pub struct Follower {
    db: Db,
    tail: Arc<Mutex<Tail>>,
}

impl fmt::Debug for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Follower")
    }
}

impl Follower {
    pub(crate) const fn new(db: Db, tail: Arc<Mutex<Tail>>) -> Self {
        Self { db, tail }
    }

    /// What was committed since the last time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; nothing is lost, it comes the next time.
    pub async fn drain(&self) -> Result<Drained, StoreError> {
        // First what others did, then the log: what they committed until now stands in it, or was cut off before anybody read it.
        let before = self.others().await?;
        let tail = Arc::clone(&self.tail);
        blocking(move || tail.lock().read_after(before)).await?;
        let after = self.others().await?;
        let (mut drained, frames) = {
            let mut tail = self.tail.lock();
            tail.settle(before, after);
            (tail.take(), tail.frames())
        };
        if frames >= COPY_BACK_FRAMES {
            // What is committed until then comes the next time.
            let copied = self.db.ask(Task::CopyBack).await;
            if let Err(error) = copied {
                tracing::warn!(%error, "the write-ahead log was not copied back; it grows until it is");
            }
            // If nothing came meanwhile, who goes on from here knows that the log may begin anew.
            if let (Some(at), Some(now)) = (drained.position, self.tail.lock().at())
                && (at.salt, at.frames) == (now.salt, now.frames)
            {
                drained.position = Some(now);
            }
        }
        Ok(drained)
    }

    async fn others(&self) -> Result<u64, StoreError> {
        let answer = self.db.ask(Task::Others).await?;
        answer
            .rows
            .first()
            .copied()
            .ok_or_else(|| StoreError::Internal("nobody counted".into()))
    }

    /// Give back what could not be put anywhere.
    pub fn give_back(&self, drained: Drained) {
        self.tail.lock().give_back(drained);
    }
}
