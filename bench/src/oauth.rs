//! Apps that get tokens for themselves, and what is asked of an authorization server about them.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{AUTHORIZATION, HeaderValue};
use hyper::{Method, Request};
use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde_json::Value;

use crate::Outcome;
use crate::client::{Answer, Client, Payload};
use crate::work::request;

const FORM: &str = "application/x-www-form-urlencoded";

/// An authorization server with two apps: one gets opaque access tokens, one such that are signed with ES256.
#[derive(Clone, Debug)]
pub struct Issuer {
    token: String,
    introspect: String,
    opaque: HeaderValue,
    es256: HeaderValue,
}

/// Which of the apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The one with opaque access tokens.
    Opaque,
    /// The one with signed ones.
    Es256,
}

impl Issuer {
    /// From JSON with `oauth`: `{token, introspect, apps: {opaque, es256: {client_id, client_secret}}}`; `None` where there is none.
    ///
    /// # Errors
    /// When the file is missing, or `oauth` lacks a part.
    pub fn read(file: &Path) -> Outcome<Option<Self>> {
        let value: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
        let Some(oauth) = value.get("oauth") else {
            return Ok(None);
        };
        let word = |pointer: &str| {
            oauth
                .pointer(pointer)
                .and_then(Value::as_str)
                .ok_or_else(|| format!("oauth has no {pointer}"))
        };
        let basic = |app: &str| -> Outcome<HeaderValue> {
            let id = word(&format!("/apps/{app}/client_id"))?;
            let secret = word(&format!("/apps/{app}/client_secret"))?;
            let both = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
            Ok(HeaderValue::from_str(&format!("Basic {both}"))?)
        };
        Ok(Some(Self {
            token: word("/token")?.to_owned(),
            introspect: word("/introspect")?.to_owned(),
            opaque: basic("opaque")?,
            es256: basic("es256")?,
        }))
    }

    /// A request for a token, by client credentials.
    ///
    /// # Errors
    /// When the path is no path.
    pub fn token(&self, kind: Kind) -> Outcome<Request<Payload>> {
        self.form(
            &self.token,
            kind,
            "grant_type=client_credentials".to_owned(),
        )
    }

    /// A question about a token of the app with opaque ones.
    ///
    /// # Errors
    /// When the path is no path.
    pub fn introspect(&self, token: &str) -> Outcome<Request<Payload>> {
        self.form(
            &self.introspect,
            Kind::Opaque,
            format!("token={}", encoded(token)),
        )
    }

    /// Get a token to ask about.
    ///
    /// # Errors
    /// When the server gives none.
    pub async fn one_token(&self, client: &mut Client) -> Outcome<String> {
        let answer = client.ask(self.token(Kind::Opaque)?).await?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let token = body.get("access_token").and_then(Value::as_str);
        Ok(token.ok_or_else(|| answer.beginning())?.to_owned())
    }

    fn form(&self, path: &str, kind: Kind, form: String) -> Outcome<Request<Payload>> {
        let mut request = request(Method::POST, path, Some(FORM), Payload::once(form))?;
        let proof = match kind {
            Kind::Opaque => &self.opaque,
            Kind::Es256 => &self.es256,
        };
        request.headers_mut().insert(AUTHORIZATION, proof.clone());
        Ok(request)
    }
}

/// Whether a token came, of the form that the app is registered for: a signed one has three parts.
#[must_use]
pub fn gave_token(answer: &Answer, kind: Kind) -> bool {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let signed = body
        .get("access_token")
        .and_then(Value::as_str)
        .map(|token| token.matches('.').count() == 2);
    answer.status == 200 && signed == Some(kind == Kind::Es256)
}

/// Approve an app, with the token of who reviews.
///
/// # Errors
/// When the server refuses.
pub async fn approve(client: &mut Client, app: &str) -> Outcome {
    let review = request(
        Method::PUT,
        &format!("/v1/apps/{app}/review"),
        Some("application/json"),
        Payload::once(r#"{"verdict":"approve"}"#),
    )?;
    let answer = client.ask(review).await?;
    if answer.status == 200 {
        return Ok(());
    }
    Err(answer.beginning().into())
}

/// Percent-encoded, as RFC 6749 wants id and secret before they are joined.
fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}
