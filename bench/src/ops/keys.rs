//! The key tree: new persons, re-wrapping after a rotation, destroying one person's keys among many.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use base::{Class, ClassSet, PersonId};
use crypt::SystemRng;
use keys::Level;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Plan, Watch, key_tree, tenant};
use crate::Outcome;

const CLASSES: [Class; 3] = [Class::Internal, Class::Personal, Class::Health];
/// Three keys each: 100,000 keys and a few.
const PERSONS: u64 = 33_334;
const AT_ONCE: u64 = 64;
const DESTROYED: usize = 50;

/// Measure it all on one growing key store.
///
/// # Errors
/// When the key store refuses something.
pub async fn run(plan: &Plan) -> Outcome<Vec<Value>> {
    let keys = key_tree(plan).await?;
    let tenant = tenant()?;
    let classes: ClassSet = CLASSES.into_iter().collect();
    let count = plan.scaled(PERSONS);
    let mut rows = Vec::new();

    let persons: Vec<PersonId> = (0..count).map(|_| PersonId::random(&SystemRng)).collect();
    let watch = Watch::start()?;
    for some in persons.chunks(1000) {
        let wants: Vec<_> = some.iter().map(|person| (*person, classes)).collect();
        for ring in keys.ensure_many(&tenant, &wants).await? {
            ring?;
        }
    }
    rows.push(json!({"name": "new-keys", "connections": 1, "strongroom": watch.figures(count, Vec::new())?, "note": "persons per second, three keys each, in thousands"}));

    let each = plan.scaled(10_000) / AT_ONCE;
    let watch = Watch::start()?;
    let mut tasks = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (keys, tenant) = (keys.clone(), tenant.clone());
        tasks.spawn(async move {
            let mut times = Vec::new();
            for _ in 0..each {
                let begin = Instant::now();
                keys.ensure_person(&tenant, PersonId::random(&SystemRng), classes)
                    .await?;
                times.push(begin.elapsed());
            }
            Ok::<_, keys::KeysError>(times)
        });
    }
    let mut times: Vec<Duration> = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    rows.push(json!({"name": "new-keys-singly", "connections": AT_ONCE, "strongroom": watch.figures(each * AT_ONCE, times)?, "note": "persons per second, three keys each, one commit each"}));

    for class in CLASSES {
        keys.rotate(&Level::Kek {
            tenant: tenant.clone(),
            region: "local".parse()?,
            class,
        })
        .await?;
    }
    let watch = Watch::start()?;
    let done = keys.rewrap(|_| ControlFlow::Continue(())).await?;
    if done.remaining > 0 || done.moved < count * 3 {
        return Err(format!(
            "rewrap moved {} keys and left {}",
            done.moved, done.remaining
        )
        .into());
    }
    let took = watch.begin.elapsed().as_secs_f64();
    rows.push(json!({"name": "rewrap", "connections": 1, "strongroom": watch.figures(done.moved, Vec::new())?, "note": format!("keys per second; {} keys in {took:.2} s", done.moved)}));

    let watch = Watch::start()?;
    let mut times = Vec::new();
    let step = (persons.len() / DESTROYED).max(1);
    for person in persons.iter().step_by(step) {
        let begin = Instant::now();
        keys.destroy_person(&tenant, *person).await?;
        times.push(begin.elapsed());
    }
    rows.push(json!({"name": "destroy-keys", "connections": 1, "strongroom": watch.figures(times.len() as u64, times)?, "note": format!("one person's keys among {count}, the files wiped")}));
    Ok(rows)
}
