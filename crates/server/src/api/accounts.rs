//! `/v1/accounts`: accounts as who looks after them sees them.

use audit::Action;
use base::{AccountId, ErrorKind, limits};
use http::header::LOCATION;
use http::{Method, StatusCode};
use identity::{Kind, NewAccount};
use policy::{AccountsOf, Authority, Role, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::{House, allow, circumstances};

const ACCOUNT: Param = Param::path("account", "The account");
/// An address, a name, a language.
const BODY_BYTES_MAX: usize = 4 << 10;

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let doc = |id, summary, about, params, body: Option<&'static str>, answers| Doc {
        id,
        group: "Accounts",
        summary,
        about,
        params,
        body: body.map(|about| ("application/json", about)),
        answers,
    };
    let [list, invite, again, stop, resume] = std::array::from_fn(|_| house.clone());
    vec![
        Route::logged(
            Method::GET,
            "/v1/accounts",
            Limit::NoBody,
            doc(
                "listAccounts",
                "List accounts",
                "In the order of their ids. `role` is what an account was made for, `roles` those that count for one of staff now. `next` is the cursor of the next page.",
                vec![
                    Param::query("limit", "Accounts on a page, 1 to 1000 (50)"),
                    Param::query("cursor", "Where the page before ended"),
                ],
                None,
                &[(200, "A page of accounts")],
            ),
            move |call| list_accounts(list.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/v1/accounts",
            Limit::Bytes(BODY_BYTES_MAX),
            doc(
                "inviteAccount",
                "Invite a member of staff",
                "They get a mail with a link. The account begins without a role that counts: each is asked for, and granted by a second person (`/v1/access/requests`).",
                vec![],
                Some(
                    "An object with `email`, `name` and `language` (`sv`, `de`, `it`, `fr`, `en`).",
                ),
                &[(201, "Invited")],
            ),
            move |call| invite_account(invite.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/v1/accounts/{account}/invitation",
            Limit::NoBody,
            doc(
                "inviteAccountAgain",
                "Send an invitation again",
                "With a new link, which ends the one before.",
                vec![ACCOUNT],
                None,
                &[(200, "Sent")],
            ),
            move |call| invite_again(again.clone(), call),
        ),
        Route::logged(
            Method::PUT,
            "/v1/accounts/{account}/stop",
            Limit::NoBody,
            doc(
                "stopAccount",
                "Stop an account",
                "Its sessions end now, and it signs in no more.",
                vec![ACCOUNT],
                None,
                &[(200, "Stopped")],
            ),
            move |call| stop_account(stop.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/v1/accounts/{account}/stop",
            Limit::NoBody,
            doc(
                "resumeAccount",
                "Let a stopped account in again",
                "",
                vec![ACCOUNT],
                None,
                &[(200, "May sign in")],
            ),
            move |call| resume_account(resume.clone(), call),
        ),
    ]
}

fn all(call: &Call<Authority>) -> AccountsOf {
    AccountsOf {
        tenant: call.who.tenant().clone(),
    }
}

async fn list_accounts(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    allow(
        &house,
        &ctx,
        &call.who,
        Verb::Read,
        Action::AccountList,
        all(&call),
    )
    .await?;
    let limit = call
        .query
        .number("limit", 1..=limits::PAGE_ITEMS_MAX)?
        .unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let after = match call.query.first("cursor") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| {
            Problem::new(
                ErrorKind::Invalid,
                "account.cursor",
                "This cursor is not one that a list gave out. Begin the list anew without a cursor.",
            )
        })?),
    };
    let rows = u32::try_from(limit + 1).unwrap_or(u32::MAX);
    let (mut accounts, index) = house.identity.accounts(&ctx, after, rows).await?;
    let more = accounts.len() > limit;
    accounts.truncate(limit);
    let next = accounts.last().filter(|_| more).map(|it| it.id.to_string());
    let held = house.access.live(&ctx.tenant).await?;
    let lines: Vec<Value> = accounts
        .iter()
        .map(|it| {
            let counts: Vec<&str> = held
                .iter()
                .filter(|held| held.account == it.id && held.counts(ctx.now))
                .map(|held| held.role.as_str())
                .collect();
            json!({
                "account": it.id.to_string(),
                "kind": it.kind.as_str(),
                "role": it.role.as_str(),
                "roles": counts,
                "state": it.state.as_str(),
                "email": it.email.as_str(),
                "name": it.name.as_str(),
                "language": it.language.as_str(),
                "created_at": it.created_at.to_string(),
            })
        })
        .collect();
    Ok(Answer::value(StatusCode::OK, &json!({ "accounts": lines, "next": next })).logged(index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invitation {
    email: String,
    name: String,
    language: String,
}

async fn invite_account(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    allow(
        &house,
        &ctx,
        &call.who,
        Verb::Create,
        Action::Invite,
        all(&call),
    )
    .await?;
    let wrong = || {
        Problem::new(
            ErrorKind::Invalid,
            "account.body",
            "Send an object with `email`, `name` and `language`.",
        )
    };
    let body: Invitation = serde_json::from_slice(call.bytes()?).map_err(|_| wrong())?;
    let new = NewAccount {
        kind: Kind::Staff,
        // A name only: no role counts until it was given by two.
        role: Role::Support,
        person: None,
        email: body.email.parse()?,
        name: body.name.parse()?,
        language: body.language.parse().map_err(|()| wrong())?,
    };
    let invited = house.identity.invite(&ctx, &new).await?;
    Ok(Answer::value(
        StatusCode::CREATED,
        &json!({ "account": invited.account.to_string() }),
    )
    .header_text(LOCATION, &format!("/v1/accounts/{}", invited.account))
    .logged(invited.log_index))
}

async fn invite_again(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    allow(
        &house,
        &ctx,
        &call.who,
        Verb::Create,
        Action::Invite,
        all(&call),
    )
    .await?;
    let account: AccountId = call.part("account")?;
    let invited = house.identity.invite_again(&ctx, account).await?;
    Ok(done("invited").logged(invited.log_index))
}

async fn stop_account(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    allow(
        &house,
        &ctx,
        &call.who,
        Verb::Delete,
        Action::AccountChange,
        all(&call),
    )
    .await?;
    let index = house.identity.stop(&ctx, call.part("account")?).await?;
    Ok(done("stopped").logged(index))
}

async fn resume_account(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    allow(
        &house,
        &ctx,
        &call.who,
        Verb::Update,
        Action::AccountChange,
        all(&call),
    )
    .await?;
    let index = house.identity.resume(&ctx, call.part("account")?).await?;
    Ok(done("active").logged(index))
}

fn done(state: &str) -> Answer {
    Answer::value(StatusCode::OK, &json!({ "state": state }))
}
