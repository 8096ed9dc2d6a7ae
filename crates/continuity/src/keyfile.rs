//! Keys that die: 32 bytes in a file each, whole or not there, and overwritten before the file goes.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use base::Rng;
use crypt::SymmetricKey;
use zeroize::Zeroizing;

use crate::ContinuityError;

const KEY_BYTES: usize = 32;
/// What a name ends with until the key is on the disk. One that stays behind after a crash belongs to nothing.
pub(crate) const UNFINISHED: &str = "part";

/// A new key, on the disk when this returns. Of several who make one of the same name one does; the others fail with
/// [`io::ErrorKind::AlreadyExists`].
pub(crate) fn make(path: &Path, rng: &dyn Rng) -> io::Result<SymmetricKey> {
    let key = SymmetricKey::random(rng);
    let mut mark = [0; 8];
    rng.fill(&mut mark);
    let beside = path.with_extension(format!("{}.{UNFINISHED}", hex::encode(mark)));
    write(&beside, &key)?;
    // Whole under its name, or not at all: who comes second must be able to read it at once.
    let linked = std::fs::hard_link(&beside, path);
    match linked {
        Ok(()) => std::fs::remove_file(&beside)?,
        Err(error) => {
            destroy(&beside)?;
            if error.kind() == io::ErrorKind::AlreadyExists {
                return Err(error);
            }
            // A file system without links.
            write(path, &key)?;
        }
    }
    sync_folder(path)?;
    Ok(key)
}

fn write(path: &Path, key: &SymmetricKey) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(key.danger_bytes())?;
    file.sync_all()
}

/// The key in a file.
pub(crate) fn read(path: &Path) -> Result<SymmetricKey, ContinuityError> {
    let failed = |error| ContinuityError::file(path, error);
    let mut bytes = Zeroizing::new(vec![0; KEY_BYTES]);
    let mut file = File::open(path).map_err(failed)?;
    file.read_exact(&mut bytes).map_err(failed)?;
    SymmetricKey::from_slice(&bytes).ok_or(ContinuityError::BadKey)
}

/// Overwrite the key where it lies, then remove the file.
pub(crate) fn destroy(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    // Another name of the same key: not ours to overwrite.
    if file.metadata()?.nlink() == 1 || path.extension().is_none_or(|it| it != UNFINISHED) {
        file.rewind()?;
        file.write_all(&[0; KEY_BYTES])?;
        file.sync_all()?;
    }
    std::fs::remove_file(path)?;
    sync_folder(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SeededRng;

    #[test]
    fn a_key_is_made_once_read_and_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.key");
        let key = make(&path, &SeededRng::new(1)).unwrap();
        let again = make(&path, &SeededRng::new(2)).map(drop).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(read(&path).unwrap().danger_bytes(), key.danger_bytes());
        let names = || std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names(), 1, "nothing stays beside it");
        // Another name keeps the bytes in sight after the file is gone.
        let kept = folder.path().join("kept");
        std::fs::hard_link(&path, &kept).unwrap();
        destroy(&path).unwrap();
        assert_eq!(std::fs::read(&kept).unwrap(), [0; 32]);
        assert!(read(&path).is_err());
    }

    #[test]
    fn what_a_crash_left_behind_does_not_take_the_key_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.key");
        let key = make(&path, &SeededRng::new(1)).unwrap();
        let left = folder.path().join("one.00.part");
        std::fs::hard_link(&path, &left).unwrap();
        destroy(&left).unwrap();
        assert_eq!(read(&path).unwrap().danger_bytes(), key.danger_bytes());
    }
}
