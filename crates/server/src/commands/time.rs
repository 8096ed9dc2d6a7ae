//! `strongroom retention` and `strongroom hold`.

use base::TenantId;
use policy::{HoldsOf, Verb, decide};
use serde_json::json;
use vault::holds::{Held as On, NewHold};
use vault::retention::{FILES, Tallies};

use super::{Held, data, json, place, talk};
use crate::cli::{Hold, HoldLift, HoldPlace, Retention, RetentionRun, RetentionView};
use crate::{Failure, Installation, api, retention};

/// Holds read at once.
const PAGE: u32 = 200;
/// Passes of a report.
const RUNS: u32 = 10;
/// Who placed or lifted a hold at the machine itself.
const INSTALLATION: &str = "installation";

async fn open(view: &RetentionView) -> Result<(Installation, TenantId), Failure> {
    let installation = place::open(&view.place).await?;
    let tenant = place::tenant(&installation, view.tenant.as_ref())?;
    Ok((installation, tenant))
}

pub(super) async fn retention(args: Retention) -> Held {
    match args {
        Retention::Report(view) => report(view).await,
        Retention::Run(args) => run(args).await,
    }
}

fn kept_for(house: &Installation, name: &str) -> String {
    if name == FILES {
        return house.config.retention.files.to_string();
    }
    let collection = house.vault.register().collection(name);
    collection.map_or_else(String::new, |it| it.retention.to_string())
}

fn table(house: &Installation, found: &Tallies, last: &str) {
    data(format_args!(
        "{:<28} {:>12} {:>10} {:>10} {:>10}",
        "COLLECTION", "KEPT FOR", "IN TIME", "HELD", last
    ));
    for (name, it) in found {
        let kept_for = kept_for(house, name);
        data(format_args!(
            "{name:<28} {kept_for:>12} {:>10} {:>10} {:>10}",
            it.kept, it.held, it.over
        ));
    }
}

fn wire(found: &Tallies) -> serde_json::Value {
    let found = found.iter().map(|(name, it)| {
        let said = json!({ "kept": it.kept, "held": it.held, "over": it.over });
        (name.clone(), said)
    });
    found.collect::<serde_json::Map<_, _>>().into()
}

async fn report(view: RetentionView) -> Held {
    let (house, tenant) = open(&view).await?;
    let now = house.clock.now();
    let found = retention::survey(&house, &tenant, now).await?;
    let runs = house.vault.runs(&tenant, RUNS).await?;
    let holds = house.vault.holds_in_force(&tenant, now).await?;
    if view.json {
        json(&json!({
            "tenant": tenant,
            "found": wire(&found),
            "holds_in_force": holds,
            "runs": runs.iter().map(api::holds::run_wire).collect::<Vec<_>>(),
        }))?;
    } else {
        if retention::limits(&house, now).is_empty() {
            talk(
                "Nothing has an end here: the register keeps every collection until it is erased.",
            );
        } else {
            table(&house, &found, "OVER");
        }
        talk(format_args!("{holds} legal holds are in force."));
        for it in &runs {
            let destroyed: u64 = it.found.values().map(|it| it.over).sum();
            let held: u64 = it.found.values().map(|it| it.held).sum();
            let ended = it
                .ended_at
                .map_or_else(|| "not ended yet".to_owned(), |at| at.to_string());
            data(format_args!(
                "pass {} began {} ended {ended}: {destroyed} destroyed, {held} held",
                it.run, it.began_at
            ));
        }
    }
    house.close().await;
    Ok(true)
}

async fn run(args: RetentionRun) -> Held {
    let (house, tenant) = open(&args.view).await?;
    if args.dry_run {
        let found = retention::survey(&house, &tenant, house.clock.now()).await?;
        if args.view.json {
            json(&json!({ "tenant": tenant, "dry_run": true, "found": wire(&found) }))?;
        } else {
            table(&house, &found, "WOULD GO");
            talk("Nothing was changed.");
        }
    } else {
        let run = retention::run_now(&house, &tenant).await?;
        if args.view.json {
            json(&api::holds::run_wire(&run))?;
        } else {
            table(&house, &run.found, "DESTROYED");
        }
    }
    house.close().await;
    Ok(true)
}

pub(super) async fn hold(args: Hold) -> Held {
    match args {
        Hold::Place(args) => place_hold(args).await,
        Hold::List(view) => list(view).await,
        Hold::Lift(args) => lift(args).await,
    }
}

fn thing(tenant: &TenantId) -> HoldsOf {
    HoldsOf {
        tenant: tenant.clone(),
    }
}

async fn place_hold(args: HoldPlace) -> Held {
    let on = match (args.person, args.collection, args.everything) {
        (Some(person), ..) => On::Person(person),
        (_, Some(collection), _) => On::Collection(collection),
        (_, _, true) => On::Tenant,
        _ => {
            return Err(Failure::usage(
                "say on what: --person, --collection or --everything",
            ));
        }
    };
    let reason = std::fs::read_to_string(&args.reason_file)
        .map_err(|error| Failure::file(&args.reason_file, &error))?;
    let until = args.until.as_deref().map(api::holds::moment).transpose()?;
    let (house, tenant) = open(&args.view).await?;
    let (ctx, authority) = house.local(&tenant, "hold");
    let allowed = decide(&ctx, &authority, Verb::Create, thing(&tenant))?;
    let new = NewHold {
        on,
        reason,
        until,
        by: INSTALLATION.to_owned(),
    };
    let (hold, index) = house.vault.place_hold(&ctx, &allowed, &new).await?;
    if args.view.json {
        json(&json!({ "hold": hold, "log_index": index }))?;
    } else {
        data(hold);
        talk(format_args!("It holds; entry {index} of the log says so."));
    }
    house.close().await;
    Ok(true)
}

async fn list(view: RetentionView) -> Held {
    let (house, tenant) = open(&view).await?;
    let (ctx, authority) = house.local(&tenant, "hold");
    let allowed = decide(&ctx, &authority, Verb::Read, thing(&tenant))?;
    let mut all = Vec::new();
    loop {
        let skip = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let (holds, _) = house.vault.holds(&ctx, &allowed, skip, PAGE).await?;
        let last = holds.len() < PAGE as usize;
        all.extend(holds);
        if last {
            break;
        }
    }
    if view.json {
        let holds: Vec<_> = all.iter().map(|it| api::holds::wire(it, ctx.now)).collect();
        json(&json!({ "holds": holds }))?;
    } else {
        for it in &all {
            let on = match &it.on {
                On::Tenant => "everything".to_owned(),
                On::Person(person) => format!("person {person}"),
                On::Collection(name) => format!("collection {name}"),
            };
            let until = match (&it.lifted, it.until) {
                (Some((_, at)), _) => format!("lifted {at}"),
                (None, Some(until)) => format!("until {until}"),
                (None, None) => "until lifted".to_owned(),
            };
            data(format_args!(
                "{} {on}, since {}, {until}",
                it.hold, it.placed_at
            ));
            talk(format_args!("  {}", it.reason.replace('\n', " ")));
        }
    }
    house.close().await;
    Ok(true)
}

async fn lift(args: HoldLift) -> Held {
    let (house, tenant) = open(&args.view).await?;
    let (ctx, authority) = house.local(&tenant, "hold");
    let allowed = decide(&ctx, &authority, Verb::Delete, thing(&tenant))?;
    let index = house
        .vault
        .lift_hold(&ctx, &allowed, args.hold, INSTALLATION)
        .await?;
    if args.view.json {
        json(&json!({ "hold": args.hold, "log_index": index }))?;
    } else {
        talk(format_args!(
            "It is lifted; entry {index} of the log says so."
        ));
    }
    house.close().await;
    Ok(true)
}
