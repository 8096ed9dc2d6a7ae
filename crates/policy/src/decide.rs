//! The rules, and the proof that they were asked.

use base::{Class, ClassSet, Ctx, Purpose};

use crate::{Authority, Denied, Role, Thing, Verb};

/// Proof that policy allowed one verb on one thing, with what may be seen of it. Only [`decide`] makes one.
#[derive(Clone, Debug)]
pub struct Allowed<T> {
    thing: T,
    verb: Verb,
    clear: ClassSet,
    masked: ClassSet,
    purpose: Option<Purpose>,
    rule: &'static str,
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

    /// Which rule said yes; the log writes it down.
    pub const fn rule(&self) -> &'static str {
        self.rule
    }
}

/// The answer of one rule: its name and what may be seen.
struct Rule {
    name: &'static str,
    clear: ClassSet,
    masked: ClassSet,
}

const PLAIN: ClassSet = ClassSet::EMPTY.with(Class::Public).with(Class::Internal);
const WHO: ClassSet = PLAIN.with(Class::Personal);
const HOW: ClassSet = PLAIN.with(Class::Health);
const ALL: ClassSet = WHO.with(Class::Health);
const NONE: ClassSet = ClassSet::EMPTY;
const PERSONAL: ClassSet = ClassSet::EMPTY.with(Class::Personal);

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
    // Who acts for one person, be it that person or an app, reaches nobody else.
    let bound = authority.role == Role::Person || authority.person.is_some();
    if bound && (authority.person.is_none() || thing.person() != authority.person) {
        return Err(Denied::NotYours);
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
        if bound_app && T::KIND == "person" && verb == Verb::Delete {
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
    let rule = if T::ABOUT_PEOPLE {
        about_people(authority.role, verb, ctx.purpose, T::KIND)?
    } else {
        about_the_house(authority.role, verb, T::KIND)?
    };
    let ceiling = authority.classes().unwrap_or(ALL.with(Class::Credential));
    // What the token's own ceiling hides is absent, not masked: a mask tells that there is something.
    Ok(Allowed {
        thing,
        verb,
        clear: rule.clear.intersect(ceiling),
        masked: rule.masked.intersect(ceiling),
        purpose: ctx.purpose,
        rule: rule.name,
    })
}

const fn verb_word(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Read => "read",
        Verb::Update => "change",
        Verb::Delete => "delete",
        Verb::Manage => "manage",
    }
}

/// Records and files: who sees which class, for which purpose.
fn about_people(
    role: Role,
    verb: Verb,
    purpose: Option<Purpose>,
    kind: &'static str,
) -> Result<Rule, Denied> {
    let refused = Err(Denied::Role {
        role,
        verb: verb_word(verb),
        thing: kind,
    });
    match (role, verb) {
        // Keepers of the house never open what is in it.
        (Role::Operator | Role::Security, _) | (_, Verb::Manage) => refused,
        (Role::System, Verb::Read) => match purpose {
            // Checks open samples to compare what is stored with the register; each look stands in the log like any other.
            Some(Purpose::Sysdev) => Ok(Rule {
                name: "system-check",
                clear: ALL,
                masked: NONE,
            }),
            _ => refused,
        },
        (Role::System, _) => Ok(Rule {
            name: "system-write",
            clear: NONE,
            masked: NONE,
        }),
        (Role::App, Verb::Read) => app_reads(role, purpose),
        (Role::Clinician, Verb::Read) => match purpose {
            Some(Purpose::Treat) => Ok(Rule {
                name: "clinician-treat",
                clear: ALL,
                masked: NONE,
            }),
            Some(Purpose::Etreat) => Ok(Rule {
                name: "clinician-etreat",
                clear: ALL,
                masked: NONE,
            }),
            other => denied_for(role, other),
        },
        (Role::Person, Verb::Read) => match purpose {
            Some(Purpose::Patrqt) => Ok(Rule {
                name: "person-own",
                clear: ALL,
                masked: NONE,
            }),
            other => denied_for(role, other),
        },
        (Role::App, _) => Ok(Rule {
            name: "app-write",
            clear: NONE,
            masked: NONE,
        }),
        (Role::Clinician, _) => Ok(Rule {
            name: "clinician-write",
            clear: NONE,
            masked: NONE,
        }),
        (Role::Person, _) => Ok(Rule {
            name: "person-write",
            clear: NONE,
            masked: NONE,
        }),
    }
}

fn app_reads(role: Role, purpose: Option<Purpose>) -> Result<Rule, Denied> {
    match purpose {
        Some(Purpose::Treat) => Ok(Rule {
            name: "app-treat",
            clear: ALL,
            masked: NONE,
        }),
        Some(Purpose::Patrqt) => Ok(Rule {
            name: "app-patrqt",
            clear: ALL,
            masked: NONE,
        }),
        Some(Purpose::Hresch) => Ok(Rule {
            name: "app-hresch",
            clear: HOW,
            masked: PERSONAL,
        }),
        Some(Purpose::Pubhlth) => Ok(Rule {
            name: "app-pubhlth",
            clear: HOW,
            masked: PERSONAL,
        }),
        Some(Purpose::Hpaymt) => Ok(Rule {
            name: "app-hpaymt",
            clear: WHO,
            masked: NONE,
        }),
        Some(Purpose::Hoperat) => Ok(Rule {
            name: "app-hoperat",
            clear: PLAIN,
            masked: PERSONAL,
        }),
        other => denied_for(role, other),
    }
}

const fn denied_for(role: Role, purpose: Option<Purpose>) -> Result<Rule, Denied> {
    match purpose {
        Some(purpose) => Err(Denied::Purpose { role, purpose }),
        None => Err(Denied::NoPurpose),
    }
}

/// Everything that is not what is stored about people: persons as such, the log, keys, checks.
fn about_the_house(role: Role, verb: Verb, kind: &'static str) -> Result<Rule, Denied> {
    let name = match (kind, role, verb) {
        (_, Role::System, _) => "system-house",
        ("person", Role::App | Role::Clinician, _) => "care-person",
        ("person", Role::Person, Verb::Read | Verb::Delete) => "person-self",
        ("log", Role::Security, Verb::Read) => "security-log",
        ("keys", Role::Security | Role::Operator, Verb::Read) => "house-keys",
        ("keys", Role::Security, Verb::Manage) => "security-keys",
        // Registering and reviewing are two people's; which two is the area's to see to.
        ("apps", Role::Security | Role::Operator, _) => "house-apps",
        ("trust", Role::Security | Role::Operator, _) => "house-trust",
        _ => {
            return Err(Denied::Role {
                role,
                verb: verb_word(verb),
                thing: kind,
            });
        }
    };
    Ok(Rule {
        name,
        clear: PLAIN,
        masked: NONE,
    })
}
