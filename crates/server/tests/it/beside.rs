//! Another process on the same database: whatever the server did with its files before, its locks must stand.

use std::time::Duration;

use serde_json::{Value, json};

use crate::running::Place;

#[tokio::test(flavor = "multi_thread")]
async fn a_command_beside_a_server_that_read_its_own_files_takes_nothing_away() {
    let place = Place::new();
    let running = place.start().await;
    // The checks read the databases' files, byte for byte.
    let mut measured = false;
    for _ in 0..120 {
        let trust: Value = running.get("/v1/trust").await.json().await.unwrap();
        let promises = trust["promises"].as_array().unwrap();
        measured = promises
            .iter()
            .filter(|promise| promise["kind"] == "T")
            // Not measured in the first minutes.
            .filter(|promise| !promise["id"].as_str().unwrap().starts_with("backup."))
            .all(|promise| !promise["measured_at"].is_null());
        if measured {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(measured, "the checks did not run");

    let path = |day: u32| {
        format!(
            "/v1/persons/{}/records/cycle-day/2026-02-{day:02}",
            running.person()
        )
    };
    let body = |day: u32| json!({ "date": format!("2026-02-{day:02}"), "flow": "light" });
    for day in 1..=3 {
        place.command(&["keys", "status"]).await.held();
        let written = running.put(&path(day), &body(day)).await;
        assert_eq!(written.status(), 201, "{}", written.text().await.unwrap());
    }
    for day in 1..=3 {
        let read = running.get(&path(day)).await;
        assert_eq!(read.status(), 200, "{}", read.text().await.unwrap());
    }
    place.command(&["log", "verify"]).await.held();
}
