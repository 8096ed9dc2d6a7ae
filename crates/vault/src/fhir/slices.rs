//! A bundle about several patients, kept so that each can be erased: cut into slices, one for each shelf, and put together again.
//!
//! The slice in the commons is the bundle without the patients' resources. Each patient's shelf has a bundle of the same id with
//! their resources only, each with its place in the whole as the entry's id. When a patient is erased, their slice goes, and
//! the whole comes back with an entry that has no resource.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use super::bundle::{Bundle, Entry, id_of_content};
use super::error::FhirError;
use super::resource::{Resource, in_front, splice};
use super::scan;
use super::shelf::{External, Shelf};

/// The tag that tells a patient's slice from a bundle.
const SYSTEM: &str = "urn:strongroom";
const CODE: &str = "slice";

/// The slices of `bundle`, that of the commons last.
pub(super) fn cut(bundle: &Bundle<'_>, id: &str) -> Result<Vec<(Shelf, String)>, FhirError> {
    let naming = bundle.naming();
    let text = bundle.resource.text;
    let mut own: BTreeMap<External, Vec<String>> = BTreeMap::new();
    let mut edits = Vec::new();
    for entry in &bundle.entries {
        let Some(Ok(resource)) = &entry.resource else {
            continue;
        };
        let own_id = entry.id_or_content(resource);
        let own_id = own_id.unwrap_or_else(|_| id_of_content(resource));
        let shelf = Shelf::of(resource, own_id.as_str(), &naming.names);
        let Shelf::Person(external) = shelf else {
            continue;
        };
        edits.push((without_resource(text, entry)?, String::new()));
        own.entry(external).or_default().push(format!(
            "{{\"id\":\"{}\",\"resource\":{}}}",
            entry.index,
            resource.as_str()
        ));
    }
    let kind = bundle.resource.string("type").unwrap_or_default();
    let mut slices: Vec<(Shelf, String)> = own
        .into_iter()
        .map(|(external, entries)| {
            let slice = format!(
                "{{\"resourceType\":\"Bundle\",\"id\":\"{id}\",\"meta\":{{\"tag\":[{{\"system\":\"{SYSTEM}\",\"code\":\"{CODE}\"}}]}},\
                 \"type\":\"{kind}\",\"entry\":[{}]}}",
                entries.join(",")
            );
            (Shelf::Person(external), slice)
        })
        .collect();
    slices.push((Shelf::Commons, splice(text, &bundle.resource.span, &edits)));
    Ok(slices)
}

/// The bundle that `commons`, the slice of the commons, and the others make together.
pub(super) fn join(commons: &str, others: &[String]) -> Result<String, FhirError> {
    let whole = Bundle::of(Resource::of(commons)?)?;
    let mut edits = Vec::new();
    for other in others {
        let slice = Bundle::of(Resource::of(other)?)?;
        for entry in &slice.entries {
            let place = place(other, entry).and_then(|index| whole.entries.get(index));
            if let (Some(place), Some(Ok(resource))) = (place, &entry.resource) {
                let piece = format!("\"resource\":{}", resource.as_str());
                edits.push(in_front(commons, &place.span, &piece));
            }
        }
    }
    Ok(splice(commons, &whole.resource.span, &edits))
}

/// Whether a stored bundle is a patient's slice of one.
pub(super) fn is_slice(bundle: &Value) -> bool {
    bundle
        .pointer("/meta/tag")
        .and_then(Value::as_array)
        .is_some_and(|tags| {
            tags.iter().any(|tag| {
                tag.get("system").and_then(Value::as_str) == Some(SYSTEM)
                    && tag.get("code").and_then(Value::as_str) == Some(CODE)
            })
        })
}

/// The entry's place in the whole.
fn place(text: &str, entry: &Entry<'_>) -> Option<usize> {
    let members = scan::members(text, &entry.span).ok()?;
    let id = members.iter().find(|member| member.key == "id")?;
    scan::string(text, &id.value)?.parse().ok()
}

/// What has to go so that the entry has no resource: the member, and one comma beside it.
fn without_resource(text: &str, entry: &Entry<'_>) -> Result<Range<usize>, FhirError> {
    let members = scan::members(text, &entry.span)?;
    let found = members.iter().position(|member| member.key == "resource");
    let at = found.ok_or(FhirError::NotAResource)?;
    let before = at.checked_sub(1).and_then(|before| members.get(before));
    let (own, next) = (members.get(at), members.get(at + 1));
    Ok(match (before, own, next) {
        (Some(before), Some(own), _) => before.value.end..own.value.end,
        (None, Some(own), Some(next)) => own.at..next.at,
        (None, Some(own), None) => own.at..own.value.end,
        (_, None, _) => return Err(FhirError::NotAResource),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::{Numbers, difference};

    const BUNDLE: &str = r#"{"resourceType":"Bundle","id":"b","type":"message","entry":[
        {"fullUrl":"http://x/Patient/1","resource":{"resourceType":"Patient","id":"1"},"search":{"mode":"match"}},
        {"resource":{"resourceType":"Basic","id":"2","subject":{"reference":"Patient/2"},"n":1.50}},
        {"resource":{"resourceType":"Organization","id":"o"}},
        {"request":{"method":"GET","url":"x"}},
        {"fullUrl":"urn:uuid:5","resource":{"resourceType":"Basic","subject":{"reference":"http://x/Patient/1"}}},
        {"resource":{"resourceType":"Patient","id":"2"},"fullUrl":"http://x/Patient/2"}]}"#;

    #[test]
    fn what_is_cut_is_put_together_again() {
        let bundle = Bundle::of(Resource::of(BUNDLE).unwrap()).unwrap();
        let slices = cut(&bundle, "b").unwrap();
        let shelves: Vec<_> = slices
            .iter()
            .map(|(shelf, _)| shelf.external().map(External::as_str))
            .collect();
        assert_eq!(shelves, [Some("Patient/1"), Some("Patient/2"), None]);
        let (_, commons) = &slices[2];
        assert!(!commons.contains("\"Patient\"") && !commons.contains("\"Basic\""));
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert!(!is_slice(&parse(commons)) && is_slice(&parse(&slices[0].1)));
        let others: Vec<String> = slices[..2].iter().map(|(_, text)| text.clone()).collect();
        let whole = join(commons, &others).unwrap();
        assert_eq!(
            difference(&parse(BUNDLE), &parse(&whole), Numbers::AsWritten),
            None
        );
        let erased = parse(&join(commons, &others[1..]).unwrap());
        assert_eq!(erased["entry"][0]["resource"], Value::Null);
        assert_eq!(erased["entry"][5]["resource"]["id"], "2");
    }
}
