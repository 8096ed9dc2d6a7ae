//! A write is data: what to do, what must hold, and what the log will say. The writer commits many of them at once.

use base::TenantId;

use crate::{Row, StoreError, Value};

/// One statement's text. `$1`, `$2`, ... are bound by number on both engines.
#[derive(Debug)]
pub struct Sql {
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
}

impl Sql {
    /// One text for both engines.
    #[must_use]
    pub const fn both(text: &'static str) -> Self {
        Self {
            sqlite: text,
            postgres: text,
        }
    }

    /// Two texts, where the engines must differ. Say why beside it.
    #[must_use]
    pub const fn each(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }

    /// Whether it only asks: a guard, which writes nothing.
    pub(crate) const fn only_asks(&self) -> bool {
        matches!(
            self.sqlite.as_bytes(),
            [b'S', b'E', b'L', b'E', b'C', b'T', b' ', ..]
        )
    }
}

/// How many rows a statement must touch (or, for a SELECT, return). If it does not, its whole write set is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Whatever it does is right.
    Any,
    /// Exactly so many; otherwise [`StoreError::Guard`] with this name.
    Rows(u64, &'static str),
}

/// One statement with its parameters.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The text.
    pub sql: &'static Sql,
    /// `$1`, `$2`, ...
    pub params: Vec<Value>,
    /// What must hold.
    pub expect: Expect,
}

impl Statement {
    /// A statement that may touch any number of rows.
    #[must_use]
    pub const fn new(sql: &'static Sql, params: Vec<Value>) -> Self {
        Self {
            sql,
            params,
            expect: Expect::Any,
        }
    }

    /// The same, but it must touch (or return) exactly `rows`; `guard` names what failed if not.
    #[must_use]
    pub const fn expecting(mut self, rows: u64, guard: &'static str) -> Self {
        self.expect = Expect::Rows(rows, guard);
        self
    }
}

/// One entry for a tenant's log, already encoded. It carries no personal data.
#[derive(Clone, Debug)]
pub struct LogEntry {
    /// Whose log.
    pub tenant: TenantId,
    /// The leaf, at most [`base::limits::LOG_ENTRY_BYTES_MAX`] bytes.
    pub body: Vec<u8>,
}

/// What one operation commits: all of it, or nothing.
#[derive(Clone, Debug, Default)]
pub struct WriteSet {
    /// In order.
    pub statements: Vec<Statement>,
    /// In order.
    pub entries: Vec<LogEntry>,
}

impl WriteSet {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Add a statement that may touch any number of rows.
    #[must_use]
    pub fn run(mut self, sql: &'static Sql, params: Vec<Value>) -> Self {
        self.statements.push(Statement {
            sql,
            params,
            expect: Expect::Any,
        });
        self
    }

    /// Add a statement that must touch (or return) exactly `rows`; `guard` names what failed if not.
    #[must_use]
    pub fn run_expecting(
        mut self,
        sql: &'static Sql,
        params: Vec<Value>,
        rows: u64,
        guard: &'static str,
    ) -> Self {
        self.statements.push(Statement {
            sql,
            params,
            expect: Expect::Rows(rows, guard),
        });
        self
    }

    /// Add a statement that was made elsewhere.
    #[must_use]
    pub fn with(mut self, statement: Statement) -> Self {
        self.statements.push(statement);
        self
    }

    /// Add an entry for the log.
    #[must_use]
    pub fn log(mut self, entry: LogEntry) -> Self {
        self.entries.push(entry);
        self
    }
}

/// What a commit answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Rows touched (or returned), per statement.
    pub rows: Vec<u64>,
    /// Index in the tenant's log, per entry.
    pub log_indexes: Vec<u64>,
}

/// Turns a batch's entries into the log's rows, inside the transaction that it records. Implemented by `audit`.
///
/// The writer calls [`Journal::head_query`] for each tenant with entries in the batch, in tenant order, runs them in the transaction (they lock
/// the head on PostgreSQL), and hands the rows to [`Journal::append`], which is pure apart from signing.
pub trait Journal: Send + Sync {
    /// The statement that reads (and locks) one tenant's head. Its row is handed back to [`Journal::append`] as it came.
    fn head_query(&self, tenant: &TenantId) -> Statement;

    /// The statements that append `entries` of one tenant behind `head` (`None` where the tenant has no log yet), and the index of the first entry.
    ///
    /// # Errors
    /// Fails when the head does not hold together or its keys are not to be had; the batch is then undone: no entry, no data.
    fn append(
        &self,
        tenant: &TenantId,
        head: Option<&Row>,
        entries: &[&[u8]],
    ) -> Result<Appended, StoreError>;
}

/// The outcome of [`Journal::append`].
#[derive(Debug)]
pub struct Appended {
    /// Index of the first of the entries.
    pub first: u64,
    /// What to run in the same transaction.
    pub statements: Vec<Statement>,
}
