//! Killed at any moment under load: what was acknowledged is there, what is there is whole, and the log verifies. Told to stop:
//! what runs is finished.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Method;
use parking_lot::Mutex;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::load::entries_are_there;
use crate::running::{Place, Running, log_index};

const ROUNDS: u64 = 5;
const WRITERS: u64 = 4;

/// What clients were told.
#[derive(Default)]
struct Told {
    /// Record -> (number that was acknowledged, number that was sent last).
    records: HashMap<String, (u64, u64)>,
    /// File -> bytes.
    files: HashMap<String, Vec<u8>>,
    /// Log index -> request id.
    entries: BTreeMap<u64, String>,
    persons: Vec<String>,
}

fn body(number: u64) -> Value {
    // Both classes carry the number: a record of which one part is older than the other shows.
    json!({ "name": format!("n{number}"), "pulse": number, "finding": "x".repeat(500), "code": format!("c{}", number % 3) })
}

impl Told {
    fn entry(&mut self, answer: &reqwest::Response) {
        if answer.status().is_success() {
            let index = log_index(answer).expect("an answer names its entry");
            let request = answer.headers()["x-request-id"]
                .to_str()
                .unwrap()
                .to_owned();
            let before = self.entries.insert(index, request);
            assert!(before.is_none(), "two answers name entry {index}");
        }
    }
}

async fn write(server: &Running, told: &Mutex<Told>, over: &AtomicBool, writer: u64, round: u64) {
    let person = server.person().to_owned();
    let mut number = round * 100_000;
    while !over.load(Ordering::Relaxed) {
        number += 1;
        let record = format!("w{writer}-{}", number % 7);
        told.lock().records.entry(record.clone()).or_default().1 = number;
        let path = format!("/v1/persons/{person}/records/sheet/{record}");
        let Ok(answer) = server
            .ask(Method::PUT, &path)
            .json(&body(number))
            .send()
            .await
        else {
            return;
        };
        assert!(answer.status().is_success(), "{}", answer.status());
        let mut told = told.lock();
        told.entry(&answer);
        told.records.get_mut(&record).unwrap().0 = number;
    }
}

async fn read(server: &Running, told: &Mutex<Told>, over: &AtomicBool) {
    let person = server.person().to_owned();
    let mut turn = 0;
    while !over.load(Ordering::Relaxed) {
        turn += 1;
        let path = format!(
            "/v1/persons/{person}/records/sheet/w{}-{}",
            turn % WRITERS,
            turn % 7
        );
        let Ok(answer) = server.ask(Method::GET, &path).send().await else {
            return;
        };
        assert!(
            matches!(answer.status().as_u16(), 200 | 404),
            "{}",
            answer.status()
        );
        told.lock().entry(&answer);
    }
}

async fn upload(server: &Running, told: &Mutex<Told>, over: &AtomicBool, round: u64) {
    let person = server.person().to_owned();
    let mut turn = 0u64;
    while !over.load(Ordering::Relaxed) {
        turn += 1;
        let bytes = (round * 1000 + turn).to_be_bytes().repeat(40_000);
        let path = format!("/v1/persons/{person}/files");
        let Ok(answer) = server
            .ask(Method::POST, &path)
            .body(bytes.clone())
            .send()
            .await
        else {
            return;
        };
        assert!(answer.status().is_success(), "{}", answer.status());
        told.lock().entry(&answer);
        let Ok(made) = answer.json::<Value>().await else {
            return;
        };
        told.lock()
            .files
            .insert(made["file"].as_str().unwrap().to_owned(), bytes);
        let Ok(answer) = server.ask(Method::POST, "/v1/persons").send().await else {
            return;
        };
        told.lock().entry(&answer);
        let Ok(made) = answer.json::<Value>().await else {
            return;
        };
        told.lock()
            .persons
            .push(made["person"].as_str().unwrap().to_owned());
    }
}

async fn everything_is_there(server: &Running, told: &Mutex<Told>) {
    let person = server.person().to_owned();
    let (records, files, persons) = {
        let told = told.lock();
        (
            told.records.clone(),
            told.files.clone(),
            told.persons.clone(),
        )
    };
    for (record, (acknowledged, sent)) in records {
        let path = format!("/v1/persons/{person}/records/sheet/{record}");
        let answer = server.get(&path).await;
        if answer.status() == 404 {
            assert_eq!(acknowledged, 0, "{record}: an acknowledged write is lost");
            continue;
        }
        assert_eq!(answer.status(), 200, "{record}");
        let found: Value = answer.json().await.unwrap();
        let number = found["pulse"].as_u64().unwrap();
        assert!(
            (acknowledged..=sent).contains(&number),
            "{record}: {number}, acknowledged {acknowledged}, sent {sent}"
        );
        assert_eq!(found, body(number), "{record} is whole");
        // What is sent next counts from what stands.
        told.lock().records.insert(record, (number, sent));
    }
    for (file, bytes) in files {
        let answer = server
            .get(&format!("/v1/persons/{person}/files/{file}"))
            .await;
        assert_eq!(answer.status(), 200, "file {file}");
        assert!(
            answer.bytes().await.unwrap() == bytes,
            "file {file} is whole"
        );
    }
    for person in persons {
        assert_eq!(
            server.get(&format!("/v1/persons/{person}")).await.status(),
            200
        );
    }
    // Nothing is found that was never sent, and nothing twice.
    let list: Value = server
        .get(&format!("/v1/persons/{person}/records/sheet?limit=1000"))
        .await
        .json()
        .await
        .unwrap();
    for line in list["records"].as_array().unwrap() {
        assert_eq!(line["body"], body(line["body"]["pulse"].as_u64().unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_it_loses_nothing() {
    let place = Place::new();
    let told = Arc::new(Mutex::new(Told::default()));
    let mut person = None;
    for round in 0..ROUNDS {
        let server = place.start().await;
        // The same person each time, though the list may begin with another one.
        let mut server = server;
        let first = person
            .get_or_insert_with(|| server.ready["persons"][0].clone())
            .clone();
        server.ready["persons"][0] = first;
        everything_is_there(&server, &told).await;
        let over = AtomicBool::new(false);
        let load = async {
            let writers = (0..WRITERS).map(|writer| write(&server, &told, &over, writer, round));
            let readers = (0..2).map(|_| read(&server, &told, &over));
            let uploads = upload(&server, &told, &over, round);
            tokio::join!(
                futures_util::future::join_all(writers),
                futures_util::future::join_all(readers),
                uploads
            );
        };
        let kill = async {
            tokio::time::sleep(Duration::from_millis(400 + 337 * round)).await;
            server.signal(Signal::KILL);
            over.store(true, Ordering::Relaxed);
        };
        tokio::join!(load, kill);
        server.kill().await;
        let verified = place
            .command(&["log", "verify", "--json"])
            .await
            .held()
            .json();
        assert_eq!(verified["ok"], true, "{verified}");
        assert_eq!(verified["problems"], json!([]), "{verified}");
    }
    let mut server = place.start().await;
    server.ready["persons"][0] = person.unwrap();
    everything_is_there(&server, &told).await;
    let wanted = told.lock().entries.clone();
    entries_are_there(&place, &wanted).await;
    assert!(
        told.lock().entries.len() > 50,
        "there was load: {}",
        told.lock().entries.len()
    );
    // Nothing that was begun lies about.
    let incoming = place.data().join("data/files/incoming");
    assert_eq!(std::fs::read_dir(incoming).unwrap().count(), 0);
    assert!(!place.words().contains("panicked"), "{}", place.words());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_it_finishes_what_runs() {
    let place = Place::new();
    let mut server = place.start().await;
    let path = format!("/v1/persons/{}/files", server.person());
    let (send, body) = tokio::sync::mpsc::channel::<Result<bytes::Bytes, std::io::Error>>(1);
    let body =
        futures_util::stream::unfold(body, async |mut body| Some((body.recv().await?, body)));
    let upload = server
        .ask(Method::POST, &path)
        .body(reqwest::Body::wrap_stream(Box::pin(body)))
        .send();
    let upload = tokio::spawn(upload);
    let piece = || Ok(bytes::Bytes::from(vec![5u8; 300_000]));
    for _ in 0..3 {
        send.send(piece()).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.signal(Signal::TERM);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let late = crate::running::client(std::path::Path::new(
        server.ready["ca_file"].as_str().unwrap(),
    ));
    assert!(
        late.get(server.url("/healthz")).send().await.is_err(),
        "it takes nobody new in"
    );
    send.send(piece()).await.unwrap();
    drop(send);
    let answer = upload
        .await
        .unwrap()
        .expect("the upload that ran was finished");
    assert_eq!(answer.status(), 201);
    let file = answer.json::<Value>().await.unwrap()["file"]
        .as_str()
        .unwrap()
        .to_owned();
    let status = server.ended().await;
    assert_eq!(status.code(), Some(0));
    let verified = place
        .command(&["log", "verify", "--json"])
        .await
        .held()
        .json();
    assert_eq!(verified["ok"], true, "{verified}");
    let server = place.start().await;
    let answer = server.get(&format!("{path}/{file}")).await;
    assert_eq!(answer.bytes().await.unwrap().len(), 4 * 300_000);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_does_not_hold_up_the_end() {
    let place = Place::new();
    let mut server = place.start().await;
    assert_eq!(server.get("/healthz").await.status(), 200);
    let began = std::time::Instant::now();
    server.signal(Signal::TERM);
    assert_eq!(server.ended().await.code(), Some(0));
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "it took {:?} to end with one idle connection",
        began.elapsed()
    );
}
