//! Two generations of the keys at most, none of which holds keys of somebody erased for longer than it takes to write the next.

use std::path::Path;

use base::{PersonId, TenantId};
use store::{Sql, WriteSet};

use super::{House, environment, files};
use crate::ContinuityError;
use crate::generations::{self, Generation, Kept, KeyStream, beyond_reach_until, living};

static ADD: Sql = Sql::both("INSERT INTO person (tenant, person, gone_at) VALUES ($1, $2, NULL)");
static ADD_KEY: Sql = Sql::both(
    "INSERT INTO person_key (tenant, person, class, generation, region, parent, wrapped, made_at) \
     VALUES ($1, $2, 2, 1, 'eu', 1, $3, 0)",
);
static GO: Sql = Sql::both("UPDATE person SET gone_at = $3 WHERE tenant = $1 AND person = $2");
static DELETE_KEYS: Sql = Sql::both("DELETE FROM person_key WHERE tenant = $1 AND person = $2");

/// What stands for a wrapped key, to be looked for in files.
const WRAPPED: &[u8] = b"a wrapped key of somebody who will be erased";

impl House {
    pub(super) async fn keep(&self) -> Result<Generation, ContinuityError> {
        self.clock.pass(std::time::Duration::from_secs(3600));
        let now = base::Clock::now(&*self.clock);
        generations::keep(&self.places(), &self.key_parts(), &self.scratch(), now).await
    }

    pub(super) async fn add_person(&self) -> PersonId {
        let tenant: TenantId = "acme".parse().unwrap();
        let person = PersonId::random(&*self.rng);
        let set = WriteSet::new()
            .run(&ADD, vec![(&tenant).into(), person.into()])
            .run(
                &ADD_KEY,
                vec![(&tenant).into(), person.into(), WRAPPED.into()],
            );
        self.key_store.commit(set).await.unwrap();
        person
    }

    pub(super) async fn erase(&self, person: PersonId) {
        let tenant: TenantId = "acme".parse().unwrap();
        let now = base::Clock::now(&*self.clock);
        let set = WriteSet::new()
            .run(&GO, vec![(&tenant).into(), person.into(), now.into()])
            .run(&DELETE_KEYS, vec![(&tenant).into(), person.into()]);
        self.key_store.commit(set).await.unwrap();
        self.key_store.scrub().await.unwrap();
    }

    /// Each generation, and how many were erased when it was read.
    async fn told(&self) -> Vec<(u64, u64)> {
        let told = generations::told(&self.places(), &environment("test")).await;
        let told = told.unwrap().into_iter();
        told.map(|(it, gone)| (it.number, gone)).collect()
    }

    fn numbers(&self) -> Vec<u64> {
        let living = living(&self.places()).unwrap();
        living.iter().map(|it| it.number).collect()
    }
}

fn holds(folder: &Path, needle: &[u8]) -> bool {
    files(folder).iter().any(|path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_two_are_kept_and_the_newest_comes_back() {
    let house = House::new().await;
    house.add_person().await;
    for _ in 0..4 {
        house.keep().await.unwrap();
    }
    assert_eq!(house.numbers(), [4, 3]);
    assert_eq!(files(&house.places().epochs).len(), 2);
    assert_eq!(files(&house.places().folder).len(), 2);
    let to = house.folder.join("back");
    std::fs::create_dir(&to).unwrap();
    let opened = generations::open(&house.places(), &environment("test"), 4, &to)
        .await
        .unwrap();
    assert_eq!(opened.generation.number, 4);
    assert!(holds(&to, WRAPPED), "the wrapped key is in what came back");
    assert!(
        !holds(&house.places().folder, WRAPPED),
        "a generation is sealed"
    );
    assert!(!holds(&house.scratch(), WRAPPED), "no copy stays");
    assert!(matches!(
        generations::open(&house.places(), &environment("test"), 5, &to).await,
        Err(ContinuityError::NoKeys(5))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_erased_is_beyond_reach_with_the_next_generation() {
    let house = House::new().await;
    let person = house.add_person().await;
    house.keep().await.unwrap();
    house.keep().await.unwrap();
    house.erase(person).await;
    let erased_at = base::Clock::now(&*house.clock);
    let before = living(&house.places()).unwrap();
    assert!(beyond_reach_until(&before).unwrap() <= erased_at);
    assert_eq!(house.told().await, [(2, 0), (1, 0)]);
    // What an attacker could have copied: every sealed generation, for ever. The epoch keys are what goes.
    let copied = house.folder.join("copied");
    std::fs::create_dir(&copied).unwrap();
    for path in files(&house.places().folder) {
        std::fs::copy(&path, copied.join(path.file_name().unwrap())).unwrap();
    }
    house.keep().await.unwrap();
    let after = living(&house.places()).unwrap();
    assert_eq!(house.numbers(), [3], "neither of the older ones stays");
    assert!(beyond_reach_until(&after).unwrap() > erased_at);
    assert_eq!(house.told().await, [(3, 1)]);
    for path in files(&copied) {
        let to = house.places().folder.join(path.file_name().unwrap());
        std::fs::copy(&path, to).unwrap();
    }
    assert_eq!(house.numbers(), [3]);
    let to = house.folder.join("back");
    std::fs::create_dir(&to).unwrap();
    generations::open(&house.places(), &environment("test"), 1, &to)
        .await
        .unwrap();
    assert!(!holds(&to, WRAPPED));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_opens_in_its_place_only() {
    let house = House::new().await;
    house.keep().await.unwrap();
    let to = house.folder.join("back");
    std::fs::create_dir(&to).unwrap();
    let other = generations::open(&house.places(), &environment("production"), 1, &to).await;
    assert!(matches!(other, Err(ContinuityError::Broken(_))));
    let path = files(&house.places().folder).pop().unwrap();
    // Another time in its name, so that it would look younger.
    let renamed = house
        .places()
        .folder
        .join("00000001-9999999999999999.sealed");
    std::fs::rename(&path, &renamed).unwrap();
    assert!(
        generations::open(&house.places(), &environment("test"), 1, &to)
            .await
            .is_err()
    );
    std::fs::remove_dir_all(&to).unwrap();
    std::fs::create_dir(&to).unwrap();
    std::fs::rename(&renamed, &path).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert!(
        generations::open(&house.places(), &environment("test"), 1, &to)
            .await
            .is_err()
    );
}

/// Where the new one cannot be written, the older ones stay: better late than without keys.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_one_goes_only_when_the_new_one_is_there() {
    let house = House::new().await;
    let person = house.add_person().await;
    house.keep().await.unwrap();
    house.erase(person).await;
    // Something lies where the new one would be written.
    let next = base::Clock::now(&*house.clock).after(std::time::Duration::from_secs(3600));
    let taken = format!("00000002-{}.part", next.micros());
    let taken = house.places().folder.join(taken);
    std::fs::create_dir(&taken).unwrap();
    assert!(house.keep().await.is_err());
    assert_eq!(house.numbers(), [1]);
    std::fs::remove_dir(&taken).unwrap();
    house.keep().await.unwrap();
    assert_eq!(house.numbers(), [3], "a number is never used twice");
    // One that does not open for us may hold everybody.
    let path = files(&house.places().folder).pop().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[200] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(house.told().await, [(3, 0)]);
}

static COUNT: Sql = Sql::both("SELECT count(*) FROM person");

async fn persons(folder: &Path) -> i64 {
    let found = std::sync::Arc::new(parking_lot::Mutex::new(0));
    let to = std::sync::Arc::clone(&found);
    let question = store::snapshot::Question::new(&COUNT, move |row| {
        *to.lock() = row.int(0).unwrap();
        true
    });
    let file = folder.join(store::snapshot::SQLITE_PART);
    store::snapshot::ask_sqlite(&file, vec![question])
        .await
        .unwrap();
    *found.lock()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_since_lies_beside_the_newest_and_goes_with_it() {
    let house = House::new().await;
    let now = || base::Clock::now(&*house.clock);
    let back = async |name: &str| {
        let to = house.folder.join(name);
        std::fs::create_dir(&to).unwrap();
        generations::open(&house.places(), &environment("test"), 0, &to)
            .await
            .unwrap();
        to
    };
    house.add_person().await;
    let rng = std::sync::Arc::clone(&house.rng);
    let following = KeyStream::begin(&house.key_store, house.places(), environment("test"), rng);
    let mut stream = following.await.unwrap().unwrap();
    // What was committed before is in no generation yet that can be gone on from.
    assert_eq!(stream.send(now()).await.unwrap(), Kept::NeedsGeneration);
    house.add_person().await;
    house.keep().await.unwrap();
    assert_eq!(stream.send(now()).await.unwrap(), Kept::Whole);
    let mut last = house.add_person().await;
    for _ in 0..5 {
        last = house.add_person().await;
        assert_eq!(stream.send(now()).await.unwrap(), Kept::Whole);
    }
    assert_eq!(persons(&back("first").await).await, 8);
    assert!(!holds(&house.places().folder, WRAPPED), "pieces are sealed");

    // Somebody is erased: their key is in the pieces, until there is a newer generation.
    house.erase(last).await;
    assert_eq!(stream.send(now()).await.unwrap(), Kept::Whole);
    house.keep().await.unwrap();
    assert_eq!(stream.send(now()).await.unwrap(), Kept::Whole);
    assert_eq!(house.numbers(), [2]);
    let gone = house.places().folder.join("00000001.stream");
    assert!(!gone.exists(), "pieces go with their generation");
    let to = back("second").await;
    assert_eq!(persons(&to).await, 8);
    house.add_person().await;
    assert_eq!(stream.send(now()).await.unwrap(), Kept::Whole);
    assert_eq!(persons(&back("third").await).await, 9);

    // What two generations have is sent with no third one.
    for lacks in [true, true, false] {
        house.keep().await.unwrap();
        assert_eq!(stream.send(now()).await.unwrap(), Kept::Whole);
        let number = house.numbers()[0];
        let pieces = files(&house.places().folder.join(format!("{number:08}.stream")));
        assert_eq!(pieces.is_empty(), !lacks, "{number}: {pieces:?}");
    }
    house.keep().await.unwrap();
    assert_eq!(stream.send(now()).await.unwrap(), Kept::Whole);
    house.add_person().await;
    assert_eq!(stream.send(now()).await.unwrap(), Kept::Whole);
    house.add_person().await;
    assert_eq!(stream.send(now()).await.unwrap(), Kept::Whole);
    assert_eq!(persons(&back("fourth").await).await, 11);

    // A piece that is missing or altered is found.
    let newest = format!("{:08}.stream", house.numbers()[0]);
    let folder = house.places().folder.join(newest);
    let mut pieces = files(&folder);
    pieces.sort();
    assert_eq!(pieces.len(), 2, "{pieces:?}");
    let kept = std::fs::read(&pieces[0]).unwrap();
    let broken = async |name: &str| {
        let to = house.folder.join(name);
        std::fs::create_dir(&to).unwrap();
        generations::open(&house.places(), &environment("test"), 0, &to).await
    };
    let mut altered = kept.clone();
    altered[300] ^= 1;
    std::fs::write(&pieces[0], altered).unwrap();
    assert!(matches!(
        broken("altered").await,
        Err(ContinuityError::Broken(_))
    ));
    std::fs::remove_file(&pieces[0]).unwrap();
    assert!(matches!(
        broken("missing").await,
        Err(ContinuityError::Broken(_))
    ));
}
