//! `/v1/holds`: legal holds, which stop retention and deletion. `/v1/retention`: what is kept how long, and what was destroyed.

use audit::{Action, Entry, Outcome};
use base::{Ctx, ErrorKind, Instant, Name, ObjectId, PersonId};
use http::{Method, StatusCode};
use policy::{Allowed, Authority, HoldsOf, RetentionOf, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use vault::VaultError;
use vault::holds::{Held, Hold, NewHold};
use vault::retention::{FILES, Run};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::{House, allow, circumstances, log};

const GROUP: &str = "Retention";
/// Holds of one answer.
const PAGE: u32 = 50;
/// So many may be skipped.
const SKIP_MAX: u32 = 10_000;
/// Passes of one answer.
const RUNS: u32 = 30;
/// The longest reason in the longest script, and the rest.
const BODY_MAX: usize = 16 * 1024;

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (place_in, list_in, lift_in, report_in) =
        (house.clone(), house.clone(), house.clone(), house.clone());
    vec![
        Route::logged(
            Method::POST,
            "/v1/holds",
            Limit::Bytes(BODY_MAX),
            Doc {
                id: "placeHold",
                group: GROUP,
                summary: "Place a legal hold",
                about: "From this commit on nothing that it covers is destroyed: not because its time is over, not because somebody deletes it, not by an erasure, which waits. For the role `compliance`.",
                params: vec![],
                body: Some((
                    "application/json",
                    "`on` (tenant, person or collection), with `person` or `collection`; `reason` (text, kept sealed, shown to who sees holds and to nobody else); `until` (RFC 3339) if it has an end.",
                )),
                answers: &[(201, "It holds")],
            },
            move |call| place(place_in.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/holds",
            Limit::NoBody,
            Doc {
                id: "listHolds",
                group: GROUP,
                summary: "Legal holds, newest first",
                about: "Those that were lifted too. 50 at a time; `next` says what to skip for more.",
                params: vec![Param::query("skip", "Leave out so many of the newest")],
                body: None,
                answers: &[(200, "Holds")],
            },
            move |call| list(list_in.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/v1/holds/{hold}",
            Limit::NoBody,
            Doc {
                id: "liftHold",
                group: GROUP,
                summary: "Lift a legal hold",
                about: "What it held goes with the next pass; erasures that waited are carried out. For the role `compliance`.",
                params: vec![Param::path("hold", "Its id")],
                body: None,
                answers: &[(200, "Lifted")],
            },
            move |call| lift(lift_in.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/retention",
            Limit::NoBody,
            Doc {
                id: "readRetention",
                group: GROUP,
                summary: "What is kept how long, and what was destroyed",
                about: "By collection, as the register says; and the last passes with what they found: in its time, destroyed, stopped by a hold. Counts only.",
                params: vec![],
                body: None,
                answers: &[(200, "Limits and passes")],
            },
            move |call| report(report_in.clone(), call),
        ),
    ]
}

async fn let_in(
    house: &House,
    call: &Call<Authority>,
    verb: Verb,
    action: Action,
) -> Result<(Ctx, Allowed<HoldsOf>), Problem> {
    let ctx = circumstances(call)?;
    let thing = HoldsOf {
        tenant: ctx.tenant.clone(),
    };
    let allowed = allow(house, &ctx, &call.who, verb, action, thing).await?;
    Ok((ctx, allowed))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, tag = "on", rename_all = "lowercase")]
enum New {
    Tenant {
        reason: String,
        until: Option<String>,
    },
    Person {
        person: PersonId,
        reason: String,
        until: Option<String>,
    },
    Collection {
        collection: Name,
        reason: String,
        until: Option<String>,
    },
}

/// A moment as RFC 3339 writes it.
pub(crate) fn moment(text: &str) -> Result<Instant, VaultError> {
    let at: Result<jiff::Timestamp, _> = text.parse();
    at.map(|at| Instant::from_micros(at.as_microsecond()))
        .map_err(|_| {
            VaultError::HoldBody(
                "`until` is a moment with its zone (RFC 3339), e.g. 2027-01-31T00:00:00Z.",
            )
        })
}

/// Who did it: an account, or a program by what it is called in the log.
fn by(call: &Call<Authority>, ctx: &Ctx) -> String {
    call.who
        .account()
        .map_or_else(|| ctx.actor.id.clone(), |account| account.to_string())
}

async fn place(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed) = let_in(&house, &call, Verb::Create, Action::HoldPlace).await?;
    let takes = "Send an object with `on` (tenant, person or collection), what it names, a `reason`, and `until` if it has an end.";
    let new: New = super::body::json(call.bytes()?, "hold.body", takes)?;
    let (on, reason, until) = match new {
        New::Tenant { reason, until } => (Held::Tenant, reason, until),
        New::Person {
            person,
            reason,
            until,
        } => (Held::Person(person), reason, until),
        New::Collection {
            collection,
            reason,
            until,
        } => (Held::Collection(collection), reason, until),
    };
    let new = NewHold {
        on,
        reason,
        until: until.as_deref().map(moment).transpose()?,
        by: by(&call, &ctx),
    };
    let (hold, index) = house.vault.place_hold(&ctx, &allowed, &new).await?;
    Ok(Answer::value(StatusCode::CREATED, &json!({ "hold": hold })).logged(index))
}

/// A hold as programs read it.
pub(crate) fn wire(it: &Hold, now: Instant) -> Value {
    let state = match &it.lifted {
        Some(_) => "lifted",
        None if it.is_in_force(now) => "in_force",
        None => "over",
    };
    let mut said = json!({
        "hold": it.hold,
        "on": it.on.scope(),
        "reason": it.reason,
        "state": state,
        "placed_by": it.placed_by,
        "placed_at": it.placed_at.to_string(),
        "until": it.until.map(|at| at.to_string()),
        "lifted_by": it.lifted.as_ref().map(|(by, _)| by),
        "lifted_at": it.lifted.as_ref().map(|(_, at)| at.to_string()),
    });
    if let Some(said) = said.as_object_mut() {
        match &it.on {
            Held::Tenant => None,
            Held::Person(person) => said.insert("person".into(), person.to_string().into()),
            Held::Collection(name) => said.insert("collection".into(), name.as_str().into()),
        };
    }
    said
}

async fn list(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed) = let_in(&house, &call, Verb::Read, Action::HoldList).await?;
    let skip = match call.query.first("skip") {
        None => 0,
        Some(text) => text
            .parse()
            .ok()
            .filter(|skip| *skip <= SKIP_MAX)
            .ok_or_else(|| {
                Problem::new(
                    ErrorKind::Invalid,
                    "hold.skip",
                    "`skip` is a number up to 10000.",
                )
            })?,
    };
    let (mut found, index) = house.vault.holds(&ctx, &allowed, skip, PAGE + 1).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let said = json!({
        "holds": found.iter().map(|it| wire(it, ctx.now)).collect::<Vec<_>>(),
        "next": more.then_some(skip + PAGE),
    });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

async fn lift(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed) = let_in(&house, &call, Verb::Delete, Action::HoldLift).await?;
    let hold: ObjectId = call.part("hold")?;
    let by = by(&call, &ctx);
    let index = house.vault.lift_hold(&ctx, &allowed, hold, &by).await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "hold": hold, "state": "lifted" })).logged(index))
}

/// A pass as programs read it.
pub(crate) fn run_wire(it: &Run) -> Value {
    let found = it.found.iter().map(|(name, tally)| {
        let said = json!({ "kept": tally.kept, "held": tally.held, "destroyed": tally.over });
        (name.clone(), said)
    });
    json!({
        "run": it.run,
        "began_at": it.began_at.to_string(),
        "ended_at": it.ended_at.map(|at| at.to_string()),
        "found": found.collect::<serde_json::Map<_, _>>(),
    })
}

async fn report(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = RetentionOf {
        tenant: ctx.tenant.clone(),
    };
    let action = Action::RetentionRead;
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, action, thing).await?;
    let runs = house.vault.runs(&ctx.tenant, RUNS).await?;
    let holds = house.vault.holds_in_force(&ctx.tenant, ctx.now).await?;
    let collections = house.vault.register().collections().iter();
    let limits = collections.map(|it| (it.name.to_string(), it.retention.to_string().into()));
    let mut limits: serde_json::Map<String, Value> = limits.collect();
    let files = house.config.retention.files.to_string();
    limits.insert(FILES.to_owned(), files.into());
    let said = json!({
        "limits": limits,
        "holds_in_force": holds,
        "runs": runs.iter().map(run_wire).collect::<Vec<_>>(),
    });
    let entry = Entry::new(&ctx, action, Outcome::Ok).map_err(VaultError::from)?;
    let index = log::append(&house, &ctx, allowed.rule(), entry).await?;
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}
