//! The library that recovery points are stored with, alone: a folder of files, a repository in a folder, nothing checked, nothing durable.

use std::fmt;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use rustic_core::repofile::{MasterKey, SnapshotFile};
use rustic_core::{
    BackupOptions, BytesList, CheckOptions, ConfigOptions, Credentials, ErrorKind, FileType, Id,
    KeyOptions, LocalDestination, LsOptions, OpenStatus, PathList, ReadBackend, Repository,
    RepositoryBackends, RepositoryOptions, RestoreOptions, RusticError, RusticResult, WriteBackend,
};
use serde_json::{Value, json};

use crate::Outcome;

/// What is stored, where, and where it is put back.
#[derive(Clone, Debug)]
pub struct Plan {
    /// A folder of files.
    pub source: PathBuf,
    /// Where the repository is made.
    pub repository: PathBuf,
    /// An empty folder.
    pub to: PathBuf,
}

/// A repository's files in a folder.
#[derive(Clone)]
struct Folder(PathBuf);

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Folder")
    }
}

impl Folder {
    fn path(&self, kind: FileType, id: &Id) -> PathBuf {
        match kind {
            FileType::Config => self.0.join("config"),
            _ => self.0.join(kind.dirname()).join(id.to_hex().as_str()),
        }
    }
}

fn failed(error: std::io::Error) -> Box<RusticError> {
    RusticError::with_source(ErrorKind::Backend, "The folder failed.", error)
}

fn size(meta: &fs::Metadata) -> u32 {
    u32::try_from(meta.len()).unwrap_or(u32::MAX)
}

impl ReadBackend for Folder {
    fn location(&self) -> String {
        self.0.display().to_string()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        if kind == FileType::Config {
            let found = fs::metadata(self.path(kind, &Id::default())).ok();
            return Ok(found
                .iter()
                .map(|meta| (Id::default(), size(meta)))
                .collect());
        }
        let entries = match fs::read_dir(self.0.join(kind.dirname())) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let id = entry.file_name().to_str().and_then(|it| it.parse().ok());
            if let Some(id) = id {
                found.push((id, size(&entry.metadata().map_err(failed)?)));
            }
        }
        Ok(found)
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        Ok(fs::read(self.path(kind, id)).map_err(failed)?.into())
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        _cacheable: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        let read = || {
            let mut file = fs::File::open(self.path(kind, id))?;
            file.seek(SeekFrom::Start(offset.into()))?;
            let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
            file.take(length.into()).read_to_end(&mut bytes)?;
            Ok(bytes.into())
        };
        read().map_err(failed)
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        self.path(kind, id).display().to_string()
    }
}

impl WriteBackend for Folder {
    fn create(&self) -> RusticResult<()> {
        [
            FileType::Pack,
            FileType::Index,
            FileType::Snapshot,
            FileType::Key,
        ]
        .into_iter()
        .try_for_each(|kind| fs::create_dir_all(self.0.join(kind.dirname())))
        .map_err(failed)
    }

    fn write_bytes(
        &self,
        kind: FileType,
        id: &Id,
        _cacheable: bool,
        content: BytesList,
    ) -> RusticResult<()> {
        fs::write(self.path(kind, id), content.into_vec().concat()).map_err(failed)
    }

    fn remove(&self, kind: FileType, id: &Id, _cacheable: bool) -> RusticResult<()> {
        fs::remove_file(self.path(kind, id)).map_err(failed)
    }
}

/// Store the folder, store it again, read all of it, put it back: seconds each.
///
/// # Errors
/// Whatever the library says.
pub fn run(plan: &Plan) -> Outcome<Value> {
    let folder = Folder(plan.repository.clone());
    let options = RepositoryOptions::default().no_cache(true);
    let library = || -> Outcome<Repository<()>> {
        let backends = RepositoryBackends::new(Arc::new(folder.clone()), None);
        Ok(Repository::new(&options, &backends)?)
    };
    let credentials = Credentials::Masterkey(MasterKey::new());
    library()?.init(
        &credentials,
        &KeyOptions::default(),
        &ConfigOptions::default(),
    )?;
    let open = || -> Outcome<Repository<OpenStatus>> { Ok(library()?.open(&credentials)?) };
    let (_, first) = timed(|| store(open()?, &plan.source))?;
    let (snapshot, again) = timed(|| store(open()?, &plan.source))?;
    let ((), verify) = timed(|| {
        let all = CheckOptions::default().read_data(true);
        open()?.check(all)?.is_ok()?;
        Ok(())
    })?;
    let ((), restore) = timed(|| put_back(open()?, &snapshot, &plan.to))?;
    Ok(json!({ "first": first, "again": again, "verify": verify, "restore": restore }))
}

fn store(repository: Repository<OpenStatus>, source: &Path) -> Outcome<SnapshotFile> {
    let source = PathList::from_iter([source.to_path_buf()]).sanitize()?;
    let stored = repository.to_indexed_ids()?.backup(
        &BackupOptions::default(),
        &source,
        SnapshotFile::default(),
    )?;
    Ok(stored)
}

fn put_back(repository: Repository<OpenStatus>, snapshot: &SnapshotFile, to: &Path) -> Outcome<()> {
    let repository = repository.to_indexed()?;
    let root = repository.node_from_snapshot_and_path(snapshot, "")?;
    let text = to.to_str().ok_or("the folder's name cannot be written")?;
    let destination = LocalDestination::new(text, true, false)?;
    let options = RestoreOptions::default().no_ownership(true);
    let files = repository.ls(&root, &LsOptions::default())?;
    let plan = repository.prepare_restore(&options, files.clone(), &destination, false)?;
    Ok(repository.restore(plan, &options, files, &destination)?)
}

fn timed<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<(T, f64)> {
    let begun = Instant::now();
    let done = work()?;
    Ok((done, begun.elapsed().as_secs_f64()))
}
