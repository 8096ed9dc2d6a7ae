//! A cycle diary: cycles of a personal length that varies a little, a temperature that rises after ovulation, days that ache.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::codes::{Words, word};
use super::resources::decimal;
use super::stream::Stream;
use super::when;
use super::who::Who;

const LUTEAL_DAYS: i64 = 14;

/// What somebody might add to a day.
static NOTES: [Words; 6] = [
    [
        "Sov dåligt, drömde mycket.",
        "Schlecht geschlafen, viel geträumt.",
        "Ho dormito male, tanti sogni.",
        "Mal dormi, beaucoup de rêves.",
        "Slept badly, lots of dreams.",
    ],
    [
        "Lång promenad vid vattnet, kändes bra.",
        "Langer Spaziergang am Wasser, tat gut.",
        "Lunga passeggiata sul lungomare, mi ha fatto bene.",
        "Longue marche au bord de l’eau, ça fait du bien.",
        "Long walk by the water, felt good.",
    ],
    [
        "Ont i huvudet efter jobbet. Tog en tablett.",
        "Kopfweh nach der Arbeit. Eine Tablette genommen.",
        "Mal di testa dopo il lavoro. Ho preso una compressa.",
        "Mal à la tête après le travail. Pris un comprimé.",
        "Headache after work. Took a tablet.",
    ],
    [
        "Prata med läkaren om det här nästa gång.",
        "Beim nächsten Termin ansprechen.",
        "Parlarne alla prossima visita.",
        "En parler à la prochaine consultation.",
        "Bring this up at the next appointment.",
    ],
    [
        "Sugen på choklad hela dagen.",
        "Den ganzen Tag Lust auf Schokolade.",
        "Voglia di cioccolato tutto il giorno.",
        "Envie de chocolat toute la journée.",
        "Craved chocolate all day.",
    ],
    [
        "Mensen kom två dagar för tidigt.",
        "Die Periode kam zwei Tage zu früh.",
        "Il ciclo è arrivato con due giorni di anticipo.",
        "Les règles sont arrivées deux jours trop tôt.",
        "Period came two days early.",
    ],
];

/// A diary with its settings.
pub(super) struct Diary {
    pub(super) days: Vec<Value>,
    pub(super) settings: Value,
}

/// What stays the same from cycle to cycle.
struct Habit {
    language: &'static str,
    offset: i8,
    length: i64,
    period: i64,
    /// Resting temperature before ovulation, in hundredths of a degree.
    temperature: i64,
    takes_temperature: bool,
    tests_ovulation: bool,
}

impl Diary {
    pub(super) fn draw(stream: &mut Stream, who: &Who, today: Date, days: usize) -> Self {
        let habit = Habit {
            language: who.country.language,
            offset: who.country.offset,
            length: stream.around(28, 2).clamp(23, 35),
            period: stream.between(4, 6),
            temperature: stream.around(3_638, 8),
            takes_temperature: stream.chance(600),
            tests_ovulation: stream.chance(300),
        };
        let goal = *stream.pick(&["track", "track", "conceive", "avoid"]);
        let settings = json!({
            "cycleLengthDays": habit.length,
            "periodLengthDays": habit.period,
            "goal": goal,
            "temperatureUnit": "Cel",
            "reminders": stream.chance(500),
            "language": who.country.language,
            "nickname": who.given.first(),
            "birthYear": who.born.year(),
        });
        let span = i64::try_from(days).unwrap_or(i64::MAX);
        let mut written = Vec::with_capacity(days);
        let mut length = stream.around(habit.length, 1);
        // Begin in the middle of a cycle, as a diary does.
        let mut day = stream.between(1, length);
        for back in (0..span).rev() {
            written.push(entry(
                stream,
                &habit,
                when::before(today, back),
                day,
                length,
            ));
            day += 1;
            if day > length {
                day = 1;
                length = stream.around(habit.length, 1).clamp(21, 38);
            }
        }
        Self {
            days: written,
            settings,
        }
    }
}

fn entry(stream: &mut Stream, habit: &Habit, date: Date, day: i64, length: i64) -> Value {
    let ovulation = length - LUTEAL_DAYS;
    let mut entry = Map::new();
    entry.insert("date".to_owned(), json!(date.to_string()));
    entry.insert("cycleDay".to_owned(), json!(day));
    entry.insert("flow".to_owned(), json!(flow(stream, day, habit.period)));
    if habit.takes_temperature && stream.chance(850) {
        let risen = if day > ovulation { 32 } else { 0 };
        let units = stream.around(habit.temperature + risen, 5);
        entry.insert("basalTemperature".to_owned(), decimal(units, 2));
    }
    if habit.tests_ovulation && (ovulation - 4..=ovulation + 1).contains(&day) {
        let positive = (ovulation - 1..=ovulation).contains(&day);
        entry.insert(
            "ovulationTest".to_owned(),
            json!(if positive { "positive" } else { "negative" }),
        );
    }
    if stream.chance(450) {
        entry.insert("cervicalFluid".to_owned(), json!(fluid(day, ovulation)));
    }
    let symptoms = symptoms(stream, day, length);
    if !symptoms.is_empty() {
        entry.insert("symptoms".to_owned(), json!(symptoms));
    }
    if stream.chance(550) {
        let moods: &[&str] = if day > length - 5 {
            &["irritable", "tired", "low", "calm"]
        } else {
            &["calm", "happy", "energetic", "tired", "focused"]
        };
        entry.insert("mood".to_owned(), json!([*stream.pick(moods)]));
    }
    if stream.chance(180) {
        let sort = *stream.pick(&["protected", "unprotected", "none"]);
        entry.insert("intercourse".to_owned(), json!(sort));
    }
    if day <= 3 && stream.chance(600) {
        entry.insert("pain".to_owned(), json!(stream.between(1, 7)));
    }
    if stream.chance(120) {
        let note = word(stream.pick(&NOTES), habit.language);
        entry.insert("notes".to_owned(), json!(note));
    }
    let minute = stream.between(1_200, 1_430);
    let entered = when::local(date, minute, habit.offset);
    entry.insert("enteredAt".to_owned(), json!(entered));
    entry.insert("source".to_owned(), json!("app"));
    Value::Object(entry)
}

fn flow(stream: &mut Stream, day: i64, period: i64) -> &'static str {
    match day {
        _ if day > period => {
            if stream.chance(15) {
                "spotting"
            } else {
                "none"
            }
        }
        1 => "medium",
        2 => "heavy",
        _ if day == period => "light",
        _ => {
            if stream.chance(500) {
                "medium"
            } else {
                "light"
            }
        }
    }
}

fn fluid(day: i64, ovulation: i64) -> &'static str {
    match ovulation - day {
        0..=1 => "egg-white",
        2..=4 => "creamy",
        5..=7 => "sticky",
        _ => "dry",
    }
}

fn symptoms(stream: &mut Stream, day: i64, length: i64) -> Vec<&'static str> {
    let mut felt = Vec::new();
    for (symptom, permille) in [
        ("cramps", if day <= 2 { 700 } else { 20 }),
        ("back-pain", if day <= 3 { 300 } else { 30 }),
        (
            "headache",
            if day <= 1 || day > length - 2 {
                300
            } else {
                60
            },
        ),
        ("tender-breasts", if day > length - 6 { 350 } else { 10 }),
        ("bloating", if day > length - 4 { 400 } else { 40 }),
        ("acne", if day > length - 7 { 150 } else { 30 }),
    ] {
        if stream.chance(permille) {
            felt.push(symptom);
        }
    }
    felt
}
