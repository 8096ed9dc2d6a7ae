//! A generation as a file: a head and the key store's files behind one another, in one sealed file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base::{Environment, Rng};
use crypt::file::{HEADER_BYTES, Opener, Sealer};
use crypt::hash::Sha256;
use crypt::{Context, SymmetricKey};
use zeroize::Zeroizing;

use super::{FORMAT, Head};
use crate::ContinuityError;

const SEGMENT_BYTES: u32 = 1 << 20;
/// A head is no longer than this: it names a dozen files.
const HEAD_BYTES_MAX: u32 = 1 << 20;

const SHORT: ContinuityError = ContinuityError::Broken("a generation of the keys is too short");
const OTHER: ContinuityError =
    ContinuityError::Broken("a generation of the keys does not open, or was changed");

/// The place that a generation is sealed for.
pub(super) fn context(environment: &Environment, number: u64) -> Context {
    Context::new("key-generation")
        .text(environment.as_str())
        .int(number)
}

/// Write the generation beside its name, and give it the name once it is on the disk.
pub(super) fn write(
    path: &Path,
    key: &SymmetricKey,
    context: &Context,
    head: &Head,
    files: &[PathBuf],
    rng: &dyn Rng,
) -> Result<(), ContinuityError> {
    let failed = |error| ContinuityError::file(path, error);
    let internal = |_| ContinuityError::Internal("a generation cannot be sealed");
    let beside = path.with_extension("part");
    let mut to = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .map_err(failed)?;
    let text = serde_json::to_vec(head)
        .map_err(|_| ContinuityError::Internal("a head cannot be written"))?;
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    if length > HEAD_BYTES_MAX {
        return Err(ContinuityError::Internal("a head is too long"));
    }
    let begin: Box<dyn Read> =
        Box::new(io::Cursor::new([&length.to_be_bytes()[..], &text].concat()));
    let mut plain = begin;
    for file in files {
        let file = File::open(file).map_err(|error| ContinuityError::file(file, error))?;
        plain = Box::new(plain.chain(file));
    }
    let (mut sealer, header) = Sealer::new(key, context, SEGMENT_BYTES, rng).map_err(internal)?;
    to.write_all(&header).map_err(failed)?;
    let mut piece = full(&mut plain).map_err(failed)?;
    loop {
        let next = full(&mut plain).map_err(failed)?;
        let last = next.is_empty();
        sealer.seal_segment(&mut piece, last).map_err(internal)?;
        to.write_all(&piece).map_err(failed)?;
        if last {
            break;
        }
        piece = next;
    }
    to.sync_all().map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

/// One segment's plaintext, shorter only at the end.
fn full(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(SEGMENT_BYTES as usize + 16);
    from.by_ref()
        .take(u64::from(SEGMENT_BYTES))
        .read_to_end(&mut piece)?;
    Ok(piece)
}

/// What stands at the head of a generation. The files behind it are not read.
pub(super) fn head(
    path: &Path,
    key: &SymmetricKey,
    context: &Context,
) -> Result<Head, ContinuityError> {
    read_head(&mut BufReader::new(Plain::open(path, key, context)?))
}

fn read_head(plain: &mut impl Read) -> Result<Head, ContinuityError> {
    let mut length = [0; 4];
    plain.read_exact(&mut length).map_err(|_| OTHER)?;
    let length = u32::from_be_bytes(length);
    if length > HEAD_BYTES_MAX {
        return Err(OTHER);
    }
    let mut text = vec![0; length as usize];
    plain.read_exact(&mut text).map_err(|_| OTHER)?;
    let head: Head = serde_json::from_slice(&text).map_err(|_| OTHER)?;
    if head.format != FORMAT {
        return Err(ContinuityError::Broken(
            "a generation of the keys is of a form that is not known here",
        ));
    }
    Ok(head)
}

/// Read all of a generation, hold each file against its hash, and write the files to `to`, if they are wanted.
pub(super) fn read(
    path: &Path,
    key: &SymmetricKey,
    context: &Context,
    to: Option<&Path>,
) -> Result<Head, ContinuityError> {
    let mut plain = BufReader::new(Plain::open(path, key, context)?);
    let head = read_head(&mut plain)?;
    let mut piece = Zeroizing::new(vec![0; SEGMENT_BYTES as usize]);
    for part in &head.parts {
        let mut file = match to {
            Some(to) => Some(create(to, &part.path)?),
            None => None,
        };
        let mut hash = Sha256::new();
        let mut left = part.bytes;
        while left > 0 {
            let take = usize::try_from(left).map_or(piece.len(), |left| left.min(piece.len()));
            let piece = piece.get_mut(..take).ok_or(SHORT)?;
            plain.read_exact(piece).map_err(|_| OTHER)?;
            hash.update(piece);
            if let Some((file, path)) = &mut file {
                file.write_all(piece)
                    .map_err(|error| ContinuityError::file(path, error))?;
            }
            left -= take as u64;
        }
        if let Some((file, path)) = file {
            file.sync_all()
                .map_err(|error| ContinuityError::file(&path, error))?;
        }
        if hex::encode(hash.finish()) != part.sha256 {
            return Err(OTHER);
        }
    }
    match plain.read(&mut [0; 1]) {
        Ok(0) => Ok(head),
        _ => Err(OTHER),
    }
}

fn create(folder: &Path, name: &str) -> Result<(File, PathBuf), ContinuityError> {
    // Written by us and sealed; a name that leads out of the folder would be a mistake of ours.
    if Path::new(name).file_name().and_then(|it| it.to_str()) != Some(name) {
        return Err(OTHER);
    }
    let path = folder.join(name);
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    let file = file.map_err(|error| ContinuityError::file(&path, error))?;
    Ok((file, path))
}

/// The plaintext of a sealed file, segment after segment.
struct Plain {
    file: File,
    opener: Opener,
    next: u64,
    piece: Zeroizing<Vec<u8>>,
    used: usize,
}

impl Plain {
    fn open(path: &Path, key: &SymmetricKey, context: &Context) -> Result<Self, ContinuityError> {
        let failed = |error| ContinuityError::file(path, error);
        let file = File::open(path).map_err(failed)?;
        let sealed_len = file.metadata().map_err(failed)?.len();
        let mut header = [0; HEADER_BYTES];
        file.read_exact_at(&mut header, 0).map_err(|_| SHORT)?;
        let opener = Opener::new(key, context, &header, sealed_len).map_err(|_| OTHER)?;
        Ok(Self {
            file,
            opener,
            next: 0,
            piece: Zeroizing::default(),
            used: 0,
        })
    }
}

impl Read for Plain {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.used >= self.piece.len() {
            let Some((offset, length)) = self.opener.segment_range(self.next) else {
                return Ok(0);
            };
            self.piece.resize(length, 0);
            self.file.read_exact_at(&mut self.piece, offset)?;
            self.opener
                .open_segment(self.next, &mut self.piece)
                .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
            self.next += 1;
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
