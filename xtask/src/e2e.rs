//! `cargo xtask e2e GROUP`: tests with clients that we did not write, and with a browser.

use std::process::Command;

use clap::Args;

use crate::{Outcome, docs, root};

/// Options of `e2e`.
#[derive(Args)]
pub struct Options {
    /// A folder of e2e/. Without it, the groups are listed.
    group: Option<String>,
    /// Passed on to the group's run.sh.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Run one group: `e2e/GROUP/run.sh`, with `STRONGROOM_BIN` naming a freshly built binary.
pub fn run(options: &Options) -> Outcome<bool> {
    let folder = root()?.join("e2e");
    let mut groups: Vec<String> = std::fs::read_dir(&folder)
        .map(|entries| {
            entries
                .filter_map(Result::ok)
                .filter(|entry| entry.path().join("run.sh").is_file())
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    groups.sort();
    let Some(group) = &options.group else {
        for group in groups {
            println!("{group}");
        }
        return Ok(true);
    };
    if !groups.contains(group) {
        return Err(format!(
            "there is no e2e/{group}/run.sh; groups: {}",
            groups.join(", ")
        )
        .into());
    }
    let binary = docs::built_binary(&root()?)?;
    let status = Command::new("sh")
        .arg(folder.join(group).join("run.sh"))
        .args(&options.arguments)
        .current_dir(root()?)
        .env("STRONGROOM_BIN", binary)
        .status()?;
    Ok(status.success())
}
