//! A house for tests: an installation of two tenants, with the real routes in front of it, in this process.

use std::collections::HashMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use audit::{Action, Entry, Outcome};
use axum::Router;
use axum::body::Body;
use base::{AccountId, Assurance, PersonId, PrivilegeId, TenantId, TokenId};
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use policy::{Authority, NewToken, PrivilegeAt, Proven, Role, Scope, Verb};
use serde_json::{Value, json};
use server::api::{self, TokenGate};
use server::config::Config;
use server::{Installation, telemetry};
use store::danger_testing::TestDb;
use store::{Sql, WriteSet};
use tempfile::TempDir;
use tower::ServiceExt;
use web::{App, Gate, Metrics, Problem, Routes};

pub const ACME: &str = "acme";
pub const OTHER: &str = "other";
/// The register file of the tests.
pub const CABINET: &str = include_str!("cabinet.toml");

/// Run a test on an installation over SQLite and, where there is a server, over PostgreSQL.
pub async fn on_each_engine(test: impl AsyncFn(House)) {
    test(House::over_sqlite().await).await;
    if let Some(house) = House::over_postgres().await {
        test(house).await;
    }
}

const FOLDER: &str = "kind = \"folder\"\npath = \"data/files\"";

/// Where the other provider is of whom the configuration knows: nobody listens there.
pub const NOWHERE: &str = "https://127.0.0.1:1/fhir";

/// One installation with its routes and a token of each role for each of its two tenants.
pub struct House {
    pub place: Arc<Installation>,
    pub engine: &'static str,
    router: Router,
    tokens: HashMap<(&'static str, Role), String>,
    persons: HashMap<&'static str, PersonId>,
    folder: TempDir,
    databases: Vec<TestDb>,
}

impl House {
    pub async fn over_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = "kind = \"sqlite\"\npath = \"data/data.sqlite\"".to_owned();
        let keys = "kind = \"sqlite\"\npath = \"keys/keys.sqlite\"".to_owned();
        Self::furnish("SQLite", folder, [&data, &keys, FOLDER], Vec::new()).await
    }

    pub async fn over_postgres() -> Option<Self> {
        Self::over_postgres_with(FOLDER).await
    }

    /// With another section `[files]`; the secret of an access key lies in `s3.secret`.
    pub async fn over_postgres_with(files: &str) -> Option<Self> {
        let data = store::danger_testing::postgres(store::migrations::DATA, None)
            .await
            .unwrap()?;
        let keys = store::danger_testing::postgres(store::migrations::KEYS, None)
            .await
            .unwrap()?;
        let folder = tempfile::tempdir().unwrap();
        let url_file = |name: &str, db: &TestDb| {
            let store::DbConfig::Postgres { url } = db.config() else {
                panic!("a PostgreSQL database has a URL");
            };
            let path = folder.path().join(name);
            server::private::write(&path, url.expose().as_bytes()).unwrap();
            format!("kind = \"postgres\"\nurl_file = \"{name}\"")
        };
        let (data_section, keys_section) =
            (url_file("data.url", &data), url_file("keys.url", &keys));
        let databases = vec![data, keys];
        let sections = [&*data_section, &*keys_section, files];
        Some(Self::furnish("PostgreSQL", folder, sections, databases).await)
    }

    async fn furnish(
        engine: &'static str,
        folder: TempDir,
        [data, keys, files]: [&str; 3],
        databases: Vec<TestDb>,
    ) -> Self {
        let text = format!(
            "environment = \"test\"\nregion = \"local\"\norigin = \"strongroom.test\"\n\
             tenants = [\"{ACME}\", \"{OTHER}\"]\n\
             [listen]\nhttps = \"127.0.0.1:0\"\n\
             [tls]\ncertificate = \"tls/server.pem\"\nkey = \"tls/server.key\"\n\
             [data]\n{data}\n[keys]\n{keys}\n\
             [files]\n{files}\n\
             [backup]\nkey_file = \"secrets/backup.key\"\nscratch = \"data/scratch\"\n\
             [backup.repository]\nkind = \"folder\"\npath = \"backup/repository\"\n\
             [backup.keys]\nfolder = \"backup/keys\"\napart = \"apart\"\n\
             [backup.early]\ntenant = \"{ACME}\"\n\
             [seal]\nkind = \"key-file\"\npath = \"secrets/root.key\"\n\
             [register]\nfiles = [\"cabinet.toml\"]\n\
             [accounts]\nopen_sign_up = [\"{ACME}\"]\n\
             [rights]\nlaws = {{ {OTHER} = \"ccpa\" }}\n\
             [providers.fjord]\ntitle = \"Fjord Clinic\"\nurl = \"{NOWHERE}\"\n\
             ca_file = \"tls/fjord.pem\"\ntoken_file = \"secrets/fjord.token\"\n\
             [accounts.passwords]\nmemory_kib = 7168\npasses = 5\n\
             [logging]\nlevel = \"error\"\nformat = \"text\"\n"
        );
        std::fs::write(folder.path().join("cabinet.toml"), CABINET).unwrap();
        std::fs::write(folder.path().join("strongroom.toml"), text).unwrap();
        server::private::write(&folder.path().join("s3.secret"), b"a secret of the bucket")
            .unwrap();
        let place = Arc::new(open(folder.path()).await);
        let mut house = Self {
            router: router(&place),
            place,
            engine,
            tokens: HashMap::new(),
            persons: HashMap::new(),
            folder,
            databases,
        };
        for tenant in [ACME, OTHER] {
            for role in Role::TOKENS.into_iter().filter(|it| *it != Role::Person) {
                let (_, token) = house.new_token(tenant, role, None, LONG).await;
                house.tokens.insert((tenant, role), token);
            }
            let person = house.new_person(tenant).await;
            let (_, token) = house
                .new_token(tenant, Role::Person, Some(person), LONG)
                .await;
            house.tokens.insert((tenant, Role::Person), token);
            house.persons.insert(tenant, person);
        }
        house
    }

    /// Let the installation go, and open it again from what it left.
    pub async fn reopened(self) -> Self {
        self.reopened_by(Arc::new(server::clock::SystemClock)).await
    }

    /// [`House::reopened`], and from now on by this clock.
    pub async fn reopened_by(mut self, clock: Arc<dyn base::Clock>) -> Self {
        self.router = Router::new();
        // The routes held it too.
        let place = Arc::into_inner(self.place).expect("nobody else holds the house");
        place.close().await;
        let place = Arc::new(open_by(self.folder.path(), clock).await);
        Self {
            router: router(&place),
            place,
            ..self
        }
    }

    /// The same installation, opened once more, as another node has it: with what it remembers itself.
    pub async fn another_node(&self) -> Installation {
        open(self.folder.path()).await
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Handles of our own on the databases, where they are PostgreSQL: data and keys.
    pub fn databases(&self) -> &[TestDb] {
        &self.databases
    }

    pub fn is_sqlite(&self) -> bool {
        self.engine == "SQLite"
    }

    /// The file that holds a stored file's sealed bytes.
    pub fn object(&self, file: &str) -> PathBuf {
        self.folder
            .path()
            .join("data/files")
            .join(&file[..2])
            .join(file)
    }

    pub fn token(&self, tenant: &'static str, role: Role) -> &str {
        &self.tokens[&(tenant, role)]
    }

    /// The person that the token of the role `person` is about.
    pub fn person(&self, tenant: &'static str) -> PersonId {
        self.persons[tenant]
    }

    pub fn routes(&self) -> Routes<Authority> {
        api::routes(&self.place)
    }

    pub fn ask(&self, method: Method, path: impl AsRef<str>) -> Ask<'_> {
        ask(&self.router, method, path.as_ref())
    }

    /// [`House::another_node`], with routes of its own in front of it.
    pub async fn node(&self) -> Node {
        let place = Arc::new(self.another_node().await);
        Node {
            router: router(&place),
        }
    }

    /// A read by acme's app, for treatment.
    pub async fn get(&self, path: impl AsRef<str>) -> Got {
        let ask = self.ask(Method::GET, path).by(self.token(ACME, Role::App));
        ask.purpose("TREAT").send().await
    }

    /// A write by acme's app.
    pub async fn put(&self, path: impl AsRef<str>, body: &Value) -> Got {
        let ask = self.ask(Method::PUT, path).by(self.token(ACME, Role::App));
        ask.json(body).send().await
    }

    /// A deletion by acme's app.
    pub async fn delete(&self, path: impl AsRef<str>) -> Got {
        let ask = self.ask(Method::DELETE, path);
        ask.by(self.token(ACME, Role::App)).send().await
    }

    /// Store a file with acme's app.
    pub async fn upload(&self, person: PersonId, name: &str, bytes: Vec<u8>) -> Got {
        let path = format!("/v1/persons/{person}/files");
        let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
        self.ask(Method::POST, path)
            .by(self.token(ACME, Role::App))
            .header("content-type", "application/pdf")
            .header(
                "content-disposition",
                format!("attachment; filename*=UTF-8''{name}"),
            )
            .body(bytes)
            .send()
            .await
    }

    pub async fn new_person(&self, tenant: &'static str) -> PersonId {
        let ask = self.ask(Method::POST, "/v1/persons");
        let made = ask.by(self.token(tenant, Role::App)).send().await;
        assert_eq!(made.status, 201, "{}", made.text());
        made.json()["person"].as_str().unwrap().parse().unwrap()
    }

    /// Appoint an account, as the installation itself.
    pub async fn appoint(&self, tenant: &str, account: AccountId, role: Role) -> PrivilegeId {
        let tenant: TenantId = tenant.parse().unwrap();
        let (ctx, system) = self.place.local(&tenant, "test");
        let thing = PrivilegeAt {
            tenant: tenant.clone(),
            role,
            parties: vec![account],
        };
        let allowed = policy::decide(&ctx, &system, Verb::Create, thing).unwrap();
        let appointed = self.place.access.appoint(&ctx, &allowed, account).await;
        let (id, set) = appointed.unwrap();
        let entry = Entry::new(&ctx, Action::RoleDecide, Outcome::Ok).unwrap();
        let set = set.log(entry.subject(*id.as_bytes()).finish(&tenant));
        self.place.db.commit(set).await.unwrap();
        id
    }

    /// A row for an account of staff that nobody signs in to: one that a role may be asked for.
    pub async fn stand_in(&self, tenant: &str, account: AccountId) {
        static STAND_IN: Sql = Sql::both(
            "INSERT INTO account (tenant, account, kind, role, state, email, email_digest, name, language, created_at) \
             VALUES ($1, $2, 'staff', 'support', 'invited', $2, $2, $2, 'en', 0) ON CONFLICT DO NOTHING",
        );
        let set = WriteSet::new().run(&STAND_IN, vec![tenant.into(), account.into()]);
        self.place.db.commit(set).await.unwrap();
    }

    pub async fn new_token(
        &self,
        tenant: &str,
        role: Role,
        person: Option<PersonId>,
        lives: Duration,
    ) -> (TokenId, String) {
        self.new_scoped_token(tenant, role, person, lives, Scope::default())
            .await
    }

    pub async fn new_scoped_token(
        &self,
        tenant: &str,
        role: Role,
        person: Option<PersonId>,
        lives: Duration,
        scope: Scope,
    ) -> (TokenId, String) {
        let tenant: TenantId = tenant.parse().unwrap();
        let (ctx, _) = self.place.local(&tenant, "test");
        let new = NewToken {
            tenant: tenant.clone(),
            role,
            person,
            scope,
            label: "test".to_owned(),
            lives,
        };
        let (id, text, set) = self.place.tokens.create(&new, WriteSet::new());
        let entry = Entry::new(&ctx, Action::TokenCreate, Outcome::Ok).unwrap();
        let set = set.log(entry.token(id).finish(&tenant));
        self.place.db.commit(set).await.unwrap();
        (id, text.expose().clone())
    }

    pub async fn revoke(&self, tenant: &str, id: TokenId) {
        let tenant: TenantId = tenant.parse().unwrap();
        let set = self.place.tokens.revoke(&tenant, id, WriteSet::new());
        self.place.db.commit(set).await.unwrap();
    }

    /// How many entries a tenant's log has.
    pub async fn log_size(&self, tenant: &str) -> u64 {
        self.place.log.size(&tenant.parse().unwrap()).await.unwrap()
    }

    /// One entry, as JSON.
    pub async fn entry(&self, tenant: &str, index: u64) -> Value {
        let tenant = tenant.parse().unwrap();
        let mut entries = self.place.log.entries(&tenant, index, 1).await.unwrap();
        let logged = entries.remove(0);
        serde_json::from_slice(&logged.body).unwrap()
    }

    /// A number that a query answers.
    pub async fn number(&self, sql: &'static Sql) -> i64 {
        let row = self.place.db.row(sql, Vec::new()).await.unwrap().unwrap();
        row.int(0).unwrap()
    }

    /// Every byte that the installation wrote to its folder, file by file.
    pub fn raw(&self) -> Vec<(PathBuf, Vec<u8>)> {
        raw(self.folder())
    }
}

/// Staff who are signed in, as a session would prove them: `staff:<tenant>:<role>:<number of the account>:<assurance>`. A
/// stale one ends in `:stale`.
pub fn staff(tenant: &str, role: Role, number: u8) -> String {
    format!("staff:{tenant}:{role}:{number}:phishing_resistant")
}

/// The account with a number.
pub fn account(number: u8) -> AccountId {
    AccountId::from_bytes([number; 16])
}

/// [`TokenGate`], and staff as [`staff`] names them.
struct StaffGate(TokenGate);

impl Gate for StaffGate {
    type Who = Authority;

    fn admit<'a>(
        &'a self,
        request: &'a http::request::Parts,
    ) -> Pin<Box<dyn Future<Output = Result<Authority, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let text = web::authorization(&request.headers)?.unwrap_or_default();
            let Some(staff) = text.strip_prefix("Bearer staff:") else {
                return self.0.admit(request).await;
            };
            let mut parts = staff.split(':');
            let mut next = || parts.next().unwrap();
            let (tenant, role) = (next().parse().unwrap(), next().parse().unwrap());
            let number = next().parse().unwrap();
            let assurance: Assurance = next().parse().unwrap();
            let house = &self.0.0;
            let fresh = house.clock.now().after(Duration::from_mins(10));
            let who = Authority::from(Proven {
                tenant,
                actor_id: account(number).to_string(),
                authenticated_by: "session",
                role,
                person: None,
                scope: Scope::default(),
                assurance: Some(assurance),
                fresh_until: (parts.next() != Some("stale")).then_some(fresh),
                grant: None,
            });
            let who = who.of_account(account(number));
            Ok(api::access::emergency(house, who, &request.headers).await?)
        })
    }
}

/// Longer than any test.
pub const LONG: Duration = Duration::from_hours(24);

async fn open(folder: &Path) -> Installation {
    open_by(folder, Arc::new(server::clock::SystemClock)).await
}

async fn open_by(folder: &Path, clock: Arc<dyn base::Clock>) -> Installation {
    let config = Config::read(&folder.join("strongroom.toml")).unwrap();
    telemetry::begin(&config.logging).unwrap();
    Installation::open_by(config, clock).await.unwrap()
}

fn router(place: &Arc<Installation>) -> Router {
    let app = App {
        gate: Arc::new(StaffGate(TokenGate(Arc::clone(place)))),
        clock: Arc::clone(&place.clock),
        rng: Arc::clone(&place.rng),
        metrics: Arc::new(Metrics::new()),
        site: Arc::clone(&place.site),
    };
    app.router(api::routes(place))
}

/// Every byte of every file under a folder.
pub fn raw(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        // A file may go while we look.
        .filter_map(|entry| Some((entry.path().to_owned(), std::fs::read(entry.path()).ok()?)))
        .collect()
}

/// Whether `needle` stands anywhere in `hay`.
pub fn holds(hay: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(hay, needle).is_some()
}

/// The same installation, in front of which stands another door.
pub struct Node {
    router: Router,
}

impl Node {
    pub fn ask(&self, method: Method, path: impl AsRef<str>) -> Ask<'_> {
        ask(&self.router, method, path.as_ref())
    }
}

fn ask<'a>(router: &'a Router, method: Method, path: &str) -> Ask<'a> {
    Ask {
        router,
        request: Request::builder().method(method).uri(path),
        body: Body::empty(),
    }
}

/// A request in the making.
pub struct Ask<'a> {
    router: &'a Router,
    request: http::request::Builder,
    body: Body,
}

impl Ask<'_> {
    pub fn by(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub fn purpose(self, purpose: &str) -> Self {
        self.header("purpose-of-use", purpose)
    }

    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = http::HeaderValue::from_bytes(value.as_ref()).unwrap();
        self.request = self.request.header(name, value);
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }

    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Send it, and take the answer's body as it comes.
    pub async fn begin(self) -> (http::response::Parts, Body) {
        let request = self.request.body(self.body).unwrap();
        let router = self.router.clone();
        router.oneshot(request).await.unwrap().into_parts()
    }

    pub async fn send(self) -> Got {
        let (parts, body) = self.begin().await;
        Got {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.collect().await.map(|body| body.to_bytes()).ok(),
        }
    }
}

/// An answer.
pub struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    /// `None` when the answer broke off.
    pub body: Option<Bytes>,
}

impl Got {
    pub fn bytes(&self) -> &[u8] {
        self.body.as_deref().unwrap_or(&[])
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(self.bytes()).unwrap_or_else(|_| json!({ "not json": self.text() }))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The stable code of a refusal, whichever form it has.
    pub fn code(&self) -> String {
        let body = self.json();
        let code = body
            .get("code")
            .or_else(|| body.pointer("/issue/0/details/coding/0/code"));
        code.and_then(Value::as_str).unwrap_or("").to_owned()
    }

    /// Where the refusal says that the mistake is.
    pub fn pointer(&self) -> Option<String> {
        let body = self.json();
        let pointer = body.pointer("/errors/0/pointer").and_then(Value::as_str);
        pointer.map(str::to_owned)
    }

    /// The entry that it says it left in the log.
    pub fn log_index(&self) -> Option<u64> {
        self.header("strongroom-log-index")?.parse().ok()
    }
}
