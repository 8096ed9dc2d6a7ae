//! `/v1/access/break-glass`: one person's data, for one stated reason, for a short time.

use std::time::Duration;

use audit::{Action, Entry, Outcome};
use base::{Ctx, PersonId};
use http::header::LOCATION;
use http::{Method, StatusCode};
use policy::access::{Glass, NewGlass, Verdict};
use policy::{Authority, BreakGlassAt, Verb};
use serde::Deserialize;
use serde_json::json;
use web::{Answer, Call, Doc, Limit, Logged, Problem, Route, Routes};

use super::{
    BODY_MAX, GROUP, account, body, commit, entry, id, id_param, looked, open, seal, there, wire,
    word,
};
use crate::api::{House, allow, circumstances};
use crate::notices::Jobs;

/// Where the note of a break-glass is sealed.
const NOTE: &str = "break_glass.note";
/// How long it is open unless said otherwise.
const MINUTES: u32 = 30;

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (open, list, read) = (house.clone(), house.clone(), house.clone());
    let (second, close, review) = (house.clone(), house.clone(), house.clone());
    vec![
        Route::logged(
            Method::POST,
            "/v1/access/break-glass",
            Limit::Bytes(BODY_MAX),
            Doc {
                id: "breakGlass",
                group: GROUP,
                summary: "Open one person's data in an emergency",
                about: "A clinician opens at once; a security engineer waits for a second person. The person, the security engineers and the owners are told in the same moment. Then read with `Purpose-Of-Use: ETREAT`. It must be reviewed within days, or you open no other. Reasons: emergency_care, unreachable, safety, incident, legal.",
                params: vec![],
                body: Some((
                    "application/json",
                    "`person`, `reason`; `note` (text, kept sealed) and `minutes` (1 to 60; 30) if you like.",
                )),
                answers: &[(201, "Open"), (202, "Waits for a second person")],
            },
            move |call| break_glass(open.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/access/break-glass",
            Limit::NoBody,
            Doc {
                id: "listBreakGlass",
                group: GROUP,
                summary: "Every break-glass, newest first",
                about: "",
                params: vec![],
                body: None,
                answers: &[(200, "Who, when, about whom, why")],
            },
            move |call| list_glasses(list.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/access/break-glass/{glass}",
            Limit::NoBody,
            Doc {
                id: "readBreakGlass",
                group: GROUP,
                summary: "One break-glass, with its note",
                about: "",
                params: vec![id_param("glass")],
                body: None,
                answers: &[(200, "The break-glass")],
            },
            move |call| read_glass(read.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/v1/access/break-glass/{glass}/second",
            Limit::NoBody,
            Doc {
                id: "secondBreakGlass",
                group: GROUP,
                summary: "Agree as the second person: it is open from now",
                about: "",
                params: vec![id_param("glass")],
                body: None,
                answers: &[(200, "Open")],
            },
            move |call| second_glass(second.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/v1/access/break-glass/{glass}",
            Limit::NoBody,
            Doc {
                id: "closeBreakGlass",
                group: GROUP,
                summary: "Close your own before its time",
                about: "",
                params: vec![id_param("glass")],
                body: None,
                answers: &[(200, "Closed")],
            },
            move |call| close_glass(close.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/v1/access/break-glass/{glass}/review",
            Limit::Bytes(BODY_MAX),
            Doc {
                id: "reviewBreakGlass",
                group: GROUP,
                summary: "Say whether it was right",
                about: "As somebody who had no part in it. What is still open is closed.",
                params: vec![id_param("glass")],
                body: Some(("application/json", "`justified`: true or false.")),
                answers: &[(200, "Reviewed")],
            },
            move |call| review_glass(review.clone(), call),
        ),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBody {
    person: String,
    reason: String,
    note: Option<String>,
    minutes: Option<u32>,
}

/// A break-glass as policy is asked about it.
fn thing(call: &Call<Authority>, found: Option<&Glass>) -> BreakGlassAt {
    BreakGlassAt {
        tenant: call.who.tenant().clone(),
        person: found.map(|it| it.person),
        parties: found.map(Glass::parties).unwrap_or_default(),
    }
}

/// An entry that names whose data it is about, as far as there is such a person.
async fn about(house: &House, ctx: &Ctx, entry: Entry, person: PersonId) -> Entry {
    match house.vault.handle(&ctx.tenant, person).await {
        Ok(handle) => entry.person(handle),
        Err(_) => entry,
    }
}

async fn break_glass(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let new: NewBody = body(
        call.bytes()?,
        "an object with `person` and `reason`, and with `note` and `minutes` if you like",
    )?;
    let person: PersonId = word(&new.person, "person")?;
    let reason = word(&new.reason, "reason")?;
    let thing = BreakGlassAt {
        tenant: call.who.tenant().clone(),
        person: Some(person),
        parties: call.who.account().into_iter().collect(),
    };
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Create,
        Action::BreakGlassOpen,
        thing,
    )
    .await?;
    let account = account(&call)?;
    // Nobody's data are opened: there must be somebody.
    let handle = house.vault.handle(&ctx.tenant, person).await?;
    let id = house.access.new_id();
    let note = seal(&house, &ctx, NOTE, id, new.note.as_deref())?;
    let wanted = NewGlass {
        account,
        role: call.who.role(),
        reason,
        note,
        lasts: Duration::from_secs(60 * u64::from(new.minutes.unwrap_or(MINUTES).max(1))),
    };
    let jobs = Jobs::of(&house);
    let opened = house
        .access
        .break_glass(&ctx, &allowed, id, wanted, &jobs)
        .await;
    let (opens, set) = match opened {
        Ok((opens, set)) => (opens, Ok(set)),
        Err(error) => (false, Err(error)),
    };
    let done = entry(
        &ctx,
        &allowed,
        Action::BreakGlassOpen,
        Outcome::Ok,
        Some(id),
    )?
    .person(handle);
    let index = commit(&house, &ctx, &allowed, Action::BreakGlassOpen, done, set).await?;
    let glass = house.access.glass(&ctx.tenant, id).await?;
    let status = if opens {
        StatusCode::CREATED
    } else {
        StatusCode::ACCEPTED
    };
    Ok(Answer::value(status, &wire::glass(&glass, ctx.now))
        .header_text(LOCATION, &format!("/v1/access/break-glass/{id}"))
        .logged(index))
}

async fn list_glasses(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = thing(&call, None);
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, Action::RoleList, thing).await?;
    let glasses = house.access.glasses(&ctx.tenant).await?;
    let lines: Vec<_> = glasses.iter().map(|it| wire::glass(it, ctx.now)).collect();
    let body = json!({ "break_glass": lines });
    looked(&house, &ctx, &allowed, Action::RoleList, None, &body).await
}

async fn read_glass(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let found = house.access.glass(&ctx.tenant, id(&call, "glass")?).await;
    let thing = thing(&call, found.as_ref().ok());
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, Action::RoleList, thing).await?;
    let glass = there(&house, &ctx, &allowed, Action::RoleList, found).await?;
    let note = open(&house, &ctx, NOTE, glass.id, glass.note.as_deref())?;
    let body = wire::with(wire::glass(&glass, ctx.now), "note", note);
    looked(
        &house,
        &ctx,
        &allowed,
        Action::RoleList,
        Some(glass.id),
        &body,
    )
    .await
}

async fn second_glass(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let found = house.access.glass(&ctx.tenant, id(&call, "glass")?).await;
    let thing = thing(&call, found.as_ref().ok());
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Manage,
        Action::BreakGlassOpen,
        thing,
    )
    .await?;
    let by = account(&call)?;
    let glass = there(&house, &ctx, &allowed, Action::BreakGlassOpen, found).await?;
    let jobs = Jobs::of(&house);
    let set = house.access.second(&ctx, &allowed, &glass, by, &jobs);
    let done = entry(
        &ctx,
        &allowed,
        Action::BreakGlassOpen,
        Outcome::Ok,
        Some(glass.id),
    )?;
    let done = about(&house, &ctx, done, glass.person).await;
    let index = commit(&house, &ctx, &allowed, Action::BreakGlassOpen, done, set).await?;
    let glass = house.access.glass(&ctx.tenant, glass.id).await?;
    Ok(Answer::value(StatusCode::OK, &wire::glass(&glass, ctx.now)).logged(index))
}

async fn close_glass(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let found = house.access.glass(&ctx.tenant, id(&call, "glass")?).await;
    // Whoever may open one may close it; the row says whose it is.
    let thing = thing(&call, found.as_ref().ok());
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Create,
        Action::BreakGlassOpen,
        thing,
    )
    .await?;
    let by = account(&call)?;
    let glass = there(&house, &ctx, &allowed, Action::BreakGlassOpen, found).await?;
    let set = house.access.close_glass(&ctx, glass.id, by);
    let done = entry(&ctx, &allowed, Action::RoleEnd, Outcome::Ok, Some(glass.id))?;
    let done = about(&house, &ctx, done, glass.person).await;
    let index = commit(&house, &ctx, &allowed, Action::RoleEnd, done, Ok(set)).await?;
    let glass = house.access.glass(&ctx.tenant, glass.id).await?;
    Ok(Answer::value(StatusCode::OK, &wire::glass(&glass, ctx.now)).logged(index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Review {
    justified: bool,
}

async fn review_glass(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let Review { justified } = body(call.bytes()?, "an object with `justified`: true or false")?;
    let found = house.access.glass(&ctx.tenant, id(&call, "glass")?).await;
    let thing = thing(&call, found.as_ref().ok());
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Update,
        Action::BreakGlassReview,
        thing,
    )
    .await?;
    let by = account(&call)?;
    let glass = there(&house, &ctx, &allowed, Action::BreakGlassReview, found).await?;
    let verdict = if justified {
        Verdict::Justified
    } else {
        Verdict::NotJustified
    };
    let set = house
        .access
        .review_glass(&ctx, &allowed, &glass, by, verdict);
    let done = entry(
        &ctx,
        &allowed,
        Action::BreakGlassReview,
        Outcome::Ok,
        Some(glass.id),
    )?
    .count(u64::from(justified));
    let done = about(&house, &ctx, done, glass.person).await;
    let index = commit(&house, &ctx, &allowed, Action::BreakGlassReview, done, set).await?;
    let glass = house.access.glass(&ctx.tenant, glass.id).await?;
    Ok(Answer::value(StatusCode::OK, &wire::glass(&glass, ctx.now)).logged(index))
}
