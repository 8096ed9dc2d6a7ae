//! What every set of rules must keep, whatever its policies say: asked of each question that there is.

use std::collections::HashMap;

use base::{Assurance, Class, ClassSet, Purpose};

use super::evaluate::Looks;
use super::{Answer, Bound, Question, Rules};
use crate::{Area, Duty, Kind, Role, Verb};

/// A sentence that must hold of every answer.
pub struct Law {
    /// Its name.
    pub id: &'static str,
    /// What it says.
    pub about: &'static str,
    keeps: fn(&Question, &Answer) -> bool,
}

/// An answer that breaks a law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The law.
    pub law: &'static str,
    /// Who could do what.
    pub role: Role,
    /// What.
    pub verb: Verb,
    /// To what.
    pub kind: Kind,
    /// For what purpose.
    pub purpose: Option<Purpose>,
    /// Which policy said yes.
    pub rule: &'static str,
}

const fn seen(answer: &Answer) -> (bool, ClassSet, ClassSet) {
    match answer {
        Answer::Yes { clear, masked, .. } => (true, *clear, *masked),
        Answer::No(_) => (false, ClassSet::EMPTY, ClassSet::EMPTY),
    }
}

const fn no(answer: &Answer) -> bool {
    matches!(answer, Answer::No(_))
}

fn is(kind: Kind, area: Area) -> bool {
    kind.areas().contains(&area)
}

/// The laws.
pub(crate) static LAWS: [Law; 11] = [
    Law {
        id: "no-other-tenant",
        about: "Nobody reaches into another tenant.",
        keeps: |question, answer| question.own_tenant || no(answer),
    },
    Law {
        id: "no-other-person",
        about: "Who acts for one person reaches nobody else.",
        keeps: |question, answer| question.bound != Bound::Other || no(answer),
    },
    Law {
        id: "keepers-open-nobody",
        about: "Owners, administrators, operators, compliance officers, support and developers open nobody's data, for no purpose, in no circumstances.",
        keeps: |question, answer| {
            !question.role.duties().contains(&Duty::Keepers)
                || !is(question.kind, Area::Data)
                || no(answer)
        },
    },
    Law {
        id: "security-by-glass",
        about: "A security engineer opens data through a break-glass only, and changes none.",
        keeps: |question, answer| {
            question.role != Role::Security
                || !is(question.kind, Area::Data)
                || no(answer)
                || (question.verb == Verb::Read && question.break_glass)
        },
    },
    Law {
        id: "emergency-by-glass",
        about: "Nobody reads for the purpose of an emergency without an open break-glass.",
        keeps: |question, answer| {
            question.purpose != Some(Purpose::Etreat)
                || question.verb != Verb::Read
                || question.break_glass
                || no(answer)
        },
    },
    Law {
        id: "app-by-grant",
        about: "No app that acts for somebody reaches their data without their grant.",
        keeps: |question, answer| {
            question.role != Role::App
                || question.bound == Bound::Free
                || !is(question.kind, Area::Data)
                || question.consented
                || no(answer)
        },
    },
    Law {
        id: "read-for-a-purpose",
        about: "Data are read for a stated purpose, or not at all.",
        keeps: |question, answer| {
            question.purpose.is_some()
                || question.verb != Verb::Read
                || !is(question.kind, Area::Data)
                || no(answer)
        },
    },
    Law {
        id: "no-credentials",
        about: "Credentials and payment data are shown to nobody.",
        keeps: |_, answer| {
            let (_, clear, masked) = seen(answer);
            let both = clear.union(masked);
            !both.contains(Class::Credential) && !both.contains(Class::Payment)
        },
    },
    Law {
        id: "research-without-names",
        about: "Research and public health see nobody's name in clear.",
        keeps: |question, answer| {
            !matches!(question.purpose, Some(Purpose::Hresch | Purpose::Pubhlth))
                || !seen(answer).1.contains(Class::Personal)
        },
    },
    Law {
        id: "nobody-decides-for-themselves",
        about: "Nobody decides on what they asked for, gain or did.",
        keeps: |question, answer| {
            !question.party
                || !is(question.kind, Area::Access)
                || !matches!(question.verb, Verb::Update | Verb::Manage)
                || no(answer)
        },
    },
    Law {
        id: "guarded-by-passkey",
        about: "Staff who are signed in touch keys, log, policy, apps and privileges with a passkey only, and change them right after using it.",
        keeps: |question, answer| {
            let signed_in = question.role.is_staff() && question.assurance.is_some();
            !signed_in
                || !is(question.kind, Area::Guarded)
                || no(answer)
                || (question.assurance == Some(Assurance::PhishingResistant)
                    && (question.fresh || question.verb == Verb::Read))
        },
    },
];

impl Rules {
    /// The laws that [`Rules::breaches`] holds answers to.
    #[must_use]
    pub const fn laws() -> &'static [Law] {
        &LAWS
    }

    /// How many questions there are, and which answers break a law.
    #[must_use]
    pub fn breaches(&self) -> (usize, Vec<Breach>) {
        let mut asked = 0;
        let mut breaches = Vec::new();
        let mut known = HashMap::new();
        for role in Role::ALL {
            for kind in Kind::ALL {
                for verb in Verb::ALL {
                    for question in self.questions(role, verb, *kind) {
                        asked += 1;
                        self.hold(&question, &mut known, &mut breaches);
                    }
                    // No policy tells one tenant from another, so once is enough.
                    let elsewhere = Question {
                        own_tenant: false,
                        purpose: Some(Purpose::Treat),
                        assurance: Some(Assurance::PhishingResistant),
                        fresh: true,
                        account: true,
                        ..Question::plain(role, verb, *kind)
                    };
                    asked += 1;
                    self.hold(&elsewhere, &mut known, &mut breaches);
                }
            }
        }
        (asked, breaches)
    }

    /// Every question about one verb on one kind by one role.
    fn questions(&self, role: Role, verb: Verb, kind: Kind) -> Vec<Question> {
        let collections = u16::try_from(self.named.len()).unwrap_or(0);
        // A law may look at more than the policies do.
        Question::every(role, verb, kind, Looks::ALL, collections)
    }

    fn hold(
        &self,
        question: &Question,
        known: &mut HashMap<u64, Answer>,
        breaches: &mut Vec<Breach>,
    ) {
        let seen = self.looks(question.role, question.kind).through(question);
        let answer = *known
            .entry(seen.key())
            .or_insert_with(|| self.evaluate(&seen));
        let Answer::Yes { rule, .. } = answer else {
            return;
        };
        for law in &LAWS {
            if (law.keeps)(question, &answer) {
                continue;
            }
            let breach = Breach {
                law: law.id,
                role: question.role,
                verb: question.verb,
                kind: question.kind,
                purpose: question.purpose,
                rule,
            };
            if !breaches.contains(&breach) {
                breaches.push(breach);
            }
        }
    }
}
