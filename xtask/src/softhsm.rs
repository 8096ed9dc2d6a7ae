//! A private SoftHSM2 token, the PKCS#11 device of the tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Scratch};
use crate::{Outcome, install};

const MODULES: [&str; 5] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/// A token folder with one token in it. Removed on drop.
pub struct SoftHsm {
    scratch: Scratch,
    module: PathBuf,
}

impl SoftHsm {
    /// Label of the token.
    const LABEL: &str = "strongroom-test";
    /// Its user PIN.
    const PIN: &str = "123456";

    /// Find or install SoftHSM2 and make an empty token.
    pub fn start() -> Outcome<Self> {
        let module = match module() {
            Some(module) => module,
            None => {
                install::package("softhsm2", "SoftHSM2")?;
                module()
                    .ok_or("SoftHSM2 was installed, but libsofthsm2.so is nowhere to be found")?
            }
        };
        let scratch = Scratch::new("softhsm", ":")?;
        let tokens = scratch.folder().join("tokens");
        std::fs::create_dir(&tokens)?;
        std::fs::write(
            scratch.folder().join("softhsm2.conf"),
            format!(
                "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
                tokens.display()
            ),
        )?;
        let held = Self { scratch, module };
        let mut init = Command::new("softhsm2-util");
        init.args([
            "--init-token",
            "--free",
            "--label",
            Self::LABEL,
            "--pin",
            Self::PIN,
            "--so-pin",
            "87654321",
        ])
        .envs(held.environment());
        process::output(&mut init)?;
        Ok(held)
    }

    /// What the tests need to know.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            (
                "SOFTHSM2_CONF",
                self.scratch
                    .folder()
                    .join("softhsm2.conf")
                    .display()
                    .to_string(),
            ),
            ("STRONGROOM_TEST_PKCS11", self.module.display().to_string()),
            ("STRONGROOM_TEST_PKCS11_LABEL", Self::LABEL.to_owned()),
            ("STRONGROOM_TEST_PKCS11_PIN", Self::PIN.to_owned()),
        ]
    }
}

fn module() -> Option<PathBuf> {
    process::find("softhsm2-util", &[])?;
    MODULES
        .iter()
        .map(Path::new)
        .find(|path| path.is_file())
        .map(Path::to_path_buf)
}
