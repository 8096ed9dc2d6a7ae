//! A point into a folder, held against its manifest before anybody gets it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use audit::jws;
use base::Environment;
use crypt::hash::sha256;

use crate::ContinuityError;
use crate::check::inside;
use crate::make::{CONFIGURATION, DATABASE};
use crate::manifest::{Manifest, NAME};
use crate::progress::Watch;
use crate::reader::Point;
use crate::repository::{Line, Repository, blocking};
use crate::sent_files::Brought;
use crate::source::OBJECTS;
use crate::stream::Forwarded;
use crate::writing;

/// A point that lies in a folder now.
#[derive(Clone, Debug)]
pub struct Restored {
    /// As a list shows it.
    pub line: Line,
    /// What belongs to it.
    pub manifest: Manifest,
    /// SHA-256 of the signed manifest.
    pub digest: [u8; 32],
    /// The folder with the database's files.
    pub database: PathBuf,
    /// The folder with the objects.
    pub objects: PathBuf,
    /// The folder with the configuration.
    pub configuration: PathBuf,
    /// How far the database was taken beyond the point, where that was asked for.
    pub forwarded: Option<Forwarded>,
    /// How its files came together then.
    pub files: Option<Brought>,
}

/// Put the point `name` into the folder `to`, where nothing of another lies.
///
/// # Errors
/// [`ContinuityError::Occupied`], [`ContinuityError::Broken`]; what was written until then stays for somebody to look at.
pub async fn restore(
    repository: &Repository,
    name: &str,
    (trusted, environment): (Vec<jws::Key>, Environment),
    to: &Path,
    watch: Arc<dyn Watch>,
) -> Result<Restored, ContinuityError> {
    for taken in [NAME, DATABASE, OBJECTS, CONFIGURATION] {
        if to.join(taken).exists() {
            return Err(ContinuityError::Occupied(
                to.join(taken).display().to_string(),
            ));
        }
    }
    let (this, name, folder) = (repository.clone(), name.to_owned(), to.to_owned());
    let restored = blocking(move || {
        let point = Point::open(&this, &name, Arc::clone(&watch))?;
        // Before anything is written: names that are not ours would lead out of the folder.
        let (manifest, text) = point.manifest(&trusted, &environment)?;
        point.hold(&manifest)?;
        if let Some(sealed) = &manifest.sealed {
            // Nothing is written where it does not open.
            point.list(&manifest, sealed)?;
        }
        writing::write(&point, &manifest, &folder, &*watch)?;
        Ok(Restored {
            line: point.line(),
            digest: sha256(&[text.as_bytes()]),
            manifest,
            database: folder.join(DATABASE),
            objects: folder.join(OBJECTS),
            configuration: folder.join(CONFIGURATION),
            forwarded: None,
            files: None,
        })
    })
    .await?;
    let folder = to.to_owned();
    let (synced, holds) = tokio::join!(
        blocking(move || writing::sync(&folder)),
        inside(&restored.manifest, &restored.database)
    );
    synced?;
    holds?;
    Ok(restored)
}

/// Make the folder; one that is there must be empty.
///
/// # Errors
/// [`ContinuityError::Occupied`].
pub fn make_empty(folder: &Path) -> Result<(), ContinuityError> {
    use std::os::unix::fs::DirBuilderExt;
    let failed = |error| ContinuityError::file(folder, error);
    match std::fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(ContinuityError::Occupied(folder.display().to_string()));
            }
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let made = std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder);
            made.map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}
