//! Asking for a role, and the second person's answer, with what would be gained before them.

use std::sync::Arc;

use policy::Authority;
use serde_json::{Value, json};
use web::words::Tongue;
use web::{
    Act, Answer, Cell, Choice, Field, Form, FormPage, Place, Problem, Route, Row, TablePage,
};

use super::desk::{Asker, Desk, list, moment, text};
use super::{form, page};

const LIST: &str = "/console/requests";
const NEW: &str = "/console/requests/new";
const ROLES: [&str; 8] = [
    "clinician",
    "support",
    "operator",
    "developer",
    "compliance",
    "security",
    "administrator",
    "owner",
];
const REASONS: [&str; 5] = ["new_post", "cover", "project", "incident", "other"];

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(desk, LIST, "requestsPage", "What was asked for", look),
        page(desk, NEW, "requestNewPage", "Ask for a role", look_new),
        form(desk, NEW, "requestNew", "Ask for a role", NEW, send),
        page(
            desk,
            "/console/requests/{request}",
            "requestPage",
            "One request: who would gain access to what",
            look_one,
        ),
        form(
            desk,
            "/console/requests/{request}",
            "requestDecide",
            "Say yes or no",
            LIST,
            decide,
        ),
    ]
}

pub(super) fn key(prefix: &str, word: &str) -> String {
    format!("{prefix}-{}", word.replace(['_', ' '], "-"))
}

fn state(t: Tongue, it: &Value) -> Cell {
    let state = text(it, "state");
    let class = match state {
        "open" => "unproven",
        "approved" => "kept",
        _ => "intent",
    };
    Cell::State(class, t.say(&key("request-state", state)))
}

async fn look(asker: Asker) -> Result<Answer, Problem> {
    let said = asker.ask("listRoleRequests", &[], None).await?;
    let requests = list(&said, "requests");
    let ids = requests
        .iter()
        .flat_map(|it| [text(it, "account"), text(it, "asked_by")]);
    let names = asker.names(ids).await;
    let t = asker.t();
    let columns = [
        "column-name",
        "column-role",
        "column-state",
        "column-asked-by",
        "column-asked-at",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-requests"),
        columns.map(|key| t.say(key)).into(),
        t.say("requests-empty"),
    )
    .lead(t.say("requests-lead"))
    .button(Act::look(NEW, t.say("request-new")));
    for it in requests {
        let who = names.of(text(it, "account"));
        let path = format!("{LIST}/{}", text(it, "request"));
        page = page.row(Row {
            name: who.clone(),
            cells: vec![
                Cell::Link(Place::new(path, who)),
                Cell::Text(t.say(&key("role", text(it, "role")))),
                state(t, it),
                Cell::Text(names.of(text(it, "asked_by"))),
                Cell::Text(moment(t, it, "asked_at")),
            ],
            acts: Vec::new(),
        });
    }
    page.answer()
}

async fn look_new(asker: Asker) -> Result<Answer, Problem> {
    show_new(&asker, "", "", "", "", None)
}

fn show_new(
    asker: &Asker,
    role: &str,
    reason: &str,
    note: &str,
    days: &str,
    wrong: Option<String>,
) -> Result<Answer, Problem> {
    let t = asker.t();
    let roles = ROLES.iter().map(|role| Choice {
        value: (*role).to_owned(),
        name: t.say(&key("role", role)),
        hint: Some(t.say(&format!("role-{role}-about"))),
    });
    let reasons = REASONS.iter().map(|reason| Choice {
        value: (*reason).to_owned(),
        name: t.say(&key("reason", reason)),
        hint: None,
    });
    FormPage::new(
        asker.frame(),
        t.say("request-new"),
        NEW,
        t.say("request-send"),
    )
    .lead(t.say("request-new-lead"))
    .error(wrong)
    .field(Field::one_of("role", t.say("request-role"), roles.collect()).value(role))
    .field(Field::one_of("reason", t.say("request-reason"), reasons.collect()).value(reason))
    .field(
        Field::lines("note", t.say("request-note"), 2_000)
            .hint(t.say("request-note-hint"))
            .value(note)
            .optional(),
    )
    .field(
        Field::text("days", t.say("request-days"))
            .hint(t.say("request-days-hint"))
            .value(days)
            .optional(),
    )
    .also("/console", t.say("leave"))
    .answer()
}

async fn send(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let (role, reason) = (form.text("role"), form.text("reason"));
    let (note, days) = (form.trimmed("note"), form.trimmed("days"));
    let t = asker.t();
    let again = |key: &str| show_new(&asker, role, reason, note, days, Some(t.say(key)));
    if role.is_empty() || reason.is_empty() {
        return again("mistake-choose");
    }
    let until: Option<u32> = match days {
        "" => None,
        days => match days.parse() {
            Ok(days) if days > 0 => Some(days),
            _ => return again("mistake-days"),
        },
    };
    let body = json!({
        "account": asker.account(),
        "role": role,
        "reason": reason,
        "note": (!note.is_empty()).then_some(note),
        "days": until,
    });
    match asker.ask("askForRole", &[], Some(&body)).await {
        Ok(_) if asker.finds(LIST) => Ok(Answer::see(LIST).notice("request-sent")),
        Ok(_) => Ok(Answer::see("/console").notice("request-sent")),
        Err(problem)
            if problem.kind == base::ErrorKind::Conflict
                || problem.kind == base::ErrorKind::Refused =>
        {
            again("mistake-request")
        }
        Err(problem) => Err(problem),
    }
}

async fn look_one(asker: Asker) -> Result<Answer, Problem> {
    let id = asker.call.part_text("request")?.to_owned();
    let it = asker
        .ask("readRoleRequest", &[("request", &id)], None)
        .await?;
    let names = asker
        .names(
            [
                text(&it, "account"),
                text(&it, "asked_by"),
                text(&it, "decided_by"),
            ]
            .into_iter(),
        )
        .await;
    let t = asker.t();
    let who = names.of(text(&it, "account"));
    let role = t.say(&key("role", text(&it, "role")));
    let title = t.say_all(
        "request-title",
        &[("name", (&who).into()), ("role", (&role).into())],
    );
    let columns = [
        "column-thing",
        "column-may",
        "column-purposes",
        "column-sees",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        title,
        columns.map(|key| t.say(key)).into(),
        t.say("gains-empty"),
    )
    .caption(t.say_with("gains-title", "name", &who))
    .fact(
        t.say("column-asked-by"),
        format!(
            "{} · {}",
            names.of(text(&it, "asked_by")),
            moment(t, &it, "asked_at")
        ),
    )
    .fact(
        t.say("column-reason"),
        t.say(&key("reason", text(&it, "reason"))),
    )
    .fact(
        t.say("column-state"),
        t.say(&key("request-state", text(&it, "state"))),
    );
    let note = text(&it, "note");
    if !note.is_empty() {
        page = page.fact(t.say("request-note"), note.to_owned());
    }
    if !text(&it, "ends_at").is_empty() {
        page = page.fact(t.say("column-ends"), moment(t, &it, "ends_at"));
    }
    if !text(&it, "decided_by").is_empty() {
        let by = format!(
            "{} · {}",
            names.of(text(&it, "decided_by")),
            moment(t, &it, "decided_at")
        );
        page = page.fact(t.say("column-decided-by"), by);
    }
    for row in gained(t, list(&it, "gains")) {
        page = page.row(row);
    }
    let mine = asker.is_own(text(&it, "account")) || asker.is_own(text(&it, "asked_by"));
    if text(&it, "state") == "open" {
        if mine {
            page = page.lead(t.say("request-own"));
        } else {
            let path = format!("{LIST}/{id}");
            page = page
                .lead(t.say("request-second"))
                .button(Act::change(path.clone(), t.say("request-yes")).with("approve", "yes"))
                .button(Act::destroy(path, t.say("request-no")).with("approve", "no"));
        }
    }
    page.also(LIST, t.say("back-requests")).answer()
}

/// What would be gained, a line for each thing: all that may be done to it for the same purposes, seeing the same.
fn gained(t: Tongue, gains: &[Value]) -> Vec<Row> {
    let mut lines: Vec<(String, Vec<String>, String, String)> = Vec::new();
    for gain in gains {
        let (thing, verb, purposes, sees) = gain_in_words(t, gain);
        let same = lines
            .iter_mut()
            .find(|line| line.0 == thing && line.2 == purposes && line.3 == sees);
        match same {
            // The first begins the line.
            Some(line) => line.1.push(verb.to_lowercase()),
            None => lines.push((thing, vec![verb], purposes, sees)),
        }
    }
    lines
        .into_iter()
        .map(|(thing, verbs, purposes, sees)| Row {
            name: thing.clone(),
            cells: [thing, verbs.join(", "), purposes, sees]
                .map(Cell::Text)
                .into(),
            acts: Vec::new(),
        })
        .collect()
}

/// To what, what may be done, for which purposes, and what is seen of it.
fn gain_in_words(t: Tongue, gain: &Value) -> (String, String, String, String) {
    let words = |name: &str, prefix: &str| -> String {
        let all: Vec<_> = list(gain, name)
            .iter()
            .filter_map(Value::as_str)
            .map(|word| {
                let key = key(prefix, &word.to_lowercase());
                t.find(&key, &[]).unwrap_or_else(|| word.to_owned())
            })
            .collect();
        all.join(", ")
    };
    let named = |name: &str, prefix: &str| {
        let word = text(gain, name);
        t.find(&key(prefix, word), &[])
            .unwrap_or_else(|| word.to_owned())
    };
    let mut sees = words("clear", "class");
    let masked = words("masked", "class");
    if !masked.is_empty() {
        let masked = t.say_with("masked", "classes", &masked);
        sees = if sees.is_empty() {
            masked
        } else {
            format!("{sees} · {masked}")
        };
    }
    let mut thing = named("thing", "thing");
    if gain.get("only_with_break_glass").and_then(Value::as_bool) == Some(true) {
        thing = format!("{thing} · {}", t.say("only-break-glass"));
    }
    (
        thing,
        named("verb", "verb"),
        words("purposes", "purpose"),
        sees,
    )
}

async fn decide(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let id = asker.call.part_text("request")?.to_owned();
    let approve = form.text("approve") == "yes";
    let body = json!({ "approve": approve });
    asker
        .ask("decideRoleRequest", &[("request", &id)], Some(&body))
        .await?;
    Ok(Answer::see(LIST).notice(if approve {
        "request-approved"
    } else {
        "request-refused"
    }))
}
