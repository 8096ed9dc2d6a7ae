//! The real program, killed: files that were uploaded since the newest recovery point come back at any moment that names them, on both engines,
//! out of a folder and out of a bucket.

use std::time::Duration;

use http::Method;
use serde_json::Value;
use store::danger_testing::Moto;

use crate::buckets::{FILES, REPOSITORY, content, replace, section};
use crate::cluster::Cluster;
use crate::drill::wait_for;
use crate::running::{Place, Running};

async fn upload(server: &Running, person: &str, bytes: &[u8]) -> String {
    let path = format!("/v1/persons/{person}/files");
    let upload = server.ask(Method::POST, &path);
    let upload = upload.header("content-type", "application/pdf");
    let uploaded = upload.body(bytes.to_vec()).send().await.unwrap();
    let status = uploaded.status();
    let uploaded: Value = uploaded.json().await.unwrap();
    assert_eq!(status, 201, "{uploaded}");
    uploaded["file"].as_str().unwrap().to_owned()
}

/// What is committed leaves each second. A command that asked whether it did would open the database beside the server, and may end the chain.
/// So its own note is read: all that there was five seconds after this was called has left by then.
async fn leaves(place: &Place) {
    let state = place.data().join("data/scratch/stream.json");
    let enough = jiff::Timestamp::now().as_microsecond() + 5_000_000;
    let left = || {
        let state = std::fs::read(&state).unwrap_or_default();
        let state: Value = serde_json::from_slice(&state).unwrap_or_default();
        state["alive_at"].as_i64().is_some_and(|at| at >= enough)
    };
    for _ in 0..600 {
        if left() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing leaves: {}", place.words());
}

/// The chain that is sent at present.
fn chain(place: &Place) -> Value {
    let state = place.data().join("data/scratch/stream.json");
    let state: Value = serde_json::from_slice(&std::fs::read(state).unwrap()).unwrap();
    state["chain"].clone()
}

/// A point that the present chain goes on from; which that is.
async fn point(place: &Place) -> Value {
    let state = place.data().join("data/scratch/stream.json");
    place.command(&["backup", "now"]).await.held();
    wait_for(place, || state.exists()).await;
    for tries in 0.. {
        place.command(&["backup", "now"]).await.held();
        tokio::time::sleep(Duration::from_secs(2)).await;
        let shown = place.command(&["backup", "show", "--json"]).await.held();
        tokio::time::sleep(Duration::from_secs(2)).await;
        if shown.json()["manifest"]["stream"]["chain"] == chain(place) {
            break;
        }
        assert!(tries < 5, "{}", chain(place));
    }
    chain(place)
}

/// Upload a file after a point, and have it leave; which it is, and when that began. What is done beside the server by the clock may end the chain meanwhile, until the next
/// point; then it is done again.
async fn upload_after_point(
    place: &Place,
    (server, person): (&Running, &str),
    bytes: &[u8],
) -> (String, String) {
    for _ in 0..5 {
        let goes_on = point(place).await;
        let began = jiff::Timestamp::now().to_string();
        let id = upload(server, person, bytes).await;
        leaves(place).await;
        if chain(place) == goes_on {
            return (id, began);
        }
    }
    panic!("the chain ends each time: {}", place.words());
}

/// Files that must be there, with their bytes, and those that must not.
struct Case {
    person: String,
    there: (String, Vec<u8>),
    not: String,
}

/// Upload, be killed, upload, be killed; then restore with `urls`, which names two empty databases where they are PostgreSQL's.
async fn restored(place: &Place, urls: impl Fn(&str) -> Vec<String>) -> Vec<Case> {
    let server = place.start().await;
    let person = server.person().to_owned();
    let (first, second) = (content(9_000_000), content(300_000));
    let (one, one_began) = upload_after_point(place, (&server, &person), &first).await;
    let before = jiff::Timestamp::now().to_string();
    server.kill().await;
    let server = place.start().await;
    let gone = server.ask(Method::DELETE, &format!("/v1/persons/{person}/files/{one}"));
    assert!(gone.send().await.unwrap().status().is_success());
    let (two, two_began) = upload_after_point(place, (&server, &person), &second).await;
    server.kill().await;
    let status = place.command(&["backup", "status", "--json"]).await.held();
    assert_eq!(status.json()["files_waiting"], 0, "{status:?}");
    let tries = [(&*before, &one_began), ("now", &two_began)];
    for (number, (at, began)) in tries.into_iter().enumerate() {
        let to = place.path(&format!("restored-{number}"));
        let mut restore = vec![
            "restore",
            "--at",
            at,
            "--to",
            to.to_str().unwrap(),
            "--json",
        ];
        let urls = urls(&number.to_string());
        restore.extend(urls.iter().map(String::as_str));
        let said = place.command(&restore).await.held().json();
        assert_eq!(said["brought"]["missing"], 0, "{said}");
        // Beside it perhaps those of a check, which uploads something of its own. On a slow machine a newer point may hold it already.
        let newer = said["taken_at"].as_str().unwrap() > began.as_str();
        let sent = said["brought"]["sent"].as_u64().unwrap();
        assert!(sent > 0 || newer, "{said}");
    }
    let case = |there: (&String, &Vec<u8>), not: &String| Case {
        person: person.clone(),
        there: (there.0.clone(), there.1.clone()),
        not: not.clone(),
    };
    vec![case((&one, &first), &two), case((&two, &second), &one)]
}

/// What was restored serves what it must. Only when nothing else is to be restored: it writes to the same repository.
async fn served(place: &Place, cases: Vec<Case>) {
    for (number, case) in cases.into_iter().enumerate() {
        let to = place.path(&format!("restored-{number}"));
        // Who the demonstration's clients trust is no part of an installation.
        std::fs::create_dir_all(to.join("tls")).unwrap();
        std::fs::copy(place.data().join("tls/ca.pem"), to.join("tls/ca.pem")).unwrap();
        let again = Place::on(to);
        let server = again.start().await;
        let person = &case.person;
        let path = |id: &str| format!("/v1/persons/{person}/files/{id}");
        let got = server.get(&path(&case.there.0)).await;
        let status = got.status();
        let bytes = got.bytes().await.unwrap();
        let said = String::from_utf8_lossy(bytes.get(..400).unwrap_or(&bytes)).into_owned();
        assert_eq!(status, 200, "{number}: {said}");
        assert!(bytes == case.there.1, "{number}");
        let got = server.get(&path(&case.not)).await;
        assert_eq!(got.status(), 404, "{number}");
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_since_a_point_come_back() {
    let place = Place::new().with(&["--backup-hours", "1"]);
    let cases = restored(&place, |_| Vec::new()).await;
    // One that is nowhere is named, and the rest is there.
    let sent = place.data().join("backup/repository/stream-files");
    std::fs::remove_dir_all(&sent).unwrap();
    let to = place.path("without");
    let restore = ["restore", "--at", "now", "--to", to.to_str().unwrap()];
    let restored = place.command(&restore).await;
    assert_eq!(restored.code, Some(1), "{restored:?}");
    assert!(restored.talk.contains("MISSING: object"), "{restored:?}");
    assert!(to.join("strongroom.toml").exists());
    served(&place, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_bucket_since_a_point_of_postgres_come_back_out_of_another() {
    let logical = "-c wal_level=logical -c max_slot_wal_keep_size=1GB";
    let Some(cluster) = Cluster::set(logical) else {
        eprintln!("skipped: PostgreSQL's own programs are not here, or do not start");
        return;
    };
    let Some(moto) = Moto::start().await.unwrap() else {
        return;
    };
    let place = cluster.place("1");
    place.start().await.stop().await;
    let secret = place.data().join("secrets/s3.secret");
    server::private::write(&secret, b"a secret of the bucket\n").unwrap();
    for (name, there) in [("files", FILES), ("points", REPOSITORY)] {
        moto.make(name).await.unwrap();
        let bucket = section(name, &moto.url, "secrets/s3.secret");
        replace(&place, there, &bucket);
    }
    let cases = restored(&place, |number| {
        let url = |what: &str| {
            let made = cluster.make(&format!("{what}_{number}"));
            made.to_str().unwrap().to_owned()
        };
        vec![
            "--postgres-data".into(),
            url("data"),
            "--postgres-keys".into(),
            url("keys"),
        ]
    })
    .await;
    served(&place, cases).await;
}
