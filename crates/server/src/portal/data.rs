//! What is kept: by kind, over time, one by one.

use std::sync::Arc;

use askama::Template;
use http::StatusCode;
use jiff::civil::Date;
use policy::Authority;
use serde_json::Value;
use vault::register::Collection;
use web::words::{Told, Tongue};
use web::{Answer, Frame, Place, Problem, Route, Shown, show};

use super::reader::Reader;
use super::{chart, fields, page};
use crate::desk::{Ask, Desk, list, moment, text};

const PLACE: &str = "/portal/data";
/// Days that one page over time shows.
const WINDOW: i64 = 90;
/// Records of one window; what is more is in the file that is taken along.
const WINDOW_RECORDS: usize = 500;
/// Charts on one page.
const CHARTS_MAX: usize = 6;
/// Lines of the table under a chart.
const LINES_MAX: usize = 100;

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(
            desk,
            PLACE,
            "dataPage",
            "What is kept about a person, by kind",
            kinds,
        ),
        page(
            desk,
            "/portal/data/{collection}",
            "dataKindPage",
            "One kind of what is kept, over time",
            kind,
        ),
        page(
            desk,
            "/portal/data/{collection}/{record}",
            "dataRecordPage",
            "One record, readable",
            record,
        ),
        page(
            desk,
            "/portal/files",
            "filesPage",
            "The files that are kept",
            files,
        ),
        page(
            desk,
            "/portal/files/{file}",
            "fileGet",
            "One file, to be saved",
            file,
        ),
    ]
}

/// What people call a collection.
pub(crate) fn title(t: Tongue, collection: &Collection) -> String {
    t.find(&format!("kind-{}", collection.name), &[])
        .unwrap_or_else(|| collection.title.clone())
}

#[derive(Template)]
#[template(path = "portal/kinds.html")]
struct Kinds {
    page: Frame,
    kinds: Vec<(Place, String)>,
}

async fn kinds(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let kept = reader.ask("readPerson", &[], "", None).await?;
    let register = reader.desk.house.vault.register();
    let count = |n: u64| t.say_all("records", &[("n", Told::Count(n))]);
    let mut kinds: Vec<_> = kept
        .get("records")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(name, n)| {
            let collection = register.collection(name)?;
            let n = n.as_u64().filter(|n| *n > 0)?;
            Some((
                Place::new(format!("{PLACE}/{name}"), title(t, collection)),
                count(n),
            ))
        })
        .collect();
    kinds.sort_by(|one, other| one.0.name.cmp(&other.0.name));
    let said = reader.ask("listFiles", &[], "limit=1", None).await;
    if said.is_ok_and(|it| !list(&it, "files").is_empty()) {
        kinds.push((
            Place::new("/portal/files", t.say("portal-files")),
            String::new(),
        ));
    }
    let page = Kinds {
        kinds,
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

#[derive(Template)]
#[template(path = "portal/kind.html")]
struct Kind {
    page: Frame,
    title: String,
    window: String,
    charts: Vec<String>,
    lines: Vec<(Place, String)>,
    older: Option<String>,
    newer: Option<String>,
    more: bool,
}

async fn kind(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let name = reader.part("collection")?.to_owned();
    let register = Arc::clone(reader.desk.house.vault.register());
    let collection = register
        .collection(&name)
        .ok_or(vault::VaultError::NoCollection)?;
    let over_time = collection.parameter("date").is_some();
    let path = [("collection", name.as_str())];
    let href = |record: &str| format!("{PLACE}/{name}/{record}");
    if !over_time {
        let mut query = "limit=25".to_owned();
        if let Some(cursor) = reader.query("cursor") {
            query.push_str(&format!("&cursor={cursor}"));
        }
        let said = reader.ask("listRecords", &path, &query, None).await?;
        let lines = list(&said, "records")
            .iter()
            .map(|it| line(t, it, &href))
            .collect();
        let next = text(&said, "next");
        let page = Kind {
            title: title(t, collection),
            window: String::new(),
            charts: Vec::new(),
            lines,
            older: (!next.is_empty()).then(|| format!("{PLACE}/{name}?cursor={next}")),
            newer: None,
            more: false,
            page: reader.frame(),
        };
        return show(StatusCode::OK, &page, Shown::Plain);
    }
    let today = today(&reader);
    let to = reader
        .query("to")
        .and_then(|it| it.parse::<Date>().ok())
        .unwrap_or(today);
    let from = to
        .checked_sub(jiff::Span::new().days(WINDOW - 1))
        .unwrap_or(to);
    let query = format!("limit={WINDOW_RECORDS}&date=ge{from}&date=le{to}");
    let said = reader.ask("listRecords", &path, &query, None).await?;
    let mut found: Vec<(&Value, Option<Date>)> = list(&said, "records")
        .iter()
        .map(|it| (it, it.get("body").and_then(fields::day)))
        .collect();
    found.sort_by_key(|it| std::cmp::Reverse(it.1));
    let bodies: Vec<&Value> = found.iter().filter_map(|it| it.0.get("body")).collect();
    let series = fields::series(t, &bodies);
    let charts = draw(t, &series, from, to);
    let lines: Vec<_> = found
        .iter()
        .take(LINES_MAX)
        .map(|it| line(t, it.0, &href))
        .collect();
    let step = |days: i64| to.checked_add(jiff::Span::new().days(days)).ok();
    let at = |to: Date| format!("{PLACE}/{name}?to={to}");
    let page = Kind {
        title: title(t, collection),
        window: t.say_all(
            "window",
            &[
                ("from", from.to_string().as_str().into()),
                ("to", to.to_string().as_str().into()),
            ],
        ),
        charts,
        more: found.len() > lines.len() || !text(&said, "next").is_empty(),
        lines,
        older: step(-WINDOW).map(at),
        newer: step(WINDOW)
            .filter(|_| to < today)
            .map(|it| at(it.min(today))),
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

/// Charts, with what belongs together in one: both pressures.
fn draw(t: Tongue, series: &[fields::Series], from: Date, to: Date) -> Vec<String> {
    let (systolic, diastolic) = (fields::label(t, "systolic"), fields::label(t, "diastolic"));
    let is = |it: &fields::Series, words: &[&str]| words.iter().any(|word| it.name.contains(word));
    let upper = |it: &fields::Series| is(it, &[&systolic, "Systolic"]);
    let lower = |it: &fields::Series| is(it, &[&diastolic, "Diastolic"]);
    series
        .iter()
        .filter(|it| !lower(it) || !series.iter().any(upper))
        .take(CHARTS_MAX)
        .map(
            |it| match series.iter().find(|other| upper(it) && lower(other)) {
                Some(other) => chart::svg(t, &[it, other], from, to),
                None => chart::svg(t, &[it], from, to),
            },
        )
        .filter(|it| !it.is_empty())
        .collect()
}

fn today(reader: &Reader) -> Date {
    jiff::Timestamp::from_second(reader.call.now.seconds())
        .map(|it| it.to_zoned(jiff::tz::TimeZone::UTC).date())
        .unwrap_or_default()
}

fn line(t: Tongue, it: &Value, href: &impl Fn(&str) -> String) -> (Place, String) {
    let body = it.get("body").unwrap_or(&Value::Null);
    let when = fields::day(body).map_or_else(|| moment(t, it, "written_at"), |it| it.to_string());
    let name = fields::headline(t, body);
    (Place::new(href(text(it, "record")), name), when)
}

#[derive(Template)]
#[template(path = "portal/record.html")]
struct Record {
    page: Frame,
    title: String,
    kind: Place,
    rows: Vec<(String, String)>,
    versions: Vec<String>,
    /// Where a correction is asked for.
    correct: Option<String>,
}

async fn record(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let name = reader.part("collection")?.to_owned();
    let id = reader.part("record")?.to_owned();
    let register = Arc::clone(reader.desk.house.vault.register());
    let collection = register
        .collection(&name)
        .ok_or(vault::VaultError::NoCollection)?;
    let path = [("collection", name.as_str()), ("record", id.as_str())];
    let said = reader.ask("readRecord", &path, "", None).await?;
    let history = reader.ask("recordHistory", &path, "limit=20", None).await?;
    let versions = list(&history, "versions").iter().map(|it| {
        let number = it
            .get("version")
            .and_then(Value::as_u64)
            .unwrap_or(0)
            .to_string();
        t.say_all(
            "version",
            &[
                ("n", number.as_str().into()),
                ("when", moment(t, it, "written_at").as_str().into()),
            ],
        )
    });
    let page = Record {
        title: fields::headline(t, &said),
        kind: Place::new(format!("{PLACE}/{name}"), title(t, collection)),
        rows: fields::rows(t, &said),
        versions: versions.collect(),
        correct: (!reader.stands_in).then(|| {
            format!("/portal/rights/new?kind=rectification&collection={name}&record={id}")
        }),
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

#[derive(Template)]
#[template(path = "portal/files.html")]
struct Files {
    page: Frame,
    files: Vec<(Place, String)>,
    next: Option<String>,
}

async fn files(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let mut query = "limit=25".to_owned();
    if let Some(cursor) = reader.query("cursor") {
        query.push_str(&format!("&cursor={cursor}"));
    }
    let said = reader.ask("listFiles", &[], &query, None).await?;
    let files = list(&said, "files").iter().map(|it| {
        let name = match text(it, "name") {
            "" => t.say("file-unnamed"),
            name => name.to_owned(),
        };
        let len = it.get("length").and_then(Value::as_u64).unwrap_or(0);
        let about = format!(
            "{} · {} · {}",
            web::format::bytes(len, t.lang()),
            text(it, "media_type"),
            moment(t, it, "written_at")
        );
        (
            Place::new(format!("/portal/files/{}", text(it, "file")), name),
            about,
        )
    });
    let next = text(&said, "next");
    let page = Files {
        files: files.collect(),
        next: (!next.is_empty()).then(|| format!("/portal/files?cursor={next}")),
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

/// A file is saved, never shown: whatever is in it, it runs nowhere.
async fn file(reader: Reader) -> Result<Answer, Problem> {
    let person = reader.person.to_string();
    let id = reader.part("file")?.to_owned();
    let who = crate::desk::authority(&reader.desk.house, &reader.call).await?;
    let ask = Ask {
        id: "downloadFile",
        path: &[("person", &person), ("file", &id)],
        purpose: Some("PATRQT"),
        ..Ask::default()
    };
    reader.desk.hand_on(who, &reader.call, ask).await
}
