//! Running other programs: found, streamed, and cleaned up after whatever happens to us.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use crate::Outcome;

/// Where `program` is: on the PATH, or in one of `folders`.
pub fn find(program: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(folders.iter().cloned())
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

/// The cargo that runs us, or the one on the PATH.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Run to the end; standard output as text. Fails with standard error when the program does.
pub fn output(command: &mut Command) -> Outcome<String> {
    let name = shown(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "{name}: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        )
        .into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Run to the end with its output passed on as it comes; `seen` looks at every line. Whether it succeeded.
pub fn streamed(command: &mut Command, mut seen: impl FnMut(&str)) -> Outcome<bool> {
    let name = shown(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{name}: {error}"))?;
    let (sender, lines) = mpsc::channel();
    let pass_on = |source: Box<dyn Read + Send>| {
        let sender = sender.clone();
        thread::spawn(move || {
            for line in BufReader::new(source).split(b'\n').map_while(Result::ok) {
                if sender
                    .send(String::from_utf8_lossy(&line).into_owned())
                    .is_err()
                {
                    break;
                }
            }
        })
    };
    if let Some(stdout) = child.stdout.take() {
        pass_on(Box::new(stdout));
    }
    if let Some(stderr) = child.stderr.take() {
        pass_on(Box::new(stderr));
    }
    drop(sender);
    for line in lines {
        println!("{line}");
        seen(&line);
    }
    Ok(child.wait()?.success())
}

/// The command as one would type it, for messages.
pub fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A private folder that is removed, after an undo script ran, when this value is dropped **or this process dies in any way**.
///
/// The undoing is done by a shell in a process group of its own that waits for the end of a pipe which only we hold: no signal handler of ours
/// has to run, so ctrl-c, a panic and `kill -9` all clean up.
pub struct Scratch {
    folder: PathBuf,
    keeper: Child,
}

impl Scratch {
    /// Make a folder; `undo` is a shell script that runs with `$1` being the folder, before it is removed.
    pub fn new(name: &str, undo: &str) -> Outcome<Self> {
        use std::os::unix::process::CommandExt;

        let folder = std::env::temp_dir().join(format!("strongroom-{name}-{}", std::process::id()));
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        let script = format!("read -r _; {undo}\nrm -rf -- \"$1\"");
        let keeper = Command::new("sh")
            .args(["-c", &script, "keeper"])
            .arg(&folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok(Self { folder, keeper })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        drop(self.keeper.wait());
    }
}

/// A child that is killed when this value is dropped.
pub struct Killed(pub Child);

impl Drop for Killed {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scratch_folder_is_undone_then_removed() {
        let witness =
            std::env::temp_dir().join(format!("strongroom-xtask-witness-{}", std::process::id()));
        let scratch = Scratch::new(
            "xtask-unit",
            &format!("cp \"$1/file\" '{}'", witness.display()),
        )
        .unwrap();
        let folder = scratch.folder().to_path_buf();
        std::fs::write(folder.join("file"), "undone").unwrap();
        drop(scratch);
        assert!(!folder.exists());
        assert_eq!(std::fs::read_to_string(&witness).unwrap(), "undone");
        std::fs::remove_file(witness).unwrap();
    }

    #[test]
    fn both_streams_are_seen_and_failure_is_told() {
        let mut lines = Vec::new();
        let held = streamed(
            Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]),
            |line| lines.push(line.to_owned()),
        )
        .unwrap();
        lines.sort();
        assert!(!held);
        assert_eq!(lines, ["err", "out"]);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(find("no-such-program-anywhere", &[]), None);
        assert!(find("sh", &[]).is_some());
    }
}
