//! `strongroom import`: here and over HTTPS, a second time without a change, and with what is wrong named.

use std::path::Path;

use http::Method;
use serde_json::{Value, json};

use crate::running::{Place, Ran, command};

/// A folder of FHIR to import: the shared sample where it is at hand, synthetic people otherwise.
async fn sample(place: &Place) -> (std::path::PathBuf, u64) {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/fhir-bulk-ndjson/10-patients");
    let folder = place.path("sample");
    if shared.exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let mut count = 0;
        for name in [
            "Patient",
            "Practitioner",
            "Organization",
            "Location",
            "Device",
            "AllergyIntolerance",
            "Immunization",
            "Condition",
        ] {
            let name = format!("{name}.000.ndjson");
            let text = std::fs::read_to_string(shared.join(&name)).unwrap();
            count += text.lines().count() as u64;
            std::fs::write(folder.join(name), text).unwrap();
        }
        (folder, count)
    } else {
        eprintln!("the shared FHIR sample is not here; synthetic people stand in");
        command(&["synth", folder.to_str().unwrap(), "--persons", "3"])
            .await
            .held();
        (folder.join("fhir"), 0)
    }
}

fn adds_up(ran: Ran, count: u64, first: bool) {
    let tally = ran.held().json();
    let number = |name: &str| tally[name].as_u64().unwrap();
    assert_eq!(number("refused"), 0, "{tally}");
    if first {
        assert!(number("created") > 0, "{tally}");
        assert_eq!(number("unchanged"), 0, "{tally}");
    } else {
        assert_eq!(
            (number("created"), number("updated")),
            (0, 0),
            "a second time changes nothing: {tally}"
        );
        assert!(number("unchanged") > 0, "{tally}");
    }
    if count > 0 {
        assert_eq!(
            number("created") + number("unchanged") + number("repeated") + number("passed"),
            count,
            "{tally}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fhir_is_imported_twice_here_and_over_https() {
    let place = Place::new();
    let (folder, count) = sample(&place).await;
    let folder = folder.to_str().unwrap();
    let server = place.start().await;
    let token_file = place.path("token");
    server::private::write(&token_file, server.token("app").as_bytes()).unwrap();
    let (url, ca) = (
        server.ready["url"].as_str().unwrap(),
        server.ready["ca_file"].as_str().unwrap(),
    );
    let over_https = || {
        let args = [
            "import",
            "fhir",
            folder,
            "--json",
            "--url",
            url,
            "--ca",
            ca,
            "--token-file",
            token_file.to_str().unwrap(),
        ];
        async move { command(&args).await }
    };
    adds_up(over_https().await, count, true);
    adds_up(over_https().await, count, false);
    adds_up(
        place.command(&["import", "fhir", folder, "--json"]).await,
        count,
        false,
    );
    let list: Value = server
        .get("/fhir/Patient?_count=1000")
        .await
        .json()
        .await
        .unwrap();
    assert!(
        list["entry"]
            .as_array()
            .is_some_and(|entries| entries.len() > 2),
        "{list}"
    );
    let read_only = place
        .command(&[
            "token",
            "create",
            "--role",
            "app",
            "--label",
            "r",
            "--read-only",
        ])
        .await
        .held()
        .data;
    server::private::write(&token_file, read_only.trim().as_bytes()).unwrap();
    let refused = over_https().await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    server.stop().await;

    let here = Place::new();
    here.start().await.stop().await;
    adds_up(
        here.command(&["import", "fhir", folder, "--json"]).await,
        count,
        true,
    );
    adds_up(
        here.command(&["import", "fhir", folder, "--json"]).await,
        count,
        false,
    );
    let bad = here.path("bad.ndjson");
    std::fs::write(&bad, "{\"resourceType\":\"Patient\",\"id\":\"good\"}\n{\"resourceType\":\"Patient\",\"id\":\"bad\",\"nonsense\":1}\nnot json\n").unwrap();
    let ran = here
        .command(&["import", "fhir", bad.to_str().unwrap(), "--json"])
        .await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(
        (&ran.json()["created"], &ran.json()["refused"]),
        (&json!(1), &json!(2)),
        "the rest is imported: {ran:?}"
    );
    assert!(
        ran.talk.contains("bad.ndjson:2") && ran.talk.contains("bad.ndjson:3"),
        "with file and line: {ran:?}"
    );
    std::fs::create_dir(here.path("empty")).unwrap();
    let nothing = here
        .command(&["import", "fhir", here.path("empty").to_str().unwrap()])
        .await;
    assert_eq!(nothing.code, Some(2), "{nothing:?}");
    let server = here.start().await;
    let got = server
        .ask(Method::GET, "/fhir/Patient/good")
        .send()
        .await
        .unwrap();
    assert_eq!(got.status(), 200);
    server.stop().await;
}
