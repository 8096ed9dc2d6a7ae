use std::collections::{BTreeMap, BTreeSet};

use base::Instant;
use serde_json::Value;

use super::*;
use crate::document::intake;
use crate::register::Register;

/// 2026-11-23.
const TODAY: Instant = Instant::from_micros(1_795_392_000_000_000);

fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut all = Vec::new();
    for person in people(seed, count, TODAY) {
        for document in documents(&person) {
            all.extend(document.to_string().bytes());
        }
    }
    all
}

fn walk<'a>(value: &'a Value, visit: &mut impl FnMut(&'a Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Object(members) => members.values().for_each(|member| walk(member, visit)),
        _ => {}
    }
}

fn documents(person: &Person) -> Vec<&Value> {
    let records = person.records().map(|(_, _, document)| document);
    std::iter::once(&person.fhir_bundle)
        .chain(records)
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    assert_eq!(bytes(7, 5), bytes(7, 5));
    assert_ne!(bytes(7, 5), bytes(8, 5));
    assert!(
        bytes(7, 9).starts_with(&bytes(7, 5)),
        "a person depends on how many were asked for"
    );
}

#[test]
fn every_person_is_as_large_as_asked_and_different() {
    let mut patients = BTreeSet::new();
    for person in people(1, 30, TODAY) {
        let entries = person.fhir_bundle["entry"].as_array().expect("entries");
        assert_eq!(entries.len(), 40);
        assert!(person.diary.is_empty() || person.diary.len() == 90);
        assert_eq!(person.diary.is_empty(), person.settings.is_none());
        assert_eq!(
            (person.wearable.sleep.len(), person.wearable.activity.len()),
            (30, 30)
        );
        assert!(patients.insert(entries[2]["fullUrl"].to_string()));
    }
    let size = Size {
        resources: 300,
        diary_days: 5,
        wearable_days: 0,
    };
    let person = people(1, 1, TODAY).with_size(size).next().expect("one");
    assert_eq!(
        person.fhir_bundle["entry"].as_array().map(Vec::len),
        Some(300)
    );
    assert!(person.wearable.activity.is_empty() && person.wearable.measures.is_empty());
}

#[test]
fn all_five_languages_and_all_kinds_turn_up() {
    let mut languages = BTreeMap::new();
    let mut kinds = BTreeMap::new();
    let mut diaries = 0;
    for person in people(3, 60, TODAY) {
        *languages.entry(person.language).or_insert(0) += 1;
        diaries += usize::from(!person.diary.is_empty());
        for entry in person.fhir_bundle["entry"].as_array().expect("entries") {
            *kinds
                .entry(entry["resource"]["resourceType"].to_string())
                .or_insert(0) += 1;
        }
    }
    assert_eq!(
        languages.keys().copied().collect::<Vec<_>>(),
        ["de", "en", "fr", "it", "sv"]
    );
    assert_eq!(kinds.len(), 10, "{kinds:?}");
    assert!((10..50).contains(&diaries), "{diaries}");
}

#[test]
fn references_point_into_the_bundle_and_nothing_lies_in_the_future() {
    for person in people(4, 40, TODAY) {
        let entries = person.fhir_bundle["entry"].as_array().expect("entries");
        let known: BTreeSet<_> = entries
            .iter()
            .filter_map(|entry| entry["fullUrl"].as_str())
            .collect();
        assert_eq!(known.len(), entries.len());
        for document in documents(&person) {
            walk(document, &mut |value| {
                if let Some(target) = value.get("reference").and_then(Value::as_str) {
                    assert!(known.contains(target), "{target} dangles");
                }
                if let Some(text) = value.as_str()
                    && text.len() >= 10
                    && text.starts_with("20")
                    && text.as_bytes().get(4) == Some(&b'-')
                {
                    assert!(&text[..10] <= "2026-11-24", "{text} is still to come");
                }
            });
        }
        let born = entries[2]["resource"]["birthDate"]
            .as_str()
            .expect("birth date");
        assert!(("1930-01-01".."2011-01-01").contains(&born), "{born}");
    }
}

#[test]
fn a_cycle_is_plausible() {
    let mut cycles = 0;
    for person in people(5, 60, TODAY) {
        let mut last_day = 0;
        for day in &person.diary {
            let now = day["cycleDay"].as_i64().expect("cycle day");
            assert!(
                now == last_day + 1 || now == 1 || last_day == 0,
                "{last_day} then {now}"
            );
            if now == 1 && last_day > 0 {
                cycles += 1;
                assert!((21..=38).contains(&last_day), "a cycle of {last_day} days");
            }
            if now <= 3 {
                assert_ne!(day["flow"], "none");
            }
            if let Some(temperature) = day.get("basalTemperature") {
                let degrees: f64 = temperature.to_string().parse().expect("a number");
                assert!((35.8..37.4).contains(&degrees), "{degrees}");
            }
            last_day = now;
        }
    }
    assert!(cycles > 50, "{cycles}");
}

#[test]
fn nothing_looks_like_a_card_or_a_real_address() {
    for person in people(6, 40, TODAY) {
        for document in documents(&person) {
            walk(document, &mut |value| {
                let text = match value {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    _ => return,
                };
                assert_eq!(base::card::find(&text), None, "{text}");
                if let Some((_, host)) = text.split_once('@') {
                    assert!(host.ends_with(".example"), "{text}");
                }
            });
        }
    }
}

#[test]
fn an_amount_is_written_with_its_places() {
    let text = |units, places| resources::decimal(units, places).to_string();
    assert_eq!(
        (text(60, 1), text(-5, 2), text(72, 0)),
        ("6.0".into(), "-0.05".into(), "72".into())
    );
}

#[test]
fn ids_are_of_the_form_of_a_uuid_v4() {
    let mut stream = Stream::of(1, 2);
    for _ in 0..100 {
        assert!(stream.uuid().parse::<base::PersonId>().is_ok());
    }
}

#[test]
fn every_document_is_let_in_by_the_register() {
    let register = Register::shipped().expect("the packs");
    let let_in = |kind: &str, document: &Value| {
        let collection = register.collection(kind).expect(kind);
        if let Err(error) = intake(collection, document.to_string().as_bytes()) {
            panic!("{kind}: {error}");
        }
    };
    let mut collections = BTreeSet::new();
    for person in people(9, 20, TODAY) {
        for entry in person.fhir_bundle["entry"].as_array().expect("entries") {
            let resource = &entry["resource"];
            let_in(resource["resourceType"].as_str().expect("a type"), resource);
        }
        let mut ids = BTreeSet::new();
        for (collection, id, document) in person.records() {
            let_in(collection, document);
            assert!(id.parse::<base::RecordId>().is_ok(), "{id}");
            assert!(ids.insert((collection, id)), "two records with one id");
            collections.insert(collection);
        }
    }
    assert_eq!(collections.len(), 6, "{collections:?}");
}
