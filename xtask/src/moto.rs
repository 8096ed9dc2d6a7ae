//! moto, which speaks S3 on this machine: the tests of repositories in a bucket run against it.

use std::path::PathBuf;
use std::process::Command;

use crate::{Outcome, process, root};

/// One version, and none that lies about: others answer otherwise, and a test that fails shall fail because of us.
const PACKAGE: &str = "moto[server,s3]==5.2.5";

/// Install it into a folder of our own. `Ok(None)`: it cannot be installed here, and the tests that need it say that they are skipped.
pub fn find() -> Outcome<Option<PathBuf>> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = match target {
        Some(target) => target,
        None => root()?.join("target"),
    };
    let room = target.join("test/moto");
    let (server, done) = (room.join("bin/moto_server"), room.join(PACKAGE));
    if server.is_file() && done.is_file() {
        return Ok(Some(server));
    }
    let _ = std::fs::remove_dir_all(&room);
    eprintln!("             installing {PACKAGE} (pip)");
    let made =
        process::output(Command::new("python3").args(["-m", "venv"]).arg(&room)).and_then(|_| {
            let mut pip = Command::new(room.join("bin/pip"));
            pip.args(["install", "--quiet", "--disable-pip-version-check", PACKAGE]);
            process::output(&mut pip)
        });
    if let Err(error) = made {
        eprintln!(
            "             moto cannot be installed, so repositories in a bucket are not tested (Debian: apt-get install -y python3-venv)\n{error}"
        );
        return Ok(None);
    }
    std::fs::write(done, "")?;
    Ok(Some(server))
}
