//! Acting for somebody else, and coming of age: whom one acts for, and what guardians gave, to be kept, made smaller or taken back.

use std::sync::Arc;

use askama::Template;
use base::PersonId;
use http::StatusCode;
use policy::Authority;
use serde_json::{Value, json};
use web::words::Told;
use web::{Answer, Form, Frame, Place, Problem, Route, Shown, show};

use super::reader::Reader;
use super::sharing::{about, offered, terms};
use super::{form, page};
use crate::api::ACTING_FOR;
use crate::desk::{Desk, list, moment, text};
use crate::sharing::part_in_words;

/// Where it is chosen for whom one acts.
pub(super) const FOR: &str = "/portal/for";
/// Where what guardians gave is answered.
pub(super) const OF_AGE: &str = "/portal/of-age";
/// Pages of grants that are looked through for what guardians gave.
const PAGES_MAX: usize = 5;

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(desk, FOR, "actsForPage", "For whom one may act", look_for),
        form(desk, FOR, "actsForChoose", "Act for somebody", choose),
        page(
            desk,
            OF_AGE,
            "ofAgePage",
            "What guardians gave, to be answered by who decides now",
            look,
        ),
        form(
            desk,
            "/portal/of-age/{grant}",
            "ofAgeAnswer",
            "Keep, narrow or take back what a guardian gave",
            answer,
        ),
    ]
}

fn holds(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool) == Some(true)
}

struct Who {
    person: String,
    name: String,
    about: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "portal/for.html")]
struct For {
    page: Frame,
    whom: Vec<Who>,
    stands_in: bool,
}

/// Whether who reads may act for anybody. The page that lists them is the API's; here nothing of theirs is opened.
pub(super) async fn acts_for_somebody(reader: &Reader) -> Result<bool, Problem> {
    let who = crate::desk::authority(&reader.desk.house, &reader.call).await?;
    let Some(account) = who.account() else {
        return Ok(false);
    };
    let consents = &reader.desk.house.consents;
    let now = reader.call.now;
    Ok(!consents
        .acts_for(who.tenant(), account, now)
        .await?
        .is_empty())
}

async fn look_for(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let said = reader.ask("accountActsFor", &[], "", None).await?;
    let chosen = reader.person.to_string();
    let whom = list(&said, "acts_for").iter().map(|it| {
        let person = text(it, "person").to_owned();
        let name = match text(it, "name") {
            "" => person.chars().take(8).collect(),
            name => name.to_owned(),
        };
        let about = match (holds(it, "guardian"), holds(it, "everything")) {
            (true, true) => "for-guardian",
            (true, false) => "for-guardian-less",
            (false, _) => "for-proxy",
        };
        Who {
            chosen: reader.stands_in && person == chosen,
            about: t.say(about),
            person,
            name,
        }
    });
    let page = For {
        whom: whom.collect(),
        stands_in: reader.stands_in,
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

/// The cookie only chooses: the gate asks each time whether the person lets them, or they are a guardian still.
async fn choose(_reader: Reader, form: Form) -> Result<Answer, Problem> {
    Ok(match form.text("person").parse::<PersonId>() {
        Ok(person) => Answer::see("/portal")
            .cookie(&ACTING_FOR.set(&person.to_string()))
            .notice("acting-for"),
        Err(_) => Answer::see("/portal")
            .cookie(&ACTING_FOR.clear())
            .notice("acting-own"),
    })
}

/// What guardians gave, as far as it waits for an answer; for the person themself also what stands until the day.
async fn given(reader: &Reader) -> Result<Vec<Value>, Problem> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..PAGES_MAX {
        let query = match cursor.as_str() {
            "" => "limit=100".to_owned(),
            cursor => format!("limit=100&cursor={cursor}"),
        };
        let said = reader.ask("listGrants", &[], &query, None).await?;
        let mut grants = list(&said, "grants").to_vec();
        grants.retain(|it| {
            let state = text(it, "state");
            holds(it, "by_guardian")
                && (state == "unconfirmed" || (state == "active" && !reader.stands_in))
        });
        found.append(&mut grants);
        text(&said, "next").clone_into(&mut cursor);
        if cursor.is_empty() {
            break;
        }
    }
    Ok(found)
}

/// What stands among what waits, on the first page: that something of a guardian's is to be answered now, or soon.
pub(super) async fn waiting(reader: &Reader) -> Result<Option<Place>, Problem> {
    let t = reader.t();
    let consents = &reader.desk.house.consents;
    let who = crate::desk::authority(&reader.desk.house, &reader.call).await?;
    let Some(minor) = consents.minor(who.tenant(), reader.person).await? else {
        return Ok(None);
    };
    let now = reader.call.now;
    let given = given(reader).await?;
    let unconfirmed = given.iter().filter(|it| text(it, "state") == "unconfirmed");
    let n = unconfirmed.count();
    if n > 0 {
        let words = t.say_all("home-age-come", &[("n", Told::Count(n as u64))]);
        return Ok(Some(Place::new(OF_AGE, words)));
    }
    let soon = now.after(std::time::Duration::from_hours(24 * 30)) >= minor.decides_at;
    let tells = soon && !given.is_empty() && minor.is_under_age(now) && !reader.stands_in;
    Ok(tells.then(|| {
        let date = t.moment(minor.decides_at);
        Place::new(OF_AGE, t.say_with("home-age-soon", "date", &date))
    }))
}

struct Part {
    at: usize,
    words: String,
}

struct Given {
    grant: String,
    name: String,
    about: Vec<String>,
    parts: Vec<Part>,
    text: String,
    sha256: String,
    /// Whether it can be kept: it stopped, and whoever reads decides.
    keeps: bool,
}

#[derive(Template)]
#[template(path = "portal/of_age.html")]
struct OfAge {
    page: Frame,
    lead: String,
    given: Vec<Given>,
    guardians: Vec<(String, String)>,
}

async fn look(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let said = reader.ask("listGuardians", &[], "", None).await?;
    let decides = holds(&said, "decides_now");
    let date = moment(t, &said, "decides_at");
    let lead = match (decides, reader.stands_in, text(&said, "decides_at")) {
        (_, true, _) => t.say("age-other-lead"),
        (true, _, "") => t.say("age-never-lead"),
        (true, ..) => t.say_with("age-come-lead", "date", &date),
        (false, ..) => t.say_with("age-soon-lead", "date", &date),
    };
    let guardians = list(&said, "guardians").iter().map(|it| {
        let key = format!("age-guardian-{}", text(it, "state"));
        (text(it, "name").to_owned(), t.say(&key))
    });
    let guardians = guardians.collect();
    let register = reader.desk.house.vault.register();
    let lang = t.lang().code();
    let mut lines = Vec::new();
    for it in given(&reader).await? {
        let grant = text(&it, "grant").to_owned();
        let shown = reader
            .ask("readGrantText", &[("grant", &grant)], "", None)
            .await?;
        let of = |name: &str| shown.get(name).map_or("", |it| text(it, lang)).to_owned();
        let parts = terms(&it).parts;
        let parts = parts.iter().enumerate().map(|(at, it)| Part {
            at,
            words: part_in_words(t, register, &offered(it)),
        });
        lines.push(Given {
            name: text(&it, "name").to_owned(),
            about: about(t, &reader, &it),
            parts: parts.collect(),
            text: of("text"),
            sha256: of("text_sha256"),
            keeps: text(&it, "state") == "unconfirmed" && (decides || reader.stands_in),
            grant,
        });
    }
    let page = OfAge {
        lead,
        given: lines,
        guardians,
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

async fn answer(reader: Reader, form: Form) -> Result<Answer, Problem> {
    let id = reader.part("grant")?.to_owned();
    let path = [("grant", id.as_str())];
    let again = || Ok(Answer::see(OF_AGE).notice("age-choose"));
    let grant = reader.ask("readGrant", &path, "", None).await?;
    let mut terms = terms(&grant);
    let (route, body, notice) = match form.text("answer") {
        "keep" => ("confirmGrant", json!({}), "age-kept"),
        "narrow" => {
            let mut at = 0;
            terms.parts.retain(|_| {
                at += 1;
                form.ticked(&format!("part-{}", at - 1))
            });
            if terms.parts.is_empty() {
                return again();
            }
            let waits = text(&grant, "state") == "unconfirmed";
            let route = if waits { "confirmGrant" } else { "narrowGrant" };
            (route, json!({ "terms": terms }), "age-narrowed")
        }
        "end" => ("withdrawGrant", Value::Null, "age-ended"),
        // Anything else is no answer.
        _ => return again(),
    };
    let mut body = body;
    if let Some(body) = body.as_object_mut().filter(|_| route == "confirmGrant") {
        for name in ["lang", "text_sha256"] {
            body.insert(name.to_owned(), form.text(name).into());
        }
    }
    let body = Some(&body).filter(|it| !it.is_null());
    match reader.ask(route, &path, "", body).await {
        Ok(_) => Ok(Answer::see(OF_AGE).notice(notice)),
        Err(problem) if matches!(problem.code, "consent.over" | "consent.shown") => again(),
        Err(problem) => Err(problem),
    }
}
