//! What continuity did by the clock or by hand, and how it ended: one row per run.
//!
//! Invariant: of two nodes that begin the same run, one gets it. One that died is taken over once it has not been heard of for [`SILENT`].

use std::time::Duration;

use base::Instant;
use store::{Db, Row, StoreError, Value, WriteSet};

use crate::sql;

/// Who works on a run says so at least this often.
pub const ALIVE_EVERY: Duration = Duration::from_secs(30);
/// A run that was not heard of for so long was left.
pub const SILENT: Duration = Duration::from_mins(5);

/// What was run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A recovery point was made.
    Point,
    /// Recovery points whose time is over were removed.
    Prune,
    /// Drill: random objects of the newest point compared with the living ones.
    Objects,
    /// Drill: the newest point restored to a scratch place, checked, and read.
    Restore,
    /// Drill: a second instance served from a restored point.
    Boot,
    /// Drill: everything from nothing, the root key from shares.
    Rebuild,
    /// Drill: the database's primary gives way to another machine.
    Failover,
}

impl Kind {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Point,
        Self::Prune,
        Self::Objects,
        Self::Restore,
        Self::Boot,
        Self::Rebuild,
        Self::Failover,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Prune => "prune",
            Self::Objects => "drill.objects",
            Self::Restore => "drill.restore",
            Self::Boot => "drill.boot",
            Self::Rebuild => "drill.rebuild",
            Self::Failover => "drill.failover",
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// Whether all was as it must be.
    pub held: bool,
    /// Why not, by its stable code.
    pub code: Option<String>,
    /// The recovery point's name in the repository.
    pub point: Option<String>,
    /// How much would have been lost: from the newest thing that came back to the moment of the loss.
    pub rpo: Option<Duration>,
    /// How long it took until it could serve.
    pub rto: Option<Duration>,
    /// How much was made, compared or removed.
    pub amount: Option<u64>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Counted from 1 within the kind.
    pub number: u64,
    /// When it was begun.
    pub begun_at: Instant,
    /// When it was last heard of.
    pub alive_at: Instant,
    /// When and how it ended. `None`: it runs, or was left.
    pub ended: Option<(Instant, End)>,
}

impl Run {
    /// Whether somebody works on it at `now`.
    #[must_use]
    pub fn is_alive(&self, now: Instant) -> bool {
        self.ended.is_none() && now.since(self.alive_at) < SILENT
    }

    /// Whether it ended as it must.
    #[must_use]
    pub fn held(&self) -> bool {
        self.ended.as_ref().is_some_and(|(_, end)| end.held)
    }
}

/// The last `count` runs of a kind, the newest first.
///
/// # Errors
/// Storage failures.
pub async fn recent(db: &Db, kind: Kind, count: u32) -> Result<Vec<Run>, StoreError> {
    let params = vec![kind.as_str().into(), i64::from(count).into()];
    let rows = db.rows(&sql::RUNS, params).await?;
    rows.iter().map(run).collect()
}

/// The last run of a kind that ended as it must.
///
/// # Errors
/// Storage failures.
pub async fn last_held(db: &Db, kind: Kind) -> Result<Option<Run>, StoreError> {
    let row = db.row(&sql::RUN_HELD, vec![kind.as_str().into()]).await?;
    row.as_ref().map(run).transpose()
}

/// Begin the run that comes behind `last`. `None`: somebody else has begun it.
///
/// # Errors
/// Storage failures.
pub async fn begin(
    db: &Db,
    kind: Kind,
    last: Option<u64>,
    now: Instant,
) -> Result<Option<u64>, StoreError> {
    let number = last.unwrap_or(0) + 1;
    let params = vec![kind.as_str().into(), int(number), now.into()];
    let set = WriteSet::new().run_expecting(&sql::BEGIN_RUN, params, 1, "run");
    match db.commit(set).await {
        Ok(_) => Ok(Some(number)),
        Err(StoreError::Guard(_) | StoreError::Duplicate) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Say that it is worked on.
///
/// # Errors
/// Storage failures.
pub async fn alive(db: &Db, kind: Kind, number: u64, now: Instant) -> Result<(), StoreError> {
    let params = vec![kind.as_str().into(), int(number), now.into()];
    db.commit(WriteSet::new().run(&sql::RUN_ALIVE, params))
        .await
        .map(drop)
}

/// The write that notes how it ended; part of the set with the entry that says so.
#[must_use]
pub fn end(set: WriteSet, kind: Kind, number: u64, end: &End, now: Instant) -> WriteSet {
    let micros = |span: Option<Duration>| -> Value {
        let micros = span.map(|span| i64::try_from(span.as_micros()).unwrap_or(i64::MAX));
        micros.into()
    };
    let params = vec![
        kind.as_str().into(),
        int(number),
        now.into(),
        i64::from(end.held).into(),
        end.code.clone().into(),
        end.point.clone().into(),
        micros(end.rpo),
        micros(end.rto),
        end.amount
            .map(|amount| i64::try_from(amount).unwrap_or(i64::MAX))
            .into(),
    ];
    set.run(&sql::END_RUN, params)
}

/// The write that forgets runs of before `before`.
#[must_use]
pub fn forget(set: WriteSet, before: Instant) -> WriteSet {
    set.run(&sql::FORGET_RUNS, vec![before.into()])
}

fn int(number: u64) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

fn run(row: &Row) -> Result<Run, StoreError> {
    let damaged = || StoreError::Damaged("a run's row does not hold together".into());
    let span = |at: usize| -> Result<Option<Duration>, StoreError> {
        if row.is_null(at) {
            return Ok(None);
        }
        let micros = u64::try_from(row.int(at)?).map_err(|_| damaged())?;
        Ok(Some(Duration::from_micros(micros)))
    };
    let text = |at: usize| -> Result<Option<String>, StoreError> {
        (!row.is_null(at))
            .then(|| row.text(at).map(str::to_owned))
            .transpose()
    };
    let ended = if row.is_null(3) {
        None
    } else {
        let amount = (!row.is_null(9)).then(|| row.int(9)).transpose()?;
        let end = End {
            held: row.int(4)? == 1,
            code: text(5)?,
            point: text(6)?,
            rpo: span(7)?,
            rto: span(8)?,
            amount: amount.and_then(|amount| u64::try_from(amount).ok()),
        };
        Some((Instant::from_micros(row.int(3)?), end))
    };
    Ok(Run {
        number: u64::try_from(row.int(0)?).map_err(|_| damaged())?,
        begun_at: Instant::from_micros(row.int(1)?),
        alive_at: Instant::from_micros(row.int(2)?),
        ended,
    })
}
