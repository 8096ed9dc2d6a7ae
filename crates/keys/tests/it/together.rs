//! Many at once, on one node and on two; and the cache between them.

use std::collections::HashSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use base::{Class, Clock};
use keys::KeysError;
use store::Sql;

use crate::harness::{CLASSES, cache, classes, people, person, settings, stores, tenant, wrapped};

#[tokio::test(flavor = "multi_thread")]
async fn creators_at_once_end_with_one_key() {
    for store in stores().await {
        let nodes = [store.keys().await, store.node().await];
        let wanted = person();
        let mut tasks = Vec::new();
        for turn in 0..40 {
            let keys = nodes[turn % 2].clone();
            tasks.push(tokio::spawn(async move {
                let ring = keys
                    .ensure_person(&tenant(), wanted, classes())
                    .await
                    .unwrap();
                CLASSES.map(|class| *ring.newest(class).unwrap().key.danger_bytes())
            }));
        }
        let mut seen = HashSet::new();
        for task in tasks {
            seen.insert(task.await.unwrap());
        }
        assert_eq!(seen.len(), 1, "{}", store.db.engine);
        assert_eq!(wrapped(&store, wanted).await.len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_begin_at_once_share_one_root() {
    for store in stores().await {
        let (one, two) = tokio::join!(store.node_with(settings()), store.node_with(settings()));
        one.open_tenant(&tenant()).await.unwrap();
        two.open_tenant(&tenant()).await.unwrap();
        let (first, second) = (one.index_key(&tenant()), two.index_key(&tenant()));
        assert_eq!(
            first.unwrap().key.danger_bytes(),
            second.unwrap().key.danger_bytes()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_opened_at_once_have_one_set_of_keys() {
    for store in stores().await {
        let one = store
            .open(Arc::clone(&store.backend), cache(10, 10, 10))
            .await
            .unwrap();
        let two = store.node_with(cache(10, 10, 10)).await;
        let tenant = tenant();
        let (first, second) = tokio::join!(one.open_tenant(&tenant), two.open_tenant(&tenant));
        first.unwrap();
        second.unwrap();
        let (first, second) = (one.index_key(&tenant), two.index_key(&tenant));
        assert_eq!(
            first.unwrap().key.danger_bytes(),
            second.unwrap().key.danger_bytes()
        );
    }
}

static ROWS_OF_THE_GONE: Sql = Sql::both(
    "SELECT k.class FROM person_key k JOIN person p ON p.tenant = k.tenant AND p.person = k.person WHERE p.gone_at IS NOT NULL",
);

#[tokio::test(flavor = "multi_thread")]
async fn who_is_destroyed_while_keys_are_made_keeps_none() {
    for store in stores().await {
        let (maker, eraser) = (store.keys().await, store.node().await);
        for _ in 0..60 {
            let wanted = person();
            let (one, two) = (maker.clone(), eraser.clone());
            let make =
                tokio::spawn(async move { one.ensure_person(&tenant(), wanted, classes()).await });
            let erase = tokio::spawn(async move { two.destroy_person(&tenant(), wanted).await });
            let made = make.await.unwrap();
            erase.await.unwrap().unwrap();
            assert!(made.is_ok() || matches!(made, Err(KeysError::Destroyed)));
        }
        assert!(store.rows(&ROWS_OF_THE_GONE, vec![]).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_destroyed_comes_back_into_the_cache() {
    for store in stores().await {
        let keys = store.keys().await;
        for gone in people(&keys, 60).await {
            keys.forget_all();
            let readers: Vec<_> = (0..4)
                .map(|_| {
                    let keys = keys.clone();
                    tokio::spawn(async move { keys.ring(&tenant(), gone).await.map(drop) })
                })
                .collect();
            keys.destroy_person(&tenant(), gone).await.unwrap();
            for reader in readers {
                drop(reader.await.unwrap());
            }
            assert!(keys.cached(&tenant(), gone).is_none());
        }
    }
}

#[tokio::test]
async fn the_cache_is_bounded_in_number() {
    for store in stores().await {
        let keys = store
            .open(Arc::clone(&store.backend), cache(64, 900, 900))
            .await
            .unwrap();
        keys.open_tenant(&tenant()).await.unwrap();
        let people = people(&keys, 1000).await;
        let cached = keys.status().await.unwrap().cached_persons;
        assert!((1..=64).contains(&cached), "{cached}");
        for person in people {
            keys.person(&tenant(), person, Class::Health).await.unwrap();
        }
        assert!(keys.status().await.unwrap().cached_persons <= 64);
    }
}

#[tokio::test]
async fn the_cache_is_bounded_in_time_and_lets_go_of_the_keys() {
    for store in stores().await {
        let keys = store
            .open(Arc::clone(&store.backend), cache(1000, 60, 600))
            .await
            .unwrap();
        keys.open_tenant(&tenant()).await.unwrap();
        let people = people(&keys, 10).await;
        let key = |at: usize| {
            let ring = keys.cached(&tenant(), people[at]).unwrap();
            Arc::downgrade(&ring.newest(Class::Health).unwrap().key)
        };
        let (used, idle): (Weak<_>, Weak<_>) = (key(0), key(1));
        store.clock.pass(Duration::from_secs(40));
        assert!(keys.cached(&tenant(), people[0]).is_some());
        store.clock.pass(Duration::from_secs(40));
        assert_eq!(keys.sweep(), 9);
        assert!(used.upgrade().is_some());
        // Nobody holds it any more, so it was dropped, and dropping zeroises.
        assert!(idle.upgrade().is_none());

        // However much it is used, it is read again in time.
        for _ in 0..20 {
            store.clock.pass(Duration::from_secs(40));
            drop(keys.cached(&tenant(), people[0]));
        }
        assert!(used.upgrade().is_none());

        // And a clock that is set back keeps nothing for ever.
        keys.person(&tenant(), people[2], Class::Health)
            .await
            .unwrap();
        store.clock.set(base::Instant::from_micros(
            store.clock.now().micros() - 3_600_000_000,
        ));
        assert!(keys.cached(&tenant(), people[2]).is_none());
    }
}

#[tokio::test]
async fn what_is_forgotten_is_read_again() {
    for store in stores().await {
        let keys = store.keys().await;
        let person = people(&keys, 1).await[0];
        assert!(keys.cached(&tenant(), person).is_some());
        keys.forget(&tenant(), person);
        assert!(keys.cached(&tenant(), person).is_none());
        keys.person(&tenant(), person, Class::Health).await.unwrap();
        assert!(keys.cached(&tenant(), person).is_some());
    }
}
