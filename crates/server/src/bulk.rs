//! Bulk exports are laid down by the queue's worker: persons are looked at in slices, and counted; nothing is opened.

use base::{ActorKind, Ctx, Instant, ObjectId, TenantId};
use consent::Party;
use serde::{Deserialize, Serialize};
use store::jobs::{Claimed, Dedupe, JobId, NewJob, complete, enqueue, extend};
use store::{Statement, StoreError, WriteSet};
use vault::fhir::bulk::{Bulk, BulkState, GUARD_WAITING, Survey};
use vault::{Vault, VaultError};

use crate::jobs::LEASE;
use crate::{Failure, Installation};

/// The kind of these jobs.
pub const KIND: &str = "bulk.lay_down";
/// One that could not be laid down so often is not.
const ATTEMPTS_MAX: u32 = 3;

#[derive(Serialize, Deserialize)]
struct Payload {
    bulk: String,
}

/// The job that lays one down.
pub(crate) fn job(
    house: &Installation,
    tenant: &TenantId,
    bulk: ObjectId,
    now: Instant,
) -> Statement {
    let payload = Payload {
        bulk: bulk.to_string(),
    };
    let job = NewJob {
        tenant: tenant.clone(),
        kind: KIND,
        payload: serde_json::to_vec(&payload).unwrap_or_default(),
        dedupe: Dedupe::Once(format!("bulk/{bulk}")),
        due_at: now,
        attempts_max: ATTEMPTS_MAX,
    };
    enqueue(JobId::random(&*house.rng), job, now)
}

/// The circumstances of who asked, for asking whether people granted it. Nothing is opened by them.
fn of_who_asked(house: &Installation, tenant: &TenantId, bulk: &Bulk) -> Ctx {
    let (ctx, _) = house.local(tenant, "bulk");
    let mut actor = ctx.actor;
    actor.kind = ActorKind::App;
    actor.id.clone_from(&bulk.owner);
    if bulk.by_token {
        actor.authenticated_by = Party::BY_TOKEN;
    }
    Ctx {
        purpose: Some(bulk.asked.purpose),
        actor,
        ..ctx
    }
}

/// Lay one down.
///
/// # Errors
/// Storage failures; the job is then tried again.
pub async fn lay_down(house: &Installation, claimed: &Claimed) -> Result<(), Failure> {
    let tenant = &claimed.job.tenant;
    let unreadable = || Failure::text("a job of the kind bulk.lay_down cannot be read");
    let payload: Payload =
        serde_json::from_slice(&claimed.job.payload).map_err(|_| unreadable())?;
    let id: ObjectId = payload.bulk.parse().map_err(|_| unreadable())?;
    let done = |set: WriteSet| set.with(complete(claimed, house.clock.now()));
    let bulk = match house.vault.bulk(tenant, id).await {
        Ok(bulk) if bulk.state == BulkState::Waiting => bulk,
        // Called off meanwhile, or laid down already.
        Ok(_) | Err(VaultError::NoBulk) => {
            house.db.commit(done(WriteSet::new())).await?;
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let laid = match survey(house, tenant, &bulk, claimed).await {
        Ok(survey) => {
            let set = done(Vault::bulk_ready(tenant, id, survey));
            house
                .db
                .commit(set)
                .await
                .map(drop)
                .map_err(VaultError::from)
        }
        Err(error) => Err(error),
    };
    match laid {
        Ok(()) => Ok(()),
        Err(VaultError::Store(StoreError::Guard(GUARD_WAITING))) => {
            house.db.commit(done(WriteSet::new())).await?;
            Ok(())
        }
        Err(error) if claimed.job.attempts >= ATTEMPTS_MAX => {
            tracing::warn!(%error, "a bulk export could not be laid down");
            let set = done(Vault::bulk_failed(tenant, id));
            house.db.commit(set).await?;
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

async fn survey(
    house: &Installation,
    tenant: &TenantId,
    bulk: &Bulk,
    claimed: &Claimed,
) -> Result<Survey, VaultError> {
    let ctx = of_who_asked(house, tenant, bulk);
    let mut survey = Survey::default();
    while house.vault.survey(&ctx, bulk, &mut survey).await? {
        let until = house.clock.now().after(LEASE);
        let set = Vault::bulk_progress(tenant, bulk.bulk, survey.persons);
        house.db.commit(set.with(extend(claimed, until))).await?;
    }
    Ok(survey)
}

/// Forget those whose time is over.
///
/// # Errors
/// Storage failures.
pub async fn forget(house: &Installation) -> Result<(), Failure> {
    let set = Vault::bulks_over(house.clock.now());
    house.db.commit(set).await?;
    Ok(())
}
