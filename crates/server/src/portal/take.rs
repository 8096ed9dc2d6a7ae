//! Taking along: everything as one archive.

use std::sync::Arc;

use askama::Template;
use http::StatusCode;
use policy::Authority;
use serde_json::{Value, json};
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
    ]
}

struct Line {
    id: String,
    title: String,
    about: Vec<String>,
    ready: bool,
}

#[derive(Template)]
#[template(path = "portal/take.html")]
struct Take {
    page: Frame,
    lines: Vec<Line>,
    error: Option<String>,
    waiting: bool,
}

async fn look(reader: Reader) -> Result<Answer, Problem> {
    show_with(&reader, None, StatusCode::OK).await
}

async fn show_with(
    reader: &Reader,
    error: Option<String>,
    status: StatusCode,
) -> Result<Answer, Problem> {
    let t = reader.t();
    let said = reader.ask("listExports", &[], "", None).await?;
    let mut waiting = false;
    let lines = list(&said, "exports").iter().map(|it| {
        let state = text(it, "state");
        waiting |= state == "waiting";
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
    let page = Take {
        lines: lines.collect(),
        waiting,
        error,
        page: reader.frame(),
    };
    show(status, &page, Shown::Plain)
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
                Some(t.say("take-short")),
                StatusCode::UNPROCESSABLE_ENTITY,
            )
            .await
        }
        Err(problem) if problem.code == "export.too_many" => {
            show_with(
                &reader,
                Some(t.say("take-many")),
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
