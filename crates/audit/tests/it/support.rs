//! A log to test with.

use std::sync::Arc;

use audit::danger_testing::{self, SeededKeys};
use audit::verify::{Depth, Known, ProblemKind, Report};
use audit::{Installation, Log, LogJournal, LogKeys};
use base::{SeededRng, TenantId};
use store::danger_testing::TestDb;
use store::{Sql, Value, WriteSet};

pub fn installation() -> Installation {
    Installation {
        host: "strongroom.test".into(),
        environment: "test".parse().expect("an environment"),
    }
}

pub fn tenant(name: &str) -> TenantId {
    name.parse().expect("a tenant")
}

pub fn journal(keys: &Arc<SeededKeys>) -> Arc<LogJournal> {
    let keys: Arc<dyn LogKeys> = Arc::clone(keys) as Arc<dyn LogKeys>;
    Arc::new(LogJournal::new(
        installation(),
        keys,
        Arc::new(SeededRng::new(11)),
    ))
}

/// A database, the log in it, and what belongs to it.
pub struct Logs {
    pub db: TestDb,
    pub log: Log,
    pub journal: Arc<LogJournal>,
    pub tenant: TenantId,
}

impl Logs {
    fn over(db: TestDb, keys: &Arc<SeededKeys>, journal: Arc<LogJournal>) -> Self {
        let keys = Arc::clone(keys) as Arc<dyn LogKeys>;
        Self {
            log: Log::new(db.db(), installation(), keys),
            journal,
            db,
            tenant: tenant("acme"),
        }
    }

    pub async fn sqlite() -> Self {
        let keys = Arc::new(SeededKeys::new(1));
        let journal = journal(&keys);
        let taken = Arc::clone(&journal) as Arc<dyn store::Journal>;
        let db = store::danger_testing::sqlite(store::migrations::DATA, Some(taken))
            .await
            .expect("a database");
        Self::over(db, &keys, journal)
    }

    /// The same on every engine that there is.
    pub async fn each() -> Vec<Self> {
        let keys = Arc::new(SeededKeys::new(1));
        let journal = journal(&keys);
        let taken = Arc::clone(&journal) as Arc<dyn store::Journal>;
        let dbs = store::danger_testing::each_engine(store::migrations::DATA, Some(taken))
            .await
            .expect("databases");
        dbs.into_iter()
            .map(|db| Self::over(db, &keys, Arc::clone(&journal)))
            .collect()
    }

    /// Append `count` entries from number `first` on, in one commit.
    pub async fn append(&self, first: u64, count: u64) -> Vec<u64> {
        let mut set = WriteSet::new();
        for number in first..first + count {
            set = set.log(danger_testing::entry(7, number).finish(&self.tenant));
        }
        self.db.commit(set).await.expect("appends").log_indexes
    }

    /// Append `count` entries in commits of `batch`.
    pub async fn fill(&self, count: u64, batch: u64) {
        let mut next = 0;
        while next < count {
            let size = batch.min(count - next);
            self.append(next, size).await;
            next += size;
        }
    }

    pub fn known(&self) -> Known {
        Known {
            keys: self.log.verifiers(&self.tenant).expect("keys"),
            anchors: Vec::new(),
        }
    }

    pub async fn verify(&self, depth: Depth) -> Report {
        self.verify_knowing(&self.known(), depth).await
    }

    pub async fn verify_knowing(&self, known: &Known, depth: Depth) -> Report {
        self.log
            .verify(&self.tenant, known, depth)
            .await
            .expect("the database can be read")
    }

    /// Run SQL that the application never would.
    pub async fn danger_sql(&self, text: impl Into<String>, params: Vec<Value>) -> u64 {
        let set = WriteSet::new().run(leaked(text), params);
        self.db.commit(set).await.expect("runs").rows[0]
    }

    /// Take the database's guards away, as somebody with all rights would.
    pub async fn danger_drop_guards(&self) {
        for table in ["chunk", "node", "head"] {
            for event in ["update", "delete", "insert"] {
                let on = if self.db.engine == "SQLite" {
                    String::new()
                } else {
                    format!(" ON log_{table}")
                };
                self.danger_sql(
                    format!("DROP TRIGGER IF EXISTS log_{table}_{event}{on}"),
                    vec![],
                )
                .await;
            }
        }
    }

    pub async fn chunk(&self, first: i64) -> store::Row {
        static CHUNK: Sql =
            Sql::both("SELECT count, generation, hashes, sealed FROM log_chunk WHERE first = $1");
        let row = self
            .db
            .row(&CHUNK, vec![first.into()])
            .await
            .expect("reads");
        row.expect("a chunk")
    }
}

/// The store takes only statements that live for ever.
pub fn leaked(text: impl Into<String>) -> &'static Sql {
    let text: &'static str = Box::leak(text.into().into_boxed_str());
    Box::leak(Box::new(Sql::both(text)))
}

/// The kinds in a report, without the guards that the test took away itself.
pub fn kinds(report: &Report) -> Vec<(ProblemKind, Option<u64>)> {
    report
        .problems
        .iter()
        .filter(|problem| problem.kind != ProblemKind::Unguarded)
        .map(|problem| (problem.kind, problem.index))
        .collect()
}

/// The folder of files that others made, if it is there; says so if not.
pub fn shared(path: &str) -> Option<std::path::PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(path);
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("skipped: {path} is not beside the project");
    None
}
