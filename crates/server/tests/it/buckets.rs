//! Recovery points of a real installation in a bucket, against moto, which speaks S3 on this machine.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::running::Place;

/// Until it listens: a Python program on a slow machine.
const READY_MAX: Duration = Duration::from_secs(60);

/// moto's server, where `cargo xtask test` says: it takes one version, since others answer otherwise.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("STRONGROOM_TEST_MOTO").map(PathBuf::from);
    if path.is_none() {
        eprintln!(
            "skipped: STRONGROOM_TEST_MOTO names no moto_server; `cargo xtask test` installs one"
        );
    }
    path
}

struct Moto(Child);

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server with the bucket `points`, and its address.
async fn with_bucket() -> Option<(Moto, String)> {
    let program = program()?;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let child = Command::new(program)
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (moto, url) = (Moto(child), format!("http://127.0.0.1:{port}"));
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(server::tls::client_of_nobody().unwrap())
        .build()
        .unwrap();
    let begun = Instant::now();
    while client.put(format!("{url}/points")).send().await.is_err() {
        assert!(begun.elapsed() < READY_MAX, "it does not listen");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Some((moto, url))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_goes_into_a_bucket_and_comes_back() {
    let Some((_moto, url)) = with_bucket().await else {
        return;
    };
    let place = Place::new();
    place.start().await.stop().await;
    let file = place.data().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let bucket = format!(
        "kind = \"s3\"\nurl = \"s3://points/house\"\nregion = \"us-east-1\"\nendpoint = \"{url}\"\naccess_key_id = \"AKIA\"\nsecret_file = \"secrets/s3.secret\""
    );
    let there = "kind = \"folder\"\npath = \"backup/repository\"";
    assert!(text.contains(there));
    std::fs::write(&file, text.replace(there, &bucket)).unwrap();
    let without = place.command(&["backup", "now"]).await;
    assert_eq!(without.code, Some(1), "{without:?}");
    assert!(without.talk.contains("s3.secret"), "{without:?}");
    let secret = place.data().join("secrets/s3.secret");
    server::private::write(&secret, b"a secret of the bucket\n").unwrap();

    let made = place.command(&["backup", "now", "--json"]).await.held();
    assert!(!place.data().join("backup/repository").exists());
    let listed = place.command(&["backup", "list", "--json"]).await.held();
    assert_eq!(listed.json()[0]["point"], made.json()["point"]);
    place.command(&["backup", "verify", "latest"]).await.held();
    let to = place.path("restored");
    let restore = ["restore", "latest", "--to", to.to_str().unwrap()];
    place.command(&restore).await.held();
    // The restored configuration goes on with the bucket.
    let restored = Place::on(to);
    let listed = restored.command(&["backup", "list", "--json"]).await;
    assert_eq!(listed.held().json()[0]["point"], made.json()["point"]);

    // The repository's key is gone, and no other takes its place.
    std::fs::remove_file(place.data().join("secrets/backup.key")).unwrap();
    let refused = place.command(&["backup", "now"]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.talk.contains("s3://points/house"), "{refused:?}");
    for ran in [&without, &refused, &made] {
        assert!(!format!("{ran:?}").contains("a secret of the bucket"));
    }
}
