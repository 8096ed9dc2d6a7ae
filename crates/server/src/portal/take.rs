//! Taking along: everything as one archive.

use std::sync::Arc;

use askama::Template;
use http::StatusCode;
use policy::Authority;
use serde_json::{Value, json};
use web::words::{Told, Tongue};
use web::{Answer, Form, Frame, Problem, Route, Shown, show};

use super::reader::Reader;
use super::{form, page};
use crate::desk::{Ask, Desk, list, moment, text};

const PLACE: &str = "/portal/take";

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(desk, PLACE, "takePage", "Everything, to take along", look),
        form(
            desk,
            PLACE,
            "takeAsk",
            "Have everything made into an archive",
            ask,
        ),
        page(
            desk,
            "/portal/take/{export}/content",
            "takeFetch",
            "An archive, to be saved",
            fetch,
        ),
        form(
            desk,
            "/portal/take/{export}/delete",
            "takeDelete",
            "Delete an archive",
            delete,
        ),
        form(
            desk,
            "/portal/take/send",
            "takeSend",
            "Have medical records sent to another provider",
            send,
        ),
        form(
            desk,
            "/portal/take/send/{transfer}/stop",
            "takeStop",
            "Call off what is being sent to another provider",
            stop,
        ),
    ]
}

struct Line {
    id: String,
    title: String,
    about: Vec<String>,
    ready: bool,
}

/// What was sent, or is on its way, to another provider.
struct Move {
    id: String,
    title: String,
    about: Vec<String>,
    waits: bool,
}

/// A provider who can be chosen.
struct Choice {
    name: String,
    title: String,
    host: String,
}

/// What is wrong with a form, and which.
enum Wrong {
    Archive(String),
    Move(String),
}

#[derive(Template)]
#[template(path = "portal/take.html")]
struct Take {
    page: Frame,
    lines: Vec<Line>,
    moves: Vec<Move>,
    choices: Vec<Choice>,
    wrong: Option<Wrong>,
    waiting: bool,
}

impl Take {
    fn archive_wrong(&self) -> Option<&str> {
        match &self.wrong {
            Some(Wrong::Archive(text)) => Some(text),
            _ => None,
        }
    }

    fn move_wrong(&self) -> Option<&str> {
        match &self.wrong {
            Some(Wrong::Move(text)) => Some(text),
            _ => None,
        }
    }
}

async fn look(reader: Reader) -> Result<Answer, Problem> {
    show_with(&reader, None, StatusCode::OK).await
}

async fn show_with(
    reader: &Reader,
    wrong: Option<Wrong>,
    status: StatusCode,
) -> Result<Answer, Problem> {
    let t = reader.t();
    let said = reader.ask("listExports", &[], "", None).await?;
    let mut waiting = false;
    let lines = list(&said, "exports").iter().map(|it| {
        let state = text(it, "state");
        waiting |= matches!(state, "waiting" | "making");
        let number = |name: &str| it.get(name).and_then(Value::as_u64).unwrap_or(0);
        let mut about = vec![t.say(&format!("take-{state}"))];
        if state == "ready" {
            about.push(web::format::bytes(number("bytes"), t.lang()));
            about.push(t.say_with("take-until", "date", &moment(t, it, "expires_at")));
        }
        if it.get("protected").and_then(Value::as_bool) == Some(true) {
            about.push(t.say("take-protected"));
        }
        Line {
            id: text(it, "export").to_owned(),
            title: t.say_with("take-of", "date", &moment(t, it, "asked_at")),
            about,
            ready: state == "ready",
        }
    });
    let lines = lines.collect();
    let said = reader.ask("listTransfers", &[], "", None).await?;
    let moves: Vec<_> = list(&said, "transfers")
        .iter()
        .map(|it| moved(t, it))
        .collect();
    waiting |= moves.iter().any(|it| it.waits);
    let choices = list(&said, "providers").iter().map(|it| Choice {
        name: text(it, "provider").to_owned(),
        title: text(it, "title").to_owned(),
        host: host(text(it, "url")).to_owned(),
    });
    let page = Take {
        lines,
        moves,
        choices: choices.collect(),
        waiting,
        wrong,
        page: reader.frame(),
    };
    show(status, &page, Shown::Plain)
}

fn moved(t: Tongue, it: &Value) -> Move {
    let state = text(it, "state");
    let mut about = vec![t.say(&format!("move-{state}"))];
    let sent = it.get("sent").and_then(Value::as_u64).unwrap_or(0);
    if sent > 0 || state == "sent" {
        about.push(t.say_with("move-count", "n", Told::Count(sent)));
    }
    let left = it.get("left").and_then(Value::as_object);
    let left: u64 = left
        .into_iter()
        .flat_map(|it| it.values().filter_map(Value::as_u64))
        .sum();
    if left > 0 {
        about.push(t.say_with("move-left", "n", Told::Count(left)));
    }
    about.push(moment(t, it, "asked_at"));
    Move {
        id: text(it, "transfer").to_owned(),
        title: text(it, "title").to_owned(),
        about,
        waits: state == "waiting",
    }
}

/// The host of an address.
fn host(url: &str) -> &str {
    let place = url.strip_prefix("https://").unwrap_or(url);
    place.split('/').next().unwrap_or(place)
}

async fn send(reader: Reader, form: Form) -> Result<Answer, Problem> {
    let t = reader.t();
    let body = json!({ "provider": form.text("provider") });
    let word = match reader.ask("askTransfer", &[], "", Some(&body)).await {
        Ok(_) => return Ok(Answer::see(PLACE).notice("move-asked")),
        Err(problem) => match problem.code {
            "transfer.body" | "transfer.provider" => "move-choose",
            "transfer.too_many" => "move-many",
            _ => return Err(problem),
        },
    };
    let wrong = Some(Wrong::Move(t.say(word)));
    show_with(&reader, wrong, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn stop(reader: Reader, _form: Form) -> Result<Answer, Problem> {
    let id = reader.part("transfer")?.to_owned();
    match reader
        .ask("stopTransfer", &[("transfer", &id)], "", None)
        .await
    {
        Ok(_) => Ok(Answer::see(PLACE).notice("move-stopped")),
        Err(problem) if problem.code == "transfer.not_found" => Ok(Answer::see(PLACE)),
        Err(problem) => Err(problem),
    }
}

async fn ask(reader: Reader, form: Form) -> Result<Answer, Problem> {
    let t = reader.t();
    let mut body = json!({ "lang": t.lang().code() });
    let passphrase = form.text("passphrase");
    if !passphrase.is_empty()
        && let Some(body) = body.as_object_mut()
    {
        body.insert("passphrase".into(), passphrase.into());
    }
    match reader.ask("askExport", &[], "", Some(&body)).await {
        Ok(_) => Ok(Answer::see(PLACE).notice("take-asked")),
        Err(problem) if problem.code == "export.body" => {
            show_with(
                &reader,
                Some(Wrong::Archive(t.say("take-short"))),
                StatusCode::UNPROCESSABLE_ENTITY,
            )
            .await
        }
        Err(problem) if problem.code == "export.too_many" => {
            show_with(
                &reader,
                Some(Wrong::Archive(t.say("take-many"))),
                StatusCode::TOO_MANY_REQUESTS,
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}

async fn fetch(reader: Reader) -> Result<Answer, Problem> {
    let person = reader.person.to_string();
    let id = reader.part("export")?.to_owned();
    let who = crate::desk::authority(&reader.desk.house, &reader.call).await?;
    let ask = Ask {
        id: "fetchExport",
        path: &[("person", &person), ("export", &id)],
        purpose: Some("PATRQT"),
        ..Ask::default()
    };
    reader.desk.hand_on(who, &reader.call, ask).await
}

async fn delete(reader: Reader, _form: Form) -> Result<Answer, Problem> {
    let id = reader.part("export")?.to_owned();
    match reader
        .ask("deleteExport", &[("export", &id)], "", None)
        .await
    {
        Ok(_) => Ok(Answer::see(PLACE).notice("take-deleted")),
        Err(problem) if problem.code == "export.not_found" => Ok(Answer::see(PLACE)),
        Err(problem) => Err(problem),
    }
}
