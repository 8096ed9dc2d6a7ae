//! Debian packages by name, when we are root on Debian; otherwise a sentence that says what to install.

use std::process::Command;

use crate::{Outcome, process};

/// Install `package`, or fail saying what the person should do.
pub fn package(package: &str, what_for: &str) -> Outcome {
    let advice = format!(
        "{what_for} is not on this machine. Install it (Debian: apt-get install -y {package}) and run this again."
    );
    if process::find("apt-get", &[]).is_none() || !rustix::process::geteuid().is_root() {
        return Err(advice.into());
    }
    eprintln!("             installing {package} (apt-get)");
    if apt(&["install", "-y", "--no-install-recommends", package]).is_ok() {
        return Ok(());
    }
    // A fresh machine has no package lists, or stale ones.
    apt(&["update"])
        .and_then(|()| apt(&["install", "-y", "--no-install-recommends", package]))
        .map_err(|error| format!("{advice}\n{error}").into())
}

fn apt(arguments: &[&str]) -> Outcome {
    let mut command = Command::new("apt-get");
    command
        .arg("-q")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    process::output(&mut command).map(drop)
}
