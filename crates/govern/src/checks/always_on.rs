//! The log cannot be switched off: `log.always_on`.

use std::sync::Arc;

use base::TenantId;
use store::{Db, Sql, StoreError, WriteSet};

use super::LOG_ALWAYS_ON;
use crate::{Check, Measuring, Outcome, ProbeError, Probing, Seen, Wrong};

/// Whether something was let happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was refused.
    Refused,
    /// It was done.
    Done,
}

/// The switches somebody might look for.
pub trait Switches: Send + Sync {
    /// Ask for data while the log cannot be written.
    fn read_without_log(&self) -> Probing<'_, Answer>;

    /// Offer a configuration with this in it; refused, as every unknown key.
    fn configure(&self, toml: &str) -> Answer;
}

/// Settings by which a log could be switched off, were there any.
const SETTINGS: &[&str] = &[
    "[log]\nenabled = false",
    "[audit]\nenabled = false",
    "[audit]\nlevel = \"none\"",
    "[log]\nreads = false",
    "audit = false",
];

/// Ways to change what is logged, each as it would be tried by somebody at the database's own prompt. All concern rows that are
/// there, or no guard of the database would be asked.
static REWRITES: [(&str, Sql); 4] = [
    (
        "UPDATE log_chunk",
        Sql::both("UPDATE log_chunk SET sealed = sealed WHERE tenant = $1"),
    ),
    (
        "DELETE log_chunk",
        Sql::both("DELETE FROM log_chunk WHERE tenant = $1"),
    ),
    (
        "DELETE log_head",
        Sql::both("DELETE FROM log_head WHERE tenant = $1"),
    ),
    (
        "UPDATE log_head",
        Sql::both("UPDATE log_head SET size = size - 1 WHERE tenant = $1"),
    ),
];

/// The same against a table that nothing guards: what the drill does.
static UNGUARDED: [(&str, Sql); 1] = [(
    "DELETE evidence",
    Sql::both("DELETE FROM evidence WHERE check_name <> $1"),
)];

/// Gives no row, ever. Expected to give one, it undoes whatever stands before it in a write set.
static UNDO: Sql = Sql::both("SELECT tenant FROM log_head WHERE tenant = $1 AND tenant <> $1");
const UNDO_GUARD: &str = "undone on purpose";

static HEAD: Sql = Sql::both("SELECT size FROM log_head WHERE tenant = $1");

/// Tries to change, to stop and to go round the log.
pub struct LogAlwaysOn {
    db: Db,
    tenant: TenantId,
    switches: Arc<dyn Switches>,
}

impl LogAlwaysOn {
    /// The check of `tenant`'s log in `db`.
    #[must_use]
    pub fn new(db: Db, tenant: TenantId, switches: Arc<dyn Switches>) -> Self {
        Self {
            db,
            tenant,
            switches,
        }
    }

    async fn run(&self, statements: &'static [(&'static str, Sql)]) -> Result<Outcome, ProbeError> {
        let mut outcome = Outcome::new();
        let head = self
            .db
            .row(&HEAD, vec![(&self.tenant).into()])
            .await
            .map_err(|error| ProbeError::new("reading the log's head", error))?;
        if head.is_none() {
            return Err(ProbeError::new("changing the log", "it has no entry yet"));
        }
        let mut refused: Vec<String> = Vec::new();
        for (name, sql) in statements {
            match self.rewrite(sql).await? {
                Answer::Refused => refused.push((*name).to_owned()),
                Answer::Done => outcome.wrong(Wrong::LogChanged, *name),
            }
        }
        match self.switches.read_without_log().await? {
            Answer::Refused => refused.push("GET, log read-only".to_owned()),
            Answer::Done => outcome.wrong(Wrong::ReadWithoutLog, ""),
        }
        for setting in SETTINGS {
            let name = setting.replace('\n', " ");
            match self.switches.configure(setting) {
                Answer::Refused => refused.push(name),
                Answer::Done => outcome.wrong(Wrong::SettingAccepted, name),
            }
        }
        outcome.list(Seen::AttemptsRefused, refused);
        Ok(outcome)
    }

    /// Run `sql`, and undo it in any case: it stands in one write set with a statement that cannot hold.
    async fn rewrite(&self, sql: &'static Sql) -> Result<Answer, ProbeError> {
        // A statement with a mistake in it would be refused as well, and prove nothing.
        let failed = |error| ProbeError::new("changing the log", error);
        self.db.prepare(sql).await.map_err(failed)?;
        self.db.prepare(&UNDO).await.map_err(failed)?;
        let set = WriteSet::new()
            .run(sql, vec![(&self.tenant).into()])
            .run_expecting(&UNDO, vec![(&self.tenant).into()], 1, UNDO_GUARD);
        match self.db.commit(set).await {
            // It came as far as the guard: the database had let it happen.
            Err(StoreError::Guard(UNDO_GUARD)) | Ok(_) => Ok(Answer::Done),
            Err(error @ StoreError::Unavailable(_)) => Err(failed(error)),
            Err(_) => Ok(Answer::Refused),
        }
    }
}

impl Check for LogAlwaysOn {
    fn name(&self) -> &'static str {
        LOG_ALWAYS_ON
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(&REWRITES))
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(self.run(&UNGUARDED))
    }
}
