//! Requests of data subjects that are late, or seem to be in time and are not, are seen.

use std::sync::Arc;

use jiff::civil::Date;

use crate::checks::{Requests, RightsInTime, Running};
use crate::rights::{Event, Happened, Holidays, Kind};
use crate::{Check, ProbeError, Probing, Wrong};

struct Inbox(Vec<Running>);

impl Requests for Inbox {
    fn running(&self) -> Probing<'_, Vec<Running>> {
        let found = self.0.clone();
        Box::pin(async move { Ok(found) })
    }

    fn today(&self) -> Result<(Date, Holidays), ProbeError> {
        let today = "2026-11-27".parse().expect("a day");
        Ok((today, Holidays::default()))
    }
}

#[tokio::test]
async fn a_request_past_its_day_is_seen_and_so_is_a_day_that_is_shown_too_late() {
    let asked = |kind, received: &str, shown: &str| Running {
        kind,
        rules: (kind.law().expect("a law"), 1),
        received: received.parse().expect("a day"),
        events: Vec::new(),
        shown: shown.parse().ok(),
    };
    let measure = async |running: Vec<Running>| {
        let check = RightsInTime::new(Arc::new(Inbox(running)));
        let drilled = check.drill().await.expect("it was measured");
        assert!(drilled.has(Wrong::RequestLate));
        check.measure().await.expect("it was measured")
    };
    assert!(measure(Vec::new()).await.held());
    // Due on the 27th, which is today: in time until the day is over. A Sunday moves on.
    let today = asked(Kind::Access, "2026-10-27", "2026-11-27");
    assert!(measure(vec![today.clone()]).await.held());
    let late = asked(Kind::Access, "2026-10-26", "2026-11-26");
    assert!(
        measure(vec![today.clone(), late.clone()])
            .await
            .has(Wrong::RequestLate)
    );
    let extended = Running {
        events: vec![Happened {
            event: Event::Extended,
            day: "2026-11-20".parse().expect("a day"),
        }],
        shown: "2027-01-26".parse().ok(),
        ..late.clone()
    };
    assert!(measure(vec![extended]).await.held());
    let answered = Running {
        events: vec![Happened {
            event: Event::Answered,
            day: "2026-11-20".parse().expect("a day"),
        }],
        shown: None,
        ..late
    };
    assert!(measure(vec![answered]).await.held());
    // Ten business days to say that it came.
    let silent = asked(Kind::Know, "2026-11-10", "2026-11-24");
    assert!(measure(vec![silent]).await.has(Wrong::RequestLate));
    let shown = Running {
        shown: "2026-11-30".parse().ok(),
        ..today
    };
    let wrong = measure(vec![shown]).await;
    assert!(wrong.has(Wrong::DayShownLater) && !wrong.has(Wrong::RequestLate));
}
