//! The figures as a person reads them, and the goals.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use super::figures::{Figures, Row};

/// A goal and how it stands.
pub struct Goal {
    /// What was asked.
    pub text: String,
    /// What was measured.
    pub measured: String,
    /// Whether it holds.
    pub held: bool,
}

/// Strongroom's throughput over bare's, at the most connections.
const THROUGHPUT_MIN: f64 = 0.7;
/// Strongroom's median over bare's, there.
const MEDIAN_MAX: f64 = 1.5;
/// Server CPU of one create or read over bare's, in microseconds.
const CPU_OVER_MAX: f64 = 150.0;
/// Operations with a rate to reach: name and rate per second.
const RATES: [(&str, f64); 2] = [("log-append", 30_000.0), ("new-keys", 10_000.0)];
/// Our sealing of a file over the raw cipher.
const CIPHER_MIN: f64 = 0.5;
/// Our CPU for a token or an introspection over the peer's.
const ISSUER_MAX: f64 = 0.5;

/// What a person does, and how long it may take, in microseconds: by p99.
const SPANS: [(&str, u64); 4] = [
    ("withdraw", 100_000),
    ("withdraw-nodes", 1_000_000),
    ("erase-unreadable", 1_000_000),
    ("erase-answered", 1_000_000),
];
/// A recovery point takes at most so much of the time that the library takes which stores it.
const LIBRARY_MAX: f64 = 1.2;
/// A thousand persons are erased again within this before a restored installation serves anybody.
const GATE_MAX_US: u64 = 1_000_000;
/// A backup takes at most a tenth of what is written meanwhile.
const WHILE_BACKUP_MIN: f64 = 0.9;
/// The same of each page of theirs.
const PAGE_MAX_US: u64 = 200_000;
/// Megabytes a second at which everything is taken along, and by how much more the server may grow meanwhile when it is twice as much.
const TAKE_ALONG_MIN: f64 = 50.0;
const TAKE_ALONG_MORE_KIB: u64 = 8 << 10;

/// The goals of a person of whom much is kept.
fn of_person(row: &Row, ours: &Figures) -> Vec<Goal> {
    let mut goals = Vec::new();
    let most = if row.name.starts_with("page ") {
        Some(PAGE_MAX_US)
    } else {
        let found = SPANS.iter().find(|(name, _)| *name == row.name);
        found.map(|(_, most)| *most)
    };
    if let Some(most) = most {
        goals.push(Goal {
            text: format!("{}: at most {} (p99)", row.name, span(most as f64)),
            measured: span(ours.p99_us as f64),
            held: ours.p99_us <= most && ours.wrong == 0,
        });
    }
    if let (true, Some(bytes)) = (row.name == "take-along", row.bytes) {
        let rate = ours.rps * bytes as f64 / 1e6;
        goals.push(Goal {
            text: format!("take-along: at least {TAKE_ALONG_MIN:.0} MB/s"),
            measured: format!("{rate:.0} MB/s"),
            held: rate >= TAKE_ALONG_MIN,
        });
    }
    goals
}

/// Whether memory grows with what is taken along.
fn of_memory(rows: &[Row]) -> Option<Goal> {
    let grown = |name: &str| {
        let row = rows.iter().find(|row| row.name == name)?;
        Some(row.figures.get("strongroom")?.grown_kib)
    };
    let (once, twice) = (grown("take-along")?, grown("take-along-more")?);
    Some(Goal {
        text: format!(
            "take-along: memory grows by at most {} MiB more with twice as much",
            TAKE_ALONG_MORE_KIB >> 10
        ),
        measured: format!("{} MiB, then {} MiB", once >> 10, twice >> 10),
        held: twice <= once + TAKE_ALONG_MORE_KIB,
    })
}

/// What a backup is held to: restic, and writing without one.
fn of_backup(row: &Row) -> Vec<Goal> {
    let figure = |name: &str| row.figures.get(name);
    let (Some(ours), Some(peer)) = (figure("strongroom"), figure("peer")) else {
        return Vec::new();
    };
    if row.name.starts_with("backup-") {
        let within = |whose: &str, theirs: &Figures, most: f64| {
            let share = ours.p50_us as f64 / theirs.p50_us as f64;
            Goal {
                text: format!("{}: in at most {most} of {whose}'s time", row.name),
                measured: format!("{share:.2}"),
                held: share <= most,
            }
        };
        let library = figure("library").map(|it| within("rustic_core", it, LIBRARY_MAX));
        return [within("restic", peer, 1.0)]
            .into_iter()
            .chain(library)
            .collect();
    }
    if row.name != "create-while-backup" {
        return Vec::new();
    }
    let share = ours.rps / peer.rps;
    vec![Goal {
        text: format!(
            "{}: at least {WHILE_BACKUP_MIN} of what is written without one",
            row.name
        ),
        measured: format!("{share:.2}"),
        held: share >= WHILE_BACKUP_MIN,
    }]
}

/// The goals that the measured rows speak about.
pub fn goals(rows: &[Row]) -> Vec<Goal> {
    let mut goals = Vec::new();
    for row in rows {
        let (bare, ours, peer) = (
            row.figures.get("bare"),
            row.figures.get("strongroom"),
            row.figures.get("peer"),
        );
        let name = format!("{} x{}", row.name, row.connections);
        if let Some(ours) = ours {
            goals.extend(of_person(row, ours));
        }
        if let (Some(bare), Some(ours)) = (bare, ours) {
            if row.connections == 64 {
                let (throughput, median) =
                    (ours.rps / bare.rps, ours.p50_us as f64 / bare.p50_us as f64);
                goals.push(Goal {
                    text: format!("{name}: at least {THROUGHPUT_MIN} of bare's throughput"),
                    measured: format!("{throughput:.2}"),
                    held: throughput >= THROUGHPUT_MIN,
                });
                goals.push(Goal {
                    text: format!("{name}: at most {MEDIAN_MAX} of bare's median"),
                    measured: format!("{median:.2}"),
                    held: median <= MEDIAN_MAX,
                });
            }
            if matches!(row.name.as_str(), "create" | "read") {
                let over = ours.cpu_us - bare.cpu_us;
                goals.push(Goal {
                    text: format!("{name}: at most {CPU_OVER_MAX:.0} us of CPU over bare"),
                    measured: format!("{over:.0} us"),
                    held: over <= CPU_OVER_MAX,
                });
            }
        }
        if let Some(ours) = ours.filter(|_| row.name == "gate") {
            goals.push(Goal {
                text: format!("gate: within {}", span(GATE_MAX_US as f64)),
                measured: span(ours.p50_us as f64),
                held: ours.p50_us <= GATE_MAX_US,
            });
        }
        for (rated, rate) in RATES {
            if let Some(ours) = ours.filter(|_| row.name == rated) {
                goals.push(Goal {
                    text: format!("{rated}: at least {rate:.0} per second"),
                    measured: format!("{:.0}", ours.rps),
                    held: ours.rps >= rate,
                });
            }
        }
        let issues = row.name.starts_with("token-") || row.name == "introspect";
        if let (true, Some(peer), Some(ours)) = (issues, peer, ours) {
            let share = ours.cpu_us / peer.cpu_us;
            goals.push(Goal {
                text: format!("{name}: at most {ISSUER_MAX} of the peer's CPU"),
                measured: format!("{share:.2}"),
                held: share <= ISSUER_MAX,
            });
        }
        if let (true, Some(peer), Some(ours)) = (row.name.starts_with("cipher"), peer, ours) {
            let share = ours.rps / peer.rps;
            goals.push(Goal {
                text: format!(
                    "{}: at least {CIPHER_MIN} of the raw cipher's speed",
                    row.name
                ),
                measured: format!("{share:.2}"),
                held: share >= CIPHER_MIN,
            });
        }
    }
    for row in rows {
        goals.extend(of_backup(row));
    }
    goals.extend(of_memory(rows));
    goals
}

/// The goals as a table.
pub fn goals_markdown(goals: &[Goal]) -> String {
    if goals.is_empty() {
        return String::new();
    }
    // Invariant: writing to a String does not fail.
    let mut text = String::from("| goal | measured | |\n|---|---:|---|\n");
    for goal in goals {
        _ = writeln!(
            text,
            "| {} | {} | {} |",
            goal.text,
            goal.measured,
            if goal.held { "held" } else { "**missed**" }
        );
    }
    text
}

/// The figures as a table.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| work | connections | service | per second | median | p99 | server CPU each | memory |\n|---|---:|---|---:|---:|---:|---:|---:|\n",
    );
    for row in rows {
        for name in ["bare", "unlogged", "strongroom", "peer", "library"] {
            if let Some(figures) = row.figures.get(name) {
                let rate = row.bytes.map_or_else(
                    || count(figures.rps),
                    |bytes| format!("{:.0} MiB", figures.rps * bytes as f64 / f64::from(1 << 20)),
                );
                let wrong = if figures.wrong == 0 {
                    String::new()
                } else {
                    format!(
                        " **{} wrong: {}**",
                        figures.wrong,
                        figures.complaint.as_deref().unwrap_or_default()
                    )
                };
                _ = writeln!(
                    text,
                    "| {} | {} | {name}{wrong} | {rate} | {} | {} | {} | {} |",
                    row.name,
                    row.connections,
                    span(figures.p50_us as f64),
                    span(figures.p99_us as f64),
                    span(figures.cpu_us),
                    memory(figures),
                );
            }
        }
        if let Some(note) = &row.note {
            _ = writeln!(text, "| | | {note} | | | | | |");
        }
    }
    text
}

fn count(rate: f64) -> String {
    if rate < 100.0 {
        format!("{rate:.1}")
    } else {
        format!("{rate:.0}")
    }
}

fn span(micros: f64) -> String {
    match micros {
        0.0 => String::new(),
        micros if micros >= 1e6 => format!("{:.2} s", micros / 1e6),
        micros if micros >= 1e4 => format!("{:.1} ms", micros / 1e3),
        micros => format!("{micros:.0} us"),
    }
}

fn memory(figures: &Figures) -> String {
    if figures.rss_kib == 0 {
        String::new()
    } else {
        format!("{} MiB", figures.rss_kib >> 10)
    }
}

/// A sentence about the machine, with what bounds a durable commit: one write and fdatasync on its disk.
pub fn machine(folder: &Path, rounds: usize, seconds: f64) -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unnamed processor", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let sync = fdatasync(folder).map_or_else(|_| "unknown".to_owned(), span);
    format!(
        "{model}, {cores} cores, shared by load and server; a write with fdatasync takes {sync} (median); {rounds} rounds of {seconds} s, medians.\n"
    )
}

/// Median microseconds of a 4 KiB append with fdatasync.
fn fdatasync(folder: &Path) -> std::io::Result<f64> {
    let path = folder.join("sync");
    let mut file = File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..100 {
        let started = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
    std::fs::remove_file(path)?;
    times.sort_by(f64::total_cmp);
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, connections: u32, bare: Figures, ours: Figures) -> Row {
        let mut row = Row::new(name, connections);
        row.figures.insert("bare", bare);
        row.figures.insert("strongroom", ours);
        row
    }

    #[test]
    fn goals_are_held_or_missed() {
        let bare = Figures {
            rps: 1000.0,
            p50_us: 100,
            cpu_us: 50.0,
            ..Figures::default()
        };
        let good = Figures {
            rps: 700.0,
            p50_us: 150,
            cpu_us: 200.0,
            ..Figures::default()
        };
        let bad = Figures {
            rps: 699.0,
            p50_us: 151,
            cpu_us: 201.0,
            ..Figures::default()
        };
        assert!(
            goals(&[row("create", 64, bare.clone(), good)])
                .iter()
                .all(|goal| goal.held)
        );
        let missed = goals(&[row("create", 64, bare, bad)]);
        assert_eq!(missed.len(), 3);
        assert!(missed.iter().all(|goal| !goal.held));
    }

    #[test]
    fn what_a_person_waits_for_is_held_or_missed() {
        let alone = |name: &str, ours: Figures| {
            let mut row = Row::new(name, 1);
            row.bytes = (name == "take-along").then_some(100_000_000);
            row.figures.insert("strongroom", ours);
            goals(&[row])
        };
        let slow = Figures {
            rps: 0.4,
            p99_us: 1_000_001,
            ..Figures::default()
        };
        let quick = Figures {
            rps: 0.6,
            p99_us: 90_000,
            ..Figures::default()
        };
        for (name, count) in [
            ("page /portal", 1),
            ("withdraw", 1),
            ("withdraw-nodes", 1),
            ("erase-answered", 1),
            ("take-along", 1),
            ("erase-beside", 0),
        ] {
            let (missed, held) = (alone(name, slow.clone()), alone(name, quick.clone()));
            assert_eq!((missed.len(), held.len()), (count, count), "{name}");
            assert!(missed.iter().all(|goal| !goal.held), "{name}");
            assert!(held.iter().all(|goal| goal.held), "{name}");
        }
    }

    #[test]
    fn memory_that_grows_with_the_size_is_seen() {
        let row = |name: &str, mib: u64| {
            let mut row = Row::new(name, 1);
            let ours = Figures {
                grown_kib: mib << 10,
                ..Figures::default()
            };
            row.figures.insert("strongroom", ours);
            row
        };
        for (twice, held) in [(48, true), (49, false)] {
            let rows = [row("take-along", 40), row("take-along-more", twice)];
            let goals = goals(&rows);
            assert_eq!(goals.len(), 1);
            assert_eq!(goals[0].held, held, "{}", goals[0].measured);
        }
    }

    #[test]
    fn wrong_answers_are_shown() {
        let wrong = Figures {
            wrong: 3,
            complaint: Some("404".to_owned()),
            ..Figures::default()
        };
        assert!(
            markdown(&[row("read", 1, Figures::default(), wrong)]).contains("**3 wrong: 404**")
        );
    }
}
