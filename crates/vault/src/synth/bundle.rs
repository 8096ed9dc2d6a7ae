//! One made-up person as a FHIR R4 transaction bundle.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::codes::{self, Quantity};
use super::resources::{Links, Visit};
use super::stream::Stream;
use super::when;
use super::who::Who;

/// Resources that everybody of a country shares have the same ids in everybody's bundle.
fn shared(country: &str, what: u64) -> String {
    let seed = country
        .bytes()
        .fold(what, |sum, byte| sum << 8 | u64::from(byte));
    Stream::of(seed, 0).uuid()
}

struct Entries(Vec<Value>);

impl Entries {
    /// `PUT` for what is shared (so that the second person does not make a second clinic), `POST` for what is the person's own.
    fn push(&mut self, method: &str, resource: Value) {
        let text = |key: &str| {
            resource
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (kind, id) = (text("resourceType"), text("id"));
        let url = if method == "PUT" {
            format!("{kind}/{id}")
        } else {
            kind.to_owned()
        };
        let full = format!("urn:uuid:{id}");
        self.0.push(json!({ "fullUrl": full, "resource": resource, "request": { "method": method, "url": url } }));
    }
}

/// A person's bundle of about `size` resources: the standing ones first, then visits with what was measured at them.
pub(super) fn transaction(stream: &mut Stream, who: &Who, today: Date, size: usize) -> Value {
    let code = who.country.code;
    let links = Links {
        who,
        patient: stream.uuid(),
        organization: shared(code, 1),
        practitioner: shared(code, 2),
    };
    let doctor = who
        .country
        .cultures
        .first()
        .and_then(|culture| culture.families.first())
        .copied();
    let mut entries = Entries(Vec::new());
    entries.push("PUT", links.organization());
    entries.push("PUT", links.practitioner(doctor.unwrap_or("Test")));
    entries.push("POST", links.patient(stream));
    entries.push(
        "POST",
        links.consent(&stream.uuid(), when::before(today, stream.between(30, 700))),
    );
    standing(&mut entries, stream, &links, today);
    visits(&mut entries, stream, &links, today, size);
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries.0 })
}

/// Diagnoses, medicines, allergies, vaccinations.
fn standing(entries: &mut Entries, stream: &mut Stream, links: &Links<'_>, today: Date) {
    let who = links.who;
    let possible: Vec<_> = codes::ILLNESSES
        .iter()
        .filter(|illness| {
            (illness.ages.0..=illness.ages.1).contains(&who.age) && (who.woman || !illness.women)
        })
        .collect();
    let count = usize::try_from(stream.between(1, 3)).unwrap_or(1);
    for illness in stream.some(&possible, count) {
        let id = stream.uuid();
        let onset = when::before(today, stream.between(40, (who.age - 10).clamp(1, 12) * 365));
        entries.push("POST", links.condition(stream, &id, illness, onset));
        if let Some(medicine) = &illness.medicine {
            let date = when::before(today, stream.between(10, 39));
            entries.push(
                "POST",
                links.prescription(&stream.uuid(), medicine, &id, date),
            );
        }
    }
    let allergy = stream.pick(&codes::ALLERGIES);
    let (id, date) = (
        stream.uuid(),
        when::before(today, stream.between(100, 2_000)),
    );
    entries.push("POST", links.allergy(stream, &id, allergy, date));
    let count = usize::try_from(stream.between(1, 3)).unwrap_or(1);
    for vaccine in stream.some(&codes::VACCINES, count) {
        let (id, date) = (
            stream.uuid(),
            when::before(today, stream.between(60, 1_500)),
        );
        entries.push("POST", links.immunization(stream, &id, *vaccine, date));
    }
}

/// Visits, newest first, about three months apart, until the bundle is as large as it should be.
fn visits(entries: &mut Entries, stream: &mut Stream, links: &Links<'_>, today: Date, size: usize) {
    let mut day = today;
    while entries.0.len() < size {
        day = when::before(day, stream.between(45, 140));
        if day <= links.who.born {
            // Somebody asked for more resources than a life has room for.
            day = when::before(today, stream.between(1, 40));
        }
        let minute = stream.between(8 * 6, 16 * 6) * 10;
        let encounter = stream.uuid();
        entries.push("POST", links.encounter(stream, &encounter, day, minute));
        let visit = Visit {
            encounter: &encounter,
            date: day,
            minute: minute + 6,
        };
        for resource in measured(stream, links, &visit) {
            if entries.0.len() >= size {
                break;
            }
            entries.push("POST", resource);
        }
    }
}

fn measured(stream: &mut Stream, links: &Links<'_>, visit: &Visit<'_>) -> Vec<Value> {
    let who = links.who;
    let draw = |stream: &mut Stream, what: &Quantity| stream.around(what.mean, what.deviation);
    let vital = |stream: &mut Stream, what: &Quantity, units: i64| {
        links.measured(&stream.uuid(), visit, "vital-signs", what, units)
    };
    let weight = stream.around(who.weight, 12);
    let heart = draw(stream, &codes::HEART_RATE);
    let id = stream.uuid();
    let mut resources = vec![links.blood_pressure(stream, &id, visit)];
    resources.push(vital(stream, &codes::HEART_RATE, heart));
    resources.push(vital(stream, &codes::WEIGHT, weight));
    if stream.chance(500) {
        resources.push(vital(stream, &codes::HEIGHT, who.height));
        resources.push(vital(
            stream,
            &codes::BODY_MASS_INDEX,
            who.body_mass_index(weight),
        ));
    }
    if stream.chance(350) {
        let (temperature, saturation) = (
            draw(stream, &codes::TEMPERATURE),
            draw(stream, &codes::SATURATION),
        );
        resources.push(vital(stream, &codes::TEMPERATURE, temperature));
        resources.push(vital(stream, &codes::SATURATION, saturation.min(1_000)));
    }
    if stream.chance(200) {
        let id = stream.uuid();
        resources.push(links.smoking(stream, &id, visit));
    }
    let count = usize::try_from(stream.between(0, 5)).unwrap_or(0);
    for what in stream.some(&codes::LABORATORY, count) {
        let units = draw(stream, what).max(1);
        resources.push(links.measured(&stream.uuid(), visit, "laboratory", what, units));
    }
    resources
}
