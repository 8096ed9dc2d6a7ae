//! `strongroom tenant`.

use base::{Instant, TenantId};
use policy::{Allowed, ContractOf, Verb, decide};
use serde_json::{Value, json};
use vault::contract::{ContractEnd, Stage};

use super::{Held, data, json as print, place, talk};
use crate::cli::{Tenant, TenantEnd, TenantStatus, TenantView};
use crate::{Failure, Installation, contract};

pub(super) async fn run(args: Tenant) -> Held {
    match args {
        Tenant::End(args) => end(args).await,
        Tenant::Keep(args) => keep(args).await,
        Tenant::Status(args) => status(args).await,
    }
}

async fn open(view: &TenantView) -> Result<(Installation, TenantId), Failure> {
    let house = place::open(&view.place).await?;
    let tenant = place::tenant(&house, Some(&view.tenant))?;
    Ok((house, tenant))
}

fn allowed(
    house: &Installation,
    tenant: &TenantId,
    verb: Verb,
) -> Result<(base::Ctx, Allowed<ContractOf>), Failure> {
    let (ctx, authority) = house.local(tenant, "contract");
    let thing = ContractOf {
        tenant: tenant.clone(),
    };
    let allowed = decide(&ctx, &authority, verb, thing)?;
    Ok((ctx, allowed))
}

/// The first moment of a day, as UTC has it; of today it is now.
fn day(text: &str, now: Instant) -> Result<Instant, Failure> {
    let wrong = || Failure::usage("--on takes a day, e.g. 2027-01-31");
    let day: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    let start = |day: jiff::civil::Date| -> Result<Instant, Failure> {
        let zoned = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| wrong())?;
        Ok(Instant::from_micros(zoned.timestamp().as_microsecond()))
    };
    let at: Instant = start(day)?;
    let next = start(day.tomorrow().map_err(|_| wrong())?)?;
    Ok(if at < now && now < next { now } else { at })
}

async fn end(args: TenantEnd) -> Held {
    let (house, tenant) = open(&args.view).await?;
    let (ctx, allowed) = allowed(&house, &tenant, Verb::Create)?;
    let at = args.on.as_deref().map(|text| day(text, ctx.now));
    let at = at.transpose()?.unwrap_or(ctx.now);
    let index = house.vault.end_contract(&ctx, &allowed, at).await?;
    let found = house.vault.contract_end(&tenant).await?;
    if args.view.json {
        print(&wire(&tenant, found.as_ref(), ctx.now, Some(index)))?;
    } else if let Some(found) = found {
        talk(format_args!(
            "From {} on nothing new is stored about {tenant}. Until {} everything can be read, taken along and erased; then it is destroyed. `strongroom tenant keep {tenant}` takes it back. Entry {index} of the log says so.",
            found.ends_at, found.goes_at
        ));
    }
    house.close().await;
    Ok(true)
}

async fn keep(view: TenantView) -> Held {
    let (house, tenant) = open(&view).await?;
    let (ctx, allowed) = allowed(&house, &tenant, Verb::Update)?;
    let index = house.vault.keep_contract(&ctx, &allowed).await?;
    if view.json {
        print(&wire(&tenant, None, ctx.now, Some(index)))?;
    } else {
        talk(format_args!(
            "{tenant} goes on. Entry {index} of the log says so."
        ));
    }
    house.close().await;
    Ok(true)
}

async fn status(args: TenantStatus) -> Held {
    let (house, tenant) = open(&args.view).await?;
    let now = house.clock.now();
    let found = house.vault.contract_end(&tenant).await?;
    let holds = house.vault.holds_in_force(&tenant, now).await?;
    house.close().await;
    if let Some(file) = &args.certificate {
        let text = found.as_ref().and_then(|it| it.certificate.as_deref());
        let text = text.ok_or_else(|| {
            Failure::text("nothing was destroyed yet, so there is no certificate")
        })?;
        std::fs::write(file, format!("{text}\n")).map_err(|error| Failure::file(file, &error))?;
    }
    if args.view.json {
        let mut said = wire(&tenant, found.as_ref(), now, None);
        if let Some(said) = said.as_object_mut() {
            said.insert("holds_in_force".to_owned(), holds.into());
        }
        print(&said)?;
        return Ok(true);
    }
    let Some(end) = found else {
        data(format_args!("{tenant}: no end is noted"));
        return Ok(true);
    };
    match end.stage {
        Stage::Noted => {
            data(format_args!(
                "{tenant}: ends {}, destroyed from {} on",
                end.ends_at, end.goes_at
            ));
            if holds > 0 {
                talk(format_args!(
                    "{holds} legal holds are in force: nothing is destroyed while they are."
                ));
            }
        }
        Stage::Destroying => data(format_args!("{tenant}: is being destroyed")),
        Stage::Destroyed => data(format_args!(
            "{tenant}: destroyed {}",
            end.destroyed_at
                .map(|at| at.to_string())
                .unwrap_or_default()
        )),
    }
    Ok(true)
}

fn wire(tenant: &TenantId, end: Option<&ContractEnd>, now: Instant, index: Option<u64>) -> Value {
    json!({
        "tenant": tenant,
        "state": end.map_or("running", |it| it.stage.as_str()),
        "ends_at": end.map(|it| it.ends_at.to_string()),
        "goes_at": end.map(|it| it.goes_at.to_string()),
        "days_left": end.and_then(|it| contract::days_left(it, now)),
        "destroyed_at": end.and_then(|it| it.destroyed_at).map(|at| at.to_string()),
        "certificate": end.and_then(|it| it.certificate.clone()),
        "log_index": index,
    })
}
