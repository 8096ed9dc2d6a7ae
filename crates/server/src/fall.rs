//! Privileges that ran out, or that nobody confirmed for too long, are ended, each with its entry in the log.
//!
//! They do not count from the moment on that they ran out or their review was overdue: this only makes it final.

use audit::{Action, Entry, Outcome};
use policy::access::{About, AccessError, Notice};
use policy::{PrivilegeAt, Verb, decide};

use crate::notices::telling;
use crate::{Failure, Installation};

/// End what fell away, at every tenant.
///
/// # Errors
/// Storage failures.
pub async fn let_fall(installation: &Installation) -> Result<(), Failure> {
    for tenant in installation.tenants() {
        let now = installation.clock.now();
        for (assignment, why) in installation.access.fallen(&tenant, now).await? {
            let (ctx, system) = installation.local(&tenant, "reviews");
            let thing = PrivilegeAt {
                tenant: tenant.clone(),
                role: assignment.role,
                parties: vec![assignment.account],
            };
            let allowed = decide(&ctx, &system, Verb::Delete, thing)?;
            let set = installation.access.end(&ctx, &allowed, &assignment, why)?;
            let mut entry = Entry::new(&ctx, Action::RoleEnd, Outcome::Ok)?;
            if let Ok(rule) = allowed.rule().parse() {
                entry = entry.policy(&rule);
            }
            let ended = Notice::Account(assignment.account, About::RoleEnded(assignment.id));
            let set = telling(installation, &tenant, &[ended], now, set);
            let entry = entry.subject(*assignment.id.as_bytes());
            let committed = installation.db.commit(set.log(entry.finish(&tenant))).await;
            match committed.map_err(AccessError::from) {
                // Another node was faster, or somebody ended it.
                Ok(_) | Err(AccessError::Decided) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}
