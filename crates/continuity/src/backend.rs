//! Where a repository's files lie: any object storage, through the few calls that the library makes.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutMode, PutOptions, PutPayload};
use parking_lot::Mutex;
use rustic_core::{
    BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend,
};
use tokio::runtime::Handle;

use crate::repository::{Access, Storage};
use crate::source::Reading;

/// The name of the only file that has no id.
const CONFIG: &str = "config";

pub(crate) struct Backend {
    storage: Storage,
    runtime: Handle,
    access: Access,
    /// What a snapshot that is being made has read.
    reading: Arc<Reading>,
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backend({:?})", self.access)
    }
}

impl Backend {
    /// Needs a runtime: the library calls from threads of its own, which wait for it.
    pub(crate) fn new(storage: Storage, access: Access, reading: Arc<Reading>) -> Self {
        Self {
            storage,
            runtime: Handle::current(),
            access,
            reading,
        }
    }

    fn path(kind: FileType, id: &Id) -> Path {
        let name = id.to_hex().as_str().to_owned();
        match kind {
            FileType::Config => Path::from(CONFIG),
            FileType::Pack => {
                let shelf = name.get(..2).unwrap_or_default().to_owned();
                Path::from_iter([kind.dirname(), &shelf, &name])
            }
            FileType::Index | FileType::Key | FileType::Snapshot => {
                Path::from_iter([kind.dirname(), &name])
            }
        }
    }

    /// Whether what lies at `path` is `payload`, byte for byte.
    async fn holds(&self, path: &Path, payload: &PutPayload) -> bool {
        let Ok(got) = self.storage.objects().get(path).await else {
            return false;
        };
        let same = got.meta.size == payload.content_length() as u64;
        same && got
            .bytes()
            .await
            .is_ok_and(|bytes| bytes.iter().eq(payload.iter().flatten()))
    }
}

fn failed(error: object_store::Error) -> Box<RusticError> {
    RusticError::with_source(ErrorKind::Backend, "The object storage failed.", error)
}

fn refused(why: &'static str) -> Box<RusticError> {
    RusticError::new(ErrorKind::AppendOnly, why)
}

impl ReadBackend for Backend {
    fn location(&self) -> String {
        self.storage.objects().to_string()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        self.runtime.block_on(async {
            if kind == FileType::Config {
                return match self.storage.objects().head(&Path::from(CONFIG)).await {
                    Ok(meta) => Ok(vec![(Id::default(), size(meta.size)?)]),
                    Err(object_store::Error::NotFound { .. }) => Ok(Vec::new()),
                    Err(error) => Err(failed(error)),
                };
            }
            let mut found = Vec::new();
            let mut files = self
                .storage
                .objects()
                .list(Some(&Path::from(kind.dirname())));
            while let Some(meta) = files.try_next().await.map_err(failed)? {
                // What is called otherwise was not put here by us.
                if let Some(id) = meta.location.filename().and_then(|name| name.parse().ok()) {
                    found.push((id, size(meta.size)?));
                }
            }
            Ok(found)
        })
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        self.runtime.block_on(async {
            let got = self.storage.objects().get(&Self::path(kind, id)).await;
            got.map_err(failed)?.bytes().await.map_err(failed)
        })
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        _cacheable: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        let from = u64::from(offset);
        let range = from..from + u64::from(length);
        self.runtime
            .block_on(
                self.storage
                    .objects()
                    .get_range(&Self::path(kind, id), range),
            )
            .map_err(failed)
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        Self::path(kind, id).to_string()
    }
}

impl WriteBackend for Backend {
    fn write_bytes(
        &self,
        kind: FileType,
        id: &Id,
        _cacheable: bool,
        content: BytesList,
    ) -> RusticResult<()> {
        if self.access == Access::Read {
            return Err(refused("The repository is open to be read."));
        }
        // The library leaves a file out that it could not read, with a warning. A point that lacks one must not be.
        if kind == FileType::Snapshot && !self.reading.whole() {
            return Err(refused(
                "Not every file could be read, so there is no snapshot.",
            ));
        }
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        let path = Self::path(kind, id);
        let payload: PutPayload = content.into_vec().into_iter().collect();
        self.runtime.block_on(async {
            let objects = self.storage.objects();
            let put = objects.put_opts(&path, payload.clone(), options).await;
            match put {
                // A storage far away may have taken it and lost its answer, so that we asked again. Then it is ours.
                Err(object_store::Error::AlreadyExists { .. })
                    if kind != FileType::Config && self.holds(&path, &payload).await =>
                {
                    Ok(())
                }
                put => put.map(drop).map_err(failed),
            }
        })
    }

    fn remove(&self, kind: FileType, id: &Id, _cacheable: bool) -> RusticResult<()> {
        if self.access != Access::Prune {
            return Err(refused("Only the pruner removes."));
        }
        self.runtime
            .block_on(self.storage.remove(&Self::path(kind, id)))
            .map_err(|error| {
                let why = error.to_string();
                RusticError::with_source(ErrorKind::Backend, why, error)
            })
    }
}

/// A key file's name and bytes.
pub(crate) type Kept = Arc<Mutex<Option<(String, Vec<u8>)>>>;

/// A backend that keeps a new key file in memory instead of storing it.
#[derive(Debug)]
pub(crate) struct KeysAside {
    backend: Backend,
    kept: Kept,
}

impl KeysAside {
    pub(crate) fn new(backend: Backend) -> Self {
        Self {
            backend,
            kept: Kept::default(),
        }
    }

    /// Where the key file will be.
    pub(crate) fn kept(&self) -> Kept {
        Arc::clone(&self.kept)
    }
}

impl ReadBackend for KeysAside {
    fn location(&self) -> String {
        self.backend.location()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        self.backend.list_with_size(kind)
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        self.backend.read_full(kind, id)
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        cacheable: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        self.backend
            .read_partial(kind, id, cacheable, offset, length)
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        self.backend.warmup_path(kind, id)
    }
}

impl WriteBackend for KeysAside {
    fn write_bytes(
        &self,
        kind: FileType,
        id: &Id,
        cacheable: bool,
        content: BytesList,
    ) -> RusticResult<()> {
        if kind != FileType::Key {
            return self.backend.write_bytes(kind, id, cacheable, content);
        }
        let bytes = content.into_vec().concat();
        *self.kept.lock() = Some((id.to_hex().as_str().to_owned(), bytes));
        Ok(())
    }

    fn remove(&self, kind: FileType, id: &Id, cacheable: bool) -> RusticResult<()> {
        self.backend.remove(kind, id, cacheable)
    }
}

fn size(bytes: u64) -> RusticResult<u32> {
    u32::try_from(bytes).map_err(|_| refused("A file of the repository is larger than 4 GiB."))
}
