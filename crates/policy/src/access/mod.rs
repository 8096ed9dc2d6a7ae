//! Who holds which privilege: asked for by one, decided on by another, confirmed in reviews; and access in an emergency.
//!
//! The verbs answer with the writes to commit together with the entry in the log, which `server` makes.
//!
//! Invariant: nobody gains a privilege, keeps one in a review, or is the second person for a break-glass by their own
//! decision. Policy says so, and the statements say so again.
//!
//! Invariant: a privilege whose review is overdue does not count, from that moment on.

mod assignments;
mod error;
mod glass;
mod model;
mod notice;
mod requests;
mod sql;

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Rng};
use store::Db;

pub use assignments::Standing;
pub use error::AccessError;
pub use glass::{Glass, NewGlass};
pub use model::{Assignment, Ended, GlassReason, Reason, Request, State, Verdict};
pub use notice::{About, Notice, Notices};
pub use requests::NewRequest;
pub use sql::STATEMENTS;

/// How long things last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessSettings {
    /// Each privilege is confirmed this often, or stops counting.
    pub review_every: Duration,
    /// One that was not confirmed for so long afterwards is ended for good.
    pub falls_away_after: Duration,
    /// A break-glass is reviewed within this time; later, whoever opened it opens no other.
    pub glass_review_within: Duration,
}

const DAY: Duration = Duration::from_hours(24);

impl Default for AccessSettings {
    fn default() -> Self {
        Self {
            review_every: DAY * 90,
            falls_away_after: DAY * 14,
            glass_review_within: DAY * 3,
        }
    }
}

/// A break-glass is open for an hour at most.
pub const GLASS_MAX: Duration = Duration::from_hours(1);
/// Lines of one list.
pub const LIST_MAX: u32 = 1_000;

/// Privileges and emergencies, kept in the data database.
pub struct Access {
    db: Db,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    settings: AccessSettings,
}

impl Access {
    /// Kept in `db`.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>, settings: AccessSettings) -> Self {
        Self {
            db,
            clock,
            rng,
            settings,
        }
    }

    /// How long things last.
    #[must_use]
    pub const fn settings(&self) -> &AccessSettings {
        &self.settings
    }
}
