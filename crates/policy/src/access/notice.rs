//! Who is told of an emergency, at once. Declared here, wired in `server` to whatever carries messages.

use base::{Instant, PersonId, PrivilegeId, TenantId};
use store::Statement;

use crate::Role;

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Somebody opened a person's data in an emergency.
    GlassOpened(PrivilegeId),
    /// Somebody asks to open a person's data, and waits for a second person.
    GlassAsked(PrivilegeId),
    /// Somebody asks for a privilege.
    RoleAsked(PrivilegeId),
}

/// One message to one reader, or to all who have a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// To the person whose data it is.
    Person(PersonId, About),
    /// To everybody who has this role.
    Role(Role, About),
}

/// Carries messages.
pub trait Notices: Send + Sync + 'static {
    /// The writes that send `notice`, to go into the commit that gives it its reason: what is committed is told.
    fn tell(&self, tenant: &TenantId, notice: Notice, now: Instant) -> Vec<Statement>;
}
