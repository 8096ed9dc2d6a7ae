//! A server under measurement: a child process on a free port, with a ready file.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{Programs, say};
use crate::process::Killed;
use crate::{Outcome, process, served};

/// How long it may take to stop when told.
const STOP_MAX: Duration = Duration::from_secs(60);

/// Gone when dropped.
pub struct Server {
    /// `bare`, `unlogged` or `strongroom`.
    pub name: &'static str,
    folder: PathBuf,
    program: PathBuf,
    arguments: Vec<String>,
    child: Killed,
    /// From starting the process to its ready file.
    pub ready_after: Duration,
}

impl Server {
    /// The bare service, with or without its access rows.
    pub fn bare(programs: &Programs, folder: &Path, logged: bool) -> Outcome<Self> {
        if logged {
            Self::start("bare", &programs.bench, vec!["bare".to_owned()], folder)
        } else {
            Self::start(
                "unlogged",
                &programs.bench,
                ["bare", "--unlogged"].map(str::to_owned).into(),
                folder,
            )
        }
    }

    /// Strongroom, as a newcomer starts it, with the collection `bench` in its register.
    pub fn strongroom(binary: &Path, register: &Path, folder: &Path) -> Outcome<Self> {
        Self::demonstration(binary, register, &[], folder)
    }

    /// The same over PostgreSQL, with data and keys in the databases that these files name.
    pub fn over_postgres(
        binary: &Path,
        register: &Path,
        (data, keys): (&Path, &Path),
        folder: &Path,
    ) -> Outcome<Self> {
        let (data, keys) = (data.display().to_string(), keys.display().to_string());
        let more = ["--postgres-data", &data, "--postgres-keys", &keys];
        Self::demonstration(binary, register, &more, folder)
    }

    fn demonstration(
        binary: &Path,
        register: &Path,
        more: &[&str],
        folder: &Path,
    ) -> Outcome<Self> {
        let mut arguments: Vec<String> = [
            "demo",
            "--listen",
            "127.0.0.1:0",
            "--persons",
            "5",
            // Nothing by the clock that would run into a measurement.
            "--backup-hours",
            "0",
            "--register",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(register.display().to_string());
        arguments.extend(more.iter().map(|it| (*it).to_owned()));
        Self::start("strongroom", binary, arguments, folder)
    }

    /// A server that somebody else wrote, by its script; it shows the certificate in `tls`.
    pub fn peer(node: &Path, script: &Path, tls: &Path, folder: &Path) -> Outcome<Self> {
        let arguments = vec![
            script.display().to_string(),
            "--tls".to_owned(),
            tls.display().to_string(),
        ];
        Self::start("peer", node, arguments, folder)
    }

    fn start(
        name: &'static str,
        program: &Path,
        arguments: Vec<String>,
        folder: &Path,
    ) -> Outcome<Self> {
        let folder = folder.join(name);
        let (child, ready_after) = served::start(name, program, &arguments, &folder)?;
        let server = Self {
            name,
            program: program.to_path_buf(),
            arguments,
            child,
            ready_after,
            folder,
        };
        server.say_ready();
        Ok(server)
    }

    fn say_ready(&self) {
        say(&format!(
            "{} is ready after {:.2} s",
            self.name,
            self.ready_after.as_secs_f64()
        ));
    }

    /// Fill it with so many persons, each with so many records.
    pub fn seed(&self, programs: &Programs, persons: u32, records_each: u32) -> Outcome {
        let (persons, records) = (persons.to_string(), records_each.to_string());
        let mut seed = self.load(programs);
        seed.args(["seed", "--persons", &persons, "--records", &records]);
        process::output(&mut seed)?;
        Ok(())
    }

    /// Stop it as an operator would, and start it on the same data.
    pub fn restart(&mut self) -> Outcome {
        let pid = i32::try_from(self.child.0.id())
            .ok()
            .and_then(Pid::from_raw)
            .ok_or("the server has no process id")?;
        kill_process(pid, Signal::TERM)?;
        let told = Instant::now();
        while self.child.0.try_wait()?.is_none() {
            if told.elapsed() > STOP_MAX {
                return Err(format!("{} does not stop", self.name).into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        say(&format!(
            "{} stopped after {:.2} s",
            self.name,
            told.elapsed().as_secs_f64()
        ));
        std::fs::remove_file(served::ready_file(&self.folder))?;
        (self.child, self.ready_after) =
            served::start(self.name, &self.program, &self.arguments, &self.folder)?;
        self.say_ready();
        Ok(())
    }

    /// The load generator, aimed at this server.
    pub fn load(&self, programs: &Programs) -> Command {
        let mut command = Command::new(&programs.bench);
        command
            .arg("load")
            .arg("--ready")
            .arg(self.ready_file())
            .arg("--seed")
            .arg(self.seed_file());
        command
    }

    /// Where it says that it is ready.
    pub fn ready_file(&self) -> PathBuf {
        served::ready_file(&self.folder)
    }

    /// Where the load keeps what stands in it.
    pub fn seed_file(&self) -> PathBuf {
        self.folder.join("seed.json")
    }

    /// Its installation.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Bytes of its databases.
    pub fn stored_bytes(&self) -> u64 {
        let mut folders = vec![self.data()];
        let mut bytes = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)
                .into_iter()
                .flatten()
                .filter_map(Result::ok)
            {
                match entry.metadata() {
                    Ok(about) if about.is_dir() => folders.push(entry.path()),
                    Ok(about) => bytes += about.len(),
                    Err(_) => {}
                }
            }
        }
        bytes
    }
}
