//! `cargo xtask e2e GROUP`: tests with clients that we did not write, and with a browser, against a real server.

use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::process::Scratch;
use crate::{Outcome, docs, root, served};

/// The script of a group that is run against the server.
const SCRIPT: &str = "e2e.sh";
/// What a script exits with when a tool that it needs is missing.
const NOT_TRIED: i32 = 2;

/// Options of `e2e`.
#[derive(Args)]
pub struct Options {
    /// A folder of e2e/. Without it, the groups are listed.
    group: Option<String>,
    /// How many synthetic people the server holds.
    #[arg(long, default_value_t = 20)]
    persons: u32,
    /// Passed on to the group's script.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Build, start a demonstration in a scratch folder, and run `e2e/GROUP/e2e.sh` with these in the environment: `STRONGROOM_BIN` (the binary),
/// `STRONGROOM_DATA` (the installation), `STRONGROOM_READY` (its ready file), `STRONGROOM_SCRATCH` (a folder to write to).
pub fn run(options: &Options) -> Outcome<bool> {
    let root = root()?;
    let groups = groups(&root.join("e2e"));
    let Some(group) = &options.group else {
        for group in groups {
            println!("{group}");
        }
        return Ok(true);
    };
    if !groups.contains(group) {
        return Err(format!(
            "there is no e2e/{group}/{SCRIPT}; groups: {}",
            groups.join(", ")
        )
        .into());
    }
    let binary = docs::built_binary(&root)?;
    let scratch = Scratch::new("e2e", served::UNDO)?;
    let folder = scratch.folder().join("strongroom");
    let persons = options.persons.to_string();
    let arguments = ["demo", "--listen", "127.0.0.1:0", "--persons", &persons].map(str::to_owned);
    let (_server, ready_after) = served::start("strongroom", &binary, &arguments, &folder)?;
    println!(
        "a server with {persons} people is ready after {:.1} s",
        ready_after.as_secs_f64()
    );
    let room = scratch.folder().join("room");
    std::fs::create_dir(&room)?;
    let status = Command::new("sh")
        .arg(root.join("e2e").join(group).join(SCRIPT))
        .args(&options.arguments)
        .current_dir(&root)
        .env("STRONGROOM_BIN", binary)
        .env("STRONGROOM_DATA", folder.join("data"))
        .env("STRONGROOM_READY", served::ready_file(&folder))
        .env("STRONGROOM_SCRATCH", room)
        .status()?;
    // What could not be tried for want of a tool says so itself; it is no failure of ours.
    let (held, word) = match status.code() {
        Some(0) => (true, "held"),
        Some(NOT_TRIED) => (true, "could not be tried"),
        _ => (false, "did not hold"),
    };
    println!("e2e {group}: {word}");
    Ok(held)
}

fn groups(folder: &Path) -> Vec<String> {
    let mut groups: Vec<String> = std::fs::read_dir(folder)
        .map(|entries| {
            entries
                .filter_map(Result::ok)
                .filter(|entry| entry.path().join(SCRIPT).is_file())
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    groups.sort();
    groups
}
