//! Nothing sensitive in operating logs: `logs.clean`.

use std::sync::Arc;

use base::{Class, Rng};

use super::LOGS_CLEAN;
use crate::canary::{Marker, Raw, SPELLINGS, WithLeak, search_raw};
use crate::{Check, Measuring, Outcome, ProbeError, Probing, Seen, Wrong};

/// What requests with marker words came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provoked {
    /// How many were sent, those included that had to fail.
    pub requests: usize,
    /// What they must have left in the logs, e.g. their request ids: by this the check knows that it searches the right place.
    pub traces: Vec<String>,
}

/// Sends marker words wherever something can be sent.
pub trait Provoke: Send + Sync {
    /// Send the words in fields, headers, file names, paths, in requests that go well and in requests that must fail.
    fn provoke<'a>(&'a self, markers: &'a [Marker]) -> Probing<'a, Provoked>;
}

/// Sends marker words, then searches everything that the process has written.
pub struct LogsClean {
    provoke: Arc<dyn Provoke>,
    written: Arc<dyn Raw>,
    rng: Arc<dyn Rng>,
}

impl LogsClean {
    /// The check: `written` is all output of the process, log files, error bodies, metrics.
    #[must_use]
    pub fn new(provoke: Arc<dyn Provoke>, written: Arc<dyn Raw>, rng: Arc<dyn Rng>) -> Self {
        Self {
            provoke,
            written,
            rng,
        }
    }

    async fn run(&self, leak: bool) -> Result<Outcome, ProbeError> {
        let mut outcome = Outcome::new();
        let classes = [Class::Personal, Class::Health, Class::Credential];
        let markers: Vec<_> = classes
            .iter()
            .map(|class| Marker::random(*class, &*self.rng))
            .collect();
        let provoked = self.provoke.provoke(&markers).await?;
        let mut words: Vec<_> = markers.iter().map(|marker| marker.word.clone()).collect();
        let forbidden = words.len();
        words.extend(provoked.traces.iter().cloned());

        let searched = if leak {
            let leaked = markers.iter().map(|marker| marker.word.clone()).collect();
            search_raw(
                &WithLeak {
                    raw: &*self.written,
                    words: leaked,
                },
                words,
            )
            .await?
        } else {
            search_raw(&*self.written, words).await?
        };
        let (bad, traces): (Vec<_>, Vec<_>) = searched
            .found
            .iter()
            .partition(|(number, _)| *number < forbidden);
        for (_, place) in bad {
            outcome.wrong(Wrong::PlainText, place);
        }
        if searched.bytes == 0 {
            outcome.wrong(Wrong::NothingSearched, "");
        } else if provoked.traces.is_empty() || traces.is_empty() {
            outcome.wrong(Wrong::NoTrace, "");
        }
        outcome.count(Seen::Requests, provoked.requests);
        outcome.count(Seen::Markers, markers.len());
        outcome.count(Seen::Spellings, SPELLINGS);
        outcome.list(Seen::Places, searched.summary());
        outcome.number(Seen::BytesSearched, searched.bytes);
        Ok(outcome)
    }
}

impl Check for LogsClean {
    fn name(&self) -> &'static str {
        LOGS_CLEAN
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(false))
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(self.run(true))
    }
}
