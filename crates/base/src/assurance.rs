//! How strongly somebody proved who they are.

use std::fmt;
use std::str::FromStr;

/// How strongly, weakest first (after NIST SP 800-63B-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assurance {
    /// One factor: a password.
    Single,
    /// Two factors, or one that is two: a password with a one-time code.
    TwoFactor,
    /// Bound to the address of this service, so that it cannot be lured away: a passkey that verified its user.
    PhishingResistant,
}

impl Assurance {
    /// Every level, weakest first.
    pub const ALL: [Self; 3] = [Self::Single, Self::TwoFactor, Self::PhishingResistant];

    /// The level's name, as stored and shown to programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::TwoFactor => "two_factor",
            Self::PhishingResistant => "phishing_resistant",
        }
    }
}

impl fmt::Display for Assurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Assurance {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or(())
    }
}
