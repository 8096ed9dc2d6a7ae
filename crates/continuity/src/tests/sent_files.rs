//! Files that came between two points: at each moment that is restored there is every one that it names, and no other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Instant, ObjectId};
use store::objects::Objects;
use store::snapshot::{Kind, SQLITE_PART};
use store::{Db, DbConfig, Sql, WriteSet};

use super::{DELETE_FILE, House, environment, files};
use crate::sent_files::{Brought, FOLDER, FileStream, bring, waiting};
use crate::stream::{Sent, Stream};
use crate::{ContinuityError, Made, Silent, Watch, rows};

const SECOND: Duration = Duration::from_secs(1);
const LARGE: usize = 20 << 20;

static WAIT: Sql = Sql::both("UPDATE file SET unsent = $2 WHERE file = $1");

/// What sends, of either engine.
enum Sender {
    Pages(Stream),
    Rows(rows::RowStream),
}

impl Sender {
    async fn new(house: &House) -> Self {
        let files = FileStream::new(
            house.repository(),
            house.db.db(),
            Arc::clone(&house.objects) as _,
            Arc::clone(&house.rng),
        );
        if house.db.kind() == Kind::Postgres {
            return Self::Rows(house.rows_anew().await.with_files(files));
        }
        let rng = Arc::clone(&house.rng);
        let stream = Stream::begin(house.repository(), &house.db, house.state(), rng).await;
        Self::Pages(stream.unwrap().unwrap().with_files(files))
    }

    async fn send(&mut self, house: &House) -> Result<Sent, ContinuityError> {
        house.clock.pass(SECOND);
        match self {
            Self::Pages(stream) => stream.send(&*house.clock).await,
            Self::Rows(stream) => stream.send(&*house.clock).await,
        }
    }
}

impl House {
    /// A file that waits to be sent, as the vault notes it.
    async fn upload(&self, bytes: usize) -> ObjectId {
        let id = self.add(bytes).await;
        let set = WriteSet::new().run(&WAIT, vec![id.into(), self.clock.now().into()]);
        self.db.commit(set).await.unwrap();
        id
    }

    /// A file is deleted, as the vault does it.
    async fn delete(&self, id: ObjectId) {
        let set = WriteSet::new().run(&DELETE_FILE, vec![id.into()]);
        self.db.commit(set).await.unwrap();
        assert!(self.objects.delete(id).await.unwrap());
    }

    async fn content(&self, id: ObjectId) -> Vec<u8> {
        std::fs::read(self.object_path(id)).unwrap()
    }

    /// Restore `made`, take it forward to `until`, and bring its files back.
    async fn back_at(&self, made: &Made, until: Instant, name: &str) -> (Brought, PathBuf) {
        let to = self.folder.join(name);
        let restored = self.restore(made.line.short(), &to).await.unwrap();
        let from = restored.manifest.stream.clone().unwrap();
        let trust = (self.trusted(), environment("test"));
        let watch: Arc<dyn Watch> = Arc::new(Silent);
        let at = (restored.line.taken_at, &[][..]);
        let bring = async |db: &Db| {
            let to = (db, restored.objects.as_path());
            let brought = bring(&self.repository(), to, at, trust.clone(), &watch).await;
            brought.unwrap()
        };
        let brought = if self.db.kind() == Kind::Postgres {
            let (_, db, _empty) = self.taken(&restored, &from, until).await.unwrap();
            let brought = bring(&db).await;
            db.close().await;
            brought
        } else {
            let path = restored.database.join(SQLITE_PART);
            crate::stream::forward(&self.repository(), &from, until, &path)
                .await
                .unwrap();
            let config = DbConfig::Sqlite {
                path,
                secure_delete: true,
            };
            let db = Db::open(config, store::migrations::DATA, None)
                .await
                .unwrap();
            let brought = bring(&db).await;
            db.close().await;
            brought
        };
        (brought, restored.objects)
    }
}

/// Exactly these files lie in the folder.
fn holds(folder: &Path, expected: &BTreeMap<ObjectId, Vec<u8>>) {
    let mut found = 0;
    for path in files(folder) {
        if path.parent().unwrap().ends_with("incoming") {
            continue;
        }
        let id: ObjectId = path.file_name().unwrap().to_str().unwrap().parse().unwrap();
        assert!(
            expected.get(&id) == Some(&std::fs::read(&path).unwrap()),
            "{id}"
        );
        found += 1;
    }
    assert_eq!(found, expected.len());
}

async fn on_each_engine(test: impl AsyncFn(&House)) {
    test(&House::new().await).await;
    if let Some((house, _folder)) = House::over_postgres().await {
        test(&house).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_moment_has_the_files_that_it_names() {
    on_each_engine(async |house| {
        let mut sender = Sender::new(house).await;
        let mut there = BTreeMap::new();
        for bytes in [10, 70_000] {
            let id = house.upload(bytes).await;
            there.insert(id, house.content(id).await);
        }
        sender.send(house).await.unwrap();
        // What a point has, waits no longer; whoever sends finds nothing to do.
        let early = house.upload(0).await;
        there.insert(early, vec![]);
        let made = house.make().await.unwrap();
        assert_eq!(waiting(&house.db).await.unwrap().count, 0);
        let mut moments = Vec::new();
        let mut last = early;
        for round in 0..6_usize {
            let bytes = [1, 8 << 20, LARGE, (8 << 20) + 1, 0, 300_000][round];
            let id = house.upload(bytes).await;
            there.insert(id, house.content(id).await);
            if round % 2 == 1 {
                there.remove(&last);
                house.delete(last).await;
            }
            last = id;
            if round == 3 {
                there.remove(&early);
                house.delete(early).await;
            }
            let waits = waiting(&house.db).await.unwrap();
            assert_eq!((waits.count, waits.bytes), (1, bytes as u64));
            sender.send(house).await.unwrap();
            // Before the piece that names it.
            assert_eq!(waiting(&house.db).await.unwrap().count, 0);
            moments.push((house.clock.now(), there.clone()));
        }
        // Those that were deleted since, too.
        house.delete(last).await;
        sender.send(house).await.unwrap();
        for (number, (moment, expected)) in moments.iter().enumerate() {
            let name = format!("back-{number}");
            let (brought, folder) = house.back_at(&made, *moment, &name).await;
            holds(&folder, expected);
            assert_eq!(brought.named, expected.len() as u64);
            assert_eq!((brought.missing, brought.later), (0, 0), "{brought:?}");
            assert_eq!(brought.removed, u64::from(number >= 3), "{brought:?}");
        }
        // Sealed as they lie, in pieces that are bounded; the marks are sealed by us.
        let sent = files(&house.place().join(FOLDER));
        assert!(sent.len() > 12);
        for path in sent {
            assert!(std::fs::metadata(&path).unwrap().len() <= 8 << 20);
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(10).any(|it| it == b"strongroom"));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_short_goes_on_and_is_whole() {
    on_each_engine(async |house| {
        let mut sender = Sender::new(house).await;
        house.upload(5).await;
        sender.send(house).await.unwrap();
        let made = house.make().await.unwrap();
        let id = house.upload(LARGE).await;
        let content = house.content(id).await;
        sender.send(house).await.unwrap();
        // As if it had been killed behind the first piece: no mark, one piece, and nobody noted that anything was sent.
        let folder = house.place().join(FOLDER).join(id.to_string());
        for path in files(&folder) {
            if !path.ends_with("000001") {
                std::fs::remove_file(path).unwrap();
            }
        }
        let set = WriteSet::new().run(&WAIT, vec![id.into(), house.clock.now().into()]);
        house.db.commit(set).await.unwrap();
        let first = std::fs::metadata(folder.join("000001")).unwrap();
        drop(sender);
        let (brought, _) = house.back_at(&made, house.clock.now(), "cut").await;
        assert_eq!(brought.missing_objects, [id]);
        let mut sender = Sender::new(house).await;
        sender.send(house).await.unwrap();
        let again = std::fs::metadata(folder.join("000001")).unwrap();
        assert_eq!(first.modified().unwrap(), again.modified().unwrap());
        let (brought, to) = house.back_at(&made, house.clock.now(), "back").await;
        assert_eq!((brought.sent, brought.missing), (1, 0));
        let path = crate::source::path_of(id);
        let restored = to.join(path.strip_prefix("files").unwrap());
        assert!(std::fs::read(&restored).unwrap() == content);

        // A moment later the note is lost, not the file: it is not sent twice.
        drop(sender);
        let before = files(&folder).len();
        let set = WriteSet::new().run(&WAIT, vec![id.into(), house.clock.now().into()]);
        house.db.commit(set).await.unwrap();
        let mut sender = Sender::new(house).await;
        sender.send(house).await.unwrap();
        assert_eq!(files(&folder).len(), before);
        assert_eq!(waiting(&house.db).await.unwrap().count, 0);

        // Damaged, or gone: named, and nothing else is touched.
        let piece = folder.join("000002");
        let mut bytes = std::fs::read(&piece).unwrap();
        bytes[100] ^= 1;
        std::fs::write(&piece, &bytes).unwrap();
        let now = house.clock.now();
        for (number, spoil) in ["altered", "gone"].into_iter().enumerate() {
            if spoil == "gone" {
                std::fs::remove_dir_all(&folder).unwrap();
            }
            let name = format!("spoilt-{number}");
            let (brought, to) = house.back_at(&made, now, &name).await;
            assert_eq!((brought.missing, brought.sent), (1, 0), "{spoil}");
            assert_eq!(brought.missing_objects, [id], "{spoil}");
            assert!(!to.join(path.strip_prefix("files").unwrap()).exists());
        }
        // A later point has it: it comes from there.
        house.make().await.unwrap();
        let (brought, _) = house.back_at(&made, now, "later").await;
        assert_eq!((brought.missing, brought.later), (0, 1));
        assert!(std::fs::read(&restored).unwrap() == content);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_sent_holds_nothing_up() {
    let house = House::new().await;
    let mut sender = Sender::new(&house).await;
    let lost = house.upload(10).await;
    std::fs::remove_file(house.object_path(lost)).unwrap();
    let kept = house.upload(11).await;
    let sent = sender.send(&house).await.unwrap();
    assert!(sent.pages > 0, "{sent:?}");
    let waits = waiting(&house.db).await.unwrap();
    assert_eq!((waits.count, waits.bytes), (1, 10), "{waits:?}");
    assert!(house.place().join(FOLDER).join(kept.to_string()).exists());
    // The place for files cannot be written: rows leave all the same.
    let folder = house.place().join(FOLDER);
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let mut sender = Sender::new(&house).await;
    house.upload(12).await;
    let sent = sender.send(&house).await.unwrap();
    assert!(sent.pages > 0, "{sent:?}");
    assert_eq!(waiting(&house.db).await.unwrap().count, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_goes_with_the_pieces_of_its_time() {
    let house = House::new().await;
    let mut sender = Sender::new(&house).await;
    let keep = Duration::from_secs(3_600);
    house.upload(10).await;
    sender.send(&house).await.unwrap();
    house.make().await.unwrap();
    let old = house.upload(11).await;
    sender.send(&house).await.unwrap();
    house.clock.pass(keep);
    house.make().await.unwrap();
    let young = house.upload(12).await;
    sender.send(&house).await.unwrap();
    let settle = Duration::from_secs(1);
    let watch: Arc<dyn Watch> = Arc::new(Silent);
    let now = house.clock.now();
    let pruned = crate::prune(&house.repository(), (keep, settle), now, watch).await;
    let pruned = pruned.unwrap();
    let folder = house.place().join(FOLDER);
    assert_eq!(pruned.files, 2, "{pruned:?}");
    assert!(!folder.join(old.to_string()).join("000001").exists());
    assert!(folder.join(young.to_string()).join("000001").exists());
}
