//! A recovery point made an installation again, in a folder of its own.

use std::path::Path;
use std::sync::Arc;

use continuity::generations;
use continuity::{ContinuityError, Restored, Watch};
use store::snapshot::SQLITE_PART;

use crate::config::{Config, Database};
use crate::{Failure, Installation, backup, private};

/// The configuration's name in a restored folder.
const FILE: &str = "strongroom.toml";

/// Which key store the restored installation has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// A copy, from its newest backup.
    Backup,
    /// The one that the configuration names, as it is.
    Live,
}

/// Restore a point and, from its backup, the key store; write a configuration that names both. `config` was read from `file`.
///
/// # Errors
/// [`Failure`]; what was written until then stays for somebody to look at.
pub async fn restore<W: Watch + 'static>(
    config: &Config,
    file: &Path,
    from: From,
    (point, to): (&str, &Path),
    watch: &Arc<W>,
) -> Result<Restored, Failure> {
    let repository = backup::repository(config)?;
    continuity::make_empty(to)?;
    let to = to
        .canonicalize()
        .map_err(|error| Failure::file(to, &error))?;
    let mut config = config.clone();
    let mut generation = None;
    if from == From::Backup {
        watch.begins("restoring the keys");
        let folder = to.join("keys");
        private::folder(&folder).map_err(|error| Failure::file(&folder, &error))?;
        let places = backup::places(&config)?;
        let opened = generations::open(&places, &config.environment, 0, &folder).await?;
        generation = Some(opened.generation.number);
        config.keys = Database::Sqlite {
            path: folder.join(SQLITE_PART),
        };
    }
    // The keys only: the data may be what was lost.
    let keys = Installation::open_keys(&config).await?;
    let trust = backup::trust(&keys, &config)?;
    watch.begins("restoring");
    let restored =
        continuity::restore(&repository, point, trust, &to, Arc::clone(watch) as _).await?;
    let wanted = restored.manifest.keys.generation;
    if generation.is_some_and(|generation| generation < wanted) {
        return Err(ContinuityError::NoKeys(wanted).into());
    }
    let written = restored.configuration.join(backup::CONFIG);
    let text =
        std::fs::read_to_string(&written).map_err(|error| Failure::file(&written, &error))?;
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let folder = folder
        .canonicalize()
        .map_err(|error| Failure::file(folder, &error))?;
    let text = backup::relocated(&text, &folder, &to, from)?;
    let path = to.join(FILE);
    private::write(&path, text.as_bytes()).map_err(|error| Failure::file(&path, &error))?;
    Ok(restored)
}
