//! Clients that write, read and upload while something breaks, and remember what they were told: a refusal is clear, and what
//! was acknowledged is there afterwards.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use http::Method;
use parking_lot::Mutex;
use reqwest::Response;
use serde_json::{Value, json};

use crate::running::{Place, Running, log_index};

/// So many refusals in a row, by every client, say that it is broken now; so many answers, that it is whole.
const IN_A_ROW: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(60);

/// What clients were told, over all that happened to the server.
#[derive(Default)]
pub struct Told {
    /// Record -> (number that was acknowledged, number that was sent last).
    records: Mutex<HashMap<String, (u64, u64)>>,
    files: Mutex<HashMap<String, Vec<u8>>>,
    entries: Mutex<BTreeMap<u64, String>>,
    refused: AtomicU32,
    next: Mutex<u64>,
}

/// How it goes with one kind of client: answers in a row, or (negative) refusals in a row.
#[derive(Default)]
struct Going {
    kept: AtomicU32,
    refused: AtomicU32,
}

impl Going {
    fn saw(&self, status: u16) {
        let (up, down) = if status == 503 {
            (&self.refused, &self.kept)
        } else {
            (&self.kept, &self.refused)
        };
        up.fetch_add(1, Ordering::Relaxed);
        down.store(0, Ordering::Relaxed);
    }
}

/// A 503 as it has to be; anything else that is not an answer fails the test. Gives the status.
async fn is_clear(what: &str, place: &Place, answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    if status != 503 {
        let text = answer.text().await.unwrap_or_default();
        assert!(
            matches!(status, 200 | 201 | 404),
            "{what}: {status} {text}\n{}",
            place.words()
        );
        return (status, text);
    }
    assert!(
        answer.headers().contains_key("retry-after"),
        "{what} says when to try again"
    );
    let form = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let text = answer.text().await.unwrap();
    let body: Value = serde_json::from_str(&text).unwrap();
    match form.as_str() {
        "application/problem+json" => assert_eq!(body["status"], 503, "{what}: {text}"),
        "application/fhir+json" => assert_eq!(body["resourceType"], "OperationOutcome"),
        other => panic!("{what}: {other}"),
    }
    assert!(
        !text.contains(place.data().to_str().unwrap()),
        "{what} names no file: {text}"
    );
    (status, text)
}

impl Told {
    pub fn refused(&self) -> u32 {
        self.refused.load(Ordering::Relaxed)
    }

    fn number(&self) -> u64 {
        let mut next = self.next.lock();
        *next += 1;
        *next
    }

    /// Send, and note what the answer says.
    async fn ask(
        &self,
        what: &str,
        place: &Place,
        going: &Going,
        request: reqwest::RequestBuilder,
    ) -> Option<String> {
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => panic!("{what}: {error:?}\n{}", place.words()),
        };
        if answer.status().is_success() {
            let index = log_index(&answer).expect("an answer names its entry");
            let request = answer.headers()["x-request-id"]
                .to_str()
                .unwrap()
                .to_owned();
            let before = self.entries.lock().insert(index, request);
            assert!(before.is_none(), "two answers name entry {index}");
        }
        let (status, text) = is_clear(what, place, answer).await;
        going.saw(status);
        if status == 503 {
            self.refused.fetch_add(1, Ordering::Relaxed);
            // A client that is told to wait does, at least a moment.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        matches!(status, 200 | 201).then_some(text)
    }

    async fn write(&self, place: &Place, server: &Running, going: &Going, writer: u64) {
        let number = self.number();
        let record = format!("w{writer}-{}", number % 7);
        self.records.lock().entry(record.clone()).or_default().1 = number;
        let path = format!("/v1/persons/{}/records/sheet/{record}", server.person());
        let body =
            json!({ "name": format!("n{number}"), "pulse": number, "finding": "x".repeat(2000) });
        let request = server.ask(Method::PUT, &path).json(&body);
        if self.ask("a write", place, going, request).await.is_some() {
            self.records.lock().get_mut(&record).unwrap().0 = number;
        }
    }

    async fn read(&self, place: &Place, server: &Running, going: &Going) {
        let number = self.number();
        let person = server.person();
        let path = match number % 4 {
            0 => "/v1/persons".to_owned(),
            1 => format!("/v1/persons/{person}"),
            2 => format!("/v1/persons/{person}/records/sheet"),
            _ => format!("/v1/persons/{person}/records/sheet/w0-{}", number % 7),
        };
        self.ask("a read", place, going, server.ask(Method::GET, &path))
            .await;
    }

    async fn upload(&self, place: &Place, server: &Running, going: &Going) {
        let bytes = self.number().to_be_bytes().repeat(40_000);
        let path = format!("/v1/persons/{}/files", server.person());
        let request = server.ask(Method::POST, &path).body(bytes.clone());
        if let Some(text) = self.ask("an upload", place, going, request).await {
            let made: Value = serde_json::from_str(&text).unwrap();
            let file = made["file"].as_str().unwrap().to_owned();
            self.files.lock().insert(file, bytes);
        }
    }

    async fn make(&self, place: &Place, server: &Running, going: &Going) {
        let number = self.number();
        let request = if number.is_multiple_of(2) {
            server.ask(Method::POST, "/v1/persons")
        } else {
            let body = json!({ "resourceType": "Patient", "id": format!("p{number}") });
            server
                .ask(Method::PUT, &format!("/fhir/Patient/p{number}"))
                .json(&body)
        };
        self.ask("a new person", place, going, request).await;
    }

    /// Keep clients busy while `breaking` is polled; until all of them are refused, again and again.
    pub async fn until_refused(&self, place: &Place, server: &Running, breaking: impl Fn()) {
        self.until(place, server, breaking, |going| {
            going.refused.load(Ordering::Relaxed) >= IN_A_ROW
        })
        .await;
        let ready = server.side("/readyz").await;
        assert_eq!(ready, 503, "it says that it cannot work");
        assert_eq!(server.get("/healthz").await.status(), 200, "it lives");
    }

    /// Keep clients busy until all of them are answered, again and again.
    pub async fn until_answered(&self, place: &Place, server: &Running) {
        self.until(
            place,
            server,
            || {},
            |going| going.kept.load(Ordering::Relaxed) >= IN_A_ROW,
        )
        .await;
        assert_eq!(server.side("/readyz").await, 200, "it says so");
    }

    async fn until(
        &self,
        place: &Place,
        server: &Running,
        meanwhile: impl Fn(),
        enough: impl Fn(&Going) -> bool,
    ) {
        let over = AtomicBool::new(false);
        let going: [Going; 5] = Default::default();
        let [write, other, read, upload, make] = &going;
        let watch = async {
            let began = Instant::now();
            while !going.iter().all(&enough) {
                assert!(
                    began.elapsed() < PATIENCE,
                    "it takes too long: {:?}\n{}",
                    going
                        .iter()
                        .map(|going| (
                            going.kept.load(Ordering::Relaxed),
                            going.refused.load(Ordering::Relaxed)
                        ))
                        .collect::<Vec<_>>(),
                    place.words()
                );
                meanwhile();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            over.store(true, Ordering::Relaxed);
        };
        tokio::join!(
            watch,
            busy(&over, || self.write(place, server, write, 0)),
            busy(&over, || self.write(place, server, other, 1)),
            busy(&over, || self.read(place, server, read)),
            busy(&over, || self.upload(place, server, upload)),
            busy(&over, || self.make(place, server, make)),
        );
    }

    /// What was acknowledged is there, no upload left anything, and the log verifies and holds every answer's entry.
    pub async fn is_kept(&self, place: &Place, server: &Running) {
        let person = server.person();
        let records = self.records.lock().clone();
        for (record, (kept, sent)) in records {
            let answer = server
                .get(&format!("/v1/persons/{person}/records/sheet/{record}"))
                .await;
            if kept == 0 && answer.status() == 404 {
                continue;
            }
            assert_eq!(answer.status(), 200, "{record}: {kept} was acknowledged");
            let number = answer.json::<Value>().await.unwrap()["pulse"].as_u64();
            let number = number.unwrap();
            assert!(
                (kept..=sent).contains(&number),
                "{record}: {kept} was acknowledged, {number} is there"
            );
        }
        let files = self.files.lock().clone();
        for (file, bytes) in files {
            let answer = server
                .get(&format!("/v1/persons/{person}/files/{file}"))
                .await;
            assert_eq!(answer.status(), 200);
            assert!(answer.bytes().await.unwrap() == bytes, "{file}");
        }
        // The checks upload too, now and then.
        let began = Instant::now();
        let incoming = place.data().join("data/files/incoming");
        while std::fs::read_dir(&incoming).unwrap().count() > 0 {
            assert!(began.elapsed() < PATIENCE, "half a file is left");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let verified = place.command(&["log", "verify", "--json"]).await;
        let verified = verified.held().json();
        assert_eq!(verified["ok"], true, "{verified}");
        let entries = self.entries.lock().clone();
        entries_are_there(place, &entries).await;
    }
}

/// Each entry that an answer named is in the log, and is that request's.
pub async fn entries_are_there(place: &Place, wanted: &BTreeMap<u64, String>) {
    let mut found = HashMap::new();
    let mut from = 0;
    loop {
        let page = place
            .command(&[
                "log",
                "show",
                "--json",
                "--limit",
                "1000",
                "--from",
                &from.to_string(),
            ])
            .await
            .held()
            .lines();
        if page.is_empty() {
            break;
        }
        for line in &page {
            let index = line["index"].as_u64().unwrap();
            found.insert(index, line["entry"]["request"].as_str().unwrap().to_owned());
            from = from.max(index + 1);
        }
        if page.len() < 1000 {
            break;
        }
    }
    assert!(!wanted.is_empty());
    for (index, request) in wanted {
        assert_eq!(
            found.get(index),
            Some(request),
            "entry {index} was named in an answer"
        );
    }
}

async fn busy<F: Future<Output = ()>>(over: &AtomicBool, once: impl Fn() -> F) {
    while !over.load(Ordering::Relaxed) {
        once().await;
    }
}
