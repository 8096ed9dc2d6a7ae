//! A person of whom much is kept: their pages, taking all of it along, taking back what was let, deleting it. And a withdrawal on one of two
//! servers over one PostgreSQL.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::figures::Row;
use super::server::Server;
use super::{Options, Programs, say};
use crate::postgres::Postgres;
use crate::{Outcome, process};

/// Records of the person.
const RECORDS: u64 = 100_000;
/// Files of theirs, and how long each is.
const FILES: u64 = 10;
const FILE_BYTES: u64 = 4 << 20;

/// Fill a person on a server of their own, and measure.
pub fn run(
    options: &Options,
    programs: &Programs,
    register: &Path,
    folder: &Path,
) -> Outcome<Vec<Row>> {
    let Some(binary) = &programs.strongroom else {
        return Ok(Vec::new());
    };
    let folder = folder.join("person");
    let mut rows = Vec::new();
    if options.wants("one-person", "person") {
        let server = Server::strongroom(binary, register, &folder.join("one"))?;
        rows.extend(measured(programs, &server, None, options)?);
    }
    if options.wants("withdraw-nodes", "person") {
        rows.extend(nodes(options, programs, register, &folder)?);
    }
    Ok(rows)
}

fn nodes(
    options: &Options,
    programs: &Programs,
    register: &Path,
    folder: &Path,
) -> Outcome<Vec<Row>> {
    let Some(binary) = &programs.strongroom else {
        return Ok(Vec::new());
    };
    let postgres = Postgres::start()?;
    let (data, keys) = (
        postgres.database("data", folder)?,
        postgres.database("keys", folder)?,
    );
    let first = Server::over_postgres(binary, register, (&data, &keys), &folder.join("a"))?;
    // The other node has the same folder, and so the same configuration, root key and files.
    let beside = folder.join("b").join(first.name);
    std::fs::create_dir_all(&beside)?;
    std::os::unix::fs::symlink(first.data(), beside.join("data"))?;
    let second = Server::over_postgres(binary, register, (&data, &keys), &folder.join("b"))?;
    measured(programs, &first, Some(&second), options)
}

fn measured(
    programs: &Programs,
    server: &Server,
    other: Option<&Server>,
    options: &Options,
) -> Outcome<Vec<Row>> {
    // Across nodes the size does not matter: what is asked for is one row.
    let records = if options.quick || other.is_some() {
        RECORDS / 100
    } else {
        RECORDS
    };
    say(&format!("filling a person with {records} records"));
    let mut command = Command::new(&programs.bench);
    command
        .arg("person")
        .arg("--ready")
        .arg(server.ready_file());
    if let Some(other) = other {
        command.arg("--other").arg(other.ready_file());
    }
    command.args(["--records", &records.to_string()]);
    command.args(["--files", &FILES.to_string()]);
    command.args(["--file-bytes", &FILE_BYTES.to_string()]);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{} failed", process::shown(&command)).into());
    }
    let rows: Vec<Row> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .map(|value| Row::from_json(&value))
        .collect();
    for row in &rows {
        if let Some(figures) = row.figures.get("strongroom") {
            say(&format!(
                "{:<40} p50 {:>8} us  p99 {:>8} us  {}",
                row.name,
                figures.p50_us,
                figures.p99_us,
                row.note.as_deref().unwrap_or_default()
            ));
        }
    }
    Ok(rows)
}

impl Postgres {
    /// Make an empty database; the file that holds its URL, readable by nobody else.
    fn database(&self, name: &str, folder: &Path) -> Outcome<PathBuf> {
        use std::os::unix::fs::PermissionsExt;

        let sql = format!("CREATE DATABASE {name}");
        process::output(Command::new("psql").args([self.url.as_str(), "-c", &sql]))?;
        std::fs::create_dir_all(folder)?;
        let file = folder.join(format!("{name}.url"));
        let (server, _) = self
            .url
            .rsplit_once('/')
            .ok_or("the server's URL has no database")?;
        std::fs::write(&file, format!("{server}/{name}"))?;
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600))?;
        Ok(file)
    }
}
