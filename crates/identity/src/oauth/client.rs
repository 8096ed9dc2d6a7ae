//! Which app is it? Exactly the way that was registered is taken, and exactly one.

use std::sync::Arc;

use audit::Action;
use base::{AppId, Instant};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use store::{Statement, Value};

use super::jose::{self, Jws};
use super::model::{App, AuthMethod, Profile};
use super::wrong::Wrong;
use super::{At, Oauth, OauthError, sql};

/// The assertion came before.
pub(super) const GUARD_ASSERTION: &str = "oauth.assertion_seen";
/// The only kind of assertion.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far an assertion of the strict profile may reach ahead: long enough for a slow clock, too short to be kept.
const STRICT_ASSERTION_SECONDS_MAX: i64 = 300;
/// How far any may: common libraries make them for an hour. Each counts once all the same.
const ASSERTION_SECONDS_MAX: i64 = 3_600;
/// How far a clock may be off.
pub(super) const SKEW_SECONDS: i64 = 30;
/// An assertion's or a proof's own name.
pub(super) const JTI_BYTES_MAX: usize = 256;

/// What a request brings to prove which app it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Presented<'a> {
    /// The header `Authorization`, whole.
    pub authorization: Option<&'a str>,
    /// `client_id`.
    pub client_id: Option<&'a str>,
    /// `client_secret`.
    pub client_secret: Option<&'a str>,
    /// `client_assertion_type`.
    pub assertion_type: Option<&'a str>,
    /// `client_assertion`.
    pub assertion: Option<&'a str>,
}

/// An app that proved itself.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) app: Arc<App>,
    pub(super) by: &'static str,
    /// What makes sure that its assertion counts once; it goes into the same commit as what it allowed.
    pub(super) once: Option<Statement>,
}

impl Oauth {
    /// The app that a request proves to be from.
    ///
    /// # Errors
    /// `invalid_client`, which the log knows; [`OauthError::Wait`] where it failed too often before.
    pub(super) async fn client(
        &self,
        presented: &Presented<'_>,
        action: Action,
        at: At,
    ) -> Result<Client, OauthError> {
        let wrong = |app, named: &str, error| Wrong {
            app,
            named: named.to_owned(),
            action,
            error,
        };
        let claim = match Claim::of(presented) {
            Ok(claim) => claim,
            Err(error) => return self.wrong(wrong(None, "", error), at).await,
        };
        let app = match claim.id.parse().ok() {
            Some(id) => self.active_app(id).await?,
            None => None,
        };
        // Whether it is unknown, stopped or in review is the tenant's own affair.
        let Some(app) = app else {
            let error = OauthError::client("There is no active app with this client_id.");
            return self.wrong(wrong(None, &claim.id, error), at).await;
        };
        match self.proves(&app, &claim, at.now) {
            Ok(once) => Ok(Client {
                by: claim.method.as_str(),
                once,
                app,
            }),
            Err(error) => self.wrong(wrong(Some(app), &claim.id, error), at).await,
        }
    }

    fn proves(
        &self,
        app: &App,
        claim: &Claim<'_>,
        now: Instant,
    ) -> Result<Option<Statement>, OauthError> {
        if claim.method != app.settings.auth_method {
            return Err(OauthError::client(
                "The app proves itself in another way than it was registered with.",
            ));
        }
        match claim.method {
            AuthMethod::None => Ok(None),
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => {
                let digest = crypt::token::digest(&claim.proof);
                let mut right = false;
                for (stored, end) in &app.secrets {
                    let lives = end.is_none_or(|end| now < end);
                    right |= lives & crypt::mac::same(stored, &digest);
                }
                right
                    .then_some(None)
                    .ok_or(OauthError::client("The secret is not the app's."))
            }
            AuthMethod::PrivateKeyJwt => self.assertion(app, &claim.proof, now).map(Some),
        }
    }

    /// A signed assertion (RFC 7523 §3): by one of the app's keys, about itself, for us alone, short-lived, once.
    fn assertion(&self, app: &App, text: &str, now: Instant) -> Result<Statement, OauthError> {
        let no = |why| Err(OauthError::client(why));
        let Some(jws) = Jws::parse(text) else {
            return no("The assertion is not a signed JWT in its compact form.");
        };
        let kid = jws.head("kid");
        let mut keys = app
            .keys
            .iter()
            .filter(|key| kid.is_none() || key.kid.as_deref() == kid);
        let Some(claims) = keys.find_map(|key| jws.verified(&key.key)) else {
            return no(
                "The assertion is not signed by a key of the app, with the algorithm of that key.",
            );
        };
        let text = |name: &str| claims.get(name).and_then(serde_json::Value::as_str);
        let own = app.id.to_string();
        if text("iss") != Some(&own) || text("sub") != Some(&own) {
            return no("The assertion's `iss` and `sub` must be the client_id.");
        }
        // A list, or another address of ours, would let an assertion for somebody else be used here.
        if text("aud") != Some(&self.issuer) {
            return no("The assertion's `aud` must be our issuer, and that alone.");
        }
        let seconds = now.seconds();
        let Some(exp) = jose::seconds(claims, "exp") else {
            return no("The assertion needs `exp`.");
        };
        let ahead = match app.settings.profile {
            Profile::Strict => STRICT_ASSERTION_SECONDS_MAX,
            Profile::Compatible => ASSERTION_SECONDS_MAX,
        };
        if exp <= seconds - SKEW_SECONDS || exp > seconds + ahead + SKEW_SECONDS {
            return no(
                "The assertion is too old, or lives longer than an hour (five minutes, in the strict profile).",
            );
        }
        let early =
            |name| jose::seconds(claims, name).is_some_and(|it| it > seconds + SKEW_SECONDS);
        if early("nbf") || early("iat") {
            return no("The assertion is not valid yet.");
        }
        let Some(jti) = text("jti").filter(|jti| (1..=JTI_BYTES_MAX).contains(&jti.len())) else {
            return no("The assertion needs a `jti` of 1 to 256 characters.");
        };
        let digest = crypt::hash::sha256(&[b"assertion", app.id.as_bytes(), jti.as_bytes()]);
        let end = Instant::from_micros((exp + 2 * SKEW_SECONDS).saturating_mul(1_000_000));
        let params: Vec<Value> = vec![digest.into(), end.into()];
        Ok(Statement::new(&sql::SEEN_INSERT, params).expecting(1, GUARD_ASSERTION))
    }
}

/// What somebody claims, and with what proof.
struct Claim<'a> {
    id: std::borrow::Cow<'a, str>,
    method: AuthMethod,
    proof: std::borrow::Cow<'a, str>,
}

impl<'a> Claim<'a> {
    fn of(presented: &Presented<'a>) -> Result<Self, OauthError> {
        let ways = [
            presented.authorization.is_some(),
            presented.client_secret.is_some(),
            presented.assertion.is_some() || presented.assertion_type.is_some(),
        ];
        if ways.iter().filter(|way| **way).count() > 1 {
            return Err(OauthError::invalid(
                "The app proves itself in more than one way; one is enough.",
            ));
        }
        if let Some(header) = presented.authorization {
            let (id, secret) = basic(header).ok_or(OauthError::client(
                "The header Authorization must be `Basic`, client_id and secret.",
            ))?;
            if presented.client_id.is_some_and(|named| named != id) {
                return Err(OauthError::invalid(
                    "`client_id` is another one than in the header Authorization.",
                ));
            }
            return Ok(Self {
                id: id.into(),
                method: AuthMethod::ClientSecretBasic,
                proof: secret.into(),
            });
        }
        if let Some(assertion) = presented.assertion {
            if presented.assertion_type != Some(JWT_BEARER) {
                return Err(OauthError::client(
                    "`client_assertion_type` must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer.",
                ));
            }
            // Who it is stands in the assertion; `client_id` may say it too.
            let named = Jws::parse(assertion)
                .and_then(|jws| jws.unverified("sub").map(str::to_owned))
                .ok_or(OauthError::client(
                    "The assertion is not a signed JWT in its compact form.",
                ))?;
            if presented.client_id.is_some_and(|id| id != named) {
                return Err(OauthError::client(
                    "`client_id` is another one than the assertion's `sub`.",
                ));
            }
            return Ok(Self {
                id: named.into(),
                method: AuthMethod::PrivateKeyJwt,
                proof: assertion.into(),
            });
        }
        let Some(id) = presented.client_id else {
            return Err(OauthError::client("Say which app you are: `client_id`."));
        };
        Ok(match presented.client_secret {
            Some(secret) => Self {
                id: id.into(),
                method: AuthMethod::ClientSecretPost,
                proof: secret.into(),
            },
            None => Self {
                id: id.into(),
                method: AuthMethod::None,
                proof: "".into(),
            },
        })
    }
}

/// Id and secret of `Authorization: Basic` (RFC 6749 §2.3.1: each form-encoded first).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || encoded.len() > 1024 {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let plain = |part: &str| {
        let part = part.replace('+', " ");
        let decoded = percent_encoding::percent_decode_str(&part).decode_utf8();
        decoded.ok().map(|text| text.into_owned())
    };
    Some((plain(id)?, plain(secret)?))
}

/// The app's id in a text, for errors that concern it.
pub(super) fn app_id(text: Option<&str>) -> Option<AppId> {
    text?.parse().ok()
}
