//! A real installation with buckets, against moto, which speaks S3 on this machine: recovery points go into one, files lie in one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Method;
use policy::Role;
use store::danger_testing::{Moto, SOMEBODY};
use tokio::net::{TcpListener, TcpStream};

use crate::house::{ACME, Got, House};
use crate::running::Place;

/// A server with these buckets.
async fn with_buckets(names: &[&str]) -> Option<Moto> {
    let moto = Moto::start().await.unwrap()?;
    for name in names {
        moto.make(name).await.unwrap();
    }
    Some(moto)
}

/// A section of the configuration that names a bucket.
pub fn section(name: &str, endpoint: &str, secret: &str) -> String {
    format!(
        "kind = \"s3\"\nurl = \"s3://{name}/house\"\nregion = \"us-east-1\"\nendpoint = \"{endpoint}\"\naccess_key_id = \"AKIA\"\nsecret_file = \"{secret}\""
    )
}

/// Put another section in the place of one in a configuration.
pub fn replace(place: &Place, there: &str, with: &str) {
    let file = place.data().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(there));
    std::fs::write(&file, text.replace(there, with)).unwrap();
}

pub const REPOSITORY: &str = "kind = \"folder\"\npath = \"backup/repository\"";
pub const FILES: &str = "kind = \"folder\"\npath = \"data/files\"";

#[tokio::test(flavor = "multi_thread")]
async fn a_point_goes_into_a_bucket_and_comes_back() {
    let Some(moto) = with_buckets(&["points"]).await else {
        return;
    };
    let place = Place::new();
    place.start().await.stop().await;
    let bucket = section("points", &moto.url, "secrets/s3.secret");
    replace(&place, REPOSITORY, &bucket);
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

/// The way to the storage, which can be cut.
async fn cut_way(to: &str) -> (String, Arc<AtomicBool>) {
    let to = to.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let cut = Arc::new(AtomicBool::new(false));
    let is_cut = Arc::clone(&cut);
    tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let (to, is_cut) = (to.clone(), Arc::clone(&is_cut));
            tokio::spawn(async move {
                if is_cut.load(Ordering::SeqCst) {
                    return;
                }
                let mut there = TcpStream::connect(to).await.unwrap();
                let until = async {
                    while !is_cut.load(Ordering::SeqCst) {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut from, &mut there) => {}
                    () = until => {}
                }
            });
        }
    });
    (url, cut)
}

pub fn content(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at / 7 % 251) as u8).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_share_the_files_of_a_bucket() {
    let Some(moto) = with_buckets(&["files"]).await else {
        return;
    };
    let (way, cut) = cut_way(&moto.url).await;
    let Some(house) = House::over_postgres_with(&section("files", &way, "s3.secret")).await else {
        return;
    };
    assert!(!house.folder().join("data/files").exists());
    let node = house.node().await;
    let person = house.person(ACME);
    let other = async |method: Method, file: &str, range: Option<&str>| -> Got {
        let path = format!("/v1/persons/{person}/files/{file}");
        let ask = node.ask(method, path).by(house.token(ACME, Role::App));
        match range {
            Some(range) => ask.header("range", range).purpose("TREAT").send().await,
            None => ask.purpose("TREAT").send().await,
        }
    };
    let mut files = Vec::new();
    for len in [0, 100_000, 20_000_000] {
        let bytes = content(len);
        let got = house.upload(person, "scan.pdf", bytes.clone()).await;
        assert_eq!(got.status, 201, "{}", got.text());
        files.push((got.json()["file"].as_str().unwrap().to_owned(), bytes));
    }
    for (file, bytes) in &files {
        let whole = other(Method::GET, file, None).await;
        assert_eq!(whole.status, 200, "{}", whole.text());
        assert!(whole.bytes() == bytes);
        // Sealed, as it lies there.
        let path = format!("/files/house/{}/{file}", &file[..2]);
        let raw = moto.http.get(format!("{}{path}", moto.url));
        let raw = raw.header(SOMEBODY.0, SOMEBODY.1).send().await.unwrap();
        let raw = raw.bytes().await.unwrap();
        assert!(raw.len() > bytes.len());
        assert!(bytes.is_empty() || !crate::house::holds(&raw, &bytes[..64]));
    }
    let (large, bytes) = &files[2];
    for (from, to) in [(0, 0), (262_143, 262_145), (19_000_000, 19_999_999)] {
        let range = format!("bytes={from}-{to}");
        let part = other(Method::GET, large, Some(&range)).await;
        assert_eq!(part.status, 206, "{}", part.text());
        assert!(part.bytes() == &bytes[from..=to], "{range}");
    }
    // The storage is away: a clear answer at once, nothing half, and nobody has to be told when it is back.
    cut.store(true, Ordering::SeqCst);
    for got in [
        house.upload(person, "late.pdf", content(9_000_000)).await,
        other(Method::GET, large, Some("bytes=7-9")).await,
    ] {
        assert_eq!(got.status, 503, "{}", got.text());
        assert!(got.header("retry-after").is_some());
        assert_eq!(got.code(), "store.unavailable");
        assert!(!got.text().contains("AKIA") && !got.text().contains("house"));
    }
    let record = house.get(format!("/v1/persons/{person}/files")).await;
    assert_eq!(record.status, 200, "{}", record.text());
    cut.store(false, Ordering::SeqCst);
    let again = other(Method::GET, large, Some("bytes=7-9")).await;
    assert!(again.status == 206 && again.bytes() == &bytes[7..=9]);
    let late = house.upload(person, "late.pdf", content(9_000_000)).await;
    assert_eq!(late.status, 201, "{}", late.text());
    let uploads = moto.look("/files?uploads").await.unwrap();
    assert!(!uploads.contains("<UploadId>"), "{uploads}");

    // Deleted at one node, gone at both, and in the bucket.
    let gone = other(Method::DELETE, large, None).await;
    assert!(gone.status < 300, "{}", gone.text());
    let asked = house
        .get(format!("/v1/persons/{person}/files/{large}"))
        .await;
    assert_eq!(asked.status, 404);
    let listed = moto.look("/files").await.unwrap();
    assert!(!listed.contains(large) && listed.contains(&files[1].0));
    let erased = house.delete(format!("/v1/persons/{person}")).await;
    assert!(erased.status < 300, "{}", erased.text());
    let listed = moto.look("/files").await.unwrap();
    assert!(!listed.contains(&files[1].0), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_bucket_are_backed_up_checked_drilled_and_come_back_into_a_folder() {
    let Some(moto) = with_buckets(&["files", "points"]).await else {
        return;
    };
    let place = Place::new();
    place.start().await.stop().await;
    let secret = place.data().join("secrets/s3.secret");
    server::private::write(&secret, b"a secret of the bucket\n").unwrap();
    let both = section("files", &moto.url, "secrets/s3.secret");
    // One place for both is refused: who may delete files could delete their backups.
    replace(&place, FILES, &both);
    replace(&place, REPOSITORY, &both);
    let refused = place.command(&["config", "check"]).await;
    assert_ne!(refused.code, Some(0));
    assert!(refused.talk.contains("files.url"), "{refused:?}");
    let file = place.data().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let at = text.find("[backup.repository]").unwrap();
    let points = text[at..].replacen("s3://files/", "s3://points/", 1);
    std::fs::write(&file, format!("{}{points}", &text[..at])).unwrap();
    place.command(&["config", "check"]).await.held();
    let looked = place.command(&["doctor", "--json"]).await.json();
    let looks: Vec<_> = looked.as_array().unwrap().iter().collect();
    let of = |on: &str| looks.iter().filter(|it| it["on"] == on).count();
    assert_eq!((of("bucket"), of("folder")), (2, 2), "{looked}");
    let bad = |it: &&&serde_json::Value| it["on"] == "bucket" && it["finding"] != "good";
    assert_eq!(looks.iter().filter(bad).count(), 0, "{looked}");
    assert!(
        !moto.look("/files").await.unwrap().contains("<Key>"),
        "the doctor leaves nothing"
    );

    let server = place.start().await;
    let person = server.person().to_owned();
    let bytes = content(9_000_000);
    let upload = server.ask(Method::POST, &format!("/v1/persons/{person}/files"));
    let upload = upload.header("content-type", "application/pdf");
    let uploaded = upload.body(bytes.clone()).send().await.unwrap();
    assert_eq!(uploaded.status(), 201);
    let uploaded: serde_json::Value = uploaded.json().await.unwrap();
    let id = uploaded["file"].as_str().unwrap().to_owned();
    for check in ["rest.files", "cipher.aes256"] {
        let measured = place.command(&["check", check, "--prove", "--json"]).await;
        assert_eq!(measured.json()[0]["state"], "kept", "{measured:?}");
    }
    place.command(&["backup", "now"]).await.held();
    place.command(&["backup", "verify", "latest"]).await.held();
    let compared = place.command(&["drill", "run", "objects", "--json"]).await;
    assert!(compared.held().json()["amount"].as_u64().unwrap() > 0);
    place.command(&["drill", "run", "restore"]).await.held();
    let living = moto.look("/files").await.unwrap();
    assert!(living.contains(&id));
    server.stop().await;

    // The living bucket is not written to: what comes back lies in the folder, as its configuration says.
    let to = place.path("restored");
    let restore = ["restore", "latest", "--to", to.to_str().unwrap()];
    place.command(&restore).await.held();
    assert!(to.join("files").join(&id[..2]).join(&id).is_file());
    let text = std::fs::read_to_string(to.join("strongroom.toml")).unwrap();
    assert!(!text.contains("s3://files"), "{text}");
    let keys = |text: &str| text.matches("<Key>").count();
    let after = moto.look("/files").await.unwrap();
    assert_eq!(keys(&after), keys(&living));
    // Copied into an empty place of a bucket by whatever copies, they are files of that.
    let restored = Place::on(to.clone());
    let here = format!("kind = \"folder\"\npath = {:?}", to.join("files"));
    for shelf in std::fs::read_dir(to.join("files")).unwrap() {
        let shelf = shelf.unwrap().path();
        for object in std::fs::read_dir(&shelf).unwrap() {
            let object = object.unwrap().path();
            let name = object.strip_prefix(to.join("files")).unwrap().display();
            let url = format!("{}/files/again/{name}", moto.url);
            let sent = moto.http.put(url).body(std::fs::read(&object).unwrap());
            assert!(sent.send().await.unwrap().status().is_success());
        }
    }
    let again = section("files", &moto.url, secret.to_str().unwrap());
    replace(&restored, &here, &again.replace("/house", "/again"));
    std::fs::remove_dir_all(to.join("files")).unwrap();
    let zip = restored.path("taken.zip");
    let export = ["export", &person, "--to", zip.to_str().unwrap()];
    restored.command(&export).await.held();
    let zipped = std::fs::metadata(&zip).unwrap().len();
    assert!(zipped > 1_000, "{zipped}");
    let erased = restored.command(&["erase", &person, "--yes"]).await;
    erased.held();
    let after = moto.look("/files").await.unwrap();
    assert!(
        !after.contains(&format!("again/{}/{id}", &id[..2])),
        "{after}"
    );
    assert!(
        after.contains(&format!("house/{}/{id}", &id[..2])),
        "{after}"
    );
    for ran in [place.words(), restored.words()] {
        assert!(!ran.contains("a secret of the bucket"));
    }
}
