//! What goes into a point, read piece by piece: small texts, the database's files, the objects.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base::{Instant, ObjectId};
use parking_lot::Mutex;
use rustic_core::jiff::Timestamp;
use rustic_core::repofile::{Metadata, Node, NodeType};
use rustic_core::{
    ErrorKind, ReadSource, ReadSourceEntry, ReadSourceOpen, RusticError, RusticResult,
};
use store::objects::{Objects, Sequence};
use tokio::runtime::Handle;

/// The mode of a folder, with the bit by which Go, and so restic, knows one.
const FOLDER_MODE: u32 = 0x8000_0000 | 0o700;
const FILE_MODE: u32 = 0o600;
/// Where the objects lie in a point.
pub(crate) const OBJECTS: &str = "files";

/// What was read of a source, and what could not be.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    broken: AtomicUsize,
    missing: Mutex<Vec<ObjectId>>,
}

impl Reading {
    /// Whether everything that was begun was read to its end.
    pub(crate) fn whole(&self) -> bool {
        self.broken() == 0
    }

    /// How many files could not be read.
    pub(crate) fn broken(&self) -> usize {
        self.broken.load(Ordering::SeqCst)
    }

    /// Objects that were not there.
    pub(crate) fn missing(&self) -> Vec<ObjectId> {
        self.missing.lock().clone()
    }

    fn breaks(&self) {
        self.broken.fetch_add(1, Ordering::SeqCst);
    }
}

/// An object as the database names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Object {
    pub(crate) id: ObjectId,
    pub(crate) bytes: u64,
    pub(crate) written_at: Instant,
}

impl Object {
    /// Its path in a point; as in a local folder of objects.
    pub(crate) fn path(&self) -> PathBuf {
        path_of(self.id)
    }
}

pub(crate) fn path_of(id: ObjectId) -> PathBuf {
    let [first, ..] = *id.as_bytes();
    Path::new(OBJECTS)
        .join(format!("{first:02x}"))
        .join(id.to_string())
}

/// A file that is not an object.
#[derive(Clone, Debug)]
pub(crate) struct Plain {
    /// Its path in the point.
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) from: From,
}

/// Where the bytes of a [`Plain`] are.
#[derive(Clone, Debug)]
pub(crate) enum From {
    Memory(Arc<[u8]>),
    Disk(PathBuf),
}

/// Everything that goes into one point.
pub(crate) struct Source(Arc<Inner>);

struct Inner {
    /// Sorted by path; none begins like the objects' folder.
    plain: Vec<Plain>,
    /// Sorted by id, which is their order by path.
    objects: Vec<Object>,
    at: Timestamp,
    store: Arc<dyn Objects>,
    runtime: Handle,
    reading: Arc<Reading>,
}

impl Source {
    pub(crate) fn new(
        mut plain: Vec<Plain>,
        mut objects: Vec<Object>,
        at: Instant,
        store: Arc<dyn Objects>,
        reading: Arc<Reading>,
    ) -> Self {
        plain.sort_by(|one, other| one.path.cmp(&other.path));
        objects.sort_unstable();
        Self(Arc::new(Inner {
            plain,
            objects,
            at: timestamp(at),
            store,
            runtime: Handle::current(),
            reading,
        }))
    }
}

pub(crate) fn timestamp(at: Instant) -> Timestamp {
    Timestamp::from_microsecond(at.micros()).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl ReadSource for Source {
    type Open = Opener;
    type Iter = Entries;

    fn size(&self) -> RusticResult<Option<u64>> {
        let plain: u64 = self.0.plain.iter().map(|it| it.bytes).sum();
        let objects: u64 = self.0.objects.iter().map(|it| it.bytes).sum();
        Ok(Some(plain + objects))
    }

    fn entries(&self) -> Entries {
        // Plain files before the objects' folder, the objects, plain files behind it: in order of their paths, as a tree is walked.
        let inner = &self.0;
        let behind = inner
            .plain
            .partition_point(|it| it.path.as_path() < Path::new(OBJECTS));
        let before = (0..behind).map(Which::Plain);
        let objects = (0..inner.objects.len()).map(Which::Object);
        let after = (behind..inner.plain.len()).map(Which::Plain);
        Entries {
            inner: Arc::clone(inner),
            which: Box::new(before.chain(objects).chain(after)),
            folder: PathBuf::new(),
            ready: None,
            open_folders: Vec::new(),
        }
    }
}

#[derive(Clone, Copy)]
enum Which {
    Plain(usize),
    Object(usize),
}

/// The entries, a folder before what is in it.
pub(crate) struct Entries {
    inner: Arc<Inner>,
    which: Box<dyn Iterator<Item = Which> + Send>,
    /// The folder of the last file.
    folder: PathBuf,
    /// A file whose folders are still to come.
    ready: Option<ReadSourceEntry<Opener>>,
    /// Those folders, the outermost last.
    open_folders: Vec<PathBuf>,
}

impl Iterator for Entries {
    type Item = RusticResult<ReadSourceEntry<Opener>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(folder) = self.open_folders.pop() {
                return Some(Ok(self.folder_entry(folder)));
            }
            if let Some(file) = self.ready.take() {
                return Some(Ok(file));
            }
            let which = self.which.next()?;
            let file = self.file_entry(which)?;
            let folder = file.path.parent().map(Path::to_owned).unwrap_or_default();
            let mut missing: Vec<PathBuf> = folder
                .ancestors()
                .filter(|it| !it.as_os_str().is_empty() && !self.folder.starts_with(it))
                .map(Path::to_owned)
                .collect();
            std::mem::swap(&mut self.open_folders, &mut missing);
            self.folder = folder;
            self.ready = Some(file);
        }
    }
}

impl Entries {
    fn folder_entry(&self, path: PathBuf) -> ReadSourceEntry<Opener> {
        let meta = Metadata {
            mode: Some(FOLDER_MODE),
            ..Metadata::default()
        };
        let name = path.file_name().unwrap_or_default();
        ReadSourceEntry {
            node: Node::new_node(name, NodeType::Dir, meta),
            path,
            open: None,
        }
    }

    fn file_entry(&self, which: Which) -> Option<ReadSourceEntry<Opener>> {
        let (path, bytes, at, from) = match which {
            Which::Plain(at) => {
                let plain = self.inner.plain.get(at)?;
                // Never the time of the point before: a file with another content, but the same length and time, would be left out.
                let from = Bytes::Plain(plain.from.clone());
                (plain.path.clone(), plain.bytes, self.inner.at, from)
            }
            Which::Object(at) => {
                let object = self.inner.objects.get(at)?;
                let written = timestamp(object.written_at);
                (
                    object.path(),
                    object.bytes,
                    written,
                    Bytes::Object(object.id),
                )
            }
        };
        let meta = Metadata {
            mode: Some(FILE_MODE),
            mtime: Some(at),
            ctime: Some(at),
            size: bytes,
            ..Metadata::default()
        };
        let name = path.file_name().unwrap_or_default();
        Some(ReadSourceEntry {
            node: Node::new_node(name, NodeType::File, meta),
            path,
            open: Some(Opener {
                inner: Arc::clone(&self.inner),
                bytes,
                from,
            }),
        })
    }
}

/// What an entry's bytes come from.
enum Bytes {
    Plain(From),
    Object(ObjectId),
}

/// An entry that is not open yet.
pub(crate) struct Opener {
    inner: Arc<Inner>,
    bytes: u64,
    from: Bytes,
}

impl ReadSourceOpen for Opener {
    type Reader = Measured;

    fn open(self) -> RusticResult<Measured> {
        let opened: io::Result<Box<dyn Read + Send>> = match self.from {
            Bytes::Plain(From::Memory(bytes)) => Ok(Box::new(io::Cursor::new(bytes))),
            Bytes::Plain(From::Disk(path)) => {
                std::fs::File::open(path).map(|file| Box::new(file) as _)
            }
            Bytes::Object(id) => match self.inner.runtime.block_on(self.inner.store.open(id)) {
                Ok(Some(reader)) => {
                    let runtime = self.inner.runtime.clone();
                    Ok(Box::new(Sequence::new(reader, runtime)))
                }
                Ok(None) => {
                    self.inner.reading.missing.lock().push(id);
                    Err(io::Error::from(io::ErrorKind::NotFound))
                }
                Err(error) => Err(io::Error::other(error)),
            },
        };
        match opened {
            Ok(inner) => Ok(Measured {
                inner,
                left: self.bytes,
                reading: Arc::clone(&self.inner.reading),
            }),
            Err(error) => {
                self.inner.reading.breaks();
                Err(RusticError::with_source(
                    ErrorKind::InputOutput,
                    "A file could not be opened.",
                    error,
                ))
            }
        }
    }
}

/// Bytes that must come to exactly what was said of them.
pub(crate) struct Measured {
    inner: Box<dyn Read + Send>,
    left: u64,
    reading: Arc<Reading>,
}

impl Read for Measured {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let outcome = self.inner.read(buf).and_then(|count| {
            let wrong = || io::Error::other("a file has another length than was said of it");
            self.left = self.left.checked_sub(count as u64).ok_or_else(wrong)?;
            if count == 0 && !buf.is_empty() && self.left > 0 {
                return Err(wrong());
            }
            Ok(count)
        });
        match &outcome {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => self.reading.breaks(),
            _ => {}
        }
        outcome
    }
}
