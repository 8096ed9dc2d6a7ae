//! The HTTP surface: every route of every area, in one table.

/// A route whose handler takes the house and the call.
macro_rules! route {
    ($house:expr, $method:ident, $path:literal, $limit:expr, $handler:ident, $doc:expr) => {{
        let house = $house.clone();
        Route::logged(Method::$method, $path, $limit, $doc, move |call| {
            $handler(house.clone(), call)
        })
    }};
}

pub mod access;
mod accesses;
mod account;
mod accounts;
mod alerts;
pub(crate) mod apps;
mod batch;
mod body;
mod bulk;
mod conditions;
mod continuity;
mod erasures;
mod exports;
mod fhir;
mod files;
mod gate;
mod grants;
mod guardians;
mod health;
pub(crate) mod holds;
mod house;
mod log;
mod meta;
mod minors;
mod persons;
mod processing;
mod records;
mod requests;
mod rights;
mod transfers;
mod trust;

use std::sync::Arc;

use audit::{Action, Entry, Outcome};
use base::{Ctx, ErrorKind, Name, PersonId, RecordId};
use identity::oauth;
use policy::{Allowed, Authority, RecordAt, Thing, Verb, decide};
use store::WriteSet;
use vault::Once;
use web::{Call, Problem, Routes};

pub use gate::{ACTING_FOR, ROLE, TokenGate};
pub use health::{Gauges, ready};

use crate::Installation;
use crate::installation::outside;

/// What handlers share.
pub type House = Arc<Installation>;

/// Every route.
#[must_use]
pub fn routes(house: &House) -> Routes<Authority> {
    let mut routes = Vec::new();
    routes.extend(account::routes(house));
    routes.extend(accounts::routes(house));
    routes.extend(persons::routes(house));
    routes.extend(accesses::routes(house));
    routes.extend(grants::routes(house));
    routes.extend(guardians::routes(house));
    routes.extend(minors::routes(house));
    routes.extend(exports::routes(house));
    routes.extend(transfers::routes(house));
    routes.extend(erasures::routes(house));
    routes.extend(holds::routes(house));
    routes.extend(processing::routes(house));
    routes.extend(continuity::routes(house));
    routes.extend(requests::routes(house));
    routes.extend(rights::routes(house));
    routes.extend(records::routes(house));
    routes.extend(batch::routes(house));
    routes.extend(files::routes(house));
    routes.extend(bulk::routes(house));
    routes.extend(fhir::routes(house));
    routes.extend(apps::routes(house));
    routes.extend(log::routes(house));
    routes.extend(house::routes(house));
    routes.extend(access::routes(house));
    routes.extend(alerts::routes(house));
    routes.extend(trust::routes(house));
    routes.extend(health::routes(house));
    routes.extend(oauth::api::routes(
        &house.oauth,
        Arc::clone(&house.signed_in),
    ));
    routes.extend(web::assets());
    routes.extend(identity::pages::routes(identity::pages::Pages {
        identity: Arc::clone(&house.identity),
        oauth: Arc::clone(&house.oauth),
        tenants: house.config.tenants.clone(),
        home: "/portal",
    }));
    let meta = meta::routes(&routes);
    routes.extend(meta);
    routes.extend(crate::console::routes(house, staff(house)));
    routes.extend(crate::portal::routes(house, own(house)));
    routes
}

/// What the console works through.
fn staff(house: &House) -> Routes<Authority> {
    let mut routes = accounts::routes(house);
    routes.extend(access::routes(house));
    routes.extend(alerts::routes(house));
    routes.extend(apps::routes(house));
    routes.extend(minors::routes(house));
    routes.extend(holds::routes(house));
    routes.extend(processing::routes(house));
    routes.extend(continuity::routes(house));
    routes.extend(rights::routes(house));
    routes
}

/// What the portal works through.
fn own(house: &House) -> Routes<Authority> {
    let mut routes = persons::routes(house);
    routes.extend(accesses::routes(house));
    routes.extend(grants::routes(house));
    routes.extend(guardians::routes(house));
    routes.extend(exports::routes(house));
    routes.extend(transfers::routes(house));
    routes.extend(erasures::routes(house));
    routes.extend(rights::routes(house));
    routes.extend(records::routes(house));
    routes.extend(files::routes(house));
    routes
}

/// The OpenAPI description of every route.
#[must_use]
pub fn description(house: &House) -> serde_json::Value {
    web::describe(&routes(house), env!("CARGO_PKG_VERSION"))
}

/// The circumstances of a call.
pub(crate) fn circumstances(call: &Call<Authority>) -> Result<Ctx, Problem> {
    Ok(outside(&call.who, call.purpose()?, call.request, call.now))
}

/// Ask policy; a no stands in the log before the caller hears of it.
pub(crate) async fn allow<T: Thing>(
    house: &House,
    ctx: &Ctx,
    who: &Authority,
    verb: Verb,
    action: Action,
    thing: T,
) -> Result<Allowed<T>, Problem> {
    let person = thing.person().filter(|_| thing.tenant() == who.tenant());
    let collection = thing.collection().cloned();
    match decide(ctx, who, verb, thing) {
        Ok(allowed) => Ok(allowed),
        Err(denied) => {
            let mut entry = Entry::new(ctx, action, Outcome::Denied)
                .map_err(vault::VaultError::from)?
                .code(base::Fault::code(&denied));
            if let Some(collection) =
                collection.filter(|it| house.vault.register().collection(it.as_str()).is_some())
            {
                entry = entry.collection(&collection);
            }
            if let Some(person) = person
                && let Ok(handle) = house.vault.handle(&ctx.tenant, person).await
            {
                entry = entry.person(handle);
            }
            house
                .db
                .commit(WriteSet::new().log(entry.finish(&ctx.tenant)))
                .await?;
            Err(denied.into())
        }
    }
}

/// The record that a call's address names.
pub(crate) fn record_at(call: &Call<Authority>) -> Result<RecordAt, Problem> {
    Ok(RecordAt {
        tenant: call.who.tenant().clone(),
        person: call.part::<PersonId>("person")?,
        collection: call.part::<Name>("collection")?,
        record: call.part::<RecordId>("record")?,
    })
}

/// The call's `Idempotency-Key`, if it has one.
pub(crate) fn once(
    house: &House,
    ctx: &Ctx,
    call: &Call<Authority>,
    body: &[u8],
) -> Result<Option<Once>, Problem> {
    static NAME: http::HeaderName = http::HeaderName::from_static("idempotency-key");
    let Some(key) = call.header(&NAME)? else {
        return Ok(None);
    };
    if key.is_empty() || key.len() > base::limits::IDEMPOTENCY_KEY_BYTES_MAX {
        return Err(Problem::new(
            ErrorKind::Invalid,
            "http.idempotency_key",
            "An Idempotency-Key has 1 to 128 characters.",
        ));
    }
    let mut address = Vec::new();
    for (name, value) in &call.path {
        address.extend_from_slice(&(value.len() as u64).to_be_bytes());
        address.extend_from_slice(name.as_bytes());
        address.extend_from_slice(value.as_bytes());
    }
    let length = (body.len() as u64).to_be_bytes();
    let request: [&[u8]; 4] = [call.method.as_str().as_bytes(), &address, &length, body];
    Ok(Some(house.vault.once(ctx, key, &request)?))
}
