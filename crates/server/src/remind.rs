//! Reviews that come up, or were not made, are told: once each, to whom they concern.

use std::time::Duration;

use base::{Instant, TenantId};
use policy::access::{About, Notice};
use store::WriteSet;

use crate::notices::{Jobs, WATCH};
use crate::{Failure, Installation};

const DAY: Duration = Duration::from_hours(24);
/// Reviews are told so long before they are due.
const AHEAD: Duration = Duration::from_secs(DAY.as_secs() * 7);

/// Tell of reviews at every tenant. Can be repeated: what was told is not told again.
///
/// # Errors
/// Storage failures.
pub async fn remind(installation: &Installation) -> Result<(), Failure> {
    for tenant in installation.tenants() {
        let set = reminders(installation, &tenant).await?;
        if !set.statements.is_empty() {
            installation.db.commit(set).await?;
        }
    }
    Ok(())
}

async fn reminders(installation: &Installation, tenant: &TenantId) -> Result<WriteSet, Failure> {
    let now = installation.clock.now();
    let jobs = Jobs::of(installation);
    let mut set = WriteSet::new();
    let mut tell = |key: String, notice| {
        let statement = jobs.tell_once(tenant, key, notice, now);
        set = std::mem::take(&mut set).with(statement);
    };
    let mut last = None;
    // By when their review is due, so that those of one day stand together; they are told of once.
    for held in installation.access.live(tenant).await? {
        let day = day(held.review_due_at);
        let (about, word) = if held.is_overdue(now) {
            let key = format!("overdue/{}/{}", held.id, held.review_due_at.micros());
            tell(
                key,
                Notice::Account(held.account, About::RoleOverdue(held.id)),
            );
            (About::ReviewsOverdue, "overdue")
        } else if held.counts(now) && held.review_due_at <= now.after(AHEAD) {
            (About::ReviewsDue, "due")
        } else {
            continue;
        };
        if last == Some((word, day)) {
            continue;
        }
        last = Some((word, day));
        for role in WATCH {
            tell(format!("{word}/{day}/{role}"), Notice::Role(role, about));
        }
    }
    for glass in installation.access.glasses_overdue(tenant, now).await? {
        let about = About::GlassOverdue(glass.id);
        tell(
            format!("glass/{}/opener", glass.id),
            Notice::Account(glass.account, about),
        );
        for role in WATCH {
            tell(
                format!("glass/{}/{role}", glass.id),
                Notice::Role(role, about),
            );
        }
    }
    Ok(set)
}

/// The day of a moment, counted from 1970.
fn day(at: Instant) -> i64 {
    at.seconds().div_euclid(DAY.as_secs().cast_signed())
}
