//! The part of the configuration that is about recovery points.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::ConfigError;

/// Recovery points: where they lie, and what opens them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// 32 random bytes that only the service may read. In no backup.
    pub key_file: PathBuf,
    /// Room for a copy of the database while a backup runs; and for a restored installation, while a drill runs.
    pub scratch: PathBuf,
    /// Hours between recovery points. 0: only by hand.
    #[serde(default = "every_hours")]
    pub every_hours: u32,
    /// Days after which a recovery point is removed, by who prunes.
    #[serde(default = "keep_days")]
    pub keep_days: u32,
    /// Where they lie.
    pub repository: RepositoryPlace,
    /// Where backups of the key store lie.
    pub keys: KeyBackup,
}

/// Several times a day (`docs/concepts/backup.md`).
const fn every_hours() -> u32 {
    4
}

const fn keep_days() -> u32 {
    30
}

/// Hours and days that make sense.
const EVERY_HOURS_MAX: u32 = 24 * 7;
const KEEP_DAYS_MAX: u32 = 10 * 366;

/// Where backups of the key store lie, and what opens them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyBackup {
    /// The sealed generations.
    pub folder: PathBuf,
    /// A third place: their epoch keys, and the ledger of erasures.
    pub apart: PathBuf,
}

/// Where a repository lies.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "lowercase")]
pub enum RepositoryPlace {
    /// A folder, best on another machine's disk.
    Folder {
        /// Which.
        path: PathBuf,
    },
}

impl Backup {
    /// Whether the places are apart from one another.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let out_of = |key, message: String| Err(ConfigError::Value { key, message });
        if self.every_hours > EVERY_HOURS_MAX {
            return out_of(
                "backup.every_hours",
                format!(
                    "a recovery point is made at least every {EVERY_HOURS_MAX} hours; 0 makes none by the clock"
                ),
            );
        }
        if self.keep_days == 0 || self.keep_days > KEEP_DAYS_MAX {
            return out_of(
                "backup.keep_days",
                format!("recovery points are kept for 1 to {KEEP_DAYS_MAX} days"),
            );
        }
        let RepositoryPlace::Folder { path } = &self.repository;
        let apart = &self.keys.apart;
        if apart.starts_with(path) || apart.starts_with(&self.keys.folder) {
            return Err(ConfigError::Value {
                key: "backup.keys.apart",
                message: "epoch keys lie apart from what they open: name a folder outside of backup.repository and backup.keys.folder".to_owned(),
            });
        }
        Ok(())
    }

    /// Time between recovery points, where they are made by the clock.
    #[must_use]
    pub fn every(&self) -> Option<Duration> {
        (self.every_hours > 0).then(|| Duration::from_hours(self.every_hours.into()))
    }

    /// How long they are kept.
    #[must_use]
    pub fn keep(&self) -> Duration {
        Duration::from_hours(24) * self.keep_days
    }

    pub(super) fn paths(&mut self) -> Vec<&mut PathBuf> {
        let RepositoryPlace::Folder { path } = &mut self.repository;
        let keys = &mut self.keys;
        vec![
            &mut self.key_file,
            &mut self.scratch,
            path,
            &mut keys.folder,
            &mut keys.apart,
        ]
    }
}
