//! What the writer counts, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::batch::Tally;

/// Upper bounds of the batch-size buckets: 1, 2, 4, ... 1024.
pub(crate) const BATCH_BUCKETS: usize = 11;

/// Counters that the writer raises. Relaxed: each stands for itself.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    batches: AtomicU64,
    sets_held: AtomicU64,
    sets_failed: AtomicU64,
    entries: AtomicU64,
    commit_micros: AtomicU64,
    batch_micros: AtomicU64,
    overloads: AtomicU64,
    batch_sizes: [AtomicU64; BATCH_BUCKETS],
}

impl Counters {
    /// One batch is through; it took `whole`, of which `commit` was waiting to become durable.
    pub(crate) fn batch(&self, tally: Tally, whole: Duration, commit: Duration) {
        let Tally {
            held,
            failed,
            entries,
        } = tally;
        let add = |counter: &AtomicU64, by: u64| {
            counter.fetch_add(by, Ordering::Relaxed);
        };
        add(&self.batches, 1);
        add(&self.sets_held, held as u64);
        add(&self.sets_failed, failed as u64);
        add(&self.entries, entries as u64);
        add(&self.batch_micros, micros(whole));
        add(&self.commit_micros, micros(commit));
        let sets = (held + failed).max(1);
        let bucket = sets.next_power_of_two().trailing_zeros() as usize;
        if let Some(size) = self.batch_sizes.get(bucket.min(BATCH_BUCKETS - 1)) {
            add(size, 1);
        }
    }

    /// A write set was turned away because too many waited.
    pub(crate) fn overload(&self) {
        self.overloads.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, waiting: usize) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            batches: read(&self.batches),
            sets_held: read(&self.sets_held),
            sets_failed: read(&self.sets_failed),
            entries: read(&self.entries),
            batch_micros: read(&self.batch_micros),
            commit_micros: read(&self.commit_micros),
            overloads: read(&self.overloads),
            waiting: waiting as u64,
            batch_sizes: std::array::from_fn(|at| self.batch_sizes.get(at).map_or(0, read)),
        }
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// What the writer has done since the database was opened. All but `waiting` only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Transactions tried.
    pub batches: u64,
    /// Write sets committed.
    pub sets_held: u64,
    /// Write sets refused: a guard, a duplicate, no storage.
    pub sets_failed: u64,
    /// Log entries committed.
    pub entries: u64,
    /// Time spent on batches, commits included, in microseconds.
    pub batch_micros: u64,
    /// Time spent waiting for commits alone, in microseconds.
    pub commit_micros: u64,
    /// Write sets turned away because the queue was full.
    pub overloads: u64,
    /// Write sets that wait now.
    pub waiting: u64,
    /// Batches by size: bucket `n` counts those of at most `2^n` sets that no smaller bucket took; the last one takes the rest.
    pub batch_sizes: [u64; BATCH_BUCKETS],
}
