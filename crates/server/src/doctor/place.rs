//! What is of the installation: folders, secrets, certificate, addresses, databases.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::statvfs;

use super::Look;
use crate::config::{Config, Database, Files, SealConfig};
use crate::tls;

/// Free bytes below which a disk is as good as full.
const FREE_MIN: u64 = 1 << 30;
/// And free inodes: each file is one.
const INODES_MIN: u64 = 10_000;
/// How often a write is forced to the disk to see how long that takes.
const SYNCS: usize = 21;
/// A commit waits for one: longer, and writes are slow.
const SYNC_MAX: Duration = Duration::from_millis(20);
/// File systems that forget, and those over a network on which SQLite breaks (statfs(2)).
const FORGETFUL: [&str; 2] = ["tmpfs", "ramfs"];
const REMOTE: [&str; 6] = ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"];

/// Folders of the installation: what they are for, where, and whether SQLite writes there.
fn folders_of(config: &Config) -> Vec<(&'static str, PathBuf, bool)> {
    let mut folders = Vec::new();
    for (name, database) in [("data", &config.data), ("keys", &config.keys)] {
        if let Database::Sqlite { path } = database {
            let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
            folders.push((name, folder, true));
        }
    }
    if let Files::Folder { path } = &config.files {
        folders.push(("files", path.clone(), false));
    }
    folders
}

/// The nearest folder above a path that is there: where it would be made.
fn there(path: &Path) -> PathBuf {
    let above = path.ancestors().find(|it| it.is_dir());
    above
        .filter(|it| !it.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
        .to_owned()
}

/// Each folder: room, rights, what kind of disk; and whether data and keys lie apart.
pub(super) fn folders(config: &Config) -> Vec<Look> {
    let mut looks = Vec::new();
    let mut disks = Vec::new();
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    for (name, folder, sqlite) in folders_of(config) {
        let there = there(&folder);
        looks.push(room(name, &there));
        looks.push(rights(&folder, &there));
        looks.push(kind(&there, sqlite, &mounts));
        looks.push(sync(&there));
        if let Ok(metadata) = fs::metadata(&there) {
            disks.push((name, metadata.dev()));
        }
    }
    let disk = |name: &str| disks.iter().find(|it| it.0 == name).map(|it| it.1);
    if let (Some(data), Some(keys)) = (disk("data"), disk("keys")) {
        looks.push(if data == keys {
            Look::doubtful(
                "keys apart",
                "data and keys lie on one disk: who takes it has both, sealed by the seal's secret alone",
                "put keys.path on a disk of its own, or on another server",
            )
        } else {
            Look::good("keys apart", "data and keys lie on two disks")
        });
    }
    looks
}

/// The third place: with it go the keys of recovery points.
pub(super) fn third(config: &Config) -> Option<Look> {
    let backup = config.backup.as_ref()?;
    let apart = backup.keys.apart.display();
    Some(if backup.keys.apart.is_dir() {
        Look::good("third place", format!("{apart} is there"))
    } else if backup.key_file.exists() {
        Look::bad(
            "third place",
            format!("{apart} is not there, and with it the keys of recovery points"),
            "mount it, or name the place of before in backup.keys.apart",
        )
    } else {
        Look::good(
            "third place",
            format!("{apart} is made with the first backup"),
        )
    })
}

fn room(name: &str, folder: &Path) -> Look {
    let Ok(stat) = statvfs(folder) else {
        return Look::bad(
            "disk",
            format!("{} cannot be looked at", folder.display()),
            "give the service's user the right to enter the folders above",
        );
    };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    let seen = format!("{name}: {} MiB free at {}", free >> 20, folder.display());
    // Where a file system has no fixed number of inodes it says 0 of 0.
    let inodes = stat.f_files == 0 || stat.f_favail >= INODES_MIN;
    if free < FREE_MIN || !inodes {
        return Look::bad("disk", seen, "make room: 1 GiB and 10,000 inodes at least");
    }
    Look::good("disk", seen)
}

fn rights(folder: &Path, there: &Path) -> Look {
    let probe = there.join(format!(".strongroom-doctor-{}", std::process::id()));
    let written = File::options().write(true).create_new(true).open(&probe);
    let _ = fs::remove_file(&probe);
    if let Err(error) = written {
        return Look::bad(
            "folder",
            format!("{} cannot be written: {error}", there.display()),
            "give it to the service's user: chown, chmod 700",
        );
    }
    match fs::metadata(folder) {
        Ok(metadata) if metadata.mode() & 0o077 != 0 => Look::bad(
            "folder",
            format!(
                "others have rights on {} (mode {:04o})",
                folder.display(),
                metadata.mode() & 0o7777
            ),
            "chmod 700",
        ),
        Ok(_) => Look::good(
            "folder",
            format!("{} belongs to the service alone", folder.display()),
        ),
        Err(_) => Look::good("folder", format!("{} will be made", folder.display())),
    }
}

fn kind(folder: &Path, sqlite: bool, mounts: &str) -> Look {
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let Some(kind) = mounted(&folder, mounts) else {
        return Look::doubtful(
            "file system",
            format!("which one {} lies on cannot be told here", folder.display()),
            "use a local file system that lasts, such as ext4 or xfs",
        );
    };
    let seen = format!("{} is {kind}", folder.display());
    if FORGETFUL.contains(&kind) {
        return Look::bad("file system", seen, "nothing on it lasts: use a disk");
    }
    if sqlite && REMOTE.contains(&kind) {
        return Look::bad(
            "file system",
            seen,
            "SQLite needs a local one; over a network use PostgreSQL",
        );
    }
    Look::good("file system", seen)
}

/// The kind of file system that a folder lies on: of the mounts above it the nearest, and of those there the last.
fn mounted<'a>(folder: &Path, mounts: &'a str) -> Option<&'a str> {
    let mut found: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let mut fields = line.split(' ');
        let (_, Some(at), Some(kind)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        // Spaces in names are written so (proc(5)).
        let at = at.replace("\\040", " ");
        if folder.starts_with(&at) && found.is_none_or(|(len, _)| at.len() >= len) {
            found = Some((at.len(), kind));
        }
    }
    found.map(|(_, kind)| kind)
}

/// How long it takes to force a write to the disk.
fn sync(folder: &Path) -> Look {
    let path = folder.join(format!(".strongroom-doctor-sync-{}", std::process::id()));
    let took = timed(&path);
    let _ = fs::remove_file(&path);
    match took {
        Err(error) => Look::bad(
            "sync",
            format!(
                "a write to {} cannot be forced to the disk: {error}",
                folder.display()
            ),
            "use a disk that can",
        ),
        Ok(took) if took > SYNC_MAX => Look::doubtful(
            "sync",
            format!("forcing a write to the disk takes {} ms", took.as_millis()),
            "each commit waits for that: use a faster disk",
        ),
        Ok(took) => Look::good(
            "sync",
            format!(
                "forcing a write to the disk takes {} us (median)",
                took.as_micros()
            ),
        ),
    }
}

fn timed(path: &Path) -> std::io::Result<Duration> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    let mut took = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        file.write_all(&[0; 4096])?;
        let began = Instant::now();
        file.sync_data()?;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    Ok(took.get(SYNCS / 2).copied().unwrap_or_default())
}

/// Secret files that the configuration names: there, and for the service alone.
pub(super) fn secrets(config: &Config) -> Vec<Look> {
    let mut files: Vec<(PathBuf, bool)> = Vec::new();
    for database in [&config.data, &config.keys] {
        if let Database::Postgres { url_file, .. } = database {
            files.push((url_file.clone(), false));
        }
    }
    match &config.seal {
        SealConfig::KeyFile { path } => files.push((path.clone(), true)),
        SealConfig::Passphrase { file } => files.push((file.clone(), false)),
        SealConfig::Pkcs11 { pin_file, .. } => files.push((pin_file.clone(), false)),
    }
    let buckets = [
        match &config.files {
            Files::Folder { .. } => None,
            Files::S3(bucket) => Some(bucket),
        },
        config.backup.as_ref().and_then(|it| it.repository.bucket()),
    ];
    let buckets = buckets.into_iter().flatten();
    files.extend(buckets.map(|it| (it.secret_file.clone(), false)));
    files.extend(
        config
            .providers
            .values()
            .map(|it| (it.token_file.clone(), false)),
    );
    files
        .iter()
        .map(|(path, is_made)| {
            if *is_made && !path.exists() {
                return Look::good("secret", format!("{} will be made", path.display()));
            }
            match keys::seal::read_secret_file(path) {
                Ok(_) => Look::good(
                    "secret",
                    format!("{} is for the service alone", path.display()),
                ),
                Err(error) => Look::bad(
                    "secret",
                    error.to_string(),
                    "chown it to the service's user, chmod 400",
                ),
            }
        })
        .collect()
}

/// Whether certificate and key fit.
pub(super) fn certificate(config: &Config) -> Look {
    match tls::server(&config.tls.certificate, &config.tls.key) {
        Ok(_) => Look::good(
            "certificate",
            format!("{} and its key fit", config.tls.certificate.display()),
        ),
        Err(error) => Look::bad(
            "certificate",
            error.to_string(),
            "name a PEM chain in tls.certificate and its PKCS#8 key in tls.key",
        ),
    }
}

/// Whether the addresses are free. One that is taken may be the service itself.
pub(super) async fn sockets(config: &Config) -> Vec<Look> {
    let mut looks = Vec::new();
    for address in std::iter::once(config.listen.https).chain(config.listen.metrics) {
        looks.push(match tokio::net::TcpListener::bind(address).await {
            Ok(_) => Look::good("address", format!("{address} is free")),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Look::doubtful(
                "address",
                format!("{address} is taken"),
                "by the service itself, if it runs; otherwise choose another in [listen]",
            ),
            Err(error) => Look::bad(
                "address",
                format!("{address}: {error}"),
                "choose an address of this machine in [listen]; below 1024 it takes CAP_NET_BIND_SERVICE",
            ),
        });
    }
    if let Some(metrics) = config.listen.metrics
        && metrics.ip().is_unspecified()
    {
        looks.push(Look::doubtful(
            "address",
            format!("metrics are served on every address ({metrics}), without a token"),
            "listen on loopback or a private address, or let only the monitoring reach it",
        ));
    }
    looks
}

/// Whether what is committed between two recovery points can leave this machine.
fn stream(name: &str, followed: store::Followed) -> Look {
    match followed {
        store::Followed {
            lack: Some(lack), ..
        } => Look::doubtful(
            "stream",
            format!("{name}: between two recovery points nothing can be sent"),
            lack.why(),
        ),
        store::Followed {
            unbounded: true, ..
        } => Look::doubtful(
            "stream",
            format!("{name}: what is not sent fills the disk of PostgreSQL"),
            "set max_slot_wal_keep_size, such as to 8GB",
        ),
        _ => Look::good("stream", format!("{name}: can be sent as it is committed")),
    }
}

/// Whether the databases can be reached, and keep what they are told.
pub(super) async fn databases(config: &Config) -> Vec<Look> {
    let mut looks = Vec::new();
    for (name, database) in [("data", &config.data), ("keys", &config.keys)] {
        let Database::Postgres { .. } = database else {
            continue;
        };
        let Ok(url) = crate::postgres::url_of(database) else {
            // Said among the secrets.
            continue;
        };
        if config.backup.is_some() {
            let followed = store::postgres_follows(&url).await;
            looks.extend(followed.ok().map(|followed| stream(name, followed)));
        }
        looks.push(match store::postgres_lasts(&url).await {
            Ok(()) => Look::good(
                "database",
                format!("{name}: reached, and it keeps what it commits"),
            ),
            Err(error) => Look::bad(
                "database",
                format!("{name}: {error}"),
                "docs/guides/postgresql.md says how it is set up",
            ),
        });
    }
    looks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_counts_and_of_those_the_last() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /srv tmpfs rw 0 0\n/dev/b /srv/my\\040data xfs rw 0 0\n/dev/c /srv ext4 rw 0 0\n";
        for (folder, kind) in [
            ("/var/lib", "ext4"),
            ("/srv/other", "ext4"),
            ("/srv/my data/x", "xfs"),
        ] {
            assert_eq!(mounted(Path::new(folder), mounts), Some(kind), "{folder}");
        }
        let memory = kind(Path::new("/"), false, "tmpfs / tmpfs rw 0 0\n");
        assert_eq!(memory.finding, super::super::Finding::Bad);
        let far = |sqlite| kind(Path::new("/"), sqlite, "there:/x / nfs4 rw 0 0\n").finding;
        assert_eq!(far(true), super::super::Finding::Bad);
        assert_eq!(far(false), super::super::Finding::Good);
    }

    #[test]
    fn a_third_place_that_is_gone_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let sample = Config::parse("sample", crate::config::SAMPLE);
        let mut config = sample.unwrap();
        let backup = config.backup.as_mut().unwrap();
        backup.key_file = folder.path().join("backup.key");
        backup.keys.apart = folder.path().join("apart");
        let (key, apart) = (backup.key_file.clone(), backup.keys.apart.clone());
        let finding = |config: &Config| third(config).unwrap().finding;
        // Nothing was backed up yet.
        assert_eq!(finding(&config), super::super::Finding::Good);
        fs::write(key, [1; 32]).unwrap();
        assert_eq!(finding(&config), super::super::Finding::Bad);
        fs::create_dir(apart).unwrap();
        assert_eq!(finding(&config), super::super::Finding::Good);
        config.backup = None;
        assert!(third(&config).is_none());
    }

    #[test]
    fn rights_of_others_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        assert_eq!(there(&path), folder.path());
        assert_eq!(
            rights(&path, folder.path()).finding,
            super::super::Finding::Good
        );
        fs::create_dir(&path).unwrap();
        let mode =
            |mode| fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode));
        mode(0o750).unwrap();
        assert_eq!(rights(&path, &path).finding, super::super::Finding::Bad);
        mode(0o700).unwrap();
        assert_eq!(rights(&path, &path).finding, super::super::Finding::Good);
        assert!(sync(&path).finding < super::super::Finding::Bad);
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0, "it leaves nothing");
    }
}
