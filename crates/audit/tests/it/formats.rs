//! The committed vectors in `docs/formats/vectors/`: made again bit for bit, and read as a foreign reader would. And the pages
//! beside them: what they list is what the code knows.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use audit::danger_testing::{self, SeededKeys};
use audit::merkle::{Frontier, Hash, empty_root, leaf_hash};
use audit::note::{Checkpoint, LogKey, LogProof};
use audit::{Action, Entry, LogJournal, LogKeys, Outcome, RecordHandle};
use base::{
    Actor, ActorKind, Class, Ctx, Handle, Instant, ObjectId, Purpose, RequestId, SeededRng, TokenId,
};
use serde_json::{Value, json};
use store::{Journal as _, Row, Statement, Value as Sql};

use crate::support::{installation, tenant};

fn docs(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/formats")
        .join(path)
}

fn committed(name: &str) -> Value {
    let text = fs::read_to_string(docs(&format!("vectors/{name}.json"))).expect("vectors");
    serde_json::from_str(&text).expect("JSON")
}

fn named(format: &str, vectors: Vec<Value>) -> Value {
    json!({ "format": format, "version": 1, "vectors": vectors })
}

/// An entry with every member there is.
fn full() -> Entry {
    let rng = SeededRng::new(500);
    let ctx = Ctx {
        tenant: tenant("acme"),
        actor: Actor {
            kind: ActorKind::Staff,
            id: TokenId::random(&rng).to_string(),
            role: "clinician".into(),
            authenticated_by: "token",
            grant: None,
        },
        purpose: Some(Purpose::Etreat),
        request: RequestId::random(&rng),
        now: Instant::from_micros(1_763_890_200_000_001),
    };
    let mut entry = Entry::new(&ctx, Action::RecordWrite, Outcome::Denied)
        .expect("words")
        .person(Handle::random(&rng))
        .record(
            &"Patient".parse().expect("a name"),
            RecordHandle::from_bytes([0xab; 16]),
        )
        .file(ObjectId::random(&rng))
        .version(3)
        .classes(Class::ALL.into_iter().collect())
        .grant([0xcd; 16])
        .policy(&"clinician-writes".parse().expect("a name"))
        .token(TokenId::random(&rng))
        .check(&"encrypted-at-rest".parse().expect("a name"))
        .count(u64::MAX)
        .digest([0xef; 32])
        .code("policy.denied");
    entry.clock = Some(Instant::from_micros(1_763_890_000_000_000));
    entry.generation = Some(2);
    entry
}

fn entries() -> Value {
    let vectors = [
        full(),
        danger_testing::entry(1, 0),
        danger_testing::entry(1, 7),
    ]
    .iter()
    .map(|entry| {
        let bytes = entry.to_bytes();
        json!({
            "entry": String::from_utf8(bytes.clone()).expect("text"),
            "leaf_hash": hex::encode(leaf_hash(&bytes)),
        })
    })
    .collect();
    named("log entry", vectors)
}

/// A column as it stands in a vector: bytes in hex.
fn column(value: &Sql) -> Value {
    match value {
        Sql::Null => Value::Null,
        Sql::Int(int) => json!(int),
        Sql::Text(text) => json!(text),
        Sql::Bytes(bytes) => json!(hex::encode(bytes)),
        Sql::Id(bytes) => json!(hex::encode(bytes)),
    }
}

fn row(statement: &Statement, columns: &[&str]) -> Value {
    columns
        .iter()
        .zip(&statement.params)
        .map(|(name, value)| ((*name).to_owned(), column(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn storage() -> Value {
    let (keys, acme) = (SeededKeys::new(501), tenant("acme"));
    let journal = LogJournal::new(
        installation(),
        Arc::new(keys),
        Arc::new(SeededRng::new(502)),
    );
    let mut head: Option<Row> = None;
    let mut commits = Vec::new();
    let mut number = 0;
    for count in [2, 1, 255] {
        let bodies: Vec<Vec<u8>> = (number..number + count)
            .map(|at| danger_testing::entry(1, at).to_bytes())
            .collect();
        number += count;
        let refs: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        let appended = journal
            .append(&acme, head.as_ref(), &refs)
            .expect("appends");
        let (last, others) = appended.statements.split_last().expect("a head");
        let chunks: Vec<Value> = others
            .iter()
            .filter(|statement| statement.params.len() == 6)
            .map(|chunk| {
                let mut row = row(
                    chunk,
                    &["tenant", "first", "count", "generation", "hashes", "sealed"],
                );
                if count > 2 {
                    // The long chunks would fill the file and say nothing new.
                    for column in ["hashes", "sealed"] {
                        let bytes = hex::decode(row[column].as_str().expect("hex")).expect("hex");
                        let digest = crypt::hash::sha256(&[&bytes]);
                        row[column] =
                            json!({ "length": bytes.len(), "sha256": hex::encode(digest) });
                    }
                }
                row
            })
            .collect();
        let nodes: Vec<Value> = others
            .iter()
            .filter(|statement| statement.params.len() == 4)
            .map(|node| row(node, &["tenant", "level", "idx", "hash"]))
            .collect();
        commits.push(json!({
            "entries": count,
            "log_chunk": chunks,
            "log_node": nodes,
            "log_head": row(last, &["tenant", "size", "root", "frontier", "checkpoint", "at"]),
        }));
        head = Some(Row::new(last.params[1..6].to_vec()));
    }
    let sealing = keys.sealing(&acme).expect("a key");
    json!({
        "format": "log storage",
        "version": 1,
        "environment": installation().environment.as_str(),
        "origin": installation().origin(&acme),
        "sealing_key": hex::encode(sealing.key.danger_bytes()),
        "signing_seed": hex::encode(keys.signer(&acme).expect("a key").danger_seed()),
        "commits": commits,
        "trees": trees(),
    })
}

/// Roots over entries that are their own index in decimal.
fn trees() -> Vec<Value> {
    let mut frontier = Frontier::new();
    let mut trees = Vec::new();
    for size in [
        0_u64, 1, 2, 3, 7, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000,
    ] {
        while frontier.size() < size {
            frontier.push(leaf_hash(frontier.size().to_string().as_bytes()), |_, _| {});
        }
        trees.push(json!({
            "size": size,
            "root": hex::encode(frontier.root()),
            "frontier": hex::encode(frontier.to_bytes()),
        }));
    }
    trees
}

fn proof() -> Value {
    let key = SeededKeys::new(503).signer(&tenant("acme")).expect("a key");
    let origin = installation().origin(&tenant("acme"));
    let bodies: Vec<Vec<u8>> = (0..5)
        .map(|at| danger_testing::entry(1, at).to_bytes())
        .collect();
    let leaves: Vec<Hash> = bodies.iter().map(|body| leaf_hash(body)).collect();
    let mut frontier = Frontier::new();
    for leaf in &leaves {
        frontier.push(*leaf, |_, _| {});
    }
    let checkpoint = Checkpoint {
        origin: origin.clone(),
        size: 5,
        root: frontier.root(),
    };
    let note = checkpoint.sign(&key).expect("signs");
    let node = audit::merkle::node_hash;
    let proof = LogProof {
        extra: Some(bodies[2].clone()),
        index: 2,
        hashes: vec![leaves[3], node(&leaves[0], &leaves[1]), leaves[4]],
        checkpoint: note,
    };
    let text = proof.to_string();
    let refused = [
        ("another index", text.replace("index 2", "index 3")),
        (
            "another entry",
            LogProof {
                extra: Some(bodies[1].clone()),
                ..proof.clone()
            }
            .to_string(),
        ),
        (
            "a hash is missing",
            LogProof {
                hashes: proof.hashes[..2].to_vec(),
                ..proof.clone()
            }
            .to_string(),
        ),
        ("another size", text.replace("\n5\n", "\n6\n")),
        ("another version", text.replace("@v1", "@v2")),
    ];
    let refused: Vec<Value> = refused
        .iter()
        .map(|(why, proof)| json!({ "why": why, "proof": proof }))
        .collect();
    let vkey = LogKey::new(&origin, key.public())
        .expect("a key")
        .to_string();
    json!({
        "format": "log proof",
        "version": 1,
        "vectors": [{ "vkey": vkey, "entry": String::from_utf8(bodies[2].clone()).expect("text"), "proof": text }],
        "refused": refused,
    })
}

/// Every file of vectors, as the code of today makes it.
fn make() -> [(&'static str, Value); 3] {
    [
        ("log-entry", entries()),
        ("log-storage", storage()),
        ("log-proof", proof()),
    ]
}

#[test]
fn the_code_makes_the_committed_vectors_bit_for_bit() {
    for (name, made) in make() {
        assert_eq!(committed(name), made, "{name}");
    }
}

#[test]
#[ignore = "writes docs/formats/vectors; run it for a new version of a format, never to make the test above pass"]
fn write_vectors() {
    for (name, made) in make() {
        let text = serde_json::to_string_pretty(&made).expect("JSON") + "\n";
        fs::write(docs(&format!("vectors/{name}.json")), text).expect("writes");
    }
}

#[test]
fn entries_read_as_written_down() {
    for vector in committed("log-entry")["vectors"]
        .as_array()
        .expect("a list")
    {
        let text = vector["entry"].as_str().expect("text");
        let entry = Entry::parse(text.as_bytes()).expect("an entry");
        assert_eq!(entry.to_bytes(), text.as_bytes());
        assert_eq!(
            hex::encode(leaf_hash(text.as_bytes())),
            vector["leaf_hash"].as_str().expect("hex")
        );
    }
}

#[test]
fn chunks_open_and_heads_hold_as_written_down() {
    let vectors = committed("log-storage");
    let bytes = |value: &Value| hex::decode(value.as_str().expect("hex")).expect("hex");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let key = crypt::SymmetricKey::from_slice(&bytes(&vectors["sealing_key"])).expect("a key");
    let seed = bytes(&vectors["signing_seed"])
        .try_into()
        .expect("32 bytes");
    let public = crypt::sign::Ed25519Key::from_seed(&seed).public();
    let vkey = LogKey::new(&text(&vectors["origin"]), public).expect("a key");
    let mut opened = 0;
    for commit in vectors["commits"].as_array().expect("a list") {
        for chunk in commit["log_chunk"].as_array().expect("a list") {
            if chunk["sealed"].is_object() {
                continue;
            }
            // The place as `docs/formats/log-storage.md` gives it.
            let number = |name: &str| chunk[name].as_u64().expect("a number");
            let place = crypt::Context::new("log chunk")
                .text(&text(&vectors["environment"]))
                .text(&text(&vectors["origin"]))
                .int(number("generation"))
                .int(number("first"))
                .int(number("count"));
            let bundle =
                crypt::sealed::open(&key, &place, &bytes(&chunk["sealed"])).expect("opens");
            let (mut rest, mut hashes) = (&*bundle, Vec::new());
            while let [high, low, behind @ ..] = rest {
                let (entry, behind) =
                    behind.split_at(usize::from(u16::from_be_bytes([*high, *low])));
                hashes.extend(leaf_hash(entry));
                rest = behind;
                opened += 1;
            }
            assert_eq!(hashes, bytes(&chunk["hashes"]));
        }
        let head = &commit["log_head"];
        let signed = Checkpoint::open(&text(&head["checkpoint"]), std::slice::from_ref(&vkey))
            .expect("signed");
        assert_eq!(Some(signed.size), head["size"].as_u64());
        assert_eq!(signed.root.to_vec(), bytes(&head["root"]));
        let frontier =
            Frontier::from_bytes(signed.size, &bytes(&head["frontier"])).expect("a frontier");
        assert_eq!(frontier.root(), signed.root);
    }
    assert_eq!(opened, 3);
    let empty = &vectors["trees"][0];
    assert_eq!(bytes(&empty["root"]), empty_root());
}

#[test]
fn proofs_hold_and_altered_ones_do_not_as_written_down() {
    let whole = committed("log-proof");
    let vector = &whole["vectors"][0];
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let keys: Vec<LogKey> = vec![text(&vector["vkey"]).parse().expect("a key")];
    let proof: LogProof = text(&vector["proof"]).parse().expect("a proof");
    assert!(
        proof
            .verify(text(&vector["entry"]).as_bytes(), &keys)
            .is_ok()
    );
    assert_eq!(
        proof.extra.as_deref(),
        Some(text(&vector["entry"]).as_bytes())
    );
    for refused in whole["refused"].as_array().expect("a list") {
        let holds = text(&refused["proof"])
            .parse::<LogProof>()
            .and_then(|proof| proof.verify(proof.extra.as_deref().unwrap_or_default(), &keys))
            .is_ok();
        assert!(!holds, "{}", refused["why"]);
    }
}

#[test]
fn the_page_lists_every_action_and_every_member() {
    let page = fs::read_to_string(docs("log-entry.md")).expect("the page");
    for action in Action::ALL {
        assert!(
            page.contains(&format!("`{action}`")),
            "{action} is not in docs/formats/log-entry.md"
        );
    }
    let full: Value = serde_json::from_slice(&full().to_bytes()).expect("JSON");
    for name in full.as_object().expect("an object").keys() {
        assert!(
            page.contains(&format!("| `{name}` |")),
            "{name} is not in docs/formats/log-entry.md"
        );
    }
}
