//! What a person asks for under their rights: asking, seeing how it goes and by when it must be answered, taking it back.

use std::sync::Arc;

use askama::Template;
use base::{ErrorKind, Purpose};
use govern::rights::Kind;
use http::StatusCode;
use policy::Authority;
use serde_json::{Value, json};
use web::format::isolated;
use web::words::Tongue;
use web::{Answer, Choice, Field, Form, FormPage, Frame, Place, Problem, Route, Shown, show};

use super::reader::Reader;
use super::{fields, form, page};
use crate::desk::{Desk, day, list, moment, text};
use crate::rights::{TEXT_MAX, VALUE_MAX};

const PLACE: &str = "/portal/rights";
const NEW: &str = "/portal/rights/new";
/// Purposes that somebody may object to, the likeliest first.
const PURPOSES: [Purpose; 5] = [
    Purpose::Hresch,
    Purpose::Pubhlth,
    Purpose::Hoperat,
    Purpose::Hpaymt,
    Purpose::Treat,
];

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(
            desk,
            PLACE,
            "rightsPage",
            "What a person asked for, and what they can ask for",
            look,
        ),
        page(desk, NEW, "rightsNewPage", "Ask for something", look_new),
        form(desk, NEW, "rightsNew", "Ask for something", send),
        page(
            desk,
            "/portal/rights/{right}",
            "rightsOnePage",
            "One request, with what was said",
            look_one,
        ),
        form(
            desk,
            "/portal/rights/{right}/back",
            "rightsBack",
            "Take a request back",
            back,
        ),
    ]
}

#[derive(Template)]
#[template(path = "portal/rights.html")]
struct Rights {
    page: Frame,
    mine: Vec<(Place, String, String)>,
    next: Option<String>,
    kinds: Vec<(Place, String)>,
}

/// What is due, in a sentence; empty where nothing is.
fn due(t: Tongue, it: &Value) -> String {
    let last = it
        .pointer("/next/last_day")
        .and_then(Value::as_str)
        .unwrap_or("");
    let step = it
        .pointer("/next/step")
        .and_then(Value::as_str)
        .unwrap_or("");
    let late = it.get("overdue").and_then(Value::as_bool) == Some(true);
    let key = match (last, late, step) {
        ("", ..) => return String::new(),
        (_, true, _) => "rights-late",
        (_, _, "confirm") => "rights-confirm-by",
        _ => "rights-answer-by",
    };
    t.say_with(key, "day", &day(t, last))
}

fn state(t: Tongue, it: &Value) -> String {
    t.say(&format!(
        "right-state-{}",
        text(it, "state").replace('_', "-")
    ))
}

fn kind_of(t: Tongue, it: &Value) -> String {
    t.say(&format!("right-{}", text(it, "kind")))
}

/// Kinds that can be asked for here, the most frequent first.
async fn kinds(reader: &Reader) -> Result<Vec<Kind>, Problem> {
    let house = &reader.desk.house;
    let who = crate::desk::authority(house, &reader.call).await?;
    let law = house.config.rights.law_of(who.tenant());
    Ok(Kind::ALL
        .iter()
        .copied()
        .filter(|it| it.law() == Some(law) || *it == Kind::Question)
        .collect())
}

async fn look(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let mut query = "limit=25".to_owned();
    if let Some(cursor) = reader.query("cursor") {
        query.push_str(&format!("&cursor={cursor}"));
    }
    let said = reader.ask("listRights", &[], &query, None).await?;
    let mine = list(&said, "requests").iter().map(|it| {
        let href = format!("{PLACE}/{}", text(it, "request"));
        (Place::new(href, kind_of(t, it)), state(t, it), due(t, it))
    });
    let next = text(&said, "next");
    let kinds = kinds(&reader).await?;
    let page = Rights {
        mine: mine.collect(),
        next: (!next.is_empty()).then(|| format!("{PLACE}?cursor={next}")),
        kinds: kinds
            .into_iter()
            .map(|it| {
                let name = t.say(&format!("right-{}", it.as_str()));
                let href = format!("{NEW}?kind={}", it.as_str());
                let about = t.say(&format!("right-about-{}", it.as_str()));
                (Place::new(href, name), about)
            })
            .collect(),
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

/// What a form is filled with: from the address it was opened by, or as it was sent.
#[derive(Default)]
struct Filled {
    kind: String,
    collection: String,
    record: String,
    entry: String,
    field: String,
    value: String,
    purpose: String,
    text: String,
}

async fn look_new(reader: Reader) -> Result<Answer, Problem> {
    let of = |name: &str| reader.query(name).unwrap_or("").to_owned();
    let mut kind = of("kind");
    // A record leads here by the European word; under the other law the same has another.
    if kind == Kind::Rectification.as_str() && kinds(&reader).await?.contains(&Kind::Correct) {
        Kind::Correct.as_str().clone_into(&mut kind);
    }
    let filled = Filled {
        kind,
        collection: of("collection"),
        record: of("record"),
        entry: of("entry"),
        ..Filled::default()
    };
    show_new(&reader, &filled, &Wrong::default()).await
}

/// What is wrong with what was sent: as a whole, or with a field.
#[derive(Default)]
struct Wrong {
    whole: Option<String>,
    field: Option<(&'static str, String)>,
}

impl Wrong {
    fn whole(t: Tongue, key: &str) -> Self {
        Self {
            whole: Some(t.say(key)),
            field: None,
        }
    }

    fn of(&self, name: &str) -> Option<String> {
        let found = self.field.as_ref().filter(|it| it.0 == name);
        found.map(|it| it.1.clone())
    }

    /// The first thing that is wrong, of what can be told before it is asked for.
    fn find(t: Tongue, kind: Kind, filled: &Filled, collections: &[String]) -> Option<Self> {
        let corrects = matches!(kind, Kind::Rectification | Kind::Correct);
        let objects = matches!(kind, Kind::Objection | Kind::OptOut);
        let chosen = PURPOSES.iter().any(|it| it.as_str() == filled.purpose);
        let known = filled.collection.is_empty()
            || filled.collection == "all"
            || collections.contains(&filled.collection);
        let says = !filled.text.is_empty();
        let (field, key) = if filled.value.chars().count() > VALUE_MAX {
            ("value", "rights-value-long")
        } else if filled.text.chars().count() > TEXT_MAX {
            ("text", "rights-text-long")
        } else if !known && kind == Kind::Restriction {
            ("collection", "rights-collection-choose")
        } else if objects && !chosen {
            ("purpose", "rights-purpose-choose")
        } else if corrects && !filled.value.is_empty() && filled.field.is_empty() {
            ("field", "rights-field-choose")
        } else if corrects && !says && !filled.field.is_empty() && filled.value.is_empty() {
            ("value", "rights-value-missing")
        } else if (corrects && filled.value.is_empty() || kind == Kind::Question) && !says {
            ("text", "rights-text-missing")
        } else {
            return None;
        };
        Some(Self {
            whole: None,
            field: Some((field, t.say(key))),
        })
    }
}

/// Refuses what is about a line of the log that is not there, or not about the person.
fn no_entry() -> Problem {
    Problem::new(
        ErrorKind::NotFound,
        "log.not_found",
        "There is no such entry.",
    )
}

fn choice(value: &str, name: String) -> Choice {
    Choice {
        value: value.to_owned(),
        name,
        hint: None,
    }
}

async fn show_new(reader: &Reader, filled: &Filled, wrong: &Wrong) -> Result<Answer, Problem> {
    let t = reader.t();
    let Some(kind) = Kind::of(&filled.kind) else {
        return Ok(Answer::see(PLACE));
    };
    let register = Arc::clone(reader.desk.house.vault.register());
    let title = t.say(&format!("right-{}", kind.as_str()));
    let about = t.say(&format!("right-about-{}", kind.as_str()));
    let mut page = FormPage::new(reader.frame(), title, NEW, t.say("rights-send"))
        .lead(about)
        .error(wrong.whole.clone())
        .hidden("kind", kind.as_str())
        .hidden("record", filled.record.as_str())
        .hidden("entry", filled.entry.as_str());
    if !filled.entry.is_empty() {
        let index = filled.entry.parse().map_err(|_| no_entry())?;
        let look = super::looks::one(reader, t, index).await;
        page = page.lead(about_look(t, &look.ok_or_else(no_entry)?));
    }
    let corrects = matches!(kind, Kind::Rectification | Kind::Correct);
    if corrects && !filled.record.is_empty() {
        let path = [
            ("collection", filled.collection.as_str()),
            ("record", filled.record.as_str()),
        ];
        let said = reader.ask("readRecord", &path, "", None).await?;
        let name = register
            .collection(&filled.collection)
            .map_or_else(String::new, |it| super::title(t, it));
        let choices = said
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| choice(key, fields::label(t, &filled.collection, key)));
        page = page
            .lead(t.say_all(
                "rights-about-record",
                &[
                    ("kind", (&name).into()),
                    (
                        "what",
                        (&fields::heading(t, &filled.collection, &name, &said)).into(),
                    ),
                ],
            ))
            .hidden("collection", filled.collection.as_str())
            .field(
                Field::one_of("field", t.say("rights-field"), choices.collect())
                    .value(&filled.field)
                    .error(wrong.of("field"))
                    .optional(),
            )
            .field(
                Field::lines("value", t.say("rights-value"), VALUE_MAX)
                    .value(&filled.value)
                    .error(wrong.of("value"))
                    .optional(),
            );
    } else if kind == Kind::Restriction {
        let kept = reader.ask("readPerson", &[], "", None).await?;
        let some = kept
            .get("records")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter(|(_, n)| n.as_u64().is_some_and(|n| n > 0))
            .filter_map(|(name, _)| {
                let collection = register.collection(name)?;
                Some(choice(name, super::title(t, collection)))
            });
        let all = choice("all", t.say("rights-everything"));
        let chosen = if filled.collection.is_empty() {
            "all"
        } else {
            &filled.collection
        };
        page = page.field(
            Field::one_of(
                "collection",
                t.say("rights-what"),
                std::iter::once(all).chain(some).collect(),
            )
            .value(chosen)
            .error(wrong.of("collection")),
        );
    } else {
        page = page.hidden("collection", filled.collection.as_str());
    }
    if matches!(kind, Kind::Objection | Kind::OptOut) {
        let purposes = PURPOSES.map(|it| choice(it.as_str(), t.say(&format!("purpose-{it}"))));
        page = page.field(
            Field::one_of("purpose", t.say("rights-purpose"), purposes.into())
                .value(&filled.purpose)
                .error(wrong.of("purpose")),
        );
    }
    let mut words = Field::lines("text", t.say("rights-text"), TEXT_MAX)
        .hint(t.say("rights-text-hint"))
        .value(&filled.text)
        .error(wrong.of("text"));
    if kind != Kind::Question {
        words = words.optional();
    }
    page.field(words)
        .also(PLACE, t.say("portal-rights"))
        .answer()
}

async fn send(reader: Reader, form: Form) -> Result<Answer, Problem> {
    let t = reader.t();
    let of = |name: &str| form.trimmed(name).to_owned();
    let filled = Filled {
        kind: of("kind"),
        collection: of("collection"),
        record: of("record"),
        entry: of("entry"),
        field: of("field"),
        value: of("value"),
        purpose: of("purpose"),
        text: form.text("text").trim().replace("\r\n", "\n"),
    };
    if let Some(kind) = Kind::of(&filled.kind) {
        let register = reader.desk.house.vault.register();
        let names = register.collections().iter().map(|it| it.name.to_string());
        if let Some(wrong) = Wrong::find(t, kind, &filled, &names.collect::<Vec<_>>()) {
            return show_new(&reader, &filled, &wrong).await;
        }
    }
    let entry = match filled.entry.as_str() {
        "" => None,
        text => Some(text.parse::<u64>().map_err(|_| no_entry())?),
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let named = !filled.field.is_empty();
    let body = json!({
        "kind": filled.kind,
        "text": filled.text,
        "collection": some(&filled.collection).filter(|it| it != "all"),
        "record": some(&filled.record),
        "field": some(&filled.field).filter(|_| named),
        "value": some(&filled.value).filter(|_| named),
        "purpose": some(&filled.purpose),
        "entry": entry,
        "lang": t.lang().code(),
    });
    match reader.ask("askRight", &[], "", Some(&body)).await {
        Ok(said) => {
            let href = format!("{PLACE}/{}", text(&said, "request"));
            Ok(Answer::see(&href).notice("rights-asked"))
        }
        Err(problem) if problem.code == "rights.too_many" => {
            show_new(&reader, &filled, &Wrong::whole(t, "rights-many")).await
        }
        Err(problem) if problem.code == "card.refused" => {
            show_new(&reader, &filled, &Wrong::whole(t, "rights-card")).await
        }
        Err(problem) if matches!(problem.kind, ErrorKind::Invalid | ErrorKind::Refused) => {
            show_new(&reader, &filled, &Wrong::whole(t, "rights-mistake")).await
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Template)]
#[template(path = "portal/right.html")]
struct One {
    page: Frame,
    title: String,
    right: String,
    facts: Vec<(String, String)>,
    wish: Vec<String>,
    events: Vec<(String, String, Vec<String>)>,
    /// What taking back is called, and what it means.
    back: Option<(String, String)>,
}

async fn look_one(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let right = reader.part("right")?.to_owned();
    let said = reader
        .ask("readRight", &[("right", &right)], "", None)
        .await?;
    let mut facts = vec![
        (t.say("rights-state"), state(t, &said)),
        (t.say("rights-received"), moment(t, &said, "received_at")),
    ];
    let due = due(t, &said);
    if !due.is_empty() {
        facts.push((t.say("rights-day"), due));
    }
    let stands = said.get("stands").and_then(Value::as_bool) == Some(true);
    let open = text(&said, "closed_at").is_empty();
    let events = list(&said, "events").iter().map(|it| {
        let mut lines: Vec<String> = paragraphs(text(it, "text"));
        if let Some(version) = it.get("version").and_then(Value::as_u64) {
            lines.push(t.say_with("rights-version", "n", &version.to_string()));
        }
        let what = t.say(&format!("rights-event-{}", text(it, "event")));
        (moment(t, it, "at"), what, lines)
    });
    let page = One {
        title: kind_of(t, &said),
        facts,
        wish: wish(&reader, t, said.get("wish").unwrap_or(&Value::Null)).await,
        events: events.collect(),
        back: if open {
            Some((t.say("rights-back"), t.say("rights-back-text")))
        } else if stands {
            Some((t.say("rights-lift"), t.say("rights-lift-text")))
        } else {
            None
        },
        right,
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n")
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .map(|it| isolated(it).into_owned())
        .collect()
}

/// What happened, in a line of who looked.
fn about_look(t: Tongue, look: &super::looks::Line) -> String {
    t.say_all(
        "rights-about-look",
        &[
            ("when", look.when.as_str().into()),
            ("what", look.sentence.as_str().into()),
        ],
    )
}

/// What was asked, in lines.
async fn wish(reader: &Reader, t: Tongue, wish: &Value) -> Vec<String> {
    let mut lines = paragraphs(text(wish, "text"));
    let collection = text(wish, "collection");
    if !collection.is_empty() {
        let register = reader.desk.house.vault.register();
        let name = register
            .collection(collection)
            .map_or_else(|| collection.to_owned(), |it| super::title(t, it));
        lines.push(t.say_with("rights-about-kind", "kind", &name));
    }
    if !text(wish, "field").is_empty() {
        let field = fields::label(t, collection, text(wish, "field"));
        lines.push(t.say_all(
            "rights-should-be",
            &[
                ("field", (&field).into()),
                ("value", (&*isolated(text(wish, "value"))).into()),
            ],
        ));
    }
    if !text(wish, "purpose").is_empty() {
        lines.push(t.say(&format!("purpose-{}", text(wish, "purpose"))));
    }
    if let Some(entry) = wish.get("entry").and_then(Value::as_u64) {
        lines.push(match super::looks::one(reader, t, entry).await {
            Some(look) => about_look(t, &look),
            None => t.say_with("rights-about-entry", "n", &entry.to_string()),
        });
    }
    lines
}

async fn back(reader: Reader, _form: Form) -> Result<Answer, Problem> {
    let right = reader.part("right")?.to_owned();
    let there = format!("{PLACE}/{right}");
    match reader
        .ask("withdrawRight", &[("right", &right)], "", None)
        .await
    {
        Ok(_) => Ok(Answer::see(&there).notice("rights-back")),
        // Answered or taken back meanwhile: the page says so.
        Err(problem) if problem.kind == ErrorKind::Conflict => Ok(Answer::see(&there)),
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use govern::rights::{Event, Kind};

    #[test]
    fn each_kind_event_and_purpose_has_words() {
        let keys = web::words::keys(&super::super::SOURCES);
        let kinds = Kind::ALL
            .iter()
            .map(|it| format!("right-about-{}", it.as_str()));
        let events = Event::ALL
            .iter()
            .map(|it| format!("rights-event-{}", it.as_str()));
        let purposes = super::PURPOSES.map(|it| format!("purpose-{it}"));
        for key in kinds.chain(events).chain(purposes) {
            assert!(keys.contains(&key), "{key} has no words");
        }
    }
}
