//! Finds the values of a document that the register lets be searched.

use base::Name;

use super::{normalise, walk};
use crate::register::Kind;

/// A searchable value, normalised. What the blind index is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// Which of the collection's search parameters.
    pub parameter: usize,
    /// The normalised value (`normalise`).
    pub value: &'a str,
}

/// Searchable values of one record: each becomes a row of the index. The richest real resource has some dozens.
pub(super) const VALUES_MAX: usize = 2_000;

/// Every value found in one document.
#[derive(Debug, Default)]
pub(super) struct Finds {
    /// There were more than may be.
    overflow: bool,
    text: String,
    items: Vec<(usize, usize, usize)>,
}

impl Finds {
    /// Looks for values below `value`, the raw value of a field.
    pub(super) fn look(&mut self, parameter: usize, kind: Kind, below: &[Name], value: &str) {
        for item in walk::items(value) {
            match below {
                [] => self.take(parameter, kind, item),
                [name, rest @ ..] => {
                    for (key, member) in walk::members(item) {
                        if key == name.as_str() {
                            self.look(parameter, kind, rest, member);
                        }
                    }
                }
            }
        }
    }

    /// Takes one value, an item of no list.
    fn take(&mut self, parameter: usize, kind: Kind, value: &str) {
        match kind {
            Kind::Token => self.token(parameter, value),
            Kind::Identifier => self.identifier(parameter, value),
            Kind::Text => self.words(parameter, value),
            Kind::Date => self.date(parameter, value),
            Kind::Reference => self.reference(parameter, value),
        }
    }

    fn push(&mut self, parameter: usize, value: &str) {
        // The same value may stand many times in a document before it is counted once.
        if self.items.len() >= 8 * VALUES_MAX {
            self.overflow = true;
            return;
        }
        let start = self.text.len();
        self.text.push_str(value);
        self.items.push((parameter, start, self.text.len()));
    }

    /// A code, a CodeableConcept, a Coding, an Identifier, a ContactPoint, a boolean or a number.
    fn token(&mut self, parameter: usize, value: &str) {
        if !value.starts_with('{') {
            if let Some(code) = scalar(value) {
                normalise::token(None, &code, &mut |text| self.push(parameter, text));
            }
            return;
        }
        let mut codings = None;
        let (mut system, mut code) = (None, None);
        for (name, member) in walk::members(value) {
            match name {
                "coding" => codings = Some(member),
                "system" => system = walk::text_of(member),
                "code" | "value" => code = scalar(member),
                _ => {}
            }
        }
        if let Some(codings) = codings {
            for coding in walk::items(codings).filter(|coding| coding.starts_with('{')) {
                self.token(parameter, coding);
            }
        }
        if let Some(code) = code {
            normalise::token(system.as_deref(), &code, &mut |text| {
                self.push(parameter, text)
            });
        }
    }

    fn identifier(&mut self, parameter: usize, value: &str) {
        let (mut system, mut code) = (None, scalar(value));
        for (name, member) in walk::members(value) {
            match name {
                "system" => system = walk::text_of(member),
                "value" => code = scalar(member),
                _ => {}
            }
        }
        if let Some(code) = code {
            normalise::identifier(system.as_deref(), &code, &mut |text| {
                self.push(parameter, text)
            });
        }
    }

    /// A text, or the texts in a HumanName or an Address.
    fn words(&mut self, parameter: usize, value: &str) {
        if let Some(text) = walk::text_of(value) {
            normalise::words(&text, &mut |text| self.push(parameter, text));
            return;
        }
        for (name, member) in walk::members(value) {
            if matches!(
                name,
                "text"
                    | "family"
                    | "given"
                    | "prefix"
                    | "suffix"
                    | "line"
                    | "city"
                    | "district"
                    | "state"
                    | "postalCode"
                    | "country"
            ) {
                for item in walk::items(member) {
                    if let Some(text) = walk::text_of(item) {
                        normalise::words(&text, &mut |text| self.push(parameter, text));
                    }
                }
            }
        }
    }

    /// A date, a moment, a Period, or the events of a Timing.
    fn date(&mut self, parameter: usize, value: &str) {
        if let Some(text) = walk::text_of(value) {
            if let Some(days) = normalise::Days::of(&text) {
                normalise::buckets(days, &mut |text| self.push(parameter, text));
            }
            return;
        }
        let (mut start, mut end) = (None, None);
        for (name, member) in walk::members(value) {
            match name {
                "start" => {
                    start = walk::text_of(member).and_then(|text| normalise::Days::of(&text))
                }
                "end" => end = walk::text_of(member).and_then(|text| normalise::Days::of(&text)),
                "event" => self.look(parameter, Kind::Date, &[], member),
                "repeat" => {
                    for (name, member) in walk::members(member) {
                        if name == "boundsPeriod" {
                            self.date(parameter, member);
                        }
                    }
                }
                _ => {}
            }
        }
        if let Some(days) = normalise::Days::between(start, end) {
            normalise::buckets(days, &mut |text| self.push(parameter, text));
        }
    }

    /// A Reference, or the address itself.
    fn reference(&mut self, parameter: usize, value: &str) {
        if let Some(text) = walk::text_of(value) {
            self.push(parameter, &normalise::reference(&text));
            return;
        }
        for (name, member) in walk::members(value) {
            if name == "reference"
                && let Some(text) = walk::text_of(member)
            {
                self.push(parameter, &normalise::reference(&text));
            }
        }
    }

    /// Each value once, by parameter; `false` if there are too many.
    pub(super) fn finish(&mut self) -> bool {
        let text = std::mem::take(&mut self.text);
        let key = |(parameter, start, end): &(usize, usize, usize)| {
            (*parameter, text.get(*start..*end).unwrap_or_default())
        };
        self.items.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        self.items.dedup_by(|a, b| key(a) == key(b));
        self.text = text;
        !self.overflow && self.items.len() <= VALUES_MAX
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Found<'_>> {
        self.items.iter().map(|(parameter, start, end)| Found {
            parameter: *parameter,
            value: self.text.get(*start..*end).unwrap_or_default(),
        })
    }
}

/// A text, number or boolean, as text.
fn scalar(value: &str) -> Option<std::borrow::Cow<'_, str>> {
    walk::text_of(value).or_else(|| {
        let plain =
            value.starts_with(['-', 't', 'f']) || value.starts_with(|c: char| c.is_ascii_digit());
        plain.then_some(std::borrow::Cow::Borrowed(value))
    })
}
