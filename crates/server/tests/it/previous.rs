//! What an earlier version left behind (`tests/previous`), brought up to date by this one: all that was stored is read, the log holds, and a
//! recovery point that the earlier version made is restored.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use http::Method;
use serde_json::{Value, json};
use server::config::Config;
use store::{Db, DbConfig};
use zip::ZipArchive;

use crate::cluster::Cluster;
use crate::running::{Place, Running};

/// Every archive of an engine.
fn archives(engine: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/previous");
    let all = std::fs::read_dir(folder).unwrap();
    let ending = format!(".{engine}.zip");
    let found: Vec<_> = all
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().ends_with(&ending))
        .collect();
    assert!(!found.is_empty(), "nothing of {engine} was left behind");
    found
}

/// The installation lies in the folder again, with rights for its owner alone and a certificate of now.
fn unpack(archive: &Path, folder: &Path) -> Value {
    let mut archive = ZipArchive::new(std::fs::File::open(archive).unwrap()).unwrap();
    archive.extract(folder).unwrap();
    close(folder);
    server::private::folder(&folder.join("tls")).unwrap();
    server::tls::development_ca(&folder.join("tls")).unwrap();
    serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap()
}

fn close(path: &Path) {
    let mode = if path.is_dir() { 0o700 } else { 0o600 };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            close(&entry.unwrap().path());
        }
    }
}

/// All that the earlier version was told is there, in the words of this one.
async fn is_all_there(server: &Running, expected: &Value) {
    for (person, records) in expected["records"].as_object().unwrap() {
        for (name, record) in records.as_object().unwrap() {
            let path = format!("/v1/persons/{person}/records/cycle-day/{name}");
            let found = server.get(&path).await;
            assert_eq!(found.status(), 200, "{path}");
            assert_eq!(&found.json::<Value>().await.unwrap(), record, "{path}");
        }
    }
    let file = &expected["file"];
    let person = file["person"].as_str().unwrap();
    let path = format!(
        "/v1/persons/{person}/files/{}",
        file["id"].as_str().unwrap()
    );
    let found = server.get(&path).await.text().await.unwrap();
    assert_eq!(found, file["text"]);
    let path = format!("/v1/persons/{person}/records/cycle-day/2026-01-05/history");
    let history: Value = server.get(&path).await.json().await.unwrap();
    let versions = history["versions"].as_array().unwrap();
    assert_eq!(versions[0]["version"], expected["version"], "{history}");
    assert_eq!(versions.len() as u64, expected["version"].as_u64().unwrap());
    let erased = expected["erased"].as_str().unwrap();
    let gone = server.get(&format!("/v1/persons/{erased}")).await;
    assert_eq!(gone.status(), 404);
}

async fn is_new_again(server: &Running, expected: &Value) {
    let new = server.ask(Method::POST, "/v1/persons").json(&json!({}));
    let new: Value = new.send().await.unwrap().json().await.unwrap();
    let known = expected["file"]["person"].as_str().unwrap();
    for person in [new["person"].as_str().unwrap(), known] {
        let path = format!("/v1/persons/{person}/records/cycle-day/2026-02-01");
        let body = json!({ "date": "2026-02-01", "flow": "light" });
        let put = server.put(&path, &body).await;
        assert!(put.status().is_success(), "{put:?}");
        let found: Value = server.get(&path).await.json().await.unwrap();
        assert_eq!(found, body);
    }
}

async fn applied(place: &Place) -> usize {
    let config = Config::read(&place.data().join("strongroom.toml")).unwrap();
    let data = match &config.data {
        server::config::Database::Sqlite { path } => DbConfig::Sqlite {
            path: path.clone(),
            secure_delete: true,
        },
        server::config::Database::Postgres { url_file, .. } => {
            let url = std::fs::read_to_string(url_file).unwrap();
            let url = base::Secret::new(url.trim().to_owned());
            DbConfig::Postgres {
                url: std::sync::Arc::new(url.into()),
            }
        }
    };
    Db::applied(&data, store::migrations::DATA).await.unwrap()
}

/// `databases`: two empty ones for what is restored, where it is PostgreSQL.
async fn goes_on(place: &Place, expected: &Value, databases: &[&str]) {
    let schema = expected["schema"].as_u64().unwrap();
    let known = store::migrations::DATA;
    let had = known.iter().filter(|it| u64::from(it.number) <= schema);
    let had = had.count();
    assert_eq!(applied(place).await, had);
    place.command(&["migrate"]).await.held();
    assert_eq!(applied(place).await, known.len());
    let listed = place.command(&["backup", "list", "--json"]).await.held();
    let listed = listed.json();
    let points = listed.as_array().unwrap();
    if had < known.len() {
        assert_eq!(points.len(), 2, "one was made before the migration");
        let shown = place.command(&["backup", "show", "--json"]).await.held();
        assert_eq!(shown.json()["manifest"]["schema"], schema);
    }
    for point in points {
        let name = point["point"].as_str().unwrap();
        let verified = place.command(&["backup", "verify", name]).await;
        assert_eq!(verified.code, Some(0), "{verified:?}");
    }

    let server = place.start().await;
    is_all_there(&server, expected).await;
    is_new_again(&server, expected).await;
    server.stop().await;
    let verified = place.command(&["log", "verify"]).await;
    assert_eq!(verified.code, Some(0), "{verified:?}");

    // The point that the earlier version made.
    let first = points.last().unwrap()["point"].as_str().unwrap();
    let to = place.path("restored");
    let restore = ["restore", first, "--to", to.to_str().unwrap()];
    place
        .command(&[&restore[..], databases].concat())
        .await
        .held();
    // What clients trust is of before, and no part of a point.
    server::private::folder(&to.join("tls")).unwrap();
    std::fs::copy(place.data().join("tls/ca.pem"), to.join("tls/ca.pem")).unwrap();
    let again = Place::on(to);
    let server = again.start().await;
    is_all_there(&server, expected).await;
    is_new_again(&server, expected).await;
    server.stop().await;
    let verified = again.command(&["log", "verify"]).await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_version_left_is_brought_up_to_date() {
    for archive in archives("sqlite") {
        let place = Place::new();
        let expected = unpack(&archive, &place.data());
        goes_on(&place, &expected, &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_version_left_in_postgres_is_brought_up_to_date() {
    for archive in archives("postgres") {
        let Some(cluster) = Cluster::set("") else {
            eprintln!("skipped: PostgreSQL's own programs are not here, or do not start");
            return;
        };
        let place = Place::new();
        let expected = unpack(&archive, &place.data());
        for name in ["data", "keys"] {
            let url = cluster.make(name);
            let dump = std::fs::read(place.data().join(format!("{name}.sql"))).unwrap();
            // Where PostgreSQL's user may read it.
            let file = cluster.root().join(format!("{name}.sql"));
            std::fs::write(&file, dump).unwrap();
            assert!(cluster.load(name, &file));
            let to = place.data().join(format!("secrets/{name}.url"));
            server::private::write(&to, &std::fs::read(url).unwrap()).unwrap();
        }
        let empty = ["back_data", "back_keys"].map(|name| cluster.make(name));
        let databases = [
            "--postgres-data",
            empty[0].to_str().unwrap(),
            "--postgres-keys",
            empty[1].to_str().unwrap(),
        ];
        goes_on(&place, &expected, &databases).await;
    }
}
