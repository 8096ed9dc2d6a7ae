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
/// Entries that are read for one page where only some are shown.
const READ_MAX: usize = 2000;
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
                        "show",
                        "`others` (not what the person did), `opened` (of these what they were given) or `refused`; a page may then be short, or empty, and have a next",
                    ),
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
    let proofs = call.query.first("proofs") == Some("true");
    if proofs && limit > PROOFS_MAX {
        return Err(Problem::new(
            base::ErrorKind::Invalid,
            "http.query",
            "With `proofs`, `limit` is 100 at most.",
        ));
    }
    let show = Show::of(&call)?;
    let account = call.who.account().map(|it| it.to_string());
    // Where some are left out, it is read on, until there are enough or it was much.
    let reads = if show == Show::All { limit } else { READ_MAX };
    // One more, to know whether there is another page.
    let found = house
        .log
        .about(&ctx.tenant, handle, before, reads + 1)
        .await?;
    let (mut lines, mut next) = (Vec::new(), None);
    for logged in found.iter().take(reads) {
        if lines.len() == limit {
            break;
        }
        let line = log::line(logged)?;
        next = Some(logged.index);
        if show.shows(&line, account.as_deref()) {
            lines.push((logged, line));
        }
    }
    let next = next.filter(|it| found.last().is_some_and(|last| last.index < *it));
    let mut entries = Vec::with_capacity(lines.len());
    for (logged, mut line) in lines {
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

/// Which entries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    All,
    Others,
    Opened,
    Refused,
}

impl Show {
    fn of(call: &Call<Authority>) -> Result<Self, Problem> {
        match call.query.first("show") {
            None | Some("all") => Ok(Self::All),
            Some("others") => Ok(Self::Others),
            Some("opened") => Ok(Self::Opened),
            Some("refused") => Ok(Self::Refused),
            Some(_) => Err(Problem::new(
                base::ErrorKind::Invalid,
                "http.query",
                "`show` is all, others, opened or refused.",
            )),
        }
    }

    /// Whether a line is one of them, for a person with this account.
    fn shows(self, line: &serde_json::Value, account: Option<&str>) -> bool {
        let text = |pointer: &str| line.pointer(pointer).and_then(serde_json::Value::as_str);
        let own = text("/entry/actor/kind") == Some("person")
            && account.is_none_or(|account| text("/entry/actor/id") == Some(account));
        let ok = text("/entry/outcome") == Some("ok");
        match self {
            Self::All => true,
            Self::Others => !own,
            Self::Opened => !own && ok,
            Self::Refused => !ok,
        }
    }
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
