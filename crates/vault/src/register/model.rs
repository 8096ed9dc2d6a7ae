//! The register as the program uses it: looked up by name, never searched, shared between threads.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base::{Class, ClassSet, Name, Purpose, Region};

use super::lookup::Lookup;
use super::pattern::Automaton;
use super::shape::Shape;

/// Whether records of a collection are about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// About one person, on that person's shelf.
    Person,
    /// About nobody: places, organisations, code systems. On the shelf `PersonId::COMMONS`.
    Tenant,
}

/// Why data of a collection may be kept at all (GDPR Art. 6(1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegalBasis {
    /// (a) the person has agreed.
    Consent,
    /// (b) a contract with the person needs it.
    Contract,
    /// (c) a law demands it.
    LegalObligation,
    /// (d) somebody's life depends on it.
    VitalInterests,
    /// (e) a task in the public interest.
    PublicInterest,
    /// (f) interests that outweigh the person's.
    LegitimateInterests,
}

/// Why data concerning health may be kept (GDPR Art. 9(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthBasis {
    /// (a) the person has agreed, explicitly.
    ExplicitConsent,
    /// (c) somebody's life depends on it.
    VitalInterests,
    /// (h) care, diagnosis, treatment.
    Care,
    /// (i) public health.
    PublicHealth,
    /// (j) research, statistics, archives.
    Research,
}

/// How long a record is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// Until the person, or who acts for them, has it erased.
    UntilErased,
    /// For this many days after its last change.
    Days(u32),
    /// For this many calendar months after its last change.
    Months(u32),
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UntilErased => f.write_str("until-erased"),
            Self::Days(days) => write!(f, "{days}d"),
            Self::Months(months) if months % 12 == 0 => write!(f, "{}y", months / 12),
            Self::Months(months) => write!(f, "{months}m"),
        }
    }
}

impl FromStr for Retention {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "until-erased" {
            return Ok(Self::UntilErased);
        }
        let end = text.len().checked_sub(1).ok_or(())?;
        let number = text.get(..end).and_then(|number| number.parse().ok());
        let number: u32 = number.filter(|number| *number > 0).ok_or(())?;
        match text.as_bytes().last() {
            Some(b'd') => Ok(Self::Days(number)),
            Some(b'm') => Ok(Self::Months(number)),
            Some(b'y') => number.checked_mul(12).map(Self::Months).ok_or(()),
            _ => Err(()),
        }
    }
}

/// What somebody sees of a value who may not see it whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mask {
    /// Nothing; not even that it is there.
    Absent,
    /// `***`.
    Stars,
    /// `***` and the last four characters.
    LastFour,
    /// The year of a date.
    Year,
    /// The first letter and a full stop.
    Initial,
}

/// What a search parameter's values are, and so how they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A code, alone or with its system.
    Token,
    /// Words, whatever their case and accents.
    Text,
    /// A day, a moment or a span of them.
    Date,
    /// Another record.
    Reference,
    /// A business identifier: system and value.
    Identifier,
}

/// How far a search reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Within one person's records.
    Person,
    /// Across all of a tenant's persons: to find who somebody is.
    Tenant,
}

macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $type {
            /// Each, and the word for it in register files.
            pub(super) const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];

            /// The word for it in register files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

words!(Subject { Person = "person", Tenant = "tenant" });
words!(LegalBasis {
    Consent = "consent",
    Contract = "contract",
    LegalObligation = "legal-obligation",
    VitalInterests = "vital-interests",
    PublicInterest = "public-interest",
    LegitimateInterests = "legitimate-interests",
});
words!(HealthBasis {
    ExplicitConsent = "explicit-consent",
    VitalInterests = "vital-interests",
    Care = "care",
    PublicHealth = "public-health",
    Research = "research",
});
words!(Mask { Absent = "absent", Stars = "stars", LastFour = "last-four", Year = "year", Initial = "initial" });
words!(Kind { Token = "token", Text = "text", Date = "date", Reference = "reference", Identifier = "identifier" });
words!(Scope { Person = "person", Tenant = "tenant" });

/// One register file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Its name.
    pub name: Arc<str>,
    /// Its name for people.
    pub title: String,
    /// What it is for.
    pub about: String,
}

/// One collection: what a kind of record may hold.
#[derive(Debug)]
pub struct Collection {
    /// Its name: part of URLs, of associated data and of log entries.
    pub name: Name,
    /// The pack it comes from.
    pub pack: Arc<str>,
    /// Its name for people.
    pub title: String,
    /// What it is.
    pub about: String,
    /// Whether its records are about persons.
    pub subject: Subject,
    /// Raised whenever its fields change.
    pub version: u32,
    /// Where its records may lie; anywhere if empty.
    pub regions: Vec<Region>,
    /// Why it may be kept.
    pub legal_basis: Option<LegalBasis>,
    /// Why its health data may be kept.
    pub health_basis: Option<HealthBasis>,
    /// What it is kept for.
    pub purposes: Vec<Purpose>,
    /// How long.
    pub retention: Retention,
    /// The field that holds the record's id, if the document holds it at all.
    pub id: Option<Name>,
    /// Whether `_name` may stand beside a primitive field `name`, as in FHIR JSON.
    pub companions: bool,
    /// The fields, in the order of the file.
    pub fields: Vec<Field>,
    /// Members inside a field that have another class than their field, as written.
    pub elements: Vec<Element>,
    /// What may be searched.
    pub search: Vec<Parameter>,
    /// Every class that occurs.
    pub classes: ClassSet,
    pub(crate) lookup: Lookup,
    /// Indices of the required fields.
    pub(crate) required: Vec<usize>,
    /// For each field, the parameters that look into it: the parameter's index and the path's.
    pub(crate) searched: Vec<Vec<(usize, usize)>>,
}

impl Collection {
    /// The field called `name`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        let member = self.lookup.find(name.as_bytes())?;
        if member.companion {
            return None;
        }
        self.fields.get(member.field)
    }

    /// The search parameter called `name`, or called that as well.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.search.iter().find(|parameter| {
            parameter.name.as_str() == name
                || parameter.also.iter().any(|also| also.as_str() == name)
        })
    }
}

/// One top-level member of a collection's documents.
#[derive(Debug)]
pub struct Field {
    /// The member's name.
    pub name: Name,
    /// How it is protected.
    pub class: Class,
    /// What its value (or each of its values) is.
    pub shape: Shape,
    /// Whether it is an array of such values.
    pub list: bool,
    /// Whether a document without it is refused.
    pub required: bool,
    /// The most characters that a text may have.
    pub max: Option<usize>,
    /// What is left of it for who may not see it whole.
    pub mask: Mask,
    /// The only values allowed, if not empty.
    pub values: Vec<String>,
    /// What it is.
    pub about: Option<String>,
    /// Which members inside it are sealed under another class.
    pub(crate) lifts: Option<Arc<Automaton>>,
}

/// A pattern that gives members inside a field a class of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Names joined by `.`; `*` is any one member, `**` any number of them. Array positions do not count.
    pub path: String,
    /// How the members are protected.
    pub class: Class,
    /// What is left of them for who may not see them whole.
    pub mask: Mask,
}

/// One search parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in queries.
    pub name: Name,
    /// Where its values are: a field, then names of members below it.
    pub paths: Vec<Path>,
    /// How they are compared.
    pub kind: Kind,
    /// How far a search reaches.
    pub scope: Scope,
    /// For references: the collections that a bare id may mean.
    pub targets: Vec<Name>,
    /// Other names for it in queries.
    pub also: Vec<Name>,
}

/// The way to a searchable value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The field.
    pub field: usize,
    /// Names of members below it, arrays looked through.
    pub below: Vec<Name>,
}
