//! The part of the configuration that is about accounts and mail.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use base::TenantId;
use crypt::passphrase::Params;
use identity::{Lifetimes, PasswordSettings, Settings};
use serde::Deserialize;

use super::{Config, ConfigError};

/// The least that Argon2id may cost: the cheapest of the choices that OWASP calls equal, memory times passes.
const COST_MIN: u64 = 7_168 * 5;
/// The least memory of those choices, in KiB.
const MEMORY_KIB_MIN: u32 = 7_168;

/// Accounts of people and staff.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Accounts {
    /// Where people reach the service; `https://` and the origin, if it is left out.
    pub address: Option<String>,
    /// Tenants at which anybody may make an account for themselves.
    pub open_sign_up: Vec<TenantId>,
    /// Words that no password may hold, beside the service's and the tenant's names.
    pub own_words: Vec<String>,
    /// Passwords.
    pub passwords: Passwords,
    /// Sessions.
    pub sessions: Sessions,
}

/// Passwords: what is set here only makes the rules stricter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Passwords {
    /// Characters of a password that is the only factor.
    pub alone_chars_min: usize,
    /// Characters of one beside a second factor.
    pub second_chars_min: usize,
    /// What zxcvbn must give it, of 4.
    pub score_min: u8,
    /// Passwords that leaked.
    pub breached_file: Option<PathBuf>,
    /// Memory of a hash, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Hashes at once; half of the processors, if it is left out.
    pub threads: Option<usize>,
    /// Hashes that may wait.
    pub waiting_max: usize,
}

impl Default for Passwords {
    fn default() -> Self {
        let settings = PasswordSettings::default();
        Self {
            alone_chars_min: settings.alone_chars_min,
            second_chars_min: settings.second_chars_min,
            score_min: settings.score_min,
            breached_file: None,
            memory_kib: settings.cost.memory_kib,
            passes: settings.cost.passes,
            threads: None,
            waiting_max: settings.waiting_max,
        }
    }
}

/// When sessions end, and how long a proof is fresh.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// One factor: without a call.
    pub single_idle_hours: u32,
    /// One factor: at the longest.
    pub single_hours: u32,
    /// Two factors: without a call.
    pub two_factor_idle_minutes: u32,
    /// Two factors: at the longest.
    pub two_factor_hours: u32,
    /// A passkey: without a call.
    pub passkey_idle_minutes: u32,
    /// A passkey: at the longest.
    pub passkey_hours: u32,
    /// A proof is fresh enough to change what matters.
    pub fresh_minutes: u32,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            single_idle_hours: 720,
            single_hours: 720,
            two_factor_idle_minutes: 60,
            two_factor_hours: 24,
            passkey_idle_minutes: 15,
            passkey_hours: 12,
            fresh_minutes: 10,
        }
    }
}

/// What carries mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "lowercase")]
pub enum Mail {
    /// A mail server.
    Smtp {
        /// Who it says it is from.
        from: String,
        /// The server.
        host: String,
        /// Its port.
        port: u16,
        /// How the connection is protected.
        encryption: Encryption,
        /// Whom to sign in as.
        #[serde(default)]
        user: Option<String>,
        /// A file that holds the password.
        #[serde(default)]
        password_file: Option<PathBuf>,
        /// PEM of an authority that is trusted beside the usual ones.
        #[serde(default)]
        ca_file: Option<PathBuf>,
    },
    /// A folder that each letter is written to: for trying things out.
    Folder {
        /// Who it says it is from.
        from: String,
        /// Which.
        path: PathBuf,
    },
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// TLS from the first byte (port 465).
    Tls,
    /// Begun in clear and never gone on with without TLS (port 587).
    Starttls,
    /// Not at all: to this machine only.
    None,
}

impl Mail {
    pub(super) fn paths(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Smtp {
                password_file,
                ca_file,
                ..
            } => password_file.iter_mut().chain(ca_file.iter_mut()).collect(),
            Self::Folder { path, .. } => vec![path],
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        match self {
            Self::Folder { from, .. } => check_from(from),
            Self::Smtp {
                from,
                host,
                encryption,
                ..
            } => {
                let here = host == "localhost"
                    || host
                        .parse::<IpAddr>()
                        .is_ok_and(|address| address.is_loopback());
                if *encryption == Encryption::None && !here {
                    return Err(ConfigError::Value {
                        key: "mail.encryption",
                        message:
                            "none is for a mail server on this machine; elsewhere tls or starttls"
                                .to_owned(),
                    });
                }
                check_from(from)
            }
        }
    }
}

fn check_from(from: &str) -> Result<(), ConfigError> {
    from.parse::<lettre::message::Mailbox>()
        .map(drop)
        .map_err(|_| ConfigError::Value {
            key: "mail.from",
            message: "an address, e.g. \"Records <no-reply@records.example>\"".to_owned(),
        })
}

impl Accounts {
    pub(super) fn check(&self, config: &Config) -> Result<(), ConfigError> {
        let value = |key, message: &str| {
            Err(ConfigError::Value {
                key,
                message: message.to_owned(),
            })
        };
        let address = self.address(config);
        let host_only = address
            .strip_prefix("https://")
            .is_some_and(|rest| !rest.is_empty() && !rest.trim_end_matches('/').contains('/'));
        if !host_only {
            return value(
                "accounts.address",
                "https:// and a host, with a port where it is not 443, and no path",
            );
        }
        if let Some(stranger) = self
            .open_sign_up
            .iter()
            .find(|tenant| !config.tenants.contains(tenant))
        {
            return value(
                "accounts.open_sign_up",
                &format!("there is no tenant {stranger}"),
            );
        }
        let passwords = &self.passwords;
        if passwords.alone_chars_min < 15
            || passwords.second_chars_min < 8
            || passwords.alone_chars_min > 64
            || passwords.second_chars_min > 64
        {
            return value(
                "accounts.passwords.alone_chars_min",
                "15 to 64 characters alone, 8 to 64 beside a second factor (NIST SP 800-63B-4)",
            );
        }
        if !(3..=4).contains(&passwords.score_min) {
            return value("accounts.passwords.score_min", "3 or 4");
        }
        let cost = u64::from(passwords.memory_kib) * u64::from(passwords.passes);
        if passwords.memory_kib < MEMORY_KIB_MIN
            || cost < COST_MIN
            || passwords.memory_kib > 1 << 20
            || passwords.passes > 64
        {
            return value(
                "accounts.passwords.memory_kib",
                "7168 KiB to 1 GiB, and so many passes that memory times passes is 35840 at least",
            );
        }
        if passwords.threads.is_some_and(|it| !(1..=256).contains(&it))
            || !(1..=10_000).contains(&passwords.waiting_max)
        {
            return value(
                "accounts.passwords.threads",
                "1 to 256 threads, and 1 to 10000 that may wait",
            );
        }
        let sessions = &self.sessions;
        let all = [
            sessions.single_idle_hours,
            sessions.single_hours,
            sessions.two_factor_idle_minutes,
            sessions.two_factor_hours,
            sessions.passkey_idle_minutes,
            sessions.passkey_hours,
            sessions.fresh_minutes,
        ];
        if all.iter().any(|it| !(1..=100_000).contains(it)) {
            return value("accounts.sessions", "each 1 to 100000");
        }
        Ok(())
    }

    /// Where people reach the service.
    #[must_use]
    pub fn address(&self, config: &Config) -> String {
        self.address.clone().unwrap_or_else(|| config.public_url())
    }

    /// As `identity` takes it.
    #[must_use]
    pub fn settings(&self, config: &Config) -> Settings {
        let mut settings = Settings::at(&self.address(config));
        settings.open_sign_up = self
            .open_sign_up
            .iter()
            .map(|tenant| (tenant.clone(), true))
            .collect::<HashMap<_, _>>();
        settings.own_words.push(config.origin.clone());
        settings.own_words.extend(self.own_words.iter().cloned());
        let passwords = &self.passwords;
        let before = settings.passwords;
        settings.passwords = PasswordSettings {
            alone_chars_min: passwords.alone_chars_min,
            second_chars_min: passwords.second_chars_min,
            score_min: passwords.score_min,
            breached_file: passwords.breached_file.clone(),
            cost: Params {
                memory_kib: passwords.memory_kib,
                passes: passwords.passes,
                lanes: 1,
            },
            threads: passwords.threads.unwrap_or(before.threads),
            waiting_max: passwords.waiting_max,
        };
        let sessions = &self.sessions;
        let hours = |hours| Duration::from_hours(u64::from(hours));
        let minutes = |minutes| Duration::from_mins(u64::from(minutes));
        let session = |idle, whole| identity::Session { idle, whole };
        settings.lifetimes = Lifetimes {
            single: session(
                hours(sessions.single_idle_hours),
                hours(sessions.single_hours),
            ),
            two_factor: session(
                minutes(sessions.two_factor_idle_minutes),
                hours(sessions.two_factor_hours),
            ),
            phishing_resistant: session(
                minutes(sessions.passkey_idle_minutes),
                hours(sessions.passkey_hours),
            ),
            fresh: minutes(sessions.fresh_minutes),
            ..settings.lifetimes
        };
        settings
    }
}
