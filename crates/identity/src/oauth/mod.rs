//! Apps, and what people let them do: OAuth 2.0 and OpenID Connect.
//!
//! One issuer serves all tenants: a client id is unique, and says whose app it is. A person's answer is a *grant*; a code, the
//! refresh tokens after it and their access tokens are a *family* of that grant.
//!
//! Invariant: a token is one only while its app is active, its grant is active in the very epoch that the token was made in, and
//! its family has not ended. All three are asked for with the token, in one query, so that what ends one ends all its tokens.
//! Invariant: of a secret, a code or a token only a digest is stored; a refresh token is not stored at all, but derived again
//! from its family and number under the tenant's key.
//! Invariant: what proves possession is checked before anything is consumed: a proof that does not hold costs no code and no
//! refresh token.

mod access;
mod answer;
mod answers;
pub mod api;
mod app;
mod asked;
mod authorize;
mod client;
mod consent;
pub mod discovery;

mod dpop;
mod error;
pub mod jose;
mod model;
mod params;
mod refresh;
mod reuse;
pub mod scope;
mod signed_in;
mod signing;
mod sql;
mod token;
mod wrong;

use std::future::Future;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use audit::{Action, Entry, Outcome};
use base::{
    Actor, ActorKind, AppId, Clock, Ctx, Fault as _, Instant, Name, PersonId, RequestId, Rng,
    TenantId,
};
use parking_lot::Mutex;
use store::{Db, LogEntry, WriteSet};

use crate::Secrets;

pub use access::{Admitted, Introspected, Scheme};
pub use answers::{Answers, Said, Sought, Texts};
pub use app::{NewApp, Registered, Verdict};
pub use authorize::Step;
pub use client::Presented;
pub use consent::{Consent, GrantRow, Want};
pub use dpop::Proof;
pub use error::{OauthError, Refusal};
pub use model::{
    About, App, AppKey, AppSettings, AppState, AuthMethod, GrantType, Profile, RedirectUri,
    TokenForm,
};
pub use params::Params;
pub use reuse::{REUSE_JOB, Reused};
pub use signed_in::{Account, SignedIn, Unknown};
pub use sql::STATEMENTS;
pub use token::Issued;

/// What the data register knows. Declared here, wired in `server`.
pub trait Register: Send + Sync + 'static {
    /// Whether there is a collection of this name.
    fn knows(&self, collection: &Name) -> bool;
    /// What people call it, where the register says.
    fn title(&self, collection: &Name) -> Option<String>;
}

/// What an app calls whose data it was launched for: the id of their FHIR Patient. Declared here, wired in `server` to the vault.
pub trait Patients: Send + Sync + 'static {
    /// The id, if the person is known by one. That it was looked up stands in the log.
    fn patient<'a>(
        &'a self,
        ctx: &'a Ctx,
        person: PersonId,
    ) -> Pin<Box<dyn Future<Output = Result<Option<String>, Unknown>> + Send + 'a>>;
}

/// How long things live.
#[derive(Clone, Copy, Debug)]
pub struct Lives {
    /// A code, from the answer to its exchange.
    pub code: Duration,
    /// An access token.
    pub access: Duration,
    /// A refresh token that nobody uses.
    pub refresh: Duration,
    /// A family of refresh tokens, however often they are used.
    pub family: Duration,
    /// A pushed request, until the person's browser arrives with it.
    pub pushed: Duration,
    /// A request that waits for somebody to sign in and answer.
    pub waiting: Duration,
    /// A key, from when it begins to sign until the next one does.
    pub signing_key: Duration,
    /// A secret that a newer one has replaced.
    pub old_secret: Duration,
}

impl Default for Lives {
    fn default() -> Self {
        const DAY: u64 = 24;
        Self {
            code: Duration::from_secs(60),
            access: Duration::from_mins(15),
            refresh: Duration::from_hours(30 * DAY),
            family: Duration::from_hours(90 * DAY),
            pushed: Duration::from_secs(60),
            waiting: Duration::from_mins(15),
            signing_key: Duration::from_hours(30 * DAY),
            old_secret: Duration::from_hours(7 * DAY),
        }
    }
}

/// What it is made of.
pub struct Parts {
    /// Where rows lie.
    pub db: Db,
    /// What seals.
    pub secrets: Arc<dyn Secrets>,
    /// What the register knows.
    pub register: Arc<dyn Register>,
    /// What persons are called as FHIR Patients.
    pub patients: Arc<dyn Patients>,
    /// What keeps questions and answers.
    pub answers: Arc<dyn Answers>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: Arc<dyn Rng>,
    /// Whose log and keys the signing keys belong to: the installation's own.
    pub operator: TenantId,
    /// How long things live.
    pub lives: Lives,
    /// Where people and apps reach us, without a slash at the end; tokens name it as their issuer.
    pub issuer: String,
}

/// An app is believed for this long without asking the database again: the longest that stopping it can take on another node.
const BELIEVED_FOR: Duration = Duration::from_secs(1);
/// Apps kept in memory.
const APPS_KEPT: usize = 1_000;

struct Believed {
    app: Arc<App>,
    until: Instant,
}

/// Registers apps, asks people, makes tokens and lets them in.
pub struct Oauth {
    db: Db,
    secrets: Arc<dyn Secrets>,
    register: Arc<dyn Register>,
    patients: Arc<dyn Patients>,
    answers: Arc<dyn Answers>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    operator: TenantId,
    lives: Lives,
    issuer: String,
    apps: Mutex<lru::LruCache<AppId, Believed>>,
    admitted: access::Admissions,
    proofs: dpop::Seen,
    ring: signing::Ring,
}

/// The circumstances of a call: which request it is, when and from where.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// The request's id.
    pub request: RequestId,
    /// When it began.
    pub now: Instant,
    /// From where, as far as it is known.
    pub from: Option<IpAddr>,
}

impl Oauth {
    /// Made of its parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let kept = NonZeroUsize::new(APPS_KEPT).unwrap_or(NonZeroUsize::MIN);
        Self {
            db: parts.db,
            secrets: parts.secrets,
            register: parts.register,
            patients: parts.patients,
            answers: parts.answers,
            clock: parts.clock,
            rng: parts.rng,
            operator: parts.operator,
            lives: parts.lives,
            issuer: parts.issuer,
            apps: Mutex::new(lru::LruCache::new(kept)),
            admitted: access::Admissions::new(),
            proofs: dpop::Seen::new(),
            ring: signing::Ring::default(),
        }
    }

    /// Who tokens say they are from: the address of this installation.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// How long things live.
    #[must_use]
    pub const fn lives(&self) -> &Lives {
        &self.lives
    }

    /// What happens by the clock: signing keys change, and what is over is forgotten.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn tick(&self) -> Result<(), OauthError> {
        self.rotate_when_due().await?;
        let now = self.clock.now();
        let mut set = WriteSet::new();
        for statement in sql::FORGET {
            set = set.run(statement, vec![now.into()]);
        }
        // A code is remembered for as long as what came of it may live, so that a second coming is noticed.
        set = set.run(&sql::CODE_FORGET, vec![now.into()]);
        self.db.commit(set).await?;
        Ok(())
    }

    /// The circumstances of what an app does.
    fn of_app(&self, app: &App, by: &'static str, at: At) -> Ctx {
        Ctx {
            tenant: app.tenant.clone(),
            actor: Actor {
                kind: ActorKind::App,
                id: app.id.to_string(),
                role: "app".to_owned(),
                authenticated_by: by,
                grant: None,
            },
            purpose: None,
            request: at.request,
            now: at.now,
        }
    }

    fn entry(
        &self,
        ctx: &Ctx,
        action: Action,
        app: AppId,
        add: impl FnOnce(Entry) -> Entry,
    ) -> Result<LogEntry, OauthError> {
        let entry = Entry::new(ctx, action, Outcome::Ok)?.subject(*app.as_bytes());
        Ok(add(entry).finish(&ctx.tenant))
    }

    /// What was done; a no as [`Oauth::refused`] writes it.
    async fn or_refused<T>(
        &self,
        done: Result<T, OauthError>,
        ctx: &Ctx,
        action: Action,
        app: AppId,
    ) -> Result<T, OauthError> {
        match done {
            Ok(done) => Ok(done),
            Err(error) => self.refused(ctx, action, app, error).await,
        }
    }

    /// A no stands in the log before the caller hears it; what failed on our side does not.
    async fn refused<T>(
        &self,
        ctx: &Ctx,
        action: Action,
        app: AppId,
        error: OauthError,
    ) -> Result<T, OauthError> {
        if matches!(error, OauthError::Refused(..)) {
            let entry = Entry::new(ctx, action, Outcome::Denied)?
                .subject(*app.as_bytes())
                .code(error.code());
            self.db
                .commit(WriteSet::new().log(entry.finish(&ctx.tenant)))
                .await?;
        }
        Err(error)
    }
}
