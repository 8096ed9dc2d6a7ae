//! What is kept about privileges and emergencies.

use std::fmt;
use std::str::FromStr;

use base::{AccountId, Instant, PrivilegeId};

use crate::Role;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$each])* $variant,)*
        }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As it is stored and shown to programs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.iter().copied().find(|it| it.as_str() == text).ok_or(())
            }
        }
    };
}

words! {
    /// Why a privilege is asked for.
    Reason {
        /// New here, or in a new post.
        NewPost = "new_post",
        /// Stands in for a colleague.
        Cover = "cover",
        /// For one piece of work.
        Project = "project",
        /// Something happened that needs it.
        Incident = "incident",
        /// Something else; the note says what.
        Other = "other",
    }
}

words! {
    /// Why a glass is broken.
    GlassReason {
        /// The person is in danger and must be treated now.
        EmergencyCare = "emergency_care",
        /// The person cannot be asked.
        Unreachable = "unreachable",
        /// Somebody else is in danger.
        Safety = "safety",
        /// The data themselves are in danger.
        Incident = "incident",
        /// The law demands it now.
        Legal = "legal",
    }
}

words! {
    /// Where a request is.
    State {
        /// Nobody has decided.
        Open = "open",
        /// A second person said yes.
        Approved = "approved",
        /// A second person said no.
        Refused = "refused",
    }
}

words! {
    /// Why a privilege ended.
    Ended {
        /// Somebody ended it.
        Ended = "ended",
        /// A review did not confirm it.
        NotConfirmed = "not_confirmed",
        /// No review confirmed it for too long.
        Overdue = "overdue",
        /// It was for a time.
        Expired = "expired",
    }
}

words! {
    /// What the review of a break-glass found.
    Verdict {
        /// It was right.
        Justified = "justified",
        /// It was not.
        NotJustified = "not_justified",
    }
}

/// A request for a privilege.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its id.
    pub id: PrivilegeId,
    /// Who gains by it.
    pub account: AccountId,
    /// Which role.
    pub role: Role,
    /// Why.
    pub reason: Reason,
    /// More about it, sealed.
    pub note: Option<Vec<u8>>,
    /// Who asked.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: Instant,
    /// When the privilege shall end by itself.
    pub ends_at: Option<Instant>,
    /// Where it is.
    pub state: State,
    /// The second person.
    pub decided_by: Option<AccountId>,
    /// When they decided.
    pub decided_at: Option<Instant>,
}

/// A privilege that somebody holds, or held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Its id.
    pub id: PrivilegeId,
    /// Who holds it.
    pub account: AccountId,
    /// Which role.
    pub role: Role,
    /// Since when.
    pub since: Instant,
    /// When it ends by itself.
    pub ends_at: Option<Instant>,
    /// Who asked for it; nobody where the installation appointed.
    pub granted_by: Option<AccountId>,
    /// The second person.
    pub approved_by: Option<AccountId>,
    /// When it must be confirmed.
    pub review_due_at: Instant,
    /// Who confirmed it last.
    pub reviewed_by: Option<AccountId>,
    /// When.
    pub reviewed_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Why.
    pub ended_why: Option<Ended>,
}

impl Assignment {
    /// Whether it counts at `now`: not ended, not run out, its review not overdue.
    #[must_use]
    pub fn counts(&self, now: Instant) -> bool {
        self.ended_at.is_none()
            && self.ends_at.is_none_or(|end| now < end)
            && now < self.review_due_at
    }

    /// Whether it waits for a review that should have been.
    #[must_use]
    pub fn is_overdue(&self, now: Instant) -> bool {
        self.ended_at.is_none()
            && self.ends_at.is_none_or(|end| now < end)
            && now >= self.review_due_at
    }
}
