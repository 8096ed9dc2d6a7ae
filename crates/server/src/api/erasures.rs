//! `/v1/persons/{person}/erasures`: deleting everything about a person, or a part of it, with time to change one's mind and a certificate.

use audit::{Action, Entry, Outcome};
use base::{Ctx, ErrorKind, ObjectId, PersonId};
use http::{Method, StatusCode};
use policy::{Allowed, Authority, Denied, PersonAt, Role, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use vault::VaultError;
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::requests::body;
use super::{House, allow, circumstances, log};
use crate::erasures::{self, Asked, Of, Part, STAYS};
use crate::leftovers;

const GROUP: &str = "Deletion";
const PERSON: Param = Param::path("person", "The person's id");

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (plan_in, ask_in, list_in, off_in) =
        (house.clone(), house.clone(), house.clone(), house.clone());
    vec![
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/erasures/plan",
            Limit::NoBody,
            Doc {
                id: "planErasure",
                group: GROUP,
                summary: "What would go, and what would stay and why",
                about: "Of everything; or of one kind, one record, all files or one file, where the query names one. Nothing is changed. `by_law` says what a law wants kept; `held`, that a legal hold stops it for now, never why.",
                params: vec![
                    PERSON,
                    Param::query("collection", "Only the records of this collection"),
                    Param::query("record", "Only this one of them"),
                    Param::query("files", "`true`: only the files"),
                    Param::query("file", "Only this file"),
                ],
                body: None,
                answers: &[(200, "Counts by collection, and what stays")],
            },
            move |call| plan(plan_in.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/v1/persons/{person}/erasures",
            Limit::Bytes(1024),
            Doc {
                id: "askErasure",
                group: GROUP,
                summary: "Have everything about a person deleted, or a part of it",
                about: "Without `of`, everything. It waits (14 days, `deletion.cooling_off_days`), in case they change their mind; with `now` it does not, unless a legal hold stops it (`held`): then it is carried out when that is lifted. The answer holds a code, once: with it the certificate is fetched when everything is gone (the page `/erased`).",
                params: vec![PERSON],
                body: Some((
                    "application/json",
                    "Empty, or an object with `now` (true: at once; in a session it takes a fresh proof of who it is, but for one record or file) and `of` (`{\"collection\": ...}`, with `record` for one of them; `{\"files\": true}`; `{\"file\": ...}`).",
                )),
                answers: &[
                    (202, "It waits: until when, and the code"),
                    (
                        200,
                        "The keys are destroyed: the certificate, or null while there is much to remove; the code gives it then",
                    ),
                ],
            },
            move |call| ask(ask_in.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/erasures",
            Limit::NoBody,
            Doc {
                id: "listErasures",
                group: GROUP,
                summary: "What a person asked to have deleted",
                about: "`held` says that a legal hold stops what waits, whatever its day.",
                params: vec![PERSON],
                body: None,
                answers: &[(200, "Requests, newest first")],
            },
            move |call| list(list_in.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/v1/persons/{person}/erasures/{erasure}",
            Limit::NoBody,
            Doc {
                id: "callOffErasure",
                group: GROUP,
                summary: "Change one's mind",
                about: "As long as it waits.",
                params: vec![PERSON, Param::path("erasure", "The request's id")],
                body: None,
                answers: &[(200, "Everything stays")],
            },
            move |call| call_off(off_in.clone(), call),
        ),
    ]
}

async fn let_in(
    house: &House,
    call: &Call<Authority>,
    verb: Verb,
    action: Action,
) -> Result<(Ctx, Allowed<PersonAt>, PersonId), Problem> {
    let ctx = circumstances(call)?;
    let person: PersonId = call.part("person")?;
    let thing = PersonAt {
        tenant: ctx.tenant.clone(),
        person: Some(person),
    };
    // Whoever stands in for somebody looks at what would go only where they may have it deleted.
    if call.who.role() == Role::Person && call.who.grant().is_some() {
        let what = thing.clone();
        allow(house, &ctx, &call.who, Verb::Delete, action, what).await?;
    }
    let allowed = allow(house, &ctx, &call.who, verb, action, thing).await?;
    Ok((ctx, allowed, person))
}

/// The part that `of` names, for a person.
fn part_of(house: &House, ctx: &Ctx, person: PersonId, of: &Of) -> Result<Part, Problem> {
    let part = of.part(&house.vault, &ctx.tenant, person)?;
    part.ok_or_else(|| {
        Problem::new(
            ErrorKind::Invalid,
            "erasure.body",
            "`of` names a collection, a collection and a record, `files`, or a file.",
        )
    })
}

/// The part that the query names; everything, where it names none.
fn queried(
    house: &House,
    call: &Call<Authority>,
    ctx: &Ctx,
    person: PersonId,
) -> Result<Part, Problem> {
    fn one<T: std::str::FromStr>(call: &Call<Authority>, name: &str) -> Result<Option<T>, Problem> {
        let text = call.query.first(name).filter(|it| !it.is_empty());
        text.map(str::parse).transpose().map_err(|_| {
            Problem::new(
                ErrorKind::Invalid,
                "erasure.body",
                "The query names no part as this program writes them.",
            )
        })
    }
    let of = Of {
        collection: one(call, "collection")?,
        record: one(call, "record")?,
        file: one(call, "file")?,
        files: one(call, "files")?.unwrap_or(false),
    };
    if of.collection.is_none() && of.record.is_none() && of.file.is_none() && !of.files {
        return Ok(Part::Everything);
    }
    part_of(house, ctx, person, &of)
}

async fn plan(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Read, Action::PersonRead).await?;
    let part = queried(&house, &call, &ctx, person)?;
    let days = house.config.deletion.cooling_off_days;
    let law = |name: &base::Name, kept: &vault::records::RecordsKept| {
        json!({
            "collection": name,
            "count": kept.count,
            "until": kept.until.map(|at| at.to_string()),
            "why": "legal-obligation",
        })
    };
    let held = house.is_held(&ctx.tenant, person, &part, ctx.now).await?;
    // That there is one, and no word of why: it may be about somebody else.
    let hold = held.then(|| {
        json!({
            "what": "everything, for now",
            "why": "because of a legal hold; a deletion waits until it is lifted",
        })
    });
    if part == Part::Everything {
        let by_law = house
            .vault
            .held_by_law(&ctx.tenant, person, ctx.now)
            .await?;
        let (summary, index) = house.vault.read_person(&ctx, &allowed).await?;
        let goes: serde_json::Map<_, _> = summary
            .records
            .into_iter()
            .map(|(name, count)| (name, count.into()))
            .collect();
        let stays = leftovers::stays().map(|(what, why)| json!({ "what": what, "why": why }));
        let stays: Vec<_> = hold.into_iter().chain(stays).collect();
        let said = json!({
            "of": part.to_json(),
            "goes": { "records": goes, "everything_else": leftovers::goes().collect::<Vec<_>>() },
            "stays": stays,
            "by_law": by_law.iter().map(|(name, kept)| law(name, kept)).collect::<Vec<_>>(),
            "held": held,
            "cooling_off_days": days,
        });
        return Ok(Answer::value(StatusCode::OK, &said).logged(index));
    }
    let plan = house.plan_part(&ctx.tenant, person, &part, ctx.now).await?;
    let mut records = serde_json::Map::new();
    let mut by_law = Vec::new();
    if let Part::Records(of) = &part {
        records.insert(of.collection.to_string(), plan.records.records.into());
        if plan.records.kept.count > 0 {
            by_law.push(law(&of.collection, &plan.records.kept));
        }
    }
    let stays = STAYS
        .iter()
        .filter(|it| it.0 != "tombstones" || matches!(part, Part::Records(_)))
        .map(|(what, why)| json!({ "what": what, "why": why }));
    let stays: Vec<_> = hold.into_iter().chain(stays).collect();
    let said = json!({
        "of": part.to_json(),
        "goes": {
            "records": records,
            "earlier_versions": plan.records.versions,
            "files": plan.files.len(),
            "archives": plan.archives,
        },
        "stays": stays,
        "by_law": by_law,
        "held": held,
        "cooling_off_days": days,
    });
    let index = noted(&house, &ctx, &allowed, person).await?;
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

/// The entry of a look at what a person asked, or could ask, to have deleted.
async fn noted(
    house: &House,
    ctx: &Ctx,
    allowed: &Allowed<PersonAt>,
    person: PersonId,
) -> Result<u64, Problem> {
    let handle = house.vault.handle(&ctx.tenant, person).await?;
    let entry = Entry::new(ctx, Action::PersonRead, Outcome::Ok)
        .map_err(VaultError::from)?
        .person(handle);
    log::append(house, ctx, allowed.rule(), entry).await
}

fn wire(it: &Asked) -> Value {
    json!({
        "erasure": it.erasure,
        "of": it.part.to_json(),
        "state": it.state,
        "asked_at": it.asked_at.to_string(),
        "due_at": it.due_at.to_string(),
    })
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    #[serde(default)]
    now: bool,
    of: Option<Of>,
}

async fn ask(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) =
        let_in(&house, &call, Verb::Delete, Action::PersonEraseAsk).await?;
    let new: New = if call.bytes()?.is_empty() {
        New::default()
    } else {
        body(&call)?
    };
    let part = match &new.of {
        None => Part::Everything,
        Some(of) => part_of(&house, &ctx, person, of)?,
    };
    if new.now && call.who.guarding().is_some() {
        return Err(Denied::Scope("what a guardian asks to have deleted waits").into());
    }
    let one = match &part {
        Part::Records(of) => of.record.is_some(),
        Part::File(_) => true,
        Part::Everything | Part::Files => false,
    };
    if new.now && !one && call.who.account().is_some() && !call.who.is_fresh(ctx.now) {
        return Err(Denied::Stale.into());
    }
    let due = if new.now {
        ctx.now
    } else {
        ctx.now.after(house.config.deletion.cooling_off())
    };
    let (asked, code, index) = house.ask_erasure(&ctx, &allowed, part.clone(), due).await?;
    let mut said = wire(&asked);
    if let Some(said) = said.as_object_mut() {
        said.insert("code".into(), code.expose().as_str().into());
    }
    if !new.now {
        return Ok(Answer::value(StatusCode::ACCEPTED, &said).logged(index));
    }
    if house.is_held(&ctx.tenant, person, &part, ctx.now).await? {
        if let Some(said) = said.as_object_mut() {
            said.insert("held".into(), true.into());
        }
        return Ok(Answer::value(StatusCode::ACCEPTED, &said).logged(index));
    }
    erasures::one(&house, &ctx.tenant, asked.erasure, person, &part)
        .await
        .map_err(|error| {
            let mut problem = Problem::new(
                ErrorKind::Unavailable,
                "erasure.later",
                "The deletion was noted and is carried out within the hour. Fetch the certificate with the code then.",
            );
            problem.internal = error.to_string();
            problem
        })?;
    let standing = house.erasure_behind(code.expose()).await?;
    if let Some(said) = said.as_object_mut() {
        said.insert("state".into(), standing.state.as_str().into());
        said.insert("certificate".into(), standing.certificate.into());
    }
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

async fn list(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Read, Action::PersonRead).await?;
    let found = house.erasures(&ctx.tenant, person).await?;
    let mut lines = Vec::with_capacity(found.len());
    for it in &found {
        let mut line = wire(it);
        // What waits may wait longer than its day.
        if it.state == "waiting"
            && let Some(line) = line.as_object_mut()
        {
            let held = house
                .is_held(&ctx.tenant, person, &it.part, ctx.now)
                .await?;
            line.insert("held".into(), held.into());
        }
        lines.push(line);
    }
    let index = noted(&house, &ctx, &allowed, person).await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "erasures": lines })).logged(index))
}

async fn call_off(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, _) = let_in(&house, &call, Verb::Delete, Action::PersonEraseCallOff).await?;
    let erasure: ObjectId = call.part("erasure")?;
    let index = house.call_off_erasure(&ctx, &allowed, erasure).await?;
    let said = json!({ "erasure": erasure, "state": "called_off" });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}
