//! Passes over what is kept: one a day at each tenant, on one node, in slices that a crash may cut off anywhere.

use std::time::Duration;

use audit::{Action, Entry, Outcome};
use base::{Ctx, Instant, TenantId};
use policy::{Allowed, RetentionOf, Verb, decide};
use serde::{Deserialize, Serialize};
use store::WriteSet;
use store::jobs::{Claimed, Dedupe, JobId, NewJob, complete, enqueue};
use vault::retention::{Limits, Mode, Run, RunId, Slice, Tallies};
use vault::{Vault, VaultError};

use crate::{Failure, Installation};

/// The kind of these jobs.
pub const KIND: &str = "retention.run";
/// Records, files and persons of one job: so that letters do not wait behind it for long.
const BUDGET: u64 = 2_000;
/// A slice that failed so often waits for somebody; the next day begins anew.
const ATTEMPTS_MAX: u32 = 10;
const DAY: Duration = Duration::from_hours(24);
/// What passes found is kept so long.
const RUNS_KEPT: Duration = Duration::from_hours(24 * 400);

#[derive(Serialize, Deserialize)]
struct Payload {
    run: RunId,
    slice: u64,
}

/// How long things are kept here, as far as there is an end to it at `now`.
#[must_use]
pub fn limits(house: &Installation, now: Instant) -> Limits {
    Limits::of(house.vault.register(), house.config.retention.files, now)
}

fn circumstances(
    house: &Installation,
    tenant: &TenantId,
    verb: Verb,
) -> Result<(Ctx, Allowed<RetentionOf>), Failure> {
    let (ctx, authority) = house.local(tenant, "retention");
    let thing = RetentionOf {
        tenant: tenant.clone(),
    };
    let allowed = decide(&ctx, &authority, verb, thing)?;
    Ok((ctx, allowed))
}

fn job(house: &Installation, tenant: &TenantId, payload: &Payload, key: String) -> NewJob {
    NewJob {
        tenant: tenant.clone(),
        kind: KIND,
        payload: serde_json::to_vec(payload).unwrap_or_default(),
        dedupe: Dedupe::Once(key),
        due_at: house.clock.now(),
        attempts_max: ATTEMPTS_MAX,
    }
}

/// Put the day's pass at each tenant into the queue, where anything ever ends. Can be repeated, on every node.
///
/// # Errors
/// Storage failures.
pub async fn begin(house: &Installation) -> Result<(), Failure> {
    let now = house.clock.now();
    if limits(house, now).is_empty() {
        return Ok(());
    }
    let day = now.seconds().div_euclid(DAY.as_secs().cast_signed());
    for tenant in house.tenants() {
        let payload = Payload {
            run: RunId::random(&*house.rng),
            slice: 0,
        };
        let job = job(house, &tenant, &payload, format!("retention/{day}"));
        let set = Vault::forget_runs(&tenant, now.before(RUNS_KEPT));
        let set = set.with(enqueue(JobId::random(&*house.rng), job, now));
        house.db.commit(set).await?;
    }
    Ok(())
}

/// Do a slice, and put the next one into the queue.
///
/// # Errors
/// Storage and key failures; the job is then tried again, and goes on where it was.
pub async fn go_on(house: &Installation, claimed: &Claimed) -> Result<(), Failure> {
    let tenant = &claimed.job.tenant;
    let unreadable = || Failure::text("a job of the kind retention.run cannot be read");
    let payload: Payload =
        serde_json::from_slice(&claimed.job.payload).map_err(|_| unreadable())?;
    let set = match slice(house, tenant, payload.run).await? {
        None => WriteSet::new(),
        Some((slice, set)) if slice.is_last => set,
        Some((_, set)) => {
            let next = Payload {
                run: payload.run,
                slice: payload.slice + 1,
            };
            let key = format!("retention/{}/{}", next.run, next.slice);
            let job = job(house, tenant, &next, key);
            let id = JobId::random(&*house.rng);
            set.with(enqueue(id, job, house.clock.now()))
        }
    };
    let set = set.with(complete(claimed, house.clock.now()));
    house.db.commit(set).await?;
    Ok(())
}

/// Go on with a pass; what it found is in the writes. `None` when it has ended.
async fn slice(
    house: &Installation,
    tenant: &TenantId,
    run: RunId,
) -> Result<Option<(Slice, WriteSet)>, Failure> {
    let (ctx, allowed) = circumstances(house, tenant, Verb::Delete)?;
    let begin = WriteSet::new().with(Vault::begin_run(tenant, run, ctx.now));
    house.db.commit(begin).await?;
    let stands = house.vault.run(tenant, run).await?;
    let stands = stands.ok_or(VaultError::Damaged("run"))?;
    if stands.ended_at.is_some() {
        return Ok(None);
    }
    let limits = limits(house, ctx.now);
    let mode = Mode::Destroy(run);
    let slice = house
        .vault
        .sweep(&ctx, &allowed, &limits, stands.done_to, mode, BUDGET)
        .await?;
    let mut set = Vault::note_slice(tenant, run, &slice, house.clock.now());
    if slice.is_last {
        let found = house.vault.run(tenant, run).await?;
        let destroyed = found.iter().flat_map(|it| it.found.values());
        let mut entry = Entry::new(&ctx, Action::RetentionDestroy, Outcome::Ok)?
            .subject(*run.as_bytes())
            .count(destroyed.map(|it| it.over).sum());
        if let Ok(rule) = allowed.rule().parse() {
            entry = entry.policy(&rule);
        }
        set = set.log(entry.finish(tenant));
    }
    Ok(Some((slice, set)))
}

/// A whole pass, now.
///
/// # Errors
/// Storage and key failures; what was destroyed by then is, and stands in the log.
pub async fn run_now(house: &Installation, tenant: &TenantId) -> Result<Run, Failure> {
    let run = RunId::random(&*house.rng);
    while let Some((slice, set)) = slice(house, tenant, run).await? {
        house.db.commit(set).await?;
        if slice.is_last {
            break;
        }
    }
    let found = house.vault.run(tenant, run).await?;
    Ok(found.ok_or(VaultError::Damaged("run"))?)
}

/// What is past its time at `at` and what is not, counted; nothing is changed.
///
/// # Errors
/// Storage failures.
pub async fn survey(
    house: &Installation,
    tenant: &TenantId,
    at: Instant,
) -> Result<Tallies, Failure> {
    let (ctx, allowed) = circumstances(house, tenant, Verb::Read)?;
    let limits = limits(house, at);
    let mut found = Tallies::new();
    let mut after = None;
    loop {
        let slice = house
            .vault
            .sweep(&ctx, &allowed, &limits, after, Mode::Look, BUDGET)
            .await?;
        for (name, tally) in slice.found {
            let all = found.entry(name).or_default();
            all.kept += tally.kept;
            all.held += tally.held;
            all.over += tally.over;
        }
        if slice.is_last {
            return Ok(found);
        }
        after = slice.done_to;
    }
}
