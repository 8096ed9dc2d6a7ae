//! The HTTP surface: every route of every area, in one table.

pub mod access;
mod accesses;
mod account;
mod accounts;
mod alerts;
pub(crate) mod apps;
mod batch;
mod conditions;
mod fhir;
mod files;
mod health;
mod house;
mod log;
mod meta;
mod persons;
mod records;
mod trust;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use audit::{Action, Entry, Outcome};
use base::{Ctx, ErrorKind, Name, PersonId, RecordId, RequestId};
use http::Method;
use identity::oauth::{self, At, Oauth, OauthError, Proof, Scheme};
use policy::{Allowed, Authority, Proven, RecordAt, Thing, Verb, decide};
use store::WriteSet;
use vault::Once;
use web::{Call, Gate, Peer, Problem, Routes};

pub use health::{Gauges, ready};

use crate::Installation;
use crate::installation::outside;

/// What handlers share.
pub type House = Arc<Installation>;

/// Lets in who has a token, or a session's cookie.
pub struct TokenGate(pub House);

impl Gate for TokenGate {
    type Who = Authority;

    fn admit<'a>(
        &'a self,
        request: &'a http::request::Parts,
    ) -> Pin<Box<dyn Future<Output = Result<Authority, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let named = web::authorization(&request.headers)?;
            // Who names a token means it.
            let session = match named {
                Some(_) => None,
                None => web::SESSION.read(&request.headers)?,
            };
            let authority = match session {
                Some(session) => {
                    own_pages_only(request)?;
                    let now = self.0.clock.now();
                    let who = Box::pin(self.0.identity.session(session, now)).await?;
                    let account = who.account;
                    Authority::from(Proven::from(who)).of_account(account)
                }
                None => self.by_token(named, request).await?,
            };
            // Who belongs to a tenant that is configured no longer is let in nowhere.
            if self.0.config.tenants.contains(authority.tenant()) {
                Ok(access::emergency(&self.0, authority, &request.headers).await?)
            } else {
                Err(policy::TokenError::Unknown.into())
            }
        })
    }
}

impl TokenGate {
    async fn by_token(
        &self,
        named: Option<&str>,
        request: &http::request::Parts,
    ) -> Result<Authority, Problem> {
        let (scheme, text) = named
            .and_then(|value| value.split_once(' '))
            .map_or(("", ""), |(scheme, token)| (scheme, token.trim()));
        let bearer = scheme.eq_ignore_ascii_case("bearer");
        let dpop = scheme.eq_ignore_ascii_case("dpop");
        if dpop || (bearer && Oauth::is_access_token(text)) {
            let scheme = if dpop {
                Scheme::Dpop(proof(request))
            } else {
                Scheme::Bearer
            };
            let at = At {
                request: RequestId::random(&*self.0.rng),
                now: self.0.clock.now(),
                from: request.extensions.get().map(|Peer(address)| *address),
            };
            let admitted = Box::pin(self.0.oauth.admit(text, scheme, at)).await;
            return admitted.map_err(|error| not_admitted(error, dpop));
        }
        Ok(self.0.tokens.verify(if bearer { text } else { "" }).await?)
    }
}

/// A browser sends a cookie along for whoever makes it ask. What changes something must be asked by a page of our own; every browser
/// since 2023 says by whom it was, and no page can make it lie.
fn own_pages_only(request: &http::request::Parts) -> Result<(), Problem> {
    let safe = matches!(request.method, Method::GET | Method::HEAD);
    let site = request.headers.get("sec-fetch-site");
    let ours = site.is_some_and(|site| site.as_bytes() == b"same-origin");
    // What reads is read by nobody else either; but there are browsers that do not say, and links from elsewhere.
    let foreign = site.is_some_and(|site| matches!(site.as_bytes(), b"cross-site" | b"same-site"));
    let navigates = request
        .headers
        .get("sec-fetch-mode")
        .is_some_and(|mode| mode.as_bytes() == b"navigate");
    if ours || (safe && (!foreign || navigates)) {
        Ok(())
    } else {
        Err(Problem::new(
            ErrorKind::Forbidden,
            "http.cross_site",
            "With a session's cookie, only this service's own pages may ask for this. Programs use a token.",
        ))
    }
}

/// The proof of possession that a request carries; none, if it carries two.
fn proof(request: &http::request::Parts) -> Option<Proof<'_>> {
    let mut values = request.headers.get_all("dpop").iter();
    let (first, second) = (values.next()?, values.next());
    let text = first.to_str().ok().filter(|_| second.is_none())?;
    Some(Proof {
        text,
        method: request.method.as_str(),
        path: request.uri.path(),
    })
}

/// At a resource a proof that does not hold is nobody's: 401, where the token endpoint says 400.
fn not_admitted(error: OauthError, by_dpop: bool) -> Problem {
    let challenge = error.challenge(by_dpop);
    let mut problem = Problem::from(error);
    problem.challenge = challenge;
    if problem.kind == ErrorKind::Invalid {
        problem.kind = ErrorKind::Unauthenticated;
    }
    problem
}

/// Every route.
#[must_use]
pub fn routes(house: &House) -> Routes<Authority> {
    let mut routes = Vec::new();
    routes.extend(account::routes(house));
    routes.extend(accounts::routes(house));
    routes.extend(persons::routes(house));
    routes.extend(accesses::routes(house));
    routes.extend(records::routes(house));
    routes.extend(batch::routes(house));
    routes.extend(files::routes(house));
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
    }));
    let meta = meta::routes(&routes);
    routes.extend(meta);
    routes.extend(crate::console::routes(house, staff(house)));
    routes
}

/// What the console works through.
fn staff(house: &House) -> Routes<Authority> {
    let mut routes = accounts::routes(house);
    routes.extend(access::routes(house));
    routes.extend(alerts::routes(house));
    routes.extend(apps::routes(house));
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
