//! What the installation itself does with privileges: it appoints, for whoever holds the machine, and it ends what ran out or was not
//! confirmed for too long. Each leaves an entry in the log.
//!
//! What ran out, or whose review is overdue, does not count from that moment on: ending it only makes it final.

use audit::entry::EntryError;
use audit::{Action, Entry, Outcome};
use base::{AccountId, Ctx, PrivilegeId, TenantId};
use policy::access::{About, AccessError, Assignment, Ended, Notice};
use policy::{Allowed, PrivilegeAt, Role, Verb, decide};

use crate::notices::telling;
use crate::{Failure, Installation};

/// Give a role to an account without a second person: the first owners are made so, and only on the machine itself. A role that the
/// account holds and whose review is overdue begins anew.
///
/// # Errors
/// [`AccessError`]: no such account of staff, it holds the role, or one that does not go with it; storage failures.
pub async fn appoint(
    installation: &Installation,
    tenant: &TenantId,
    account: AccountId,
    role: Role,
) -> Result<PrivilegeId, Failure> {
    let access = &installation.access;
    if !installation.identity.is_staff(tenant, account).await? {
        return Err(AccessError::NoAccount.into());
    }
    let now = installation.clock.now();
    for held in access.live_of(tenant, account).await? {
        if held.role == role && !held.counts(now) {
            end(installation, tenant, &held, Ended::Overdue).await?;
        }
    }
    let (ctx, allowed) = ask(installation, tenant, account, role, Verb::Create)?;
    let (id, set) = access.appoint(&ctx, &allowed, account).await?;
    let entry = entry(&ctx, &allowed, Action::RoleDecide, id)?;
    installation
        .db
        .commit(set.log(entry.finish(tenant)))
        .await
        .map_err(AccessError::from)?;
    Ok(id)
}

/// End what fell away, at every tenant.
///
/// # Errors
/// Storage failures.
pub async fn let_fall(installation: &Installation) -> Result<(), Failure> {
    for tenant in installation.tenants() {
        let now = installation.clock.now();
        for (assignment, why) in installation.access.fallen(&tenant, now).await? {
            end(installation, &tenant, &assignment, why).await?;
        }
    }
    Ok(())
}

async fn end(
    installation: &Installation,
    tenant: &TenantId,
    held: &Assignment,
    why: Ended,
) -> Result<(), Failure> {
    let (ctx, allowed) = ask(installation, tenant, held.account, held.role, Verb::Delete)?;
    let set = installation.access.end(&ctx, &allowed, held, why)?;
    let ended = Notice::Account(held.account, About::RoleEnded(held.id));
    let set = telling(installation, tenant, &[ended], ctx.now, set);
    let entry = entry(&ctx, &allowed, Action::RoleEnd, held.id)?;
    let committed = installation.db.commit(set.log(entry.finish(tenant))).await;
    match committed.map_err(AccessError::from) {
        // Another node was faster, or somebody ended it.
        Ok(_) | Err(AccessError::Decided) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn ask(
    installation: &Installation,
    tenant: &TenantId,
    account: AccountId,
    role: Role,
    verb: Verb,
) -> Result<(Ctx, Allowed<PrivilegeAt>), Failure> {
    let (ctx, system) = installation.local(tenant, "privileges");
    let thing = PrivilegeAt {
        tenant: tenant.clone(),
        role,
        parties: vec![account],
    };
    let allowed = decide(&ctx, &system, verb, thing)?;
    Ok((ctx, allowed))
}

fn entry(
    ctx: &Ctx,
    allowed: &Allowed<PrivilegeAt>,
    action: Action,
    id: PrivilegeId,
) -> Result<Entry, EntryError> {
    let mut entry = Entry::new(ctx, action, Outcome::Ok)?;
    if let Ok(rule) = allowed.rule().parse() {
        entry = entry.policy(&rule);
    }
    Ok(entry.subject(*id.as_bytes()))
}
