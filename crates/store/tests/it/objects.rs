//! Objects: whole or not at all, never changed. The same suite on a folder and, where there is moto, on a bucket.

use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base::{ObjectId, Rng, SeededRng};
use bytes::Bytes;
use proptest::test_runner::{TestCaseError, TestRunner};
use store::StoreError;
use store::danger_testing::{Moto, SOMEBODY};
use store::objects::{BucketObjects, LocalObjects, Objects};

/// Where objects lie, for the time of a test.
enum Home {
    Folder(tempfile::TempDir),
    Bucket(Box<Moto>),
}

impl Home {
    /// Each kind that there is here.
    async fn all() -> Vec<Self> {
        let mut homes = vec![Self::Folder(tempfile::tempdir().expect("a folder"))];
        homes.extend(Self::bucket().await);
        homes
    }

    async fn bucket() -> Option<Self> {
        let moto = Moto::start().await.expect("moto")?;
        moto.make("files").await.expect("a bucket");
        Some(Self::Bucket(Box::new(moto)))
    }

    /// Opened, as by another process each time.
    async fn open(&self) -> Arc<dyn Objects> {
        match self {
            Self::Folder(folder) => {
                let opened = LocalObjects::open(folder.path().join("objects")).await;
                Arc::new(opened.expect("it opens"))
            }
            Self::Bucket(moto) => Arc::new(of(moto, "files")),
        }
    }

    /// What lies there of writers that did not finish.
    async fn incoming(&self) -> usize {
        match self {
            Self::Folder(folder) => incoming(&folder.path().join("objects")),
            Self::Bucket(moto) => {
                let listed = moto.look("/files?uploads").await.expect("a list");
                listed.matches("<UploadId>").count()
            }
        }
    }

    /// Until nothing lies there any more: what was dropped goes a moment later.
    async fn settled(&self) {
        let mut tries = 0;
        while self.incoming().await > 0 {
            tries += 1;
            assert!(tries < 1_000, "something of an unfinished object is left");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn of(moto: &Moto, bucket: &str) -> BucketObjects {
    // Each its own chance: the words of two writers differ.
    let seed = RandomState::new().hash_one(1);
    let rng = Arc::new(SeededRng::new(seed));
    moto.objects(bucket, "house/one", rng).expect("it opens")
}

fn bytes_of(len: usize, rng: &SeededRng) -> Vec<u8> {
    let mut bytes = vec![0; len];
    rng.fill(&mut bytes);
    bytes
}

async fn put(objects: &dyn Objects, id: ObjectId, pieces: &[&[u8]]) -> Result<(), StoreError> {
    let mut writer = objects.create(id).await?;
    for piece in pieces {
        writer.write(Bytes::copy_from_slice(piece)).await?;
    }
    writer.finish().await
}

fn incoming(root: &Path) -> usize {
    std::fs::read_dir(root.join("incoming"))
        .expect("the folder is there")
        .count()
}

#[tokio::test]
async fn an_object_comes_back_from_any_offset() {
    for home in Home::all().await {
        comes_back(&home).await;
    }
}

async fn comes_back(home: &Home) {
    let objects = home.open().await;
    let objects = &*objects;
    let rng = SeededRng::new(1);
    let id = ObjectId::random(&rng);
    let body: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    put(
        objects,
        id,
        &[
            &body[..1_000_000],
            &body[1_000_000..1_000_001],
            &body[1_000_001..],
        ],
    )
    .await
    .expect("it is written");
    assert_eq!(home.incoming().await, 0);

    let reader = objects
        .open(id)
        .await
        .expect("no failure")
        .expect("an object");
    assert_eq!(reader.len(), 3_000_000);
    let mut buf = vec![9; 17];
    for (offset, len) in [
        (0, 3_000_000),
        (5, 1),
        (2_999_999, 1),
        (999_990, 20),
        (3_000_000, 0),
    ] {
        reader
            .read_at(offset as u64, &mut buf, len)
            .await
            .expect("it is read");
        assert_eq!(buf, body[offset..offset + len]);
    }
    for (offset, len) in [(2_999_999, 2), (u64::MAX, 1), (0, usize::MAX)] {
        let beyond = reader.read_at(offset, &mut buf, len).await;
        assert!(matches!(beyond, Err(StoreError::Damaged(_))));
    }
    assert!(
        objects
            .open(ObjectId::random(&rng))
            .await
            .expect("no failure")
            .is_none()
    );

    let empty = ObjectId::random(&rng);
    put(objects, empty, &[])
        .await
        .expect("an empty one is one too");
    let reader = objects.open(empty).await.expect("no failure");
    let reader = reader.expect("an object");
    assert!(reader.is_empty());
    reader.read_at(0, &mut buf, 0).await.expect("nothing");
    assert!(buf.is_empty());
}

#[tokio::test]
async fn an_object_is_never_overwritten() {
    for home in Home::all().await {
        stays(&home, 1).await;
        // In parts, where there are some.
        stays(&home, 9 << 20).await;
    }
}

async fn stays(home: &Home, times: usize) {
    let objects = home.open().await;
    let objects = &*objects;
    let id = ObjectId::random(&SeededRng::new(times as u64));
    // Both were begun before either was there.
    let mut first = objects.create(id).await.expect("begun");
    let mut second = objects.create(id).await.expect("begun");
    let filling = Bytes::from(vec![7; times]);
    second.write("second".into()).await.expect("written");
    second.write(filling.clone()).await.expect("written");
    first.write("first".into()).await.expect("written");
    first.write(filling).await.expect("written");
    first.finish().await.expect("finished");
    assert_eq!(second.finish().await, Err(StoreError::Duplicate));
    assert!(matches!(
        put(objects, id, &[b"third"]).await,
        Err(StoreError::Duplicate)
    ));
    let mut buf = Vec::new();
    let reader = objects
        .open(id)
        .await
        .expect("no failure")
        .expect("an object");
    reader.read_at(0, &mut buf, 5).await.expect("it is read");
    assert_eq!(buf, b"first");
    assert_eq!(reader.len(), 5 + times as u64);
    home.settled().await;
}

#[tokio::test]
async fn an_unfinished_object_never_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let objects = LocalObjects::open(folder.path().into())
        .await
        .expect("it opens");
    let rng = SeededRng::new(3);
    let id = ObjectId::random(&rng);
    let mut writer = objects.create(id).await.expect("begun");
    writer.write("half".into()).await.expect("written");
    // Somebody else opens the same folder meanwhile, and finds what a crash has left.
    std::fs::write(folder.path().join("incoming/left-by-a-crash"), "x").expect("written");
    let other = LocalObjects::open(folder.path().into())
        .await
        .expect("it opens");
    assert_eq!(
        incoming(folder.path()),
        1,
        "the writer's file stays, the crash's goes"
    );
    assert!(other.open(id).await.expect("no failure").is_none());
    writer.finish().await.expect("it was not disturbed");
    assert!(other.open(id).await.expect("no failure").is_some());
}

#[tokio::test]
async fn what_is_dropped_never_was() {
    for home in Home::all().await {
        let objects = home.open().await;
        let rng = SeededRng::new(3);
        for half in [4, 20 << 20] {
            let id = ObjectId::random(&rng);
            let mut writer = objects.create(id).await.expect("begun");
            for piece in vec![0; half].chunks(1 << 20) {
                let piece = Bytes::copy_from_slice(piece);
                writer.write(piece).await.expect("written");
            }
            assert!(objects.open(id).await.expect("no failure").is_none());
            drop(writer);
            // A write may still be under way; what is of it goes when it ends.
            home.settled().await;
            assert!(objects.open(id).await.expect("no failure").is_none());
            // Another one may be put there.
            put(&*objects, id, &[b"whole"]).await.expect("written");
            assert_eq!(objects.delete(id).await, Ok(true));
        }
        assert_eq!(objects.list(None, 10).await.expect("a list"), []);
    }
}

#[tokio::test]
async fn objects_are_listed_in_pages_and_deleted() {
    for home in Home::all().await {
        listed_and_deleted(&home).await;
    }
}

async fn listed_and_deleted(home: &Home) {
    let objects = home.open().await;
    let rng = SeededRng::new(4);
    let mut ids: Vec<ObjectId> = (0..40).map(|_| ObjectId::random(&rng)).collect();
    ids.push(ObjectId::from_bytes([0; 16]));
    ids.push(ObjectId::from_bytes([255; 16]));
    for id in &ids {
        put(&*objects, *id, &[b"x"]).await.expect("written");
    }
    ids.sort_unstable();
    let mut listed = Vec::new();
    loop {
        let page = objects
            .list(listed.last().copied(), 7)
            .await
            .expect("a page");
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 7);
        listed.extend(page);
    }
    assert_eq!(listed, ids);
    let reader = objects
        .open(ids[3])
        .await
        .expect("no failure")
        .expect("an object");
    assert_eq!(objects.delete(ids[3]).await, Ok(true));
    assert_eq!(objects.delete(ids[3]).await, Ok(false));
    let mut buf = Vec::new();
    let read = reader.read_at(0, &mut buf, 1).await;
    match home {
        Home::Folder(_) => read.expect("who has it open reads on"),
        // Who asks anew finds out that it is gone.
        Home::Bucket(_) => assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}"),
    }
    assert!(objects.open(ids[3]).await.expect("no failure").is_none());
    assert_eq!(
        objects.list(None, 1_000).await.expect("a list").len(),
        ids.len() - 1
    );
}

#[tokio::test]
async fn a_changed_object_is_another_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let objects = LocalObjects::open(folder.path().into())
        .await
        .expect("it opens");
    let id = ObjectId::random(&SeededRng::new(5));
    put(&objects, id, &[b"content"]).await.expect("written");
    let before = objects
        .open(id)
        .await
        .expect("no failure")
        .expect("an object")
        .identity();
    let again = objects
        .open(id)
        .await
        .expect("no failure")
        .expect("an object")
        .identity();
    assert_eq!(before, again);
    let shelf = folder.path().join(format!("{:02x}", id.as_bytes()[0]));
    let path = shelf.join(id.to_string());
    let reader = objects
        .open(id)
        .await
        .expect("no failure")
        .expect("an object");
    std::fs::write(&path, "con").expect("cut short");
    let after = objects
        .open(id)
        .await
        .expect("no failure")
        .expect("an object")
        .identity();
    assert_ne!(before, after);
    let mut buf = Vec::new();
    let cut = reader.read_at(0, &mut buf, 7).await;
    assert!(matches!(cut, Err(StoreError::Damaged(_))), "{cut:?}");
}

#[tokio::test]
async fn a_missing_folder_is_a_passing_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("gone");
    let objects = LocalObjects::open(root.clone()).await.expect("it opens");
    std::fs::remove_dir_all(&root).expect("removed");
    let refused = objects
        .create(ObjectId::random(&SeededRng::new(6)))
        .await
        .err();
    assert!(
        matches!(refused, Some(StoreError::Unavailable(_))),
        "{refused:?}"
    );
}

/// Whatever the lengths of the pieces: each range of what was written comes back, and nothing beyond it.
#[tokio::test(flavor = "multi_thread")]
async fn any_pieces_and_any_ranges() {
    use proptest::prelude::{any, prop};
    const PART: usize = 8 << 20;
    let lengths = prop::collection::vec(
        proptest::prop_oneof![0..2_000_usize, 200_000..300_000_usize, PART - 1..PART + 2],
        0..4,
    );
    let ranges = prop::collection::vec((any::<u32>(), 0..700_000_u32), 1..12);
    let case = (lengths, ranges, any::<u64>());
    for home in Home::all().await {
        let objects = home.open().await;
        let handle = tokio::runtime::Handle::current();
        let mut runner = TestRunner::new(proptest::test_runner::Config {
            cases: 12,
            failure_persistence: None,
            ..proptest::test_runner::Config::default()
        });
        let ran = tokio::task::block_in_place(|| {
            runner.run(&case, |(lengths, ranges, seed)| {
                handle.block_on(held(&*objects, &lengths, &ranges, seed));
                Ok::<_, TestCaseError>(())
            })
        });
        ran.expect("every case holds");
    }
}

async fn held(objects: &dyn Objects, lengths: &[usize], ranges: &[(u32, u32)], seed: u64) {
    let rng = SeededRng::new(seed);
    let id = ObjectId::random(&rng);
    let pieces: Vec<Vec<u8>> = lengths.iter().map(|len| bytes_of(*len, &rng)).collect();
    let whole = pieces.concat();
    let slices: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
    // A case that is made smaller comes with the same seed.
    objects.delete(id).await.expect("no failure");
    put(objects, id, &slices).await.expect("written");
    let reader = objects.open(id).await.expect("no failure");
    let reader = reader.expect("an object");
    assert_eq!(reader.len(), whole.len() as u64);
    let mut buf = Vec::new();
    for (from, len) in ranges {
        let from = (*from as usize) % (whole.len() + 1);
        let to = (from + *len as usize).min(whole.len());
        let read = reader.read_at(from as u64, &mut buf, to - from).await;
        read.expect("it is read");
        assert!(buf == whole[from..to], "{from}..{to}");
        let beyond = reader
            .read_at(from as u64, &mut buf, whole.len() - from + 1)
            .await;
        assert!(matches!(beyond, Err(StoreError::Damaged(_))));
    }
    // One after the other, as whoever reads all of it does.
    let mut again = Vec::new();
    while again.len() < whole.len() {
        let take = (whole.len() - again.len()).min(300_001);
        let read = reader.read_at(again.len() as u64, &mut buf, take).await;
        read.expect("it is read");
        again.extend_from_slice(&buf);
    }
    assert!(again == whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_a_bucket_that_was_swapped_is_another_one() {
    let Some(Home::Bucket(moto)) = Home::bucket().await else {
        return;
    };
    let objects = of(&moto, "files");
    let id = ObjectId::random(&SeededRng::new(5));
    put(&objects, id, &[b"content"]).await.expect("written");
    let reader = objects.open(id).await.expect("no failure");
    let reader = reader.expect("an object");
    let again = objects.open(id).await.expect("no failure");
    assert_eq!(reader.identity(), again.expect("an object").identity());
    // Behind our back, by somebody who may replace.
    let path = format!("/files/house/one/{:02x}/{id}", id.as_bytes()[0]);
    moto.ask(http::Method::PUT, &path, SOMEBODY, "CONTENT")
        .await
        .expect("replaced");
    let mut buf = Vec::new();
    let read = reader.read_at(0, &mut buf, 7).await;
    assert!(matches!(read, Err(StoreError::Damaged(_))), "{read:?}");
    let after = objects.open(id).await.expect("no failure");
    assert_ne!(reader.identity(), after.expect("an object").identity());
    // What others laid there is not ours.
    for strange in ["house/one/readme", "house/one/00/readme", "house/one/zz"] {
        let path = format!("/files/{strange}");
        moto.ask(http::Method::PUT, &path, SOMEBODY, "x")
            .await
            .expect("laid");
    }
    assert_eq!(objects.list(None, 10).await.expect("a list"), [id]);
    let (newest, listed) = objects.newest(9, 100).await.expect("a list");
    assert_eq!((newest, listed), (vec![id], 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_bucket_keeps_is_told() {
    let Some(Home::Bucket(moto)) = Home::bucket().await else {
        return;
    };
    let id = ObjectId::random(&SeededRng::new(5));
    moto.make_versioned("versions").await.expect("a bucket");
    let objects = of(&moto, "versions");
    put(&objects, id, &[b"content"]).await.expect("written");
    assert_eq!(objects.delete(id).await, Ok(true));
    // Gone, not only out of sight.
    let listed = moto.look("/versions?versions").await.expect("a list");
    assert!(!listed.contains(&id.to_string()), "{listed}");
    assert_eq!(objects.delete(id).await, Ok(false));

    moto.make_locked("locked").await.expect("a bucket");
    let objects = of(&moto, "locked");
    put(&objects, id, &[b"content"]).await.expect("written");
    let refused = objects.delete(id).await.expect_err("it is locked");
    assert!(
        refused.to_string().contains("refuses to remove"),
        "{refused}"
    );
    assert!(objects.open(id).await.expect("no failure").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_away_is_a_passing_failure() {
    let Some(Home::Bucket(mut moto)) = Home::bucket().await else {
        return;
    };
    let rng = SeededRng::new(6);
    let unavailable = |error: StoreError| {
        assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
        error.to_string()
    };
    // No bucket, which is not the same as no object.
    let nowhere = of(&moto, "nowhere");
    let id = ObjectId::random(&rng);
    let said = unavailable(nowhere.open(id).await.err().expect("no bucket"));
    assert!(said.contains("NoSuchBucket"), "{said}");
    unavailable(put(&nowhere, id, &[b"x"]).await.expect_err("no bucket"));
    unavailable(nowhere.list(None, 1).await.expect_err("no bucket"));

    let objects = of(&moto, "files");
    put(&objects, id, &[b"x"]).await.expect("written");
    let reader = objects.open(id).await.expect("no failure");
    let reader = reader.expect("an object");
    let mut writer = objects.create(ObjectId::random(&rng)).await.expect("begun");
    let part = Bytes::from(vec![1; 9 << 20]);
    writer.write(part).await.expect("written");
    moto.stop();
    let begun = std::time::Instant::now();
    unavailable(objects.open(id).await.err().expect("away"));
    unavailable(objects.delete(id).await.expect_err("away"));
    unavailable(
        put(&objects, ObjectId::random(&rng), &[b"x"])
            .await
            .expect_err("away"),
    );
    let mut buf = Vec::new();
    unavailable(reader.read_at(0, &mut buf, 1).await.expect_err("away"));
    unavailable(writer.finish().await.expect_err("away"));
    assert!(
        begun.elapsed() < Duration::from_mins(1),
        "{:?}",
        begun.elapsed()
    );
    // It comes back, and nobody has to be told.
    moto.again().await.expect("it starts");
    moto.make("files").await.expect("a bucket");
    put(&objects, id, &[b"x"]).await.expect("written");
    assert!(objects.open(id).await.expect("no failure").is_some());
}
