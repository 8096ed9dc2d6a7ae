//! Who is acting, for whom, why: carried from the route to the entry in the log.

use crate::{GrantId, Instant, Purpose, RequestId, TenantId};

/// What sort of actor a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A program of the tenant or a third party.
    App,
    /// A member of the tenant's staff or the operator's.
    Staff,
    /// A person, about their own data.
    Person,
    /// Strongroom itself: a job, a check, a command at the machine.
    System,
}

impl ActorKind {
    /// The kind as it stands in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Staff => "staff",
            Self::Person => "person",
            Self::System => "system",
        }
    }
}

/// Who acts. `id` is an opaque name (a token's id, a command's name); never a person's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// What sort of actor.
    pub kind: ActorKind,
    /// Opaque and stable, e.g. the token's id.
    pub id: String,
    /// The role that decided, e.g. `clinician`.
    pub role: String,
    /// How the actor proved itself, e.g. `token`, `local`.
    pub authenticated_by: &'static str,
    /// What a person let an app do, where it acts by that.
    pub grant: Option<GrantId>,
}

/// The circumstances of one operation.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Whose data.
    pub tenant: TenantId,
    /// Who acts.
    pub actor: Actor,
    /// Why, where the caller has said.
    pub purpose: Option<Purpose>,
    /// The request this belongs to.
    pub request: RequestId,
    /// When it began.
    pub now: Instant,
}
