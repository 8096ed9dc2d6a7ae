//! Files over HTTP: in by pieces, out whole or in ranges; and what was done to the sealed bytes shows before the first of them
//! is served.

use std::path::Path;

use base::PersonId;
use bytes::Bytes;
use http::Method;
use policy::Role;
use serde_json::Value;

use crate::house::{ACME, Ask, Got, House, on_each_engine};

/// Plaintext bytes of a segment.
const SEGMENT: usize = 256 << 10;
/// Bytes before the first segment, and those that sealing adds to each (docs/formats/sealed-file.md).
const HEADER: usize = crypt::file::HEADER_BYTES;
const TAG: usize = 16;

/// Bytes that never repeat at the length of a segment.
fn content(len: usize, seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..len).map(|_| next()).collect()
}

struct Stored {
    person: PersonId,
    id: String,
    bytes: Vec<u8>,
}

async fn store(house: &House, person: PersonId, name: &str, bytes: Vec<u8>) -> Stored {
    let got = house.upload(person, name, bytes.clone()).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let id = got.json()["file"].as_str().unwrap().to_owned();
    assert_eq!(
        got.header("location"),
        Some(format!("/v1/persons/{person}/files/{id}").as_str())
    );
    Stored { person, id, bytes }
}

fn ask<'a>(house: &'a House, method: Method, stored: &Stored) -> Ask<'a> {
    let path = format!("/v1/persons/{}/files/{}", stored.person, stored.id);
    house
        .ask(method, path)
        .by(house.token(ACME, Role::App))
        .purpose("TREAT")
}

async fn range(house: &House, stored: &Stored, range: &str) -> Got {
    ask(house, Method::GET, stored)
        .header("range", range)
        .send()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_in_by_pieces_and_comes_out_in_ranges() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let len = 3 * SEGMENT + 100;
        let bytes = content(len, 1);
        let pieces: Vec<_> = bytes
            .chunks(70_001)
            .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
            .collect();
        let got = house
            .ask(Method::POST, format!("/v1/persons/{person}/files"))
            .by(house.token(ACME, Role::App))
            .header("content-type", "image/png")
            .header(
                "content-disposition",
                "attachment; filename=\"scan; \\\"left\\\".png\"",
            )
            .body(axum::body::Body::from_stream(futures_util::stream::iter(
                pieces,
            )))
            .send()
            .await;
        assert_eq!(got.status, 201, "{}", got.text());
        let made = got.json();
        let digest = hex::encode(crypt::hash::sha256(&[&bytes]));
        assert_eq!(
            (made["length"].as_u64(), made["sha256"].as_str()),
            (Some(len as u64), Some(digest.as_str()))
        );
        assert_eq!(
            (made["name"].as_str(), made["class"].as_str()),
            (Some("scan; \"left\".png"), Some("health"))
        );
        let stored = Stored {
            person,
            id: made["file"].as_str().unwrap().to_owned(),
            bytes,
        };

        let whole = ask(&house, Method::GET, &stored).send().await;
        assert_eq!((whole.status, whole.bytes() == stored.bytes), (200, true));
        assert_eq!(whole.header("content-type"), Some("image/png"));
        assert_eq!(
            whole.header("content-length"),
            Some(len.to_string().as_str())
        );
        assert_eq!(whole.header("accept-ranges"), Some("bytes"));
        assert_eq!(whole.header("x-content-type-options"), Some("nosniff"));
        assert!(
            whole
                .header("content-disposition")
                .unwrap()
                .starts_with("attachment"),
            "never shown in our origin"
        );

        let last = len - 1;
        for (header, from, to) in [
            ("bytes=0-0".to_owned(), 0, 0),
            ("bytes=0-99".to_owned(), 0, 99),
            (
                format!("bytes={}-{}", SEGMENT - 1, SEGMENT),
                SEGMENT - 1,
                SEGMENT,
            ),
            (
                format!("bytes={SEGMENT}-{}", 2 * SEGMENT - 1),
                SEGMENT,
                2 * SEGMENT - 1,
            ),
            (format!("bytes={}-", len - 7), len - 7, last),
            ("bytes=-7".to_owned(), len - 7, last),
            ("bytes=-99999999999".to_owned(), 0, last),
            (format!("bytes={last}-99999999999"), last, last),
            ("bytes=0-".to_owned(), 0, last),
        ] {
            let got = range(&house, &stored, &header).await;
            assert_eq!(got.status, 206, "{header}: {}", got.status);
            assert!(
                got.bytes() == &stored.bytes[from..=to],
                "{header}: {} bytes",
                got.bytes().len()
            );
            assert_eq!(
                got.header("content-range"),
                Some(format!("bytes {from}-{to}/{len}").as_str())
            );
            assert_eq!(
                got.header("content-length"),
                Some((to - from + 1).to_string().as_str())
            );
        }
        for ignored in [
            "bytes=9-5",
            "bytes=a-b",
            "lines=0-1",
            "bytes=0-1,3-4",
            "bytes=",
            "bytes=-",
            "x",
        ] {
            let got = range(&house, &stored, ignored).await;
            assert_eq!((got.status, got.bytes().len()), (200, len), "{ignored}");
        }
        for outside in [
            format!("bytes={len}-"),
            format!("bytes={len}-{}", len + 5),
            "bytes=-0".to_owned(),
        ] {
            let got = range(&house, &stored, &outside).await;
            assert_eq!(
                (got.status, got.code().as_str()),
                (416, "file.range"),
                "{outside}"
            );
            // RFC 9110, 14.4 and 15.5.17.
            assert_eq!(
                got.header("content-range"),
                Some(format!("bytes */{len}").as_str()),
                "and says how long the file is"
            );
        }
        let before = house.log_size(ACME).await;
        let head = ask(&house, Method::HEAD, &stored).send().await;
        assert_eq!((head.status, head.bytes().len()), (200, 0));
        assert_eq!(
            head.header("content-length"),
            Some(len.to_string().as_str())
        );
        assert_eq!(
            head.log_index(),
            Some(before),
            "a look at the head is a look"
        );

        let deleted = ask(&house, Method::DELETE, &stored).send().await;
        assert_eq!(deleted.status, 200);
        assert!(
            !house.object(&stored.id).exists(),
            "the sealed bytes are gone"
        );
        assert_eq!(ask(&house, Method::GET, &stored).send().await.status, 404);
        assert_eq!(
            ask(&house, Method::DELETE, &stored).send().await.status,
            404
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_every_length_and_name() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        for len in [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT] {
            let stored = store(&house, person, "x", content(len, 2)).await;
            let got = ask(&house, Method::GET, &stored).send().await;
            assert!(
                got.status == 200 && got.bytes() == stored.bytes,
                "{len} bytes"
            );
            if len == 0 {
                let got = range(&house, &stored, "bytes=0-").await;
                let length = got.header("content-range");
                assert_eq!((got.status, length), (416, Some("bytes */0")));
            }
        }
        let names = [
            "å ä ö.pdf",
            "検査結果.pdf",
            "نتيجة.pdf",
            "🧬.txt",
            "e\u{301}.txt",
            "a'b%c;d\"e.txt",
            " lead",
            &"ü".repeat(127),
        ];
        for name in names {
            let stored = store(&house, person, name, vec![1]).await;
            let got = ask(&house, Method::GET, &stored).send().await;
            let said = got.header("content-disposition").unwrap().to_owned();
            let encoded = said.split_once("''").unwrap().1;
            assert_eq!(
                percent_encoding::percent_decode_str(encoded)
                    .decode_utf8()
                    .unwrap(),
                name
            );
        }
        let list = house
            .get(format!("/v1/persons/{person}/files?limit=1000"))
            .await
            .json();
        let listed: Vec<_> = list["files"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|it| it["name"].as_str().map(str::to_owned))
            .collect();
        for name in names {
            assert!(
                listed.iter().any(|it| it == name),
                "{name} is listed as it was: {listed:?}"
            );
        }
        let (mut seen, mut cursor) = (0, String::new());
        loop {
            let page = house
                .get(format!("/v1/persons/{person}/files?limit=4{cursor}"))
                .await
                .json();
            seen += page["files"].as_array().unwrap().len();
            let Some(next) = page["next"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, listed.len());
        for bad in ["limit=0", "limit=x", "cursor=x"] {
            assert_eq!(
                house
                    .get(format!("/v1/persons/{person}/files?{bad}"))
                    .await
                    .status,
                400,
                "{bad}"
            );
        }
    })
    .await;
}

/// A way to spoil sealed bytes.
type Spoil = fn(&mut Vec<u8>);

fn segment(bytes: &[u8], index: usize) -> std::ops::Range<usize> {
    let stride = SEGMENT + TAG;
    let start = HEADER + index * stride;
    start..bytes.len().min(start + stride)
}

fn is_refused(got: &Got, what: &str, id: &str, bytes: &[u8]) {
    assert_eq!(
        (got.status, got.code().as_str()),
        (500, "vault.tampered"),
        "{what}: {}",
        got.text()
    );
    assert!(got.text().contains(id), "{what} is named: {}", got.text());
    assert_eq!(
        got.header("content-type"),
        Some("application/problem+json"),
        "{what}"
    );
    assert!(
        !crate::house::holds(got.bytes(), &bytes[..bytes.len().min(16)]),
        "{what}: nothing of it is served"
    );
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_touched_is_refused_before_its_first_byte() {
    on_each_engine(async |house| {
        let (mine, theirs) = (house.person(ACME), house.new_person(ACME).await);
        let len = 3 * SEGMENT + 100;
        let stored = store(&house, mine, "scan.png", content(len, 3)).await;
        let another = store(&house, theirs, "scan.png", content(len, 4)).await;
        let again = store(&house, mine, "scan.png", content(len, 5)).await;
        let path = house.object(&stored.id);
        let sealed = std::fs::read(&path).unwrap();
        assert_eq!(
            sealed.len(),
            HEADER + len + 4 * TAG,
            "the format is as this test takes it"
        );

        let spoils: [(&str, Spoil); 12] = [
            ("cut by a byte", |it| it.truncate(it.len() - 1)),
            ("cut at a segment", |it| it.truncate(segment(it, 2).end)),
            ("cut to its header", |it| it.truncate(HEADER)),
            ("cut to nothing", Vec::clear),
            ("a byte more", |it| it.push(0)),
            ("a segment more", |it| it.extend_from_within(segment(it, 0))),
            ("a bit of the magic", |it| it[0] ^= 1),
            ("a bit of the commitment", |it| it[HEADER - 1] ^= 0x80),
            ("a bit of the first segment", |it| it[HEADER] ^= 1),
            ("a bit of the last tag", |it| *it.last_mut().unwrap() ^= 1),
            ("a bit in the middle", |it| {
                it[HEADER + SEGMENT + TAG + 1000] ^= 0x10
            }),
            ("two segments in each other's place", |it| {
                let (first, second) = (segment(it, 0), segment(it, 1));
                let moved = it[first.clone()].to_vec();
                it.copy_within(second.clone(), first.start);
                it[second].copy_from_slice(&moved);
            }),
        ];
        for (what, spoil) in spoils {
            let mut bytes = sealed.clone();
            spoil(&mut bytes);
            write(&path, &bytes);
            let before = house.log_size(ACME).await;
            is_refused(
                &ask(&house, Method::GET, &stored).send().await,
                what,
                &stored.id,
                &stored.bytes,
            );
            let entry = house.entry(ACME, before).await;
            assert_eq!(
                (&entry["outcome"], &entry["code"]),
                (&Value::from("failed"), &Value::from("vault.tampered")),
                "{what}"
            );
            is_refused(
                &ask(&house, Method::HEAD, &stored)
                    .header("range", "x")
                    .send()
                    .await
                    .with_words(what),
                what,
                "",
                &stored.bytes,
            );
            for other in [&another, &again] {
                assert!(
                    ask(&house, Method::GET, other).send().await.bytes() == other.bytes,
                    "others stay readable: {what}"
                );
            }
        }
        // A range that needs what was touched is refused; one that does not is right.
        let mut bytes = sealed.clone();
        bytes[HEADER + 2 * (SEGMENT + TAG) + 5] ^= 1;
        write(&path, &bytes);
        is_refused(
            &range(&house, &stored, &format!("bytes={}-", 2 * SEGMENT)).await,
            "its range",
            &stored.id,
            &stored.bytes,
        );
        is_refused(
            &range(&house, &stored, &format!("bytes=0-{}", 2 * SEGMENT)).await,
            "a range with it",
            &stored.id,
            &stored.bytes,
        );
        let got = range(&house, &stored, "bytes=0-9").await;
        assert!(matches!(got.status, 206) && got.bytes() == &stored.bytes[..10]);
        // Another file's bytes, whole, of the same length: of another person, and of the same one.
        for (what, other) in [
            ("another person's file", &another),
            ("another file", &again),
        ] {
            write(&path, &std::fs::read(house.object(&other.id)).unwrap());
            is_refused(
                &ask(&house, Method::GET, &stored).send().await,
                what,
                &stored.id,
                &other.bytes,
            );
        }
        // One segment of another file, in its place.
        let mut bytes = sealed.clone();
        let other = std::fs::read(house.object(&again.id)).unwrap();
        bytes[segment(&sealed, 1)].copy_from_slice(&other[segment(&sealed, 1)]);
        write(&path, &bytes);
        is_refused(
            &ask(&house, Method::GET, &stored).send().await,
            "a segment of another file",
            &stored.id,
            &stored.bytes,
        );
        std::fs::remove_file(&path).unwrap();
        is_refused(
            &ask(&house, Method::GET, &stored).send().await,
            "gone",
            &stored.id,
            &stored.bytes,
        );
        write(&path, &sealed);
        assert!(
            ask(&house, Method::GET, &stored).send().await.bytes() == stored.bytes,
            "whole again"
        );
    })
    .await;
}

impl Got {
    /// A HEAD has no body: what matters is the status.
    fn with_words(self, what: &str) -> Self {
        assert_eq!(self.status, 500, "{what}");
        let body = r#"{"code":"vault.tampered"}"#;
        Self {
            body: Some(Bytes::from_static(body.as_bytes())),
            ..self
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_file_proves_itself_whole_and_again_after_a_change() {
    let house = House::over_sqlite().await;
    let len = 40 * SEGMENT + 3;
    let stored = store(&house, house.person(ACME), "long", content(len, 6)).await;
    let path = house.object(&stored.id);
    let sealed = std::fs::read(&path).unwrap();
    let mut bytes = sealed.clone();
    *bytes.last_mut().unwrap() ^= 1;
    write(&path, &bytes);
    is_refused(
        &ask(&house, Method::GET, &stored).send().await,
        "its last byte",
        &stored.id,
        &stored.bytes,
    );
    write(&path, &sealed);
    let got = ask(&house, Method::GET, &stored).send().await;
    assert!(
        got.status == 200 && got.bytes() == stored.bytes,
        "it proved itself"
    );
    let got = range(&house, &stored, "bytes=5-").await;
    assert!(got.status == 206 && got.bytes() == &stored.bytes[5..]);
    write(&path, &bytes);
    is_refused(
        &ask(&house, Method::GET, &stored).send().await,
        "after it proved itself",
        &stored.id,
        &stored.bytes,
    );
    is_refused(
        &range(&house, &stored, "bytes=0-").await,
        "in a long range",
        &stored.id,
        &stored.bytes,
    );
}
