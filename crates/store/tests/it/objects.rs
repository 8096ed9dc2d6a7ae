//! Objects: whole or not at all, never changed.

use std::path::Path;

use base::{ObjectId, SeededRng};
use bytes::Bytes;
use store::StoreError;
use store::objects::{LocalObjects, Objects};

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
    let folder = tempfile::tempdir().expect("a folder");
    let objects = LocalObjects::open(folder.path().join("objects"))
        .await
        .expect("it opens");
    let rng = SeededRng::new(1);
    let id = ObjectId::random(&rng);
    let body: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    put(
        &objects,
        id,
        &[
            &body[..1_000_000],
            &body[1_000_000..1_000_001],
            &body[1_000_001..],
        ],
    )
    .await
    .expect("it is written");
    assert_eq!(incoming(&folder.path().join("objects")), 0);

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

    put(&objects, ObjectId::random(&rng), &[])
        .await
        .expect("an empty one is one too");
}

#[tokio::test]
async fn an_object_is_never_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let objects = LocalObjects::open(folder.path().into())
        .await
        .expect("it opens");
    let id = ObjectId::random(&SeededRng::new(2));
    // Both were begun before either was there.
    let mut first = objects.create(id).await.expect("begun");
    let mut second = objects.create(id).await.expect("begun");
    second.write("second".into()).await.expect("written");
    first.write("first".into()).await.expect("written");
    first.finish().await.expect("finished");
    assert_eq!(second.finish().await, Err(StoreError::Duplicate));
    assert!(matches!(
        put(&objects, id, &[b"third"]).await,
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
    assert_eq!(incoming(folder.path()), 0);
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

    let mut writer = objects.create(ObjectId::random(&rng)).await.expect("begun");
    writer.write("half".into()).await.expect("written");
    drop(writer);
    // The write may still be under way; its file goes when it ends.
    for _ in 0..1_000 {
        if incoming(folder.path()) == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(incoming(folder.path()), 0);
    assert_eq!(objects.list(None, 10).await.expect("a list"), [id]);
}

#[tokio::test]
async fn objects_are_listed_in_pages_and_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let objects = LocalObjects::open(folder.path().into())
        .await
        .expect("it opens");
    let rng = SeededRng::new(4);
    let mut ids: Vec<ObjectId> = (0..40).map(|_| ObjectId::random(&rng)).collect();
    ids.push(ObjectId::from_bytes([0; 16]));
    ids.push(ObjectId::from_bytes([255; 16]));
    for id in &ids {
        put(&objects, *id, &[b"x"]).await.expect("written");
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
    reader
        .read_at(0, &mut buf, 1)
        .await
        .expect("who has it open reads on");
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
