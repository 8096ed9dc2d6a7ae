//! The class of a field: which key seals it and who may see it (`docs/concepts/register.md`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The class that the register gives a field.
///
/// The discriminants are part of every sealed format and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Class {
    /// May be known to anybody.
    Public = 1,
    /// Meant for the tenant's own people and programs: ids, states, versions.
    Internal = 2,
    /// Says who a person is: names, identifiers, addresses, contacts.
    Personal = 3,
    /// Says how a person is: GDPR Art. 9 data concerning health.
    Health = 4,
    /// Lets somebody in: passwords, tokens, keys.
    Credential = 5,
    /// Payment data. The class exists so that a register can name it; such a field is refused.
    Payment = 6,
}

impl Class {
    /// Every class, least sensitive first.
    pub const ALL: [Self; 6] = [
        Self::Public,
        Self::Internal,
        Self::Personal,
        Self::Health,
        Self::Credential,
        Self::Payment,
    ];

    /// The class as it stands in register files, log entries and on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Personal => "personal",
            Self::Health => "health",
            Self::Credential => "credential",
            Self::Payment => "payment",
        }
    }

    /// The byte that stands for the class in sealed formats.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The class that `code` stands for, if any.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Class {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|class| class.as_str() == text)
            .ok_or_else(|| format!("{text:?} is not a class"))
    }
}

/// A set of classes, as a bit mask.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ClassSet(u8);

impl ClassSet {
    /// No class at all.
    pub const EMPTY: Self = Self(0);

    /// The set with `class` in it.
    #[must_use]
    pub const fn with(self, class: Class) -> Self {
        Self(self.0 | 1 << class.code())
    }

    /// Whether `class` is in the set.
    #[must_use]
    pub const fn contains(self, class: Class) -> bool {
        self.0 & (1 << class.code()) != 0
    }

    /// The classes that are in both.
    #[must_use]
    pub const fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The classes that are in one of them.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The classes that are not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there is no class in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The classes in it, least sensitive first.
    pub fn iter(self) -> impl Iterator<Item = Class> {
        Class::ALL
            .into_iter()
            .filter(move |class| self.contains(*class))
    }
}

impl FromIterator<Class> for ClassSet {
    fn from_iter<I: IntoIterator<Item = Class>>(classes: I) -> Self {
        classes.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl fmt::Debug for ClassSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl fmt::Display for ClassSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, class) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(class.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_survives_its_code_and_its_name() {
        for class in Class::ALL {
            assert_eq!(Class::from_code(class.code()), Some(class));
            assert_eq!(class.as_str().parse(), Ok(class));
        }
        assert_eq!(Class::from_code(0), None);
        assert!("Health".parse::<Class>().is_err());
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: ClassSet = [Class::Health, Class::Internal].into_iter().collect();
        assert!(set.contains(Class::Health) && !set.contains(Class::Personal));
        assert_eq!(set.to_string(), "internal,health");
    }
}
