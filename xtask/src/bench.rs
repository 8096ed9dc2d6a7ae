//! `cargo xtask bench`: Strongroom beside the same service without protection, in one run on one machine.
//!
//! The servers are started together and measured in turns, round by round, so that a slow minute of the machine meets all of them alike;
//! what is shown is the median round.

mod backup;
mod figures;
mod large;
mod oauth;
mod person;
mod rebuilt;
mod server;
mod table;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::Args;
use serde_json::Value;

use crate::process::Scratch;
use crate::{Outcome, docs, process, root, served};
use figures::{Figures, Row};
use server::Server;

/// Options of `bench`.
#[derive(Args)]
pub struct Options {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Measure only this (may be given several times), e.g. http, create, read, batch, list, file-in, file-out; oauth, token-opaque, token-es256, introspect; large, erase, start-up; person, one-person, withdraw-nodes; backup, backup-first, create-while-backup; rebuilt, restore-large, gate; ops, cipher, keys, log.
    #[arg(long)]
    only: Vec<String>,
    /// One short round: to see that it works, not to quote.
    #[arg(long)]
    quick: bool,
    /// Without optimisation: to see that it works while compiling is slow.
    #[arg(long)]
    dev: bool,
    /// Rounds; the median counts.
    #[arg(long)]
    rounds: Option<usize>,
    /// Leave Strongroom out, e.g. while it does not build.
    #[arg(long)]
    bare_only: bool,
}

/// One workload over HTTPS.
struct Http {
    name: &'static str,
    connections: u32,
    /// Files are counted, all else is timed.
    file: bool,
}

const HTTP: &[Http] = &[
    Http {
        name: "create",
        connections: 1,
        file: false,
    },
    Http {
        name: "create",
        connections: 8,
        file: false,
    },
    Http {
        name: "create",
        connections: 64,
        file: false,
    },
    Http {
        name: "read",
        connections: 1,
        file: false,
    },
    Http {
        name: "read",
        connections: 8,
        file: false,
    },
    Http {
        name: "read",
        connections: 64,
        file: false,
    },
    Http {
        name: "batch",
        connections: 8,
        file: false,
    },
    Http {
        name: "list",
        connections: 8,
        file: false,
    },
    Http {
        name: "file-in",
        connections: 1,
        file: true,
    },
    Http {
        name: "file-out",
        connections: 1,
        file: true,
    },
];

/// What is measured inside one process, by the binary `ops`, and the rows that each part gives.
const OPS: &[(&str, &[&str])] = &[
    ("cipher", &["cipher-seal", "cipher-open"]),
    (
        "keys",
        &["new-keys", "new-keys-singly", "rewrap", "destroy-keys"],
    ),
    ("log", &["log-append", "log-prove", "log-verify"]),
    ("policy", &["authorise", "authorise-first"]),
];

/// The collection that is measured.
const REGISTER: &str = "bench/register/bench.toml";

/// Size of the file that goes in and out.
const FILE_BYTES: u64 = 256 << 20;

/// How much of everything.
struct Effort {
    rounds: usize,
    warm: f64,
    seconds: f64,
    persons: u32,
    records: u32,
    file_bytes: u64,
    files: u32,
}

impl Options {
    fn wants(&self, name: &str, group: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name || only == group)
    }

    fn effort(&self) -> Effort {
        let (rounds, warm, seconds, file_bytes, files) = if self.quick {
            (1, 0.3, 1.5, FILE_BYTES >> 3, 1)
        } else {
            (3, 1.0, 4.0, FILE_BYTES, 2)
        };
        Effort {
            rounds: self.rounds.unwrap_or(rounds),
            warm,
            seconds,
            persons: 500,
            records: 50,
            file_bytes,
            files,
        }
    }
}

/// Measure and print. It holds when every goal does.
pub fn run(options: &Options) -> Outcome<bool> {
    let root = root()?;
    let effort = options.effort();
    let profile = if options.dev { "dev" } else { "release" };
    say(&format!("building ({profile})"));
    let programs = Programs::build(&root, profile, !options.bare_only)?;
    let scratch = Scratch::new("bench", served::UNDO)?;
    let mut rows = http(options, &effort, &programs, &root, scratch.folder())?;
    rows.extend(oauth::run(
        options,
        &effort,
        &programs,
        &root,
        scratch.folder(),
    )?);
    rows.extend(large::run(
        options,
        &programs,
        &root.join(REGISTER),
        scratch.folder(),
    )?);
    rows.extend(person::run(
        options,
        &programs,
        &root.join(REGISTER),
        scratch.folder(),
    )?);
    rows.extend(backup::run(
        options,
        &programs,
        &root.join(REGISTER),
        scratch.folder(),
    )?);
    rows.extend(rebuilt::run(
        options,
        &programs,
        &root.join(REGISTER),
        scratch.folder(),
    )?);
    rows.extend(ops(options, &programs, scratch.folder())?);
    if rows.is_empty() {
        return Err("nothing is named so; see --help".into());
    }
    let goals = table::goals(&rows);
    if options.json {
        println!("{}", Value::Array(rows.iter().map(Row::json).collect()));
    } else {
        println!(
            "{}",
            table::machine(scratch.folder(), effort.rounds, effort.seconds)
        );
        println!("{}", table::markdown(&rows));
        println!("{}", table::goals_markdown(&goals));
    }
    Ok(goals.iter().all(|goal| goal.held) && rows.iter().all(Row::is_right))
}

/// Where the built binaries are.
struct Programs {
    bench: PathBuf,
    strongroom: Option<PathBuf>,
}

impl Programs {
    fn build(root: &Path, profile: &str, strongroom: bool) -> Outcome<Self> {
        // Both in one call: each alone would be built with features of its own, and all that is beneath them twice.
        let mut cargo = process::cargo();
        cargo.args(["build", "--profile", profile, "--quiet", "--bins"]);
        cargo.args(["--package", "strongroom-bench"]);
        if strongroom {
            cargo.args(["--package", "strongroom"]);
        }
        cargo.args(["--message-format", "json-render-diagnostics"]);
        let output = cargo.current_dir(root).stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err("the programs do not build".into());
        }
        let built = String::from_utf8_lossy(&output.stdout);
        let strongroom = strongroom
            .then(|| docs::executable(&built, "strongroom"))
            .flatten();
        Ok(Self {
            bench: docs::executable(&built, "strongroom-bench")
                .ok_or("there is no binary `strongroom-bench`")?,
            strongroom,
        })
    }
}

/// Something that was done once, in so many seconds.
fn took(seconds: f64) -> Figures {
    Figures {
        rps: 1.0 / seconds.max(1e-6),
        p50_us: (seconds * 1e6) as u64,
        ..Figures::default()
    }
}

fn http(
    options: &Options,
    effort: &Effort,
    programs: &Programs,
    root: &Path,
    folder: &Path,
) -> Outcome<Vec<Row>> {
    let wanted: Vec<_> = HTTP
        .iter()
        .filter(|work| options.wants(work.name, "http"))
        .collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut servers = vec![
        Server::bare(programs, folder, true)?,
        Server::bare(programs, folder, false)?,
    ];
    if let Some(binary) = &programs.strongroom {
        servers.push(Server::strongroom(binary, &root.join(REGISTER), folder)?);
    }
    for server in &servers {
        say(&format!(
            "seeding {}: {} persons with {} records",
            server.name, effort.persons, effort.records
        ));
        let mut seed = server.load(programs);
        seed.arg("seed").args([
            "--persons",
            &effort.persons.to_string(),
            "--records",
            &effort.records.to_string(),
        ]);
        process::output(&mut seed)?;
    }
    in_turns(&servers, &wanted, effort, programs)
}

/// Measure each workload on each server, round by round, in an order that moves on.
fn in_turns(
    servers: &[Server],
    works: &[&Http],
    effort: &Effort,
    programs: &Programs,
) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    let mut serial = 0_u32;
    for work in works {
        let mut rounds: Vec<Vec<Figures>> = servers.iter().map(|_| Vec::new()).collect();
        for round in 0..effort.rounds {
            let mut order: Vec<usize> = (0..servers.len()).collect();
            order.rotate_left(round % servers.len());
            for at in order {
                let (Some(server), Some(seen)) = (servers.get(at), rounds.get_mut(at)) else {
                    continue;
                };
                serial += 1;
                let figures = measure(server, work, effort, programs, serial)?;
                say(&format!(
                    "{} x{} {:<10} {:>9.1} req/s  p50 {:>7} us  p99 {:>7} us  cpu {:>7.1} us",
                    work.name,
                    work.connections,
                    server.name,
                    figures.rps,
                    figures.p50_us,
                    figures.p99_us,
                    figures.cpu_us
                ));
                seen.push(figures);
            }
        }
        let mut row = Row::new(work.name, work.connections);
        row.bytes = work.file.then_some(effort.file_bytes);
        for (server, rounds) in servers.iter().zip(&rounds) {
            row.figures.insert(server.name, Figures::median(rounds));
        }
        rows.push(row);
    }
    Ok(rows)
}

fn measure(
    server: &Server,
    work: &Http,
    effort: &Effort,
    programs: &Programs,
    serial: u32,
) -> Outcome<Figures> {
    let mut load = server.load(programs);
    load.arg("run").args([
        "--work",
        work.name,
        "--connections",
        &work.connections.to_string(),
        "--round",
        &serial.to_string(),
    ]);
    if work.file {
        load.args([
            "--warm",
            "0",
            "--seconds",
            "600",
            "--requests",
            &effort.files.to_string(),
            "--file-bytes",
            &effort.file_bytes.to_string(),
        ]);
    } else {
        load.args([
            "--warm",
            &effort.warm.to_string(),
            "--seconds",
            &effort.seconds.to_string(),
        ]);
    }
    figures_of(&mut load)
}

/// What a measuring program prints; wrong answers are kept in the figures and shown.
fn figures_of(command: &mut Command) -> Outcome<Figures> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    let value: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{} failed", process::shown(command)))?;
    Ok(Figures::from_json(&value))
}

fn ops(options: &Options, programs: &Programs, folder: &Path) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, parts) in OPS {
        if !options.wants(name, "ops") && !parts.iter().any(|part| options.wants(part, "ops")) {
            continue;
        }
        let started = Instant::now();
        let data = folder.join(name);
        std::fs::create_dir_all(&data)?;
        let mut command = Command::new(&programs.bench);
        command.arg("ops").arg(name).arg("--data").arg(&data);
        if options.quick {
            command.arg("--quick");
        }
        let output = command
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()?;
        // A line of JSON per figure: several for an operation with parts.
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            say(&format!("{name} failed"));
            rows.push(Row::failed(name));
        }
        rows.extend(
            lines
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .map(|value| Row::from_json(&value)),
        );
        say(&format!(
            "{name} took {:.1} s",
            started.elapsed().as_secs_f64()
        ));
    }
    Ok(rows)
}

/// Progress goes to standard error: standard output is for the figures.
fn say(text: &str) {
    eprintln!("[bench] {text}");
}
