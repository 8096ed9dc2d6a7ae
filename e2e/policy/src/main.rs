//! Proves, about every request that there can be, what the policies must never allow. Each law is then broken on purpose, and the
//! prover must see it: a proof that cannot fail proves nothing.
//!
//! `strongroom-e2e-policy SCHEMA POLICIES SOLVER...`: the schema as `strongroom policy schema` prints it, the folder of `.cedar`
//! files, and the command that speaks SMT-LIB.

mod laws;

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use cedar_policy::{EntityTypeName, Policy, PolicyId, PolicySet, RequestEnv, Schema};
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicy, CompiledPolicySet};

use laws::{LAWS, Law};

type Outcome<T> = Result<T, Box<dyn Error>>;
type Prover = CedarSymCompiler<LocalSolver>;

/// Of each entity type, the groups that its members are in: what the program says in the schema's annotations.
struct Groups(HashMap<String, Vec<String>>);

impl Groups {
    /// Read `@in("a b")` before `entity NAME in [GROUP]`.
    fn read(schema: &str) -> Outcome<Self> {
        let mut groups = HashMap::new();
        let (mut namespace, mut pending) = (String::new(), None);
        for line in schema.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix("namespace ") {
                namespace = name.trim_end_matches(" {").to_owned();
            } else if let Some(list) = line.strip_prefix("@in(\"") {
                let list = list.trim_end_matches("\")");
                pending = Some(list.split_whitespace().map(str::to_owned).collect());
            } else if let Some(rest) = line.strip_prefix("entity ")
                && let Some(list) = pending.take()
            {
                let name = rest.split(' ').next().unwrap_or_default();
                groups.insert(format!("{namespace}::{name}"), list);
            }
        }
        if groups.is_empty() {
            return Err("the schema names no groups: @in(\"...\") before an entity".into());
        }
        Ok(Self(groups))
    }

    fn of(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// A solver may invent a caller that is in any group. These policies refuse all but those that the program makes.
    fn facts(&self, env: &RequestEnv, all: &HashMap<&str, Vec<String>>) -> String {
        let mut text = String::new();
        for (variable, kind, group) in [
            ("principal", env.principal(), "Duty"),
            ("resource", env.resource(), "Area"),
        ] {
            let its = self.of(&kind.to_string());
            for name in &all[group] {
                let word = if its.contains(name) { "unless" } else { "when" };
                let _ = writeln!(
                    text,
                    "forbid (principal, action, resource) {word} {{ {variable} in {group}::\"{name}\" }};"
                );
            }
        }
        text
    }
}

/// The members of `entity NAME enum [..]`.
fn members(schema: &str, name: &str) -> Vec<String> {
    schema
        .lines()
        .find_map(|line| line.trim().strip_prefix(&format!("entity {name} enum [")))
        .map(|list| {
            let list = list.trim_end_matches("];");
            let names = list.split(", ").map(|it| it.trim_matches('"').to_owned());
            names.collect()
        })
        .unwrap_or_default()
}

/// The policies of a folder, each under its `@id`.
fn policies(folder: &Path) -> Outcome<Vec<(String, Policy)>> {
    let mut found = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files {
        if file.path().extension().is_some_and(|it| it == "cedar") {
            let set: PolicySet = std::fs::read_to_string(file.path())?.parse()?;
            for policy in set.policies() {
                let id = policy.annotation("id").ok_or("a policy without @id")?;
                found.push((id.to_owned(), policy.new_id(PolicyId::new(id))));
            }
        }
    }
    Ok(found)
}

fn with(base: &[(String, Policy)], without: &[&str], more: &str) -> Outcome<PolicySet> {
    let mut set = PolicySet::new();
    for (id, policy) in base {
        if !without.contains(&id.as_str()) {
            set.add(policy.clone())?;
        }
    }
    let more: PolicySet = more.parse()?;
    for (n, policy) in more.policies().enumerate() {
        set.add(policy.new_id(PolicyId::new(format!("more-{n}"))))?;
    }
    Ok(set)
}

struct Bench {
    schema: Schema,
    groups: Groups,
    all: HashMap<&'static str, Vec<String>>,
    policies: Vec<(String, Policy)>,
    prover: Prover,
}

fn last(name: &EntityTypeName) -> String {
    let name = name.to_string();
    name.rsplit("::").next().unwrap_or_default().to_owned()
}

impl Bench {
    fn concerns(&self, law: &Law, env: &RequestEnv) -> bool {
        let (principal, resource) = (env.principal(), env.resource());
        let duties = self.groups.of(&principal.to_string());
        let areas = self.groups.of(&resource.to_string());
        let action = env.action().id().unescaped().to_owned();
        law.actions.is_none_or(|it| it.contains(&action.as_str()))
            && law
                .who
                .is_none_or(|who| last(principal) == who || duties.iter().any(|it| it == who))
            && law
                .what
                .is_none_or(|what| last(resource) == what || areas.iter().any(|it| it == what))
    }

    /// Of how many kinds of requests the law was proven, and the first request that breaks it.
    async fn prove(
        &mut self,
        law: &Law,
        without: &[&str],
        more: &str,
    ) -> Outcome<(usize, Option<String>)> {
        let mut envs: Vec<_> = self.schema.request_envs().collect();
        envs.retain(|env| self.concerns(law, env));
        if envs.is_empty() {
            return Err(format!("{} asks about nothing that there is", law.id).into());
        }
        let mut proven = 0;
        for env in &envs {
            let facts = self.groups.facts(env, &self.all);
            let set = with(&self.policies, without, &format!("{facts}\n{more}"))?;
            let set = CompiledPolicySet::compile(&set, env, &self.schema)?;
            let found = if law.at_most.is_empty() {
                self.prover
                    .check_always_denies_with_counterexample_opt(&set)
                    .await?
            } else {
                let most: PolicySet = law.at_most.parse()?;
                let most = CompiledPolicySet::compile(&most, env, &self.schema)?;
                self.prover
                    .check_implies_with_counterexample_opt(&set, &most)
                    .await?
            };
            match found {
                None => proven += 1,
                Some(found) => return Ok((proven, Some(found.to_string()))),
            }
        }
        Ok((proven, None))
    }

    /// Every policy gives an answer to every request: one that fails is passed over, a `forbid` with it.
    async fn never_errors(&mut self) -> Outcome<(usize, Vec<String>)> {
        let (mut proven, mut failing) = (0, Vec::new());
        for (id, policy) in self.policies.clone() {
            let envs: Vec<_> = policy.get_valid_request_envs(&self.schema).collect();
            for env in envs {
                let compiled = CompiledPolicy::compile(&policy, &env, &self.schema)?;
                if self.prover.check_never_errors_opt(&compiled).await? {
                    proven += 1;
                } else {
                    failing.push(id.clone());
                    break;
                }
            }
        }
        Ok((proven, failing))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

async fn run() -> Outcome<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [schema, folder, solver, rest @ ..] = &*arguments else {
        return Err("usage: strongroom-e2e-policy SCHEMA POLICIES SOLVER...".into());
    };
    let text = std::fs::read_to_string(schema)?;
    let solver = LocalSolver::from_command(tokio::process::Command::new(solver).args(rest))?;
    let (schema, _) = Schema::from_cedarschema_str(&text)?;
    let mut bench = Bench {
        groups: Groups::read(&text)?,
        all: ["Duty", "Area"]
            .map(|name| (name, members(&text, name)))
            .into(),
        policies: policies(Path::new(folder))?,
        prover: CedarSymCompiler::new(solver)?,
        schema,
    };
    println!("{} policies", bench.policies.len());
    let mut held = true;
    for law in LAWS {
        let started = Instant::now();
        let (proven, found) = bench.prove(law, &[], "").await?;
        let millis = started.elapsed().as_millis();
        match found {
            None => println!(
                "holds {}: {} ({proven} kinds of requests, {millis} ms)",
                law.id, law.about
            ),
            Some(found) => {
                held = false;
                println!("FAIL  {}: {}\n{found}", law.id, law.about);
                continue;
            }
        }
        // The same without what keeps it, and with somebody who was careless.
        let (_, found) = bench
            .prove(law, law.kept_by, "permit (principal, action, resource);")
            .await?;
        if found.is_none() {
            held = false;
            println!(
                "FAIL  {}: it is said to hold without {:?} and with a policy that permits everything",
                law.id, law.kept_by
            );
        }
    }
    let started = Instant::now();
    let (proven, failing) = bench.never_errors().await?;
    let millis = started.elapsed().as_millis();
    if failing.is_empty() {
        println!(
            "holds no-errors: each policy answers each request that it is about ({proven} pairs, {millis} ms)"
        );
    } else {
        held = false;
        println!("FAIL  no-errors: {}", failing.join(", "));
    }
    Ok(held)
}
