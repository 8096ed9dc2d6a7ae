//! One connection: how it is opened, what it prepares, how its schema is brought up to date.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::TryStreamExt;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::tls::TlsStream;
use tokio_postgres::{Client, Config, NoTls, RowStream, Socket};

use super::error::{classify, unreachable};
use super::tls::{PostgresUrl, Rustls};
use super::value;
use crate::schema::{self, Engine};
use crate::{Migration, Row, Sql, StoreError, Value};

/// How long a server may take to answer a new connection.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(3);
/// How long sent bytes may stay without an answer from the other machine.
const SILENCE_MAX: Duration = Duration::from_secs(10);
/// The oldest server with `pg_current_xact_id`.
const VERSION_MIN: i64 = 130_000;
/// What the advisory lock of a migration is called: "strongrm" in ASCII.
const MIGRATION_LOCK: i64 = 0x7374_726f_6e67_726d;

/// Waiting is bounded: for a lock that another node holds, for one statement, for a client that went silent inside a transaction.
const SESSION: &str = "SET client_min_messages = warning; \
     SET default_transaction_isolation = 'read committed'; \
     SET lock_timeout = '10s'; \
     SET statement_timeout = '60s'; \
     SET idle_in_transaction_session_timeout = '60s'; \
     SELECT CASE WHEN current_setting('synchronous_commit') IN ('on', 'remote_apply') THEN '' \
     ELSE set_config('synchronous_commit', 'on', false) END";
static CHECK: Sql = Sql::both(
    "SELECT current_setting('synchronous_commit'), current_setting('server_encoding'), \
     current_setting('fsync'), CAST(current_setting('server_version_num') AS BIGINT), \
     CONCAT(pg_postmaster_start_time(), ' ', (SELECT stats_reset FROM pg_stat_bgwriter))",
);
static LASTS: Sql =
    Sql::both("SELECT current_setting('fsync'), current_setting('full_page_writes')");
static HAS_MIGRATIONS: Sql =
    Sql::both("SELECT 1 WHERE to_regclass('schema_migration') IS NOT NULL");
static APPLIED: Sql = Sql::both("SELECT number, sql FROM schema_migration ORDER BY number");
static APPLY: Sql =
    Sql::both("INSERT INTO schema_migration (number, name, sql) VALUES ($1, $2, $3)");

/// Where the server is and how to get in.
pub(crate) struct Server {
    config: Config,
    tls: Option<Rustls>,
}

impl Server {
    pub(crate) fn new(url: &PostgresUrl) -> Result<Self, StoreError> {
        let (mut config, tls) = url.config()?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIME_MAX);
        }
        if config.get_application_name().is_none() {
            config.application_name("strongroom");
        }
        config
            .keepalives_idle(SILENCE_MAX)
            .tcp_user_timeout(SILENCE_MAX);
        // A standby would answer reads with less than was acknowledged.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        Ok(Self { config, tls })
    }

    /// A new session that does not lose commits.
    pub(crate) async fn connect(&self) -> Result<Connection, StoreError> {
        let client = match &self.tls {
            None => driven(self.config.connect(NoTls).await)?,
            Some(tls) => driven(self.config.connect(tls.clone()).await)?,
        };
        let mut connection = Connection {
            client,
            statements: HashMap::new(),
            life: String::new(),
        };
        connection.batch(SESSION).await?;
        connection.check().await?;
        Ok(connection)
    }
}

/// The client of a connection, whose other half goes on by itself.
fn driven<S>(
    opened: Result<(Client, tokio_postgres::Connection<Socket, S>), tokio_postgres::Error>,
) -> Result<Client, StoreError>
where
    S: TlsStream + Unpin + Send + 'static,
{
    let (client, driver) = opened.map_err(|error| unreachable(&error))?;
    tokio::spawn(async move {
        if let Err(error) = driver.await {
            tracing::warn!(reason = %classify(&error), "a connection to PostgreSQL ended");
        }
    });
    Ok(client)
}

/// Whether a PostgreSQL server answers, is fit, and survives a power failure: `fsync` and `full_page_writes`. Makes and changes nothing.
///
/// # Errors
/// [`StoreError`]: it cannot be reached, or how it is set.
pub async fn postgres_lasts(url: &PostgresUrl) -> Result<(), StoreError> {
    let mut connection = Server::new(url)?.connect().await?;
    let rows = connection.rows(&LASTS, &[]).await?;
    let row = rows
        .first()
        .ok_or_else(|| StoreError::Internal("the server does not say how it is set".into()))?;
    let (fsync, pages) = (row.text(0)?, row.text(1)?);
    if (fsync, pages) == ("on", "on") {
        return Ok(());
    }
    Err(StoreError::Internal(format!(
        "a power failure loses data: fsync {fsync}, full_page_writes {pages}; wanted is on"
    )))
}

/// One session and what it has prepared.
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// By the address of the text, which is static.
    pub(super) statements: HashMap<usize, tokio_postgres::Statement>,
    /// Which life of which server this is: when it was started, and since when it counts its statistics, which it begins anew after a
    /// crash, even where the process that was started lives on. A session does not outlive either.
    pub(super) life: String,
}

impl Connection {
    async fn check(&mut self) -> Result<(), StoreError> {
        let rows = self.rows(&CHECK, &[]).await?;
        let Some(row) = rows.first() else {
            return Err(StoreError::Internal(
                "the server does not say how it is set".into(),
            ));
        };
        let (synchronous, encoding) = (row.text(0)?, row.text(1)?);
        if !["on", "remote_apply"].contains(&synchronous)
            || encoding != "UTF8"
            || row.int(3)? < VERSION_MIN
        {
            return Err(StoreError::Internal(format!(
                "the server is not fit: synchronous_commit {synchronous}, encoding {encoding}, version {}; \
                 wanted are on, UTF8, {VERSION_MIN} or newer",
                row.int(3)?
            )));
        }
        if row.text(2)? != "on" {
            tracing::warn!("the PostgreSQL server runs with fsync off: a power failure loses data");
        }
        self.life = row.text(4)?.to_owned();
        Ok(())
    }

    /// The prepared form of `sql`.
    pub(crate) async fn prepared(
        &mut self,
        sql: &'static Sql,
    ) -> Result<tokio_postgres::Statement, StoreError> {
        let key = std::ptr::from_ref(sql).addr();
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        let statement = self
            .client
            .prepare(sql.postgres)
            .await
            .map_err(|error| classify(&error))?;
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }

    /// Run a query and hand over each row as it arrives; `each` says whether to go on.
    pub(crate) async fn query(
        &mut self,
        sql: &'static Sql,
        params: &[Value],
        mut each: impl FnMut(Row) -> bool,
    ) -> Result<(), StoreError> {
        let statement = self.prepared(sql).await?;
        let rows: RowStream = self
            .client
            .query_raw(&statement, params)
            .await
            .map_err(|error| classify(&error))?;
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = rows.try_next().await.map_err(|error| classify(&error))? {
            if !each(value::row(&row)?) {
                break;
            }
        }
        Ok(())
    }

    async fn rows(&mut self, sql: &'static Sql, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.query(sql, params, |row| {
            rows.push(row);
            true
        })
        .await?;
        Ok(rows)
    }

    /// Run several statements without parameters.
    pub(crate) async fn batch(&self, text: &str) -> Result<(), StoreError> {
        self.client
            .batch_execute(text)
            .await
            .map_err(|error| classify(&error))
    }

    /// Bring the schema up to date, alone.
    pub(crate) async fn migrate(&mut self, known: &'static [Migration]) -> Result<(), StoreError> {
        let applied = self.applied().await?;
        if schema::missing(known, &applied)?.is_empty() {
            return Ok(());
        }
        self.batch(&format!(
            "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; \
             SELECT pg_advisory_xact_lock({MIGRATION_LOCK}); \
             CREATE TABLE IF NOT EXISTS schema_migration \
             (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, sql TEXT NOT NULL)"
        ))
        .await?;
        let done = self.migrate_locked(known).await;
        self.batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })
            .await?;
        done
    }

    async fn migrate_locked(&mut self, known: &'static [Migration]) -> Result<(), StoreError> {
        let applied = self.applied().await?;
        for migration in schema::missing(known, &applied)? {
            let text = schema::text_for(Engine::Postgres, migration.sql);
            self.batch(&text).await.map_err(|error| match error {
                StoreError::Internal(why) => StoreError::Schema(format!(
                    "migration {} ({}): {why}",
                    migration.number, migration.name
                )),
                other => other,
            })?;
            let params = [
                migration.number.into(),
                migration.name.into(),
                migration.sql.into(),
            ];
            self.rows(&APPLY, &params).await?;
        }
        Ok(())
    }

    /// How many migrations of `known` the database lacks.
    pub(crate) async fn missing(
        &mut self,
        known: &'static [Migration],
    ) -> Result<usize, StoreError> {
        Ok(schema::missing(known, &self.applied().await?)?.len())
    }

    async fn applied(&mut self) -> Result<Vec<(u32, String)>, StoreError> {
        if self.rows(&HAS_MIGRATIONS, &[]).await?.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.rows(&APPLIED, &[]).await?;
        rows.iter()
            .map(|row| {
                let number = u32::try_from(row.int(0)?)
                    .map_err(|_| StoreError::Schema("a migration has no number".into()))?;
                Ok((number, row.text(1)?.to_owned()))
            })
            .collect()
    }
}
