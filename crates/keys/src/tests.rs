//! The committed vectors of the key store's formats: made again bit for bit, and opened from what the page says alone.

use std::fs;
use std::path::PathBuf;

use base::{Class, Environment, PersonId, SeededRng};
use crypt::passphrase::Params;
use crypt::{Context, SymmetricKey, wrap};
use serde_json::{Value, json};

use crate::seal::{self, KeyFile, Passphrase};
use crate::{KeyName, Kind, Level, binding};

const PASSPHRASE: &str = "correct häst battery";
const REGION: &str = "eu";

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/vectors/key-store.json")
}

fn committed() -> Value {
    serde_json::from_str(&fs::read_to_string(path()).unwrap()).unwrap()
}

fn environment() -> Environment {
    "production".parse().unwrap()
}

fn key(seed: u64) -> SymmetricKey {
    SymmetricKey::random(&SeededRng::new(seed))
}

fn of_key(key: &SymmetricKey) -> String {
    hex::encode(key.danger_bytes())
}

fn passphrase() -> Passphrase {
    let params = Params {
        memory_kib: 64,
        passes: 2,
        lanes: 2,
    };
    Passphrase::new(PASSPHRASE.as_bytes(), params).unwrap()
}

fn key_file(folder: &tempfile::TempDir) -> KeyFile {
    KeyFile::create(&folder.path().join("root.key"), &SeededRng::new(510)).unwrap()
}

fn names() -> [KeyName; 3] {
    let tenant = || "acme-health".parse().unwrap();
    [
        Level::Kek {
            tenant: tenant(),
            region: REGION.parse().unwrap(),
            class: Class::Health,
        }
        .generation(2),
        Level::Tenant {
            tenant: tenant(),
            kind: Kind::LogSigning,
        }
        .generation(1),
        Level::Person {
            tenant: tenant(),
            person: PersonId::from_bytes([0x5a; 16]),
            class: Class::Personal,
        }
        .generation(3),
    ]
}

fn make() -> Value {
    let folder = tempfile::tempdir().unwrap();
    let root = key(500);
    let sealed = |backend: &dyn seal::Seal, seed| {
        let sealed = seal::seal(backend, &root, &environment(), 7, &SeededRng::new(seed));
        hex::encode(sealed.unwrap())
    };
    let roots = json!([
        {"backend": "passphrase", "environment": "production", "generation": 7, "seed": 501,
         "passphrase": hex::encode(PASSPHRASE), "root": of_key(&root), "sealed": sealed(&passphrase(), 501)},
        {"backend": "key-file", "environment": "production", "generation": 7, "seed": 502,
         "file": of_key(&key(510)), "root": of_key(&root), "sealed": sealed(&key_file(&folder), 502)},
    ]);
    let mut wrapped = Vec::new();
    for (seed, name) in (520..).zip(names()) {
        let context = binding::context(&environment(), REGION, &name);
        let (over, under) = (key(seed + 100), key(seed + 200));
        let bytes = wrap::wrap(&over, &context, under.danger_bytes(), &SeededRng::new(seed));
        wrapped.push(json!({
            "name": name.to_string(), "environment": "production", "region": REGION, "seed": seed,
            "context": hex::encode(context.as_bytes()),
            "over": of_key(&over), "key": of_key(&under), "wrapped": hex::encode(bytes),
        }));
    }
    json!({"format": "key store", "version": 1, "roots": roots, "wrapped": wrapped})
}

#[test]
fn the_code_makes_the_committed_vectors_bit_for_bit() {
    assert_eq!(committed(), make());
}

#[test]
#[ignore = "writes docs/formats/vectors; run it for a new version of a format, never to make the test above pass"]
fn write_vectors() {
    fs::write(
        path(),
        serde_json::to_string_pretty(&make()).unwrap() + "\n",
    )
    .unwrap();
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn sealed_roots_open_as_written_down() {
    for vector in committed()["roots"].as_array().unwrap() {
        let sealed = bytes(&vector["sealed"]);
        // version | backend | length of the head | head | wrapped root
        assert_eq!(sealed[0], 1);
        let head_bytes = usize::from(u16::from_be_bytes([sealed[2], sealed[3]]));
        let (before, wrapped) = sealed.split_at(4 + head_bytes);
        let wrapping = if vector["backend"] == "key-file" {
            assert_eq!((sealed[1], head_bytes), (2, 0));
            SymmetricKey::from_slice(&bytes(&vector["file"])).unwrap()
        } else {
            assert_eq!((sealed[1], head_bytes), (1, 28));
            let number = |at: usize| u32::from_be_bytes(sealed[at..at + 4].try_into().unwrap());
            let params = Params {
                memory_kib: number(4),
                passes: number(8),
                lanes: number(12),
            };
            let salt = sealed[16..32].try_into().unwrap();
            crypt::passphrase::derive(&bytes(&vector["passphrase"]), salt, params).unwrap()
        };
        let context = Context::new("strongroom sealed root")
            .text("production")
            .int(7)
            .bytes(before);
        let root = wrap::unwrap_key(&wrapping, &context, wrapped).unwrap();
        assert_eq!(of_key(&root), vector["root"].as_str().unwrap());
    }
}

#[test]
fn wrapped_keys_open_as_written_down() {
    let places = [
        Context::new("strongroom key-encryption key")
            .text("production")
            .text("acme-health")
            .text("eu")
            .int(4)
            .int(2),
        Context::new("strongroom tenant key")
            .text("production")
            .text("acme-health")
            .text("eu")
            .int(5)
            .int(3)
            .int(1),
        Context::new("strongroom person key")
            .text("production")
            .text("acme-health")
            .text("eu")
            .bytes(&[0x5a; 16])
            .int(3)
            .int(3),
    ];
    let committed = committed();
    let vectors = committed["wrapped"].as_array().unwrap();
    assert_eq!(vectors.len(), places.len());
    for (vector, place) in vectors.iter().zip(places) {
        assert_eq!(bytes(&vector["context"]), place.as_bytes());
        let over = SymmetricKey::from_slice(&bytes(&vector["over"])).unwrap();
        let key = wrap::unwrap_key(&over, &place, &bytes(&vector["wrapped"])).unwrap();
        assert_eq!(of_key(&key), vector["key"].as_str().unwrap());
    }
}
