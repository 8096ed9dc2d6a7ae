//! The rules in force: Cedar policies, compiled once, asked by a small question, with the answers remembered.
//!
//! A [`Question`] holds what a rule can depend on and no more; so there are few of them, and each is evaluated once. The answers
//! belong to the compiled rules: with new rules they are gone, in the same step.
//!
//! Invariant: what cannot be evaluated is refused.

mod compile;
mod evaluate;
pub(crate) mod laws;
mod question;
mod reach;
mod schema;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, LazyLock};

use base::{ClassSet, Name};
use parking_lot::RwLock;

pub use compile::{Problem, RuleFile, RulesError};
pub use laws::{Breach, Law};
pub(crate) use question::{Bound, Question};
pub use reach::{Change, Reach};
pub use schema::RegisterShape;

use crate::{Kind, Role};

/// Answers kept; far more than there are questions in practice.
const ANSWERS_MAX: usize = 65_536;

/// The policies that come with the program, in the order in which they are named as deciding.
const BUILT_IN: [(&str, &str); 5] = [
    ("guards.cedar", include_str!("../../policies/guards.cedar")),
    ("app.cedar", include_str!("../../policies/app.cedar")),
    ("care.cedar", include_str!("../../policies/care.cedar")),
    ("house.cedar", include_str!("../../policies/house.cedar")),
    ("access.cedar", include_str!("../../policies/access.cedar")),
];

/// Why policy said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// For the caller it does not exist. Stands before the others, so that they do not tell that it does.
    NotYours,
    /// No rule lets this role do this.
    Role,
    /// Not for this purpose.
    Purpose,
    /// It takes an account.
    Account,
    /// Whoever has a part in it does not decide on it.
    Own,
    /// It takes an open break-glass.
    BreakGlass,
    /// It takes the grant of the person that the app acts for.
    Grant,
    /// It takes a stronger proof of who asks.
    Assurance,
    /// It takes a fresh proof of who asks.
    Stale,
}

/// The answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes {
        rule: &'static str,
        clear: ClassSet,
        masked: ClassSet,
    },
    No(Refusal),
}

/// One policy, as it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id, which stands in the log as what decided.
    pub id: &'static str,
    /// What it says, in a sentence.
    pub about: String,
    /// Whether it permits; otherwise it forbids.
    pub permits: bool,
    /// The classes that may be shown as they are.
    pub clear: ClassSet,
    /// The classes that may be shown masked.
    pub masked: ClassSet,
    /// How its refusal is told, for one that forbids.
    pub(crate) refusal: Refusal,
    /// Its text.
    pub text: String,
}

/// Compiled rules.
pub struct Rules {
    rules: Vec<Rule>,
    /// Of each role about each kind, only what can matter.
    sets: HashMap<(Role, Kind), evaluate::Sets>,
    /// Collections that a policy names; all others are alike to every rule.
    named: Vec<Name>,
    shape: RegisterShape,
    answers: RwLock<HashMap<u64, Answer, BuildHasherDefault<Mix>>>,
}

static IN_FORCE: LazyLock<RwLock<Arc<Rules>>> = LazyLock::new(|| RwLock::new(Rules::built_in()));

impl Rules {
    /// The rules that come with the program.
    ///
    /// Without a register there are no collections that a rule could name; none of these does.
    #[must_use]
    pub fn built_in() -> Arc<Self> {
        static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| {
            // Invariant: a test validates these very texts, so that every process need not. Were they ever wrong, nobody would
            // be allowed anything.
            let rules = compile::trusting(&built_in_files());
            Arc::new(rules.unwrap_or_else(|_| Rules::nothing()))
        });
        Arc::clone(&RULES)
    }

    /// The rules that come with the program, narrowed by an installation's own, which may only forbid.
    ///
    /// # Errors
    /// [`RulesError`] names each policy that is not right, and why.
    pub fn compile(shape: &RegisterShape, own: &[RuleFile]) -> Result<Self, RulesError> {
        compile::compile(shape, &built_in_files(), own)
    }

    /// A whole set of rules, instead of those that come with the program: to be compared with them.
    ///
    /// # Errors
    /// As [`Rules::compile`].
    pub fn whole(shape: &RegisterShape, files: &[RuleFile]) -> Result<Self, RulesError> {
        compile::compile(shape, files, &[])
    }

    /// The rules of some files: a whole set where one of them permits something; where they only forbid, they narrow those that
    /// come with the program.
    ///
    /// # Errors
    /// As [`Rules::compile`].
    pub fn of(shape: &RegisterShape, files: &[RuleFile]) -> Result<Self, RulesError> {
        if compile::any_permit(files) {
            Self::whole(shape, files)
        } else {
            Self::compile(shape, files)
        }
    }

    /// The schema of policies over this register, as Cedar reads it.
    #[must_use]
    pub fn schema(shape: &RegisterShape) -> String {
        schema::text(shape)
    }

    /// The rules in force in this process: an installation is a process.
    #[must_use]
    pub fn in_force() -> Arc<Self> {
        Arc::clone(&IN_FORCE.read())
    }

    /// Put these in force, at once and for every thread.
    pub fn adopt(self: Arc<Self>) {
        *IN_FORCE.write() = self;
    }

    /// Every policy, in order.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The register that they were compiled for.
    #[must_use]
    pub const fn shape(&self) -> &RegisterShape {
        &self.shape
    }

    /// Nothing is allowed.
    fn nothing() -> Self {
        Self {
            rules: Vec::new(),
            sets: HashMap::new(),
            named: Vec::new(),
            shape: RegisterShape::default(),
            answers: RwLock::default(),
        }
    }

    /// What the policies for a role and a kind look at.
    pub(crate) fn looks(&self, role: Role, kind: Kind) -> evaluate::Looks {
        let sets = self.sets.get(&(role, kind));
        sets.map(|sets| sets.looks).unwrap_or_default()
    }

    /// The policies for a role and a kind.
    pub(crate) fn about(&self, role: Role, kind: Kind) -> Vec<&Rule> {
        let rules = self.sets.get(&(role, kind)).map(|sets| &sets.rules);
        let rules = rules.into_iter().flatten();
        rules.filter_map(|at| self.rules.get(*at)).collect()
    }

    /// The number under which a rule knows a collection; 0 for all that no rule names.
    pub(crate) fn collection(&self, name: Option<&Name>) -> u16 {
        let Some(name) = name.filter(|_| !self.named.is_empty()) else {
            return 0;
        };
        let at = self.named.iter().position(|named| named == name);
        at.and_then(|at| u16::try_from(at + 1).ok()).unwrap_or(0)
    }

    /// The answer, remembered or found.
    pub(crate) fn answer(&self, question: &Question) -> Answer {
        let key = question.key();
        if let Some(answer) = self.answers.read().get(&key) {
            return *answer;
        }
        let answer = self.evaluate(question);
        let mut answers = self.answers.write();
        if answers.len() >= ANSWERS_MAX {
            answers.clear();
        }
        answers.insert(key, answer);
        answer
    }
}

/// The answer of the rules in force.
pub(crate) fn ask(question: impl FnOnce(&Rules) -> Question) -> Answer {
    let rules = IN_FORCE.read();
    let question = question(&rules);
    rules.answer(&question)
}

fn built_in_files() -> Vec<RuleFile> {
    BUILT_IN
        .iter()
        .map(|(name, text)| RuleFile {
            name: (*name).to_owned(),
            text: (*text).to_owned(),
        })
        .collect()
}

/// A key is a packed question: no caller chooses its bits freely, so mixing them once is enough.
#[derive(Default)]
pub(crate) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        let mixed = (self.0 ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 29);
    }
}
