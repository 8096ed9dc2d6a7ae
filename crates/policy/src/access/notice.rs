//! Who is told of emergencies, privileges and reviews, at once. Declared here, wired in `server` to whatever carries messages.

use base::{AccountId, Instant, PersonId, PrivilegeId, TenantId};
use store::Statement;

use crate::Role;

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Somebody opened a person's data in an emergency.
    GlassOpened(PrivilegeId),
    /// Somebody asks to open a person's data, and waits for a second person.
    GlassAsked(PrivilegeId),
    /// Nobody reviewed an emergency in time.
    GlassOverdue(PrivilegeId),
    /// Somebody asks for a privilege.
    RoleAsked(PrivilegeId),
    /// The reader was given a privilege.
    RoleGiven(PrivilegeId),
    /// What the reader asked for on behalf of somebody else was granted.
    RequestGranted(PrivilegeId),
    /// What the reader asked for was refused.
    RequestRefused(PrivilegeId),
    /// A privilege of the reader ended.
    RoleEnded(PrivilegeId),
    /// A privilege of the reader does not count, since nobody reviewed it in time.
    RoleOverdue(PrivilegeId),
    /// A request of a data subject is to be answered soon.
    RightDue(PrivilegeId),
    /// A request of a data subject was not answered in time.
    RightOverdue(PrivilegeId),
    /// Privileges come up for review.
    ReviewsDue,
    /// Privileges were not reviewed in time.
    ReviewsOverdue,
    /// A recovery point or a drill is late, or failed.
    ContinuityLate,
    /// Somebody is to be let decide for a person: it waits for a second one of the staff.
    GuardianProposed,
    /// Somebody was let decide for a person.
    GuardianAppointed,
    /// Somebody proposes that recovery points be destroyed before their time.
    DestructionProposed(PrivilegeId),
    /// Two agreed to that.
    DestructionAgreed(PrivilegeId),
    /// It was called off.
    DestructionCancelled(PrivilegeId),
    /// It was done.
    DestructionDone(PrivilegeId),
    /// The configuration wants recovery points kept for fewer days.
    KeepShortened,
}

impl About {
    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GlassOpened(_) => "glass_opened",
            Self::GlassAsked(_) => "glass_asked",
            Self::GlassOverdue(_) => "glass_overdue",
            Self::RoleAsked(_) => "role_asked",
            Self::RoleGiven(_) => "role_given",
            Self::RequestGranted(_) => "request_granted",
            Self::RequestRefused(_) => "request_refused",
            Self::RoleEnded(_) => "role_ended",
            Self::RoleOverdue(_) => "role_overdue",
            Self::RightDue(_) => "right_due",
            Self::RightOverdue(_) => "right_overdue",
            Self::ReviewsDue => "reviews_due",
            Self::ReviewsOverdue => "reviews_overdue",
            Self::ContinuityLate => "continuity_late",
            Self::GuardianProposed => "guardian_proposed",
            Self::GuardianAppointed => "guardian_appointed",
            Self::DestructionProposed(_) => "destruction_proposed",
            Self::DestructionAgreed(_) => "destruction_agreed",
            Self::DestructionCancelled(_) => "destruction_cancelled",
            Self::DestructionDone(_) => "destruction_done",
            Self::KeepShortened => "keep_shortened",
        }
    }

    /// The request, privilege or break-glass that it is about.
    #[must_use]
    pub const fn id(self) -> Option<PrivilegeId> {
        match self {
            Self::GlassOpened(id)
            | Self::GlassAsked(id)
            | Self::GlassOverdue(id)
            | Self::RoleAsked(id)
            | Self::RoleGiven(id)
            | Self::RequestGranted(id)
            | Self::RequestRefused(id)
            | Self::RoleEnded(id)
            | Self::RoleOverdue(id)
            | Self::RightDue(id)
            | Self::RightOverdue(id)
            | Self::DestructionProposed(id)
            | Self::DestructionAgreed(id)
            | Self::DestructionCancelled(id)
            | Self::DestructionDone(id) => Some(id),
            Self::ReviewsDue
            | Self::ReviewsOverdue
            | Self::ContinuityLate
            | Self::GuardianProposed
            | Self::GuardianAppointed
            | Self::KeepShortened => None,
        }
    }
}

/// One message to one reader, or to all who have a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// To the person whose data it is.
    Person(PersonId, About),
    /// To whoever has this account.
    Account(AccountId, About),
    /// To everybody who has this role.
    Role(Role, About),
}

/// Carries messages.
pub trait Notices: Send + Sync + 'static {
    /// The writes that send `notice`, to go into the commit that gives it its reason: what is committed is told.
    fn tell(&self, tenant: &TenantId, notice: Notice, now: Instant) -> Vec<Statement>;
}
