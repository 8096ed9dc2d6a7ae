//! The evidence: every result of every check, in a table and, in the same commit, in the operator's log.

use std::time::Duration;

use audit::{Action, Entry};
use base::{Ctx, Instant, Name, TenantId};
use crypt::hash::sha256;
use store::{Db, Row, Value, WriteSet};

use crate::state::CLOCK_SKEW_MAX;
use crate::{GovernError, Outcome, ProbeError, sql};

/// Whether a check measured the real thing or something broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The real thing.
    Measure,
    /// A drill: the check had to fail.
    Drill,
}

impl Mode {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Measure => "measure",
            Self::Drill => "drill",
        }
    }
}

/// What a run of a check said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// As promised.
    Held,
    /// Not as promised. In a drill that is what should come out.
    DidNotHold,
    /// The check could not be carried out.
    NotMeasured,
}

impl Verdict {
    /// The verdict as it stands in the table and in `--json`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::DidNotHold => "did_not_hold",
            Self::NotMeasured => "not_measured",
        }
    }
}

/// One result that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Of which check.
    pub check: String,
    /// Of the real thing or of a drill.
    pub mode: Mode,
    /// When.
    pub at: Instant,
    /// What came out.
    pub verdict: Verdict,
    /// What was measured; empty where nothing could be.
    pub outcome: Outcome,
    /// Why nothing could be measured.
    pub reason: Option<String>,
    /// Where its entry stands in the operator's log.
    pub log_index: Option<u64>,
    /// SHA-256 of the evidence as it is stored: the entry's `digest`.
    pub digest: [u8; 32],
}

/// Writes results down and reads them back.
#[derive(Clone)]
pub struct Ledger {
    db: Db,
    operator: TenantId,
}

impl Ledger {
    /// The ledger in `db`, with its entries in the log of `operator`.
    #[must_use]
    pub const fn new(db: Db, operator: TenantId) -> Self {
        Self { db, operator }
    }

    /// Whose log the entries go into.
    #[must_use]
    pub const fn operator(&self) -> &TenantId {
        &self.operator
    }

    /// Write down what `check` said at `ctx.now`.
    ///
    /// # Errors
    /// [`GovernError::Store`] when it could not be written; [`GovernError::Entry`] when `ctx` cannot stand in the log.
    pub async fn record(
        &self,
        ctx: &Ctx,
        check: &str,
        mode: Mode,
        result: &Result<Outcome, ProbeError>,
    ) -> Result<Record, GovernError> {
        let (verdict, text) = match result {
            Ok(outcome) => {
                let verdict = if outcome.held() {
                    Verdict::Held
                } else {
                    Verdict::DidNotHold
                };
                (verdict, serde_json::to_string(outcome))
            }
            Err(error) => (
                Verdict::NotMeasured,
                serde_json::to_string(&serde_json::json!({ "reason": error.0 })),
            ),
        };
        let text = text.map_err(|error| GovernError::Evidence {
            check: check.to_owned(),
            why: error.to_string(),
        })?;
        let digest = sha256(&[text.as_bytes()]);
        let key = vec![
            Value::from(check),
            Value::from(mode.as_str()),
            Value::from(ctx.now),
        ];
        let mut params = key.clone();
        params.extend([Value::from(verdict.as_str()), Value::from(text)]);
        let entry = entry(ctx, check, mode, verdict)?
            .digest(digest)
            .finish(&self.operator);
        let committed = self
            .db
            .commit(WriteSet::new().run(&sql::INSERT, params).log(entry))
            .await?;

        let log_index = committed.log_indexes.first().copied();
        if let Some(index) = log_index {
            let mut params = key;
            params.push(Value::from(i64::try_from(index).unwrap_or(i64::MAX)));
            self.db
                .commit(WriteSet::new().run(&sql::SET_INDEX, params))
                .await?;
        }
        Ok(Record {
            check: check.to_owned(),
            mode,
            at: ctx.now,
            verdict,
            outcome: result.clone().unwrap_or_default(),
            reason: result.as_ref().err().map(|error| error.0.clone()),
            log_index,
            digest,
        })
    }

    /// The latest result of each check, mode and verdict.
    ///
    /// # Errors
    /// [`GovernError::Store`]; [`GovernError::Evidence`] when a row makes no sense.
    pub async fn latest(&self) -> Result<Vec<Record>, GovernError> {
        let rows = self.db.rows(&sql::LATEST, Vec::new()).await?;
        rows.iter().map(record).collect()
    }

    /// Forget results that are older than `keep`, but never the latest of their kind; and those that a clock which was ahead
    /// dated after `now`, since they would else be the latest until then. The log keeps their digests.
    ///
    /// # Errors
    /// [`GovernError::Store`].
    pub async fn prune(&self, now: Instant, keep: Duration) -> Result<u64, GovernError> {
        let span = i64::try_from(keep.as_micros()).unwrap_or(i64::MAX);
        let before = Instant::from_micros(now.micros().saturating_sub(span));
        let committed = self
            .db
            .commit(
                WriteSet::new()
                    .run(&sql::PRUNE_AHEAD, vec![now.after(CLOCK_SKEW_MAX).into()])
                    .run(&sql::PRUNE, vec![before.into()]),
            )
            .await?;
        Ok(committed.rows.iter().sum())
    }
}

/// The entry about a result. A drill that did not fail is a failure; a check that could not be carried out is one as well.
fn entry(ctx: &Ctx, check: &str, mode: Mode, verdict: Verdict) -> Result<Entry, GovernError> {
    let (outcome, code) = match (mode, verdict) {
        (Mode::Measure, Verdict::Held) => (audit::Outcome::Ok, None),
        (Mode::Measure, Verdict::DidNotHold) => {
            (audit::Outcome::Failed, Some("check.did_not_hold"))
        }
        (Mode::Drill, Verdict::DidNotHold) => (audit::Outcome::Ok, Some("drill.seen_failing")),
        (Mode::Drill, Verdict::Held) => (audit::Outcome::Failed, Some("drill.not_seen_failing")),
        (_, Verdict::NotMeasured) => (audit::Outcome::Failed, Some("check.not_measured")),
    };
    let entry = Entry::new(ctx, Action::CheckResult, outcome)?.check(&log_name(check)?);
    Ok(match code {
        Some(code) => entry.code(code),
        None => entry,
    })
}

/// The check's name as it stands in the log, whose names have no dots: `rest-records`.
fn log_name(check: &str) -> Result<Name, GovernError> {
    check
        .replace('.', "-")
        .parse()
        .map_err(|_| GovernError::Unknown(check.to_owned()))
}

/// A stored row.
fn record(row: &Row) -> Result<Record, GovernError> {
    let check = row.text(0)?.to_owned();
    let bad = |why: &str| GovernError::Evidence {
        check: check.clone(),
        why: why.to_owned(),
    };
    let mode = match row.text(1)? {
        "measure" => Mode::Measure,
        "drill" => Mode::Drill,
        _ => return Err(bad("unknown mode")),
    };
    let verdict = match row.text(3)? {
        "held" => Verdict::Held,
        "did_not_hold" => Verdict::DidNotHold,
        "not_measured" => Verdict::NotMeasured,
        _ => return Err(bad("unknown verdict")),
    };
    let text = row.text(4)?;
    let (outcome, reason) = if verdict == Verdict::NotMeasured {
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| bad(&error.to_string()))?;
        let reason = value
            .get("reason")
            .and_then(|reason| reason.as_str())
            .unwrap_or_default();
        (Outcome::new(), Some(reason.to_owned()))
    } else {
        (
            serde_json::from_str(text).map_err(|error| bad(&error.to_string()))?,
            None,
        )
    };
    let log_index = if row.is_null(5) {
        None
    } else {
        u64::try_from(row.int(5)?).ok()
    };
    let digest = sha256(&[text.as_bytes()]);
    let at = Instant::from_micros(row.int(2)?);
    Ok(Record {
        check,
        mode,
        at,
        verdict,
        outcome,
        reason,
        log_index,
        digest,
    })
}
