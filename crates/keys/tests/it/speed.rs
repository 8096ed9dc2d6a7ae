//! Figures, by hand: `cargo test --release -p strongroom-keys -- --ignored --nocapture speed`.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

use base::Class;
use keys::Level;

use crate::harness::{classes, person, sqlite, stores, tenant};

/// CPU time of this thread: wall time on a busy machine says little about nanoseconds.
fn cpu_ns() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn speed() {
    for store in stores().await {
        let engine = store.db.engine;
        let keys = store.keys().await;
        let mut people = Vec::new();
        let begin = Instant::now();
        // 100,000 keys and a few: 34,000 persons with three classes.
        for _ in 0..34 {
            let wants: Vec<_> = (0..1000).map(|_| (person(), classes())).collect();
            keys.ensure_many(&tenant(), &wants).await.unwrap();
            people.extend(wants.into_iter().map(|(person, _)| person));
        }
        let took = begin.elapsed().as_secs_f64();
        println!(
            "{engine}: new persons in thousands: {:.0} persons/s, {:.0} keys/s",
            people.len() as f64 / took,
            people.len() as f64 * 3.0 / took
        );

        let begin = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let keys = keys.clone();
            tasks.spawn(async move {
                for _ in 0..50 {
                    keys.ensure_person(&tenant(), person(), classes())
                        .await
                        .unwrap();
                }
            });
        }
        while tasks.join_next().await.is_some() {}
        println!(
            "{engine}: new persons one by one, 64 at once: {:.0} persons/s",
            64.0 * 50.0 / begin.elapsed().as_secs_f64()
        );

        keys.forget_all();
        let begin = Instant::now();
        for person in people.iter().take(5000) {
            black_box(
                keys.person(&tenant(), *person, Class::Health)
                    .await
                    .unwrap(),
            );
        }
        println!(
            "{engine}: read and unwrap a person (3 keys): {:.1} us",
            begin.elapsed().as_secs_f64() * 1e6 / 5000.0
        );

        let tenant_id = tenant();
        let begin = cpu_ns();
        for _ in 0..100 {
            for person in people.iter().take(5000) {
                let key = keys.person(&tenant_id, *person, Class::Health).await;
                black_box(key.unwrap());
            }
        }
        println!(
            "{engine}: a person's key from the cache: {:.0} ns of CPU",
            (cpu_ns() - begin) / 500_000.0
        );

        for class in [Class::Internal, Class::Personal, Class::Health] {
            let level = Level::Kek {
                tenant: tenant(),
                region: "eu".parse().unwrap(),
                class,
            };
            keys.rotate(&level).await.unwrap();
        }
        let begin = Instant::now();
        let done = keys.rewrap(|_| ControlFlow::Continue(())).await.unwrap();
        let took = begin.elapsed().as_secs_f64();
        assert_eq!(done.remaining, 0);
        println!("{engine}: re-wrapped {} keys in {took:.2} s", done.moved);

        let begin = Instant::now();
        for person in people.iter().step_by(1000) {
            keys.destroy_person(&tenant(), *person).await.unwrap();
        }
        println!(
            "{engine}: destroy a person's keys, files wiped: {:.1} ms",
            begin.elapsed().as_secs_f64() * 1e3 / 34.0
        );
    }
    let store = sqlite().await;
    let begin = Instant::now();
    store.keys().await;
    println!(
        "a new key store with one tenant: {:.0} ms",
        begin.elapsed().as_secs_f64() * 1e3
    );
}
