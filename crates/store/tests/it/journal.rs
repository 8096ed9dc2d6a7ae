//! A small schema and a plain journal, to watch the writer with.

use std::collections::BTreeSet;
use std::sync::Arc;

use base::TenantId;
use parking_lot::Mutex;
use store::danger_testing::{TestDb, each_engine};
use store::{
    Appended, Db, Journal, LogEntry, Migration, Row, Sql, Statement, StoreError, Value, WriteSet,
};

pub static SCHEMA: &[Migration] = &[
    Migration {
        number: 1,
        name: "item",
        sql: "CREATE TABLE item (id INTEGER NOT NULL PRIMARY KEY, note TEXT, body BLOB) STRICT;",
    },
    Migration {
        number: 2,
        name: "plain log",
        sql: "CREATE TABLE plain_log (tenant TEXT NOT NULL, idx INTEGER NOT NULL, body BLOB NOT NULL, \
              PRIMARY KEY (tenant, idx)) STRICT, WITHOUT ROWID;\n\
              CREATE TABLE plain_head (tenant TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL) STRICT;",
    },
];

pub static ADD: Sql = Sql::both("INSERT INTO item (id, note) VALUES ($1, $2)");
pub static ADD_BODY: Sql = Sql::both("INSERT INTO item (id, body) VALUES ($1, $2)");
pub static RENAME: Sql = Sql::both("UPDATE item SET note = $2 WHERE id = $1");
pub static NOTE: Sql = Sql::both("SELECT note FROM item WHERE id = $1");
pub static COUNT: Sql = Sql::both("SELECT COUNT(*) FROM item");
pub static LOG: Sql = Sql::both("SELECT idx, body FROM plain_log WHERE tenant = $1 ORDER BY idx");

static HEAD: Sql = Sql::each(
    "SELECT size FROM plain_head WHERE tenant = $1",
    "SELECT size FROM plain_head WHERE tenant = $1 FOR UPDATE",
);
static BEGIN_HEAD: Sql = Sql::both("INSERT INTO plain_head (tenant, size) VALUES ($1, $2)");
static MOVE_HEAD: Sql =
    Sql::both("UPDATE plain_head SET size = $2 WHERE tenant = $1 AND size = $3");
static APPEND: Sql = Sql::both("INSERT INTO plain_log (tenant, idx, body) VALUES ($1, $2, $3)");

/// Writes each entry as a row. Refuses, or panics, for the tenants it is told to.
#[derive(Default)]
pub struct PlainJournal {
    pub refused: Mutex<BTreeSet<TenantId>>,
    pub panics: Mutex<BTreeSet<TenantId>>,
}

impl Journal for PlainJournal {
    fn head_query(&self, tenant: &TenantId) -> Statement {
        Statement::new(&HEAD, vec![tenant.into()])
    }

    fn append(
        &self,
        tenant: &TenantId,
        head: Option<&Row>,
        entries: &[&[u8]],
    ) -> Result<Appended, StoreError> {
        assert!(!self.panics.lock().contains(tenant), "told to panic");
        if self.refused.lock().contains(tenant) {
            return Err(StoreError::Damaged("told to refuse".into()));
        }
        let first = head.map_or(Ok(0), |head| head.int(0))?;
        let mut statements = Vec::new();
        for (index, entry) in (first..).zip(entries) {
            let params = vec![tenant.into(), index.into(), (*entry).into()];
            statements.push(Statement::new(&APPEND, params));
        }
        let size = first + i64::try_from(entries.len()).expect("a batch is small");
        statements.push(match head {
            None => Statement::new(&BEGIN_HEAD, vec![tenant.into(), size.into()]),
            Some(_) => Statement::new(&MOVE_HEAD, vec![tenant.into(), size.into(), first.into()])
                .expecting(1, "log.head"),
        });
        Ok(Appended {
            first: u64::try_from(first).expect("indexes are positive"),
            statements,
        })
    }
}

/// The schema and the journal on each engine, with a journal each.
pub async fn engines() -> Vec<(TestDb, Arc<PlainJournal>)> {
    let journal = Arc::new(PlainJournal::default());
    each_engine(SCHEMA, Some(Arc::clone(&journal) as _))
        .await
        .expect("databases open")
        .into_iter()
        .map(|db| (db, Arc::clone(&journal)))
        .collect()
}

pub fn tenant(name: &str) -> TenantId {
    name.parse().expect("a tenant's name")
}

pub fn entry(name: &str, body: &str) -> LogEntry {
    LogEntry {
        tenant: tenant(name),
        body: body.as_bytes().to_vec(),
    }
}

pub fn add(id: i64, note: &str) -> WriteSet {
    WriteSet::new().run(&ADD, vec![id.into(), note.into()])
}

pub async fn note(db: &Db, id: i64) -> Option<String> {
    let row = db
        .row(&NOTE, vec![id.into()])
        .await
        .expect("a note is read");
    row.map(|row| row.text(0).expect("a note is text").to_owned())
}

pub async fn count(db: &Db, sql: &'static Sql, params: Vec<Value>) -> i64 {
    db.row(sql, params)
        .await
        .expect("a count is read")
        .expect("a row")
        .int(0)
        .expect("a number")
}

/// A tenant's log; fails unless its indexes run from 0 without gaps.
pub async fn log(db: &Db, name: &str) -> Vec<String> {
    let rows = db
        .rows(&LOG, vec![name.into()])
        .await
        .expect("the log is read");
    (0..)
        .zip(rows)
        .map(|(index, row)| {
            assert_eq!(
                row.int(0).expect("an index"),
                index,
                "the log of {name} has a gap"
            );
            String::from_utf8(row.bytes(1).expect("a body").to_vec()).expect("a test's entry")
        })
        .collect()
}
