//! FHIR R4 `AuditEvent`, in the shape of IHE BALP 1.1. The patient is a pseudonymous identifier, never a reference to a resource.
//!
//! No conformance to a BALP profile is claimed in `meta.profile`: those ask for network addresses, which the log leaves out on
//! purpose.

use serde_json::{Value, json};

use super::Exported;
use crate::entry::{Action, Deed, On, Outcome};

const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const OBJECT_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const BALP_ENTITY: &str = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType";

/// The interaction of the RESTful API that an action is closest to.
const fn interaction(action: Action) -> Option<&'static str> {
    match (action.on(), action.deed()) {
        (On::System, _) | (_, Deed::Execute) => None,
        (_, Deed::Create) => Some("create"),
        (_, Deed::Read) => Some(match action {
            Action::RecordHistory => "history-instance",
            _ => "read",
        }),
        (_, Deed::Write) => Some("update"),
        (_, Deed::Delete) => Some("delete"),
        (_, Deed::List) => Some("search-type"),
    }
}

const fn letter(deed: Deed) -> &'static str {
    match deed {
        Deed::Create => "C",
        Deed::Read => "R",
        Deed::Write => "U",
        Deed::Delete => "D",
        Deed::List | Deed::Execute => "E",
    }
}

fn coding(system: &str, code: &str, display: &str) -> Value {
    json!({ "system": system, "code": code, "display": display })
}

fn identifier(kind: &str, value: &str) -> Value {
    json!({ "identifier": { "system": format!("urn:strongroom:{kind}"), "value": value } })
}

fn agents(exported: &Exported<'_>) -> Value {
    let entry = exported.entry;
    // Data flow from the source to the destination: to the client when it reads, from it when it writes or asks.
    let source = coding(DICOM, "110153", "Source Role ID");
    let destination = coding(DICOM, "110152", "Destination Role ID");
    let (client, server) = match entry.action.deed() {
        Deed::Read => (destination, source),
        _ => (source, destination),
    };
    let who = identifier("actor", entry.actor.id.as_str());
    let human = matches!(
        entry.actor.kind,
        base::ActorKind::Staff | base::ActorKind::Person
    );
    let mut requestor = json!({
        "type": { "coding": [client] },
        "role": [{ "text": entry.actor.role.as_str() }],
        "who": who,
        "requestor": !human,
    });
    let mut agents = Vec::new();
    if human {
        agents.push(requestor.clone());
        if let Some(user) = requestor.as_object_mut() {
            let system = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
            let user_type = coding(system, "IRCP", "information recipient");
            user.insert("type".into(), json!({ "coding": [user_type] }));
            user.insert("requestor".into(), json!(true));
        }
    }
    if let (Some(policy), Some(agent)) = (&entry.policy, requestor.as_object_mut()) {
        agent.insert(
            "policy".into(),
            json!([format!("urn:strongroom:policy:{policy}")]),
        );
    }
    agents.push(requestor);
    agents.push(json!({
        "type": { "coding": [server] },
        "who": identifier("log", exported.origin),
        "requestor": false,
    }));
    Value::Array(agents)
}

fn entities(exported: &Exported<'_>) -> Value {
    let entry = exported.entry;
    let mut entities = Vec::new();
    if let Some(person) = &entry.person {
        let mut what = identifier("handle", &person.to_string());
        if let Some(what) = what.as_object_mut() {
            what.insert("type".into(), json!("Patient"));
        }
        entities.push(json!({
            "what": what,
            "type": coding(ENTITY_TYPE, "1", "Person"),
            "role": coding(OBJECT_ROLE, "1", "Patient"),
        }));
    }
    let thing = entry
        .record
        .map(|record| identifier("record", &record.to_string()))
        .or_else(|| entry.file.map(|file| identifier("file", &file.to_string())));
    if thing.is_some() || entry.collection.is_some() {
        let mut data = json!({
            "type": coding(ENTITY_TYPE, "2", "System Object"),
            "role": coding(OBJECT_ROLE, "4", "Domain Resource"),
        });
        if let Some(data) = data.as_object_mut() {
            if let Some(what) = thing {
                data.insert("what".into(), what);
            }
            if let Some(collection) = &entry.collection {
                data.insert("name".into(), json!(collection.as_str()));
            }
        }
        entities.push(data);
    }
    entities.push(json!({
        "what": { "identifier": { "value": entry.request.to_string() } },
        "type": { "system": BALP_ENTITY, "code": "XrequestId" },
    }));
    let detail = |name: &str, value: String| json!({ "type": name, "valueString": value });
    let mut details = vec![
        detail("log.origin", exported.origin.to_owned()),
        detail("log.index", exported.index.to_string()),
        detail("leaf_hash", exported.leaf_hash.clone()),
    ];
    for (name, value) in super::ocsf::details(entry) {
        let said = matches!(
            name,
            "person" | "collection" | "record" | "file" | "purpose" | "policy"
        );
        let value = match value {
            _ if said => continue,
            Value::String(text) => text,
            other => other.to_string(),
        };
        details.push(detail(name, value));
    }
    entities.push(json!({
        "what": identifier("log-entry", &exported.uid()),
        "type": coding(ENTITY_TYPE, "4", "Other"),
        "role": coding(OBJECT_ROLE, "13", "Security Resource"),
        "detail": details,
    }));
    Value::Array(entities)
}

pub(super) fn line(exported: &Exported<'_>) -> Value {
    let entry = exported.entry;
    let mut subtypes = Vec::new();
    let event_type = match interaction(entry.action) {
        Some(code) => {
            subtypes.push(coding(
                "http://hl7.org/fhir/restful-interaction",
                code,
                code,
            ));
            let system = "http://terminology.hl7.org/CodeSystem/audit-event-type";
            coding(system, "rest", "RESTful Operation")
        }
        None => coding(DICOM, "110100", "Application Activity"),
    };
    let action = entry.action.as_str();
    subtypes.push(coding("urn:strongroom:action", action, action));
    let outcome = match entry.outcome {
        Outcome::Ok => "0",
        Outcome::Denied => "4",
        Outcome::Failed => "8",
    };
    let mut event = json!({
        "resourceType": "AuditEvent",
        "id": exported.leaf_hash,
        "type": event_type,
        "subtype": subtypes,
        "action": letter(entry.action.deed()),
        "recorded": entry.at.to_string(),
        "outcome": outcome,
    });
    let Some(object) = event.as_object_mut() else {
        return event;
    };
    if let Some(code) = &entry.code {
        object.insert("outcomeDesc".into(), json!(code.as_str()));
    }
    if let Some(purpose) = entry.purpose {
        let system = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
        let purpose = json!([{ "coding": [{ "system": system, "code": purpose.as_str() }] }]);
        object.insert("purposeOfEvent".into(), purpose);
    }
    object.insert("agent".into(), agents(exported));
    let source_type = coding(
        "http://terminology.hl7.org/CodeSystem/security-source-type",
        "4",
        "Application Server",
    );
    let source = json!({
        "site": exported.origin,
        "observer": identifier("log", exported.origin),
        "type": [source_type],
    });
    object.insert("source".into(), source);
    object.insert("entity".into(), entities(exported));
    event
}
