//! Fillings of the checks' traits that need nothing from above: folders on disk, and the log.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use audit::{Action, Entry, Log, LogKeys};
use base::{Actor, ActorKind, Class, Clock, Ctx, RequestId, Rng, TenantId};
use store::{Db, WriteSet};

use crate::canary::{Marker, Raw, Shelf};
use crate::checks::{Plant, Planted, Proven};
use crate::{ProbeError, Probing};

/// Files and folders as a thief of the disk would have them: every file below these paths, with its name.
#[derive(Clone, Debug)]
pub struct OnDisk {
    paths: Vec<PathBuf>,
    handles: Handles,
}

/// What becomes of a file's handle once it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handles {
    Closed,
    Kept,
}

impl OnDisk {
    /// Everything at and below these paths. What is not there is passed over; links are not followed.
    #[must_use]
    pub const fn new(paths: Vec<PathBuf>) -> Self {
        Self {
            paths,
            handles: Handles::Closed,
        }
    }

    /// The same for files that this process holds locks on, such as SQLite's: each is opened once and never closed.
    ///
    /// Closing any handle of a file drops every POSIX lock that the process has on it (fcntl(2)): another process would then
    /// take itself for the last user of the database, and remove its write-ahead log under our feet.
    #[must_use]
    pub const fn keeping_locks(paths: Vec<PathBuf>) -> Self {
        Self {
            paths,
            handles: Handles::Kept,
        }
    }
}

impl Raw for OnDisk {
    fn shelves(&self) -> Probing<'_, Vec<Shelf>> {
        let (paths, handles) = (self.paths.clone(), self.handles);
        Box::pin(async move {
            let failed = |error: io::Error| ProbeError::new("listing files", error);
            let files = tokio::task::spawn_blocking(move || {
                let mut files = Vec::new();
                for path in &paths {
                    let above = path.parent().unwrap_or(path);
                    collect(path, above, handles, &mut files)?;
                }
                Ok(files)
            });
            files
                .await
                .map_err(|error| failed(error.into()))?
                .map_err(failed)
        })
    }
}

/// Every file at and below `path`, named from `above` on.
fn collect(path: &Path, above: &Path, handles: Handles, into: &mut Vec<Shelf>) -> io::Result<()> {
    // A journal that is just being removed is no reason to know nothing.
    let gone_is_fine = |error: io::Error| {
        if error.kind() == io::ErrorKind::NotFound {
            Ok(())
        } else {
            Err(error)
        }
    };
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) => return gone_is_fine(error),
    };
    let name = path
        .strip_prefix(above)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned();
    if meta.is_dir() {
        let mut inside = match fs::read_dir(path) {
            Ok(inside) => inside
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<io::Result<Vec<_>>>()?,
            Err(error) => return gone_is_fine(error),
        };
        inside.sort();
        return inside
            .iter()
            .try_for_each(|path| collect(path, above, handles, into));
    }
    if meta.is_file() {
        into.push(Shelf {
            name,
            bytes: Box::new(Later {
                path: path.to_owned(),
                handles,
                file: None,
                at: 0,
            }),
        });
    }
    Ok(())
}

/// A file that is opened when it is read, so that a store of a million files needs no million handles.
struct Later {
    path: PathBuf,
    handles: Handles,
    file: Option<Arc<File>>,
    at: u64,
}

/// Handles that are never closed, by device and inode. As many as there are database files.
static KEPT: Mutex<BTreeMap<(u64, u64), Arc<File>>> = Mutex::new(BTreeMap::new());

/// The one handle of this file.
fn kept(path: &Path) -> io::Result<Arc<File>> {
    let meta = fs::metadata(path)?;
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let place = (meta.dev(), meta.ino());
    if let Some(file) = kept.get(&place) {
        return Ok(Arc::clone(file));
    }
    let file = Arc::new(File::open(path)?);
    // Whatever was opened stays open, under the place where it really lies.
    let opened = file.metadata()?;
    kept.insert((opened.dev(), opened.ino()), Arc::clone(&file));
    Ok(file)
}

impl io::Read for Later {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let file = match &self.file {
            Some(file) => Arc::clone(file),
            None => {
                let opened = match self.handles {
                    Handles::Closed => File::open(&self.path).map(Arc::new),
                    Handles::Kept => kept(&self.path),
                };
                match opened {
                    Ok(file) => Arc::clone(self.file.insert(file)),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
                    Err(error) => return Err(error),
                }
            }
        };
        let read = file.read_at(into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Several raw places as one.
pub struct All(pub Vec<Arc<dyn Raw>>);

impl Raw for All {
    fn shelves(&self) -> Probing<'_, Vec<Shelf>> {
        Box::pin(async move {
            let mut shelves = Vec::new();
            for raw in &self.0 {
                shelves.extend(raw.shelves().await?);
            }
            Ok(shelves)
        })
    }
}

/// Plants a marker word in the log, as the name of an actor: for `rest.log`. What is logged stays.
pub struct InTheLog {
    /// The database with the log.
    pub db: Db,
    /// The log.
    pub log: Log,
    /// Its keys.
    pub keys: Arc<dyn LogKeys>,
    /// Whose log.
    pub tenant: TenantId,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: Arc<dyn Rng>,
}

impl Plant for InTheLog {
    fn plant<'a>(&'a self, markers: &'a [Marker]) -> Probing<'a, Planted> {
        Box::pin(async move {
            let failed =
                |error: &dyn std::fmt::Display| ProbeError::new("writing to the log", error);
            let mut set = WriteSet::new();
            for marker in markers {
                let ctx = Ctx {
                    tenant: self.tenant.clone(),
                    actor: Actor {
                        kind: ActorKind::System,
                        id: marker.word.clone(),
                        role: "check".to_owned(),
                        authenticated_by: "local",
                        grant: None,
                    },
                    purpose: None,
                    request: RequestId::random(&*self.rng),
                    now: self.clock.now(),
                };
                let entry = Entry::new(&ctx, Action::LogVerify, audit::Outcome::Ok)
                    .map_err(|error| failed(&error))?;
                set = set.log(entry.finish(&self.tenant));
            }
            let committed = self.db.commit(set).await.map_err(|error| failed(&error))?;
            let first = committed
                .log_indexes
                .first()
                .ok_or_else(|| failed(&"it gave no index"))?;
            let sealing = self
                .keys
                .sealing(&self.tenant)
                .map_err(|error| failed(&error))?;
            Ok(Planted {
                id: format!("{first} {}", markers.len()),
                parts: Vec::new(),
                keys: vec![(Class::Internal, sealing.generation)],
            })
        })
    }

    fn open<'a>(&'a self, planted: &'a Planted) -> Probing<'a, String> {
        Box::pin(async move {
            let place = planted
                .id
                .split_once(' ')
                .and_then(|(first, count)| Some((first.parse().ok()?, count.parse().ok()?)));
            let (first, count) =
                place.ok_or_else(|| ProbeError::new("reading the log", "no index"))?;
            let entries = self.log.entries(&self.tenant, first, count).await;
            let entries = entries.map_err(|error| ProbeError::new("reading the log", error))?;
            let text = entries
                .iter()
                .map(|logged| String::from_utf8_lossy(&logged.body).into_owned());
            Ok(text.collect())
        })
    }

    fn remove<'a>(&'a self, _: &'a Planted) -> Probing<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// The entry at `index` of `tenant`'s log with its proof, for [`crate::checks::Reader::prove`].
///
/// # Errors
/// [`ProbeError`] when the log cannot be read. An entry that is not there is no error.
pub async fn prove(log: &Log, tenant: &TenantId, index: u64) -> Result<Option<Proven>, ProbeError> {
    match log.prove(tenant, index).await {
        Ok((logged, proof)) => {
            let keys = log
                .verifiers(tenant)
                .map_err(|error| ProbeError::new("the log's keys", error))?;
            Ok(Some(Proven {
                entry: logged.body,
                proof,
                keys,
            }))
        }
        Err(audit::AuditError::Range { .. } | audit::AuditError::NotFound(_)) => Ok(None),
        Err(error) => Err(ProbeError::new("proving an entry", error)),
    }
}
