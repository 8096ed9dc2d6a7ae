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
use std::sync::mpsc::{self, SyncSender};
use std::thread;

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
/// So many bytes of blocks are sealed at once, by at most so many threads, while so many batches more wait.
const BATCH_BYTES: usize = 4 << 20;
const HANDS_MAX: usize = 4;
const BATCHES_WAIT: usize = 2;
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
        hands: Hand::several(converging).map_err(failed)?,
        to: BufWriter::with_capacity(1 << 20, file),
        bytes: 0,
        list: Zeroizing::default(),
    };
    // What comes next is read and hashed while what came before is sealed.
    let files = thread::scope(|scope| {
        let (sender, batches) = mpsc::sync_channel(BATCHES_WAIT);
        let reader = scope.spawn(move || {
            let mut batches = Batches {
                to: sender,
                blocks: Vec::new(),
                bytes: 0,
            };
            let digests = files.iter().map(|path| batches.read(kind, path));
            let digests = digests.collect::<Result<Vec<_>, _>>()?;
            batches.hand_over();
            Ok::<_, ContinuityError>(digests)
        });
        for batch in batches {
            writer.seal(batch).map_err(failed)?;
        }
        let died = |_| ContinuityError::Internal("a thread died");
        reader.join().map_err(died)?
    })?;
    writer.to.flush().map_err(failed)?;
    Ok(Sealed {
        bytes: writer.bytes,
        files,
        list: writer.list,
    })
}

/// Files cut into blocks, handed over some at a time.
struct Batches {
    to: SyncSender<Vec<Vec<u8>>>,
    blocks: Vec<Vec<u8>>,
    bytes: usize,
}

impl Batches {
    /// Cut a file; length and SHA-256 of it.
    fn read(&mut self, kind: Kind, path: &Path) -> Result<(u64, String), ContinuityError> {
        let failed = |error| ContinuityError::file(path, error);
        let mut plain = Plain::open(path).map_err(failed)?;
        match kind {
            Kind::Sqlite => loop {
                // With room for what sealing adds.
                let mut block = Vec::with_capacity(PAGES_BYTES + RECORD_BYTES);
                let full = plain.by_ref().take(PAGES_BYTES as u64);
                if { full }.read_to_end(&mut block).map_err(failed)? == 0 {
                    break;
                }
                self.push(block);
            },
            Kind::Postgres => {
                let (least, about, most) = ROWS_BYTES;
                for block in StreamCDC::new(plain.by_ref(), least, about, most) {
                    let block = block.map_err(|error| failed(error.into()))?;
                    self.push(block.data);
                }
            }
        }
        Ok((plain.bytes, hex::encode(plain.hash.finish())))
    }

    fn push(&mut self, block: Vec<u8>) {
        self.bytes += block.len();
        self.blocks.push(block);
        if self.bytes >= BATCH_BYTES {
            self.hand_over();
        }
    }

    /// Nobody takes them where sealing failed, which says so itself.
    fn hand_over(&mut self) {
        self.bytes = 0;
        drop(self.to.send(std::mem::take(&mut self.blocks)));
    }
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

/// Seals blocks on a thread.
struct Hand<'a> {
    converging: &'a SymmetricKey,
    compressor: zstd::bulk::Compressor<'static>,
}

impl<'a> Hand<'a> {
    /// As many as there are processors.
    fn several(converging: &'a SymmetricKey) -> io::Result<Vec<Self>> {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let hand = |_| {
            Ok(Self {
                converging,
                compressor: zstd::bulk::Compressor::new(ZSTD_LEVEL)?,
            })
        };
        (0..processors.min(HANDS_MAX)).map(hand).collect()
    }

    /// The sealed block in the place of the plain one, and its key.
    fn seal(&mut self, block: &mut Vec<u8>) -> io::Result<SymmetricKey> {
        let bound = zstd::zstd_safe::compress_bound(block.len()) + 1 + block::OVERHEAD_BYTES;
        let mut packed = Vec::with_capacity(bound);
        self.compressor.compress_to_buffer(&*block, &mut packed)?;
        if packed.len() < block.len() {
            packed.push(ZSTD);
            *block = packed;
        } else {
            block.push(RAW);
        }
        Ok(block::seal(self.converging, block))
    }
}

struct Writer<'a> {
    hands: Vec<Hand<'a>>,
    to: BufWriter<File>,
    bytes: u64,
    list: Zeroizing<Vec<u8>>,
}

impl Writer<'_> {
    /// Seal blocks, some by each hand, and write them in their order.
    fn seal(&mut self, mut blocks: Vec<Vec<u8>>) -> io::Result<()> {
        let count = blocks.len();
        let each = count.div_ceil(self.hands.len().max(1)).max(1);
        let keys = thread::scope(|scope| {
            let shares = blocks.chunks_mut(each).zip(&mut self.hands);
            let at_work: Vec<_> = shares
                .map(|(blocks, hand)| {
                    scope.spawn(move || {
                        let sealed = blocks.iter_mut().map(|block| hand.seal(block));
                        sealed.collect::<io::Result<Vec<_>>>()
                    })
                })
                .collect();
            let mut keys = Vec::with_capacity(count);
            for hand in at_work {
                let died = |_| io::Error::other("a thread died");
                keys.extend(hand.join().map_err(died)??);
            }
            Ok::<_, io::Error>(keys)
        })?;
        for (block, key) in blocks.into_iter().zip(keys) {
            let length = u32::try_from(block.len()).map_err(io::Error::other)?;
            grow(&mut self.list, RECORD_BYTES);
            self.list.extend_from_slice(&length.to_be_bytes());
            self.list.extend_from_slice(key.danger_bytes());
            self.bytes += u64::from(length);
            self.to.write_all(&block)?;
        }
        Ok(())
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
