//! A search as it is asked: `GET /fhir/Observation?patient=p1&code=http://loinc.org|8867-4&date=ge2024`.

use base::limits::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};
use base::{Name, RecordId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::error::FhirError;
use super::reference::{Reference, is_id};
use super::resource::is_type;
use super::when::{Prefix, TimeSpan};
use crate::register::{Collection, Kind};

/// What to do with a parameter that is not known (`Prefer: handling=`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handling {
    /// Leave it out, and say so in the answer. What the specification asks for where nothing is preferred.
    Lenient,
    /// Refuse the search.
    Strict,
}

/// A search, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// All of these have to be met.
    pub criteria: Vec<Criterion>,
    /// Resources on one page. Zero asks only whether there are any.
    pub count: usize,
    /// Where the page begins, as a link that we gave out said it.
    pub cursor: Option<String>,
    /// The parameters that count, as they were written: links repeat them.
    pub used: Vec<(String, String)>,
    /// Names of parameters that were left out.
    pub ignored: Vec<String>,
}

/// One parameter of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// Its name, as the register or the specification has it.
    pub name: Name,
    /// One of these has to be met.
    pub wanted: Vec<Wanted>,
    /// The values as they were written, for the blind index.
    pub values: Vec<String>,
}

/// What a resource has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This id (`_id`).
    Id(RecordId),
    /// A code or an identifier.
    Token {
        /// `None`: any system; an empty one: none at all.
        system: Option<String>,
        /// `None`: any code of the system.
        code: Option<String>,
    },
    /// A text.
    Text {
        /// What it says.
        text: String,
        /// How much of it.
        fit: Fit,
    },
    /// A time.
    Date {
        /// How it lies to the span.
        prefix: Prefix,
        /// The span.
        span: TimeSpan,
    },
    /// A reference to this resource.
    Reference(Referred),
    /// The element is there (`:missing=false`) or not (`:missing=true`).
    Missing(bool),
}

/// How a text has to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It begins so, whatever the case and the accents.
    Begins,
    /// It has it somewhere, whatever the case and the accents (`:contains`).
    Contains,
    /// It is exactly so (`:exact`).
    Exact,
}

/// What a reference has to name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referred {
    /// A resource kept here; without a type any that the parameter may point at.
    Local {
        /// The type.
        kind: Option<String>,
        /// The id.
        id: String,
    },
    /// Anything else, by its whole text.
    Text(String),
    /// A resource known only by a business identifier (`:identifier`).
    Identifier {
        /// `None`: any system.
        system: Option<String>,
        /// The value.
        value: Option<String>,
    },
}

/// Parameters about the answer that we take and need not act on.
const ABOUT_THE_ANSWER: [&str; 2] = ["_format", "_pretty"];
/// The parameter that carries our place in a list.
pub const CURSOR: &str = "_cursor";

impl Query {
    /// Understand `query` (the part of the URL behind `?`, or a form's body) as a search of `collection`.
    pub fn of(collection: &Collection, query: &str, handling: Handling) -> Result<Self, FhirError> {
        let mut understood = Self {
            criteria: Vec::new(),
            count: PAGE_ITEMS_DEFAULT,
            cursor: None,
            used: Vec::new(),
            ignored: Vec::new(),
        };
        for (key, value) in pairs(query)? {
            understood.take(collection, &key, &value, handling)?;
        }
        Ok(understood)
    }

    fn take(
        &mut self,
        collection: &Collection,
        key: &str,
        value: &str,
        handling: Handling,
    ) -> Result<(), FhirError> {
        let (name, modifier) = match key.split_once(':') {
            Some((name, modifier)) => (name, Some(modifier)),
            None => (key, None),
        };
        let refused = |reason| FhirError::Search {
            parameter: shown(name),
            reason,
        };
        match name {
            "_count" => {
                let count: usize = value
                    .parse()
                    .map_err(|_| refused("a number was expected"))?;
                self.count = count.min(PAGE_ITEMS_MAX);
                self.used.push((key.to_owned(), self.count.to_string()));
                return Ok(());
            }
            CURSOR => {
                self.cursor = Some(value.to_owned());
                return Ok(());
            }
            name if ABOUT_THE_ANSWER.contains(&name) => return Ok(()),
            _ if value.is_empty() => {
                // "Empty parameters are not an error, they are just ignored."
                return Ok(());
            }
            _ => (),
        }
        let kind = match name {
            "_id" => None,
            "_lastUpdated" => Some(Kind::Date),
            _ => match collection.parameter(name) {
                Some(parameter) => Some(parameter.kind),
                None if handling == Handling::Strict => {
                    return Err(refused(
                        "not known here; the CapabilityStatement lists those that are",
                    ));
                }
                None => {
                    self.ignored.push(shown(name));
                    return Ok(());
                }
            },
        };
        let Ok(parameter) = name.parse::<Name>() else {
            return Err(refused("not the name of a parameter"));
        };
        let values = split(value, ',');
        let mut wanted = Vec::with_capacity(values.len());
        for value in &values {
            wanted.push(match (kind, modifier) {
                (Some(_), Some("missing")) => match value.as_str() {
                    "true" => Wanted::Missing(true),
                    "false" => Wanted::Missing(false),
                    _ => return Err(refused(":missing is true or false")),
                },
                (None, None) => Wanted::Id(value.parse().map_err(|_| refused("not an id"))?),
                (Some(Kind::Token | Kind::Identifier), None) => token(value),
                (Some(Kind::Text), None) => text(value, Fit::Begins),
                (Some(Kind::Text), Some("exact")) => text(value, Fit::Exact),
                (Some(Kind::Text), Some("contains")) => text(value, Fit::Contains),
                (Some(Kind::Date), None) => {
                    let (prefix, rest) = Prefix::split(value);
                    let span = TimeSpan::of(rest).ok_or_else(|| refused("not a date"))?;
                    Wanted::Date { prefix, span }
                }
                (Some(Kind::Reference), modifier) => Wanted::Reference(
                    referred(value, modifier).ok_or_else(|| refused("not a modifier for it"))?,
                ),
                // The specification: an unsupported modifier is refused, lest the answer say more than was asked.
                _ => return Err(refused("not a modifier for it")),
            });
        }
        self.used.push((key.to_owned(), value.to_owned()));
        self.criteria.push(Criterion {
            name: parameter,
            wanted,
            values: values.iter().map(|value| unescape(value)).collect(),
        });
        Ok(())
    }

    /// The search as a query again, with `cursor` as the place where the page begins.
    #[must_use]
    pub fn link(&self, cursor: Option<&str>) -> String {
        let mut query = String::new();
        let cursor = cursor.map(|cursor| (CURSOR.to_owned(), cursor.to_owned()));
        for (key, value) in self.used.iter().chain(cursor.as_ref()) {
            if !query.is_empty() {
                query.push('&');
            }
            encode(key, &mut query);
            query.push('=');
            encode(value, &mut query);
        }
        query
    }

    /// The patient that the search is about, if it names exactly one kept here. What is about a patient lies on their shelf.
    #[must_use]
    pub fn patient(&self) -> Option<&str> {
        self.criteria.iter().find_map(Criterion::patient)
    }
}

impl Criterion {
    /// The one patient that it names as the subject, if it does.
    #[must_use]
    pub fn patient(&self) -> Option<&str> {
        let is_subject = matches!(
            self.name.as_str(),
            "patient" | "subject" | "beneficiary" | "individual"
        );
        match self.wanted.as_slice() {
            [Wanted::Reference(Referred::Local { kind, id })]
                if is_subject && kind.as_deref().is_none_or(|kind| kind == "Patient") =>
            {
                Some(id)
            }
            _ => None,
        }
    }
}

/// The names and values of a query, decoded.
fn pairs(query: &str) -> Result<Vec<(String, String)>, FhirError> {
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(key), Some(value)) = (decode(key), decode(value)) else {
            return Err(FhirError::Search {
                parameter: "the query".into(),
                reason: "not valid UTF-8 in percent encoding",
            });
        };
        pairs.push((key, value));
    }
    Ok(pairs)
}

fn decode(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    percent_decode_str(&text)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}

/// What stands in a query as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b':');

fn encode(text: &str, into: &mut String) {
    into.extend(utf8_percent_encode(text, PLAIN));
}

/// A parameter's name for a message: only if it is one.
fn shown(name: &str) -> String {
    match name.parse::<Name>() {
        Ok(name) => name.to_string(),
        Err(_) => "(not a name)".into(),
    }
}

/// `text` cut at every `by` that has no backslash before it. Escapes stay.
fn split(text: &str, by: char) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut escaped = false;
    for each in text.chars() {
        if each == by && !escaped {
            pieces.push(String::new());
            continue;
        }
        escaped = each == '\\' && !escaped;
        if let Some(piece) = pieces.last_mut() {
            piece.push(each);
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// `\,` `\|` `\$` `\\` as what they stand for.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(each) = rest.next() {
        match (each, rest.peek()) {
            ('\\', Some(',' | '|' | '$' | '\\')) => plain.extend(rest.next()),
            _ => plain.push(each),
        }
    }
    plain
}

fn parts(value: &str) -> (Option<String>, Option<String>) {
    let bar = {
        let mut escaped = false;
        value.char_indices().find_map(|(at, each)| {
            let found = each == '|' && !escaped;
            escaped = each == '\\' && !escaped;
            found.then_some(at)
        })
    };
    match bar.and_then(|at| value.split_at_checked(at)) {
        None => (None, Some(unescape(value))),
        Some((system, code)) => {
            let code = unescape(code.get(1..).unwrap_or_default());
            (
                Some(unescape(system)),
                Some(code).filter(|code| !code.is_empty()),
            )
        }
    }
}

fn token(value: &str) -> Wanted {
    let (system, code) = parts(value);
    Wanted::Token { system, code }
}

fn text(value: &str, fit: Fit) -> Wanted {
    Wanted::Text {
        text: unescape(value),
        fit,
    }
}

fn referred(value: &str, modifier: Option<&str>) -> Option<Referred> {
    if modifier == Some("identifier") {
        let (system, value) = parts(value);
        return Some(Referred::Identifier { system, value });
    }
    let value = unescape(value);
    let kind = match modifier {
        None => None,
        Some(kind) if is_type(kind) => Some(kind.to_owned()),
        Some(_) => return None,
    };
    Some(match (Reference::of(&value), kind) {
        (Reference::Local { kind, id, .. }, None) => Referred::Local {
            kind: Some(kind.to_owned()),
            id: id.to_owned(),
        },
        (_, kind) if is_id(&value) => Referred::Local { kind, id: value },
        (_, None) => Referred::Text(value),
        (_, Some(_)) => return None,
    })
}
