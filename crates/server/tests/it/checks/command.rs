//! `strongroom check` as a command: exit codes, `--json`, at rest and beside a server.

use std::path::Path;
use std::process::{Command, Output};

use govern::Catalogue;
use store::{Sql, WriteSet};

use super::{folder, open};

fn check(folder: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_strongroom"))
        .arg("check")
        .arg("--data")
        .arg(folder)
        .args(more)
        .output()
        .expect("it runs")
}

/// Promises that something measures here: what is said of backups is seen in `drill.rs`.
fn here() -> Vec<String> {
    let catalogue = Catalogue::built_in().expect("a catalogue");
    let ids = catalogue.promises().iter().map(|it| it.id.clone());
    ids.filter(|id| !id.starts_with("backup.")).collect()
}

/// So many of them are measured.
const MEASURED: usize = 17;

fn check_all(folder: &Path, more: &[&str]) -> Output {
    let ids = here();
    let all: Vec<&str> = more
        .iter()
        .copied()
        .chain(ids.iter().map(String::as_str))
        .collect();
    check(folder, &all)
}

fn promises(output: &Output) -> Vec<serde_json::Value> {
    serde_json::from_slice(&output.stdout).expect("a JSON list")
}

#[tokio::test(flavor = "multi_thread")]
async fn it_measures_an_installation_at_rest_and_says_what_is_broken() {
    let folder = folder();
    let first = check_all(folder.path(), &["--json"]);
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    let list = promises(&first);
    for promise in list.iter().filter(|promise| promise["kind"] == "T") {
        // Measured and good, but never seen failing.
        assert_eq!(promise["state"], "unproven", "{promise}");
        assert!(promise["measured_at"].is_string() && promise["log_index"].is_u64());
        assert_eq!(
            promise["evidence"]["problems"],
            serde_json::json!([]),
            "{promise}"
        );
    }
    let talk = String::from_utf8_lossy(&first.stderr);
    assert!(talk.contains("--prove"), "{talk}");
    assert!(!talk.contains("ERROR") && !talk.contains("WARN"), "{talk}");

    let proven = check_all(folder.path(), &["--json", "--prove"]);
    assert_eq!(proven.status.code(), Some(0), "{proven:?}");
    let kept = promises(&proven)
        .iter()
        .filter(|it| it["state"] == "kept")
        .count();
    assert_eq!(kept, MEASURED);

    let unknown = check(folder.path(), &["rest.nothing"]);
    assert_eq!(unknown.status.code(), Some(2));
    let missing = check(&folder.path().join("elsewhere"), &[]);
    assert_eq!(missing.status.code(), Some(2));

    static DROP: Sql = Sql::both("DROP TRIGGER log_chunk_update");
    let installation = open(folder.path()).await;
    let set = WriteSet::new().run(&DROP, vec![]);
    installation.db.commit(set).await.expect("dropped");
    installation.close().await;
    let broken = check(folder.path(), &["log.always_on"]);
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    let table = String::from_utf8_lossy(&broken.stdout);
    assert!(
        table.contains("BROKEN    log.always_on") && table.contains("UPDATE log_chunk"),
        "{table}"
    );
    assert_eq!(table.lines().count(), 2, "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_measures_beside_a_running_server() {
    let folder = folder();
    let serving = server::Serving::begin(open(folder.path()).await)
        .await
        .expect("a server");
    // The port was the system's choice: now it stands in the configuration, where the command looks for it.
    let file = folder.path().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).expect("read");
    let text = text.replace("127.0.0.1:0", &serving.address.to_string());
    std::fs::write(&file, text).expect("written");
    let path = folder.path().to_owned();
    let output = tokio::task::spawn_blocking(move || check_all(&path, &["--json", "--prove"]));
    let output = output.await.expect("it ran");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(
        promises(&output)
            .iter()
            .filter(|it| it["state"] == "kept")
            .count(),
        MEASURED
    );
    serving.end().await;
}
