//! What a person shares: questions, grants, taking back. No is as easy as yes, and taking back is one tap.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use consent::{Offer, PartOffered, Terms};
use http::StatusCode;
use policy::Authority;
use serde_json::{Value, json};
use web::words::{Told, Tongue};
use web::{Answer, Form, Frame, Place, Problem, Route, Shown, show};

use super::reader::Reader;
use super::{form, page};
use crate::desk::{Desk, list, moment, text};
use crate::sharing::part_in_words;

const PLACE: &str = "/portal/sharing";

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(
            desk,
            PLACE,
            "sharingPage",
            "What a person shares, and is asked to",
            look,
        ),
        page(
            desk,
            "/portal/sharing/{grant}",
            "grantPage",
            "One grant, what it holds and what happened to it",
            one,
        ),
        form(
            desk,
            "/portal/sharing/{grant}/end",
            "grantEnd",
            "Take a grant back",
            end,
        ),
        form(
            desk,
            "/portal/sharing/{grant}/narrow",
            "grantNarrow",
            "Take part of a grant back",
            narrow,
        ),
        page(
            desk,
            "/portal/asked/{question}",
            "askedPage",
            "A request, opened by a link to it",
            asked,
        ),
        page(
            desk,
            "/portal/question/{asking}",
            "questionPage",
            "One question, to be answered",
            question,
        ),
        form(
            desk,
            "/portal/question/{asking}",
            "questionAnswer",
            "Answer a question",
            answer,
        ),
    ]
}

struct Line {
    href: String,
    name: String,
    about: Vec<String>,
    ends: Option<String>,
}

#[derive(Template)]
#[template(path = "portal/sharing.html")]
struct Sharing {
    page: Frame,
    questions: Vec<Line>,
    active: Vec<Line>,
    over: Vec<Line>,
    next: Option<String>,
    /// Where what guardians gave is answered.
    of_age: Option<Place>,
    /// Whether the person reads themselves.
    own: bool,
}

async fn look(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let mut query = "limit=50".to_owned();
    if let Some(cursor) = reader.query("cursor") {
        query.push_str(&format!("&cursor={cursor}"));
    }
    let asked = reader.ask("listAskings", &[], "limit=50", None).await?;
    let questions = list(&asked, "askings")
        .iter()
        .filter(|it| matches!(text(it, "state"), "open" | "deferred"))
        .map(|it| Line {
            href: format!("/portal/question/{}", text(it, "asking")),
            name: t.say_with("home-asks", "who", text(it, "name")),
            about: vec![moment(t, it, "asked_at")],
            ends: None,
        })
        .collect();
    let said = reader.ask("listGrants", &[], &query, None).await?;
    let (mut active, mut over) = (Vec::new(), Vec::new());
    for it in list(&said, "grants") {
        let appoints = it.get("appoints_guardian").and_then(Value::as_bool) == Some(true);
        let unconfirmed = text(it, "state") == "unconfirmed";
        let line = Line {
            href: match unconfirmed {
                true => super::guardians::OF_AGE.to_owned(),
                false => format!("{PLACE}/{}", text(it, "grant")),
            },
            name: text(it, "name").to_owned(),
            about: about(t, &reader, it),
            // Staff end a guardian's appointment.
            ends: (!appoints).then(|| format!("{PLACE}/{}/end", text(it, "grant"))),
        };
        if text(it, "state") == "active" {
            active.push(line);
        } else {
            over.push(Line { ends: None, ..line });
        }
    }
    let next = text(&said, "next");
    let given = list(&said, "grants")
        .iter()
        .any(|it| it.get("by_guardian").and_then(Value::as_bool) == Some(true));
    let page = Sharing {
        of_age: given.then(|| Place::new(super::guardians::OF_AGE, t.say("age-given"))),
        own: !reader.stands_in,
        questions,
        active,
        over,
        next: (!next.is_empty()).then(|| format!("{PLACE}?cursor={next}")),
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

pub(super) fn terms(grant: &Value) -> Terms {
    let terms = grant.get("terms").cloned().unwrap_or(Value::Null);
    serde_json::from_value(terms).unwrap_or_default()
}

pub(super) fn offered(part: &consent::Part) -> PartOffered {
    PartOffered {
        collection: part.collection.clone(),
        verbs: part.verbs,
        fields: part.fields.clone(),
        optional: true,
    }
}

/// A grant in a few lines: what, what for, until when.
pub(super) fn about(t: Tongue, reader: &Reader, grant: &Value) -> Vec<String> {
    let terms = terms(grant);
    let register = reader.desk.house.vault.register();
    let mut lines: Vec<_> = terms
        .parts
        .iter()
        .map(|it| part_in_words(t, register, &offered(it)))
        .collect();
    let purposes: Vec<_> = terms
        .purposes
        .iter()
        .map(|it| t.say(&format!("for-{it}")))
        .collect();
    lines.push(purposes.join(", "));
    if grant.get("by_guardian").and_then(Value::as_bool) == Some(true) {
        lines.push(t.say("share-by-guardian"));
    }
    lines.push(match text(grant, "state") {
        "active" => t.say_with("share-until", "date", &moment(t, grant, "until")),
        state => t.say_with(
            &format!("share-{state}"),
            "date",
            &moment(t, grant, "changed_at"),
        ),
    });
    lines
}

struct Choice {
    at: usize,
    words: String,
    essential: bool,
}

#[derive(Template)]
#[template(path = "portal/grant.html")]
struct One {
    page: Frame,
    grant: String,
    name: String,
    about: Vec<String>,
    parts: Vec<Choice>,
    events: Vec<(String, String)>,
    active: bool,
    proxy: bool,
    guardian: bool,
}

async fn one(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let id = reader.part("grant")?.to_owned();
    let said = reader.ask("readGrant", &[("grant", &id)], "", None).await?;
    let guardian = said.get("appoints_guardian").and_then(Value::as_bool) == Some(true);
    let register = reader.desk.house.vault.register();
    let parts = terms(&said).parts;
    let choices = parts.iter().enumerate().map(|(at, it)| Choice {
        at,
        words: part_in_words(t, register, &offered(it)),
        essential: false,
    });
    let events = list(&said, "events").iter().map(|it| {
        (
            moment(t, it, "at"),
            t.say(&format!("event-{}", text(it, "what"))),
        )
    });
    let page = One {
        name: text(&said, "name").to_owned(),
        about: about(t, &reader, &said),
        parts: choices.collect(),
        events: events.collect(),
        active: text(&said, "state") == "active" && !guardian,
        proxy: said.get("proxy").and_then(Value::as_bool).unwrap_or(false) && !guardian,
        guardian,
        grant: id,
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

async fn end(reader: Reader, _form: Form) -> Result<Answer, Problem> {
    let id = reader.part("grant")?.to_owned();
    match reader
        .ask("withdrawGrant", &[("grant", &id)], "", None)
        .await
    {
        Ok(_) => Ok(Answer::see(PLACE).notice("grant-ended")),
        // Taken back already: that is what was asked for.
        Err(problem) if problem.code == "consent.over" => Ok(Answer::see(PLACE)),
        Err(problem) => Err(problem),
    }
}

async fn narrow(reader: Reader, form: Form) -> Result<Answer, Problem> {
    let id = reader.part("grant")?.to_owned();
    let here = format!("{PLACE}/{id}");
    let said = reader.ask("readGrant", &[("grant", &id)], "", None).await?;
    let mut terms = terms(&said);
    let kept: BTreeSet<usize> = (0..terms.parts.len())
        .filter(|at| form.ticked(&format!("part-{at}")))
        .collect();
    let mut at = 0;
    terms.parts.retain(|_| {
        at += 1;
        kept.contains(&(at - 1))
    });
    if terms.parts.is_empty() {
        // Nothing left is all taken back.
        return end(reader, form).await;
    }
    let body = json!({ "terms": terms });
    reader
        .ask("narrowGrant", &[("grant", &id)], "", Some(&body))
        .await?;
    Ok(Answer::see(&here).notice("grant-narrowed"))
}

async fn asked(reader: Reader) -> Result<Answer, Problem> {
    let body = json!({ "request": reader.part("question")? });
    let said = reader.ask("openAsking", &[], "", Some(&body)).await?;
    Ok(Answer::see(&format!(
        "/portal/question/{}",
        text(&said, "asking")
    )))
}

#[derive(Template)]
#[template(path = "portal/question.html")]
struct Question {
    page: Frame,
    asking: String,
    title: String,
    text: String,
    sha256: String,
    parts: Vec<Choice>,
    examples: Vec<(String, Vec<(String, String)>)>,
    days: u32,
    spans: Vec<(u32, String)>,
    waits: bool,
    /// How it was answered, where it was; and where what came of it stands.
    over: String,
    grant: Option<String>,
}

async fn question(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let id = reader.part("asking")?.to_owned();
    let said = reader
        .ask("readAsking", &[("asking", &id)], "", None)
        .await?;
    let lang = t.lang().code();
    let words = said.get("text").map_or("", |it| text(it, lang)).to_owned();
    let sha256 = said
        .get("text_sha256")
        .map_or("", |it| text(it, lang))
        .to_owned();
    let offer = said.get("offer").cloned().unwrap_or(Value::Null);
    let offer: Option<Offer> = serde_json::from_value(offer).ok();
    let register = reader.desk.house.vault.register();
    let parts: Vec<Choice> = offer
        .iter()
        .flat_map(|it| it.parts.iter().enumerate())
        .map(|(at, it)| Choice {
            at,
            words: part_in_words(t, register, it),
            essential: !it.optional,
        })
        .collect();
    let days = offer.as_ref().map_or(1, |it| it.days);
    let spans = [7, 30, 90, 180, 365]
        .into_iter()
        .filter(|it: &u32| *it < days)
        .chain([days])
        .map(|it| (it, t.say_all("days", &[("n", Told::Count(u64::from(it)))])))
        .collect();
    let state = text(&said, "state");
    let grant = text(&said, "grant");
    let page = Question {
        over: answered(t, &said),
        grant: (!grant.is_empty()).then(|| format!("{PLACE}/{grant}")),
        title: t.say_with("home-asks", "who", text(&said, "name")),
        text: words,
        sha256,
        parts,
        examples: super::examples::examples(&reader, &said, offer.as_ref()).await,
        days,
        spans,
        waits: matches!(state, "open" | "deferred"),
        asking: id,
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

/// How a question was answered that waits for nothing any more.
fn answered(t: Tongue, asking: &Value) -> String {
    match text(asking, "state") {
        state @ ("granted" | "refused") => t.say_with(
            &format!("question-{state}"),
            "date",
            &moment(t, asking, "answered_at"),
        ),
        _ => t.say("question-over"),
    }
}

async fn answer(reader: Reader, form: Form) -> Result<Answer, Problem> {
    let id = reader.part("asking")?.to_owned();
    let path = [("asking", id.as_str())];
    let body = match form.text("answer") {
        "grant" => {
            let said = reader.ask("readAsking", &path, "", None).await?;
            let offer = said.get("offer").cloned().unwrap_or(Value::Null);
            let offer: Option<Offer> = serde_json::from_value(offer).ok();
            let parts: Vec<usize> = offer
                .iter()
                .flat_map(|it| it.parts.iter().enumerate())
                .filter(|(at, it)| !it.optional || form.ticked(&format!("part-{at}")))
                .map(|(at, _)| at)
                .collect();
            json!({
                "answer": "grant",
                "parts": parts,
                "days": form.text("days").parse::<u32>().unwrap_or(0),
                "lang": form.text("lang"),
                "text_sha256": form.text("text_sha256"),
            })
        }
        "defer" => json!({ "answer": "defer" }),
        // Anything else is no yes.
        _ => json!({ "answer": "refuse" }),
    };
    let notice = match body.get("answer").and_then(Value::as_str) {
        Some("grant") => "answer-granted",
        Some("defer") => "answer-deferred",
        _ => "answer-refused",
    };
    match reader.ask("answerAsking", &path, "", Some(&body)).await {
        Ok(_) => Ok(Answer::see(PLACE).notice(notice)),
        // Sent twice, or answered meanwhile: it is said what was answered.
        Err(problem) if matches!(problem.code, "consent.over" | "consent.shown") => {
            let said = reader.ask("readAsking", &path, "", None).await?;
            let page = Answer::see(&format!("/portal/question/{id}"));
            Ok(match text(&said, "state") {
                "granted" => Answer::see(PLACE).notice("answer-was-granted"),
                "refused" => Answer::see(PLACE).notice("answer-was-refused"),
                "open" | "deferred" => page.notice("answer-again"),
                _ => page,
            })
        }
        Err(problem) => Err(problem),
    }
}
