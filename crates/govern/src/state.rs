//! What follows from the evidence: kept, broken, stale or unproven.

use std::time::Duration;

use base::Instant;
use serde::{Serialize, Serializer};

use crate::ledger::{Mode, Record, Verdict};
use crate::{Catalogue, Kind, Outcome, Promise};

/// How a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It held lately, and its check has been seen failing.
    Kept,
    /// It did not hold the last time.
    Broken,
    /// It held, but too long ago.
    Stale,
    /// It was never measured, or its check was never seen failing. A statement of values is always unproven.
    Unproven,
}

/// A promise with its state and the evidence for it.
#[derive(Clone, Debug)]
pub struct PromiseView<'a> {
    /// The promise.
    pub promise: &'a Promise,
    /// How it stands.
    pub state: State,
    /// The latest measurement, good or bad.
    pub measured: Option<Record>,
    /// The latest attempt that came to nothing, where it is later than that.
    pub attempted: Option<Record>,
    /// When its check was last seen failing in a drill, and what that said.
    pub drilled: Option<Record>,
}

/// Clocks of several machines differ by a little; a measurement from further in the future counts for nothing.
pub(crate) const CLOCK_SKEW_MAX: Duration = Duration::from_secs(300);

/// Every promise of the catalogue as it stands at `now` by these records.
#[must_use]
pub fn views<'a>(
    catalogue: &'a Catalogue,
    records: &[Record],
    now: Instant,
) -> Vec<PromiseView<'a>> {
    catalogue
        .promises()
        .iter()
        .map(|promise| view(promise, records, now))
        .collect()
}

fn view<'a>(promise: &'a Promise, records: &[Record], now: Instant) -> PromiseView<'a> {
    let latest = |mode: Mode, wanted: &[Verdict]| {
        records
            .iter()
            .filter(|record| {
                Some(&record.check) == promise.check.as_ref()
                    && record.mode == mode
                    && wanted.contains(&record.verdict)
            })
            .max_by_key(|record| record.at)
            .cloned()
    };
    let measured = latest(Mode::Measure, &[Verdict::Held, Verdict::DidNotHold]);
    let drilled = latest(Mode::Drill, &[Verdict::DidNotHold]);
    let attempted = latest(Mode::Measure, &[Verdict::NotMeasured]).filter(|attempt| {
        measured
            .as_ref()
            .is_none_or(|measured| measured.at < attempt.at)
    });
    let state = state(promise, measured.as_ref(), drilled.as_ref(), now);
    PromiseView {
        promise,
        state,
        measured,
        attempted,
        drilled,
    }
}

fn state(
    promise: &Promise,
    measured: Option<&Record>,
    drilled: Option<&Record>,
    now: Instant,
) -> State {
    let Some(measured) = measured else {
        return State::Unproven;
    };
    if promise.kind == Kind::V {
        return State::Unproven;
    }
    if measured.verdict == Verdict::DidNotHold {
        // However old: a broken promise does not mend itself by waiting.
        return State::Broken;
    }
    if drilled.is_none() {
        return State::Unproven;
    }
    let ahead = measured.at > now.after(CLOCK_SKEW_MAX);
    if ahead || now.since(measured.at) > promise.fresh_for() {
        return State::Stale;
    }
    State::Kept
}

/// A promise for programs: one element of `strongroom check --json`.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The promise's id.
    pub id: String,
    /// What sort of sentence.
    pub kind: Kind,
    /// How it stands.
    pub state: State,
    /// When it was measured last, RFC 3339.
    #[serde(serialize_with = "moment")]
    pub measured_at: Option<Instant>,
    /// What was measured.
    pub evidence: Option<Outcome>,
    /// Where the result stands in the operator's log.
    pub log_index: Option<u64>,
    /// When its check was last seen failing in a drill, RFC 3339.
    #[serde(serialize_with = "moment")]
    pub last_seen_failing: Option<Instant>,
    /// Why the latest attempt came to nothing, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_measured: Option<String>,
}

#[expect(clippy::ref_option, reason = "serde hands the field over like this")]
fn moment<S: Serializer>(at: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}

impl PromiseView<'_> {
    /// The view for programs.
    #[must_use]
    pub fn report(&self) -> Report {
        let measured = self.measured.as_ref();
        Report {
            id: self.promise.id.clone(),
            kind: self.promise.kind,
            state: self.state,
            measured_at: measured.map(|record| record.at),
            evidence: measured.map(|record| record.outcome.clone()),
            log_index: measured.and_then(|record| record.log_index),
            last_seen_failing: self.drilled.as_ref().map(|record| record.at),
            not_measured: self
                .attempted
                .as_ref()
                .and_then(|record| record.reason.clone()),
        }
    }
}
