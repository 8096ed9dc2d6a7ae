//! `/v1/persons/{person}/erasures`: deleting everything about a person, with time to change one's mind and a certificate.

use audit::{Action, Entry, Outcome};
use base::{Ctx, ErrorKind, ObjectId, PersonId};
use http::{Method, StatusCode};
use policy::{Allowed, Authority, Denied, PersonAt, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use vault::VaultError;
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::requests::body;
use super::{House, allow, circumstances, log};
use crate::erasures::{self, Asked};
use crate::leftovers;

const GROUP: &str = "Deletion";
const PERSON: Param = Param::path("person", "The person's id");

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (plan_in, ask_in, list_in, off_in) =
        (house.clone(), house.clone(), house.clone(), house.clone());
    vec![
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/erasures/plan",
            Limit::NoBody,
            Doc {
                id: "planErasure",
                group: GROUP,
                summary: "What would go, and what would stay and why",
                about: "Nothing is changed.",
                params: vec![PERSON],
                body: None,
                answers: &[(200, "Counts by collection, and what stays")],
            },
            move |call| plan(plan_in.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/v1/persons/{person}/erasures",
            Limit::Bytes(1024),
            Doc {
                id: "askErasure",
                group: GROUP,
                summary: "Have everything about a person deleted",
                about: "It waits (14 days, `deletion.cooling_off_days`), in case they change their mind; with `now` it does not. The answer holds a code, once: with it the certificate is fetched when everything is gone (the page `/erased`).",
                params: vec![PERSON],
                body: Some((
                    "application/json",
                    "Empty, or an object with `now` (true: at once; in a session it takes a fresh proof of who it is).",
                )),
                answers: &[
                    (202, "It waits: until when, and the code"),
                    (
                        200,
                        "The keys are destroyed: the certificate, or null while there is much to remove; the code gives it then",
                    ),
                ],
            },
            move |call| ask(ask_in.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/erasures",
            Limit::NoBody,
            Doc {
                id: "listErasures",
                group: GROUP,
                summary: "What a person asked to have deleted",
                about: "",
                params: vec![PERSON],
                body: None,
                answers: &[(200, "Requests, newest first")],
            },
            move |call| list(list_in.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/v1/persons/{person}/erasures/{erasure}",
            Limit::NoBody,
            Doc {
                id: "callOffErasure",
                group: GROUP,
                summary: "Change one's mind",
                about: "As long as it waits.",
                params: vec![PERSON, Param::path("erasure", "The request's id")],
                body: None,
                answers: &[(200, "Everything stays")],
            },
            move |call| call_off(off_in.clone(), call),
        ),
    ]
}

async fn let_in(
    house: &House,
    call: &Call<Authority>,
    verb: Verb,
    action: Action,
) -> Result<(Ctx, Allowed<PersonAt>, PersonId), Problem> {
    let ctx = circumstances(call)?;
    let person: PersonId = call.part("person")?;
    let thing = PersonAt {
        tenant: ctx.tenant.clone(),
        person: Some(person),
    };
    let allowed = allow(house, &ctx, &call.who, verb, action, thing).await?;
    Ok((ctx, allowed, person))
}

async fn plan(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, _) = let_in(&house, &call, Verb::Read, Action::PersonRead).await?;
    let (summary, index) = house.vault.read_person(&ctx, &allowed).await?;
    let goes: serde_json::Map<_, _> = summary
        .records
        .into_iter()
        .map(|(name, count)| (name, count.into()))
        .collect();
    let stays: Vec<_> = leftovers::stays()
        .map(|(what, why)| json!({ "what": what, "why": why }))
        .collect();
    let said = json!({
        "goes": { "records": goes, "everything_else": leftovers::goes().collect::<Vec<_>>() },
        "stays": stays,
        "cooling_off_days": house.config.deletion.cooling_off_days,
    });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

fn wire(it: &Asked) -> Value {
    json!({
        "erasure": it.erasure,
        "state": it.state,
        "asked_at": it.asked_at.to_string(),
        "due_at": it.due_at.to_string(),
    })
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    #[serde(default)]
    now: bool,
}

async fn ask(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) =
        let_in(&house, &call, Verb::Delete, Action::PersonEraseAsk).await?;
    let new: New = if call.bytes()?.is_empty() {
        New::default()
    } else {
        body(&call)?
    };
    if new.now && call.who.account().is_some() && !call.who.is_fresh(ctx.now) {
        return Err(Denied::Stale.into());
    }
    let due = if new.now {
        ctx.now
    } else {
        ctx.now.after(house.config.deletion.cooling_off())
    };
    let (asked, code, index) = house.ask_erasure(&ctx, &allowed, due).await?;
    let mut said = wire(&asked);
    if let Some(said) = said.as_object_mut() {
        said.insert("code".into(), code.expose().as_str().into());
    }
    if !new.now {
        return Ok(Answer::value(StatusCode::ACCEPTED, &said).logged(index));
    }
    erasures::one(&house, &ctx.tenant, asked.erasure, person)
        .await
        .map_err(|error| {
            let mut problem = Problem::new(
                ErrorKind::Unavailable,
                "erasure.later",
                "The deletion was noted and is carried out within the hour. Fetch the certificate with the code then.",
            );
            problem.internal = error.to_string();
            problem
        })?;
    let standing = house.erasure_behind(code.expose()).await?;
    if let Some(said) = said.as_object_mut() {
        said.insert("state".into(), standing.state.as_str().into());
        said.insert("certificate".into(), standing.certificate.into());
    }
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

async fn list(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Read, Action::PersonRead).await?;
    let found = house.erasures(&ctx.tenant, person).await?;
    let lines: Vec<_> = found.iter().map(wire).collect();
    let handle = house.vault.handle(&ctx.tenant, person).await?;
    let entry = Entry::new(&ctx, Action::PersonRead, Outcome::Ok)
        .map_err(VaultError::from)?
        .person(handle);
    let index = log::append(&house, &ctx, allowed.rule(), entry).await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "erasures": lines })).logged(index))
}

async fn call_off(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, _) = let_in(&house, &call, Verb::Delete, Action::PersonEraseCallOff).await?;
    let erasure: ObjectId = call.part("erasure")?;
    let index = house.call_off_erasure(&ctx, &allowed, erasure).await?;
    let said = json!({ "erasure": erasure, "state": "called_off" });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}
