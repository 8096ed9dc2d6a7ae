//! What people ask for under their rights: the most urgent first, one by one, with a draft in the person's language.

use std::sync::Arc;

use askama::Template;
use base::ErrorKind;
use http::StatusCode;
use policy::Authority;
use serde_json::{Value, json};
use web::format::isolated;
use web::words::{Told, Tongue};
use web::{Act, Answer, Cell, Form, Frame, Place, Problem, Route, Row, Shown, TablePage, show};

use super::desk::{Asker, Desk, day, list, moment, text};
use super::{form, page};

const LIST: &str = "/console/rights";
/// Which requests are shown.
const STATES: [&str; 4] = ["open", "overdue", "closed", "all"];
/// Steps that a person is told of, each with its draft.
const STEPS: [&str; 4] = ["confirm", "extend", "answer", "refuse"];
/// Kinds where an answer does something by itself.
const CARRIED_OUT: [&str; 5] = [
    "rectification",
    "correct",
    "restriction",
    "objection",
    "opt-out",
];

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(
            desk,
            LIST,
            "consoleRights",
            "What people ask for under their rights",
            look,
        ),
        page(
            desk,
            "/console/rights/{right}",
            "consoleRight",
            "One request, with a draft",
            look_one,
        ),
        form(
            desk,
            "/console/rights/{right}",
            "consoleRightStep",
            "Take a step with a request",
            LIST,
            step,
        ),
    ]
}

fn state(t: Tongue, it: &Value) -> Cell {
    let state = text(it, "state");
    let class = match state {
        "answered" => "kept",
        "refused" | "withdrawn" => "intent",
        _ => "unproven",
    };
    Cell::State(
        class,
        t.say(&format!("right-state-{}", state.replace('_', "-"))),
    )
}

fn kind(t: Tongue, it: &Value) -> String {
    t.say(&format!("right-{}", text(it, "kind")))
}

fn last_day(t: Tongue, it: &Value) -> String {
    ["/next/last_day", "/answered/last_day"]
        .into_iter()
        .find_map(|path| it.pointer(path).and_then(Value::as_str))
        .map_or_else(|| "–".to_owned(), |it| day(t, it))
}

/// How many days are left, or that it is late; of what is closed, when it was answered, and whether in time.
fn left(t: Tongue, it: &Value) -> (&'static str, String) {
    if let Some(answered) = it.get("answered") {
        let date = day(t, text(answered, "day"));
        let late = answered.get("late").and_then(Value::as_bool) == Some(true);
        let (class, key) = match (text(answered, "last_day"), late) {
            ("", _) => ("kept", "rights-was-answered"),
            (_, true) => ("broken", "rights-was-late"),
            (_, false) => ("kept", "rights-was-in-time"),
        };
        return (class, t.say_with(key, "date", &date));
    }
    if !text(it, "closed_at").is_empty() {
        return ("intent", t.say("rights-nothing-due"));
    }
    if it.get("overdue").and_then(Value::as_bool) == Some(true) {
        return ("broken", t.say("rights-late"));
    }
    match it.pointer("/next/days_left").and_then(Value::as_i64) {
        None => ("intent", t.say("rights-no-clock")),
        Some(days) => {
            let days = u64::try_from(days).unwrap_or(0);
            let class = if days <= 7 { "stale" } else { "kept" };
            (class, t.say_all("rights-left", &[("n", Told::Count(days))]))
        }
    }
}

fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

async fn look(asker: Asker) -> Result<Answer, Problem> {
    let chosen = asker
        .call
        .query
        .first("state")
        .and_then(|it| STATES.into_iter().find(|state| *state == it))
        .unwrap_or("open");
    let mut query = format!("limit=50&state={chosen}");
    if let Some(cursor) = asker.call.query.first("cursor") {
        // A cursor of ours is a number, a dot and an id; the API says so where it is none.
        query.push_str("&cursor=");
        query.extend(
            cursor
                .chars()
                .filter(|it| it.is_ascii_hexdigit() || matches!(it, '.' | '-')),
        );
    }
    let said = asker
        .ask_for("listRightsRequests", &[], &query, None)
        .await?;
    let t = asker.t();
    let columns = [
        "column-right",
        "column-person",
        "column-request",
        "column-state",
        "column-asked-at",
        "column-last-day",
        "column-left",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-rights"),
        columns.map(|key| t.say(key)).into(),
        t.say("rights-empty"),
    )
    .lead(t.say("rights-lead"));
    for it in list(&said, "requests") {
        let name = kind(t, it);
        let path = format!("{LIST}/{}", text(it, "request"));
        let (class, left) = left(t, it);
        // Who it is, is told by the beginning of an id; and which of theirs, likewise.
        let (person, request) = (short(text(it, "person")), short(text(it, "request")));
        page = page.row(Row {
            name: format!("{name} {request}"),
            cells: vec![
                Cell::Link(Place::new(path, name)),
                Cell::Text(person),
                Cell::Text(request),
                state(t, it),
                Cell::Text(moment(t, it, "received_at")),
                Cell::Text(last_day(t, it)),
                Cell::State(class, left),
            ],
            acts: Vec::new(),
        });
    }
    let next = text(&said, "next");
    if !next.is_empty() {
        let href = format!("{LIST}?state={chosen}&cursor={next}");
        page = page.button(Act::look(href, t.say("rights-more")));
    }
    for it in STATES.into_iter().filter(|it| *it != chosen) {
        let href = format!("{LIST}?state={it}");
        page = page.also(href, t.say(&format!("rights-show-{it}")));
    }
    page.answer()
}

#[derive(Template)]
#[template(path = "console/right.html")]
struct One {
    page: Frame,
    title: String,
    right: String,
    facts: Vec<(String, String)>,
    wish: Vec<String>,
    events: Vec<(String, String, Vec<String>)>,
    error: Option<String>,
    steps: Vec<(String, String, bool)>,
    /// The step whose draft is shown, what its button says, and the draft.
    draft: Option<(String, String, String)>,
    carries_out: bool,
    can_start: bool,
    stands: bool,
}

async fn look_one(asker: Asker) -> Result<Answer, Problem> {
    shown(&asker, None, None).await
}

fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n")
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .map(|it| isolated(it).into_owned())
        .collect()
}

/// The page of a request; `again` is a text that was sent with a step and not taken.
async fn shown(
    asker: &Asker,
    again: Option<(&str, &str)>,
    error: Option<String>,
) -> Result<Answer, Problem> {
    let t = asker.t();
    let right = asker.call.part_text("right")?.to_owned();
    let asked = again
        .map(|it| it.0)
        .or_else(|| asker.call.query.first("step"))
        .and_then(|it| STEPS.into_iter().find(|step| *step == it));
    let query = format!("draft_of={}", asked.unwrap_or("answer"));
    let path = [("right", right.as_str())];
    let said = asker
        .ask_for("readRightsRequest", &path, &query, None)
        .await?;
    let open = text(&said, "closed_at").is_empty();
    let had = |event: &str| {
        list(&said, "events")
            .iter()
            .any(|it| text(it, "event") == event)
    };
    let longer = asked != Some("extend") || !text(&said, "longer").is_empty();
    let steps = STEPS.into_iter().filter(|step| match *step {
        "confirm" => !had("confirmed") && !had("extended"),
        "extend" => !had("extended") && said.pointer("/next/step").is_some() && longer,
        _ => true,
    });
    let chosen = asked.unwrap_or("answer");
    let steps: Vec<_> = steps
        .filter(|_| open)
        .map(|it| {
            (
                format!("{LIST}/{right}?step={it}"),
                t.say(&format!("right-step-{it}")),
                it == chosen,
            )
        })
        .collect();
    let wish = said.get("wish").unwrap_or(&Value::Null);
    let (_, left) = left(t, &said);
    let events = list(&said, "events").iter().map(|it| {
        let mut lines = paragraphs(text(it, "text"));
        if let Some(version) = it.get("version").and_then(Value::as_u64) {
            lines.push(t.say_with("right-version", "n", &version.to_string()));
        }
        let what = t.say(&format!("right-event-{}", text(it, "event")));
        (moment(t, it, "at"), what, lines)
    });
    let draft = match again {
        Some((_, text)) => text.to_owned(),
        None => text(&said, "draft").to_owned(),
    };
    let page = One {
        title: kind(t, &said),
        facts: vec![
            (
                t.say("column-state"),
                t.say(&format!(
                    "right-state-{}",
                    text(&said, "state").replace('_', "-")
                )),
            ),
            (t.say("column-person"), text(&said, "person").to_owned()),
            (t.say("column-request"), right.clone()),
            (t.say("column-asked-at"), moment(t, &said, "received_at")),
            (t.say("column-last-day"), last_day(t, &said)),
            (t.say("column-left"), left),
            (
                t.say("right-law"),
                match text(&said, "law") {
                    "" => "–".to_owned(),
                    law => law.to_uppercase(),
                },
            ),
            (
                t.say("right-language"),
                t.say(&format!("right-lang-{}", text(&said, "lang"))),
            ),
        ],
        wish: asked_for(t, wish),
        events: events.collect(),
        draft: open.then(|| {
            (
                chosen.to_owned(),
                t.say(&format!("right-step-{chosen}")),
                draft,
            )
        }),
        steps,
        carries_out: chosen == "answer" && CARRIED_OUT.contains(&text(&said, "kind")),
        can_start: open && !had("begun"),
        stands: said.get("stands").and_then(Value::as_bool) == Some(true),
        error,
        right,
        page: asker.frame(),
    };
    let status = if page.error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    show(status, &page, Shown::Plain)
}

/// What was asked, in lines. Names are those of the register.
fn asked_for(t: Tongue, wish: &Value) -> Vec<String> {
    let mut lines = paragraphs(text(wish, "text"));
    let mut place: Vec<&str> = ["collection", "record", "field"]
        .iter()
        .map(|it| text(wish, it))
        .filter(|it| !it.is_empty())
        .collect();
    if !place.is_empty() {
        let place = std::mem::take(&mut place).join(" / ");
        lines.push(t.say_with("right-about", "place", &place));
    }
    if !text(wish, "value").is_empty() {
        lines.push(t.say_with("right-value", "value", &*isolated(text(wish, "value"))));
    }
    if !text(wish, "purpose").is_empty() {
        let key = format!("purpose-{}", text(wish, "purpose").to_lowercase());
        lines.push(t.say_with("right-purpose", "purpose", &t.say(&key)));
    }
    if let Some(entry) = wish.get("entry").and_then(Value::as_u64) {
        lines.push(t.say_with("right-entry", "n", &entry.to_string()));
    }
    lines
}

async fn step(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let t = asker.t();
    let right = asker.call.part_text("right")?.to_owned();
    let event = form.text("event").to_owned();
    let said = form.text("text").trim().replace("\r\n", "\n");
    let body = json!({
        "event": event,
        "text": said,
        "carry_out": form.ticked("carry_out"),
    });
    let there = format!("{LIST}/{right}");
    match asker
        .ask("stepRightsRequest", &[("right", &right)], Some(&body))
        .await
    {
        Ok(_) => Ok(Answer::see(&there).notice("right-step")),
        Err(problem) if problem.kind == ErrorKind::Conflict => {
            let key = match problem.code {
                "rights.too_late" => "mistake-right-late",
                "rights.no_extension" => "mistake-right-no-extension",
                _ => "mistake-right-moved",
            };
            shown(&asker, Some((&event, &said)), Some(t.say(key))).await
        }
        Err(problem) if matches!(problem.kind, ErrorKind::Invalid | ErrorKind::Refused) => {
            let key = match problem.code {
                "rights.wish" => "mistake-right-text",
                "card.refused" => "mistake-right-card",
                _ => "mistake-right-correction",
            };
            shown(&asker, Some((&event, &said)), Some(t.say(key))).await
        }
        // The record or the collection that was named is not there.
        Err(problem)
            if matches!(problem.kind, ErrorKind::NotFound | ErrorKind::Gone)
                && problem.code != "rights.not_found" =>
        {
            let said_again = Some((event.as_str(), said.as_str()));
            shown(&asker, said_again, Some(t.say("mistake-right-correction"))).await
        }
        Err(problem) => Err(problem),
    }
}
