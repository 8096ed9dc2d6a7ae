//! Entries about one person, with and without the index.

use std::collections::BTreeMap;

use audit::about::BLOCK;
use audit::danger_testing::entry;
use base::{Handle, Rng as _, SeededRng};
use store::{Sql, WriteSet};

use crate::support::Logs;

/// Who is looked at: in a log of that many entries each of three people comes now and then, and one all the time at first.
fn whose(people: &[Handle; 4], number: u64) -> Option<Handle> {
    match number {
        0..1_000 => Some(people[3]),
        _ if number.is_multiple_of(1_013) => Some(people[0]),
        _ if number.is_multiple_of(20_011) => Some(people[1]),
        _ => None,
    }
}

async fn fill(logs: &Logs, people: &[Handle; 4], count: u64) -> BTreeMap<Handle, Vec<u64>> {
    let mut expected = BTreeMap::<Handle, Vec<u64>>::new();
    let mut number = 0;
    while number < count {
        let mut set = WriteSet::new();
        for _ in 0..512.min(count - number) {
            let mut line = entry(7, number);
            if let Some(handle) = whose(people, number) {
                line = line.person(handle);
                expected.entry(handle).or_default().insert(0, number);
            }
            set = set.log(line.finish(&logs.tenant));
            number += 1;
        }
        logs.db.commit(set).await.expect("appends");
    }
    expected
}

/// Every page of what is found about `handle`.
async fn all(logs: &Logs, handle: Handle, page: usize) -> Vec<u64> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let entries = logs.log.about(&logs.tenant, handle, before, page).await;
        let entries = entries.expect("finds");
        assert!(entries.len() <= page);
        for logged in &entries {
            assert_eq!(logged.entry().expect("an entry").person, Some(handle));
            found.push(logged.index);
        }
        match entries.last() {
            Some(last) => before = Some(last.index),
            None => return found,
        }
    }
}

#[tokio::test]
async fn the_same_is_found_with_the_index_without_it_and_with_holes_in_it() {
    let rng = SeededRng::new(5);
    // Two that share the row of the index, and one that differs behind the mark only.
    let mut bytes = [0; 16];
    rng.fill(&mut bytes);
    let people = [0_u8, 1, 2, 3].map(|number| {
        let mut mine = bytes;
        if number == 1 {
            mine[15] ^= 1;
        } else {
            mine[2] ^= number;
        }
        Handle::from_bytes(mine)
    });
    for logs in Logs::each().await {
        let count = 2 * BLOCK + 3_000;
        let expected = fill(&logs, &people, count).await;
        for (handle, indexes) in &expected {
            assert_eq!(
                all(&logs, *handle, 90).await,
                *indexes,
                "{}",
                logs.db.engine
            );
        }
        assert_eq!(
            logs.log
                .index_by_person(&logs.tenant, &rng)
                .await
                .expect("indexes"),
            2
        );
        assert_eq!(
            logs.log
                .index_by_person(&logs.tenant, &rng)
                .await
                .expect("nothing left"),
            0
        );
        for (handle, indexes) in &expected {
            assert_eq!(
                all(&logs, *handle, 90).await,
                *indexes,
                "{}",
                logs.db.engine
            );
        }
        assert!(all(&logs, people[2], 10).await.is_empty());

        static HOLE: Sql = Sql::both("DELETE FROM log_index WHERE block = 0");
        logs.db
            .commit(WriteSet::new().run(&HOLE, Vec::new()))
            .await
            .expect("cuts");
        for (handle, indexes) in &expected {
            assert_eq!(
                all(&logs, *handle, 90).await,
                *indexes,
                "{}",
                logs.db.engine
            );
        }

        static MOVED: Sql = Sql::both(
            "UPDATE log_index SET bucket = 255 - bucket WHERE block = 1 AND bucket < 128",
        );
        static AWAY: Sql = Sql::both("DELETE FROM log_index WHERE block = 1 AND bucket >= 128");
        let set = WriteSet::new()
            .run(&AWAY, Vec::new())
            .run(&MOVED, Vec::new());
        logs.db.commit(set).await.expect("moves rows");
        let mut lied = 0;
        for handle in people {
            let found = logs.log.about(&logs.tenant, handle, None, 10_000).await;
            match found {
                Ok(found) => {
                    let indexes: Vec<u64> = found.iter().map(|it| it.index).collect();
                    assert_eq!(Some(&indexes), expected.get(&handle).or(Some(&Vec::new())));
                }
                Err(_) => lied += 1,
            }
        }
        println!(
            "{}: {lied} of 4 refused a row that was moved",
            logs.db.engine
        );
    }
}
