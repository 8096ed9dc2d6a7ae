//! What an installation decides about signing in. Defaults are what NIST SP 800-63B-4 asks for, or stricter.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use base::{Assurance, TenantId};
use crypt::passphrase::Params;

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address that people reach this service under, without a path: `https://records.example`.
    pub address: String,
    /// Who may make an account for themselves, by tenant; who is missing here takes people by invitation.
    pub open_sign_up: HashMap<TenantId, bool>,
    /// The service's own words, which no password may be built of.
    pub own_words: Vec<String>,
    /// Passwords.
    pub passwords: PasswordSettings,
    /// How long things live.
    pub lifetimes: Lifetimes,
}

/// What a password must be, and what a guess shall cost.
#[derive(Clone, Debug)]
pub struct PasswordSettings {
    /// Characters, where the password is the only factor; never fewer than 15.
    pub alone_chars_min: usize,
    /// Characters, beside a second factor; never fewer than 8.
    pub second_chars_min: usize,
    /// What zxcvbn must give it, of 4; never less than 3.
    pub score_min: u8,
    /// Passwords that leaked: a sorted file of SHA-1 in hexadecimal, or one password per line.
    pub breached_file: Option<PathBuf>,
    /// What a hash costs.
    pub cost: Params,
    /// Hashes at once.
    pub threads: usize,
    /// Hashes that may wait; who comes then is told to come again.
    pub waiting_max: usize,
}

/// How long things live.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// A session of one factor: since the last call, and since its start.
    pub single: Session,
    /// A session of two factors.
    pub two_factor: Session,
    /// A session of a passkey.
    pub phishing_resistant: Session,
    /// A proof counts as fresh for so long.
    pub fresh: Duration,
    /// A sign-in under way.
    pub ticket: Duration,
    /// A link to prove an address.
    pub verify_link: Duration,
    /// An invitation.
    pub invite_link: Duration,
    /// A link to set a new password.
    pub reset_link: Duration,
    /// A device counts as known for so long after somebody signed in on it.
    pub device: Duration,
}

/// When a session ends.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// When nothing came for so long.
    pub idle: Duration,
    /// Whatever came.
    pub whole: Duration,
}

impl Lifetimes {
    /// Of a session of this strength.
    #[must_use]
    pub const fn session(&self, assurance: Assurance) -> Session {
        match assurance {
            Assurance::Single => self.single,
            Assurance::TwoFactor => self.two_factor,
            Assurance::PhishingResistant => self.phishing_resistant,
        }
    }
}

impl Default for Lifetimes {
    fn default() -> Self {
        let session = |idle, whole| Session { idle, whole };
        Self {
            // SP 800-63B-4 §2.1.3, §2.2.3, §2.3.3.
            single: session(Duration::from_hours(24 * 30), Duration::from_hours(24 * 30)),
            two_factor: session(Duration::from_hours(1), Duration::from_hours(24)),
            phishing_resistant: session(Duration::from_mins(15), Duration::from_hours(12)),
            fresh: Duration::from_mins(10),
            ticket: Duration::from_mins(10),
            verify_link: Duration::from_hours(24),
            invite_link: Duration::from_hours(24 * 7),
            reset_link: Duration::from_mins(30),
            device: Duration::from_hours(24 * 365),
        }
    }
}

impl Default for PasswordSettings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            alone_chars_min: 15,
            second_chars_min: 8,
            score_min: 3,
            breached_file: None,
            // The least that OWASP recommends for Argon2id; about 60 ms on a shared core.
            cost: Params {
                memory_kib: 19_456,
                passes: 2,
                lanes: 1,
            },
            // Half of the machine stays with those who are in already.
            threads: (cores / 2).max(1),
            waiting_max: 200,
        }
    }
}

impl Settings {
    /// The host of the service's address, which passkeys are bound to.
    #[must_use]
    pub fn host(&self) -> String {
        let rest = self
            .address
            .split_once("://")
            .map_or(self.address.as_str(), |(_, rest)| rest);
        let host = match rest.strip_prefix('[') {
            Some(v6) => v6.split(']').next(),
            None => rest.split([':', '/']).next(),
        };
        host.unwrap_or_default().to_owned()
    }

    /// The defaults, for a service at `address`.
    #[must_use]
    pub fn at(address: &str) -> Self {
        Self {
            address: address.trim_end_matches('/').to_owned(),
            open_sign_up: HashMap::new(),
            own_words: vec!["strongroom".to_owned()],
            passwords: PasswordSettings::default(),
            lifetimes: Lifetimes::default(),
        }
    }
}
