//! Epoch keys: 32 bytes in a file each, overwritten before the file goes.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base::Rng;
use crypt::SymmetricKey;
use zeroize::Zeroizing;

use crate::ContinuityError;

const KEY_BYTES: usize = 32;

pub(super) struct Epochs(PathBuf);

impl Epochs {
    pub(super) fn at(folder: &Path) -> Result<Self, ContinuityError> {
        if folder.is_dir() {
            Ok(Self(folder.to_owned()))
        } else {
            Err(ContinuityError::file(
                folder,
                io::Error::from(io::ErrorKind::NotFound),
            ))
        }
    }

    fn path(&self, number: u64) -> PathBuf {
        self.0.join(format!("{number:08}.epoch"))
    }

    pub(super) fn has(&self, number: u64) -> bool {
        self.path(number).is_file()
    }

    pub(super) fn numbers(&self) -> Result<Vec<u64>, ContinuityError> {
        let failed = |error| ContinuityError::file(&self.0, error);
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(&self.0).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".epoch"));
            numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        Ok(numbers)
    }

    /// A new key, on the disk when this returns. Of two who make the same one, the second fails.
    pub(super) fn make(&self, number: u64, rng: &dyn Rng) -> Result<SymmetricKey, ContinuityError> {
        let path = self.path(number);
        let failed = |error| ContinuityError::file(&path, error);
        let key = SymmetricKey::random(rng);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        file.write_all(key.danger_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        self.sync()?;
        Ok(key)
    }

    pub(super) fn key(&self, number: u64) -> Result<SymmetricKey, ContinuityError> {
        let path = self.path(number);
        let failed = |error| ContinuityError::file(&path, error);
        let mut bytes = Zeroizing::new(vec![0; KEY_BYTES]);
        let mut file = File::open(&path).map_err(failed)?;
        file.read_exact(&mut bytes).map_err(failed)?;
        SymmetricKey::from_slice(&bytes).ok_or(ContinuityError::BadKey)
    }

    /// Overwrite the key where it lies, then remove the file.
    pub(super) fn destroy(&self, number: u64) -> Result<(), ContinuityError> {
        let path = self.path(number);
        let failed = |error| ContinuityError::file(&path, error);
        let mut file = OpenOptions::new().write(true).open(&path).map_err(failed)?;
        file.rewind().map_err(failed)?;
        file.write_all(&[0; KEY_BYTES]).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        std::fs::remove_file(&path).map_err(failed)?;
        self.sync()
    }

    fn sync(&self) -> Result<(), ContinuityError> {
        File::open(&self.0)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| ContinuityError::file(&self.0, error))
    }
}
