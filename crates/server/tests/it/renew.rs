//! Persons' keys turned over to the end: what is sealed under the old generation is sealed again while everything runs, counted
//! to zero, and then the old generation is destroyed and nothing is missing.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use base::{Class, Fault, PersonId, TenantId};
use bytes::Bytes;
use futures_util::stream;
use http::Method;
use keys::Level;
use policy::{Allowed, KeysOf, Role, Verb, decide};
use serde_json::{Value, json};
use server::Installation;
use store::Sql;

use crate::house::{ACME, House, on_each_engine};
use crate::running::Place;

fn keeper(node: &Installation) -> (base::Ctx, Allowed<KeysOf>) {
    let tenant: TenantId = ACME.parse().unwrap();
    let (ctx, authority) = node.local(&tenant, "test");
    let allowed = decide(&ctx, &authority, Verb::Manage, KeysOf { tenant }).unwrap();
    (ctx, allowed)
}

async fn rotate(node: &Installation, person: PersonId, class: Class) -> u32 {
    let level = Level::Person {
        tenant: ACME.parse().unwrap(),
        person,
        class,
    };
    node.keys.rotate(&level).await.unwrap()
}

async fn renew(node: &Installation) -> vault::renew::Renewal {
    let (ctx, allowed) = keeper(node);
    let renewed = node
        .vault
        .renew(&ctx, &allowed, None, None, |_| ControlFlow::Continue(()));
    renewed.await.unwrap()
}

async fn end(node: &Installation, person: PersonId, class: Class) -> Result<u64, String> {
    let (ctx, allowed) = keeper(node);
    let ended = node.vault.end_generation(&ctx, &allowed, person, class, 1);
    ended.await.map_err(|error| error.code().to_owned())
}

fn body(number: u64) -> Value {
    json!({ "name": format!("n{number}"), "finding": "f", "pulse": number, "remark": "r" })
}

#[tokio::test(flavor = "multi_thread")]
async fn old_generations_empty_and_end_while_everything_runs() {
    on_each_engine(async |house| {
        let (person, other) = (house.person(ACME), house.new_person(ACME).await);
        let path = |name: &str| format!("/v1/persons/{person}/records/sheet/{name}");
        for number in 1..=3 {
            house.put(path("kept"), &body(number)).await;
        }
        house.put(path("gone"), &body(1)).await;
        house.delete(path("gone")).await;
        for number in 0..150 {
            house.put(path(&format!("many{number}")), &body(1)).await;
        }
        let bytes: Vec<u8> = (0..600_000_u32).flat_map(u32::to_be_bytes).collect();
        let stored = house.upload(person, "scan.png", bytes.clone()).await.json();
        let file = format!(
            "/v1/persons/{person}/files/{}",
            stored["file"].as_str().unwrap()
        );
        let elsewhere = format!("/v1/persons/{other}/records/sheet/kept");
        house.put(&elsewhere, &body(1)).await;

        // Another node turns the keys over; this one still holds the old ones.
        let node = house.another_node().await;
        let tenant = ACME.parse().unwrap();
        for class in [Class::Personal, Class::Health, Class::Internal] {
            assert_eq!(rotate(&node, person, class).await, 2);
            let refused = end(&node, other, class).await;
            assert_eq!(refused, Err("keys.newest".to_owned()), "the newest stays");
        }
        let behind = node.vault.behind(&tenant).await.unwrap();
        // One record with two earlier versions, 150 others, one file; a deleted record has nothing left.
        assert_eq!((behind.persons, behind.sealed), (1, 154));
        let refused = end(&node, person, Class::Health).await;
        assert_eq!(refused, Err("keys.still_sealed".to_owned()));

        let over = AtomicBool::new(false);
        let busy = async {
            let mut number = 10;
            while !over.load(Ordering::Relaxed) {
                number += 1;
                let written = house.put(path("busy"), &body(number)).await;
                assert!(matches!(written.status, 200 | 201), "{}", written.text());
                let read = house.get(path("busy")).await;
                assert_eq!(read.json(), body(number));
                let whole = house.get(&file).await;
                assert!(whole.status == 200 && whole.bytes() == bytes);
            }
            number
        };
        let turning = async {
            let done = renew(&node).await;
            over.store(true, Ordering::Relaxed);
            done
        };
        let (last, done) = tokio::join!(busy, turning);
        assert_eq!((done.remaining, done.damaged), (0, 0), "{done:?}");
        assert!(done.moved >= 154, "{done:?}");
        assert_eq!(node.vault.behind(&tenant).await.unwrap().sealed, 0);
        for class in [Class::Personal, Class::Health, Class::Internal] {
            let index = end(&node, person, class).await.unwrap();
            let entry = house.entry(ACME, index).await;
            assert_eq!(entry["action"], "key.destroy", "{entry}");
        }
        assert_eq!(node.vault.behind(&tenant).await.unwrap().persons, 0);

        // This node heard of nothing, and reads and writes on.
        for number in 1..=3 {
            let got = house.get(path(&format!("kept?version={number}"))).await;
            assert_eq!(got.json(), body(number), "{}", got.text());
        }
        assert_eq!(house.get(path("gone")).await.status, 410);
        assert_eq!(house.get(path("busy")).await.json(), body(last));
        assert_eq!(house.put(path("busy"), &body(1)).await.status, 200);
        assert_eq!(house.put(path("new"), &body(1)).await.status, 201);
        let part = house
            .ask(Method::GET, &file)
            .by(house.token(ACME, Role::App))
            .purpose("TREAT")
            .header("range", "bytes=1000000-1000099");
        assert!(part.send().await.bytes() == &bytes[1_000_000..1_000_100]);
        assert_eq!(house.get(&elsewhere).await.json(), body(1));
        node.close().await;
        let house = house.reopened().await;
        assert_eq!(house.get(path("kept")).await.json(), body(3));
        assert!(house.get(&file).await.bytes() == bytes);
        let erased = house.delete(&file).await;
        assert_eq!(erased.status, 200);
        let left = house
            .raw()
            .into_iter()
            .filter(|(path, _)| path.starts_with(house.folder().join("data/files")))
            .count();
        assert_eq!(left, 0, "neither the old object nor the new one is left");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_missed_the_new_keys_seals_nothing_under_the_old() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let path = format!("/v1/persons/{person}/records/sheet/one");
        assert_eq!(house.put(&path, &body(1)).await.status, 201);
        let node = house.another_node().await;
        // An upload takes its key at its beginning; it is still on its way when that key is replaced.
        let (send, sent) = tokio::sync::mpsc::channel::<Bytes>(1);
        let pieces = stream::unfold(sent, |mut sent| async move {
            let piece = sent.recv().await?;
            Some((Ok::<_, std::io::Error>(piece), sent))
        });
        let upload = house
            .ask(Method::POST, format!("/v1/persons/{person}/files"))
            .by(house.token(ACME, Role::App))
            .body(axum::body::Body::from_stream(pieces))
            .send();
        let meanwhile = async {
            // The second piece is taken only once the first was: the upload has begun by then.
            send.send(Bytes::from(vec![1; 300_000])).await.unwrap();
            send.send(Bytes::from(vec![2; 300_000])).await.unwrap();
            for class in [Class::Personal, Class::Health, Class::Internal] {
                rotate(&node, person, class).await;
            }
            let done = renew(&node).await;
            assert_eq!(done.remaining, 0);
            for class in [Class::Personal, Class::Health, Class::Internal] {
                end(&node, person, class).await.unwrap();
            }
            drop(send);
        };
        let (got, ()) = tokio::join!(upload, meanwhile);
        assert_eq!(
            (got.status, got.code().as_str()),
            (503, "file.newer_keys"),
            "{}",
            got.text()
        );
        assert!(got.header("retry-after").is_some());
        assert_eq!(house.upload(person, "x", vec![1; 10]).await.status, 201);
        let lines = format!(
            "{}\n",
            json!({ "method": "PUT", "person": person, "collection": "sheet", "record": "one", "body": body(7) })
        );
        let batch = house
            .ask(Method::POST, "/v1/records:batch?mode=all")
            .by(house.token(ACME, Role::App))
            .header("content-type", "application/x-ndjson")
            .body(lines);
        let batch = batch.send().await;
        assert_eq!(batch.status, 200, "{}", batch.text());
        assert_eq!(house.get(&path).await.json(), body(7));
        node.close().await;
    })
    .await;
}

static SPOIL: Sql = Sql::each(
    "UPDATE record SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || x'00' AS BLOB) WHERE person = $1 AND version = 1",
    "UPDATE record SET sealed = substr(sealed, 1, length(sealed) - 1) || '\\x00'::bytea WHERE person = $1 AND version = 1",
);

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_open_keeps_its_generation() {
    on_each_engine(async |house| {
        let (person, node) = (house.person(ACME), house.another_node().await);
        let path = |name: &str| format!("/v1/persons/{person}/records/sheet/{name}");
        house.put(path("spoilt"), &body(1)).await;
        house.put(path("whole"), &body(1)).await;
        house.put(path("whole"), &body(2)).await;
        let spoil = store::WriteSet::new().run(&SPOIL, vec![person.into()]);
        house.place.db.commit(spoil).await.unwrap();
        rotate(&node, person, Class::Health).await;
        let done = renew(&node).await;
        assert_eq!((done.moved, done.remaining, done.damaged), (2, 1, 1));
        let refused = end(&node, person, Class::Health).await;
        assert_eq!(refused, Err("keys.still_sealed".to_owned()));
        assert_eq!(house.get(path("whole")).await.json(), body(2));

        // A run that is stopped is gone on with.
        rotate(&node, person, Class::Health).await;
        let (ctx, allowed) = keeper(&node);
        let stopped = node
            .vault
            .renew(&ctx, &allowed, Some(person), Some(Class::Health), |now| {
                if now.moved > 0 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
        let stopped = stopped.await.unwrap();
        assert!(stopped.moved > 0 && stopped.remaining > 0, "{stopped:?}");
        let done = renew(&node).await;
        assert_eq!((done.remaining, done.damaged), (1, 1), "{done:?}");
        assert_eq!(house.get(path("whole?version=1")).await.json(), body(1));
        node.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_commands_beside_a_server() {
    let place = Place::new();
    let server = place.start().await;
    let person = server.person().to_owned();
    let path = format!("/v1/persons/{person}/records/sheet/kept");
    for number in 1..=2 {
        server.put(&path, &body(number)).await;
    }
    let status = async || {
        let status = place.command(&["keys", "status", "--json"]).await;
        status.held().json()
    };
    assert_eq!(status().await["sealed_behind"], 0);
    let of = ["--person", &person, "--class", "health"];
    let rotate = [&["keys", "rotate", "person"][..], &of].concat();
    let rotated = place.command(&rotate).await.held();
    assert!(rotated.talk.contains("keys renew"), "{rotated:?}");
    let behind = status().await;
    assert!(behind["sealed_behind"].as_u64().unwrap() >= 2, "{behind}");
    assert_eq!(behind["persons_turned"], 1);
    let destroy = [
        &["keys", "destroy", "person", "--generation", "1", "--yes"][..],
        &of,
    ]
    .concat();
    let early = place.command(&destroy).await;
    assert_eq!(early.code, Some(1), "{early:?}");
    assert!(early.talk.contains("keys renew"), "{early:?}");
    let renewed = place.command(&["keys", "renew", "--json"]).await.held();
    let renewed = renewed.json();
    assert_eq!(
        (&renewed["remaining"], &renewed["damaged"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(status().await["sealed_behind"], 0);
    let ended = place.command(&destroy).await.held();
    assert!(ended.talk.contains("is destroyed"), "{ended:?}");
    assert_eq!(status().await["persons_turned"], 0);
    assert_eq!(server.put(&path, &body(3)).await.status(), 200);
    for number in 1..=3 {
        let read = server.get(&format!("{path}?version={number}")).await;
        assert_eq!(read.json::<Value>().await.unwrap(), body(number));
    }
    // The tenant's small secrets: rows of persons hang under the newest key as well.
    place.command(&["keys", "rotate", "sealing"]).await.held();
    let rows = place.command(&["keys", "renew", "--json"]).await.held();
    assert!(rows.json()["moved"].as_u64().unwrap() >= 3, "{rows:?}");
    let rows = place.command(&["keys", "renew", "--json"]).await.held();
    assert_eq!(rows.json()["moved"], 0, "{rows:?}");
    place.command(&["log", "verify"]).await.held();
    server.stop().await;
    let server = place.start().await;
    let read = server.get(&path).await;
    assert_eq!(read.json::<Value>().await.unwrap(), body(3));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_class_with_a_key_turns_over_and_is_listed() {
    let house = House::over_sqlite().await;
    let place = house.folder().join("strongroom.toml");
    let place = place.to_str().unwrap();
    let run = async |args: &[&str]| {
        let args = [args, &["--config", place]].concat();
        crate::running::command(&args).await.held()
    };
    run(&["keys", "rotate", "kek", "--tenant", ACME]).await;
    let rewrapped = run(&["keys", "rewrap", "--json"]).await.json();
    assert_eq!(rewrapped["remaining"], 0);
    let list = run(&["keys", "list", "--json"]).await.json();
    for class in keys::CLASSES {
        let name = |generation: u32| {
            format!("key-encryption key {ACME}/local/{class}, generation {generation}")
        };
        for (generation, state) in [(1, "retired"), (2, "newest")] {
            let line = list.as_array().unwrap().iter();
            let line = line
                .filter(|line| line["key"] == name(generation))
                .collect::<Vec<_>>();
            assert_eq!(line.len(), 1, "{}", name(generation));
            assert_eq!(line[0]["state"], state, "{}", name(generation));
        }
        let class = class.to_string();
        let of = ["--tenant", ACME, "--class", &class];
        let destroy = ["keys", "destroy", "kek", "--generation", "1", "--yes"];
        run(&[&destroy[..], &of].concat()).await;
    }
    let status = run(&["keys", "status", "--json"]).await.json();
    assert_eq!(status["levels"][1]["old_generations"], 0, "{status}");
}
