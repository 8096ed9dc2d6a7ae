//! `strongroom drill run failover` against a real primary with a real standby, and against ways in which it goes wrong.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;

use crate::cluster::{Cluster, Standby};
use crate::running::Place;

/// A script that is the command, with the programs of PostgreSQL as `pg`.
fn script(place: &Place, cluster: &Cluster, name: &str, lines: &str) -> PathBuf {
    let path = place.path(name);
    let programs = cluster.programs().display();
    let pg = format!(
        "pg() {{ p=$1; shift; if [ $(id -u) = 0 ]; then runuser -u postgres -- {programs}/$p \"$@\"; else {programs}/$p \"$@\"; fi; }}"
    );
    std::fs::write(
        &path,
        format!(
            "#!/bin/sh\nset -e\ncd {}\n{pg}\n{lines}\n",
            cluster.root().display()
        ),
    )
    .unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    path
}

/// The command that the configuration names from now on.
fn named(place: &Place, path: &std::path::Path) {
    let file = place.data().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.split("[drills]").next().unwrap().to_owned();
    std::fs::write(
        &file,
        format!("{text}[drills]\nfailover_command = [{path:?}]\n"),
    )
    .unwrap();
}

/// A demonstration on this cluster and its standby, whoever of the two is primary.
async fn on(cluster: &Cluster, standby: &Standby<'_>) -> Place {
    let files = ["data", "keys"].map(|name| {
        let file = cluster.root().join(format!("{name}.url"));
        let url = format!(
            "postgresql://postgres@127.0.0.1:{},127.0.0.1:{}/{name}",
            cluster.port, standby.port
        );
        server::private::write(&file, url.as_bytes()).unwrap();
        file.to_str().unwrap().to_owned()
    });
    let place = Place::new().with(&["--postgres-data", &files[0], "--postgres-keys", &files[1]]);
    place.start().await.stop().await;
    place
}

async fn drill(place: &Place) -> (Option<i32>, Value) {
    let ran = place
        .command(&["drill", "run", "failover", "--yes", "--json"])
        .await;
    eprintln!("{ran:?}");
    (ran.code, ran.json())
}

fn cluster() -> Option<Cluster> {
    let cluster = Cluster::begin(|_| "-c wal_sender_timeout=3s".to_owned());
    if cluster.is_none() {
        eprintln!("skipped: PostgreSQL's own programs are not here, or do not start");
    }
    let cluster = cluster?;
    cluster.make("data");
    cluster.make("keys");
    Some(cluster)
}

async fn last_code(place: &Place) -> String {
    let listed = place
        .command(&["drill", "list", "--json"])
        .await
        .held()
        .json();
    let all = listed.as_array().unwrap();
    let failover = all
        .iter()
        .find(|it| it["kind"] == "drill.failover")
        .unwrap();
    failover["runs"][0]["code"]
        .as_str()
        .unwrap_or("")
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_primary_gives_way_and_nothing_is_lost() {
    let Some(cluster) = cluster() else { return };
    let standby = cluster.standby("sr2");
    cluster.wait_for("sr2");
    let place = on(&cluster, &standby).await;
    let none = place.command(&["drill", "run", "failover", "--yes"]).await;
    assert_eq!(none.code, Some(2), "{none:?}");

    // A command that fails, and one that is not sure to be harmless: nothing is done.
    let no = script(&place, &cluster, "no.sh", "echo 'no candidate' >&2; exit 1");
    named(&place, &no);
    let unsaid = place.command(&["drill", "run", "failover"]).await;
    assert_eq!(unsaid.code, Some(1), "{unsaid:?}");
    assert!(unsaid.talk.contains("--yes"), "{unsaid:?}");
    let (code, said) = drill(&place).await;
    assert_eq!(code, Some(1));
    assert!(
        said["problem"].as_str().unwrap().contains("no candidate"),
        "{said}"
    );
    assert_eq!(last_code(&place).await, "drill.command_failed");
    let marker = place.path("was-run");
    let yes = format!(
        "touch {marker:?}\npg pg_ctl -D data -m immediate -w stop\npg pg_ctl -D sr2 -w promote"
    );
    named(&place, &script(&place, &cluster, "yes.sh", &yes));
    cluster.wait_for("");
    let (code, said) = drill(&place).await;
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(last_code(&place).await, "drill.no_standby");
    assert!(!marker.exists(), "nothing was asked to give way");

    cluster.wait_for("sr2");
    // Commits wait for a standby that is gone: that it is begun cannot even be written down.
    assert!(standby.down());
    let begun = std::time::Instant::now();
    let (code, said) = drill(&place).await;
    let problem = said["problem"].as_str().unwrap();
    assert_eq!(code, Some(1), "{said}");
    for word in ["was not begun", "not acknowledged", "strongroom status"] {
        assert!(problem.contains(word), "{word}: {said}");
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(40));
    assert!(!marker.exists(), "nothing was asked to give way");
    assert!(standby.up());
    assert_eq!(last_code(&place).await, "drill.no_standby", "no run more");

    let (code, said) = drill(&place).await;
    assert_eq!((code, &said["ok"]), (Some(0), &Value::Bool(true)), "{said}");
    assert_eq!(said["rpo_seconds"], 0.0);
    let gap = said["rto_seconds"].as_f64().unwrap();
    assert!(gap > 0.05 && gap < 60.0, "{said}");
    assert!(said["amount"].as_u64().unwrap() > 20, "{said}");
    assert!(marker.exists());
    let server = place.start().await;
    let verified = place.command(&["log", "verify"]).await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
    server.stop().await;
}

/// The standby is cut off without a word, and takes over all the same: what was acknowledged meanwhile is gone, and the drill says so.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_is_noticed() {
    let Some(cluster) = cluster() else { return };
    let standby = cluster.standby("sr2");
    cluster.wait_for("sr2");
    let place = on(&cluster, &standby).await;
    let lines = format!(
        "pg pg_ctl -D sr2 -m immediate -w stop\n\
         pg psql -h 127.0.0.1 -p {port} -U postgres -d postgres -c \"ALTER SYSTEM SET synchronous_standby_names = ''\" -c 'SELECT pg_reload_conf()'\n\
         sleep 2\npg pg_ctl -D data -m immediate -w stop\n\
         pg pg_ctl -D sr2 -w -l standby.log -o '-c listen_addresses=127.0.0.1 -c port={other} -c unix_socket_directories=' start >/dev/null 2>&1\n\
         pg pg_ctl -D sr2 -w promote",
        port = cluster.port,
        other = standby.port,
    );
    named(&place, &script(&place, &cluster, "cut.sh", &lines));
    let (code, said) = drill(&place).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said["problem"]
            .as_str()
            .unwrap()
            .contains("gone with the old primary"),
        "{said}"
    );
    assert_eq!(last_code(&place).await, "drill.lost_writes");
}
