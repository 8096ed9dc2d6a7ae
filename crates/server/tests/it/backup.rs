//! Recovery points of a real installation: made beside a running server, verified, restored elsewhere.

use serde_json::json;

use crate::running::Place;

#[tokio::test(flavor = "multi_thread")]
async fn a_point_is_made_beside_a_running_server_and_restored() {
    let place = Place::new();
    let server = place.start().await;
    let made = place.command(&["backup", "now", "--json"]).await.held();
    let first = made.json();
    assert!(made.talk.contains("keep a copy"), "{made:?}");
    let person = server.person().to_owned();
    let record = format!("/v1/persons/{person}/records/cycle-day/2026-01-31");
    let body = json!({ "date": "2026-01-31", "flow": "light" });
    server.put(&record, &body).await;
    let second = place.command(&["backup", "now", "--json"]).await.held();
    assert!(!second.talk.contains("keep a copy"), "{second:?}");
    let second = second.json();
    assert_ne!(first["point"], second["point"]);

    let listed = place.command(&["backup", "list", "--json"]).await.held();
    let listed = listed.json();
    assert_eq!(listed[0]["point"], second["point"]);
    assert_eq!(listed[1]["point"], first["point"]);
    let shown = place.command(&["backup", "show", "--json"]).await.held();
    assert_eq!(shown.json()["digest"], second["digest"]);
    let generation = shown.json()["manifest"]["keys"]["generation"].clone();
    let name = first["point"].as_str().unwrap();
    for point in ["latest", &name[..8]] {
        let verified = place.command(&["backup", "verify", point, "--json"]).await;
        assert_eq!(verified.held().json()["ok"], true);
    }
    let status = place.command(&["backup", "status", "--json"]).await.held();
    let generations = status.json()["key_generations"].clone();
    // Checks erase people of their own, so that an older one may be gone already.
    let count = generations.as_array().unwrap().len();
    assert!((1..=2).contains(&count), "{generations}");
    assert!(generations[0]["number"].as_u64() >= generation.as_u64());
    server.stop().await;

    let to = place.path("restored");
    let to = to.to_str().unwrap();
    place
        .command(&["restore", "latest", "--to", to])
        .await
        .held();
    let text = std::fs::read_to_string(format!("{to}/strongroom.toml")).unwrap();
    for part in ["database/strongroom.sqlite", "keys/strongroom.sqlite"] {
        assert!(text.contains(part), "{text}");
        assert!(std::path::Path::new(to).join(part).is_file(), "{part}");
    }
    // What is there already is not written over.
    let again = place.command(&["restore", "latest", "--to", to]).await;
    assert_eq!(again.code, Some(1), "{again:?}");
}

/// Without its own key a point is shown still, and opens in no way; the next one has another.
#[tokio::test(flavor = "multi_thread")]
async fn a_point_without_its_own_key_says_so_everywhere() {
    let place = Place::new();
    place.start().await.stop().await;
    let made = place.command(&["backup", "now", "--json"]).await.held();
    let listed = async || {
        let listed = place.command(&["backup", "list", "--json"]).await.held();
        listed.json()
    };
    assert_eq!(listed().await[0]["opens"], true);
    place.command(&["drill", "run", "objects"]).await.held();
    let keys = place.data().join("apart/points");
    let away = place.path("away");
    std::fs::rename(&keys, &away).unwrap();
    assert_eq!(listed().await[0]["opens"], false);
    let text = place.command(&["backup", "list"]).await.held();
    assert!(text.data.contains("without its key"), "{text:?}");
    let shown = place.command(&["backup", "show", "--json"]).await.held();
    assert_eq!(shown.json()["opens"], false);
    assert_eq!(shown.json()["point"], made.json()["point"]);
    let status = place.command(&["backup", "status"]).await.held();
    assert!(status.data.contains("1 of 1"), "{status:?}");
    assert!(status.talk.contains("apart/points"), "{status:?}");
    let to = place.path("restored");
    for command in [
        &["backup", "verify", "latest"][..],
        &["backup", "verify", "latest", "--quick"],
        &["drill", "run", "objects"],
        &["restore", "latest", "--to", to.to_str().unwrap()],
    ] {
        let ran = place.command(command).await;
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.talk.contains("key of recovery point"), "{ran:?}");
        assert!(ran.talk.contains("[backup.keys] apart"), "{ran:?}");
    }
    // As if nothing had been: another key, for another point.
    place.command(&["backup", "now"]).await.held();
    let points = listed().await;
    assert_eq!(
        (&points[0]["opens"], &points[1]["opens"]),
        (&json!(true), &json!(false))
    );
    place.command(&["backup", "verify", "latest"]).await.held();
    for entry in std::fs::read_dir(&away).unwrap() {
        let entry = entry.unwrap();
        let there = keys.join(entry.file_name());
        if !there.exists() {
            std::fs::rename(entry.path(), there).unwrap();
        }
    }
    assert_eq!(listed().await[1]["opens"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_is_not_replaced() {
    let place = Place::new();
    let server = place.start().await;
    server.stop().await;
    place.command(&["backup", "now"]).await.held();
    let key = place.data().join("secrets/backup.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let refused = place.command(&["backup", "now"]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.talk.contains("backup.key"), "{refused:?}");
    assert!(!key.exists());
    std::fs::write(&key, [0; 32]).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let wrong = place.command(&["backup", "list"]).await;
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(wrong.talk.contains("does not open"), "{wrong:?}");
    std::fs::write(&key, kept).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = place.command(&["backup", "list"]).await;
    assert!(open.talk.contains("chmod 600"), "{open:?}");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    place.command(&["backup", "list"]).await.held();
}
