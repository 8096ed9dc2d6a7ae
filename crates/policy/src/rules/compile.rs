//! From texts to compiled rules: parsed, held to the house's form, checked against the schema.

use std::collections::{BTreeSet, HashMap};
use std::str::FromStr;

use base::{Class, ClassSet, ErrorKind, Fault, Name};
use cedar_policy::{
    ActionConstraint, Effect, EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint,
    ResourceConstraint, Schema, ValidationMode, Validator,
};
use parking_lot::{Mutex, RwLock};

use super::{Refusal, RegisterShape, Rule, Rules, evaluate::Sets, schema};
use crate::{Area, Duty, Kind, Role, Verb};

/// Policies in one set, at most: evaluation is linear in those that can matter.
const POLICIES_MAX: usize = 1_000;
/// Bytes of one file of policies.
const FILE_BYTES_MAX: usize = 1 << 20;
/// What a policy may show at all. Credentials are shown to no role, payment data are not kept.
const SHOWABLE: ClassSet = ClassSet::EMPTY
    .with(Class::Public)
    .with(Class::Internal)
    .with(Class::Personal)
    .with(Class::Health);
/// What a policy may name. Not who or whose: so a decision depends only on how those go together.
const NAMEABLE: [&str; 7] = [
    "Action",
    "Purpose",
    "Assurance",
    "RoleName",
    "Duty",
    "Area",
    "Collection",
];

/// A file of policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// Its name, for messages.
    pub name: String,
    /// Cedar.
    pub text: String,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The policy, if it is one's.
    pub policy: Option<String>,
    /// What is wrong, and what to do.
    pub what: String,
}

/// The policies are not right. Nothing of them is in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.public())]
pub struct RulesError(pub Vec<Problem>);

impl Fault for RulesError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "policy.invalid"
    }

    fn public(&self) -> String {
        let lines: Vec<_> = self
            .0
            .iter()
            .map(|problem| match &problem.policy {
                Some(policy) => format!("{}: {policy}: {}", problem.file, problem.what),
                None => format!("{}: {}", problem.file, problem.what),
            })
            .collect();
        lines.join("\n")
    }
}

/// Policies read so far.
#[derive(Default)]
struct Read {
    rules: Vec<Rule>,
    policies: Vec<Policy>,
    files: Vec<String>,
    problems: Vec<Problem>,
}

pub(super) fn compile(
    shape: &RegisterShape,
    files: &[RuleFile],
    own: &[RuleFile],
) -> Result<Rules, RulesError> {
    let mut read = Read::default();
    for file in files {
        read.file(file, true);
    }
    for file in own {
        read.file(file, false);
    }
    if read.policies.len() > POLICIES_MAX {
        read.problem(
            "",
            None,
            format!("there may be {POLICIES_MAX} policies at most"),
        );
    }
    read.validate(shape);
    read.compiled(shape)
}

/// Whether one of the files permits something. What cannot be read permits nothing; it is refused later.
pub(super) fn any_permit(files: &[RuleFile]) -> bool {
    let sets = files
        .iter()
        .filter_map(|file| PolicySet::from_str(&file.text).ok());
    sets.flat_map(|set| set.policies().map(Policy::effect).collect::<Vec<_>>())
        .any(|effect| effect == Effect::Permit)
}

/// Without Cedar's validation, for texts that are known to be right.
pub(super) fn trusting(files: &[RuleFile]) -> Result<Rules, RulesError> {
    let mut read = Read::default();
    for file in files {
        read.file(file, true);
    }
    read.compiled(&RegisterShape::default())
}

impl Read {
    fn compiled(self, shape: &RegisterShape) -> Result<Rules, RulesError> {
        if !self.problems.is_empty() {
            return Err(RulesError(self.problems));
        }
        let named: BTreeSet<Name> = self
            .policies
            .iter()
            .flat_map(Policy::entity_literals)
            .filter(|literal| literal.type_name().to_string() == "Collection")
            .filter_map(|literal| literal.id().unescaped().parse().ok())
            .collect();
        let mut sets = HashMap::new();
        for role in Role::ALL {
            for kind in Kind::ALL {
                let set = subset(&self.policies, &self.rules, role, *kind)?;
                sets.insert((role, *kind), set);
            }
        }
        Ok(Rules {
            rules: self.rules,
            sets,
            named: named.into_iter().collect(),
            shape: shape.clone(),
            answers: RwLock::default(),
        })
    }

    fn problem(&mut self, file: &str, policy: Option<&str>, what: impl Into<String>) {
        self.problems.push(Problem {
            file: file.to_owned(),
            policy: policy.map(str::to_owned),
            what: what.into(),
        });
    }

    fn file(&mut self, file: &RuleFile, may_permit: bool) {
        if file.text.len() > FILE_BYTES_MAX {
            let what = format!("a file may have {FILE_BYTES_MAX} bytes at most");
            return self.problem(&file.name, None, what);
        }
        let set = match PolicySet::from_str(&file.text) {
            Ok(set) => set,
            Err(error) => return self.problem(&file.name, None, error.to_string()),
        };
        if set.templates().next().is_some() {
            self.problem(&file.name, None, "a template is never filled in here");
        }
        // Cedar names them policy0, policy1, ... in the order of the text.
        let mut policies: Vec<_> = set.policies().cloned().collect();
        policies.sort_by_key(|policy| {
            let id: &str = policy.id().as_ref();
            id.trim_start_matches("policy").parse::<usize>().ok()
        });
        for policy in policies {
            self.policy(&file.name, &policy, may_permit);
        }
    }

    fn policy(&mut self, file: &str, policy: &Policy, may_permit: bool) {
        let Some(id) = policy.annotation("id").and_then(known_as) else {
            return self.problem(
                file,
                None,
                "a policy has no @id of 1 to 64 of a-z, A-Z, 0-9, '_', '-': the log writes it down as what decided",
            );
        };
        let before = self.problems.len();
        if self.rules.iter().any(|rule| rule.id == id) {
            self.problem(file, Some(id), "another policy has the same @id");
        }
        let about = policy.annotation("about").unwrap_or_default();
        if about.len() < 10 {
            self.problem(file, Some(id), "it does not say in @about what it is for");
        }
        for (key, _) in policy.annotations() {
            if !["id", "about", "clear", "masked", "denied"].contains(&key) {
                let what = format!("there is no annotation @{key}");
                self.problem(file, Some(id), what);
            }
        }
        let permits = policy.effect() == Effect::Permit;
        if permits && !may_permit {
            self.problem(
                file,
                Some(id),
                "an installation's own policies only forbid: what the program's permit is the most that anybody may",
            );
        }
        let clear = self.classes(file, id, policy.annotation("clear"));
        let masked = self.classes(file, id, policy.annotation("masked"));
        let refusal = self.refusal(file, id, policy);
        if permits {
            self.form_of_permit(file, id, policy);
        } else if !(clear.is_empty() && masked.is_empty()) {
            self.problem(file, Some(id), "what forbids shows nothing");
        }
        for literal in policy.entity_literals() {
            let kind = literal.type_name().to_string();
            if !NAMEABLE.contains(&kind.as_str()) {
                let what = format!(
                    "it names a {kind}: policies compare tenants, persons and accounts, and name none"
                );
                self.problem(file, Some(id), what);
            }
        }
        if self.problems.len() > before {
            return;
        }
        self.rules.push(Rule {
            id,
            about: about.to_owned(),
            permits,
            clear,
            masked,
            refusal,
            text: policy.to_string(),
        });
        self.policies.push(policy.new_id(PolicyId::new(id)));
        self.files.push(file.to_owned());
    }

    fn classes(&mut self, file: &str, id: &str, text: Option<&str>) -> ClassSet {
        let mut set = ClassSet::EMPTY;
        for word in text.unwrap_or_default().split_whitespace() {
            match word.parse::<Class>() {
                Ok(class) if SHOWABLE.contains(class) => set = set.with(class),
                Ok(_) => self.problem(file, Some(id), format!("{word} is shown to nobody")),
                Err(_) => self.problem(file, Some(id), format!("{word} is no class")),
            }
        }
        set
    }

    fn refusal(&mut self, file: &str, id: &str, policy: &Policy) -> Refusal {
        match (policy.effect(), policy.annotation("denied")) {
            (Effect::Permit, Some(_)) => {
                self.problem(file, Some(id), "what permits has no @denied");
                Refusal::Role
            }
            (_, None) => Refusal::Role,
            (Effect::Forbid, Some(word)) => Refusal::named(word).unwrap_or_else(|| {
                let words: Vec<_> = Refusal::ALL.map(Refusal::as_str).to_vec();
                let what = format!("@denied is one of {}", words.join(", "));
                self.problem(file, Some(id), what);
                Refusal::Role
            }),
        }
    }

    /// A permit says who, what and to what in its head, so that one can see at a glance how far it reaches; and what a
    /// read of data shows.
    fn form_of_permit(&mut self, file: &str, id: &str, policy: &Policy) {
        let named = !matches!(policy.principal_constraint(), PrincipalConstraint::Any)
            && !matches!(policy.action_constraint(), ActionConstraint::Any)
            && !matches!(policy.resource_constraint(), ResourceConstraint::Any);
        if !named {
            self.problem(
                file,
                Some(id),
                "a permit names in its head who, what and to what",
            );
        }
        let about_data = Kind::ALL
            .iter()
            .any(|kind| kind.areas().contains(&Area::Data) && reaches_kind(policy, *kind));
        if about_data && acts(policy, Verb::Read) && policy.annotation("clear").is_none() {
            self.problem(
                file,
                Some(id),
                "a permit to read data says in @clear which classes it shows",
            );
        }
    }

    /// Cedar's own check, strict: every name is known, every comparison makes sense, nothing can fail at run time.
    fn validate(&mut self, shape: &RegisterShape) {
        let schema = match Schema::from_str(&schema::text(shape)) {
            Ok(schema) => schema,
            Err(error) => return self.problem("schema", None, error.to_string()),
        };
        let set = match PolicySet::from_policies(self.policies.iter().cloned()) {
            Ok(set) => set,
            Err(error) => return self.problem("", None, error.to_string()),
        };
        let result = Validator::new(schema).validate(&set, ValidationMode::Strict);
        let mut found = Vec::new();
        for error in result.validation_errors() {
            found.push((error.policy_id().to_string(), error.to_string()));
        }
        for warning in result.validation_warnings() {
            found.push((warning.policy_id().to_string(), warning.to_string()));
        }
        for (id, what) in found {
            let at = self.rules.iter().position(|rule| rule.id == id);
            let file = at.and_then(|at| self.files.get(at)).cloned();
            self.problem(&file.unwrap_or_default(), Some(&id), what);
        }
    }
}

impl Refusal {
    /// Every refusal.
    pub(crate) const ALL: [Self; 9] = [
        Self::NotYours,
        Self::Role,
        Self::Purpose,
        Self::Account,
        Self::Own,
        Self::BreakGlass,
        Self::Grant,
        Self::Assurance,
        Self::Stale,
    ];

    /// Its name in `@denied`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NotYours => "not_yours",
            Self::Role => "role",
            Self::Purpose => "purpose",
            Self::Account => "account",
            Self::Own => "own",
            Self::BreakGlass => "break_glass",
            Self::Grant => "grant",
            Self::Assurance => "assurance",
            Self::Stale => "stale",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// The id as a text that lives as long as the process. There is one of each, however often rules are compiled.
fn known_as(id: &str) -> Option<&'static str> {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    id.parse::<Name>().ok()?;
    let mut known = KNOWN.lock();
    if let Some(known) = known.get(id) {
        return Some(known);
    }
    let id: &'static str = Box::leak(id.to_owned().into_boxed_str());
    known.insert(id);
    Some(id)
}

fn subset(policies: &[Policy], rules: &[Rule], role: Role, kind: Kind) -> Result<Sets, RulesError> {
    let failed = |error: cedar_policy::PolicySetError| {
        RulesError(vec![Problem {
            file: String::new(),
            policy: None,
            what: error.to_string(),
        }])
    };
    let mut sets = Sets::default();
    for (at, (policy, rule)) in policies.iter().zip(rules).enumerate() {
        if reaches_role(policy, role) && reaches_kind(policy, kind) {
            sets.all.add(policy.clone()).map_err(failed)?;
            sets.looks.add(&rule.text);
            sets.rules.push(at);
            if policy.effect() == Effect::Permit {
                sets.permits.add(policy.clone()).map_err(failed)?;
                sets.reads |= acts(policy, Verb::Read);
            }
        }
    }
    Ok(sets)
}

/// Whether the head of a policy lets a role in. When in doubt it does; Cedar then looks.
fn reaches_role(policy: &Policy, role: Role) -> bool {
    let own = format!("Role::{}", role.entity());
    match policy.principal_constraint() {
        PrincipalConstraint::Is(kind) => kind.to_string() == own,
        PrincipalConstraint::In(group) => {
            let has = |duty: &Duty| group_is(&group, "Duty", duty.as_str());
            role.duties().iter().any(has)
        }
        _ => true,
    }
}

/// Whether the head of a policy lets a kind of thing in.
fn reaches_kind(policy: &Policy, kind: Kind) -> bool {
    let own = format!("Thing::{}", kind.entity());
    match policy.resource_constraint() {
        ResourceConstraint::Is(named) => named.to_string() == own,
        ResourceConstraint::In(group) => {
            let has = |area: &Area| group_is(&group, "Area", area.as_str());
            kind.areas().iter().any(has)
        }
        _ => true,
    }
}

fn group_is(group: &EntityUid, kind: &str, name: &str) -> bool {
    group.type_name().to_string() == kind && group.id().unescaped() == name
}

fn acts(policy: &Policy, verb: Verb) -> bool {
    let is = |action: &EntityUid| action.id().unescaped() == verb.as_str();
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::In(actions) => actions.iter().any(is),
        ActionConstraint::Eq(action) => is(&action),
    }
}
