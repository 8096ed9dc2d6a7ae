//! Shares of the root key, as their keepers use them: an installation whose key file is gone, and an empty machine.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::running::Place;

/// Divide the root key of `place` into `shares`, any `threshold` of which bring it back.
async fn split(place: &Place, to: &str, shares: &str, threshold: &str) -> (Value, Vec<PathBuf>) {
    let out = place.path(to);
    let made = place
        .command(&[
            "keys",
            "shares",
            "split",
            "--shares",
            shares,
            "--threshold",
            threshold,
            "--out",
            out.to_str().unwrap(),
            "--json",
        ])
        .await
        .held()
        .json();
    let files = made["files"].as_array().unwrap().iter();
    let files = files.map(|it| it.as_str().unwrap().into()).collect();
    (made, files)
}

fn combine<'a>(files: &[&'a Path]) -> Vec<&'a str> {
    let files = files.iter().map(|it| it.to_str().unwrap());
    ["keys", "shares", "combine"]
        .into_iter()
        .chain(files)
        .collect()
}

/// The entries of the operator's log with this action.
async fn entries(place: &Place, action: &str) -> Vec<Value> {
    let shown = place
        .command(&[
            "log", "show", "--tenant", "operator", "--json", "--limit", "1000",
        ])
        .await
        .held();
    let entries = shown.lines().into_iter().map(|line| line["entry"].clone());
    entries.filter(|entry| entry["action"] == action).collect()
}

const PATH: &str = "/records/cycle-day/2026-01-31";

#[tokio::test(flavor = "multi_thread")]
async fn a_quorum_reopens_an_installation_whose_key_file_is_gone() {
    let place = Place::new();
    let server = place.start().await;
    let person = server.person().to_owned();
    let path = format!("/v1/persons/{person}{PATH}");
    let body = json!({ "date": "2026-01-31", "flow": "light" });
    assert!(server.put(&path, &body).await.status().is_success());
    // Beside a running server, too.
    let (made, files) = split(&place, "shares", "5", "3").await;
    server.stop().await;
    assert_eq!((&made["generation"], files.len()), (&json!(1), 5));
    let text = |file: &Path| std::fs::read_to_string(file).unwrap();
    for file in &files {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file:?}");
        assert!(text(file).contains("generation 1"), "{file:?}");
    }
    let noted = entries(&place, "key.split").await;
    assert_eq!(noted.len(), 1);
    assert_eq!(noted[0]["subject"], made["set"]);
    assert_eq!(
        (&noted[0]["count"], &noted[0]["version"]),
        (&json!(5), &json!(3))
    );
    // Nothing of a share is in any log or on any page of the program.
    let secret = text(&files[0]).lines().last().unwrap()[..20].to_owned();
    assert!(!place.words().contains(&secret));

    let key = place.data().join("secrets/root.key");
    std::fs::remove_file(&key).unwrap();
    let lost = place.command(&["keys", "list"]).await;
    assert_eq!(lost.code, Some(1), "{lost:?}");
    // What `keys list` made in its place is not the one, and is not taken for it.
    let _ = std::fs::remove_file(&key);
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|at| files[at].as_path());
    let refused = async |files: &[&Path], why: &str| {
        let ran = place.command(&combine(files)).await;
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.talk.contains(why), "{why}: {ran:?}");
        assert!(!ran.talk.contains(&secret), "{ran:?}");
        assert!(!key.exists(), "no key file is made for nothing");
    };
    refused(&[a, b], "takes 3").await;
    refused(&[a, b, b], "twice").await;
    let (_other, others) = split_of_another().await;
    refused(&[a, b, others.as_path()], "several sets").await;
    // One that somebody mistyped, and one that others can read.
    let slipped = place.path("slipped.txt");
    let mistyped = text(c).replacen(&text(c).lines().last().unwrap()[2..3], "~", 1);
    std::fs::write(&slipped, mistyped.replace('~', "#")).unwrap();
    std::fs::set_permissions(&slipped, std::fs::Permissions::from_mode(0o644)).unwrap();
    refused(&[a, b, &slipped], "chmod 600").await;

    let back = place.command(&combine(&[e, c, a])).await.held();
    assert!(back.talk.contains("sealed by key-file"), "{back:?}");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let noted = entries(&place, "key.combine").await;
    assert_eq!(noted.len(), 1);
    assert_eq!(
        (&noted[0]["subject"], &noted[0]["count"]),
        (&made["set"], &json!(3))
    );
    let server = place.start().await;
    let read: Value = server.get(&path).await.json().await.unwrap();
    assert_eq!(read["flow"], "light", "{read}");
    server.stop().await;

    // A new root: the old shares give it no more, and say so.
    place.command(&["keys", "rotate", "root"]).await.held();
    let early = place.path("early");
    let early = place
        .command(&[
            "keys",
            "shares",
            "split",
            "--shares",
            "2",
            "--threshold",
            "2",
            "--out",
            early.to_str().unwrap(),
        ])
        .await;
    assert!(early.talk.contains("keys rewrap"), "{early:?}");
    place.command(&["keys", "rewrap"]).await.held();
    std::fs::remove_file(&key).unwrap();
    refused(&[b, d, e], "generation 1").await;
    let wrong = place
        .command(&[
            "keys",
            "shares",
            "split",
            "--shares",
            "3",
            "--threshold",
            "1",
            "--out",
            "x",
        ])
        .await;
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
}

/// A share of another installation.
async fn split_of_another() -> (Place, PathBuf) {
    let other = Place::new();
    other.start().await.stop().await;
    let (_, files) = split(&other, "shares", "3", "3").await;
    let file = files[2].clone();
    (other, file)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_machine_and_a_quorum_bring_everything_back() {
    let place = Place::new();
    let server = place.start().await;
    let person = server.person().to_owned();
    let path = format!("/v1/persons/{person}{PATH}");
    let body = json!({ "date": "2026-01-31", "flow": "light" });
    assert!(server.put(&path, &body).await.status().is_success());
    let (_, files) = split(&place, "shares", "3", "2").await;
    place.command(&["backup", "now"]).await.held();
    server.stop().await;

    // What lies elsewhere survives: the configuration, the repository with its key, the backups of the keys.
    for gone in [
        "data/strongroom.sqlite",
        "data/files",
        "keys",
        "secrets/root.key",
    ] {
        let gone = place.data().join(gone);
        if gone.is_dir() {
            std::fs::remove_dir_all(gone).unwrap();
        } else {
            std::fs::remove_file(gone).unwrap();
        }
    }
    let to = place.path("restored");
    let to = to.to_str().unwrap();
    let mut restore = vec!["restore", "latest", "--to", to];
    let few = [restore.as_slice(), &["--share", files[0].to_str().unwrap()]].concat();
    let few = place.command(&few).await;
    assert_eq!(few.code, Some(1), "{few:?}");
    assert!(few.talk.contains("takes 2"), "{few:?}");
    std::fs::remove_dir_all(to).unwrap();
    for file in &files[1..] {
        restore.extend(["--share", file.to_str().unwrap()]);
    }
    place.command(&restore).await.held();
    let restored = Place::on(to.into());
    let noted = entries(&restored, "key.combine").await;
    assert_eq!(noted.len(), 1, "{noted:?}");
    let shown = restored
        .command(&[
            "export",
            &person,
            "--to",
            place.path("all.zip").to_str().unwrap(),
        ])
        .await;
    shown.held();
}
