//! Nothing is kept past its time, but what a legal hold keeps: `retention.kept`.

use std::sync::Arc;

use super::RETENTION_KEPT;
use crate::{Check, Measuring, Outcome, ProbeError, Probing, Seen, Wrong};

/// What is kept of one collection that has an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aged {
    /// The collection.
    pub collection: String,
    /// In its time.
    pub kept: u64,
    /// Past it, by more than a pass takes to come, and stopped by a hold.
    pub held: u64,
    /// The same without a hold.
    pub over: u64,
}

/// How old things are.
pub trait Ages: Send + Sync {
    /// Every collection that has an end, counted now.
    fn all(&self) -> Probing<'_, Vec<Aged>>;
}

/// Looks for what should have been destroyed.
pub struct RetentionKept {
    ages: Arc<dyn Ages>,
}

impl RetentionKept {
    /// The check of these ages.
    #[must_use]
    pub fn new(ages: Arc<dyn Ages>) -> Self {
        Self { ages }
    }

    async fn run(&self, stray: Option<Aged>) -> Result<Outcome, ProbeError> {
        let mut outcome = Outcome::new();
        let mut all = self.ages.all().await?;
        all.extend(stray);
        for it in all.iter().filter(|it| it.over > 0) {
            outcome.wrong(Wrong::PastItsTime, it.collection.clone());
        }
        let sum = |of: fn(&Aged) -> u64| {
            usize::try_from(all.iter().map(of).sum::<u64>()).unwrap_or(usize::MAX)
        };
        outcome.count(Seen::InTime, sum(|it| it.kept));
        outcome.count(Seen::HeldBack, sum(|it| it.held));
        Ok(outcome)
    }
}

impl Check for RetentionKept {
    fn name(&self) -> &'static str {
        RETENTION_KEPT
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(None))
    }

    fn drill(&self) -> Measuring<'_> {
        let forgotten = Aged {
            collection: "drill".to_owned(),
            kept: 0,
            held: 0,
            over: 1,
        };
        Box::pin(self.run(Some(forgotten)))
    }
}
