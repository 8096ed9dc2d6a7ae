//! Passes: begun, gone on with, ended, and reported.

use base::{Instant, ObjectId, PersonId, TenantId};
use store::{Row, Statement, Value, WriteSet};

use super::{Slice, Tallies, Tally};
use crate::{Vault, VaultError, sql};

/// A pass.
pub type RunId = ObjectId;

/// What there is to say of a pass.
#[derive(Clone, Debug)]
pub struct Run {
    /// Which.
    pub run: RunId,
    /// When it began.
    pub began_at: Instant,
    /// When it ended; `None` while it goes on.
    pub ended_at: Option<Instant>,
    /// The last person that it is done with.
    pub done_to: Option<PersonId>,
    /// What it found. `over` is what it destroyed.
    pub found: Tallies,
}

/// The write that adds to what a pass found.
pub(super) fn tally(tenant: &TenantId, run: RunId, name: &str, tally: Tally) -> Statement {
    let number = |count: u64| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
    let params = vec![
        tenant.into(),
        run.into(),
        name.into(),
        number(tally.kept),
        number(tally.held),
        number(tally.over),
    ];
    Statement::new(&sql::RETENTION_TALLY, params)
}

impl Vault {
    /// The writes that begin a pass, if it has not begun.
    #[must_use]
    pub fn begin_run(tenant: &TenantId, run: RunId, now: Instant) -> Statement {
        Statement::new(
            &sql::RETENTION_BEGIN,
            vec![tenant.into(), run.into(), now.into()],
        )
    }

    /// The writes that note how far a pass came.
    #[must_use]
    pub fn note_slice(tenant: &TenantId, run: RunId, slice: &Slice, now: Instant) -> WriteSet {
        let done_to = slice.done_to.map_or(Value::Null, Into::into);
        let mut set = WriteSet::new().run(
            &sql::RETENTION_GO_ON,
            vec![tenant.into(), run.into(), done_to],
        );
        for (name, found) in &slice.found {
            set = set.with(tally(tenant, run, name, *found));
        }
        if slice.is_last {
            set = set.run(
                &sql::RETENTION_END,
                vec![tenant.into(), run.into(), now.into()],
            );
        }
        set
    }

    /// The writes that forget passes that began before `before`.
    #[must_use]
    pub fn forget_runs(tenant: &TenantId, before: Instant) -> WriteSet {
        let params = || vec![tenant.into(), before.into()];
        WriteSet::new()
            .run(&sql::RETENTION_FORGET_TALLIES, params())
            .run(&sql::RETENTION_FORGET, params())
    }

    /// One pass, if it has begun.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn run(&self, tenant: &TenantId, run: RunId) -> Result<Option<Run>, VaultError> {
        let params = vec![tenant.into(), run.into()];
        match self.db().row(&sql::RETENTION_RUN, params).await? {
            None => Ok(None),
            Some(row) => Ok(Some(self.read_run(tenant, &row).await?)),
        }
    }

    /// The last passes, newest first.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn runs(&self, tenant: &TenantId, limit: u32) -> Result<Vec<Run>, VaultError> {
        let params = vec![tenant.into(), limit.into()];
        let rows = self.db().rows(&sql::RETENTION_RUNS, params).await?;
        let mut runs = Vec::with_capacity(rows.len());
        for row in &rows {
            runs.push(self.read_run(tenant, row).await?);
        }
        Ok(runs)
    }

    async fn read_run(&self, tenant: &TenantId, row: &Row) -> Result<Run, VaultError> {
        let damaged = || VaultError::Damaged("run");
        let run = RunId::from_slice(row.bytes(0)?).ok_or_else(damaged)?;
        let params = vec![tenant.into(), run.into()];
        let rows = self.db().rows(&sql::RETENTION_TALLIES, params).await?;
        let mut found = Tallies::new();
        for row in &rows {
            let number = |at| -> Result<u64, VaultError> {
                u64::try_from(row.int(at)?).map_err(|_| damaged())
            };
            let tally = Tally {
                kept: number(1)?,
                held: number(2)?,
                over: number(3)?,
            };
            found.insert(row.text(0)?.to_owned(), tally);
        }
        Ok(Run {
            run,
            began_at: Instant::from_micros(row.int(1)?),
            ended_at: if row.is_null(2) {
                None
            } else {
                Some(Instant::from_micros(row.int(2)?))
            },
            done_to: if row.is_null(3) {
                None
            } else {
                Some(PersonId::from_slice(row.bytes(3)?).ok_or_else(damaged)?)
            },
            found,
        })
    }
}
