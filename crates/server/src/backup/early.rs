//! Recovery points that go before their time: what two people agreed to, told to everybody who answers for access, and done by who prunes.

use audit::{Action, Entry, Outcome};
use base::{PrivilegeId, TenantId};
use continuity::early::{self, Destruction, Keep};
use policy::Role;
use policy::access::{About, Notice};
use store::WriteSet;

use super::{operator, section};
use crate::notices::{WATCH, telling};
use crate::{Failure, Installation};

/// The tenant whose staff may have points destroyed early: the one that is named, or the only one.
#[must_use]
pub fn decides(house: &Installation) -> Option<&TenantId> {
    let named = house.config.backup.as_ref()?.early.tenant.as_ref();
    match house.config.tenants.as_slice() {
        [only] => named.or(Some(only)),
        _ => named,
    }
}

/// `set` with a message to whoever watches, at every tenant: each has something in a recovery point.
#[must_use]
pub fn tell(house: &Installation, about: About, set: WriteSet) -> WriteSet {
    let now = house.clock.now();
    let roles = WATCH.into_iter().chain([Role::Operator]);
    let told: Vec<_> = roles.map(|role| Notice::Role(role, about)).collect();
    house
        .config
        .tenants
        .iter()
        .fold(set, |set, tenant| telling(house, tenant, &told, now, set))
}

/// `set` with an entry in the operator's log.
///
/// # Errors
/// [`Failure`] where there can be none.
pub fn noted(
    house: &Installation,
    action: Action,
    id: Option<PrivilegeId>,
    with: impl FnOnce(Entry) -> Entry,
    set: WriteSet,
) -> Result<WriteSet, Failure> {
    let operator = operator()?;
    let (ctx, _) = house.local(&operator, "backup");
    let entry = with(Entry::new(&ctx, action, Outcome::Ok)?);
    let entry = match id {
        Some(id) => entry.subject(*id.as_bytes()),
        None => entry,
    };
    Ok(set.log(entry.finish(&operator)))
}

/// For how long points are kept. Fewer days than before count only after the delay of an early destruction, and are told.
///
/// # Errors
/// Storage failures.
pub(super) async fn keep(house: &Installation) -> Result<std::time::Duration, Failure> {
    let section = section(&house.config)?;
    let now = house.clock.now();
    let wanted = section.keep_days;
    let keep = early::keep_days(&house.db, wanted, section.early.delay(), now).await?;
    let days = match keep {
        Keep::Days(days) => days,
        Keep::Until { days, from, fresh } => {
            tracing::warn!(
                days,
                wanted,
                %from,
                "recovery points are kept for as many days as before; fewer count later, so that nobody destroys them by the configuration"
            );
            if fresh {
                let set = tell(house, About::KeepShortened, WriteSet::new());
                let with = |entry: Entry| entry.version(wanted.into());
                let set = noted(house, Action::BackupKeepShorten, None, with, set)?;
                house.db.commit(set).await?;
            }
            days
        }
    };
    Ok(std::time::Duration::from_hours(24) * days)
}

/// The writes that say what was destroyed of each.
///
/// # Errors
/// [`Failure`] where there can be no entry.
pub(super) fn done(
    house: &Installation,
    begun: &[Destruction],
    gone: &[continuity::Line],
    mut set: WriteSet,
) -> Result<WriteSet, Failure> {
    let now = house.clock.now();
    for it in begun {
        let count = gone.iter().filter(|line| it.takes(line)).count() as u64;
        set = early::done(set, it.id, count, now);
        set = tell(house, About::DestructionDone(it.id), set);
        let with = |entry: Entry| entry.count(count);
        set = noted(house, Action::DestructionDo, Some(it.id), with, set)?;
    }
    Ok(set)
}
