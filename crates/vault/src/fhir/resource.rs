//! The envelope of a resource: its type, its id, its meta; read from and put into the text without touching the rest.

use std::borrow::Cow;
use std::ops::Range;

use base::{Instant, RecordId};

use super::error::FhirError;
use super::scan::{self, Member, Span};

/// A resource as it stands in a text.
#[derive(Clone, Debug)]
pub struct Resource<'a> {
    /// The text it stands in.
    pub text: &'a str,
    /// Where in it.
    pub span: Span,
    /// `resourceType`.
    pub kind: Cow<'a, str>,
    /// Its members, in order, `resourceType` and `id` among them.
    pub members: Vec<Member<'a>>,
}

impl<'a> Resource<'a> {
    /// The resource that `text` is, with nothing but white space around it.
    pub fn of(text: &'a str) -> Result<Self, FhirError> {
        let span = scan::document(text)?;
        Self::at(text, span)
    }

    /// The resource at `span` of `text`, which holds a well-formed value there.
    pub fn at(text: &'a str, span: Span) -> Result<Self, FhirError> {
        if text.as_bytes().get(span.start) != Some(&b'{') {
            return Err(FhirError::NotAResource);
        }
        let members = scan::members(text, &span)?;
        let kind = members
            .iter()
            .find(|member| member.key == "resourceType")
            .and_then(|member| scan::string(text, &member.value))
            .filter(|kind| is_type(kind))
            .ok_or(FhirError::NotAResource)?;
        Ok(Self {
            text,
            span,
            kind,
            members,
        })
    }

    /// The text of the resource alone.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text.get(self.span.clone()).unwrap_or_default()
    }

    /// Where the value of member `key` lies.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Span> {
        self.members
            .iter()
            .find(|member| member.key == key)
            .map(|member| &member.value)
    }

    /// Member `key`, if it is a string.
    #[must_use]
    pub fn string(&self, key: &str) -> Option<Cow<'a, str>> {
        scan::string(self.text, self.member(key)?)
    }

    /// The id, if there is one; an error if it breaks FHIR's rule.
    pub fn id(&self) -> Result<Option<RecordId>, FhirError> {
        let Some(span) = self.member("id") else {
            return Ok(None);
        };
        let id = scan::string(self.text, span).ok_or(FhirError::InvalidId)?;
        id.parse().map(Some).map_err(|_| FhirError::InvalidId)
    }

    /// The resource's text with `id` in place of the one it has, if any.
    #[must_use]
    pub fn with_id(&self, id: &RecordId) -> String {
        let (range, with) = match self.member("id") {
            Some(span) => (span.clone(), format!("\"{id}\"")),
            None => (self.after("resourceType"), format!(",\"id\":\"{id}\"")),
        };
        splice(self.text, &self.span, &[(range, with)])
    }

    /// The resource's text with the server's word on version and time in its meta, as FHIR wants it on every read; and the tag
    /// `SUBSETTED` where the reader may not see all of it.
    #[must_use]
    pub fn with_meta(&self, version: u64, written: Instant, is_subset: bool) -> String {
        let mut said = vec![
            ("versionId", format!("\"{version}\"")),
            ("lastUpdated", format!("\"{}\"", millis(written))),
        ];
        let members = |span| scan::members(self.text, span);
        let edits = match self.member("meta").map(|span| (span, members(span))) {
            Some((span, Ok(members))) => {
                let mut edits = Vec::new();
                if is_subset {
                    match members.iter().find(|member| member.key == "tag") {
                        Some(tag) => edits.push(in_front(self.text, &tag.value, SUBSETTED)),
                        None => said.push(("tag", format!("[{SUBSETTED}]"))),
                    }
                }
                let mut missing = Vec::new();
                for (key, value) in said {
                    match members.iter().find(|member| member.key == key) {
                        Some(member) => edits.push((member.value.clone(), value)),
                        None => missing.push(format!("\"{key}\":{value}")),
                    }
                }
                if !missing.is_empty() {
                    edits.push(in_front(self.text, span, &missing.join(",")));
                }
                edits
            }
            // A meta that is no object breaks the register's rule and is not stored; should one be met, it gives way.
            Some((span, Err(_))) => vec![(span.clone(), meta(&said))],
            None => {
                if is_subset {
                    said.push(("tag", format!("[{SUBSETTED}]")));
                }
                let anchor = if self.member("id").is_some() {
                    "id"
                } else {
                    "resourceType"
                };
                vec![(self.after(anchor), format!(",\"meta\":{}", meta(&said)))]
            }
        };
        splice(self.text, &self.span, &edits)
    }

    /// The empty range right behind member `key`.
    fn after(&self, key: &str) -> Range<usize> {
        // Invariant: `resourceType` is always there, or there would be no resource.
        let end = self
            .member(key)
            .map_or(self.span.start + 1, |span| span.end);
        end..end
    }
}

/// The tag of a resource that is not shown whole.
const SUBSETTED: &str =
    r#"{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}"#;

fn meta(said: &[(&str, String)]) -> String {
    let members: Vec<String> = said
        .iter()
        .map(|(key, value)| format!("\"{key}\":{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// Whether `text` can be a resource type: letters, the first one large. Whether the register knows it is another question.
#[must_use]
pub fn is_type(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphabetic())
        && text.starts_with(|first: char| first.is_ascii_uppercase())
}

/// A FHIR `instant`: milliseconds are what other systems keep, so that is what is told.
#[must_use]
pub fn millis(at: Instant) -> String {
    match jiff::Timestamp::from_millisecond(at.micros().div_euclid(1000)) {
        Ok(timestamp) => format!("{timestamp:.3}"),
        Err(_) => at.to_string(),
    }
}

/// The edit that puts `piece` in front of what the object or array at `span` holds.
pub(super) fn in_front(text: &str, span: &Span, piece: &str) -> (Range<usize>, String) {
    let inside = text.get(span.start + 1..span.end.saturating_sub(1));
    let is_empty = inside.is_none_or(|inside| inside.trim().is_empty());
    let comma = if is_empty { "" } else { "," };
    let at = span.start + 1;
    (at..at, format!("{piece}{comma}"))
}

/// The text at `span` with each range exchanged for its text. Ranges do not overlap.
pub(super) fn splice(text: &str, span: &Span, edits: &[(Range<usize>, String)]) -> String {
    let mut edits: Vec<_> = edits.iter().collect();
    edits.sort_by_key(|(range, _)| range.start);
    let grown: usize = edits.iter().map(|(_, with)| with.len()).sum();
    let mut result = String::with_capacity(span.len() + grown);
    let mut at = span.start;
    for (range, with) in edits {
        result.push_str(text.get(at..range.start).unwrap_or_default());
        result.push_str(with);
        at = range.end;
    }
    result.push_str(text.get(at..span.end).unwrap_or_default());
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamped(text: &str) -> String {
        Resource::of(text)
            .unwrap()
            .with_meta(3, Instant::from_micros(1_763_890_200_123_456), false)
    }

    #[test]
    fn the_envelope_is_read() {
        let text = r#" {"id":"a.1","resourceType":"Patient","active":true} "#;
        let patient = Resource::of(text).unwrap();
        assert_eq!(patient.kind, "Patient");
        assert_eq!(patient.id().unwrap().unwrap().as_str(), "a.1");
        assert!(Resource::of("[]").is_err());
        assert!(Resource::of(r#"{"id":"a"}"#).is_err());
        assert!(Resource::of(r#"{"resourceType":"../x"}"#).is_err());
        let bad = Resource::of(r#"{"resourceType":"Patient","id":"a_1"}"#).unwrap();
        assert!(matches!(bad.id(), Err(FhirError::InvalidId)));
    }

    #[test]
    fn an_id_is_put_in_and_the_rest_stays() {
        let id = "n1".parse().unwrap();
        let with = |text| Resource::of(text).unwrap().with_id(&id);
        assert_eq!(
            with(r#"{"x": 1.50, "resourceType" : "Basic"}"#),
            r#"{"x": 1.50, "resourceType" : "Basic","id":"n1"}"#
        );
        assert_eq!(
            with(r#"{"resourceType":"Basic","id":"old","x":1}"#),
            r#"{"resourceType":"Basic","id":"n1","x":1}"#
        );
    }

    #[test]
    fn meta_is_put_in_whatever_was_there() {
        let said = r#""versionId":"3","lastUpdated":"2025-11-23T09:30:00.123Z""#;
        assert_eq!(
            stamped(r#"{"resourceType":"Basic","id":"a","x":1}"#),
            format!(r#"{{"resourceType":"Basic","id":"a","meta":{{{said}}},"x":1}}"#)
        );
        assert_eq!(
            stamped(r#"{"resourceType":"Basic","meta":{}}"#),
            format!(r#"{{"resourceType":"Basic","meta":{{{said}}}}}"#)
        );
        assert_eq!(
            stamped(r#"{"resourceType":"Basic","meta":{"lastUpdated":"2001","profile":["p"]}}"#),
            r#"{"resourceType":"Basic","meta":{"versionId":"3","lastUpdated":"2025-11-23T09:30:00.123Z","profile":["p"]}}"#
        );
    }

    #[test]
    fn what_is_not_shown_whole_says_so() {
        let subset = |text: &str| {
            let resource = Resource::of(text).unwrap();
            let text = resource.with_meta(1, Instant::from_micros(0), true);
            serde_json::from_str::<serde_json::Value>(&text).unwrap()
        };
        for (text, tags) in [
            (r#"{"resourceType":"Basic"}"#, 1),
            (r#"{"resourceType":"Basic","meta":{ }}"#, 1),
            (r#"{"resourceType":"Basic","meta":{"tag":[ ]}}"#, 1),
            (
                r#"{"resourceType":"Basic","meta":{"tag":[{"code":"x"}]}}"#,
                2,
            ),
        ] {
            let resource = subset(text);
            let tag = resource["meta"]["tag"].as_array().unwrap();
            assert_eq!(tag.len(), tags, "{text}");
            assert_eq!(tag[0]["code"], "SUBSETTED");
            assert_eq!(resource["meta"]["versionId"], "1");
        }
    }
}
