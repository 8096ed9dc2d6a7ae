//! What may be done with a person's data: the one form of what is asked, granted and checked.

use std::collections::BTreeSet;

use base::{Name, Purpose};
use policy::{Extent, Verb};
use serde::{Deserialize, Serialize};

use crate::ConsentError;

/// Parts of one request or grant.
pub const PARTS_MAX: usize = 64;
/// Fields that one part names.
pub const FIELDS_MAX: usize = 128;
/// A field's name, in bytes.
const FIELD_BYTES_MAX: usize = 64;
/// The verbs that can be let be done.
const VERBS: [Verb; 4] = [Verb::Create, Verb::Read, Verb::Update, Verb::Delete];

/// Verbs on one collection (or, without one, on everything), on all of its fields or on some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Which collection; `None` for all, and for files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<Name>,
    /// What may be done: some of `cruds`, in this order.
    pub verbs: policy::Verbs,
    /// Only these fields; `None` for all. What names fields only reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<BTreeSet<String>>,
}

impl Part {
    fn extent(&self) -> Extent {
        Extent {
            collection: self.collection.clone(),
            verbs: self.verbs,
        }
    }

    fn check(&self) -> Result<(), ConsentError> {
        let Some(fields) = &self.fields else {
            return Ok(());
        };
        let named = |field: &String| {
            !field.is_empty()
                && field.len() <= FIELD_BYTES_MAX
                && field
                    .bytes()
                    .all(|it| it.is_ascii_alphanumeric() || it == b'_' || it == b'-')
        };
        if self.collection.is_none() {
            return Err(ConsentError::terms(
                "/collection",
                "Fields belong to a collection: name it.",
            ));
        }
        if self.verbs.changes() {
            return Err(ConsentError::terms(
                "/verbs",
                "A part that names fields only reads: leave the fields out, or ask for `r`.",
            ));
        }
        if fields.is_empty() || fields.len() > FIELDS_MAX || !fields.iter().all(named) {
            return Err(ConsentError::terms(
                "/fields",
                "A part names 1 to 128 fields of the register.",
            ));
        }
        Ok(())
    }
}

/// Which fields may be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fields {
    /// All.
    All,
    /// These.
    Only(BTreeSet<String>),
}

impl Fields {
    fn add(self, fields: Option<&BTreeSet<String>>) -> Self {
        match (self, fields) {
            (Self::Only(mut some), Some(more)) => {
                some.extend(more.iter().cloned());
                Self::Only(some)
            }
            _ => Self::All,
        }
    }

    fn holds(&self, fields: Option<&BTreeSet<String>>) -> bool {
        match (self, fields) {
            (Self::All, _) => true,
            (Self::Only(_), None) => false,
            (Self::Only(some), Some(wanted)) => wanted.is_subset(some),
        }
    }
}

/// Purposes, and what may be done for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// What for.
    pub purposes: BTreeSet<Purpose>,
    /// What.
    pub parts: Vec<Part>,
}

impl Terms {
    /// Whether they can be terms at all.
    ///
    /// # Errors
    /// [`ConsentError::Terms`], with what is wrong.
    pub fn check(&self) -> Result<(), ConsentError> {
        if self.parts.is_empty() || self.parts.len() > PARTS_MAX {
            return Err(ConsentError::terms("/parts", "There are 1 to 64 parts."));
        }
        let never = [Purpose::Etreat, Purpose::Sysdev];
        if self.purposes.is_empty() || never.iter().any(|it| self.purposes.contains(it)) {
            return Err(ConsentError::terms(
                "/purposes",
                "Name the purposes: one or more of TREAT, PATRQT, HRESCH, HPAYMT, HOPERAT, PUBHLTH, HLEGAL.",
            ));
        }
        self.parts.iter().enumerate().try_for_each(|(at, part)| {
            part.check()
                .map_err(|error| error.under(&format!("parts/{at}")))
        })
    }

    /// Which fields of `collection` (`None`: of what is in none, files) they let `verb` be done to; `None` for not at all.
    #[must_use]
    pub fn fields(&self, collection: Option<&Name>, verb: Verb) -> Option<Fields> {
        self.parts
            .iter()
            .filter(|part| part.extent().covers(collection, verb))
            .fold(None, |seen: Option<Fields>, part| {
                let fields = part.fields.as_ref();
                Some(match (seen, fields) {
                    (None, None) => Fields::All,
                    (None, Some(some)) => Fields::Only(some.clone()),
                    (Some(seen), fields) => seen.add(fields),
                })
            })
    }

    /// Whether they let `verb` be done for `purpose`. What changes something states none.
    #[must_use]
    pub fn serve(&self, verb: Verb, purpose: Option<Purpose>) -> bool {
        match purpose {
            Some(purpose) => self.purposes.contains(&purpose),
            None => verb != Verb::Read,
        }
    }

    /// Whether everything that these let be done, `other` lets be done too: by what it comes to, not by how it is written.
    #[must_use]
    pub fn within(&self, other: &Self) -> bool {
        self.purposes.is_subset(&other.purposes)
            && self.parts.iter().all(|part| {
                VERBS
                    .iter()
                    .filter(|verb| part.extent().covers(part.collection.as_ref(), **verb))
                    .all(|verb| {
                        other
                            .fields(part.collection.as_ref(), *verb)
                            .is_some_and(|seen| seen.holds(part.fields.as_ref()))
                    })
            })
    }

    /// As it is stored.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What is stored.
    ///
    /// # Errors
    /// [`ConsentError::Damaged`].
    pub fn of_json(text: &str) -> Result<Self, ConsentError> {
        serde_json::from_str(text).map_err(|_| ConsentError::Damaged("terms"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COLLECTIONS: [&str; 3] = ["sleep", "weight", "cycle"];
    const FIELDS: [&str; 3] = ["a", "b", "c"];
    const PURPOSES: [Purpose; 3] = [Purpose::Treat, Purpose::Hresch, Purpose::Patrqt];

    prop_compose! {
        fn part()(
            collection in proptest::option::of(0..3_usize),
            verbs in prop::sample::select(vec!["r", "rs", "c", "cruds", "ud", "d"]),
            fields in proptest::option::of(proptest::collection::btree_set(0..3_usize, 1..3)),
        ) -> Part {
            let fields = fields.filter(|_| collection.is_some() && matches!(verbs, "r" | "rs"));
            Part {
                collection: collection.map(|it| COLLECTIONS[it].parse().unwrap()),
                verbs: verbs.parse().unwrap(),
                fields: fields.map(|it| it.into_iter().map(|it| FIELDS[it].to_owned()).collect()),
            }
        }
    }

    prop_compose! {
        fn terms()(
            parts in proptest::collection::vec(part(), 1..5),
            purposes in proptest::collection::btree_set(0..3_usize, 1..3),
        ) -> Terms {
            Terms { purposes: purposes.into_iter().map(|it| PURPOSES[it]).collect(), parts }
        }
    }

    /// Everything that there is to do, one by one: the long way to what `within` says at once. A collection and a field that
    /// nobody named stand for all others.
    fn effect(terms: &Terms) -> BTreeSet<(Purpose, String, &'static str, String)> {
        let mut all = BTreeSet::new();
        for purpose in &terms.purposes {
            for collection in COLLECTIONS.iter().chain(&["other", ""]) {
                let name = collection.parse::<Name>().ok();
                for verb in VERBS {
                    let Some(fields) = terms.fields(name.as_ref(), verb) else {
                        continue;
                    };
                    for field in FIELDS.iter().chain(&["z"]) {
                        let seen = match &fields {
                            Fields::All => true,
                            Fields::Only(some) => some.contains(*field),
                        };
                        if seen {
                            all.insert((
                                *purpose,
                                (*collection).to_owned(),
                                verb.as_str(),
                                (*field).to_owned(),
                            ));
                        }
                    }
                }
            }
        }
        all
    }

    proptest! {
        #[test]
        fn within_is_what_it_comes_to(one in terms(), other in terms()) {
            prop_assert!(one.check().is_ok());
            let really = effect(&one).is_subset(&effect(&other));
            // Saying no where it would do is an error on the safe side, and happens only where one part needs several of the other.
            if one.within(&other) {
                prop_assert!(really, "{one:?} {other:?}");
            } else if one.parts.len() == 1 && other.parts.len() == 1 {
                prop_assert!(!really, "{one:?} {other:?}");
            }
        }

        #[test]
        fn what_is_left_out_only_takes_away(terms in terms(), keep in proptest::collection::vec(any::<bool>(), 5)) {
            let mut less = terms.clone();
            let mut at = 0;
            less.parts.retain(|_| { at += 1; keep[at - 1] });
            prop_assert!(less.within(&terms));
            prop_assert!(terms.within(&terms));
            prop_assert_eq!(Terms::of_json(&terms.to_json()).unwrap(), terms);
        }
    }
}
