//! The checks of promises on a real installation: each is seen green, and red when the real thing is broken.

mod broken;
mod command;
mod expires;
mod green;
mod reach;

use std::path::Path;
use std::sync::Arc;

use govern::{Check, Outcome, ProbeError, Wrong};
use server::config::Config;
use server::probes::{Bench, Running};
use server::{Installation, Serving, telemetry, tls};

/// An installation in a folder, with a certificate, a key file and these register files beside the shipped packs.
pub fn lay_out(folder: &Path, registers: &[&str]) {
    for part in ["tls", "secrets"] {
        server::private::folder(&folder.join(part)).expect("a folder");
    }
    if !folder.join("tls/ca.pem").exists() {
        tls::development_ca(&folder.join("tls")).expect("a certificate");
    }
    let mut files = Vec::new();
    for (number, text) in registers.iter().enumerate() {
        let name = format!("register-{number}.toml");
        std::fs::write(folder.join(&name), text).expect("written");
        files.push(name);
    }
    let text = format!(
        "environment = \"test\"\nregion = \"local\"\norigin = \"strongroom.test\"\ntenants = [\"acme\", \"other\"]\n\
         [listen]\nhttps = \"127.0.0.1:0\"\n\
         [tls]\ncertificate = \"tls/server.pem\"\nkey = \"tls/server.key\"\n\
         [data]\nkind = \"sqlite\"\npath = \"data/data.sqlite\"\n\
         [keys]\nkind = \"sqlite\"\npath = \"keys/keys.sqlite\"\n\
         [files]\nkind = \"folder\"\npath = \"data/files\"\n\
         [seal]\nkind = \"key-file\"\npath = \"secrets/root.key\"\n\
         [register]\nfiles = {files:?}\n\
         [logging]\nlevel = \"warn\"\nformat = \"text\"\n"
    );
    std::fs::write(folder.join("strongroom.toml"), text).expect("written");
}

/// A folder with a new installation in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    lay_out(folder.path(), &[]);
    folder
}

async fn open(folder: &Path) -> Installation {
    let config = Config::read(&folder.join("strongroom.toml")).expect("a configuration");
    telemetry::begin(&config.logging).expect("lines");
    Installation::open(config).await.expect("an installation")
}

/// A server, and the bench that its checks run on.
struct Real {
    serving: Serving,
    bench: Arc<Bench>,
}

impl Real {
    /// Serve `installation`, and check it through `change` of what it really runs.
    async fn with(installation: Installation, change: impl FnOnce(Running) -> Running) -> Self {
        let serving = Serving::begin(installation).await.expect("a server");
        let running = change(serving.running().clone());
        let bench = Bench::lay_out(serving.house(), Some(running));
        let bench = bench.await.expect("a bench");
        Self { serving, bench }
    }

    async fn measure(&self, name: &str) -> Result<Outcome, ProbeError> {
        check(&self.bench, name).measure().await
    }

    /// What is wrong, by the check `name`.
    async fn wrong(&self, name: &str) -> Vec<Wrong> {
        let outcome = self.measure(name).await.expect(name);
        outcome.problems.iter().map(|it| it.wrong).collect()
    }

    async fn end(self) {
        self.bench.clear().await.expect("cleared");
        drop(self.bench);
        self.serving.end().await;
    }
}

fn check(bench: &Arc<Bench>, name: &str) -> Box<dyn Check> {
    let checks = bench.checks().expect("checks");
    let mut named = checks.into_iter().filter(|check| check.name() == name);
    named.next().expect(name)
}
