//! Attempts to open the canary's record with and without a grant, past the front door, for `consent.asked`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base::{AccountId, GrantId, PersonId, Purpose, RequestId};
use consent::{NewProxy, Part, Terms};
use govern::checks::{Answer, Grants, Opened};
use govern::{ProbeError, Probing};
use policy::{Authority, Proven, RecordAt, Role, Scope, Verb, decide};
use vault::VaultError;

use super::Bench;
use crate::installation::outside;

pub(super) struct Tried(pub Arc<Bench>);

impl Tried {
    /// Open the record as an app that names this grant, whatever stands before the vault.
    async fn open(
        &self,
        (person, record): (PersonId, &RecordAt),
        grant: GrantId,
        purpose: Purpose,
    ) -> Result<Answer, ProbeError> {
        let house = &self.0.house;
        let failed = |error: &dyn std::fmt::Display| {
            ProbeError::new("opening by a grant", error.to_string())
        };
        let who = Authority::from(Proven {
            tenant: self.0.tenant.clone(),
            actor_id: "check".to_owned(),
            authenticated_by: "local",
            role: Role::App,
            person: Some(person),
            scope: Scope::default(),
            assurance: None,
            fresh_until: None,
            grant: Some(grant),
        });
        let request = RequestId::random(&*house.rng);
        let ctx = outside(&who, Some(purpose), request, house.clock.now());
        let allowed = decide(&ctx, &who, Verb::Read, record.clone()).map_err(|it| failed(&it))?;
        match house.vault.open(&ctx, &allowed, None).await {
            Ok(_) => Ok(Answer::Done),
            Err(VaultError::NoGrant) => Ok(Answer::Refused),
            Err(error) => Err(failed(&error)),
        }
    }

    async fn attempts(&self) -> Result<Opened, ProbeError> {
        let house = &self.0.house;
        let failed = |error: &dyn std::fmt::Display| {
            ProbeError::new("granting the check", error.to_string())
        };
        let (person, path) = self.0.lasting().await?;
        let mut parts = path.rsplit('/');
        let (record, collection) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let thing = RecordAt {
            tenant: self.0.tenant.clone(),
            person,
            collection: collection.parse().map_err(|it| failed(&it))?,
            record: record.parse().map_err(|it| failed(&it))?,
        };
        let (ctx, _) = house.local(&self.0.tenant, "check");
        let new = NewProxy {
            account: AccountId::random(&*house.rng),
            terms: Terms {
                purposes: BTreeSet::from([Purpose::Patrqt]),
                parts: vec![Part {
                    collection: Some(thing.collection.clone()),
                    verbs: "rs".parse().map_err(|()| failed(&"verbs"))?,
                    fields: None,
                }],
            },
            until: ctx.now.after(Duration::from_hours(1)),
        };
        let made = house
            .appoint_proxy(&ctx, "system-house", person, None, &new)
            .await;
        let (grant, ..) = made.map_err(|it| failed(&it))?;
        let at = (person, &thing);
        let without = self
            .open(at, GrantId::random(&*house.rng), Purpose::Patrqt)
            .await?;
        let granted = self.open(at, grant.grant, Purpose::Patrqt).await?;
        let elsewhere = self.open(at, grant.grant, Purpose::Treat).await?;
        let ended = house
            .withdraw_grant(&ctx, "system-house", &grant, None)
            .await;
        ended.map_err(|it| failed(&it))?;
        let withdrawn = self.open(at, grant.grant, Purpose::Patrqt).await?;
        Ok(Opened {
            without,
            granted,
            elsewhere,
            withdrawn,
        })
    }
}

impl Grants for Tried {
    fn attempts(&self) -> Probing<'_, Opened> {
        Box::pin(self.attempts())
    }
}
