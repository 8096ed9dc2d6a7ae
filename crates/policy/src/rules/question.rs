//! What a rule can depend on, and no more.

use base::{Assurance, Purpose};

use super::evaluate::Looks;
use crate::{Area, Kind, Role, Verb};

/// How the one person that the caller acts for, and the one that the thing is about, go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Bound {
    /// The caller acts for nobody in particular.
    Free,
    /// It is the same person.
    Same,
    /// It is not.
    Other,
}

/// May such a caller do this to such a thing, in such circumstances?
///
/// Tenants, persons and accounts stand in it only as what they are to each other. No policy can tell more: the compiler of
/// rules refuses one that names any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    pub(crate) role: Role,
    pub(crate) verb: Verb,
    pub(crate) kind: Kind,
    pub(crate) purpose: Option<Purpose>,
    /// The thing is in the caller's tenant.
    pub(crate) own_tenant: bool,
    pub(crate) bound: Bound,
    /// The thing is about one person.
    pub(crate) somebody: bool,
    /// Among those that a rule names; 0 for any other, or none.
    pub(crate) collection: u16,
    pub(crate) assurance: Option<Assurance>,
    pub(crate) fresh: bool,
    pub(crate) break_glass: bool,
    /// The caller is an app that brings the person's grant, which stands.
    pub(crate) consented: bool,
    /// An account is signed in.
    pub(crate) account: bool,
    /// It has a part in what is to be decided.
    pub(crate) party: bool,
    /// The privilege that it is about.
    pub(crate) privilege: Option<Role>,
}

impl Question {
    /// The plain one: in the caller's own tenant, by a program, in no special circumstances.
    pub(crate) const fn plain(role: Role, verb: Verb, kind: Kind) -> Self {
        Self {
            role,
            verb,
            kind,
            purpose: None,
            own_tenant: true,
            bound: Bound::Free,
            somebody: true,
            collection: 0,
            assurance: None,
            fresh: false,
            break_glass: false,
            consented: false,
            account: false,
            party: false,
            privilege: None,
        }
    }

    /// The question in one number. Each part has its own bits.
    pub(crate) const fn key(&self) -> u64 {
        let mut key = 0;
        key = key << 4 | self.role as u64;
        key = key << 3 | self.verb as u64;
        key = key << 5 | self.kind as u64;
        key = key << 4
            | match self.purpose {
                None => 0,
                Some(purpose) => purpose as u64 + 1,
            };
        key = key << 2 | self.bound as u64;
        key = key << 16 | self.collection as u64;
        key = key << 2
            | match self.assurance {
                None => 0,
                Some(assurance) => assurance as u64 + 1,
            };
        key = key << 4
            | match self.privilege {
                None => 0,
                Some(role) => role as u64 + 1,
            };
        key << 7
            | (self.consented as u64) << 6
            | (self.somebody as u64) << 5
            | (self.own_tenant as u64) << 4
            | (self.fresh as u64) << 3
            | (self.break_glass as u64) << 2
            | (self.account as u64) << 1
            | self.party as u64
    }
}

// The bits that a key has room for.
const _: () = assert!(Role::ALL.len() < 16 && Kind::ALL.len() <= 32 && Verb::ALL.len() <= 8);
const _: () = assert!(Purpose::ALL.len() < 16 && Assurance::ALL.len() < 4);

impl Question {
    /// Every question that can be asked about one verb on one kind by one role: each combination of the circumstances that
    /// the policies look at. `collections`: how many they name.
    pub(crate) fn every(
        role: Role,
        verb: Verb,
        kind: Kind,
        looks: Looks,
        collections: u16,
    ) -> Vec<Self> {
        let areas = kind.areas();
        let data = areas.contains(&Area::Data);
        let access = areas.contains(&Area::Access);
        let mut purposes = vec![None];
        if data && looks.purpose {
            purposes.extend(Purpose::ALL.map(Some));
        }
        let mut privileges = vec![None];
        if access && looks.privilege {
            privileges.extend(Role::STAFF.map(Some));
        }
        let mut proofs = vec![(None, false)];
        if looks.assurance {
            proofs.extend(Assurance::ALL.map(|it| (Some(it), false)));
        }
        if looks.fresh {
            proofs.extend(Assurance::ALL.map(|it| (Some(it), true)));
        }
        let whose = if looks.person {
            &WHOSE[..]
        } else {
            &WHOSE[..1]
        };
        let collections = if data && looks.collection {
            collections
        } else {
            0
        };
        let either = |it: bool| if it { &BOTH[..] } else { &BOTH[..1] };
        // Only an app brings a grant.
        let granted = either(data && looks.consented && matches!(role, Role::App));
        let circumstances: Vec<(bool, bool)> = either(data && looks.break_glass)
            .iter()
            .flat_map(|glass| granted.iter().map(|granted| (*glass, *granted)))
            .collect();
        let mut all = Vec::new();
        for purpose in &purposes {
            for (bound, somebody) in whose {
                for (assurance, fresh) in &proofs {
                    for (break_glass, consented) in &circumstances {
                        for collection in 0..=collections {
                            all.push(Self {
                                purpose: *purpose,
                                bound: *bound,
                                somebody: *somebody,
                                assurance: *assurance,
                                fresh: *fresh,
                                break_glass: *break_glass,
                                consented: *consented,
                                collection,
                                ..Self::plain(role, verb, kind)
                            });
                        }
                    }
                }
            }
        }
        if !access {
            return all;
        }
        let mut spread = Vec::new();
        for question in all {
            for privilege in &privileges {
                for account in either(looks.account) {
                    for party in either(*account && looks.parties) {
                        spread.push(Self {
                            privilege: *privilege,
                            account: *account,
                            party: *party,
                            ..question
                        });
                    }
                }
            }
        }
        spread
    }
}

const BOTH: [bool; 2] = [false, true];

/// Whom the caller acts for and whom the thing is about, in every combination.
const WHOSE: [(Bound, bool); 5] = [
    (Bound::Free, true),
    (Bound::Free, false),
    (Bound::Same, true),
    (Bound::Other, true),
    (Bound::Other, false),
];
