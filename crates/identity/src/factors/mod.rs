//! Second factors, and passkeys, which are two factors in one.

mod list;
mod passkey;
mod prove;
mod recovery;
mod remove;
mod totp;

pub use list::FactorLine;
pub use passkey::{PasskeyOptions, PasskeyTicket};
pub use prove::{Added, Adder, Answer};
pub use totp::TotpSecret;

use base::{Assurance, SessionId};
use std::fmt;
use std::str::FromStr;

use crate::model::words;

/// Factors that one account may have, recovery codes apart.
pub(crate) const FACTORS_MAX: usize = 20;

words! {
    /// What proves.
    FactorKind {
        /// Codes by time, from an app.
        Totp = "totp",
        /// A passkey.
        Passkey = "passkey",
        /// Codes on paper, each good once.
        Recovery = "recovery",
    }
}

impl FactorKind {
    /// How strongly somebody is in who proved this beside a password.
    #[must_use]
    pub const fn gives(self) -> Assurance {
        match self {
            Self::Totp | Self::Recovery => Assurance::TwoFactor,
            Self::Passkey => Assurance::PhishingResistant,
        }
    }
}

/// A factor's public name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FactorId(SessionId);

impl FactorId {
    pub(crate) fn random(rng: &dyn base::Rng) -> Self {
        Self(SessionId::random(rng))
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        SessionId::from_slice(bytes).map(Self)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl From<FactorId> for store::Value {
    fn from(id: FactorId) -> Self {
        Self::Bytes(id.as_bytes().to_vec())
    }
}

impl fmt::Display for FactorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for FactorId {
    type Err = base::InvalidId;

    fn from_str(text: &str) -> Result<Self, base::InvalidId> {
        text.parse().map(Self)
    }
}
