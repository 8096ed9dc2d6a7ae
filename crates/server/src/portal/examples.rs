//! What would be shared, by an example: a record of the person's own, cut and masked to what whoever asks would see of it.

use std::collections::BTreeSet;

use base::{ClassSet, Ctx, GrantId, TenantId};
use consent::{Offer, Party};
use policy::{Authority, Proven, RecordsOf, Role, Scope, Verb, decide};
use serde_json::Value;
use vault::document::{Sight, intake, merge};
use vault::register::Collection;

use super::reader::Reader;
use super::{fields, title};
use crate::desk::list;

/// Records that are shown.
const EXAMPLES_MAX: usize = 3;

/// Classes that are seen as they are, and masked.
#[derive(Clone, Copy)]
struct Classes {
    clear: ClassSet,
    masked: ClassSet,
}

/// One record of the person's own for each of the first parts of what is asked, as whoever asks would see it. A part of which they would see
/// nothing has none.
pub(super) async fn examples(
    reader: &Reader,
    asking: &Value,
    offer: Option<&Offer>,
) -> Vec<(String, Vec<(String, String)>)> {
    let t = reader.t();
    let house = &reader.desk.house;
    let register = house.vault.register();
    let (Some(offer), Ok(who)) = (offer, crate::desk::authority(house, &reader.call).await) else {
        return Vec::new();
    };
    let roles = match asker(asking) {
        Some(Party::App(_)) => vec![Role::App],
        Some(Party::Account(account)) => {
            let roles = house.access.roles(who.tenant(), account).await;
            roles.unwrap_or_default()
        }
        None => Vec::new(),
    };
    let mut examples = Vec::new();
    for part in offer.parts.iter().filter(|it| it.verbs.reads()) {
        let named = part.collection.as_ref();
        let Some(collection) = named.and_then(|it| register.collection(it.as_str())) else {
            continue;
        };
        let Some(classes) = classes(reader, who.tenant(), collection, offer, &roles) else {
            continue;
        };
        let path = [("collection", collection.name.as_str())];
        let Ok(said) = reader.ask("listRecords", &path, "limit=1", None).await else {
            continue;
        };
        let record = list(&said, "records").first().and_then(|it| it.get("body"));
        let seen = record.and_then(|it| seen(collection, it, classes, part.fields.as_ref()));
        let rows = seen.map(|it| fields::rows(t, collection.name.as_str(), &it));
        if let Some(rows) = rows.filter(|it| !it.is_empty()) {
            examples.push((title(t, collection), rows));
        }
        if examples.len() == EXAMPLES_MAX {
            break;
        }
    }
    examples
}

fn asker(asking: &Value) -> Option<Party> {
    serde_json::from_value(asking.get("asker")?.clone()).ok()
}

/// What policy would let them see once it is granted, by the widest of the purposes that they ask for.
fn classes(
    reader: &Reader,
    tenant: &TenantId,
    collection: &Collection,
    offer: &Offer,
    roles: &[Role],
) -> Option<Classes> {
    let all = roles.iter().flat_map(|role| {
        let purposes = offer.purposes.iter();
        purposes.map(move |purpose| (*role, *purpose))
    });
    let found = all.filter_map(|(role, purpose)| {
        let authority = Authority::from(Proven {
            tenant: tenant.clone(),
            actor_id: "example".to_owned(),
            authenticated_by: "local",
            role,
            person: Some(reader.person),
            grant: Some(GrantId::random(&*reader.desk.house.rng)),
            scope: Scope::default(),
            assurance: None,
            fresh_until: None,
        });
        let ctx = Ctx {
            tenant: tenant.clone(),
            actor: authority.actor(),
            purpose: Some(purpose),
            request: reader.call.request,
            now: reader.call.now,
        };
        let thing = RecordsOf {
            tenant: tenant.clone(),
            person: Some(reader.person),
            collection: collection.name.clone(),
        };
        decide(&ctx, &authority, Verb::Read, thing).ok()
    });
    found.fold(None, |before: Option<Classes>, allowed| {
        let (mut clear, mut masked) = (allowed.clear(), allowed.masked());
        if let Some(before) = before {
            clear = clear.union(before.clear);
            masked = masked.union(before.masked);
        }
        Some(Classes {
            clear,
            masked: masked.without(clear),
        })
    })
}

/// A record as the vault would give it out to them: put together again from the parts that they may open.
fn seen(
    collection: &Collection,
    record: &Value,
    classes: Classes,
    only: Option<&BTreeSet<String>>,
) -> Option<Value> {
    let taken = intake(collection, record.to_string().as_bytes()).ok()?;
    let parts: Vec<_> = taken
        .parts()
        .filter(|(_, payload)| !payload.is_empty())
        .filter_map(|(class, payload)| {
            let sight = if classes.clear.contains(class) {
                Sight::Clear
            } else if classes.masked.contains(class) {
                Sight::Masked
            } else {
                return None;
            };
            Some((class, payload, sight))
        })
        .collect();
    let json = merge(collection, &parts, only).ok()?;
    serde_json::from_slice(&json).ok()
}
