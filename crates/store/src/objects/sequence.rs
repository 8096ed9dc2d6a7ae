//! An object read from its beginning to its end, by whoever may wait.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use tokio::runtime::Handle;

use super::ObjectReader;

/// How much is read at once, in bytes.
const PIECE_BYTES: usize = 1 << 20;

/// The bytes of an object, one after the other. To be read on a thread that may wait.
pub struct Sequence {
    reader: Arc<dyn ObjectReader>,
    runtime: Handle,
    offset: u64,
    piece: Vec<u8>,
    used: usize,
}

impl fmt::Debug for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sequence").field(&self.offset).finish()
    }
}

impl Sequence {
    /// From the first byte on.
    #[must_use]
    pub const fn new(reader: Arc<dyn ObjectReader>, runtime: Handle) -> Self {
        Self {
            reader,
            runtime,
            offset: 0,
            piece: Vec::new(),
            used: 0,
        }
    }
}

impl Read for Sequence {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.used >= self.piece.len() {
            let left = self.reader.len().saturating_sub(self.offset);
            let take = usize::try_from(left).map_or(PIECE_BYTES, |left| left.min(PIECE_BYTES));
            if take == 0 {
                return Ok(0);
            }
            let read = self.reader.read_at(self.offset, &mut self.piece, take);
            self.runtime.block_on(read).map_err(io::Error::other)?;
            self.offset += take as u64;
            self.used = 0;
        }
        let rest = self.piece.get(self.used..).unwrap_or_default();
        let count = rest.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.used += count;
        Ok(count)
    }
}
