//! The whole history of who looked, as one page to keep: each entry with its proof, and the script that checks them. It needs no network.

use std::sync::Arc;

use askama::Template;
use base::ErrorKind;
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use policy::Authority;
use serde_json::Value;
use web::words::{Told, Tongue};
use web::{Answer, Frame, PROOFS_SCRIPT, Place, Problem, Route, Shown, show};

use super::looks::{Line, Names, is_own, log_keys, proven};
use super::page;
use super::reader::Reader;
use crate::desk::{Desk, list};

/// Entries that are read, proven and written at once; the API proves no more.
const AT_ONCE: usize = 100;
/// Entries of one file, which a browser on a phone still opens and checks: some ten megabytes. Older ones are in the next file.
const IN_A_FILE: u64 = 5_000;

/// Files that are listed; more are reached from the last of them.
const FILES_MAX: usize = 40;

const PLACE: &str = "/portal/looks/history";

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(
            desk,
            PLACE,
            "looksHistory",
            "The whole history of who looked, as a page to keep that checks itself",
            history,
        ),
        page(
            desk,
            "/portal/looks/files",
            "looksFiles",
            "The files that the whole history of who looked is",
            files,
        ),
    ]
}

/// One file of the history: where it is, from when until when, and how much is in it.
struct Part {
    place: Place,
    count: String,
}

#[derive(Template)]
#[template(path = "portal/history-files.html")]
struct Parts {
    page: Frame,
    parts: Vec<Part>,
}

/// Every file, found by reading through what is about the person. That they looked stands in the log; what is read for it leaves for nobody.
async fn files(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    reader.ask("listAccesses", &[], "limit=1", None).await?;
    let who = crate::desk::authority(&reader.desk.house, &reader.call).await?;
    let house = &reader.desk.house;
    let handle = house.vault.handle(who.tenant(), reader.person).await?;
    let mut parts = Vec::new();
    let mut before = None;
    while parts.len() < FILES_MAX {
        let wanted = usize::try_from(IN_A_FILE).unwrap_or(usize::MAX);
        let found = house
            .log
            .about(who.tenant(), handle, before, wanted)
            .await?;
        let (Some(newest), Some(oldest)) = (found.first(), found.last()) else {
            break;
        };
        let at = |logged: &audit::Logged| logged.entry().map(|it| t.moment(it.at));
        let from = at(oldest)?;
        let to = at(newest)?;
        let name = t.say_all(
            "looks-files-one",
            &[("from", from.as_str().into()), ("to", to.as_str().into())],
        );
        let count = found.len() as u64;
        parts.push(Part {
            place: Place::new(format!("{PLACE}?before={}", newest.index + 1), name),
            count: t.say_all("looks-files-count", &[("n", Told::Count(count))]),
        });
        before = Some(oldest.index);
        if count < IN_A_FILE {
            break;
        }
    }
    let page = Parts {
        parts,
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

/// Where a file begins, as its address says.
fn before(reader: &Reader) -> Result<Option<u64>, Problem> {
    let text = reader.query("before");
    let read = text.map(|it| it.parse().ok().filter(|it: &u64| *it > 0));
    read.map(|it| {
        it.ok_or_else(|| {
            Problem::new(
                ErrorKind::Invalid,
                "http.query",
                "`before` is the number of an entry.",
            )
        })
    })
    .transpose()
}

/// What a file is called when it is saved: by the day on which it was made and its newest entry, so that no two are taken for each other.
fn file_name(reader: &Reader, newest: u64) -> String {
    let day = reader.call.now.to_string();
    let day = day.get(..10).unwrap_or_default();
    format!("attachment; filename=\"who-looked-{day}-{newest}.html\"")
}

#[derive(Template)]
#[template(path = "portal/history-head.html")]
struct Head<'a> {
    t: Tongue,
    made: String,
    keys: &'a str,
}

#[derive(Template)]
#[template(path = "portal/history-lines.html")]
struct Lines<'a> {
    lines: &'a [Line],
}

#[derive(Template)]
#[template(path = "portal/history-end.html")]
struct End {
    t: Tongue,
    count: u64,
    words: String,
    script: &'static str,
    /// Where older entries are, if there are any.
    older: Option<String>,
}

/// What is still to be written: the entries that were read, or the end.
struct Rest {
    reader: Reader,
    names: Names,
    count: u64,
    said: Option<Value>,
    /// The first entry of the next file, once this one is full.
    older: Option<u64>,
}

/// Each reading stands in the log before its entries leave. Where one fails, the connection breaks: the end, which says how many
/// entries there are, is missing, and so is the script.
async fn history(reader: Reader) -> Result<Answer, Problem> {
    let before = before(&reader)?;
    let said = reader
        .ask("listAccesses", &[], &proven(AT_ONCE, before), None)
        .await?;
    let newest = list(&said, "entries").first();
    let newest = newest.and_then(|it| it.get("index")?.as_u64());
    // A file without entries is none.
    let newest = newest.ok_or_else(|| {
        Problem::new(
            ErrorKind::NotFound,
            "log.not_found",
            "There is no such entry.",
        )
    })?;
    let name = file_name(&reader, newest);
    let keys = log_keys(&reader).await?;
    let t = reader.t();
    let head = rendered(&Head {
        t,
        made: t.moment(reader.call.now),
        keys: &keys,
    })?;
    let rest = Rest {
        reader,
        names: Names::new(t),
        count: 0,
        said: Some(said),
        older: None,
    };
    let lines = stream::try_unfold(Some(rest), |rest| async move {
        match rest {
            Some(rest) => rest.piece().await.map(Some),
            None => Ok(None),
        }
    });
    let first = stream::iter([Ok::<_, Broken>(head)]);
    let body = web::stream(futures_util::StreamExt::chain(first, lines));
    // Not as a page: it is saved, and never runs where our cookies are.
    Ok(Answer::streamed(StatusCode::OK, body)
        .header(
            CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        )
        .header_text(CONTENT_DISPOSITION, &name))
}

impl Rest {
    async fn piece(mut self) -> Result<(Bytes, Option<Self>), Broken> {
        let t = self.reader.t();
        let Some(said) = self.said.take() else {
            let end = End {
                t,
                count: self.count,
                words: self.names.words.json(),
                script: PROOFS_SCRIPT,
                older: self
                    .older
                    .map(|before| format!("{}{PLACE}?before={before}", self.reader.address())),
            };
            return Ok((rendered(&end).map_err(Broken)?, None));
        };
        let mut lines = Vec::with_capacity(AT_ONCE);
        for it in list(&said, "entries") {
            let own = it
                .get("entry")
                .is_some_and(|entry| is_own(&self.reader, entry));
            lines.push(self.names.line(&self.reader, t, it, own).await);
        }
        self.count += lines.len() as u64;
        if let Some(next) = said.get("next").and_then(Value::as_u64) {
            if self.count >= IN_A_FILE {
                self.older = Some(next);
                let piece = rendered(&Lines { lines: &lines }).map_err(Broken)?;
                return Ok((piece, Some(self)));
            }
            let query = proven(AT_ONCE, Some(next));
            let more = self.reader.ask("listAccesses", &[], &query, None).await;
            self.said = Some(more.map_err(Broken)?);
        }
        let piece = rendered(&Lines { lines: &lines }).map_err(Broken)?;
        Ok((piece, Some(self)))
    }
}

/// Why a history broke off.
#[derive(Debug)]
struct Broken(Problem);

impl std::fmt::Display for Broken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "the history broke off: {}", self.0.code)
    }
}

impl std::error::Error for Broken {}

fn rendered(template: &impl Template) -> Result<Bytes, Problem> {
    template.render().map(Bytes::from).map_err(|error| {
        let mut problem = Problem::new(
            ErrorKind::Internal,
            "http.page",
            "Something went wrong on our side.",
        );
        problem.internal = error.to_string();
        problem
    })
}

impl End {
    fn sum(&self) -> String {
        self.t
            .say_all("looks-history-end", &[("n", Told::Count(self.count))])
    }
}
