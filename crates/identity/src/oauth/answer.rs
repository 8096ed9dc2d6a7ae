//! The person's answer, and the code that a yes becomes.

use audit::{Action, Entry, Outcome};
use base::{Actor, ActorKind, Ctx, GrantId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use store::WriteSet;

use super::answers::kept;
use super::asked::{Asked, request_digest};
use super::authorize::{Blame, Step};
use super::consent::Covering;
use super::model::App;
use super::params::Params;
use super::scope::Scopes;
use super::signed_in::Account;
use super::{At, Oauth, OauthError, Refusal, Said, Sought, scope, sql};

/// The place that what a code is bound to is sealed for.
pub(super) const CODE: &str = "oauth.code";

/// What a code is bound to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Bound {
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
    pub(super) jkt: Option<String>,
    pub(super) scopes: String,
    /// Seconds since 1970.
    pub(super) auth_time: i64,
    pub(super) assurance: String,
}

impl Oauth {
    /// The person answered on the page.
    ///
    /// # Errors
    /// What must be shown on a page of ours.
    pub async fn answer(
        &self,
        params: &Params,
        account: &Account,
        at: At,
    ) -> Result<Step, OauthError> {
        params.each_once()?;
        let gone =
            "This question was answered, or waited too long. Go back to the app and begin again.";
        let name = params.need("request", gone)?;
        let (tenant, id) = self.request_owner(name, at.now).await?;
        let app = self.active_app(id).await?;
        let Some(app) = app.filter(|app| app.tenant == tenant) else {
            return Err(OauthError::invalid(gone));
        };
        let (mut asked, _) = self.request(&app, name, at.now).await?;
        let ctx = of_account(account, at);
        let expected = self.answer_token(&app, name, account)?;
        let given = params.one("token").unwrap_or("");
        if account.tenant != app.tenant || !crypt::mac::same(expected.as_bytes(), given.as_bytes())
        {
            let error = OauthError::Refused(
                Refusal::AccessDenied,
                "This answer does not belong to who is signed in. Go back to the app and begin again.",
            );
            return self
                .refused(&ctx, Action::OauthAuthorize, app.id, error)
                .await;
        }
        let mut scopes = Scopes::parse(&asked.scopes).unwrap_or_default();
        let purposes = scopes.purposes(&app.settings.purposes).unwrap_or_default();
        let sought = Sought::of(&app, account, &scopes, &purposes);
        let lang = params.one("lang").unwrap_or("en");
        let step = match params.one("answer") {
            Some("allow") => {
                let grant = GrantId::random(&*self.rng);
                let mut set = WriteSet::new();
                if let Some(sought) = &sought {
                    // What is essential has no box to untick.
                    let parts: Vec<usize> = (0..sought.parts.len())
                        .filter(|at| {
                            let optional = sought.parts.get(*at).is_some_and(|it| it.1);
                            !optional || params.one(&format!("part-{at}")).is_some()
                        })
                        .collect();
                    scopes = kept(&app, &scopes, &parts);
                    asked.scopes = scopes.to_string();
                    let said = Said::Yes { grant, parts };
                    set = self.answers.answer(&ctx, sought, lang, said).await?;
                }
                let set = set.run_expecting(
                    &sql::GRANT_INSERT,
                    vec![
                        (&app.tenant).into(),
                        grant.into(),
                        app.id.into(),
                        account.account.into(),
                        account.person.into(),
                        asked.scopes.as_str().into(),
                        scope::write_purposes(&purposes).into(),
                        at.now.into(),
                    ],
                    1,
                    "grant.insert",
                );
                let covering = Covering { grant, epoch: 1 };
                return self
                    .answer_with_code(&app, name, &asked, account, covering, set, at)
                    .await;
            }
            Some("refuse") => {
                let set = match &sought {
                    Some(sought) => self.answers.answer(&ctx, sought, lang, Said::No).await?,
                    None => WriteSet::new(),
                };
                self.refuse(&app, name, &asked, &ctx, set).await
            }
            _ => return Err(OauthError::invalid("Say yes or no.")),
        };
        self.blame(&app, step, at).await
    }

    async fn refuse(
        &self,
        app: &App,
        name: &str,
        asked: &Asked,
        ctx: &Ctx,
        set: WriteSet,
    ) -> Result<Step, Blame> {
        let error = OauthError::Refused(Refusal::AccessDenied, "The person said no.");
        let entry = Entry::new(ctx, Action::OauthAuthorize, Outcome::Denied)
            .map_err(OauthError::from)?
            .subject(*app.id.as_bytes())
            .code(base::Fault::code(&error));
        let set = set
            .run_expecting(
                &sql::REQUEST_USE,
                vec![request_digest(name).into(), ctx.now.into()],
                1,
                "oauth.request",
            )
            .log(entry.finish(&ctx.tenant));
        self.db.commit(set).await.map_err(answered)?;
        // The log has it; what is left is to tell the app.
        Ok(Step::Back(self.back_with(
            &asked.redirect_uri,
            &[
                ("error", error.word()),
                ("error_description", "The person said no."),
            ],
            asked.state.as_deref(),
        )))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "each is another thing that the code is bound to"
    )]
    pub(super) async fn answer_with_code(
        &self,
        app: &App,
        name: &str,
        asked: &Asked,
        account: &Account,
        covering: Covering,
        set: WriteSet,
        at: At,
    ) -> Result<Step, OauthError> {
        let code = crypt::token::generate(&*self.rng);
        let digest = crypt::token::digest(code.expose());
        let mut family = [0; 16];
        self.rng.fill(&mut family);
        let bound = Bound {
            redirect_uri: asked.redirect_uri.clone(),
            challenge: asked.challenge.clone(),
            nonce: asked.nonce.clone(),
            jkt: asked.jkt.clone(),
            scopes: asked.scopes.clone(),
            auth_time: account.auth_time.seconds(),
            assurance: account.assurance.as_str().to_owned(),
        };
        let sealed = self.seal_json(&app.tenant, CODE, &digest, &bound)?;
        let ctx = of_account(account, at);
        let entry = self.entry(&ctx, Action::OauthAuthorize, app.id, |entry| {
            entry.grant(*covering.grant.as_bytes())
        })?;
        let set = set
            .run_expecting(
                &sql::REQUEST_USE,
                vec![request_digest(name).into(), at.now.into()],
                1,
                "oauth.request",
            )
            .run_expecting(
                &sql::GRANT_ACTIVE,
                vec![
                    (&app.tenant).into(),
                    covering.grant.into(),
                    covering.epoch.into(),
                ],
                1,
                "oauth.grant",
            )
            .run_expecting(
                &sql::CODE_INSERT,
                vec![
                    digest.into(),
                    (&app.tenant).into(),
                    app.id.into(),
                    covering.grant.into(),
                    covering.epoch.into(),
                    sealed.into(),
                    family.into(),
                    at.now.after(self.lives.code).into(),
                ],
                1,
                "oauth.code",
            )
            .log(entry);
        self.db.commit(set).await.map_err(answered)?;
        Ok(Step::Back(self.back_with(
            &asked.redirect_uri,
            &[("code", code.expose())],
            asked.state.as_deref(),
        )))
    }

    /// What only a page shown to this very session can send back: the answer of somebody who was lured to answer is none.
    pub(super) fn answer_token(
        &self,
        app: &App,
        name: &str,
        account: &Account,
    ) -> Result<String, OauthError> {
        let mut value = name.as_bytes().to_vec();
        value.extend_from_slice(account.account.as_bytes());
        value.extend_from_slice(&account.session);
        let mac = self.secrets.digest(&app.tenant, "oauth.consent", &value)?;
        Ok(URL_SAFE_NO_PAD.encode(mac))
    }
}

fn answered(error: store::StoreError) -> OauthError {
    match error {
        store::StoreError::Guard(_) => OauthError::invalid(
            "This question was answered, or waited too long. Go back to the app and begin again.",
        ),
        error => error.into(),
    }
}

pub(super) fn of_account(account: &Account, at: At) -> Ctx {
    let (kind, role) = if account.staff {
        (ActorKind::Staff, "staff")
    } else {
        (ActorKind::Person, "person")
    };
    Ctx {
        tenant: account.tenant.clone(),
        actor: Actor {
            kind,
            id: account.account.to_string(),
            role: role.to_owned(),
            authenticated_by: "session",
            grant: None,
        },
        purpose: None,
        request: at.request,
        now: at.now,
    }
}
