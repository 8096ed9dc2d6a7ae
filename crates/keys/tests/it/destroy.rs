//! Destroyed is destroyed: in the answers, in the files, on other nodes, for ever.

use std::collections::HashSet;

use base::{Class, ErrorKind, Fault, PersonId};
use keys::{KeysError, Level};
use store::Sql;

use crate::harness::{cache, classes, key_bytes, people, person, sqlite, stores, tenant, wrapped};

#[tokio::test]
async fn a_destroyed_person_has_no_keys_and_gets_none_again() {
    for store in stores().await {
        let keys = store.keys().await;
        let people = people(&keys, 3).await;
        let (tenant, gone) = (tenant(), people[1]);
        let first = keys.destroy_person(&tenant, gone).await.unwrap();
        assert_eq!(first.keys, 3);
        assert_eq!(keys.destroy_person(&tenant, gone).await.unwrap().keys, 0);

        for keys in [keys.clone(), store.keys().await] {
            let error = keys.person(&tenant, gone, Class::Health).await.unwrap_err();
            assert!(matches!(error, KeysError::Destroyed));
            assert_eq!(error.kind(), ErrorKind::Gone);
            let error = keys.ensure_person(&tenant, gone, classes()).await;
            assert!(matches!(error.unwrap_err(), KeysError::Destroyed));
            let level = Level::Person {
                tenant: tenant.clone(),
                person: gone,
                class: Class::Health,
            };
            let error = keys.rotate(&level).await.unwrap_err();
            assert!(matches!(error, KeysError::Destroyed));
        }
        let answers = keys
            .ensure_many(
                &tenant,
                &people.iter().map(|it| (*it, classes())).collect::<Vec<_>>(),
            )
            .await
            .unwrap();
        assert!(answers[0].is_ok() && answers[1].is_err() && answers[2].is_ok());
        let status = keys.status().await.unwrap();
        assert_eq!((status.persons, status.persons_destroyed), (2, 1));
        assert!(wrapped(&store, gone).await.is_empty());
    }
}

#[tokio::test]
async fn a_person_who_never_had_keys_can_be_destroyed() {
    for store in stores().await {
        let keys = store.keys().await;
        let nobody = person();
        keys.destroy_person(&tenant(), nobody).await.unwrap();
        let error = keys.ensure_person(&tenant(), nobody, classes()).await;
        assert!(matches!(error.unwrap_err(), KeysError::Destroyed));
    }
}

#[tokio::test]
async fn the_commons_are_never_destroyed() {
    for store in stores().await {
        let keys = store.keys().await;
        let error = keys.destroy_person(&tenant(), PersonId::COMMONS).await;
        assert!(matches!(error.unwrap_err(), KeysError::Commons));
    }
}

/// How many of `secrets` are in `files`, in part at least: any 16 bytes in a row count.
fn left(files: &[u8], secrets: &[Vec<u8>]) -> usize {
    let number = |bytes: &[u8]| u128::from_ne_bytes(bytes.try_into().unwrap());
    let mut windows: Vec<(u128, usize)> = Vec::new();
    for (at, secret) in secrets.iter().enumerate() {
        windows.extend(secret.windows(16).map(|bytes| (number(bytes), at)));
    }
    windows.sort_unstable();
    let mut found = HashSet::new();
    for bytes in files.windows(16) {
        let wanted = number(bytes);
        if let Ok(at) = windows.binary_search_by_key(&wanted, |(window, _)| *window) {
            found.insert(windows[at].1);
        }
    }
    found.len()
}

#[tokio::test]
async fn the_bytes_of_destroyed_keys_are_in_no_file() {
    let store = sqlite().await;
    let keys = store.keys().await;
    // Enough that pages split and rows move about, in several commits so that the write-ahead log holds old pages.
    let mut all = Vec::new();
    for _ in 0..6 {
        all.extend(people(&keys, 500).await);
    }
    let gone: Vec<PersonId> = all.iter().copied().step_by(97).collect();
    let mut secrets = Vec::new();
    for person in &gone {
        secrets.extend(wrapped(&store, *person).await);
    }
    assert_eq!(secrets.len(), gone.len() * 3);
    let files = store.files();
    assert_eq!(
        left(&files, &secrets),
        secrets.len(),
        "the search finds what is there"
    );

    keys.destroy_persons(&tenant(), &gone).await.unwrap();
    let files = store.files();
    assert_eq!(left(&files, &secrets), 0);
    let staying: Vec<PersonId> = all
        .iter()
        .copied()
        .filter(|it| !gone.contains(it))
        .collect();
    key_bytes(&keys, &staying).await;
}

#[tokio::test]
async fn deleting_alone_leaves_the_bytes_which_is_why_the_files_are_wiped() {
    let store = sqlite().await;
    let keys = store.keys().await;
    let gone = people(&keys, 50).await[9];
    let secrets = wrapped(&store, gone).await;
    static DELETE: Sql = Sql::both("DELETE FROM person_key WHERE person = $1");
    store.tamper(&DELETE, vec![gone.into()], 3).await;
    assert_eq!(left(&store.files(), &secrets), 3);
    store.db.scrub().await.unwrap();
    assert_eq!(left(&store.files(), &secrets), 0);
}

#[tokio::test]
async fn an_old_generation_leaves_the_files_when_it_is_destroyed() {
    let store = sqlite().await;
    let keys = store.keys().await;
    let people = people(&keys, 400).await;
    static KEK: Sql = Sql::both("SELECT wrapped FROM kek WHERE class = 4 AND generation = 1");
    let kek = Level::Kek {
        tenant: tenant(),
        region: "eu".parse().unwrap(),
        class: Class::Health,
    };
    let mut secrets = vec![store.rows(&KEK, vec![]).await[0].bytes(0).unwrap().to_vec()];
    secrets.push(wrapped(&store, people[3]).await.remove(2));
    keys.rotate(&kek).await.unwrap();
    keys.rewrap(|_| std::ops::ControlFlow::Continue(()))
        .await
        .unwrap();
    keys.destroy(&kek.generation(1), keys::Destroy::WhenEmpty)
        .await
        .unwrap();
    let files = store.files();
    assert_eq!(left(&files, &secrets), 0);
}

#[tokio::test]
async fn another_node_lets_go_when_its_keys_are_no_longer_fresh() {
    for store in stores().await {
        let keys = store.keys().await;
        let node = store.node_with(cache(1000, 900, 60)).await;
        let gone = people(&keys, 1).await[0];
        node.person(&tenant(), gone, Class::Health).await.unwrap();
        keys.destroy_person(&tenant(), gone).await.unwrap();
        store.clock.pass(std::time::Duration::from_secs(61));
        let error = node.person(&tenant(), gone, Class::Health).await;
        assert!(matches!(error.unwrap_err(), KeysError::Destroyed));
    }
}
