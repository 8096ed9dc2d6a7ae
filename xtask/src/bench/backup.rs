//! Recovery points: made, made again, verified and restored, beside restic on the same bytes; and what is written while one is made.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::figures::{Row, middle};
use super::server::Server;
use super::{Options, Programs, figures_of, say, took};
use crate::{Outcome, process, restic};

/// What is measured.
pub const NAMES: &[&str] = &[
    "backup-first",
    "backup-again",
    "backup-verify",
    "backup-restore",
    "create-while-backup",
];
/// Files, and how long each is: with what the database holds a gigabyte.
const FILES: u64 = 512;
const FILE_BYTES: u64 = 2 << 20;
const PERSONS: u32 = 2_000;
const RECORDS_EACH: u32 = 50;
/// How often what can be repeated is measured.
const TURNS: usize = 3;
/// How long is written, alone and beside a backup.
const WRITE_SECONDS: u32 = 20;
/// The backup begins so long after the writing.
const BACKUP_AFTER: Duration = Duration::from_secs(3);

/// Fill an installation, and measure.
pub fn run(
    options: &Options,
    programs: &Programs,
    register: &Path,
    folder: &Path,
) -> Outcome<Vec<Row>> {
    let Some(binary) = &programs.strongroom else {
        return Ok(Vec::new());
    };
    if !NAMES.iter().any(|name| options.wants(name, "backup")) {
        return Ok(Vec::new());
    }
    let restic = restic::find()?;
    let folder = folder.join("backup");
    let server = Server::strongroom(binary, register, &folder)?;
    let (files, persons, seconds) = if options.quick {
        (FILES / 32, PERSONS / 32, 3)
    } else {
        (FILES, PERSONS, WRITE_SECONDS)
    };
    say(&format!("filling: {files} files, {persons} persons"));
    server.seed(programs, persons, RECORDS_EACH)?;
    let mut load = server.load(programs);
    load.arg("run").args([
        "--work",
        "file-in",
        "--connections",
        "4",
        "--warm",
        "0",
        "--seconds",
        "600",
        "--requests",
        &files.to_string(),
        "--file-bytes",
        &FILE_BYTES.to_string(),
    ]);
    figures_of(&mut load)?;
    let data = server.data();
    // Beside a running server, as it is always; nobody writes.
    let ours = |args: &[&str]| {
        let mut command = Command::new(binary);
        command.args(args).arg("--data").arg(&data);
        timed(&mut command)
    };
    let place = folder.join("restic");
    let theirs = |args: &[&str]| {
        let mut command = Command::new(&restic);
        command
            .arg("--no-cache")
            .arg("--repo")
            .arg(&place)
            .args(args)
            .env("RESTIC_PASSWORD", "measured");
        timed(&mut command)
    };
    theirs(&["init", "--quiet"])?;
    let source = data.join("data").display().to_string();
    let backup = ["backup", "--quiet", "--exclude", "scratch", &source];
    let (to, beside) = (folder.join("ours"), folder.join("theirs"));
    let (to, beside) = (to.display().to_string(), beside.display().to_string());
    let (first, first_theirs) = (ours(&["backup", "now"])?, theirs(&backup)?);
    // The disk has slow moments: three times in turns, and what lies in the middle counts. A first time there is but once.
    let turns = |ours: &dyn Fn() -> Outcome<f64>, theirs: &dyn Fn() -> Outcome<f64>| {
        let mut took = [Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            took[0].push(ours()?);
            took[1].push(theirs()?);
        }
        let [ours, theirs] = took.map(middle);
        Outcome::Ok((ours, theirs))
    };
    let again = turns(&|| ours(&["backup", "now"]), &|| theirs(&backup))?;
    let verify = turns(&|| ours(&["backup", "verify", "latest"]), &|| {
        theirs(&["check", "--quiet", "--read-data"])
    })?;
    let gone = |to: &str, took: Outcome<f64>| {
        std::fs::remove_dir_all(to)?;
        took
    };
    let restore = turns(
        &|| gone(&to, ours(&["restore", "latest", "--to", &to])),
        &|| {
            gone(
                &beside,
                theirs(&["restore", "latest", "--quiet", "--target", &beside]),
            )
        },
    )?;
    let pairs = [
        ("backup-first", (first, first_theirs)),
        ("backup-again", again),
        ("backup-verify", verify),
        ("backup-restore", restore),
    ];
    let mut alone: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for _ in 0..TURNS {
        let place = folder.join("library");
        std::fs::create_dir_all(place.join("to"))?;
        let mut library = Command::new(&programs.bench);
        library.arg("rustic").arg("--source").arg(data.join("data"));
        library.arg("--repository").arg(place.join("repository"));
        library.arg("--to").arg(place.join("to"));
        let took: BTreeMap<String, f64> = serde_json::from_str(&process::output(&mut library)?)?;
        for (name, seconds) in took {
            alone.entry(name).or_default().push(seconds);
        }
        std::fs::remove_dir_all(place)?;
    }
    let bytes = bytes_beneath(&data.join("data"));
    let mut rows = Vec::new();
    for (name, (ours, theirs)) in pairs {
        say(&format!("{name}: {ours:.2} s, restic {theirs:.2} s"));
        let mut row = Row::new(name, 1);
        row.bytes = Some(bytes);
        row.note = Some(format!(
            "peer: restic on the same files; library: rustic_core alone; {} MiB",
            bytes >> 20
        ));
        row.figures.insert("strongroom", took(ours));
        row.figures.insert("peer", took(theirs));
        let alone = name.strip_prefix("backup-").and_then(|it| alone.get(it));
        let alone = alone.cloned().map(middle);
        let alone = alone.ok_or("the library alone was not measured")?;
        row.figures.insert("library", took(alone));
        rows.push(row);
    }
    rows.push(writing(&server, programs, binary, seconds)?);
    Ok(rows)
}

/// What is written in a while, alone, with one recovery point made meanwhile, and alone again: the database grows, so that what is written
/// beside the backup is held against the windows before and after it together.
fn writing(server: &Server, programs: &Programs, binary: &Path, seconds: u32) -> Outcome<Row> {
    let write = |round: &str| {
        let mut load = server.load(programs);
        load.arg("run").args([
            "--work",
            "create",
            "--connections",
            "8",
            "--warm",
            "1",
            "--seconds",
            &seconds.to_string(),
            "--round",
            round,
        ]);
        figures_of(&mut load)
    };
    let alone = write("1")?;
    let (beside, made) = std::thread::scope(|scope| {
        let made = scope.spawn(|| {
            std::thread::sleep(BACKUP_AFTER);
            let mut command = Command::new(binary);
            command.args(["backup", "now", "--data"]).arg(server.data());
            timed(&mut command).ok()
        });
        let beside = write("2");
        (beside, made.join().ok().flatten())
    });
    let made = made.ok_or("no recovery point was made while others wrote")?;
    let again = write("3")?;
    let mut row = Row::new("create-while-backup", 8);
    row.note = Some(format!(
        "peer: the same without a backup; one was made meanwhile, in {made:.1} s of {seconds} s"
    ));
    row.figures.insert("strongroom", beside?);
    row.figures.insert("peer", alone.with(&again));
    Ok(row)
}

/// Run it, and say how many seconds it took.
fn timed(command: &mut Command) -> Outcome<f64> {
    let begun = Instant::now();
    process::output(command)?;
    Ok(begun.elapsed().as_secs_f64())
}

fn bytes_beneath(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| Some((entry.path(), entry.metadata().ok()?)))
        .map(|(path, meta)| {
            if meta.is_dir() {
                bytes_beneath(&path)
            } else {
                meta.len()
            }
        })
        .sum()
}
