//! `/oauth2/...` and `/.well-known/...`: from HTTP to the verbs, and back in the forms that the standards give.

mod table;

use std::sync::Arc;

use base::{AppId, ErrorKind, Fault as _, Instant, Secret};
use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use web::{Answer, Call, Payload, Problem, Query, Visit};

pub use table::routes;

use super::asked::REQUEST_URN;
use super::client::Presented;
use super::params::Params;
use super::signed_in::{Account, SignedIn};
use super::{At, Oauth, OauthError, Proof, Refusal, Scheme, Step};
use crate::pages;

static DPOP: HeaderName = HeaderName::from_static("dpop");
static DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
static LOG_INDEX: HeaderName = HeaderName::from_static("strongroom-log-index");

/// What the handlers share.
struct Front {
    oauth: Arc<Oauth>,
    signed_in: Arc<dyn SignedIn>,
}

type House = Arc<Front>;

const FORM: &str = "application/x-www-form-urlencoded";

/// What the handlers read of a call.
struct Ask {
    method: Method,
    headers: HeaderMap,
    body: Bytes,
    at: At,
}

impl Ask {
    fn of<W>(call: Call<W>) -> Self {
        Self::aside(call).1
    }

    /// Who asks, and what is asked.
    fn aside<W>(call: Call<W>) -> (W, Self) {
        let body = match call.payload {
            Payload::Bytes(bytes) => bytes,
            Payload::None | Payload::Stream(_) => Bytes::new(),
        };
        let ask = Self {
            method: call.method,
            headers: call.headers,
            body,
            at: At {
                request: call.request,
                now: call.now,
                from: call.peer,
            },
        };
        (call.who, ask)
    }

    /// A header that comes once at most, as text.
    fn header(&self, name: &HeaderName, twice: OauthError) -> Result<Option<&str>, OauthError> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next();
        if values.next().is_some() {
            return Err(twice);
        }
        Ok(first.and_then(|value| value.to_str().ok()))
    }
}

/// The form's parameters.
fn form(call: &Ask) -> Result<Params, OauthError> {
    let twice = OauthError::invalid("The header Content-Type may come once only.");
    let media_type = call.header(&header::CONTENT_TYPE, twice)?;
    let media_type = media_type.and_then(|it| it.split(';').next()).unwrap_or("");
    if !media_type.trim().eq_ignore_ascii_case(FORM) {
        return Err(OauthError::invalid(
            "Send a form: Content-Type: application/x-www-form-urlencoded.",
        ));
    }
    let not_text = OauthError::invalid("The form is not UTF-8 once decoded.");
    let Ok(text) = std::str::from_utf8(&call.body) else {
        return Err(not_text);
    };
    let query = Query::parse(text).map_err(|_| not_text)?;
    Params::of(query.pairs())
}

fn presented<'a>(call: &'a Ask, params: &'a Params) -> Result<Presented<'a>, OauthError> {
    let twice = OauthError::invalid("The header Authorization may come once only.");
    let authorization = call.header(&header::AUTHORIZATION, twice)?;
    Ok(Presented {
        authorization,
        client_id: params.one("client_id"),
        client_secret: params.one("client_secret"),
        assertion_type: params.one("client_assertion_type"),
        assertion: params.one("client_assertion"),
    })
}

fn proof<'a>(call: &'a Ask, path: &'static str) -> Result<Option<Proof<'a>>, OauthError> {
    let twice = OauthError::proof("The header DPoP may come once only.");
    let text = call.header(&DPOP, twice)?;
    Ok(text.map(|text| Proof {
        text,
        method: call.method.as_str(),
        path,
    }))
}

async fn token(house: House, call: Ask) -> Result<Answer, Problem> {
    let issued = async {
        let params = form(&call)?;
        let presented = presented(&call, &params)?;
        let proof = proof(&call, "/oauth2/token")?;
        house.oauth.token(&params, &presented, proof, call.at).await
    };
    let answer = match issued.await {
        Ok(issued) => told(StatusCode::OK, &issued.body, issued.log_index),
        Err(error) => refused(&call, &error)?,
    };
    with_nonce(&house, &call, answer)
}

async fn push(house: House, call: Ask) -> Result<Answer, Problem> {
    let pushed = async {
        let params = form(&call)?;
        let presented = presented(&call, &params)?;
        let proof = proof(&call, "/oauth2/par")?;
        house.oauth.push(&params, &presented, proof, call.at).await
    };
    let answer = match pushed.await {
        Ok((uri, seconds)) => Answer::value(
            StatusCode::CREATED,
            &json!({ "request_uri": uri, "expires_in": seconds }),
        ),
        Err(error) => refused(&call, &error)?,
    };
    with_nonce(&house, &call, answer)
}

async fn introspect(house: House, call: Ask) -> Result<Answer, Problem> {
    let known = async {
        let params = form(&call)?;
        let presented = presented(&call, &params)?;
        house.oauth.introspect(&params, &presented, call.at).await
    };
    match known.await {
        Ok(known) => Ok(indexed(
            Answer::value(StatusCode::OK, &known.body),
            known.log_index,
        )),
        Err(error) => refused(&call, &error),
    }
}

async fn revoke(house: House, call: Ask) -> Result<Answer, Problem> {
    let revoked = async {
        let params = form(&call)?;
        let presented = presented(&call, &params)?;
        house.oauth.revoke(&params, &presented, call.at).await
    };
    match revoked.await {
        Ok(index) => Ok(indexed(Answer::new(StatusCode::OK), index)),
        Err(error) => refused(&call, &error),
    }
}

async fn user_info(house: House, call: Ask) -> Result<Answer, Problem> {
    let by_dpop = call.headers.get(header::AUTHORIZATION).is_some_and(|it| {
        let scheme = it.as_bytes().get(..5);
        scheme.is_some_and(|it| it.eq_ignore_ascii_case(b"dpop "))
    });
    let known = async {
        let twice = OauthError::invalid("The header Authorization may come once only.");
        let header = call.header(&header::AUTHORIZATION, twice)?;
        let by_form = if call.method == Method::POST && header.is_none() {
            let params = form(&call)?;
            params.each_once()?;
            params.one("access_token").map(str::to_owned)
        } else {
            None
        };
        let (scheme, text) = match (header, &by_form) {
            (Some(header), _) => header.split_once(' ').unwrap_or((header, "")),
            (None, Some(text)) => ("bearer", text.as_str()),
            (None, None) => ("", ""),
        };
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "bearer" => Scheme::Bearer,
            "dpop" => Scheme::Dpop(proof(&call, "/oauth2/userinfo")?),
            _ => return Err(OauthError::token("Send an access token.")),
        };
        house.oauth.user_info(text.trim(), scheme, call.at).await
    };
    match known.await {
        Ok(known) => Ok(Answer::value(StatusCode::OK, &known)),
        Err(error) => at_resource(&error, by_dpop),
    }
}

/// The page that asks, in the reader's language.
async fn authorize(house: House, call: Call<Visit>) -> Result<Answer, Problem> {
    let at = At {
        request: call.request,
        now: call.now,
        from: call.peer,
    };
    let step = async {
        let params = Params::of(call.query.pairs())?;
        let account = account(&house, &call.headers, at.now).await?;
        house.oauth.authorize(&params, account.as_ref(), at).await
    };
    match step.await {
        Ok(Step::Ask(question)) => pages::consent(&call.who, &question),
        Ok(step) => Ok(on(&step)),
        Err(error) => stop(&call.who, &error),
    }
}

async fn authorize_by_form(house: House, call: Call<Visit>) -> Result<Answer, Problem> {
    let (visit, call) = Ask::aside(call);
    let step = async {
        let params = form(&call)?;
        let account = account(&house, &call.headers, call.at.now).await?;
        house
            .oauth
            .authorize(&params, account.as_ref(), call.at)
            .await
    };
    match step.await {
        Ok(step) => Ok(on(&step)),
        Err(error) => stop(&visit, &error),
    }
}

async fn consent(house: House, call: Call<Visit>) -> Result<Answer, Problem> {
    let (visit, call) = Ask::aside(call);
    let step = async {
        let params = form(&call)?;
        let Some(account) = account(&house, &call.headers, call.at.now).await? else {
            return Err(OauthError::Refused(
                Refusal::LoginRequired,
                "Nobody is signed in any more. Go back to the app and begin again.",
            ));
        };
        house.oauth.answer(&params, &account, call.at).await
    };
    match step.await {
        Ok(step) => Ok(on(&step)),
        Err(error) => stop(&visit, &error),
    }
}

async fn account(
    house: &House,
    headers: &HeaderMap,
    now: Instant,
) -> Result<Option<Account>, OauthError> {
    let account = house.signed_in.signed_in(headers, now).await;
    account.map_err(OauthError::from)
}

/// Where a request stands, to come back to.
fn standing(app: AppId, request: &str) -> String {
    format!("/oauth2/authorize?client_id={app}&request_uri={REQUEST_URN}{request}")
}

/// The next page.
fn on(step: &Step) -> Answer {
    match step {
        Step::Back(address) => see(address),
        Step::SignIn { app, request, anew } => {
            let back = standing(*app, request);
            let back = utf8_percent_encode(&back, NON_ALPHANUMERIC);
            see(&if *anew {
                format!("/account/confirm?next={back}&anew=1")
            } else {
                format!("/sign-in?next={back}")
            })
        }
        // The question is a page of its own, so that it may be loaded again.
        Step::Ask(question) => see(&standing(question.client, &question.request)),
    }
}

/// On to `address`, by GET whatever brought here (RFC 9700 §4.12).
fn see(address: &str) -> Answer {
    Answer::new(StatusCode::SEE_OTHER).header_text(header::LOCATION, address)
}

/// The page that stops a request which nothing can come of, in the reader's language. What fails on our side is `web`'s to say.
fn stop(visit: &Visit, error: &OauthError) -> Result<Answer, Problem> {
    let status = match error.kind() {
        ErrorKind::Invalid | ErrorKind::Unauthenticated => StatusCode::BAD_REQUEST,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        _ => return Err(problem(error)),
    };
    let stop = match error {
        OauthError::Refused(Refusal::LoginRequired, _) => pages::Stop::SignedOut,
        OauthError::Refused(Refusal::InvalidRequestUri, _) => pages::Stop::Over,
        _ => pages::Stop::Wrong,
    };
    pages::stop(visit, status, stop, error.word(), &error.public())
}

/// What failed on our side is `web`'s to say and to write down.
fn problem(error: &OauthError) -> Problem {
    let mut problem = Problem::new(error.kind(), error.code(), error.public());
    problem.internal = error.to_string();
    problem
}

fn told(status: StatusCode, body: &Secret<String>, index: u64) -> Answer {
    let answer = Answer::json(status, body.expose().clone())
        .header(header::PRAGMA, HeaderValue::from_static("no-cache"));
    indexed(answer, index)
}

fn indexed(answer: Answer, index: u64) -> Answer {
    answer.header(LOG_INDEX.clone(), HeaderValue::from(index))
}

/// A refusal in the words of the standards (RFC 6749 §5.2).
fn refused(call: &Ask, error: &OauthError) -> Result<Answer, Problem> {
    if let OauthError::Wait { seconds } = error {
        let word = Refusal::InvalidClient.word();
        let body = json!({ "error": word, "error_description": error.public() });
        return Ok(Answer::value(StatusCode::TOO_MANY_REQUESTS, &body)
            .header(header::RETRY_AFTER, HeaderValue::from(*seconds)));
    }
    let OauthError::Refused(refusal, why) = error else {
        return Err(problem(error));
    };
    let status = match error.kind() {
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    let body = json!({ "error": refusal.word(), "error_description": why });
    let answer =
        Answer::value(status, &body).header(header::PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(match refusal {
        Refusal::InvalidClient if call.headers.contains_key(header::AUTHORIZATION) => answer
            .header(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"apps\""),
            ),
        _ => answer,
    })
}

/// A refusal of a resource (RFC 6750 §3.1, RFC 9449 §7.1): a proof that does not hold is nobody's.
fn at_resource(error: &OauthError, by_dpop: bool) -> Result<Answer, Problem> {
    let OauthError::Refused(refusal, why) = error else {
        return Err(problem(error));
    };
    let status = match refusal {
        Refusal::InvalidRequest => StatusCode::BAD_REQUEST,
        Refusal::InsufficientScope => StatusCode::FORBIDDEN,
        _ => StatusCode::UNAUTHORIZED,
    };
    let body = json!({ "error": refusal.word(), "error_description": why });
    Ok(Answer::value(status, &body)
        .header(header::PRAGMA, HeaderValue::from_static("no-cache"))
        .header(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static(error.challenge(by_dpop).as_str()),
        ))
}

/// Whoever sends proofs gets a nonce for the next one.
fn with_nonce(house: &House, call: &Ask, answer: Answer) -> Result<Answer, Problem> {
    if !call.headers.contains_key(&DPOP) {
        return Ok(answer);
    }
    let nonce = house.oauth.nonce(call.at.now)?;
    Ok(answer.header_text(DPOP_NONCE.clone(), &nonce))
}
