//! A person is asked, answers, and takes back.
//!
//! A *request* says who wants what, for which purposes, for how long, in words that a person reads; it is versioned and signed.
//! An *asking* is one request that reached one person, by whatever way. The answer yes is a *grant*: what was let be done, until
//! when. [`Terms`] are the same in all three, so that "granted is within offered" is one comparison, of what they do.
//!
//! Invariant: what is granted lies within what was asked, and holds everything that was asked as essential.
//! Invariant: a grant only ever gets smaller. More is a new question.
//! Invariant: whoever opens or seals something by a grant commits [`Consented::guard`] with it: a grant that was withdrawn or
//! narrowed meanwhile undoes the commit, on every node, and without its entry nothing is handed out.
//! Invariant: what a person had limited is asked where a grant is, before a key and again in the commit; it is stronger than any grant.
//! Invariant: what a guardian gave lets nothing be done from the moment on at which the person decides, whether or not anything ran then:
//! that moment is opened where the grant is, and its version is asked again in the commit.
//! Invariant: refusing takes as many steps as agreeing; nobody is asked again soon after they refused ([`Pace`]).

mod answer;
mod ask;
mod check;
mod error;
pub mod fhir;
mod grants;
mod guardian;
mod keep;
mod limit;
mod model;
pub mod receipt;
mod request;
mod sql;
mod terms;

use std::sync::Arc;
use std::time::Duration;

use audit::LogKeys;
use base::{Instant, Rng};
use crypt::Secrets;
use store::Db;

pub use answer::{Answer, Answered, Shown};
pub use ask::{Asking, AskingState, Pace, Way};
pub use audit::jws::{Key, verify};
pub use check::{By, Consented, GUARD, Need, consented};
pub use error::ConsentError;
pub use grants::{Event, Grant, GrantState, Happened, NewProxy};
pub use guardian::{
    Ended, Guarded, Guardian, GuardianWords, InStead, Minor, NewGuardian, Proposal, Stage, ToTell,
};
pub use keep::Due;
pub use limit::{LIMIT_GUARD, Limit, Limited, Reach, limited, limits, unlimited};
pub use model::{AskingId, Party, RequestId};
pub use request::{Notice, Offer, Offered, PartOffered};
pub use sql::STATEMENTS;
pub use terms::{Fields, Part, Terms};

const DAY: Duration = Duration::from_hours(24);

/// How long things last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A grant lasts this long at most, whatever was asked.
    pub grant_max: Duration,
    /// A question that nobody answers goes away after this.
    pub asking: Duration,
    /// Who defers is reminded after this.
    pub defer: Duration,
    /// A person is reminded of a grant this long before it ends.
    pub remind: Duration,
    /// How often a person may be asked.
    pub pace: Pace,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            grant_max: DAY * 366,
            asking: DAY * 30,
            defer: DAY * 3,
            remind: DAY * 14,
            pace: Pace::default(),
        }
    }
}

/// What it is made of.
pub struct Parts {
    /// Where rows lie.
    pub db: Db,
    /// What seals words.
    pub secrets: Arc<dyn Secrets>,
    /// What signs requests and receipts: the key that signs the tenant's log.
    pub keys: Arc<dyn LogKeys>,
    /// Chance.
    pub rng: Arc<dyn Rng>,
    /// How long things last.
    pub settings: Settings,
}

/// Requests, askings and grants, kept in the data database.
///
/// The verbs answer with the writes to commit together with the entry in the log, which `server` makes.
pub struct Consents {
    db: Db,
    secrets: Arc<dyn Secrets>,
    keys: Arc<dyn LogKeys>,
    rng: Arc<dyn Rng>,
    settings: Settings,
}

impl Consents {
    /// Made of its parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            db: parts.db,
            secrets: parts.secrets,
            keys: parts.keys,
            rng: parts.rng,
            settings: parts.settings,
        }
    }

    /// How long things last.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }
}

/// The whole days of a duration, for people.
pub(crate) const fn days(duration: Duration) -> u64 {
    duration.as_secs() / DAY.as_secs()
}

/// `n` days after `at`.
pub(crate) fn in_days(at: Instant, n: u32) -> Instant {
    at.after(DAY * n)
}
