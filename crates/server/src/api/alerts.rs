//! `/v1/access/alerts`: what those who answer for a tenant must have seen.

use audit::{Action, Entry, Outcome};
use base::{ErrorKind, PrivilegeId};
use http::{Method, StatusCode};
use policy::{Allowed, Authority, BreakGlassAt, PrivilegesOf, Verb};
use serde_json::json;
use store::{StoreError, WriteSet};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::{House, allow, circumstances};
use crate::alerts::{self, Alert, PAGE};

/// So many may be skipped; who has more unread closes some first.
const SKIP_MAX: u32 = 10_000;

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (list, close) = (house.clone(), house.clone());
    vec![
        Route::logged(
            Method::GET,
            "/v1/access/alerts",
            Limit::NoBody,
            Doc {
                id: "listAlerts",
                group: "Access",
                summary: "Alerts that nobody took note of, newest first",
                about: "An emergency that was opened or not reviewed in time, roles that were not reviewed, an app whose token came twice, a request of a person whose day comes or is over. 50 at a time; `next` says what to skip for more.",
                params: vec![Param::query("skip", "Leave out so many of the newest")],
                body: None,
                answers: &[(200, "Alerts")],
            },
            move |call| list_alerts(list.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/v1/access/alerts/{alert}/close",
            Limit::NoBody,
            Doc {
                id: "closeAlert",
                group: "Access",
                summary: "Take note of an alert",
                about: "It is shown no more. What happened stays in the log.",
                params: vec![Param::path("alert", "Its id")],
                body: None,
                answers: &[(200, "Noted")],
            },
            move |call| close_alert(close.clone(), call),
        ),
    ]
}

fn entry<T>(ctx: &base::Ctx, allowed: &Allowed<T>, action: Action) -> Result<Entry, Problem> {
    let entry = Entry::new(ctx, action, Outcome::Ok).map_err(vault::VaultError::from)?;
    Ok(match allowed.rule().parse() {
        Ok(rule) => entry.policy(&rule),
        Err(_) => entry,
    })
}

fn wire(alert: &Alert) -> serde_json::Value {
    json!({
        "alert": alert.id,
        "what": alert.what.as_str(),
        "subject": alert.subject,
        "at": alert.at.to_string(),
    })
}

async fn list_alerts(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = PrivilegesOf {
        tenant: call.who.tenant().clone(),
    };
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Read,
        Action::AlertList,
        thing,
    )
    .await?;
    let skip = match call.query.first("skip") {
        None => 0,
        Some(text) => text
            .parse()
            .ok()
            .filter(|skip| *skip <= SKIP_MAX)
            .ok_or_else(|| {
                Problem::new(
                    ErrorKind::Invalid,
                    "access.skip",
                    "`skip` is a number up to 10000. Take note of alerts to see older ones.",
                )
            })?,
    };
    let mut found = alerts::open(&house.db, &ctx.tenant, skip, PAGE + 1).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let done = entry(&ctx, &allowed, Action::AlertList)?.count(found.len() as u64);
    let set = WriteSet::new().log(done.finish(&ctx.tenant));
    let committed = house.db.commit(set).await?;
    let body = json!({
        "alerts": found.iter().map(wire).collect::<Vec<_>>(),
        "next": more.then_some(skip + PAGE),
    });
    let index = committed.log_indexes.first().copied().unwrap_or(0);
    Ok(Answer::value(StatusCode::OK, &body).logged(index))
}

async fn close_alert(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    // Who may review emergencies may take note of alerts.
    let thing = BreakGlassAt {
        tenant: call.who.tenant().clone(),
        person: None,
        parties: Vec::new(),
    };
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Update,
        Action::AlertClose,
        thing,
    )
    .await?;
    let id: PrivilegeId = call.part("alert")?;
    let done = entry(&ctx, &allowed, Action::AlertClose)?.subject(*id.as_bytes());
    let set = WriteSet::new()
        .with(alerts::close(&ctx.tenant, id, ctx.now))
        .log(done.finish(&ctx.tenant));
    match house.db.commit(set).await {
        Ok(committed) => {
            let index = committed.log_indexes.first().copied().unwrap_or(0);
            Ok(Answer::value(StatusCode::OK, &json!({ "closed": true })).logged(index))
        }
        Err(StoreError::Guard("job.waiting")) => {
            let none = Entry::new(&ctx, Action::AlertClose, Outcome::Failed)
                .map_err(vault::VaultError::from)?
                .code("access.no_alert");
            let set = WriteSet::new().log(none.finish(&ctx.tenant));
            house.db.commit(set).await?;
            Err(Problem::new(
                ErrorKind::NotFound,
                "access.no_alert",
                "No such alert is open. Somebody may have taken note of it already.",
            ))
        }
        Err(error) => Err(error.into()),
    }
}
