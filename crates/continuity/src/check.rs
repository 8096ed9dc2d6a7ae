//! Whether a point holds: its signature, its files, every byte, and the database inside.

use std::path::Path;
use std::sync::Arc;

use audit::jws;
use base::{Environment, ObjectId, Rng};
use crypt::hash::{Sha256, sha256};
use parking_lot::Mutex;
use store::snapshot::{Question, SQLITE_PART, ask_sqlite, check_sqlite};

use crate::make::log;
use crate::manifest::{Log, Manifest};
use crate::progress::{Silent, Watch};
use crate::reader::Point;
use crate::repository::{Line, Repository, blocking};
use crate::scratch::Scratch;
use crate::{ContinuityError, sql};

/// How closely is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The signature, and whether exactly what it names is there. Whether it opens, is not asked.
    Named,
    /// Also whether the point's key is there, and opens it.
    Listed,
    /// Also every byte, and the database itself.
    Read,
}

/// A point that holds.
#[derive(Clone, Debug)]
pub struct Checked {
    /// As a list shows it.
    pub line: Line,
    /// What belongs to it.
    pub manifest: Manifest,
    /// SHA-256 of the signed manifest: the log must know it.
    pub digest: [u8; 32],
}

/// Whether the point `name` holds. `scratch` is a folder with room for its database.
///
/// # Errors
/// [`ContinuityError::Broken`] where it does not; [`ContinuityError`] where it cannot be looked at.
pub async fn check(
    repository: &Repository,
    name: &str,
    (trusted, environment): (Vec<jws::Key>, Environment),
    depth: Depth,
    scratch: &Path,
    watch: Arc<dyn Watch>,
) -> Result<Checked, ContinuityError> {
    let (this, name) = (repository.clone(), name.to_owned());
    let (point, checked) = blocking(move || {
        let point = Point::open(&this, &name, watch)?;
        let (manifest, text) = point.manifest(&trusted, &environment)?;
        point.hold(&manifest)?;
        if let (Depth::Listed, Some(sealed)) = (depth, &manifest.sealed) {
            point.list(&manifest, sealed)?;
        }
        let checked = Checked {
            line: point.line(),
            digest: sha256(&[text.as_bytes()]),
            manifest,
        };
        Ok((Arc::new(point), checked))
    })
    .await?;
    if depth == Depth::Read {
        let scratch = Scratch::take(scratch).await?;
        let (all, folder) = (Arc::clone(&point), scratch.folder.clone());
        let manifest = checked.manifest.clone();
        // Beside each other: the one hashes on all processors, the other waits for the disk and for SQLite.
        let all = blocking(move || all.read_all());
        let database = async {
            blocking(move || point.database(&manifest, &folder)).await?;
            inside(&checked.manifest, &scratch.folder).await
        };
        let (all, database) = tokio::join!(all, database);
        all?;
        database?;
    }
    Ok(checked)
}

/// Put only the database of the point `name` into `folder`, which is empty, and hold it against the manifest.
///
/// # Errors
/// As [`check`].
pub async fn database(
    repository: &Repository,
    name: &str,
    (trusted, environment): (Vec<jws::Key>, Environment),
    folder: &Path,
    watch: Arc<dyn Watch>,
) -> Result<Manifest, ContinuityError> {
    let (this, name, to) = (repository.clone(), name.to_owned(), folder.to_owned());
    let manifest = blocking(move || {
        let point = Point::open(&this, &name, watch)?;
        let (manifest, _) = point.manifest(&trusted, &environment)?;
        point.database(&manifest, &to)?;
        Ok(manifest)
    })
    .await?;
    inside(&manifest, folder).await?;
    Ok(manifest)
}

/// An object of a point, as it lies there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampled {
    /// Which.
    pub id: ObjectId,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of it.
    pub sha256: [u8; 32],
}

/// Read at most `count` objects of the point `name`, chosen by chance.
///
/// # Errors
/// As [`check`].
pub async fn sample(
    repository: &Repository,
    name: &str,
    (trusted, environment): (Vec<jws::Key>, Environment),
    count: usize,
    rng: Arc<dyn Rng>,
) -> Result<Vec<Sampled>, ContinuityError> {
    let (this, name) = (repository.clone(), name.to_owned());
    blocking(move || {
        let point = Point::open(&this, &name, Arc::new(Silent))?;
        point.manifest(&trusted, &environment)?;
        let mut objects = point.objects()?;
        let mut sampled = Vec::with_capacity(count);
        while sampled.len() < count && !objects.is_empty() {
            let mut bytes = [0; 8];
            rng.fill(&mut bytes);
            let len = objects.len() as u64;
            let at = usize::try_from(u64::from_le_bytes(bytes) % len).unwrap_or(0);
            let (id, path) = objects.swap_remove(at);
            let mut hash = Hashing::default();
            point.read(&path, &mut hash)?;
            sampled.push(Sampled {
                id,
                bytes: hash.bytes,
                sha256: hash.hash.finish(),
            });
        }
        Ok(sampled)
    })
    .await
}

/// Hashes what is written to it.
struct Hashing {
    hash: Sha256,
    bytes: u64,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            hash: Sha256::new(),
            bytes: 0,
        }
    }
}

impl std::io::Write for Hashing {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.hash.update(buf);
        self.bytes += buf.len() as u64;
        Ok(buf.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Whether the database in `folder` holds together and says what the manifest says of it.
pub(crate) async fn inside(manifest: &Manifest, folder: &Path) -> Result<(), ContinuityError> {
    if manifest.engine != store::snapshot::Kind::Sqlite.as_str() {
        return Ok(());
    }
    let path = folder.join(SQLITE_PART);
    check_sqlite(&path).await?;
    let found: Arc<Mutex<(Vec<Log>, u64)>> = Arc::default();
    let (logs, objects) = (Arc::clone(&found), Arc::clone(&found));
    let questions = vec![
        Question::new(&sql::LOGS, move |row| {
            logs.lock().0.extend(log(&row));
            true
        }),
        Question::new(&sql::OBJECTS, move |row| {
            let at = usize::from(!row.is_null(1));
            let id = row.bytes(at).ok().and_then(ObjectId::from_slice);
            objects.lock().1 += u64::from(id.is_some());
            true
        }),
    ];
    ask_sqlite(&path, questions).await?;
    let found = found.lock();
    if found.0 != manifest.logs {
        return Err(ContinuityError::Broken(
            "the logs inside stand elsewhere than its manifest says",
        ));
    }
    let named = manifest.objects.count + manifest.objects.deleted_meanwhile.len() as u64;
    if found.1 != named {
        return Err(ContinuityError::Broken(
            "the database inside names other objects",
        ));
    }
    Ok(())
}
