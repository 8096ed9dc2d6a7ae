//! `/v1/persons/{person}/accesses`: who looked at what is kept about one person, from the log, with proofs.

use audit::{Action, Entry, Outcome};
use base::{Handle, PersonId, TenantId, limits};
use http::{Method, StatusCode};
use policy::{AccessesOf, Allowed, Authority, Verb};
use serde_json::json;
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::{House, allow, circumstances, log};

/// Entries on a page that come with their proofs.
const PROOFS_MAX: usize = 100;
const PERSON: Param = Param::path("person", "The person's id");

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (list, prove) = (house.clone(), house.clone());
    vec![
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/accesses",
            Limit::NoBody,
            Doc {
                id: "listAccesses",
                group: "Persons",
                summary: "Who looked at what is kept about a person",
                about: "The entries of the log that are about this person, newest first, for the person themselves. Looking here stands in the log as well. `next` is the `before` of the next page.",
                params: vec![
                    PERSON,
                    Param::query("limit", "Entries on a page, 1 to 1000 (50)"),
                    Param::query("before", "Only entries below this index"),
                    Param::query(
                        "proofs",
                        "`true`: each entry with its proof (C2SP tlog-proof), 100 at most",
                    ),
                ],
                body: None,
                answers: &[(200, "Entries, with index and leaf hash")],
            },
            move |call| list_accesses(list.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/accesses/{index}/proof",
            Limit::NoBody,
            Doc {
                id: "proveAccess",
                group: "Persons",
                summary: "A proof of one entry that is about a person (C2SP tlog-proof)",
                about: "Anybody can check it with the log's public key (`/log/{tenant}/vkeys`), without us.",
                params: vec![PERSON, Param::path("index", "The entry's index")],
                body: None,
                answers: &[(200, "A .tlog-proof file with the entry inside")],
            },
            move |call| prove_access(prove.clone(), call),
        ),
    ]
}

/// Whether the caller may see this person's accesses; the person's handle with it.
async fn let_in(
    house: &House,
    call: &Call<Authority>,
    action: Action,
) -> Result<(base::Ctx, Allowed<AccessesOf>, Handle), Problem> {
    let ctx = circumstances(call)?;
    let person: PersonId = call.part("person")?;
    let tenant: TenantId = call.who.tenant().clone();
    let thing = AccessesOf { tenant, person };
    let allowed = allow(house, &ctx, &call.who, Verb::Read, action, thing).await?;
    let handle = house.vault.handle(&ctx.tenant, person).await?;
    Ok((ctx, allowed, handle))
}

async fn list_accesses(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, handle) = let_in(&house, &call, Action::LogRead).await?;
    let limit = call
        .query
        .number("limit", 1..=limits::PAGE_ITEMS_MAX)?
        .unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let before = call
        .query
        .number("before", 0..=usize::MAX)?
        .map(|it| it as u64);
    // One more, to know whether there is another page.
    let mut found = house
        .log
        .about(&ctx.tenant, handle, before, limit + 1)
        .await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|it| it.index);
    let proofs = call.query.first("proofs") == Some("true");
    if proofs && limit > PROOFS_MAX {
        return Err(Problem::new(
            base::ErrorKind::Invalid,
            "http.query",
            "With `proofs`, `limit` is 100 at most.",
        ));
    }
    let mut entries = Vec::with_capacity(found.len());
    for logged in &found {
        let mut line = log::line(logged)?;
        if proofs && let Some(line) = line.as_object_mut() {
            let (_, proof) = house.log.prove(&ctx.tenant, logged.index).await?;
            line.insert("proof".into(), proof.to_string().into());
        }
        entries.push(line);
    }
    let entry = Entry::new(&ctx, Action::LogRead, Outcome::Ok)
        .map_err(vault::VaultError::from)?
        .person(handle)
        .count(entries.len() as u64);
    let index = log::append(&house, &ctx, allowed.rule(), entry).await?;
    let said = json!({ "entries": entries, "next": next });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

async fn prove_access(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, handle) = let_in(&house, &call, Action::LogProve).await?;
    let (logged, proof) = log::proved(&house, &ctx.tenant, &call).await?;
    // What is about somebody else does not exist here.
    if logged.entry()?.person != Some(handle) {
        return Err(log::no_entry());
    }
    let entry = Entry::new(&ctx, Action::LogProve, Outcome::Ok)
        .map_err(vault::VaultError::from)?
        .person(handle);
    let appended = log::append(&house, &ctx, allowed.rule(), entry).await?;
    let text = proof.to_string();
    Ok(Answer::with_type(StatusCode::OK, "text/plain; charset=utf-8", text).logged(appended))
}
