//! A record as people read it: names and values, one under the other; and the numbers in it that make a line over time.

use jiff::civil::Date;
use serde_json::Value;
use web::format::isolated;
use web::words::{Sources, Tongue};

/// Lines of one record; what is deeper or longer is in the file that is taken along.
const ROWS_MAX: usize = 60;
/// How deep a record is unfolded.
const DEPTH_MAX: usize = 4;

/// What fields are called, and what their values mean.
pub static SOURCES: Sources = [
    include_str!("../../words/fields/sv.ftl"),
    include_str!("../../words/fields/de.ftl"),
    include_str!("../../words/fields/it.ftl"),
    include_str!("../../words/fields/fr.ftl"),
    include_str!("../../words/fields/en.ftl"),
];

/// Names and values of a record of the collection `kind`.
pub(super) fn rows(t: Tongue, kind: &str, record: &Value) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    push(t, kind, "", record, 0, &mut rows);
    rows
}

fn push(
    t: Tongue,
    kind: &str,
    name: &str,
    value: &Value,
    depth: usize,
    rows: &mut Vec<(String, String)>,
) {
    if rows.len() >= ROWS_MAX || depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Object(members) => {
            if let Some(short) = short(t, kind, name, value) {
                rows.push((label(t, kind, name), short));
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
                push(t, kind, &whole, inner, depth + 1, rows);
            }
        }
        Value::Array(items) if items.iter().all(|it| !it.is_object() && !it.is_array()) => {
            let all: Vec<_> = items.iter().map(|it| plain(t, name, it)).collect();
            rows.push((label(t, kind, name), all.join(", ")));
        }
        Value::Array(items) => {
            for item in items {
                push(t, kind, name, item, depth + 1, rows);
            }
        }
        other => rows.push((label(t, kind, name), plain(t, name, other))),
    }
}

/// What an object comes to in a few words: a code's text, a quantity with its unit, a measure, a name, a time, whom it refers to.
fn short(t: Tongue, kind: &str, name: &str, value: &Value) -> Option<String> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let own = |text: &str| isolated(text).into_owned();
    if let Some(amount) = value.get("value").filter(|it| it.is_number()) {
        let unit = text("unit").or_else(|| text("code")).unwrap_or("");
        let what = text("type")
            .map(|it| format!("{}: ", label(t, kind, it)))
            .unwrap_or_default();
        return Some(
            format!("{what}{} {}", plain(t, "", amount), said_unit(unit))
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
        return of("code")
            .and_then(|it| known(t, name, it))
            .or_else(|| text("text").map(own))
            .or_else(|| of("display").map(own))
            .or_else(|| of("code").map(own));
    }
    if text("family").is_some() || value.get("given").is_some_and(Value::is_array) {
        let all = |name: &str| value.get(name).and_then(Value::as_array);
        let words = [all("prefix"), all("given")]
            .into_iter()
            .flatten()
            .flatten();
        let words = words.filter_map(Value::as_str).chain(text("family"));
        let whole = words.collect::<Vec<_>>().join(" ");
        return Some(own(text("text").unwrap_or(&whole)));
    }
    let members = value.as_object()?;
    let is_period = !members.is_empty() && members.keys().all(|it| it == "start" || it == "end");
    if is_period {
        let of = |name: &str| value.get(name).map(|it| plain(t, name, it));
        let (start, end) = (of("start"), of("end"));
        return Some(format!(
            "{} – {}",
            start.unwrap_or_default(),
            end.unwrap_or_default()
        ));
    }
    if members.len() <= 3 {
        return text("display")
            .map(own)
            .or_else(|| text("code").and_then(|it| known(t, name, it)))
            .or_else(|| text("reference").map(|it| referred(t, it)));
    }
    None
}

/// The last part of a path.
fn last(name: &str) -> &str {
    name.rsplit('.').find(|it| !it.is_empty()).unwrap_or(name)
}

/// What a code means in the field `name`, where we have words for it.
fn known(t: Tongue, name: &str, code: &str) -> Option<String> {
    let plain = |it: &str| {
        it.bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'-')
    };
    let name = last(name);
    if code.is_empty() || code.len() > 40 || !plain(code) || !plain(name) {
        return None;
    }
    t.find(&format!("value-{name}-{code}"), &[])
}

/// What a reference leads to, in words: an id says nothing to people.
fn referred(t: Tongue, reference: &str) -> String {
    let mut parts = reference.rsplit('/').skip(1);
    let what = parts.next().filter(|it| is_type(it)).unwrap_or("");
    t.find(&format!("ref-{what}"), &[])
        .or_else(|| t.find(&format!("kind-{what}"), &[]))
        .unwrap_or_else(|| t.say("ref-other"))
}

fn is_type(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_uppercase())
        && text.bytes().all(|it| it.is_ascii_alphabetic())
}

/// Whether a text is a reference that stands by itself: `Practitioner/1a60`.
fn is_reference(text: &str) -> bool {
    text.split_once('/').is_some_and(|(what, id)| {
        is_type(what)
            && !id.is_empty()
            && id.len() <= 64
            && id
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.'))
            && id.bytes().any(|it| it.is_ascii_digit())
    })
}

fn plain(t: Tongue, name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => {
            if let Ok(at) = text.parse::<jiff::Timestamp>() {
                return t.moment(base::Instant::from_micros(at.as_microsecond()));
            }
            if text.len() == 10
                && let Ok(day) = text.parse::<Date>()
            {
                return t.day(day);
            }
            if let Some(words) = known(t, name, text) {
                return words;
            }
            if last(name) == "reference" || is_reference(text) {
                return referred(t, text);
            }
            isolated(text).into_owned()
        }
        Value::Bool(it) => t.say(if *it { "yes" } else { "no" }),
        Value::Null => "–".to_owned(),
        Value::Number(number) => {
            let unit = unit_in(last(name), number.as_f64());
            format!("{} {unit}", local(t, &number.to_string()))
                .trim_end()
                .to_owned()
        }
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

/// A field's name as people would write it: the words of the catalogue, for the collection `kind` first; else `basalTemperature` as "Basal
/// temperature".
pub(crate) fn label(t: Tongue, kind: &str, name: &str) -> String {
    let last = last(name);
    let own = t.find(&format!("field-{kind}-{last}"), &[]);
    if let Some(words) = own.or_else(|| t.find(&format!("field-{last}"), &[])) {
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
        "{score}" | "{count}" | "1" => "",
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

/// What a record calls itself, where it does.
fn named(t: Tongue, kind: &str, record: &Value) -> Option<String> {
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
    NAMES.iter().find_map(|name| {
        let value = match record.get(name) {
            Some(Value::Array(items)) => items.first(),
            other => other,
        };
        let said = match value {
            Some(text @ Value::String(_)) => Some(plain(t, name, text)),
            Some(object @ Value::Object(_)) => short(t, kind, name, object),
            _ => None,
        };
        said.filter(|it| !it.is_empty())
    })
}

/// What a record is, in a line.
pub(super) fn headline(t: Tongue, kind: &str, record: &Value) -> String {
    named(t, kind, record).unwrap_or_else(|| {
        rows(t, kind, &without_ids(record))
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
    })
}

/// What a record is and of when, for the top of its page; `title` is what its collection is called.
pub(super) fn heading(t: Tongue, kind: &str, title: &str, record: &Value) -> String {
    let name = named(t, kind, record);
    let Some(day) = day(record) else {
        return name.unwrap_or_else(|| match headline(t, kind, record) {
            it if it.is_empty() => title.to_owned(),
            it => t.say_all(
                "record-of",
                &[("what", title.into()), ("date", (&it).into())],
            ),
        });
    };
    let name = name.unwrap_or_else(|| title.to_owned());
    let day = t.day(day);
    t.say_all(
        "record-of",
        &[
            ("what", name.as_str().into()),
            ("date", day.as_str().into()),
        ],
    )
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
pub(super) fn series(t: Tongue, kind: &str, records: &[&Value]) -> Vec<Series> {
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
        let called = |it: &Value| it.get("code").and_then(|it| short(t, kind, "code", it));
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
                .map(|it| label(t, kind, it));
            if let (Some(name), Some((value, unit))) = (name, quantity(measure)) {
                add(name, &unit, day, value);
            }
        }
        if record.get("resourceType").is_none() {
            for (key, value) in record.as_object().into_iter().flatten() {
                if let Some(value) = value.as_f64() {
                    add(label(t, kind, key), unit_in(key, Some(value)), day, value);
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

/// The unit that a field's name gives. What is kept in one of two is told by how much it is.
fn unit_in(name: &str, value: Option<f64>) -> &'static str {
    match name {
        "heartRateVariability" => "ms",
        "basalTemperature" if value.is_some_and(|it| it > 80.0) => "°F",
        "basalTemperature" | "skinTemperature" => "°C",
        "oxygenSaturation" if value.is_some_and(|it| it > 1.5) => "%",
        "apneaIndex" => "1/h",
        "sleepHours" => "h",
        "energyKcal" | "activeEnergyKcal" => "kcal",
        "weightKg" => "kg",
        "distanceMetres" | "elevationMetres" | "distance" => "m",
        _ if name.ends_with("Minutes") => "min",
        _ if name.starts_with("heartRate") || name == "respirationRate" => "1/min",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use web::Lang;

    use super::*;

    fn tongue(lang: Lang) -> Tongue {
        super::super::WORDS.tongue(lang)
    }

    #[test]
    fn five_languages_say_the_same() {
        assert_eq!(web::words::problems(&SOURCES), Vec::<String>::new());
    }

    /// What our own packs hold has words: each field, and each value of a list of values.
    #[test]
    fn our_own_packs_have_words() {
        let packs = [
            include_str!("../../../vault/packs/cycle-diary.toml"),
            include_str!("../../../vault/packs/wearables.toml"),
        ];
        let keys = [
            web::words::keys(&SOURCES),
            web::words::keys(&super::super::SOURCES),
        ]
        .concat();
        let mut missing = Vec::new();
        for pack in packs {
            let pack: toml::Table = pack.parse().unwrap();
            for (kind, collection) in pack["collections"].as_table().unwrap() {
                for (field, form) in collection["fields"].as_table().unwrap() {
                    let (one, two) = (format!("field-{kind}-{field}"), format!("field-{field}"));
                    if !keys.contains(&one) && !keys.contains(&two) {
                        missing.push(two);
                    }
                    let values = form.get("values").and_then(|it| it.as_array());
                    for value in values.into_iter().flatten().filter_map(|it| it.as_str()) {
                        let key = format!("value-{field}-{value}");
                        // A unit is written as itself.
                        if field != "temperatureUnit" && !keys.contains(&key) {
                            missing.push(key);
                        }
                    }
                }
            }
        }
        assert_eq!(missing, Vec::<String>::new());
    }

    #[test]
    fn a_night_is_called_by_its_day_and_has_units() {
        let night = json!({ "date": "2026-11-18", "deepMinutes": 105, "lightMinutes": 236.5, "deviceId": "x" });
        let t = tongue(Lang::De);
        assert_eq!(
            heading(t, "wearable-sleep", "Schlaf", &night),
            "Schlaf, 18. November 2026"
        );
        assert_eq!(
            headline(t, "wearable-sleep", &night),
            "Tiefschlaf: 105 min · Leichter Schlaf: 236,5 min"
        );
        let rows = rows(t, "wearable-activity", &night);
        assert!(
            rows.contains(&("Datum".into(), "18. November 2026".into())),
            "{rows:?}"
        );
        assert!(
            rows.contains(&("Leichte Bewegung".into(), "236,5 min".into())),
            "{rows:?}"
        );
    }

    #[test]
    fn codes_and_references_are_said_in_words() {
        let finding = json!({
            "status": "final",
            "category": [{ "coding": [{ "system": "s", "code": "vital-signs", "display": "vital-signs" }] }],
            "encounter": { "reference": "Encounter/1a60c5" },
            "performer": [{ "reference": "Practitioner/1a60c5", "display": "Dr Lind" }, { "reference": "urn:uuid:1" }],
            "effectivePeriod": { "start": "2026-11-18", "end": "2026-11-19" },
        });
        let said = rows(tongue(Lang::Fr), "Observation", &finding);
        let has = |name: &str, value: &str| said.contains(&(name.into(), value.into()));
        assert!(has("État", "définitif"), "{said:?}");
        assert!(has("Genre", "signes vitaux"), "{said:?}");
        assert!(has("Visite", "une visite"), "{said:?}");
        assert!(has("Effectué par", "Dr Lind"), "{said:?}");
        assert!(has("Effectué par", "un autre enregistrement"), "{said:?}");
        assert!(
            has("Période", "18 novembre 2026 – 19 novembre 2026"),
            "{said:?}"
        );
        // What somebody wrote is not taken for a code.
        let note = rows(tongue(Lang::De), "cycle-day", &json!({ "notes": "light" }));
        assert_eq!(note, [("Notizen".to_owned(), "light".to_owned())]);
    }
}
