//! An app's request before anybody answers it: what holds together, and how it waits.

use base::{AppId, Instant, TenantId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use store::WriteSet;

use audit::Action;

use super::authorize::Blame;
use super::client::{GUARD_ASSERTION, Presented};
use super::dpop::{GUARD_PROOF, Nonce, Proof, USED};
use super::model::{App, GrantType, Profile};
use super::params::Params;
use super::scope::{Level, Scopes};
use super::{At, Oauth, OauthError, Refusal, sql};

/// What a pushed request is called by (RFC 9126).
pub(super) const REQUEST_URN: &str = "urn:ietf:params:oauth:request_uri:";
/// The place that a request is sealed for.
const REQUEST: &str = "oauth.request";
/// What a client wants to see again.
const STATE_BYTES_MAX: usize = 4 << 10;
const NONCE_BYTES_MAX: usize = 1 << 10;
const HINT_BYTES_MAX: usize = 254;
/// SHA-256 in base64url.
const CHALLENGE_CHARS: usize = 43;

/// A request that holds together, as it waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) scopes: String,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
    pub(super) prompt: Vec<String>,
    pub(super) max_age: Option<i64>,
    pub(super) jkt: Option<String>,
}

impl Asked {
    pub(super) fn prompts(&self, what: &str) -> bool {
        self.prompt.iter().any(|prompt| prompt == what)
    }
}

impl Oauth {
    /// Take in a pushed request (RFC 9126): its name, and how many seconds it lives.
    ///
    /// # Errors
    /// As the standards name them.
    pub async fn push(
        &self,
        params: &Params,
        presented: &Presented<'_>,
        proof: Option<Proof<'_>>,
        at: At,
    ) -> Result<(String, u64), OauthError> {
        params.each_once()?;
        let client = self.client(presented, Action::OauthAuthorize, at).await?;
        let app = client.app.clone();
        let ctx = self.of_app(&app, client.by, at);
        let kept = match self.pushed(params, &app, proof, at) {
            Ok((asked, proven)) => {
                let mut set = WriteSet::new();
                set.statements.extend(client.once);
                set.statements.extend(proven);
                self.keep_request(&app, &asked, at.now, self.lives.pushed, set)
                    .await
            }
            Err(error) => Err(error),
        };
        let name = self
            .or_refused(kept, &ctx, Action::OauthAuthorize, app.id)
            .await?;
        Ok((format!("{REQUEST_URN}{name}"), self.lives.pushed.as_secs()))
    }

    fn pushed(
        &self,
        params: &Params,
        app: &App,
        proof: Option<Proof<'_>>,
        at: At,
    ) -> Result<(Asked, Option<store::Statement>), OauthError> {
        if params.one("request_uri").is_some() {
            return Err(OauthError::invalid(
                "`request_uri` is what this answers with; it does not take one.",
            ));
        }
        let mut asked = self.check(params, app).map_err(|blame| blame.error)?;
        let Some(proof) = proof else {
            return Ok((asked, None));
        };
        let nonce = nonce_for(app);
        let proven = self.proof(&proof, None, nonce, at.now)?;
        let jkt = URL_SAFE_NO_PAD.encode(proven.jkt);
        if asked.jkt.as_ref().is_some_and(|named| *named != jkt) {
            return Err(OauthError::proof(
                "`dpop_jkt` is not the key of the DPoP proof.",
            ));
        }
        asked.jkt = Some(jkt);
        Ok((asked, Some(proven.once())))
    }

    /// A request holds together, and is about what this app was registered for.
    pub(super) fn check(&self, params: &Params, app: &App) -> Result<Asked, Blame> {
        let redirect = params
            .one("redirect_uri")
            .ok_or(OauthError::invalid("`redirect_uri` is missing."))?;
        if !app.settings.redirect_uris.iter().any(|it| it.is(redirect)) {
            return Err(OauthError::invalid(
                "`redirect_uri` is not one of the app's registered addresses, character by character.",
            )
            .into());
        }
        let state = params.one("state").filter(|_| !params.came_twice("state"));
        let back = || Some((redirect.to_owned(), state.map(str::to_owned)));
        let no = |refusal, why| Blame {
            error: OauthError::Refused(refusal, why),
            back: back(),
        };
        let invalid = |why| no(Refusal::InvalidRequest, why);
        params.each_once().map_err(|error| Blame {
            error,
            back: back(),
        })?;
        if params.one("request").is_some() {
            return Err(no(
                Refusal::RequestNotSupported,
                "Signed requests are not taken; push the request instead.",
            ));
        }
        if params.one("registration").is_some() {
            return Err(no(
                Refusal::RegistrationNotSupported,
                "Apps are registered by staff.",
            ));
        }
        match params.one("response_type") {
            Some("code") => {}
            None => return Err(invalid("`response_type` is missing; it must be `code`.")),
            Some(_) => {
                return Err(no(
                    Refusal::UnsupportedResponseType,
                    "`response_type` must be `code`.",
                ));
            }
        }
        if params.one("response_mode").is_some_and(|it| it != "query") {
            return Err(invalid("`response_mode` must be `query`."));
        }
        if !app.settings.may(GrantType::AuthorizationCode) {
            return Err(no(
                Refusal::UnauthorizedClient,
                "This app was not registered to ask people.",
            ));
        }
        if state.is_some_and(|it| it.len() > STATE_BYTES_MAX)
            || params
                .one("nonce")
                .is_some_and(|it| it.len() > NONCE_BYTES_MAX)
            || params
                .one("login_hint")
                .is_some_and(|it| it.len() > HINT_BYTES_MAX)
        {
            return Err(invalid("`state`, `nonce` or `login_hint` is too long."));
        }
        let challenge = params.one("code_challenge").ok_or(invalid(
            "`code_challenge` is missing: PKCE is not optional.",
        ))?;
        if params.one("code_challenge_method") != Some("S256") {
            return Err(invalid("`code_challenge_method` must be `S256`."));
        }
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if challenge.len() != CHALLENGE_CHARS || !challenge.bytes().all(legal) {
            return Err(invalid(
                "`code_challenge` must be a SHA-256 in base64url: 43 characters.",
            ));
        }
        let jkt = params.one("dpop_jkt");
        if jkt.is_some_and(|it| it.len() != CHALLENGE_CHARS || !it.bytes().all(legal)) {
            return Err(invalid(
                "`dpop_jkt` must be a SHA-256 in base64url: 43 characters.",
            ));
        }
        let prompt: Vec<String> = params
            .one("prompt")
            .map(|text| text.split(' ').map(str::to_owned).collect())
            .unwrap_or_default();
        if prompt.len() > 4 || (prompt.len() > 1 && prompt.iter().any(|it| it == "none")) {
            return Err(invalid("`prompt=none` goes with nothing else."));
        }
        let max_age = params
            .one("max_age")
            .map(|text| {
                text.parse()
                    .ok()
                    .filter(|age| (0..=i64::from(u32::MAX)).contains(age))
            })
            .map(|age| age.ok_or_else(|| invalid("`max_age` must be a number of seconds.")))
            .transpose()?;
        let scopes = params
            .one("scope")
            .map(|text| allowed(app, text, Level::Patient))
            .unwrap_or(Err("Say what you ask for: `scope`."))
            .map_err(|why| no(Refusal::InvalidScope, why))?;
        Ok(Asked {
            redirect_uri: redirect.to_owned(),
            state: state.map(str::to_owned),
            scopes: scopes.to_string(),
            challenge: challenge.to_owned(),
            nonce: params.one("nonce").map(str::to_owned),
            prompt,
            max_age,
            jkt: jkt.map(str::to_owned),
        })
    }

    pub(super) async fn keep_request(
        &self,
        app: &App,
        asked: &Asked,
        now: Instant,
        lives: std::time::Duration,
        set: WriteSet,
    ) -> Result<String, OauthError> {
        let name = crypt::token::generate(&*self.rng);
        let digest = request_digest(name.expose());
        let sealed = self.seal_json(&app.tenant, REQUEST, &digest, asked)?;
        let params = vec![
            digest.into(),
            (&app.tenant).into(),
            app.id.into(),
            sealed.into(),
            now.into(),
            now.after(lives).into(),
        ];
        let set = set.run_expecting(&sql::REQUEST_INSERT, params, 1, "oauth.request");
        self.db.commit(set).await.map_err(seen_before)?;
        Ok(name.expose().clone())
    }

    /// A request that waits, and since when.
    pub(super) async fn request(
        &self,
        app: &App,
        name: &str,
        now: Instant,
    ) -> Result<(Asked, Instant), OauthError> {
        let no = OauthError::Refused(
            Refusal::InvalidRequestUri,
            "`request_uri` is unknown, was used, or is too old. Begin again in the app.",
        );
        let digest = request_digest(name);
        let row = self
            .db
            .row(&sql::REQUEST_FIND, vec![digest.into(), now.into()])
            .await?;
        let Some(row) = row else {
            return Err(no);
        };
        if row.text(0)? != app.tenant.as_str() || row.bytes(1)? != app.id.as_bytes() {
            return Err(no);
        }
        let asked = self.open_json(&app.tenant, REQUEST, &digest, row.bytes(2)?)?;
        Ok((asked, Instant::from_micros(row.int(3)?)))
    }

    pub(super) async fn request_owner(
        &self,
        name: &str,
        now: Instant,
    ) -> Result<(TenantId, AppId), OauthError> {
        let digest = request_digest(name);
        let row = self
            .db
            .row(&sql::REQUEST_FIND, vec![digest.into(), now.into()])
            .await?
            .ok_or(OauthError::invalid(
                "This question was answered, or waited too long. Go back to the app and begin again.",
            ))?;
        let tenant = row.text(0)?.parse();
        let app = AppId::from_slice(row.bytes(1)?);
        match (tenant, app) {
            (Ok(tenant), Some(app)) => Ok((tenant, app)),
            _ => Err(OauthError::Damaged("request")),
        }
    }

    pub(super) fn seal_json<T: Serialize>(
        &self,
        tenant: &TenantId,
        place: &'static str,
        digest: &[u8; 32],
        value: &T,
    ) -> Result<Vec<u8>, OauthError> {
        let text = serde_json::to_vec(value).map_err(|_| OauthError::Damaged(place))?;
        let at = URL_SAFE_NO_PAD.encode(digest);
        Ok(self.secrets.seal(tenant, &[place, &at], &text)?)
    }

    pub(super) fn open_json<T: serde::de::DeserializeOwned>(
        &self,
        tenant: &TenantId,
        place: &'static str,
        digest: &[u8; 32],
        sealed: &[u8],
    ) -> Result<T, OauthError> {
        let at = URL_SAFE_NO_PAD.encode(digest);
        let text = self.secrets.open(tenant, &[place, &at], sealed)?;
        serde_json::from_slice(&text).map_err(|_| OauthError::Damaged(place))
    }
}

/// What is left of `text` for this app at this level.
pub(super) fn allowed(app: &App, text: &str, level: Level) -> Result<Scopes, &'static str> {
    let asked = Scopes::parse(text).ok_or("`scope` is too long.")?;
    if asked.is_empty() {
        return Err("None of these scopes is one that we know.");
    }
    let fits = asked.within(&app.scopes().at(level));
    if !fits || asked.purposes(&app.settings.purposes).is_none() {
        return Err("The app was not registered for one of these scopes.");
    }
    Ok(asked)
}

/// Whether this app's proofs carry a nonce of ours.
pub(super) fn nonce_for(app: &App) -> Nonce {
    match app.settings.profile {
        Profile::Strict => Nonce::Required,
        Profile::Compatible => Nonce::Optional,
    }
}

/// What an assertion or a proof that was used before turns into.
pub(super) fn seen_before(error: store::StoreError) -> OauthError {
    match error {
        store::StoreError::Guard(GUARD_ASSERTION) => {
            OauthError::client("The assertion was used before. Make a new one for each request.")
        }
        store::StoreError::Guard(GUARD_PROOF) => OauthError::proof(USED),
        error => error.into(),
    }
}

pub(super) fn request_digest(name: &str) -> [u8; 32] {
    crypt::token::digest(name)
}
