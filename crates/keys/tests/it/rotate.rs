//! New generations, re-wrapping to zero, and the end of the old ones.

use std::ops::ControlFlow;

use base::{Class, Fault};
use keys::{Destroy, KeysError, Kind, Level, State};
use store::Sql;

use crate::harness::{CLASSES, Store, key_bytes, people, sqlite, stores, tenant};

fn kek(class: Class) -> Level {
    Level::Kek {
        tenant: tenant(),
        region: "eu".parse().unwrap(),
        class,
    }
}

async fn rotate_all(keys: &keys::Keys) {
    keys.rotate(&Level::Root).await.unwrap();
    for class in [
        Class::Public,
        Class::Internal,
        Class::Personal,
        Class::Health,
        Class::Credential,
    ] {
        keys.rotate(&kek(class)).await.unwrap();
    }
}

#[tokio::test]
async fn rewrapping_goes_to_zero_and_then_the_old_ones_are_destroyed() {
    for store in stores().await {
        let keys = store.keys().await;
        let people = people(&keys, 700).await;
        let before = key_bytes(&keys, &people).await;
        let index = *keys.index_key(&tenant()).unwrap().key.danger_bytes();
        rotate_all(&keys).await;
        assert_eq!(key_bytes(&keys, &people).await, before, "nothing moved yet");

        let status = keys.status().await.unwrap();
        // Five old key-encryption keys under the old root; everything else under those.
        assert_eq!(status.behind, 5 + 700 * 3 + 4);
        assert!(status.rewrapped_percent() < 5);
        let old = kek(Class::Health).generation(1);
        let refused = keys.destroy(&old, Destroy::WhenEmpty).await.unwrap_err();
        assert!(
            matches!(refused, KeysError::InUse { remaining: 700, .. }),
            "{refused}"
        );

        let mut heard = Vec::new();
        let done = keys
            .rewrap(|progress| {
                heard.push(progress);
                ControlFlow::Continue(())
            })
            .await
            .unwrap();
        assert_eq!((done.remaining, done.damaged), (0, 0));
        assert_eq!(done.moved, status.behind);
        assert!(heard.len() > 3, "it says how far it is");
        assert!(heard.is_sorted_by_key(|progress| progress.moved));
        assert_eq!(keys.status().await.unwrap().rewrapped_percent(), 100);
        assert_eq!(key_bytes(&keys, &people).await, before);

        for class in CLASSES {
            keys.destroy(&kek(class).generation(1), Destroy::WhenEmpty)
                .await
                .unwrap();
        }
        for class in [Class::Public, Class::Credential] {
            keys.destroy(&kek(class).generation(1), Destroy::WhenEmpty)
                .await
                .unwrap();
        }
        keys.destroy(&Level::Root.generation(1), Destroy::WhenEmpty)
            .await
            .unwrap();
        drop(keys);

        let keys = store.keys().await;
        assert_eq!(key_bytes(&keys, &people).await, before);
        assert_eq!(
            *keys.index_key(&tenant()).unwrap().key.danger_bytes(),
            index
        );
        let lines = keys.list().await.unwrap();
        assert!(
            lines
                .iter()
                .all(|line| line.state == State::Newest && line.opens)
        );
        assert!(
            lines
                .iter()
                .filter(|line| !matches!(line.name.level, Level::Tenant { .. }))
                .all(|line| line.name.generation == 2)
        );
    }
}

#[tokio::test]
async fn a_run_that_stops_is_gone_on_with() {
    for store in stores().await {
        let keys = store.keys().await;
        let people = people(&keys, 1500).await;
        let before = key_bytes(&keys, &people).await;
        rotate_all(&keys).await;
        let total = keys.status().await.unwrap().behind;

        // Stopped in the middle of the person keys, then the process is gone.
        let stopped = keys
            .rewrap(|progress| {
                if progress.moved > 1500 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
            .await
            .unwrap();
        assert!(stopped.moved > 1500 && stopped.remaining > 1500);
        drop(keys);

        let keys = store.keys().await;
        assert_eq!(keys.status().await.unwrap().behind, total - stopped.moved);
        assert_eq!(
            key_bytes(&keys, &people).await,
            before,
            "half and half opens"
        );
        let done = keys.rewrap(|_| ControlFlow::Continue(())).await.unwrap();
        assert_eq!(done.moved, total - stopped.moved);
        assert_eq!(done.remaining, 0);
        assert_eq!(key_bytes(&keys, &people).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cut_off_anywhere_loses_nothing() {
    for store in stores().await {
        let keys = store.keys().await;
        let people = people(&keys, 1200).await;
        let before = key_bytes(&keys, &people).await;
        for turn in 0..6_u32 {
            rotate_all(&keys).await;
            let run = {
                let keys = keys.clone();
                tokio::spawn(async move { keys.rewrap(|_| ControlFlow::Continue(())).await })
            };
            for _ in 0..turn * 40 {
                tokio::task::yield_now().await;
            }
            run.abort();
            drop(run.await);
            let other = store.keys().await;
            assert_eq!(key_bytes(&other, &people).await, before);
        }
        let done = keys.rewrap(|_| ControlFlow::Continue(())).await.unwrap();
        assert_eq!(done.remaining, 0);
        assert_eq!(key_bytes(&keys, &people).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_served_and_made_while_rewrapping_runs() {
    for store in stores().await {
        let (keys, node) = (store.keys().await, store.node().await);
        let known = people(&keys, 1200).await;
        let before = key_bytes(&keys, &known).await;
        rotate_all(&keys).await;
        let run = {
            let keys = keys.clone();
            tokio::spawn(async move { keys.rewrap(|_| ControlFlow::Continue(())).await })
        };
        // The other node has not heard of the rotation.
        let fresh = people(&node, 600).await;
        let fresh_bytes = key_bytes(&node, &fresh).await;
        assert_eq!(key_bytes(&node, &known).await, before);
        run.await.unwrap().unwrap();
        let done = keys.rewrap(|_| ControlFlow::Continue(())).await.unwrap();
        assert_eq!(done.remaining, 0);
        assert_eq!(key_bytes(&keys, &fresh).await, fresh_bytes);
    }
}

#[tokio::test]
async fn a_node_that_has_not_heard_makes_nothing_under_a_retired_key() {
    for store in stores().await {
        let (keys, node) = (store.keys().await, store.node().await);
        rotate_all(&keys).await;
        let people = people(&node, 10).await;
        let lines = keys.list().await.unwrap();
        let old = lines
            .iter()
            .find(|line| line.name == kek(Class::Health).generation(1))
            .unwrap();
        assert_eq!(old.beneath, 0);
        // And once the old one is destroyed, the other node still reads.
        keys.rewrap(|_| ControlFlow::Continue(())).await.unwrap();
        keys.destroy(&old.name, Destroy::WhenEmpty).await.unwrap();
        key_bytes(&node, &people).await;
    }
}

#[tokio::test]
async fn only_a_retired_key_is_destroyed() {
    for store in stores().await {
        let keys = store.keys().await;
        for name in [
            Level::Root.generation(1),
            kek(Class::Health).generation(1),
            Level::Tenant {
                tenant: tenant(),
                kind: Kind::LogSigning,
            }
            .generation(1),
        ] {
            let error = keys.destroy(&name, Destroy::DangerInUse).await.unwrap_err();
            assert_eq!(error.code(), "keys.newest", "{name}");
        }
        let error = keys
            .destroy(&Level::Root.generation(9), Destroy::WhenEmpty)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "keys.missing");
    }
}

#[tokio::test]
async fn destroying_a_key_in_use_takes_its_name_and_what_hangs_under_it() {
    for store in stores().await {
        let keys = store.keys().await;
        let person = people(&keys, 1).await[0];
        keys.rotate(&kek(Class::Health)).await.unwrap();
        let old = kek(Class::Health).generation(1);
        keys.destroy(&old, Destroy::DangerInUse).await.unwrap();
        keys.forget_all();
        let error = keys
            .person(&tenant(), person, Class::Health)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "keys.orphan");
        keys.person(&tenant(), person, Class::Personal)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn the_index_key_stays() {
    for store in stores().await {
        let keys = store.keys().await;
        let index = Level::Tenant {
            tenant: tenant(),
            kind: Kind::Index,
        };
        let error = keys.rotate(&index).await.unwrap_err();
        assert_eq!(error.code(), "keys.not_rotatable");
    }
}

#[tokio::test]
async fn a_person_key_gets_a_new_generation_and_keeps_the_old_until_told() {
    for store in stores().await {
        let (keys, node) = (store.keys().await, store.node().await);
        let (tenant, person) = (tenant(), people(&keys, 1).await[0]);
        let first = node.person(&tenant, person, Class::Health).await.unwrap();
        let level = Level::Person {
            tenant: tenant.clone(),
            person,
            class: Class::Health,
        };
        assert_eq!(keys.rotate(&level).await.unwrap(), 2);
        let second = keys.person(&tenant, person, Class::Health).await.unwrap();
        assert_eq!(second.generation, 2);
        assert_ne!(first.key.danger_bytes(), second.key.danger_bytes());
        // The other node finds a generation that it has not heard of.
        let found = node.person_at(&tenant, person, Class::Health, 2).await;
        assert_eq!(found.unwrap().key.danger_bytes(), second.key.danger_bytes());
        let old = keys.person_at(&tenant, person, Class::Health, 1).await;
        assert_eq!(old.unwrap().key.danger_bytes(), first.key.danger_bytes());

        let newest = keys.retire_person_generation(&tenant, person, Class::Health, 2);
        assert_eq!(newest.await.unwrap_err().code(), "keys.newest");
        keys.retire_person_generation(&tenant, person, Class::Health, 1)
            .await
            .unwrap();
        let gone = keys.person_at(&tenant, person, Class::Health, 1).await;
        assert_eq!(gone.unwrap_err().code(), "keys.missing");
        keys.person_at(&tenant, person, Class::Health, 2)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn two_who_rotate_at_once_do_not_make_two() {
    for store in stores().await {
        let (one, two) = (store.keys().await, store.node().await);
        let level = kek(Class::Personal);
        let (first, second) = tokio::join!(one.rotate(&level), two.rotate(&level));
        let generations: Vec<u32> = [first, second].into_iter().flatten().collect();
        assert!(
            generations == [2] || generations == [2, 3] || generations == [3, 2],
            "{generations:?}"
        );
        let newest = one.list().await.unwrap();
        let newest = newest
            .iter()
            .filter(|line| line.name.level == level && line.state == State::Newest);
        assert_eq!(newest.count(), 1);
    }
}

static FLIP: Sql = Sql::both(
    "UPDATE person_key SET wrapped = $1 WHERE tenant = $2 AND person = $3 AND class = $4",
);

#[tokio::test]
async fn a_damaged_key_is_counted_and_holds_up_no_other() {
    let store: Store = sqlite().await;
    let keys = store.keys().await;
    let people = people(&keys, 50).await;
    let mut bytes = crate::harness::wrapped(&store, people[7]).await.remove(0);
    bytes[60] ^= 4;
    let params = vec![
        bytes.into(),
        (&tenant()).into(),
        people[7].into(),
        Class::Internal.into(),
    ];
    store.tamper(&FLIP, params, 1).await;
    rotate_all(&keys).await;
    let done = keys.rewrap(|_| ControlFlow::Continue(())).await.unwrap();
    assert_eq!((done.remaining, done.damaged), (1, 1));
    let old = kek(Class::Internal).generation(1);
    let error = keys.destroy(&old, Destroy::WhenEmpty).await.unwrap_err();
    assert!(matches!(error, KeysError::InUse { remaining: 1, .. }));
}
