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
use web::{Answer, PROOFS_SCRIPT, Problem, Route};

use super::looks::{Line, Names, is_own, log_keys, proven};
use super::page;
use super::reader::Reader;
use crate::desk::{Desk, list};

/// Entries that are read, proven and written at once; the API proves no more.
const AT_ONCE: usize = 100;
/// Entries of one file, which a browser on a phone still opens and checks: some ten megabytes. Older ones are in the next file.
const IN_A_FILE: u64 = 5_000;

const PLACE: &str = "/portal/looks/history";

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![page(
        desk,
        PLACE,
        "looksHistory",
        "The whole history of who looked, as a page to keep that checks itself",
        history,
    )]
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
    let before = reader.query("before").and_then(|text| text.parse().ok());
    let said = reader
        .ask("listAccesses", &[], &proven(AT_ONCE, before), None)
        .await?;
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
        .header(
            CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"who-looked.html\""),
        ))
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
