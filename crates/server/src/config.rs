//! The configuration file. Unknown keys are fatal; secrets come as files; `strongroom config sample` is its documentation.

mod accounts;
mod apps;
mod backup;
mod bucket;
mod consent;
mod controllers;
mod deletion;
mod files;
mod providers;
mod retention;
mod rights;

pub use accounts::{Accounts, Encryption, Mail};
pub use apps::Apps;
pub use backup::{Backup, DrillPlaces, Early, KeyBackup, RepositoryPlace};
pub use bucket::{BucketPlace, bucket};
pub use consent::Consent;
pub use controllers::Controller;
pub use deletion::Deletion;
pub use files::Files;
pub use providers::Provider;
pub use retention::Retention;
pub use rights::Rights;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use base::{Environment, Region, TenantId};
use serde::Deserialize;

/// The sample that `strongroom config sample` prints, and that a test reads back.
pub const SAMPLE: &str = include_str!("sample.toml");

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error(
        "cannot read {path}: {source}\nhint: `strongroom config sample > {path}` makes one to begin with"
    )]
    Read {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what we expect.
    #[error("{path}: {message}\nhint: `strongroom config sample` shows every key with its meaning")]
    Parse {
        /// Which file.
        path: String,
        /// Where and why.
        message: String,
    },
    /// A value does not make sense.
    #[error("{key}: {message}")]
    Value {
        /// Which key.
        key: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
}

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The file that it was read from; empty for a text.
    #[serde(skip)]
    pub file: PathBuf,
    /// Bound into every seal: data do not open in another environment.
    pub environment: Environment,
    /// Where the data live.
    pub region: Region,
    /// The name of the logs, a host name without a scheme.
    pub origin: String,
    /// Where people and apps reach it; `listen` for the address that it listens on. `https://` and the origin, if not given.
    #[serde(default)]
    pub public_url: Option<String>,
    /// The companies that use this installation.
    pub tenants: Vec<TenantId>,
    /// Where it listens.
    pub listen: Listen,
    /// The certificate.
    pub tls: Tls,
    /// Where the data lie.
    pub data: Data,
    /// Where the keys lie.
    pub keys: Database,
    /// Where files lie.
    pub files: Files,
    /// What unseals the root key.
    pub seal: SealConfig,
    /// What may be kept.
    #[serde(default)]
    pub register: RegisterConfig,
    /// Accounts of people and staff.
    #[serde(default)]
    pub accounts: Accounts,
    /// How long what apps hold lives.
    #[serde(default)]
    pub apps: Apps,
    /// How people are asked, and what takes their consent.
    #[serde(default)]
    pub consent: Consent,
    /// How deletion goes.
    #[serde(default)]
    pub deletion: Deletion,
    /// What drills do beyond this machine.
    #[serde(default)]
    pub drills: Drills,
    /// How long files are kept.
    #[serde(default)]
    pub retention: Retention,
    /// Who answers for each tenant's data.
    #[serde(default)]
    pub controllers: BTreeMap<TenantId, Controller>,
    /// Under which law people ask for their rights, and where days are counted.
    #[serde(default)]
    pub rights: Rights,
    /// Other providers to whom people can have their resources sent, by name.
    #[serde(default)]
    pub providers: BTreeMap<base::Name, Provider>,
    /// What carries mail; without, none is sent.
    #[serde(default)]
    pub mail: Option<Mail>,
    /// Recovery points; without, there are none.
    #[serde(default)]
    pub backup: Option<Backup>,
    /// Who may do what, and how often that is looked at.
    #[serde(default)]
    pub access: AccessConfig,
    /// What the server writes about itself.
    #[serde(default)]
    pub logging: Logging,
}

const fn drain_seconds() -> u32 {
    5
}

/// Where it listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// HTTPS.
    pub https: SocketAddr,
    /// Prometheus, without TLS: keep it on loopback or a private network.
    #[serde(default)]
    pub metrics: Option<SocketAddr>,
    /// Load balancers whose word is taken for who asks.
    #[serde(default)]
    pub proxies: Vec<IpAddr>,
    /// Told to end by SIGTERM, it says on `/readyz` that it goes, and still takes requests for so long: load balancers send theirs elsewhere.
    #[serde(default = "drain_seconds")]
    pub drain_seconds: u32,
}

/// The certificate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM, the leaf first.
    pub certificate: PathBuf,
    /// PEM, PKCS#8.
    pub key: PathBuf,
}

/// Where the data lie.
pub type Data = Database;

/// One database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "lowercase")]
pub enum Database {
    /// One file.
    Sqlite {
        /// Which.
        path: PathBuf,
    },
    /// A server.
    Postgres {
        /// A file that holds the connection URL, since it may hold a password.
        url_file: PathBuf,
        /// How the way there is protected: by TLS, if the server is not on this machine or somebody signed its certificate.
        #[serde(default)]
        tls: Option<DatabaseTls>,
        /// Who signed the server's certificate.
        #[serde(default)]
        ca_file: Option<PathBuf>,
    },
}

/// How the way to a database server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseTls {
    /// By TLS: the certificate is signed by whom `ca_file` names, and names the host.
    Require,
    /// Not at all.
    Off,
}

impl Database {
    /// The server behind another URL, reached in the same way.
    #[must_use]
    pub fn with_url(&self, url_file: PathBuf) -> Self {
        let (tls, ca_file) = match self {
            Self::Sqlite { .. } => (None, None),
            Self::Postgres { tls, ca_file, .. } => (*tls, ca_file.clone()),
        };
        Self::Postgres {
            url_file,
            tls,
            ca_file,
        }
    }

    fn check(&self, key: &'static str) -> Result<(), ConfigError> {
        let Self::Postgres { tls, ca_file, .. } = self else {
            return Ok(());
        };
        let message = match (tls, ca_file) {
            (Some(DatabaseTls::Require), None) => {
                "with tls = \"require\", name who signed the server's certificate: ca_file, a PEM file"
            }
            (Some(DatabaseTls::Off), Some(_)) => {
                "with tls = \"off\" nobody looks at ca_file: leave one of them out"
            }
            _ => return Ok(()),
        };
        Err(ConfigError::Value {
            key,
            message: message.to_owned(),
        })
    }
}

/// What drills do beyond this machine.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drills {
    /// The program, and its arguments, that makes PostgreSQL's primary give way to a standby.
    #[serde(default)]
    pub failover_command: Vec<String>,
}

/// What unseals the root key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "kebab-case")]
pub enum SealConfig {
    /// 32 random bytes in a file that only the service may read.
    KeyFile {
        /// Which.
        path: PathBuf,
    },
    /// A passphrase (Argon2id).
    Passphrase {
        /// The file that holds it.
        file: PathBuf,
    },
    /// A key inside an HSM.
    Pkcs11 {
        /// The module's shared library.
        module: PathBuf,
        /// The token's label.
        token: String,
        /// The key's label; made if missing.
        #[serde(default = "default_key_label")]
        key_label: String,
        /// The file that holds the user PIN.
        pin_file: PathBuf,
    },
}

impl SealConfig {
    /// The backend as it stands in the configuration.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::KeyFile { .. } => "key-file",
            Self::Passphrase { .. } => "passphrase",
            Self::Pkcs11 { .. } => "pkcs11",
        }
    }
}

fn default_key_label() -> String {
    "strongroom-root".to_owned()
}

/// What may be kept.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterConfig {
    /// Register files beside the shipped packs.
    #[serde(default)]
    pub files: Vec<PathBuf>,
    /// Leave the shipped packs out.
    #[serde(default)]
    pub without_packs: bool,
}

/// Who may do what, and how often that is looked at.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessConfig {
    /// Cedar policies of the installation's own. They only forbid.
    #[serde(default)]
    pub policies: Vec<PathBuf>,
    /// Each privilege is confirmed this often, or stops counting.
    #[serde(default = "default_review_every_days")]
    pub review_every_days: u32,
    /// A break-glass is reviewed within so many days; later, whoever opened it opens no other.
    #[serde(default = "default_break_glass_review_days")]
    pub break_glass_review_days: u32,
}

const fn default_review_every_days() -> u32 {
    90
}

const fn default_break_glass_review_days() -> u32 {
    3
}

impl Default for AccessConfig {
    fn default() -> Self {
        Self {
            policies: Vec::new(),
            review_every_days: default_review_every_days(),
            break_glass_review_days: default_break_glass_review_days(),
        }
    }
}

impl AccessConfig {
    /// How long things last.
    #[must_use]
    pub fn settings(&self) -> policy::access::AccessSettings {
        let days = |days: u32| std::time::Duration::from_hours(24 * u64::from(days));
        policy::access::AccessSettings {
            review_every: days(self.review_every_days),
            glass_review_within: days(self.break_glass_review_days),
            ..policy::access::AccessSettings::default()
        }
    }
}

/// What the server writes about itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logging {
    /// `info`, `debug`, ... or a filter as of `tracing`.
    #[serde(default = "default_level")]
    pub level: String,
    /// `json` or `text`.
    #[serde(default = "default_format")]
    pub format: String,
}

fn default_level() -> String {
    "info".to_owned()
}

fn default_format() -> String {
    "json".to_owned()
}

impl Default for Logging {
    fn default() -> Self {
        Self {
            level: default_level(),
            format: default_format(),
        }
    }
}

impl Config {
    /// Read a file; relative paths in it are taken from its folder.
    ///
    /// # Errors
    /// [`ConfigError`], with the line where there is one.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: name.clone(),
            source,
        })?;
        let mut config = Self::parse(&name, &text)?;
        path.clone_into(&mut config.file);
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        config.resolve(folder.unwrap_or(Path::new(".")));
        config.check()?;
        Ok(config)
    }

    /// Read a text.
    ///
    /// # Errors
    /// [`ConfigError::Parse`].
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::Parse {
            path: name.to_owned(),
            message: error.to_string().trim_end().to_owned(),
        })
    }

    fn resolve(&mut self, folder: &Path) {
        for path in self.paths() {
            if path.is_relative() {
                *path = folder.join(&*path);
            }
        }
    }

    /// Every path in it.
    fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = vec![&mut self.tls.certificate, &mut self.tls.key];
        for database in [&mut self.data, &mut self.keys] {
            match database {
                Database::Sqlite { path } => paths.push(path),
                Database::Postgres {
                    url_file, ca_file, ..
                } => paths.extend(std::iter::once(url_file).chain(ca_file)),
            }
        }
        paths.extend(self.files.paths());
        match &mut self.seal {
            SealConfig::KeyFile { path } => paths.push(path),
            SealConfig::Passphrase { file } => paths.push(file),
            SealConfig::Pkcs11 {
                module, pin_file, ..
            } => paths.extend([module, pin_file]),
        }
        paths.extend(self.register.files.iter_mut());
        paths.extend(self.accounts.passwords.breached_file.iter_mut());
        paths.extend(self.mail.iter_mut().flat_map(Mail::paths));
        paths.extend(self.backup.iter_mut().flat_map(Backup::paths));
        paths.extend(self.access.policies.iter_mut());
        for provider in self.providers.values_mut() {
            paths.extend([&mut provider.ca_file, &mut provider.token_file]);
        }
        paths
    }

    /// Whether the values make sense together.
    ///
    /// # Errors
    /// [`ConfigError::Value`] with the key.
    pub fn check(&self) -> Result<(), ConfigError> {
        let value = |key, message: &str| {
            Err(ConfigError::Value {
                key,
                message: message.to_owned(),
            })
        };
        if self.tenants.is_empty() {
            return value(
                "tenants",
                "name at least one tenant, e.g. tenants = [\"acme\"]",
            );
        }
        if self
            .tenants
            .iter()
            .any(|tenant| tenant.as_str() == crate::OPERATOR)
        {
            return value(
                "tenants",
                "`operator` is taken: it is the log of the installation itself",
            );
        }
        let origin_ok = !self.origin.is_empty()
            && self
                .origin
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:".contains(&b));
        if !origin_ok {
            return value(
                "origin",
                "a host name without a scheme, e.g. \"records.example\"",
            );
        }
        if let Some(url) = &self.public_url
            && url != PUBLIC_URL_LISTEN
            && !is_public_url(url)
        {
            return value(
                "public_url",
                "an address such as \"https://records.example\", without a path or a slash at its end, or \"listen\"",
            );
        }
        if let (Database::Sqlite { path: data }, Database::Sqlite { path: keys }) =
            (&self.data, &self.keys)
            && data == keys
        {
            return value(
                "keys.path",
                "keys and data lie apart: name another file than data.path",
            );
        }
        if !(1..=366).contains(&self.access.review_every_days) {
            return value("access.review_every_days", "between 1 and 366");
        }
        if !(1..=30).contains(&self.access.break_glass_review_days) {
            return value("access.break_glass_review_days", "between 1 and 30");
        }
        if self.listen.drain_seconds > 60 {
            return value("listen.drain_seconds", "between 0 and 60");
        }
        if !matches!(self.logging.format.as_str(), "json" | "text") {
            return value("logging.format", "json or text");
        }
        self.data.check("data.tls")?;
        self.keys.check("keys.tls")?;
        self.files.check(self.backup.as_ref())?;
        if let Some(mail) = &self.mail {
            mail.check()?;
        }
        if let Some(backup) = &self.backup {
            backup.check(&self.tenants)?;
        }
        self.apps.check()?;
        self.consent.check()?;
        self.deletion.check()?;
        for (tenant, controller) in &self.controllers {
            if !self.tenants.contains(tenant) {
                return value("controllers", "each is named like one of `tenants`");
            }
            controller.check()?;
        }
        self.rights.check(&self.tenants)?;
        for provider in self.providers.values() {
            provider.check(&self.tenants)?;
        }
        self.accounts.check(self)
    }
}

/// The word for the address that it listens on, to try things out.
pub const PUBLIC_URL_LISTEN: &str = "listen";

fn is_public_url(url: &str) -> bool {
    url.strip_prefix("https://").is_some_and(|host| {
        !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:[]".contains(&b))
    })
}

impl Config {
    /// Where people and apps reach it, without a slash at the end.
    #[must_use]
    pub fn public_url(&self) -> String {
        match &self.public_url {
            Some(url) if url != PUBLIC_URL_LISTEN => url.clone(),
            _ => format!("https://{}", self.origin),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_a_configuration() {
        let config = Config::parse("sample", SAMPLE).unwrap();
        config.check().unwrap();
    }

    #[test]
    fn an_unknown_key_is_fatal_and_named() {
        let text = SAMPLE.replacen("region = ", "regoin = ", 1);
        let error = Config::parse("x.toml", &text).unwrap_err().to_string();
        assert!(error.contains("regoin"), "{error}");
    }

    #[test]
    fn keys_and_data_lie_apart() {
        let mut config = Config::parse("sample", SAMPLE).unwrap();
        config.keys = config.data.clone();
        assert!(config.check().is_err());
    }
}
