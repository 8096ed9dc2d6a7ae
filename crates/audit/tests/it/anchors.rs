//! Heads remembered in files.

use audit::AuditError;
use audit::anchor::{Anchors, FileAnchors};
use audit::verify::{Depth, Known};

use crate::support::Logs;

#[tokio::test]
async fn heads_are_remembered_once_and_recalled_in_order() {
    let logs = Logs::sqlite().await;
    let folder = tempfile::tempdir().expect("a folder");
    let anchors = FileAnchors::new(folder.path().join("anchors")).expect("a folder");
    assert!(
        !logs
            .log
            .remember(&logs.tenant, &anchors)
            .await
            .expect("nothing yet")
    );
    for next in 0..3 {
        logs.append(next * 10, 10).await;
        for _ in 0..2 {
            assert!(
                logs.log
                    .remember(&logs.tenant, &anchors)
                    .await
                    .expect("remembers")
            );
        }
    }
    let recalled = anchors.recall(&logs.tenant).await.expect("recalls");
    let sizes: Vec<u64> = recalled.iter().map(|anchor| anchor.size).collect();
    assert_eq!(sizes, [10, 20, 30]);
    let head = logs
        .log
        .head(&logs.tenant)
        .await
        .expect("reads")
        .expect("a head");
    assert_eq!(recalled[2].at, head.at);
    let known = Known {
        anchors: recalled,
        ..logs.known()
    };
    let report = logs.verify_knowing(&known, Depth::Entries).await;
    assert!(report.ok);
    assert_eq!(report.anchors_compared, 3);
}

#[tokio::test]
async fn a_line_cut_short_by_a_crash_is_passed_over() {
    let logs = Logs::sqlite().await;
    let folder = tempfile::tempdir().expect("a folder");
    let anchors = FileAnchors::new(folder.path()).expect("a folder");
    logs.append(0, 5).await;
    logs.log
        .remember(&logs.tenant, &anchors)
        .await
        .expect("remembers");
    let file = folder.path().join("acme.ndjson");
    let mut text = std::fs::read_to_string(&file).expect("a file");
    text.push_str("{\"at\":\"2026-01-01T00:00");
    std::fs::write(&file, text).expect("writes");
    logs.append(5, 5).await;
    logs.log
        .remember(&logs.tenant, &anchors)
        .await
        .expect("remembers");
    let recalled = anchors.recall(&logs.tenant).await.expect("recalls");
    assert_eq!(
        recalled
            .iter()
            .map(|anchor| anchor.size)
            .collect::<Vec<_>>(),
        [5, 10]
    );
}

#[tokio::test]
async fn a_shorter_another_or_a_vanished_log_is_not_remembered_over_the_true_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let anchors = FileAnchors::new(folder.path()).expect("a folder");
    let logs = Logs::sqlite().await;
    logs.append(0, 20).await;
    logs.log
        .remember(&logs.tenant, &anchors)
        .await
        .expect("remembers");
    let shorter = Logs::sqlite().await;
    assert!(matches!(
        shorter.log.remember(&shorter.tenant, &anchors).await,
        Err(AuditError::RolledBack(_))
    ));
    shorter.append(0, 19).await;
    assert!(matches!(
        shorter.log.remember(&shorter.tenant, &anchors).await,
        Err(AuditError::RolledBack(_))
    ));
    shorter.append(500, 1).await;
    assert!(matches!(
        shorter.log.remember(&shorter.tenant, &anchors).await,
        Err(AuditError::RolledBack(_))
    ));
    assert_eq!(
        anchors.recall(&logs.tenant).await.expect("recalls").len(),
        1
    );
}
