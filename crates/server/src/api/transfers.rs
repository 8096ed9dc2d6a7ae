//! `/v1/persons/{person}/transfers`: a person's FHIR resources, sent to another provider.

use audit::{Action, Entry, Outcome};
use base::{Ctx, Name, ObjectId, PersonId};
use http::header::LOCATION;
use http::{Method, StatusCode};
use policy::{Allowed, Authority, ExportOf, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use vault::VaultError;
use vault::export::{To, Transfer};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::requests::TAKES;
use super::{House, allow, circumstances, log};
use crate::transfers::{job, providers};

const GROUP: &str = "Take along";
const PERSON: Param = Param::path("person", "The person's id");
const TRANSFER: Param = Param::path("transfer", "The transfer's id");

pub(super) fn routes(house: &House) -> Routes<Authority> {
    vec![
        route!(
            house,
            POST,
            "/v1/persons/{person}/transfers",
            Limit::Bytes(1 << 10),
            ask,
            Doc {
                id: "askTransfer",
                group: GROUP,
                summary: "Have a person's FHIR resources sent to another provider",
                about: "To one of those that the configuration names. It is done in the background, can be called off while it waits, and goes on after a failure without sending anything twice. References to what does not come along become logical ones. What is not FHIR, and files, are not sent: they are in the archive.",
                params: vec![PERSON],
                body: Some((
                    "application/json",
                    "`provider`: one of the names that the list gives",
                )),
                answers: &[(202, "It will be sent: where to look")],
            }
        ),
        route!(
            house,
            GET,
            "/v1/persons/{person}/transfers",
            Limit::NoBody,
            list,
            Doc {
                id: "listTransfers",
                group: GROUP,
                summary: "What of a person was sent to other providers, newest first, and who can be chosen",
                about: "",
                params: vec![PERSON],
                body: None,
                answers: &[(200, "Transfers and providers")],
            }
        ),
        route!(
            house,
            GET,
            "/v1/persons/{person}/transfers/{transfer}",
            Limit::NoBody,
            read,
            Doc {
                id: "readTransfer",
                group: GROUP,
                summary: "How a transfer stands",
                about: "",
                params: vec![PERSON, TRANSFER],
                body: None,
                answers: &[(200, "The transfer")],
            }
        ),
        route!(
            house,
            DELETE,
            "/v1/persons/{person}/transfers/{transfer}",
            Limit::NoBody,
            stop,
            Doc {
                id: "stopTransfer",
                group: GROUP,
                summary: "Call off a transfer that waits",
                about: "What was sent by then stays there; the other provider deletes it if they are asked.",
                params: vec![PERSON, TRANSFER],
                body: None,
                answers: &[(200, "Nothing more is sent")],
            }
        ),
    ]
}

async fn let_in(
    house: &House,
    call: &Call<Authority>,
    verb: Verb,
    action: Action,
) -> Result<(Ctx, Allowed<ExportOf>, PersonId), Problem> {
    let ctx = circumstances(call)?;
    let person: PersonId = call.part("person")?;
    let thing = ExportOf {
        tenant: ctx.tenant.clone(),
        person,
    };
    let allowed = allow(house, &ctx, &call.who, verb, action, thing).await?;
    Ok((ctx, allowed, person))
}

async fn noted(
    house: &House,
    ctx: &Ctx,
    allowed: &Allowed<ExportOf>,
    count: usize,
) -> Result<u64, Problem> {
    let handle = house
        .vault
        .handle(&ctx.tenant, allowed.thing().person)
        .await?;
    let entry = Entry::new(ctx, Action::FileList, Outcome::Ok)
        .map_err(VaultError::from)?
        .person(handle)
        .count(count as u64);
    log::append(house, ctx, allowed.rule(), entry).await
}

fn wire(it: &Transfer) -> Value {
    json!({
        "transfer": it.transfer,
        "provider": it.provider,
        "title": it.title,
        "state": it.state,
        "asked_at": it.asked_at.to_string(),
        "ended_at": it.ended_at.map(|at| at.to_string()),
        "sent": it.sent,
        "left": it.left,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    provider: Name,
}

async fn ask(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Create, Action::ExportSend).await?;
    let new: New = super::body::json(call.bytes()?, "transfer.body", TAKES)?;
    let found = providers(&house, &ctx.tenant).find(|(name, _)| **name == new.provider);
    let (name, provider) = found.ok_or_else(|| {
        Problem::new(
            base::ErrorKind::Refused,
            "transfer.provider",
            "There is no such provider. The list of transfers names those that can be chosen.",
        )
    })?;
    let to = To {
        provider: name.clone(),
        title: provider.title.clone(),
        address: provider.digest(),
    };
    let (transfer, mut set) = house.vault.ask_transfer(&ctx, &allowed, to).await?;
    let stead = house.in_stead(&ctx).await?;
    set.statements.extend(stead.statements);
    let set = set.with(job(&house, &ctx.tenant, person, &transfer));
    let committed = house.db.commit(set).await?;
    let index = committed.log_indexes.last().copied().unwrap_or(0);
    let at = format!("/v1/persons/{person}/transfers/{}", transfer.transfer);
    Ok(Answer::value(StatusCode::ACCEPTED, &wire(&transfer))
        .header_text(LOCATION, &at)
        .logged(index))
}

async fn list(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Read, Action::FileList).await?;
    let found = house.vault.transfers(&ctx.tenant, person).await?;
    let lines: Vec<_> = found.iter().map(wire).collect();
    let index = noted(&house, &ctx, &allowed, lines.len()).await?;
    let can: Vec<_> = providers(&house, &ctx.tenant)
        .map(|(name, it)| json!({ "provider": name, "title": it.title, "url": it.url }))
        .collect();
    let said = json!({ "transfers": lines, "providers": can });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

async fn named(
    house: &House,
    call: &Call<Authority>,
    ctx: &Ctx,
    person: PersonId,
) -> Result<Transfer, Problem> {
    let id: ObjectId = call.part("transfer")?;
    Ok(house.vault.transfer(&ctx.tenant, person, id).await?)
}

async fn read(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Read, Action::FileList).await?;
    let transfer = named(&house, &call, &ctx, person).await?;
    let index = noted(&house, &ctx, &allowed, 1).await?;
    Ok(Answer::value(StatusCode::OK, &wire(&transfer)).logged(index))
}

async fn stop(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Delete, Action::ExportStop).await?;
    let transfer = named(&house, &call, &ctx, person).await?;
    let index = house.vault.stop_transfer(&ctx, &allowed, &transfer).await?;
    let said = json!({ "transfer": transfer.transfer, "stopped": true });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}
