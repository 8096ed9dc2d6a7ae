//! What the kernel says about a server: CPU time used and memory held.

use std::time::Duration;

use crate::Outcome;

/// Readings of one process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading {
    /// User and system time of all its threads so far.
    pub cpu: Duration,
    /// Resident memory now, in KiB.
    pub rss_kib: u64,
    /// The most resident memory so far, in KiB.
    pub peak_kib: u64,
}

/// Read `/proc/PID`. CPU time comes in steps of a hundredth of a second, which is fine over seconds.
///
/// # Errors
/// When there is no such process, or no `/proc` on this system.
pub fn read(pid: u32) -> Outcome<Reading> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    Ok(Reading {
        cpu: cpu(&stat).ok_or("/proc/PID/stat has an unknown shape")?,
        rss_kib: kib(&status, "VmRSS:").ok_or("/proc/PID/status has no VmRSS")?,
        peak_kib: kib(&status, "VmHWM:").ok_or("/proc/PID/status has no VmHWM")?,
    })
}

/// From now on the most memory is counted anew.
///
/// # Errors
/// When there is no such process, or it is somebody else's.
pub fn forget_peak(pid: u32) -> Outcome {
    // 5: reset the peak (proc(5)).
    Ok(std::fs::write(format!("/proc/{pid}/clear_refs"), "5")?)
}

/// Fields 14 and 15 (utime, stime), counted behind the command's closing parenthesis, which is field 2 and may hold anything.
fn cpu(stat: &str) -> Option<Duration> {
    const TICKS_PER_SECOND: u64 = 100; // USER_HZ, which is 100 on every architecture that we build for.
    let (_, behind) = stat.rsplit_once(')')?;
    let mut fields = behind.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis(
        (user + system) * 1000 / TICKS_PER_SECOND,
    ))
}

fn kib(status: &str, name: &str) -> Option<u64> {
    status.lines().find_map(|line| {
        line.strip_prefix(name)?
            .trim()
            .strip_suffix(" kB")?
            .parse()
            .ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_with_a_strange_command_is_read() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 3 0 100 1 1";
        assert_eq!(cpu(stat), Some(Duration::from_secs(2)));
    }

    #[test]
    fn memory_is_read() {
        assert_eq!(
            kib("Name:\tx\nVmHWM:\t   2048 kB\nVmRSS:\t 1024 kB\n", "VmRSS:"),
            Some(1024)
        );
    }
}
