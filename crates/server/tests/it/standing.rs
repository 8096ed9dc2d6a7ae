//! `strongroom status`: what is well, what is broken, and replication as the primary sees it.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Secret};
use continuity::nodes::{Node, SILENT, gone, heard};
use continuity::replication::{Fault, Replication, replication};
use http::Method;
use policy::Role;
use serde_json::Value;
use store::{Db, DbConfig, Sql, WriteSet};

use crate::cluster::Cluster;
use crate::house::{ACME, on_each_engine};
use crate::pages::{look, staffed};
use crate::running::Place;

fn codes(status: &Value) -> Vec<&str> {
    let broken = status["broken"].as_array().unwrap();
    broken
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_well_and_what_is_broken_is_said() {
    static FAILED: Sql = Sql::both(
        "INSERT INTO continuity_run (kind, number, begun_at, alive_at, ended_at, held, code) VALUES ('drill.restore', 1, $1, $1, $1, 0, 'drill.resurrected')",
    );
    let place = Place::new();
    let server = place.start().await;
    // Where it can be asked, as a configuration says it.
    let file = place.data().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let asked = server.ready["metrics_url"].as_str().unwrap();
    let asked = asked
        .trim_start_matches("http://")
        .trim_end_matches("/metrics");
    let unasked = place.command(&["status", "--json"]).await;
    assert!(unasked.json()["node"]["ready"].is_null());
    // Before the first recovery point nothing is well.
    assert_eq!(unasked.code, Some(1), "{unasked:?}");
    let text = text.replace(
        "metrics = \"127.0.0.1:0\"",
        &format!("metrics = \"{asked}\""),
    );
    assert!(text.contains(asked), "{text}");
    std::fs::write(&file, text).unwrap();
    place.command(&["backup", "now"]).await.held();
    place.command(&["drill", "run", "objects"]).await.held();

    let well = place.command(&["status", "--json"]).await;
    let status = well.json();
    assert_eq!((well.code, codes(&status)), (Some(0), vec![]), "{status}");
    assert_eq!(status["ok"], true);
    assert_eq!(status["node"]["ready"], true);
    assert_eq!(status["installation"]["data"], "sqlite");
    assert!(status["points"]["count"].as_u64().unwrap() >= 1);
    assert!(status["nodes"].is_null());
    assert!(status["stream"]["would_be_lost_seconds"].as_u64().unwrap() < 60);
    assert!(status["replication"].is_null());
    assert!(!status["keys"]["generations"].as_array().unwrap().is_empty());
    let runs = status["runs"].as_array().unwrap();
    let objects = runs
        .iter()
        .find(|it| it["kind"] == "drill.objects")
        .unwrap();
    assert_eq!(objects["last_held"], true);
    let told = place.command(&["status"]).await.held();
    for said in [
        "node here          ready",
        "would be lost",
        "as it should be",
    ] {
        assert!(told.data.contains(said), "{said}: {}", told.data);
    }
    server.stop().await;

    let data = DbConfig::Sqlite {
        path: place.data().join("data/strongroom.sqlite"),
        secure_delete: true,
    };
    let db = Db::open(data, store::migrations::DATA, None).await.unwrap();
    let now = Clock::now(&server::clock::SystemClock);
    let failed = WriteSet::new().run(&FAILED, vec![now.into()]);
    db.commit(failed).await.unwrap();
    db.close().await;
    let broken = place.command(&["status", "--json"]).await;
    let status = broken.json();
    assert_eq!(broken.code, Some(1));
    assert_eq!(
        codes(&status),
        ["node.not_ready", "drill.failed"],
        "{status}"
    );
    std::fs::remove_dir_all(place.data().join("backup/repository")).unwrap();
    let gone = place.command(&["status"]).await;
    assert_eq!(gone.code, Some(1));
    assert!(gone.data.contains("BROKEN"), "{gone:?}");
}

async fn wait_until(db: &Db, there: impl Fn(&Replication) -> bool) -> Replication {
    for _ in 0..300 {
        let found = replication(db).await.unwrap();
        if there(&found) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it never came: {:?}", replication(db).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn replication_is_measured_and_its_loss_is_said() {
    let Some(cluster) = Cluster::begin(|_| "-c wal_sender_timeout=2s".to_owned()) else {
        eprintln!("skipped: PostgreSQL's own programs are not here, or do not start");
        return;
    };
    let (data, keys) = (cluster.make("data"), cluster.make("keys"));
    let place = Place::new().with(&[
        "--postgres-data",
        data.to_str().unwrap(),
        "--postgres-keys",
        keys.to_str().unwrap(),
    ]);
    let server = place.start().await;
    place.command(&["backup", "now"]).await.held();
    let alone = place.command(&["status", "--json"]).await.held().json();
    assert_eq!(alone["replication"]["standbys"], serde_json::json!([]));
    assert!(
        alone["notes"].to_string().contains("one machine"),
        "{alone}"
    );
    assert_eq!(
        alone["replication"]["sessions"]["127.0.0.1"]
            .as_u64()
            .map(|it| it > 0),
        Some(true)
    );

    // Each node says of itself how it is.
    let [node] = alone["nodes"].as_array().unwrap().as_slice() else {
        panic!("{alone}")
    };
    assert_eq!(
        (&node["ready"], &node["silent"]),
        (&true.into(), &false.into())
    );
    assert_eq!(node["program"], env!("CARGO_PKG_VERSION"));
    let name = node["name"].as_str().unwrap();
    let port = server.ready["url"].as_str().unwrap().rsplit(':').next();
    assert_eq!(name.rsplit(':').next(), port);

    let standby = cluster.standby("sr2");
    cluster.wait_for("sr2");
    let url = std::fs::read_to_string(&data).unwrap();
    let url = Arc::new(Secret::new(url).into());
    let db = Db::open(DbConfig::Postgres { url }, store::migrations::DATA, None)
        .await
        .unwrap();
    let well = wait_until(&db, |it| it.synchronous().is_some()).await;
    assert_eq!(well.faults(), []);
    let [one] = well.standbys.as_slice() else {
        panic!("{well:?}")
    };
    assert_eq!(
        (one.name.as_str(), one.state.as_str(), one.sync.as_str()),
        ("sr2", "streaming", "sync")
    );
    assert!(one.behind_bytes.is_some(), "{one:?}");
    assert!(well.slots[0].active && well.slots[0].name == "sr2");
    let status = place.command(&["status"]).await.held();
    assert!(
        status.data.contains("sr2 streaming, sync"),
        "{}",
        status.data
    );
    let metrics = server.metrics().await;
    for said in [
        "replication_standbys 1",
        "replication_synchronous_standbys 1",
        "replication_faults 0",
    ] {
        assert!(metrics.contains(said), "{said}: {metrics}");
    }

    // A role that may not see who receives is told what it lacks, and never that all is well.
    assert!(cluster.say("CREATE ROLE plain LOGIN"));
    let plain = format!("postgresql://plain@127.0.0.1:{}/data", cluster.port);
    let url = Arc::new(Secret::new(plain).into());
    assert!(cluster.say_in("data", "GRANT SELECT ON schema_migration TO plain"));
    let blind = Db::open(DbConfig::Postgres { url }, store::migrations::DATA, None).await;
    let blind = blind.unwrap();
    assert_eq!(replication(&blind).await.unwrap().faults(), [Fault::Hidden]);
    blind.close().await;

    // The standby dies: commits wait, and the command says so without waiting with them.
    assert!(standby.down());
    let lost = wait_until(&db, |it| it.standbys.is_empty()).await;
    assert_eq!(lost.faults(), [Fault::NobodySynchronous]);
    assert!(!lost.slots[0].active);
    let begun = std::time::Instant::now();
    let broken = place.command(&["status", "--json"]).await;
    assert_eq!(broken.code, Some(1), "{broken:?}");
    let status = broken.json();
    for code in ["replication.nobody_synchronous", "store.not_written"] {
        assert!(codes(&status).contains(&code), "{code}: {status}");
    }
    assert!(
        begun.elapsed() < Duration::from_secs(40),
        "{:?}",
        begun.elapsed()
    );
    cluster.wait_for("");

    // Another one that died: it is not taken for ready, and not forgotten at once.
    let other = Node {
        name: "sr9:8443".to_owned(),
        program: "0.0.9".to_owned(),
        since: base::Instant::from_micros(1),
        heard_at: server::clock::SystemClock.now().before(SILENT * 2),
        not_ready: None,
        sends: "here".to_owned(),
    };
    heard(&db, &other).await.unwrap();
    let status = place.command(&["status", "--json"]).await.json();
    assert!(codes(&status).contains(&"node.silent"), "{status}");
    let nodes = status["nodes"].as_array().unwrap();
    let dead = nodes.iter().find(|it| it["name"] == "sr9:8443").unwrap();
    assert!(
        dead["ready"].is_null() && dead["silent"] == true,
        "{status}"
    );
    let told = place.command(&["status"]).await;
    assert!(told.data.contains("sr9:8443 NOT HEARD OF"), "{}", told.data);
    // One that says why it is not ready; one that ended by itself is none any more.
    let other = Node {
        heard_at: server::clock::SystemClock.now(),
        not_ready: Some("it is about to stop".to_owned()),
        ..other
    };
    heard(&db, &other).await.unwrap();
    let status = place.command(&["status", "--json"]).await.json();
    assert!(codes(&status).contains(&"node.not_ready"), "{status}");
    assert!(status["notes"].to_string().contains("different versions"));
    gone(&db, "sr9:8443").await.unwrap();
    server.stop().await;
    let status = place.command(&["status", "--json"]).await.json();
    assert_eq!(status["nodes"], serde_json::json!([]), "{status}");
    db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_and_the_console_say_how_replication_stands() {
    on_each_engine(async |house| {
        let ask = house.ask(Method::GET, "/v1/continuity");
        let said = ask.by(house.token(ACME, Role::Operator)).send().await;
        let replication = &said.json()["replication"];
        assert_eq!(replication.is_null(), house.is_sqlite(), "{replication}");
        let mut operator = staffed(&house, Role::Operator).await;
        let page = look(&house, &mut operator, "/console/continuity")
            .await
            .text();
        assert_eq!(
            page.contains("No other machine receives"),
            !house.is_sqlite(),
            "{page}"
        );
    })
    .await;
}
