//! What was made comes back, whole and of one moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use audit::{Action, Entry, Log, Outcome};
use store::snapshot::{Question, ask_sqlite};
use store::{Sql, WriteSet};

use super::{DELETE_FILE, House, environment, files};
use crate::{ContinuityError, Depth};

#[tokio::test(flavor = "multi_thread")]
async fn a_point_comes_back_byte_for_byte() {
    let house = House::new().await;
    let mut ids = Vec::new();
    for bytes in [0, 1, 4_000, 3_000_000] {
        ids.push(house.add(bytes).await);
    }
    let made = house.make().await.unwrap();
    assert_eq!(made.manifest.objects.count, 4);
    assert_eq!(
        made.manifest.schema,
        store::migrations::DATA.last().unwrap().number
    );

    let lines = house.repository().points().await.unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0], made.line);
    let checked = house.check(made.line.short(), Depth::Read).await.unwrap();
    assert_eq!(checked.manifest, made.manifest);
    assert_eq!(checked.digest, made.digest);

    let to = house.folder.join("back");
    let restored = house.restore("latest", &to).await.unwrap();
    assert_eq!(restored.manifest, made.manifest);
    for id in ids {
        let path = crate::source::path_of(id);
        let (before, after) = (house.object_path(id), to.join(path));
        assert_eq!(
            std::fs::read(before).unwrap(),
            std::fs::read(after).unwrap()
        );
    }
    let text = std::fs::read_to_string(to.join("config/strongroom.toml")).unwrap();
    assert_eq!(text, "a = 1\n");
    // Nobody else may read what was restored.
    for path in files(&to) {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
    // The copy of the database does not stay.
    assert_eq!(files(&house.scratch()), [house.scratch().join("lock")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_knows_a_point_and_a_failure() {
    let house = House::new().await;
    let id = house.add(10).await;
    let made = house.make().await.unwrap();
    std::fs::remove_file(house.object_path(id)).unwrap();
    let other = house.add(2_000).await;
    std::fs::remove_file(house.object_path(other)).unwrap();
    assert!(matches!(
        house.make().await,
        Err(ContinuityError::Unread(1))
    ));

    let logs = audit::Installation {
        host: "records.example".into(),
        environment: environment("test"),
    };
    let log = Log::new(house.db.db(), logs, Arc::new(house.keys));
    let tenant = "operator".parse().unwrap();
    let entries = log.entries(&tenant, 0, 2).await.unwrap();
    let entries: Vec<Entry> = entries.iter().map(|it| it.entry().unwrap()).collect();
    assert_eq!(entries[0].action, Action::BackupCreate);
    assert_eq!(entries[0].outcome, Outcome::Ok);
    assert_eq!(entries[0].digest, Some(made.digest));
    assert_eq!(entries[0].subject, Some(*made.manifest.id.as_bytes()));
    assert_eq!(entries[1].outcome, Outcome::Failed);
    assert_eq!(entries[1].code.as_ref().unwrap().as_str(), "backup.unread");
    // The one that failed left no point behind.
    assert_eq!(house.repository().points().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_point_adds_only_what_is_new() {
    let house = House::new().await;
    for _ in 0..20 {
        house.add(500_000).await;
    }
    let first = house.make().await.unwrap();
    let second = house.make().await.unwrap();
    assert!(first.line.added_bytes > 10_000_000, "{:?}", first.line);
    assert!(second.line.added_bytes < 1_000_000, "{:?}", second.line);
    assert_eq!(second.manifest.objects, first.manifest.objects);
    house.check("latest", Depth::Read).await.unwrap();
}

/// A file of the same length as in the point before, with another content: the library would take it for the same by length and time.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_same_length_is_taken() {
    let house = House::new().await;
    let watch: Arc<dyn crate::Watch> = Arc::new(crate::Silent);
    for text in ["a = 1\n", "a = 2\n"] {
        house.clock.pass(Duration::from_secs(1));
        let parts = house.parts(text);
        crate::make(&house.repository(), &parts, &house.ctx(), &watch)
            .await
            .unwrap();
    }
    let to = house.folder.join("back");
    house.restore("latest", &to).await.unwrap();
    let text = std::fs::read_to_string(to.join("config/strongroom.toml")).unwrap();
    assert_eq!(text, "a = 2\n");
}

/// Somebody deletes a file between the copy of the database and the copy of the file.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_meanwhile_is_said() {
    let house = Arc::new(House::new().await);
    let id = house.add(1_000).await;
    let stays = house.add(1_000).await;
    /// Deletes the file when storing begins.
    struct Deletes(Arc<House>, base::ObjectId);
    impl crate::Watch for Deletes {
        fn begins(&self, what: &str) {
            if what == "storing" && self.0.object_path(self.1).exists() {
                let (house, id) = (Arc::clone(&self.0), self.1);
                let set = WriteSet::new().run(&DELETE_FILE, vec![id.into()]);
                let work = async move { house.db.commit(set).await.unwrap() };
                tokio::task::block_in_place(|| {
                    tokio::runtime::Handle::current().block_on(work);
                });
                std::fs::remove_file(self.0.object_path(id)).unwrap();
            }
        }
        fn moved(&self, _bytes: u64, _of: Option<u64>) {}
    }
    let watch: Arc<dyn crate::Watch> = Arc::new(Deletes(Arc::clone(&house), id));
    let made = crate::make(&house.repository(), &house.parts(""), &house.ctx(), &watch)
        .await
        .unwrap();
    assert_eq!(made.manifest.objects.deleted_meanwhile, [id]);
    assert_eq!(made.manifest.objects.count, 1);
    house.check("latest", Depth::Read).await.unwrap();
    let to = house.folder.join("back");
    house.restore("latest", &to).await.unwrap();
    assert!(to.join(crate::source::path_of(stays)).exists());
}

static PAIRS: Sql = Sql::both("SELECT count(*), coalesce(sum(sealed_len), 0) FROM file");

/// Writers do not stop, a copy ends all the same, and each is of one moment: two rows of one commit are both there or neither.
#[tokio::test(flavor = "multi_thread")]
async fn a_point_under_load_is_of_one_moment() {
    let house = Arc::new(House::new().await);
    let stop = Arc::new(AtomicBool::new(false));
    let writer = {
        let (house, stop) = (Arc::clone(&house), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut commits = 0_u64;
            while !stop.load(Ordering::SeqCst) {
                let statements = [1_i64, -1].map(|length| {
                    vec![
                        (&"acme".parse::<base::TenantId>().unwrap()).into(),
                        base::PersonId::random(&*house.rng).into(),
                        base::ObjectId::random(&*house.rng).into(),
                        length.into(),
                        0_i64.into(),
                        vec![0_u8; 900].into(),
                    ]
                });
                let [one, other] = statements;
                let set = WriteSet::new()
                    .run(&super::ADD_FILE, one)
                    .run(&super::ADD_FILE, other);
                house.db.commit(set).await.unwrap();
                commits += 1;
            }
            commits
        })
    };
    let folder = house.folder.join("copies");
    for number in 0..5 {
        let folder = folder.join(number.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let snapshot = house.db.snapshot(folder, Vec::new()).await.unwrap();
        let seen = Arc::new(parking_lot::Mutex::new((0, 1)));
        let to = Arc::clone(&seen);
        let question = Question::new(&PAIRS, move |row| {
            *to.lock() = (row.int(0).unwrap(), row.int(1).unwrap());
            true
        });
        ask_sqlite(&snapshot.parts[0], vec![question])
            .await
            .unwrap();
        let (count, sum) = *seen.lock();
        assert_eq!((count % 2, sum), (0, 0));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.store(true, Ordering::SeqCst);
    assert!(writer.await.unwrap() > 10);
}
