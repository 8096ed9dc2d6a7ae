//! `strongroom processing`.

use govern::Lang;
use policy::{ProcessingOf, Verb, decide};

use super::{Held, data, json, place, talk};
use crate::cli::Processing;
use crate::{Failure, processing};

pub(super) async fn run(args: Processing) -> Held {
    let lang = Lang::ALL
        .into_iter()
        .find(|it| it.code() == args.lang)
        .ok_or_else(|| Failure::usage("--lang is one of sv, de, it, fr, en"))?;
    let house = place::open(&args.place).await?;
    let tenant = place::tenant(&house, args.tenant.as_ref())?;
    let (ctx, authority) = house.local(&tenant, "processing");
    let thing = ProcessingOf {
        tenant: tenant.clone(),
    };
    decide(&ctx, &authority, Verb::Read, thing)?;
    let records = processing::draw_up(&house, &tenant, lang).await?;
    house.close().await;
    if args.csv {
        // It ends its own lines.
        data(records.csv().trim_end());
        return Ok(true);
    }
    if args.json {
        json(&records)?;
        return Ok(true);
    }
    let missing = || "not named in the configuration".to_owned();
    let who = &records.controller;
    for (what, value) in [
        ("controller", &who.name),
        ("contact", &who.contact),
        ("representative", &who.representative),
        ("data protection officer", &who.data_protection_officer),
    ] {
        data(format_args!(
            "{what}: {}",
            value.clone().unwrap_or_else(missing)
        ));
    }
    for it in &records.on_behalf_of {
        data(format_args!("on behalf of: {it}"));
    }
    for it in &records.recipients {
        data(format_args!(
            "recipient: {} {} for {} of {} ({} grants)",
            it.kind,
            it.name,
            it.purposes.join(", "),
            it.collections.join(", "),
            it.grants
        ));
    }
    for it in &records.transfers {
        data(format_args!("transfer: {it}"));
    }
    for it in records.activities.iter().filter(|it| it.in_use) {
        data(format_args!(
            "{}: {}; for {}; {}; kept {}",
            it.collection,
            it.title,
            it.purposes.join(", "),
            it.data.join(", "),
            it.kept
        ));
    }
    for it in &records.security {
        data(format_args!("measure ({}): {}", it.state, it.text));
    }
    let unused = records.activities.iter().filter(|it| !it.in_use).count();
    talk(format_args!(
        "{unused} collections of the register hold nothing here; --json and --csv name them too."
    ));
    Ok(true)
}
