//! Where write sets wait for the writer, with a bound.
//!
//! Both writers take everything that waits at once, so a batch grows by itself while the one before it is being made
//! durable. A batch that was answered sends its callers back at almost the same moment; a writer that took the first of
//! them alone would make the others wait for a whole fsync. So it lingers, but only while fewer wait than were answered
//! lately, and only for a small part of what a commit costs. One caller alone never waits.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tokio::sync::Notify;

use crate::StoreError;
use crate::batch::Job;

/// Sets in one batch: beyond this a batch gains nothing and its callers wait longer.
pub(crate) const BATCH_SETS_MAX: usize = 1024;
/// Bytes in one batch, unless one set alone is larger: keeps the write-ahead log and memory small.
pub(crate) const BATCH_BYTES_MAX: usize = 8 << 20;
/// Sets that may wait: about a second's work; whoever comes later is better served by a 503.
pub(crate) const QUEUE_SETS_MAX: usize = 16_384;
/// Bytes that may wait.
pub(crate) const QUEUE_BYTES_MAX: usize = 256 << 20;
/// The longest a writer lingers, whatever a commit costs.
const LINGER_MAX: Duration = Duration::from_millis(1);
/// The part of a commit's time that lingering may cost.
const LINGER_PART: u32 = 8;

/// What waits.
#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    bytes: usize,
    closed: bool,
    /// Wake the writer once so many wait.
    wake_at: usize,
}

/// The queue before one writer.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    /// For a writer that is a thread.
    ready: Condvar,
    /// For a writer that is a task.
    notify: Notify,
}

/// How many callers come back at once, and how long waiting for them pays.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Sets of the last batches; falls slowly, so that one small batch does not end lingering.
    crowd: usize,
    commit: Duration,
}

impl Pace {
    /// A batch of `sets` took `commit` to become durable.
    pub(crate) fn learn(&mut self, sets: usize, commit: Duration) {
        self.crowd = sets.max(self.crowd - self.crowd.div_ceil(4));
        self.commit = (self.commit * 3 + commit) / 4;
    }

    fn linger(&self) -> Duration {
        (self.commit / LINGER_PART).min(LINGER_MAX)
    }
}

/// Held by the writer: however it ends, nobody waits for it afterwards.
pub(crate) struct CloseAtEnd(pub(crate) Arc<Queue>);

impl Drop for CloseAtEnd {
    fn drop(&mut self) {
        self.0.close();
        self.0.clear();
    }
}

impl Queue {
    /// Put a job behind the others.
    pub(crate) fn push(&self, job: Job) -> Result<(), StoreError> {
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(StoreError::Unavailable("the writer has stopped".into()));
        }
        if waiting.jobs.len() >= QUEUE_SETS_MAX || waiting.bytes + job.bytes > QUEUE_BYTES_MAX {
            return Err(StoreError::Unavailable(
                "too many writes are waiting".into(),
            ));
        }
        waiting.bytes += job.bytes;
        waiting.jobs.push_back(job);
        let wake = waiting.jobs.len() >= waiting.wake_at;
        drop(waiting);
        if wake {
            self.ready.notify_one();
            self.notify.notify_one();
        }
        Ok(())
    }

    /// Take no more; the writer ends once the queue is empty.
    pub(crate) fn close(&self) {
        self.waiting.lock().closed = true;
        self.ready.notify_all();
        self.notify.notify_one();
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.lock().jobs.len()
    }

    /// Wait for work and take a batch of it; `None` once the queue is closed and empty.
    pub(crate) fn take_blocking(&self, pace: &Pace) -> Option<Vec<Job>> {
        let mut waiting = self.waiting.lock();
        while waiting.jobs.is_empty() {
            if waiting.closed {
                return None;
            }
            waiting.wake_at = 1;
            self.ready.wait(&mut waiting);
        }
        let deadline = Instant::now() + pace.linger();
        while waiting.jobs.len() < pace.crowd && !waiting.closed {
            waiting.wake_at = pace.crowd;
            if self.ready.wait_until(&mut waiting, deadline).timed_out() {
                break;
            }
        }
        Some(waiting.batch())
    }

    /// The same for a writer that is a task.
    pub(crate) async fn take(&self, pace: &Pace) -> Option<Vec<Job>> {
        while self.len() == 0 {
            if self.is_closed() {
                return None;
            }
            self.notify.notified().await;
        }
        // The runtime's timers count in whole milliseconds, so let the others run instead.
        let deadline = Instant::now() + pace.linger();
        while self.len() < pace.crowd && !self.is_closed() && Instant::now() < deadline {
            tokio::task::yield_now().await;
        }
        Some(self.waiting.lock().batch())
    }

    fn is_closed(&self) -> bool {
        self.waiting.lock().closed
    }

    /// Drop what waits; each caller hears that the writer has stopped.
    fn clear(&self) {
        let jobs = std::mem::take(&mut self.waiting.lock().jobs);
        drop(jobs);
    }
}

impl Waiting {
    fn batch(&mut self) -> Vec<Job> {
        let mut batch = Vec::with_capacity(self.jobs.len().min(BATCH_SETS_MAX));
        let mut bytes = 0;
        while let Some(job) = self.jobs.front() {
            if batch.len() >= BATCH_SETS_MAX
                || (!batch.is_empty() && bytes + job.bytes > BATCH_BYTES_MAX)
            {
                break;
            }
            bytes += job.bytes;
            self.bytes = self.bytes.saturating_sub(job.bytes);
            batch.extend(self.jobs.pop_front());
        }
        self.wake_at = 1;
        batch
    }
}
