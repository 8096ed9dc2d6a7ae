//! Files that hold a secret: private to their owner, or not used at all.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use super::SealError;

/// Nobody but the owner may have any right on the file.
const OTHERS: u32 = 0o077;
/// Where root owns it, the group may read, if it is ours alone: so Kubernetes hands secrets to a program that is not root.
const BUT_READING: u32 = 0o037;
/// No secret is longer. A bound, so that a wrong path is not read to its end.
const SECRET_BYTES_MAX: u64 = 4096;

pub(super) fn refused(path: &Path, why: impl Into<String>) -> SealError {
    SealError::File {
        file: path.display().to_string(),
        why: why.into(),
    }
}

/// As whom the program runs.
#[derive(Clone, Copy)]
struct Me {
    user: u32,
    group: u32,
}

impl Me {
    fn now() -> Self {
        Self {
            user: rustix::process::geteuid().as_raw(),
            group: rustix::process::getegid().as_raw(),
        }
    }

    /// Whether a file with this mode, owner and group is for us alone. A group of one's own bears the number of its user.
    const fn alone(self, mode: u32, owner: u32, group: u32) -> bool {
        let by_group =
            owner == 0 && self.user != 0 && self.user == self.group && group == self.group;
        mode & OTHERS == 0 || (by_group && mode & BUT_READING == 0)
    }
}

/// The bytes of a file that only its owner can read; or, where root owns it, the group of our own.
///
/// # Errors
/// When it cannot be read, others have rights on it, it is empty or longer than 4 KiB.
pub fn read_secret_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let mut file = fs::File::open(path).map_err(|error| refused(path, error.to_string()))?;
    // Asked of the open file, so that it cannot be swapped in between.
    let metadata = file
        .metadata()
        .map_err(|error| refused(path, error.to_string()))?;
    if !metadata.is_file() {
        return Err(refused(path, "is not a file"));
    }
    if !Me::now().alone(metadata.mode(), metadata.uid(), metadata.gid()) {
        return Err(refused(
            path,
            format!(
                "others have rights on it (mode {:04o}); run: chmod 600",
                metadata.mode() & 0o7777
            ),
        ));
    }
    if metadata.len() == 0 || metadata.len() > SECRET_BYTES_MAX {
        return Err(refused(
            path,
            format!("must hold 1 to {SECRET_BYTES_MAX} bytes"),
        ));
    }
    // With its full size at once: a growing buffer would leave copies behind.
    let mut bytes = Zeroizing::new(vec![0; usize::try_from(metadata.len()).unwrap_or(0)]);
    file.read_exact(&mut bytes)
        .map_err(|error| refused(path, error.to_string()))?;
    Ok(bytes)
}

/// Make a file that only its owner can read, and have it on the disk when this returns.
pub(super) fn create_secret_file(path: &Path, bytes: &[u8]) -> Result<(), SealError> {
    use std::io::Write;

    let failed = |error: std::io::Error| refused(path, error.to_string());
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    // The name is in the folder, so the folder has to reach the disk as well.
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_reads_where_root_owns_and_it_is_ours_alone() {
        let me = Me {
            user: 65_532,
            group: 65_532,
        };
        assert!(me.alone(0o100_600, 65_532, 100) && me.alone(0o100_400, 0, 0));
        assert!(me.alone(0o100_440, 0, 65_532));
        for (mode, owner, group) in [
            (0o100_440, 65_532, 65_532),
            (0o100_440, 0, 100),
            (0o100_460, 0, 65_532),
            (0o100_444, 0, 65_532),
            (0o100_604, 0, 65_532),
        ] {
            assert!(!me.alone(mode, owner, group), "{mode:o} {owner} {group}");
        }
        let shared = Me {
            user: 65_532,
            group: 100,
        };
        assert!(!shared.alone(0o100_440, 0, 100), "a group of many");
        let root = Me { user: 0, group: 0 };
        assert!(!root.alone(0o100_440, 0, 0));
    }
}
