//! Whether a resource is what a search asks for, by looking at the opened resource.
//!
//! The blind index narrows a search down, this decides: prefixes of names, spans of dates and systems of codes cannot be told by
//! an index of keyed hashes. It looks only at what the caller may see, so that nobody can guess at a field by searching for it.

use base::{Instant, Name};
use serde_json::Value;

use super::query::{Criterion, Fit, Referred, Wanted};
use super::reference::Reference;
use super::when::TimeSpan;
use crate::document::normalise::fold;
use crate::register::{Collection, Parameter};

/// A resource to be looked at.
pub struct Candidate<'a> {
    /// Its collection.
    pub collection: &'a Collection,
    /// Its id.
    pub id: &'a str,
    /// When this version was written.
    pub written: Instant,
    /// What the caller may see of it.
    pub resource: &'a Value,
}

impl Candidate<'_> {
    /// Whether it meets every one of `criteria`.
    #[must_use]
    pub fn meets(&self, criteria: &[Criterion], now: Instant) -> bool {
        criteria
            .iter()
            .all(|criterion| self.meets_one(criterion, now))
    }

    fn meets_one(&self, criterion: &Criterion, now: Instant) -> bool {
        let wanted = &criterion.wanted;
        match criterion.name.as_str() {
            "_id" => wanted
                .iter()
                .any(|wanted| matches!(wanted, Wanted::Id(id) if id.as_str() == self.id)),
            "_lastUpdated" => wanted.iter().any(|wanted| match wanted {
                Wanted::Date { prefix, span } => {
                    prefix.holds(*span, TimeSpan::of_instant(self.written), now)
                }
                Wanted::Missing(missing) => !missing,
                _ => false,
            }),
            name => {
                let Some(parameter) = self.collection.parameter(name) else {
                    return false;
                };
                let values = self.values(parameter);
                wanted.iter().any(|wanted| match wanted {
                    Wanted::Missing(missing) => *missing == values.is_empty(),
                    wanted => values
                        .iter()
                        .any(|value| holds(wanted, parameter, value, now)),
                })
            }
        }
    }

    /// The values that a parameter looks at.
    fn values(&self, parameter: &Parameter) -> Vec<&Value> {
        let mut values = Vec::new();
        for path in &parameter.paths {
            if let Some(field) = self.collection.fields.get(path.field)
                && let Some(value) = self.resource.get(field.name.as_str())
            {
                walk(value, &path.below, &mut values);
            }
        }
        values
    }
}

/// Collect what lies at `path` under `value`, arrays looked through.
fn walk<'v>(value: &'v Value, path: &[Name], found: &mut Vec<&'v Value>) {
    if let Value::Array(items) = value {
        for item in items {
            walk(item, path, found);
        }
        return;
    }
    match path.split_first() {
        None => {
            if !value.is_null() {
                found.push(value);
            }
        }
        Some((first, rest)) => {
            if let Some(inner) = value.get(first.as_str()) {
                walk(inner, rest, found);
            }
        }
    }
}

fn holds(wanted: &Wanted, parameter: &Parameter, value: &Value, now: Instant) -> bool {
    match wanted {
        Wanted::Token { system, code } => codes(value).iter().any(|(its_system, its_code)| {
            let system_fits = match system.as_deref() {
                None => true,
                Some("") => its_system.is_none(),
                Some(system) => *its_system == Some(system),
            };
            system_fits && code.as_deref().is_none_or(|code| *its_code == Some(code))
        }),
        Wanted::Text { text, fit } => texts(value).iter().any(|its| fits(its, text, *fit)),
        Wanted::Date { prefix, span } => TimeSpan::all_of(value)
            .into_iter()
            .any(|its| prefix.holds(*span, its, now)),
        Wanted::Reference(referred) => refers(value, referred, parameter),
        Wanted::Id(_) | Wanted::Missing(_) => false,
    }
}

/// System and code of whatever can be searched as a token: a code, a Coding, a CodeableConcept, an Identifier, a ContactPoint.
fn codes(value: &Value) -> Vec<(Option<&str>, Option<&str>)> {
    match value {
        Value::String(code) => vec![(None, Some(code))],
        Value::Bool(true) => vec![(None, Some("true"))],
        Value::Bool(false) => vec![(None, Some("false"))],
        Value::Array(items) => items.iter().flat_map(codes).collect(),
        Value::Object(object) => {
            if let Some(codings) = object.get("coding") {
                return codes(codings);
            }
            let part = |key: &str| object.get(key).and_then(Value::as_str);
            match (part("code"), part("value")) {
                (None, None) => Vec::new(),
                (Some(code), _) => vec![(part("system"), Some(code))],
                (None, value) => vec![(part("system"), value)],
            }
        }
        Value::Number(_) | Value::Null => Vec::new(),
    }
}

/// The words of a string, a HumanName, an Address.
fn texts(value: &Value) -> Vec<&str> {
    const SAID: [&str; 13] = [
        "text",
        "family",
        "given",
        "prefix",
        "suffix",
        "line",
        "city",
        "district",
        "state",
        "postalCode",
        "country",
        "display",
        "value",
    ];
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(object) => SAID
            .iter()
            .filter_map(|key| object.get(*key))
            .flat_map(texts)
            .collect(),
        _ => Vec::new(),
    }
}

fn fits(its: &str, text: &str, fit: Fit) -> bool {
    match fit {
        Fit::Exact => its == text,
        Fit::Begins => fold(its).starts_with(&fold(text)),
        Fit::Contains => fold(its).contains(&fold(text)),
    }
}

fn refers(value: &Value, referred: &Referred, parameter: &Parameter) -> bool {
    let text = match value {
        Value::String(text) => Some(text.as_str()),
        value => value.get("reference").and_then(Value::as_str),
    };
    match referred {
        Referred::Identifier {
            system,
            value: wanted,
        } => value.get("identifier").is_some_and(|identifier| {
            let part = |key: &str| identifier.get(key).and_then(Value::as_str);
            system
                .as_deref()
                .is_none_or(|system| part("system") == Some(system))
                && wanted
                    .as_deref()
                    .is_none_or(|wanted| part("value") == Some(wanted))
        }),
        Referred::Text(wanted) => text == Some(wanted),
        Referred::Local { kind, id } => match text.map(Reference::of) {
            // A resource called by a full name lies here under its id, or not at all.
            Some(
                Reference::Local {
                    kind: its_kind,
                    id: its_id,
                    ..
                }
                | Reference::Absolute {
                    kind: its_kind,
                    id: its_id,
                    ..
                },
            ) => {
                its_id == id
                    && match kind.as_deref() {
                        Some(kind) => its_kind == kind,
                        None => {
                            parameter.targets.is_empty()
                                || parameter
                                    .targets
                                    .iter()
                                    .any(|kind| kind.as_str() == its_kind)
                        }
                    }
            }
            _ => false,
        },
    }
}
