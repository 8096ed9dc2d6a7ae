//! What is over is forgotten.

use std::time::Duration;

use base::Instant;
use store::WriteSet;

use crate::identity::Identity;
use crate::{IdentityError, sql};

/// How long ended sessions and used links stay, for who asks what happened.
const KEPT_FOR: Duration = Duration::from_hours(24 * 30);
/// Counters that nobody touched for so long say nothing any more; that of an account under attack is touched.
const GUESSES_KEPT_FOR: Duration = Duration::from_hours(24 * 90);

impl Identity {
    /// Forget what is over: tickets, links, sessions, devices, counters.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn prune(&self, now: Instant) -> Result<(), IdentityError> {
        let back = |span: Duration| {
            let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
            Instant::from_micros(now.micros().saturating_sub(micros))
        };
        let set = WriteSet::new()
            .run(&sql::TICKETS_PRUNE, vec![now.into()])
            .run(&sql::DEVICES_PRUNE, vec![now.into()])
            .run(&sql::LINKS_PRUNE, vec![back(KEPT_FOR).into()])
            .run(&sql::SESSIONS_PRUNE, vec![back(KEPT_FOR).into()])
            .run(&sql::GUESSES_PRUNE, vec![back(GUESSES_KEPT_FOR).into()])
            .run(&sql::LETTERS_PRUNE, vec![back(KEPT_FOR).into()]);
        self.db.commit(set).await?;
        Ok(())
    }
}
