//! How old what is kept at the tenant is, for `retention.kept`.

use std::sync::Arc;
use std::time::Duration;

use govern::checks::{Aged, Ages};
use govern::{ProbeError, Probing};

use super::Bench;
use crate::retention;

/// A pass begins with each day, and may take most of it.
const GRACE: Duration = Duration::from_hours(48);

pub(super) struct Kept(pub Arc<Bench>);

impl Ages for Kept {
    fn all(&self) -> Probing<'_, Vec<Aged>> {
        Box::pin(async {
            let house = &self.0.house;
            let at = house.clock.now().before(GRACE);
            let found = retention::survey(house, &self.0.tenant, at).await;
            let found = found.map_err(|error| ProbeError::new("counting what is kept", error))?;
            let aged = found.into_iter().map(|(collection, it)| Aged {
                collection,
                kept: it.kept,
                held: it.held,
                over: it.over,
            });
            Ok(aged.collect())
        })
    }
}
