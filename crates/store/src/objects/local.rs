//! Objects as files in a folder: `ab/abcdef01-....` by the first byte of the id, `incoming/` while they are written.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base::ObjectId;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::task::JoinHandle;

use super::{Identity, ObjectReader, ObjectWriter, Objects, Place};
use crate::StoreError;
use crate::blocking::blocking;

/// Where objects are while they are written.
const INCOMING: &str = "incoming";

/// A folder of objects. Several processes may use it at once.
#[derive(Debug)]
pub struct LocalObjects {
    root: PathBuf,
    /// Part of the names in `incoming/`, so that two writers of one id do not meet there.
    next: AtomicU64,
    left: Left,
}

/// Unfinished objects that could not be removed, since the disk could not be written; removed when the next object begins.
type Left = Arc<Mutex<Vec<PathBuf>>>;

impl LocalObjects {
    /// Open the folder `root`, make it if it is missing, and remove what interrupted writers left behind.
    pub async fn open(root: PathBuf) -> Result<Self, StoreError> {
        let folder = root.clone();
        blocking(move || prepare(&folder).map_err(|error| broken("open", &error))).await?;
        Ok(Self {
            root,
            next: AtomicU64::new(0),
            left: Left::default(),
        })
    }

    fn folder(&self, id: ObjectId) -> PathBuf {
        let [first, ..] = *id.as_bytes();
        self.root.join(format!("{first:02x}"))
    }

    fn path(&self, id: ObjectId) -> PathBuf {
        self.folder(id).join(id.to_string())
    }
}

impl Objects for LocalObjects {
    fn create(&self, id: ObjectId) -> BoxFuture<'_, Result<Box<dyn ObjectWriter>, StoreError>> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("{id}.{}.{number}", std::process::id());
        let incoming = self.root.join(INCOMING).join(name);
        let (folder, path) = (self.folder(id), self.path(id));
        let left = Arc::clone(&self.left);
        Box::pin(async move {
            let work = move || {
                remove_left(&left);
                let begun = Begun::new(incoming, left).map_err(|error| broken("create", &error))?;
                Ok(Box::new(LocalWriter {
                    state: State::Idle(begun),
                    folder,
                    path,
                }) as _)
            };
            blocking(work).await
        })
    }

    fn open(
        &self,
        id: ObjectId,
    ) -> BoxFuture<'_, Result<Option<Arc<dyn ObjectReader>>, StoreError>> {
        let path = self.path(id);
        Box::pin(blocking(move || match open(&path) {
            Ok(reader) => Ok(Some(Arc::new(reader) as _)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(broken("open", &error)),
        }))
    }

    fn delete(&self, id: ObjectId) -> BoxFuture<'_, Result<bool, StoreError>> {
        let (folder, path) = (self.folder(id), self.path(id));
        Box::pin(blocking(move || match fs::remove_file(&path) {
            Ok(()) => sync_folder(&folder)
                .map(|()| true)
                .map_err(|error| broken("delete", &error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(broken("delete", &error)),
        }))
    }

    fn list(
        &self,
        after: Option<ObjectId>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ObjectId>, StoreError>> {
        let root = self.root.clone();
        Box::pin(blocking(move || {
            list(&root, after, limit).map_err(|error| broken("list", &error))
        }))
    }
}

fn prepare(root: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(root)?;
    let incoming = root.join(INCOMING);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&incoming)?;
    // All shelves at once: so that none is ever missing, or made but not durable, when an object is put on it.
    for shelf in 0..=u8::MAX {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(root.join(format!("{shelf:02x}")))?;
    }
    sync_folder(root)?;
    for entry in fs::read_dir(&incoming)? {
        let path = entry?.path();
        // A writer holds a lock on its file as long as it lives; what can be locked has no writer.
        match File::open(&path).map(|file| (file.try_lock(), file)) {
            Ok((Ok(()), _file)) => remove_if_there(&path)?,
            Ok((Err(_), _)) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn list(root: &Path, after: Option<ObjectId>, limit: usize) -> io::Result<Vec<ObjectId>> {
    let mut page = Vec::new();
    let first = after.map_or(0, |id| id.as_bytes().first().copied().unwrap_or(0));
    for shelf in first..=u8::MAX {
        if page.len() >= limit {
            break;
        }
        let names = match fs::read_dir(root.join(format!("{shelf:02x}"))) {
            Ok(names) => names,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let mut ids = Vec::new();
        for name in names {
            let id = name?
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<ObjectId>().ok());
            ids.extend(id.filter(|id| after.is_none_or(|after| *id > after)));
        }
        ids.sort_unstable();
        page.extend(ids);
    }
    page.truncate(limit);
    Ok(page)
}

fn open(path: &Path) -> io::Result<LocalReader> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let identity = Identity {
        place: Place::Inode(metadata.dev(), metadata.ino()),
        size: metadata.len(),
        changed_nanos: i128::from(metadata.ctime()) * 1_000_000_000
            + i128::from(metadata.ctime_nsec()),
    };
    Ok(LocalReader {
        file: Arc::new(file),
        identity,
    })
}

/// A file in `incoming/`, locked; removed on drop unless it was moved away.
struct Begun {
    file: File,
    path: PathBuf,
    left: Left,
}

impl Begun {
    fn new(path: PathBuf, left: Left) -> io::Result<Self> {
        loop {
            let options = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path);
            let file = options?;
            let begun = Self {
                file,
                path: path.clone(),
                left: Arc::clone(&left),
            };
            begun.file.lock()?;
            // Somebody who tidied up may have removed it before we had the lock.
            if begun.file.metadata()?.nlink() > 0 {
                return Ok(begun);
            }
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let Err(error) = remove_if_there(&self.path) {
            tracing::warn!(%error, "an unfinished object could not be removed; it goes when the next one comes, or at the next start");
            self.left.lock().push(std::mem::take(&mut self.path));
        }
    }
}

enum State {
    Idle(Begun),
    Writing(JoinHandle<io::Result<Begun>>),
    /// A write failed or was abandoned; there is nothing left to finish.
    Broken,
}

struct LocalWriter {
    state: State,
    folder: PathBuf,
    path: PathBuf,
}

impl State {
    /// The file, once the write before is through.
    async fn settle(&mut self, to: &str) -> Result<Begun, StoreError> {
        match std::mem::replace(self, Self::Broken) {
            Self::Idle(begun) => Ok(begun),
            Self::Writing(task) => match task.await {
                Ok(Ok(begun)) => Ok(begun),
                Ok(Err(error)) => Err(broken(to, &error)),
                Err(error) => Err(StoreError::Internal(format!(
                    "a write did not end well: {error}"
                ))),
            },
            Self::Broken => Err(StoreError::Unavailable(
                "a write to this object failed before".into(),
            )),
        }
    }
}

impl ObjectWriter for LocalWriter {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let mut begun = self.state.settle("write").await?;
            self.state = State::Writing(tokio::task::spawn_blocking(move || {
                begun.file.write_all(&bytes)?;
                Ok(begun)
            }));
            Ok(())
        })
    }

    fn finish(mut self: Box<Self>) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(async move {
            let begun = self.state.settle("write").await?;
            let (folder, path) = (self.folder, self.path);
            let work = move || match publish(&begun, &folder, &path) {
                Ok(()) => Ok(()),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    Err(StoreError::Duplicate)
                }
                Err(error) => Err(broken("finish", &error)),
            };
            blocking(work).await
        })
    }
}

/// Durable first, visible then: a second name that fails if it is taken, while the first one goes with `begun`.
fn publish(begun: &Begun, folder: &Path, path: &Path) -> io::Result<()> {
    begun.file.sync_all()?;
    fs::hard_link(&begun.path, path)?;
    sync_folder(folder)
}

#[derive(Debug)]
struct LocalReader {
    file: Arc<File>,
    identity: Identity,
}

impl ObjectReader for LocalReader {
    fn len(&self) -> u64 {
        self.identity.size
    }

    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn read_at<'a>(
        &'a self,
        offset: u64,
        buf: &'a mut Vec<u8>,
        len: usize,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if offset
                .checked_add(len as u64)
                .is_none_or(|end| end > self.identity.size)
            {
                return Err(shortened());
            }
            let file = Arc::clone(&self.file);
            let mut taken = std::mem::take(buf);
            let work = move || {
                taken.resize(len, 0);
                match file.read_exact_at(&mut taken, offset) {
                    Ok(()) => Ok(taken),
                    Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(
                        StoreError::Damaged("an object is shorter than it was".into()),
                    ),
                    Err(error) => Err(broken("read", &error)),
                }
            };
            *buf = blocking(work).await?;
            Ok(())
        })
    }
}

fn remove_left(left: &Left) {
    let paths = std::mem::take(&mut *left.lock());
    for path in paths {
        if remove_if_there(&path).is_err() {
            left.lock().push(path);
        }
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A name is durable once its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn shortened() -> StoreError {
    StoreError::Damaged("an object is shorter than it was".into())
}

fn broken(verb: &str, error: &io::Error) -> StoreError {
    StoreError::Unavailable(format!("object storage could not {verb}: {error}"))
}
