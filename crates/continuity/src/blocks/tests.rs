//! What was sealed comes back, what was changed does not, and what two have in common is the same bytes.

use std::io::Write;
use std::path::Path;

use super::*;
use crate::Part;
use base::SeededRng;
use serde_json::{Value, json};

const PLACE: (&str, &str) = ("production", "0198c0de-0000-7000-8000-000000000001");

fn key(byte: u8) -> SymmetricKey {
    SymmetricKey::from_bytes([byte; 32])
}

fn place() -> (&'static str, ObjectId) {
    (PLACE.0, PLACE.1.parse().unwrap())
}

/// A file that compresses, one without bytes, and one that does not compress.
fn contents() -> [(&'static str, Vec<u8>); 3] {
    let mut random = vec![0; 100];
    SeededRng::new(9).fill(&mut random);
    [
        ("a", b"the same line, again and again\n".repeat(9)),
        ("b", Vec::new()),
        ("c", random),
    ]
}

fn sealed(folder: &Path, kind: Kind, contents: &[(&str, Vec<u8>)]) -> (Sealed, Vec<u8>) {
    let paths: Vec<_> = contents
        .iter()
        .map(|(name, bytes)| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        })
        .collect();
    let to = folder.join("blocks");
    let sealed = seal(kind, &paths, &key(3), &to).unwrap();
    let blocks = std::fs::read(&to).unwrap();
    std::fs::remove_file(&to).unwrap();
    assert_eq!(sealed.bytes, blocks.len() as u64);
    (sealed, blocks)
}

fn parts(contents: &[(&str, Vec<u8>)]) -> Vec<Part> {
    let part = |(name, bytes): &(&str, Vec<u8>)| Part {
        path: format!("database/{name}"),
        bytes: bytes.len() as u64,
        sha256: hex::encode(crypt::hash::sha256(&[bytes])),
    };
    contents.iter().map(part).collect()
}

/// Write `blocks` to what opens them, in pieces of `step` bytes.
fn opened(
    list: &[u8],
    parts: &[Part],
    blocks: &[u8],
    step: usize,
) -> Result<Vec<Vec<u8>>, ContinuityError> {
    let folder = tempfile::tempdir().unwrap();
    let list = List::open(&key(4), place(), list)?;
    let mut opening = Opening::new(list, parts, folder.path())?;
    for piece in blocks.chunks(step) {
        if opening.write_all(piece).is_err() {
            return Err(opening.failure().unwrap());
        }
    }
    opening.end()?;
    let read = |part: &Part| {
        let name = part.path.strip_prefix("database/").unwrap();
        std::fs::read(folder.path().join(name)).unwrap()
    };
    Ok(parts.iter().map(read).collect())
}

#[test]
fn what_was_sealed_comes_back_however_it_is_cut() {
    let mut contents = contents().to_vec();
    let mut long = vec![0; 900_000];
    SeededRng::new(2).fill(&mut long[..400_000]);
    contents.push(("d", long));
    contents.push(("e", vec![1]));
    contents.push(("f", Vec::new()));
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let folder = tempfile::tempdir().unwrap();
        let (sealed, blocks) = sealed(folder.path(), kind, &contents);
        assert!(blocks.len() < 500_000, "{}", blocks.len());
        let list = seal_list(&key(4), place(), &sealed.list, &SeededRng::new(1)).unwrap();
        let parts = parts(&contents);
        let digests = parts.iter().map(|it| (it.bytes, it.sha256.clone()));
        assert!(digests.eq(sealed.files));
        for step in [7, 4_096, 1 << 20] {
            let back = opened(&list, &parts, &blocks, step).unwrap();
            assert!(back.iter().eq(contents.iter().map(|it| &it.1)));
        }
    }
}

#[test]
fn what_was_changed_cut_or_is_of_another_does_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let contents = contents();
    let (sealed, blocks) = sealed(folder.path(), Kind::Sqlite, &contents);
    let list = |by: u8, at: (&str, ObjectId)| {
        seal_list(&key(by), at, &sealed.list, &SeededRng::new(1)).unwrap()
    };
    let right = list(4, place());
    let parts = parts(&contents);
    let broken = |list: &[u8], parts: &[Part], blocks: &[u8]| {
        assert!(opened(list, parts, blocks, 64).is_err());
    };
    for at in 0..blocks.len() {
        let mut changed = blocks.clone();
        changed[at] ^= 1;
        broken(&right, &parts, &changed);
    }
    broken(&right, &parts, &blocks[..blocks.len() - 1]);
    broken(&right, &parts, &[&blocks[..], &[0]].concat());
    broken(&list(5, place()), &parts, &blocks);
    broken(&list(4, ("test", place().1)), &parts, &blocks);
    broken(
        &list(4, (PLACE.0, ObjectId::random(&SeededRng::new(3)))),
        &parts,
        &blocks,
    );
    broken(&right[..right.len() - 1], &parts, &blocks);
    let mut other = parts.clone();
    other[2].sha256 = other[0].sha256.clone();
    broken(&right, &other, &blocks);
    other = parts.clone();
    other[2].bytes += 1;
    broken(&right, &other, &blocks);
    broken(&right, &parts[..2], &blocks);
}

/// One changed page costs one block, in a file that grows at its end as well.
#[test]
fn what_two_have_in_common_is_the_same_bytes() {
    let mut before = vec![0; PAGES_BYTES * 20];
    SeededRng::new(6).fill(&mut before);
    let mut after = before.clone();
    after[PAGES_BYTES * 7 + 9] ^= 1;
    after.extend_from_slice(&[5; 100]);
    let folder = tempfile::tempdir().unwrap();
    let keys = |(sealed, _): (Sealed, Vec<u8>)| -> Vec<Vec<u8>> {
        sealed
            .list
            .chunks(RECORD_BYTES)
            .map(<[u8]>::to_vec)
            .collect()
    };
    let one = keys(sealed(
        folder.path(),
        Kind::Sqlite,
        &[("a", before.clone())],
    ));
    let other = keys(sealed(folder.path(), Kind::Sqlite, &[("a", after)]));
    let differ = one.iter().zip(&other).filter(|(one, other)| one != other);
    assert_eq!((one.len(), other.len(), differ.count()), (20, 21, 1));
    // Rows that come in between move the others, and cost a few blocks.
    let mut moved = before.clone();
    moved.splice(500_000..500_000, [7; 77]);
    let one = keys(sealed(folder.path(), Kind::Postgres, &[("a", before)]));
    let other = keys(sealed(folder.path(), Kind::Postgres, &[("a", moved)]));
    let new = other.iter().filter(|it| !one.contains(it)).count();
    assert!(one.len() > 8 && new <= 2, "{new} of {}", one.len());
}

/// The vector that is committed opens. How well something compresses may change.
#[test]
fn the_committed_blocks_open() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/formats/vectors/point-blocks.json"
    );
    if std::env::var_os("VECTORS_UPDATE").is_some() {
        let folder = tempfile::tempdir().unwrap();
        let (sealed, blocks) = sealed(folder.path(), Kind::Sqlite, &contents());
        let list = seal_list(&key(4), place(), &sealed.list, &SeededRng::new(1)).unwrap();
        let files = contents().map(|(name, bytes)| json!([name, hex::encode(bytes)]));
        let made = json!({
            "environment": PLACE.0,
            "id": PLACE.1,
            "point_key": hex::encode([4; 32]),
            "list": hex::encode(list),
            "records": hex::encode(&*sealed.list),
            "blocks": hex::encode(blocks),
            "files": files,
        });
        std::fs::write(path, format!("{made:#}\n")).unwrap();
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let bytes = |name: &str| hex::decode(kept[name].as_str().unwrap()).unwrap();
    let records = List::open(&key(4), place(), &bytes("list"))
        .unwrap()
        .records;
    assert_eq!(*records, bytes("records"));
    let contents = contents();
    let back = opened(&bytes("list"), &parts(&contents), &bytes("blocks"), 1 << 20).unwrap();
    for ((name, plain), (back, kept)) in contents
        .iter()
        .zip(back.iter().zip(kept["files"].as_array().unwrap()))
    {
        assert_eq!((plain, json!(name)), (back, kept[0].clone()));
        assert_eq!(hex::encode(plain), kept[1].as_str().unwrap());
    }
}
