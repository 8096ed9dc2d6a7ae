//! `/v1/minors`: who decides for whom, and until when, as staff set it up.

use audit::Action;
use base::{AccountId, Ctx, GrantId, Instant, PersonId};
use consent::{ConsentError, GuardianWords, Minor, NewGuardian, Part, Proposal, Terms};
use http::header::LOCATION;
use http::{Method, StatusCode};
use identity::{Kind, NewAccount};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use policy::{Allowed, Authority, GuardiansOf, ProposalAt, Role, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::access::account;
use super::guardians::{guardians_json, proposals_json};
use super::requests::{body, page_size};
use super::{House, allow, circumstances};
use crate::sharing::GuardianFault;

const GROUP: &str = "Guardians";
const MINOR: Param = Param::path("minor", "The id of the person who does not decide yet");
const APPOINTMENT: Param = Param::path("appointment", "The guardian's appointment");
/// The longest words in the longest script, and the rest.
const BODY_MAX: usize = 64 << 10;

pub(super) fn routes(house: &House) -> Routes<Authority> {
    vec![
        route!(
            house,
            GET,
            "/v1/minors",
            Limit::NoBody,
            list,
            Doc {
                id: "listMinors",
                group: GROUP,
                summary: "Persons of whom it was noted from which day on they decide",
                about: "Those who do by now too. In the order of their ids; `next` is the cursor of the next page.",
                params: vec![
                    Param::query("limit", "Lines on a page, 1 to 100 (50)"),
                    Param::query("cursor", "Where the page before ended"),
                ],
                body: None,
                answers: &[(200, "A page of persons")],
            }
        ),
        route!(
            house,
            GET,
            "/v1/minors/{minor}",
            Limit::NoBody,
            read,
            Doc {
                id: "readMinor",
                group: GROUP,
                summary: "From which day on a person decides, who is or was their guardian, and who is proposed",
                about: "",
                params: vec![MINOR],
                body: None,
                answers: &[(200, "The day, and the guardians")],
            }
        ),
        route!(
            house,
            PUT,
            "/v1/minors/{minor}",
            Limit::Bytes(BODY_MAX),
            note,
            Doc {
                id: "noteMinor",
                group: GROUP,
                summary: "Note from which day on a person decides, or change it",
                about: "On that day, at midnight in the installation's time zone, the power of every guardian ends, and what they gave lets nothing be done until the person says yes to it. Once the day has come it is changed no more. For the role `compliance`.",
                params: vec![MINOR],
                body: Some((
                    "application/json",
                    "`decides_on`: the day, e.g. 2031-05-04. It is kept sealed.",
                )),
                answers: &[(200, "Noted")],
            }
        ),
        route!(
            house,
            POST,
            "/v1/minors/{minor}/guardians",
            Limit::Bytes(BODY_MAX),
            propose,
            Doc {
                id: "proposeGuardian",
                group: GROUP,
                summary: "Propose a guardian, within limits",
                about: "The account of another person, who is to act in this person's stead until the day. Nothing may be done by it until a second one of the staff appoints them; after 14 days it lapses. Eight at most. For the role `compliance`.",
                params: vec![MINOR],
                body: Some((
                    "application/json",
                    "`account`, or the `email` of one; `name`: what the guardian calls the person; `evidence`: by what it was shown, a document or a reference (both kept sealed); `terms` (`purposes`, `parts`) for less than everything.",
                )),
                answers: &[(
                    201,
                    "What waits, with the id that the appointment will have"
                )],
            }
        ),
        route!(
            house,
            POST,
            "/v1/minors/{minor}/guardians/{appointment}/appoint",
            Limit::NoBody,
            appoint,
            Doc {
                id: "appointGuardian",
                group: GROUP,
                summary: "Appoint a guardian whom somebody else proposed",
                about: "Never by whoever proposed them (`policy.own`). From this commit on they act for the person. For the roles that answer for access.",
                params: vec![MINOR, APPOINTMENT],
                body: None,
                answers: &[(200, "The appointment")],
            }
        ),
        route!(
            house,
            POST,
            "/v1/minors/{minor}/guardians/{appointment}/refuse",
            Limit::NoBody,
            refuse,
            Doc {
                id: "refuseGuardian",
                group: GROUP,
                summary: "Refuse what was proposed, or take it back",
                about: "For the roles that answer for access, whoever proposed it among them.",
                params: vec![MINOR, APPOINTMENT],
                body: None,
                answers: &[(200, "Refused")],
            }
        ),
        route!(
            house,
            POST,
            "/v1/minors/{minor}/guardians/{appointment}/end",
            Limit::Bytes(BODY_MAX),
            end,
            Doc {
                id: "endGuardian",
                group: GROUP,
                summary: "End a guardian's appointment before the day",
                about: "They act for the person no more, from this commit on. What they gave lets nothing be done until another guardian, or the person once the day has come, says yes to it. For the role `compliance`.",
                params: vec![MINOR, APPOINTMENT],
                body: Some(("application/json", "`reason`: why, kept sealed.")),
                answers: &[(200, "Ended")],
            }
        ),
        route!(
            house,
            POST,
            "/v1/minors/{minor}/invitation",
            Limit::Bytes(BODY_MAX),
            invite,
            Doc {
                id: "inviteMinor",
                group: GROUP,
                summary: "Invite the person to an account of their own",
                about: "By a letter to their own address. An earlier invitation that was not answered, or an account that was stopped, gives way. For the role `compliance`.",
                params: vec![MINOR],
                body: Some((
                    "application/json",
                    "`email`, `name` and `language` (`sv`, `de`, `it`, `fr`, `en`).",
                )),
                answers: &[(201, "Invited")],
            }
        ),
    ]
}

async fn let_in(
    house: &House,
    call: &Call<Authority>,
    verb: Verb,
    action: Action,
) -> Result<(Ctx, Allowed<GuardiansOf>), Problem> {
    let ctx = circumstances(call)?;
    let thing = GuardiansOf {
        tenant: ctx.tenant.clone(),
    };
    let allowed = allow(house, &ctx, &call.who, verb, action, thing).await?;
    Ok((ctx, allowed))
}

/// Who sets it up: the account that is signed in, else whatever the token is called.
fn by(call: &Call<Authority>, ctx: &Ctx) -> String {
    let account = call.who.account().map(|it| it.to_string());
    account.unwrap_or_else(|| ctx.actor.id.clone())
}

fn minor_json(it: &Minor, now: Instant) -> Value {
    json!({
        "person": it.person,
        "decides_at": it.decides_at.to_string(),
        "decides_now": !it.is_under_age(now),
        "noted_by": it.set_by,
        "noted_at": it.set_at.to_string(),
    })
}

fn wrong(why: &'static str) -> Problem {
    ConsentError::Guardian(why).into()
}

async fn list(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed) = let_in(&house, &call, Verb::Read, Action::GuardianList).await?;
    let limit = page_size(&call)?;
    let after = call.query.first("cursor").map(str::parse::<PersonId>);
    let after = after
        .transpose()
        .map_err(|_| wrong("This cursor is not one that a list gave out."))?;
    let found = house.consents.minors(&ctx, after, limit + 1).await;
    let mut found = found?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let lines: Vec<Value> = found
        .iter()
        .map(|(it, guardians, proposed)| {
            let mut line = minor_json(it, ctx.now);
            if let Some(line) = line.as_object_mut() {
                line.insert("guardians".into(), (*guardians).into());
                line.insert("proposed".into(), (*proposed).into());
            }
            line
        })
        .collect();
    let next = found.last().filter(|_| more).map(|(it, ..)| it.person);
    let index = house
        .looked_at_guardians(&ctx, allowed.rule(), None, lines.len())
        .await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "minors": lines, "next": next })).logged(index))
}

async fn read(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed) = let_in(&house, &call, Verb::Read, Action::GuardianList).await?;
    let person: PersonId = call.part("minor")?;
    let minor = house.minor(&ctx, person).await?;
    let lines = guardians_json(&house, &ctx, person, true).await?;
    let proposed = proposals_json(&house, &ctx, person).await?;
    let account = house.identity.account_of(&ctx.tenant, person).await?;
    let account = match account {
        None => None,
        Some(account) => house.identity.account(&ctx.tenant, account).await.ok(),
    };
    let index = house
        .looked_at_guardians(&ctx, allowed.rule(), Some(person), lines.len())
        .await?;
    let mut said = minor_json(&minor, ctx.now);
    if let Some(said) = said.as_object_mut() {
        said.insert("guardians".into(), lines.into());
        said.insert("proposed".into(), proposed.into());
        let state = account.map(|it| it.state.as_str());
        said.insert("own_account".into(), json!(state));
    }
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

/// The beginning of a day.
fn midnight(day: &str, zone: TimeZone) -> Option<Instant> {
    let at = day.parse::<Date>().ok()?.to_zoned(zone).ok()?;
    Some(Instant::from_micros(at.timestamp().as_microsecond()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Day {
    decides_on: String,
}

async fn note(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed) = let_in(&house, &call, Verb::Update, Action::GuardianDay).await?;
    let person: PersonId = call.part("minor")?;
    let day: Day = body(&call)?;
    let at = midnight(&day.decides_on, house.config.rights.zone())
        .ok_or_else(|| wrong("`decides_on` is a day, e.g. 2031-05-04."))?;
    let index = house
        .note_day(&ctx, allowed.rule(), person, at, &by(&call, &ctx))
        .await?;
    let said = json!({ "person": person, "decides_at": at.to_string() });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    account: Option<AccountId>,
    email: Option<String>,
    name: String,
    evidence: String,
    terms: Option<Terms>,
}

/// Everything that a person may do with their own.
fn everything() -> Terms {
    Terms {
        purposes: [base::Purpose::Patrqt].into(),
        parts: vec![Part {
            collection: None,
            verbs: "cruds".parse().unwrap_or_default(),
            fields: None,
        }],
    }
}

async fn propose(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = ProposalAt {
        tenant: ctx.tenant.clone(),
        parties: call.who.account().into_iter().collect(),
    };
    let action = Action::GuardianPropose;
    let allowed = allow(&house, &ctx, &call.who, Verb::Create, action, thing).await?;
    let by = account(&call)?;
    let person: PersonId = call.part("minor")?;
    let new: New = body(&call)?;
    let account = match (new.account, &new.email) {
        (Some(account), None) => account,
        (None, Some(email)) => {
            let email = email.parse()?;
            let found = house.identity.account_by_email(&ctx.tenant, &email).await?;
            let none = || GuardianFault::from(ConsentError::NotFound("account of another person"));
            found.ok_or_else(none)?.id
        }
        _ => return Err(wrong("Name the guardian's `account`, or its `email`.")),
    };
    let new = NewGuardian {
        account,
        terms: new.terms.unwrap_or_else(everything),
        words: GuardianWords {
            name: new.name,
            evidence: new.evidence,
        },
    };
    let (proposal, index) = house
        .propose_guardian(&ctx, allowed.rule(), person, new, by)
        .await?;
    let said = json!({
        "appointment": proposal.appointment,
        "account": account,
        "terms": proposal.new.terms,
        "state": "proposed",
        "until": proposal.until.to_string(),
    });
    let at = format!("/v1/minors/{person}");
    Ok(Answer::value(StatusCode::CREATED, &said)
        .header_text(LOCATION, &at)
        .logged(index))
}

/// A proposal that waits, for who may do `verb` with it.
async fn proposed(
    house: &House,
    call: &Call<Authority>,
    verb: Verb,
    action: Action,
) -> Result<(Ctx, Allowed<ProposalAt>, Proposal), Problem> {
    let ctx = circumstances(call)?;
    let person = call.part("minor")?;
    let waits = house
        .consents
        .proposal(&ctx, person, call.part("appointment")?);
    let waits = waits.await;
    // Where there is none, policy decides all the same: who may not ask hears nothing of it.
    let by = waits.as_ref().ok().map(|it| it.proposed_by);
    let thing = ProposalAt {
        tenant: ctx.tenant.clone(),
        parties: by.into_iter().collect(),
    };
    let allowed = allow(house, &ctx, &call.who, verb, action, thing).await?;
    Ok((ctx, allowed, waits?))
}

async fn appoint(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let action = Action::GuardianAppoint;
    let (ctx, allowed, proposal) = proposed(&house, &call, Verb::Manage, action).await?;
    let (grant, index) = house
        .appoint_guardian(&ctx, allowed.rule(), &proposal, account(&call)?)
        .await?;
    let said = json!({ "appointment": grant.grant, "account": grant.grantee, "state": "standing" });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

async fn refuse(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let action = Action::GuardianRefuse;
    let (ctx, allowed, proposal) = proposed(&house, &call, Verb::Delete, action).await?;
    let index = house
        .refuse_guardian(&ctx, allowed.rule(), &proposal)
        .await?;
    let said = json!({ "appointment": proposal.appointment, "state": "refused" });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Why {
    reason: String,
}

async fn end(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed) = let_in(&house, &call, Verb::Delete, Action::GuardianEnd).await?;
    let person: PersonId = call.part("minor")?;
    let appointment: GrantId = call.part("appointment")?;
    let why: Why = body(&call)?;
    let index = house
        .end_guardian(
            &ctx,
            allowed.rule(),
            person,
            appointment,
            &by(&call, &ctx),
            &why.reason,
        )
        .await?;
    let said = json!({ "appointment": appointment, "state": "ended" });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invitation {
    email: String,
    name: String,
    language: String,
}

async fn invite(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, _) = let_in(&house, &call, Verb::Create, Action::Invite).await?;
    let person: PersonId = call.part("minor")?;
    let body: Invitation = body(&call)?;
    let language = body.language.parse();
    let new = NewAccount {
        kind: Kind::Person,
        role: Role::Person,
        person: Some(person),
        email: body.email.parse()?,
        name: body.name.parse()?,
        language: language.map_err(|()| wrong("`language` is one of sv, de, it, fr, en."))?,
    };
    let invited = house.invite_minor(&ctx, person, &new).await?;
    let said = json!({ "account": invited.account.to_string() });
    Ok(Answer::value(StatusCode::CREATED, &said).logged(invited.log_index))
}
