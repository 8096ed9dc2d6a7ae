//! A folder for copies of databases, while something is made of them.

use std::fs::File;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::ContinuityError;

/// Who comes while another backup runs on this machine waits a minute for its end.
const LOCK_TRIES: u32 = 600;
const LOCK_WAIT: Duration = Duration::from_millis(100);
/// Where a copy of the key store lies while it is sealed.
const KEYS: &str = "keys";

/// A folder for copies, ours alone as long as this lives, and empty before and after.
pub(crate) struct Scratch {
    pub(crate) folder: PathBuf,
    _lock: File,
}

impl Scratch {
    /// Take the folder, once nobody else has it; what an interrupted one left in it goes.
    pub(crate) async fn take(root: &Path) -> Result<Self, ContinuityError> {
        let failed = |error| ContinuityError::file(root, error);
        make_folder(root)?;
        let lock = File::create(root.join("lock")).map_err(failed)?;
        let mut tries = 0;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(std::fs::TryLockError::WouldBlock) if tries < LOCK_TRIES => {
                    tries += 1;
                    tokio::time::sleep(LOCK_WAIT).await;
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    return Err(ContinuityError::Repository(
                        "another backup of this installation runs at this moment".into(),
                    ));
                }
                Err(std::fs::TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
        let scratch = Self {
            folder: root.join("copy"),
            _lock: lock,
        };
        scratch.clear()?;
        make_folder(&scratch.folder)?;
        Ok(scratch)
    }

    /// An empty folder in it.
    pub(crate) fn inside(&self, name: &str) -> Result<PathBuf, ContinuityError> {
        let folder = self.folder.join(name);
        make_folder(&folder)?;
        Ok(folder)
    }

    /// The folder for a copy of the key store.
    pub(crate) fn keys(&self) -> Result<PathBuf, ContinuityError> {
        self.inside(KEYS)
    }

    /// Overwrite copies of the key store, and remove them: keys that are destroyed later must not stay here.
    pub(crate) fn wipe_keys(&self) -> Result<(), ContinuityError> {
        wipe(&self.folder.join(KEYS))
    }

    fn clear(&self) -> Result<(), ContinuityError> {
        self.wipe_keys()?;
        match std::fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(ContinuityError::file(&self.folder, error))
            }
            _ => Ok(()),
        }
    }
}

/// Overwrite the files in a folder, and remove them.
///
/// # Errors
/// [`ContinuityError::File`].
pub fn wipe(folder: &Path) -> Result<(), ContinuityError> {
    let failed = |error| ContinuityError::file(folder, error);
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        wipe_file(&entry.map_err(failed)?.path()).map_err(failed)?;
    }
    Ok(())
}

fn wipe_file(path: &Path) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
    let length = file.metadata()?.len();
    std::io::copy(
        &mut std::io::Read::take(std::io::repeat(0), length),
        &mut file,
    )?;
    file.sync_all()?;
    std::fs::remove_file(path)
}

pub(crate) fn make_folder(path: &Path) -> Result<(), ContinuityError> {
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path);
    made.map_err(|error| ContinuityError::file(path, error))
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = self.clear() {
            tracing::warn!(%error, "the copy of a database could not be removed; the next backup does it");
        }
    }
}
