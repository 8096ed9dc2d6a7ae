//! Messages about access go into the job queue, in the commit that gives them their reason.

use std::sync::Arc;

use base::{Instant, Rng, TenantId};
use policy::access::{About, Notice, Notices};
use serde_json::json;
use store::Statement;
use store::jobs::{self, Dedupe, JobId, NewJob};

use crate::Installation;

/// The kind of these jobs.
pub const KIND: &str = "access.notice";
/// A message that could not be handed over so often waits for a person.
const ATTEMPTS_MAX: u32 = 20;

/// [`Notices`] over the job queue.
pub struct Jobs {
    rng: Arc<dyn Rng>,
}

impl Jobs {
    /// The queue of an installation.
    #[must_use]
    pub fn of(installation: &Installation) -> Self {
        Self {
            rng: Arc::clone(&installation.rng),
        }
    }
}

impl Notices for Jobs {
    fn tell(&self, tenant: &TenantId, notice: Notice, now: Instant) -> Vec<Statement> {
        let (to, about) = match notice {
            Notice::Person(person, about) => (json!({ "person": person }), about),
            Notice::Role(role, about) => (json!({ "role": role }), about),
        };
        let (what, id) = match about {
            About::GlassOpened(id) => ("glass_opened", id),
            About::GlassAsked(id) => ("glass_asked", id),
            About::RoleAsked(id) => ("role_asked", id),
        };
        let payload = json!({ "to": to, "what": what, "id": id }).to_string();
        let job = NewJob {
            tenant: tenant.clone(),
            kind: KIND,
            payload: payload.into_bytes(),
            dedupe: Dedupe::Never,
            due_at: now,
            attempts_max: ATTEMPTS_MAX,
        };
        vec![jobs::enqueue(JobId::random(&*self.rng), job, now)]
    }
}
