//! Scopes: what an app asks for, in the words of SMART App Launch 2 (`patient/Observation.rs`) and of OpenID Connect, and what
//! that means to policy: collections, verbs and purposes of the register.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use base::{Name, Purpose};
use policy::{Extent, Verbs};

/// A whole list of scopes, in bytes.
pub const SCOPES_BYTES_MAX: usize = 4 << 10;

/// On whose behalf data are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// One person's data, by that person's answer.
    Patient,
    /// The tenant's, by the app's own right.
    System,
}

/// One scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Who signed in.
    OpenId,
    /// Go on while nobody is signed in: refresh tokens.
    Offline,
    /// Which person it is about, told beside the token.
    LaunchPatient,
    /// Who signed in, as a FHIR reference.
    FhirUser,
    /// Data of a collection, or (`None`) of all.
    Data {
        /// On whose behalf.
        level: Level,
        /// Which collection.
        collection: Option<Name>,
        /// What may be done.
        verbs: Verbs,
    },
    /// Use for this purpose.
    Purpose(Purpose),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenId => f.write_str("openid"),
            Self::Offline => f.write_str("offline_access"),
            Self::LaunchPatient => f.write_str("launch/patient"),
            Self::FhirUser => f.write_str("fhirUser"),
            Self::Data {
                level,
                collection,
                verbs,
            } => {
                let level = match level {
                    Level::Patient => "patient",
                    Level::System => "system",
                };
                let collection = collection.as_ref().map_or("*", Name::as_str);
                write!(f, "{level}/{collection}.{verbs}")
            }
            Self::Purpose(purpose) => write!(f, "purpose/{purpose}"),
        }
    }
}

impl FromStr for Scope {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "openid" => return Ok(Self::OpenId),
            "offline_access" => return Ok(Self::Offline),
            "launch/patient" => return Ok(Self::LaunchPatient),
            "fhirUser" => return Ok(Self::FhirUser),
            _ => {}
        }
        let (level, rest) = text.split_once('/').ok_or(())?;
        let level = match level {
            "patient" => Level::Patient,
            "system" => Level::System,
            "purpose" => return rest.parse().map(Self::Purpose).map_err(drop),
            _ => return Err(()),
        };
        let (collection, verbs) = rest.split_once('.').ok_or(())?;
        let collection = match collection {
            "*" => None,
            name => Some(name.parse().map_err(drop)?),
        };
        let verbs = match verbs {
            // As SMART 1 wrote them.
            "read" => "rs",
            "write" => "cud",
            "*" => "cruds",
            verbs => verbs,
        };
        Ok(Self::Data {
            level,
            collection,
            verbs: verbs.parse()?,
        })
    }
}

impl Scope {
    /// Whether it lies within `other`.
    fn within(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Data {
                    level,
                    collection,
                    verbs,
                },
                Self::Data {
                    level: level_of,
                    collection: collection_of,
                    verbs: verbs_of,
                },
            ) => {
                level == level_of
                    && (collection_of.is_none() || collection == collection_of)
                    && verbs.within(*verbs_of)
            }
            (one, other) => one == other,
        }
    }
}

/// Several scopes, each once, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(BTreeSet<Scope>);

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            fmt::Display::fmt(scope, f)?;
        }
        Ok(())
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl Scopes {
    /// Those of `text` that we know; others are left out, as OpenID Connect wants. `None` when it is too long.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() <= SCOPES_BYTES_MAX).then(|| {
            text.split(' ')
                .filter_map(|scope| scope.parse().ok())
                .collect()
        })
    }

    /// All of `text`; `None` when one is unknown.
    #[must_use]
    pub fn parse_strictly(text: &str) -> Option<Self> {
        let scopes = text.split(' ').filter(|scope| !scope.is_empty());
        let all: Result<_, _> = scopes.map(str::parse).collect();
        all.ok()
            .filter(|_| text.len() <= SCOPES_BYTES_MAX)
            .map(Self)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Whether this very scope is among them.
    #[must_use]
    pub fn has(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// Whether each lies within one of `others`. Purposes are looked at elsewhere.
    #[must_use]
    pub fn within(&self, others: &Self) -> bool {
        self.0
            .iter()
            .filter(|scope| !matches!(scope, Scope::Purpose(_)))
            .all(|scope| others.0.iter().any(|other| scope.within(other)))
    }

    /// Those that are about `level` and those that are about no data.
    #[must_use]
    pub fn at(&self, level: Level) -> Self {
        let fits = |scope: &&Scope| !matches!(scope, Scope::Data { level: of, .. } if *of != level);
        self.0.iter().filter(fits).cloned().collect()
    }

    /// Whether any reaches data of `level`.
    #[must_use]
    pub fn reach_data(&self, level: Level) -> bool {
        self.0
            .iter()
            .any(|scope| matches!(scope, Scope::Data { level: of, .. } if *of == level))
    }

    /// The collections that are named.
    pub fn collections(&self) -> impl Iterator<Item = &Name> {
        self.0.iter().filter_map(|scope| match scope {
            Scope::Data { collection, .. } => collection.as_ref(),
            _ => None,
        })
    }

    /// The purposes that are named; all of `allowed`, if none is. `None` when one is not allowed.
    #[must_use]
    pub fn purposes(&self, allowed: &[Purpose]) -> Option<Vec<Purpose>> {
        let named: Vec<Purpose> = self
            .0
            .iter()
            .filter_map(|scope| match scope {
                Scope::Purpose(purpose) => Some(*purpose),
                _ => None,
            })
            .collect();
        if named.is_empty() {
            return Some(allowed.to_vec());
        }
        named
            .iter()
            .all(|purpose| allowed.contains(purpose))
            .then_some(named)
    }

    /// What policy is told.
    #[must_use]
    pub fn extents(&self) -> Vec<Extent> {
        self.0
            .iter()
            .filter_map(|scope| match scope {
                Scope::Data {
                    collection, verbs, ..
                } => Some(Extent {
                    collection: collection.clone(),
                    verbs: *verbs,
                }),
                _ => None,
            })
            .collect()
    }
}

/// Purposes as they are stored: their codes with a space between.
#[must_use]
pub(crate) fn write_purposes(purposes: &[Purpose]) -> String {
    let codes: Vec<_> = purposes.iter().map(|purpose| purpose.as_str()).collect();
    codes.join(" ")
}

/// Purposes as they were stored.
#[must_use]
pub(crate) fn read_purposes(text: &str) -> Option<Vec<Purpose>> {
    text.split(' ')
        .filter(|code| !code.is_empty())
        .map(|code| code.parse().ok())
        .collect()
}
