//! Keys come, stay, and come back.

use base::{Class, ClassSet, Fault, PersonId};
use keys::{KeysError, Kind};
use store::{Sql, Value};

use crate::harness::{
    CLASSES, classes, key_bytes, people, person, settings, sqlite, stores, tenant,
};

#[tokio::test]
async fn every_statement_prepares_on_each_engine() {
    for store in stores().await {
        for (name, sql) in keys::STATEMENTS {
            let prepared = store.db.prepare(sql).await;
            assert!(prepared.is_ok(), "{} {name}: {prepared:?}", store.db.engine);
        }
    }
}

#[tokio::test]
async fn no_statement_for_some_walks_through_all() {
    let store = sqlite().await;
    for (name, sql) in keys::STATEMENTS {
        // What counts, and what is about everybody of a tenant, looks at everybody.
        if ["COUNT", "TENANT", "ALL"]
            .iter()
            .any(|it| name.starts_with(it))
        {
            continue;
        }
        let text: &'static str = format!("EXPLAIN QUERY PLAN {}", sql.sqlite).leak();
        let explain: &'static Sql = Box::leak(Box::new(Sql::both(text)));
        let params = vec![Value::Int(0); store.db.prepare(explain).await.unwrap()];
        for row in store.rows(explain, params).await {
            let step = row.text(3).unwrap();
            let many = ["person", "person_key", "p", "k"]
                .iter()
                .any(|table| step.split(' ').nth(1) == Some(table));
            let by_person =
                step.contains("person=?") || step.contains("(person,class,generation)>");
            // `k` is also what a statement about key-encryption keys calls them.
            let by_kek = step.contains("region=? AND class=? AND generation=?");
            assert!(!many || by_person || by_kek, "{name}: {step}");
        }
    }
}

#[tokio::test]
async fn keys_survive_a_restart() {
    for store in stores().await {
        let first = store.keys().await;
        let people = people(&first, 30).await;
        let before = key_bytes(&first, &people).await;
        let index = first.index_key(&tenant()).unwrap();
        drop(first);

        let second = store.keys().await;
        assert_eq!(key_bytes(&second, &people).await, before);
        let again = second.index_key(&tenant()).unwrap();
        assert_eq!(again.key.danger_bytes(), index.key.danger_bytes());
        let mut distinct = before.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), before.len(), "no two keys are alike");
    }
}

#[tokio::test]
async fn a_key_is_made_once_and_a_class_is_added_later() {
    for store in stores().await {
        let keys = store.keys().await;
        let (tenant, person) = (tenant(), person());
        let health = ClassSet::EMPTY.with(Class::Health);
        let first = keys.ensure_person(&tenant, person, health).await.unwrap();
        assert!(matches!(
            first.newest(Class::Personal),
            Err(KeysError::Missing(_))
        ));
        keys.forget_all();
        let second = keys
            .ensure_person(&tenant, person, classes())
            .await
            .unwrap();
        for class in CLASSES {
            second.newest(class).unwrap();
        }
        let one = first.newest(Class::Health).unwrap();
        let two = second.newest(Class::Health).unwrap();
        assert_eq!(one.key.danger_bytes(), two.key.danger_bytes());
        assert_eq!((one.generation, two.generation), (1, 1));
        let found = keys.person_at(&tenant, person, Class::Health, 1).await;
        assert_eq!(found.unwrap().key.danger_bytes(), one.key.danger_bytes());
        let missing = keys.person_at(&tenant, person, Class::Health, 2).await;
        assert!(matches!(missing, Err(KeysError::MissingGeneration(_))));
    }
}

#[tokio::test]
async fn who_is_not_known_has_no_key_and_gets_none_by_asking() {
    for store in stores().await {
        let keys = store.keys().await;
        let nobody = person();
        let ring = keys.ring(&tenant(), nobody).await.unwrap();
        assert!(ring.classes().is_empty());
        let error = keys
            .person(&tenant(), nobody, Class::Health)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "keys.missing");
        assert_eq!(keys.status().await.unwrap().persons, 0);
    }
}

#[tokio::test]
async fn payment_data_have_no_key() {
    for store in stores().await {
        let keys = store.keys().await;
        let payment = classes().with(Class::Payment);
        let error = keys
            .ensure_person(&tenant(), person(), payment)
            .await
            .unwrap_err();
        assert!(matches!(error, KeysError::NoKeyFor(Class::Payment)));
    }
}

#[tokio::test]
async fn the_commons_have_keys_like_a_person() {
    for store in stores().await {
        let keys = store.keys().await;
        let ring = keys
            .ensure_person(&tenant(), PersonId::COMMONS, classes())
            .await
            .unwrap();
        ring.newest(Class::Internal).unwrap();
    }
}

#[tokio::test]
async fn many_at_once_answer_in_the_order_of_asking() {
    for store in stores().await {
        let keys = store.keys().await;
        // More than one commit's worth, some twice, some there already.
        let mut asked = people(&keys, 20).await;
        asked.extend((0..1200).map(|_| person()));
        asked.extend_from_within(5..15);
        let wants: Vec<_> = asked.iter().map(|person| (*person, classes())).collect();
        let rings = keys.ensure_many(&tenant(), &wants).await.unwrap();
        for (person, ring) in asked.iter().zip(rings) {
            assert_eq!(ring.unwrap().person(), *person);
        }
        let status = keys.status().await.unwrap();
        assert_eq!(status.persons, 1220);
        let under_keks: u64 = status
            .lines
            .iter()
            .filter(|line| matches!(line.name.level, keys::Level::Kek { .. }))
            .map(|line| line.beneath)
            .sum();
        assert_eq!(under_keks, 1220 * 3 + 4, "person keys and four tenant keys");
    }
}

#[tokio::test]
async fn tenants_share_no_key_and_a_stranger_has_none() {
    for store in stores().await {
        let keys = store.keys().await;
        let other = "umbrella".parse().unwrap();
        let stranger = "nobody".parse().unwrap();
        keys.open_tenant(&other).await.unwrap();
        let person = person();
        let ours = keys
            .ensure_person(&tenant(), person, classes())
            .await
            .unwrap();
        let theirs = keys.ensure_person(&other, person, classes()).await.unwrap();
        for class in CLASSES {
            let (ours, theirs) = (ours.newest(class).unwrap(), theirs.newest(class).unwrap());
            assert_ne!(ours.key.danger_bytes(), theirs.key.danger_bytes());
        }
        let error = keys.ring(&stranger, person).await.unwrap_err();
        assert!(matches!(error, KeysError::Closed(_)));
        assert_eq!(keys.tenants().await.unwrap(), [tenant(), other]);
    }
}

#[tokio::test]
async fn what_the_tenant_has_is_there_from_the_start_and_made_once() {
    for store in stores().await {
        let (one, two) = (store.keys().await, store.node().await);
        let sealing = one.sealing_key(&tenant()).unwrap();
        let again = two.sealing_key_at(&tenant(), sealing.generation).unwrap();
        assert_eq!(sealing.key.danger_bytes(), again.key.danger_bytes());
        let kinds = one.list().await.unwrap();
        for kind in Kind::ALL {
            let count = kinds
                .iter()
                .filter(|line| matches!(&line.name.level, keys::Level::Tenant { kind: found, .. } if *found == kind))
                .count();
            // RSA keys take seconds, so none is made at the start.
            assert_eq!(count, usize::from(kind != Kind::RsaSigning), "{kind}");
        }
        assert!(kinds.iter().all(|line| line.opens));
    }
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    for store in stores().await {
        let keys = store.keys().await;
        let person = person();
        let ring = keys
            .ensure_person(&tenant(), person, classes())
            .await
            .unwrap();
        let key = ring.newest(Class::Health).unwrap();
        let secret = key.key.danger_bytes();
        let printed = format!(
            "{keys:?} {ring:?} {key:?} {:?} {:?} {:?}",
            keys.status().await.unwrap(),
            keys.index_key(&tenant()).unwrap(),
            settings()
        );
        assert!(!printed.contains(&hex::encode(secret)));
        // As a list of numbers, which is how a derived `Debug` would print it.
        let numbers = format!("{:?}", &secret[..4]);
        assert!(!printed.contains(numbers.trim_matches(['[', ']'])));
    }
}
