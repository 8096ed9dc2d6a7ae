//! What was sent between two points takes a restored one forward, to any moment since; and a chain with a gap does not.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Instant};
use parking_lot::Mutex;
use store::Sql;
use store::snapshot::{Question, SQLITE_PART, ask_sqlite, check_sqlite};

use super::{House, files};
use crate::manifest::StreamAt;
use crate::stream::{Forwarded, Stream, forward, standing};
use crate::{ContinuityError, Made};

const SECOND: Duration = Duration::from_secs(1);

static COUNT: Sql = Sql::both("SELECT count(*) FROM file");

async fn stream(house: &House) -> Stream {
    let rng = Arc::clone(&house.rng);
    let stream = Stream::begin(house.repository(), &house.db, house.state(), rng).await;
    stream.unwrap().unwrap()
}

/// So many rows as the restored file has.
async fn count(file: &Path) -> i64 {
    let found = Arc::new(Mutex::new(0));
    let to = Arc::clone(&found);
    let question = Question::new(&COUNT, move |row| {
        *to.lock() = row.int(0).unwrap();
        true
    });
    ask_sqlite(file, vec![question]).await.unwrap();
    *found.lock()
}

/// Restore `made`, take it forward to `until`, and say how many rows there are.
async fn at(
    house: &House,
    made: &Made,
    until: Instant,
    name: &str,
) -> Result<(Forwarded, i64), ContinuityError> {
    let to = house.folder.join(name);
    let restored = house.restore(made.line.short(), &to).await?;
    let file: PathBuf = restored.database.join(SQLITE_PART);
    let from = restored.manifest.stream.unwrap();
    let forwarded = forward(&house.repository(), &from, until, &file).await?;
    check_sqlite(&file).await?;
    Ok((forwarded, count(&file).await))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_goes_on_to_any_moment_since() {
    let house = House::new().await;
    let mut stream = stream(&house).await;
    house.add(10).await;
    assert!(stream.send(&*house.clock).await.unwrap().begun);
    let made = house.make().await.unwrap();
    let mut moments = vec![(house.clock.now(), 1)];
    for rows in 2..=40_i64 {
        house.clock.pass(SECOND);
        house.add(10).await;
        let sent = stream.send(&*house.clock).await.unwrap();
        assert!(!sent.begun && sent.pages > 0, "{sent:?}");
        moments.push((house.clock.now(), rows));
    }
    // Nothing was committed: nothing is sent.
    assert_eq!(stream.send(&*house.clock).await.unwrap().pages, 0);
    for (number, (moment, rows)) in moments.iter().enumerate().step_by(13) {
        let name = format!("back-{number}");
        let (forwarded, found) = at(&house, &made, *moment, &name).await.unwrap();
        assert_eq!(found, *rows, "{number}: {forwarded:?}");
        assert_eq!(forwarded.goes_on, number + 1 < moments.len(), "{number}");
    }
    let late = house.clock.now().after(SECOND * 1000);
    let (forwarded, found) = at(&house, &made, late, "late").await.unwrap();
    assert_eq!((found, forwarded.goes_on), (40, false));
    // What is sent is sealed.
    let all = files(&house.place().join("stream"));
    assert_eq!(all.len() as u64, standing(&house.state()).unwrap().next - 1);
    for path in all {
        let bytes = std::fs::read(path).unwrap();
        assert!(!bytes.windows(12).any(|it| it == b"CREATE TABLE"));
        assert!(!bytes.windows(10).any(|it| it == b"strongroom"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_goes_on_over_restarts_and_when_the_log_begins_anew() {
    let house = House::new().await;
    let made = {
        let mut stream = stream(&house).await;
        house.add(10).await;
        stream.send(&*house.clock).await.unwrap();
        house.make().await.unwrap()
    };
    // So much that the log is copied back and begins anew, several times; scrubbed in between; left and followed again.
    for round in 0..6 {
        let mut stream = stream(&house).await;
        for _ in 0..3 {
            house.clock.pass(SECOND);
            for _ in 0..300 {
                house.add(10).await;
            }
            let sent = stream.send(&*house.clock).await.unwrap();
            assert!(!sent.begun, "round {round}");
        }
        if round % 2 == 0 {
            house.db.scrub().await.unwrap();
            // The next look notes that the log may begin anew.
            let sent = stream.send(&*house.clock).await.unwrap();
            assert!(!sent.begun && sent.pages == 0, "{sent:?}");
        }
        house.clock.pass(SECOND);
        house.add(10).await;
        // This one is not sent before the next start.
    }
    let mut stream = stream(&house).await;
    house.clock.pass(SECOND);
    assert!(!stream.send(&*house.clock).await.unwrap().begun);
    let now = house.clock.now();
    let (_, found) = at(&house, &made, now, "back").await.unwrap();
    assert_eq!(found, 1 + 6 * 901);
}

/// Whoever asks it finds it a second later the next time.
struct Slow<'a>(&'a base::FixedClock);

impl Clock for Slow<'_> {
    fn now(&self) -> Instant {
        let now = self.0.now();
        self.0.pass(SECOND);
        now
    }
}

/// A log that is read for a second holds what was committed in that second, which a moment in it does not.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_later_than_a_moment_comes_back_at_it() {
    let house = House::new().await;
    let mut stream = stream(&house).await;
    house.add(10).await;
    stream.send(&*house.clock).await.unwrap();
    let made = house.make().await.unwrap();
    house.clock.pass(SECOND);
    let began = house.clock.now();
    house.add(10).await;
    stream.send(&Slow(&house.clock)).await.unwrap();
    let over = began.after(SECOND);
    let (forwarded, found) = at(&house, &made, began, "began").await.unwrap();
    assert_eq!((forwarded.pieces, found), (0, 1));
    assert!(forwarded.goes_on);
    let (forwarded, found) = at(&house, &made, over, "over").await.unwrap();
    assert_eq!((forwarded.until, found), (Some(began), 2));
    // Read whole while the log was: what the piece holds may be earlier.
    let file = house.folder.join("over/database").join(SQLITE_PART);
    let mut from = StreamAt {
        whole_at: began.micros(),
        ..made.manifest.stream.clone().unwrap()
    };
    let repository = house.repository();
    assert_eq!(
        forward(&repository, &from, over, &file)
            .await
            .unwrap()
            .pieces,
        1
    );
    from.whole_at += 1;
    assert_eq!(
        forward(&repository, &from, over, &file)
            .await
            .unwrap()
            .pieces,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_something_may_be_missing_a_new_chain_begins() {
    let house = House::new().await;
    let mut first = stream(&house).await;
    house.add(10).await;
    first.send(&*house.clock).await.unwrap();
    let made = house.make().await.unwrap();
    let before = standing(&house.state()).unwrap().chain;
    house.clock.pass(SECOND);
    house.add(10).await;
    // Another process cuts the log off before anybody followed it.
    let path = house.db.folder().unwrap();
    let file = files(path)
        .into_iter()
        .find(|it| it.extension().is_none_or(|it| it != "json"))
        .unwrap();
    let other = store::Db::open(
        house.db.config(),
        store::migrations::DATA,
        Some(super::journal()),
    );
    let other = other
        .await
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    other.scrub().await.unwrap();
    other.close().await;
    house.add(10).await;
    let sent = first.send(&*house.clock).await.unwrap();
    assert!(sent.begun);
    let after = standing(&house.state()).unwrap().chain;
    assert_ne!(before, after);
    // The old chain ends where it ended; a point made now goes on with the new one.
    let (forwarded, found) = at(&house, &made, house.clock.now(), "old").await.unwrap();
    assert_eq!((forwarded.pieces, found), (0, 1));
    let again = house.make().await.unwrap();
    house.clock.pass(SECOND);
    house.add(10).await;
    assert!(!first.send(&*house.clock).await.unwrap().begun);
    let (_, found) = at(&house, &again, house.clock.now(), "new").await.unwrap();
    assert_eq!(found, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_that_is_missing_or_altered_is_found() {
    let house = House::new().await;
    let mut stream = stream(&house).await;
    house.add(10).await;
    stream.send(&*house.clock).await.unwrap();
    let made = house.make().await.unwrap();
    for _ in 0..4 {
        house.clock.pass(SECOND);
        house.add(10).await;
        stream.send(&*house.clock).await.unwrap();
    }
    let now = house.clock.now();
    let mut pieces = files(&house.place().join("stream"));
    pieces.sort();
    let [_, .., second_last, last] = &pieces[..] else {
        panic!("{pieces:?}");
    };
    let kept = std::fs::read(second_last).unwrap();
    let broken = async |name: &str| at(&house, &made, now, name).await.unwrap_err();
    let mut altered = kept.clone();
    altered[200] ^= 1;
    std::fs::write(second_last, &altered).unwrap();
    assert!(matches!(
        broken("altered").await,
        ContinuityError::Broken(_)
    ));
    std::fs::write(second_last, std::fs::read(last).unwrap()).unwrap();
    assert!(matches!(
        broken("swapped").await,
        ContinuityError::Broken(_)
    ));
    std::fs::remove_file(second_last).unwrap();
    assert!(matches!(
        broken("missing").await,
        ContinuityError::Broken(_)
    ));
    std::fs::write(second_last, &kept[..kept.len() / 2]).unwrap();
    assert!(matches!(broken("short").await, ContinuityError::Broken(_)));
    std::fs::write(second_last, &kept).unwrap();
    at(&house, &made, now, "whole").await.unwrap();
}
