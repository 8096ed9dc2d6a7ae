//! Asking the rules, and the proof that they were asked.

use base::{Class, ClassSet, Ctx, GrantId, Purpose};

use crate::rules::{self, Answer, Bound, Question, Refusal, Rules};
use crate::{Area, Authority, Denied, Guarding, Kind, Role, Thing, Verb};

/// The ceiling of a token that has none.
const EVERY_CLASS: ClassSet = ClassSet::EMPTY
    .with(Class::Public)
    .with(Class::Internal)
    .with(Class::Personal)
    .with(Class::Health)
    .with(Class::Credential);

/// On what ground something is done with a person's data. Policy says who may ask; that a grant stands is asked where the key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The person's own doing, or Strongroom's.
    Own,
    /// The tenant's own work, on another ground than consent; for some purposes consent is asked for all the same.
    House,
    /// By this grant, and by nothing else.
    Grant(GrantId),
    /// It would take a grant, and none was named.
    Missing,
}

/// Proof that policy allowed one verb on one thing, with what may be seen of it. Only [`decide`] makes one.
#[derive(Clone, Debug)]
pub struct Allowed<T> {
    thing: T,
    verb: Verb,
    clear: ClassSet,
    masked: ClassSet,
    purpose: Option<Purpose>,
    rule: &'static str,
    basis: Basis,
    emergency: bool,
}

impl<T> Allowed<T> {
    /// What was asked for.
    pub const fn thing(&self) -> &T {
        &self.thing
    }

    /// What may be done.
    pub const fn verb(&self) -> Verb {
        self.verb
    }

    /// Classes that may be shown as they are.
    pub const fn clear(&self) -> ClassSet {
        self.clear
    }

    /// Classes that may be shown only masked, in the way the register says.
    pub const fn masked(&self) -> ClassSet {
        self.masked
    }

    /// Why.
    pub const fn purpose(&self) -> Option<Purpose> {
        self.purpose
    }

    /// On what ground.
    pub const fn basis(&self) -> Basis {
        self.basis
    }

    /// Whether the caller has a break-glass open for this very person.
    pub const fn is_emergency(&self) -> bool {
        self.emergency
    }

    /// Which rule said yes; the log writes it down.
    pub const fn rule(&self) -> &'static str {
        self.rule
    }
}

/// Ask policy whether `authority` may `verb` this `thing` in the circumstances `ctx`.
///
/// # Errors
/// [`Denied`], when no rule says yes. What belongs to another tenant or person answers [`Denied::NotYours`].
pub fn decide<T: Thing>(
    ctx: &Ctx,
    authority: &Authority,
    verb: Verb,
    thing: T,
) -> Result<Allowed<T>, Denied> {
    if thing.tenant() != &authority.tenant || ctx.tenant != authority.tenant {
        return Err(Denied::NotYours);
    }
    // Whoever acts for one person reaches that person only; the role `person` always acts for one.
    let acts_for_one = authority.role == Role::Person || authority.person.is_some();
    if acts_for_one && (authority.person.is_none() || thing.person() != authority.person) {
        return Err(Denied::NotYours);
    }
    // Who stands in for somebody reaches records and files as far as they were let; nothing else of theirs, but for a guardian.
    let stands_in = authority.role == Role::Person && authority.grant.is_some();
    if stands_in && !reaches(T::KIND, verb, authority.guarding) {
        return Err(Denied::Scope(if authority.guarding.is_some() {
            "the guardian may not do this in the person's stead"
        } else {
            "who stands in reaches records and files only"
        }));
    }
    if verb.changes() && authority.scope.read_only {
        return Err(Denied::Scope("it may only read"));
    }
    if let (Some(collections), Some(collection)) =
        (&authority.scope.collections, thing.collection())
        && !collections.contains(collection)
    {
        return Err(Denied::Scope("another collection"));
    }
    if let Some(extents) = &authority.scope.extents {
        let bound_app = authority.role == Role::App && authority.person.is_some();
        if bound_app && T::KIND == Kind::Person && verb == Verb::Delete {
            return Err(Denied::Scope("an app does not erase whom it acts for"));
        }
        if !extents.iter().any(|it| it.covers(thing.collection(), verb)) {
            return Err(Denied::Scope("its scopes do not name this"));
        }
    }
    if T::ABOUT_PEOPLE && verb == Verb::Read && ctx.purpose.is_none() {
        return Err(Denied::NoPurpose);
    }
    if let (Some(purposes), Some(purpose)) = (&authority.scope.purposes, ctx.purpose)
        && !purposes.contains(&purpose)
    {
        return Err(Denied::Scope("another purpose"));
    }
    let mut emergency = false;
    let answer = rules::ask(|rules| {
        let question = question(rules, ctx, authority, verb, &thing);
        emergency = question.break_glass;
        question
    });
    match answer {
        Answer::Yes {
            rule,
            clear,
            masked,
        } => {
            let ceiling = authority.classes().unwrap_or(EVERY_CLASS);
            // What the token's own ceiling hides is absent, not masked: a mask tells that there is something.
            Ok(Allowed {
                thing,
                verb,
                clear: clear.intersect(ceiling),
                masked: masked.intersect(ceiling),
                purpose: ctx.purpose,
                rule,
                basis: basis(authority),
                emergency,
            })
        }
        Answer::No(refusal) => Err(denied(refusal, authority.role, verb, T::KIND, ctx.purpose)),
    }
}

/// How far whoever stands in for somebody reaches: a guardian in what the person would answer, take along or delete, too.
fn reaches(kind: Kind, verb: Verb, guarding: Option<Guarding>) -> bool {
    if kind.areas().contains(&Area::Data) {
        return true;
    }
    let Some(guarding) = guarding else {
        return kind == Kind::Person && verb == Verb::Read;
    };
    match (kind, verb) {
        (Kind::Person, Verb::Read) | (Kind::Grants | Kind::Accesses, _) => true,
        (Kind::Export, _) => guarding.takes,
        (Kind::Person, Verb::Delete) => guarding.deletes,
        // What was asked for limits others: a guardian takes none of it back.
        (Kind::Rights, Verb::Create | Verb::Read) => guarding.takes && guarding.deletes,
        _ => false,
    }
}

const fn basis(authority: &Authority) -> Basis {
    match (authority.role, authority.grant) {
        (_, Some(grant)) => Basis::Grant(grant),
        (Role::App, None) if authority.person.is_some() => Basis::Missing,
        (Role::Person | Role::System, None) => Basis::Own,
        (_, None) => Basis::House,
    }
}

/// What is asked, with everything left out that rules about this kind cannot depend on.
fn question<T: Thing>(
    rules: &Rules,
    ctx: &Ctx,
    authority: &Authority,
    verb: Verb,
    thing: &T,
) -> Question {
    let person = thing.person();
    let mut question = Question::plain(authority.role, verb, T::KIND);
    question.bound = match authority.person {
        None => Bound::Free,
        own if own == person => Bound::Same,
        _ => Bound::Other,
    };
    question.somebody = person.is_some();
    question.assurance = authority.assurance;
    question.fresh = authority.assurance.is_some() && authority.is_fresh(ctx.now);
    if T::ABOUT_PEOPLE {
        question.purpose = ctx.purpose;
        question.collection = rules.collection(thing.collection());
        question.consented = authority.grant.is_some();
        question.break_glass = authority
            .break_glass
            .is_some_and(|(whose, until)| Some(whose) == person && ctx.now < until);
    } else {
        question.privilege = thing.privilege();
        question.account = authority.account.is_some();
        question.party = authority
            .account
            .is_some_and(|account| thing.parties().contains(&account));
    }
    question
}

fn denied(
    refusal: Refusal,
    role: Role,
    verb: Verb,
    thing: Kind,
    purpose: Option<Purpose>,
) -> Denied {
    match (refusal, purpose) {
        (Refusal::NotYours, _) => Denied::NotYours,
        (Refusal::Purpose, Some(purpose)) => Denied::Purpose { role, purpose },
        (Refusal::Account, _) => Denied::Account,
        (Refusal::Own, _) => Denied::Own,
        (Refusal::BreakGlass, _) => Denied::BreakGlass,
        (Refusal::Grant, _) => Denied::Grant,
        (Refusal::Assurance, _) => Denied::Assurance,
        (Refusal::Stale, _) => Denied::Stale,
        (Refusal::Role | Refusal::Purpose, _) => Denied::Role { role, verb, thing },
    }
}
