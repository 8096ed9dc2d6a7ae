//! From a question to Cedar's answer.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use base::{Assurance, ClassSet};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicyId,
    PolicySet, Request, RestrictedExpression,
};

use super::{Answer, Bound, Question, Refusal, Rule, Rules};
use crate::Verb;

/// The policies that can matter for one role and one kind.
#[derive(Default)]
pub(super) struct Sets {
    pub(super) all: PolicySet,
    /// Those that permit, alone: whether a refusal hides a yes.
    pub(super) permits: PolicySet,
    /// Whether one of them lets read.
    pub(super) reads: bool,
    /// What they look at.
    pub(super) looks: Looks,
    /// Which they are, by their place among all.
    pub(super) rules: Vec<usize>,
}

/// Which circumstances some policies look at. An attribute that none of them names can change no answer: in Cedar there is no
/// other way to reach one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Looks {
    pub(super) purpose: bool,
    pub(super) person: bool,
    pub(super) collection: bool,
    pub(super) privilege: bool,
    pub(super) assurance: bool,
    pub(super) fresh: bool,
    pub(super) break_glass: bool,
    pub(super) consented: bool,
    pub(super) account: bool,
    pub(super) parties: bool,
}

impl Looks {
    /// At everything.
    pub(super) const ALL: Self = Self {
        purpose: true,
        person: true,
        collection: true,
        privilege: true,
        assurance: true,
        fresh: true,
        break_glass: true,
        consented: true,
        account: true,
        parties: true,
    };

    /// The question without what these policies do not look at: it has the same answer.
    pub(super) fn through(self, question: &Question) -> Question {
        let plain = Question::plain(question.role, question.verb, question.kind);
        let mut seen = *question;
        if !self.purpose {
            seen.purpose = plain.purpose;
        }
        if !self.person {
            (seen.bound, seen.somebody) = (plain.bound, plain.somebody);
        }
        if !self.collection {
            seen.collection = plain.collection;
        }
        if !self.privilege {
            seen.privilege = plain.privilege;
        }
        if !self.assurance {
            seen.assurance = plain.assurance;
        }
        if !self.fresh {
            seen.fresh = plain.fresh;
        }
        if !self.break_glass {
            seen.break_glass = plain.break_glass;
        }
        if !self.consented {
            seen.consented = plain.consented;
        }
        if !self.account {
            seen.account = plain.account;
        }
        if !self.parties {
            seen.party = plain.party;
        }
        seen
    }

    pub(super) fn add(&mut self, text: &str) {
        self.purpose |= text.contains("purpose");
        self.person |= text.contains("person");
        self.collection |= text.contains("collection");
        self.privilege |= text.contains("role");
        self.assurance |= text.contains("assurance");
        self.fresh |= text.contains("fresh");
        self.break_glass |= text.contains("breakGlass");
        self.consented |= text.contains("consented");
        self.account |= text.contains("account");
        self.parties |= text.contains("parties");
    }
}

/// A question could not be put to Cedar: one of our own names is none of Cedar's.
struct Unaskable;

fn uid(kind: &str, id: &str) -> Result<EntityUid, Unaskable> {
    let kind = EntityTypeName::from_str(kind).map_err(|_| Unaskable)?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn link(kind: &str, id: &str) -> Result<RestrictedExpression, Unaskable> {
    uid(kind, id).map(RestrictedExpression::new_entity_uid)
}

/// The tenant of every caller, the person that a bound caller acts for, the account that is signed in; and the others.
const OWN: &str = "own";
const OTHER: &str = "other";

impl Rules {
    /// Ask Cedar. What cannot be asked, and what a policy fails on, is refused.
    pub(super) fn evaluate(&self, question: &Question) -> Answer {
        let refused = Answer::No(Refusal::Role);
        let Some(sets) = self.sets.get(&(question.role, question.kind)) else {
            return refused;
        };
        let Ok((request, entities)) = self.put(question) else {
            return refused;
        };
        let response = Authorizer::new().is_authorized(&request, &sets.all, &entities);
        if response.diagnostics().errors().next().is_some() {
            return refused;
        }
        let reasons = self.named_by(response.diagnostics().reason());
        if response.decision() == Decision::Allow {
            let none = ClassSet::EMPTY;
            let clear = reasons.iter().fold(none, |set, rule| set.union(rule.clear));
            let masked = reasons
                .iter()
                .fold(none, |set, rule| set.union(rule.masked));
            return reasons.first().map_or(refused, |first| Answer::Yes {
                rule: first.id,
                clear,
                masked: masked.without(clear),
            });
        }
        let told = reasons.iter().map(|rule| rule.refusal).min();
        let reads = question.verb == Verb::Read && question.purpose.is_some();
        Answer::No(match told {
            Some(Refusal::NotYours) => Refusal::NotYours,
            Some(Refusal::Role) => Refusal::Role,
            // Whoever could not do it anyway is not told what to do first.
            Some(refusal) if permitted(sets, &request, &entities) => refusal,
            _ if reads && sets.reads => Refusal::Purpose,
            _ => Refusal::Role,
        })
    }

    /// The policies behind Cedar's reasons, in their own order.
    fn named_by<'a>(&self, reasons: impl Iterator<Item = &'a PolicyId>) -> Vec<&Rule> {
        let ids: HashSet<&str> = reasons.map(AsRef::as_ref).collect();
        self.rules
            .iter()
            .filter(|rule| ids.contains(rule.id))
            .collect()
    }

    /// The question in Cedar's terms: two entities with their groups, and the circumstances.
    fn put(&self, question: &Question) -> Result<(Request, Entities), Unaskable> {
        let role = format!("Role::{}", question.role.entity());
        let kind = format!("Thing::{}", question.kind.entity());
        let principal = uid(&role, "caller")?;
        let resource = uid(&kind, "thing")?;

        let mut caller = HashMap::from([("tenant".to_owned(), link("Tenant", OWN)?)]);
        if question.bound != Bound::Free {
            caller.insert("person".to_owned(), link("Subject", OWN)?);
        }
        if question.account {
            caller.insert("account".to_owned(), link("Account", OWN)?);
        }
        let mut duties = HashSet::new();
        for duty in question.role.duties() {
            duties.insert(uid("Duty", duty.as_str())?);
        }

        let tenant = if question.own_tenant { OWN } else { OTHER };
        let mut place = HashMap::from([("tenant".to_owned(), link("Tenant", tenant)?)]);
        if question.somebody {
            let person = if question.bound == Bound::Same {
                OWN
            } else {
                OTHER
            };
            place.insert("person".to_owned(), link("Subject", person)?);
        }
        let named = usize::from(question.collection)
            .checked_sub(1)
            .and_then(|at| self.named.get(at));
        let collection = named.map_or("(any other)", |name| name.as_str());
        place.insert("collection".to_owned(), link("Collection", collection)?);
        if let Some(role) = question.privilege {
            place.insert("role".to_owned(), link("RoleName", role.as_str())?);
        }
        let party = if question.party { OWN } else { OTHER };
        place.insert(
            "parties".to_owned(),
            RestrictedExpression::new_set([link("Account", party)?]),
        );
        let mut areas = HashSet::new();
        for area in question.kind.areas() {
            areas.insert(uid("Area", area.as_str())?);
        }

        let mut why = vec![
            (
                "fresh".to_owned(),
                RestrictedExpression::new_bool(question.fresh),
            ),
            (
                "breakGlass".to_owned(),
                RestrictedExpression::new_bool(question.break_glass),
            ),
            (
                "consented".to_owned(),
                RestrictedExpression::new_bool(question.consented),
            ),
        ];
        if let Some(purpose) = question.purpose {
            why.push(("purpose".to_owned(), link("Purpose", purpose.as_str())?));
        }
        if let Some(assurance) = question.assurance.map(Assurance::as_str) {
            why.push(("assurance".to_owned(), link("Assurance", assurance)?));
        }

        let entities = [
            Entity::new(principal.clone(), caller, duties).map_err(|_| Unaskable)?,
            Entity::new(resource.clone(), place, areas).map_err(|_| Unaskable)?,
        ];
        let entities = Entities::from_entities(entities, None).map_err(|_| Unaskable)?;
        let context = Context::from_pairs(why).map_err(|_| Unaskable)?;
        let action = uid("Action", question.verb.as_str())?;
        let request =
            Request::new(principal, action, resource, context, None).map_err(|_| Unaskable)?;
        Ok((request, entities))
    }
}

/// Whether a permit says yes, forbids left aside.
fn permitted(sets: &Sets, request: &Request, entities: &Entities) -> bool {
    let response = Authorizer::new().is_authorized(request, &sets.permits, entities);
    response.decision() == Decision::Allow
}
