//! The bare service: the same HTTP stack, database, writer and durability as Strongroom; plain JSON rows; one plain access row per request,
//! reads too, committed before the answer (or none, as `unlogged`). No sealing, no Merkle log, no policy, no register.

mod files;
mod records;
mod sql;
mod tls;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{delete, get, post, put};
use serde_json::json;
use store::{Db, DbConfig, Migration, StoreError, Value, WriteSet};
use tokio::sync::watch;

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

/// A failure, told as plainly as everything here.
struct Failure(StatusCode, String);

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response<Body> {
        (self.0, self.1).into_response()
    }
}

type Answered = Result<Response<Body>, Failure>;

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

    async fn commit(&self, set: WriteSet) -> Result<(), Failure> {
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
                url: Arc::new(base::Secret::new(url)),
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
        let metrics = Arc::new(web::Metrics::new());
        let router = router(self.bare);
        web::secure(self.listener, self.tls, router, metrics, stop).await;
    }
}

fn router(bare: Arc<Bare>) -> Router {
    Router::new()
        .route("/v1/persons", post(records::person))
        .route("/v1/persons/{person}", delete(records::erase))
        .route(
            "/v1/persons/{person}/records/{collection}",
            get(records::list),
        )
        .route(
            "/v1/persons/{person}/records/{collection}/{record}",
            put(records::write).get(records::read),
        )
        .route("/v1/records:batch", post(records::batch))
        .route("/v1/persons/{person}/files", post(files::write))
        .route("/v1/persons/{person}/files/{file}", get(files::read))
        .layer(axum::extract::DefaultBodyLimit::max(64 << 20))
        .with_state(bare)
}

fn json_answer(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    response
}

/// Microseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
