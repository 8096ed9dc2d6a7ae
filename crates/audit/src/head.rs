//! The head of one tenant's log, as it is stored: read, and checked against itself.

use base::Instant;
use store::Row;

use crate::merkle::{Frontier, Hash};
use crate::note::{Checkpoint, LogKey, NoteError};

/// A log's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many entries there are.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// What is needed to append.
    pub frontier: Frontier,
    /// The signed note.
    pub checkpoint: String,
    /// When the last entry was taken.
    pub at: Instant,
}

/// What is wrong with a head.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// The columns do not have the form of a head.
    #[error("the head's columns do not fit together")]
    Form,
    /// The frontier does not give the root.
    #[error("the head's frontier does not give its root")]
    Root,
    /// The checkpoint speaks of another size or root.
    #[error("the head's checkpoint is about another size or root")]
    Checkpoint,
    /// The checkpoint is not signed by this log.
    #[error("the head's checkpoint: {0}")]
    Note(#[from] NoteError),
}

impl Head {
    /// The head in a row of size, root, frontier, checkpoint, at; not checked yet.
    ///
    /// # Errors
    /// [`HeadError::Form`].
    pub fn from_row(row: &Row) -> Result<Self, HeadError> {
        let form = |_| HeadError::Form;
        let size = u64::try_from(row.int(0).map_err(form)?).map_err(|_| HeadError::Form)?;
        let frontier = row.bytes(2).map_err(form)?;
        Ok(Self {
            size,
            root: row
                .bytes(1)
                .map_err(form)?
                .try_into()
                .map_err(|_| HeadError::Form)?,
            frontier: Frontier::from_bytes(size, frontier).ok_or(HeadError::Form)?,
            checkpoint: row.text(3).map_err(form)?.to_owned(),
            at: Instant::from_micros(row.int(4).map_err(form)?),
        })
    }

    /// Check that frontier, root and the checkpoint's text agree. Cheap: a few hashes.
    ///
    /// # Errors
    /// [`HeadError`], by what does not agree.
    pub fn check(&self) -> Result<(), HeadError> {
        if self.frontier.root() != self.root {
            return Err(HeadError::Root);
        }
        let checkpoint = Checkpoint::peek(&self.checkpoint)?;
        if checkpoint.size == self.size && checkpoint.root == self.root {
            Ok(())
        } else {
            Err(HeadError::Checkpoint)
        }
    }

    /// Check that one of `keys` signed the checkpoint.
    ///
    /// # Errors
    /// [`HeadError::Note`].
    pub fn check_signature(&self, keys: &[LogKey]) -> Result<(), HeadError> {
        Checkpoint::open(&self.checkpoint, keys)?;
        Ok(())
    }
}
