//! Deleting a part: one record, one kind, one file, all files. What goes, what stays and why; at once or after a while.

use std::sync::Arc;

use askama::Template;
use policy::Authority;
use serde_json::{Value, json};
use web::words::Told;
use web::{Answer, Form, Frame, Place, Problem, Route, Shown, show};

use super::reader::Reader;
use super::{delete, form, page};
use crate::desk::{Desk, list, moment, text, wants_fresh_proof};
use crate::erasures::{Part, STAYS};

const KIND: &str = "/portal/delete/kind/{collection}";
const RECORD: &str = "/portal/delete/kind/{collection}/{record}";
const FILES: &str = "/portal/delete/files";
const FILE: &str = "/portal/delete/files/{file}";

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    const LOOK: &str = "What goes when a part is deleted, and what stays";
    const ASK: &str = "Have a part deleted";
    vec![
        page(desk, KIND, "deleteKindPage", LOOK, look),
        form(desk, KIND, "deleteKindAsk", ASK, ask),
        page(desk, RECORD, "deleteRecordPage", LOOK, look),
        form(desk, RECORD, "deleteRecordAsk", ASK, ask),
        page(desk, FILES, "deleteFilesPage", LOOK, look),
        form(desk, FILES, "deleteFilesAsk", ASK, ask),
        page(desk, FILE, "deleteFilePage", LOOK, look),
        form(desk, FILE, "deleteFileAsk", ASK, ask),
    ]
}

/// What the address names.
struct Named {
    /// As the API is asked for the plan.
    query: String,
    /// As it is asked to delete.
    of: Value,
    /// The page's own address.
    path: String,
    /// Where one comes from.
    back: Place,
    /// The key of its title, and of the same with a name in it.
    title: &'static str,
    /// The name of the kind.
    kind: Option<String>,
    /// Whether it is more than one thing: who it is, is proven once more.
    many: bool,
}

fn named(reader: &Reader) -> Result<Named, Problem> {
    let t = reader.t();
    let register = reader.desk.house.vault.register();
    if let Ok(name) = reader.part("collection") {
        let collection = register
            .collection(name)
            .ok_or(vault::VaultError::NoCollection)?;
        let back = super::title(t, collection);
        let called = Some(back.clone());
        let (kind, own) = (
            format!("/portal/data/{name}"),
            format!("/portal/delete/kind/{name}"),
        );
        return Ok(match reader.part("record") {
            Ok(record) => Named {
                query: format!("collection={name}&record={record}"),
                of: json!({ "collection": name, "record": record }),
                path: format!("{own}/{record}"),
                back: Place::new(kind, back),
                title: "part-record",
                kind: called,
                many: false,
            },
            Err(_) => Named {
                query: format!("collection={name}"),
                of: json!({ "collection": name }),
                path: own,
                back: Place::new(kind, back),
                title: "part-kind",
                kind: called,
                many: true,
            },
        });
    }
    let back = Place::new("/portal/files", t.say("portal-files"));
    Ok(match reader.part("file") {
        Ok(file) => Named {
            query: format!("file={file}"),
            of: json!({ "file": file }),
            path: format!("{FILES}/{file}"),
            back,
            title: "part-file",
            kind: None,
            many: false,
        },
        Err(_) => Named {
            query: "files=true".to_owned(),
            of: json!({ "files": true }),
            path: FILES.to_owned(),
            back,
            title: "part-files",
            kind: None,
            many: true,
        },
    })
}

#[derive(Template)]
#[template(path = "portal/part.html")]
struct PartPage {
    page: Frame,
    title: String,
    back: Place,
    action: String,
    goes: Vec<String>,
    stays: Vec<String>,
    waiting: Option<(String, String)>,
    held: bool,
    later: String,
    proves: bool,
    code: Option<String>,
    error: Option<String>,
    /// Whether the person reads themselves.
    own: bool,
}

async fn look(reader: Reader) -> Result<Answer, Problem> {
    shown(&reader, named(&reader)?, None, None).await
}

/// What is named, by its own name: the kind; the record, by what it is and of when; the file.
async fn called(reader: &Reader, named: &Named) -> Option<String> {
    let t = reader.t();
    if let Ok(record) = reader.part("record") {
        let collection = reader.part("collection").ok()?;
        let path = [("collection", collection), ("record", record)];
        // Who may delete it and not read it is shown its kind.
        let Ok(said) = reader.ask("readRecord", &path, "", None).await else {
            return named.kind.clone();
        };
        let kind = named.kind.as_deref().unwrap_or_default();
        return Some(super::fields::heading(t, collection, kind, &said));
    }
    if let Ok(file) = reader.part("file") {
        let said = reader.ask("listFiles", &[], "limit=100", None).await.ok()?;
        let files = list(&said, "files").iter();
        let mut found = files.filter(|it| text(it, "file") == file);
        let name = text(found.next()?, "name");
        return (!name.is_empty()).then(|| web::format::isolated(name).into_owned());
    }
    named.kind.clone()
}

/// When a request is carried out that waits, in words that begin with `area`; under a hold, that it waits for that.
pub(super) fn due(reader: &Reader, area: &str, it: &Value) -> String {
    let t = reader.t();
    let date = moment(t, it, "due_at");
    let held = it.get("held").and_then(Value::as_bool) == Some(true);
    let past = text(it, "due_at")
        .parse::<jiff::Timestamp>()
        .is_ok_and(|at| at.as_microsecond() <= reader.call.now.micros());
    match (held, past) {
        (true, true) => t.say(&format!("{area}-due-held")),
        (true, false) => t.say_with(&format!("{area}-due-held-until"), "date", &date),
        (false, true) => t.say(&format!("{area}-due-now")),
        (false, false) => t.say_with(&format!("{area}-due"), "date", &date),
    }
}

/// At once, or after a while: what a form says. `None` where it says neither.
pub(super) fn at_once(form: &Form) -> Option<bool> {
    match form.text("when") {
        "now" => Some(true),
        "later" => Some(false),
        _ => None,
    }
}

async fn shown(
    reader: &Reader,
    named: Named,
    code: Option<String>,
    error: Option<String>,
) -> Result<Answer, Problem> {
    let t = reader.t();
    let plan = reader.ask("planErasure", &[], &named.query, None).await?;
    let asked = reader.ask("listErasures", &[], "", None).await?;
    let waiting = list(&asked, "erasures")
        .iter()
        .find(|it| text(it, "state") == "waiting" && it.get("of") == plan.get("of"))
        .map(|it| (text(it, "erasure").to_owned(), due(reader, "part", it)));
    let number = |path: &str| plan.pointer(path).and_then(Value::as_u64).unwrap_or(0);
    let records = plan.pointer("/goes/records").and_then(Value::as_object);
    let records = records
        .into_iter()
        .flatten()
        .filter_map(|(_, n)| n.as_u64())
        .sum();
    let mut goes = Vec::new();
    for (key, n) in [
        ("records", records),
        ("part-versions", number("/goes/earlier_versions")),
        ("part-files-count", number("/goes/files")),
    ] {
        if n > 0 {
            goes.push(t.say_all(key, &[("n", Told::Count(n))]));
        }
    }
    if !goes.is_empty() && number("/goes/archives") > 0 {
        let n = Told::Count(number("/goes/archives"));
        goes.push(t.say_all("part-archives", &[("n", n)]));
    }
    let mut stays: Vec<_> = list(&plan, "by_law")
        .iter()
        .map(|it| {
            let n = it.get("count").and_then(Value::as_u64).unwrap_or(0);
            let until = moment(t, it, "until");
            t.say_all(
                "part-law",
                &[("n", Told::Count(n)), ("date", until.as_str().into())],
            )
        })
        .collect();
    stays.extend(
        STAYS
            .iter()
            .map(|it| it.0)
            .filter(|it| *it != "tombstones" || named.of.get("collection").is_some())
            .map(|it| t.say(&format!("part-stays-{it}"))),
    );
    let status = delete::status(error.is_some());
    let page = PartPage {
        title: match called(reader, &named).await {
            Some(name) => t.say_with(&format!("{}-named", named.title), "what", &name),
            None => t.say(named.title),
        },
        error,
        back: named.back,
        action: named.path,
        goes,
        stays,
        waiting,
        held: plan.get("held").and_then(Value::as_bool) == Some(true),
        later: t.say_all(
            "part-later",
            &[("n", Told::Count(number("/cooling_off_days")))],
        ),
        proves: named.many,
        code,
        own: !reader.stands_in,
        page: reader.frame(),
    };
    show(status, &page, Shown::Plain)
}

async fn ask(reader: Reader, form: Form) -> Result<Answer, Problem> {
    let named = named(&reader)?;
    let Some(now) = at_once(&form) else {
        let wrong = reader.t().say("delete-choose");
        return shown(&reader, named, None, Some(wrong)).await;
    };
    let body = json!({ "now": now, "of": named.of });
    match reader.ask("askErasure", &[], "", Some(&body)).await {
        Ok(said) if now && text(&said, "state") == "done" => delete::done(
            &reader.call,
            "erased-part-done",
            text(&said, "code"),
            text(&said, "certificate"),
        ),
        Ok(said) => shown(&reader, named, Some(text(&said, "code").to_owned()), None).await,
        Err(problem) if wants_fresh_proof(&problem) => {
            Ok(Answer::see(&identity::pages::confirm_path(&named.path)))
        }
        // It waits already, or a law wants it kept: the page says so.
        Err(problem)
            if matches!(
                problem.code,
                "record.contended" | "erasure.waits" | "erasure.must_stay"
            ) =>
        {
            Ok(Answer::see(&named.path))
        }
        Err(problem) => Err(problem),
    }
}

/// What a request that waits is about, in a line.
pub(super) fn name(reader: &Reader, of: &Value) -> String {
    let t = reader.t();
    let register = reader.desk.house.vault.register();
    let collection = register.collection(text(of, "collection"));
    match collection {
        Some(it) if of.get("record_handle").is_some() => {
            t.say_with("part-one-of", "what", &super::title(t, it))
        }
        Some(it) => super::title(t, it),
        None if of.get("file").is_some() => t.say("part-one-file"),
        None => t.say("portal-files"),
    }
}

/// The words for the state of a request about `part` that somebody has the code of.
pub(super) fn state_key(part: &Part, state: &str) -> String {
    match (part, state) {
        (Part::Everything, _) | (_, "waiting") => format!("erased-{state}"),
        (_, state) => format!("erased-part-{state}"),
    }
}
