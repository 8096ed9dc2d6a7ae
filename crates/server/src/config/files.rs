//! The part of the configuration that says where files lie.

use std::path::PathBuf;

use serde::Deserialize;

use super::bucket::{BucketPlace, Keys};
use super::{Backup, ConfigError};

/// Where files lie.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "lowercase")]
pub enum Files {
    /// A local folder, or one that all nodes see.
    Folder {
        /// Which.
        path: PathBuf,
    },
    /// A bucket of S3, or of what speaks like it.
    S3(BucketPlace),
}

impl Files {
    pub(super) fn check(&self, backup: Option<&Backup>) -> Result<(), ConfigError> {
        let Self::S3(bucket) = self else {
            return Ok(());
        };
        bucket.check(Keys {
            url: "files.url",
            region: "files.region",
            endpoint: "files.endpoint",
            ca_file: "files.ca_file",
        })?;
        let repository = backup.and_then(|it| it.repository.bucket());
        if repository.is_some_and(|it| it.overlaps(bucket)) {
            return Err(ConfigError::Value {
                key: "files.url",
                message:
                    "files lie apart from their backups: name another bucket than backup.repository.url, best with other rights"
                        .to_owned(),
            });
        }
        Ok(())
    }

    pub(super) fn paths(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Folder { path } => vec![path],
            Self::S3(bucket) => bucket.paths().collect(),
        }
    }
}
