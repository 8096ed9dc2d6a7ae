//! The part of the configuration that is about recovery points.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base::TenantId;
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
    S3 {
        /// `s3://bucket` or `s3://bucket/prefix`.
        url: String,
        /// The region that requests are signed for.
        region: String,
        /// Who serves it; AWS in the region, if it is not said.
        #[serde(default)]
        endpoint: Option<String>,
        /// The id of the access key: not secret.
        access_key_id: String,
        /// The file that holds the secret access key.
        secret_file: PathBuf,
        /// Who signed the server's certificate.
        #[serde(default)]
        ca_file: Option<PathBuf>,
    },
}

impl RepositoryPlace {
    fn check(&self) -> Result<(), ConfigError> {
        let Self::S3 {
            url,
            region,
            endpoint,
            ca_file,
            ..
        } = self
        else {
            return Ok(());
        };
        let value = |key, message: &str| {
            Err(ConfigError::Value {
                key,
                message: message.to_owned(),
            })
        };
        if bucket(url).is_none() {
            return value(
                "backup.repository.url",
                "a bucket and, behind a slash, what names begin with, e.g. \"s3://records-backup/acme\"",
            );
        }
        let dashed = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        if region.is_empty() || !region.bytes().all(dashed) {
            return value("backup.repository.region", "such as \"eu-north-1\"");
        }
        let secured = match endpoint.as_deref() {
            None => true,
            Some(endpoint) if is_endpoint(endpoint, "https://") => true,
            Some(endpoint) if is_endpoint(endpoint, "http://") && is_loopback(endpoint) => false,
            Some(_) => {
                return value(
                    "backup.repository.endpoint",
                    "an address such as \"https://s3.example\", without a path; http:// on this machine only",
                );
            }
        };
        if secured && ca_file.is_none() {
            return value(
                "backup.repository.ca_file",
                "name who signed the server's certificate, such as the system's bundle",
            );
        }
        Ok(())
    }

    /// The folder, if it is one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder { path } => Some(path),
            Self::S3 { .. } => None,
        }
    }

    fn paths(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Folder { path } => vec![path],
            Self::S3 {
                secret_file,
                ca_file,
                ..
            } => std::iter::once(secret_file).chain(ca_file).collect(),
        }
    }
}

/// The bucket's name and what names begin with, of `s3://bucket/prefix` (Amazon S3 User Guide, "Bucket naming rules").
#[must_use]
pub fn bucket(url: &str) -> Option<(&str, &str)> {
    let place = url.strip_prefix("s3://")?;
    let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
    let of_name = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b".-".contains(&it);
    let of_prefix = |it: u8| it.is_ascii_alphanumeric() || b"._-".contains(&it);
    let named = (3..=63).contains(&name.len()) && name.bytes().all(of_name);
    let parts = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(of_prefix);
    let whole = place == name || (prefix.len() <= 200 && prefix.split('/').all(parts));
    (named && whole).then_some((name, prefix))
}

fn is_endpoint(endpoint: &str, scheme: &str) -> bool {
    let host = endpoint.strip_prefix(scheme).unwrap_or_default();
    let of_host = |it: u8| it.is_ascii_alphanumeric() || b".-:[]".contains(&it);
    !host.is_empty() && host.bytes().all(of_host)
}

/// Whether nobody between hears what is said to it.
fn is_loopback(endpoint: &str) -> bool {
    let host = endpoint.strip_prefix("http://").unwrap_or_default();
    let alone = |host: &str| {
        let host = host.trim_matches(['[', ']']);
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
    };
    let without_port = host.rsplit_once(':').map_or(host, |(host, _)| host);
    alone(host) || alone(without_port)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str, endpoint: Option<&str>, ca: bool) -> Result<(), ConfigError> {
        let place = RepositoryPlace::S3 {
            url: url.to_owned(),
            region: "eu-north-1".to_owned(),
            endpoint: endpoint.map(str::to_owned),
            access_key_id: "AKIA".to_owned(),
            secret_file: "secrets/s3".into(),
            ca_file: ca.then(|| "tls/ca.pem".into()),
        };
        place.check()
    }

    #[test]
    fn a_bucket_is_named_as_it_can_be() {
        assert_eq!(bucket("s3://points"), Some(("points", "")));
        assert_eq!(bucket("s3://points/a/b"), Some(("points", "a/b")));
        for wrong in [
            "points",
            "s3://",
            "s3://ab",
            "s3://Points",
            "s3://points/",
            "s3://points//a",
            "s3://points/../a",
            "s3://points/a?b",
            "https://points",
        ] {
            assert_eq!(bucket(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nothing_goes_unprotected_beyond_this_machine() {
        let good = "s3://points/acme";
        at(good, None, true).unwrap();
        at(good, Some("https://s3.example"), true).unwrap();
        for here in [
            "http://127.0.0.1:9000",
            "http://[::1]:9000",
            "http://localhost",
            "http://[::1]",
        ] {
            at(good, Some(here), false).unwrap();
        }
        for (url, endpoint, ca) in [
            ("points", None, true),
            (good, None, false),
            (good, Some("https://s3.example"), false),
            (good, Some("http://s3.example"), true),
            (good, Some("http://127.0.0.1.example:80"), true),
            (good, Some("http://10.0.0.1:9000"), true),
            (good, Some("http://user@127.0.0.1"), false),
            (good, Some("https://s3.example/path"), true),
            (good, Some("s3.example"), true),
            (good, Some("https://"), true),
        ] {
            assert!(at(url, endpoint, ca).is_err(), "{url} {endpoint:?} {ca}");
        }
    }
}
