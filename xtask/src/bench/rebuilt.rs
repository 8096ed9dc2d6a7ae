//! A large installation, put into a folder from its recovery point: with keys, logs and the gate behind which a thousand are erased again.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use super::figures::Row;
use super::server::Server;
use super::{Options, Programs, figures_of, say, took};
use crate::{Outcome, process};

/// What is measured.
pub const NAMES: &[&str] = &["restore-large", "gate"];
const PERSONS: u32 = 20_000;
const RECORDS_EACH: u32 = 50;
const FILES: u32 = 10_000;
/// The smallest that is sent.
const FILE_BYTES: u32 = 256 << 10;
const ERASED: u32 = 1_000;

/// Fill an installation, make a point, erase, restore.
pub fn run(
    options: &Options,
    programs: &Programs,
    register: &Path,
    folder: &Path,
) -> Outcome<Vec<Row>> {
    let Some(binary) = &programs.strongroom else {
        return Ok(Vec::new());
    };
    if !NAMES.iter().any(|name| options.wants(name, "rebuilt")) {
        return Ok(Vec::new());
    }
    let folder = folder.join("rebuilt");
    let server = Server::strongroom(binary, register, &folder)?;
    let less = if options.quick { 50 } else { 1 };
    let (persons, files, erased) = (PERSONS / less, FILES / less, ERASED / less);
    let records = persons * RECORDS_EACH;
    say(&format!("filling: {records} records, {files} files"));
    server.seed(programs, persons, RECORDS_EACH)?;
    let load = |work: &str, requests: u32, more: &[&str]| {
        let mut load = server.load(programs);
        load.arg("run").args(["--work", work, "--connections", "4"]);
        load.args(["--warm", "0", "--seconds", "900"]);
        load.args(["--requests", &requests.to_string()]).args(more);
        figures_of(&mut load)
    };
    load("file-in", files, &["--file-bytes", &FILE_BYTES.to_string()])?;
    let data = server.data();
    let ours = |args: &[&str]| {
        let mut command = Command::new(binary);
        command.args(args).arg("--data").arg(&data);
        let begun = Instant::now();
        let said = process::output(&mut command)?;
        Outcome::Ok((said, begun.elapsed().as_secs_f64()))
    };
    let (_, made) = ours(&["backup", "now"])?;
    say(&format!("a recovery point was made in {made:.1} s"));
    load("erase", erased, &[])?;
    // What was erased is in no backup of the keys any more, nor opens it with those that were restored.
    ours(&["backup", "keys"])?;
    let to = folder.join("restored").display().to_string();
    let (said, seconds) = ours(&["restore", "latest", "--to", &to, "--json"])?;
    let said: Value = serde_json::from_str(&said)?;
    let told = |name: &str| said.get(name).and_then(Value::as_f64);
    if told("erased_again") != Some(f64::from(erased)) {
        return Err(format!("not {erased} were erased again: {said}").into());
    }
    let gate = told("gate_seconds").ok_or("the gate did not say how long it took")?;
    let bytes = told("bytes").unwrap_or_default();
    let mut restored = Row::new("restore-large", 1);
    restored.bytes = Some(bytes as u64);
    restored.note = Some(format!(
        "{records} records, {files} files, keys, log and gate: {:.0} records a second",
        f64::from(records) / seconds
    ));
    restored.figures.insert("strongroom", took(seconds));
    let mut passed = Row::new("gate", 1);
    passed.note = Some(format!("{erased} persons erased again"));
    passed.figures.insert("strongroom", took(gate));
    Ok(vec![restored, passed])
}
