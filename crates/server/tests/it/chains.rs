//! What is sent between two recovery points, and what of it can be restored: a chain with which no point goes on is asked a point for by whoever
//! finds it, and what no standby acknowledged is never restored.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::drill::{records, wait_for};
use crate::running::{Place, Running};

fn read(state: &Path) -> Value {
    let text = std::fs::read(state).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or(Value::Null)
}

fn snapshots(place: &Place) -> Vec<PathBuf> {
    let folder = place.data().join("backup/repository/snapshots");
    let there = std::fs::read_dir(folder).unwrap();
    there.map(|entry| entry.unwrap().path()).collect()
}

/// With a repository and a point; every point that goes on with the chain is gone, as if who began it had died before one was made.
async fn without_its_point(place: &Place) -> (PathBuf, Value) {
    let server = place.start().await;
    place.command(&["backup", "now"]).await.held();
    let first = snapshots(place);
    let state = place.data().join("data/scratch/stream.json");
    wait_for(place, || read(&state)["joined"] == true).await;
    server.kill().await;
    let mut noted = read(&state);
    for path in snapshots(place) {
        if !first.contains(&path) {
            std::fs::remove_file(path).unwrap();
        }
    }
    noted["joined"] = false.into();
    std::fs::write(&state, noted.to_string()).unwrap();
    (state, noted["chain"].clone())
}

async fn asks_again(place: &Place) {
    let (state, chain) = without_its_point(place).await;
    let count = snapshots(place).len();
    // Nothing of what is sent can be restored, and nobody says otherwise.
    let status = place.command(&["status", "--json"]).await.json();
    assert_eq!(status["stream"]["joined"], false, "{status}");
    let lost = status["stream"]["would_be_lost_seconds"].as_u64().unwrap();
    let age = status["points"]["newest_age_seconds"].as_u64().unwrap();
    assert_eq!(lost, age, "{status}");
    let said = format!("{}{}", status["notes"], status["broken"]);
    assert!(said.contains("no recovery point goes on"), "{status}");

    let server = place.start().await;
    let metrics = server.metrics().await;
    let sent = "stream_last_success_timestamp_seconds 0";
    assert!(metrics.contains(sent), "{metrics}");
    wait_for(place, || {
        let now = read(&state);
        now["joined"] == true && snapshots(place).len() > count
    })
    .await;
    // A chain of PostgreSQL goes on; of SQLite a command beside the server may have ended it.
    if place.data().join("data/strongroom.sqlite").exists() {
        assert!(!server.metrics().await.contains(sent));
    } else {
        assert_eq!(read(&state)["chain"], chain);
    }
    let status = place.command(&["status", "--json"]).await.json();
    assert_eq!(status["stream"]["joined"], true, "{status}");
    assert!(status["stream"]["would_be_lost_seconds"].as_u64().unwrap() < 30);
    let shown = place.command(&["backup", "status"]).await.held();
    assert!(shown.data.contains("all was sent"), "{shown:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_finds_a_chain_without_a_point_asks_for_one() {
    asks_again(&Place::new().with(&["--backup-hours", "24"])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_of_postgres() {
    let Some(cluster) = Cluster::set("-c wal_level=logical") else {
        eprintln!("skipped: PostgreSQL's own programs are not here, or do not start");
        return;
    };
    asks_again(&cluster.place("24")).await;
}

fn day(server: &Running, day: u32) -> impl Future<Output = reqwest::Result<reqwest::Response>> {
    let path = format!(
        "/v1/persons/{}/records/cycle-day/2019-01-{day:02}",
        server.person()
    );
    let body = json!({ "date": format!("2019-01-{day:02}"), "flow": "light" });
    server.ask(http::Method::PUT, &path).json(&body).send()
}

/// The primary writes a commit into its log before its standby has it. If the primary is lost now, so is the commit, and nobody was told that it
/// was done: it must not come back from what was sent either.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_standby_acknowledged_is_not_restored() {
    let Some(cluster) = Cluster::set("-c wal_level=logical -c wal_sender_timeout=2s") else {
        eprintln!("skipped: PostgreSQL's own programs are not here, or do not start");
        return;
    };
    let place = cluster.place("24");
    let server = place.start().await;
    let person = server.person().to_owned();
    place.command(&["backup", "now"]).await.held();
    let state = place.data().join("data/scratch/stream.json");
    wait_for(&place, || read(&state)["joined"] == true).await;
    let standby = cluster.standby("sr2");
    cluster.wait_for("sr2");
    let before = records(&place, &person).await;
    assert!(day(&server, 1).await.unwrap().status().is_success());
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(standby.down());
    let begun = Instant::now();
    let unanswered = tokio::time::timeout(Duration::from_secs(6), day(&server, 2)).await;
    assert!(
        !matches!(&unanswered, Ok(Ok(answer)) if answer.status().is_success()),
        "{unanswered:?}"
    );
    tokio::time::sleep(Duration::from_secs(6).saturating_sub(begun.elapsed())).await;
    server.kill().await;
    // Who restores needs a database that answers; the one that is restored to is another.
    cluster.wait_for("");
    let to = place.path("restored");
    let (data, keys) = (cluster.make("back_data"), cluster.make("back_keys"));
    let restore = [
        "restore",
        "--at",
        "now",
        "--to",
        to.to_str().unwrap(),
        "--json",
        "--postgres-data",
        data.to_str().unwrap(),
        "--postgres-keys",
        keys.to_str().unwrap(),
    ];
    let restored = place.command(&restore).await.held().json();
    let again = Place::on(to);
    assert_eq!(records(&again, &person).await, before + 1, "{restored}");
    let verified = again.command(&["log", "verify"]).await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
}
