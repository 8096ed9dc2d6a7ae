//! `/v1/persons`.

use audit::Action;
use base::{ActorKind, Ctx, ErrorKind, PersonId, limits};
use consent::{Fields, Terms};
use http::header::LOCATION;
use http::{Method, StatusCode};
use policy::{Authority, Denied, PersonAt, Role, Verb};
use serde::Deserialize;
use serde_json::json;
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::{House, allow, circumstances, once};
use crate::erasures::Part;
use crate::removal;

const PERSON: Param = Param::path("person", "The person's id");
const KEY: Param = Param::header(
    "Idempotency-Key",
    "Repeat a request safely: the same key gives the same answer for 24 hours",
    false,
);

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (create, list, read, erase) = (house.clone(), house.clone(), house.clone(), house.clone());
    vec![
        Route::logged(
            Method::POST,
            "/v1/persons",
            Limit::Bytes(4096),
            Doc {
                id: "createPerson",
                group: "Persons",
                summary: "Make a person",
                about: "The id is random and says nothing about who it is. With `external_id` (an id from your own system, kept sealed) the same text always gives the same person.",
                params: vec![KEY],
                body: Some((
                    "application/json",
                    "Empty, or an object with `external_id` (a text of 1 to 200 characters).",
                )),
                answers: &[
                    (201, "The person was made"),
                    (200, "The person was there already"),
                ],
            },
            move |call| create_person(create.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons",
            Limit::NoBody,
            Doc {
                id: "listPersons",
                group: "Persons",
                summary: "List persons",
                about: "In the order of their ids. `next` is the cursor of the next page.",
                params: vec![
                    Param::query("limit", "Persons on a page, 1 to 1000 (50)"),
                    Param::query("cursor", "Where the page before ended"),
                ],
                body: None,
                answers: &[(200, "A page of persons")],
            },
            move |call| list_persons(list.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons/{person}",
            Limit::NoBody,
            Doc {
                id: "readPerson",
                group: "Persons",
                summary: "What is kept about a person, counted",
                about: "",
                params: vec![PERSON],
                body: None,
                answers: &[(200, "The person")],
            },
            move |call| read_person(read.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/v1/persons/{person}",
            Limit::NoBody,
            Doc {
                id: "erasePerson",
                group: "Persons",
                summary: "Erase a person, for ever",
                about: "Destroys the person's keys, so that nothing of theirs opens again anywhere; then removes records, index, files and the link to the log. Of somebody of whom much is kept, the rest is removed after the answer (`removed` is then false).",
                params: vec![PERSON],
                body: None,
                answers: &[(200, "Erased: what there was, and where the log says so")],
            },
            move |call| erase_person(erase.clone(), call),
        ),
    ]
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    external_id: Option<String>,
}

fn at(call: &Call<Authority>, person: Option<PersonId>) -> PersonAt {
    PersonAt {
        tenant: call.who.tenant().clone(),
        person,
    }
}

async fn create_person(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let body = call.bytes()?;
    let new = if body.is_empty() {
        NewPerson::default()
    } else {
        serde_json::from_slice(body).map_err(|_| {
            Problem::new(
                ErrorKind::Invalid,
                "person.body",
                "Send an empty body, or an object with nothing but `external_id`, a text.",
            )
        })?
    };
    if let Some(text) = &new.external_id {
        let pointer = || Some("/external_id".to_owned());
        if !(1..=200).contains(&text.chars().count()) {
            let mut problem = Problem::new(
                ErrorKind::Invalid,
                "person.external_id",
                "`external_id` has 1 to 200 characters.",
            );
            problem.pointer = pointer();
            return Err(problem);
        }
        if base::card::find(text).is_some() {
            let mut problem = Problem::from(vault::VaultError::Card("`external_id`"));
            problem.pointer = pointer();
            return Err(problem);
        }
    }
    let thing = at(&call, None);
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Create,
        Action::PersonCreate,
        thing,
    )
    .await?;
    let once = once(&house, &ctx, &call, body)?;
    let (new, index) = house
        .vault
        .create_person(&ctx, &allowed, new.external_id.as_deref(), once.as_ref())
        .await?;
    let status = if new.created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(Answer::value(status, &json!({ "person": new.person }))
        .header_text(LOCATION, &format!("/v1/persons/{}", new.person))
        .logged(index))
}

async fn list_persons(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = at(&call, None);
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Read,
        Action::PersonList,
        thing,
    )
    .await?;
    let limit = call
        .query
        .number("limit", 1..=limits::PAGE_ITEMS_MAX)?
        .unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let after = match call.query.first("cursor") {
        None => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| Problem::from(vault::VaultError::Cursor))?,
        ),
    };
    let (mut lines, index) = house
        .vault
        .list_persons(&ctx, &allowed, after, limit + 1)
        .await?;
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(|line| line.person);
    let persons: Vec<_> = lines
        .iter()
        .map(|line| json!({ "person": line.person, "created_at": line.created_at.to_string() }))
        .collect();
    Ok(Answer::value(StatusCode::OK, &json!({ "persons": persons, "next": next })).logged(index))
}

/// How far whoever stands in for a person may look; `None` for everybody else.
async fn reach(house: &House, who: &Authority, ctx: &Ctx) -> Result<Option<Terms>, Problem> {
    let (Some(grant), Some(person)) = (who.grant(), who.person()) else {
        return Ok(None);
    };
    if who.role() != Role::Person {
        return Ok(None);
    }
    let grant = house.consents.grant(&ctx.tenant, person, grant).await?;
    Ok(Some(grant.terms))
}

async fn read_person(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = at(&call, Some(call.part("person")?));
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Read,
        Action::PersonRead,
        thing,
    )
    .await?;
    let reach = reach(&house, &call.who, &ctx).await?;
    let (summary, index) = house.vault.read_person(&ctx, &allowed).await?;
    let seen = |name: &str| {
        let name = name.parse().ok();
        reach
            .as_ref()
            .is_none_or(|it| it.fields(name.as_ref(), Verb::Read).is_some())
    };
    let records: serde_json::Map<_, _> = summary
        .records
        .into_iter()
        .filter(|(name, _)| seen(name))
        .map(|(name, count)| (name, count.into()))
        .collect();
    let whole = |terms: &Terms| terms.fields(None, Verb::Read) == Some(Fields::All);
    let body = json!({
        "person": summary.line.person,
        "created_at": summary.line.created_at.to_string(),
        "external_id": summary.external.filter(|_| reach.as_ref().is_none_or(whole)),
        "records": records,
    });
    Ok(Answer::value(StatusCode::OK, &body).logged(index))
}

async fn erase_person(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = at(&call, Some(call.part("person")?));
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Delete,
        Action::PersonErase,
        thing,
    )
    .await?;
    if call.who.guarding().is_some() {
        return Err(Denied::Scope("what a guardian asks to have deleted waits").into());
    }
    let person: PersonId = call.part("person")?;
    if ctx.actor.kind == ActorKind::Person {
        house
            .may_go(&ctx.tenant, person, &Part::Everything, ctx.now)
            .await?;
    }
    let (erased, rest) = house.erase_person::<Problem>(&ctx, &allowed, None).await?;
    if erased.removed {
        let closed = removal::close(&house, &ctx.tenant, person, &erased, &rest).await;
        if let Err(error) = closed {
            // The person is erased; the job stays for a moment, and finds nothing to do.
            tracing::warn!(%error, "a job of an erasure that is done was not let go");
        }
    }
    let body = json!({
        "erased": true,
        "removed": erased.removed,
        "records": erased.records,
        "files": erased.files,
        "handle": erased.handle.to_string(),
        "log_index": erased.log_index,
    });
    Ok(Answer::value(StatusCode::OK, &body).logged(erased.log_index))
}
