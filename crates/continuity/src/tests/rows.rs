//! PostgreSQL between two points: what a replication slot gave takes a restored point forward, to any moment since; overlaps converge, gaps are
//! refused.

use std::sync::Arc;
use std::time::Duration;

use audit::Log;
use audit::verify::{Depth as Look, Known};
use base::{Clock, Instant, ObjectId, PersonId};
use store::changes::{Changes, Following};
use store::danger_testing::{TestDb, postgres};
use store::snapshot::Filling;
use store::{Db, Row, Sql, Value, WriteSet};

use super::engines::{NOTHING, url};
use super::{House, environment, files, journal};
use crate::generations::{self, Kept, KeyRows, Opened};
use crate::manifest::StreamAt;
use crate::pieces;
use crate::rows::{Begun, Place, RowStream, forward, write};
use crate::stream::{Forwarded, Looked, opens, standing};
use crate::{ContinuityError, Made, Restored};

const SECOND: Duration = Duration::from_secs(1);

static FILES: Sql = Sql::both("SELECT * FROM file ORDER BY file");
static JOBS: Sql = Sql::both("SELECT job, dedupe FROM job ORDER BY job");
static ADD_JOB: Sql = Sql::both(
    "INSERT INTO job (tenant, job, kind, dedupe, once, payload, state, created_at, due_at, attempts, attempts_max) \
     VALUES ('acme', $1, 'k', 'once', 1, '', 0, 0, 0, 0, 1)",
);
static DELETE_JOBS: Sql = Sql::both("DELETE FROM job");
static RECORDS: Sql = Sql::both("SELECT * FROM record ORDER BY rkey");
static ADD_RECORD: Sql = Sql::both(
    "INSERT INTO record (tenant, person, collection, rkey, version, written_at, digest, sealed) VALUES ('acme', $1, 'c', $2, 1, 1, '', $3)",
);
static TOUCH: Sql = Sql::both("UPDATE record SET written_at = $2 WHERE rkey = $1");
static GO_AWAY: Sql = Sql::both("DELETE FROM record WHERE rkey = $1");
static RENAME: Sql = Sql::both("UPDATE record SET rkey = $2 WHERE rkey = $1");
static MIGRATE: Sql =
    Sql::both("INSERT INTO schema_migration (number, name, sql) VALUES (9999, 'next', '')");

impl House {
    pub(super) async fn over_postgres() -> Option<(Self, tempfile::TempDir)> {
        let data = postgres(store::migrations::DATA, Some(journal())).await;
        let data = data.unwrap()?;
        let keys = postgres(store::migrations::KEYS, None).await;
        let folder = tempfile::tempdir().unwrap();
        let house = Self::over(folder.path().to_owned(), data, keys.unwrap()?).await;
        Some((house, folder))
    }

    async fn rows(&self) -> RowStream {
        let rng = Arc::clone(&self.rng);
        let begun = RowStream::begin(self.repository(), &self.db, self.state(), rng).await;
        match begun.unwrap() {
            Begun::Here(stream) => stream,
            other => panic!("{other:?}"),
        }
    }

    /// The same, once the one before has let go.
    pub(super) async fn rows_anew(&self) -> RowStream {
        for _ in 0..500 {
            let rng = Arc::clone(&self.rng);
            let begun = RowStream::begin(self.repository(), &self.db, self.state(), rng).await;
            match begun.unwrap() {
                Begun::Here(stream) => return stream,
                Begun::Elsewhere => tokio::time::sleep(Duration::from_millis(20)).await,
                other => panic!("{other:?}"),
            }
        }
        panic!("the one before does not let go");
    }

    async fn run(&self, sql: &'static Sql, params: Vec<Value>) {
        let set = WriteSet::new().run(sql, params);
        self.db.commit(set).await.unwrap();
    }

    /// A row with a value so long that PostgreSQL keeps it elsewhere.
    async fn add_long(&self) -> ObjectId {
        self.add_record(20_000).await
    }

    async fn add_record(&self, bytes: usize) -> ObjectId {
        let (id, params) = self.record(bytes);
        self.run(&ADD_RECORD, params).await;
        id
    }

    fn record(&self, bytes: usize) -> (ObjectId, Vec<Value>) {
        let (id, person) = (ObjectId::random(&*self.rng), PersonId::random(&*self.rng));
        let mut sealed = vec![0; bytes];
        self.rng.fill(&mut sealed);
        (id, vec![person.into(), id.into(), sealed.into()])
    }

    async fn log_something(&self) {
        let ctx = self.ctx();
        let entry = audit::Entry::new(&ctx, audit::Action::SystemStart, audit::Outcome::Ok);
        let set = WriteSet::new().log(entry.unwrap().finish(&ctx.tenant));
        self.db.commit(set).await.unwrap();
    }

    /// The point, in a folder.
    async fn back(&self, made: &Made) -> Restored {
        let to = self.folder.join(format!("back-{}", made.line.short()));
        self.restore(made.line.short(), &to).await.unwrap()
    }

    /// All that is compared.
    async fn all(&self) -> [Vec<Row>; 3] {
        all(&self.db).await
    }

    /// Restore, take forward, and say what there is.
    pub(super) async fn taken(
        &self,
        restored: &Restored,
        from: &StreamAt,
        until: Instant,
    ) -> Result<(Forwarded, Db, TestDb), ContinuityError> {
        let empty = postgres(NOTHING, None).await.unwrap().unwrap();
        let known = store::migrations::DATA;
        let schema = restored.manifest.schema;
        let at = url(&empty.config());
        let mut filling = Filling::begin(&at, known, schema, &restored.database).await?;
        let forwarded = forward(&self.repository(), from, until, &mut filling).await?;
        filling.end().await?;
        let db = Db::open(empty.config(), known, Some(journal())).await?;
        Ok((forwarded, db, empty))
    }

    /// The logs of a restored database hold, and nobody can alter them.
    async fn verified(&self, db: &Db) -> u64 {
        let logs = audit::Installation {
            host: "records.example".into(),
            environment: environment("test"),
        };
        let log = Log::new(
            db.clone(),
            logs,
            Arc::new(audit::danger_testing::SeededKeys::new(7)),
        );
        let operator = "operator".parse().unwrap();
        let known = Known {
            keys: log.verifiers(&operator).unwrap(),
            anchors: Vec::new(),
        };
        let report = log.verify(&operator, &known, Look::Entries).await.unwrap();
        assert!(report.ok, "{:?}", report.problems);
        log.size(&operator).await.unwrap()
    }
}

fn number_of(job: i64) -> Value {
    job.to_be_bytes().into()
}

async fn all(db: &Db) -> [Vec<Row>; 3] {
    [
        db.rows(&FILES, vec![]).await.unwrap(),
        db.rows(&RECORDS, vec![]).await.unwrap(),
        db.rows(&JOBS, vec![]).await.unwrap(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_of_postgres_goes_on_to_any_moment_since() {
    let Some((house, _folder)) = House::over_postgres().await else {
        return;
    };
    let mut stream = house.rows().await;
    house.add(10).await;
    let sent = stream.send(&*house.clock).await.unwrap();
    assert!(sent.begun && sent.pages == 0, "{sent:?}");
    let first = house.add_long().await;
    stream.send(&*house.clock).await.unwrap();
    let made = house.make().await.unwrap();
    // Its own entry in the log is not in the point, and goes out with what comes next.
    let mut moments = vec![];
    let mut last = first;
    for number in 1..=20_i64 {
        house.clock.pass(SECOND);
        house.add(10).await;
        house.log_something().await;
        house.run(&TOUCH, vec![first.into(), number.into()]).await;
        if number % 3 == 0 {
            house.run(&GO_AWAY, vec![last.into()]).await;
            last = house.add_long().await;
        }
        house.run(&DELETE_JOBS, vec![]).await;
        house.run(&ADD_JOB, vec![number_of(number)]).await;
        house.clock.pass(SECOND);
        let sent = stream.send(&*house.clock).await.unwrap();
        assert!(!sent.begun && sent.pages > 0, "{sent:?}");
        moments.push((house.clock.now(), house.all().await, number));
    }
    // Nothing was committed: nothing is sent.
    assert_eq!(stream.send(&*house.clock).await.unwrap().pages, 0);
    let now = standing(&house.state()).unwrap();
    opens(&house.repository(), &now).await.unwrap();
    let restored = house.back(&made).await;
    let from = restored.manifest.stream.clone().unwrap();
    assert!(from.position.is_some());
    for (moment, expected, number) in [&moments[0], &moments[9], &moments[19]] {
        let taken = house.taken(&restored, &from, *moment).await;
        let (forwarded, db, _empty) = taken.unwrap();
        assert_eq!(forwarded.goes_on, *number < 20, "{number}");
        assert_eq!(forwarded.until, Some(*moment));
        assert_eq!(&all(&db).await, expected, "{number}");
        // One entry of the point's making, and one of each round.
        assert_eq!(house.verified(&db).await, 1 + *number as u64);
        db.close().await;
    }
    // In between two pieces it is as at the one before.
    let between = moments[9].0.after(SECOND);
    let (_, db, _empty) = house.taken(&restored, &from, between).await.unwrap();
    assert_eq!(all(&db).await, moments[9].1);
    db.close().await;
    // Everything since the chain began, over a copy that has most of it already: rows come out as they are, each once.
    let late = house.make().await.unwrap();
    let restored = house.back(&late).await;
    house.clock.pass(SECOND);
    house.add(10).await;
    stream.send(&*house.clock).await.unwrap();
    let from = StreamAt {
        next: 1,
        ..restored.manifest.stream.clone().unwrap()
    };
    let taken = house.taken(&restored, &from, house.clock.now()).await;
    let (forwarded, db, _empty) = taken.unwrap();
    assert!(forwarded.pieces > 20);
    assert_eq!(all(&db).await, house.all().await);
    assert_eq!(house.verified(&db).await, 22);
    db.close().await;
    // Taken back from there it is not.
    let (forwarded, db, _empty) = house.taken(&restored, &from, moments[3].0).await.unwrap();
    assert_eq!(forwarded.pieces, 0);
    db.close().await;
    // What is sent is sealed.
    for path in files(&house.place().join("stream")) {
        let bytes = std::fs::read(path).unwrap();
        assert!(
            !bytes
                .windows(8)
                .any(|it| it == b"log_head" || it == b"operator")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dies_between_storing_and_moving_on_stores_it_again() {
    let Some((house, _folder)) = House::over_postgres().await else {
        return;
    };
    let mut stream = house.rows().await;
    stream.send(&*house.clock).await.unwrap();
    house.add(10).await;
    stream.send(&*house.clock).await.unwrap();
    let made = house.make().await.unwrap();
    let restored = house.back(&made).await;
    let from = restored.manifest.stream.clone().unwrap();
    drop(stream);
    // Another one: it stores what there is, and dies before the slot moves on; of the second look it stores a part only.
    house.run(&ADD_JOB, vec![number_of(1)]).await;
    let gone = house.add_long().await;
    for (stands, ends) in (from.next..).zip([true, false]) {
        house.clock.pass(SECOND);
        let mut follower = loop {
            // The session before this one takes a moment to end.
            match house.db.follow_rows().await.unwrap() {
                Following::Here(follower) => break follower,
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        let reached = follower.chain().await.unwrap().unwrap();
        assert_eq!(reached.chain, from.chain);
        // One at a time.
        let other = house.db.follow_rows().await.unwrap();
        assert!(matches!(other, Following::Elsewhere), "{other:?}");
        let mut look = follower.look().await.unwrap();
        let piece = look.next().await.unwrap().unwrap();
        let place = Place {
            chain: &from.chain,
            number: stands,
            when: Looked::at_once(house.clock.now()),
            position: look.position(),
            ends,
        };
        let plain = write(&place, &piece.changes).unwrap();
        let named = (&*from.chain, stands, place.when.at);
        let put = pieces::put(&house.repository(), named, &plain, &*house.rng).await;
        assert!(put.unwrap().is_some());
        house.run(&GO_AWAY, vec![gone.into()]).await;
        house.run(&DELETE_JOBS, vec![]).await;
        house.run(&ADD_JOB, vec![number_of(2)]).await;
    }
    // Nobody stops at the part.
    let taken = house.taken(&restored, &from, house.clock.now()).await;
    let (forwarded, db, _empty) = taken.unwrap();
    assert_eq!(forwarded.pieces, 1);
    let jobs = db.rows(&JOBS, vec![]).await.unwrap();
    assert_eq!(jobs[0].bytes(0).unwrap(), 1_i64.to_be_bytes());
    db.close().await;
    house.clock.pass(SECOND);
    let sent = loop {
        let rng = Arc::clone(&house.rng);
        let begun = RowStream::begin(house.repository(), &house.db, house.state(), rng).await;
        if let Begun::Here(mut stream) = begun.unwrap() {
            break stream.send(&*house.clock).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(!sent.begun && sent.pages > 0);
    let taken = house.taken(&restored, &from, house.clock.now()).await;
    let (forwarded, db, _empty) = taken.unwrap();
    assert_eq!(forwarded.pieces, 3);
    assert_eq!(all(&db).await, house.all().await);
    db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_of_any_size_goes_in_pieces_and_comes_back_whole() {
    let Some((house, _folder)) = House::over_postgres().await else {
        return;
    };
    let mut stream = house.rows().await;
    stream.send(&*house.clock).await.unwrap();
    let made = house.make().await.unwrap();
    let mut set = WriteSet::new();
    for _ in 0..700 {
        set = set.run(&ADD_RECORD, house.record(20_000).1);
    }
    house.db.commit(set).await.unwrap();
    house.clock.pass(SECOND);
    let sent = stream.send(&*house.clock).await.unwrap();
    assert!(sent.pages >= 700 && sent.bytes > 14_000_000, "{sent:?}");
    let there = files(&house.place().join("stream"));
    assert!(there.len() > 3, "{there:?}");
    let largest = there.iter().map(|it| it.metadata().unwrap().len()).max();
    assert!(largest.unwrap() < 6 << 20);
    let restored = house.back(&made).await;
    let from = restored.manifest.stream.clone().unwrap();
    let taken = house.taken(&restored, &from, house.clock.now()).await;
    let (_, db, _empty) = taken.unwrap();
    assert_eq!(all(&db).await, house.all().await);
    db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_in_the_rows_is_refused_and_so_is_what_was_altered() {
    let Some((house, _folder)) = House::over_postgres().await else {
        return;
    };
    let mut stream = house.rows().await;
    stream.send(&*house.clock).await.unwrap();
    let made = house.make().await.unwrap();
    for _ in 0..4 {
        house.clock.pass(SECOND);
        house.add(10).await;
        stream.send(&*house.clock).await.unwrap();
    }
    let restored = house.back(&made).await;
    let from = restored.manifest.stream.clone().unwrap();
    let mut there = files(&house.place().join("stream"));
    there.sort();
    let [.., piece, last] = &there[..] else {
        panic!("{there:?}");
    };
    let kept = std::fs::read(piece).unwrap();
    let broken = async || {
        let taken = house.taken(&restored, &from, house.clock.now()).await;
        assert!(matches!(taken, Err(ContinuityError::Broken(_))));
    };
    let mut altered = kept.clone();
    altered[200] ^= 1;
    std::fs::write(piece, &altered).unwrap();
    broken().await;
    std::fs::write(piece, std::fs::read(last).unwrap()).unwrap();
    broken().await;
    std::fs::remove_file(piece).unwrap();
    broken().await;
    std::fs::write(piece, &kept).unwrap();
    let taken = house.taken(&restored, &from, house.clock.now()).await;
    let (_, db, _empty) = taken.unwrap();
    assert_eq!(all(&db).await, house.all().await);
    db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_schema_ends_a_chain_and_so_does_a_slot_that_is_lost() {
    let Some((house, _folder)) = House::over_postgres().await else {
        return;
    };
    let mut stream = house.rows().await;
    stream.send(&*house.clock).await.unwrap();
    let made = house.make().await.unwrap();
    house.clock.pass(SECOND);
    house.add(10).await;
    let before = house.all().await;
    let set = WriteSet::new()
        .run(&ADD_JOB, vec![number_of(1)])
        .run(&MIGRATE, vec![]);
    house.db.commit(set).await.unwrap();
    house.add(10).await;
    let first = standing(&house.state()).unwrap().chain;
    assert!(stream.send(&*house.clock).await.unwrap().begun);
    let second = standing(&house.state()).unwrap().chain;
    assert_ne!(first, second);
    assert_eq!(house.db.chain().await.unwrap(), Some(second.clone()));
    // The old chain ends right before.
    let restored = house.back(&made).await;
    let from = restored.manifest.stream.clone().unwrap();
    assert_eq!(from.chain, first);
    let taken = house.taken(&restored, &from, house.clock.now()).await;
    let (_, db, _empty) = taken.unwrap();
    assert_eq!(all(&db).await, before);
    db.close().await;
    // A row that gets another key goes as two; with a long value that stays, it ends the chain.
    let short = house.add_record(10).await;
    house
        .run(
            &RENAME,
            vec![short.into(), ObjectId::random(&*house.rng).into()],
        )
        .await;
    assert!(!stream.send(&*house.clock).await.unwrap().begun);
    let long = house.add_long().await;
    house
        .run(
            &RENAME,
            vec![long.into(), ObjectId::random(&*house.rng).into()],
        )
        .await;
    assert!(stream.send(&*house.clock).await.unwrap().begun);
    // Somebody dropped the slot; a point that is made meanwhile goes on with nothing.
    drop(stream);
    house.db.forget_slots().await.unwrap();
    let alone = house.make().await.unwrap();
    assert_eq!(alone.manifest.stream, None);
    let third = standing(&house.state()).unwrap().chain;
    let begun = loop {
        let rng = Arc::clone(&house.rng);
        let begun = RowStream::begin(house.repository(), &house.db, house.state(), rng).await;
        if let Begun::Here(mut stream) = begun.unwrap() {
            break stream.send(&*house.clock).await.unwrap().begun;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(begun);
    assert_ne!(standing(&house.state()).unwrap().chain, third);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_does_not_send_notes_where_the_stream_goes_on() {
    let Some((house, _folder)) = House::over_postgres().await else {
        return;
    };
    let mut stream = house.rows().await;
    stream.send(&*house.clock).await.unwrap();
    for _ in 0..4 {
        house.clock.pass(SECOND);
        house.add(10).await;
        stream.send(&*house.clock).await.unwrap();
    }
    let here = standing(&house.state()).unwrap();
    let noted = std::fs::read(house.state()).unwrap();
    std::fs::remove_file(house.state()).unwrap();
    let made = house.make().await.unwrap();
    let at = made.manifest.stream.unwrap();
    // The last piece is taken once more: whether everybody saw it is not known here.
    assert_eq!((at.chain, at.next), (here.chain, here.next - 1));
    std::fs::write(house.state(), noted).unwrap();
    let made = house.make().await.unwrap();
    assert_eq!(made.manifest.stream.unwrap().next, here.next);
}

/// The server's files were put back to an earlier moment, slot and all: what it writes from then on is another history.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_went_back_in_time_begins_another_chain() {
    let Some((house, _folder)) = House::over_postgres().await else {
        return;
    };
    let mut stream = house.rows().await;
    stream.send(&*house.clock).await.unwrap();
    house.clock.pass(SECOND);
    house.add(10).await;
    stream.send(&*house.clock).await.unwrap();
    drop(stream);
    let first = standing(&house.state()).unwrap();
    // A piece from beyond what the server has written.
    let changes = Changes::default();
    let place = Place {
        chain: &first.chain,
        number: first.next,
        when: Looked::at_once(house.clock.now()),
        position: u64::MAX >> 1,
        ends: true,
    };
    let plain = write(&place, &changes).unwrap();
    let named = (&*first.chain, first.next, place.when.at);
    let put = pieces::put(&house.repository(), named, &plain, &*house.rng).await;
    assert!(put.unwrap().is_some());
    let begun = loop {
        let rng = Arc::clone(&house.rng);
        let begun = RowStream::begin(house.repository(), &house.db, house.state(), rng).await;
        if let Begun::Here(mut stream) = begun.unwrap() {
            break stream.send(&*house.clock).await.unwrap().begun;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(begun);
    assert_ne!(standing(&house.state()).unwrap().chain, first.chain);
}

async fn keys_of(house: &House, opened: &Opened) -> (u64, Vec<Row>) {
    static KEYS: Sql = Sql::both(
        "SELECT p.person, p.gone_at, k.wrapped FROM person AS p LEFT JOIN person_key AS k ON k.person = p.person ORDER BY p.person",
    );
    let empty = postgres(NOTHING, None).await.unwrap().unwrap();
    let known = store::migrations::KEYS;
    let at = url(&empty.config());
    let filling = Filling::begin(&at, known, opened.schema, &opened.folder);
    let mut filling = filling.await.unwrap();
    let pieces = generations::forward(&opened.folder, &mut filling).await;
    filling.end().await.unwrap();
    let db = Db::open(empty.config(), known, None).await.unwrap();
    let rows = db.rows(&KEYS, vec![]).await.unwrap();
    assert_eq!(rows, house.key_store.rows(&KEYS, vec![]).await.unwrap());
    db.close().await;
    (pieces.unwrap(), rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_came_since_come_back_and_those_of_the_erased_do_not() {
    let Some((house, folder)) = House::over_postgres().await else {
        return;
    };
    let chance = (Arc::clone(&house.clock) as _, Arc::clone(&house.rng));
    let db = house.key_store.db();
    let begun = KeyRows::begin(&db, house.places(), environment("test"), chance).await;
    let Begun::Here(mut keys) = begun.unwrap() else {
        panic!("nobody else follows");
    };
    house.add_person().await;
    let sent = keys.send(house.clock.now()).await.unwrap();
    assert_eq!(sent, Kept::NeedsGeneration);
    house.keep().await.unwrap();
    let stays = house.add_person().await;
    let goes = house.add_person().await;
    assert_eq!(keys.send(house.clock.now()).await.unwrap(), Kept::Whole);
    let open = async |name: &str| {
        let to = folder.path().join(name);
        std::fs::create_dir(&to).unwrap();
        let opened = generations::open(&house.places(), &environment("test"), 1, &to).await;
        opened.unwrap()
    };
    let (pieces, rows) = keys_of(&house, &open("first").await).await;
    assert_eq!((pieces, rows.len()), (1, 3));
    assert!(rows.iter().all(|row| !row.is_null(2)));
    // Erased: gone from what comes back, and with the next generation from everywhere.
    house.clock.pass(SECOND);
    house.erase(goes).await;
    house.add_person().await;
    assert_eq!(keys.send(house.clock.now()).await.unwrap(), Kept::Whole);
    let (_, rows) = keys_of(&house, &open("second").await).await;
    assert_eq!(rows.iter().filter(|row| row.is_null(2)).count(), 1);
    let newest = house.keep().await.unwrap();
    house.clock.pass(SECOND);
    house.erase(stays).await;
    assert_eq!(keys.send(house.clock.now()).await.unwrap(), Kept::Whole);
    let opened = open("third").await;
    assert_eq!(opened.generation, newest);
    // Of the one nothing is there any more, also not of how it was before; of the other nothing but that it is gone.
    for path in files(&opened.folder) {
        let bytes = std::fs::read(&path).unwrap();
        let holds = |id: PersonId| bytes.windows(16).any(|it| it == id.as_bytes());
        let is_piece = path.extension().is_some_and(|it| it == "rows");
        assert!(!is_piece || bytes.len() < 2_000, "{path:?}");
        assert!(!is_piece || holds(stays));
    }
    let (_, rows) = keys_of(&house, &opened).await;
    assert_eq!(rows.iter().filter(|row| row.is_null(2)).count(), 2);
    // What lay beside the generation that is gone went with it.
    let beside = files(&house.places().folder);
    assert!(
        !beside
            .iter()
            .any(|it| it.to_string_lossy().contains("00000001.stream"))
    );
}
