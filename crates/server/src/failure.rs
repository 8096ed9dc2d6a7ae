//! What a command says when it cannot go on: one line what happened, one line what to do.

use std::fmt;
use std::path::Path;

use base::Fault;

/// Why a command failed. Ends the process with exit code 1 (did not hold) or 2 (used wrongly).
#[derive(Debug)]
pub struct Failure {
    text: String,
    code: u8,
    /// The stable code of the fault that it came of.
    fault: Option<&'static str>,
}

impl Failure {
    /// Something did not hold.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: 1,
            fault: None,
        }
    }

    /// Something did not hold that has a stable code of its own.
    pub fn coded(fault: &'static str, text: impl Into<String>) -> Self {
        Self {
            fault: Some(fault),
            ..Self::text(text)
        }
    }

    /// The command was used wrongly.
    pub fn usage(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: 2,
            fault: None,
        }
    }

    /// A file or folder that cannot be used.
    #[must_use]
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::text(format!("{}: {error}", path.display()))
    }

    /// The process's exit code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        self.code
    }

    /// The stable code of the fault that it came of, if it has one.
    #[must_use]
    pub const fn fault_code(&self) -> Option<&'static str> {
        self.fault
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

macro_rules! from_fault {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                let public = error.public();
                let detail = error.to_string();
                let text = if public == detail {
                    detail
                } else {
                    format!("{detail}\nhint: {public}")
                };
                Self::coded(error.code(), text)
            }
        }
    )*};
}

from_fault!(
    store::StoreError,
    keys::KeysError,
    keys::SealError,
    audit::AuditError,
    vault::VaultError,
    policy::Denied,
    policy::TokenError,
    identity::oauth::OauthError,
    policy::RulesError,
    policy::access::AccessError,
    govern::GovernError,
    identity::IdentityError,
    continuity::ContinuityError,
    consent::ConsentError,
    crate::sharing::SharingError,
);

macro_rules! from_error {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::text(error.to_string())
            }
        }
    )*};
}

from_error!(
    crate::tls::TlsError,
    web::ListenError,
    vault::register::BadRegister,
    audit::entry::EntryError,
    govern::ProbeError,
);

impl From<crate::config::ConfigError> for Failure {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}
