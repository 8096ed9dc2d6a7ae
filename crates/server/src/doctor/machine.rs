//! What is of the machine as a whole.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Resource, geteuid, getrlimit};

use super::Look;

/// Open files that a busy node needs: a connection is one.
const OPEN_FILES_MIN: u64 = 16_384;
/// Bytes of memory below which there is none for caches.
const MEMORY_MIN: u64 = 1 << 30;

/// As whom it runs.
pub(super) fn user() -> Look {
    if geteuid().is_root() {
        return Look::doubtful(
            "user",
            "this runs as root",
            "make a user for the service, and run everything as that one (deploy/README.md)",
        );
    }
    Look::good("user", format!("user {}", geteuid().as_raw()))
}

/// Whether somebody keeps the clock right: times of the log, of tokens and of deadlines rest on it.
pub(super) fn clock() -> Look {
    let mend = "run a time service: systemd-timesyncd, chrony or ntpd";
    // What systemd-timesyncd leaves once it has been right.
    if Path::new("/run/systemd/timesync/synchronized").exists() {
        return Look::good("clock", "kept by systemd-timesyncd");
    }
    let told = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    match told.map(|it| String::from_utf8_lossy(&it.stdout).trim().to_owned()) {
        Ok(yes) if yes == "yes" => Look::good("clock", "kept by a time service"),
        Ok(no) if no == "no" => Look::bad("clock", "nobody keeps the clock right", mend),
        _ => Look::doubtful(
            "clock",
            "whether somebody keeps the clock right cannot be told here",
            mend,
        ),
    }
}

/// How many files may be open.
pub(super) fn open_files() -> Look {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let seen = if limit == u64::MAX {
        "no limit".to_owned()
    } else {
        format!("{limit} at once")
    };
    if limit >= OPEN_FILES_MIN {
        return Look::good("open files", seen);
    }
    Look::doubtful(
        "open files",
        seen,
        "each connection is one: LimitNOFILE=65536 in the unit, or `ulimit -n 65536`",
    )
}

/// Core dumps hold keys. The program switches its own off; others of the same user may not.
pub(super) fn core_dumps() -> Look {
    let limit = getrlimit(Resource::Core).current;
    if limit == Some(0) {
        return Look::good(
            "core dumps",
            "off for this user, and the program switches its own off",
        );
    }
    Look::doubtful(
        "core dumps",
        "on for this user; the program switches its own off",
        "LimitCORE=0 in the unit, or `ulimit -c 0`",
    )
}

/// Whether memory may be written to a disk in clear.
pub(super) fn swap() -> Look {
    let Ok(text) = std::fs::read_to_string("/proc/swaps") else {
        return Look::doubtful(
            "swap",
            "whether there is swap cannot be told here",
            "have none, or an encrypted one",
        );
    };
    let clear = in_clear(&text, is_encrypted);
    match clear.as_slice() {
        [] => Look::good("swap", "none in clear"),
        some => Look::bad(
            "swap",
            format!(
                "keys in memory may be written in clear to {}",
                some.join(", ")
            ),
            "`swapoff -a`, MemorySwapMax=0 in the unit, or encrypt it",
        ),
    }
}

/// Which of the areas that `/proc/swaps` names are in clear.
fn in_clear(text: &str, is_encrypted: impl Fn(&str) -> bool) -> Vec<String> {
    text.lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        // Compressed memory is memory.
        .filter(|name| !name.starts_with("/dev/zram"))
        .filter(|name| !is_encrypted(name))
        .map(str::to_owned)
        .collect()
}

/// Whether a device of the device mapper encrypts.
fn is_encrypted(device: &str) -> bool {
    let Ok(device) = std::fs::canonicalize(device) else {
        return false;
    };
    let Some(name) = device.file_name().and_then(|it| it.to_str()) else {
        return false;
    };
    std::fs::read_to_string(format!("/sys/block/{name}/dm/uuid"))
        .is_ok_and(|uuid| uuid.starts_with("CRYPT-"))
}

/// Whether there is memory enough.
pub(super) fn memory() -> Look {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    match total(&text) {
        None => Look::doubtful(
            "memory",
            "how much there is cannot be told here",
            "have 1 GiB at least",
        ),
        Some(bytes) if bytes < MEMORY_MIN => Look::doubtful(
            "memory",
            format!("{} MiB", bytes >> 20),
            "have 1 GiB at least: keys and pages are kept in it",
        ),
        Some(bytes) => Look::good("memory", format!("{} MiB", bytes >> 20)),
    }
}

/// Bytes of memory, as `/proc/meminfo` says.
fn total(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swap_in_clear_is_found() {
        let text = "Filename Type Size Used Priority\n/dev/zram0 partition 1 0 100\n/dev/dm-1 partition 1 0 -2\n/swapfile file 1 0 -3\n";
        assert_eq!(in_clear(text, |it| it == "/dev/dm-1"), ["/swapfile"]);
        assert!(in_clear("Filename Type Size Used Priority\n", |_| false).is_empty());
    }

    #[test]
    fn memory_is_read() {
        assert_eq!(total("MemFree: 1 kB\nMemTotal:  2048 kB\n"), Some(2 << 20));
        assert_eq!(total(""), None);
    }
}
