//! The job queue: a table. A job is enqueued in the commit that gives it its reason, and completed in the commit that does its work.
//!
//! Invariant: a job that was enqueued runs at least once, and its own [`WriteSet`](crate::WriteSet) with [`complete`] in it at most once.

use std::fmt;
use std::time::Duration;

use base::{Instant, Rng, TenantId};

use crate::{Db, Row, Sql, Statement, StoreError, Value, WriteSet};

/// Jobs that one claim takes.
const CLAIM_MAX: u32 = 100;
/// The first pause after a failure; it doubles with each further one.
const BACKOFF_FIRST: Duration = Duration::from_secs(1);
/// The longest pause.
const BACKOFF_MAX: Duration = Duration::from_secs(3600);
/// Bytes of an error's text that are kept.
const ERROR_BYTES_MAX: usize = 500;

static ENQUEUE: Sql = Sql::both(
    "INSERT INTO job (tenant, job, kind, dedupe, once, payload, state, created_at, due_at, attempts, attempts_max) \
     VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, 0, $9) ON CONFLICT (tenant, kind, dedupe) DO NOTHING",
);
static IS_DUE: Sql = Sql::both("SELECT 1 FROM job WHERE state = 0 AND due_at <= $1 LIMIT 1");
static BURY: Sql = Sql::both(
    "UPDATE job SET state = 2, due_at = $1, lease = NULL, error = COALESCE(error, 'it never ended') \
     WHERE state = 0 AND due_at <= $1 AND attempts >= attempts_max",
);
/// PostgreSQL skips rows that another node is claiming right now; SQLite has one writer.
static CLAIM: Sql = Sql::each(
    "UPDATE job SET lease = $1, due_at = $2, attempts = attempts + 1 WHERE (tenant, job) IN \
     (SELECT tenant, job FROM job WHERE state = 0 AND due_at <= $3 ORDER BY due_at LIMIT $4)",
    "UPDATE job SET lease = $1, due_at = $2, attempts = attempts + 1 WHERE (tenant, job) IN \
     (SELECT tenant, job FROM job WHERE state = 0 AND due_at <= $3 ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED)",
);
static CLAIMED: Sql = Sql::both(
    "SELECT tenant, job, kind, payload, state, due_at, attempts, attempts_max, error FROM job \
     WHERE lease = $1 AND state = 0 ORDER BY created_at, job",
);
static COMPLETE: Sql = Sql::both(
    "UPDATE job SET state = 1, due_at = $4, lease = NULL, error = NULL, dedupe = CASE WHEN once = 1 THEN dedupe END \
     WHERE tenant = $1 AND job = $2 AND lease = $3 AND state = 0",
);
static FAIL: Sql = Sql::both(
    "UPDATE job SET state = $4, due_at = $5, lease = NULL, error = $6 \
     WHERE tenant = $1 AND job = $2 AND lease = $3 AND state = 0",
);
static EXTEND: Sql = Sql::both(
    "UPDATE job SET due_at = $4 WHERE tenant = $1 AND job = $2 AND lease = $3 AND state = 0",
);
static REVIVE: Sql = Sql::both(
    "UPDATE job SET state = 0, due_at = $3, attempts = 0 WHERE tenant = $1 AND job = $2 AND state = 2",
);
static PRUNE: Sql = Sql::both("DELETE FROM job WHERE state = 1 AND due_at < $1");
static LIST: Sql = Sql::both(
    "SELECT tenant, job, kind, payload, state, due_at, attempts, attempts_max, error FROM job \
     WHERE tenant = $1 AND state = $2 AND job > $3 ORDER BY job LIMIT $4",
);
/// By when they are due, since those that wait for somebody are few among all jobs.
static WAITING: Sql = Sql::both(
    "SELECT tenant, job, kind, payload, state, due_at, attempts, attempts_max, error FROM job \
     WHERE state = 0 AND due_at = $1 AND tenant = $2 AND kind = $3 ORDER BY created_at DESC, job LIMIT $4 OFFSET $5",
);
static SETTLE: Sql = Sql::both(
    "UPDATE job SET state = 1, due_at = $4 WHERE tenant = $1 AND kind = $2 AND job = $3 AND state = 0 AND due_at = $5",
);
static COUNT: Sql = Sql::both("SELECT COUNT(*) FROM job WHERE state = $1");

/// Every statement, for the tests that look at each.
pub static STATEMENTS: &[&Sql] = &[
    &ENQUEUE, &IS_DUE, &BURY, &CLAIM, &CLAIMED, &COMPLETE, &FAIL, &EXTEND, &REVIVE, &PRUNE, &LIST,
    &WAITING, &SETTLE, &COUNT,
];

/// A job's id: random.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId([u8; 16]);

impl JobId {
    /// A fresh id.
    pub fn random(rng: &dyn Rng) -> Self {
        let mut bytes = [0; 16];
        rng.fill(&mut bytes);
        Self(bytes)
    }

    /// From its 16 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JobId({:032x})", u128::from_be_bytes(self.0))
    }
}

/// When a job is due that no worker takes: it waits until somebody settles it.
pub const NEVER: Instant = Instant::from_micros(i64::MAX);

/// How many jobs of one kind may have the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dedupe {
    /// Any number.
    Never,
    /// One that is not done yet: further ones are dropped silently.
    WhileOpen(String),
    /// One, ever (until it is pruned): a tick of a schedule, named by schedule and tick, so that of two nodes one runs it.
    Once(String),
}

/// A job to be done.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// For whom.
    pub tenant: TenantId,
    /// Which code runs it.
    pub kind: &'static str,
    /// What it needs: ids and counters, nothing personal.
    pub payload: Vec<u8>,
    /// Against doing the same twice.
    pub dedupe: Dedupe,
    /// Not before.
    pub due_at: Instant,
    /// After so many failures it is dead and waits for a person.
    pub attempts_max: u32,
}

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waiting, or being worked on.
    Open,
    /// Done.
    Done,
    /// Failed too often.
    Dead,
}

impl State {
    const fn code(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Done => 1,
            Self::Dead => 2,
        }
    }
}

/// A job as it stands in the table.
#[derive(Clone, Debug)]
pub struct Job {
    /// For whom.
    pub tenant: TenantId,
    /// Its id.
    pub id: JobId,
    /// Which code runs it.
    pub kind: String,
    /// What it needs.
    pub payload: Vec<u8>,
    /// Where it is.
    pub state: State,
    /// When it may be claimed (again), or since when it is done or dead.
    pub due_at: Instant,
    /// Attempts begun.
    pub attempts: u32,
    /// Attempts allowed.
    pub attempts_max: u32,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

/// The guard that fails where a job is not ours any more: another worker has it, or it was taken out of the queue.
pub const LEASE_LOST: &str = "job.lease";

/// A job that is ours until `job.due_at`.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The job.
    pub job: Job,
    lease: [u8; 16],
}

/// Put a job into the queue, as part of the write set that is its reason.
#[must_use]
pub fn enqueue(id: JobId, job: NewJob, now: Instant) -> Statement {
    let (dedupe, once) = match job.dedupe {
        Dedupe::Never => (None, 0_i64),
        Dedupe::WhileOpen(key) => (Some(key), 0),
        Dedupe::Once(key) => (Some(key), 1),
    };
    Statement::new(
        &ENQUEUE,
        vec![
            (&job.tenant).into(),
            id.0.into(),
            job.kind.into(),
            dedupe.into(),
            once.into(),
            job.payload.into(),
            now.into(),
            job.due_at.into(),
            job.attempts_max.into(),
        ],
    )
}

/// Take up to `limit` due jobs for `lease` long. Costs a read where none is due.
pub async fn claim(
    db: &Db,
    rng: &dyn Rng,
    now: Instant,
    lease: Duration,
    limit: u32,
) -> Result<Vec<Claimed>, StoreError> {
    if db.row(&IS_DUE, vec![now.into()]).await?.is_none() {
        return Ok(Vec::new());
    }
    let token = *JobId::random(rng).as_bytes();
    let set = WriteSet::new().run(&BURY, vec![now.into()]).run(
        &CLAIM,
        vec![
            token.into(),
            now.after(lease).into(),
            now.into(),
            limit.min(CLAIM_MAX).into(),
        ],
    );
    db.commit(set).await?;
    let rows = db.rows(&CLAIMED, vec![token.into()]).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Claimed {
                job: read(row)?,
                lease: token,
            })
        })
        .collect()
}

/// Done: goes into the write set with the job's work. It fails with [`StoreError::Guard`] when the lease was lost; the work is then undone too.
#[must_use]
pub fn complete(claimed: &Claimed, now: Instant) -> Statement {
    with_lease(&COMPLETE, claimed, vec![now.into()])
}

/// Failed: again later, with growing pauses, or dead when that was the last attempt. `error` says why, without data of anybody.
#[must_use]
pub fn fail(claimed: &Claimed, error: &str, now: Instant) -> Statement {
    let job = &claimed.job;
    let dead = job.attempts >= job.attempts_max;
    let (state, due_at) = if dead {
        (State::Dead, now)
    } else {
        (State::Open, now.after(backoff(job.id, job.attempts)))
    };
    let mut end = error.len().min(ERROR_BYTES_MAX);
    while !error.is_char_boundary(end) {
        end -= 1;
    }
    let error = error.get(..end).unwrap_or_default();
    with_lease(
        &FAIL,
        claimed,
        vec![state.code().into(), due_at.into(), error.into()],
    )
}

/// Keep a job until `until`.
#[must_use]
pub fn extend(claimed: &Claimed, until: Instant) -> Statement {
    with_lease(&EXTEND, claimed, vec![until.into()])
}

/// Give a dead job all its attempts back.
#[must_use]
pub fn revive(tenant: &TenantId, id: JobId, now: Instant) -> Statement {
    Statement::new(&REVIVE, vec![tenant.into(), id.0.into(), now.into()]).expecting(1, "job.dead")
}

/// Forget jobs that were done before `before`, and with them the keys of [`Dedupe::Once`].
#[must_use]
pub fn prune(before: Instant) -> Statement {
    Statement::new(&PRUNE, vec![before.into()])
}

/// A tenant's jobs in one state, by id, behind `after`.
pub async fn list(
    db: &Db,
    tenant: &TenantId,
    state: State,
    after: Option<JobId>,
    limit: u32,
) -> Result<Vec<Job>, StoreError> {
    let after = after.map_or_else(|| Value::Bytes(Vec::new()), |id| id.0.into());
    let params = vec![tenant.into(), state.code().into(), after, limit.into()];
    db.rows(&LIST, params)
        .await?
        .into_iter()
        .map(read)
        .collect()
}

/// A tenant's jobs of one kind that wait for somebody ([`NEVER`]), the newest first, behind the first `skip`.
pub async fn waiting(
    db: &Db,
    tenant: &TenantId,
    kind: &'static str,
    skip: u32,
    limit: u32,
) -> Result<Vec<Job>, StoreError> {
    let params = vec![
        NEVER.into(),
        tenant.into(),
        kind.into(),
        limit.into(),
        skip.into(),
    ];
    db.rows(&WAITING, params)
        .await?
        .into_iter()
        .map(read)
        .collect()
}

/// Somebody did what a job waited for. It fails with [`StoreError::Guard`] when there is none that waits.
#[must_use]
pub fn settle(tenant: &TenantId, kind: &'static str, id: JobId, now: Instant) -> Statement {
    let params = vec![
        tenant.into(),
        kind.into(),
        id.0.into(),
        now.into(),
        NEVER.into(),
    ];
    Statement::new(&SETTLE, params).expecting(1, "job.waiting")
}

/// How many jobs are in one state, over all tenants.
pub async fn count(db: &Db, state: State) -> Result<u64, StoreError> {
    let row = db.row(&COUNT, vec![state.code().into()]).await?;
    let count = row.map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

fn with_lease(sql: &'static Sql, claimed: &Claimed, more: Vec<Value>) -> Statement {
    let mut params: Vec<Value> = vec![
        (&claimed.job.tenant).into(),
        claimed.job.id.0.into(),
        claimed.lease.into(),
    ];
    params.extend(more);
    Statement::new(sql, params).expecting(1, LEASE_LOST)
}

/// Doubles with each attempt; a job's own part of up to a quarter keeps many that failed together from coming back together.
fn backoff(id: JobId, attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(12);
    let pause = (BACKOFF_FIRST * 2_u32.pow(doublings)).min(BACKOFF_MAX);
    pause + pause / 4 * u32::from(id.0.first().copied().unwrap_or(0)) / 255
}

fn read(row: Row) -> Result<Job, StoreError> {
    let damaged = |what: &str| StoreError::Damaged(format!("a job has an impossible {what}"));
    let small = |at| -> Result<u32, StoreError> {
        u32::try_from(row.int(at)?).map_err(|_| damaged("number"))
    };
    Ok(Job {
        tenant: row.text(0)?.parse().map_err(|_| damaged("tenant"))?,
        id: JobId(row.bytes(1)?.try_into().map_err(|_| damaged("id"))?),
        kind: row.text(2)?.to_owned(),
        payload: row.bytes(3)?.to_vec(),
        state: match row.int(4)? {
            0 => State::Open,
            1 => State::Done,
            2 => State::Dead,
            _ => return Err(damaged("state")),
        },
        due_at: Instant::from_micros(row.int(5)?),
        attempts: small(6)?,
        attempts_max: small(7)?,
        error: if row.is_null(8) {
            None
        } else {
            Some(row.text(8)?.to_owned())
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_prepares_on_each_engine() {
        let all = [
            &ENQUEUE, &IS_DUE, &BURY, &CLAIM, &CLAIMED, &COMPLETE, &FAIL, &EXTEND, &REVIVE, &PRUNE,
            &LIST, &COUNT, &WAITING, &SETTLE,
        ];
        let engines = crate::danger_testing::each_engine(crate::migrations::DATA, None).await;
        for db in engines.expect("they open") {
            for sql in all {
                let prepared = db.prepare(sql).await;
                assert!(prepared.is_ok(), "{}: {prepared:?}: {sql:?}", db.engine);
            }
        }
    }

    #[test]
    fn pauses_grow_and_end() {
        let id = JobId([0; 16]);
        let pauses: Vec<u64> = [1, 2, 3, 12, 13, 99]
            .map(|attempts| backoff(id, attempts).as_secs())
            .to_vec();
        assert_eq!(pauses, [1, 2, 4, 2048, 3600, 3600]);
        assert!(backoff(JobId([255; 16]), 1) > backoff(id, 1));
    }
}
