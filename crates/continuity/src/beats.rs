//! Small writes, one after another, each remembered with the moment at which it was acknowledged: what a failover drill measures with.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use base::{ObjectId, Rng};
use store::{Db, StoreError, WriteSet};

use crate::sql;

/// Between two of them.
const EVERY: Duration = Duration::from_millis(50);

/// What was written.
#[derive(Debug)]
pub struct Beats {
    drill: ObjectId,
    next: u64,
    acknowledged: Vec<(u64, Instant)>,
}

impl Beats {
    /// None yet.
    #[must_use]
    pub fn new(rng: &dyn Rng) -> Self {
        Self {
            drill: ObjectId::random(rng),
            next: 0,
            acknowledged: Vec::new(),
        }
    }

    /// Write one, and wait a little. What is not acknowledged is not counted on; the next one is another.
    pub async fn beat(&mut self, db: &Db) {
        self.next += 1;
        let number = i64::try_from(self.next).unwrap_or(i64::MAX);
        let params = vec![self.drill.into(), number.into()];
        if db
            .commit(WriteSet::new().run(&sql::BEAT, params))
            .await
            .is_ok()
        {
            self.acknowledged.push((self.next, Instant::now()));
        }
        tokio::time::sleep(EVERY).await;
    }

    /// How many were acknowledged.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.acknowledged.len() as u64
    }

    /// How many were acknowledged since `from`.
    #[must_use]
    pub fn since(&self, from: Instant) -> usize {
        self.acknowledged
            .iter()
            .filter(|(_, at)| *at >= from)
            .count()
    }

    /// The longest time without an acknowledgement, from the last one before `from` on.
    #[must_use]
    pub fn gap(&self, from: Instant) -> Duration {
        let first = self.acknowledged.partition_point(|(_, at)| *at < from);
        let all = self
            .acknowledged
            .get(first.saturating_sub(1)..)
            .unwrap_or_default();
        let pairs = all.iter().zip(all.iter().skip(1));
        pairs
            .map(|(one, next)| next.1 - one.1)
            .max()
            .unwrap_or_default()
    }

    /// How many of those that were acknowledged are not there.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn lost(&self, db: &Db) -> Result<u64, StoreError> {
        let mut there = BTreeSet::new();
        for row in db.rows(&sql::BEATS, vec![self.drill.into()]).await? {
            there.insert(u64::try_from(row.int(0)?).unwrap_or(0));
        }
        let lost = self
            .acknowledged
            .iter()
            .filter(|(number, _)| !there.contains(number));
        Ok(lost.count() as u64)
    }

    /// Remove them.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn forget(&self, db: &Db) -> Result<(), StoreError> {
        let set = WriteSet::new().run(&sql::FORGET_BEATS, vec![self.drill.into()]);
        db.commit(set).await.map(drop)
    }
}

/// Which server answers, and in which of its lives; empty for SQLite.
///
/// # Errors
/// Storage failures.
pub async fn primary(db: &Db) -> Result<String, StoreError> {
    let row = db.row(&sql::PRIMARY, vec![]).await?;
    row.map_or_else(|| Ok(String::new()), |row| row.text(0).map(str::to_owned))
}
