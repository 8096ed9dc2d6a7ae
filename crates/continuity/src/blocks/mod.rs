//! The database's files of a point, as sealed blocks: what two points have in common is stored once, and what only one of them had opens with
//! that one's key alone (`docs/formats/recovery-point.md`).
//!
//! Invariant: the list of a point's block keys is never written anywhere but sealed under the point's own key.

mod opening;
#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base::{ObjectId, Rng};
use crypt::file::Sealer;
use crypt::hash::Sha256;
use crypt::{Context, SymmetricKey, block};
use fastcdc::v2020::StreamCDC;
use store::snapshot::Kind;
use zeroize::Zeroizing;

use crate::ContinuityError;
pub(crate) use opening::{List, Opening};

/// A block of a SQLite database: so many pages, which stay where they are.
const PAGES_BYTES: usize = 64 << 10;
/// Blocks of rows are cut by what is in them: at least, about and at most so long.
const ROWS_BYTES: (usize, usize, usize) = (16 << 10, 64 << 10, 256 << 10);
/// No block is longer, opened.
const BLOCK_BYTES_MAX: usize = 1 << 20;
/// A block's length, and its key.
const RECORD_BYTES: usize = 4 + 32;
const SEGMENT_BYTES: u32 = 1 << 20;
/// Sealed pages do not compress; what does, does so well at the first attempt.
const ZSTD_LEVEL: i32 = 1;
/// What a block's last byte says of the others.
const RAW: u8 = 0;
const ZSTD: u8 = 1;

/// What was sealed.
pub(crate) struct Sealed {
    /// The length of the blocks behind one another.
    pub(crate) bytes: u64,
    /// Length and SHA-256 of each file, in their order.
    pub(crate) files: Vec<(u64, String)>,
    /// Lengths and keys of the blocks.
    pub(crate) list: Zeroizing<Vec<u8>>,
}

/// Seal `files`, behind one another, into a new file `to`.
pub(crate) fn seal(
    kind: Kind,
    files: &[PathBuf],
    converging: &SymmetricKey,
    to: &Path,
) -> Result<Sealed, ContinuityError> {
    let failed = |error| ContinuityError::file(to, error);
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(failed)?;
    let mut writer = Writer {
        converging,
        compressor: zstd::bulk::Compressor::new(ZSTD_LEVEL).map_err(failed)?,
        block: Vec::new(),
        to: BufWriter::with_capacity(1 << 20, file),
        bytes: 0,
        list: Zeroizing::default(),
    };
    let mut digests = Vec::with_capacity(files.len());
    for path in files {
        let failed = |error| ContinuityError::file(path, error);
        let mut plain = Plain::open(path).map_err(failed)?;
        match kind {
            Kind::Sqlite => {
                let mut piece = Vec::with_capacity(PAGES_BYTES);
                loop {
                    piece.clear();
                    let full = plain.by_ref().take(PAGES_BYTES as u64);
                    if { full }.read_to_end(&mut piece).map_err(failed)? == 0 {
                        break;
                    }
                    writer.block(&piece).map_err(failed)?;
                }
            }
            Kind::Postgres => {
                let (least, about, most) = ROWS_BYTES;
                for piece in StreamCDC::new(plain.by_ref(), least, about, most) {
                    let piece = piece.map_err(|error| failed(error.into()))?;
                    writer.block(&piece.data).map_err(failed)?;
                }
            }
        }
        digests.push((plain.bytes, hex::encode(plain.hash.finish())));
    }
    writer.to.flush().map_err(failed)?;
    Ok(Sealed {
        bytes: writer.bytes,
        files: digests,
        list: writer.list,
    })
}

/// A file that is hashed while it is read.
struct Plain {
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl Plain {
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: File::open(path)?,
            hash: Sha256::new(),
            bytes: 0,
        })
    }
}

impl Read for Plain {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buf)?;
        self.hash.update(buf.get(..count).unwrap_or_default());
        self.bytes += count as u64;
        Ok(count)
    }
}

struct Writer<'a> {
    converging: &'a SymmetricKey,
    compressor: zstd::bulk::Compressor<'static>,
    /// The block that is being made.
    block: Vec<u8>,
    to: BufWriter<File>,
    bytes: u64,
    list: Zeroizing<Vec<u8>>,
}

impl Writer<'_> {
    fn block(&mut self, plain: &[u8]) -> io::Result<()> {
        self.block.clear();
        self.block
            .reserve(zstd::zstd_safe::compress_bound(plain.len()) + 1 + block::OVERHEAD_BYTES);
        self.compressor.compress_to_buffer(plain, &mut self.block)?;
        if self.block.len() < plain.len() {
            self.block.push(ZSTD);
        } else {
            self.block.clear();
            self.block.extend_from_slice(plain);
            self.block.push(RAW);
        }
        let key = block::seal(self.converging, &mut self.block);
        let length = u32::try_from(self.block.len()).map_err(io::Error::other)?;
        grow(&mut self.list, RECORD_BYTES);
        self.list.extend_from_slice(&length.to_be_bytes());
        self.list.extend_from_slice(key.danger_bytes());
        self.bytes += u64::from(length);
        self.to.write_all(&self.block)
    }
}

/// Make room for `more` bytes without leaving a copy of what there is behind.
fn grow(list: &mut Zeroizing<Vec<u8>>, more: usize) {
    if list.capacity() - list.len() < more {
        let mut larger = Vec::with_capacity((list.capacity() * 2).max(RECORD_BYTES << 10));
        larger.extend_from_slice(list);
        // What was there is overwritten as it is dropped.
        *list = Zeroizing::new(larger);
    }
}

/// The place that a point's list is sealed for.
fn context(environment: &str, id: ObjectId) -> Context {
    Context::new("point-blocks")
        .text(environment)
        .bytes(id.as_bytes())
}

/// Seal the list of a point's blocks.
pub(crate) fn seal_list(
    key: &SymmetricKey,
    (environment, id): (&str, ObjectId),
    list: &[u8],
    rng: &dyn Rng,
) -> Result<Vec<u8>, ContinuityError> {
    let internal = |_| ContinuityError::Internal("the list of a point's blocks cannot be sealed");
    let (mut sealer, mut sealed) =
        Sealer::new(key, &context(environment, id), SEGMENT_BYTES, rng).map_err(internal)?;
    let mut pieces = list.chunks(SEGMENT_BYTES as usize).peekable();
    if pieces.peek().is_none() {
        return Err(ContinuityError::Internal("a database without bytes"));
    }
    while let Some(piece) = pieces.next() {
        let mut piece = piece.to_vec();
        sealer
            .seal_segment(&mut piece, pieces.peek().is_none())
            .map_err(internal)?;
        sealed.append(&mut piece);
    }
    Ok(sealed)
}
