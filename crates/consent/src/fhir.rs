//! A grant as an FHIR R4 `Consent` (<https://hl7.org/fhir/R4/consent.html>): for others to read; it decides nothing here.

use base::{Instant, Purpose};
use serde_json::{Value, json};

use crate::receipt::when;
use crate::terms::Part;
use crate::{Grant, GrantState, Party};

/// What stands in a resource beside the grant itself.
#[derive(Clone, Debug)]
pub struct Labels {
    /// The reference to the person, e.g. `Patient/<id>`.
    pub patient: String,
    /// What people call whom it was granted to.
    pub grantee: String,
    /// The tenant.
    pub organisation: String,
}

const fn status(state: GrantState) -> &'static str {
    match state {
        GrantState::Active => "active",
        GrantState::Withdrawn
        | GrantState::Expired
        | GrantState::Replaced
        | GrantState::Ended
        | GrantState::Unconfirmed => "inactive",
    }
}

fn purpose(purpose: &Purpose) -> Value {
    json!({ "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": purpose.as_str() })
}

fn provision(part: &Part) -> Value {
    let action = |code: &str| json!({ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/consentaction", "code": code }] });
    let mut actions = Vec::new();
    if part.verbs.reads() {
        actions.extend([action("access"), action("use")]);
    }
    if part.verbs.changes() {
        actions.push(action("correct"));
    }
    let mut value = json!({ "type": "permit", "action": actions });
    let Some(map) = value.as_object_mut() else {
        return value;
    };
    if let Some(collection) = &part.collection {
        // FHIR's own types begin with a capital letter; other collections are this register's.
        let fhir = collection
            .as_str()
            .starts_with(|it: char| it.is_ascii_uppercase());
        let system = if fhir {
            "http://hl7.org/fhir/resource-types"
        } else {
            "urn:strongroom:collection"
        };
        map.insert(
            "class".into(),
            json!([{ "system": system, "code": collection }]),
        );
    }
    if let Some(fields) = &part.fields {
        let codes: Vec<_> = fields
            .iter()
            .map(|it| json!({ "coding": [{ "system": "urn:strongroom:field", "code": it }] }))
            .collect();
        map.insert("code".into(), json!(codes));
    }
    value
}

/// The resource, as it stands at `now`.
#[must_use]
pub fn consent(grant: &Grant, labels: &Labels, now: Instant) -> Value {
    let purposes: Vec<_> = grant.terms.purposes.iter().map(purpose).collect();
    let recipient = match grant.grantee {
        Party::App(id) => {
            json!({ "type": "Device", "identifier": { "system": "urn:strongroom:app", "value": id }, "display": labels.grantee })
        }
        Party::Account(id) => {
            json!({ "type": "Practitioner", "identifier": { "system": "urn:strongroom:account", "value": id }, "display": labels.grantee })
        }
    };
    json!({
        "resourceType": "Consent",
        "id": grant.grant,
        "meta": { "versionId": grant.epoch.to_string(), "lastUpdated": when(grant.changed_at) },
        "status": status(grant.state_at(now)),
        "scope": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy" }] },
        "category": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IDSCL" }] }],
        "patient": { "reference": labels.patient },
        "dateTime": when(grant.given_at),
        "performer": [{ "reference": labels.patient }],
        "organization": [{ "display": labels.organisation }],
        "policyRule": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTIN" }] },
        "provision": {
            "type": "deny",
            "period": { "start": when(grant.given_at), "end": when(grant.until) },
            "provision": grant.terms.parts.iter().map(|part| {
                let mut value = provision(part);
                if let Some(map) = value.as_object_mut() {
                    map.insert("actor".into(), json!([{
                        "role": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "PRCP" }] },
                        "reference": recipient
                    }]));
                    map.insert("purpose".into(), json!(purposes));
                }
                value
            }).collect::<Vec<_>>()
        }
    })
}
