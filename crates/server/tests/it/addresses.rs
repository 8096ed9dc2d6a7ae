//! Addresses, queries and headers that are wrong or mean harm: they find nothing and leave nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base::PersonId;
use http::Method;
use policy::Role;
use serde_json::json;

use crate::house::{ACME, House, on_each_engine};
use crate::refusals::{put, rows};
use crate::running::Place;

#[tokio::test(flavor = "multi_thread")]
async fn naughty_addresses_find_nothing() {
    on_each_engine(async |house| {
        let before = rows(&house).await;
        let person = house.person(ACME);
        let long = "x".repeat(65);
        let naughty = [
            "..",
            "%2e%2e",
            "%2e%2e%2f%2e%2e%2fetc",
            "a%00b",
            "a%0d%0ab",
            "a%2fb",
            "%ff%fe",
            "a b",
            "%20",
            "a_b",
            "é",
            "%c3%a9",
            "'%3b--",
            "%25s",
            "${x}",
            "*",
            "%2a",
            &long,
        ];
        for id in naughty {
            for path in [
                format!("/v1/persons/{person}/records/sheet/{id}"),
                format!("/v1/persons/{person}/records/{id}/one"),
                format!("/v1/persons/{id}/records/sheet/one"),
                format!("/v1/persons/{person}/files/{id}"),
                format!("/fhir/Observation/{id}"),
                format!("/fhir/{id}/x"),
            ] {
                if path.parse::<http::Uri>().is_err() {
                    continue;
                }
                let is_file = path.contains("/files/");
                let body = json!({ "resourceType": "Observation" });
                for method in [Method::GET, Method::PUT, Method::DELETE] {
                    // In FHIR, to delete what is not there is no mistake.
                    let is_nothing = method == Method::DELETE && path.starts_with("/fhir/");
                    if is_nothing || (is_file && method == Method::PUT) {
                        continue;
                    }
                    let mut ask = house
                        .ask(method.clone(), &path)
                        .by(house.token(ACME, Role::App))
                        .purpose("TREAT");
                    if method == Method::PUT {
                        ask = ask.json(&body);
                    }
                    let got = ask.send().await;
                    assert!(
                        (400..500).contains(&got.status),
                        "{method} {path}: {} {}",
                        got.status,
                        got.text()
                    );
                }
            }
        }
        for id in [
            person.to_string().to_uppercase(),
            person.to_string().replace('-', ""),
            format!("{{{person}}}"),
            PersonId::COMMONS.to_string(),
        ] {
            let got = house.ask(
                Method::DELETE,
                format!("/v1/persons/{}", id.replace('{', "%7B").replace('}', "%7D")),
            );
            let got = got.by(house.token(ACME, Role::App)).send().await;
            assert_eq!(got.status, 404, "{id}: {}", got.text());
        }
        for query in [
            "?version=0",
            "?version=-1",
            "?version=x",
            "?version=99999999999999999999",
            "?version=4",
            "?%ff=1",
        ] {
            let got = house
                .get(format!("/v1/persons/{person}/records/sheet/one{query}"))
                .await;
            assert!(matches!(got.status, 400 | 404), "{query}: {}", got.text());
        }
        for (path, status) in [
            ("/v1/nothing", 404),
            ("/fhir", 405),
            ("/", 404),
            ("/v1/persons/", 404),
            ("//v1/persons", 404),
        ] {
            let got = house.get(path).await;
            assert_eq!(got.status, status, "{path}: {}", got.text());
            assert!(got.header("x-request-id").is_some(), "{path}");
        }
        let got = house
            .ask(Method::PATCH, format!("/v1/persons/{person}"))
            .by(house.token(ACME, Role::App))
            .send()
            .await;
        assert_eq!(got.status, 405);
        assert_eq!(rows(&house).await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_headers_are_refused() {
    let house = House::over_sqlite().await;
    let before = rows(&house).await;
    let twice = put(&house, "h")
        .header("if-match", "*")
        .header("if-match", "*")
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(
        (twice.status, twice.code().as_str()),
        (400, "http.header_twice")
    );
    for name in [
        "if-match",
        "purpose-of-use",
        "idempotency-key",
        "content-type",
    ] {
        let got = put(&house, "h")
            .header(name, b"\xe9\xff")
            .body("{}")
            .send()
            .await;
        assert_eq!(got.status, 400, "{name}: {}", got.text());
    }
    let app = house.token(ACME, Role::App);
    let path = format!("/v1/persons/{}/files", house.person(ACME));
    for disposition in [
        "attachment; filename=\"open",
        "attachment; filename",
        "attachment; filename*=UTF-8''%ff",
        "attachment; filename*=latin1''x",
        "attachment; filename=\"../../x\"",
        "attachment; filename=\"a\\\\b\"",
        "attachment; filename=\"\"",
        "attachment; filename*=UTF-8''a%00b",
        "attachment; filename*=UTF-8''%0d%0aset-cookie:x",
    ] {
        let got = house
            .ask(Method::POST, &path)
            .by(app)
            .header("content-disposition", disposition)
            .body("x")
            .send()
            .await;
        assert_eq!(got.status, 400, "{disposition}: {}", got.text());
    }
    let long = format!("attachment; filename=\"{}\"", "x".repeat(256));
    assert_eq!(
        house
            .ask(Method::POST, &path)
            .by(app)
            .header("content-disposition", long)
            .body("x")
            .send()
            .await
            .status,
        400
    );
    for media_type in ["nothing", "a/", "/b", "a/b\u{e9}", "a b/c"] {
        let got = house
            .ask(Method::POST, &path)
            .by(app)
            .header("content-type", media_type)
            .body("x")
            .send()
            .await;
        assert_eq!(got.status, 400, "{media_type}: {}", got.text());
    }
    for class in ["payment", "credential", "public", "x", ""] {
        let got = house
            .ask(Method::POST, format!("{path}?class={class}"))
            .by(app)
            .body("x")
            .send()
            .await;
        assert_eq!(got.status, 400, "{class}: {}", got.text());
    }
    assert_eq!(rows(&house).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_a_body_to_the_wrong_address_hears_so_over_http_2() {
    let place = Place::new();
    let server = place.start().await;
    let ended = Arc::new(AtomicBool::new(false));
    let pieces = {
        let ended = Arc::clone(&ended);
        futures_util::stream::unfold(0, move |sent| {
            let ended = Arc::clone(&ended);
            async move {
                // The server has time to answer between two pieces.
                tokio::time::sleep(Duration::from_millis(20)).await;
                ended.store(sent == 3, Ordering::Relaxed);
                (sent < 3).then(|| (Ok::<_, std::io::Error>(vec![b' '; 1_000]), sent + 1))
            }
        })
    };
    let ca = std::path::Path::new(server.ready["ca_file"].as_str().unwrap());
    let mut tls = server::tls::client(ca).unwrap();
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .build()
        .unwrap();
    let answer = client
        .post(server.url("/healthz"))
        .body(reqwest::Body::wrap_stream(pieces))
        .send()
        .await
        .unwrap();
    let ready = client.get(server.url("/readyz")).send().await.unwrap();
    assert_eq!(ready.text().await.unwrap(), "ready\n");
    assert_eq!(answer.version(), http::Version::HTTP_2);
    assert_eq!(answer.status(), 405);
    let problem: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(problem["status"], 405);
    // A stream that is reset before its body was sent takes the answer with it in some clients.
    for _ in 0..100 {
        if ended.load(Ordering::Relaxed) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(ended.load(Ordering::Relaxed), "the body was cut off");
    server.stop().await;
}
