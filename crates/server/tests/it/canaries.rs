//! Plants texts that stand nowhere else in everything that can be sent, and looks for them in everything that the process
//! wrote: its words, its files, its refusals, its metrics.

use http::Method;
use serde_json::{Value, json};

use crate::garden::Garden;
use crate::house::{holds, raw};
use crate::running::{Place, Running};

async fn good(garden: &mut Garden, server: &Running) {
    let external = garden.plant("an external id");
    let (status, made) = garden
        .send(
            "a person",
            server
                .ask(Method::POST, "/v1/persons")
                .json(&json!({ "external_id": external })),
        )
        .await;
    assert_eq!(status, 201, "{made}");
    let person = serde_json::from_str::<Value>(&made).unwrap()["person"]
        .as_str()
        .unwrap()
        .to_owned();
    let record = garden.plant("a record's id");
    let mut body = json!({
        "name": garden.plant("a personal field"),
        "phone": garden.plant("a phone"),
        "street": garden.plant("a street"),
        "finding": garden.plant("a health field"),
        "code": garden.plant("a searchable code"),
        "flags": [garden.plant("a list")],
        "remark": garden.plant("an internal field"),
    });
    let name = garden.plant("a member's name");
    body["more"] = json!({ name: [garden.plant("deep inside")] });
    let path = format!("/v1/persons/{person}/records/sheet/{record}");
    let key = garden.plant("an idempotency key");
    let put = || {
        server
            .ask(Method::PUT, &path)
            .header("idempotency-key", &key)
    };
    assert_eq!(garden.send("a write", put().json(&body)).await.0, 201);
    body["finding"] = garden.plant("a second version").into();
    assert_eq!(
        garden
            .send("another write", server.ask(Method::PUT, &path).json(&body))
            .await
            .0,
        200
    );
    let agent = garden.plant("a user agent");
    let note = garden.plant("a header of the client's own");
    let read = server
        .ask(Method::GET, &path)
        .header("user-agent", &agent)
        .header("x-note", &note)
        .header("x-request-id", garden.plant("a request id"));
    let (status, text) = garden.send("a read", read).await;
    assert_eq!(status, 200);
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        body,
        "what was planted is stored"
    );
    for query in [
        format!("code={}", body["code"].as_str().unwrap()),
        format!("name={}", body["name"].as_str().unwrap()),
    ] {
        let (status, text) = garden
            .send(
                "a list",
                server.ask(
                    Method::GET,
                    &format!("/v1/persons/{person}/records/sheet?{query}"),
                ),
            )
            .await;
        assert_eq!(status, 200);
        assert!(text.contains(&record), "{text}");
    }
    for purpose in ["HRESCH", "HPAYMT"] {
        garden
            .send(
                "a read for another purpose",
                server
                    .client
                    .get(server.url(&path))
                    .bearer_auth(server.token("app"))
                    .header("purpose-of-use", purpose),
            )
            .await;
    }
    let history = server.ask(Method::GET, &format!("{path}/history"));
    assert_eq!(garden.send("a history", history).await.0, 200);

    let line = json!({ "method": "PUT", "person": person, "collection": "sheet", "record": garden.plant("a batch item's record id"), "body": { "finding": garden.plant("a batch item's field") } });
    let (_, text) = garden
        .send(
            "a batch",
            server
                .ask(Method::POST, "/v1/records:batch")
                .body(line.to_string()),
        )
        .await;
    assert!(text.contains("created"), "{text}");

    let file_name = garden.plant("a file's name");
    let content = garden.plant("a file's content").repeat(3);
    let upload = server.ask(Method::POST, &format!("/v1/persons/{person}/files"));
    let upload = upload.header(
        "content-type",
        format!("text/plain; x={}", garden.plant("a media type")),
    );
    let upload = upload
        .header(
            "content-disposition",
            format!("attachment; filename=\"{file_name}.txt\""),
        )
        .body(content.clone());
    let (status, made) = garden.send("an upload", upload).await;
    assert_eq!(status, 201, "{made}");
    let file = serde_json::from_str::<Value>(&made).unwrap()["file"]
        .as_str()
        .unwrap()
        .to_owned();
    let (_, text) = garden
        .send(
            "a download",
            server.ask(Method::GET, &format!("/v1/persons/{person}/files/{file}")),
        )
        .await;
    assert_eq!(text, content);

    let patient = garden.plant("a FHIR id");
    let resource = json!({
        "resourceType": "Patient", "id": patient,
        "name": [{ "family": garden.plant("a FHIR name"), "given": [garden.plant("a FHIR given name")] }],
        "identifier": [{ "system": "urn:x", "value": garden.plant("a FHIR identifier") }],
    });
    let (status, text) = garden
        .send(
            "a FHIR write",
            server
                .ask(Method::PUT, &format!("/fhir/Patient/{patient}"))
                .json(&resource),
        )
        .await;
    assert_eq!(status, 201, "{text}");
    let observation = json!({
        "resourceType": "Observation", "status": "final", "subject": { "reference": format!("Patient/{patient}") },
        "code": { "text": garden.plant("a FHIR code"), "coding": [{ "system": "urn:x", "code": garden.plant("a FHIR coding") }] },
        "note": [{ "text": garden.plant("a FHIR note") }],
    });
    let (status, text) = garden
        .send(
            "a FHIR create",
            server
                .ask(Method::POST, "/fhir/Observation")
                .json(&observation),
        )
        .await;
    assert_eq!(status, 201, "{text}");
    let (status, text) = garden
        .send(
            "a FHIR search",
            server.ask(Method::GET, &format!("/fhir/Observation?patient={patient}")),
        )
        .await;
    assert_eq!(status, 200);
    assert!(text.contains(&patient), "{text}");
    let erased = garden.plant("an erased person's id");
    let (_, made) = garden
        .send(
            "a person",
            server
                .ask(Method::POST, "/v1/persons")
                .json(&json!({ "external_id": erased })),
        )
        .await;
    let erased = serde_json::from_str::<Value>(&made).unwrap()["person"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = json!({ "finding": garden.plant("an erased record") });
    garden
        .send(
            "a write",
            server
                .ask(
                    Method::PUT,
                    &format!("/v1/persons/{erased}/records/sheet/x"),
                )
                .json(&body),
        )
        .await;
    assert_eq!(
        garden
            .send(
                "an erasure",
                server.ask(Method::DELETE, &format!("/v1/persons/{erased}"))
            )
            .await
            .0,
        200
    );
}

async fn bad(garden: &mut Garden, server: &Running) {
    let person = server.person().to_owned();
    let base = format!("/v1/persons/{person}/records/sheet");
    let put = |record: &str| server.ask(Method::PUT, &format!("{base}/{record}"));
    let text = garden.plant("a value of the wrong type");
    garden
        .send("a wrong type", put("x").json(&json!({ "pulse": text })))
        .await;
    let text = garden.plant("a value that is too long").repeat(10);
    garden
        .send("too long", put("x").json(&json!({ "phone": text })))
        .await;
    let text = garden.plant("a key that stands twice");
    garden
        .send(
            "a key twice",
            put("x").body(format!("{{\"finding\":\"{text}\",\"finding\":\"{text}\"}}")),
        )
        .await;
    let text = garden.plant("a document that is none");
    garden.send("no JSON", put("x").body(text)).await;
    let text = garden.plant("a document of another type");
    garden
        .send(
            "another type",
            put("x").header("content-type", "text/plain").body(text),
        )
        .await;
    let text = garden.plant("beside a card");
    garden
        .send(
            "a card",
            put("x").json(&json!({ "finding": format!("{text} 4242424242424242") })),
        )
        .await;
    let text = garden.plant("beside a card in a header");
    garden
        .send(
            "a card in a header",
            put("x")
                .header("x-note", format!("{text} 4242424242424242"))
                .json(&json!({})),
        )
        .await;
    let text = garden.plant("an unknown field's value");
    garden
        .send(
            "an unknown field",
            put("x").json(&json!({ "unknown": text })),
        )
        .await;
    let text = garden.plant("a bad condition");
    garden
        .send(
            "a bad condition",
            put("x").header("if-match", text).json(&json!({})),
        )
        .await;
    let text = garden.plant("a purpose that is none");
    garden
        .send(
            "a bad purpose",
            server
                .client
                .get(server.url(&format!("{base}/x")))
                .bearer_auth(server.token("app"))
                .header("purpose-of-use", text),
        )
        .await;
    let text = garden.plant("a record that is not there");
    garden
        .send(
            "a missing record",
            server.ask(Method::GET, &format!("{base}/{text}")),
        )
        .await;
    let text = garden.plant("a record's id that is none");
    garden
        .send(
            "a bad id",
            server.ask(Method::GET, &format!("{base}/{text}@x")),
        )
        .await;
    let text = garden.plant("a collection that is not there");
    garden
        .send(
            "a missing collection",
            server.ask(
                Method::GET,
                &format!("/v1/persons/{person}/records/{text}/x"),
            ),
        )
        .await;
    let text = garden.plant("a person's id that is none");
    garden
        .send(
            "a bad person",
            server.ask(Method::GET, &format!("/v1/persons/{text}")),
        )
        .await;
    for query in ["seen", "cursor", "limit"] {
        let text = garden.plant("a query");
        garden
            .send(
                "a bad query",
                server.ask(Method::GET, &format!("{base}?{query}={text}")),
            )
            .await;
    }
    let text = garden.plant("an address that leads nowhere");
    garden
        .send(
            "nowhere",
            server.ask(Method::GET, &format!("/{text}/{text}?{text}={text}")),
        )
        .await;
    garden
        .send(
            "nowhere in FHIR",
            server.ask(Method::GET, &format!("/fhir/{text}/{text}/{text}/{text}")),
        )
        .await;
    for path in [
        format!("/fhir/{text}"),
        format!("/fhir/{text}/{text}"),
        format!("/fhir/{text}/{text}/_history"),
    ] {
        // The refusal names the type that was asked for; nothing else may.
        let answer = server.ask(Method::GET, &path).send().await.unwrap();
        assert!(answer.status().is_client_error(), "{path}");
    }
    let text = garden.plant("a token that is none");
    for token in [text.clone(), format!("srt_{text}")] {
        garden
            .send(
                "a bad token",
                server
                    .client
                    .get(server.url("/v1/persons"))
                    .bearer_auth(token),
            )
            .await;
    }
    let text = garden.plant("a name and a password");
    garden
        .send(
            "basic",
            server
                .client
                .get(server.url("/v1/persons"))
                .basic_auth(&text, Some(&text)),
        )
        .await;
    let text = garden.plant("an external id of a wrong type");
    garden
        .send(
            "a bad person",
            server
                .ask(Method::POST, "/v1/persons")
                .json(&json!({ "external_id": [text] })),
        )
        .await;
    let text = garden.plant("a batch that is none");
    garden
        .send(
            "a bad batch",
            server
                .ask(Method::POST, &format!("/v1/records:batch?mode={text}"))
                .body(text),
        )
        .await;
    let text = garden.plant("a batch item that is none");
    let item = json!({ "method": text, "person": person, "collection": "sheet", "record": text, "body": { "pulse": text } });
    let (_, answer) = garden
        .send(
            "a bad item",
            server
                .ask(Method::POST, "/v1/records:batch")
                .body(format!("{item}\n{text}\n")),
        )
        .await;
    garden.refusals.push(("a bad item".to_owned(), answer));
    let text = garden.plant("a file's bad name");
    let upload = server.ask(Method::POST, &format!("/v1/persons/{person}/files"));
    garden
        .send(
            "a bad file name",
            upload
                .header(
                    "content-disposition",
                    format!("attachment; filename=\"../{text}\""),
                )
                .body(text),
        )
        .await;
    let text = garden.plant("a bad media type");
    garden
        .send(
            "a bad media type",
            server
                .ask(Method::POST, &format!("/v1/persons/{person}/files"))
                .header("content-type", text)
                .body("x"),
        )
        .await;
    let text = garden.plant("a FHIR resource that is wrong");
    for body in [
        json!({ "resourceType": "Observation", "status": { "x": text } }),
        json!({ "resourceType": "Observation", "status": "final", "subject": { "reference": format!("Patient/{text}") }, "code": { "text": text } }),
        json!({ "resourceType": "Patient", "birthDate": text }),
        json!({ "resourceType": text }),
    ] {
        let kind = if body["resourceType"] == "Patient" {
            "Patient"
        } else {
            "Observation"
        };
        garden
            .send(
                "a bad resource",
                server
                    .ask(Method::POST, &format!("/fhir/{kind}"))
                    .json(&body),
            )
            .await;
        let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": [{ "resource": body, "request": { "method": "POST", "url": kind } }] });
        garden
            .send(
                "a bad bundle",
                server.ask(Method::POST, "/fhir").json(&bundle),
            )
            .await;
    }
    let text = garden.plant("a FHIR search");
    garden
        .send(
            "a bad search",
            server.ask(
                Method::GET,
                &format!("/fhir/Observation?patient=x&date={text}"),
            ),
        )
        .await;
    garden
        .send(
            "a bad history",
            server.ask(Method::GET, &format!("/fhir/Observation/x/_history/{text}")),
        )
        .await;
    let text = garden.plant("a method");
    let method = Method::from_bytes(text.as_bytes()).unwrap();
    garden
        .send("a bad method", server.ask(method, "/v1/persons"))
        .await;
    // A connection that does not speak as it should.
    let text = garden.plant("what is no HTTP");
    let address = server.ready["url"]
        .as_str()
        .unwrap()
        .trim_start_matches("https://")
        .to_owned();
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(
        &mut socket,
        format!("GET /{text} HTTP/1.1\r\n\r\n").as_bytes(),
    )
    .await
    .unwrap();
}

fn search(garden: &Garden, place: &Place, tokens: &[Value]) {
    garden.found_in("what it said", place.words().as_bytes());
    let files = raw(&place.data());
    assert!(
        files
            .iter()
            .any(|(path, bytes)| path.ends_with("strongroom.sqlite") && !bytes.is_empty())
    );
    assert!(
        files
            .iter()
            .any(|(path, _)| path.to_string_lossy().contains("data/files/"))
    );
    for (path, bytes) in &files {
        garden.found_in(&path.display().to_string(), bytes);
        for (role, token) in tokens.iter().flat_map(|of| of.as_object().unwrap()) {
            let secret = &token.as_str().unwrap()[27..];
            assert!(
                !holds(bytes, secret.as_bytes()),
                "{} holds the token of {role}",
                path.display()
            );
        }
    }
}

/// From now on everything is sent as another tenant, who has a person of their own.
async fn as_tenant(place: &Place, server: &mut Running, tenant: &str) {
    let make = async |role: &str, more: &[&str]| {
        let args = [
            "token", "create", "--label", "x", "--tenant", tenant, "--role", role, "--json",
        ];
        let made = place.command(&[&args[..], more].concat()).await;
        made.held().json()["token"].clone()
    };
    server.ready["tokens"]["app"] = make("app", &[]).await;
    let made = server
        .ask(Method::POST, "/v1/persons")
        .send()
        .await
        .unwrap();
    let person = made.json::<Value>().await.unwrap()["person"].clone();
    for role in ["clinician", "operator", "security"] {
        server.ready["tokens"][role] = make(role, &[]).await;
    }
    let of = ["--person", person.as_str().unwrap()];
    server.ready["tokens"]["person"] = make("person", &of).await;
    server.ready["persons"] = json!([person]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_sent_is_found_in_what_was_written() {
    let place = Place::new();
    let mut garden = Garden::default();
    place.start().await.stop().await;
    // As talkative as it can be told to be.
    let config = place.data().join("strongroom.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(text.contains("level = \"warn\""));
    assert!(text.contains("tenants = [\"demo\"]"));
    let text = text.replace("tenants = [\"demo\"]", "tenants = [\"demo\", \"second\"]");
    std::fs::write(
        &config,
        text.replace("level = \"warn\"", "level = \"debug\""),
    )
    .unwrap();
    let mut server = place.start().await;
    let first = server.ready["tokens"].clone();
    for tenant in ["demo", "second"] {
        if tenant == "second" {
            as_tenant(&place, &mut server, tenant).await;
        }
        good(&mut garden, &server).await;
        bad(&mut garden, &server).await;
    }
    assert!(
        garden.refusals.len() > 30,
        "there were refusals: {}",
        garden.refusals.len()
    );
    for (what, said) in &garden.refusals {
        garden.found_in(&format!("the answer to {what}"), said.as_bytes());
    }
    let metrics = server.metrics().await;
    assert!(metrics.contains("http_requests"), "{metrics}");
    garden.found_in("the metrics", metrics.as_bytes());
    for path in [
        "/trust",
        "/v1/trust",
        "/v1/openapi.json",
        "/log/demo/checkpoint",
        "/log/second/checkpoint",
    ] {
        let text = server.get(path).await.text().await.unwrap();
        garden.found_in(path, text.as_bytes());
    }
    for tenant in ["demo", "second"] {
        let show = [
            "log", "show", "--limit", "1000", "--json", "--tenant", tenant,
        ];
        let log = place.command(&show).await.held();
        assert!(log.lines().len() > 30, "{tenant}");
        garden.found_in("the log", log.data.as_bytes());
    }
    let words = place.words();
    assert!(words.contains("answered"), "it was talkative: {words}");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.ready["pid"])).unwrap();
    let cores = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    assert!(cores.contains(" 0 "), "no core dumps: {cores}");
    // While it runs, so with its write-ahead log; then once more after the end.
    let tokens = [first, server.ready["tokens"].clone()];
    search(&garden, &place, &tokens);
    server.stop().await;
    search(&garden, &place, &tokens);
}
