//! The commands, on an installation at rest and beside a running server.

use std::path::Path;
use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};

use crate::running::{Place, Running, command};

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("strongroom.toml");
    let check = async |text: &str| {
        std::fs::write(&path, text).unwrap();
        command(&["config", "check", "--config", path.to_str().unwrap()]).await
    };
    let sample = command(&["config", "sample"]).await.held().data;
    check(&sample).await.held();
    for (from, to, named) in [
        ("region = ", "regoin = ", "regoin"),
        ("[listen]", "[listen]\nhttp = \"127.0.0.1:80\"", "http"),
        (
            "path = \"keys/keys.sqlite\"",
            "path = \"data/strongroom.sqlite\"",
            "keys.path",
        ),
        ("tenants = [\"acme\"]", "tenants = []", "tenants"),
        (
            "tenants = [\"acme\"]",
            "tenants = [\"operator\"]",
            "operator",
        ),
        ("tenants = [\"acme\"]", "tenants = [\"A B\"]", "tenant"),
        ("kind = \"key-file\"", "kind = \"none\"", "none"),
        ("format = \"json\"", "format = \"xml\"", "logging.format"),
        ("files = []", "files = []\nwithout = true", "without"),
        ("environment = \"production\"", "environment = ", "line"),
    ] {
        let ran = check(&sample.replacen(from, to, 1)).await;
        assert_eq!(ran.code, Some(2), "{to}: {ran:?}");
        assert!(ran.talk.contains(named), "{to}: {ran:?}");
        assert_eq!(ran.data, "", "talk goes to stderr");
    }
    std::fs::remove_file(&path).unwrap();
    let ran = command(&["config", "check", "--config", path.to_str().unwrap()]).await;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    for wrong in [
        &["nothing"][..],
        &["serve", "--data", "x", "--config", "y"],
        &["log", "prove"],
        &["serve", "--data", folder.path().to_str().unwrap()],
    ] {
        let ran = command(wrong).await;
        assert_eq!(ran.code, Some(2), "{wrong:?}: {ran:?}");
    }
    let help = command(&["--help"]).await.held().data;
    for word in [
        "demo", "serve", "import", "keys", "log", "token", "register",
    ] {
        assert!(help.contains(word), "{help}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_checked_and_compared() {
    command(&["register", "check"]).await.held();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = write("good.toml", crate::house::CABINET);
    command(&["register", "check", &good]).await.held();
    for (from, to, named) in [
        (
            "class = \"health\", type = \"integer\"",
            "class = \"helth\", type = \"integer\"",
            "helth",
        ),
        ("type = \"integer\"", "type = \"intger\"", "intger"),
        ("mask = \"year\"", "mask = \"yeer\"", "yeer"),
        (
            "class = \"internal\", type = \"boolean\"",
            "class = \"payment\", type = \"boolean\"",
            "payment",
        ),
        ("max = 40", "maximum = 40", "maximum"),
    ] {
        let bad = write("bad.toml", &crate::house::CABINET.replacen(from, to, 1));
        let ran = command(&["register", "check", &bad]).await;
        assert_ne!(ran.code, Some(0), "{to}: {ran:?}");
        assert!(
            ran.talk.contains(named) && ran.talk.contains("bad.toml"),
            "{to}: {ran:?}"
        );
    }
    let shown = command(&["register", "show", "cycle-day", "--json"])
        .await
        .held()
        .json();
    assert!(shown.to_string().contains("basalTemperature"));
    let wider = write(
        "wider.toml",
        &crate::house::CABINET.replacen("urgent = {", "urgency = {", 1),
    );
    let ran = command(&["register", "diff", &good, &wider]).await;
    assert_eq!(
        ran.code,
        Some(1),
        "a field that went breaks what is stored: {ran:?}"
    );
    assert!(ran.data.contains("urgen"), "{ran:?}");
    command(&["register", "diff", &good, &good]).await.held();
}

async fn entries(place: &Place, action: &str) -> usize {
    let shown = place
        .command(&["log", "show", "--json", "--limit", "1000"])
        .await
        .held();
    shown
        .lines()
        .iter()
        .filter(|line| line["entry"]["action"] == action)
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_made_listed_and_ended() {
    let place = Place::new();
    let server = place.start().await;
    let made = place
        .command(&[
            "token", "create", "--role", "app", "--label", "backend", "--json",
        ])
        .await
        .held()
        .json();
    let text = made["token"].as_str().unwrap().to_owned();
    let id = made["id"].as_str().unwrap().to_owned();
    let asks = async |token: &str| {
        server
            .client
            .get(server.url("/v1/persons"))
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(asks(&text).await, 200, "a running server takes it at once");
    let listed = async || {
        let list = place
            .command(&["token", "list", "--json"])
            .await
            .held()
            .json();
        let line = list
            .as_array()
            .unwrap()
            .iter()
            .find(|line| line["id"] == id.as_str())
            .cloned();
        line.unwrap()
    };
    assert_eq!(
        (&listed().await["state"], &listed().await["label"]),
        (&json!("live"), &json!("backend"))
    );
    let list = place.command(&["token", "list"]).await.held();
    assert!(
        !list.data.contains(&text[27..]),
        "its secret is never shown again"
    );
    place.command(&["token", "revoke", &id]).await.held();
    let began = Instant::now();
    while asks(&text).await == 200 {
        assert!(
            began.elapsed() < Duration::from_secs(3),
            "each running node notices"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(asks(&text).await, 401);
    assert_eq!(listed().await["state"], "revoked");
    let again = place.command(&["token", "revoke", &id]).await;
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(entries(&place, "token.revoke").await >= 1);

    let person = server.person().to_owned();
    let own = place
        .command(&[
            "token", "create", "--role", "person", "--label", "own", "--person", &person,
        ])
        .await
        .held();
    let own = own.data.trim();
    let read = |person: &str| {
        server
            .client
            .get(server.url(&format!("/v1/persons/{person}")))
            .bearer_auth(own)
            .header("purpose-of-use", "PATRQT")
            .send()
    };
    assert_eq!(read(&person).await.unwrap().status(), 200);
    let somebody = server.ready["persons"][1].as_str().unwrap();
    assert_eq!(read(somebody).await.unwrap().status(), 404);
    let narrow = place
        .command(&[
            "token",
            "create",
            "--role",
            "app",
            "--label",
            "n",
            "--collections",
            "cycle-day",
            "--classes",
            "health",
            "--read-only",
            "--days",
            "1",
        ])
        .await
        .held();
    let sheet = server
        .client
        .get(server.url(&format!("/v1/persons/{person}/records/sheet")))
        .bearer_auth(narrow.data.trim())
        .header("purpose-of-use", "TREAT");
    assert_eq!(sheet.send().await.unwrap().status(), 403);
    for wrong in [
        &["--role", "king", "--label", "x"][..],
        &["--role", "app", "--label", ""],
        &["--role", "person", "--label", "x"],
        &["--role", "app", "--label", "x", "--person", &person],
        &["--role", "app", "--label", "x", "--days", "0"],
        &["--role", "app", "--label", "x", "--tenant", "nobody"],
    ] {
        let ran = place.command(&[&["token", "create"], wrong].concat()).await;
        assert_eq!(ran.code, Some(2), "{wrong:?}: {ran:?}");
    }
    server.stop().await;
}

/// Verify, prove, export, and verify what was exported.
async fn the_log_holds(place: &Place, name: &str) {
    let verified = place
        .command(&["log", "verify", "--json"])
        .await
        .held()
        .json();
    assert_eq!(
        (&verified["ok"], &verified["problems"]),
        (&json!(true), &json!([])),
        "{verified}"
    );
    assert!(
        verified["size"].as_u64().unwrap() > 5 && verified.get("root").is_some(),
        "{verified}"
    );
    let shown = place.command(&["log", "show", "--limit", "3"]).await.held();
    assert_eq!(shown.data.lines().count(), 3, "{shown:?}");
    let first = place
        .command(&["log", "show", "--json", "--from", "0", "--limit", "2"])
        .await
        .held()
        .lines();
    assert_eq!(first.len(), 2);
    assert_eq!(
        (&first[0]["index"], &first[1]["index"]),
        (&json!(1), &json!(0)),
        "newest first"
    );
    let proof = place.command(&["log", "prove", "0"]).await.held();
    assert!(
        proof.data.starts_with("c2sp.org/tlog-proof@v1"),
        "{proof:?}"
    );
    let beyond = place.command(&["log", "prove", "99999999"]).await;
    assert_eq!(beyond.code, Some(1), "{beyond:?}");
    for (format, member) in [
        ("ocsf", "class_uid"),
        ("ecs", "@timestamp"),
        ("fhir", "resourceType"),
    ] {
        let lines = place
            .command(&["log", "export", "--format", format])
            .await
            .held()
            .lines();
        assert!(lines.len() > 5, "{format}");
        assert!(
            lines.iter().all(|line| line.get(member).is_some()),
            "{format}"
        );
        let rest = place
            .command(&["log", "export", "--format", format, "--from", "3"])
            .await
            .held()
            .lines();
        assert_eq!(rest[0], lines[3], "{format} from an entry on");
    }
    let out = place.path(name);
    place
        .command(&[
            "log",
            "export",
            "--format",
            "tiles",
            "--out",
            out.to_str().unwrap(),
        ])
        .await
        .held();
    let vkey = place.path(&format!("{name}.vkey"));
    let verify = async || {
        command(&[
            "log",
            "verify",
            "--json",
            "--tiles",
            out.to_str().unwrap(),
            "--vkey",
            vkey.to_str().unwrap(),
        ])
        .await
    };
    assert_eq!(verify().await.held().json()["ok"], true);
    let tile = find(&out, "000");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[5] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    let spoilt = verify().await;
    assert_eq!(spoilt.code, Some(1), "{spoilt:?}");
    assert_eq!(spoilt.json()["ok"], false);
}

/// A tile of hashes of the lowest level.
fn find(folder: &Path, index: &str) -> std::path::PathBuf {
    let level = folder.join("tile/0");
    walkdir::WalkDir::new(level)
        .into_iter()
        .filter_map(Result::ok)
        .find(|entry| entry.file_type().is_file() && entry.path().to_string_lossy().contains(index))
        .unwrap()
        .into_path()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_shown_verified_proven_and_exported() {
    let place = Place::new();
    let server = place.start().await;
    for turn in 0..10 {
        server
            .put(
                &format!("/v1/persons/{}/records/sheet/r{turn}", server.person()),
                &json!({ "pulse": turn }),
            )
            .await;
    }
    the_log_holds(&place, "beside").await;
    server.stop().await;
    the_log_holds(&place, "at-rest").await;
    let operator = place
        .command(&["log", "show", "--tenant", "operator", "--limit", "1"])
        .await
        .held();
    assert_eq!(operator.data.lines().count(), 1);
    let nobody = place.command(&["log", "show", "--tenant", "nobody"]).await;
    assert_eq!(nobody.code, Some(2), "{nobody:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_turn_over_beside_a_running_server() {
    let place = Place::new();
    let server = place.start().await;
    let path = format!("/v1/persons/{}/records/sheet/kept", server.person());
    let body = json!({ "name": "Vera", "finding": "x", "remark": "y" });
    server.put(&path, &body).await;
    let reads = async || {
        // A log whose keys were rotated refuses until the server has read them again: a second or so.
        for _ in 0..30 {
            let answer = server.get(&path).await;
            if answer.status() != 503 {
                return answer.json::<Value>().await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the server does not take the new keys");
    };
    let keks = async || {
        let list = place
            .command(&["keys", "list", "--json"])
            .await
            .held()
            .json();
        list.as_array()
            .unwrap()
            .iter()
            .filter(|line| {
                line["key"].as_str().unwrap().contains("demo")
                    && line["key"].as_str().unwrap().contains("health")
            })
            .cloned()
            .collect::<Vec<_>>()
    };
    let before = keks().await;
    assert!(!before.is_empty());
    assert!(before.iter().all(|line| line["opens"] == true));
    let status = async || {
        place
            .command(&["keys", "status", "--json"])
            .await
            .held()
            .json()
    };
    assert_eq!(status().await["behind"], 0);
    place.command(&["keys", "rotate", "kek"]).await.held();
    let behind = status().await;
    assert!(behind["behind"].as_u64().unwrap() > 0, "{behind}");
    assert_eq!(
        reads().await,
        body,
        "what hangs under the old generation stays readable"
    );
    let early = place
        .command(&[
            "keys",
            "destroy",
            "kek",
            "--class",
            "health",
            "--generation",
            "1",
            "--yes",
        ])
        .await;
    assert_eq!(
        early.code,
        Some(1),
        "not while something hangs under it: {early:?}"
    );
    let rewrapped = place
        .command(&["keys", "rewrap", "--json"])
        .await
        .held()
        .json();
    assert_eq!(rewrapped["remaining"], 0, "{rewrapped}");
    assert_eq!(
        (
            &status().await["behind"],
            &status().await["rewrapped_percent"]
        ),
        (&json!(0), &json!(100))
    );
    let unsaid = place
        .command(&[
            "keys",
            "destroy",
            "kek",
            "--class",
            "health",
            "--generation",
            "1",
        ])
        .await;
    assert_eq!(unsaid.code, Some(1), "only said: {unsaid:?}");
    assert_eq!(keks().await.len(), before.len() + 1);
    place
        .command(&[
            "keys",
            "destroy",
            "kek",
            "--class",
            "health",
            "--generation",
            "1",
            "--yes",
        ])
        .await
        .held();
    assert_eq!(keks().await.len(), before.len());
    assert_eq!(reads().await, body, "the running server goes on");
    server.put(&path, &json!({ "finding": "z" })).await;
    for level in [
        &["root"][..],
        &["log-signing"],
        &["log-sealing"],
        &["sealing"],
    ] {
        place
            .command(&[&["keys", "rotate"], level].concat())
            .await
            .held();
    }
    place.command(&["keys", "rewrap"]).await.held();
    place.command(&["log", "verify"]).await.held();
    assert_eq!(reads().await, json!({ "finding": "z" }));
    server.stop().await;
    let server = place.start().await;
    assert_eq!(
        server.get(&path).await.json::<Value>().await.unwrap(),
        json!({ "finding": "z" })
    );
    let wrong = place.command(&["keys", "rotate", "person"]).await;
    assert_eq!(wrong.code, Some(2), "{wrong:?}");

    let person = server.ready["persons"][1].as_str().unwrap().to_owned();
    let unsaid = place.command(&["erase", &person]).await;
    assert_eq!(unsaid.code, Some(1), "{unsaid:?}");
    assert_eq!(
        server.get(&format!("/v1/persons/{person}")).await.status(),
        200
    );
    let erased = place
        .command(&["erase", &person, "--yes", "--json"])
        .await
        .held()
        .json();
    assert_eq!(erased["person"], person.as_str());
    assert_eq!(
        server.get(&format!("/v1/persons/{person}")).await.status(),
        404,
        "the running server sees it at once"
    );
    assert_eq!(
        server
            .get(&format!("/v1/persons/{person}/records/sheet"))
            .await
            .status(),
        404
    );
    let proven = place
        .command(&["erase", "prove", &person, "--json"])
        .await
        .held()
        .json();
    assert_eq!(proven["clean"], true, "{proven}");
    a_part_is_proven_gone(&place, &server).await;
    let living = place.command(&["erase", "prove", server.person()]).await;
    assert_eq!(living.code, Some(1), "{living:?}");
    let again = place.command(&["erase", &person, "--yes"]).await;
    assert_eq!(again.code, Some(1), "{again:?}");
    let person = server.person().to_owned();
    let destroyed = place
        .command(&["keys", "destroy", "person", "--person", &person, "--yes"])
        .await;
    destroyed.held();
    assert_eq!(server.get(&path).await.status(), 404);
    server.stop().await;
}

/// Of somebody who is still there: a kind that is left is named, one that was deleted is not, and its certificate holds.
async fn a_part_is_proven_gone(place: &Place, server: &Running) {
    let sheets = ["erase", "prove", server.person(), "--collection", "sheet"];
    let own = format!("/v1/persons/{}/records/sheet/part", server.person());
    server.put(&own, &json!({ "pulse": 60 })).await;
    let left = place.command(&sheets).await;
    assert_eq!(left.code, Some(1), "{left:?}");
    let asked = server
        .ask(
            Method::POST,
            &format!("/v1/persons/{}/erasures", server.person()),
        )
        .json(&json!({ "now": true, "of": { "collection": "sheet" } }))
        .send()
        .await
        .unwrap();
    let said: Value = asked.json().await.unwrap();
    std::fs::write(
        place.path("part.jws"),
        said["certificate"].as_str().unwrap(),
    )
    .unwrap();
    let tenant = server.ready["tenant"].as_str().unwrap();
    let keys = server.get(&format!("/log/{tenant}/vkeys")).await;
    std::fs::write(place.path("vkeys"), keys.text().await.unwrap()).unwrap();
    place.command(&sheets).await.held();
    let (jws, keys) = (place.path("part.jws"), place.path("vkeys"));
    let [jws, keys] = [&jws, &keys].map(|it| it.to_str().unwrap());
    let verified = command(&["erase", "verify", jws, "--vkeys", keys]).await;
    assert!(verified.held().talk.contains("a part"));
}
