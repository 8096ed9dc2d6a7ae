//! Archives that people take along: made by the queue's worker, kept for some days, then gone.

use base::{Ctx, Instant, ObjectId, PersonId, Purpose, TenantId};
use policy::{Allowed, Authority, ExportOf, FileAt, Verb, decide};
use serde::{Deserialize, Serialize};
use store::jobs::{Claimed, Dedupe, JobId, NewJob, complete, enqueue};
use store::{Statement, StoreError, WriteSet};
use tokio::sync::mpsc;
use vault::export::{ExportId, Taken, Wish};
use vault::files::{Source, Upload};
use vault::{Vault, VaultError};

use crate::{Failure, Installation};

/// The kind of these jobs.
pub const KIND: &str = "export.build";
/// An archive that could not be made so often is not made.
const ATTEMPTS_MAX: u32 = 3;
/// Pieces that wait to be sealed.
const PIECES_WAITING: usize = 8;

#[derive(Serialize, Deserialize)]
struct Payload {
    person: PersonId,
    export: String,
}

/// The job that makes an archive.
pub(crate) fn job(
    house: &Installation,
    tenant: &TenantId,
    person: PersonId,
    export: ExportId,
    now: Instant,
) -> Statement {
    let payload = Payload {
        person,
        export: export.to_string(),
    };
    let job = NewJob {
        tenant: tenant.clone(),
        kind: KIND,
        payload: serde_json::to_vec(&payload).unwrap_or_default(),
        dedupe: Dedupe::Once(format!("export/{export}")),
        due_at: now,
        attempts_max: ATTEMPTS_MAX,
    };
    enqueue(JobId::random(&*house.rng), job, now)
}

/// The circumstances in which Strongroom itself takes out what a person asked for.
pub(crate) fn circumstances(house: &Installation, tenant: &TenantId) -> (Ctx, Authority) {
    let (ctx, authority) = house.local(tenant, "export");
    let ctx = Ctx {
        purpose: Some(Purpose::Patrqt),
        ..ctx
    };
    (ctx, authority)
}

/// Ask policy whether Strongroom itself may take a person's data out for them.
///
/// # Errors
/// Never, as the rules are shipped.
pub(crate) fn allowed(
    ctx: &Ctx,
    authority: &Authority,
    person: PersonId,
) -> Result<Allowed<ExportOf>, Failure> {
    let thing = ExportOf {
        tenant: ctx.tenant.clone(),
        person,
    };
    decide(ctx, authority, Verb::Read, thing).map_err(|error| Failure::text(error.to_string()))
}

/// Make an archive, and keep it as a file of the person.
///
/// # Errors
/// Storage and key failures; the job is then tried again.
pub async fn build(house: &Installation, job: &Claimed) -> Result<(), Failure> {
    let tenant = &job.job.tenant;
    let unreadable = || Failure::text("a job of the kind export.build cannot be read");
    let payload: Payload = serde_json::from_slice(&job.job.payload).map_err(|_| unreadable())?;
    let export: ExportId = payload.export.parse().map_err(|_| unreadable())?;
    let person = payload.person;
    let done = |set: WriteSet| set.with(complete(job, house.clock.now()));
    let build = match house.vault.to_build(tenant, person, export).await {
        Ok(build) => build,
        // Deleted meanwhile, made already, or the person is gone.
        Err(VaultError::NoExport | VaultError::NoPerson) => {
            house.db.commit(done(WriteSet::new())).await?;
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let (ctx, authority) = circumstances(house, tenant);
    let (file, bytes, taken) = match keep(house, &ctx, &authority, person, build.wish).await {
        Ok(kept) => kept,
        Err(VaultError::NoPerson) => {
            house.db.commit(done(WriteSet::new())).await?;
            return Ok(());
        }
        Err(error) => {
            tracing::warn!(%error, "an archive could not be made");
            if job.job.attempts >= ATTEMPTS_MAX {
                let set = Vault::export_failed(tenant, person, export);
                house.db.commit(done(set)).await?;
                return Ok(());
            }
            return Err(error.into());
        }
    };
    let set = house
        .vault
        .export_ready(&ctx, person, &build.export, (file, bytes), &taken);
    match house.db.commit(done(set)).await {
        Ok(_) => Ok(()),
        // Deleted while it was being made, or made by another worker: what was stored here is nobody's archive.
        Err(StoreError::Guard(_)) => {
            remove(house, tenant, person, file).await?;
            house.db.commit(done(WriteSet::new())).await?;
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Take everything out and seal it again, piece by piece.
async fn keep(
    house: &Installation,
    ctx: &Ctx,
    authority: &Authority,
    person: PersonId,
    wish: Wish,
) -> Result<(ObjectId, u64, Taken), VaultError> {
    let refused = |_| VaultError::Damaged("rules");
    let out = allowed(ctx, authority, person).map_err(|_| VaultError::Damaged("rules"))?;
    let thing = FileAt {
        tenant: ctx.tenant.clone(),
        person,
        file: None,
    };
    let into = decide(ctx, authority, Verb::Create, thing).map_err(refused)?;
    let (pieces, mut received) = mpsc::channel(PIECES_WAITING);
    let failed = pieces.clone();
    let writes = async {
        let taken = house
            .vault
            .take_out(ctx, &out, &house.log, &wish, pieces)
            .await;
        if taken.is_err() {
            // What was sent is no archive: what is being stored must not become a file.
            let _ = failed.send(Err(VaultError::Upload)).await;
        }
        drop(failed);
        taken
    };
    let extension = if wish.passphrase.is_some() {
        "zip.age"
    } else {
        "zip"
    };
    let name = format!("strongroom-export.{extension}");
    let upload = Upload {
        name: Some(&name),
        media_type: if wish.passphrase.is_some() {
            "application/octet-stream"
        } else {
            "application/zip"
        },
        class: base::Class::Health,
        source: Source::Kept,
    };
    let stream = futures_util::stream::poll_fn(move |at| received.poll_recv(at));
    let (taken, stored) = tokio::join!(writes, house.vault.upload(ctx, &into, upload, stream));
    let (taken, _) = taken?;
    let (stored, _) = stored?;
    Ok((stored.file, stored.head.len, taken))
}

/// Delete archives whose time is over. Can be repeated.
///
/// # Errors
/// Storage failures.
pub async fn forget(house: &Installation) -> Result<(), Failure> {
    for (tenant, person, export, file) in house.vault.exports_over(house.clock.now()).await? {
        if let Some(file) = file {
            remove(house, &tenant, person, file).await?;
        }
        house
            .db
            .commit(Vault::export_gone(&tenant, person, export))
            .await?;
    }
    Ok(())
}

/// Delete every archive of a person, made or waiting: each holds a copy of what they just had deleted. Gives how many there were.
pub(crate) async fn forget_all(
    house: &Installation,
    tenant: &TenantId,
    person: PersonId,
) -> Result<u64, Failure> {
    let kept = house.vault.exports(tenant, person).await?;
    for it in &kept {
        if let Some(file) = it.file {
            remove(house, tenant, person, file).await?;
        }
        // What is being made finds nothing that waits for it, and is deleted when it is done.
        let gone = Vault::export_gone(tenant, person, it.export);
        house.db.commit(gone).await?;
    }
    Ok(kept.len() as u64)
}

/// Delete the file of an archive, as Strongroom itself, where it is still there.
async fn remove(
    house: &Installation,
    tenant: &TenantId,
    person: PersonId,
    file: ObjectId,
) -> Result<(), Failure> {
    let (ctx, authority) = circumstances(house, tenant);
    let thing = FileAt {
        tenant: tenant.clone(),
        person,
        file: Some(file),
    };
    let allowed = decide(&ctx, &authority, Verb::Delete, thing)
        .map_err(|error| Failure::text(error.to_string()))?;
    match house.vault.delete_archive(&ctx, &allowed).await {
        Ok(_) | Err(VaultError::NoFile | VaultError::NoPerson) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
