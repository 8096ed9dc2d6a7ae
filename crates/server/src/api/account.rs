//! `/v1/account`: what somebody who is signed in does with their own account. A token has no account, and is turned away.

use std::future::Future;

use audit::{Action, Entry, Outcome};
use base::{Ctx, ErrorKind, Fault, Secret, SessionId};
use http::{Method, StatusCode};
use identity::{
    Adder, Answer as Proving, Caller, FactorId, IdentityError, Label, NewSession, Proof, SignedIn,
    Step,
};
use policy::Authority;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::WriteSet;
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::{House, circumstances};

/// A passkey's answer is the longest body.
const BODY: Limit = Limit::Bytes(96 << 10);

const SESSION: Param = Param::path("session", "The session's id");
const GRANT: Param = Param::path("grant", "Which answer of yours, as the list names it");
const FACTOR: Param = Param::path("factor", "The factor's id");

struct Says {
    id: &'static str,
    summary: &'static str,
    about: &'static str,
    params: Vec<Param>,
    body: Option<&'static str>,
    good: &'static [(u16, &'static str)],
}

fn doc(says: Says) -> Doc {
    Doc {
        id: says.id,
        group: "Account",
        summary: says.summary,
        about: says.about,
        params: says.params,
        body: says.body.map(|body| ("application/json", body)),
        answers: says.good,
    }
}

macro_rules! route {
    ($house:ident, $method:ident $path:literal, $limit:expr, $handler:ident, $id:literal, $summary:literal, $about:literal,
     [$($param:expr),*], $body:expr, $good:expr) => {{
        let house = $house.clone();
        let says = Says {
            id: $id,
            summary: $summary,
            about: $about,
            params: vec![$($param),*],
            body: $body,
            good: $good,
        };
        Route::logged(Method::$method, $path, $limit, doc(says), move |call| {
            $handler(house.clone(), call)
        })
    }};
}

pub(super) fn routes(house: &House) -> Routes<Authority> {
    vec![
        route!(house, GET "/v1/account", Limit::NoBody, read, "accountRead",
            "Who am I", "Needs a session's cookie, like everything here.",
            [], None, &[(200, "The account")]),
        route!(house, PUT "/v1/account", Limit::Bytes(4096), rename, "accountRename",
            "Call yourself something else", "",
            [], Some("`name` (1 to 80 characters) and `language` (sv, de, it, fr, en)."), &[(200, "Done")]),
        route!(house, GET "/v1/account/sessions", Limit::NoBody, sessions, "accountSessions",
            "Where you are signed in", "",
            [], None, &[(200, "Live sessions")]),
        route!(house, PUT "/v1/account/sessions/{session}", Limit::Bytes(4096), name_session, "accountSessionName",
            "Call a session something", "",
            [SESSION], Some("`name`, 1 to 80 characters."), &[(200, "Done")]),
        route!(house, DELETE "/v1/account/sessions/{session}", Limit::NoBody, end_session, "accountSessionEnd",
            "End a session: this one (sign out), or another", "",
            [SESSION], None, &[(200, "Ended")]),
        route!(house, POST "/v1/account/step-up:begin", Limit::NoBody, begin_step_up, "accountStepUpBegin",
            "Begin to prove once more that it is you, by a passkey", "",
            [], None, &[(200, "`ticket`, and `options` for the browser")]),
        route!(house, POST "/v1/account/step-up", BODY, step_up, "accountStepUp",
            "Prove once more that it is you", "For ten minutes the session may change what matters. It goes on under a new cookie.",
            [], Some("One of `password` (where there is no second factor), `code`, `recovery`; or `ticket` and `passkey`."), &[(200, "Fresh")]),
        route!(house, PUT "/v1/account/password", Limit::Bytes(4096), set_password, "accountPassword",
            "Set another password", "Needs a fresh proof. All other sessions end.",
            [], Some("`password`."), &[(200, "Done")]),
        route!(house, GET "/v1/account/factors", Limit::NoBody, factors, "accountFactors",
            "What the account proves itself by", "",
            [], None, &[(200, "Factors; recovery codes only as a count")]),
        route!(house, POST "/v1/account/factors:begin", Limit::Bytes(4096), begin_factor, "accountFactorBegin",
            "Begin to add a factor", "Needs a fresh proof.",
            [], Some("`kind`: `totp` or `passkey`."), &[(200, "`ticket`, and `secret` with `address`, or `options` for the browser")]),
        route!(house, POST "/v1/account/factors", BODY, add_factor, "accountFactorAdd",
            "Add the factor that was begun", "The session goes on under a new cookie; all others end.",
            [], Some("`ticket`, `code` or `passkey` (what the browser made), and a `name` if you like."), &[(201, "Added")]),
        route!(house, POST "/v1/account/recovery-codes", Limit::NoBody, recovery, "accountRecoveryCodes",
            "Make new recovery codes", "Needs a fresh proof. The codes before are good for nothing any more.",
            [], None, &[(201, "Ten codes, shown this once")]),
        route!(house, GET "/v1/account/apps", Limit::NoBody, apps, "accountApps",
            "The apps that you let in", "",
            [], None, &[(200, "What each may do, for which purposes, since when")]),
        route!(house, DELETE "/v1/account/apps/{grant}", Limit::NoBody, withdraw, "accountAppEnd",
            "Take back what an app was let do", "Its tokens end with that, on the next read.",
            [GRANT], None, &[(200, "It gets nothing more")]),
        route!(house, DELETE "/v1/account/factors/{factor}", Limit::NoBody, remove_factor, "accountFactorRemove",
            "Take a factor away", "Needs a fresh proof, and is refused where the account would be weaker than it must be.",
            [FACTOR], None, &[(200, "Removed")]),
    ]
}

/// Who is signed in. Whoever comes by a token is turned away, and that stands in the log.
pub(super) fn mine<'a>(
    house: &'a House,
    call: &Call<Authority>,
    action: Action,
) -> impl Future<Output = Result<(Ctx, SignedIn), Problem>> + Send + use<'a> {
    let session = web::SESSION.read(&call.headers);
    let session = session.map(|it| it.map(|text| Secret::new(text.to_owned())));
    let (ctx, now) = (circumstances(call), call.now);
    async move {
        let ctx = ctx?;
        if let Some(session) = session?
            && ctx.actor.authenticated_by == "session"
        {
            let who = house.identity.session(session.expose(), now).await?;
            return Ok((ctx, who));
        }
        let problem = Problem::new(
            ErrorKind::Forbidden,
            "account.session_only",
            "A token has no account. Sign in.",
        );
        let entry = Entry::new(&ctx, action, Outcome::Denied)
            .map_err(IdentityError::from)?
            .code(problem.code);
        let set = WriteSet::new().log(entry.finish(&ctx.tenant));
        house.db.commit(set).await?;
        Err(problem)
    }
}

/// What somebody who is in may not do stands in the log, too.
async fn noted<T>(
    house: &House,
    ctx: &Ctx,
    action: Action,
    outcome: Result<T, IdentityError>,
) -> Result<T, Problem> {
    let error = match outcome {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let said = matches!(
        error,
        IdentityError::Stale
            | IdentityError::Needed(_)
            | IdentityError::NotFound(_)
            | IdentityError::TooMany(_)
            | IdentityError::Taken
    );
    if said {
        let entry = Entry::new(ctx, action, Outcome::Denied)
            .map_err(IdentityError::from)?
            .code(error.code());
        let set = WriteSet::new().log(entry.finish(&ctx.tenant));
        house.db.commit(set).await?;
    }
    Err(error.into())
}

/// Where the call comes from, for what counts guesses.
fn caller(call: &Call<Authority>, ctx: &Ctx) -> Result<Caller, Problem> {
    let device = identity::pages::DEVICE.read(&call.headers)?;
    Ok(Caller {
        tenant: ctx.tenant.clone(),
        address: call.peer,
        device: device.map(|text| Secret::new(text.to_owned())),
        agent: None,
        request: call.request,
        now: call.now,
    })
}

fn body<T: DeserializeOwned>(call: &Call<Authority>) -> Result<T, Problem> {
    let takes = "Send a JSON object with what /v1/openapi.json says, and nothing else.";
    super::body::json(call.bytes()?, "account.body", takes)
}

fn label(text: &str) -> Result<Label, Problem> {
    Ok(text.parse::<Label>()?)
}

fn done(value: &Value, index: u64) -> Logged {
    Answer::value(StatusCode::OK, value).logged(index)
}

/// An answer that hands over a session's new cookie.
fn with_session(status: StatusCode, value: &Value, session: &NewSession) -> Answer {
    Answer::value(status, value).cookie(&web::SESSION.set(session.text.expose()))
}

async fn read(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::AccountList).await?;
    let account = house.identity.account(&who.tenant, who.account).await?;
    let entry = Entry::new(&ctx, Action::AccountList, Outcome::Ok)
        .map_err(IdentityError::from)?
        .subject(*who.account.as_bytes());
    let set = WriteSet::new().log(entry.finish(&who.tenant));
    let committed = house.db.commit(set).await?;
    let value = json!({
        "account": who.account,
        "kind": who.kind.as_str(),
        "role": who.role,
        "person": who.person,
        "email": account.email.as_str(),
        "name": account.name.as_str(),
        "language": account.language.as_str(),
        "created_at": account.created_at.to_string(),
        "assurance": who.assurance.as_str(),
        "fresh": call.now < who.fresh_until,
    });
    Ok(done(
        &value,
        committed.log_indexes.first().copied().unwrap_or_default(),
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rename {
    name: String,
    language: String,
}

async fn rename(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::AccountChange).await?;
    let body: Rename = body(&call)?;
    let language = body
        .language
        .parse()
        .map_err(|()| IdentityError::Invalid("`language` is sv, de, it, fr or en"))?;
    let index = house
        .identity
        .rename(&ctx, &who, &label(&body.name)?, language)
        .await?;
    Ok(done(&json!({ "renamed": true }), index))
}

async fn sessions(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::AccountList).await?;
    let (lines, index) = house.identity.sessions(&ctx, &who).await?;
    let lines: Vec<_> = lines
        .iter()
        .map(|line| {
            json!({
                "session": line.id,
                "this": line.this,
                "name": line.name.as_ref().map(Label::as_str),
                "assurance": line.assurance.as_str(),
                "created_at": line.created_at.to_string(),
                "seen_at": line.seen_at.to_string(),
                "ends_at": line.idle_at.min(line.ends_at).to_string(),
            })
        })
        .collect();
    Ok(done(&json!({ "sessions": lines }), index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
}

async fn name_session(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::AccountChange).await?;
    let session = call.part::<SessionId>("session")?;
    let body: Name = body(&call)?;
    let name = label(&body.name)?;
    let named = house
        .identity
        .name_session(&ctx, &who, session, &name)
        .await;
    let index = noted(&house, &ctx, Action::AccountChange, named).await?;
    Ok(done(&json!({ "named": true }), index))
}

async fn end_session(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::SessionEnd).await?;
    let session = call.part::<SessionId>("session")?;
    let ended = house.identity.end_session(&ctx, &who, session).await;
    let index = noted(&house, &ctx, Action::SessionEnd, ended).await?;
    let answer = Answer::value(StatusCode::OK, &json!({ "ended": true }));
    Ok(if session == who.session {
        answer.cookie(&web::SESSION.clear())
    } else {
        answer
    }
    .logged(index))
}

async fn begin_step_up(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::SessionStepUp).await?;
    let begun = house
        .identity
        .passkey_step_up(&caller(&call, &ctx)?, &who)
        .await?;
    let value = json!({ "ticket": begun.ticket.text.expose(), "options": begun.options });
    Ok(done(&value, begun.log_index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepUp {
    password: Option<String>,
    code: Option<String>,
    recovery: Option<String>,
    ticket: Option<String>,
    passkey: Option<Value>,
}

async fn step_up(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::SessionStepUp).await?;
    let body: StepUp = body(&call)?;
    let caller = caller(&call, &ctx)?;
    let (password, answer);
    let proof = match body {
        StepUp {
            password: Some(text),
            code: None,
            recovery: None,
            ticket: None,
            passkey: None,
        } => {
            password = Secret::new(text);
            Proof::Password(&password)
        }
        StepUp {
            password: None,
            code: Some(code),
            recovery: None,
            ticket: None,
            passkey: None,
        } => {
            answer = Proving::Totp(Secret::new(code));
            Proof::Code(&answer)
        }
        StepUp {
            password: None,
            code: None,
            recovery: Some(code),
            ticket: None,
            passkey: None,
        } => {
            answer = Proving::Recovery(Secret::new(code));
            Proof::Code(&answer)
        }
        StepUp {
            password: None,
            code: None,
            recovery: None,
            ticket: Some(ref ticket),
            passkey: Some(ref passkey),
        } => {
            answer = Proving::Passkey(passkey.to_string());
            Proof::Passkey(ticket, &answer)
        }
        _ => {
            return Err(IdentityError::Invalid(
                "one of password, code, recovery, or ticket and passkey",
            )
            .into());
        }
    };
    let stepped = house.identity.step_up(&caller, &who, proof).await;
    let (session, index) = noted(&house, &ctx, Action::SessionStepUp, stepped).await?;
    let value = json!({ "assurance": session.assurance.as_str() });
    Ok(with_session(StatusCode::OK, &value, &session).logged(index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    password: String,
}

async fn set_password(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::PasswordChange).await?;
    let body: NewPassword = body(&call)?;
    let password = Secret::new(body.password);
    let changed = house.identity.change_password(&ctx, &who, &password).await;
    let index = noted(&house, &ctx, Action::PasswordChange, changed).await?;
    Ok(done(&json!({ "changed": true }), index))
}

async fn factors(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::AccountList).await?;
    let (lines, index) = house.identity.factors(&ctx, &who).await?;
    let (codes, others): (Vec<_>, Vec<_>) = lines
        .iter()
        .partition(|line| line.kind == identity::FactorKind::Recovery);
    let left = codes.iter().filter(|line| line.used_at.is_none()).count();
    let others: Vec<_> = others
        .iter()
        .map(|line| {
            json!({
                "factor": line.id.to_string(),
                "kind": line.kind.as_str(),
                "name": line.name.as_ref().map(Label::as_str),
                "created_at": line.created_at.to_string(),
                "used_at": line.used_at.map(|at| at.to_string()),
            })
        })
        .collect();
    Ok(done(
        &json!({ "factors": others, "recovery_codes": left }),
        index,
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    kind: String,
}

async fn begin_factor(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::FactorAdd).await?;
    let begin: Begin = body(&call)?;
    let caller = caller(&call, &ctx)?;
    let by = Adder::Session(&who);
    match begin.kind.as_str() {
        "totp" => {
            let begun = house.identity.totp_begin(&caller, by).await;
            let begun = noted(&house, &ctx, Action::FactorAdd, begun).await?;
            let value = json!({
                "ticket": begun.ticket.text.expose(),
                "secret": begun.secret.expose(),
                "address": begun.address.expose(),
            });
            Ok(done(&value, begun.log_index))
        }
        "passkey" => {
            let begun = house.identity.passkey_begin(&caller, by).await;
            let begun = noted(&house, &ctx, Action::FactorAdd, begun).await?;
            let value = json!({ "ticket": begun.ticket.text.expose(), "options": begun.options });
            Ok(done(&value, begun.log_index))
        }
        _ => Err(IdentityError::Invalid("`kind` is totp or passkey").into()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    ticket: String,
    code: Option<String>,
    passkey: Option<Value>,
    name: Option<String>,
}

async fn add_factor(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, _) = mine(&house, &call, Action::FactorAdd).await?;
    let add: Add = body(&call)?;
    let caller = caller(&call, &ctx)?;
    let name = add.name.as_deref().map(label).transpose()?;
    let added = match (&add.code, &add.passkey) {
        (Some(code), None) => {
            house
                .identity
                .totp_finish(&caller, &add.ticket, code, name.as_ref())
                .await
        }
        (None, Some(passkey)) => {
            house
                .identity
                .passkey_finish(&caller, &add.ticket, &passkey.to_string(), name.as_ref())
                .await
        }
        _ => return Err(IdentityError::Invalid("one of `code` and `passkey`").into()),
    };
    let added = noted(&house, &ctx, Action::FactorAdd, added).await?;
    let value = json!({ "factor": added.factor.to_string() });
    let answer = match &added.step {
        Step::Session(session) => with_session(StatusCode::CREATED, &value, session),
        _ => Answer::value(StatusCode::CREATED, &value),
    };
    Ok(answer.logged(added.log_index))
}

async fn recovery(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::FactorAdd).await?;
    let made = house.identity.make_recovery_codes(&ctx, &who).await;
    let (codes, index) = noted(&house, &ctx, Action::FactorAdd, made).await?;
    let codes: Vec<_> = codes.iter().map(|code| code.expose().as_str()).collect();
    Ok(Answer::value(StatusCode::CREATED, &json!({ "codes": codes })).logged(index))
}

async fn remove_factor(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::FactorRemove).await?;
    let factor = call.part::<FactorId>("factor")?;
    let removed = house.identity.remove_factor(&ctx, &who, factor).await;
    let index = noted(&house, &ctx, Action::FactorRemove, removed).await?;
    Ok(done(&json!({ "removed": true }), index))
}

async fn apps(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::AppList).await?;
    let (rows, index) = house.oauth.let_in(&ctx, who.account).await?;
    let apps: Vec<_> = rows
        .iter()
        .map(|(row, app)| {
            json!({
                "grant": row.grant,
                "client_id": row.app,
                "name": app.about.name,
                "contact": app.about.contact,
                "scopes": row.scopes.to_string(),
                "purposes": row.purposes,
                "since": row.created_at.to_string(),
            })
        })
        .collect();
    Ok(Answer::value(StatusCode::OK, &json!({ "apps": apps })).logged(index))
}

async fn withdraw(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, who) = mine(&house, &call, Action::OauthRevoke).await?;
    let grant: base::GrantId = call.part("grant")?;
    let index = house.oauth.withdraw(&ctx, who.account, grant).await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "grant": grant, "ended": true })).logged(index))
}
