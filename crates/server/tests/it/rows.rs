//! The real program on a PostgreSQL of our own: what is committed leaves every second, any moment comes back, drills run by the clock; and where
//! the server is not set up for it, that is said.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::drill::{records, wait_for};
use crate::running::{Place, Running};

/// The first look at what is due comes after half a minute; then point and drills, one after the other.
const BY_THE_CLOCK_MAX: Duration = Duration::from_secs(240);
const LOGICAL: &str = "-c wal_level=logical -c max_slot_wal_keep_size=1GB";

fn skipped() {
    eprintln!("skipped: PostgreSQL's own programs are not here, or do not start");
}

async fn put(server: &Running, person: &str, day: u32) {
    let path = format!("/v1/persons/{person}/records/cycle-day/2019-01-{day:02}");
    let body = json!({ "date": format!("2019-01-{day:02}"), "flow": "light" });
    let put = server.put(&path, &body).await;
    assert!(put.status().is_success(), "{put:?}");
}

async fn somebody(server: &Running) -> String {
    let new = server.ask(Method::POST, "/v1/persons").json(&json!({}));
    let new: Value = new.send().await.unwrap().json().await.unwrap();
    new["person"]
        .as_str()
        .unwrap_or_else(|| panic!("{new}"))
        .to_owned()
}

async fn opens(place: &Place, person: &str) -> bool {
    let file = place.path(&format!("{person}.zip"));
    let export = ["export", person, "--to", file.to_str().unwrap()];
    place.command(&export).await.code == Some(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn any_moment_since_a_point_of_postgres_can_be_restored() {
    let Some(cluster) = Cluster::set(LOGICAL) else {
        return skipped();
    };
    let place = cluster.place("1");
    let server = place.start().await;
    let person = server.person().to_owned();
    // The stream waits for the repository's key, which the first point makes; a second one goes on with it.
    place.command(&["backup", "now"]).await.held();
    let state = place.data().join("data/scratch/stream.json");
    wait_for(&place, || state.exists()).await;
    let made = place.command(&["backup", "now"]).await.held();
    assert_eq!(made.code, Some(0));
    let shown = place.command(&["backup", "show", "--json"]).await.held();
    assert!(
        shown.json()["manifest"]["stream"]["position"].is_u64(),
        "{shown:?}"
    );
    let before = records(&place, &person).await;
    let continuous = ["check", "backup.continuous", "--json", "--prove"];
    let measured = place.command(&continuous).await.held();
    assert_eq!(measured.json()[0]["state"], "kept", "{measured:?}");
    let mut moments = Vec::new();
    for day in 1..=2 {
        put(&server, &person, day).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        moments.push(jiff::Timestamp::now());
    }
    // The server dies, and another one goes on with the same chain.
    server.kill().await;
    let server = place.start().await;
    put(&server, &person, 3).await;
    // Somebody new, whose keys are in no generation that a point made; and somebody who came as late, and is erased.
    let (new, gone) = (somebody(&server).await, somebody(&server).await);
    put(&server, &new, 9).await;
    put(&server, &gone, 9).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let erased = place.command(&["erase", &gone, "--yes"]).await;
    erased.held();
    put(&server, &person, 4).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    server.kill().await;
    for (number, (at, days)) in [(moments[1].to_string(), 2), ("now".to_owned(), 4)]
        .into_iter()
        .enumerate()
    {
        let to = place.path(&format!("restored-{number}"));
        let to = to.to_str().unwrap();
        let data = cluster.make(&format!("data_{number}"));
        let keys = cluster.make(&format!("keys_{number}"));
        let urls = [
            "--postgres-data",
            data.to_str().unwrap(),
            "--postgres-keys",
            keys.to_str().unwrap(),
        ];
        let restore = ["restore", "--at", &at, "--to", to, "--json"];
        let restored = place.command(&[&restore[..], &urls].concat()).await.held();
        let said = restored.json();
        assert!(said["forwarded"]["pieces"].as_u64().unwrap() > 0, "{said}");
        let again = Place::on(to.into());
        assert_eq!(records(&again, &person).await, before + days, "{said}");
        let verified = again.command(&["log", "verify"]).await;
        assert_eq!(verified.code, Some(0), "{verified:?}");
        assert!(opens(&again, &person).await);
        assert_eq!(opens(&again, &new).await, days == 4);
        assert!(!opens(&again, &gone).await);
    }
    let nowhere = place.path("nowhere");
    let restore = ["restore", "--at", "now", "--to", nowhere.to_str().unwrap()];
    let wrong = place.command(&restore).await;
    assert!(wrong.talk.contains("--postgres-data"), "{wrong:?}");
    // No key lies about because of it.
    assert_eq!(std::fs::read_dir(nowhere.join("keys")).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn drills_of_postgres_run_by_the_clock_in_databases_that_are_named() {
    let Some(cluster) = Cluster::set(LOGICAL) else {
        return skipped();
    };
    let place = cluster.place("1");
    let server = place.start().await;
    server.stop().await;
    let config = place.data().join("strongroom.toml");
    let mut text = std::fs::read_to_string(&config).unwrap();
    text += &format!(
        "\n[backup.drills]\ndata_url_file = {:?}\nkeys_url_file = {:?}\n",
        cluster.make("drill_data"),
        cluster.make("drill_keys")
    );
    std::fs::write(&config, text).unwrap();
    let server = place.start().await;
    let began = Instant::now();
    let wanted = [
        "point",
        "drill.objects",
        "drill.restore",
        "drill.boot",
        "drill.rebuild",
    ];
    let listed = loop {
        let listed = place.command(&["drill", "list", "--json"]).await.held();
        let listed = listed.json();
        let held = |kind: &str| {
            let mut all = listed.as_array().unwrap().iter();
            let of = all.find(|it| it["kind"] == kind).unwrap();
            let runs = of["runs"].as_array().unwrap();
            runs.iter().any(|it| it["held"] == true)
        };
        if wanted.iter().all(|kind| held(kind)) {
            break listed;
        }
        assert!(
            began.elapsed() < BY_THE_CLOCK_MAX,
            "{listed}\n{}",
            place.words()
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    for it in listed.as_array().unwrap() {
        if ["drill.restore", "drill.boot", "drill.rebuild"].contains(&it["kind"].as_str().unwrap())
        {
            let run = &it["runs"][0];
            assert!(run["rto_seconds"].as_f64().unwrap() > 0.0, "{run}");
            assert!(run["rpo_seconds"].as_f64().is_some(), "{run}");
        }
    }
    // With a stream that a point goes on with, little is lost: what was written three seconds before came back.
    let ran = place.command(&["drill", "run", "restore", "--json"]).await;
    let said = ran.held().json();
    assert!(said["rpo_seconds"].as_f64().unwrap() < 10.0, "{said}");
    server.stop().await;
    // Nothing of it is left behind.
    let scratch = place.data().join("data/scratch");
    let left: Vec<_> = std::fs::read_dir(scratch)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with("drill-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let verified = place.command(&["log", "verify"]).await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_is_not_set_up_for_it_serves_and_the_lack_is_said() {
    let Some(cluster) = Cluster::set("") else {
        return skipped();
    };
    let place = cluster.place("1");
    let server = place.start().await;
    let person = server.person().to_owned();
    place.command(&["backup", "now"]).await.held();
    put(&server, &person, 1).await;
    wait_for(&place, || place.words().contains("wal_level = logical")).await;
    let measured = place
        .command(&["check", "backup.continuous", "--json"])
        .await;
    assert_eq!(measured.code, Some(1), "{measured:?}");
    assert!(measured.data.contains("data: wal_level"), "{measured:?}");
    let status = place.command(&["backup", "status"]).await.held();
    assert!(
        status.data.contains("ALTER SYSTEM SET wal_level"),
        "{status:?}"
    );
    let looked = place.command(&["doctor"]).await;
    assert!(looked.data.contains("wal_level"), "{looked:?}");
    assert!(!place.data().join("data/scratch/stream.json").exists());
    // Nor is there room for drills that restore.
    let asked = place.command(&["drill", "run", "restore"]).await;
    assert!(asked.talk.contains("[backup.drills]"), "{asked:?}");
    place.command(&["drill", "run", "objects"]).await.held();
    let tested = place.command(&["check", "backup.tested", "--json"]).await;
    assert_eq!(tested.code, Some(1), "{tested:?}");
    assert!(tested.data.contains("drill.boot"), "{tested:?}");
    server.stop().await;
    let said = place.words();
    let once = said.matches("nothing of this database leaves the machine");
    assert_eq!(once.count(), 1, "{said}");
}
