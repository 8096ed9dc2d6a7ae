//! The rules written a second time, by hand, as a table in Rust: Cedar must say the same to everything.

use base::{
    AccountId, Assurance, Class, ClassSet, Ctx, GrantId, Instant, Name, ObjectId, PersonId,
    Purpose, RecordId, RequestId, SeededRng, TenantId,
};

use crate::{
    Allowed, Area, Authority, Denied, FileAt, KeysOf, LogOf, PersonAt, Proven, RecordAt, RecordsOf,
    RightsOf, Role, Scope, Thing, TrustOf, Verb, decide,
};

const PLAIN: ClassSet = ClassSet::EMPTY.with(Class::Public).with(Class::Internal);
const WHO: ClassSet = PLAIN.with(Class::Personal);
const HOW: ClassSet = PLAIN.with(Class::Health);
const ALL: ClassSet = WHO.with(Class::Health);
const NONE: ClassSet = ClassSet::EMPTY;
const PERSONAL: ClassSet = ClassSet::EMPTY.with(Class::Personal);

/// Which rule says yes, what is seen in clear and what masked.
type Yes = (&'static str, ClassSet, ClassSet);

/// The circumstances that a rule can look at.
struct Seen {
    role: Role,
    verb: Verb,
    purpose: Option<Purpose>,
    glass: bool,
    assurance: Option<Assurance>,
    fresh: bool,
    /// It acts for one person.
    bound: bool,
}

fn about_people(kind: &str, it: &Seen) -> Option<Yes> {
    use Purpose::{Etreat, Hoperat, Hpaymt, Hresch, Patrqt, Pubhlth, Sysdev, Treat};
    if it.assurance == Some(Assurance::Single) && it.role.is_staff() {
        return None;
    }
    Some(match (it.role, it.verb, it.purpose) {
        (_, Verb::Manage, _) | (_, Verb::Read, None) => return None,
        (_, Verb::Read, Some(Etreat)) if !it.glass => return None,
        (Role::Security, Verb::Read, Some(Etreat)) => ("security-etreat", ALL, NONE),
        (Role::System, Verb::Read, Some(Sysdev)) => ("system-check", ALL, NONE),
        (Role::System, Verb::Read, Some(Patrqt)) if kind == "record" => {
            ("system-correct", ALL, NONE)
        }
        (Role::System, Verb::Create | Verb::Update | Verb::Delete, _) => {
            ("system-write", NONE, NONE)
        }
        (Role::App, Verb::Read, Some(Treat)) => ("app-treat", ALL, NONE),
        (Role::App, Verb::Read, Some(Patrqt)) => ("app-patrqt", ALL, NONE),
        (Role::App, Verb::Read, Some(Hresch)) => ("app-hresch", HOW, PERSONAL),
        (Role::App, Verb::Read, Some(Pubhlth)) => ("app-pubhlth", HOW, PERSONAL),
        (Role::App, Verb::Read, Some(Hpaymt)) => ("app-hpaymt", WHO, NONE),
        (Role::App, Verb::Read, Some(Hoperat)) => ("app-hoperat", PLAIN, PERSONAL),
        (Role::Clinician, Verb::Read, Some(Treat)) => ("clinician-treat", ALL, NONE),
        (Role::Clinician, Verb::Read, Some(Etreat)) => ("clinician-etreat", ALL, NONE),
        (Role::Person, Verb::Read, Some(Patrqt)) => ("person-own", ALL, NONE),
        (Role::App, Verb::Create | Verb::Update | Verb::Delete, _) => ("app-write", NONE, NONE),
        (Role::Clinician, Verb::Create | Verb::Update | Verb::Delete, _) => {
            ("clinician-write", NONE, NONE)
        }
        (Role::Person, Verb::Create | Verb::Update | Verb::Delete, _) => {
            ("person-write", NONE, NONE)
        }
        _ => return None,
    })
}

fn about_the_house(kind: &str, somebody: bool, it: &Seen) -> Option<Yes> {
    if let Some(assurance) = it.assurance.filter(|_| it.role.is_staff()) {
        let guarded = matches!(kind, "log" | "keys");
        if assurance == Assurance::Single
            || (guarded && assurance != Assurance::PhishingResistant)
            || (guarded && it.verb != Verb::Read && !it.fresh)
        {
            return None;
        }
    }
    let name = match (kind, it.role, it.verb) {
        ("request under a right", Role::App, _) if it.bound => return None,
        (_, Role::System, _) => "system-house",
        ("person", Role::App | Role::Clinician, _) => "care-person",
        ("person", Role::Person, Verb::Read | Verb::Delete) => "person-self",
        ("request under a right", Role::Person, Verb::Create | Verb::Read | Verb::Delete) => {
            "person-rights"
        }
        ("request under a right", Role::App | Role::Clinician, Verb::Create | Verb::Read)
            if somebody =>
        {
            "care-rights"
        }
        ("request under a right", Role::Compliance, Verb::Read | Verb::Update) => {
            "compliance-rights"
        }
        ("log", Role::Security, Verb::Read) => "security-log",
        ("keys", Role::Security | Role::Operator, Verb::Read) => "house-keys",
        ("keys", Role::Security, Verb::Manage) => "security-keys",
        ("trust", Role::Security | Role::Operator, _) => "house-trust",
        (
            "trust",
            Role::Owner | Role::Administrator | Role::Compliance | Role::Support | Role::Developer,
            Verb::Read,
        ) => "keepers-trust",
        _ => return None,
    };
    Some((name, PLAIN, NONE))
}

const ANN: PersonId = PersonId::from_bytes([1; 16]);
const BEN: PersonId = PersonId::from_bytes([2; 16]);
const GRANT: GrantId = GrantId::from_bytes([4; 16]);
const NOON: Instant = Instant::from_micros(1_000_000);

fn tenant(name: &str) -> TenantId {
    name.parse().unwrap()
}

struct Asked<'a> {
    who: &'a Authority,
    seen: &'a Seen,
}

impl Asked<'_> {
    fn of<T: Thing + Clone>(&self, thing: &T, counted: &mut [usize; 2]) {
        let ctx = Ctx {
            tenant: tenant("acme"),
            actor: self.who.actor(),
            purpose: self.seen.purpose,
            request: RequestId::random(&SeededRng::new(1)),
            now: NOON,
        };
        let got: Result<Allowed<T>, Denied> = decide(&ctx, self.who, self.seen.verb, thing.clone());
        let reached = thing.tenant() == self.who.tenant()
            && match self.who.person() {
                None => self.seen.role != Role::Person,
                own => thing.person() == own,
            };
        let without_grant =
            self.seen.role == Role::App && self.who.person().is_some() && self.who.grant.is_none();
        let expected = match (reached, T::ABOUT_PEOPLE) {
            (false, _) => None,
            _ if self.seen.role == Role::Person
                && self.who.grant.is_some()
                && !T::ABOUT_PEOPLE
                && (T::KIND.as_str(), self.seen.verb) != ("person", Verb::Read) =>
            {
                None
            }
            _ if without_grant && T::KIND.areas().contains(&Area::Data) => None,
            (true, true) => about_people(T::KIND.as_str(), self.seen),
            (true, false) => about_the_house(T::KIND.as_str(), thing.person().is_some(), self.seen),
        };
        let said = got
            .as_ref()
            .ok()
            .map(|it| (it.rule(), it.clear(), it.masked()));
        assert_eq!(
            said,
            expected,
            "{} {:?} {} for {:?}, {:?}, glass {}: {:?}",
            self.seen.role,
            self.seen.verb,
            T::KIND,
            self.seen.purpose,
            self.seen.assurance,
            self.seen.glass,
            got.as_ref().err(),
        );
        if !reached {
            assert_eq!(got.err(), Some(Denied::NotYours));
        }
        counted[usize::from(said.is_some())] += 1;
    }
}

#[test]
fn cedar_says_what_the_table_says() {
    let mut counted = [0, 0];
    let purposes = std::iter::once(None).chain(Purpose::ALL.map(Some));
    let purposes: Vec<_> = purposes.collect();
    let proofs = [None].into_iter().chain(Assurance::ALL.map(Some));
    let proofs: Vec<_> = proofs.flat_map(|it| [(it, false), (it, true)]).collect();
    for role in Role::ALL {
        for verb in Verb::ALL {
            for purpose in &purposes {
                for (assurance, fresh) in &proofs {
                    let bound = [(Some(ANN), None), (Some(ANN), Some(GRANT))];
                    for (acts_for, grant) in [(None, None)].into_iter().chain(bound) {
                        for glass in [false, true] {
                            let mut who = Authority::from(Proven {
                                tenant: tenant("acme"),
                                actor_id: "t".into(),
                                authenticated_by: "session",
                                role,
                                person: acts_for,
                                scope: Scope::default(),
                                assurance: *assurance,
                                fresh_until: fresh.then_some(Instant::from_micros(i64::MAX)),
                                grant,
                            })
                            .of_account(AccountId::from_bytes([3; 16]));
                            if glass {
                                who = who.with_break_glass(ANN, Instant::from_micros(i64::MAX));
                            }
                            let seen = |glass| Seen {
                                role,
                                verb,
                                purpose: *purpose,
                                glass,
                                assurance: *assurance,
                                fresh: *fresh,
                                bound: acts_for.is_some(),
                            };
                            every_thing(&who, &seen, glass, &mut counted);
                        }
                    }
                }
            }
        }
    }
    assert!(
        counted[0] > 10_000 && counted[1] > 1_000,
        "{counted:?} is not what was meant to be compared"
    );
}

fn every_thing(
    who: &Authority,
    seen: &dyn Fn(bool) -> Seen,
    glass: bool,
    counted: &mut [usize; 2],
) {
    let collection: Name = "Observation".parse().unwrap();
    let record: RecordId = "o1".parse().unwrap();
    for at in ["acme", "other"] {
        let tenant = tenant(at);
        for person in [ANN, BEN] {
            let seen = &seen(glass && person == ANN);
            let asked = Asked { who, seen };
            let one = RecordAt {
                tenant: tenant.clone(),
                person,
                collection: collection.clone(),
                record: record.clone(),
            };
            asked.of(&one, counted);
            let all = RecordsOf {
                tenant: tenant.clone(),
                person: Some(person),
                collection: collection.clone(),
            };
            asked.of(&all, counted);
            let file = FileAt {
                tenant: tenant.clone(),
                person,
                file: Some(ObjectId::from_bytes([9; 16])),
            };
            asked.of(&file, counted);
            let themselves = PersonAt {
                tenant: tenant.clone(),
                person: Some(person),
            };
            asked.of(&themselves, counted);
            let rights = RightsOf {
                tenant: tenant.clone(),
                person: Some(person),
            };
            asked.of(&rights, counted);
        }
        let seen = &seen(false);
        let asked = Asked { who, seen };
        let anybody = RecordsOf {
            tenant: tenant.clone(),
            person: None,
            collection: collection.clone(),
        };
        asked.of(&anybody, counted);
        let persons = PersonAt {
            tenant: tenant.clone(),
            person: None,
        };
        asked.of(&persons, counted);
        let inbox = RightsOf {
            tenant: tenant.clone(),
            person: None,
        };
        asked.of(&inbox, counted);
        asked.of(
            &LogOf {
                tenant: tenant.clone(),
            },
            counted,
        );
        asked.of(
            &KeysOf {
                tenant: tenant.clone(),
            },
            counted,
        );
        asked.of(&TrustOf { tenant }, counted);
    }
}
