//! Emergencies: one person's data, for one stated reason, for a short time.

use std::sync::Arc;

use policy::Authority;
use serde_json::{Value, json};
use web::words::Tongue;
use web::{Act, Answer, Cell, Choice, Field, Form, FormPage, Problem, Route, Row, TablePage};

use super::desk::{Asker, Desk, list, moment, text};
use super::{form, page};

const LIST: &str = "/console/break-glass";
const NEW: &str = "/console/break-glass/new";
const REASONS: [&str; 5] = [
    "emergency_care",
    "unreachable",
    "safety",
    "incident",
    "legal",
];

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(desk, LIST, "glassPage", "Emergencies", look),
        page(
            desk,
            NEW,
            "glassNewPage",
            "Open one person's data in an emergency",
            look_new,
        ),
        form(
            desk,
            NEW,
            "glassNew",
            "Open one person's data in an emergency",
            NEW,
            send,
        ),
        form(
            desk,
            "/console/break-glass/{glass}/second",
            "glassSecond",
            "Agree as the second person",
            LIST,
            second,
        ),
        form(
            desk,
            "/console/break-glass/{glass}/close",
            "glassClose",
            "Close one's own before its time",
            LIST,
            close,
        ),
        form(
            desk,
            "/console/break-glass/{glass}/review",
            "glassReview",
            "Say whether it was right",
            LIST,
            review,
        ),
    ]
}

fn state(t: Tongue, it: &Value) -> Cell {
    let state = text(it, "state");
    let overdue = it.get("review_overdue").and_then(Value::as_bool) == Some(true);
    let (class, key) = match (text(it, "verdict"), state) {
        ("justified", _) => ("kept", "justified".to_owned()),
        ("not_justified", _) => ("broken", "not-justified".to_owned()),
        (_, "open") => ("unproven", "open".to_owned()),
        (_, "closed") if overdue => ("broken", "overdue".to_owned()),
        (_, "closed") => ("stale", "review".to_owned()),
        (_, other) => ("intent", other.replace('_', "-")),
    };
    Cell::State(class, t.say(&format!("glass-state-{key}")))
}

async fn look(asker: Asker) -> Result<Answer, Problem> {
    let (said, empty) = match asker.ask("listBreakGlass", &[], None).await {
        // Who may open one need not see everybody's. That none is shown says nothing then.
        Err(problem) if problem.kind == base::ErrorKind::Forbidden => (Value::Null, "glass-unseen"),
        other => (other?, "glass-empty"),
    };
    let glasses = list(&said, "break_glass");
    let names = asker
        .names(
            glasses
                .iter()
                .flat_map(|it| [text(it, "account"), text(it, "second_by")]),
        )
        .await;
    let t = asker.t();
    let columns = [
        "column-name",
        "column-person",
        "column-reason",
        "column-state",
        "column-opened",
        "column-until",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-break-glass"),
        columns.map(|key| t.say(key)).into(),
        t.say(empty),
    )
    .lead(t.say("glass-lead"))
    .button(Act::look(NEW, t.say("glass-new")));
    for it in glasses {
        let who = names.of(text(it, "account"));
        let path = |verb: &str| format!("{LIST}/{}/{verb}", text(it, "break_glass"));
        let mine = asker.is_own(text(it, "account")) || asker.is_own(text(it, "second_by"));
        let acts = match (text(it, "state"), mine) {
            ("open", true) => vec![Act::change(path("close"), t.say("glass-close"))],
            ("waits_for_second", false) => vec![Act::change(path("second"), t.say("glass-second"))],
            ("open" | "closed", false) if text(it, "verdict").is_empty() => vec![
                Act::change(path("review"), t.say("glass-was-right")).with("justified", "yes"),
                Act::destroy(path("review"), t.say("glass-was-wrong")).with("justified", "no"),
            ],
            _ => Vec::new(),
        };
        page = page.row(Row {
            name: who.clone(),
            cells: vec![
                Cell::Text(who),
                Cell::Text(text(it, "person").chars().take(8).collect()),
                Cell::Text(t.say(&format!(
                    "emergency-{}",
                    text(it, "reason").replace('_', "-")
                ))),
                state(t, it),
                Cell::Text(moment(t, it, "opened_at")),
                Cell::Text(moment(t, it, "until")),
            ],
            acts,
        });
    }
    page.answer()
}

async fn look_new(asker: Asker) -> Result<Answer, Problem> {
    show_new(&asker, "", "", "", None)
}

fn show_new(
    asker: &Asker,
    person: &str,
    reason: &str,
    note: &str,
    wrong: Option<String>,
) -> Result<Answer, Problem> {
    let t = asker.t();
    let reasons = REASONS.iter().map(|reason| Choice {
        value: (*reason).to_owned(),
        name: t.say(&format!("emergency-{}", reason.replace('_', "-"))),
        hint: None,
    });
    let minutes = ["15", "30", "60"].map(|minutes| Choice {
        value: minutes.to_owned(),
        name: t.say_with("minutes", "n", minutes.parse::<u64>().unwrap_or_default()),
        hint: None,
    });
    FormPage::new(asker.frame(), t.say("glass-new"), NEW, t.say("glass-open"))
        .lead(t.say("glass-new-lead"))
        .lead(t.say("glass-new-told"))
        .error(wrong)
        .field(
            Field::text("person", t.say("column-person"))
                .hint(t.say("glass-person-hint"))
                .value(person),
        )
        .field(Field::one_of("reason", t.say("request-reason"), reasons.collect()).value(reason))
        .field(Field::one_of("minutes", t.say("glass-how-long"), minutes.into()).value("30"))
        .field(
            Field::lines("note", t.say("request-note"), 2_000)
                .hint(t.say("request-note-hint"))
                .value(note)
                .optional(),
        )
        .also(LIST, t.say("leave"))
        .answer()
}

async fn send(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let (person, reason, note) = (
        form.trimmed("person"),
        form.text("reason"),
        form.trimmed("note"),
    );
    let t = asker.t();
    if reason.is_empty() {
        return show_new(&asker, person, reason, note, Some(t.say("mistake-choose")));
    }
    let body = json!({
        "person": person,
        "reason": reason,
        "note": (!note.is_empty()).then_some(note),
        "minutes": form.text("minutes").parse::<u32>().ok(),
    });
    match asker.ask("breakGlass", &[], Some(&body)).await {
        Ok(glass) if text(&glass, "state") == "open" => {
            Ok(Answer::see(LIST).notice("glass-opened"))
        }
        Ok(_) => Ok(Answer::see(LIST).notice("glass-asked")),
        Err(problem) => {
            let key = match problem.kind {
                base::ErrorKind::Invalid | base::ErrorKind::NotFound => "mistake-person",
                base::ErrorKind::Conflict | base::ErrorKind::Refused => "mistake-glass",
                _ => return Err(problem),
            };
            show_new(&asker, person, reason, note, Some(t.say(key)))
        }
    }
}

async fn second(asker: Asker, _form: Form) -> Result<Answer, Problem> {
    act(&asker, "secondBreakGlass", None).await?;
    Ok(Answer::see(LIST).notice("glass-seconded"))
}

async fn close(asker: Asker, _form: Form) -> Result<Answer, Problem> {
    act(&asker, "closeBreakGlass", None).await?;
    Ok(Answer::see(LIST).notice("glass-closed"))
}

async fn review(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let justified = form.text("justified") == "yes";
    act(
        &asker,
        "reviewBreakGlass",
        Some(&json!({ "justified": justified })),
    )
    .await?;
    Ok(Answer::see(LIST).notice("glass-reviewed"))
}

async fn act(asker: &Asker, id: &str, body: Option<&Value>) -> Result<(), Problem> {
    let glass = asker.call.part_text("glass")?.to_owned();
    asker.ask(id, &[("glass", &glass)], body).await.map(|_| ())
}
