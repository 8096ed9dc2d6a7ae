//! How far a role reaches, and what changes from one set of rules to another: who gains, who loses.

use std::collections::HashMap;

use base::{Assurance, ClassSet, Purpose};

use super::evaluate::Looks;
use super::{Answer, Bound, Question, Rules};
use crate::{Area, Kind, Role, Verb};

/// Something that a role may do, at its best: signed in, with a strong and fresh proof, having no part in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// What.
    pub verb: Verb,
    /// To what.
    pub kind: Kind,
    /// For what purpose, where it is about data.
    pub purpose: Option<Purpose>,
    /// Classes that it sees as they are.
    pub clear: ClassSet,
    /// Classes that it sees masked.
    pub masked: ClassSet,
    /// Which policy says so.
    pub rule: &'static str,
    /// Only through an open break-glass.
    pub emergency: bool,
}

/// What a role may do in the one set of rules and not, or not in the same way, in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Who.
    pub role: Role,
    /// What.
    pub verb: Verb,
    /// To what.
    pub kind: Kind,
    /// For what purpose, where it is about data.
    pub purpose: Option<Purpose>,
    /// In how many circumstances the role may now what it could not.
    pub gained_in: usize,
    /// In how many it may no more what it could.
    pub lost_in: usize,
    /// Classes that it sees, clear or masked, and did not.
    pub sees_more: ClassSet,
    /// Classes that it sees no more, or masked only.
    pub sees_less: ClassSet,
    /// The policies that say so, in the new rules and in the old.
    pub rules: Vec<&'static str>,
}

impl Rules {
    /// Everything that a role may do.
    #[must_use]
    pub fn reach(&self, role: Role) -> Vec<Reach> {
        let mut out = Vec::new();
        for kind in Kind::ALL {
            for verb in Verb::ALL {
                for purpose in purposes(*kind) {
                    out.extend(self.at_best(role, verb, *kind, purpose));
                }
            }
        }
        out
    }

    /// What one who holds the roles `held` gains by `role`: what it may do that none of those may, or may see more of.
    #[must_use]
    pub fn gains(&self, held: &[Role], role: Role) -> Vec<Reach> {
        let before: Vec<_> = held.iter().flat_map(|held| self.reach(*held)).collect();
        let new = |reach: &Reach| {
            !before.iter().any(|old| {
                (old.verb, old.kind, old.purpose) == (reach.verb, reach.kind, reach.purpose)
                    && (!old.emergency || reach.emergency)
                    && reach.clear.without(old.clear).is_empty()
                    && reach.masked.without(old.masked.union(old.clear)).is_empty()
            })
        };
        self.reach(role).into_iter().filter(new).collect()
    }

    /// What changes for anybody, from these rules to the new ones, in any circumstances.
    #[must_use]
    pub fn changes(&self, new: &Self) -> Vec<Change> {
        let mut out = Vec::new();
        for role in Role::ALL {
            for kind in Kind::ALL {
                // The same policies give the same answers.
                if self.about(role, *kind) == new.about(role, *kind) {
                    continue;
                }
                for verb in Verb::ALL {
                    out.extend(self.changes_at(new, role, verb, *kind));
                }
            }
        }
        out
    }

    fn at_best(
        &self,
        role: Role,
        verb: Verb,
        kind: Kind,
        purpose: Option<Purpose>,
    ) -> Option<Reach> {
        let staff = role.is_staff();
        let mut question = Question {
            purpose,
            bound: if role == Role::Person {
                Bound::Same
            } else {
                Bound::Free
            },
            assurance: staff.then_some(Assurance::PhishingResistant),
            fresh: staff,
            account: staff && !is_data(kind),
            ..Question::plain(role, verb, kind)
        };
        let mut answer = self.answer(&question);
        if matches!(answer, Answer::No(_)) && is_data(kind) {
            question.break_glass = true;
            answer = self.answer(&question);
        }
        match answer {
            Answer::Yes {
                rule,
                clear,
                masked,
            } => Some(Reach {
                verb,
                kind,
                purpose,
                clear,
                masked,
                rule,
                emergency: question.break_glass,
            }),
            Answer::No(_) => None,
        }
    }

    fn changes_at(&self, new: &Self, role: Role, verb: Verb, kind: Kind) -> Vec<Change> {
        let mut out: Vec<Change> = Vec::new();
        // Each set numbers the collections that it names for itself.
        let mut named: Vec<_> = self.named.iter().chain(&new.named).collect();
        named.sort();
        named.dedup();
        let mut known = [HashMap::new(), HashMap::new()];
        let count = u16::try_from(named.len()).unwrap_or(0);
        let looks = Looks::ALL;
        for question in Question::every(role, verb, kind, looks, count) {
            let collection = usize::from(question.collection)
                .checked_sub(1)
                .and_then(|at| named.get(at).copied());
            let ask = |rules: &Self, known: &mut HashMap<u64, Answer>| {
                let question = Question {
                    collection: rules.collection(collection),
                    ..question
                };
                let seen = rules.looks(role, kind).through(&question);
                let answer = known
                    .entry(seen.key())
                    .or_insert_with(|| rules.evaluate(&seen));
                View::of(*answer)
            };
            let [old, newer] = &mut known;
            let (before, after) = (ask(self, old), ask(new, newer));
            let sees_more = after
                .clear
                .without(before.clear)
                .union(after.masked.without(before.masked.union(before.clear)));
            let sees_less = before
                .clear
                .without(after.clear)
                .union(before.masked.without(after.masked.union(after.clear)));
            if before.may == after.may && sees_more.is_empty() && sees_less.is_empty() {
                continue;
            }
            let same = |change: &&mut Change| change.purpose == question.purpose;
            let change = match out.iter_mut().find(same) {
                Some(change) => change,
                None => {
                    out.push(Change {
                        role,
                        verb,
                        kind,
                        purpose: question.purpose,
                        gained_in: 0,
                        lost_in: 0,
                        sees_more: ClassSet::EMPTY,
                        sees_less: ClassSet::EMPTY,
                        rules: Vec::new(),
                    });
                    let Some(last) = out.last_mut() else { continue };
                    last
                }
            };
            change.gained_in += usize::from(after.may && !before.may);
            change.lost_in += usize::from(before.may && !after.may);
            change.sees_more = change.sees_more.union(sees_more);
            change.sees_less = change.sees_less.union(sees_less);
            for rule in [after.rule, before.rule].into_iter().flatten() {
                if !change.rules.contains(&rule) {
                    change.rules.push(rule);
                }
            }
        }
        out
    }
}

/// An answer, as far as it can be compared.
struct View {
    may: bool,
    clear: ClassSet,
    masked: ClassSet,
    rule: Option<&'static str>,
}

impl View {
    const fn of(answer: Answer) -> Self {
        match answer {
            Answer::Yes {
                rule,
                clear,
                masked,
            } => Self {
                may: true,
                clear,
                masked,
                rule: Some(rule),
            },
            Answer::No(_) => Self {
                may: false,
                clear: ClassSet::EMPTY,
                masked: ClassSet::EMPTY,
                rule: None,
            },
        }
    }
}

fn is_data(kind: Kind) -> bool {
    kind.areas().contains(&Area::Data)
}

fn purposes(kind: Kind) -> Vec<Option<Purpose>> {
    if is_data(kind) {
        Purpose::ALL.map(Some).to_vec()
    } else {
        vec![None]
    }
}
