//! Epoch keys, by the numbers of their generations.

use std::io;
use std::path::{Path, PathBuf};

use base::Rng;
use crypt::SymmetricKey;

use crate::{ContinuityError, keyfile};

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
        keyfile::make(&path, rng).map_err(|error| ContinuityError::file(&path, error))
    }

    pub(super) fn key(&self, number: u64) -> Result<SymmetricKey, ContinuityError> {
        keyfile::read(&self.path(number))
    }

    /// Overwrite the key where it lies, then remove the file.
    pub(super) fn destroy(&self, number: u64) -> Result<(), ContinuityError> {
        let path = self.path(number);
        keyfile::destroy(&path).map_err(|error| ContinuityError::file(&path, error))
    }
}
