//! What people ask for under their rights is answered in time: `rights.answered_in_time`.

use std::sync::Arc;

use jiff::civil::Date;

use super::RIGHTS_IN_TIME;
use crate::rights::{self, Happened, Holidays, Kind, Law, Request};
use crate::{Check, Measuring, Outcome, ProbeError, Probing, Seen, Wrong};

/// A request with a clock that runs, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// For what.
    pub kind: Kind,
    /// Under which rules, in which version.
    pub rules: (Law, u16),
    /// The day of receipt.
    pub received: Date,
    /// What happened since.
    pub events: Vec<Happened>,
    /// The last day that is shown for the next step.
    pub shown: Option<Date>,
}

/// The requests that are open.
pub trait Requests: Send + Sync {
    /// Every one with a clock that runs.
    fn running(&self) -> Probing<'_, Vec<Running>>;

    /// Which day it is where the house answers, and on which it does not work.
    fn today(&self) -> Result<(Date, Holidays), ProbeError>;
}

/// Counts each clock anew from what is stored, and looks for one that has run out.
pub struct RightsInTime {
    requests: Arc<dyn Requests>,
}

impl RightsInTime {
    /// The check of these requests.
    #[must_use]
    pub fn new(requests: Arc<dyn Requests>) -> Self {
        Self { requests }
    }

    async fn run(&self, drill: bool) -> Result<Outcome, ProbeError> {
        let failed =
            |error: &dyn std::fmt::Display| ProbeError::new("counting days", error.to_string());
        let mut outcome = Outcome::new();
        let (today, holidays) = self.requests.today()?;
        let packs = rights::packs().map_err(|it| failed(&it))?;
        let mut running = self.requests.running().await?;
        if drill {
            running.push(forgotten(today).map_err(|it| failed(&it))?);
        }
        for it in &running {
            let pack = rights::version(&packs, it.rules.0, it.rules.1)
                .ok_or_else(|| failed(&"a request names rules that are not there"))?;
            let request = Request::restore(it.kind, it.received, it.events.clone());
            let dues = rights::due(&request, pack, &holidays).map_err(|it| failed(&it))?;
            let next = dues.first().map(|it| it.last);
            if next.is_some_and(|last| last < today) {
                outcome.wrong(Wrong::RequestLate, it.kind.as_str());
            }
            // A later day than the law's, shown to those who answer, is a request that will be late.
            if next.is_some() && it.shown.is_none_or(|shown| Some(shown) > next) {
                outcome.wrong(Wrong::DayShownLater, it.kind.as_str());
            }
        }
        outcome.count(Seen::OpenRequests, running.len());
        Ok(outcome)
    }
}

/// A request of long ago that nobody answered.
fn forgotten(today: Date) -> Result<Running, jiff::Error> {
    let received = today.checked_sub(jiff::Span::new().days(100))?;
    Ok(Running {
        kind: Kind::Access,
        rules: (Law::Gdpr, 1),
        received,
        events: Vec::new(),
        shown: Some(received),
    })
}

impl Check for RightsInTime {
    fn name(&self) -> &'static str {
        RIGHTS_IN_TIME
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(false))
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(self.run(true))
    }
}
