//! A repository: where it lies, how it is opened, which points are in it.

use std::collections::BTreeSet;
use std::fmt;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;

use base::{Instant, ObjectId};
use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use rustic_core::repofile::SnapshotFile;
use rustic_core::{
    ConfigOptions, KeyOptions, OpenStatus, RepositoryBackends, RepositoryOptions, RusticError,
};

use store::s3::{self, Bucket, Creates, Credentials, RemoveError, Remover};
use zeroize::Zeroizing;

use crate::apart::{Apart, Opens};
use crate::backend::{Backend, KeysAside};
use crate::progress::{Bars, Watch};
use crate::source::Reading;
use crate::{ContinuityError, RepositoryKey, Silent};

/// What our snapshots are labelled: others in the same repository are not ours to read.
pub(crate) const LABEL: &str = "strongroom-recovery-point";
/// How a snapshot is marked whose database opens with a key of its own only.
pub(crate) const SEALED: &str = "sealed";
/// The library's code for bytes that do not prove right under the key.
const NOT_AUTHENTIC: &str = "C001";
/// So many hexadecimal digits of a point's name are enough to show, and to ask for, one.
const SHORT_DIGITS: usize = 8;
const DIGITS_MIN: usize = 4;

/// Where a repository lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A local folder, or one that is mounted.
    Folder(PathBuf),
    /// A bucket of S3, or of what speaks like it.
    Bucket(Bucket),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => fmt::Display::fmt(&path.display(), f),
            Self::Bucket(bucket) => fmt::Display::fmt(bucket, f),
        }
    }
}

/// What may be done to a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read.
    Read,
    /// Read, and create what is not there. Nothing is replaced or removed.
    Write,
    /// Read, create and remove.
    Prune,
}

/// A point as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its whole name: what restic calls the snapshot's id.
    pub name: String,
    /// The moment it holds.
    pub taken_at: Instant,
    /// Files in it.
    pub files: u64,
    /// Bytes in it.
    pub bytes: u64,
    /// Bytes that it added to the repository, compressed and encrypted.
    pub added_bytes: u64,
    /// Its own id, which its manifest repeats.
    pub id: Option<ObjectId>,
    /// Whether it opens with a key of its own only.
    pub sealed: bool,
}

impl Line {
    /// The beginning of the name.
    #[must_use]
    pub fn short(&self) -> &str {
        self.name.get(..SHORT_DIGITS).unwrap_or(&self.name)
    }
}

/// Where a repository lies, reached.
#[derive(Clone)]
pub struct Storage {
    place: Place,
    objects: Arc<dyn ObjectStore>,
    remover: Option<Remover>,
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Storage").field(&self.place).finish()
    }
}

/// Why a file was not removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unremoved {
    #[error(transparent)]
    Folder(#[from] object_store::Error),
    #[error(transparent)]
    Bucket(#[from] RemoveError),
    #[error("{0} is not there any more")]
    Gone(Path),
}

impl Storage {
    /// The folder at `path`, made if it is missing.
    ///
    /// # Errors
    /// [`ContinuityError::File`].
    pub fn folder(path: &std::path::Path) -> Result<Self, ContinuityError> {
        let made = std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path);
        made.map_err(|error| ContinuityError::file(path, error))?;
        let objects = LocalFileSystem::new_with_prefix(path)
            .map_err(|error| ContinuityError::Repository(error.to_string()))?
            // What was written is on the disk when we say so.
            .with_fsync(true);
        Ok(Self {
            place: Place::Folder(path.to_owned()),
            objects: Arc::new(objects),
            remover: None,
        })
    }

    /// A bucket, reached over `http`, which says whose certificates count. It must be there.
    ///
    /// # Errors
    /// [`ContinuityError::Repository`] where the bucket cannot be named so. Whether it can be reached is seen at the first call.
    pub fn bucket(
        bucket: Bucket,
        credentials: Credentials,
        http: &reqwest::Client,
    ) -> Result<Self, ContinuityError> {
        let opened = s3::open(&bucket, credentials, http, Creates::Whole)
            .map_err(|error| ContinuityError::Repository(error.to_string()))?;
        Ok(Self {
            place: Place::Bucket(bucket),
            objects: opened.objects,
            remover: Some(opened.remover),
        })
    }

    /// Where it is.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Whether a repository lies there.
    ///
    /// # Errors
    /// [`ContinuityError::Repository`].
    pub async fn has_repository(&self) -> Result<bool, ContinuityError> {
        match self.objects.head(&Path::from("config")).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(ContinuityError::Repository(error.to_string())),
        }
    }

    pub(crate) fn objects(&self) -> &dyn ObjectStore {
        &*self.objects
    }

    /// Remove a file for good.
    pub(crate) async fn remove(&self, path: &Path) -> Result<(), Unremoved> {
        match &self.remover {
            Some(remover) => {
                let removed = remover.remove(path).await?;
                removed
                    .then_some(())
                    .ok_or_else(|| Unremoved::Gone(path.clone()))
            }
            None => Ok(self.objects.delete(path).await?),
        }
    }
}

/// A repository, the key that opens it, and the place of the keys that die.
#[derive(Clone)]
pub struct Repository {
    storage: Storage,
    key: Arc<RepositoryKey>,
    apart: Apart,
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Repository")
            .field(&self.storage.place)
            .finish()
    }
}

pub(crate) type Opened = rustic_core::Repository<OpenStatus>;

impl Repository {
    /// The repository in `storage`; the keys of its points lie in `apart`.
    #[must_use]
    pub fn new(storage: Storage, key: RepositoryKey, apart: Apart) -> Self {
        Self {
            storage,
            key: Arc::new(key),
            apart,
        }
    }

    /// The same place, with another key.
    #[must_use]
    pub fn with_key(&self, key: RepositoryKey) -> Self {
        Self {
            key: Arc::new(key),
            ..self.clone()
        }
    }

    /// Where it lies.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.storage.place
    }

    /// Where the keys of its points lie.
    #[must_use]
    pub const fn apart(&self) -> &Apart {
        &self.apart
    }

    pub(crate) fn key(&self) -> &RepositoryKey {
        &self.key
    }

    pub(crate) fn store(&self) -> &dyn ObjectStore {
        self.storage.objects()
    }

    pub(crate) const fn storage(&self) -> &Storage {
        &self.storage
    }

    /// The newest files that lie there, `count` at most, with their names and their first `bytes_max` bytes: as a thief would have them.
    ///
    /// # Errors
    /// [`ContinuityError::Repository`].
    pub async fn raw(
        &self,
        count: usize,
        bytes_max: u64,
    ) -> Result<Vec<(String, Vec<u8>)>, ContinuityError> {
        let failed = |error: object_store::Error| ContinuityError::Repository(error.to_string());
        let mut all: Vec<_> = self
            .store()
            .list(None)
            .try_collect()
            .await
            .map_err(failed)?;
        all.sort_by_key(|meta| std::cmp::Reverse(meta.last_modified));
        let mut files = Vec::new();
        for meta in all.into_iter().take(count) {
            let range = 0..meta.size.min(bytes_max);
            let bytes = match self.store().get_range(&meta.location, range).await {
                // Pruned meanwhile.
                Err(object_store::Error::NotFound { .. }) => continue,
                bytes => bytes.map_err(failed)?,
            };
            files.push((meta.location.to_string(), bytes.to_vec()));
        }
        Ok(files)
    }

    /// Whether there is one.
    ///
    /// # Errors
    /// [`ContinuityError::Repository`].
    pub async fn exists(&self) -> Result<bool, ContinuityError> {
        self.storage.has_repository().await
    }

    /// Make it, where there is none.
    ///
    /// # Errors
    /// [`ContinuityError::Repository`].
    pub async fn begin(&self) -> Result<(), ContinuityError> {
        if self.exists().await? {
            return Ok(());
        }
        let this = self.clone();
        blocking(move || {
            let repository = this.library(Access::Write, Arc::default(), Arc::new(Silent))?;
            repository.init(
                &this.key.credentials(),
                &KeyOptions::default(),
                &ConfigOptions::default(),
            )?;
            Ok(())
        })
        .await
    }

    /// The points that there are, the newest first.
    ///
    /// # Errors
    /// [`ContinuityError::NoRepository`], [`ContinuityError::WrongKey`], [`ContinuityError::Repository`].
    pub async fn points(&self) -> Result<Vec<Line>, ContinuityError> {
        let this = self.clone();
        blocking(move || {
            let opened = this.open(Access::Read, Arc::default(), Arc::new(Silent))?;
            let mut lines: Vec<Line> = ours(&opened)?.iter().map(line).collect();
            lines.sort_by_key(|line| std::cmp::Reverse(line.taken_at));
            Ok(lines)
        })
        .await
    }

    /// Which of `points` open, in their order: those whose key is there, and those of before there were any. Whether it is the right key, only
    /// opening says.
    ///
    /// # Errors
    /// [`ContinuityError::File`] where the keys' place cannot be read.
    pub fn open_of(&self, points: &[Line]) -> Result<Vec<bool>, ContinuityError> {
        let keys = self.apart.all()?;
        let there: BTreeSet<ObjectId> = keys
            .iter()
            .filter_map(|kept| match kept.opens {
                Opens::Point(id) => Some(id),
                Opens::Hour | Opens::Blocks => None,
            })
            .collect();
        let opens = |line: &Line| !line.sealed || line.id.is_some_and(|id| there.contains(&id));
        Ok(points.iter().map(opens).collect())
    }

    /// A key file in restic's form: the repository's key under a passphrase, and the name that it must have in the folder `keys`.
    /// With it, restic itself opens the repository. It is not put there: then the key would lie with what it opens.
    ///
    /// # Errors
    /// As [`Repository::points`].
    pub async fn restic_key(
        &self,
        passphrase: Zeroizing<String>,
    ) -> Result<(String, Vec<u8>), ContinuityError> {
        let this = self.clone();
        blocking(move || {
            let backend = Backend::new(this.storage.clone(), Access::Read, Arc::default());
            let aside = KeysAside::new(backend);
            let kept = aside.kept();
            let backends = RepositoryBackends::new(Arc::new(aside), None);
            let options = RepositoryOptions::default().no_cache(true);
            let library = rustic_core::Repository::new(&options, &backends)?;
            this.unlock(library)?
                .add_key(&passphrase, &KeyOptions::default())?;
            let kept = kept.lock().take();
            kept.ok_or(ContinuityError::Internal("no key file was made"))
        })
        .await
    }

    fn library(
        &self,
        access: Access,
        reading: Arc<Reading>,
        watch: Arc<dyn Watch>,
    ) -> Result<rustic_core::Repository<()>, ContinuityError> {
        let backend = Backend::new(self.storage.clone(), access, reading);
        let backends = RepositoryBackends::new(Arc::new(backend), None);
        // No cache: it would lie in a home folder, and outlive what is pruned.
        let options = RepositoryOptions::default().no_cache(true);
        Ok(rustic_core::Repository::new_with_progress(
            &options,
            &backends,
            Bars(watch),
        )?)
    }

    /// Open it, on a thread that may wait.
    pub(crate) fn open(
        &self,
        access: Access,
        reading: Arc<Reading>,
        watch: Arc<dyn Watch>,
    ) -> Result<Opened, ContinuityError> {
        self.unlock(self.library(access, reading, watch)?)
    }

    fn unlock(&self, repository: rustic_core::Repository<()>) -> Result<Opened, ContinuityError> {
        if repository.config_id()?.is_none() {
            return Err(ContinuityError::NoRepository(
                self.storage.place.to_string(),
            ));
        }
        repository
            .open(&self.key.credentials())
            .map_err(|error: Box<RusticError>| {
                if not_authentic(&error) {
                    ContinuityError::WrongKey
                } else {
                    error.into()
                }
            })
    }
}

/// Whether bytes did not prove right, wherever in the chain of causes it says so.
fn not_authentic(error: &RusticError) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(it) = cause {
        let inner = it
            .downcast_ref::<RusticError>()
            .or_else(|| it.downcast_ref::<Box<RusticError>>().map(AsRef::as_ref));
        if inner.is_some_and(|inner| inner.is_code(NOT_AUTHENTIC)) {
            return true;
        }
        cause = it.source();
    }
    error.is_code(NOT_AUTHENTIC)
}

/// Our snapshots.
pub(crate) fn ours(opened: &Opened) -> Result<Vec<SnapshotFile>, ContinuityError> {
    let mut all = opened.get_all_snapshots()?;
    all.retain(|snapshot| snapshot.label == LABEL);
    Ok(all)
}

/// The snapshot that `name` begins, or the newest for `latest`.
pub(crate) fn find(opened: &Opened, name: &str) -> Result<SnapshotFile, ContinuityError> {
    let missing = || ContinuityError::NoPoint(name.to_owned());
    let mut all = ours(opened)?;
    if name == "latest" {
        return all
            .into_iter()
            .max_by_key(|snapshot| snapshot.time.timestamp())
            .ok_or_else(missing);
    }
    if name.len() < DIGITS_MIN {
        return Err(missing());
    }
    all.retain(|snapshot| snapshot.id.to_hex().as_str().starts_with(name));
    match all.len() {
        0 => Err(missing()),
        1 => all.pop().ok_or_else(missing),
        _ => Err(ContinuityError::Ambiguous(name.to_owned())),
    }
}

pub(crate) fn line(snapshot: &SnapshotFile) -> Line {
    let summary = snapshot.summary.clone().unwrap_or_default();
    Line {
        name: snapshot.id.to_hex().as_str().to_owned(),
        taken_at: Instant::from_micros(snapshot.time.timestamp().as_microsecond()),
        files: summary.total_files_processed,
        bytes: summary.total_bytes_processed,
        added_bytes: summary.data_added_packed,
        id: snapshot.description.as_ref().and_then(|it| it.parse().ok()),
        sealed: snapshot.tags.contains(SEALED),
    }
}

/// Run `work` where it may wait.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ContinuityError> + Send + 'static,
) -> Result<T, ContinuityError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(ContinuityError::Internal("a thread died")),
    }
}
