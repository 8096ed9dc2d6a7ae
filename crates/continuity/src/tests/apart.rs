//! What runs by the clock and apart: pruning, and who does a run.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Instant};
use store::danger_testing::each_engine;

use super::{DELETE_FILE, House, files};
use crate::runs::{self, End, Kind, SILENT};
use crate::{Depth, Silent, prune};

const DAY: Duration = Duration::from_hours(24);

/// Bytes that lie in the repository.
fn size(house: &House) -> u64 {
    files(&house.place())
        .iter()
        .map(|path| path.metadata().unwrap().len())
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_goes_when_its_time_is_over_and_takes_its_own_bytes_with_it() {
    let house = House::new().await;
    let (both, only_first) = (house.add(1_000_000).await, house.add(5_000_000).await);
    let first = house.make().await.unwrap();
    let set = store::WriteSet::new().run(&DELETE_FILE, vec![only_first.into()]);
    house.db.commit(set).await.unwrap();
    house.clock.pass(DAY * 20);
    let second = house.make().await.unwrap();
    house.clock.pass(DAY * 9);
    let run = async |settle| {
        let spans = (DAY * 30, settle);
        prune(
            &house.repository(),
            spans,
            house.clock.now(),
            Arc::new(Silent),
        )
        .await
    };
    let early = run(Duration::ZERO).await.unwrap();
    assert_eq!((early.gone.len(), early.left), (0, 2));
    house.clock.pass(DAY * 2);
    let full = size(&house);
    assert!(full > 6_000_000, "{full}");
    // Marked now, removed by a later run, when nobody can be taking it over any more.
    let marked = run(DAY).await.unwrap();
    assert_eq!(marked.gone[0].name, first.line.name);
    assert_eq!(marked.left, 1);
    let removed = run(Duration::ZERO).await.unwrap();
    assert_eq!(removed.gone, []);
    let left = size(&house);
    assert!((1_000_000..1_500_000).contains(&left), "{left} of {full}");
    // What both had is still there.
    let checked = house.check("latest", Depth::Read).await.unwrap();
    assert_eq!(checked.line.name, second.line.name);
    let to = house.folder.join("back");
    house.restore("latest", &to).await.unwrap();
    assert!(to.join(crate::source::path_of(both)).is_file());
    assert!(
        house
            .check(first.line.short(), Depth::Listed)
            .await
            .is_err()
    );

    // Who makes none keeps the last one, however old it is.
    house.clock.pass(DAY * 100);
    let last = run(Duration::ZERO).await.unwrap();
    assert_eq!((last.gone.len(), last.left), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_begin_a_run_one_gets_it() {
    let engines = each_engine(store::migrations::DATA, None).await;
    for db in engines.unwrap() {
        let now = Instant::from_micros(1_790_000_000_000_000);
        let kind = Kind::Restore;
        let begun = |last| runs::begin(&db, kind, last, now);
        let (one, other) = tokio::join!(begun(None), begun(None));
        let got = [one.unwrap(), other.unwrap()];
        assert_eq!(got.iter().flatten().count(), 1, "{}", db.engine);
        let run = &runs::recent(&db, kind, 5).await.unwrap()[0];
        assert!(run.is_alive(now.after(SILENT / 2)));
        assert!(!run.is_alive(now.after(SILENT)));
        runs::alive(&db, kind, 1, now.after(SILENT)).await.unwrap();
        let run = &runs::recent(&db, kind, 5).await.unwrap()[0];
        assert!(run.is_alive(now.after(SILENT)));
        assert_eq!(runs::last_held(&db, kind).await.unwrap(), None);
        let end = End {
            held: true,
            code: None,
            point: Some("ab".into()),
            rpo: Some(Duration::from_secs(61)),
            rto: Some(Duration::from_millis(1_500)),
            amount: Some(3),
        };
        let set = runs::end(store::WriteSet::new(), kind, 1, &end, now);
        db.commit(set).await.unwrap();
        assert_eq!(runs::begin(&db, kind, Some(1), now).await.unwrap(), Some(2));
        let failed = End {
            code: Some("drill.differs".into()),
            ..End::default()
        };
        let set = runs::end(store::WriteSet::new(), kind, 2, &failed, now);
        db.commit(set).await.unwrap();
        let held = runs::last_held(&db, kind).await.unwrap().unwrap();
        assert_eq!((held.number, held.ended), (1, Some((now, end))));
        let last = &runs::recent(&db, kind, 1).await.unwrap()[0];
        assert_eq!(last.ended, Some((now, failed)));
        assert_eq!(runs::recent(&db, Kind::Point, 9).await.unwrap(), []);
        let set = runs::forget(store::WriteSet::new(), now.after(SILENT));
        db.commit(set).await.unwrap();
        assert_eq!(runs::recent(&db, kind, 9).await.unwrap(), []);
    }
}
