//! `/v1/access/assignments`, `/v1/access/reviews`, `/v1/access/policy`: who holds what, confirmed regularly, and by which rules.

use audit::{Action, Outcome};
use http::{Method, StatusCode};
use policy::access::{About, Assignment, Ended, Notice};
use policy::{Authority, PolicyOf, PrivilegeAt, PrivilegesOf, Role, Rules, Verb};
use serde::Deserialize;
use serde_json::json;
use web::{Answer, Call, Doc, Limit, Logged, Problem, Route, Routes};

use super::{BODY_MAX, GROUP, account, body, commit, entry, id, id_param, looked, there, wire};
use crate::api::{House, allow, circumstances};
use crate::notices::telling;

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (list, end, review) = (house.clone(), house.clone(), house.clone());
    let (due, policy) = (house.clone(), house.clone());
    vec![
        Route::logged(
            Method::GET,
            "/v1/access/assignments",
            Limit::NoBody,
            Doc {
                id: "listAssignments",
                group: GROUP,
                summary: "Who holds which privilege",
                about: "Those that live first, by when their review is due. One whose review is overdue (`waits_for_review`) does not count.",
                params: vec![],
                body: None,
                answers: &[(200, "The privileges")],
            },
            move |call| list_assignments(list.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/v1/access/assignments/{assignment}",
            Limit::NoBody,
            Doc {
                id: "endAssignment",
                group: GROUP,
                summary: "End a privilege, at once",
                about: "",
                params: vec![id_param("assignment")],
                body: None,
                answers: &[(200, "Ended")],
            },
            move |call| end_assignment(end.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/v1/access/assignments/{assignment}/review",
            Limit::Bytes(BODY_MAX),
            Doc {
                id: "reviewAssignment",
                group: GROUP,
                summary: "Confirm a privilege, or let it go",
                about: "Not your own, and not one that you asked for or approved yourself.",
                params: vec![id_param("assignment")],
                body: Some(("application/json", "`keep`: true or false.")),
                answers: &[(200, "Confirmed for another period, or ended")],
            },
            move |call| review_assignment(review.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/access/reviews",
            Limit::NoBody,
            Doc {
                id: "accessReviews",
                group: GROUP,
                summary: "How reviews stand",
                about: "Counts, and what is overdue.",
                params: vec![],
                body: None,
                answers: &[(200, "Counts and what is overdue")],
            },
            move |call| reviews(due.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/access/policy",
            Limit::NoBody,
            Doc {
                id: "readPolicy",
                group: GROUP,
                summary: "The rules in force, and what each role may do by them",
                about: "",
                params: vec![],
                body: None,
                answers: &[(200, "Policies and roles")],
            },
            move |call| read_policy(policy.clone(), call),
        ),
    ]
}

fn all(call: &Call<Authority>) -> PrivilegesOf {
    PrivilegesOf {
        tenant: call.who.tenant().clone(),
    }
}

/// A privilege as policy is asked about it. Whoever asked for it or approved it has a part in it as well as who holds it.
fn thing(call: &Call<Authority>, found: Option<&Assignment>) -> PrivilegeAt {
    PrivilegeAt {
        tenant: call.who.tenant().clone(),
        role: found.map_or(Role::Support, |it| it.role),
        parties: found
            .into_iter()
            .flat_map(|it| [Some(it.account), it.granted_by, it.approved_by])
            .flatten()
            .collect(),
    }
}

async fn list_assignments(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Read,
        Action::RoleList,
        all(&call),
    )
    .await?;
    let held = house.access.assignments(&ctx.tenant).await?;
    let lines: Vec<_> = held
        .iter()
        .map(|it| wire::assignment(it, ctx.now))
        .collect();
    let body = json!({ "assignments": lines });
    looked(&house, &ctx, &allowed, Action::RoleList, None, &body).await
}

async fn end_assignment(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let found = house
        .access
        .assignment(&ctx.tenant, id(&call, "assignment")?)
        .await;
    let thing = thing(&call, found.as_ref().ok());
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Delete,
        Action::RoleEnd,
        thing,
    )
    .await?;
    account(&call)?;
    let found = there(&house, &ctx, &allowed, Action::RoleEnd, found).await?;
    let set = house.access.end(&ctx, &allowed, &found, Ended::Ended);
    let set = set.map(|set| telling(&house, &ctx.tenant, &ended(&found), ctx.now, set));
    let done = entry(&ctx, &allowed, Action::RoleEnd, Outcome::Ok, Some(found.id))?;
    let index = commit(&house, &ctx, &allowed, Action::RoleEnd, done, set).await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "ended": true })).logged(index))
}

/// Who held it hears of it.
fn ended(assignment: &Assignment) -> [Notice; 1] {
    [Notice::Account(
        assignment.account,
        About::RoleEnded(assignment.id),
    )]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Review {
    keep: bool,
}

async fn review_assignment(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let Review { keep } = body(call.bytes()?, "an object with `keep`: true or false")?;
    let found = house
        .access
        .assignment(&ctx.tenant, id(&call, "assignment")?)
        .await;
    let thing = thing(&call, found.as_ref().ok());
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Update,
        Action::ReviewDecide,
        thing,
    )
    .await?;
    let by = account(&call)?;
    let found = there(&house, &ctx, &allowed, Action::ReviewDecide, found).await?;
    let set = if keep {
        house.access.confirm(&ctx, &allowed, &found, by)
    } else {
        house
            .access
            .end(&ctx, &allowed, &found, Ended::NotConfirmed)
            .map(|set| telling(&house, &ctx.tenant, &ended(&found), ctx.now, set))
    };
    let done = entry(
        &ctx,
        &allowed,
        Action::ReviewDecide,
        Outcome::Ok,
        Some(found.id),
    )?
    .count(u64::from(keep));
    let index = commit(&house, &ctx, &allowed, Action::ReviewDecide, done, set).await?;
    let found = house.access.assignment(&ctx.tenant, found.id).await?;
    Ok(Answer::value(StatusCode::OK, &wire::assignment(&found, ctx.now)).logged(index))
}

async fn reviews(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Read,
        Action::RoleList,
        all(&call),
    )
    .await?;
    let standing = house.access.standing(&ctx.tenant, ctx.now).await?;
    let live = house.access.live(&ctx.tenant).await?;
    let overdue = live.iter().filter(|it| it.is_overdue(ctx.now));
    let body = json!({
        "every_days": house.config.access.review_every_days,
        "held": standing.held,
        "overdue": standing.overdue,
        "next_due_at": wire::time(standing.next_due_at),
        "break_glass": standing.glasses,
        "break_glass_overdue": standing.glasses_overdue,
        "waiting": overdue.map(|it| wire::assignment(it, ctx.now)).collect::<Vec<_>>(),
    });
    looked(&house, &ctx, &allowed, Action::RoleList, None, &body).await
}

async fn read_policy(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = PolicyOf {
        tenant: call.who.tenant().clone(),
    };
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Read,
        Action::PolicyRead,
        thing,
    )
    .await?;
    let rules = Rules::in_force();
    let policies: Vec<_> = rules
        .rules()
        .iter()
        .map(|it| json!({ "policy": it.id, "about": it.about, "permits": it.permits, "text": it.text }))
        .collect();
    let roles: serde_json::Map<_, _> = Role::ALL
        .into_iter()
        .map(|role| {
            let reach = wire::reaches(&rules, &rules.reach(role));
            (role.as_str().to_owned(), reach.into())
        })
        .collect();
    let body = json!({ "policies": policies, "roles": roles });
    looked(&house, &ctx, &allowed, Action::PolicyRead, None, &body).await
}
