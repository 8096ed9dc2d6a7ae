//! Shares as they are written down: the committed vectors, read from what the page says alone; slips of the pen; other sets.

use std::fs;
use std::path::PathBuf;

use base::{Environment, Fault, SeededRng};
use crypt::shamir::Quorum;
use crypt::{Context, SymmetricKey, hash, kdf};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Share, ShareSet, SharesError, combine, split};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/vectors/root-share.json")
}

fn committed() -> Value {
    serde_json::from_str(&fs::read_to_string(path()).unwrap()).unwrap()
}

fn environment() -> Environment {
    "production".parse().unwrap()
}

fn root() -> SymmetricKey {
    SymmetricKey::random(&SeededRng::new(600))
}

fn set_of(threshold: u8, shares: u8, seed: u64) -> ShareSet {
    let quorum = Quorum::new(threshold, shares).unwrap();
    split(&root(), &environment(), 7, quorum, &SeededRng::new(seed))
}

fn set() -> ShareSet {
    set_of(3, 5, 601)
}

/// Every text of the set.
fn texts(set: &ShareSet) -> Vec<String> {
    let texts = set.shares.iter().map(|share| share.to_text());
    texts.map(|text| text.expose().clone()).collect()
}

fn parsed(texts: &[&String]) -> Vec<Share> {
    let parse = |text: &&String| Share::parse(text).unwrap();
    texts.iter().map(parse).collect()
}

fn code(text: &str) -> &'static str {
    Share::parse(text).unwrap_err().code()
}

/// `text` with the character at `at` replaced by the next one of the alphabet.
fn slip(text: &str, at: usize) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ0";
    let old = text.chars().nth(at).unwrap();
    let next = ALPHABET.chars().skip_while(|it| *it != old).nth(1).unwrap();
    let put = |(place, it)| if place == at { next } else { it };
    text.chars().enumerate().map(put).collect()
}

fn make() -> Value {
    let sets: Vec<Value> = [(3, 5, 601), (2, 2, 602)]
        .map(|(threshold, shares, seed)| {
            let set = set_of(threshold, shares, seed);
            json!({
                "environment": "production", "generation": 7, "threshold": threshold, "seed": seed,
                "root": hex::encode(root().danger_bytes()),
                "set": set.id.to_string(),
                "shares": texts(&set),
            })
        })
        .into();
    let whole = texts(&set()).remove(0);
    let refused = [
        (
            "a slip of the pen",
            slip(&whole, 12),
            "keys.share_unreadable",
        ),
        (
            "cut short",
            whole[..100].to_owned(),
            "keys.share_unreadable",
        ),
        (
            "a character that no share has",
            whole.replacen(' ', "U", 1),
            "keys.share_unreadable",
        ),
    ];
    let refused: Vec<Value> = refused
        .iter()
        .map(|(why, text, code)| json!({"why": why, "text": text, "code": code}))
        .collect();
    json!({"format": "root share", "version": 1, "sets": sets, "refused": refused})
}

#[test]
fn the_code_makes_the_committed_vectors_bit_for_bit() {
    assert_eq!(committed(), make());
}

#[test]
#[ignore = "writes docs/formats/vectors; run it for a new version of a format, never to make the test above pass"]
fn write_vectors() {
    let text = serde_json::to_string_pretty(&make()).unwrap() + "\n";
    fs::write(path(), text).unwrap();
}

/// Bytes of a share's text, by the page alone.
fn bytes_of(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (at, group) in text.split_whitespace().enumerate() {
        let digits: Vec<u64> = group
            .chars()
            .map(|it| {
                let place = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".find(it).unwrap();
                place as u64
            })
            .collect();
        assert_eq!(digits.len(), 9);
        let bits = digits[..8].iter().fold(0, |bits, digit| bits * 32 + digit);
        let five = &bits.to_be_bytes()[3..];
        let number = u8::try_from(at + 1).unwrap();
        let sum = hash::sha256(&[&[number], five]);
        assert_eq!(digits[8], u64::from(sum[0] / 8), "group {number}");
        bytes.extend_from_slice(five);
    }
    bytes
}

/// Products by logarithms to the base 3, as a reader in another language would have them.
fn product(a: u8, b: u8) -> u8 {
    let mut powers = [0_u8; 255];
    let mut power = 1_u8;
    for slot in &mut powers {
        *slot = power;
        let twice = (power << 1) ^ if power & 0x80 == 0 { 0 } else { 0x1b };
        power ^= twice;
    }
    let log = |it: u8| powers.iter().position(|power| *power == it);
    match (log(a), log(b)) {
        (Some(a), Some(b)) => powers[(a + b) % 255],
        _ => 0,
    }
}

fn quotient(a: u8, b: u8) -> u8 {
    (0..=255).find(|it| product(*it, b) == a).unwrap()
}

#[test]
fn shares_open_as_written_down() {
    for vector in committed()["sets"].as_array().unwrap() {
        let threshold = usize::try_from(vector["threshold"].as_u64().unwrap()).unwrap();
        let root = vector["root"].as_str().unwrap();
        let all: Vec<Vec<u8>> = vector["shares"]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| bytes_of(text.as_str().unwrap()))
            .collect();
        let set = vector["set"].as_str().unwrap().replace('-', "");
        for (at, bytes) in all.iter().enumerate() {
            assert_eq!(bytes.len(), 80);
            assert_eq!(bytes[0], 1);
            assert_eq!(bytes[1..5], hash::sha256(&[b"production"])[..4]);
            assert_eq!(bytes[5..9], 7_u32.to_be_bytes());
            assert_eq!(hex::encode(&bytes[9..25]), set);
            assert_eq!(
                (usize::from(bytes[25]), usize::from(bytes[26])),
                (threshold, at + 1)
            );
            assert_eq!(bytes[75..], hash::sha256(&[&bytes[..75]])[..5]);
        }
        let used = &all[all.len() - threshold..];
        let mut whole = [0; 32];
        for one in used {
            let mut weight = 1;
            for other in used.iter().filter(|other| other[26] != one[26]) {
                weight = product(weight, quotient(other[26], other[26] ^ one[26]));
            }
            for (whole, y) in whole.iter_mut().zip(&one[43..75]) {
                *whole ^= product(*y, weight);
            }
        }
        assert_eq!(hex::encode(whole), root);
        let place = Context::new("strongroom root share")
            .text("production")
            .int(7)
            .bytes(&hex::decode(&set).unwrap())
            .int(threshold as u64);
        let key = SymmetricKey::from_bytes(whole);
        let known = kdf::derive(&key, "root share, commitment", place.as_bytes());
        for bytes in &all {
            assert_eq!(bytes[27..43], known.danger_bytes()[..16]);
        }
    }
    for vector in committed()["refused"].as_array().unwrap() {
        assert_eq!(code(vector["text"].as_str().unwrap()), vector["code"]);
    }
}

#[test]
fn a_text_is_read_as_people_type_it() {
    let set = set();
    let text = texts(&set).remove(2);
    let typed = [
        format!("# a remark: share 3\n\n{text}\n  # another\n"),
        text.to_lowercase(),
        text.replace(' ', "\r\n"),
        text.split_whitespace().collect(),
        text.replace('0', "o").replace('1', "l"),
        text.replace(' ', " - "),
    ];
    for typed in typed {
        let share = Share::parse(&typed).unwrap();
        assert_eq!(
            (share.index(), share.threshold(), share.generation()),
            (3, 3, 7)
        );
        assert_eq!(share.set(), set.id);
        assert_eq!(share.to_text().expose(), &text);
    }
    let share = &set.shares[0];
    for mute in [format!("{share:?}"), format!("{:?}", share.to_text())] {
        assert!(
            !mute.contains(&text[..8]) && mute.contains("(..)"),
            "{mute}"
        );
    }
}

#[test]
fn every_slip_of_the_pen_is_found_and_nearly_every_one_says_where() {
    let text = texts(&set()).remove(0);
    let (mut slips, mut named) = (0, 0);
    for at in (0..text.len()).filter(|at| !text[*at..=*at].trim().is_empty()) {
        slips += 1;
        let group = at / 10 + 1;
        match Share::parse(&slip(&text, at)).unwrap_err() {
            SharesError::Group(found) => {
                assert_eq!(found, group);
                named += 1;
            }
            other => assert_eq!(other, SharesError::Checksum),
        }
    }
    assert_eq!(slips, 144);
    assert!(named >= 132, "{named}");
    let groups: Vec<&str> = text.split_whitespace().collect();
    for (a, b) in (0..16).flat_map(|a| (a + 1..16).map(move |b| (a, b))) {
        let mut swapped = groups.clone();
        swapped.swap(a, b);
        assert_eq!(code(&swapped.join(" ")), "keys.share_unreadable");
    }
    for wrong in [
        "",
        "# only a remark",
        &groups[..15].join(" "),
        &(text.clone() + " 0"),
        &(text.clone() + &text),
    ] {
        assert_eq!(code(wrong), "keys.share_unreadable", "{wrong}");
    }
}

/// `text` with the byte at `at` altered and every sum made to fit: what somebody does on purpose.
fn forged(text: &str, at: usize, by: u8) -> String {
    let mut bytes = bytes_of(text);
    bytes[at] ^= by;
    let sum = hash::sha256(&[&bytes[..75]]);
    bytes[75..].copy_from_slice(&sum[..5]);
    let alphabet: Vec<char> = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars().collect();
    let mut out = String::new();
    for (at, five) in bytes.chunks(5).enumerate() {
        let bits = five
            .iter()
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for place in (0..8).rev() {
            out.push(alphabet[usize::try_from(bits >> (5 * place) & 31).unwrap()]);
        }
        let sum = hash::sha256(&[&[u8::try_from(at + 1).unwrap()], five]);
        out.push(alphabet[usize::from(sum[0] >> 3)]);
        out.push(' ');
    }
    out
}

/// `share` and the second and third of `all`.
fn with(share: Share, all: &[String]) -> Vec<Share> {
    let mut shares = parsed(&[&all[1], &all[2]]);
    shares.insert(0, share);
    shares
}

#[test]
fn a_share_that_was_altered_on_purpose_gives_nothing() {
    let all = texts(&set());
    // Its value; what it belongs to; which one it says it is.
    for at in (0..75).filter(|at| *at != 26) {
        let text = forged(&all[0], at, 1);
        let Ok(share) = Share::parse(&text) else {
            assert!(at == 0, "byte {at}");
            assert_eq!(code(&text), "keys.share_version");
            continue;
        };
        let shares = with(share, &all);
        let expected = if at < 43 {
            "keys.share_mixed"
        } else {
            "keys.share_wrong"
        };
        let error = combine(&shares, &environment()).unwrap_err();
        assert_eq!(error.code(), expected, "byte {at}");
    }
    // 1 becomes 5, then 3, which is there.
    for (by, expected) in [
        (4, "keys.share_wrong"),
        (2, "keys.share_few"),
        (1, "keys.share_unreadable"),
    ] {
        let text = forged(&all[0], 26, by);
        let outcome = Share::parse(&text).and_then(|share| {
            let shares = with(share, &all);
            combine(&shares, &environment()).map(drop)
        });
        assert_eq!(outcome.unwrap_err().code(), expected, "{by}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_down_comes_back(
        bytes in any::<[u8; 32]>(), generation in any::<u32>(), seed in any::<u64>(),
        (threshold, shares) in (2..=8_u8).prop_flat_map(|shares| (2..=shares, Just(shares))),
        order in any::<u64>(),
    ) {
        let quorum = Quorum::new(threshold, shares).unwrap();
        let key = SymmetricKey::from_bytes(bytes);
        let set = split(&key, &environment(), generation, quorum, &SeededRng::new(seed));
        let mut all = texts(&set);
        let chance = SeededRng::new(order);
        all.sort_by_cached_key(|_| chance.next_u64());
        for count in 1..=all.len() {
            let used: Vec<&String> = all[..count].iter().collect();
            let outcome = combine(&parsed(&used), &environment());
            if count < usize::from(threshold) {
                prop_assert_eq!(outcome.unwrap_err().code(), "keys.share_few");
            } else {
                let whole = outcome.unwrap();
                prop_assert_eq!(whole.danger_bytes(), &bytes);
            }
        }
        let other = "staging".parse().unwrap();
        let elsewhere = combine(&parsed(&all.iter().collect::<Vec<_>>()), &other);
        prop_assert_eq!(elsewhere.unwrap_err().code(), "keys.share_environment");
    }
}
