//! `/v1/persons/{person}/rights-requests` and `/v1/rights-requests`: what people ask for under their rights, and who answers.

use audit::{Action, Entry, Outcome};
use base::{Ctx, Name, ObjectId, PersonId, Purpose, RecordId};
use govern::rights::{Event, Kind};
use http::header::LOCATION;
use http::{Method, StatusCode};
use policy::{Allowed, Authority, RightsOf, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use store::WriteSet;
use vault::{Vault, VaultError};
use web::{Answer, Call, Doc, Lang, Limit, Logged, Param, Problem, Route, Routes};

use super::requests::{cursor, page_size};
use super::{House, allow, circumstances, log};
use crate::rights::{
    Filter, Happened, NewAsk, NewStep, Right, RightsFault, Standing, What, Wish, draft,
};

const GROUP: &str = "Rights";
const BODY_MAX: usize = 64 * 1024;
const PERSON: Param = Param::path("person", "The person's id");
const REQUEST: Param = Param::path("right", "The request's id");
const LIMIT: Param = Param::query("limit", "Lines on a page, 1 to 100 (50)");
const CURSOR: Param = Param::query("cursor", "Where the page before ended");

pub(super) fn routes(house: &House) -> Routes<Authority> {
    vec![
        route!(
            house,
            POST,
            "/v1/persons/{person}/rights-requests",
            Limit::Bytes(BODY_MAX),
            ask,
            Doc {
                id: "askRight",
                group: GROUP,
                summary: "Ask for what is a person's right",
                about: "By the person, or by an app or a clinician of the house for them. Clocks are those of the law that counts at the tenant (`[rights]`), of the rules in force on this day. What is written lies sealed under the person's keys.",
                params: vec![PERSON],
                body: Some((
                    "application/json",
                    "`kind` (`access`, `portability`, `rectification`, `erasure`, `restriction`, `objection`; under CCPA `know`, `delete`, `correct`, `opt-out`, `limit`; always `question`, `report`), `text`; where it is about one thing `collection`, `record`, `field` and `value` (what it should say); for an objection or opt-out `purpose`; `entry` (a line of the log); `lang` (`sv`, `de`, `it`, `fr`, `en`).",
                )),
                answers: &[(201, "The request, with the last day of the next step")],
            }
        ),
        route!(
            house,
            GET,
            "/v1/persons/{person}/rights-requests",
            Limit::NoBody,
            list_own,
            Doc {
                id: "listRights",
                group: GROUP,
                summary: "What a person asked for, newest first",
                about: "Without what was written.",
                params: vec![PERSON, LIMIT, CURSOR],
                body: None,
                answers: &[(200, "Requests")],
            }
        ),
        route!(
            house,
            GET,
            "/v1/persons/{person}/rights-requests/{right}",
            Limit::NoBody,
            read_own,
            Doc {
                id: "readRight",
                group: GROUP,
                summary: "One request, with what was said",
                about: "",
                params: vec![PERSON, REQUEST],
                body: None,
                answers: &[(200, "The request and its events")],
            }
        ),
        route!(
            house,
            DELETE,
            "/v1/persons/{person}/rights-requests/{right}",
            Limit::NoBody,
            take_back,
            Doc {
                id: "withdrawRight",
                group: GROUP,
                summary: "Take a request back",
                about: "Where it was answered, what came of it (a restriction, an objection) is lifted.",
                params: vec![PERSON, REQUEST],
                body: None,
                answers: &[(200, "The request as it stands")],
            }
        ),
        route!(
            house,
            GET,
            "/v1/rights-requests",
            Limit::NoBody,
            inbox,
            Doc {
                id: "listRightsRequests",
                group: GROUP,
                summary: "What everybody asked for, the most urgent first",
                about: "For the role `compliance`. Without what was written.",
                params: vec![
                    Param::query("state", "`open` (default), `overdue`, `closed`, `all`"),
                    LIMIT,
                    CURSOR,
                ],
                body: None,
                answers: &[(200, "Requests")],
            }
        ),
        route!(
            house,
            GET,
            "/v1/rights-requests/{right}",
            Limit::NoBody,
            read,
            Doc {
                id: "readRightsRequest",
                group: GROUP,
                summary: "One request, with what was said, and a draft",
                about: "`draft_of` asks for the draft of what the person is told with a step, in their language.",
                params: vec![
                    REQUEST,
                    Param::query("draft_of", "`confirm`, `extend`, `answer`, `refuse`"),
                ],
                body: None,
                answers: &[(200, "The request and its events")],
            }
        ),
        route!(
            house,
            POST,
            "/v1/rights-requests/{right}/events",
            Limit::Bytes(BODY_MAX),
            step,
            Doc {
                id: "stepRightsRequest",
                group: GROUP,
                summary: "Take a step with a request",
                about: "An extension is announced while the first period runs, with the reason. An answer carries out what Strongroom can: a correction that names record and field becomes a new version, a restriction or an objection stands from then on. The person gets a letter that says where to look.",
                params: vec![REQUEST],
                body: Some((
                    "application/json",
                    "`event` (`confirm`, `start`, `extend`, `answer`, `refuse`, `lift`); `text`: what the person is told, needed to extend, answer and refuse; `carry_out` (true): false where an answer only says something.",
                )),
                answers: &[(200, "The request as it stands")],
            }
        ),
    ]
}

fn body<T: serde::de::DeserializeOwned>(call: &Call<Authority>) -> Result<T, Problem> {
    super::body::json(call.bytes()?, "rights.body", super::requests::TAKES)
}

async fn let_in(
    house: &House,
    call: &Call<Authority>,
    person: Option<PersonId>,
    verb: Verb,
    action: Action,
) -> Result<(Ctx, Allowed<RightsOf>), Problem> {
    let ctx = circumstances(call)?;
    let thing = RightsOf {
        tenant: ctx.tenant.clone(),
        person,
    };
    let allowed = allow(house, &ctx, &call.who, verb, action, thing).await?;
    Ok((ctx, allowed))
}

fn wire(right: &Right, ctx: &Ctx) -> Value {
    json!({
        "request": right.request,
        "person": right.person,
        "kind": right.kind.as_str(),
        "law": right.rules.map(|it| it.0.as_str()),
        "rules": right.rules.map(|it| it.1),
        "state": right.standing.as_str(),
        "received_at": right.received_at.to_string(),
        "received_day": right.received.to_string(),
        "lang": right.lang.code(),
        "next": right.next.map(|next| json!({
            "step": next.step.as_str(),
            "last_day": next.last.to_string(),
            "too_late_at": next.at.to_string(),
        })),
        "overdue": right.is_overdue(ctx.now),
        "closed_at": right.closed_at.map(|at| at.to_string()),
    })
}

/// The same, with the days that are left where the house answers; of what is closed, when it was answered, and whether in time.
async fn counted(house: &House, right: &Right, ctx: &Ctx) -> Result<Value, Problem> {
    let mut said = wire(right, ctx);
    if right.closed_at.is_some()
        && let Some(it) = house.right_in_time(&ctx.tenant, right).await?
        && let Some(said) = said.as_object_mut()
    {
        let answered = json!({
            "day": it.day.to_string(),
            "last_day": it.last.map(|day| day.to_string()),
            "late": it.is_late(),
        });
        said.insert("answered".into(), answered);
    }
    let today = govern::rights::day_of(ctx.now, &house.config.rights.zone());
    if let (Ok(today), Some(next)) = (today, right.next)
        && let Ok(left) = today.until(next.last)
        && let Some(next) = said.get_mut("next").and_then(Value::as_object_mut)
    {
        next.insert("days_left".into(), left.get_days().into());
    }
    Ok(said)
}

async fn all_counted(house: &House, rights: &[Right], ctx: &Ctx) -> Result<Vec<Value>, Problem> {
    let mut lines = Vec::with_capacity(rights.len());
    for right in rights {
        lines.push(counted(house, right, ctx).await?);
    }
    Ok(lines)
}

fn event(it: &Happened) -> Value {
    json!({
        "event": it.what.as_str(),
        "at": it.at.to_string(),
        "day": it.day.to_string(),
        "version": it.version,
        "text": it.text,
    })
}

/// One request with everything that was said, its entry durable.
async fn whole(
    house: &House,
    ctx: &Ctx,
    allowed: &Allowed<RightsOf>,
    right: &Right,
) -> Result<(Value, u64), Problem> {
    let handle = house.vault.handle(&ctx.tenant, right.person).await?;
    let entry = Entry::new(ctx, Action::RightsRead, Outcome::Ok)
        .map_err(VaultError::from)?
        .person(handle)
        .subject(*right.request.as_bytes());
    let (wish, events) = match house.open_right(allowed, right).await {
        Ok(opened) => opened,
        Err(error) => {
            // A failed look is a look.
            let mut entry = entry.code(base::Fault::code(&error));
            entry.outcome = Outcome::Failed;
            noted(house, ctx, allowed, right.person, entry).await?;
            return Err(error.into());
        }
    };
    let limits = consent::limits(&house.db, &ctx.tenant, right.person).await?;
    let mut said = counted(house, right, ctx).await?;
    if let Some(said) = said.as_object_mut() {
        said.insert("wish".into(), json!(wish));
        said.insert("events".into(), events.iter().map(event).collect());
        let stands = limits.iter().any(|it| it.request == right.request);
        said.insert("stands".into(), stands.into());
    }
    let index = noted(house, ctx, allowed, right.person, entry).await?;
    Ok((said, index))
}

/// The entry of a look at what a person asked for, which holds only while they are there.
async fn noted(
    house: &House,
    ctx: &Ctx,
    allowed: &Allowed<RightsOf>,
    person: PersonId,
    entry: Entry,
) -> Result<u64, Problem> {
    let entry = match allowed.rule().parse() {
        Ok(rule) => entry.policy(&rule),
        Err(_) => entry,
    };
    let set = WriteSet::new()
        .with(Vault::is_there(&ctx.tenant, person))
        .log(entry.finish(&ctx.tenant));
    let (_, index) = house.vault.commit_note(&ctx.tenant, person, set).await?;
    Ok(index)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    kind: Kind,
    #[serde(default)]
    text: String,
    collection: Option<Name>,
    record: Option<RecordId>,
    field: Option<Name>,
    value: Option<String>,
    purpose: Option<Purpose>,
    entry: Option<u64>,
    lang: Option<String>,
}

/// The language of what the person is told: as asked, or their account's.
async fn language(house: &House, ctx: &Ctx, person: PersonId, asked: Option<&str>) -> Lang {
    if let Some(lang) = asked.and_then(Lang::from_tag) {
        return lang;
    }
    let account = match house.identity.account_of(&ctx.tenant, person).await {
        Ok(Some(account)) => house.identity.account(&ctx.tenant, account).await.ok(),
        _ => None,
    };
    account
        .and_then(|it| Lang::from_tag(it.language.as_str()))
        .unwrap_or(Lang::En)
}

async fn ask(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let person: PersonId = call.part("person")?;
    let (ctx, allowed) =
        let_in(&house, &call, Some(person), Verb::Create, Action::RightsAsk).await?;
    let new: New = body(&call)?;
    let new = NewAsk {
        kind: new.kind,
        lang: language(&house, &ctx, person, new.lang.as_deref()).await,
        wish: Wish {
            text: new.text,
            collection: new.collection,
            record: new.record,
            field: new.field,
            value: new.value,
            purpose: new.purpose,
            entry: new.entry,
        },
    };
    let (right, index) = house.ask_right(&ctx, &allowed, &new).await?;
    let at = format!("/v1/persons/{person}/rights-requests/{}", right.request);
    Ok(
        Answer::value(StatusCode::CREATED, &counted(&house, &right, &ctx).await?)
            .header_text(LOCATION, &at)
            .logged(index),
    )
}

async fn list_own(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let person: PersonId = call.part("person")?;
    let (ctx, allowed) =
        let_in(&house, &call, Some(person), Verb::Read, Action::RightsRead).await?;
    let limit = page_size(&call)?;
    let after = cursor::<ObjectId>(&call)?;
    let mut found = house
        .rights_of(&ctx.tenant, person, after, limit + 1)
        .await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let lines = all_counted(&house, &found, &ctx).await?;
    let next = found
        .last()
        .filter(|_| more)
        .map(|it| format!("{}.{}", it.received_at.micros(), it.request));
    let handle = house.vault.handle(&ctx.tenant, person).await?;
    let entry = Entry::new(&ctx, Action::RightsRead, Outcome::Ok)
        .map_err(VaultError::from)?
        .person(handle)
        .count(lines.len() as u64);
    let index = noted(&house, &ctx, &allowed, person, entry).await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "requests": lines, "next": next })).logged(index))
}

/// The request of the address, if it is this person's.
async fn own(
    house: &House,
    call: &Call<Authority>,
    ctx: &Ctx,
    person: PersonId,
) -> Result<Right, Problem> {
    let right = house.right(&ctx.tenant, call.part("right")?).await?;
    if right.person == person {
        Ok(right)
    } else {
        Err(RightsFault::NotFound.into())
    }
}

async fn read_own(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let person: PersonId = call.part("person")?;
    let (ctx, allowed) =
        let_in(&house, &call, Some(person), Verb::Read, Action::RightsRead).await?;
    let right = own(&house, &call, &ctx, person).await?;
    let (said, index) = whole(&house, &ctx, &allowed, &right).await?;
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

async fn take_back(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let person: PersonId = call.part("person")?;
    let (ctx, allowed) = let_in(
        &house,
        &call,
        Some(person),
        Verb::Delete,
        Action::RightsStep,
    )
    .await?;
    let right = own(&house, &call, &ctx, person).await?;
    let account = call.who.account();
    let answered = right.standing == Standing::Is(govern::rights::State::Answered);
    let (right, index) = if answered {
        house
            .lift_right(&ctx, &allowed, &right, account, false)
            .await?
    } else {
        let step = NewStep {
            event: Event::Withdrawn,
            text: String::new(),
            account,
            carry_out: false,
        };
        house.step_right(&ctx, &allowed, &right, &step).await?
    };
    Ok(Answer::value(StatusCode::OK, &counted(&house, &right, &ctx).await?).logged(index))
}

async fn inbox(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed) = let_in(&house, &call, None, Verb::Read, Action::RightsList).await?;
    let filter = match call.query.first("state") {
        None => Filter::Open,
        Some(text) => Filter::of(text).ok_or(VaultError::Filter {
            name: "state".into(),
            why: "it is `open`, `overdue`, `closed` or `all`".into(),
        })?,
    };
    let limit = page_size(&call)?;
    let after = cursor::<ObjectId>(&call)?;
    let mut found = house
        .rights_inbox(&ctx.tenant, filter, after, limit + 1, ctx.now)
        .await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let rights: Vec<_> = found.iter().map(|(it, _)| it.clone()).collect();
    let lines = all_counted(&house, &rights, &ctx).await?;
    let next = found
        .last()
        .filter(|_| more)
        .map(|(_, (place, request))| format!("{}.{request}", place.micros()));
    let entry = Entry::new(&ctx, Action::RightsList, Outcome::Ok)
        .map_err(VaultError::from)?
        .count(lines.len() as u64);
    let index = log::append(&house, &ctx, allowed.rule(), entry).await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "requests": lines, "next": next })).logged(index))
}

async fn read(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed) = let_in(&house, &call, None, Verb::Read, Action::RightsRead).await?;
    let right = house.right(&ctx.tenant, call.part("right")?).await?;
    let (mut said, index) = whole(&house, &ctx, &allowed, &right).await?;
    if let Some(step) = call.query.first("draft_of") {
        let days = house.right_days(&ctx.tenant, &right, ctx.now).await?;
        let draft = draft(&right, step, days).ok_or(RightsFault::Wish(
            "There are drafts of `confirm`, `extend`, `answer` and `refuse`.",
        ))?;
        if let Some(said) = said.as_object_mut() {
            said.insert("draft".into(), draft.into());
            let longer = days.longer.map(|it| it.to_string());
            said.insert("longer".into(), longer.into());
        }
    }
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Named {
    Confirm,
    Start,
    Extend,
    Answer,
    Refuse,
    Lift,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Take {
    event: Named,
    #[serde(default)]
    text: String,
    carry_out: Option<bool>,
}

async fn step(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed) = let_in(&house, &call, None, Verb::Update, Action::RightsStep).await?;
    let take: Take = body(&call)?;
    let right = house.right(&ctx.tenant, call.part("right")?).await?;
    let account = call.who.account();
    let event = match take.event {
        Named::Confirm => Event::Confirmed,
        Named::Start => Event::Begun,
        Named::Extend => Event::Extended,
        Named::Answer => Event::Answered,
        Named::Refuse => Event::Refused,
        Named::Lift => {
            let (right, index) = house
                .lift_right(&ctx, &allowed, &right, account, true)
                .await?;
            return Ok(
                Answer::value(StatusCode::OK, &counted(&house, &right, &ctx).await?).logged(index),
            );
        }
    };
    let step = NewStep {
        event,
        text: take.text,
        account,
        carry_out: take.carry_out.unwrap_or(true),
    };
    let (right, index) = house.step_right(&ctx, &allowed, &right, &step).await?;
    let mut said = counted(&house, &right, &ctx).await?;
    if let Some(said) = said.as_object_mut() {
        said.insert("event".into(), What::Step(event).as_str().into());
    }
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}
