//! Blocks opened again, in their order, into the files that they hold.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base::ObjectId;
use crypt::file::{HEADER_BYTES, Opener};
use crypt::hash::Sha256;
use crypt::{SymmetricKey, block};
use zeroize::Zeroizing;

use super::{BLOCK_BYTES_MAX, RAW, RECORD_BYTES, ZSTD, context};
use crate::ContinuityError;
use crate::manifest::Part;

/// A list that is longer belongs to a database of two terabytes.
const LIST_BYTES_MAX: u64 = 1 << 30;

const OTHER: ContinuityError =
    ContinuityError::Broken("a block of its database is not what was written");
const OTHER_LIST: ContinuityError =
    ContinuityError::Broken("the list of its blocks does not open, or was changed");
const CONTENT: ContinuityError = ContinuityError::Broken("a file has another content");

/// The list of a point's blocks.
pub(crate) struct List {
    pub(super) records: Zeroizing<Vec<u8>>,
    next: usize,
}

impl List {
    /// Open it.
    pub(crate) fn open(
        key: &SymmetricKey,
        (environment, id): (&str, ObjectId),
        sealed: &[u8],
    ) -> Result<Self, ContinuityError> {
        let (header, _) = sealed.split_at_checked(HEADER_BYTES).ok_or(OTHER_LIST)?;
        let context = context(environment, id);
        let opener = Opener::new(key, &context, header, sealed.len() as u64);
        let opener = opener.map_err(|_| OTHER_LIST)?;
        let mut records = Zeroizing::new(Vec::with_capacity(sealed.len()));
        let mut number = 0;
        while let Some((offset, length)) = opener.segment_range(number) {
            let from = usize::try_from(offset).map_err(|_| OTHER_LIST)?;
            let piece = sealed.get(from..from + length).ok_or(OTHER_LIST)?;
            let mut piece = Zeroizing::new(piece.to_vec());
            opener
                .open_segment(number, &mut piece)
                .map_err(|_| OTHER_LIST)?;
            records.extend_from_slice(&piece);
            number += 1;
        }
        if records.is_empty() || !records.len().is_multiple_of(RECORD_BYTES) {
            return Err(OTHER_LIST);
        }
        Ok(Self { records, next: 0 })
    }

    /// Whether a sealed list may be so long.
    pub(crate) const fn fits(bytes: u64) -> bool {
        bytes <= LIST_BYTES_MAX
    }

    fn next(&mut self) -> Option<(usize, SymmetricKey)> {
        let record = self.records.get(self.next..self.next + RECORD_BYTES)?;
        let (length, key) = record.split_first_chunk::<4>()?;
        self.next += RECORD_BYTES;
        let key = SymmetricKey::from_slice(key)?;
        Some((u32::from_be_bytes(*length) as usize, key))
    }
}

/// Opens the blocks that are written to it, in their order, and writes the files that they hold.
pub(crate) struct Opening<'a> {
    list: List,
    /// Length and key of the block that comes.
    wanted: Option<(usize, SymmetricKey)>,
    sealed: Vec<u8>,
    plain: Vec<u8>,
    files: Files<'a>,
    decompressor: zstd::bulk::Decompressor<'static>,
    /// Why it does not go on: an error of a writer says too little.
    failed: Option<ContinuityError>,
}

impl<'a> Opening<'a> {
    /// To the folder `to`, under the names that come behind `database/` in `parts`.
    pub(crate) fn new(
        mut list: List,
        parts: &'a [Part],
        to: &'a Path,
    ) -> Result<Self, ContinuityError> {
        let wanted = list.next();
        Ok(Self {
            list,
            wanted,
            sealed: Vec::new(),
            plain: Vec::with_capacity(BLOCK_BYTES_MAX),
            files: Files {
                parts: parts.iter(),
                to,
                open: None,
            },
            decompressor: zstd::bulk::Decompressor::new()
                .map_err(|_| ContinuityError::Internal("nothing can be unpacked"))?,
            failed: None,
        })
    }

    fn take(&mut self, mut bytes: &[u8]) -> Result<(), ContinuityError> {
        while !bytes.is_empty() {
            let Some((length, key)) = &self.wanted else {
                return Err(OTHER);
            };
            let most = zstd::zstd_safe::compress_bound(BLOCK_BYTES_MAX);
            if *length > most || self.sealed.len() > *length {
                return Err(OTHER);
            }
            let lacking = (*length - self.sealed.len()).min(bytes.len());
            let (now, later) = bytes.split_at_checked(lacking).ok_or(OTHER)?;
            self.sealed.extend_from_slice(now);
            bytes = later;
            if self.sealed.len() < *length {
                return Ok(());
            }
            let opened = block::open(key, &self.sealed).map_err(|_| OTHER)?;
            self.sealed.clear();
            self.wanted = self.list.next();
            match opened.split_last().ok_or(OTHER)? {
                (&RAW, plain) => self.files.write(plain)?,
                (&ZSTD, packed) => {
                    self.plain.clear();
                    self.decompressor
                        .decompress_to_buffer(packed, &mut self.plain)
                        .map_err(|_| OTHER)?;
                    self.files.write(&self.plain)?;
                }
                _ => return Err(OTHER),
            }
        }
        Ok(())
    }

    /// Why it does not go on, if it does not.
    pub(crate) fn failure(&mut self) -> Option<ContinuityError> {
        self.failed.take()
    }

    /// Whether every file was there to its end, and as it was.
    pub(crate) fn end(mut self) -> Result<(), ContinuityError> {
        if self.wanted.is_some() || !self.sealed.is_empty() {
            return Err(OTHER);
        }
        self.files.end()
    }
}

impl Write for Opening<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self.take(buf) {
            Ok(()) => Ok(buf.len()),
            Err(error) => {
                self.failed = Some(error);
                Err(io::Error::from(io::ErrorKind::InvalidData))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Files that are filled one behind the other, and held against what the manifest says of them.
struct Files<'a> {
    parts: std::slice::Iter<'a, Part>,
    to: &'a Path,
    open: Option<Filling<'a>>,
}

struct Filling<'a> {
    part: &'a Part,
    file: File,
    path: PathBuf,
    hash: Sha256,
    left: u64,
}

impl Filling<'_> {
    fn end(self) -> Result<(), ContinuityError> {
        if self.left == 0 && hex::encode(self.hash.finish()) == self.part.sha256 {
            Ok(())
        } else {
            Err(CONTENT)
        }
    }
}

impl<'a> Files<'a> {
    fn begin(&self, part: &'a Part) -> Result<Filling<'a>, ContinuityError> {
        // Signed by us; a name that leads out of the folder would be a mistake of ours.
        let name = part.path.rsplit('/').next().unwrap_or_default();
        if name.is_empty() || name == ".." {
            return Err(CONTENT);
        }
        let path = self.to.join(name);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| ContinuityError::file(&path, error))?;
        Ok(Filling {
            part,
            file,
            path,
            hash: Sha256::new(),
            left: part.bytes,
        })
    }

    /// The file that the next byte goes to; those without bytes before it are made.
    fn filling(&mut self) -> Result<Option<&mut Filling<'a>>, ContinuityError> {
        while self.open.as_ref().is_none_or(|it| it.left == 0) {
            if let Some(full) = self.open.take() {
                full.end()?;
            }
            let Some(part) = self.parts.next() else {
                return Ok(None);
            };
            self.open = Some(self.begin(part)?);
        }
        Ok(self.open.as_mut())
    }

    fn write(&mut self, mut plain: &[u8]) -> Result<(), ContinuityError> {
        while !plain.is_empty() {
            let filling = self.filling()?.ok_or(CONTENT)?;
            let take = usize::try_from(filling.left).map_or(plain.len(), |it| it.min(plain.len()));
            let (now, later) = plain.split_at_checked(take).ok_or(CONTENT)?;
            filling.hash.update(now);
            filling
                .file
                .write_all(now)
                .map_err(|error| ContinuityError::file(&filling.path, error))?;
            filling.left -= take as u64;
            plain = later;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ContinuityError> {
        // What is left over can only be without bytes.
        match self.filling()? {
            None => Ok(()),
            Some(_) => Err(CONTENT),
        }
    }
}
