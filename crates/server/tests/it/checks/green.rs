//! Everything in order: every check holds, is seen failing in its drill, and leaves nothing behind.

use std::time::Duration;

use govern::checks::NAMES;
use govern::{Catalogue, Seen, State, views};
use server::probes::ledger;
use store::Sql;

use super::{Real, folder, open};

static LEFT: Sql = Sql::both(
    "SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM file), (SELECT count(*) FROM person WHERE state = 0), \
     (SELECT count(*) FROM token WHERE revoked_at IS NULL)",
);

fn is_about_backups(name: &str) -> bool {
    name.starts_with("backup.")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_check_holds_and_is_seen_failing_and_leaves_nothing_behind() {
    let folder = folder();
    let real = Real::with(open(folder.path()).await, |running| running).await;
    let mut names = Vec::new();
    for check in real.bench.checks().expect("checks") {
        names.push(check.name());
        let name = check.name();
        // There are none here; `drill.rs` sees these.
        if is_about_backups(name) {
            continue;
        }
        let measured = check.measure().await.expect(name);
        assert!(measured.held(), "{}: {:?}", check.name(), measured.problems);
        assert!(!measured.facts.is_empty(), "{}", check.name());
        let drilled = check.drill().await.expect(name);
        assert!(!drilled.held(), "{} cannot fail", check.name());
        let again = check.measure().await.expect(name);
        assert!(again.held(), "{} after its drill", check.name());
    }
    names.sort_unstable();
    let mut known = NAMES.to_vec();
    known.sort_unstable();
    assert_eq!(names, known);

    let db = real.serving.house().db.clone();
    real.bench.clear().await.expect("cleared");
    let left = db
        .row(&LEFT, vec![])
        .await
        .expect("counted")
        .expect("a row");
    let left: Vec<_> = (0..4).map(|at| left.int(at).expect("a count")).collect();
    // Each tenant's canary with one lasting record, and shelf for what is about nobody; the operator has a shelf only.
    assert_eq!(left, [2, 0, 5, 0], "records, files, persons, tokens");
    drop(db);
    real.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_says_where_was_searched() {
    let folder = folder();
    let real = Real::with(open(folder.path()).await, |running| running).await;
    let outcome = real.measure("rest.files").await.expect("measured");
    let list = |seen: Seen| {
        let fact = outcome.facts.iter().find(|fact| fact.seen == seen);
        fact.and_then(|fact| fact.list.clone()).expect("a list")
    };
    let places = list(Seen::Places);
    for place in [
        "data.sqlite",
        "data.sqlite-wal",
        "keys.sqlite",
        "keys.sqlite-wal",
    ] {
        assert!(places.iter().any(|it| it == place), "{place}: {places:?}");
    }
    assert!(
        places.iter().any(|it| it.starts_with("files/")),
        "{places:?}"
    );
    assert_eq!(list(Seen::Classes), ["personal", "health"]);
    real.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_checks_itself_and_shows_it_to_anybody() {
    let folder = folder();
    let mut serving = server::Serving::begin(open(folder.path()).await)
        .await
        .expect("a server");
    let url = format!("https://localhost:{}", serving.address.port());
    let client = reqwest::Client::builder()
        .use_preconfigured_tls(server::tls::client(&folder.path().join("tls/ca.pem")).expect("tls"))
        .build()
        .expect("a client");
    let get = |path: &str| client.get(format!("{url}{path}")).send();
    let page = get("/trust").await.expect("an answer").text().await;
    assert!(page.expect("a page").contains("What we promise"));
    let list = get("/v1/trust").await.expect("an answer").json().await;
    let list: serde_json::Value = list.expect("JSON");
    let unproven = |promise: &serde_json::Value| promise["state"] == "unproven";
    assert!(
        list["promises"]
            .as_array()
            .expect("a list")
            .iter()
            .all(unproven)
    );

    serving.check_promises();
    let catalogue = Catalogue::built_in().expect("a catalogue");
    let ledger = ledger(serving.house()).expect("a ledger");
    let kept = || async {
        let records = ledger.latest().await.expect("records");
        let views = views(&catalogue, &records, serving.house().clock.now());
        let kept = views
            .iter()
            .filter(|view| view.state == State::Kept)
            .count();
        (kept, records.len())
    };
    let here = NAMES.iter().filter(|name| !is_about_backups(name)).count();
    // One result for the measurement and one for the drill of each.
    for _ in 0..600 {
        if kept().await.1 >= 2 * here {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(kept().await.0, here);

    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let list: serde_json::Value = get("/v1/trust")
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let promises = list["promises"].as_array().expect("a list");
    assert_eq!(promises.len(), catalogue.promises().len());
    for promise in promises.iter().filter(|promise| promise["kind"] == "T") {
        if is_about_backups(promise["id"].as_str().expect("an id")) {
            // Where there are none nothing is claimed.
            assert_eq!(promise["state"], "unproven", "{promise}");
            continue;
        }
        assert_eq!(promise["state"], "kept", "{promise}");
        assert!(promise["log_index"].is_u64() && promise["measured_at"].is_string());
    }
    for (asked, lang) in [
        ("/trust?lang=sv", "sv"),
        ("/trust?lang=fr", "fr"),
        ("/trust", "de"),
    ] {
        let answer = client
            .get(format!("{url}{asked}"))
            .header("accept-language", "de-CH, en;q=0.5")
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.headers()["content-language"], lang);
        assert_eq!(answer.headers()["vary"], "accept-language, cookie");
        let text = answer.text().await.expect("a page");
        assert!(text.contains(&format!("<html lang=\"{lang}\"")), "{asked}");
    }
    for asset in ["/assets/strongroom.css", "/assets/icons.svg"] {
        assert!(
            get(asset).await.expect("an answer").status().is_success(),
            "{asset}"
        );
    }
    drop((ledger, client));
    serving.end().await;
}
