//! Tiles and proofs as they are served.

use audit::AuditError;
use audit::merkle::{BundleId, TileId, leaf_hash, tiles, verify_consistency};
use audit::note::{Checkpoint, LogProof};

use crate::support::Logs;

#[tokio::test]
async fn every_entry_is_proved_and_every_growth() {
    for logs in Logs::each().await {
        logs.fill(700, 67).await;
        let keys = logs.log.verifiers(&logs.tenant).expect("keys");
        let note = logs
            .log
            .checkpoint(&logs.tenant)
            .await
            .expect("a checkpoint");
        let now = Checkpoint::open(&note, &keys).expect("signed");
        for index in [0, 1, 66, 67, 255, 256, 511, 512, 698, 699] {
            let (logged, proof) = logs.log.prove(&logs.tenant, index).await.expect("proves");
            let text = proof.to_string();
            let read: LogProof = text.parse().expect("a proof");
            let entry = read.extra.clone().expect("the entry is inside");
            assert_eq!(entry, logged.body);
            assert_eq!(read.verify(&entry, &keys), Ok(now.clone()));
        }
        let refused = logs.log.prove(&logs.tenant, 700).await;
        assert!(matches!(refused, Err(AuditError::Range { size: 700 })));
        // Roots at every batch's end, from the leaves.
        let mut frontier = audit::merkle::Frontier::new();
        for logged in logs.log.entries(&logs.tenant, 0, 700).await.expect("reads") {
            let old = frontier.size();
            if old.is_multiple_of(97) {
                let proof = logs
                    .log
                    .prove_growth(&logs.tenant, old, 700)
                    .await
                    .expect("proves");
                assert!(verify_consistency(
                    old,
                    700,
                    &frontier.root(),
                    &now.root,
                    &proof
                ));
            }
            frontier.push(leaf_hash(&logged.body), |_, _| {});
        }
        assert_eq!(frontier.root(), now.root);
    }
}

#[tokio::test]
async fn tiles_are_served_at_the_widths_that_there_are() {
    let logs = Logs::sqlite().await;
    logs.fill(600, 100).await;
    let tile = |level, index, width| TileId {
        level,
        index,
        width,
    };
    for id in tiles(600) {
        let hashes = logs.log.tile(&logs.tenant, id).await.expect("a tile");
        assert_eq!(hashes.len(), 32 * usize::from(id.width));
    }
    let whole = logs
        .log
        .tile(&logs.tenant, tile(0, 2, 88))
        .await
        .expect("a tile");
    let part = logs
        .log
        .tile(&logs.tenant, tile(0, 2, 7))
        .await
        .expect("a part");
    assert_eq!(part, whole[..7 * 32]);
    for absent in [
        tile(0, 2, 89),
        tile(0, 3, 1),
        tile(1, 0, 3),
        tile(2, 0, 1),
        tile(9, 0, 1),
        tile(0, u64::MAX, 256),
    ] {
        let answer = logs.log.tile(&logs.tenant, absent).await;
        assert!(
            matches!(answer, Err(AuditError::NotFound("tile"))),
            "{absent:?}"
        );
    }
    let bundle = logs
        .log
        .bundle(
            &logs.tenant,
            BundleId {
                index: 2,
                width: 88,
            },
        )
        .await
        .expect("a bundle");
    let length = usize::from(u16::from_be_bytes([bundle[0], bundle[1]]));
    assert_eq!(leaf_hash(&bundle[2..2 + length]), whole[..32]);
    let none = logs
        .log
        .bundle(
            &logs.tenant,
            BundleId {
                index: 2,
                width: 89,
            },
        )
        .await;
    assert!(matches!(none, Err(AuditError::NotFound(_))));
}

#[tokio::test]
async fn an_empty_log_has_nothing_to_show() {
    let logs = Logs::sqlite().await;
    assert_eq!(logs.log.size(&logs.tenant).await.expect("reads"), 0);
    assert!(
        logs.log
            .entries(&logs.tenant, 0, 10)
            .await
            .expect("reads")
            .is_empty()
    );
    let checkpoint = logs.log.checkpoint(&logs.tenant).await;
    assert!(matches!(
        checkpoint,
        Err(AuditError::NotFound("checkpoint"))
    ));
    assert!(logs.verify(audit::verify::Depth::Entries).await.ok);
}

#[tokio::test]
async fn an_edited_entry_is_not_served() {
    let logs = Logs::sqlite().await;
    logs.fill(300, 50).await;
    logs.danger_drop_guards().await;
    let chunk = logs.chunk(100).await;
    let mut hashes = chunk.bytes(2).expect("hashes").to_vec();
    hashes[5 * 32] ^= 1;
    logs.danger_sql(
        "UPDATE log_chunk SET hashes = $1 WHERE first = 100",
        vec![hashes.into()],
    )
    .await;
    let refused = logs.log.entries(&logs.tenant, 90, 30).await;
    assert!(
        matches!(refused, Err(AuditError::Tampered { index: 105, .. })),
        "{refused:?}"
    );
    assert_eq!(
        logs.log
            .entries(&logs.tenant, 0, 100)
            .await
            .expect("others are")
            .len(),
        100
    );
    assert!(logs.log.prove(&logs.tenant, 105).await.is_err());
    // The tree around it is wrong now; a proof that does not hold is not handed out.
    assert!(logs.log.prove(&logs.tenant, 3).await.is_err());
}
