//! What must not pass: other keys, other environments, bytes that were changed, files that are missing or too many.

use std::path::PathBuf;
use std::sync::Arc;

use audit::LogKeys;
use audit::danger_testing::SeededKeys;

use super::{House, environment, files};
use crate::{ContinuityError, Depth, RepositoryKey, Silent};

#[tokio::test(flavor = "multi_thread")]
async fn neither_another_key_nor_another_environment_opens() {
    let house = House::new().await;
    house.make().await.unwrap();
    for other in [
        house.repository_of("test", 2),
        house.repository_of("production", 1),
    ] {
        assert!(matches!(
            other.points().await,
            Err(ContinuityError::WrongKey)
        ));
    }
    // Even with the right key of the repository, the manifest says where it belongs.
    let trust = (house.trusted(), environment("production"));
    let outcome = crate::check(
        &house.repository(),
        "latest",
        trust,
        Depth::Listed,
        &house.scratch(),
        Arc::new(Silent),
    )
    .await;
    assert!(matches!(outcome, Err(ContinuityError::Environment { .. })));
    assert!(matches!(
        RepositoryKey::new(&[1; 31], &environment("test")),
        Err(ContinuityError::BadKey)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_somebody_else_signed_is_refused() {
    let house = House::new().await;
    house.make().await.unwrap();
    let other = SeededKeys::new(8).verifiers(&"operator".parse().unwrap());
    let trust = (other.unwrap(), environment("test"));
    let to = house.folder.join("back");
    let outcome = crate::restore(&house.repository(), "latest", trust, &to, Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(ContinuityError::Broken(_))));
    assert!(files(&to).is_empty());
}

fn packs(house: &House) -> Vec<PathBuf> {
    files(&house.place().join("data"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_is_found() {
    let house = House::new().await;
    house.add(2_000_000).await;
    house.make().await.unwrap();
    house.check("latest", Depth::Read).await.unwrap();
    let pack = packs(&house)
        .into_iter()
        .max_by_key(|path| std::fs::metadata(path).unwrap().len())
        .unwrap();
    let mut bytes = std::fs::read(&pack).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&pack, bytes).unwrap();
    // What lies where still adds up; only reading finds it.
    house.check("latest", Depth::Listed).await.unwrap();
    assert!(house.check("latest", Depth::Read).await.is_err());
    let to = house.folder.join("back");
    assert!(house.restore("latest", &to).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_pack_is_found() {
    let house = House::new().await;
    house.add(2_000_000).await;
    house.make().await.unwrap();
    for pack in packs(&house) {
        let kept = std::fs::read(&pack).unwrap();
        std::fs::remove_file(&pack).unwrap();
        assert!(house.check("latest", Depth::Read).await.is_err());
        std::fs::write(&pack, kept).unwrap();
    }
    house.check("latest", Depth::Read).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_neither_replaces_nor_removes() {
    let house = House::new().await;
    let first = house.make().await.unwrap();
    let before: Vec<_> = files(&house.place())
        .into_iter()
        .map(|path| (std::fs::read(&path).unwrap(), path))
        .collect();
    house.add(1_000).await;
    house.make().await.unwrap();
    for (bytes, path) in before {
        assert_eq!(std::fs::read(path).unwrap(), bytes);
    }
    let repository = house.repository();
    let removed = tokio::task::spawn_blocking(move || {
        let watch = Arc::new(Silent);
        let opened = repository
            .open(crate::Access::Write, Arc::default(), watch)
            .unwrap();
        let id = first.line.name.parse().unwrap();
        opened.delete_snapshots(&[id])
    });
    assert!(removed.await.unwrap().is_err());
    assert_eq!(house.repository().points().await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_asked_for_as_they_are() {
    let house = House::new().await;
    assert!(matches!(
        house.repository().points().await,
        Err(ContinuityError::NoRepository(_))
    ));
    house.make().await.unwrap();
    for name in ["", "zz", "0000000000", "LATEST"] {
        assert!(matches!(
            house.check(name, Depth::Listed).await,
            Err(ContinuityError::NoPoint(_))
        ));
    }
    let to = house.folder.join("taken");
    std::fs::create_dir(&to).unwrap();
    std::fs::write(to.join("config"), "").unwrap();
    assert!(matches!(
        house.restore("latest", &to).await,
        Err(ContinuityError::Occupied(_))
    ));
    assert!(matches!(
        crate::make_empty(&to),
        Err(ContinuityError::Occupied(_))
    ));
}

/// Two at once on one machine: the second waits for the first.
#[tokio::test(flavor = "multi_thread")]
async fn one_backup_at_a_time() {
    let house = House::new().await;
    let held = crate::scratch::Scratch::take(&house.scratch())
        .await
        .unwrap();
    let (made, ()) = tokio::join!(house.make(), async {
        tokio::task::yield_now().await;
        drop(held);
    });
    made.unwrap();
}
