//! References: what one names, where they stand in a text, and how those to a bundle's own entries are exchanged.

use super::error::FhirError;
use super::resource::{is_type, splice};
use super::scan::{self, Span};

/// What a reference names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    /// `#id`: a resource contained in this one.
    Contained(&'a str),
    /// `Type/id`, perhaps with `/_history/version`: a resource kept here.
    Local {
        /// The type.
        kind: &'a str,
        /// The id.
        id: &'a str,
        /// The version, where it names one.
        version: Option<&'a str>,
    },
    /// `https://elsewhere/Type/id`: a resource kept elsewhere (or here, called by our full name).
    Absolute {
        /// Everything before the type, without the slash.
        base: &'a str,
        /// The type.
        kind: &'a str,
        /// The id.
        id: &'a str,
    },
    /// `urn:uuid:…` or `urn:oid:…`: an entry of the same bundle, by its `fullUrl`.
    Urn(&'a str),
    /// `Type?query`: whatever resource meets the condition.
    Conditional {
        /// The type.
        kind: &'a str,
        /// The query, without the question mark.
        query: &'a str,
    },
    /// Something else; it is kept as it is.
    Other(&'a str),
}

impl<'a> Reference<'a> {
    /// What `text` names.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        if let Some(id) = text.strip_prefix('#') {
            return Self::Contained(id);
        }
        if text.starts_with("urn:") {
            return Self::Urn(text);
        }
        if let Some((kind, query)) = text.split_once('?')
            && is_type(kind)
        {
            return Self::Conditional { kind, query };
        }
        let (named, version) = match text.split_once("/_history/") {
            Some((named, version)) => (named, Some(version)),
            None => (text, None),
        };
        let mut steps = named.rsplitn(3, '/');
        match (steps.next(), steps.next(), steps.next()) {
            (Some(id), Some(kind), base) if is_type(kind) && is_id(id) => match base {
                None => Self::Local { kind, id, version },
                Some(base) if base.contains("://") => Self::Absolute { base, kind, id },
                Some(_) => Self::Other(text),
            },
            _ => Self::Other(text),
        }
    }
}

/// Whether `text` keeps FHIR's rule for ids.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.parse::<base::RecordId>().is_ok()
}

/// Where in a resource a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// In a Reference.
    Reference,
    /// In a uri or url, or a link of the narrative.
    Uri,
}

/// What member `key` may hold that a server rewrites when it takes an entry in. `identifier.value` and `system` look like it at
/// times and are not.
fn spot(key: &str) -> Option<Spot> {
    match key {
        "reference" => Some(Spot::Reference),
        "url" | "uri" | "valueUrl" | "valueUuid" | "valueOid" | "valueCanonical" => Some(Spot::Uri),
        key if key.ends_with("Uri") => Some(Spot::Uri),
        _ => None,
    }
}

/// What is to stand in place of a name, if anything.
pub type Exchange<'e> = dyn Fn(Spot, &str) -> Option<String> + 'e;

/// The text at `span` with every name that `exchange` knows exchanged, in references, uris and the links of the narrative; or
/// nothing, if there was none.
pub fn rewrite(
    text: &str,
    span: &Span,
    exchange: &Exchange<'_>,
) -> Result<Option<String>, FhirError> {
    let mut edits = Vec::new();
    scan::strings(text, span, &mut |key, value| {
        let Some(key) = scan::string(text, key) else {
            return;
        };
        if let Some(spot) = spot(&key) {
            let from = scan::string(text, value);
            if let Some(to) = from.and_then(|from| exchanged(spot, &from, exchange)) {
                edits.push((value.clone(), format!("\"{to}\"")));
            }
        } else if key == "div"
            && let Some(narrative) = text.get(value.clone())
        {
            for (at, to) in links(narrative, exchange) {
                edits.push((value.start + at.start..value.start + at.end, to));
            }
        }
    })?;
    Ok((!edits.is_empty()).then(|| splice(text, span, &edits)))
}

/// What `exchange` has for `from`; a fragment behind it stays.
fn exchanged(spot: Spot, from: &str, exchange: &Exchange<'_>) -> Option<String> {
    if let Some(to) = exchange(spot, from) {
        return Some(to).filter(|to| to != from);
    }
    let (name, fragment) = from.split_once('#')?;
    exchange(spot, name).map(|to| format!("{to}#{fragment}"))
}

/// The targets of `href` and `src` in a narrative (as JSON text, so its quotes are escaped) that `exchange`
/// knows.
fn links(narrative: &str, exchange: &Exchange<'_>) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    for attribute in ["href=", "src="] {
        for (at, _) in narrative.match_indices(attribute) {
            let rest = narrative.get(at + attribute.len()..).unwrap_or_default();
            let Some(quote) = ["\\\"", "'"]
                .into_iter()
                .find(|quote| rest.starts_with(quote))
            else {
                continue;
            };
            let target = rest.get(quote.len()..).unwrap_or_default();
            let Some(end) = target.find(quote) else {
                continue;
            };
            if let Some(to) = target
                .get(..end)
                .and_then(|from| exchanged(Spot::Uri, from, exchange))
            {
                let start = at + attribute.len() + quote.len();
                found.push((start..start + end, to));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_told_apart() {
        let local = |kind, id, version| Reference::Local { kind, id, version };
        for (text, reference) in [
            ("#p1", Reference::Contained("p1")),
            ("Patient/a.1", local("Patient", "a.1", None)),
            ("Patient/1/_history/2", local("Patient", "1", Some("2"))),
            (
                "http://x.org/fhir/Patient/1",
                Reference::Absolute {
                    base: "http://x.org/fhir",
                    kind: "Patient",
                    id: "1",
                },
            ),
            ("urn:uuid:00", Reference::Urn("urn:uuid:00")),
            (
                "Patient?identifier=a|b",
                Reference::Conditional {
                    kind: "Patient",
                    query: "identifier=a|b",
                },
            ),
            ("http://x.org/fhir", Reference::Other("http://x.org/fhir")),
            ("Patient/", Reference::Other("Patient/")),
            ("a/Patient/1", Reference::Other("a/Patient/1")),
            ("Patient/a_b", Reference::Other("Patient/a_b")),
            ("", Reference::Other("")),
        ] {
            assert_eq!(Reference::of(text), reference, "{text}");
        }
    }

    #[test]
    fn only_references_are_exchanged() {
        let known = |_, name: &str| (name == "urn:uuid:1").then(|| "Patient/p".to_owned());
        let text = r##"{"a":{"reference":"urn:uuid:1","n": 1.0},"b":[{"reference":"urn:uuid:2"}],"identifier":{"system":"urn:uuid:1","value":"urn:uuid:1"},"valueUri":"urn:uuid:1","instantiatesUri":["x","urn:uuid:1"],"text":{"div":"<div>urn:uuid:1 <a href=\"urn:uuid:1\">x</a><img src='urn:uuid:1'/></div>"},"url":"urn:uuid:1#c","note":"urn:uuid:1"}"##;
        let expected = r##"{"a":{"reference":"Patient/p","n": 1.0},"b":[{"reference":"urn:uuid:2"}],"identifier":{"system":"urn:uuid:1","value":"urn:uuid:1"},"valueUri":"Patient/p","instantiatesUri":["x","Patient/p"],"text":{"div":"<div>urn:uuid:1 <a href=\"Patient/p\">x</a><img src='Patient/p'/></div>"},"url":"Patient/p#c","note":"urn:uuid:1"}"##;
        let rewritten = rewrite(text, &(0..text.len()), &known).unwrap();
        assert_eq!(rewritten.as_deref(), Some(expected));
        assert_eq!(rewrite(text, &(0..text.len()), &|_, _| None).unwrap(), None);
    }
}
