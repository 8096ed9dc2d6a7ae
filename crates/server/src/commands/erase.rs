//! `strongroom erase`.

use policy::{PersonAt, Verb, decide};
use serde_json::json;

use super::{Held, data, json, place, talk};
use crate::cli::{Erase, LookAtErasure, ProveErasure};
use crate::{Failure, leftovers};

pub(super) async fn run(args: Erase) -> Held {
    if let Some(LookAtErasure::Prove(args)) = args.look {
        return prove(args).await;
    }
    let person = args
        .person
        .ok_or_else(|| Failure::usage("say whom to erase: a person's id"))?;
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let (ctx, authority) = installation.local(&tenant, "erase");
    let thing = PersonAt {
        tenant,
        person: Some(person),
    };
    if !args.yes {
        let allowed = decide(&ctx, &authority, Verb::Read, thing)?;
        let (summary, _) = installation.vault.read_person(&ctx, &allowed).await?;
        let records: u64 = summary.records.iter().map(|(_, count)| count).sum();
        talk(format_args!(
            "person {}: {records} records would go, with their earlier versions, all files, the search index, and the keys.\nNothing was changed. Say it again with --yes to erase them for ever.",
            person
        ));
        installation.close().await;
        return Ok(false);
    }
    let allowed = decide(&ctx, &authority, Verb::Delete, thing)?;
    let erased = installation.erase_person::<Failure>(&ctx, &allowed).await?;
    if args.json {
        json(&json!({
            "person": person,
            "handle": erased.handle,
            "records": erased.records,
            "files": erased.files,
            "log_index": erased.log_index,
        }))?;
    } else {
        talk(format_args!(
            "person {} is erased: keys destroyed, {} record rows and {} files removed; entry {} of the log says so.",
            person, erased.records, erased.files, erased.log_index
        ));
    }
    installation.close().await;
    Ok(true)
}

/// Held when nothing is left of somebody who was erased.
async fn prove(args: ProveErasure) -> Held {
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let found = leftovers::search(&installation, &tenant, args.person).await?;
    installation.close().await;
    let Some(found) = found else {
        return Err(Failure::text(format!(
            "person {} was not erased here, so there is nothing to prove\nhint: `strongroom erase PERSON --yes` erases; look for a slip in the id or the tenant",
            args.person
        )));
    };
    let clean = found.is_clean();
    if args.json {
        let places =
            |found: &leftovers::Found| json!({ "place": found.place, "count": found.count });
        let kept = |kept: &leftovers::Kept| json!({ "place": kept.found.place, "count": kept.found.count, "why": kept.why });
        json(&json!({
            "person": args.person,
            "clean": clean,
            "keys_gone": found.keys_gone,
            "searched": found.searched.iter().map(places).collect::<Vec<_>>(),
            "kept": found.kept.iter().map(kept).collect::<Vec<_>>(),
        }))?;
        return Ok(clean);
    }
    for place in &found.searched {
        let left = if place.count == 0 { "nothing" } else { "LEFT" };
        data(format_args!("{:<22} {left} ({})", place.place, place.count));
    }
    for kept in &found.kept {
        data(format_args!(
            "{:<22} kept ({}), {}",
            kept.found.place, kept.found.count, kept.why
        ));
    }
    if !found.keys_gone {
        data("key store              LEFT: it does not say that no key is made again");
    }
    if clean {
        talk(
            "Nothing is left. Answers that are remembered for an Idempotency-Key, sealed under the tenant's key and gone after 24 hours, were not opened.",
        );
    } else {
        talk(
            "Something is left. Start the server or run any command once to complete an erasure that was cut short, then ask again.",
        );
    }
    Ok(clean)
}
