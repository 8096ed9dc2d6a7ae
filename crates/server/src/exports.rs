//! Archives that people take along: made by the queue's worker, kept for some days, then gone.

use std::time::Duration;

use base::{Ctx, Instant, ObjectId, PersonId, Purpose, TenantId};
use consent::{ConsentError, Party};
use identity::{Label, OwnAccount};
use policy::{Allowed, Authority, ExportOf, FileAt, Verb, decide};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::jobs::{Claimed, Dedupe, JobId, LEASE_LOST, NewJob, complete, enqueue, extend};
use store::{Statement, StoreError, WriteSet};
use tokio::sync::mpsc;
use vault::export::{ExportId, Extra, Taken, Wish};
use vault::files::{Source, Upload};
use vault::{Vault, VaultError};

use crate::{Failure, Installation};

/// The kind of these jobs.
pub const KIND: &str = "export.build";
/// An archive that could not be made so often is not made.
const ATTEMPTS_MAX: u32 = 3;
/// How often the lease is prolonged while an archive is made: well within it.
pub(crate) const KEEP_EVERY: Duration = Duration::from_secs(60);
/// Grants and questions read at a time.
const PAGE: u32 = 100;
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
    let build = match house.vault.to_build(tenant, person, export).await {
        Ok(build) => build,
        // Deleted meanwhile, made already, or the person is gone.
        Err(VaultError::NoExport | VaultError::NoPerson) => {
            return finish(house, job, WriteSet::new()).await;
        }
        Err(error) => return Err(error.into()),
    };
    let (ctx, authority) = circumstances(house, tenant);
    // What a worker stored that died before it noted so.
    if let Some(file) = build.export.file {
        remove(house, tenant, person, file).await?;
    }
    let file = ObjectId::random(&*house.rng);
    let planned = house.vault.export_planned(tenant, person, export, file);
    match house.db.commit(planned).await {
        Ok(_) => {}
        // Deleted meanwhile, or the person is gone.
        Err(StoreError::Guard(_)) => {
            return finish(house, job, WriteSet::new()).await;
        }
        Err(error) => return Err(error.into()),
    }
    let kept = Box::pin(keep(house, &ctx, &authority, person, build.wish, file));
    let Some(kept) = holding(house, job, KEEP_EVERY, kept).await else {
        // Another worker has it, and does it.
        return Ok(());
    };
    let (bytes, taken) = match kept {
        Ok(kept) => kept,
        Err(VaultError::NoPerson) => {
            return finish(house, job, WriteSet::new()).await;
        }
        Err(error) => {
            tracing::warn!(%error, "an archive could not be made");
            if job.job.attempts >= ATTEMPTS_MAX {
                let set = Vault::export_failed(tenant, person, export);
                return finish(house, job, set).await;
            }
            return Err(error.into());
        }
    };
    let now = house.clock.now();
    let made = (file, bytes);
    let set = house
        .vault
        .export_ready((tenant, person), &build.export, made, &taken, now);
    match house.db.commit(set.with(complete(job, now))).await {
        Ok(_) => Ok(()),
        // Deleted while it was being made, or made by another worker: what was stored here is nobody's archive.
        Err(StoreError::Guard(_)) => {
            remove(house, tenant, person, file).await?;
            finish(house, job, WriteSet::new()).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The job is done, with `set` in the same commit. Where it is nobody's any more, or another worker's, nothing is left to do: an erasure that
/// wins takes the jobs about the person with it.
async fn finish(house: &Installation, job: &Claimed, set: WriteSet) -> Result<(), Failure> {
    match house
        .db
        .commit(set.with(complete(job, house.clock.now())))
        .await
    {
        Ok(_) => Ok(()),
        Err(StoreError::Guard(LEASE_LOST)) => {
            tracing::info!("an archive was wanted no more");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Do `work`, and keep the job while it goes on, however long. `None` where another worker has taken it: `work` is dropped then.
pub async fn holding<T>(
    house: &Installation,
    job: &Claimed,
    every: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = std::pin::pin!(work);
    let mut again = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
    loop {
        tokio::select! {
            done = &mut work => return Some(done),
            _ = again.tick() => {
                let until = house.clock.now().after(crate::jobs::LEASE);
                // Where this cannot be written, the next time may do.
                let kept = house.db.commit(WriteSet::new().with(extend(job, until))).await;
                if matches!(kept, Err(StoreError::Guard(_))) {
                    return None;
                }
            }
        }
    }
}

/// What a person was asked and let whom do, and their account.
///
/// # Errors
/// Storage and key failures.
pub(crate) async fn extras(
    house: &Installation,
    tenant: &TenantId,
    person: PersonId,
    now: Instant,
) -> Result<Vec<Extra>, VaultError> {
    let mut grants = Vec::new();
    let mut after = None;
    loop {
        let page = house.consents.grants(tenant, person, after, PAGE).await;
        let page = page.map_err(consent_failed)?;
        for it in &page {
            let events = house.consents.events(tenant, it).await;
            let events = events.map_err(consent_failed)?;
            let events = events.iter().map(|it| {
                json!({
                    "version": it.epoch,
                    "what": it.what.as_str(),
                    "at": it.at.to_string(),
                    "receipt": it.receipt,
                })
            });
            let said = json!({
                "grant": it.grant,
                "grantee": it.grantee,
                "name": name_of(house, tenant, it.grantee).await,
                "proxy": it.proxy,
                "by_guardian": it.guarded.is_some(),
                "terms": it.terms,
                "state": it.state_at(now).as_str(),
                "given_at": it.given_at.to_string(),
                "until": it.until.to_string(),
                "changed_at": it.changed_at.to_string(),
                "request": it.request.map(|(request, version)| json!({ "request": request, "version": version })),
                "events": events.collect::<Vec<_>>(),
            });
            grants.extend_from_slice(format!("{said}\n").as_bytes());
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => after = Some((last.given_at, last.grant)),
            _ => break,
        }
    }
    let mut askings = Vec::new();
    let mut after = None;
    loop {
        let page = house.consents.askings(tenant, person, after, PAGE).await;
        let page = page.map_err(consent_failed)?;
        for it in &page {
            let offered = house
                .consents
                .offered_at(tenant, it.request, it.version)
                .await;
            let offered = offered.map_err(consent_failed)?;
            let said = json!({
                "asking": it.asking,
                "request": it.request,
                "version": it.version,
                "name": name_of(house, tenant, offered.asker).await,
                "state": it.state.as_str(),
                "asked_at": it.asked_at.to_string(),
                "answered_at": it.answered_at.map(|at| at.to_string()),
                "grant": it.grant,
                "signed_request": offered.signed,
            });
            askings.extend_from_slice(format!("{said}\n").as_bytes());
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => after = Some((last.asked_at, last.asking)),
            _ => break,
        }
    }
    let mut extras = vec![
        Extra {
            path: "sharing/grants.jsonl",
            bytes: grants,
        },
        Extra {
            path: "sharing/askings.jsonl",
            bytes: askings,
        },
    ];
    if let Some(guardians) = guardians(house, tenant, person, now).await? {
        extras.push(guardians);
    }
    let own = house.identity.own_account(tenant, person, now).await;
    if let Some(own) = own.map_err(|_| VaultError::Damaged("account"))? {
        let said = account_json(&own);
        extras.push(Extra {
            path: "account.json",
            bytes: format!("{said:#}\n").into_bytes(),
        });
    }
    Ok(extras)
}

/// Who decides, or decided, for the person, by what that was shown, and until when.
async fn guardians(
    house: &Installation,
    tenant: &TenantId,
    person: PersonId,
    now: Instant,
) -> Result<Option<Extra>, VaultError> {
    let minor = house.consents.minor(tenant, person).await;
    let Some(minor) = minor.map_err(consent_failed)? else {
        return Ok(None);
    };
    let found = house.consents.guardians(tenant, person).await;
    let mut lines = Vec::new();
    for it in found.map_err(consent_failed)? {
        lines.push(json!({
            "appointment": it.appointment.grant,
            "name": name_of(house, tenant, it.appointment.grantee).await,
            "calls": it.words.name,
            "evidence": it.words.evidence,
            "terms": it.appointment.terms,
            "is_one": it.appointment.stands(now),
            "appointed_at": it.appointed_at.to_string(),
            "ended_at": it.ended.as_ref().map(|it| it.at.to_string()),
            "reason": it.ended.as_ref().map(|it| it.reason.as_str()),
        }));
    }
    let said = json!({ "decides_at": minor.decides_at.to_string(), "guardians": lines });
    Ok(Some(Extra {
        path: "sharing/guardians.json",
        bytes: format!("{said:#}\n").into_bytes(),
    }))
}

fn account_json(own: &OwnAccount) -> Value {
    let it = &own.account;
    let factors = own.factors.iter().map(|it| {
        json!({
            "kind": it.kind.as_str(),
            "name": it.name.as_ref().map(Label::as_str),
            "created_at": it.created_at.to_string(),
            "used_at": it.used_at.map(|at| at.to_string()),
        })
    });
    let sessions = own.sessions.iter().map(|it| {
        json!({
            "session": it.id,
            "name": it.name.as_ref().map(Label::as_str),
            "assurance": it.assurance.as_str(),
            "created_at": it.created_at.to_string(),
            "seen_at": it.seen_at.to_string(),
            "ends_at": it.idle_at.min(it.ends_at).to_string(),
        })
    });
    json!({
        "account": it.id,
        "email": it.email.as_str(),
        "name": it.name.as_str(),
        "language": it.language.as_str(),
        "created_at": it.created_at.to_string(),
        "factors": factors.collect::<Vec<_>>(),
        "sessions": sessions.collect::<Vec<_>>(),
    })
}

fn consent_failed(error: ConsentError) -> VaultError {
    match error {
        ConsentError::Store(error) => error.into(),
        _ => VaultError::Damaged("grants"),
    }
}

/// What somebody whom a person granted something is called; `None` for who is gone.
async fn name_of(house: &Installation, tenant: &TenantId, party: Party) -> Option<String> {
    match party {
        Party::App(app) => {
            let app = house.oauth.app_of(tenant, app).await.ok();
            app.map(|it| it.about.name.clone())
        }
        Party::Account(account) => {
            let account = house.identity.account(tenant, account).await.ok();
            account.map(|it| it.name.as_str().to_owned())
        }
    }
}

/// Take everything out and seal it again, piece by piece.
async fn keep(
    house: &Installation,
    ctx: &Ctx,
    authority: &Authority,
    person: PersonId,
    wish: Wish,
    file: ObjectId,
) -> Result<(u64, Taken), VaultError> {
    let refused = |_| VaultError::Damaged("rules");
    let out = allowed(ctx, authority, person).map_err(|_| VaultError::Damaged("rules"))?;
    let thing = FileAt {
        tenant: ctx.tenant.clone(),
        person,
        file: None,
    };
    let into = decide(ctx, authority, Verb::Create, thing).map_err(refused)?;
    let extras = Box::pin(extras(house, &ctx.tenant, person, ctx.now)).await?;
    let (pieces, mut received) = mpsc::channel(PIECES_WAITING);
    let failed = pieces.clone();
    let writes = async {
        let taken = house
            .vault
            .take_out(ctx, &out, &house.log, &wish, &extras, pieces)
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
        source: Source::Kept(file),
    };
    let stream = futures_util::stream::poll_fn(move |at| received.poll_recv(at));
    let (taken, stored) = tokio::join!(writes, house.vault.upload(ctx, &into, upload, stream));
    let (taken, _) = taken?;
    let (stored, _) = stored?;
    Ok((stored.head.len, taken))
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
