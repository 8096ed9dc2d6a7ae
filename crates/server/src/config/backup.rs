//! The part of the configuration that is about recovery points.

use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;

/// Recovery points: where they lie, and what opens them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// 32 random bytes that only the service may read. In no backup.
    pub key_file: PathBuf,
    /// Room for a copy of the database while a backup runs.
    pub scratch: PathBuf,
    /// Where they lie.
    pub repository: RepositoryPlace,
    /// Where backups of the key store lie.
    pub keys: KeyBackup,
}

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
