//! Registering an app, having somebody else look at it, renewing its secret, stopping it.

use std::sync::Arc;

use audit::{Action, Entry, Outcome};
use base::{AppId, Ctx, Instant, Secret, TenantId};
use store::{Row, StoreError, WriteSet};

use super::model::{About, App, AppSettings, AppState};
use super::{BELIEVED_FOR, Believed, Oauth, OauthError, sql};

/// The place that what people read of an app is sealed for.
const ABOUT: &str = "app.about";

/// What a new app shall be.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// What people read.
    pub about: About,
    /// What it may do.
    pub settings: AppSettings,
}

/// An app that was registered, or whose secret was renewed.
#[derive(Debug)]
pub struct Registered {
    /// Its client id.
    pub app: AppId,
    /// Its secret, this once; none, if it proves itself otherwise.
    pub secret: Option<Secret<String>>,
    /// Where the log says so.
    pub log_index: u64,
}

fn index(committed: &store::Committed) -> u64 {
    committed.log_indexes.first().copied().unwrap_or(0)
}

impl Oauth {
    /// Register an app for the tenant of `ctx`. It gets nothing before somebody else has reviewed it.
    ///
    /// # Errors
    /// [`OauthError::App`] for what makes no sense; storage failures.
    pub async fn register_app(&self, ctx: &Ctx, new: &NewApp) -> Result<Registered, OauthError> {
        new.about.check()?;
        new.settings.check(&*self.register)?;
        let app = AppId::random(&*self.rng);
        let set = WriteSet::new().run_expecting(
            &sql::APP_INSERT,
            vec![
                app.into(),
                (&ctx.tenant).into(),
                AppState::InReview.as_str().into(),
                settings_text(&new.settings)?.into(),
                self.seal_about(&ctx.tenant, app, &new.about)?.into(),
                ctx.actor.id.as_str().into(),
                store::Value::Null,
                ctx.now.into(),
            ],
            1,
            "app.insert",
        );
        let (secret, set) = if new.settings.auth_method.has_secret() {
            let (secret, set) = self.add_secret(app, ctx.now, set);
            (Some(secret), set)
        } else {
            (None, set)
        };
        let entry = self.entry(ctx, Action::AppRegister, app, |entry| entry)?;
        let committed = self.db.commit(set.log(entry)).await?;
        Ok(Registered {
            app,
            secret,
            log_index: index(&committed),
        })
    }

    /// Change an app. It goes back to review, and its tokens end: what was reviewed is what runs.
    ///
    /// # Errors
    /// As [`Oauth::register_app`]; [`OauthError::NoApp`], [`OauthError::State`].
    pub async fn change_app(
        &self,
        ctx: &Ctx,
        app: AppId,
        new: &NewApp,
    ) -> Result<Registered, OauthError> {
        new.about.check()?;
        new.settings.check(&*self.register)?;
        let before = self.app_of(&ctx.tenant, app).await?;
        let set = WriteSet::new().run_expecting(
            &sql::APP_SETTINGS,
            vec![
                app.into(),
                (&ctx.tenant).into(),
                settings_text(&new.settings)?.into(),
                self.seal_about(&ctx.tenant, app, &new.about)?.into(),
                ctx.actor.id.as_str().into(),
                ctx.now.into(),
            ],
            1,
            "app.state",
        );
        let fresh =
            new.settings.auth_method.has_secret() && !before.settings.auth_method.has_secret();
        let (secret, set) = if fresh {
            let (secret, set) = self.add_secret(app, ctx.now, set);
            (Some(secret), set)
        } else {
            (None, set)
        };
        let entry = self.entry(ctx, Action::AppChange, app, |entry| entry)?;
        let log_index = self
            .commit_app(
                app,
                set.log(entry),
                "only a registered or active app can be changed",
            )
            .await?;
        Ok(Registered {
            app,
            secret,
            log_index,
        })
    }

    /// Approve or refuse an app that somebody else registered. Gives the index of the entry in the log.
    ///
    /// # Errors
    /// [`OauthError::NoApp`], [`OauthError::SamePerson`], [`OauthError::State`] when it is not in review.
    pub async fn review_app(
        &self,
        ctx: &Ctx,
        app: AppId,
        verdict: Verdict,
    ) -> Result<u64, OauthError> {
        let before = self.app_of(&ctx.tenant, app).await?;
        if before.registered_by == ctx.actor.id {
            let error = OauthError::SamePerson;
            let entry = Entry::new(ctx, Action::AppReview, Outcome::Denied)?
                .subject(*app.as_bytes())
                .code(base::Fault::code(&error));
            self.db
                .commit(WriteSet::new().log(entry.finish(&ctx.tenant)))
                .await?;
            return Err(error);
        }
        let state = match verdict {
            Verdict::Approve => AppState::Active,
            Verdict::Refuse => AppState::Refused,
        };
        let set = WriteSet::new().run_expecting(
            &sql::APP_REVIEW,
            vec![
                app.into(),
                (&ctx.tenant).into(),
                state.as_str().into(),
                ctx.actor.id.as_str().into(),
                ctx.now.into(),
            ],
            1,
            "app.state",
        );
        let outcome = match verdict {
            Verdict::Approve => Outcome::Ok,
            Verdict::Refuse => Outcome::Denied,
        };
        let entry = Entry::new(ctx, Action::AppReview, outcome)?.subject(*app.as_bytes());
        let set = set.log(entry.finish(&ctx.tenant));
        self.commit_app(app, set, "only an app in review can be reviewed")
            .await
    }

    /// A new secret. The one before it stays valid for a week, so that nothing stops; what is older is gone.
    ///
    /// # Errors
    /// [`OauthError::NoApp`]; [`OauthError::App`] when it has none.
    pub async fn renew_secret(&self, ctx: &Ctx, app: AppId) -> Result<Registered, OauthError> {
        let before = self.app_of(&ctx.tenant, app).await?;
        if !before.settings.auth_method.has_secret() {
            return Err(OauthError::App("this app proves itself without a secret"));
        }
        let end = ctx.now.after(self.lives.old_secret);
        let set = WriteSet::new()
            .run(&sql::SECRET_FORGET, vec![app.into()])
            .run(&sql::SECRET_RETIRE, vec![app.into(), end.into()]);
        let (secret, set) = self.add_secret(app, ctx.now, set);
        let entry = self.entry(ctx, Action::AppChange, app, |entry| entry)?;
        let log_index = self
            .commit_app(app, set.log(entry), "somebody else renewed it just now")
            .await?;
        Ok(Registered {
            app,
            secret: Some(secret),
            log_index,
        })
    }

    /// Stop an app, for good. All its tokens end with that. Gives the index of the entry in the log.
    ///
    /// # Errors
    /// [`OauthError::NoApp`], [`OauthError::State`] when it is stopped already.
    pub async fn stop_app(&self, ctx: &Ctx, app: AppId) -> Result<u64, OauthError> {
        self.app_of(&ctx.tenant, app).await?;
        let set = WriteSet::new().run_expecting(
            &sql::APP_STOP,
            vec![app.into(), (&ctx.tenant).into(), ctx.now.into()],
            1,
            "app.state",
        );
        let entry = self.entry(ctx, Action::AppChange, app, |entry| entry)?;
        let index = self
            .commit_app(app, set.log(entry), "the app is stopped already")
            .await?;
        self.admitted.forget_app(app);
        Ok(index)
    }

    /// The apps of a tenant after `after`, at most `limit`, in the order of their ids.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn apps(
        &self,
        tenant: &TenantId,
        after: Option<AppId>,
        limit: u32,
    ) -> Result<Vec<Arc<App>>, OauthError> {
        let after = after.unwrap_or(AppId::from_bytes([0; 16]));
        let rows = self
            .db
            .rows(
                &sql::APP_LIST,
                vec![tenant.into(), after.into(), limit.into()],
            )
            .await?;
        let mut apps = Vec::with_capacity(rows.len());
        for row in rows {
            let id = AppId::from_slice(row.bytes(0)?).ok_or(OauthError::Damaged("app"))?;
            apps.push(self.app_of(tenant, id).await?);
        }
        Ok(apps)
    }

    /// One app of a tenant, as stored at this moment.
    ///
    /// # Errors
    /// [`OauthError::NoApp`], also for another tenant's.
    pub async fn app_of(&self, tenant: &TenantId, app: AppId) -> Result<Arc<App>, OauthError> {
        let found = self.read_app(app).await?;
        found
            .filter(|app| app.tenant == *tenant)
            .map(Arc::new)
            .ok_or(OauthError::NoApp)
    }

    /// An app that is active, by its client id alone.
    pub(super) async fn active_app(&self, id: AppId) -> Result<Option<Arc<App>>, OauthError> {
        let now = self.clock.now();
        if let Some(believed) = self.apps.lock().get(&id)
            && now < believed.until
        {
            return Ok(Some(Arc::clone(&believed.app)));
        }
        let Some(app) = self.read_app(id).await? else {
            return Ok(None);
        };
        if app.state != AppState::Active {
            return Ok(None);
        }
        let app = Arc::new(app);
        let believed = Believed {
            app: Arc::clone(&app),
            until: now.after(BELIEVED_FOR),
        };
        self.apps.lock().put(id, believed);
        Ok(Some(app))
    }

    async fn commit_app(
        &self,
        app: AppId,
        set: WriteSet,
        why: &'static str,
    ) -> Result<u64, OauthError> {
        let committed = self.db.commit(set).await;
        self.apps.lock().pop(&app);
        match committed {
            Ok(committed) => Ok(index(&committed)),
            Err(StoreError::Guard(_)) => Err(OauthError::State(why)),
            Err(error) => Err(error.into()),
        }
    }

    async fn read_app(&self, id: AppId) -> Result<Option<App>, OauthError> {
        let Some(row) = self.db.row(&sql::APP_FIND, vec![id.into()]).await? else {
            return Ok(None);
        };
        let damaged = || OauthError::Damaged("app");
        let tenant: TenantId = row.text(0)?.parse().map_err(|_| damaged())?;
        let settings: AppSettings = serde_json::from_str(row.text(3)?).map_err(|_| damaged())?;
        let opened = self
            .secrets
            .open(&tenant, &[ABOUT, &id.to_string()], row.bytes(4)?)?;
        let about = serde_json::from_slice(&opened).map_err(|_| damaged())?;
        let secrets = self.db.rows(&sql::SECRET_LIST, vec![id.into()]).await?;
        let secrets = secrets.iter().map(secret_of).collect::<Result<_, _>>()?;
        // What the register does not know any more reaches nothing, but is no reason to know the app no more.
        let scopes = super::scope::Scopes::parse(&settings.scopes).ok_or_else(damaged)?;
        Ok(Some(App {
            id,
            tenant,
            state: AppState::parse(row.text(1)?).ok_or_else(damaged)?,
            epoch: row.int(2)?,
            keys: super::model::keys_of(settings.jwks.as_ref()).map_err(|_| damaged())?,
            scopes,
            settings,
            about,
            registered_by: row.text(5)?.to_owned(),
            reviewed_by: if row.is_null(6) {
                None
            } else {
                Some(row.text(6)?.to_owned())
            },
            created_at: Instant::from_micros(row.int(7)?),
            secrets,
        }))
    }

    fn seal_about(
        &self,
        tenant: &TenantId,
        app: AppId,
        about: &About,
    ) -> Result<Vec<u8>, OauthError> {
        let text = serde_json::to_vec(about).map_err(|_| OauthError::Damaged("app"))?;
        Ok(self
            .secrets
            .seal(tenant, &[ABOUT, &app.to_string()], &text)?)
    }

    fn add_secret(&self, app: AppId, now: Instant, set: WriteSet) -> (Secret<String>, WriteSet) {
        let secret = crypt::token::generate(&*self.rng);
        let digest = crypt::token::digest(secret.expose());
        let params = vec![app.into(), digest.into(), now.into()];
        (
            secret,
            set.run_expecting(&sql::SECRET_INSERT, params, 1, "app.secret"),
        )
    }
}

/// What a reviewer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may go to work.
    Approve,
    /// It may not, ever.
    Refuse,
}

fn settings_text(settings: &AppSettings) -> Result<String, OauthError> {
    serde_json::to_string(settings).map_err(|_| OauthError::Damaged("app"))
}

fn secret_of(row: &Row) -> Result<([u8; 32], Option<Instant>), OauthError> {
    let digest = row.bytes(0)?.try_into();
    let digest = digest.map_err(|_| OauthError::Damaged("secret"))?;
    let end = if row.is_null(1) {
        None
    } else {
        Some(Instant::from_micros(row.int(1)?))
    };
    Ok((digest, end))
}
