//! The part of the configuration that is about recovery points.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base::TenantId;
use serde::Deserialize;

use super::ConfigError;
use super::bucket::{BucketPlace, Keys};

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
    /// Who may have points destroyed before their time.
    #[serde(default)]
    pub early: Early,
    /// Where drills restore to what is of PostgreSQL. Without it they do not run by the clock there.
    #[serde(default)]
    pub drills: Option<DrillPlaces>,
}

/// Two databases of PostgreSQL in which drills make a schema of their own, `strongroom_drill`, and drop it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrillPlaces {
    /// The file with the URL of the one for the data.
    pub data_url_file: PathBuf,
    /// The file with the URL of the one for the keys.
    pub keys_url_file: PathBuf,
}

/// Who may have recovery points destroyed before their time, and when that is done.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Early {
    /// The tenant whose staff may: the only one, where there is one.
    #[serde(default)]
    pub tenant: Option<TenantId>,
    /// Hours between the second person's agreement and the deed.
    #[serde(default = "delay_hours")]
    pub delay_hours: u32,
}

impl Default for Early {
    fn default() -> Self {
        Self {
            tenant: None,
            delay_hours: delay_hours(),
        }
    }
}

impl Early {
    /// Time between the second person's agreement and the deed.
    #[must_use]
    pub fn delay(&self) -> Duration {
        Duration::from_hours(self.delay_hours.into())
    }
}

/// A long weekend.
const fn delay_hours() -> u32 {
    72
}

/// Several times a day (`docs/concepts/backup.md`).
const fn every_hours() -> u32 {
    4
}

const fn keep_days() -> u32 {
    30
}

/// "Within a day at most".
const fn gone_within_hours() -> u32 {
    24
}

/// Hours and days that make sense.
const EVERY_HOURS_MAX: u32 = 24 * 7;
const KEEP_DAYS_MAX: u32 = 10 * 366;
/// Less than a day, and a night would hide it.
const DELAY_HOURS: std::ops::RangeInclusive<u32> = 24..=24 * 30;
/// The next backup of the keys is made within the hour, and some minutes: less could not be promised.
const GONE_WITHIN_HOURS: std::ops::RangeInclusive<u32> = 2..=24;

/// Where backups of the key store lie, and what opens them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyBackup {
    /// The sealed generations.
    pub folder: PathBuf,
    /// A third place: their epoch keys, and the ledger of erasures.
    pub apart: PathBuf,
    /// Hours after which no backup of the keys holds those of somebody erased, at the latest: what certificates promise.
    #[serde(default = "gone_within_hours")]
    pub gone_within_hours: u32,
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
    /// A bucket of S3, or of what speaks like it.
    S3(BucketPlace),
}

impl RepositoryPlace {
    fn check(&self) -> Result<(), ConfigError> {
        match self {
            Self::Folder { .. } => Ok(()),
            Self::S3(bucket) => bucket.check(Keys {
                url: "backup.repository.url",
                region: "backup.repository.region",
                endpoint: "backup.repository.endpoint",
                ca_file: "backup.repository.ca_file",
            }),
        }
    }

    /// The bucket, if it is one.
    #[must_use]
    pub const fn bucket(&self) -> Option<&BucketPlace> {
        match self {
            Self::Folder { .. } => None,
            Self::S3(bucket) => Some(bucket),
        }
    }

    /// The folder, if it is one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder { path } => Some(path),
            Self::S3(_) => None,
        }
    }

    fn paths(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Folder { path } => vec![path],
            Self::S3(bucket) => bucket.paths().collect(),
        }
    }
}

impl Backup {
    /// Whether the places are apart from one another.
    pub(super) fn check(&self, tenants: &[TenantId]) -> Result<(), ConfigError> {
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
        if !GONE_WITHIN_HOURS.contains(&self.keys.gone_within_hours) {
            return out_of(
                "backup.keys.gone_within_hours",
                format!(
                    "who was erased is beyond reach after {} to {} hours at the latest",
                    GONE_WITHIN_HOURS.start(),
                    GONE_WITHIN_HOURS.end()
                ),
            );
        }
        if !DELAY_HOURS.contains(&self.early.delay_hours) {
            return out_of(
                "backup.early.delay_hours",
                format!(
                    "what is destroyed before its time waits {} to {} hours",
                    DELAY_HOURS.start(),
                    DELAY_HOURS.end()
                ),
            );
        }
        if self
            .early
            .tenant
            .as_ref()
            .is_some_and(|it| !tenants.contains(it))
        {
            return out_of("backup.early.tenant", "name one of `tenants`".to_owned());
        }
        self.repository.check()?;
        let apart = &self.keys.apart;
        let folder = self.repository.folder();
        if folder.is_some_and(|folder| apart.starts_with(folder))
            || apart.starts_with(&self.keys.folder)
        {
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

    /// After how long no backup of the keys holds those of somebody erased, at the latest.
    #[must_use]
    pub fn gone_within(&self) -> Duration {
        Duration::from_hours(self.keys.gone_within_hours.into())
    }

    /// How long they are kept.
    #[must_use]
    pub fn keep(&self) -> Duration {
        Duration::from_hours(24) * self.keep_days
    }

    pub(super) fn paths(&mut self) -> Vec<&mut PathBuf> {
        let keys = &mut self.keys;
        let mut paths = vec![
            &mut self.key_file,
            &mut self.scratch,
            &mut keys.folder,
            &mut keys.apart,
        ];
        paths.extend(self.repository.paths());
        let drills = self.drills.iter_mut();
        paths.extend(drills.flat_map(|it| [&mut it.data_url_file, &mut it.keys_url_file]));
        paths
    }
}
