//! A server as a child process: started, and ready once its ready file is there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::process::Killed;

/// Filling itself with a few people and starting takes seconds; with a million records it must not take much longer.
const READY_MAX: Duration = Duration::from_secs(120);

/// For a [`crate::process::Scratch`]: kills the servers in it, should we die before them.
pub const UNDO: &str = r#"find "$1" -name pid -exec sh -c 'kill -9 "$(cat "$1")"' _ {} \;"#;

/// Where a server in `folder` says that it is ready.
pub fn ready_file(folder: &Path) -> PathBuf {
    folder.join("ready.json")
}

/// Start a server that keeps its data in `folder`; how long it took until it was ready.
pub fn start(
    name: &str,
    program: &Path,
    arguments: &[String],
    folder: &Path,
) -> Outcome<(Killed, Duration)> {
    let data = folder.join("data");
    std::fs::create_dir_all(&data)?;
    let log = folder.join("output");
    let output = std::fs::File::create(&log)?;
    let started = Instant::now();
    let child = Command::new(program)
        .args(arguments)
        .arg("--data")
        .arg(data)
        .arg("--ready-file")
        .arg(ready_file(folder))
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()?;
    std::fs::write(folder.join("pid"), child.id().to_string())?;
    let mut child = Killed(child);
    while !ready_file(folder).exists() {
        if child.0.try_wait()?.is_some() || started.elapsed() > READY_MAX {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            return Err(format!("{name} did not start:\n{}", said.trim_end()).into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok((child, started.elapsed()))
}
