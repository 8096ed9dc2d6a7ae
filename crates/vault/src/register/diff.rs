//! What a new register changes: what is protected better or worse, and what data already stored no longer fit.

use std::fmt;

use base::Class;

use super::Register;
use super::canonical::path_text;
use super::model::{Collection, Field, Mask, Retention, Scope, Subject};

/// What a change means for the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Stored data no longer fit, or cannot be read as they are.
    Breaks,
    /// Something is protected less than before.
    Weaker,
    /// Something is protected more than before.
    Stronger,
    /// Neither.
    Neutral,
}

impl Effect {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Breaks => "breaks",
            Self::Weaker => "weaker",
            Self::Stronger => "stronger",
            Self::Neutral => "neutral",
        }
    }
}

/// One difference between two registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it means.
    pub effect: Effect,
    /// The collection, and the field, element or parameter where there is one: `Patient`, `Patient.name`.
    pub place: String,
    /// What changed.
    pub message: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<8} {}: {}",
            self.effect.as_str(),
            self.place,
            self.message
        )
    }
}

impl Register {
    /// What changes when `new` takes the place of `self`, worst first.
    #[must_use]
    pub fn diff(&self, new: &Self) -> Vec<Change> {
        let mut changes = Changes(Vec::new());
        for old in self.collections() {
            match new.collection(old.name.as_str()) {
                Some(new) => changes.collection(old, new),
                None => changes.add(
                    Effect::Breaks,
                    old.name.as_str(),
                    "the collection is gone; its records cannot be read",
                ),
            }
        }
        for new in new.collections() {
            if self.collection(new.name.as_str()).is_none() {
                changes.add(Effect::Neutral, new.name.as_str(), "a new collection");
            }
        }
        changes
            .0
            .sort_by(|a, b| (a.effect, &a.place).cmp(&(b.effect, &b.place)));
        changes.0
    }
}

struct Changes(Vec<Change>);

impl Changes {
    fn add(&mut self, effect: Effect, place: &str, message: impl Into<String>) {
        let (place, message) = (place.to_owned(), message.into());
        self.0.push(Change {
            effect,
            place,
            message,
        });
    }

    fn collection(&mut self, old: &Collection, new: &Collection) {
        let before = self.0.len();
        let place = old.name.as_str();
        if old.subject != new.subject {
            let to = if new.subject == Subject::Person {
                "persons"
            } else {
                "nobody"
            };
            self.add(
                Effect::Breaks,
                place,
                format!("is now about {to}; its records lie on the wrong shelf"),
            );
        }
        if old.retention != new.retention {
            let effect = if length(new.retention) > length(old.retention) {
                Effect::Weaker
            } else {
                Effect::Stronger
            };
            self.add(
                effect,
                place,
                format!("kept {} instead of {}", new.retention, old.retention),
            );
        }
        if old.regions != new.regions {
            let narrower = !new.regions.is_empty()
                && (old.regions.is_empty()
                    || new
                        .regions
                        .iter()
                        .all(|region| old.regions.contains(region)));
            let effect = if narrower {
                Effect::Stronger
            } else {
                Effect::Weaker
            };
            self.add(effect, place, "may lie in other regions");
        }
        if (old.legal_basis, old.health_basis) != (new.legal_basis, new.health_basis) {
            self.add(Effect::Neutral, place, "kept for another legal reason");
        }
        if old.purposes != new.purposes {
            let narrower = new
                .purposes
                .iter()
                .all(|purpose| old.purposes.contains(purpose));
            let effect = if narrower {
                Effect::Stronger
            } else {
                Effect::Weaker
            };
            self.add(effect, place, "kept for other purposes");
        }
        if old.id != new.id {
            self.add(Effect::Breaks, place, "the record's id is in another field");
        }
        for field in &old.fields {
            let place = format!("{place}.{}", field.name);
            match new.field(field.name.as_str()) {
                Some(new) => self.field(&place, field, new),
                None => self.add(
                    Effect::Breaks,
                    &place,
                    "the field is gone; records that have it cannot be written again",
                ),
            }
        }
        for field in &new.fields {
            if old.field(field.name.as_str()).is_none() {
                let place = format!("{place}.{}", field.name);
                let (effect, message) = if field.required {
                    (Effect::Breaks, "a new field that records must have")
                } else {
                    (Effect::Neutral, "a new field")
                };
                self.add(effect, &place, message);
            }
        }
        self.elements(old, new);
        self.search(old, new);
        if self.0.len() > before && old.version == new.version {
            self.add(
                Effect::Neutral,
                place,
                format!(
                    "changed, but its version is still {}; raise it",
                    new.version
                ),
            );
        }
    }

    fn class(&mut self, place: &str, old: Class, new: Class) {
        if old != new {
            let effect = if new < old {
                Effect::Weaker
            } else {
                Effect::Stronger
            };
            self.add(effect, place, format!("class {new} instead of {old}; stored values keep {old} until they are sealed again"));
        }
    }

    fn mask(&mut self, place: &str, old: Mask, new: Mask) {
        if old != new {
            let effect = match (old, new) {
                (_, Mask::Absent) => Effect::Stronger,
                (Mask::Absent, _) | (Mask::Stars, _) => Effect::Weaker,
                (_, Mask::Stars) => Effect::Stronger,
                _ => Effect::Neutral,
            };
            self.add(
                effect,
                place,
                format!("masked as `{}` instead of `{}`", new.as_str(), old.as_str()),
            );
        }
    }

    fn field(&mut self, place: &str, old: &Field, new: &Field) {
        self.class(place, old.class, new.class);
        self.mask(place, old.mask, new.mask);
        if (old.shape.form, old.list) != (new.shape.form, new.list) {
            let message = format!(
                "is now {}{}",
                if new.list { "a list of " } else { "" },
                new.shape.form.expected()
            );
            self.add(Effect::Breaks, place, message);
        }
        if new.required && !old.required {
            self.add(Effect::Breaks, place, "must now be there");
        } else if old.required && !new.required {
            self.add(Effect::Neutral, place, "need not be there any more");
        }
        match (old.max, new.max) {
            (None, Some(max)) => self.add(
                Effect::Breaks,
                place,
                format!("has at most {max} characters now"),
            ),
            (Some(old), Some(max)) if max < old => self.add(
                Effect::Breaks,
                place,
                format!("has at most {max} characters instead of {old}"),
            ),
            (old, max) if old != max => self.add(Effect::Neutral, place, "may be longer"),
            _ => {}
        }
        if old.values != new.values {
            let wider = new.values.is_empty()
                || (!old.values.is_empty()
                    && old.values.iter().all(|value| new.values.contains(value)));
            let effect = if wider {
                Effect::Neutral
            } else {
                Effect::Breaks
            };
            self.add(effect, place, "other values are allowed");
        }
    }

    fn elements(&mut self, old: &Collection, new: &Collection) {
        for element in &old.elements {
            let place = format!("{}.{}", old.name, element.path);
            match new.elements.iter().find(|other| other.path == element.path) {
                Some(other) => {
                    self.class(&place, element.class, other.class);
                    self.mask(&place, element.mask, other.mask);
                }
                None => self.add(
                    Effect::Weaker,
                    &place,
                    format!("is no longer sealed apart as {}", element.class),
                ),
            }
        }
        for element in &new.elements {
            if !old.elements.iter().any(|other| other.path == element.path) {
                let place = format!("{}.{}", old.name, element.path);
                self.add(
                    Effect::Stronger,
                    &place,
                    format!("is sealed apart as {}", element.class),
                );
            }
        }
    }

    fn search(&mut self, old: &Collection, new: &Collection) {
        for parameter in &old.search {
            let place = format!("{}?{}", old.name, parameter.name);
            let Some(other) = new.parameter(parameter.name.as_str()) else {
                self.add(Effect::Stronger, &place, "can no longer be searched");
                continue;
            };
            if parameter.scope != other.scope {
                let effect = if other.scope == Scope::Tenant {
                    Effect::Weaker
                } else {
                    Effect::Stronger
                };
                self.add(
                    effect,
                    &place,
                    format!("searched within the {}", other.scope.as_str()),
                );
            }
            let paths = |collection: &Collection, parameter: &super::Parameter| -> Vec<String> {
                parameter
                    .paths
                    .iter()
                    .map(|path| path_text(collection, path))
                    .collect()
            };
            if parameter.kind != other.kind || paths(old, parameter) != paths(new, other) {
                self.add(
                    Effect::Breaks,
                    &place,
                    "is searched in another way; the index must be made anew",
                );
            }
        }
        for parameter in &new.search {
            if old.parameter(parameter.name.as_str()).is_none() {
                let place = format!("{}?{}", old.name, parameter.name);
                self.add(
                    Effect::Weaker,
                    &place,
                    format!("can be searched within the {}", parameter.scope.as_str()),
                );
            }
        }
    }
}

/// Days, to compare with.
fn length(retention: Retention) -> u64 {
    match retention {
        Retention::UntilErased => u64::MAX,
        Retention::Days(days) => u64::from(days),
        Retention::Months(months) => u64::from(months) * 30,
    }
}
