//! Which installation a command works on.

use std::path::{Path, PathBuf};

use base::TenantId;

use crate::cli::Place;
use crate::config::Config;
use crate::{Failure, Installation, telemetry};

/// The name of the configuration in an installation's folder.
pub(super) const FILE: &str = "strongroom.toml";

/// The configuration that `place` names; in the present folder, if it names none.
pub(super) fn read(place: &Place) -> Result<Config, Failure> {
    Ok(Config::read(&file(place)?)?)
}

/// The configuration file that `place` names; the present folder's, if it names none.
pub(super) fn file(place: &Place) -> Result<PathBuf, Failure> {
    if let Some(file) = &place.config {
        return Ok(file.clone());
    }
    let folder = place.data.as_deref().unwrap_or(Path::new("."));
    let file = folder.join(FILE);
    if file.exists() {
        return Ok(file);
    }
    Err(Failure::usage(format!(
        "there is no {}\nhint: name an installation with --data DIR or --config FILE; `strongroom demo --data DIR` makes one to try",
        file.display()
    )))
}

/// This program, for what is done in a process of its own.
pub(super) fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe()
        .map_err(|error| Failure::text(format!("where this program lies is not known: {error}")))
}

/// Open the installation that `place` names. A command writes only warnings about itself.
pub(super) async fn open(place: &Place) -> Result<Installation, Failure> {
    let mut config = read(place)?;
    config.logging.level = "warn".to_owned();
    config.logging.format = "text".to_owned();
    telemetry::begin(&config.logging)?;
    Installation::open(config).await
}

/// The tenant that was named, or the only one there is.
pub(super) fn tenant(
    installation: &Installation,
    named: Option<&TenantId>,
) -> Result<TenantId, Failure> {
    let tenants = installation.tenants();
    if let Some(named) = named {
        if tenants.contains(named) {
            return Ok(named.clone());
        }
        let known: Vec<_> = tenants.iter().map(TenantId::as_str).collect();
        return Err(Failure::usage(format!(
            "there is no tenant {named}; there are {}",
            known.join(", ")
        )));
    }
    match installation.config.tenants.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(Failure::usage(
            "this installation has several tenants: name one with --tenant",
        )),
    }
}
