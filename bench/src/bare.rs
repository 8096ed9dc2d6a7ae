//! The bare service: the same HTTP stack (the way in of `web`, so that request ids, limits and headers are on both sides), database, writer
//! and durability as Strongroom; plain JSON rows; one plain access row per request, reads too, committed before the answer (or none, as
//! `unlogged`). No sealing, no Merkle log, no tokens, no policy, no register.

mod files;
mod records;
mod sql;
mod tls;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use axum::Router;
use axum::http::Method;
use axum::http::request::Parts;
use base::{Clock, Instant, limits};
use crypt::{SymmetricKey, SystemRng};
use serde_json::json;
use store::{Db, DbConfig, Migration, Value, WriteSet};
use tokio::sync::watch;
use web::{Answer, App, Call, Doc, Gate, Limit, Metrics, Problem, Route, Site};

use crate::Outcome;

static MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "bare",
    sql: include_str!("../migrations/0001-bare.sql"),
}];

/// How to run it.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Folder for the database and the files.
    pub data: PathBuf,
    /// Whether every request leaves a row.
    pub logged: bool,
    /// PostgreSQL instead of SQLite.
    pub postgres: Option<String>,
}

/// What every request has at hand.
pub struct Bare {
    db: Db,
    files: PathBuf,
    logged: bool,
    serial: AtomicU64,
}

type Answered = Result<Answer, Problem>;

impl Bare {
    /// An access row, unless unlogged.
    fn access(
        &self,
        set: WriteSet,
        verb: &str,
        person: &str,
        collection: Option<&str>,
        record: Option<&str>,
    ) -> WriteSet {
        if !self.logged {
            return set;
        }
        set.run(
            &sql::ACCESS,
            vec![
                Value::Int(now()),
                verb.into(),
                person.into(),
                collection.map(str::to_owned).into(),
                record.map(str::to_owned).into(),
            ],
        )
    }

    async fn commit(&self, set: WriteSet) -> Result<(), Problem> {
        if !set.statements.is_empty() {
            self.db.commit(set).await?;
        }
        Ok(())
    }

    /// A new name: unique for this database, as the time of starting is in it.
    fn name(&self) -> String {
        format!("{:024x}", self.serial.fetch_add(1, Ordering::Relaxed))
    }

    /// How many access rows there are, for tests.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn accesses(&self) -> Outcome<i64> {
        Ok(self
            .db
            .row(&sql::ACCESSES, Vec::new())
            .await?
            .ok_or("count gives a row")?
            .int(0)?)
    }
}

/// A service that is open and knows its address.
pub struct Open {
    listener: web::Listener,
    tls: Arc<rustls::ServerConfig>,
    /// What it works with.
    pub bare: Arc<Bare>,
    ca_file: PathBuf,
    data: PathBuf,
}

impl Open {
    /// Open database, certificate and socket.
    ///
    /// # Errors
    /// When one of them cannot be.
    pub async fn new(config: Config) -> Outcome<Self> {
        let files = config.data.join("files");
        std::fs::create_dir_all(&files)?;
        let (tls, ca_file) = tls::make(&config.data)?;
        let place = match config.postgres {
            None => DbConfig::Sqlite {
                path: config.data.join("bare.sqlite"),
                secure_delete: false,
            },
            Some(url) => DbConfig::Postgres {
                url: Arc::new(base::Secret::new(url).into()),
            },
        };
        let db = Db::open(place, MIGRATIONS, None).await?;
        let serial = AtomicU64::new(u64::try_from(now()).unwrap_or_default() << 8);
        let bare = Arc::new(Bare {
            db,
            files,
            logged: config.logged,
            serial,
        });
        let listener = web::Listener::open(config.listen).await?;
        Ok(Self {
            listener,
            tls,
            bare,
            ca_file,
            data: config.data,
        })
    }

    /// The same shape as Strongroom's ready file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_ready_file(&self, file: &Path) -> Outcome {
        let text = json!({
            "url": format!("https://{}", self.listener.address()),
            "ca_file": self.ca_file,
            "data": self.data,
            "tokens": {"app": ""},
            "persons": [],
            "pid": std::process::id(),
        });
        // Renamed into place: whoever waits for it never sees half of it.
        let half = file.with_extension("half");
        std::fs::write(&half, text.to_string())?;
        Ok(std::fs::rename(half, file)?)
    }

    /// Serve until `stop`.
    pub async fn serve(self, stop: watch::Receiver<bool>) {
        let metrics = Arc::new(Metrics::new());
        let router = router(&self.bare, &metrics);
        web::secure(self.listener, self.tls, router, metrics, stop).await;
    }
}

/// The routes behind the same way in as Strongroom's (request ids, limits, headers, counters), with nobody to admit.
fn router(bare: &Arc<Bare>, metrics: &Arc<Metrics>) -> Router {
    let body = Limit::Bytes(limits::BATCH_BYTES_MAX);
    let stream = Limit::Stream(limits::FILE_BYTES_MAX);
    let (none, one) = (
        Limit::NoBody,
        "/v1/persons/{person}/records/{collection}/{record}",
    );
    let routes = vec![
        route(bare, Method::POST, "/v1/persons", body, records::person),
        route(
            bare,
            Method::DELETE,
            "/v1/persons/{person}",
            none,
            records::erase,
        ),
        route(
            bare,
            Method::GET,
            "/v1/persons/{person}/records/{collection}",
            none,
            records::list,
        ),
        route(bare, Method::PUT, one, body, records::write),
        route(bare, Method::GET, one, none, records::read),
        route(
            bare,
            Method::POST,
            "/v1/records:batch",
            body,
            records::batch,
        ),
        route(
            bare,
            Method::POST,
            "/v1/persons/{person}/files",
            stream,
            files::write,
        ),
        route(
            bare,
            Method::GET,
            "/v1/persons/{person}/files/{file}",
            none,
            files::read,
        ),
    ];
    App {
        gate: Arc::new(Nobody),
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        metrics: Arc::clone(metrics),
        site: Arc::new(Site {
            name: "bare".to_owned(),
            form_key: SymmetricKey::random(&SystemRng),
        }),
    }
    .router(routes)
}

fn route<F, R>(
    bare: &Arc<Bare>,
    method: Method,
    path: &'static str,
    limit: Limit,
    handler: F,
) -> Route<()>
where
    F: Fn(Arc<Bare>, Call<()>) -> R + Send + Sync + 'static,
    R: Future<Output = Answered> + Send + 'static,
{
    let bare = Arc::clone(bare);
    let doc = Doc {
        id: "",
        group: "",
        summary: "",
        about: "",
        params: Vec::new(),
        body: None,
        answers: &[],
    };
    Route::open(method, path, limit, doc, move |call| {
        handler(Arc::clone(&bare), call)
    })
}

/// Admits nobody: every route is open.
struct Nobody;

impl Gate for Nobody {
    type Who = ();

    fn admit<'a>(
        &'a self,
        _: &'a Parts,
    ) -> Pin<Box<dyn Future<Output = Result<(), Problem>> + Send + 'a>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// The machine's clock.
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::from_micros(now())
    }
}

/// Microseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
