//! What somebody changed in the database does not open, is named, and spoils nothing else.

use base::{Class, ErrorKind, Fault};
use keys::{KeysError, Level};
use store::Sql;

use crate::harness::{key_bytes, people, settings, stores, tenant, wrapped};

static SET_WRAPPED: Sql = Sql::both(
    "UPDATE person_key SET wrapped = $1 WHERE tenant = $2 AND person = $3 AND class = $4",
);

#[tokio::test]
async fn two_persons_keys_that_were_swapped_do_not_open() {
    for store in stores().await {
        let keys = store.keys().await;
        let people = people(&keys, 3).await;
        let (ann, bob) = (people[0], people[1]);
        let (of_ann, of_bob) = (wrapped(&store, ann).await, wrapped(&store, bob).await);
        for (person, bytes) in [(ann, &of_bob), (bob, &of_ann)] {
            let params = vec![
                bytes[2].clone().into(),
                (&tenant()).into(),
                person.into(),
                Class::Health.into(),
            ];
            store.tamper(&SET_WRAPPED, params, 1).await;
        }
        keys.forget_all();
        for person in [ann, bob] {
            let error = keys
                .person(&tenant(), person, Class::Health)
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Tampered);
            keys.person(&tenant(), person, Class::Personal)
                .await
                .unwrap();
        }
        key_bytes(&keys, &people[2..]).await;
    }
}

#[tokio::test]
async fn a_key_of_one_class_does_not_pass_for_another() {
    for store in stores().await {
        let keys = store.keys().await;
        let person = people(&keys, 1).await[0];
        let internal = wrapped(&store, person).await.remove(0);
        let params = vec![
            internal.into(),
            (&tenant()).into(),
            person.into(),
            Class::Health.into(),
        ];
        store.tamper(&SET_WRAPPED, params, 1).await;
        keys.forget_all();
        let error = keys.person(&tenant(), person, Class::Health).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Tampered);
    }
}

#[tokio::test]
async fn every_flipped_bit_is_found_and_the_key_is_named() {
    for store in stores().await {
        let keys = store.keys().await;
        let people = people(&keys, 2).await;
        let person = people[0];
        let whole = wrapped(&store, person).await.remove(2);
        for at in 0..whole.len() {
            let mut altered = whole.clone();
            altered[at] ^= 1 << (at % 8);
            let params = vec![
                altered.into(),
                (&tenant()).into(),
                person.into(),
                Class::Health.into(),
            ];
            store.tamper(&SET_WRAPPED, params, 1).await;
            keys.forget_all();
            let error = keys
                .person(&tenant(), person, Class::Health)
                .await
                .unwrap_err();
            let wanted = Level::Person {
                tenant: tenant(),
                person,
                class: Class::Health,
            }
            .generation(1);
            assert!(
                matches!(&error, KeysError::Altered(name, _) if *name == wanted),
                "byte {at}: {error}"
            );
            // What the caller reads says nothing of whom.
            assert!(!error.public().contains(&person.to_string()));
        }
        key_bytes(&keys, &people[1..]).await;
    }
}

#[tokio::test]
async fn a_damaged_class_key_stops_its_class_only() {
    for store in stores().await {
        let keys = store.keys().await;
        let person = people(&keys, 1).await[0];
        static READ: Sql = Sql::both("SELECT wrapped FROM kek WHERE class = 4");
        static WRITE: Sql = Sql::both("UPDATE kek SET wrapped = $1 WHERE class = 4");
        let mut bytes = store.rows(&READ, vec![]).await[0]
            .bytes(0)
            .unwrap()
            .to_vec();
        bytes[80] ^= 16;
        store.tamper(&WRITE, vec![bytes.into()], 1).await;
        drop(keys);

        let keys = store.keys().await;
        let error = keys
            .person(&tenant(), person, Class::Health)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tampered);
        assert!(error.to_string().contains("health"), "{error}");
        keys.person(&tenant(), person, Class::Personal)
            .await
            .unwrap();
        keys.index_key(&tenant()).unwrap();
        let lines = keys.list().await.unwrap();
        assert_eq!(lines.iter().filter(|line| !line.opens).count(), 1);
    }
}

#[tokio::test]
async fn a_row_that_was_moved_to_another_generation_or_region_does_not_open() {
    for store in stores().await {
        let keys = store.keys().await;
        let person = people(&keys, 1).await[0];
        static EDIT: Sql =
            Sql::both("UPDATE person_key SET generation = 2 WHERE person = $1 AND class = 4");
        store.tamper(&EDIT, vec![person.into()], 1).await;
        keys.forget_all();
        let error = keys.person(&tenant(), person, Class::Health).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Tampered);

        static REGION: Sql =
            Sql::both("UPDATE person_key SET region = 'us' WHERE person = $1 AND class = 3");
        store.tamper(&REGION, vec![person.into()], 1).await;
        keys.forget_all();
        let error = keys.person(&tenant(), person, Class::Personal).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Tampered);
    }
}

#[tokio::test]
async fn a_tenants_row_does_not_serve_another_tenant() {
    for store in stores().await {
        let keys = store.keys().await;
        let other = "umbrella".parse().unwrap();
        keys.open_tenant(&other).await.unwrap();
        static READ: Sql =
            Sql::both("SELECT wrapped FROM kek WHERE tenant = 'acme-health' AND class = 4");
        static WRITE: Sql =
            Sql::both("UPDATE kek SET wrapped = $1 WHERE tenant = 'umbrella' AND class = 4");
        let ours = store.rows(&READ, vec![]).await[0]
            .bytes(0)
            .unwrap()
            .to_vec();
        store.tamper(&WRITE, vec![ours.into()], 1).await;
        drop(keys);
        let keys = store
            .open(std::sync::Arc::clone(&store.backend), settings())
            .await
            .unwrap();
        keys.open_tenant(&other).await.unwrap();
        let lines = keys.list().await.unwrap();
        let shut: Vec<_> = lines.iter().filter(|line| !line.opens).collect();
        assert_eq!(shut.len(), 1);
        assert!(shut[0].name.to_string().contains("umbrella"));
    }
}
