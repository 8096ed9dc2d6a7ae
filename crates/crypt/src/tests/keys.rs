//! Keys, derivation, authentication codes, tokens, passphrases, places.

use std::collections::HashSet;

use base::{Rng, SeededRng};
use proptest::prelude::*;

use super::{cases, key, place};
use crate::passphrase::{self, LANES_MAX, MEMORY_KIB_MAX, PASSES_MAX, Params, RefusedParams};
use crate::{Context, SymmetricKey, SystemRng, hash, kdf, mac, token};

#[test]
fn a_key_is_mute_and_is_copied_by_name() {
    let key = key(1);
    assert_eq!(format!("{key:?}"), "SymmetricKey(..)");
    assert_eq!(key.duplicate().danger_bytes(), key.danger_bytes());
    assert_eq!(
        SymmetricKey::from_bytes(*key.danger_bytes()).danger_bytes(),
        key.danger_bytes()
    );
    assert!(SymmetricKey::from_slice(&[0; 31]).is_none());
    assert!(SymmetricKey::from_slice(&[0; 33]).is_none());
    assert!(!format!("{:?}", place("record")).contains("acme"));
}

#[test]
fn chance_is_chance() {
    let drawn: HashSet<[u8; 16]> = (0..1_000)
        .map(|_| {
            let mut bytes = [0; 16];
            SystemRng.fill(&mut bytes);
            bytes
        })
        .collect();
    assert_eq!(drawn.len(), 1_000);
}

#[test]
fn a_derived_key_belongs_to_its_label_and_its_owner() {
    let root = key(1);
    let derived: HashSet<[u8; 32]> = [
        kdf::derive(&root, "index", b""),
        kdf::derive(&root, "index", b"a"),
        kdf::derive(&root, "indexa", b""),
        kdf::derive(&root, "", b"indexa"),
        kdf::derive(&key(2), "index", b""),
        root.duplicate(),
    ]
    .iter()
    .map(|key| *key.danger_bytes())
    .collect();
    assert_eq!(derived.len(), 6);
    assert_eq!(
        kdf::derive(&root, "index", b"a").danger_bytes(),
        kdf::derive(&root, "index", b"a").danger_bytes()
    );
}

#[test]
fn a_mac_is_checked_whole() {
    let key = key(1);
    let tag = mac::hmac_sha256(&key, &[b"one", b"two"]);
    assert!(mac::verify(&key, &[b"onetwo"], &tag));
    assert!(!mac::verify(&key, &[b"onetwo"], &tag[..31]));
    assert!(!mac::verify(&key, &[b"onetwo"], b""));
    assert!(!mac::verify(&super::key(2), &[b"onetwo"], &tag));
    assert!(!mac::verify(&key, &[b"onetwp"], &tag));
}

#[test]
fn a_blind_index_belongs_to_its_field() {
    let key = key(1);
    let tokens: HashSet<[u8; 16]> = [
        mac::blind_index(&key, "name", b"ada"),
        mac::blind_index(&key, "nam", b"eada"),
        mac::blind_index(&key, "name", b"Ada"),
        mac::blind_index(&super::key(2), "name", b"ada"),
    ]
    .into();
    assert_eq!(tokens.len(), 4);
    assert_eq!(
        mac::blind_index(&key, "name", b"ada"),
        mac::blind_index(&key, "name", b"ada")
    );
}

#[test]
fn a_hash_does_not_care_about_pieces() {
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    for pieces in [&[&b"abc"[..]][..], &[b"a", b"", b"bc"]] {
        assert_eq!(hex::encode(hash::sha256(pieces)), expected, "FIPS 180-4");
    }
    assert_eq!(hash::sha256(&[]), hash::sha256(&[b""]));
}

#[test]
fn a_token_is_known_by_its_digest() {
    let secret = token::generate(&SystemRng);
    let stored = token::digest(secret.expose());
    assert_eq!(secret.expose().len(), token::SECRET_CHARS);
    assert!(token::matches(secret.expose(), &stored));
    assert!(!token::matches(
        token::generate(&SystemRng).expose(),
        &stored
    ));
    assert!(!token::matches(&secret.expose()[1..], &stored));
    assert!(
        secret
            .expose()
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    );
}

/// From the reference implementation's own tests: version 0x13, 2 passes, 64 MiB, 1 lane.
#[test]
fn argon2id_gives_the_published_value() {
    let params = Params {
        memory_kib: 1 << 16,
        passes: 2,
        lanes: 1,
    };
    let mut out = [0; 32];
    passphrase::argon2id(b"password", b"somesalt", params, &mut out).unwrap();
    assert_eq!(
        hex::encode(out),
        "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
    );
}

#[test]
fn a_passphrase_gives_one_key_per_salt_and_cost() {
    let params = Params {
        memory_kib: 64,
        passes: 1,
        lanes: 2,
    };
    let costlier = Params {
        passes: 2,
        ..params
    };
    let derive = |phrase: &[u8], salt, params| {
        *passphrase::derive(phrase, &[salt; 16], params)
            .unwrap()
            .danger_bytes()
    };
    let own = derive(b"correct horse", 1, params);
    assert_eq!(own, derive(b"correct horse", 1, params));
    assert_ne!(own, derive(b"correct horsf", 1, params));
    assert_ne!(own, derive(b"correct horse", 2, params));
    assert_ne!(own, derive(b"correct horse", 1, costlier));
}

#[test]
fn parameters_that_cost_too_much_or_nothing_are_refused() {
    let sound = Params {
        memory_kib: 64,
        passes: 1,
        lanes: 2,
    };
    for params in [
        Params {
            memory_kib: 15,
            ..sound
        },
        Params {
            memory_kib: MEMORY_KIB_MAX + 1,
            ..sound
        },
        Params { passes: 0, ..sound },
        Params {
            passes: PASSES_MAX + 1,
            ..sound
        },
        Params { lanes: 0, ..sound },
        Params {
            lanes: LANES_MAX + 1,
            ..sound
        },
    ] {
        assert_eq!(
            passphrase::derive(b"x", &[0; 16], params).err(),
            Some(RefusedParams),
            "{params:?}"
        );
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Field {
    Text(String),
    Bytes(Vec<u8>),
    Int(u64),
}

fn field() -> impl Strategy<Value = Field> {
    prop_oneof![
        "[a-c]{0,3}".prop_map(Field::Text),
        prop::collection::vec(0_u8..3, 0..10).prop_map(Field::Bytes),
        (0_u64..3).prop_map(Field::Int),
    ]
}

fn build(fields: &[Field]) -> Context {
    fields
        .iter()
        .fold(Context::new("test"), |ctx, field| match field {
            Field::Text(text) => ctx.text(text),
            Field::Bytes(bytes) => ctx.bytes(bytes),
            Field::Int(int) => ctx.int(*int),
        })
}

proptest! {
    #![proptest_config(cases())]

    /// Small alphabets, so that different lists come close to each other.
    #[test]
    fn two_places_are_never_the_same_bytes(
        one in prop::collection::vec(field(), 0..4),
        other in prop::collection::vec(field(), 0..4),
    ) {
        prop_assert_eq!(one == other, build(&one).as_bytes() == build(&other).as_bytes());
        // Nor does one place begin like another that is finished.
        if one != other && !other.starts_with(&one) {
            prop_assert!(!build(&other).as_bytes().starts_with(build(&one).as_bytes()));
        }
    }

    #[test]
    fn keys_of_different_seeds_differ(seed: u64) {
        let rng = SeededRng::new(seed);
        let (one, other) = (SymmetricKey::random(&rng), SymmetricKey::random(&rng));
        prop_assert_ne!(one.danger_bytes(), other.danger_bytes());
    }
}

#[test]
fn the_kind_of_a_field_is_part_of_the_place() {
    let number = 7_u64.to_be_bytes();
    assert_ne!(
        Context::new("x").int(7).as_bytes(),
        Context::new("x").bytes(&number).as_bytes()
    );
    assert_ne!(
        Context::new("x").text("a").as_bytes(),
        Context::new("x").bytes(b"a").as_bytes()
    );
}
