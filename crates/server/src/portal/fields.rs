//! A record as people read it: names and values, one under the other; and the numbers in it that make a line over time.

use jiff::civil::Date;
use serde_json::Value;
use web::words::Tongue;

/// Lines of one record; what is deeper or longer is in the file that is taken along.
const ROWS_MAX: usize = 60;
/// How deep a record is unfolded.
const DEPTH_MAX: usize = 4;

/// Names and values of a record.
pub(super) fn rows(t: Tongue, record: &Value) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    push(t, "", record, 0, &mut rows);
    rows
}

fn push(t: Tongue, name: &str, value: &Value, depth: usize, rows: &mut Vec<(String, String)>) {
    if rows.len() >= ROWS_MAX || depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Object(members) => {
            if let Some(short) = short(t, value) {
                rows.push((label(t, name), short));
                return;
            }
            for (key, inner) in members {
                if matches!(
                    key.as_str(),
                    "resourceType" | "meta" | "text" | "id" | "subject" | "patient"
                ) && depth == 0
                {
                    continue;
                }
                let whole = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                push(t, &whole, inner, depth + 1, rows);
            }
        }
        Value::Array(items) if items.iter().all(|it| !it.is_object() && !it.is_array()) => {
            let all: Vec<_> = items.iter().map(|it| plain(t, it)).collect();
            rows.push((label(t, name), all.join(", ")));
        }
        Value::Array(items) => {
            for item in items {
                push(t, name, item, depth + 1, rows);
            }
        }
        other => rows.push((label(t, name), plain(t, other))),
    }
}

/// What an object comes to in a few words: a code's text, a quantity with its unit, a measure.
fn short(t: Tongue, value: &Value) -> Option<String> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    if let Some(amount) = value.get("value").filter(|it| it.is_number()) {
        let unit = text("unit").or_else(|| text("code")).unwrap_or("");
        let what = text("type")
            .map(|it| format!("{}: ", label(t, it)))
            .unwrap_or_default();
        return Some(
            format!("{what}{} {}", plain(t, amount), said_unit(unit))
                .trim()
                .to_owned(),
        );
    }
    if let Some(codings) = value.get("coding").and_then(Value::as_array) {
        let of = |name: &str| {
            codings
                .first()
                .and_then(|it| it.get(name))
                .and_then(Value::as_str)
        };
        return text("text")
            .or_else(|| of("display"))
            .or_else(|| of("code"))
            .map(str::to_owned);
    }
    if value.as_object().is_some_and(|it| it.len() <= 3) {
        return text("display")
            .or_else(|| text("reference"))
            .map(str::to_owned);
    }
    None
}

fn plain(t: Tongue, value: &Value) -> String {
    match value {
        Value::String(text) => text.parse::<jiff::Timestamp>().map_or_else(
            |_| text.clone(),
            |at| t.moment(base::Instant::from_micros(at.as_microsecond())),
        ),
        Value::Bool(it) => t.say(if *it { "yes" } else { "no" }),
        Value::Null => "–".to_owned(),
        Value::Number(number) => local(t, &number.to_string()),
        other => other.to_string(),
    }
}

/// A number with the reader's decimal sign.
pub(super) fn local(t: Tongue, number: &str) -> String {
    if t.lang() == web::Lang::En {
        number.to_owned()
    } else {
        number.replace('.', ",")
    }
}

/// A name as people would write it: the words of the catalogue, else `basalTemperature` as "Basal temperature".
pub(crate) fn label(t: Tongue, name: &str) -> String {
    let last = name.rsplit('.').find(|it| !it.is_empty()).unwrap_or(name);
    let key = format!("field-{last}");
    if let Some(words) = t.find(&key, &[]) {
        return words;
    }
    let mut out = String::new();
    for (at, letter) in last.chars().enumerate() {
        if at == 0 {
            out.extend(letter.to_uppercase());
        } else if letter.is_ascii_uppercase() {
            out.push(' ');
            out.extend(letter.to_lowercase());
        } else if letter == '-' || letter == '_' {
            out.push(' ');
        } else {
            out.push(letter);
        }
    }
    out
}

/// A UCUM unit as people write it.
pub(super) fn said_unit(unit: &str) -> &str {
    match unit {
        "mm[Hg]" => "mmHg",
        "Cel" => "°C",
        "[degF]" => "°F",
        "/min" => "1/min",
        other => other,
    }
}

/// When a record is about, as it says itself.
pub(super) fn day(record: &Value) -> Option<Date> {
    const NAMES: [&str; 12] = [
        "date",
        "measuredAt",
        "effectiveDateTime",
        "start",
        "startTime",
        "onsetDateTime",
        "performedDateTime",
        "occurrenceDateTime",
        "authoredOn",
        "recordedDate",
        "issued",
        "created",
    ];
    let text = NAMES
        .iter()
        .find_map(|it| record.get(it).and_then(Value::as_str));
    let text = text.or_else(|| {
        let period = record
            .get("period")
            .or_else(|| record.get("performedPeriod"))?;
        period.get("start").and_then(Value::as_str)
    })?;
    text.get(..10)?.parse().ok()
}

/// What a record is, in a line.
pub(super) fn headline(t: Tongue, record: &Value) -> String {
    const NAMES: [&str; 9] = [
        "code",
        "medicationCodeableConcept",
        "vaccineCode",
        "type",
        "class",
        "name",
        "title",
        "description",
        "status",
    ];
    for name in NAMES {
        let value = match record.get(name) {
            Some(Value::Array(items)) => items.first(),
            other => other,
        };
        let said = match value {
            Some(Value::String(text)) => Some(text.clone()),
            Some(object @ Value::Object(_)) => short(t, object),
            _ => None,
        };
        if let Some(said) = said.filter(|it| !it.is_empty()) {
            return said;
        }
    }
    rows(t, &without_ids(record))
        .into_iter()
        .filter(|(_, value)| value.len() < 60)
        .take(3)
        // What names itself ("Weight: 61 kg") needs no other name.
        .map(|(name, value)| {
            if value.contains(": ") {
                value
            } else {
                format!("{name}: {value}")
            }
        })
        .collect::<Vec<_>>()
        .join(" · ")
}

/// A record without what only machines read, and without its time, which stands beside it.
fn without_ids(record: &Value) -> Value {
    let said = |key: &str| {
        !key.ends_with("Id")
            && !key.ends_with("At")
            && !matches!(
                key,
                "timezone" | "category" | "date" | "start" | "end" | "source"
            )
    };
    let members = record.as_object().into_iter().flatten();
    let kept = members.filter(|(key, _)| said(key));
    Value::Object(
        kept.map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    )
}

/// One line over time.
pub(super) struct Series {
    /// What is measured.
    pub name: String,
    /// In which unit, as people write it.
    pub unit: String,
    /// Day and value, in order.
    pub points: Vec<(Date, f64)>,
}

/// The lines that records make, the longest first.
pub(super) fn series(t: Tongue, records: &[&Value]) -> Vec<Series> {
    let mut found: Vec<Series> = Vec::new();
    let mut add = |name: String, unit: &str, day: Date, value: f64| match found
        .iter_mut()
        .find(|it| it.name == name)
    {
        Some(series) => series.points.push((day, value)),
        None => found.push(Series {
            name,
            unit: said_unit(unit).to_owned(),
            points: vec![(day, value)],
        }),
    };
    for record in records {
        let Some(day) = day(record) else {
            continue;
        };
        let quantity = |it: &Value| Some((it.get("value")?.as_f64()?, unit_of(it)));
        let called = |it: &Value| it.get("code").and_then(|it| short(t, it));
        if let (Some(name), Some((value, unit))) = (
            called(record),
            record.get("valueQuantity").and_then(quantity),
        ) {
            add(name, &unit, day, value);
        }
        for part in record
            .get("component")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if let (Some(name), Some((value, unit))) =
                (called(part), part.get("valueQuantity").and_then(quantity))
            {
                add(name, &unit, day, value);
            }
        }
        for measure in record
            .get("measures")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let name = measure
                .get("type")
                .and_then(Value::as_str)
                .map(|it| label(t, it));
            if let (Some(name), Some((value, unit))) = (name, quantity(measure)) {
                add(name, &unit, day, value);
            }
        }
        if record.get("resourceType").is_none() {
            for (key, value) in record.as_object().into_iter().flatten() {
                if let Some(value) = value.as_f64() {
                    add(label(t, key), unit_in(key), day, value);
                }
            }
        }
    }
    found.retain(|it| it.points.len() > 1);
    for series in &mut found {
        series.points.sort_by_key(|it| it.0);
    }
    found.sort_by_key(|it| std::cmp::Reverse(it.points.len()));
    found
}

fn unit_of(quantity: &Value) -> String {
    let text = |name: &str| quantity.get(name).and_then(Value::as_str);
    text("unit")
        .or_else(|| text("code"))
        .unwrap_or("")
        .to_owned()
}

/// The unit that a field's name gives.
fn unit_in(name: &str) -> &'static str {
    match name {
        _ if name.ends_with("Minutes") => "min",
        _ if name.starts_with("heartRate") => "/min",
        "basalTemperature" => "°C",
        "distanceMetres" | "distance" => "m",
        _ => "",
    }
}
