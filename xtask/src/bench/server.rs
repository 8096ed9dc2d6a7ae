//! A server under measurement: a child process on a free port, with a ready file.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{Programs, say};
use crate::Outcome;
use crate::process::Killed;

/// Filling itself with a few people and starting takes seconds; with a million records it must not take much longer.
const READY_MAX: Duration = Duration::from_secs(120);
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
            Self::start("bare", &programs.bare, Vec::new(), folder)
        } else {
            Self::start(
                "unlogged",
                &programs.bare,
                vec!["--unlogged".to_owned()],
                folder,
            )
        }
    }

    /// Strongroom, as a newcomer starts it, with the collection `bench` in its register.
    pub fn strongroom(binary: &Path, register: &Path, folder: &Path) -> Outcome<Self> {
        let mut arguments: Vec<String> = [
            "demo",
            "--listen",
            "127.0.0.1:0",
            "--persons",
            "5",
            "--register",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(register.display().to_string());
        Self::start("strongroom", binary, arguments, folder)
    }

    fn start(
        name: &'static str,
        program: &Path,
        mut arguments: Vec<String>,
        folder: &Path,
    ) -> Outcome<Self> {
        let folder = folder.join(name);
        std::fs::create_dir_all(folder.join("data"))?;
        arguments.extend([
            "--data".to_owned(),
            folder.join("data").display().to_string(),
            "--ready-file".to_owned(),
            ready_file(&folder).display().to_string(),
        ]);
        let (child, ready_after) = spawn(name, program, &arguments, &folder)?;
        Ok(Self {
            name,
            program: program.to_path_buf(),
            arguments,
            child,
            ready_after,
            folder,
        })
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
        std::fs::remove_file(ready_file(&self.folder))?;
        (self.child, self.ready_after) =
            spawn(self.name, &self.program, &self.arguments, &self.folder)?;
        Ok(())
    }

    /// The load generator, aimed at this server.
    pub fn load(&self, programs: &Programs) -> Command {
        let mut command = Command::new(&programs.load);
        command
            .arg("--ready")
            .arg(ready_file(&self.folder))
            .arg("--seed")
            .arg(self.folder.join("seed.json"));
        command
    }

    /// Bytes of its databases.
    pub fn stored_bytes(&self) -> u64 {
        let mut folders = vec![self.folder.join("data")];
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

fn ready_file(folder: &Path) -> PathBuf {
    folder.join("ready.json")
}

fn spawn(
    name: &str,
    program: &Path,
    arguments: &[String],
    folder: &Path,
) -> Outcome<(Killed, Duration)> {
    let log = folder.join("output");
    let output = std::fs::File::create(&log)?;
    let started = Instant::now();
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()?;
    // For the undoing of the scratch folder, should we die first.
    std::fs::write(folder.join("pid"), child.id().to_string())?;
    let mut child = Killed(child);
    while !ready_file(folder).exists() {
        if child.0.try_wait()?.is_some() || started.elapsed() > READY_MAX {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            return Err(format!("{name} did not start:\n{}", said.trim_end()).into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let ready_after = started.elapsed();
    say(&format!(
        "{name} is ready after {:.2} s",
        ready_after.as_secs_f64()
    ));
    Ok((child, ready_after))
}
