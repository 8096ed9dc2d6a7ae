//! Why data are read: HL7 v3 `PurposeOfUse` codes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The purpose of a read or a write, as the caller states it in `Purpose-Of-Use`.
///
/// Source: HL7 v3 code system `ActReason`, value set `PurposeOfUse`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Purpose {
    /// Care of this person.
    Treat,
    /// Emergency care, when the ordinary way is too slow.
    Etreat,
    /// The person asked for it.
    Patrqt,
    /// Health research.
    Hresch,
    /// Payment for care.
    Hpaymt,
    /// Running the organisation: quality, administration.
    Hoperat,
    /// Public health reporting.
    Pubhlth,
    /// Legal duty or claim.
    Hlegal,
    /// Keeping the system itself: integrity checks, migrations.
    Sysdev,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 9] = [
        Self::Treat,
        Self::Etreat,
        Self::Patrqt,
        Self::Hresch,
        Self::Hpaymt,
        Self::Hoperat,
        Self::Pubhlth,
        Self::Hlegal,
        Self::Sysdev,
    ];

    /// The HL7 code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Treat => "TREAT",
            Self::Etreat => "ETREAT",
            Self::Patrqt => "PATRQT",
            Self::Hresch => "HRESCH",
            Self::Hpaymt => "HPAYMT",
            Self::Hoperat => "HOPERAT",
            Self::Pubhlth => "PUBHLTH",
            Self::Hlegal => "HLEGAL",
            Self::Sysdev => "SYSDEV",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Purpose {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
            .ok_or_else(|| "not a PurposeOfUse code".to_owned())
    }
}
