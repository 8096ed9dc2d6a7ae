//! Exported copies: verified offline, and tampered with.

use std::fs;
use std::path::{Path, PathBuf};

use audit::export::{Bundles, tiles, vkey_file};
use audit::verify::ProblemKind::{
    BadNode, BadSignature, Deleted, Edited, Reordered, Truncated, Unreadable,
};
use audit::verify::{ProblemKind, verify_folder};
use tempfile::TempDir;

/// A copy that goes away with its handle.
struct Copy {
    at: PathBuf,
    _scratch: TempDir,
}

impl Copy {
    fn path(&self) -> &Path {
        &self.at
    }
}

use crate::support::{Logs, kinds};

/// A folder with the copy in it, as `log`.
async fn copy(logs: &Logs, what: Bundles) -> Copy {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = Copy {
        at: scratch.path().join("log"),
        _scratch: scratch,
    };
    let size = tiles(&logs.log, &logs.tenant, folder.path(), what)
        .await
        .expect("exports");
    assert_eq!(size, logs.log.size(&logs.tenant).await.expect("reads"));
    folder
}

fn edit(path: PathBuf, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(&path).expect("a file");
    change(&mut bytes);
    fs::write(path, bytes).expect("writes");
}

fn swap(folder: &Path, a: &str, b: &str) {
    let (a, b) = (folder.join(a), folder.join(b));
    let bytes = fs::read(&a).expect("a file");
    fs::copy(&b, &a).expect("copies");
    fs::write(b, bytes).expect("writes");
}

#[tokio::test]
async fn a_copy_verifies_with_and_without_entries() {
    for logs in Logs::each().await {
        logs.fill(700, 90).await;
        for (what, opened) in [(Bundles::With, 700), (Bundles::Without, 0)] {
            let folder = copy(&logs, what).await;
            let report = verify_folder(folder.path(), &logs.known()).expect("reads");
            assert!(report.ok, "{report:#?}");
            assert_eq!((report.size, report.entries_opened), (700, opened));
            assert_eq!(report.origin, "strongroom.test/log/acme");
            let keys = fs::read_to_string(vkey_file(folder.path())).expect("the keys");
            assert_eq!(audit::note::keys_in(&keys), Ok(logs.known().keys));
        }
    }
}

#[tokio::test]
async fn a_copy_of_a_log_with_three_levels_verifies() {
    let logs = Logs::sqlite().await;
    logs.fill(65_536 + 300, 4_096).await;
    let folder = copy(&logs, Bundles::Without).await;
    assert!(folder.path().join("tile/2/000.p/1").exists());
    let report = verify_folder(folder.path(), &logs.known()).expect("reads");
    assert!(report.ok, "{report:#?}");
    assert!(logs.verify(audit::verify::Depth::Hashes).await.ok);
    edit(folder.path().join("tile/2/000.p/1"), |bytes| bytes[0] ^= 1);
    let report = verify_folder(folder.path(), &logs.known()).expect("reads");
    assert_eq!(kinds(&report), [(BadNode, Some(0))]);
    logs.danger_drop_guards().await;
    logs.danger_sql(
        "UPDATE log_node SET hash = zeroblob(32) WHERE level = 2",
        vec![],
    )
    .await;
    let report = logs.verify(audit::verify::Depth::Hashes).await;
    assert_eq!(kinds(&report), [(BadNode, Some(0))], "{report:#?}");
}

#[tokio::test]
async fn what_is_done_to_a_copy_is_found_and_named() {
    let logs = Logs::sqlite().await;
    logs.fill(700, 90).await;
    type Attack = (
        &'static str,
        fn(&Path),
        &'static [(ProblemKind, Option<u64>)],
    );
    let attacks: &[Attack] = &[
        (
            "an entry",
            |at| edit(at.join("tile/entries/001"), |bytes| bytes[20] ^= 1),
            &[(Edited, Some(256))],
        ),
        (
            "a leaf",
            |at| edit(at.join("tile/0/001"), |bytes| bytes[64] ^= 1),
            &[(Edited, Some(258))],
        ),
        (
            "an entry and its leaf",
            |at| {
                edit(at.join("tile/entries/002.p/188"), |bytes| bytes[20] ^= 1);
                let bundle = fs::read(at.join("tile/entries/002.p/188")).expect("a bundle");
                let length = usize::from(u16::from_be_bytes([bundle[0], bundle[1]]));
                let leaf = audit::merkle::leaf_hash(&bundle[2..2 + length]);
                edit(at.join("tile/0/002.p/188"), |bytes| {
                    bytes[..32].copy_from_slice(&leaf)
                });
            },
            &[(Edited, Some(0))],
        ),
        (
            "a tile removed",
            |at| fs::remove_file(at.join("tile/0/000")).expect("removes"),
            &[(Deleted, Some(0))],
        ),
        (
            "a bundle removed",
            |at| fs::remove_file(at.join("tile/entries/000")).expect("removes"),
            &[(Deleted, Some(0))],
        ),
        (
            "the end removed",
            |at| {
                fs::remove_dir_all(at.join("tile/0/002.p")).expect("removes");
                fs::remove_dir_all(at.join("tile/entries/002.p")).expect("removes");
            },
            &[(Deleted, Some(512)), (Truncated, Some(512))],
        ),
        (
            "a tile cut short",
            |at| edit(at.join("tile/0/001"), |bytes| bytes.truncate(8_000)),
            &[(Deleted, Some(256))],
        ),
        (
            "a bundle cut short",
            |at| edit(at.join("tile/entries/001"), |bytes| bytes.truncate(8_000)),
            &[(Unreadable, Some(256))],
        ),
        (
            "tiles swapped",
            |at| {
                swap(at, "tile/0/000", "tile/0/001");
                swap(at, "tile/entries/000", "tile/entries/001");
            },
            &[(Reordered, Some(0)), (Reordered, Some(256))],
        ),
        (
            "bundles swapped",
            |at| {
                swap(at, "tile/entries/000", "tile/entries/001");
            },
            &[],
        ),
        (
            "a kept hash",
            |at| edit(at.join("tile/1/000.p/2"), |bytes| bytes[33] ^= 1),
            &[(BadNode, Some(256))],
        ),
        (
            "the checkpoint's size",
            |at| {
                edit(at.join("checkpoint"), |bytes| {
                    let text = String::from_utf8(bytes.clone())
                        .expect("text")
                        .replace("\n700\n", "\n600\n");
                    *bytes = text.into_bytes();
                })
            },
            &[
                (Deleted, Some(512)),
                (Truncated, Some(512)),
                (BadSignature, None),
            ],
        ),
        (
            "no checkpoint",
            |at| fs::remove_file(at.join("checkpoint")).expect("removes"),
            &[(BadSignature, None)],
        ),
    ];
    for (name, attack, found) in attacks {
        let folder = copy(&logs, Bundles::With).await;
        attack(folder.path());
        let report = verify_folder(folder.path(), &logs.known()).expect("reads");
        assert!(!report.ok, "{name}");
        let mut got = kinds(&report);
        got.retain(|(kind, _)| *kind != ProblemKind::BadTime);
        if *name == "bundles swapped" {
            // Every entry of both differs from its leaf.
            assert_eq!(report.problem_count, 2 * 256 + 1, "{name}: {report:#?}");
            continue;
        }
        assert_eq!(got, *found, "{name}: {report:#?}");
    }
}

#[tokio::test]
async fn a_strangers_key_verifies_nothing() {
    let logs = Logs::sqlite().await;
    logs.fill(10, 10).await;
    let folder = copy(&logs, Bundles::With).await;
    let report = verify_folder(folder.path(), &audit::verify::Known::default()).expect("reads");
    assert_eq!(kinds(&report), [(BadSignature, None)]);
}
