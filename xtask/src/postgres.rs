//! A private PostgreSQL on a free port of the loopback address, gone when we are.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Scratch};
use crate::{Outcome, install};

/// A running server. Stopped and removed on drop.
pub struct Postgres {
    _scratch: Scratch,
    /// How tests reach it: a superuser without a password, on the loopback address only.
    pub url: String,
    /// What `postgres --version` says.
    pub version: String,
}

impl Postgres {
    /// Find or install PostgreSQL and start it on an empty cluster. `fsync` stays on: durability is what we test.
    pub fn start() -> Outcome<Self> {
        let programs = match programs() {
            Some(programs) => programs,
            None => {
                install::package("postgresql", "PostgreSQL")?;
                programs().ok_or(
                    "PostgreSQL was installed, but initdb and pg_ctl are nowhere to be found",
                )?
            }
        };
        let owner = owner();
        let pg_ctl = programs.join("pg_ctl");
        let scratch = Scratch::new(
            "postgres",
            &format!(
                "cd \"$1\" && {}'{}' -D \"$1/data\" -m immediate -w stop",
                owner
                    .as_ref()
                    .map_or(String::new(), |user| format!("runuser -u {user} -- ")),
                pg_ctl.display()
            ),
        )?;
        let folder = scratch.folder();
        if let Some(user) = &owner {
            process::output(Command::new("chown").arg(user).arg(folder))?;
        }
        let data = folder.join("data");
        let mut initdb = as_owner(owner.as_deref(), &programs.join("initdb"), folder);
        initdb.arg("-D").arg(&data).args([
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]);
        process::output(&mut initdb)?;

        // Somebody may take the free port between our looking and the server's binding: look again.
        let mut attempts = 0;
        let port = loop {
            attempts += 1;
            let port = free_port()?;
            let settings = format!(
                "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c max_connections=300 -c fsync=on -c wal_level=logical -c max_replication_slots=200 -c log_min_messages=warning"
            );
            let mut start = as_owner(owner.as_deref(), &pg_ctl, folder);
            start
                .arg("-D")
                .arg(&data)
                .arg("-l")
                .arg(folder.join("log"))
                .args(["-w", "-t", "60", "-o", &settings, "start"]);
            match process::output(&mut start) {
                Ok(_) => break port,
                Err(error) if attempts == 3 => {
                    let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
                    return Err(format!("{error}\n{log}").into());
                }
                Err(_) => {}
            }
        };
        let version = process::output(Command::new(programs.join("postgres")).arg("--version"))?;
        Ok(Self {
            _scratch: scratch,
            url: format!("postgresql://postgres@127.0.0.1:{port}/postgres"),
            version: version.trim().to_owned(),
        })
    }
}

/// The folder that holds initdb and pg_ctl: from the PATH, else Debian's newest.
fn programs() -> Option<PathBuf> {
    let mut debian: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|folder| {
            folder
                .filter_map(Result::ok)
                .map(|version| version.path())
                .collect()
        })
        .unwrap_or_default();
    debian.sort_by_key(|path: &PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str()?.parse::<u32>().ok())
    });
    let debian: Vec<_> = debian
        .into_iter()
        .rev()
        .map(|path| path.join("bin"))
        .collect();
    // A link on the PATH is followed, so that the other programs beside the real one are found as well.
    let initdb = process::find("initdb", &debian)?.canonicalize().ok()?;
    let folder = initdb.parent()?;
    (folder.join("pg_ctl").is_file() && folder.join("postgres").is_file())
        .then(|| folder.to_path_buf())
}

/// The user to run as: PostgreSQL refuses root.
fn owner() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let known = Command::new("id")
        .arg("postgres")
        .output()
        .is_ok_and(|output| output.status.success());
    Some(if known { "postgres" } else { "nobody" }.to_owned())
}

fn as_owner(owner: Option<&str>, program: &Path, folder: &Path) -> Command {
    let mut command = match owner {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("runuser");
            command.args(["-u", user, "--"]).arg(program);
            command
        }
    };
    command.current_dir(folder);
    command
}

fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
