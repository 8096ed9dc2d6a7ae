//! A resource that goes to another provider: under an id that meets nothing there, with references that lead to what comes along.
//!
//! Invariant: the same resource of the same transfer leaves under the same id, so that sending it twice stores it once.

use std::collections::HashSet;

use base::{ObjectId, RecordId};
use serde_json::{Map, Value, json};

use super::error::FhirError;
use super::reference::{Reference, rewrite};
use super::resource::Resource;
use super::scan;

/// A resource kept here: its type and its id.
pub type Local = (String, String);

/// How the resources of one transfer are called where they go.
pub struct Leaving<'a> {
    /// The address of our own FHIR interface, without a slash at its end.
    pub base: &'a str,
    /// The transfer. Its ids are as random as this one.
    pub transfer: ObjectId,
}

impl Leaving<'_> {
    /// What a resource is called there: a UUID (RFC 9562, version 8) out of the transfer and its name here.
    #[must_use]
    pub fn id(&self, kind: &str, id: &str) -> RecordId {
        let seed = self.transfer.as_bytes();
        let hash = crypt::hash::sha256(&[
            b"strongroom-transfer/1",
            seed,
            kind.as_bytes(),
            b"/",
            id.as_bytes(),
        ]);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(hash.get(..16).unwrap_or(&[0; 16]));
        bytes[6] = (bytes[6] & 0x0f) | 0x80;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        match ObjectId::from_bytes(bytes).to_string().parse() {
            Ok(id) => id,
            // Invariant: a UUID's 36 characters keep the rule for ids.
            Err(_) => unreachable!("a UUID is an id"),
        }
    }

    /// What is kept here and named in a resource, each once.
    ///
    /// # Errors
    /// [`FhirError::Malformed`].
    pub fn named(&self, resource: &Resource<'_>) -> Result<HashSet<Local>, FhirError> {
        let mut named = HashSet::new();
        scan::strings(resource.text, &resource.span, &mut |_, value| {
            if let Some(text) = scan::string(resource.text, value)
                && let Some(local) = self.local(&text)
            {
                named.insert(local);
            }
        })?;
        Ok(named)
    }

    /// The text under its new id, what comes along called by its new name. What does not is named by its identifier here, never by a literal
    /// reference: under the same id something else may be kept there.
    ///
    /// # Errors
    /// [`FhirError::Malformed`].
    pub fn leave(
        &self,
        text: &str,
        id: &RecordId,
        along: &HashSet<Local>,
    ) -> Result<String, FhirError> {
        let mut body: Value = serde_json::from_str(text).map_err(|_| FhirError::NotAResource)?;
        let stays = self.logical(&mut body, along);
        let logical = if stays {
            body.to_string()
        } else {
            text.to_owned()
        };
        let resource = Resource::of(&logical)?;
        let exchange = |_, from: &str| {
            let (kind, id) = self.local(from).filter(|it| along.contains(it))?;
            Some(format!("{kind}/{}", self.id(&kind, &id)))
        };
        let rewritten = rewrite(resource.text, &resource.span, &exchange)?;
        let rewritten = rewritten.as_deref().unwrap_or(&logical);
        Ok(Resource::of(rewritten)?.with_id(id))
    }

    fn local(&self, text: &str) -> Option<Local> {
        match Reference::of(text) {
            Reference::Local { kind, id, .. } => Some((kind.to_owned(), id.to_owned())),
            Reference::Absolute { base, kind, id } if base == self.base => {
                Some((kind.to_owned(), id.to_owned()))
            }
            _ => None,
        }
    }

    /// Literal references to what stays become logical ones. Whether there were any.
    fn logical(&self, value: &mut Value, along: &HashSet<Local>) -> bool {
        let mut any = false;
        match value {
            Value::Array(items) => {
                for item in items {
                    any |= self.logical(item, along);
                }
            }
            Value::Object(members) => {
                any = self.logical_here(members, along);
                for member in members.values_mut() {
                    any |= self.logical(member, along);
                }
            }
            _ => {}
        }
        any
    }

    fn logical_here(&self, members: &mut Map<String, Value>, along: &HashSet<Local>) -> bool {
        let text = members.get("reference").and_then(Value::as_str);
        let Some((kind, id)) = text
            .and_then(|it| self.local(it))
            .filter(|it| !along.contains(it))
        else {
            return false;
        };
        members.shift_remove("reference");
        let system = format!("{}/{kind}", self.base);
        members.entry("type").or_insert_with(|| json!(kind));
        members
            .entry("identifier")
            .or_insert_with(|| json!({ "system": system, "value": id }));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_along_is_found_and_what_stays_is_named() {
        let leaving = Leaving {
            base: "https://here.example/fhir",
            transfer: ObjectId::from_bytes([7; 16]),
        };
        let text = r##"{"resourceType":"Observation","id":"o1","valueQuantity":{"value":1.00},
            "subject":{"reference":"Patient/p1"},"encounter":{"reference":"https://here.example/fhir/Encounter/e1/_history/2"},
            "performer":[{"reference":"Practitioner/d1","display":"Dr"},{"reference":"https://there.example/Practitioner/d1"},{"reference":"#c"}]}"##;
        let named = leaving.named(&Resource::of(text).unwrap()).unwrap();
        let local = |kind: &str, id: &str| (kind.to_owned(), id.to_owned());
        assert!(
            named.contains(&local("Patient", "p1")) && named.contains(&local("Practitioner", "d1"))
        );
        let along = HashSet::from([local("Patient", "p1"), local("Encounter", "e1")]);
        let id = leaving.id("Observation", "o1");
        let left = leaving.leave(text, &id, &along).unwrap();
        assert!(left.contains("1.00"), "{left}");
        let left: Value = serde_json::from_str(&left).unwrap();
        assert_eq!(left["id"], json!(id.as_str()));
        let patient = format!("Patient/{}", leaving.id("Patient", "p1"));
        assert_eq!(left["subject"]["reference"], json!(patient));
        let encounter = format!("Encounter/{}", leaving.id("Encounter", "e1"));
        assert_eq!(left["encounter"]["reference"], json!(encounter));
        assert_eq!(
            left["performer"],
            json!([
                { "display": "Dr", "type": "Practitioner", "identifier": { "system": "https://here.example/fhir/Practitioner", "value": "d1" } },
                { "reference": "https://there.example/Practitioner/d1" },
                { "reference": "#c" },
            ])
        );
        assert_ne!(leaving.id("Patient", "o1"), id);
        let other = Leaving {
            transfer: ObjectId::from_bytes([8; 16]),
            ..leaving
        };
        assert_ne!(other.id("Observation", "o1"), id);
    }
}
