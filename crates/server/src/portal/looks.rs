//! Who looked: each entry of the log that is about the person, in plain words, with a proof that the browser checks.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use base::{AccountId, AppId};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, HeaderValue};
use policy::Authority;
use serde_json::Value;
use web::words::Tongue;
use web::{Answer, Frame, Problem, Route, Shown, show};

use super::dictionary::Dictionary;
use super::page;
use super::reader::Reader;
use crate::desk::{Desk, list, moment, text};

const PLACE: &str = "/portal/looks";
/// Entries on a page.
const PAGE: usize = 25;

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(
            desk,
            PLACE,
            "looksPage",
            "Who looked at what is kept about a person",
            look,
        ),
        page(
            desk,
            "/portal/looks/{index}/proof",
            "looksProof",
            "The proof of one entry, as a file",
            proof,
        ),
    ]
}

/// One line.
pub(super) struct Line {
    pub index: u64,
    /// As the entry writes it.
    pub at: String,
    pub when: String,
    pub sentence: String,
    /// Why, under which grant; and that it was refused or failed.
    pub more: Vec<String>,
    pub refused: bool,
    /// Somebody else's doing, of which a person may ask or report.
    pub others: bool,
    pub proof: String,
}

#[derive(Template)]
#[template(path = "portal/looks.html")]
struct Looks {
    page: Frame,
    lines: Vec<Line>,
    words: String,
    filters: Vec<(&'static str, String, bool)>,
    keys: String,
    next: Option<String>,
}

/// What to show. What others did comes first: one's own looks, of which each page makes some, would drown it.
const FILTERS: [&str; 4] = ["others", "all", "opened", "refused"];

async fn look(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let chosen = reader.query("show").unwrap_or("others");
    let chosen = FILTERS.into_iter().find(|it| *it == chosen);
    let chosen = chosen.unwrap_or("others");
    let before = reader.query("before").and_then(|it| it.parse::<u64>().ok());
    let mut names = Names::new(t);
    let mut lines = Vec::new();
    // What is not shown must not hide what is: it is read on until a page is full, and where it is not, the page leads on.
    let query = format!("{}&show={chosen}", proven(PAGE, before));
    let said = reader.ask("listAccesses", &[], &query, None).await?;
    for it in list(&said, "entries") {
        let own = it.get("entry").is_some_and(|entry| is_own(&reader, entry));
        lines.push(names.line(&reader, t, it, own).await);
    }
    let next = said.get("next").and_then(Value::as_u64);
    let keys = log_keys(&reader).await?;
    let page = Looks {
        lines,
        words: names.words.json(),
        filters: FILTERS
            .map(|key| (key, t.say(&format!("looks-show-{key}")), key == chosen))
            .into(),
        keys,
        next: next.map(|next| format!("{PLACE}?show={chosen}&before={next}")),
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Scripted)
}

/// What is asked of the API: entries below `before`, with their proofs.
pub(super) fn proven(limit: usize, before: Option<u64>) -> String {
    let mut query = format!("limit={limit}&proofs=true");
    if let Some(before) = before {
        query.push_str(&format!("&before={before}"));
    }
    query
}

/// The line of one entry, as far as the reader may see it still.
pub(super) async fn one(reader: &Reader, t: Tongue, index: u64) -> Option<Line> {
    let query = format!("limit=1&before={}", index.checked_add(1)?);
    let said = reader.ask("listAccesses", &[], &query, None).await.ok()?;
    let it = list(&said, "entries").first()?;
    if it.get("index").and_then(Value::as_u64) != Some(index) {
        return None;
    }
    let own = it.get("entry").is_some_and(|entry| is_own(reader, entry));
    Some(Names::new(t).line(reader, t, it, own).await)
}

/// Whether the reader did it themselves.
pub(super) fn is_own(reader: &Reader, entry: &Value) -> bool {
    let actor = entry.get("actor").unwrap_or(&Value::Null);
    text(actor, "kind") == "person"
        && (text(actor, "id") == reader.account || reader.account.is_empty())
}

/// What apps and accounts are called, looked up once; and the words of the lines that were made.
pub(super) struct Names {
    names: HashMap<String, String>,
    pub words: Dictionary,
}

impl Names {
    pub(super) fn new(t: Tongue) -> Self {
        Self {
            names: HashMap::new(),
            words: Dictionary::new(t),
        }
    }

    pub(super) async fn line(&mut self, reader: &Reader, t: Tongue, it: &Value, own: bool) -> Line {
        let entry = it.get("entry").unwrap_or(&Value::Null);
        let actor = entry.get("actor").unwrap_or(&Value::Null);
        let who = if own {
            t.say("who-you")
        } else {
            self.name(reader, t, actor).await
        };
        let [kind, id, role] = ["kind", "id", "role"].map(|part| text(actor, part));
        self.words.who(&format!("{kind} {id} {role}"), own, &who);
        let collection = text(entry, "collection");
        let what = match collection {
            "" => t.say("what-data"),
            name => reader
                .desk
                .house
                .vault
                .register()
                .collection(name)
                .map_or_else(|| name.to_owned(), |it| super::data::title(t, it)),
        };
        self.words.what(collection, &what);
        let action = text(entry, "action");
        let sentence = self.words.did(t, action, &who, &what);
        let mut more = Vec::new();
        let purpose = text(entry, "purpose");
        if !purpose.is_empty() && !own {
            more.push(self.words.why(t, purpose));
        }
        let count = entry.get("count").and_then(Value::as_u64);
        if let Some(count) = count.filter(|it| *it > 0) {
            more.push(self.words.count(t, count));
        }
        if !text(entry, "grant").is_empty() {
            more.push(self.words.by_grant());
        }
        let outcome = text(entry, "outcome");
        more.extend(self.words.ended(outcome));
        Line {
            index: it.get("index").and_then(Value::as_u64).unwrap_or(0),
            at: text(entry, "at").to_owned(),
            when: moment(t, entry, "at"),
            sentence,
            more,
            refused: outcome != "ok",
            others: !own,
            proof: text(it, "proof").to_owned(),
        }
    }

    async fn name(&mut self, reader: &Reader, t: Tongue, actor: &Value) -> String {
        let id = text(actor, "id");
        if let Some(name) = self.names.get(id) {
            return name.clone();
        }
        let house = &reader.desk.house;
        let tenant = match crate::desk::authority(house, &reader.call).await {
            Ok(who) => who.tenant().clone(),
            Err(_) => return t.say("who-somebody"),
        };
        let known = match text(actor, "kind") {
            "app" => match id.parse::<AppId>() {
                Ok(app) => house
                    .oauth
                    .app_of(&tenant, app)
                    .await
                    .ok()
                    .map(|it| it.about.name.clone()),
                Err(_) => None,
            }
            .unwrap_or_else(|| t.say_with("who-service", "service", tenant.as_str())),
            "staff" => {
                let account = match id.parse::<AccountId>() {
                    Ok(account) => house.identity.account(&tenant, account).await.ok(),
                    Err(_) => None,
                };
                let role = t.say(&format!("role-{}", text(actor, "role")));
                match account {
                    Some(account) => format!("{} ({role})", account.name.as_str()),
                    None => t.say_with("who-staff", "role", &role),
                }
            }
            "person" => t.say("who-proxy"),
            _ => t.say("who-system"),
        };
        self.names.insert(id.to_owned(), known.clone());
        known
    }
}

async fn proof(reader: Reader) -> Result<Answer, Problem> {
    let index = reader.part("index")?.to_owned();
    let before = index.parse::<u64>().ok().and_then(|it| it.checked_add(1));
    let query = format!("limit=1&proofs=true&before={}", before.unwrap_or(0));
    let said = reader.ask("listAccesses", &[], &query, None).await?;
    let entry = list(&said, "entries")
        .first()
        .filter(|it| {
            it.get("index")
                .and_then(Value::as_u64)
                .map(|it| it.to_string())
                == Some(index.clone())
        })
        .ok_or_else(|| {
            Problem::new(
                base::ErrorKind::NotFound,
                "log.not_found",
                "There is no such entry.",
            )
        })?;
    let text = text(entry, "proof").to_owned();
    let name = format!("attachment; filename=\"{index}.tlog-proof\"");
    let answer = Answer::with_type(StatusCode::OK, "text/plain; charset=utf-8", text);
    Ok(match HeaderValue::from_str(&name) {
        Ok(value) => answer.header(CONTENT_DISPOSITION, value),
        Err(_) => answer,
    })
}

/// The public keys of the reader's log, one a line.
pub(super) async fn log_keys(reader: &Reader) -> Result<String, Problem> {
    let who = crate::desk::authority(&reader.desk.house, &reader.call).await?;
    let keys = reader.desk.house.log.verifiers(who.tenant())?;
    Ok(keys.iter().map(|key| format!("{key}\n")).collect())
}

#[cfg(test)]
mod tests {
    use audit::Action;
    use audit::entry::On;

    #[test]
    fn each_deed_about_a_person_has_a_sentence() {
        let keys = web::words::keys(&super::super::SOURCES);
        let about = |it: &&Action| it.on() == On::Data;
        for action in Action::ALL.iter().filter(about).map(|it| it.as_str()) {
            let key = format!("did-{}", action.replace('.', "-"));
            assert!(keys.contains(&key), "{key} has no words");
        }
    }
}
