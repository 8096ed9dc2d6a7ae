//! `/v1/apps`: staff register apps, somebody else reviews them.

use audit::{Action, Entry, Outcome};
use base::{AppId, Ctx, ErrorKind, limits};
use http::header::LOCATION;
use http::{Method, StatusCode};
use identity::oauth::{About, App, AppSettings, NewApp, Registered, Verdict};
use policy::{AppsOf, Authority, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::log::append;
use super::{House, allow, circumstances};

const APP: Param = Param::path("app", "The app's client id");
/// Keys and addresses of one app.
const BODY_BYTES_MAX: usize = 128 << 10;
const ABOUT_BODY: &str = "An object with `name`, `contact`, `auth_method` (`none`, `client_secret_basic`, `client_secret_post`, `private_key_jwt`), `grant_types`, `redirect_uris`, `scopes`, `purposes`, and if need be `profile` (`compatible`, `strict`), `jwks`, `optional` (those of `scopes` that a person may leave out), `access_tokens` (`opaque`, `jwt`), `dpop_bound`, `introspects`.";

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let doc = |id, summary, about, params, body: Option<&'static str>, answers| Doc {
        id,
        group: "Apps",
        summary,
        about,
        params,
        body: body.map(|about| ("application/json", about)),
        answers,
    };
    let [create, list, read, change, review, secret, stop] = std::array::from_fn(|_| house.clone());
    vec![
        Route::logged(
            Method::POST,
            "/v1/apps",
            Limit::Bytes(BODY_BYTES_MAX),
            doc(
                "registerApp",
                "Register an app",
                "It gets nothing before somebody else has reviewed it. Its secret, if it has one, is shown this once.",
                vec![],
                Some(ABOUT_BODY),
                &[(201, "Registered: its client id and secret")],
            ),
            move |call| register(create.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/apps",
            Limit::NoBody,
            doc(
                "listApps",
                "List apps",
                "In the order of their ids. `next` is the cursor of the next page.",
                vec![
                    Param::query("limit", "Apps on a page, 1 to 1000 (50)"),
                    Param::query("cursor", "Where the page before ended"),
                ],
                None,
                &[(200, "A page of apps")],
            ),
            move |call| list_apps(list.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/apps/{app}",
            Limit::NoBody,
            doc(
                "readApp",
                "One app",
                "",
                vec![APP],
                None,
                &[(200, "The app")],
            ),
            move |call| read_app(read.clone(), call),
        ),
        Route::logged(
            Method::PUT,
            "/v1/apps/{app}/review",
            Limit::Bytes(1024),
            doc(
                "reviewApp",
                "Review an app",
                "By somebody else than who registered or changed it last.",
                vec![APP],
                Some("An object with `verdict`: `approve` or `refuse`."),
                &[(200, "Reviewed")],
            ),
            move |call| review_app(review.clone(), call),
        ),
        Route::logged(
            Method::PUT,
            "/v1/apps/{app}",
            Limit::Bytes(BODY_BYTES_MAX),
            doc(
                "changeApp",
                "Change an app",
                "It goes back to review, and its tokens end: what was reviewed is what runs.",
                vec![APP],
                Some(ABOUT_BODY),
                &[(
                    200,
                    "Changed; a new secret, if it has one now and had none before",
                )],
            ),
            move |call| change_app(change.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/v1/apps/{app}/secret",
            Limit::NoBody,
            doc(
                "renewAppSecret",
                "Renew an app's secret",
                "The one before stays valid for seven days.",
                vec![APP],
                None,
                &[(200, "The new secret, shown this once")],
            ),
            move |call| renew_secret(secret.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/v1/apps/{app}",
            Limit::NoBody,
            doc(
                "stopApp",
                "Stop an app, for good",
                "All its tokens end with that.",
                vec![APP],
                None,
                &[(200, "Stopped")],
            ),
            move |call| stop_app(stop.clone(), call),
        ),
    ]
}

/// What staff send of an app: what people read of it, and what it may do.
pub(crate) fn new_app(mut body: Value) -> Result<NewApp, String> {
    let object = body.as_object_mut().ok_or("an app is a JSON object")?;
    let mut text = |name: &str| match object.remove(name) {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(format!("`{name}` is a text")),
    };
    let about = About {
        name: text("name")?,
        contact: text("contact")?,
    };
    let settings: AppSettings = serde_json::from_value(body).map_err(|error| {
        // The parser may repeat a value; where it only says what it expects, that is worth telling.
        let said = error.to_string();
        let expects = said.find("expected").or_else(|| said.find("a redirect"));
        match (said.starts_with("missing field"), expects) {
            (true, _) => said,
            (false, Some(at)) => said.get(at..).unwrap_or("").to_owned(),
            (false, None) => "an app has other fields, or other values".to_owned(),
        }
    })?;
    Ok(NewApp { about, settings })
}

fn read_body(call: &Call<Authority>) -> Result<NewApp, Problem> {
    let wrong = |why: String| {
        Problem::new(
            ErrorKind::Invalid,
            "app.body",
            format!("This is no app: {why}."),
        )
    };
    let body = serde_json::from_slice(call.bytes()?)
        .map_err(|_| wrong("the body is not JSON".to_owned()))?;
    new_app(body).map_err(wrong)
}

/// An app as staff see it.
pub(crate) fn shown(app: &App, now: base::Instant) -> Value {
    json!({
        "client_id": app.id,
        "name": app.about.name,
        "contact": app.about.contact,
        "state": app.state.as_str(),
        "settings": app.settings,
        "registered_by": app.registered_by,
        "reviewed_by": app.reviewed_by,
        "created_at": app.created_at.to_string(),
        "secrets_valid": app.secrets_valid(now),
    })
}

/// What was registered, with the secret that is shown this once.
pub(crate) fn registered(it: &Registered) -> Value {
    json!({
        "client_id": it.app,
        "client_secret": it.secret.as_ref().map(|secret| secret.expose()),
    })
}

async fn ask(
    house: &House,
    ctx: &Ctx,
    who: &Authority,
    verb: Verb,
    action: Action,
) -> Result<&'static str, Problem> {
    let thing = AppsOf {
        tenant: who.tenant().clone(),
    };
    let allowed = allow(house, ctx, who, verb, action, thing).await?;
    Ok(allowed.rule())
}

async fn register(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    ask(&house, &ctx, &call.who, Verb::Create, Action::AppRegister).await?;
    let made = house.oauth.register_app(&ctx, &read_body(&call)?).await?;
    Ok(Answer::value(StatusCode::CREATED, &registered(&made))
        .header_text(LOCATION, &format!("/v1/apps/{}", made.app))
        .logged(made.log_index))
}

async fn list_apps(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let rule = ask(&house, &ctx, &call.who, Verb::Read, Action::AppList).await?;
    let limit = call
        .query
        .number("limit", 1..=limits::PAGE_ITEMS_MAX)?
        .unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let after = match call.query.first("cursor") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| {
            Problem::new(
                ErrorKind::Invalid,
                "app.cursor",
                "This cursor is not one that a list gave out. Begin the list anew without a cursor.",
            )
        })?),
    };
    let rows = u32::try_from(limit + 1).unwrap_or(u32::MAX);
    let mut apps = house.oauth.apps(&ctx.tenant, after, rows).await?;
    let more = apps.len() > limit;
    apps.truncate(limit);
    let next = apps.last().filter(|_| more).map(|app| app.id);
    let entry = Entry::new(&ctx, Action::AppList, Outcome::Ok)
        .map_err(vault::VaultError::from)?
        .count(apps.len() as u64);
    let index = append(&house, &ctx, rule, entry).await?;
    let apps: Vec<_> = apps.iter().map(|app| shown(app, ctx.now)).collect();
    Ok(Answer::value(StatusCode::OK, &json!({ "apps": apps, "next": next })).logged(index))
}

async fn read_app(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let rule = ask(&house, &ctx, &call.who, Verb::Read, Action::AppList).await?;
    let app = house.oauth.app_of(&ctx.tenant, call.part("app")?).await?;
    let entry = Entry::new(&ctx, Action::AppList, Outcome::Ok)
        .map_err(vault::VaultError::from)?
        .subject(*app.id.as_bytes());
    let index = append(&house, &ctx, rule, entry).await?;
    Ok(Answer::value(StatusCode::OK, &shown(&app, ctx.now)).logged(index))
}

async fn change_app(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    ask(&house, &ctx, &call.who, Verb::Update, Action::AppChange).await?;
    let app: AppId = call.part("app")?;
    let new = read_body(&call)?;
    let made = house.oauth.change_app(&ctx, app, &new).await?;
    Ok(Answer::value(StatusCode::OK, &registered(&made)).logged(made.log_index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Review {
    verdict: Said,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Said {
    Approve,
    Refuse,
}

async fn review_app(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    ask(&house, &ctx, &call.who, Verb::Manage, Action::AppReview).await?;
    let app: AppId = call.part("app")?;
    let review: Review = serde_json::from_slice(call.bytes()?).map_err(|_| {
        Problem::new(
            ErrorKind::Invalid,
            "app.review",
            "Send an object with `verdict`: `approve` or `refuse`.",
        )
    })?;
    let verdict = match review.verdict {
        Said::Approve => Verdict::Approve,
        Said::Refuse => Verdict::Refuse,
    };
    let index = house.oauth.review_app(&ctx, app, verdict).await?;
    let state = house.oauth.app_of(&ctx.tenant, app).await?.state;
    Ok(Answer::value(
        StatusCode::OK,
        &json!({ "client_id": app, "state": state.as_str() }),
    )
    .logged(index))
}

async fn renew_secret(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    ask(&house, &ctx, &call.who, Verb::Update, Action::AppChange).await?;
    let made = house.oauth.renew_secret(&ctx, call.part("app")?).await?;
    Ok(Answer::value(StatusCode::OK, &registered(&made)).logged(made.log_index))
}

async fn stop_app(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    ask(&house, &ctx, &call.who, Verb::Delete, Action::AppChange).await?;
    let app: AppId = call.part("app")?;
    let index = house.oauth.stop_app(&ctx, app).await?;
    Ok(Answer::value(
        StatusCode::OK,
        &json!({ "client_id": app, "state": "stopped" }),
    )
    .logged(index))
}
