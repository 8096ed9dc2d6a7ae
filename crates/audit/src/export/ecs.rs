//! Elastic Common Schema 8.11, flat. What has no field there stands under our own prefix, as the schema asks for; `log.origin`
//! would be one of its own objects, so the log's name is `strongroom.log.origin`.

use serde_json::{Map, Value, json};

use super::Exported;
use crate::entry::{Action, Deed, On, Outcome};

const ECS_VERSION: &str = "8.11.0";

const fn category(action: Action) -> &'static str {
    match action {
        Action::FileRead | Action::FileWrite | Action::FileDelete | Action::FileList => "file",
        Action::Access => "authentication",
        Action::TokenCreate
        | Action::TokenRevoke
        | Action::TokenList
        | Action::KeyCreate
        | Action::KeyRotate
        | Action::KeyRewrap
        | Action::KeyDestroy
        | Action::KeyList
        | Action::KeyRenew
        | Action::KeySplit
        | Action::KeyCombine
        | Action::TenantCreate => "iam",
        Action::RegisterChange | Action::RegisterRead => "configuration",
        _ => match action.on() {
            On::Data => "database",
            On::System => "process",
        },
    }
}

const fn kind_of(deed: Deed) -> &'static str {
    match deed {
        Deed::Create => "creation",
        Deed::Read | Deed::List => "access",
        Deed::Write => "change",
        Deed::Delete => "deletion",
        Deed::Execute => "info",
    }
}

pub(super) fn line(exported: &Exported<'_>) -> Value {
    let entry = exported.entry;
    let mut types = vec![kind_of(entry.action.deed())];
    let outcome = match entry.outcome {
        Outcome::Ok => "success",
        Outcome::Denied => {
            types.push("denied");
            "failure"
        }
        Outcome::Failed => {
            types.push("error");
            "failure"
        }
    };
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| {
        row.insert(name.to_owned(), value);
    };
    put("@timestamp", json!(entry.at.to_string()));
    put("ecs.version", json!(ECS_VERSION));
    put("event.kind", json!("event"));
    put("event.category", json!([category(entry.action)]));
    put("event.type", json!(types));
    put("event.action", json!(entry.action.as_str()));
    put("event.outcome", json!(outcome));
    put("event.module", json!("strongroom"));
    put("event.dataset", json!("strongroom.log"));
    put("event.id", json!(exported.uid()));
    put("event.sequence", json!(exported.index));
    put("event.hash", json!(exported.leaf_hash));
    if let Some(code) = &entry.code {
        put("event.code", json!(code.as_str()));
    }
    put("organization.id", json!(exported.tenant.as_str()));
    put("http.request.id", json!(entry.request.to_string()));
    put("user.id", json!(entry.actor.id.as_str()));
    put("user.roles", json!([entry.actor.role.as_str()]));
    put("strongroom.log.origin", json!(exported.origin));
    put("strongroom.log.index", json!(exported.index));
    put("strongroom.leaf_hash", json!(exported.leaf_hash));
    put("strongroom.actor.kind", json!(entry.actor.kind.as_str()));
    put("strongroom.actor.by", json!(entry.actor.by.as_str()));
    for (name, value) in super::ocsf::details(entry) {
        put(&format!("strongroom.{name}"), value);
    }
    Value::Object(row)
}
