//! Verbs on collections, as an app's scopes name them (`rs` of `patient/Observation.rs`).

use std::fmt;
use std::str::FromStr;

use base::Name;
use serde::{Deserialize, Serialize};

use crate::Verb;

/// A set of verbs, written as SMART App Launch writes them: some of `c`reate, `r`ead, `u`pdate, `d`elete, `s`earch, in this
/// order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verbs(u8);

/// Letters in the only order that is right.
const LETTERS: [char; 5] = ['c', 'r', 'u', 'd', 's'];
const READ: u8 = 1 << 1 | 1 << 4;

impl Verbs {
    /// Whether all are among `others`.
    #[must_use]
    pub const fn within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    /// Whether anything is changed by one of them.
    #[must_use]
    pub const fn changes(self) -> bool {
        self.0 & !READ != 0
    }

    /// Whether something is opened by one of them.
    #[must_use]
    pub const fn reads(self) -> bool {
        self.0 & READ != 0
    }

    /// To find is to read: a search shows what it finds.
    const fn allow(self, verb: Verb) -> bool {
        match verb {
            Verb::Create => self.0 & 1 != 0,
            Verb::Read => self.reads(),
            Verb::Update => self.0 & 1 << 2 != 0,
            Verb::Delete => self.0 & 1 << 3 != 0,
            Verb::Manage => false,
        }
    }
}

impl fmt::Display for Verbs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (bit, letter) in LETTERS.iter().enumerate() {
            if self.0 & 1 << bit != 0 {
                write!(f, "{letter}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Verbs {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut bits = 0;
        for letter in text.chars() {
            let bit = LETTERS.iter().position(|it| *it == letter).ok_or(())?;
            // Each higher than all before: every set has one way to be written.
            if bits >> bit != 0 {
                return Err(());
            }
            bits |= 1 << bit;
        }
        if bits == 0 { Err(()) } else { Ok(Self(bits)) }
    }
}

impl Serialize for Verbs {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Verbs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|()| serde::de::Error::custom("verbs are some of cruds, in this order"))
    }
}

/// Verbs on one collection, or on all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extent {
    /// Which collection; `None` for all, and for what is in none: files, persons as such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<Name>,
    /// What may be done.
    pub verbs: Verbs,
}

impl Extent {
    /// Whether it covers a verb on a thing of `collection` (`None`: of none).
    #[must_use]
    pub fn covers(&self, collection: Option<&Name>, verb: Verb) -> bool {
        self.verbs.allow(verb)
            && (self.collection.is_none() || self.collection.as_ref() == collection)
    }
}
