//! The token endpoint: a code, an app's own right, or a refresh token in; tokens out.

use audit::Action;
use base::{AccountId, Ctx, GrantId, Instant, PersonId, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use store::{Statement, StoreError, WriteSet};

use super::answer::{Bound, CODE};
use super::asked::{allowed, nonce_for, seen_before};
use super::client::{Client, Presented};
use super::dpop::{Proof, Proven};
use super::jose::add;
use super::model::{App, GrantType, Profile, TokenForm};
use super::params::Params;
use super::reuse::Reused;
use super::scope::{Level, Scope, Scopes};
use super::{At, Oauth, OauthError, Refusal, sql};

/// What an opaque access token begins with.
pub(super) const PREFIX: &str = "sra_";
/// A code verifier (RFC 7636 §4.1).
const VERIFIER_CHARS: std::ops::RangeInclusive<usize> = 43..=128;

/// What the token endpoint answers.
#[derive(Debug)]
pub struct Issued {
    /// The answer.
    pub body: Secret<String>,
    /// Where the log says so.
    pub log_index: u64,
}

/// On whose behalf tokens are made, and bound to what.
pub(super) struct Holder<'a> {
    pub(super) app: &'a App,
    /// Grant, its epoch, the account, the person; none, when the app acts for itself.
    pub(super) grant: Option<Granted>,
    /// Family and generation.
    pub(super) family: Option<([u8; 16], i64)>,
    pub(super) scopes: &'a Scopes,
    pub(super) jkt: Option<[u8; 32]>,
}

/// A grant, as a code or a refresh token finds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Granted {
    pub(super) grant: GrantId,
    pub(super) epoch: i64,
    pub(super) account: AccountId,
    pub(super) person: Option<PersonId>,
}

/// A new access token.
pub(super) struct Minted {
    pub(super) text: Secret<String>,
    pub(super) insert: Statement,
}

impl Oauth {
    /// Answer a request for tokens.
    ///
    /// # Errors
    /// As the standards name them.
    pub async fn token(
        &self,
        params: &Params,
        presented: &Presented<'_>,
        proof: Option<Proof<'_>>,
        at: At,
    ) -> Result<Issued, OauthError> {
        params.each_once()?;
        let client = self.client(presented, Action::OauthToken, at).await?;
        let (app, by) = (client.app.clone(), client.by);
        let ctx = self.of_app(&app, by, at);
        let issued = self.issue(params, client, proof, at).await;
        self.or_refused(issued, &ctx, Action::OauthToken, app.id)
            .await
    }

    async fn issue(
        &self,
        params: &Params,
        client: Client,
        proof: Option<Proof<'_>>,
        at: At,
    ) -> Result<Issued, OauthError> {
        let way = params.need("grant_type", "`grant_type` is missing.")?;
        let way: GrantType = way.parse().map_err(|_| {
            OauthError::Refused(
                Refusal::UnsupportedGrantType,
                "`grant_type` is authorization_code, client_credentials or refresh_token.",
            )
        })?;
        let app = &client.app;
        if !app.settings.may(way) {
            return Err(OauthError::Refused(
                Refusal::UnauthorizedClient,
                "The app was not registered for this `grant_type`.",
            ));
        }
        // Before anything is consumed: a proof that does not hold costs nothing.
        let proven = proof
            .map(|proof| self.proof(&proof, None, nonce_for(app), at.now))
            .transpose()?;
        if proven.is_none() && app.settings.needs_dpop() {
            return Err(OauthError::proof(
                "This app's tokens are bound to a key: send a DPoP proof.",
            ));
        }
        match way {
            GrantType::AuthorizationCode => self.exchange(params, client, proven, at).await,
            GrantType::ClientCredentials => self.own_right(params, client, proven, at).await,
            GrantType::RefreshToken => self.refresh(params, client, proven, at).await,
        }
    }

    async fn own_right(
        &self,
        params: &Params,
        client: Client,
        proven: Option<Proven>,
        at: At,
    ) -> Result<Issued, OauthError> {
        let app = client.app.clone();
        let scopes = match params.one("scope") {
            Some(text) => allowed(&app, text, Level::System)
                .map_err(|why| OauthError::Refused(Refusal::InvalidScope, why))?,
            None => app.scopes().at(Level::System),
        };
        // Who signed in, and going on while nobody is, mean nothing without a person.
        let scopes: Scopes = scopes
            .iter()
            .filter(|scope| matches!(scope, Scope::Data { .. } | Scope::Purpose(_)))
            .cloned()
            .collect();
        let holder = Holder {
            app: &app,
            grant: None,
            family: None,
            scopes: &scopes,
            jkt: proven.as_ref().map(|proven| proven.jkt),
        };
        let minted = self.mint(&holder, at.now).await?;
        let ctx = self.of_app(&app, client.by, at);
        let set = once(client, proven, WriteSet::new()).with(minted.insert.clone());
        let set = set.log(self.entry(&ctx, Action::OauthToken, app.id, |entry| entry)?);
        let log_index = self.commit_issue(set).await?;
        let body = answer(&holder, &minted, self.lives.access.as_secs(), json!({}));
        Ok(Issued { body, log_index })
    }

    async fn exchange(
        &self,
        params: &Params,
        client: Client,
        proven: Option<Proven>,
        at: At,
    ) -> Result<Issued, OauthError> {
        let no = |why| Err(OauthError::grant(why));
        let code = params.need("code", "`code` is missing.")?;
        let app = client.app.clone();
        let ctx = self.of_app(&app, client.by, at);
        let digest = crypt::token::digest(code);
        let row = self.db.row(&sql::CODE_FIND, vec![digest.into()]).await?;
        let Some(row) = row else {
            return no("The code is unknown.");
        };
        let damaged = || OauthError::Damaged("code");
        if row.text(0)? != app.tenant.as_str() || row.bytes(1)? != app.id.as_bytes() {
            return no("The code is another app's.");
        }
        let granted = Granted {
            grant: GrantId::from_slice(row.bytes(2)?).ok_or_else(damaged)?,
            epoch: row.int(3)?,
            account: AccountId::from_slice(row.bytes(8)?).ok_or_else(damaged)?,
            person: person_of(&row, 9)?,
        };
        let family: [u8; 16] = row.bytes(5)?.try_into().map_err(|_| damaged())?;
        if !row.is_null(7) {
            self.reused(&ctx, &app, family, &granted).await?;
            return no("The code was used before. Everything that came of it has ended.");
        }
        if at.now >= Instant::from_micros(row.int(6)?) {
            return no("The code is too old. Begin again.");
        }
        if row.text(10)? != "active" || row.int(11)? != granted.epoch {
            return no("The person took back what they allowed.");
        }
        let bound: Bound = self.open_json(&app.tenant, CODE, &digest, row.bytes(4)?)?;
        if params.one("redirect_uri") != Some(&bound.redirect_uri) {
            return no("`redirect_uri` is not the one that the code was sent to.");
        }
        let Some(verifier) = params.one("code_verifier") else {
            return no("`code_verifier` is missing.");
        };
        if !VERIFIER_CHARS.contains(&verifier.len()) || !fits(verifier, &bound.challenge) {
            return no("`code_verifier` does not fit the challenge that the request came with.");
        }
        let jkt = proven.as_ref().map(|proven| proven.jkt);
        if let Some(wanted) = &bound.jkt
            && jkt.map(|jkt| URL_SAFE_NO_PAD.encode(jkt)).as_ref() != Some(wanted)
        {
            return Err(OauthError::proof(
                "The code is bound to another key than that of the DPoP proof.",
            ));
        }
        let scopes = Scopes::parse(&bound.scopes).ok_or_else(damaged)?;
        let refreshes = app.settings.may(GrantType::RefreshToken) && scopes.has(&Scope::Offline);
        let holder = Holder {
            app: &app,
            grant: Some(granted),
            family: Some((family, 1)),
            scopes: &scopes,
            jkt,
        };
        let patient = self.launched_for(&holder, &ctx).await?;
        let minted = self.mint(&holder, at.now).await?;
        let latest = at.now.after(if refreshes {
            self.lives.family
        } else {
            self.lives.access
        });
        let rotates = app.settings.profile == Profile::Compatible;
        // An app that proves itself proves with that whose its refresh tokens are; for any other the key has to.
        let refresh_jkt = jkt.filter(|_| app.settings.auth_method == super::AuthMethod::None);
        let set = once(client, proven, WriteSet::new())
            .run_expecting(
                &sql::CODE_USE,
                vec![digest.into(), at.now.into()],
                1,
                "oauth.code_used",
            )
            .run_expecting(
                &sql::GRANT_ACTIVE,
                vec![
                    (&app.tenant).into(),
                    granted.grant.into(),
                    granted.epoch.into(),
                ],
                1,
                "oauth.grant",
            )
            .run_expecting(
                &sql::FAMILY_INSERT,
                vec![
                    family.into(),
                    (&app.tenant).into(),
                    app.id.into(),
                    app.epoch.into(),
                    granted.grant.into(),
                    granted.epoch.into(),
                    bound.scopes.as_str().into(),
                    refresh_jkt.into(),
                    i64::from(rotates).into(),
                    i64::from(refreshes).into(),
                    at.now.into(),
                    at.now.after(self.lives.refresh).min(latest).into(),
                    latest.into(),
                ],
                1,
                "oauth.family",
            )
            .with(minted.insert.clone());
        let entry = self.entry(&ctx, Action::OauthToken, app.id, |entry| {
            entry.grant(*granted.grant.as_bytes())
        })?;
        let log_index = match self.commit_issue(set.log(entry)).await {
            Err(OauthError::Store(StoreError::Guard("oauth.code_used"))) => {
                // Two at once: the other was first, and neither can be told from a thief.
                self.reused(&ctx, &app, family, &granted).await?;
                return no("The code was used before. Everything that came of it has ended.");
            }
            Err(OauthError::Store(StoreError::Guard(_))) => {
                return no("The person took back what they allowed.");
            }
            other => other?,
        };
        let mut more = patient;
        if refreshes {
            let refresh = self.refresh_text(&app.tenant, family, 1)?;
            add(&mut more, "refresh_token", refresh.expose().as_str());
        }
        if scopes.has(&Scope::OpenId) {
            let token = self.id_token(&holder, &bound, &minted, at.now).await?;
            add(&mut more, "id_token", token);
        }
        let body = answer(&holder, &minted, self.lives.access.as_secs(), more);
        Ok(Issued { body, log_index })
    }

    /// What SMART adds to the answer for an app that was launched for one person: the id of their FHIR Patient, where they have one.
    pub(super) async fn launched_for(
        &self,
        holder: &Holder<'_>,
        ctx: &Ctx,
    ) -> Result<Value, OauthError> {
        let mut more = json!({});
        if let Some(person) = holder.grant.and_then(|granted| granted.person)
            && holder.scopes.has(&Scope::LaunchPatient)
        {
            let known = self.patients.patient(ctx, person).await;
            let known = known.map_err(OauthError::from)?;
            if let Some(patient) = known {
                add(&mut more, "patient", patient);
            }
        }
        Ok(more)
    }

    /// A new access token and the statement that stores its digest.
    pub(super) async fn mint(
        &self,
        holder: &Holder<'_>,
        now: Instant,
    ) -> Result<Minted, OauthError> {
        let end = now.after(self.lives.access);
        let app = holder.app;
        let text = match app.settings.access_tokens {
            TokenForm::Opaque => {
                let secret = crypt::token::generate(&*self.rng);
                let mut text = String::with_capacity(PREFIX.len() + crypt::token::SECRET_CHARS);
                text.push_str(PREFIX);
                text.push_str(secret.expose());
                text
            }
            TokenForm::Jwt => self.jwt(holder, now, end).await?,
        };
        let digest = crypt::token::digest(&text);
        let params = vec![
            digest.into(),
            (&app.tenant).into(),
            app.id.into(),
            app.epoch.into(),
            holder.grant.map(|granted| granted.grant).into(),
            holder.grant.map(|granted| granted.epoch).into(),
            holder.family.map(|(family, _)| family).into(),
            holder.family.map(|(_, generation)| generation).into(),
            holder.scopes.to_string().into(),
            holder.jkt.into(),
            now.into(),
            end.into(),
        ];
        Ok(Minted {
            text: Secret::new(text),
            insert: Statement::new(&sql::TOKEN_INSERT, params).expecting(1, "oauth.token"),
        })
    }

    /// An access token that resource servers can read (RFC 9068).
    async fn jwt(
        &self,
        holder: &Holder<'_>,
        now: Instant,
        end: Instant,
    ) -> Result<String, OauthError> {
        let mut jti = [0; 16];
        self.rng.fill(&mut jti);
        let client = holder.app.id.to_string();
        let subject = match holder.grant {
            Some(granted) => self.subject(holder.app, granted.account)?,
            None => client.clone(),
        };
        let mut claims = json!({
            "iss": self.issuer,
            "sub": subject,
            "aud": self.issuer,
            "exp": end.seconds(),
            "iat": now.seconds(),
            "jti": URL_SAFE_NO_PAD.encode(jti),
            "client_id": client,
            "scope": holder.scopes.to_string(),
        });
        if let Some(jkt) = holder.jkt {
            add(
                &mut claims,
                "cnf",
                json!({ "jkt": URL_SAFE_NO_PAD.encode(jkt) }),
            );
        }
        self.sign("at+jwt", &claims).await
    }

    async fn id_token(
        &self,
        holder: &Holder<'_>,
        bound: &Bound,
        minted: &Minted,
        now: Instant,
    ) -> Result<String, OauthError> {
        let Some(granted) = holder.grant else {
            return Err(OauthError::Damaged("grant"));
        };
        let hash = crypt::hash::sha256(&[minted.text.expose().as_bytes()]);
        let (half, _) = hash.split_at(16);
        let mut claims = json!({
            "iss": self.issuer,
            "sub": self.subject(holder.app, granted.account)?,
            "aud": holder.app.id.to_string(),
            "exp": now.after(self.lives.access).seconds(),
            "iat": now.seconds(),
            "auth_time": bound.auth_time,
            "acr": bound.assurance,
            "at_hash": URL_SAFE_NO_PAD.encode(half),
        });
        if let Some(nonce) = &bound.nonce {
            add(&mut claims, "nonce", nonce.as_str());
        }
        self.sign("JWT", &claims).await
    }

    /// What an app calls an account: another name for each app, so that two apps cannot compare whom they know.
    pub(super) fn subject(&self, app: &App, account: AccountId) -> Result<String, OauthError> {
        let value = [app.id.as_bytes().as_slice(), account.as_bytes()].concat();
        let mac = self.secrets.digest(&app.tenant, "oauth.subject", &value)?;
        Ok(URL_SAFE_NO_PAD.encode(mac))
    }

    pub(super) async fn commit_issue(&self, set: WriteSet) -> Result<u64, OauthError> {
        let committed = self.db.commit(set).await.map_err(seen_before)?;
        Ok(committed.log_indexes.first().copied().unwrap_or(0))
    }

    /// Something that counts once came twice: everything that came of it ends, and somebody is told.
    pub(super) async fn reused(
        &self,
        ctx: &Ctx,
        app: &App,
        family: [u8; 16],
        granted: &Granted,
    ) -> Result<(), OauthError> {
        let entry = self.entry(ctx, Action::OauthReuse, app.id, |entry| {
            entry.grant(*granted.grant.as_bytes())
        })?;
        let set = WriteSet::new()
            .run(&sql::FAMILY_END, vec![family.into(), ctx.now.into()])
            .with(Reused::of(app, granted, ctx.now).job(family, &app.tenant, &*self.rng)?)
            .log(entry);
        self.db.commit(set).await?;
        self.admitted.forget_family(family);
        tracing::warn!(
            alert = "oauth.reuse",
            tenant = %app.tenant,
            app = %app.id,
            request = %ctx.request,
            "a used code or refresh token came again; its tokens were ended"
        );
        Ok(())
    }
}

/// What must not be done twice with the same assertion or proof.
pub(super) fn once(client: Client, proven: Option<Proven>, mut set: WriteSet) -> WriteSet {
    set.statements.extend(client.once);
    set.statements.extend(proven.map(|proven| proven.once()));
    set
}

/// The answer to the app, in the words of RFC 6749 §5.1.
pub(super) fn answer(
    holder: &Holder<'_>,
    minted: &Minted,
    seconds: u64,
    mut more: Value,
) -> Secret<String> {
    add(&mut more, "access_token", minted.text.expose().as_str());
    add(
        &mut more,
        "token_type",
        if holder.jkt.is_some() {
            "DPoP"
        } else {
            "Bearer"
        },
    );
    add(&mut more, "expires_in", seconds);
    add(&mut more, "scope", holder.scopes.to_string());
    // Our own name for whose data it is: the person in the addresses of `/v1/persons/...`.
    if let Some(person) = holder.grant.and_then(|granted| granted.person)
        && (holder.scopes.reach_data(Level::Patient) || holder.scopes.has(&Scope::LaunchPatient))
    {
        add(&mut more, "person", person.to_string());
    }
    Secret::new(more.to_string())
}

fn fits(verifier: &str, challenge: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let hash = URL_SAFE_NO_PAD.encode(crypt::hash::sha256(&[verifier.as_bytes()]));
    verifier.bytes().all(legal) && crypt::mac::same(hash.as_bytes(), challenge.as_bytes())
}

pub(super) fn person_of(row: &store::Row, at: usize) -> Result<Option<PersonId>, OauthError> {
    if row.is_null(at) {
        return Ok(None);
    }
    PersonId::from_slice(row.bytes(at)?)
        .map(Some)
        .ok_or(OauthError::Damaged("person"))
}
