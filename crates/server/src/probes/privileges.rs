//! Privileges and emergency accesses of every tenant, and an attempt to approve a request of one's own.

use std::sync::Arc;
use std::time::Duration;

use base::{AccountId, Assurance};
use govern::checks::{Answer, Privilege, Privileges};
use govern::{ProbeError, Probing};
use policy::{Authority, PrivilegeAt, Proven, Role, Scope, Verb, decide};

use super::Bench;
use crate::installation::outside;

pub(super) struct Held(pub Arc<Bench>);

impl Privileges for Held {
    fn all(&self) -> Probing<'_, Vec<Privilege>> {
        Box::pin(async {
            let house = &self.0.house;
            let failed = |error| ProbeError::new("reading privileges", error);
            let now = house.clock.now();
            let mut all = Vec::new();
            for tenant in house.tenants() {
                let live = house.access.live(&tenant).await.map_err(failed)?;
                all.extend(live.into_iter().map(|it| Privilege {
                    role: it.role.to_string(),
                    emergency: false,
                    overdue: it.is_overdue(now),
                }));
                let glasses = house.access.glasses(&tenant).await.map_err(failed)?;
                let opened = glasses.into_iter().filter(|it| it.opened_at.is_some());
                all.extend(opened.map(|it| Privilege {
                    role: it.role.to_string(),
                    emergency: true,
                    overdue: it.reviewed_at.is_none() && it.review_due_at <= now,
                }));
            }
            Ok(all)
        })
    }

    fn approve_own(&self) -> Probing<'_, Answer> {
        Box::pin(async {
            let house = &self.0.house;
            let now = house.clock.now();
            let account = AccountId::random(&*house.rng);
            for role in Role::STAFF {
                let who = Authority::from(Proven {
                    tenant: self.0.tenant.clone(),
                    actor_id: "check".to_owned(),
                    authenticated_by: "local",
                    role,
                    person: None,
                    scope: Scope::default(),
                    assurance: Some(Assurance::PhishingResistant),
                    fresh_until: Some(now.after(Duration::from_mins(1))),
                    grant: None,
                });
                let who = who.of_account(account);
                let ctx = outside(&who, None, base::RequestId::random(&*house.rng), now);
                let thing = PrivilegeAt {
                    tenant: self.0.tenant.clone(),
                    role: Role::Clinician,
                    parties: vec![account],
                };
                if decide(&ctx, &who, Verb::Manage, thing).is_ok() {
                    return Ok(Answer::Done);
                }
            }
            Ok(Answer::Refused)
        })
    }
}
