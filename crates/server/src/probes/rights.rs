//! Requests of data subjects with a clock that runs, of every tenant, for `rights.answered_in_time`.

use std::sync::Arc;

use govern::checks::{Requests, Running};
use govern::rights::Holidays;
use govern::{ProbeError, Probing};
use jiff::civil::Date;

use super::Bench;

pub(super) struct Asked(pub Arc<Bench>);

impl Requests for Asked {
    fn running(&self) -> Probing<'_, Vec<Running>> {
        Box::pin(async {
            let house = &self.0.house;
            let mut all = Vec::new();
            for tenant in house.tenants() {
                let mut after = None;
                loop {
                    let page = crate::rights::open(house, &tenant, after).await;
                    let page = page.map_err(|error| {
                        ProbeError::new("reading requests of data subjects", error.to_string())
                    })?;
                    let Some(last) = page.last() else { break };
                    after = Some(last.request);
                    all.extend(page.into_iter().map(|it| Running {
                        kind: it.kind,
                        rules: (it.law, it.version),
                        received: it.received,
                        events: it.events,
                        shown: it.last,
                    }));
                }
            }
            Ok(all)
        })
    }

    fn today(&self) -> Result<(Date, Holidays), ProbeError> {
        let house = &self.0.house;
        let failed = |error: &dyn std::fmt::Display| {
            ProbeError::new("asking which day it is", error.to_string())
        };
        let today = govern::rights::day_of(house.clock.now(), &house.config.rights.zone());
        let holidays = house.config.rights.days().map_err(|it| failed(&it))?;
        Ok((today.map_err(|it| failed(&it))?, holidays))
    }
}
