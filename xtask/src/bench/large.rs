//! What only shows on a large installation: 100,000 persons with 1,000,000 records.

use std::path::Path;
use std::time::Instant;

use super::figures::{Figures, Row};
use super::server::Server;
use super::{Options, Programs, figures_of, say};
use crate::{Outcome, process};

const PERSONS: u32 = 100_000;
const RECORDS_EACH: u32 = 10;
const ERASED: u32 = 50;

/// What is measured there.
pub const NAMES: &[&str] = &["read-large", "erase", "start-up"];

/// Fill both services, then read, erase and restart.
pub fn run(
    options: &Options,
    programs: &Programs,
    register: &Path,
    folder: &Path,
) -> Outcome<Vec<Row>> {
    if !NAMES.iter().any(|name| options.wants(name, "large")) {
        return Ok(Vec::new());
    }
    let persons = if options.quick {
        PERSONS / 100
    } else {
        PERSONS
    };
    let folder = folder.join("large");
    let mut servers = vec![Server::bare(programs, &folder, true)?];
    if let Some(binary) = &programs.strongroom {
        servers.push(Server::strongroom(binary, register, &folder)?);
    }
    let mut notes = Vec::new();
    for server in &servers {
        say(&format!(
            "seeding {}: {persons} persons with {RECORDS_EACH} records",
            server.name
        ));
        let started = Instant::now();
        let mut seed = server.load(programs);
        seed.arg("seed").args([
            "--persons",
            &persons.to_string(),
            "--records",
            &RECORDS_EACH.to_string(),
        ]);
        process::output(&mut seed)?;
        let (took, mib) = (started.elapsed().as_secs_f64(), server.stored_bytes() >> 20);
        say(&format!(
            "{} was filled in {took:.0} s and holds {mib} MiB",
            server.name
        ));
        notes.push(format!("{} {mib} MiB on disk", server.name));
    }
    let records = persons * RECORDS_EACH;
    let measured =
        |name: &str, connections: u32, arguments: &[&str], note: String| -> Outcome<Row> {
            let mut row = Row::new(name, connections);
            row.note = Some(note);
            for server in &servers {
                let mut load = server.load(programs);
                load.arg("run")
                    .args(["--connections", &connections.to_string()])
                    .args(arguments);
                row.figures.insert(server.name, figures_of(&mut load)?);
            }
            Ok(row)
        };
    let seconds = if options.quick { "1" } else { "10" };
    let mut rows = vec![measured(
        "read-large",
        8,
        &["--work", "read", "--seconds", seconds],
        format!("among {records} records; {}", notes.join(", ")),
    )?];
    let erased = [
        "--work",
        "erase",
        "--warm",
        "0",
        "--seconds",
        "600",
        "--requests",
        &ERASED.to_string(),
    ];
    rows.push(measured(
        "erase",
        1,
        &erased,
        format!("one of {persons} persons, with {RECORDS_EACH} records"),
    )?);
    let mut row = Row::new("start-up", 1);
    row.note = Some(format!(
        "from starting the process to serving, with {records} records"
    ));
    for server in &mut servers {
        server.restart()?;
        let micros = server.ready_after.as_micros();
        let figures = Figures {
            rps: 1e6 / micros as f64,
            p50_us: u64::try_from(micros)?,
            ..Figures::default()
        };
        row.figures.insert(server.name, figures);
    }
    rows.push(row);
    Ok(rows)
}
