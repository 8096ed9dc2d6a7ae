//! `strongroom erase`.

use policy::{PersonAt, Verb, decide};
use serde_json::json;

use super::{Held, data, json, place, talk};
use crate::cli::{Erase, LookAtErasure, ProveErasure, VerifyErasure};
use crate::{Failure, contract, erasures, leftovers};

pub(super) async fn run(args: Erase) -> Held {
    match args.look {
        Some(LookAtErasure::Prove(args)) => return prove(args).await,
        Some(LookAtErasure::Verify(args)) => return verify(&args),
        None => {}
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
    let (erased, certificate) = installation
        .erase_certified(&ctx, &allowed, ctx.now)
        .await?;
    if let Some(file) = &args.certificate {
        std::fs::write(file, format!("{certificate}\n"))
            .map_err(|error| Failure::file(file, &error))?;
    }
    if args.json {
        json(&json!({
            "person": person,
            "handle": erased.handle,
            "records": erased.records,
            "files": erased.files,
            "log_index": erased.log_index,
            "certificate": certificate,
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
    if let Some(collection) = &args.collection {
        let clean = prove_records(&installation, &tenant, collection, &args).await;
        installation.close().await;
        return clean;
    }
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

/// Held when nothing is left of records of somebody who is still there. The look stands in the log.
async fn prove_records(
    installation: &crate::Installation,
    tenant: &base::TenantId,
    collection: &base::Name,
    args: &ProveErasure,
) -> Held {
    let of = erasures::Of {
        collection: Some(collection.clone()),
        record: args.record.clone(),
        ..erasures::Of::default()
    };
    let part = of.part(&installation.vault, tenant, args.person)?;
    let Some(erasures::Part::Records(part)) = part else {
        return Err(Failure::usage("name a collection"));
    };
    let (ctx, authority) = installation.local(tenant, "erase");
    let thing = PersonAt {
        tenant: tenant.clone(),
        person: Some(args.person),
    };
    let allowed = decide(&ctx, &authority, Verb::Read, thing)?;
    installation.vault.read_person(&ctx, &allowed).await?;
    let (left, stones) = installation
        .vault
        .left_of_records(tenant, args.person, &part)
        .await?;
    let clean = left.iter().all(|it| it.1 == 0);
    if args.json {
        let places = left
            .iter()
            .map(|(place, count)| json!({ "place": place, "count": count }));
        json(&json!({
            "person": args.person,
            "clean": clean,
            "searched": places.collect::<Vec<_>>(),
            "tombstones": stones,
        }))?;
        return Ok(clean);
    }
    for (place, count) in left {
        let said = if count == 0 { "nothing" } else { "LEFT" };
        data(format_args!("{place:<22} {said} ({count})"));
    }
    talk(format_args!(
        "{stones} tombstones say that there was something, without content. The person's keys live on."
    ));
    Ok(clean)
}

/// Held when the certificate was signed by one of the keys, and its proof holds.
fn verify(args: &VerifyErasure) -> Held {
    let read = |file: &std::path::Path| {
        std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error))
    };
    let (text, keys) = (read(&args.file)?, read(&args.vkeys)?);
    let keys = audit::note::keys_in(&keys).map_err(|_| {
        Failure::usage(format!(
            "{} holds something else than public keys",
            args.vkeys.display()
        ))
    })?;
    let checked = match contract::check(&text, &keys) {
        Err("none of the keys signed it") => erasures::check(&text, &keys),
        checked => checked,
    };
    let held = checked.is_ok();
    if args.json {
        json(&match &checked {
            Ok(body) => json!({ "ok": true, "certificate": body }),
            Err(why) => json!({ "ok": false, "problem": why }),
        })?;
        return Ok(held);
    }
    match checked {
        Ok(body) if body.get("format").and_then(|it| it.as_str()) == Some(contract::FORMAT) => {
            let said = |path: &str| body.pointer(path).cloned().unwrap_or_default();
            talk(format_args!(
                "the certificate holds: everything of tenant {} was destroyed: {} keys, {} persons, {} records, {} files; nothing left: {}; entry {} of the log says so\nbeyond anyone's reach: {}",
                said("/tenant"),
                said("/destroyed/keys"),
                said("/destroyed/persons"),
                said("/destroyed/records"),
                said("/destroyed/files"),
                said("/nothing_left"),
                said("/log/index"),
                erasures::in_words(&body),
            ));
        }
        Ok(body) if body.get("of").is_some() => {
            let said = |path: &str| body.pointer(path).cloned().unwrap_or_default();
            talk(format_args!(
                "the certificate holds: tenant {}, handle {}, a part: {}; {} records, {} earlier versions and {} files destroyed, nothing left: {}; the keys live on; entry {} of the log says so",
                said("/tenant"),
                said("/handle"),
                said("/of"),
                said("/destroyed/records"),
                said("/destroyed/earlier_versions"),
                said("/destroyed/files"),
                said("/nothing_left"),
                said("/log/index"),
            ));
        }
        Ok(body) => {
            let said = |name: &str| body.get(name).cloned().unwrap_or_default();
            talk(format_args!(
                "the certificate holds: tenant {}, handle {}, {} records and {} files destroyed, keys gone: {}, nothing left: {}; entry {} of the log says so\nbeyond anyone's reach: {}",
                said("tenant"),
                said("handle"),
                body.pointer("/destroyed/records")
                    .cloned()
                    .unwrap_or_default(),
                body.pointer("/destroyed/files")
                    .cloned()
                    .unwrap_or_default(),
                said("keys_gone"),
                said("nothing_left"),
                body.pointer("/log/index").cloned().unwrap_or_default(),
                erasures::in_words(&body),
            ));
        }
        Err(why) => talk(format_args!("the certificate does not hold: {why}")),
    }
    Ok(held)
}
