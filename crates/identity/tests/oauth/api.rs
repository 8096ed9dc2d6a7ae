//! A house for tests: the routes, a clock that stands still, a log, two tenants, and people who are signed in by a header.

use std::collections::HashMap;
use std::future::Future;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use audit::danger_testing::SeededKeys;
use audit::{Log, LogJournal};
use axum::Router;
use axum::body::Body;
use base::{
    AccountId, Actor, ActorKind, AppId, Assurance, Clock, Ctx, FixedClock, Instant, Name, PersonId,
    Purpose, RequestId, SeededRng, TenantId,
};
use crypt::{Plain, SymmetricKey};
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use identity::oauth;
use identity::oauth::api::routes;
use identity::oauth::{
    About, Account, AppSettings, AuthMethod, GrantType, Lives, NewApp, Oauth, Parts, Patients,
    Profile, Register, SignedIn, TokenForm, Unknown, Verdict,
};
use identity::{Secrets, SecretsError};
use parking_lot::Mutex;
use serde_json::Value;
use store::danger_testing::TestDb;
use tower::ServiceExt;
use web::{App as Routing, Gate, Metrics, Problem};

pub const ISSUER: &str = "https://records.test";
pub const ACME: &str = "acme";
pub const OTHER: &str = "other";
pub const BACK: &str = "https://app.test/cb?from=strongroom";
/// 2026-11-23T05:02:00Z.
pub const NOW: Instant = Instant::from_micros(1_795_410_120_000_000);

/// Seals with a key of its own for each tenant.
struct TestSecrets;

fn key(tenant: &TenantId) -> SymmetricKey {
    SymmetricKey::from_bytes(crypt::hash::sha256(&[tenant.as_str().as_bytes()]))
}

fn context(place: &[&str]) -> crypt::Context {
    place
        .iter()
        .fold(crypt::Context::new("test"), |context, part| {
            context.text(part)
        })
}

impl Secrets for TestSecrets {
    fn seal(
        &self,
        tenant: &TenantId,
        place: &[&str],
        plain: &[u8],
    ) -> Result<Vec<u8>, SecretsError> {
        Ok(crypt::sealed::seal(
            &key(tenant),
            &context(place),
            plain,
            &crypt::SystemRng,
        ))
    }

    fn open(
        &self,
        tenant: &TenantId,
        place: &[&str],
        sealed: &[u8],
    ) -> Result<Plain, SecretsError> {
        crypt::sealed::open(&key(tenant), &context(place), sealed).map_err(|error| SecretsError {
            kind: base::ErrorKind::Tampered,
            code: "test.altered",
            internal: error.to_string(),
        })
    }

    fn digest(
        &self,
        tenant: &TenantId,
        field: &'static str,
        value: &[u8],
    ) -> Result<[u8; 32], SecretsError> {
        let key =
            SymmetricKey::from_bytes(crypt::hash::sha256(&[b"index", tenant.as_str().as_bytes()]));
        Ok(crypt::mac::hmac_sha256(
            &key,
            &[field.as_bytes(), &[0], value],
        ))
    }
}

/// A vault where everybody is Patient/marigold.
struct OnePatient;

impl Patients for OnePatient {
    fn patient<'a>(
        &'a self,
        _: &'a Ctx,
        _: PersonId,
    ) -> Pin<Box<dyn Future<Output = Result<Option<String>, Unknown>> + Send + 'a>> {
        Box::pin(async { Ok(Some("marigold".to_owned())) })
    }
}

/// Asks nothing and keeps nothing.
struct NoAnswers;

impl oauth::Answers for NoAnswers {
    fn ask<'a>(
        &'a self,
        _: &'a Ctx,
        _: &'a oauth::Sought,
    ) -> Pin<Box<dyn Future<Output = Result<oauth::Texts, Unknown>> + Send + 'a>> {
        Box::pin(async { Ok(oauth::Texts::new()) })
    }

    fn answer<'a>(
        &'a self,
        _: &'a Ctx,
        _: &'a oauth::Sought,
        _: &'a str,
        _: oauth::Said,
    ) -> Pin<Box<dyn Future<Output = Result<store::WriteSet, Unknown>> + Send + 'a>> {
        Box::pin(async { Ok(store::WriteSet::new()) })
    }

    fn covers<'a>(
        &'a self,
        _: &'a Ctx,
        _: base::GrantId,
        _: &'a oauth::Sought,
    ) -> Pin<Box<dyn Future<Output = Result<bool, Unknown>> + Send + 'a>> {
        Box::pin(async { Ok(true) })
    }

    fn end<'a>(
        &'a self,
        _: &'a Ctx,
        _: base::GrantId,
    ) -> Pin<Box<dyn Future<Output = Result<store::WriteSet, Unknown>> + Send + 'a>> {
        Box::pin(async { Ok(store::WriteSet::new()) })
    }
}

struct TestRegister;

impl Register for TestRegister {
    fn knows(&self, collection: &Name) -> bool {
        self.title(collection).is_some()
    }

    fn title(&self, collection: &Name) -> Option<String> {
        match collection.as_str() {
            "Observation" => Some("observations".to_owned()),
            "cycle-day" => Some("cycle diary".to_owned()),
            _ => None,
        }
    }
}

/// Who is signed in, by the header `x-account`.
#[derive(Default)]
struct Sessions(Mutex<HashMap<String, Account>>);

impl SignedIn for Sessions {
    fn signed_in<'a>(
        &'a self,
        headers: &'a HeaderMap,
        _now: Instant,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Account>, Unknown>> + Send + 'a>> {
        let name = headers.get("x-account").and_then(|it| it.to_str().ok());
        let account = name.and_then(|name| self.0.lock().get(name).cloned());
        Box::pin(async { Ok(account) })
    }
}

struct NoGate;

impl Gate for NoGate {
    type Who = ();

    fn admit<'a>(
        &'a self,
        _request: &'a http::request::Parts,
    ) -> Pin<Box<dyn Future<Output = Result<(), Problem>> + Send + 'a>> {
        Box::pin(async { Ok(()) })
    }
}

/// An app with what it knows.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: AppId,
    pub secret: String,
}

pub struct House {
    pub oauth: Arc<Oauth>,
    pub clock: Arc<FixedClock>,
    pub db: TestDb,
    log: Log,
    router: Router,
    sessions: Arc<Sessions>,
}

/// Run a test over SQLite and, where there is a server, over PostgreSQL.
pub async fn on_each_engine(test: impl AsyncFn(House)) {
    let journal = || -> Arc<dyn store::Journal> {
        Arc::new(LogJournal::new(
            logs(),
            Arc::new(SeededKeys::new(1)),
            Arc::new(SeededRng::new(2)),
        ))
    };
    let sqlite = store::danger_testing::sqlite(store::migrations::DATA, Some(journal()));
    test(House::over(sqlite.await.unwrap())).await;
    let postgres = store::danger_testing::postgres(store::migrations::DATA, Some(journal()));
    if let Some(db) = postgres.await.unwrap() {
        test(House::over(db)).await;
    }
}

fn logs() -> audit::Installation {
    audit::Installation {
        host: "records.test".into(),
        environment: "test".parse().unwrap(),
    }
}

impl House {
    fn over(db: TestDb) -> Self {
        let clock = Arc::new(FixedClock::at(NOW));
        let oauth = Arc::new(Oauth::new(Parts {
            db: db.db(),
            secrets: Arc::new(TestSecrets),
            register: Arc::new(TestRegister),
            patients: Arc::new(OnePatient),
            answers: Arc::new(NoAnswers),
            clock: Arc::clone(&clock) as _,
            rng: Arc::new(crypt::SystemRng),
            operator: "operator".parse().unwrap(),
            lives: Lives::default(),
            issuer: ISSUER.to_owned(),
        }));
        let sessions = Arc::<Sessions>::default();
        let routing = Routing {
            gate: Arc::new(NoGate),
            clock: Arc::clone(&clock) as _,
            rng: Arc::new(crypt::SystemRng),
            metrics: Arc::new(Metrics::new()),
            site: Arc::new(web::Site {
                name: "records.test".to_owned(),
                form_key: SymmetricKey::random(&crypt::SystemRng),
            }),
        };
        let router = routing.router(routes(&oauth, Arc::clone(&sessions) as _));
        let log = Log::new(db.db(), logs(), Arc::new(SeededKeys::new(1)));
        Self {
            oauth,
            clock,
            db,
            log,
            router,
            sessions,
        }
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.pass(Duration::from_secs(seconds));
    }

    pub fn seconds(&self) -> i64 {
        self.clock.now().seconds()
    }

    /// The circumstances of something that a member of staff does.
    pub fn staff(&self, tenant: &str, who: &str) -> Ctx {
        Ctx {
            tenant: tenant.parse().unwrap(),
            actor: Actor {
                kind: ActorKind::Staff,
                id: who.to_owned(),
                role: "security".to_owned(),
                authenticated_by: "token",
                grant: None,
            },
            purpose: None,
            request: RequestId::random(&crypt::SystemRng),
            now: self.clock.now(),
        }
    }

    /// Somebody signs in, now.
    pub fn sign_in(&self, tenant: &str, name: &str) -> Account {
        let fresh = Account {
            account: AccountId::random(&crypt::SystemRng),
            tenant: tenant.parse().unwrap(),
            person: Some(PersonId::random(&crypt::SystemRng)),
            session: name.as_bytes().to_vec(),
            assurance: Assurance::TwoFactor,
            auth_time: self.clock.now(),
            staff: false,
        };
        let mut sessions = self.sessions.0.lock();
        let account = sessions.entry(name.to_owned()).or_insert(fresh);
        account.auth_time = self.clock.now();
        account.clone()
    }

    pub fn change(&self, name: &str, change: impl FnOnce(&mut Account)) {
        change(self.sessions.0.lock().get_mut(name).unwrap());
    }

    /// An app that is registered and reviewed.
    pub async fn app(&self, settings: &AppSettings) -> Client {
        self.app_of(ACME, settings).await
    }

    pub async fn app_of(&self, tenant: &str, settings: &AppSettings) -> Client {
        let new = NewApp {
            about: About {
                name: "Lantern <Diary>".to_owned(),
                contact: "hello@app.test".to_owned(),
            },
            settings: settings.clone(),
        };
        let dev = self.staff(tenant, "dev");
        let registered = self.oauth.register_app(&dev, &new).await.unwrap();
        let reviewer = self.staff(tenant, "reviewer");
        self.oauth
            .review_app(&reviewer, registered.app, Verdict::Approve)
            .await
            .unwrap();
        Client {
            id: registered.app,
            secret: registered
                .secret
                .map(|secret| secret.expose().clone())
                .unwrap_or_default(),
        }
    }

    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Got {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body)).unwrap();
        // Each from an address of its own, so that refusals in a row slow nothing down; unless a test says from where.
        static CALLERS: AtomicU32 = AtomicU32::new(0);
        let from = match request.headers().get("x-from") {
            Some(from) => from.to_str().unwrap().parse().unwrap(),
            None => Ipv4Addr::from_bits(CALLERS.fetch_add(1, Ordering::Relaxed)),
        };
        request.extensions_mut().insert(web::Peer(from.into()));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Got {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Got {
        self.ask(Method::GET, path, headers, String::new()).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Got {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.ask(Method::POST, path, &all, encode(form)).await
    }

    /// Entries of a tenant's log from `from` on, as JSON.
    pub async fn entries(&self, tenant: &str, from: u64) -> Vec<Value> {
        let tenant = tenant.parse().unwrap();
        let size = self.log.size(&tenant).await.unwrap();
        let entries = self
            .log
            .entries(&tenant, from, size.saturating_sub(from))
            .await
            .unwrap();
        entries
            .iter()
            .map(|entry| serde_json::from_slice(&entry.body).unwrap())
            .collect()
    }

    pub async fn log_size(&self, tenant: &str) -> u64 {
        self.log.size(&tenant.parse().unwrap()).await.unwrap()
    }

    /// Action and outcome of the newest entry.
    pub async fn last(&self, tenant: &str) -> (String, String) {
        let size = self.log_size(tenant).await;
        let entries = self.entries(tenant, size - 1).await;
        let text = |name: &str| entries[0][name].as_str().unwrap().to_owned();
        (text("action"), text("outcome"))
    }
}

/// An answer.
#[derive(Debug)]
pub struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn field(&self, name: &str) -> String {
        let json = self.json();
        let field = json[name].as_str();
        field
            .unwrap_or_else(|| panic!("no {name} in {} {}", self.status, self.text))
            .to_owned()
    }

    /// The word of a refusal.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or("").to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|it| it.to_str().unwrap());
        value.unwrap_or("")
    }

    /// What the address that it leads to says.
    pub fn back(&self) -> HashMap<String, String> {
        assert_eq!(self.status, 303, "{}", self.text);
        let location = self.header("location");
        let (_, query) = location.split_once('?').unwrap();
        web::Query::parse(query)
            .unwrap()
            .pairs()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// What the page's form sends.
    pub fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let at = self
            .text
            .find(&mark)
            .unwrap_or_else(|| panic!("no field {name}: {} {}", self.status, self.text));
        let rest = &self.text[at + mark.len()..];
        rest[..rest.find('"').unwrap()].to_owned()
    }
}

pub fn encode(form: &[(&str, &str)]) -> String {
    let part = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let pairs: Vec<_> = form
        .iter()
        .map(|(name, value)| format!("{}={}", part(name), part(value)))
        .collect();
    pairs.join("&")
}

/// An app with a secret in the header that asks people and acts for itself.
pub fn settings() -> AppSettings {
    AppSettings {
        auth_method: AuthMethod::ClientSecretBasic,
        profile: Profile::Compatible,
        grant_types: GrantType::ALL.to_vec(),
        redirect_uris: vec![BACK.parse().unwrap()],
        scopes: "openid offline_access launch/patient patient/*.rs patient/cycle-day.cruds system/*.cruds".to_owned(),
        purposes: vec![Purpose::Treat, Purpose::Patrqt],
        jwks: None,
        access_tokens: TokenForm::Opaque,
        dpop_bound: false,
        introspects: false,
        optional: String::new(),
    }
}

/// An app that can keep no secret.
pub fn public() -> AppSettings {
    AppSettings {
        auth_method: AuthMethod::None,
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        scopes: "openid offline_access patient/*.rs patient/cycle-day.cruds".to_owned(),
        ..settings()
    }
}
