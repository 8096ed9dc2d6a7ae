//! Made-up people for demonstrations, tests and load: FHIR R4 bundles, cycle diaries and wearable measurements in the shapes
//! of the register packs.
//!
//! Everything follows from a seed: the same seed and the same day give the same bytes on every machine, and person 7 is the
//! same whether 8 or 8,000 are asked for. No IO, no clock, no floating point.
//!
//! Invariant: nothing here is or could pass for somebody's own: identifiers are of test systems, mail goes to reserved
//! domains, telephone numbers come from ranges kept for fiction, and no value looks like a payment card.

mod bundle;
mod codes;
mod cycle;
mod names;
mod resources;
mod stream;
#[cfg(test)]
mod tests;
mod wearable;
mod when;
mod who;

use base::Instant;
use jiff::civil::Date;
use serde_json::Value;

use stream::Stream;
use who::Who;

/// The collection of the diary's days.
pub const DIARY: &str = "cycle-day";
/// The collection of the diary's settings.
pub const SETTINGS: &str = "cycle-settings";
/// The collection of devices.
pub const DEVICES: &str = "wearable-device";
/// The collection of measurements taken together.
pub const MEASURES: &str = "wearable-measure";
/// The collection of nights.
pub const SLEEP: &str = "wearable-sleep";
/// The collection of days of activity.
pub const ACTIVITY: &str = "wearable-activity";

/// How much there is of each person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// FHIR resources in the bundle; at least about 12, whatever is asked for.
    pub resources: usize,
    /// Days of cycle diary, where the person keeps one.
    pub diary_days: usize,
    /// Days of wearable measurements.
    pub wearable_days: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self {
            resources: 40,
            diary_days: 90,
            wearable_days: 30,
        }
    }
}

/// Measurements of one person's wearables, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wearable {
    /// Documents of [`DEVICES`]: what the person has linked.
    pub devices: Vec<Value>,
    /// Documents of [`MEASURES`]: one weighing, one blood pressure, ...
    pub measures: Vec<Value>,
    /// Documents of [`SLEEP`]: one night each.
    pub sleep: Vec<Value>,
    /// Documents of [`ACTIVITY`]: one day each.
    pub activity: Vec<Value>,
}

/// One made-up person.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The language of the person's texts: `sv`, `de`, `it`, `fr` or `en`.
    pub language: &'static str,
    /// A FHIR R4 transaction bundle with `urn:uuid:` references.
    pub fhir_bundle: Value,
    /// Documents of [`DIARY`], oldest first; empty where the person keeps none.
    pub diary: Vec<Value>,
    /// The document of [`SETTINGS`], where the person keeps one.
    pub settings: Option<Value>,
    /// What the person's devices measured.
    pub wearable: Wearable,
}

impl Person {
    /// Everything but the bundle, as records: collection, a fitting record id, document.
    pub fn records(&self) -> impl Iterator<Item = (&'static str, String, &Value)> {
        let Wearable {
            devices,
            measures,
            sleep,
            activity,
        } = &self.wearable;
        let shelves: [(&'static str, &[Value], &str); 6] = [
            (SETTINGS, self.settings.as_slice(), ""),
            (DIARY, &self.diary, "date"),
            (DEVICES, devices, "deviceId"),
            (MEASURES, measures, "groupId"),
            (SLEEP, sleep, "date"),
            (ACTIVITY, activity, "date"),
        ];
        shelves
            .into_iter()
            .flat_map(|(collection, documents, key)| {
                documents.iter().map(move |document| {
                    let id = document.get(key).and_then(Value::as_str);
                    (collection, id.unwrap_or("settings").to_owned(), document)
                })
            })
    }
}

/// Makes people one after the other.
#[derive(Clone, Debug)]
pub struct People {
    seed: u64,
    next: usize,
    count: usize,
    today: Date,
    size: Size,
}

/// `count` people under `seed`, with a past that ends at `today`.
#[must_use]
pub fn people(seed: u64, count: usize, today: Instant) -> People {
    People {
        seed,
        next: 0,
        count,
        today: when::date(today),
        size: Size::default(),
    }
}

impl People {
    /// The same people, with so much of each.
    #[must_use]
    pub const fn with_size(mut self, size: Size) -> Self {
        self.size = size;
        self
    }

    fn person(&self, index: usize) -> Person {
        let mut stream = Stream::of(self.seed, index as u64);
        let mut identity = stream.branch();
        let mut clinic = stream.branch();
        let mut diary = stream.branch();
        let mut devices = stream.branch();
        let who = Who::draw(&mut identity, index, self.today);
        let (diary, settings) = if who.keeps_diary {
            let diary = cycle::Diary::draw(&mut diary, &who, self.today, self.size.diary_days);
            (diary.days, Some(diary.settings))
        } else {
            (Vec::new(), None)
        };
        Person {
            language: who.country.language,
            fhir_bundle: bundle::transaction(&mut clinic, &who, self.today, self.size.resources),
            diary,
            settings,
            wearable: wearable::draw(&mut devices, &who, self.today, self.size.wearable_days),
        }
    }
}

impl Iterator for People {
    type Item = Person;

    fn next(&mut self) -> Option<Person> {
        if self.next >= self.count {
            return None;
        }
        let person = self.person(self.next);
        self.next += 1;
        Some(person)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for People {}
