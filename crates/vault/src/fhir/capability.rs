//! What this server can do, as FHIR asks for it: made from the register and from what is built, so that it cannot promise more.

use base::Instant;
use serde_json::{Value, json};

use super::resource::millis;
use crate::register::{Collection, Kind, Register};

/// Whether a collection holds FHIR resources.
#[must_use]
pub fn is_fhir(collection: &Collection) -> bool {
    collection.field("resourceType").is_some()
}

/// The `CapabilityStatement` of the server at `base` (e.g. `https://host/fhir`), version `software`, started at `since`.
#[must_use]
pub fn capability(register: &Register, base: &str, software: &str, since: Instant) -> Value {
    let resources: Vec<Value> = register
        .collections()
        .iter()
        .filter(|collection| is_fhir(collection))
        .map(|collection| resource(collection))
        .collect();
    let codes =
        |codes: &[&str]| -> Vec<Value> { codes.iter().map(|code| json!({"code": code})).collect() };
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": millis(since),
        "kind": "instance",
        "software": {"name": "Strongroom", "version": software},
        "implementation": {"description": "Strongroom, a vault for personal data", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [{
            "mode": "server",
            "documentation": "Every resource is sealed under keys of the person it is about, and every look is logged. A read carries \
                the header Purpose-Of-Use with an HL7 PurposeOfUse code. What the caller may not see is masked or left out, as the \
                register says; then meta.tag says SUBSETTED. A search names the patient, _id, or an identifier.",
            "security": {
                "cors": false,
                "description": "Bearer token over TLS.",
            },
            "resource": resources,
            "interaction": codes(&["transaction", "batch"]),
            "operation": [
                {"name": "export", "definition": "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export"},
                {"name": "patient-export", "definition": "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export"},
            ],
        }],
    })
}

fn resource(collection: &Collection) -> Value {
    let mut parameters = vec![
        json!({"name": "_id", "type": "token"}),
        json!({"name": "_lastUpdated", "type": "date"}),
    ];
    for parameter in &collection.search {
        let kind = match parameter.kind {
            Kind::Token | Kind::Identifier => "token",
            Kind::Text => "string",
            Kind::Date => "date",
            Kind::Reference => "reference",
        };
        for name in std::iter::once(&parameter.name).chain(&parameter.also) {
            parameters.push(json!({"name": name.as_str(), "type": kind}));
        }
    }
    let interactions: Vec<Value> = [
        "read",
        "vread",
        "update",
        "delete",
        "history-instance",
        "create",
        "search-type",
    ]
    .iter()
    .map(|code| json!({"code": code}))
    .collect();
    json!({
        "type": collection.name.as_str(),
        "interaction": interactions,
        "versioning": "versioned-update",
        "readHistory": true,
        "updateCreate": true,
        "conditionalCreate": true,
        "conditionalRead": "not-supported",
        "conditionalUpdate": false,
        "conditionalDelete": "not-supported",
        "referencePolicy": ["literal", "logical", "local"],
        "searchParam": parameters,
    })
}
