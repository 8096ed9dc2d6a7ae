//! restic, with which the tests read what our backups wrote.

use std::path::PathBuf;

use crate::{Outcome, install, process};

/// Find or install it.
pub fn find() -> Outcome<PathBuf> {
    if let Some(path) = process::find("restic", &[]) {
        return Ok(path);
    }
    install::package("restic", "restic")?;
    process::find("restic", &[])
        .ok_or_else(|| "restic was installed, but is nowhere to be found".into())
}
