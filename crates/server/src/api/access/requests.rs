//! `/v1/access/requests`: asking for a privilege, and the second person's answer.

use std::time::Duration;

use audit::{Action, Outcome};
use base::Ctx;
use http::header::LOCATION;
use http::{Method, StatusCode};
use policy::access::{About, AccessError, NewRequest, Notice, Request};
use policy::{Authority, PrivilegeAt, PrivilegesOf, Role, Rules, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Answer, Call, Doc, Limit, Logged, Problem, Route, Routes};

use super::{
    BODY_MAX, GROUP, account, body, commit, entry, id, id_param, looked, open, seal, there, wire,
    word,
};
use crate::api::{House, allow, circumstances};
use crate::notices::telling;

/// Where a request's note is sealed.
const NOTE: &str = "privilege_request.note";

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (ask, list, read, decide) = (house.clone(), house.clone(), house.clone(), house.clone());
    vec![
        Route::logged(
            Method::POST,
            "/v1/access/requests",
            Limit::Bytes(BODY_MAX),
            Doc {
                id: "askForRole",
                group: GROUP,
                summary: "Ask for a privilege",
                about: "For yourself or a colleague. Somebody else decides: neither who asks nor who gains. The answer shows what would be gained. Roles: owner, administrator, security, operator, compliance, support, clinician, developer. Reasons: new_post, cover, project, incident, other.",
                params: vec![],
                body: Some((
                    "application/json",
                    "`account`, `role`, `reason`; `note` (text, kept sealed) and `days` (it then ends by itself) if you like.",
                )),
                answers: &[(201, "The request, and what would be gained")],
            },
            move |call| ask_for_role(ask.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/access/requests",
            Limit::NoBody,
            Doc {
                id: "listRoleRequests",
                group: GROUP,
                summary: "What was asked for, newest first",
                about: "",
                params: vec![],
                body: None,
                answers: &[(200, "The requests")],
            },
            move |call| list_requests(list.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/access/requests/{request}",
            Limit::NoBody,
            Doc {
                id: "readRoleRequest",
                group: GROUP,
                summary: "One request: who would gain access to what",
                about: "`gains` is computed from the rules: what the account may do with this role that it may not do now.",
                params: vec![id_param("request")],
                body: None,
                answers: &[(200, "The request")],
            },
            move |call| read_request(read.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/v1/access/requests/{request}/decision",
            Limit::Bytes(BODY_MAX),
            Doc {
                id: "decideRoleRequest",
                group: GROUP,
                summary: "Say yes or no to a request",
                about: "As a second person, right after using a passkey. A yes begins the privilege.",
                params: vec![id_param("request")],
                body: Some(("application/json", "`approve`: true or false.")),
                answers: &[(200, "Decided")],
            },
            move |call| decide_request(decide.clone(), call),
        ),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBody {
    account: String,
    role: String,
    reason: String,
    note: Option<String>,
    days: Option<u32>,
}

async fn ask_for_role(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let new: NewBody = body(
        call.bytes()?,
        "an object with `account`, `role` and `reason`, and with `note` and `days` if you like",
    )?;
    let gains = word(&new.account, "account")?;
    let role: Role = word(&new.role, "role")?;
    let reason = word(&new.reason, "reason")?;
    let thing = PrivilegeAt {
        tenant: call.who.tenant().clone(),
        role,
        parties: call.who.account().into_iter().chain([gains]).collect(),
    };
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Create,
        Action::RoleRequest,
        thing,
    )
    .await?;
    let asked_by = account(&call)?;
    if !house.identity.is_staff(&ctx.tenant, gains).await? {
        return Err(AccessError::NoAccount.into());
    }
    let id = house.access.new_id();
    let note = seal(&house, &ctx, NOTE, id, new.note.as_deref())?;
    let wanted = NewRequest {
        account: gains,
        reason,
        note,
        lasts: new
            .days
            .map(|days| Duration::from_hours(24 * u64::from(days))),
        asked_by,
    };
    let set = house.access.ask(&ctx, &allowed, id, wanted).await;
    let asked = About::RoleAsked(id);
    let set = set.map(|set| {
        let told = [
            Notice::Role(Role::Owner, asked),
            Notice::Role(Role::Security, asked),
        ];
        telling(&house, &ctx.tenant, &told, ctx.now, set)
    });
    let done = entry(&ctx, &allowed, Action::RoleRequest, Outcome::Ok, Some(id))?;
    let index = commit(&house, &ctx, &allowed, Action::RoleRequest, done, set).await?;
    let request = house.access.request(&ctx.tenant, id).await?;
    let shown = shown(&house, &ctx, &request).await?;
    Ok(Answer::value(StatusCode::CREATED, &shown)
        .header_text(LOCATION, &format!("/v1/access/requests/{id}"))
        .logged(index))
}

async fn list_requests(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = PrivilegesOf {
        tenant: call.who.tenant().clone(),
    };
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, Action::RoleList, thing).await?;
    let requests = house.access.requests(&ctx.tenant).await?;
    let lines: Vec<_> = requests.iter().map(wire::request).collect();
    let body = json!({ "requests": lines });
    looked(&house, &ctx, &allowed, Action::RoleList, None, &body).await
}

async fn read_request(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = PrivilegesOf {
        tenant: call.who.tenant().clone(),
    };
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, Action::RoleList, thing).await?;
    let found = house
        .access
        .request(&ctx.tenant, id(&call, "request")?)
        .await;
    let request = there(&house, &ctx, &allowed, Action::RoleList, found).await?;
    let note = open(&house, &ctx, NOTE, request.id, request.note.as_deref())?;
    let body = wire::with(shown(&house, &ctx, &request).await?, "note", note);
    looked(
        &house,
        &ctx,
        &allowed,
        Action::RoleList,
        Some(request.id),
        &body,
    )
    .await
}

/// A request with what would be gained by it: what the account may do with the role that it may not do now.
async fn shown(house: &House, ctx: &Ctx, request: &Request) -> Result<Value, Problem> {
    let held: Vec<Role> = house
        .access
        .live_of(&ctx.tenant, request.account)
        .await?
        .into_iter()
        .filter(|it| it.counts(ctx.now))
        .map(|it| it.role)
        .collect();
    let rules = Rules::in_force();
    let gains = rules.gains(&held, request.role);
    let body = wire::with(wire::request(request), "holds", json!(held));
    Ok(wire::with(
        body,
        "gains",
        wire::reaches(&rules, &gains).into(),
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    approve: bool,
}

async fn decide_request(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let Decision { approve } = body(call.bytes()?, "an object with `approve`: true or false")?;
    let found = house
        .access
        .request(&ctx.tenant, id(&call, "request")?)
        .await;
    // Who may decide on nothing hears the same of what is there and of what is not.
    let (role, parties) = match &found {
        Ok(request) => (request.role, vec![request.account, request.asked_by]),
        Err(_) => (Role::Support, Vec::new()),
    };
    let thing = PrivilegeAt {
        tenant: call.who.tenant().clone(),
        role,
        parties,
    };
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Manage,
        Action::RoleDecide,
        thing,
    )
    .await?;
    let by = account(&call)?;
    let request = there(&house, &ctx, &allowed, Action::RoleDecide, found).await?;
    let set = if approve {
        house
            .access
            .approve(&ctx, &allowed, &request, by)
            .map(|(_, set)| set)
    } else {
        house.access.refuse(&ctx, &allowed, &request, by)
    };
    let told = answers(&request, approve);
    let set = set.map(|set| telling(&house, &ctx.tenant, &told, ctx.now, set));
    let done = entry(
        &ctx,
        &allowed,
        Action::RoleDecide,
        Outcome::Ok,
        Some(request.id),
    )?
    .count(u64::from(approve));
    let index = commit(&house, &ctx, &allowed, Action::RoleDecide, done, set).await?;
    let request = house.access.request(&ctx.tenant, request.id).await?;
    Ok(Answer::value(StatusCode::OK, &wire::request(&request)).logged(index))
}

/// Who hears of the second person's answer: who asked, and who gained by it.
fn answers(request: &Request, approve: bool) -> Vec<Notice> {
    if !approve {
        let refused = About::RequestRefused(request.id);
        return vec![Notice::Account(request.asked_by, refused)];
    }
    let mut told = vec![Notice::Account(
        request.account,
        About::RoleGiven(request.id),
    )];
    if request.asked_by != request.account {
        let granted = About::RequestGranted(request.id);
        told.push(Notice::Account(request.asked_by, granted));
    }
    told
}
