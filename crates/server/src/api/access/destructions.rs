//! `/v1/continuity/destructions`: recovery points that are to go before their time. One proposes, another agrees, and either calls it off
//! while it waits.

use audit::{Action, Outcome};
use base::Ctx;
use continuity::early::{self, Destruction, Of, Reason};
use http::header::LOCATION;
use http::{Method, StatusCode};
use policy::access::{About, AccessError};
use policy::{Allowed, Authority, DestructionAt, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use store::WriteSet;
use web::{Answer, Call, Doc, Limit, Logged, Problem, Route, Routes};

use super::{BODY_MAX, account, body, commit, entry, id, id_param, looked, there, wire, word};
use crate::Failure;
use crate::api::{House, allow, circumstances};
use crate::backup::early::{decides, noted, tell};

const GROUP: &str = "Continuity";
const TAKES: &str = "an object with `points` (whole names) or `all`: true, and a `reason`";

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (ask_in, list_in, agree_in, cancel_in) =
        (house.clone(), house.clone(), house.clone(), house.clone());
    vec![
        Route::logged(
            Method::POST,
            "/v1/continuity/destructions",
            Limit::Bytes(BODY_MAX),
            Doc {
                id: "proposeDestruction",
                group: GROUP,
                summary: "Propose that recovery points be destroyed before their time",
                about: "With an account of owner, administrator, security or operator, at the tenant that the configuration names. Somebody else has to agree. Everybody who watches is told, at every tenant. Reasons: key_leaked, must_not_be_kept, order, moved, other.",
                params: vec![],
                body: Some((
                    "application/json",
                    "`points` (their whole names, as `strongroom backup list --json` shows them) or `all` (true: all that were made until now); `reason`.",
                )),
                answers: &[(201, "It waits for somebody else")],
            },
            move |call| propose(ask_in.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/continuity/destructions",
            Limit::NoBody,
            Doc {
                id: "listDestructions",
                group: GROUP,
                summary: "Recovery points that go before their time, newest proposal first",
                about: "States: proposed, waits (two agreed; `due_at` says until when it can be called off at least), begun, done, cancelled, lapsed. `decides` says whether this tenant's staff does; who agreed is shown to no other.",
                params: vec![],
                body: None,
                answers: &[(200, "The proposals")],
            },
            move |call| list(list_in.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/v1/continuity/destructions/{destruction}/agreement",
            Limit::NoBody,
            Doc {
                id: "agreeToDestruction",
                group: GROUP,
                summary: "Agree to a destruction",
                about: "As a second person, right after using a passkey; never to one's own. What was proposed at the machine takes two. The last one begins the delay (`[backup.early] delay_hours`).",
                params: vec![id_param("destruction")],
                body: None,
                answers: &[(200, "Agreed")],
            },
            move |call| agree(agree_in.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/v1/continuity/destructions/{destruction}",
            Limit::NoBody,
            Doc {
                id: "cancelDestruction",
                group: GROUP,
                summary: "Call a destruction off",
                about: "Anybody who may propose one may call one off, alone, until it is begun.",
                params: vec![id_param("destruction")],
                body: None,
                answers: &[(200, "Called off")],
            },
            move |call| cancel(cancel_in.clone(), call),
        ),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBody {
    points: Option<Vec<String>>,
    all: Option<bool>,
    reason: String,
}

fn problem(failure: &Failure) -> Problem {
    let mut problem = Problem::new(
        base::ErrorKind::Unavailable,
        "continuity.later",
        "That could not be noted just now, and nothing was changed. Ask again.",
    );
    problem.internal = failure.to_string();
    problem
}

/// Whether this tenant's staff decides; if not, that is an entry too.
async fn decides_here(
    house: &House,
    ctx: &Ctx,
    allowed: &Allowed<DestructionAt>,
    action: Action,
) -> Result<(), Problem> {
    let here = decides(house) == Some(&ctx.tenant);
    let found = here.then_some(()).ok_or(AccessError::Elsewhere);
    there(house, ctx, allowed, action, found).await
}

async fn propose(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let action = Action::DestructionPropose;
    let ctx = circumstances(&call)?;
    let new: NewBody = body(call.bytes()?, TAKES)?;
    let reason: Reason = word_of(&new.reason)?;
    let of = match (new.points, new.all) {
        (None, Some(true)) => Some(Of::All),
        (Some(points), None | Some(false)) => Of::points(points),
        _ => None,
    };
    let of = of.ok_or_else(|| {
        Problem::new(
            base::ErrorKind::Invalid,
            "access.body",
            format!("Send {TAKES}."),
        )
    })?;
    let thing = DestructionAt {
        tenant: ctx.tenant.clone(),
        parties: call.who.account().into_iter().collect(),
    };
    let allowed = allow(&house, &ctx, &call.who, Verb::Create, action, thing).await?;
    decides_here(&house, &ctx, &allowed, action).await?;
    let by = account(&call)?;
    let id = house.access.new_id();
    let count = of.names().len() as u64;
    let set = early::propose(WriteSet::new(), id, (&of, reason), Some(by), ctx.now);
    let set = tell(&house, About::DestructionProposed(id), set);
    let set = noted(&house, action, Some(id), |it| it.count(count), set);
    let set = set.map_err(|failure| problem(&failure))?;
    let done = entry(&ctx, &allowed, action, Outcome::Ok, Some(id))?.count(count);
    let index = commit(&house, &ctx, &allowed, action, done, Ok(set)).await?;
    let it = found(&house, id).await?;
    Ok(Answer::value(StatusCode::CREATED, &shown(&it, &ctx, true))
        .header_text(LOCATION, &format!("/v1/continuity/destructions/{id}"))
        .logged(index))
}

/// A reason out of a body.
fn word_of(text: &str) -> Result<Reason, Problem> {
    struct Named(Reason);
    impl std::str::FromStr for Named {
        type Err = ();
        fn from_str(text: &str) -> Result<Self, ()> {
            text.parse().map(Self)
        }
    }
    word::<Named>(text, "reason").map(|it| it.0)
}

async fn found(house: &House, id: base::PrivilegeId) -> Result<Destruction, AccessError> {
    let found = early::one(&house.db, id).await?;
    found.ok_or(AccessError::NotFound)
}

async fn list(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let action = Action::DestructionList;
    let ctx = circumstances(&call)?;
    let thing = DestructionAt {
        tenant: ctx.tenant.clone(),
        parties: Vec::new(),
    };
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, action, thing).await?;
    let decides = decides(&house) == Some(&ctx.tenant);
    let all = early::list(&house.db).await?;
    let lines: Vec<_> = all.iter().map(|it| shown(it, &ctx, decides)).collect();
    let body = json!({ "decides": decides, "destructions": lines });
    looked(&house, &ctx, &allowed, action, None, &body).await
}

async fn agree(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let action = Action::DestructionAgree;
    let ctx = circumstances(&call)?;
    let found_it = found(&house, id(&call, "destruction")?).await;
    // Who may agree to nothing hears the same of what is there and of what is not.
    let parties = match &found_it {
        Ok(it) => it.agreed().map(|(by, _)| by).collect(),
        Err(_) => Vec::new(),
    };
    let thing = DestructionAt {
        tenant: ctx.tenant.clone(),
        parties,
    };
    let allowed = allow(&house, &ctx, &call.who, Verb::Manage, action, thing).await?;
    decides_here(&house, &ctx, &allowed, action).await?;
    let by = account(&call)?;
    let it = there(&house, &ctx, &allowed, action, found_it).await?;
    let delay = house.config.backup.as_ref().map(|it| it.early.delay());
    let set = early::agree(WriteSet::new(), &it, by, ctx.now, delay.unwrap_or_default());
    let set = if it.first.is_some() {
        tell(&house, About::DestructionAgreed(it.id), set)
    } else {
        set
    };
    let set = noted(&house, action, Some(it.id), |entry| entry, set);
    let set = set.map_err(|failure| problem(&failure))?;
    let done = entry(&ctx, &allowed, action, Outcome::Ok, Some(it.id))?;
    let index = commit(&house, &ctx, &allowed, action, done, Ok(set)).await?;
    let it = found(&house, it.id).await?;
    Ok(Answer::value(StatusCode::OK, &shown(&it, &ctx, true)).logged(index))
}

async fn cancel(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let action = Action::DestructionCancel;
    let ctx = circumstances(&call)?;
    let found_it = found(&house, id(&call, "destruction")?).await;
    let thing = DestructionAt {
        tenant: ctx.tenant.clone(),
        parties: Vec::new(),
    };
    let allowed = allow(&house, &ctx, &call.who, Verb::Delete, action, thing).await?;
    decides_here(&house, &ctx, &allowed, action).await?;
    let it = there(&house, &ctx, &allowed, action, found_it).await?;
    let set = early::cancel(WriteSet::new(), it.id, ctx.now);
    let set = tell(&house, About::DestructionCancelled(it.id), set);
    let set = noted(&house, action, Some(it.id), |entry| entry, set);
    let set = set.map_err(|failure| problem(&failure))?;
    let done = entry(&ctx, &allowed, action, Outcome::Ok, Some(it.id))?;
    let index = commit(&house, &ctx, &allowed, action, done, Ok(set)).await?;
    let it = found(&house, it.id).await?;
    Ok(Answer::value(StatusCode::OK, &shown(&it, &ctx, true)).logged(index))
}

/// One as programs read it; `who` agreed is another tenant's to know.
fn shown(it: &Destruction, ctx: &Ctx, who: bool) -> Value {
    let agreed: Vec<_> = it
        .agreed()
        .map(|(by, at)| json!({ "by": who.then_some(by), "at": at.to_string() }))
        .collect();
    json!({
        "destruction": it.id,
        "all": it.of == Of::All,
        "points": it.of.names(),
        "reason": it.reason.as_str(),
        "state": it.state(ctx.now).as_str(),
        "proposed_at": it.proposed_at.to_string(),
        "agreed": agreed,
        "due_at": wire::time(it.due_at),
        "cancelled_at": wire::time(it.cancelled_at),
        "done_at": wire::time(it.done.map(|(at, _)| at)),
        "gone": it.done.map(|(_, gone)| gone),
    })
}
