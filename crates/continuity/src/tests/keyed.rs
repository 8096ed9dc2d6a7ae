//! Points whose time is over are gone by key, whatever becomes of their files; and those of before points had keys open still.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Instant, ObjectId, PrivilegeId};
use store::snapshot::{SQLITE_PART, ask_sqlite};

use super::{House, environment, files};
use crate::early::{Destruction, Of, Reason};
use crate::stream::{Stream, forward};
use crate::{ContinuityError, Depth, Destroyed, Made, Silent, destroy_keys};

const DAY: Duration = Duration::from_hours(24);
const KEEP: Duration = Duration::from_hours(24 * 30);

impl House {
    async fn destroy(&self, early: &[Destruction]) -> Destroyed {
        let (repository, now) = (self.repository(), self.clock.now());
        destroy_keys(&repository, KEEP, early, now).await.unwrap()
    }

    /// Which points open, the newest first.
    async fn opens(&self) -> Vec<bool> {
        let repository = self.repository();
        let points = repository.points().await.unwrap();
        repository.open_of(&points).unwrap()
    }

    /// Names of the keys that end so.
    fn keys(&self, kind: &str) -> Vec<String> {
        let all = files(self.repository().apart().folder()).into_iter();
        all.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .filter(|name| name.ends_with(kind))
            .collect()
    }

    /// That the point does not open, in any way that there is.
    pub(super) async fn is_shut(&self, name: &str) {
        self.check(name, Depth::Named).await.unwrap();
        for depth in [Depth::Listed, Depth::Read] {
            let checked = self.check(name, depth).await.map(drop);
            assert!(
                matches!(checked, Err(ContinuityError::KeyGone(_))),
                "{checked:?}"
            );
        }
        let to = tempfile::tempdir().unwrap();
        let restored = self.restore(name, to.path()).await.map(drop);
        assert!(
            matches!(restored, Err(ContinuityError::KeyGone(_))),
            "{restored:?}"
        );
        assert!(!to.path().join("database").join(SQLITE_PART).exists());
    }
}

fn agreed(of: Of, at: Instant) -> Destruction {
    Destruction {
        id: PrivilegeId::random(&base::SeededRng::new(1)),
        of,
        reason: Reason::KeyLeaked,
        proposed_at: at,
        first: None,
        second: None,
        due_at: None,
        cancelled_at: None,
        begun_at: Some(at),
        done: None,
    }
}

/// The files are all there; without the key of the one point nothing of it opens, and the other one does.
#[tokio::test(flavor = "multi_thread")]
async fn a_point_whose_time_is_over_opens_for_nobody_though_its_files_are_there() {
    let house = House::new().await;
    house.add(70_000).await;
    let first = house.make().await.unwrap();
    house.clock.pass(DAY * 20);
    house.add(10).await;
    let second = house.make().await.unwrap();
    assert_eq!(house.keys(".point").len(), 2);
    house.check(&first.line.name, Depth::Read).await.unwrap();
    assert_eq!(house.destroy(&[]).await, Destroyed::default());
    house.clock.pass(DAY * 11);
    let before = files(&house.place());
    assert_eq!(house.destroy(&[]).await.points, 1);
    assert_eq!(files(&house.place()), before);
    assert_eq!(house.opens().await, [true, false]);
    house.is_shut(&first.line.name).await;
    house.check(&second.line.name, Depth::Read).await.unwrap();
    let to = house.folder.join("back");
    house.restore("latest", &to).await.unwrap();
    // What both had in common opens by the newer list; the older list opens with no key that is left.
    let (repository, name) = (house.repository(), first.line.name.clone());
    let list = tokio::task::spawn_blocking(move || {
        let point = crate::reader::Point::open(&repository, &name, Arc::new(Silent)).unwrap();
        let mut bytes = Vec::new();
        point.read("database/blocks.list", &mut bytes).unwrap();
        bytes
    });
    let list = list.await.unwrap();
    let key = house
        .repository()
        .apart()
        .point(second.manifest.id)
        .unwrap();
    for id in [first.manifest.id, second.manifest.id] {
        assert!(crate::blocks::List::open(&key, ("test", id), &list).is_err());
    }
    // The newest one's key stays, however old it is.
    house.clock.pass(DAY * 100);
    assert_eq!(house.destroy(&[]).await.points, 0);
    assert_eq!(house.opens().await, [true, false]);
}

/// Nobody who has only the repository and its key reads what stands in the database.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_database_lies_in_the_repository_as_it_is() {
    let house = House::new().await;
    house.add(1_000).await;
    house.make().await.unwrap();
    let repository = house.repository();
    let blocks = tokio::task::spawn_blocking(move || {
        let point = crate::reader::Point::open(&repository, "latest", Arc::new(Silent)).unwrap();
        let names: Vec<_> = point
            .files()
            .unwrap()
            .into_iter()
            .map(|it| it.path)
            .collect();
        assert!(
            !names.iter().any(|it| it.ends_with(SQLITE_PART)),
            "{names:?}"
        );
        let mut bytes = Vec::new();
        point.read("database/blocks", &mut bytes).unwrap();
        bytes
    });
    let blocks = blocks.await.unwrap();
    assert!(!blocks.windows(12).any(|it| it == b"CREATE TABLE"));
    assert!(!blocks.windows(6).any(|it| it == b"SQLite"));
}

#[tokio::test(flavor = "multi_thread")]
async fn points_that_go_early_lose_their_keys_at_once() {
    let house = House::new().await;
    let mut stream = stream(&house).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        house.add(10).await;
        stream.send(&*house.clock).await.unwrap();
        made.push(house.make().await.unwrap());
        house.clock.pass(DAY);
    }
    assert_eq!(house.keys(".hour").len(), 3);
    assert_eq!(house.keys(".blocks").len(), 1);
    let names = vec![made[0].line.name.clone()];
    let of = agreed(Of::Points(names), house.clock.now());
    let destroyed = house.destroy(&[of]).await;
    assert_eq!((destroyed.points, destroyed.hours), (1, 1));
    assert_eq!(house.opens().await, [true, true, false]);
    // Nor can anybody try guesses on what it held.
    assert_eq!(house.keys(".blocks").len(), 0);
    let all = agreed(Of::All, house.clock.now());
    house.add(10).await;
    let last = house.make().await.unwrap();
    assert_eq!(house.destroy(&[all]).await.points, 2);
    assert_eq!(house.opens().await, [true, false, false, false]);
    house.check(&last.line.name, Depth::Read).await.unwrap();
    house.is_shut(&made[2].line.name).await;
}

async fn stream(house: &House) -> Stream {
    let rng = Arc::clone(&house.rng);
    let stream = Stream::begin(house.repository(), &house.db, house.state(), rng).await;
    stream.unwrap().unwrap()
}

async fn go_on(house: &House, made: &Made, name: &str) -> Result<u64, ContinuityError> {
    let to = house.folder.join(name);
    let restored = house.restore(&made.line.name, &to).await?;
    let (file, from) = (
        restored.database.join(SQLITE_PART),
        restored.manifest.stream.unwrap(),
    );
    let forwarded = forward(&house.repository(), &from, house.clock.now(), &file).await?;
    ask_sqlite(&file, Vec::new()).await?;
    Ok(forwarded.pieces)
}

/// A restore takes the key of each hour that it goes over, and goes over none that has no key.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_in_an_hour_goes_with_the_hours_key() {
    let house = House::new().await;
    let mut stream = stream(&house).await;
    house.add(10).await;
    stream.send(&*house.clock).await.unwrap();
    let made = house.make().await.unwrap();
    for _ in 0..3 {
        house.clock.pass(Duration::from_mins(60));
        house.add(10).await;
        stream.send(&*house.clock).await.unwrap();
    }
    let hours = house.keys(".hour");
    assert_eq!(hours.len(), 4, "{hours:?}");
    assert!(go_on(&house, &made, "whole").await.unwrap() >= 3);
    // Each hour is overwritten by itself.
    let path = house.repository().apart().folder().join(&hours[2]);
    let away = house.folder.join("away");
    std::fs::rename(&path, &away).unwrap();
    let lost = go_on(&house, &made, "lost").await;
    assert!(matches!(lost, Err(ContinuityError::KeyGone(_))), "{lost:?}");
    // Another key of the same name opens nothing.
    std::fs::write(&path, [9; 32]).unwrap();
    let other = go_on(&house, &made, "other").await;
    assert!(
        matches!(other, Err(ContinuityError::Broken(_))),
        "{other:?}"
    );
    std::fs::rename(&away, &path).unwrap();
    go_on(&house, &made, "back").await.unwrap();
    house.clock.pass(DAY * 31);
    house.make().await.unwrap();
    assert_eq!(house.destroy(&[]).await.hours, 4);
    assert_eq!(house.keys(".hour").len(), 0);
}

/// Two nodes send in one hour: one makes the key, both seal with it.
#[tokio::test(flavor = "multi_thread")]
async fn of_several_who_make_the_key_of_an_hour_one_does() {
    let house = House::new().await;
    let at = house.clock.now();
    let keys = (0..16).map(|_| {
        let (apart, rng) = (house.repository().apart().clone(), Arc::clone(&house.rng));
        tokio::task::spawn_blocking(move || apart.hour(at, Some(&*rng)).unwrap())
    });
    let mut all = Vec::new();
    for key in keys.collect::<Vec<_>>() {
        all.push(*key.await.unwrap().danger_bytes());
    }
    all.dedup();
    assert_eq!(all.len(), 1);
    assert_eq!(files(house.repository().apart().folder()).len(), 1);
}

/// The place is lost: it is said, and a new point has a new key.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_place_is_said_and_a_new_point_begins_anew() {
    let house = House::new().await;
    house.add(70_000).await;
    let lost = house.make().await.unwrap();
    std::fs::remove_dir_all(house.repository().apart().folder()).unwrap();
    assert!(!house.repository().apart().is_there());
    assert_eq!(house.opens().await, [false]);
    house.is_shut(&lost.line.name).await;
    house.make().await.unwrap();
    assert_eq!(house.opens().await, [true, false]);
    house.check("latest", Depth::Read).await.unwrap();
    // A key of the right name and of other bytes is found out as well.
    let newest = house.keys(".point").pop().unwrap();
    let path = house.repository().apart().folder().join(newest);
    std::fs::write(path, [3; 32]).unwrap();
    let checked = house.check("latest", Depth::Listed).await;
    assert!(matches!(checked, Err(ContinuityError::Broken(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_that_is_not_made_leaves_no_key() {
    let house = House::new().await;
    let id = house.add(1_000).await;
    house.make().await.unwrap();
    // The file is gone and its row is there. In the point before it lies still, so that a repository without one is taken.
    std::fs::remove_file(house.object_path(id)).unwrap();
    std::fs::remove_dir_all(house.place()).unwrap();
    house.make().await.unwrap_err();
    assert_eq!(house.keys(".point").len(), 1);
}

/// Blocks are sealed alike for a month, and then anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_the_blocks_is_changed() {
    let house = House::new().await;
    house.make().await.unwrap();
    let first = house.keys(".blocks");
    house.clock.pass(DAY * 29);
    house.make().await.unwrap();
    assert_eq!(house.keys(".blocks"), first);
    house.clock.pass(DAY * 2);
    house.make().await.unwrap();
    let second = house.keys(".blocks");
    assert!(second.len() == 1 && second != first, "{second:?}");
    house.check("latest", Depth::Read).await.unwrap();
}

/// A point of version 1, as the program made them: the database's file lies in it as it is.
async fn make_before(house: &House) -> String {
    use crate::make::{copy, digest};
    use crate::manifest::{KeysAt, Manifest, ObjectTree, Part};
    use crate::repository::{Access, LABEL};
    use crate::source::{From, Plain, Reading, Source, timestamp};
    use rustic_core::jiff::tz::TimeZone;
    use rustic_core::{BackupOptions, SnapshotOptions};

    let repository = house.repository();
    repository.begin().await.unwrap();
    let folder = house.folder.join("before");
    std::fs::create_dir_all(&folder).unwrap();
    let generation = house.keep().await.unwrap().number;
    let (snapshot, objects, logs) = copy(&house.db, folder, Vec::new()).await.unwrap();
    let file = snapshot.parts[0].clone();
    let (bytes, sha256) = digest(&file).unwrap();
    let path = format!("database/{SQLITE_PART}");
    let mut tree = ObjectTree::default();
    let mut sorted = objects.clone();
    sorted.sort_unstable();
    for it in &sorted {
        tree.push(it.id, it.bytes);
    }
    let manifest = Manifest {
        format: "strongroom-recovery-point/1".into(),
        id: ObjectId::random(&*house.rng),
        environment: "test".into(),
        origin: "records.example".into(),
        taken_at: house.clock.now().to_string(),
        program: "0.1.0".into(),
        engine: "sqlite".into(),
        schema: snapshot.schema,
        database: vec![Part {
            path: path.clone(),
            bytes,
            sha256,
        }],
        sealed: None,
        configuration: Vec::new(),
        objects: tree.finish(Vec::new()),
        logs,
        keys: KeysAt { generation },
        stream: None,
    };
    let text = manifest.sign(&house.parts("").signer).unwrap();
    let plain = vec![
        Plain {
            path: path.into(),
            bytes,
            from: From::Disk(file),
        },
        Plain {
            path: "manifest.jws".into(),
            bytes: text.len() as u64,
            from: From::Memory(text.as_bytes().into()),
        },
    ];
    let reading = Arc::new(Reading::default());
    let at = house.clock.now();
    let source = Source::new(
        plain,
        objects,
        at,
        Arc::clone(&house.objects) as _,
        Arc::clone(&reading),
    );
    let options = SnapshotOptions::default()
        .host("records.example".to_owned())
        .label(LABEL.to_owned())
        .description(manifest.id.to_string())
        .time(timestamp(at).to_zoned(TimeZone::UTC));
    let stored = tokio::task::spawn_blocking(move || {
        let opened = repository
            .open(Access::Write, reading, Arc::new(Silent))
            .unwrap();
        let opened = opened.to_indexed_ids().unwrap();
        let root = ["strongroom".into()];
        let snapshot = options.to_snapshot().unwrap();
        opened
            .archive(&BackupOptions::default(), &source, snapshot, &root)
            .unwrap()
            .id
            .to_hex()
            .as_str()
            .to_owned()
    });
    stored.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_of_before_points_had_keys_opens_still() {
    let house = House::new().await;
    house.add(70_000).await;
    let before = make_before(&house).await;
    house.clock.pass(DAY);
    house.add(10).await;
    house.make().await.unwrap();
    assert_eq!(house.opens().await, [true, true]);
    let checked = house.check(&before, Depth::Read).await.unwrap();
    assert_eq!(checked.manifest.format, "strongroom-recovery-point/1");
    let to = house.folder.join("back");
    let restored = house.restore(&before, &to).await.unwrap();
    assert!(restored.database.join(SQLITE_PART).is_file());
    let to = house.folder.join("database");
    std::fs::create_dir(&to).unwrap();
    let trust = (house.trusted(), environment("test"));
    let only: &Path = &to;
    crate::database(&house.repository(), &before, trust, only, Arc::new(Silent))
        .await
        .unwrap();
    assert!(to.join(SQLITE_PART).is_file());
}
