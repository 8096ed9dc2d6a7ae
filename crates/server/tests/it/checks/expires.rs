//! A recovery point whose key outlives it, or whose key is lost: the checks say so.

use std::sync::Arc;

use continuity::Silent;
use govern::Wrong;
use server::backup::{self, run};

use super::reach::BACKUP;
use super::{Real, folder, open};

const MONTH_MICROS: i64 = 33 * 24 * 3_600_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_past_its_time_is_noticed_and_so_is_a_lost_one() {
    let folder = folder();
    let file = folder.path().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).expect("a configuration");
    std::fs::write(&file, format!("{text}{BACKUP}")).expect("written");
    let real = Real::with(open(folder.path()).await, |running| running).await;
    let house = real.serving.house();
    let silent = || Arc::new(Silent);
    run::point(house, None, silent()).await.expect("a point");
    for check in ["backup.expires", "backup.regular"] {
        assert_eq!(real.wrong(check).await, [], "{check}");
    }

    // Whoever prunes was stopped: the point's files went, and its key did not.
    let repository = backup::repository(&house.config).expect("the repository");
    let place = repository.apart().folder().to_owned();
    let long_ago = house.clock.now().micros() - MONTH_MICROS;
    let id = "0198c0de-0000-7000-8000-000000000001";
    let point = place.join(format!("{long_ago:020}-{id}.point"));
    std::fs::write(&point, [5; 32]).expect("a key");
    assert_eq!(real.wrong("backup.expires").await, [Wrong::KeyPastItsTime]);
    std::fs::remove_file(&point).expect("removed");
    let hour = place.join(format!(
        "{:020}.hour",
        long_ago / 3_600_000_000 * 3_600_000_000
    ));
    std::fs::write(&hour, [5; 32]).expect("a key");
    assert_eq!(real.wrong("backup.expires").await, [Wrong::KeyPastItsTime]);
    // The next run destroys it; so does the next point, where nobody prunes.
    let pruned = run::prune(house, silent()).await.expect("pruned");
    assert_eq!((pruned.keys.points, pruned.keys.hours), (0, 1));
    assert!(!hour.exists());
    std::fs::write(&point, [5; 32]).expect("a key");
    run::point(house, None, silent()).await.expect("a point");
    assert!(!point.exists());
    assert_eq!(real.wrong("backup.expires").await, []);

    // The place is lost, or not mounted: what is there is no backup any more.
    let away = folder.path().join("away");
    std::fs::rename(&place, &away).expect("moved");
    assert_eq!(real.wrong("backup.regular").await, [Wrong::BackupLate]);
    std::fs::rename(&away, &place).expect("moved back");
    assert_eq!(real.wrong("backup.regular").await, []);
    real.end().await;
}
