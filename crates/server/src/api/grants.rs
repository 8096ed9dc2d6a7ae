//! `/v1/persons/{person}/askings`, `/grants`, `/proxies`: what a person is asked, answers, and takes back.

use audit::Action;
use base::{AccountId, Ctx, ErrorKind, GrantId, Instant, PersonId};
use consent::{
    Answer, Answered, Asking, AskingId, ConsentError, Grant, Happened, NewProxy, Offered, Shown,
    Terms, Way,
};
use http::header::LOCATION;
use http::{Method, StatusCode};
use policy::{Allowed, Authority, GrantsOf, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Answer as Reply, Call, Doc, Lang, Limit, Logged, Param, Problem, Route, Routes};

use super::requests::{BODY_MAX, body, cursor, page_size, who_asks};
use super::{House, allow, circumstances};
use crate::sharing::texts;

const GROUP: &str = "Sharing";
const PERSON: Param = Param::path("person", "The person's id");
const GRANT: Param = Param::path("grant", "The grant's id");
const ASKING: Param = Param::path("asking", "The question's id");
const LIMIT: Param = Param::query("limit", "Lines on a page, 1 to 100 (50)");
const CURSOR: Param = Param::query("cursor", "Where the page before ended");

pub(super) fn routes(house: &House) -> Routes<Authority> {
    vec![
        route!(
            house,
            GET,
            "/v1/persons/{person}/askings",
            Limit::NoBody,
            list_askings,
            Doc {
                id: "listAskings",
                group: GROUP,
                summary: "What a person was asked, newest first",
                about: "Open questions and answered ones. `next` is the cursor of the next page.",
                params: vec![PERSON, LIMIT, CURSOR],
                body: None,
                answers: &[(200, "Questions, with the request that each brings")],
            }
        ),
        route!(
            house,
            POST,
            "/v1/persons/{person}/askings",
            Limit::Bytes(BODY_MAX),
            open_link,
            Doc {
                id: "openAsking",
                group: GROUP,
                summary: "Open a request by its id, as a link to it does",
                about: "The person came by themselves: it makes a question of the request, or finds the one that waits.",
                params: vec![PERSON],
                body: Some(("application/json", "`request`: the request's id.")),
                answers: &[(201, "The question")],
            }
        ),
        route!(
            house,
            GET,
            "/v1/persons/{person}/askings/{asking}",
            Limit::NoBody,
            read_asking,
            Doc {
                id: "readAsking",
                group: GROUP,
                summary: "One question: the signed request, and the text to show",
                about: "`text` by language, and `text_sha256` of each: an answer says which of them was shown.",
                params: vec![PERSON, ASKING],
                body: None,
                answers: &[(200, "The question")],
            }
        ),
        route!(
            house,
            POST,
            "/v1/persons/{person}/askings/{asking}/answer",
            Limit::Bytes(BODY_MAX),
            answer,
            Doc {
                id: "answerAsking",
                group: GROUP,
                summary: "Answer: grant, refuse or defer",
                about: "A grant names the parts that it keeps, by their place in the request: every essential one, and of the others those that are wished.",
                params: vec![PERSON, ASKING],
                body: Some((
                    "application/json",
                    "`answer` (`grant`, `refuse`, `defer`); for a grant `parts` (places from 0), `days`, `lang` and `text_sha256` of the text that was shown.",
                )),
                answers: &[(
                    200,
                    "What came of it: the grant with its receipt, or until when it is deferred"
                )],
            }
        ),
        route!(
            house,
            GET,
            "/v1/persons/{person}/grants",
            Limit::NoBody,
            list_grants,
            Doc {
                id: "listGrants",
                group: GROUP,
                summary: "What a person lets whom do, newest first",
                about: "Also what is over.",
                params: vec![PERSON, LIMIT, CURSOR],
                body: None,
                answers: &[(200, "Grants")],
            }
        ),
        route!(
            house,
            GET,
            "/v1/persons/{person}/grants/{grant}",
            Limit::NoBody,
            read_grant,
            Doc {
                id: "readGrant",
                group: GROUP,
                summary: "One grant, with what happened to it and the receipts",
                about: "Receipts are signed (JWS, EdDSA) with the key that signs the tenant's log: `/log/{tenant}/vkeys`.",
                params: vec![PERSON, GRANT],
                body: None,
                answers: &[(200, "The grant")],
            }
        ),
        route!(
            house,
            GET,
            "/v1/persons/{person}/grants/{grant}/fhir",
            Limit::NoBody,
            fhir,
            Doc {
                id: "grantAsFhir",
                group: GROUP,
                summary: "One grant as an FHIR R4 Consent",
                about: "",
                params: vec![PERSON, GRANT],
                body: None,
                answers: &[(200, "The resource")],
            }
        ),
        route!(
            house,
            POST,
            "/v1/persons/{person}/grants/{grant}/narrow",
            Limit::Bytes(BODY_MAX),
            narrow,
            Doc {
                id: "narrowGrant",
                group: GROUP,
                summary: "Take part of a grant back",
                about: "From then on only what is left is opened, by the next read, with the tokens that there are. More than there was takes a new answer.",
                params: vec![PERSON, GRANT],
                body: Some((
                    "application/json",
                    "`terms` (`purposes`, `parts`), `until`, or both: what is left.",
                )),
                answers: &[(200, "The grant as it stands, with the receipt")],
            }
        ),
        route!(
            house,
            DELETE,
            "/v1/persons/{person}/grants/{grant}",
            Limit::NoBody,
            withdraw,
            Doc {
                id: "withdrawGrant",
                group: GROUP,
                summary: "Take a grant back",
                about: "At once: the next read by it is refused, on every node, and its tokens are none any more.",
                params: vec![PERSON, GRANT],
                body: None,
                answers: &[(200, "That it ended, with the receipt")],
            }
        ),
        route!(
            house,
            POST,
            "/v1/persons/{person}/proxies",
            Limit::Bytes(BODY_MAX),
            appoint,
            Doc {
                id: "appointProxy",
                group: GROUP,
                summary: "Let somebody act for this person, within limits",
                about: "A grant to an account of another person: listed, narrowed and withdrawn as any other.",
                params: vec![PERSON],
                body: Some((
                    "application/json",
                    "`account`, `terms` (`purposes`, `parts`), `days`."
                )),
                answers: &[(201, "The grant, with its receipt")],
            }
        ),
    ]
}

/// Whether the caller may do this with what the person is asked and grants.
async fn let_in(
    house: &House,
    call: &Call<Authority>,
    verb: Verb,
    action: Action,
) -> Result<(Ctx, Allowed<GrantsOf>, PersonId), Problem> {
    let ctx = circumstances(call)?;
    let person: PersonId = call.part("person")?;
    let thing = GrantsOf {
        tenant: ctx.tenant.clone(),
        person,
    };
    let allowed = allow(house, &ctx, &call.who, verb, action, thing).await?;
    Ok((ctx, allowed, person))
}

pub(super) fn asking_json(it: &Asking, now: Instant) -> Value {
    json!({
        "asking": it.asking,
        "request": it.request,
        "version": it.version,
        "way": it.way,
        "state": if it.waits(now) || it.answered_at.is_some() { it.state.as_str() } else { "lapsed" },
        "asked_at": it.asked_at.to_string(),
        "again_at": it.again_at.map(|at| at.to_string()),
        "expires_at": it.expires_at.to_string(),
        "answered_at": it.answered_at.map(|at| at.to_string()),
        "grant": it.grant,
    })
}

/// Until when; for a guardian's appointment, the day from which the person decides.
fn until(it: &Grant) -> Instant {
    let day = it.guarded.as_ref().and_then(|it| it.until);
    match day {
        Some(day) if it.proxy => day.min(it.until),
        _ => it.until,
    }
}

pub(super) async fn grant_json(house: &House, ctx: &Ctx, it: &Grant) -> Result<Value, Problem> {
    let request = it.request;
    Ok(json!({
        "grant": it.grant,
        "grantee": it.grantee,
        "name": who_asks(house, &ctx.tenant, it.grantee).await?,
        "proxy": it.proxy,
        "appoints_guardian": it.appoints_guardian(),
        "by_guardian": it.guarded.is_some() && !it.appoints_guardian(),
        "terms": it.terms,
        "state": it.state_at(ctx.now).as_str(),
        "version": it.epoch,
        "given_at": it.given_at.to_string(),
        "until": until(it).to_string(),
        "changed_at": it.changed_at.to_string(),
        "request": request.map(|(request, version)| json!({ "request": request, "version": version })),
    }))
}

async fn list_askings(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Read, Action::ConsentList).await?;
    let limit = page_size(&call)?;
    let after = cursor::<AskingId>(&call)?;
    let found = house
        .consents
        .askings(&ctx.tenant, person, after, limit + 1)
        .await;
    let mut found = found.map_err(Problem::from)?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let mut lines = Vec::with_capacity(found.len());
    for it in &found {
        let offered = house
            .consents
            .offered_at(&ctx.tenant, it.request, it.version)
            .await?;
        let mut line = asking_json(it, ctx.now);
        if let Some(line) = line.as_object_mut() {
            let name = who_asks(&house, &ctx.tenant, offered.asker).await?;
            line.insert("asker".into(), json!(offered.asker));
            line.insert("name".into(), json!(name));
            line.insert("offer".into(), json!(offered.offer));
        }
        lines.push(line);
    }
    let next = found
        .last()
        .filter(|_| more)
        .map(|it| format!("{}.{}", it.asked_at.micros(), it.asking));
    let index = house
        .looked_at_grants(&ctx, allowed.rule(), Some(person), lines.len())
        .await?;
    Ok(Reply::value(StatusCode::OK, &json!({ "askings": lines, "next": next })).logged(index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    request: String,
}

async fn open_link(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Create, Action::ConsentAsk).await?;
    let link: Link = body(&call)?;
    let request = link
        .request
        .parse()
        .map_err(|_| Problem::from(ConsentError::NotFound("request")))?;
    let offered = house.consents.offered(&ctx.tenant, request).await?;
    let (asking, index) = house
        .ask_person(&ctx, allowed.rule(), &offered, person, Way::Link)
        .await?;
    let at = format!("/v1/persons/{person}/askings/{}", asking.asking);
    let reply = Reply::value(StatusCode::CREATED, &asking_json(&asking, ctx.now));
    Ok(reply.header_text(LOCATION, &at).logged(index))
}

/// A question, and the request that it brings.
async fn question(
    house: &House,
    call: &Call<Authority>,
    ctx: &Ctx,
    person: PersonId,
) -> Result<(Asking, Offered, String), Problem> {
    let asking = house
        .consents
        .asking(&ctx.tenant, person, call.part("asking")?)
        .await?;
    let offered = house
        .consents
        .offered_at(&ctx.tenant, asking.request, asking.version)
        .await?;
    let name = who_asks(house, &ctx.tenant, offered.asker).await?;
    Ok((asking, offered, name))
}

async fn read_asking(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Read, Action::ConsentList).await?;
    let (asking, offered, name) = question(&house, &call, &ctx, person).await?;
    let texts = texts(house.vault.register(), &name, &offered.offer);
    let hashes: std::collections::BTreeMap<_, _> = texts
        .iter()
        .map(|(lang, text)| (lang.clone(), hex::encode(sha256(text))))
        .collect();
    let mut said = asking_json(&asking, ctx.now);
    if let Some(said) = said.as_object_mut() {
        said.insert("asker".into(), json!(offered.asker));
        said.insert("name".into(), json!(name));
        said.insert("offer".into(), json!(offered.offer));
        said.insert("signed".into(), json!(offered.signed));
        said.insert("text".into(), json!(texts));
        said.insert("text_sha256".into(), json!(hashes));
    }
    let index = house
        .looked_at_grants(&ctx, allowed.rule(), Some(person), 1)
        .await?;
    Ok(Reply::value(StatusCode::OK, &said).logged(index))
}

pub(super) fn sha256(text: &str) -> [u8; 32] {
    crypt::hash::sha256(&[text.as_bytes()])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, tag = "answer", rename_all = "snake_case")]
enum Given {
    Grant {
        parts: Vec<usize>,
        days: u32,
        lang: String,
        text_sha256: String,
    },
    Refuse {},
    Defer {},
}

async fn answer(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Update, Action::ConsentAnswer).await?;
    let given: Given = body(&call)?;
    let (asking, offered, name) = question(&house, &call, &ctx, person).await?;
    let texts = texts(house.vault.register(), &name, &offered.offer);
    let (answer, lang) = match given {
        Given::Grant {
            parts,
            days,
            lang,
            text_sha256,
        } => {
            let shown = texts.get(&lang).map(|text| hex::encode(sha256(text)));
            if shown.is_none_or(|shown| shown != text_sha256) {
                return Err(ConsentError::Shown.into());
            }
            (Answer::Grant { parts, days }, lang)
        }
        Given::Refuse {} => (Answer::Refuse, "en".to_owned()),
        Given::Defer {} => (Answer::Defer, "en".to_owned()),
    };
    let lang = Lang::from_tag(&lang).unwrap_or(Lang::En);
    let shown = Shown {
        lang: lang.code().to_owned(),
        text: texts.get(lang.code()).map_or([0; 32], |text| sha256(text)),
        by: call.who.account(),
        assurance: call.who.assurance(),
    };
    let (answered, index) = house
        .answer_question(&ctx, allowed.rule(), &asking, &offered, &answer, &shown)
        .await?;
    let said = match answered {
        Answered::Granted(grant, receipt) => {
            let grant = grant_json(&house, &ctx, &grant).await?;
            json!({ "answer": "grant", "grant": grant, "receipt": receipt })
        }
        Answered::Refused => json!({ "answer": "refuse" }),
        Answered::Deferred(until) => json!({ "answer": "defer", "again_at": until.to_string() }),
    };
    Ok(Reply::value(StatusCode::OK, &said).logged(index))
}

async fn list_grants(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Read, Action::ConsentList).await?;
    let limit = page_size(&call)?;
    let after = cursor::<GrantId>(&call)?;
    let mut found = house
        .consents
        .grants(&ctx.tenant, person, after, limit + 1)
        .await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let mut lines = Vec::with_capacity(found.len());
    for it in &found {
        lines.push(grant_json(&house, &ctx, it).await?);
    }
    let next = found
        .last()
        .filter(|_| more)
        .map(|it| format!("{}.{}", it.given_at.micros(), it.grant));
    let index = house
        .looked_at_grants(&ctx, allowed.rule(), Some(person), lines.len())
        .await?;
    Ok(Reply::value(StatusCode::OK, &json!({ "grants": lines, "next": next })).logged(index))
}

async fn grant_of(
    house: &House,
    call: &Call<Authority>,
    ctx: &Ctx,
    person: PersonId,
) -> Result<Grant, Problem> {
    let grant = house
        .consents
        .grant(&ctx.tenant, person, call.part("grant")?)
        .await;
    Ok(grant?)
}

fn happened(it: &Happened) -> Value {
    json!({
        "version": it.epoch,
        "what": it.what.as_str(),
        "at": it.at.to_string(),
        "receipt": it.receipt,
    })
}

async fn read_grant(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Read, Action::ConsentList).await?;
    let grant = grant_of(&house, &call, &ctx, person).await?;
    let events = house.consents.events(&ctx.tenant, &grant).await?;
    let mut said = grant_json(&house, &ctx, &grant).await?;
    if let Some(said) = said.as_object_mut() {
        said.insert("events".into(), events.iter().map(happened).collect());
    }
    let index = house
        .looked_at_grants(&ctx, allowed.rule(), Some(person), 1)
        .await?;
    Ok(Reply::value(StatusCode::OK, &said).logged(index))
}

async fn fhir(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Read, Action::ConsentList).await?;
    let grant = grant_of(&house, &call, &ctx, person).await?;
    let labels = consent::fhir::Labels {
        patient: format!("Patient/{person}"),
        grantee: who_asks(&house, &ctx.tenant, grant.grantee).await?,
        organisation: ctx.tenant.to_string(),
    };
    let resource = consent::fhir::consent(&grant, &labels, ctx.now);
    let index = house
        .looked_at_grants(&ctx, allowed.rule(), Some(person), 1)
        .await?;
    let text = resource.to_string();
    Ok(Reply::with_type(StatusCode::OK, "application/fhir+json", text).logged(index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Less {
    terms: Option<Terms>,
    until: Option<String>,
}

async fn narrow(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Update, Action::ConsentNarrow).await?;
    let less: Less = body(&call)?;
    let grant = grant_of(&house, &call, &ctx, person).await?;
    let until = match &less.until {
        None => grant.until,
        Some(text) => audit::entry::time::read(text.as_bytes()).ok_or_else(|| {
            ConsentError::terms(
                "/until",
                "`until` is a moment as it is shown here, e.g. 2026-11-23T09:30:00.000000Z.",
            )
        })?,
    };
    let terms = less.terms.unwrap_or_else(|| grant.terms.clone());
    let (after, receipt, index) = house
        .narrow_grant(&ctx, allowed.rule(), &grant, terms, until, None)
        .await?;
    let grant = grant_json(&house, &ctx, &after).await?;
    Ok(Reply::value(
        StatusCode::OK,
        &json!({ "grant": grant, "receipt": receipt }),
    )
    .logged(index))
}

async fn withdraw(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) =
        let_in(&house, &call, Verb::Delete, Action::ConsentWithdraw).await?;
    let grant = grant_of(&house, &call, &ctx, person).await?;
    let (receipt, index) = house
        .withdraw_grant(&ctx, allowed.rule(), &grant, None)
        .await?;
    let said = json!({ "grant": grant.grant, "state": "withdrawn", "receipt": receipt });
    Ok(Reply::value(StatusCode::OK, &said).logged(index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    account: AccountId,
    terms: Terms,
    days: u32,
}

async fn appoint(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Create, Action::ConsentAnswer).await?;
    let new: New = body(&call)?;
    let account = house.identity.account(&ctx.tenant, new.account).await;
    // Whether an account is there is nobody's business: only people can be asked to stand in, and only if they are.
    let other = account
        .ok()
        .filter(|it| it.person.is_some() && it.person != Some(person));
    if other.is_none() {
        return Err(Problem::new(
            ErrorKind::NotFound,
            "consent.not_found",
            "There is no such account of another person.",
        ));
    }
    let new = NewProxy {
        account: new.account,
        terms: new.terms,
        until: ctx
            .now
            .after(std::time::Duration::from_hours(24) * new.days.min(36_500)),
    };
    let (grant, receipt, index) = house
        .appoint_proxy(&ctx, allowed.rule(), person, call.who.account(), &new)
        .await?;
    let at = format!("/v1/persons/{person}/grants/{}", grant.grant);
    let grant = grant_json(&house, &ctx, &grant).await?;
    let said = json!({ "grant": grant, "receipt": receipt });
    Ok(Reply::value(StatusCode::CREATED, &said)
        .header_text(LOCATION, &at)
        .logged(index))
}
