//! Open Cybersecurity Schema Framework. The version is pinned: later ones rename attributes.

use serde_json::{Map, Value, json};

use super::Exported;
use crate::entry::{Action, Deed, Entry, On, Outcome};

const OCSF_VERSION: &str = "1.3.0";
/// Application Activity.
const CATEGORY: u32 = 6;
/// Datastore Activity: what is about data.
const DATASTORE: u32 = 6_005;
/// API Activity: what is about the installation.
const API: u32 = 6_003;

/// What an entry says beyond who, what and how it ended; shared by the formats that have no field for it.
pub(super) fn details(entry: &Entry) -> Vec<(&'static str, Value)> {
    let mut details = Vec::new();
    let mut put = |name, value: Option<Value>| {
        if let Some(value) = value {
            details.push((name, value));
        }
    };
    let uuid = |bytes: [u8; 16]| json!(base::Handle::from_bytes(bytes).to_string());
    put("clock", entry.clock.map(|clock| json!(clock.to_string())));
    put(
        "person",
        entry.person.map(|person| json!(person.to_string())),
    );
    put(
        "collection",
        entry.collection.as_ref().map(|name| json!(name.as_str())),
    );
    put(
        "record",
        entry.record.map(|record| json!(record.to_string())),
    );
    put("file", entry.file.map(|file| json!(file.to_string())));
    put("version", entry.version.map(|version| json!(version)));
    let classes: Vec<&str> = entry.classes.iter().map(base::Class::as_str).collect();
    put("classes", (!classes.is_empty()).then(|| json!(classes)));
    put(
        "purpose",
        entry.purpose.map(|purpose| json!(purpose.as_str())),
    );
    put("grant", entry.grant.map(uuid));
    put(
        "policy",
        entry.policy.as_ref().map(|name| json!(name.as_str())),
    );
    put("token", entry.token.map(|token| json!(token.to_string())));
    put(
        "check",
        entry.check.as_ref().map(|name| json!(name.as_str())),
    );
    put(
        "generation",
        entry.generation.map(|generation| json!(generation)),
    );
    put("count", entry.count.map(|count| json!(count)));
    put(
        "digest",
        entry.digest.map(|digest| json!(hex::encode(digest))),
    );
    details
}

/// Number and caption of the activity within its class.
const fn activity(action: Action) -> (u32, u32, &'static str) {
    match (action.on(), action.deed()) {
        (On::Data, Deed::Read) => (DATASTORE, 1, "Read"),
        (On::Data, Deed::Write) => (DATASTORE, 5, "Write"),
        (On::Data, Deed::Create) => (DATASTORE, 6, "Create"),
        (On::Data, Deed::Delete) => (DATASTORE, 7, "Delete"),
        (On::Data, Deed::List) => (DATASTORE, 8, "List"),
        (On::Data, Deed::Execute) => (DATASTORE, 99, "Other"),
        (On::System, Deed::Create) => (API, 1, "Create"),
        (On::System, Deed::Read | Deed::List) => (API, 2, "Read"),
        (On::System, Deed::Write) => (API, 3, "Update"),
        (On::System, Deed::Delete) => (API, 4, "Delete"),
        (On::System, Deed::Execute) => (API, 99, "Other"),
    }
}

pub(super) fn line(exported: &Exported<'_>) -> Value {
    let entry = exported.entry;
    let (class, activity, caption) = activity(entry.action);
    let user_type = match entry.actor.kind {
        base::ActorKind::Person | base::ActorKind::Staff => 1,
        base::ActorKind::System => 3,
        base::ActorKind::App => 99,
    };
    let mut actor = json!({
        "user": {
            "uid": entry.actor.id.as_str(),
            "type": entry.actor.kind.as_str(),
            "type_id": user_type,
            "groups": [{ "name": entry.actor.role.as_str() }],
        },
    });
    let decision = if entry.outcome == Outcome::Denied {
        "denied"
    } else {
        "allowed"
    };
    if let (Some(policy), Some(actor)) = (&entry.policy, actor.as_object_mut()) {
        let authorization =
            json!([{ "decision": decision, "policy": { "name": policy.as_str() } }]);
        actor.insert("authorizations".into(), authorization);
    }
    let mut unmapped: Map<String, Value> = Map::new();
    unmapped.insert("log.origin".into(), json!(exported.origin));
    unmapped.insert("log.index".into(), json!(exported.index));
    unmapped.insert("leaf_hash".into(), json!(exported.leaf_hash));
    unmapped.insert("actor.by".into(), json!(entry.actor.by.as_str()));
    for (name, value) in details(entry) {
        unmapped.insert(name.into(), value);
    }
    let mut row = json!({
        "metadata": {
            "version": OCSF_VERSION,
            "uid": exported.uid(),
            "event_code": entry.action.as_str(),
            "log_name": exported.origin,
            "sequence": exported.index,
            "tenant_uid": exported.tenant.as_str(),
            "correlation_uid": entry.request.to_string(),
            "product": { "name": "Strongroom", "vendor_name": "Strongroom" },
        },
        "category_uid": CATEGORY,
        "category_name": "Application Activity",
        "class_uid": class,
        "class_name": if class == DATASTORE { "Datastore Activity" } else { "API Activity" },
        "activity_id": activity,
        "activity_name": caption,
        "type_uid": u64::from(class) * 100 + u64::from(activity),
        "time": entry.at.micros().div_euclid(1_000),
        "severity_id": if exported.success() { 1 } else { 2 },
        "severity": if exported.success() { "Informational" } else { "Low" },
        "status_id": if exported.success() { 1 } else { 2 },
        "status": if exported.success() { "Success" } else { "Failure" },
        "status_detail": entry.outcome.as_str(),
        "message": format!("{} {}", entry.action, entry.outcome.as_str()),
        "actor": actor,
        "src_endpoint": { "uid": entry.actor.id.as_str(), "name": entry.actor.kind.as_str() },
    });
    let Some(object) = row.as_object_mut() else {
        return row;
    };
    if let Some(code) = &entry.code {
        object.insert("status_code".into(), json!(code.as_str()));
    }
    if class == DATASTORE {
        object.insert(
            "http_request".into(),
            json!({ "uid": entry.request.to_string() }),
        );
        let database =
            json!({ "name": exported.tenant.as_str(), "type_id": 99, "type": "Strongroom" });
        object.insert("database".into(), database);
        if let Some(collection) = &entry.collection {
            object.insert("table".into(), json!({ "name": collection.as_str() }));
        }
    } else {
        let api = json!({
            "operation": entry.action.as_str(),
            "request": { "uid": entry.request.to_string() },
            "service": { "name": "Strongroom" },
        });
        object.insert("api".into(), api);
    }
    object.insert("unmapped".into(), Value::Object(unmapped));
    row
}
