//! What comes due, and what is too late: told to whoever answers, and counted for the promise.

use base::{ObjectId, PrivilegeId, TenantId};
use govern::rights::{Happened, Kind, Law};
use jiff::civil::Date;
use policy::Role;
use policy::access::{About, Notice};
use store::WriteSet;

use super::rows::{DUE, RUNNING};
use super::step::replay;
use super::{Right, RightsFault};
use crate::notices::Jobs;
use crate::{Failure, Installation};

/// Requests that are told of in one go.
const BATCH: u32 = 500;
/// Requests of a page.
const PAGE: u32 = 200;
/// Who is told: who answers them, and who answers for the house.
const READERS: [Role; 2] = [Role::Compliance, Role::Owner];

/// Tell of requests whose day comes, or is over, at every tenant. Can be repeated: each is told of once before and once after.
///
/// # Errors
/// Storage failures.
pub async fn remind(house: &Installation) -> Result<(), Failure> {
    let now = house.clock.now();
    let ahead = std::time::Duration::from_hours(24) * house.config.rights.warn_days;
    let jobs = Jobs::of(house);
    for tenant in house.tenants() {
        let params = vec![(&tenant).into(), now.after(ahead).into(), BATCH.into()];
        let mut set = WriteSet::new();
        for row in &house.db.rows(&DUE, params).await? {
            let right = Right::read(row)?;
            let Some(next) = right.next else { continue };
            let id = PrivilegeId::from_bytes(*right.request.as_bytes());
            let (word, about) = if right.is_overdue(now) {
                ("late", About::RightOverdue(id))
            } else {
                ("soon", About::RightDue(id))
            };
            for role in READERS {
                // An extension makes it another day, of which they are told again.
                let key = format!("rights/{word}/{id}/{}/{role}", next.at.micros());
                set = set.with(jobs.tell_once(&tenant, key, Notice::Role(role, about), now));
            }
        }
        if !set.statements.is_empty() {
            house.db.commit(set).await?;
        }
    }
    Ok(())
}

/// A request with a clock that runs.
#[derive(Clone, Debug)]
pub struct Open {
    /// Which.
    pub request: ObjectId,
    /// For what.
    pub kind: Kind,
    /// Under which rules.
    pub law: Law,
    /// In which version.
    pub version: u16,
    /// The day of receipt.
    pub received: Date,
    /// What happened since.
    pub events: Vec<Happened>,
    /// The last day that its row has for the next step.
    pub last: Option<Date>,
}

/// A tenant's requests with a clock that runs, behind `after`.
///
/// # Errors
/// Storage failures; a row that does not hold together.
pub async fn open(
    house: &Installation,
    tenant: &TenantId,
    after: Option<ObjectId>,
) -> Result<Vec<Open>, RightsFault> {
    let after = after.unwrap_or(ObjectId::from_bytes([0; 16]));
    let params = vec![tenant.into(), after.into(), PAGE.into()];
    let mut found = Vec::new();
    for row in &house.db.rows(&RUNNING, params).await? {
        let right = Right::read(row)?;
        let Some((law, version)) = right.rules else {
            continue;
        };
        let events = house.right_events(tenant, &right).await?;
        found.push(Open {
            request: right.request,
            kind: right.kind,
            law,
            version,
            received: right.received,
            events: replay(&right, &events).events().to_vec(),
            last: right.next.map(|it| it.last),
        });
    }
    Ok(found)
}
