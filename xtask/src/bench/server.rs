//! A server under measurement: a child process on a free port, with a ready file.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Programs, say};
use crate::Outcome;
use crate::process::Killed;

/// Filling itself with a few people and starting should take seconds.
const READY_MAX: Duration = Duration::from_secs(120);

/// Gone when dropped.
pub struct Server {
    /// `bare`, `unlogged` or `strongroom`.
    pub name: &'static str,
    folder: PathBuf,
    _child: Killed,
}

impl Server {
    /// The bare service, with or without its access rows.
    pub fn bare(programs: &Programs, folder: &Path, logged: bool) -> Outcome<Self> {
        let name = if logged { "bare" } else { "unlogged" };
        let mut command = Command::new(&programs.bare);
        if !logged {
            command.arg("--unlogged");
        }
        Self::start(name, command, folder)
    }

    /// Strongroom, as a newcomer starts it, with the collection `bench` in its register.
    pub fn strongroom(binary: &Path, register: &Path, folder: &Path) -> Outcome<Self> {
        let mut command = Command::new(binary);
        command
            .args([
                "demo",
                "--listen",
                "127.0.0.1:0",
                "--persons",
                "5",
                "--register",
            ])
            .arg(register);
        Self::start("strongroom", command, folder)
    }

    fn start(name: &'static str, mut command: Command, folder: &Path) -> Outcome<Self> {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder)?;
        let log = folder.join("output");
        let ready = folder.join("ready.json");
        command
            .arg("--data")
            .arg(folder.join("data"))
            .arg("--ready-file")
            .arg(&ready);
        std::fs::create_dir_all(folder.join("data"))?;
        let output = std::fs::File::create(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()?;
        let mut child = Killed(child);
        let started = Instant::now();
        while !ready.exists() {
            if child.0.try_wait()?.is_some() || started.elapsed() > READY_MAX {
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                return Err(format!("{name} did not start:\n{}", said.trim_end()).into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        say(&format!(
            "{name} is ready after {:.2} s",
            started.elapsed().as_secs_f64()
        ));
        Ok(Self {
            name,
            folder,
            _child: child,
        })
    }

    /// The load generator, aimed at this server.
    pub fn load(&self, programs: &Programs) -> Command {
        let mut command = Command::new(&programs.load);
        command
            .arg("--ready")
            .arg(self.folder.join("ready.json"))
            .arg("--seed")
            .arg(self.folder.join("seed.json"));
        command
    }
}
