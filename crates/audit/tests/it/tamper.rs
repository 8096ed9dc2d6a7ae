//! Everything that somebody with all rights on the database can do to the log, found and named.

use audit::anchor::Anchor;
use audit::verify::ProblemKind::{
    BadHead, BadNode, BadSignature, Deleted, Edited, Forked, Reordered, Truncated, Unreadable,
    Unsigned,
};
use audit::verify::{Depth, Known, ProblemKind};
use store::{Row, Value};

use crate::support::{Logs, kinds};

type Found = (ProblemKind, Option<u64>);

/// 700 entries in chunks of 50, cut at 256 and 512; the guards are gone.
async fn open_to_attack() -> Logs {
    let logs = Logs::sqlite().await;
    logs.fill(700, 50).await;
    logs.danger_drop_guards().await;
    logs
}

async fn assert_found(logs: &Logs, with_hashes: &[Found], with_entries: &[Found]) {
    let report = logs.verify(Depth::Hashes).await;
    assert_eq!(kinds(&report), with_hashes, "hashes: {report:#?}");
    let report = logs.verify(Depth::Entries).await;
    assert_eq!(kinds(&report), with_entries, "entries: {report:#?}");
    assert!(!report.ok);
}

async fn set_hashes(logs: &Logs, first: i64, change: impl FnOnce(&mut Vec<u8>)) {
    let mut hashes = logs.chunk(first).await.bytes(2).expect("hashes").to_vec();
    change(&mut hashes);
    let params = vec![hashes.into(), first.into()];
    logs.danger_sql("UPDATE log_chunk SET hashes = $1 WHERE first = $2", params)
        .await;
}

#[tokio::test]
async fn a_log_left_alone_is_in_order() {
    for logs in Logs::each().await {
        logs.fill(700, 50).await;
        for depth in [Depth::Hashes, Depth::Entries] {
            let report = logs.verify(depth).await;
            assert!(report.ok && report.problems.is_empty(), "{report:#?}");
        }
    }
}

#[tokio::test]
async fn an_edited_leaf_in_a_full_tile() {
    let logs = open_to_attack().await;
    set_hashes(&logs, 300, |hashes| hashes[3 * 32] ^= 1).await;
    assert_found(&logs, &[(Edited, Some(256))], &[(Edited, Some(303))]).await;
}

#[tokio::test]
async fn an_edited_leaf_in_the_last_tile() {
    let logs = open_to_attack().await;
    set_hashes(&logs, 600, |hashes| hashes[31] ^= 1).await;
    assert_found(&logs, &[(Edited, Some(0))], &[(Edited, Some(600))]).await;
    let report = logs.verify(Depth::Hashes).await;
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.text.contains("behind 512"))
    );
}

#[tokio::test]
async fn an_edited_leaf_with_the_hash_above_it_edited_to_fit() {
    let logs = open_to_attack().await;
    set_hashes(&logs, 0, |hashes| hashes[0] ^= 1).await;
    // Somebody who knows the format also mends the kept root of the tile.
    let mut leaves = Vec::new();
    for first in [0, 50, 100, 150, 200, 250] {
        leaves.extend(
            logs.chunk(first)
                .await
                .bytes(2)
                .expect("hashes")
                .as_chunks::<32>()
                .0
                .to_vec(),
        );
    }
    let mut frontier = audit::merkle::Frontier::new();
    for leaf in &leaves {
        frontier.push(*leaf, |_, _| {});
    }
    logs.danger_sql(
        "UPDATE log_node SET hash = $1 WHERE idx = 0",
        vec![frontier.root().into()],
    )
    .await;
    assert_found(&logs, &[(Edited, Some(0))], &[(Edited, Some(0))]).await;
}

#[tokio::test]
async fn an_edited_sealed_entry() {
    let logs = open_to_attack().await;
    let mut sealed = logs.chunk(150).await.bytes(3).expect("sealed").to_vec();
    let middle = sealed.len() / 2;
    sealed[middle] ^= 1;
    logs.danger_sql(
        "UPDATE log_chunk SET sealed = $1 WHERE first = 150",
        vec![sealed.into()],
    )
    .await;
    assert_found(&logs, &[], &[(Unreadable, Some(150))]).await;
    // What others logged is still to be had.
    assert_eq!(
        logs.log
            .entries(&logs.tenant, 0, 150)
            .await
            .expect("opens")
            .len(),
        150
    );
    assert_eq!(
        logs.log
            .entries(&logs.tenant, 200, 500)
            .await
            .expect("opens")
            .len(),
        500
    );
}

#[tokio::test]
async fn a_deleted_row_in_the_middle() {
    let logs = open_to_attack().await;
    logs.danger_sql("DELETE FROM log_chunk WHERE first = 300", vec![])
        .await;
    let found = [(Deleted, Some(300))];
    assert_found(&logs, &found, &found).await;
}

#[tokio::test]
async fn a_whole_deleted_tile_and_all_deleted_rows() {
    let logs = open_to_attack().await;
    logs.danger_sql(
        "DELETE FROM log_chunk WHERE first >= 256 AND first < 512",
        vec![],
    )
    .await;
    let found = [(Deleted, Some(256))];
    assert_found(&logs, &found, &found).await;
    logs.danger_sql("DELETE FROM log_chunk", vec![]).await;
    let found = [
        (Deleted, Some(0)),
        (Deleted, Some(256)),
        (Truncated, Some(512)),
    ];
    assert_found(&logs, &found, &found).await;
}

#[tokio::test]
async fn a_deleted_row_whose_successors_were_renumbered() {
    let logs = open_to_attack().await;
    logs.danger_sql("DELETE FROM log_chunk WHERE first = 600", vec![])
        .await;
    logs.danger_sql("UPDATE log_chunk SET first = 600 WHERE first = 650", vec![])
        .await;
    let hashes = [(Truncated, Some(650))];
    assert_found(
        &logs,
        &hashes,
        &[(Reordered, Some(600)), (Truncated, Some(650))],
    )
    .await;
}

#[tokio::test]
async fn the_last_rows_deleted() {
    let logs = open_to_attack().await;
    logs.danger_sql("DELETE FROM log_chunk WHERE first >= 550", vec![])
        .await;
    let found = [(Truncated, Some(550))];
    assert_found(&logs, &found, &found).await;
}

async fn head(logs: &Logs) -> Row {
    static HEAD: store::Sql =
        store::Sql::both("SELECT size, root, frontier, checkpoint, at FROM log_head");
    logs.db
        .row(&HEAD, vec![])
        .await
        .expect("reads")
        .expect("a head")
}

async fn put_head(logs: &Logs, row: &Row) {
    let params: Vec<Value> = vec![
        row.int(0).expect("size").into(),
        row.bytes(1).expect("root").into(),
        row.bytes(2).expect("frontier").into(),
        row.text(3).expect("checkpoint").into(),
        row.int(4).expect("at").into(),
    ];
    let text = "UPDATE log_head SET size = $1, root = $2, frontier = $3, checkpoint = $4, at = $5";
    logs.danger_sql(text, params).await;
}

/// What an anchor remembers of the log as it is now.
async fn anchor(logs: &Logs) -> Anchor {
    let head = logs
        .log
        .head(&logs.tenant)
        .await
        .expect("reads")
        .expect("a head");
    Anchor::of(&logs.tenant, &head)
}

#[tokio::test]
async fn a_log_rolled_back_to_an_older_signed_head() {
    let logs = Logs::sqlite().await;
    logs.fill(520, 52).await;
    let old = head(&logs).await;
    logs.append(520, 100).await;
    let remembered = Known {
        anchors: vec![anchor(&logs).await],
        ..logs.known()
    };
    logs.danger_drop_guards().await;
    put_head(&logs, &old).await;
    // With the rows still there, even the log itself says so.
    let report = logs.verify(Depth::Entries).await;
    assert_eq!(kinds(&report), [(Unsigned, Some(520))]);
    // Without them it is in order by itself: only who remembers can tell.
    logs.danger_sql("DELETE FROM log_chunk WHERE first >= 520", vec![])
        .await;
    let report = logs.verify(Depth::Entries).await;
    assert_eq!(kinds(&report), []);
    let report = logs.verify_knowing(&remembered, Depth::Hashes).await;
    assert_eq!(kinds(&report), [(Truncated, Some(520))]);
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.text.contains("entries 520 to 619 are gone"))
    );
    // Everything gone, head and all.
    for table in ["chunk", "node", "head"] {
        logs.danger_sql(format!("DELETE FROM log_{table}"), vec![])
            .await;
    }
    let report = logs.verify_knowing(&remembered, Depth::Hashes).await;
    assert_eq!(kinds(&report), [(Truncated, Some(0))]);
}

#[tokio::test]
async fn another_history_signed_with_the_true_key() {
    let (logs, other) = (Logs::sqlite().await, Logs::sqlite().await);
    logs.fill(400, 100).await;
    let early = anchor(&logs).await;
    logs.append(400, 200).await;
    // The other database has the same keys, the same first 350 entries, and then others.
    other.fill(350, 100).await;
    other.append(10_000, 250).await;
    let mut known = Known {
        anchors: vec![early],
        ..other.known()
    };
    let report = other.verify_knowing(&known, Depth::Entries).await;
    assert_eq!(kinds(&report), [(Forked, Some(399))], "{report:#?}");
    assert_eq!(report.anchors_compared, 1);
    // Two heads of one size, both signed.
    known.anchors = vec![anchor(&logs).await, anchor(&other).await];
    let report = other.verify_knowing(&known, Depth::Hashes).await;
    assert!(kinds(&report).contains(&(Forked, Some(599))), "{report:#?}");
    // And the true log fits all of its own heads.
    known.anchors.pop();
    assert!(logs.verify_knowing(&known, Depth::Entries).await.ok);
}

#[tokio::test]
async fn anchors_narrow_down_an_edit() {
    let logs = Logs::sqlite().await;
    let mut anchors = Vec::new();
    for next in 0..7 {
        logs.append(next * 100, 100).await;
        anchors.push(anchor(&logs).await);
    }
    let known = Known {
        anchors,
        ..logs.known()
    };
    assert!(logs.verify_knowing(&known, Depth::Entries).await.ok);
    logs.danger_drop_guards().await;
    set_hashes(&logs, 600, |hashes| hashes[50 * 32] ^= 1).await;
    let report = logs.verify_knowing(&known, Depth::Hashes).await;
    assert_eq!(kinds(&report), [(Edited, Some(600))], "{report:#?}");
}

#[tokio::test]
async fn a_forged_anchor_is_named_and_counts_for_nothing() {
    let logs = Logs::sqlite().await;
    logs.fill(10, 10).await;
    let mut forged = anchor(&logs).await;
    forged.size = 99;
    let known = Known {
        anchors: vec![forged],
        ..logs.known()
    };
    let report = logs.verify_knowing(&known, Depth::Hashes).await;
    assert_eq!(kinds(&report), [(BadSignature, None)]);
}

#[tokio::test]
async fn two_leaves_that_changed_places() {
    let logs = open_to_attack().await;
    set_hashes(&logs, 300, |hashes| {
        let (left, right) = hashes.split_at_mut(20 * 32);
        left[32..64].swap_with_slice(&mut right[..32]);
    })
    .await;
    let found = [(Reordered, Some(301))];
    assert_found(&logs, &found, &found).await;
}

#[tokio::test]
async fn two_rows_that_changed_places() {
    for (a, b) in [(300_u64, 350_u64), (550, 650)] {
        let logs = open_to_attack().await;
        for (from, to) in [(a, 90_000), (b, a), (90_000, b)] {
            let text = format!("UPDATE log_chunk SET first = {to} WHERE first = {from}");
            logs.danger_sql(text, vec![]).await;
        }
        let found = [(Reordered, Some(a)), (Reordered, Some(b))];
        assert_found(&logs, &found[..1], &found).await;
    }
}

#[tokio::test]
async fn two_whole_tiles_that_changed_places() {
    let logs = Logs::sqlite().await;
    logs.fill(1_024, 256).await;
    logs.danger_drop_guards().await;
    for (from, to) in [(256, 90_112), (512, 256), (90_112, 512)] {
        logs.danger_sql(
            format!("UPDATE log_chunk SET first = {to} WHERE first = {from}"),
            vec![],
        )
        .await;
    }
    let report = logs.verify(Depth::Hashes).await;
    assert_eq!(
        kinds(&report),
        [(Reordered, Some(256)), (Reordered, Some(512))],
        "{report:#?}"
    );
}

#[tokio::test]
async fn a_kept_hash_that_was_edited_or_removed() {
    let logs = open_to_attack().await;
    logs.danger_sql(
        "UPDATE log_node SET hash = zeroblob(32) WHERE idx = 1",
        vec![],
    )
    .await;
    let found = [(BadNode, Some(256))];
    assert_found(&logs, &found, &found).await;
    logs.danger_sql("DELETE FROM log_node WHERE idx = 0", vec![])
        .await;
    let found = [(BadNode, Some(0)), (BadNode, Some(256))];
    assert_found(&logs, &found, &found).await;
}

#[tokio::test]
async fn a_head_that_was_edited() {
    let logs = open_to_attack().await;
    let true_head = head(&logs).await;
    logs.danger_sql("UPDATE log_head SET root = zeroblob(32)", vec![])
        .await;
    assert_found(&logs, &[(BadHead, None)], &[(BadHead, None)]).await;
    put_head(&logs, &true_head).await;
    let text = "UPDATE log_head SET checkpoint = substr(checkpoint, 1, length(checkpoint) - 12) \
                || 'AAAAAAAAAA=' || char(10)";
    logs.danger_sql(text, vec![]).await;
    assert_found(&logs, &[(BadSignature, None)], &[(BadSignature, None)]).await;
    put_head(&logs, &true_head).await;
    logs.danger_sql("DELETE FROM log_head", vec![]).await;
    let report = logs.verify(Depth::Hashes).await;
    assert!(kinds(&report).contains(&(BadHead, Some(0))), "{report:#?}");
}

#[tokio::test]
async fn rows_put_in_behind_the_head() {
    let logs = open_to_attack().await;
    let text = "INSERT INTO log_chunk (tenant, first, count, generation, hashes, sealed) \
                SELECT tenant, 700, count, generation, hashes, sealed FROM log_chunk WHERE first = 0";
    logs.danger_sql(text, vec![]).await;
    let found = [(Unsigned, Some(700))];
    assert_found(&logs, &found, &found).await;
}

#[tokio::test]
async fn a_key_generation_that_is_not_to_be_had() {
    let logs = open_to_attack().await;
    logs.danger_sql(
        "UPDATE log_chunk SET generation = 9 WHERE first = 0",
        vec![],
    )
    .await;
    assert_found(&logs, &[], &[(Unreadable, Some(0))]).await;
}
