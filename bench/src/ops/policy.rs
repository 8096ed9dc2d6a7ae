//! Policy: what it costs to authorise a read, with a hundred policies in force.

use std::hint::black_box;
use std::sync::Arc;

use base::{Clock as _, Ctx, Purpose, RequestId};
use crypt::SystemRng;
use policy::{
    Authority, Proven, RecordAt, RegisterShape, Role, RuleFile, Rules, Scope, Verb, decide,
};
use serde_json::{Value, json};

use super::{Now, Plan, Watch, tenant};
use crate::Outcome;

/// Policies in force: those of the program, and narrower ones up to this number.
const POLICIES: usize = 100;

/// How often rules are put in force anew.
const SETS: u64 = 20;

/// Measure decisions that are remembered, and such that are asked for the first time.
///
/// # Errors
/// When the rules do not compile, or a decision is another one than expected.
pub fn run(plan: &Plan) -> Outcome<Vec<Value>> {
    let shape = RegisterShape::default();
    let own = POLICIES.saturating_sub(Rules::built_in().rules().len());
    let text: String = (0..own).map(narrower).collect();
    let file = RuleFile {
        name: "bench.cedar".to_owned(),
        text,
    };
    let compile = || Rules::compile(&shape, std::slice::from_ref(&file)).map(Arc::new);
    let rules = compile()?;
    let policies = rules.rules().len();
    Arc::clone(&rules).adopt();

    let who = Authority::from(Proven {
        tenant: tenant()?,
        actor_id: "bench".to_owned(),
        authenticated_by: "oauth",
        role: Role::App,
        person: None,
        scope: Scope::default(),
        assurance: None,
        fresh_until: None,
        grant: None,
    });
    let ctx = Ctx {
        tenant: tenant()?,
        actor: who.actor(),
        purpose: Some(Purpose::Treat),
        request: RequestId::random(&SystemRng),
        now: Now.now(),
    };
    let record = RecordAt {
        tenant: tenant()?,
        person: base::PersonId::random(&SystemRng),
        collection: "Observation".parse()?,
        record: "one".parse()?,
    };
    let count = plan.scaled(5_000_000);
    let watch = Watch::start()?;
    for _ in 0..count {
        black_box(decide(&ctx, &who, Verb::Read, black_box(record.clone()))?);
    }
    let mut rows = vec![json!({
        "name": "authorise",
        "connections": 1,
        "strongroom": watch.figures(count, Vec::new())?,
        "note": format!("a read allowed or refused per operation, {policies} policies, the answer remembered"),
    })];

    // New rules remember nothing.
    let compiled = (0..SETS)
        .map(|_| compile())
        .collect::<Result<Vec<_>, _>>()?;
    let watch = Watch::start()?;
    for rules in compiled {
        rules.adopt();
        black_box(decide(&ctx, &who, Verb::Read, record.clone())?);
    }
    rows.push(json!({
        "name": "authorise-first",
        "connections": 1,
        "strongroom": watch.figures(SETS, Vec::new())?,
        "note": format!("the same, asked of Cedar for the first time under new rules, {policies} policies"),
    }));
    Rules::built_in().adopt();
    Ok(rows)
}

/// A policy that can matter to every read and forbids none of them.
fn narrower(number: usize) -> String {
    format!(
        "@id(\"narrower-{number}\") @about(\"Nobody stores for the law without a fresh proof.\")\n\
         forbid (principal, action == Action::\"manage\", resource in Area::\"data\")\n\
         when {{ context has purpose && context.purpose == Purpose::\"HLEGAL\" }}\n\
         unless {{ context.fresh }};\n"
    )
}
