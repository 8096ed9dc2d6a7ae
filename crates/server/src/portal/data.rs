//! What is kept: by kind, over time, one by one.

use std::sync::Arc;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue};
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
/// Files on one page: each with a preview is opened for it.
const FILES_ON_PAGE: usize = 12;
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
        page(
            desk,
            "/portal/files/{file}/preview",
            "filePreview",
            "A small picture of a file, made anew",
            preview,
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
    /// Where all of it is deleted.
    delete: Option<String>,
}

async fn kind(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let name = reader.part("collection")?.to_owned();
    let register = Arc::clone(reader.desk.house.vault.register());
    let collection = register
        .collection(&name)
        .ok_or(vault::VaultError::NoCollection)?;
    let mut delete = deletes(&reader, &name);
    let over_time = collection.parameter("date").is_some();
    let path = [("collection", name.as_str())];
    let href = |record: &str| format!("{PLACE}/{name}/{record}");
    if !over_time {
        let mut query = "limit=25".to_owned();
        if let Some(cursor) = reader.query("cursor") {
            query.push_str(&format!("&cursor={cursor}"));
        }
        let said = reader.ask("listRecords", &path, &query, None).await?;
        let lines: Vec<_> = list(&said, "records")
            .iter()
            .map(|it| line(t, &name, it, &href))
            .collect();
        if lines.is_empty() && !holds_any(&reader, &name).await? {
            delete = None;
        }
        let next = text(&said, "next");
        let page = Kind {
            title: title(t, collection),
            window: String::new(),
            charts: Vec::new(),
            lines,
            older: (!next.is_empty()).then(|| format!("{PLACE}/{name}?cursor={next}")),
            newer: None,
            more: false,
            delete,
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
    let series = fields::series(t, &name, &bodies);
    let charts = draw(t, &series, from, to);
    let lines: Vec<_> = found
        .iter()
        .take(LINES_MAX)
        .map(|it| line(t, &name, it.0, &href))
        .collect();
    // Where there is nothing of it at all, nothing older is offered, and nothing to delete.
    let none = lines.is_empty() && !holds_any(&reader, &name).await?;
    if none {
        delete = None;
    }
    let step = |days: i64| to.checked_add(jiff::Span::new().days(days)).ok();
    let at = |to: Date| format!("{PLACE}/{name}?to={to}");
    let page = Kind {
        title: title(t, collection),
        window: t.say_all(
            "window",
            &[
                ("from", t.day(from).as_str().into()),
                ("to", t.day(to).as_str().into()),
            ],
        ),
        charts,
        more: found.len() > lines.len() || !text(&said, "next").is_empty(),
        lines,
        older: step(-WINDOW).filter(|_| !none).map(at),
        newer: step(WINDOW)
            .filter(|_| to < today && !none)
            .map(|it| at(it.min(today))),
        delete,
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

/// Whether anything of a kind is kept about the person.
async fn holds_any(reader: &Reader, name: &str) -> Result<bool, Problem> {
    let kept = reader.ask("readPerson", &[], "", None).await?;
    let count = kept.get("records").and_then(|it| it.get(name));
    Ok(count.and_then(Value::as_u64).is_some_and(|n| n > 0))
}

/// Charts, with what belongs together in one: both pressures.
fn draw(t: Tongue, series: &[fields::Series], from: Date, to: Date) -> Vec<String> {
    let (systolic, diastolic) = (
        fields::label(t, "", "systolic"),
        fields::label(t, "", "diastolic"),
    );
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

fn line(t: Tongue, kind: &str, it: &Value, href: &impl Fn(&str) -> String) -> (Place, String) {
    let body = it.get("body").unwrap_or(&Value::Null);
    let when = fields::day(body).map_or_else(|| moment(t, it, "written_at"), |it| t.day(it));
    let name = fields::headline(t, kind, body);
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
    delete: Option<String>,
}

/// Where something is deleted; who stands in deletes nothing there.
fn deletes(reader: &Reader, what: &str) -> Option<String> {
    (!reader.stands_in).then(|| format!("/portal/delete/kind/{what}"))
}

/// Versions of a record that was changed, the one that stands named as that; nothing of one that never was.
fn versions(t: Tongue, versions: &[Value]) -> Vec<String> {
    let number = |it: &Value| it.get("version").and_then(Value::as_u64).unwrap_or(0);
    let newest = versions.iter().map(number).max();
    if versions.len() < 2 {
        return Vec::new();
    }
    let lines = versions.iter().map(|it| {
        let key = if Some(number(it)) == newest {
            "version-now"
        } else {
            "version"
        };
        t.say_all(
            key,
            &[
                ("n", number(it).to_string().as_str().into()),
                ("when", moment(t, it, "written_at").as_str().into()),
            ],
        )
    });
    lines.collect()
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
    let versions = versions(t, list(&history, "versions"));
    let page = Record {
        title: fields::heading(t, &name, &title(t, collection), &said),
        kind: Place::new(format!("{PLACE}/{name}"), title(t, collection)),
        rows: fields::rows(t, &name, &said),
        versions,
        delete: deletes(&reader, &format!("{name}/{id}")),
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
    files: Vec<File>,
    next: Option<String>,
}

/// One line of the list.
struct File {
    place: Place,
    about: String,
    /// What stands in the tile of one that has no preview: its kind.
    kind: String,
    /// Where its picture is.
    picture: Option<String>,
    lines: Vec<String>,
}

async fn files(reader: Reader) -> Result<Answer, Problem> {
    let t = reader.t();
    let mut query = format!("limit={FILES_ON_PAGE}");
    if let Some(cursor) = reader.query("cursor") {
        query.push_str(&format!("&cursor={cursor}"));
    }
    let said = reader.ask("listFiles", &[], &query, None).await?;
    let mut files = Vec::new();
    for it in list(&said, "files") {
        let name = match text(it, "name") {
            "" => t.say("file-unnamed"),
            name => web::format::isolated(name).into_owned(),
        };
        let len = it.get("length").and_then(Value::as_u64).unwrap_or(0);
        let media_type = text(it, "media_type");
        let href = format!("/portal/files/{}", text(it, "file"));
        let lines = if matches!(essence(media_type), "text/plain" | "text/csv") {
            first_lines(&reader, text(it, "file")).await?
        } else {
            Vec::new()
        };
        files.push(File {
            about: format!(
                "{} · {media_type} · {}",
                web::format::bytes(len, t.lang()),
                moment(t, it, "written_at")
            ),
            kind: kind_of(media_type),
            picture: essence(media_type)
                .starts_with("image/")
                .then(|| format!("{href}/preview")),
            lines,
            place: Place::new(href, name),
        });
    }
    let next = text(&said, "next");
    let page = Files {
        files,
        next: (!next.is_empty()).then(|| format!("/portal/files?cursor={next}")),
        page: reader.frame(),
    };
    show(StatusCode::OK, &page, Shown::Plain)
}

fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or("").trim()
}

/// A few letters for a kind of file: `application/pdf` as PDF.
fn kind_of(media_type: &str) -> String {
    let sub = essence(media_type).rsplit('/').next().unwrap_or("");
    let sub = sub.trim_start_matches("x-").trim_start_matches("vnd.");
    let short: String = sub
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .take(8)
        .collect();
    short.to_ascii_uppercase()
}

async fn first_lines(reader: &Reader, file: &str) -> Result<Vec<String>, Problem> {
    let said = reader
        .ask("previewFile", &[("file", file)], "", None)
        .await?;
    let lines = list(&said, "lines").iter().filter_map(Value::as_str);
    Ok(lines.map(str::to_owned).collect())
}

/// What stands for a picture that is not shown: ours, and nothing of the file.
const TILE: &str = concat!(
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\" width=\"64\" height=\"64\">",
    "<path d=\"M16 6h22l10 10v42H16z M38 6v10h10\" fill=\"none\" stroke=\"#8a8579\" stroke-width=\"2\"/></svg>"
);

/// A picture made anew, in a box of its own: whatever a browser takes it for, it runs nothing and reaches nothing.
async fn preview(reader: Reader) -> Result<Answer, Problem> {
    let id = reader.part("file")?.to_owned();
    let said = reader
        .ask("previewFile", &[("file", &id)], "", None)
        .await?;
    let png = STANDARD.decode(text(&said, "png")).unwrap_or_default();
    let answer = if png.is_empty() {
        Answer::with_type(StatusCode::OK, "image/svg+xml", TILE)
    } else {
        Answer::with_type(StatusCode::OK, "image/png", png)
    };
    Ok(answer
        .header(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'"),
        )
        .header(
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        )
        .header(CACHE_CONTROL, HeaderValue::from_static("no-store, private")))
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
