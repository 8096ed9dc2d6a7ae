//! A large file through the real program: in and out in the memory of a small one, ranges from its middle, and refused as a
//! whole when it was touched anywhere. `STRONGROOM_TEST_FILE_MIB` makes it larger.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

use bytes::Bytes;
use futures_util::StreamExt;
use http::Method;
use serde_json::Value;

use crate::running::{Place, Running};

const MIB: u64 = 1 << 20;
const FILE_MIB: u64 = 96;
/// What the server may need more than before, whatever the file's length.
const GROWTH_MIB_MAX: u64 = 32;
/// Of the format: docs/formats/sealed-file.md.
const HEADER: u64 = crypt::file::HEADER_BYTES as u64;
const SEALED_SEGMENT: u64 = (256 << 10) + 16;

/// Byte `at` of the content is `at`'s own, so that any range can be told from any other.
fn piece(from: u64, len: u64) -> Bytes {
    let words = from / 8..(from + len).div_ceil(8);
    let bytes: Vec<u8> = words
        .flat_map(|word| (word.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_be_bytes())
        .collect();
    let skip = usize::try_from(from % 8).unwrap();
    Bytes::from(bytes).slice(skip..skip + usize::try_from(len).unwrap())
}

/// From now on the most memory is the most from now on.
fn forget_peak(server: &Running) {
    let pid = server.ready["pid"].as_u64().unwrap();
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5").unwrap();
}

/// The most memory that the server held, in MiB.
fn peak_mib(server: &Running) -> u64 {
    let pid = server.ready["pid"].as_u64().unwrap();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024
}

async fn range(server: &Running, path: &str, from: u64, len: u64) {
    let asked = server
        .ask(Method::GET, path)
        .header("range", format!("bytes={from}-{}", from + len - 1));
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), 206);
    assert!(
        answer.bytes().await.unwrap() == piece(from, len),
        "{len} bytes from {from}"
    );
}

async fn is_refused(server: &Running, path: &str, what: &str) {
    let answer = server.get(path).await;
    let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
    assert_eq!(status, 500, "{what}");
    assert!(text.contains("vault.tampered"), "{what}: {text}");
}

fn exchange(object: &Path, one: u64, other: u64) {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(object)
        .unwrap();
    let (mut first, mut second) = (vec![0; 1000], vec![0; 1000]);
    file.read_exact_at(&mut first, one).unwrap();
    file.read_exact_at(&mut second, other).unwrap();
    file.write_all_at(&second, one).unwrap();
    file.write_all_at(&first, other).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_takes_the_memory_of_a_small_one() {
    let mib =
        std::env::var("STRONGROOM_TEST_FILE_MIB").map_or(FILE_MIB, |text| text.parse().unwrap());
    let len = mib * MIB;
    let place = Place::new();
    let server = place.start().await;
    let files = format!("/v1/persons/{}/files", server.person());
    // The checks that run at start need memory of their own; they are through when every promise has a result.
    for _ in 0..600 {
        let trust: Value = server.get("/v1/trust").await.json().await.unwrap();
        let promises = trust["promises"].as_array().unwrap();
        let mut checked = promises.iter().filter(|promise| promise["kind"] == "T");
        if checked.all(|promise| !promise["measured_at"].is_null()) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let small = server.ask(Method::POST, &files).body(piece(0, MIB));
    assert_eq!(small.send().await.unwrap().status(), 201);
    forget_peak(&server);
    let before = peak_mib(&server);

    let began = Instant::now();
    let pieces = futures_util::stream::iter(
        (0..mib).map(|at| Ok::<_, std::io::Error>(piece(at * MIB, MIB))),
    );
    let upload = server
        .ask(Method::POST, &files)
        .timeout(std::time::Duration::from_secs(600))
        .body(reqwest::Body::wrap_stream(pieces));
    let stored: Value = upload.send().await.unwrap().json().await.unwrap();
    let (id, took_in) = (stored["file"].as_str().unwrap(), began.elapsed());
    let path = format!("{files}/{id}");

    let began = Instant::now();
    let whole = server
        .ask(Method::GET, &path)
        .timeout(std::time::Duration::from_secs(600));
    let mut bytes = whole.send().await.unwrap().bytes_stream();
    let mut at = 0;
    while let Some(some) = bytes.next().await {
        let some = some.unwrap();
        assert!(some == piece(at, some.len() as u64), "at byte {at}");
        at += some.len() as u64;
    }
    assert_eq!(at, len);
    let gave_out = began.elapsed();
    range(&server, &path, len / 2 - 7, 100_001).await;
    range(&server, &path, len - 3 * MIB - 5, 3 * MIB).await;
    range(&server, &path, 0, 1).await;
    let after = peak_mib(&server);
    eprintln!(
        "{mib} MiB: in after {took_in:?}, out after {gave_out:?}; at most {before} MiB of memory before, {after} MiB then"
    );
    assert!(
        after <= before + GROWTH_MIB_MAX,
        "{before} MiB before, {after} MiB with a file of {mib} MiB"
    );

    let object = place.data().join("data/files").join(&id[..2]).join(id);
    let last = HEADER + (len / (256 << 10) - 1) * SEALED_SEGMENT;
    exchange(&object, HEADER, last);
    is_refused(&server, &path, "two segments' bytes in each other's place").await;
    exchange(&object, HEADER, last);
    let flip = || {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&object)
            .unwrap();
        let mut one = [0];
        file.read_exact_at(&mut one, last + 99).unwrap();
        file.write_all_at(&[one[0] ^ 1], last + 99).unwrap();
    };
    flip();
    is_refused(&server, &path, "a bit of the last segment").await;
    flip();
    range(&server, &path, len - 100, 100).await;
    let file = OpenOptions::new().write(true).open(&object).unwrap();
    file.set_len(last).unwrap();
    is_refused(&server, &path, "cut by a segment").await;
    assert!(peak_mib(&server) <= before + GROWTH_MIB_MAX);
    server.stop().await;
}
