//! The root key sealed under 32 random bytes in a file: for one machine, where the file lies on another disk than the data.

use std::path::{Path, PathBuf};

use base::Rng;
use crypt::SymmetricKey;

use super::secret_file::{create_secret_file, read_secret_file, refused};
use super::{Seal, SealError};

pub(super) const NAME: &str = "key-file";
pub(super) const CODE: u8 = 2;

/// A file of exactly 32 bytes that nobody but its owner can read.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The backend for the file at `path`. The file is read at each use, and not before.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Make the file with fresh random bytes.
    ///
    /// # Errors
    /// When it exists or cannot be written.
    pub fn create(path: &Path, rng: &dyn Rng) -> Result<Self, SealError> {
        create_secret_file(path, SymmetricKey::random(rng).danger_bytes())?;
        Ok(Self::new(path))
    }

    fn key(&self) -> Result<SymmetricKey, SealError> {
        let bytes = read_secret_file(&self.path)?;
        SymmetricKey::from_slice(&bytes)
            .ok_or_else(|| refused(&self.path, "must hold exactly 32 bytes"))
    }
}

impl Seal for KeyFile {
    fn name(&self) -> &'static str {
        NAME
    }

    fn code(&self) -> u8 {
        CODE
    }

    fn make(&self, _rng: &dyn Rng) -> Result<(Vec<u8>, SymmetricKey), SealError> {
        Ok((Vec::new(), self.key()?))
    }

    fn find(&self, head: &[u8]) -> Result<SymmetricKey, SealError> {
        if !head.is_empty() {
            return Err(SealError::Head(NAME));
        }
        self.key()
    }
}
