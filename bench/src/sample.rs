//! The record that is stored and read: ten fields in three classes, as in `register/bench.toml`.

use crate::chance::Chance;

const GIVEN: [&str; 8] = [
    "Astrid",
    "Björn",
    "Chiara",
    "Dorothée",
    "Elif",
    "Finn",
    "Gül",
    "Hanna",
];
const FAMILY: [&str; 8] = [
    "Lindqvist",
    "Müller",
    "Rossi",
    "Lefèvre",
    "Yılmaz",
    "Korhonen",
    "O'Neill",
    "Kowalczyk",
];
const TOWN: [&str; 4] = ["Malmö", "Zürich", "Torino", "Besançon"];
const NOTE: [&str; 4] = [
    "Feels rested; no headache since Tuesday. Continues as agreed.",
    "Slept badly, took the prescribed dose at ten. Asks for a call next week.",
    "Mild cramps in the evening, gone by the morning; appetite normal.",
    "Came back from a run of forty minutes. Pulse back to rest after six minutes.",
];

/// The collection's name.
pub const COLLECTION: &str = "bench";

/// A record's JSON text, about 400 bytes.
pub fn record(chance: &mut Chance) -> String {
    let mut word =
        |choices: &'static [&'static str]| chance.pick(choices).copied().unwrap_or_default();
    let (given, family, town, note) = (word(&GIVEN), word(&FAMILY), word(&TOWN), word(&NOTE));
    let (day, month, year) = (
        1 + chance.below(28),
        1 + chance.below(12),
        1940 + chance.below(65),
    );
    let (device, pulse) = (chance.below(1000), 45 + chance.below(80));
    let (grams, tenths) = (45_000 + chance.below(60_000), 350 + chance.below(50));
    format!(
        concat!(
            "{{\"device\":\"band-{:03}\",\"unit\":\"metric\",\"given\":\"{}\",\"family\":\"{}\",\"born\":\"{}-{:02}-{:02}\",\"town\":\"{}\",",
            "\"pulse\":{},\"weight_g\":{},\"temperature\":{}.{},\"note\":\"{}\"}}"
        ),
        device,
        given,
        family,
        year,
        month,
        day,
        town,
        pulse,
        grams,
        tenths / 10,
        tenths % 10,
        note
    )
}
