//! An access token at work: let in, asked about, taken back.

use std::num::NonZeroUsize;
use std::time::Duration;

use audit::{Action, Entry, Outcome};
use base::{AccountId, Actor, ActorKind, AppId, Ctx, GrantId, Instant, PersonId, TenantId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use policy::{Authority, Proven, Role};
use serde_json::{Value, json};
use store::{Row, WriteSet};

use super::client::{Client, Presented};
use super::dpop::{Nonce, Proof};
use super::jose::add;
use super::params::Params;
use super::scope::{self, Scope, Scopes};
use super::token::person_of;
use super::{At, AuthMethod, Oauth, OauthError, Refusal, refresh, sql, token};

/// A token is believed for this long without asking the database again: the longest that another node's withdrawal can take.
const BELIEVED_FOR: Duration = Duration::from_secs(1);
/// Tokens kept in memory.
const TOKENS_KEPT: usize = 10_000;
/// The longest access token: a signed one with many scopes.
const TOKEN_BYTES_MAX: usize = 8 << 10;

/// A token that is one.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Whose.
    pub tenant: TenantId,
    /// Which app holds it.
    pub app: AppId,
    /// By whose grant; none, when the app acts for itself.
    pub grant: Option<GrantId>,
    account: Option<AccountId>,
    person: Option<PersonId>,
    scopes: Scopes,
    purposes: Option<String>,
    jkt: Option<[u8; 32]>,
    created_at: Instant,
    expires_at: Instant,
    family: Option<[u8; 16]>,
}

/// What an app is told about a token (RFC 7662).
#[derive(Debug)]
pub struct Introspected {
    /// The answer.
    pub body: Value,
    /// Where the log says so.
    pub log_index: u64,
}

struct Believed {
    admitted: Admitted,
    until: Instant,
}

/// Tokens that were let in a moment ago.
pub(super) struct Admissions(Mutex<lru::LruCache<[u8; 32], Believed>>);

impl Admissions {
    pub(super) fn new() -> Self {
        let kept = NonZeroUsize::new(TOKENS_KEPT).unwrap_or(NonZeroUsize::MIN);
        Self(Mutex::new(lru::LruCache::new(kept)))
    }

    fn forget(&self, gone: impl Fn(&Admitted) -> bool) {
        let mut believed = self.0.lock();
        let digests: Vec<_> = believed
            .iter()
            .filter(|(_, it)| gone(&it.admitted))
            .map(|(digest, _)| *digest)
            .collect();
        for digest in digests {
            believed.pop(&digest);
        }
    }

    pub(super) fn forget_app(&self, app: AppId) {
        self.forget(|it| it.app == app);
    }

    pub(super) fn forget_grant(&self, grant: GrantId) {
        self.forget(|it| it.grant == Some(grant));
    }

    pub(super) fn forget_family(&self, family: [u8; 16]) {
        self.forget(|it| it.family == Some(family));
    }
}

/// How a token was sent.
#[derive(Clone, Copy, Debug)]
pub enum Scheme<'a> {
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: DPoP`, with the proof.
    Dpop(Option<Proof<'a>>),
}

impl Oauth {
    /// Whether a text could be an access token of ours.
    #[must_use]
    pub fn is_access_token(text: &str) -> bool {
        text.starts_with(token::PREFIX) || text.starts_with("ey")
    }

    /// Let in who holds an access token, for what its scopes reach.
    ///
    /// # Errors
    /// `invalid_token`, `invalid_dpop_proof`; storage failures.
    pub async fn admit(
        &self,
        text: &str,
        scheme: Scheme<'_>,
        at: At,
    ) -> Result<Authority, OauthError> {
        let admitted = self.admitted(text, scheme, at).await?;
        let by = if admitted.jkt.is_some() {
            "dpop"
        } else {
            "oauth"
        };
        let app = match self.active_app(admitted.app).await? {
            Some(app) => app,
            None => return Err(OauthError::token("The app was stopped.")),
        };
        let allowed = match &admitted.purposes {
            Some(text) => scope::read_purposes(text).ok_or(OauthError::Damaged("grant"))?,
            None => app.settings.purposes.clone(),
        };
        // A purpose that the app lost since then is lost for its tokens too.
        let purposes = admitted.scopes.purposes(&allowed).unwrap_or_default();
        let purposes = purposes
            .into_iter()
            .filter(|it| app.settings.purposes.contains(it))
            .collect();
        Ok(Authority::from(Proven {
            tenant: admitted.tenant,
            actor_id: admitted.app.to_string(),
            authenticated_by: by,
            role: Role::App,
            person: admitted.person,
            grant: admitted.grant,
            scope: policy::Scope {
                extents: Some(admitted.scopes.extents()),
                purposes: Some(purposes),
                ..policy::Scope::default()
            },
            assurance: None,
            fresh_until: None,
        }))
    }

    async fn admitted(
        &self,
        text: &str,
        scheme: Scheme<'_>,
        at: At,
    ) -> Result<Admitted, OauthError> {
        let unknown = OauthError::token("The access token is unknown, too old, or has ended.");
        if text.len() > TOKEN_BYTES_MAX || !Self::is_access_token(text) {
            return Err(unknown);
        }
        let digest = crypt::token::digest(text);
        let Some(admitted) = self.live(&digest, at.now).await? else {
            return Err(unknown);
        };
        match self.held(&admitted, text, scheme, at.now).await {
            Ok(()) => Ok(admitted),
            // Somebody has the token, and not what it is bound to: its tenant is to know.
            Err(error) => {
                let ctx = of_holder(&admitted, at);
                self.refused(&ctx, Action::OauthAdmit, admitted.app, error)
                    .await
            }
        }
    }

    /// Whether the token came in the way, and from the holder of the key, that it is bound to.
    async fn held(
        &self,
        admitted: &Admitted,
        text: &str,
        scheme: Scheme<'_>,
        now: Instant,
    ) -> Result<(), OauthError> {
        match (scheme, admitted.jkt) {
            (Scheme::Bearer, None) => Ok(()),
            (Scheme::Bearer, Some(_)) => Err(OauthError::Refused(
                Refusal::TokenBound,
                "The access token is bound to a key: send it as DPoP, with a proof.",
            )),
            (Scheme::Dpop(_), None) => Err(OauthError::token(
                "The access token is not bound to a key: send it as Bearer.",
            )),
            (Scheme::Dpop(None), Some(_)) => Err(OauthError::proof(
                "The header DPoP is missing, or comes twice.",
            )),
            (Scheme::Dpop(Some(proof)), Some(jkt)) => {
                let proven = self.proof(&proof, Some(text), Nonce::Ignored, now)?;
                if proven.jkt != jkt {
                    return Err(OauthError::token(
                        "The access token is bound to another key than that of the DPoP proof.",
                    ));
                }
                self.once_at_resource(&proof, &proven, now).await
            }
        }
    }

    /// The token of a digest, if it is one at `now`.
    async fn live(&self, digest: &[u8; 32], now: Instant) -> Result<Option<Admitted>, OauthError> {
        if let Some(believed) = self.admitted.0.lock().get(digest)
            && now < believed.until
            && now < believed.admitted.expires_at
        {
            return Ok(Some(believed.admitted.clone()));
        }
        let params = vec![(*digest).into(), now.into()];
        let Some(row) = self.db.row(&sql::TOKEN_FIND, params).await? else {
            self.admitted.0.lock().pop(digest);
            return Ok(None);
        };
        let admitted = admitted_of(&row)?;
        // The answer that it came in arrived: from here on the refresh token before is a copy.
        if let Some(family) = admitted.family
            && row.int(12)? < row.int(11)?
        {
            let params = vec![family.into(), row.int(11)?.into()];
            self.db
                .commit(WriteSet::new().run(&sql::FAMILY_CONFIRM, params))
                .await?;
        }
        let believed = Believed {
            admitted: admitted.clone(),
            until: now.after(BELIEVED_FOR),
        };
        self.admitted.0.lock().put(*digest, believed);
        Ok(Some(admitted))
    }

    /// Who signed in, for an app that may know (OpenID Connect Core §5.3).
    ///
    /// # Errors
    /// `invalid_token`, `insufficient_scope`.
    pub async fn user_info(
        &self,
        text: &str,
        scheme: Scheme<'_>,
        at: At,
    ) -> Result<Value, OauthError> {
        let admitted = self.admitted(text, scheme, at).await?;
        let app = self.active_app(admitted.app).await?;
        let (Some(app), Some(account)) = (app, admitted.account) else {
            return Err(OauthError::token("The access token is about nobody."));
        };
        if !admitted.scopes.has(&Scope::OpenId) {
            return Err(OauthError::Refused(
                Refusal::InsufficientScope,
                "The access token was not asked for with the scope openid.",
            ));
        }
        Ok(json!({ "sub": self.subject(&app, account)? }))
    }

    /// What a token is worth at this moment. Only to whom it concerns: the app that holds it, and resource servers.
    ///
    /// # Errors
    /// As the standards name them.
    pub async fn introspect(
        &self,
        params: &Params,
        presented: &Presented<'_>,
        at: At,
    ) -> Result<Introspected, OauthError> {
        params.each_once()?;
        let client = self.client(presented, Action::OauthIntrospect, at).await?;
        let (app, by) = (client.app.clone(), client.by);
        let ctx = self.of_app(&app, by, at);
        let known = self.know(params, client, &ctx).await;
        self.or_refused(known, &ctx, Action::OauthIntrospect, app.id)
            .await
    }

    async fn know(
        &self,
        params: &Params,
        client: Client,
        ctx: &Ctx,
    ) -> Result<Introspected, OauthError> {
        let app = &client.app;
        if app.settings.auth_method == AuthMethod::None {
            return Err(OauthError::client(
                "Only an app that proves itself may ask about tokens.",
            ));
        }
        let text = params.need("token", "`token` is missing.")?;
        let found = if text.starts_with(refresh::PREFIX) {
            self.about_refresh(text, app, ctx.now).await?
        } else {
            self.about_access(text, app, ctx.now).await?
        };
        let mut set = WriteSet::new();
        set.statements.extend(client.once);
        let entry = Entry::new(ctx, Action::OauthIntrospect, Outcome::Ok)?;
        let set = set.log(entry.finish(&ctx.tenant));
        let log_index = self.commit_issue(set).await?;
        Ok(Introspected {
            body: found.unwrap_or_else(|| json!({ "active": false })),
            log_index,
        })
    }

    async fn about_access(
        &self,
        text: &str,
        app: &super::App,
        now: Instant,
    ) -> Result<Option<Value>, OauthError> {
        let params = vec![crypt::token::digest(text).into(), now.into()];
        let Some(row) = self.db.row(&sql::TOKEN_FIND, params).await? else {
            return Ok(None);
        };
        let token = admitted_of(&row)?;
        let concerns = token.app == app.id || app.settings.introspects;
        if token.tenant != app.tenant || !concerns {
            return Ok(None);
        }
        let Some(holder) = self.active_app(token.app).await? else {
            return Ok(None);
        };
        let subject = match token.account {
            Some(account) => self.subject(&holder, account)?,
            None => token.app.to_string(),
        };
        let mut body = json!({
            "active": true,
            "iss": self.issuer,
            "sub": subject,
            "aud": self.issuer,
            "client_id": token.app.to_string(),
            "scope": token.scopes.to_string(),
            "token_type": if token.jkt.is_some() { "DPoP" } else { "Bearer" },
            "exp": token.expires_at.seconds(),
            "iat": token.created_at.seconds(),
        });
        if let Some(jkt) = token.jkt {
            add(
                &mut body,
                "cnf",
                json!({ "jkt": URL_SAFE_NO_PAD.encode(jkt) }),
            );
        }
        if let Some(person) = token.person {
            add(&mut body, "person", person.to_string());
        }
        Ok(Some(body))
    }

    async fn about_refresh(
        &self,
        text: &str,
        app: &super::App,
        now: Instant,
    ) -> Result<Option<Value>, OauthError> {
        let known = self.known_refresh(text).await?;
        let Some(known) = known.filter(|known| known.lives(app, now)) else {
            return Ok(None);
        };
        Ok(Some(json!({
            "active": true,
            "iss": self.issuer,
            "sub": self.subject(app, known.stored.granted.account)?,
            "client_id": app.id.to_string(),
            "scope": known.stored.scopes.to_string(),
            "exp": known.stored.expires_at.seconds(),
        })))
    }

    /// Take a token back (RFC 7009): a refresh token with everything that came of it, an access token alone. What is none, or
    /// another app's, is no mistake.
    ///
    /// # Errors
    /// As the standards name them.
    pub async fn revoke(
        &self,
        params: &Params,
        presented: &Presented<'_>,
        at: At,
    ) -> Result<u64, OauthError> {
        params.each_once()?;
        let client = self.client(presented, Action::OauthRevoke, at).await?;
        let (app, by) = (client.app.clone(), client.by);
        let ctx = self.of_app(&app, by, at);
        let done = self.take_back(params, client, &ctx).await;
        self.or_refused(done, &ctx, Action::OauthRevoke, app.id)
            .await
    }

    async fn take_back(
        &self,
        params: &Params,
        client: Client,
        ctx: &Ctx,
    ) -> Result<u64, OauthError> {
        let app = client.app.clone();
        let text = params.need("token", "`token` is missing.")?;
        let mut set = WriteSet::new();
        set.statements.extend(client.once);
        let mut grant = None;
        if text.starts_with(refresh::PREFIX) {
            let known = self.known_refresh(text).await?;
            if let Some(known) = known.filter(|known| known.is_of(&app)) {
                grant = Some(known.stored.granted.grant);
                set = set.run(&sql::FAMILY_END, vec![known.family.into(), ctx.now.into()]);
                self.admitted.forget_family(known.family);
            }
        } else {
            let digest = crypt::token::digest(text);
            let params = vec![digest.into(), app.id.into(), ctx.now.into()];
            set = set.run(&sql::TOKEN_END, params);
            self.admitted.0.lock().pop(&digest);
        }
        let entry = self.entry(ctx, Action::OauthRevoke, app.id, |entry| match grant {
            Some(grant) => entry.grant(*grant.as_bytes()),
            None => entry,
        })?;
        let index = self.commit_issue(set.log(entry)).await?;
        // Once more: who asked between the two saw what was.
        self.admitted.0.lock().pop(&crypt::token::digest(text));
        self.admitted
            .forget(|it| grant.is_some() && it.grant == grant);
        Ok(index)
    }
}

/// The circumstances of who holds a token.
fn of_holder(admitted: &Admitted, at: At) -> Ctx {
    Ctx {
        tenant: admitted.tenant.clone(),
        actor: Actor {
            kind: ActorKind::App,
            id: admitted.app.to_string(),
            role: "app".to_owned(),
            authenticated_by: "oauth",
            grant: None,
        },
        purpose: None,
        request: at.request,
        now: at.now,
    }
}

fn admitted_of(row: &Row) -> Result<Admitted, OauthError> {
    let damaged = || OauthError::Damaged("token");
    let bytes = |at: usize| -> Result<Option<&[u8]>, OauthError> {
        if row.is_null(at) {
            Ok(None)
        } else {
            Ok(Some(row.bytes(at)?))
        }
    };
    let array = |bytes: &[u8]| bytes.try_into().map_err(|_| damaged());
    Ok(Admitted {
        tenant: row.text(0)?.parse().map_err(|_| damaged())?,
        app: AppId::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
        grant: bytes(2)?
            .map(|it| GrantId::from_slice(it).ok_or_else(damaged))
            .transpose()?,
        account: bytes(3)?
            .map(|it| AccountId::from_slice(it).ok_or_else(damaged))
            .transpose()?,
        person: person_of(row, 4)?,
        scopes: Scopes::parse(row.text(5)?).ok_or_else(damaged)?,
        purposes: if row.is_null(6) {
            None
        } else {
            Some(row.text(6)?.to_owned())
        },
        jkt: bytes(7)?.map(array).transpose()?,
        created_at: Instant::from_micros(row.int(8)?),
        expires_at: Instant::from_micros(row.int(9)?),
        family: bytes(10)?
            .map(|it| it.try_into().map_err(|_| damaged()))
            .transpose()?,
    })
}
