//! The committed vectors in `docs/formats/vectors/`: made again bit for bit, and opened as a foreign reader would.

use std::fs;
use std::path::PathBuf;

use base::{Fault, SeededRng};
use serde_json::{Value, json};

use crate::file::{HEADER_BYTES, Opener, Sealer};
use crate::passphrase::{self, Params};
use crate::record::{PartPlain, Sealed};
use crate::{
    Context, OpenError, Plain, SymmetricKey, block, kdf, mac, record, sealed, token, wrap,
};

/// Long enough to cross a cipher block and a segment.
const TEXT: &[u8] = b"The quick brown fox jumps over the lazy dog, and then sleeps.";

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/formats/vectors")
        .join(name)
}

fn committed(name: &str) -> Value {
    let text = fs::read_to_string(path(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn key(seed: u64) -> SymmetricKey {
    SymmetricKey::random(&SeededRng::new(seed))
}

fn of_key(key: &SymmetricKey) -> String {
    hex::encode(key.danger_bytes())
}

/// A place with one field of each kind.
fn place() -> Context {
    context(&json!(["vector", {"text": "acme-health"}, {"bytes": "00ff10"}, {"int": 4}]))
}

/// The place that a list in a vector describes: a label, then fields.
fn context(list: &Value) -> Context {
    let (label, fields) = list.as_array().unwrap().split_first().unwrap();
    let label = label.as_str().unwrap().to_owned().leak();
    fields.iter().fold(Context::new(label), |ctx, field| {
        if let Some(text) = field.get("text") {
            ctx.text(text.as_str().unwrap())
        } else if let Some(bytes) = field.get("bytes") {
            ctx.bytes(&hex::decode(bytes.as_str().unwrap()).unwrap())
        } else {
            ctx.int(field["int"].as_u64().unwrap())
        }
    })
}

fn named(name: &str, format: &str, vectors: &[Value], refused: &[Value]) -> (String, Value) {
    let mut whole = json!({"format": format, "version": 1, "vectors": vectors});
    if !refused.is_empty() {
        whole["refused"] = json!(refused);
    }
    (format!("{name}.json"), whole)
}

/// Every file of vectors, as the code of today makes it.
fn make() -> [(String, Value); 7] {
    [
        places(),
        boxes(),
        blocks(),
        wrapped(),
        records(),
        files(),
        derived(),
    ]
}

fn places() -> (String, Value) {
    let lists = [
        json!(["vector"]),
        json!(["vector", {"text": ""}]),
        json!(["vector", {"text": "acme-health"}, {"text": "Ärzte"}]),
        json!(["vector", {"bytes": "00010203"}, {"int": 0}]),
        json!(["vector", {"int": u64::MAX}, {"int": 1}, {"bytes": ""}]),
        json!(["vector", {"text": "acme-health"}, {"bytes": "00ff10"}, {"int": 4}]),
    ];
    let vectors = lists.map(|list| {
        let bytes = hex::encode(context(&list).as_bytes());
        json!({"fields": list, "bytes": bytes})
    });
    named("associated-data", "associated data", &vectors, &[])
}

type SealFn = fn(&SymmetricKey, &Context, &[u8], &dyn base::Rng) -> Vec<u8>;

fn box_vectors(seal: SealFn, plains: &[&[u8]]) -> (Vec<Value>, Vec<Value>) {
    let vectors: Vec<Value> = (100..)
        .zip(plains)
        .map(|(seed, plain)| {
            let key = key(seed + 1_000);
            let sealed = seal(&key, &place(), plain, &SeededRng::new(seed));
            json!({
                "seed": seed,
                "key": of_key(&key),
                "context": hex::encode(place().as_bytes()),
                "salt": hex::encode(&sealed[1..25]),
                "commitment": hex::encode(&sealed[25..57]),
                "plain": hex::encode(plain),
                "sealed": hex::encode(&sealed),
            })
        })
        .collect();

    let own = key(1_100);
    let whole = seal(&own, &place(), plains[0], &SeededRng::new(100));
    let flipped = |at: usize| {
        let mut copy = whole.clone();
        copy[at] ^= 1;
        copy
    };
    let refused = [
        ("another version", flipped(0), "crypt.version"),
        ("another salt", flipped(1), "crypt.commitment"),
        ("another commitment", flipped(56), "crypt.commitment"),
        ("another tag", flipped(whole.len() - 1), "crypt.altered"),
        (
            "cut within the head",
            whole[..72].to_vec(),
            "crypt.truncated",
        ),
    ];
    let refused = refused
        .iter()
        .map(|(why, sealed, code)| {
            json!({
                "why": why,
                "key": of_key(&own),
                "context": hex::encode(place().as_bytes()),
                "sealed": hex::encode(sealed),
                "code": code,
            })
        })
        .collect();
    (vectors, refused)
}

fn boxes() -> (String, Value) {
    let (vectors, refused) = box_vectors(sealed::seal, &[TEXT, b"", &[0; 16]]);
    named("sealed-box", "sealed box", &vectors, &refused)
}

fn blocks() -> (String, Value) {
    let converging = key(1_500);
    let vectors = [TEXT, b"", &[0; 16]].map(|plain| {
        let mut sealed = plain.to_vec();
        let key = block::seal(&converging, &mut sealed);
        json!({
            "converging": of_key(&converging), "plain": hex::encode(plain),
            "key": of_key(&key), "sealed": hex::encode(sealed),
        })
    });
    named("sealed-block", "sealed block", &vectors, &[])
}

fn wrapped() -> (String, Value) {
    let (vectors, refused) = box_vectors(wrap::wrap, &[&[0x42; 32], &TEXT[..48]]);
    named("wrapped-key", "wrapped key", &vectors, &refused)
}

fn records() -> (String, Value) {
    let lists: [&[(u8, u32, &[u8])]; 3] = [
        &[(2, 1, b"{\"id\":\"a\"}"), (3, 7, b""), (4, 70_000, TEXT)],
        &[(4, 1, TEXT)],
        &[],
    ];
    let vectors: Vec<Value> = (200..)
        .zip(lists)
        .map(|(seed, list)| {
            let keys: Vec<_> = (0..)
                .zip(list)
                .map(|(nth, _)| key(seed + 1_000 + nth))
                .collect();
            let parts: Vec<_> = list
                .iter()
                .zip(&keys)
                .map(|(&(class, generation, plain), key)| PartPlain {
                    class,
                    generation,
                    key,
                    plain,
                })
                .collect();
            let sealed = record::seal(&parts, &place(), &SeededRng::new(seed));
            let parts: Vec<Value> = parts
                .iter()
                .map(|part| {
                    json!({
                        "class": part.class,
                        "generation": part.generation,
                        "key": of_key(part.key),
                        "plain": hex::encode(part.plain),
                    })
                })
                .collect();
            json!({
                "seed": seed,
                "context": hex::encode(place().as_bytes()),
                "salt": hex::encode(&sealed[2..26]),
                "parts": parts,
                "sealed": hex::encode(&sealed),
            })
        })
        .collect();
    named("sealed-record", "sealed record", &vectors, &[])
}

fn files() -> (String, Value) {
    let sizes = [
        (16_u32, TEXT),
        (16, &TEXT[..32]),
        (64, &TEXT[..20]),
        (65_536, b""),
    ];
    let vectors: Vec<Value> = (300..)
        .zip(sizes)
        .map(|(seed, (size, plain))| {
            let key = key(seed + 1_000);
            let (mut sealer, header) =
                Sealer::new(&key, &place(), size, &SeededRng::new(seed)).unwrap();
            let mut pieces: Vec<Vec<u8>> = plain
                .chunks(sealer.segment_bytes())
                .map(<[u8]>::to_vec)
                .collect();
            if pieces.is_empty() {
                pieces.push(vec![]);
            }
            let count = pieces.len();
            for (nth, piece) in (1..).zip(&mut pieces) {
                sealer.seal_segment(piece, nth == count).unwrap();
            }
            let segments: Vec<String> = pieces.iter().map(hex::encode).collect();
            json!({
                "seed": seed,
                "key": of_key(&key),
                "context": hex::encode(place().as_bytes()),
                "segment_bytes": size,
                "plain": hex::encode(plain),
                "header": hex::encode(header),
                "segments": segments,
            })
        })
        .collect();
    named("sealed-file", "sealed file", &vectors, &[])
}

fn derived() -> (String, Value) {
    let root = key(1_400);
    let params = Params {
        memory_kib: 64,
        passes: 2,
        lanes: 2,
    };
    let from_passphrase = passphrase::derive("correct häst".as_bytes(), &[7; 16], params);
    let secret = token::generate(&SeededRng::new(401));
    let vectors = [
        json!({
            "function": "derive", "key": of_key(&root), "label": "index", "context": "0102",
            "result": of_key(&kdf::derive(&root, "index", &[1, 2])),
        }),
        json!({
            "function": "blind index", "key": of_key(&root), "field": "Patient.family", "value": hex::encode("value"),
            "result": hex::encode(mac::blind_index(&root, "Patient.family", b"value")),
        }),
        json!({
            "function": "passphrase", "passphrase": hex::encode("correct häst"), "salt": hex::encode([7; 16]),
            "memory_kib": 64, "passes": 2, "lanes": 2,
            "result": of_key(&from_passphrase.unwrap()),
        }),
        json!({
            "function": "token", "secret": secret.expose(),
            "result": hex::encode(token::digest(secret.expose())),
        }),
    ];
    named("derived-values", "derived values", &vectors, &[])
}

#[test]
fn the_code_makes_the_committed_vectors_bit_for_bit() {
    for (name, made) in make() {
        assert_eq!(committed(&name), made, "{name}");
    }
}

#[test]
#[ignore = "writes docs/formats/vectors; run it for a new version of a format, never to make the test above pass"]
fn write_vectors() {
    for (name, made) in make() {
        let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
        fs::write(path(&name), text).unwrap();
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn key_of(vector: &Value) -> SymmetricKey {
    SymmetricKey::from_slice(&bytes(&vector["key"])).unwrap()
}

fn vectors(name: &str, list: &str) -> Vec<Value> {
    let vectors = committed(name)[list].as_array().unwrap().clone();
    assert!(!vectors.is_empty());
    vectors
}

type OpenFn = fn(&SymmetricKey, &Context, &[u8]) -> Result<Plain, OpenError>;

#[test]
fn boxes_and_wrapped_keys_open_as_written_down() {
    let formats: [(&str, OpenFn); 2] = [
        ("sealed-box.json", sealed::open),
        ("wrapped-key.json", wrap::unwrap),
    ];
    for (name, open) in formats {
        for vector in vectors(name, "vectors") {
            assert_eq!(bytes(&vector["context"]), place().as_bytes());
            let opened = open(&key_of(&vector), &place(), &bytes(&vector["sealed"]));
            assert_eq!(*opened.unwrap(), bytes(&vector["plain"]));
        }
        for vector in vectors(name, "refused") {
            let opened = open(&key_of(&vector), &place(), &bytes(&vector["sealed"]));
            let code = opened.unwrap_err().code();
            assert_eq!(code, vector["code"].as_str().unwrap(), "{}", vector["why"]);
        }
    }
}

#[test]
fn blocks_open_as_written_down() {
    for vector in vectors("sealed-block.json", "vectors") {
        let opened = block::open(&key_of(&vector), &bytes(&vector["sealed"]));
        assert_eq!(*opened.unwrap(), bytes(&vector["plain"]));
    }
}

#[test]
fn records_open_as_written_down() {
    for vector in vectors("sealed-record.json", "vectors") {
        let sealed = bytes(&vector["sealed"]);
        let record = Sealed::parse(&sealed).unwrap();
        let parts = vector["parts"].as_array().unwrap();
        assert_eq!(record.parts().count(), parts.len());
        for (found, part) in record.parts().zip(parts) {
            assert_eq!(u64::from(found.class), part["class"].as_u64().unwrap());
            assert_eq!(
                u64::from(found.generation),
                part["generation"].as_u64().unwrap()
            );
            let opened = record.open(found.class, &key_of(part), &place());
            assert_eq!(*opened.unwrap(), bytes(&part["plain"]));
        }
    }
}

#[test]
fn files_open_as_written_down() {
    for vector in vectors("sealed-file.json", "vectors") {
        let header = bytes(&vector["header"]);
        let segments: Vec<Vec<u8>> = vector["segments"]
            .as_array()
            .unwrap()
            .iter()
            .map(bytes)
            .collect();
        let len = HEADER_BYTES + segments.iter().map(Vec::len).sum::<usize>();
        let opener = Opener::new(&key_of(&vector), &place(), &header, len as u64).unwrap();
        assert_eq!(opener.segments(), segments.len() as u64);
        let mut plain = Vec::new();
        for (index, mut segment) in (0..).zip(segments) {
            opener.open_segment(index, &mut segment).unwrap();
            plain.extend(segment);
        }
        assert_eq!(plain, bytes(&vector["plain"]));
    }
}
