//! `strongroom erase`.

use policy::{PersonAt, Verb, decide};
use serde_json::json;

use super::{Held, json, place, talk};
use crate::Failure;
use crate::cli::Erase;

pub(super) async fn run(args: Erase) -> Held {
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let (ctx, authority) = installation.local(&tenant, "erase");
    let thing = PersonAt {
        tenant,
        person: Some(args.person),
    };
    if !args.yes {
        let allowed = decide(&ctx, &authority, Verb::Read, thing)?;
        let (summary, _) = installation.vault.read_person(&ctx, &allowed).await?;
        let records: u64 = summary.records.iter().map(|(_, count)| count).sum();
        talk(format_args!(
            "person {}: {records} records would go, with their earlier versions, all files, the search index, and the keys.\nNothing was changed. Say it again with --yes to erase them for ever.",
            args.person
        ));
        installation.close().await;
        return Ok(false);
    }
    let allowed = decide(&ctx, &authority, Verb::Delete, thing)?;
    let erased = installation.erase_person::<Failure>(&ctx, &allowed).await?;
    if args.json {
        json(&json!({
            "person": args.person,
            "handle": erased.handle,
            "records": erased.records,
            "files": erased.files,
            "log_index": erased.log_index,
        }))?;
    } else {
        talk(format_args!(
            "person {} is erased: keys destroyed, {} record rows and {} files removed; entry {} of the log says so.",
            args.person, erased.records, erased.files, erased.log_index
        ));
    }
    installation.close().await;
    Ok(true)
}
