//! The rest of a deletion: rows and files of somebody whose keys are destroyed go a portion at a time, and then it is certified.
//!
//! Invariant: a job for the rest stands in the queue since the commit that marks the person, so that neither a person of whom much is kept nor
//! a machine that stops leaves anything behind, or the certificate out.

use std::time::Duration;

use audit::{Action, Entry};
use base::{Ctx, Handle, Instant, ObjectId, PersonId, TenantId};
use consent::Consents;
use continuity::ledger::Deed;
use identity::IdentityError;
use identity::oauth::Oauth;
use policy::{Allowed, PersonAt};
use serde::{Deserialize, Serialize};
use store::jobs::{Claimed, Dedupe, JobId, NewJob, enqueue, extend};
use store::{Statement, StoreError, WriteSet};
use vault::VaultError;
use vault::people::{Erased, Kept};

use crate::{Failure, Installation, erasures, leftovers};

/// The kind of these jobs.
pub const KIND: &str = "person.remove";
/// Whoever erases is done with most people by then, and takes the job with them.
const DUE_AFTER: Duration = Duration::from_secs(2);
/// Each portion that was removed stays removed; what fails so often needs somebody to look.
const ATTEMPTS_MAX: u32 = 100;
/// How much longer a job is kept, and when it is time to say so again.
const KEPT: Duration = Duration::from_secs(300);
/// Entries about a person in which the erasure is looked for: it is the last but for reads that were refused.
const ENTRIES_MAX: usize = 100;

/// For whom a deletion is certified.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// The request.
    pub erasure: ObjectId,
    /// When it was asked for.
    pub asked_at: Instant,
}

/// What is left to do, as it stands in the queue.
#[derive(Clone, Debug)]
pub(crate) struct Rest {
    job: JobId,
    asked: Option<Asked>,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    person: PersonId,
    handle: String,
    records: u64,
    files: u64,
    erasure: Option<String>,
    asked_at: i64,
}

/// The job for the rest, for the commit that marks the person.
pub(crate) fn job(
    house: &Installation,
    ctx: &Ctx,
    (person, handle, kept): (PersonId, Handle, Kept),
    asked: Option<Asked>,
) -> (Rest, Statement) {
    let payload = Payload {
        person,
        handle: handle.to_string(),
        records: kept.records,
        files: kept.files,
        erasure: asked.map(|it| it.erasure.to_string()),
        asked_at: asked.map_or(0, |it| it.asked_at.micros()),
    };
    let rest = Rest {
        job: JobId::random(&*house.rng),
        asked,
    };
    let job = NewJob {
        tenant: ctx.tenant.clone(),
        kind: KIND,
        payload: serde_json::to_vec(&payload).unwrap_or_default(),
        dedupe: Dedupe::Never,
        due_at: ctx.now.after(DUE_AFTER),
        attempts_max: ATTEMPTS_MAX,
    };
    let statement = enqueue(rest.job, job, ctx.now);
    (rest, statement)
}

/// Nothing is left of the person: certify it, where somebody asked for that, and let the job go in the same commit.
///
/// # Errors
/// Storage and key failures; the job is then done again.
pub(crate) async fn close(
    house: &Installation,
    tenant: &TenantId,
    person: PersonId,
    erased: &Erased,
    rest: &Rest,
) -> Result<(), Failure> {
    let mut set = WriteSet::new();
    if let Some(asked) = rest.asked {
        let certificate = certified(house, tenant, person, erased, asked.asked_at, rest).await?;
        set = set.with(erasures::keep(tenant, asked.erasure, &certificate));
    }
    let set = leftovers::forget_jobs(tenant, person, None, set);
    house.db.commit(set).await?;
    Ok(())
}

/// Search every place, and say so under the log's key. The job itself goes with the commit that keeps what is said.
pub(crate) async fn certified(
    house: &Installation,
    tenant: &TenantId,
    person: PersonId,
    erased: &Erased,
    asked_at: Instant,
    rest: &Rest,
) -> Result<erasures::Certificate, Failure> {
    // What was asked for in the moment before the mark is about nobody any more.
    let others = leftovers::forget_jobs(tenant, person, Some(rest.job), WriteSet::new());
    house.db.commit(others).await?;
    house
        .certify(tenant, person, erased, asked_at, rest.job)
        .await
}

/// Remove everything now, however long it takes, for who waits for it.
///
/// # Errors
/// Storage failures; the job does the rest then.
pub(crate) async fn to_the_end(
    house: &Installation,
    tenant: &TenantId,
    person: PersonId,
    erased: &mut Erased,
) -> Result<(), VaultError> {
    while !erased.removed {
        erased.removed = house.vault.erase_more(tenant, person).await?;
    }
    Ok(())
}

/// Do what a job says.
///
/// # Errors
/// Storage and key failures; it is then done again.
pub async fn run(house: &Installation, job: &Claimed) -> Result<(), Failure> {
    let tenant = &job.job.tenant;
    let unreadable = || Failure::text("a job of the kind person.remove cannot be read");
    let payload: Payload = serde_json::from_slice(&job.job.payload).map_err(|_| unreadable())?;
    let handle: Handle = payload.handle.parse().map_err(|_| unreadable())?;
    let erasure = payload.erasure.as_deref().map(str::parse::<ObjectId>);
    let erasure = erasure.transpose().map_err(|_| unreadable())?;
    let person = payload.person;
    let mut removed = house.vault.resume_erasure(tenant, person).await?;
    let mut until = job.job.due_at;
    while !removed {
        let now = house.clock.now();
        if now.after(KEPT / 2) > until {
            until = now.after(KEPT);
            let set = WriteSet::new().with(extend(job, until));
            house.db.commit(set).await?;
        }
        removed = house.vault.erase_more(tenant, person).await?;
    }
    let entries = house.log.about(tenant, handle, None, ENTRIES_MAX).await?;
    let said = entries.iter().find(|logged| {
        Entry::parse(&logged.body).is_ok_and(|entry| entry.action == Action::PersonErase)
    });
    let log_index = said
        .ok_or_else(|| Failure::text("the log does not say that the person was erased"))?
        .index;
    let erased = Erased {
        handle,
        log_index,
        records: payload.records,
        files: payload.files,
        removed,
    };
    let rest = Rest {
        job: job.job.id,
        asked: erasure.map(|erasure| Asked {
            erasure,
            asked_at: Instant::from_micros(payload.asked_at),
        }),
    };
    close(house, tenant, person, &erased, &rest).await
}

impl Installation {
    /// Erase a person, for ever: the account that leads to them, and their data. Where much is kept, rows are left whose keys are destroyed;
    /// the job of the [`Rest`] removes them, and certifies it for whoever `asked`.
    ///
    /// # Errors
    /// As [`Vault::erase_person`], and storage failures.
    pub(crate) async fn erase_person<E: From<VaultError> + From<IdentityError>>(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PersonAt>,
        asked: Option<Asked>,
    ) -> Result<(Erased, Rest), E> {
        let person = allowed.thing().person.ok_or(VaultError::NoPerson)?;
        // Nothing is begun that a hold would stop. The commit that marks the person asks again.
        if self.vault.is_held(&ctx.tenant, person, ctx.now).await? {
            return Err(VaultError::Held.into());
        }
        let handle = self.vault.handle(&ctx.tenant, person).await?;
        // First, so that nothing is left to sign in with if the rest is cut short.
        self.identity.forget_person(ctx, person).await?;
        let kept = self.vault.kept_of(&ctx.tenant, person).await?;
        // Before anything of theirs is destroyed: a restored backup must know, whatever is lost.
        crate::backup::remember(self, &ctx.tenant, Deed::Erase(handle)).map_err(|error| {
            tracing::error!(%error, "the ledger of erasures cannot be written, so nobody is erased");
            VaultError::from(StoreError::Unavailable("the ledger of erasures".into()))
        })?;
        let (rest, job) = job(self, ctx, (person, handle, kept), asked);
        // With the mark, behind which nothing is added any more.
        let set = self.ends_with(ctx, person).with(job);
        let set = match asked {
            Some(asked) => set.with(erasures::still_asked(&ctx.tenant, asked.erasure)),
            None => set,
        };
        let erased = self.vault.erase_person(ctx, allowed, set).await?;
        Ok((erased, rest))
    }

    /// What ends with a person, for the commit that marks them.
    pub(crate) fn ends_with(&self, ctx: &Ctx, person: PersonId) -> WriteSet {
        let set = self.tokens.end_about(&ctx.tenant, person, WriteSet::new());
        let set = Oauth::end_grants_about(&ctx.tenant, person, ctx.now, set);
        let set = Consents::forget(&ctx.tenant, person, set);
        let set = erasures::unname(&ctx.tenant, person, ctx.now, set);
        let set = crate::rights::unname(&ctx.tenant, person, ctx.now, set);
        leftovers::forget_jobs(&ctx.tenant, person, None, set)
    }
}
