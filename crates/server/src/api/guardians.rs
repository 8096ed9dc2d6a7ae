//! `/v1/persons/{person}/guardians`, `/confirm`, `/v1/account/acts-for`: who decides for whom, as those see it whom it concerns.

use std::collections::{BTreeMap, BTreeSet};

use audit::Action;
use base::{Ctx, PersonId};
use consent::{ConsentError, Fields, Grant, Guardian, Party, Shown, Terms};
use http::header::LOCATION;
use http::{Method, StatusCode};
use policy::{Allowed, Authority, GrantsOf, Role, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Answer, Call, Doc, Lang, Limit, Logged, Param, Problem, Route, Routes};

use super::grants::{grant_json, sha256};
use super::requests::{body, who_asks};
use super::{House, allow, circumstances};
use crate::sharing::texts;

const PERSON: Param = Param::path("person", "The person's id");
/// Terms in full.
const BODY_MAX: usize = 64 << 10;

pub(super) fn routes(house: &House) -> Routes<Authority> {
    vec![
        route!(
            house,
            GET,
            "/v1/persons/{person}/guardians",
            Limit::NoBody,
            of_person,
            Doc {
                id: "listGuardians",
                group: "Sharing",
                summary: "Who decides for a person, who did, and until when",
                about: "`decides_now` says whether the person does.",
                params: vec![PERSON],
                body: None,
                answers: &[(200, "The day, and the guardians")],
            }
        ),
        route!(
            house,
            GET,
            "/v1/persons/{person}/grants/{grant}/text",
            Limit::NoBody,
            text_of,
            Doc {
                id: "readGrantText",
                group: "Sharing",
                summary: "The text that a grant was a yes to",
                about: "`text` by language, and `text_sha256` of each: who confirms says which of them was shown.",
                params: vec![PERSON, Param::path("grant", "The grant's id")],
                body: None,
                answers: &[(200, "The text, by language")],
            }
        ),
        route!(
            house,
            POST,
            "/v1/persons/{person}/grants/{grant}/confirm",
            Limit::Bytes(BODY_MAX),
            confirm,
            Doc {
                id: "confirmGrant",
                group: "Sharing",
                summary: "Say yes to what a guardian gave who decides no more",
                about: "To all of it, or to less. It makes a new grant, with a receipt of its own, until the old one would have ended; what is bound to the old one ends. To say no is to withdraw it.",
                params: vec![PERSON, Param::path("grant", "The grant's id")],
                body: Some((
                    "application/json",
                    "`lang` and `text_sha256` of the text that was shown; `terms` for less.",
                )),
                answers: &[(201, "The new grant, with its receipt")],
            }
        ),
        route!(
            house,
            GET,
            "/v1/account/acts-for",
            Limit::NoBody,
            acts_for,
            Doc {
                id: "accountActsFor",
                group: "Account",
                summary: "For whom you may act",
                about: "As a proxy, or as a guardian. `name` is what a guardian calls the person. Whoever acts for somebody says so with each call: `Acting-For: PERSON`.",
                params: vec![],
                body: None,
                answers: &[(200, "Persons, each with the grant that lets you")],
            }
        ),
    ]
}

/// A guardian as programs read it: `whole` with what stands behind the appointment, for staff and for the person.
async fn guardian_json(
    house: &House,
    ctx: &Ctx,
    it: &Guardian,
    whole: bool,
) -> Result<Value, Problem> {
    let state = match &it.ended {
        Some(_) => "ended",
        None if it.appointment.stands(ctx.now) => "standing",
        None => "over",
    };
    let mut said = json!({
        "appointment": it.appointment.grant,
        "account": it.appointment.grantee,
        "name": who_asks(house, &ctx.tenant, it.appointment.grantee).await?,
        "terms": it.appointment.terms,
        "state": state,
        "appointed_at": it.appointed_at.to_string(),
        "ended_at": it.ended.as_ref().map(|it| it.at.to_string()),
    });
    if let Some(said) = said.as_object_mut().filter(|_| whole) {
        said.insert("calls".into(), it.words.name.as_str().into());
        said.insert("evidence".into(), it.words.evidence.as_str().into());
        said.insert("proposed_by".into(), json!(it.proposed_by));
        said.insert("appointed_by".into(), it.appointed_by.as_str().into());
        let ended = it.ended.as_ref();
        said.insert("ended_by".into(), json!(ended.map(|it| it.by.as_str())));
        said.insert("reason".into(), json!(ended.map(|it| it.reason.as_str())));
    }
    Ok(said)
}

/// Who waits to be appointed, as staff read it.
pub(super) async fn proposals_json(
    house: &House,
    ctx: &Ctx,
    person: PersonId,
) -> Result<Vec<Value>, Problem> {
    let mut lines = Vec::new();
    for it in &house.consents.proposals(ctx, person).await? {
        let account = Party::Account(it.new.account);
        lines.push(json!({
            "appointment": it.appointment,
            "account": it.new.account,
            "name": who_asks(house, &ctx.tenant, account).await?,
            "terms": it.new.terms,
            "calls": it.new.words.name.as_str(),
            "evidence": it.new.words.evidence.as_str(),
            "proposed_by": it.proposed_by,
            "proposed_at": it.proposed_at.to_string(),
            "until": it.until.to_string(),
        }));
    }
    Ok(lines)
}

pub(super) async fn guardians_json(
    house: &House,
    ctx: &Ctx,
    person: PersonId,
    whole: bool,
) -> Result<Vec<Value>, Problem> {
    let mut lines = Vec::new();
    for it in &house.consents.guardians(&ctx.tenant, person).await? {
        lines.push(guardian_json(house, ctx, it, whole).await?);
    }
    Ok(lines)
}

async fn own(
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

async fn of_person(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = own(&house, &call, Verb::Read, Action::GuardianList).await?;
    let minor = house.consents.minor(&ctx.tenant, person).await?;
    // Guardians know of each other that they are; what was shown for it is the person's.
    let whole = call.who.guarding().is_none();
    let lines = guardians_json(&house, &ctx, person, whole).await?;
    let index = house
        .looked_at_guardians(&ctx, allowed.rule(), Some(person), lines.len())
        .await?;
    let said = json!({
        "decides_at": minor.as_ref().map(|it| it.decides_at.to_string()),
        "decides_now": minor.is_none_or(|it| !it.is_under_age(ctx.now)),
        "guardians": lines,
    });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

/// A grant that answered a request, and the request's text in every language.
async fn texts_of(
    house: &House,
    ctx: &Ctx,
    grant: &Grant,
) -> Result<BTreeMap<String, String>, Problem> {
    let asked = grant.request;
    let (request, version) = asked.ok_or(ConsentError::NotFound("text for this grant"))?;
    let offered = house
        .consents
        .offered_at(&ctx.tenant, request, version)
        .await?;
    let name = who_asks(house, &ctx.tenant, offered.asker).await?;
    Ok(texts(house.vault.register(), &name, &offered.offer)
        .into_iter()
        .collect())
}

async fn text_of(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = own(&house, &call, Verb::Read, Action::ConsentList).await?;
    let grant = house
        .consents
        .grant(&ctx.tenant, person, call.part("grant")?)
        .await?;
    let texts = texts_of(&house, &ctx, &grant).await?;
    let hashes = texts
        .iter()
        .map(|(lang, text)| (lang.clone(), hex::encode(sha256(text)).into()));
    let hashes: serde_json::Map<String, Value> = hashes.collect();
    let index = house
        .looked_at_grants(&ctx, allowed.rule(), Some(person), 1)
        .await?;
    let said = json!({ "grant": grant.grant, "text": texts, "text_sha256": hashes });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Yes {
    terms: Option<Terms>,
    lang: String,
    text_sha256: String,
}

async fn confirm(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = own(&house, &call, Verb::Update, Action::ConsentAnswer).await?;
    let yes: Yes = body(&call)?;
    let old = house
        .consents
        .grant(&ctx.tenant, person, call.part("grant")?)
        .await?;
    let texts = texts_of(&house, &ctx, &old).await?;
    let text = texts.get(&yes.lang).map(|text| sha256(text));
    let text = text.filter(|it| hex::encode(it) == yes.text_sha256);
    let lang = Lang::from_tag(&yes.lang).unwrap_or(Lang::En);
    let shown = Shown {
        lang: lang.code().to_owned(),
        text: text.ok_or(ConsentError::Shown)?,
        by: call.who.account(),
        assurance: call.who.assurance(),
    };
    let terms = yes.terms.unwrap_or_else(|| old.terms.clone());
    let (grant, receipt, index) = house
        .confirm_grant(&ctx, allowed.rule(), &old, terms, &shown)
        .await?;
    let at = format!("/v1/persons/{person}/grants/{}", grant.grant);
    let said = json!({ "grant": grant_json(&house, &ctx, &grant).await?, "receipt": receipt });
    Ok(Answer::value(StatusCode::CREATED, &said)
        .header_text(LOCATION, &at)
        .logged(index))
}

async fn acts_for(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let account = call.who.account();
    let account = match account.filter(|_| call.who.role() == Role::Person) {
        Some(account) => account,
        None => {
            let (_, who) = super::account::mine(&house, &call, Action::ConsentList).await?;
            who.account
        }
    };
    let grants = house
        .consents
        .acts_for(&ctx.tenant, account, ctx.now)
        .await?;
    let mut lines: Vec<Value> = Vec::with_capacity(grants.len());
    let mut seen = BTreeSet::new();
    for grant in &grants {
        // Of several for one person the newest counts.
        if !seen.insert(grant.person) {
            continue;
        }
        let name = match grant.appoints_guardian() {
            true => house.consents.guardian_words(&ctx.tenant, grant).await?,
            false => None,
        };
        let name = match name {
            Some(words) => Some(words.name),
            None => named(&house, &ctx, grant.person).await?,
        };
        let all = |verb| grant.terms.fields(None, verb) == Some(Fields::All);
        lines.push(json!({
            "person": grant.person,
            "name": name,
            "grant": grant.grant,
            "guardian": grant.appoints_guardian(),
            "everything": all(Verb::Read) && all(Verb::Delete),
            "terms": grant.terms,
        }));
    }
    let index = house.looked_at_grants(&ctx, "", None, lines.len()).await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "acts_for": lines })).logged(index))
}

/// What somebody calls themselves who lets others act for them.
async fn named(house: &House, ctx: &Ctx, person: PersonId) -> Result<Option<String>, Problem> {
    let Some(account) = house.identity.account_of(&ctx.tenant, person).await? else {
        return Ok(None);
    };
    let account = house.identity.account(&ctx.tenant, account).await?;
    Ok(Some(account.name.as_str().to_owned()))
}
