//! `/v1/consent/requests`: what apps and clinicians ask of people, and what became of it.

use std::str::FromStr;

use audit::Action;
use base::{Ctx, ErrorKind, Fault, Instant, PersonId, TenantId};
use consent::{ConsentError, Offer, Offered, Party, RequestId, Way};
use http::header::LOCATION;
use http::{Method, StatusCode};
use policy::{Allowed, Authority, RequestsOf, Verb};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::grants::asking_json;
use super::{House, allow, circumstances};

const GROUP: &str = "Sharing";
/// Five notices of 4,000 characters, and 64 parts with their fields.
pub(super) const BODY_MAX: usize = 256 << 10;
const BODY: &str = "consent.body";
pub(super) const TAKES: &str = "Send a JSON object with what /v1/openapi.json says for this route.";
const PAGE_DEFAULT: usize = 50;
const REQUEST: Param = Param::path("question", "The request's id");
const LIMIT: Param = Param::query("limit", "Lines on a page, 1 to 100 (50)");
const CURSOR: Param = Param::query("cursor", "Where the page before ended");

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (publish_in, list_in, read_in) = (house.clone(), house.clone(), house.clone());
    let (close_in, ask_in, asked_in) = (house.clone(), house.clone(), house.clone());
    vec![
        Route::logged(
            Method::POST,
            "/v1/consent/requests",
            Limit::Bytes(BODY_MAX),
            Doc {
                id: "publishRequest",
                group: GROUP,
                summary: "Publish what is asked of people",
                about: "Versioned and signed: what is published is never changed. The same question again is the same request; with `request`, it is that request's next version.",
                params: vec![],
                body: Some((
                    "application/json",
                    "`purposes`; `parts`, each with `verbs` (some of `cruds`), `collection` (all, if left out), `fields`, `optional`; `days`; `notice` with `title` and `text` in each of `sv`, `de`, `it`, `fr`, `en`; and `request` for a next version.",
                )),
                answers: &[(201, "The request as it was published, and the link to it")],
            },
            move |call| publish(publish_in.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/consent/requests",
            Limit::NoBody,
            Doc {
                id: "listRequests",
                group: GROUP,
                summary: "What the caller asks of people",
                about: "The newest version of each. `next` is the cursor of the next page.",
                params: vec![LIMIT, CURSOR],
                body: None,
                answers: &[(200, "Requests")],
            },
            move |call| list(list_in.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/consent/requests/{question}",
            Limit::NoBody,
            Doc {
                id: "readRequest",
                group: GROUP,
                summary: "One request, in its newest version",
                about: "",
                params: vec![REQUEST],
                body: None,
                answers: &[(200, "The request")],
            },
            move |call| read(read_in.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/v1/consent/requests/{question}",
            Limit::NoBody,
            Doc {
                id: "closeRequest",
                group: GROUP,
                summary: "Ask nobody any more",
                about: "What was granted stays.",
                params: vec![REQUEST],
                body: None,
                answers: &[(200, "It is closed")],
            },
            move |call| close(close_in.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/v1/consent/requests/{question}/askings",
            Limit::Bytes(BODY_MAX),
            Doc {
                id: "askPerson",
                group: GROUP,
                summary: "Ask a person",
                about: "It lies in the inbox of their portal; with `way` `mail` they get a letter, too. Whoever was refused, or has asked often, waits: 429.",
                params: vec![REQUEST],
                body: Some((
                    "application/json",
                    "`person`; `way`: `inbox` (default) or `mail`.",
                )),
                answers: &[(201, "The question")],
            },
            move |call| ask(ask_in.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/consent/requests/{question}/askings",
            Limit::NoBody,
            Doc {
                id: "listAsked",
                group: GROUP,
                summary: "What became of a request, person by person",
                about: "",
                params: vec![REQUEST, LIMIT, CURSOR],
                body: None,
                answers: &[(200, "Questions, with the grants that came of them")],
            },
            move |call| asked(asked_in.clone(), call),
        ),
    ]
}

/// A body of JSON, whole or not at all.
pub(super) fn body<T: DeserializeOwned>(call: &Call<Authority>) -> Result<T, Problem> {
    super::body::json(call.bytes()?, BODY, TAKES)
}

/// Lines on a page.
pub(super) fn page_size(call: &Call<Authority>) -> Result<u32, Problem> {
    let limit = call.query.number("limit", 1..=100)?.unwrap_or(PAGE_DEFAULT);
    Ok(u32::try_from(limit).unwrap_or(100))
}

/// The cursor of a list by time: a moment and an id.
pub(super) fn cursor<T: FromStr>(call: &Call<Authority>) -> Result<Option<(Instant, T)>, Problem> {
    let Some(text) = call.query.first("cursor") else {
        return Ok(None);
    };
    let place = text
        .split_once('.')
        .and_then(|(at, id)| Some((Instant::from_micros(at.parse().ok()?), id.parse().ok()?)));
    place
        .map(Some)
        .ok_or_else(|| vault::VaultError::Cursor.into())
}

/// Who the caller is, as somebody whom a person can grant something to.
fn asker(who: &Authority) -> Result<Party, Problem> {
    let party = match who.account() {
        Some(account) => Some(Party::Account(account)),
        None => Party::of(who.tenant(), &who.actor()),
    };
    party.ok_or_else(|| policy::Denied::NotYours.into())
}

/// What people call whoever asks, or was granted something.
pub(super) async fn who_asks(
    house: &House,
    tenant: &TenantId,
    party: Party,
) -> Result<String, Problem> {
    // Who is gone, and a back end of the tenant's own, go by the tenant's name.
    let own = || tenant.to_string();
    let gone = |kind| matches!(kind, ErrorKind::NotFound | ErrorKind::Gone);
    match party {
        Party::App(app) => match house.oauth.app_of(tenant, app).await {
            Ok(app) => Ok(app.about.name.clone()),
            Err(error) if gone(error.kind()) => Ok(own()),
            Err(error) => Err(error.into()),
        },
        Party::Account(account) => match house.identity.account(tenant, account).await {
            Ok(account) => Ok(account.name.as_str().to_owned()),
            Err(error) if gone(error.kind()) => Ok(own()),
            Err(error) => Err(error.into()),
        },
    }
}

async fn let_in(
    house: &House,
    call: &Call<Authority>,
    verb: Verb,
    action: Action,
) -> Result<(Ctx, Allowed<RequestsOf>, Party), Problem> {
    let ctx = circumstances(call)?;
    let thing = RequestsOf {
        tenant: ctx.tenant.clone(),
    };
    let allowed = allow(house, &ctx, &call.who, verb, action, thing).await?;
    let party = asker(&call.who)?;
    Ok((ctx, allowed, party))
}

fn wire(house: &House, it: &Offered, name: &str) -> Value {
    let texts = crate::sharing::texts(house.vault.register(), name, &it.offer);
    json!({
        "request": it.request,
        "version": it.version,
        "asker": it.asker,
        "name": name,
        "offer": it.offer,
        "published_at": it.published_at.to_string(),
        "closed_at": it.closed_at.map(|at| at.to_string()),
        "signed": it.signed,
        "text": texts,
        "link": format!("{}/portal/asked/{}", house.config.accounts.address(&house.config), it.request),
    })
}

#[derive(Deserialize)]
struct New {
    request: Option<String>,
    #[serde(flatten)]
    offer: Value,
}

async fn publish(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, party) = let_in(&house, &call, Verb::Create, Action::ConsentPublish).await?;
    if base::card::find(&String::from_utf8_lossy(call.bytes()?)).is_some() {
        return Err(vault::VaultError::Card("a request").into());
    }
    let new: New = body(&call)?;
    let offer: Offer = super::body::value(new.offer, BODY, TAKES)?;
    let request = new.request.as_deref().map(RequestId::from_str).transpose();
    let request = request.map_err(|_| Problem::from(ConsentError::NotFound("request")))?;
    let (offered, index) = house
        .publish_request(&ctx, allowed.rule(), party, request, offer)
        .await?;
    let name = who_asks(&house, &ctx.tenant, party).await?;
    let at = format!("/v1/consent/requests/{}", offered.request);
    let reply = Answer::value(StatusCode::CREATED, &wire(&house, &offered, &name));
    Ok(reply.header_text(LOCATION, &at).logged(index))
}

async fn list(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, party) = let_in(&house, &call, Verb::Read, Action::ConsentList).await?;
    let limit = page_size(&call)?;
    let after = call
        .query
        .first("cursor")
        .map(RequestId::from_str)
        .transpose();
    let after = after.map_err(|_| Problem::from(vault::VaultError::Cursor))?;
    let mut found = house
        .consents
        .requests(&ctx.tenant, party, after, limit + 1)
        .await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let name = who_asks(&house, &ctx.tenant, party).await?;
    let lines: Vec<_> = found.iter().map(|it| wire(&house, it, &name)).collect();
    let next = found.last().filter(|_| more).map(|it| it.request);
    let index = house
        .looked_at_grants(&ctx, allowed.rule(), None, lines.len())
        .await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "requests": lines, "next": next })).logged(index))
}

/// The caller's own request of the address.
async fn own(
    house: &House,
    call: &Call<Authority>,
    ctx: &Ctx,
    party: Party,
) -> Result<Offered, Problem> {
    let offered = house
        .consents
        .offered(&ctx.tenant, call.part("question")?)
        .await?;
    if offered.asker == party {
        Ok(offered)
    } else {
        Err(ConsentError::NotFound("request").into())
    }
}

async fn read(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, party) = let_in(&house, &call, Verb::Read, Action::ConsentList).await?;
    let offered = own(&house, &call, &ctx, party).await?;
    let name = who_asks(&house, &ctx.tenant, party).await?;
    let index = house
        .looked_at_grants(&ctx, allowed.rule(), None, 1)
        .await?;
    Ok(Answer::value(StatusCode::OK, &wire(&house, &offered, &name)).logged(index))
}

async fn close(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, party) = let_in(&house, &call, Verb::Delete, Action::ConsentPublish).await?;
    let request: RequestId = call.part("question")?;
    let index = house
        .close_request(&ctx, allowed.rule(), party, request)
        .await?;
    let said = json!({ "request": request, "closed": true });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    person: PersonId,
    way: Option<String>,
}

async fn ask(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, party) = let_in(&house, &call, Verb::Create, Action::ConsentAsk).await?;
    let ask: Ask = body(&call)?;
    let way = match ask.way.as_deref() {
        None | Some("inbox") => Way::Inbox,
        Some("mail") => Way::Mail,
        Some(_) => {
            return Err(ConsentError::terms("/way", "`way` is `inbox` or `mail`.").into());
        }
    };
    let offered = own(&house, &call, &ctx, party).await?;
    let (asking, index) = house
        .ask_person(&ctx, allowed.rule(), &offered, ask.person, way)
        .await?;
    let reply = Answer::value(StatusCode::CREATED, &asking_json(&asking, ctx.now));
    Ok(reply.logged(index))
}

async fn asked(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, party) = let_in(&house, &call, Verb::Read, Action::ConsentList).await?;
    let offered = own(&house, &call, &ctx, party).await?;
    let limit = page_size(&call)?;
    let after = call.query.first("cursor").map(str::parse).transpose();
    let after = after.map_err(|_| Problem::from(vault::VaultError::Cursor))?;
    let mut found = house
        .consents
        .askings_by(&ctx.tenant, party, offered.request, after, limit + 1)
        .await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let lines: Vec<_> = found
        .iter()
        .map(|it| {
            let mut line = asking_json(it, ctx.now);
            if let Some(line) = line.as_object_mut() {
                line.insert("person".into(), json!(it.person));
            }
            line
        })
        .collect();
    let next = found.last().filter(|_| more).map(|it| it.asking);
    let index = house
        .looked_at_grants(&ctx, allowed.rule(), None, lines.len())
        .await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "askings": lines, "next": next })).logged(index))
}
