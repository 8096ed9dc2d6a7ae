//! Sealed boxes and wrapped keys.

use std::collections::HashSet;

use base::{ErrorKind, Fault, SeededRng};
use proptest::prelude::*;

use super::{cases, flips, key, place};
use crate::sealed::{OVERHEAD_BYTES, open, seal};
use crate::{OpenError, SystemRng, wrap};

const SALT: std::ops::Range<usize> = 1..25;
const COMMITMENT: std::ops::Range<usize> = 25..57;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_sealed_opens(plain: Vec<u8>, seed: u64, int: u64, text: String) {
        let (key, ctx) = (key(seed), place("note").text(&text).int(int));
        let sealed = seal(&key, &ctx, &plain, &SeededRng::new(seed ^ 1));
        prop_assert_eq!(sealed.len(), plain.len() + OVERHEAD_BYTES);
        prop_assert_eq!(open(&key, &ctx, &sealed).map(|opened| opened.to_vec()), Ok(plain));
    }

    #[test]
    fn what_is_wrapped_unwraps(secret: [u8; 32], seed: u64) {
        let (kek, ctx) = (key(seed), place("person-key"));
        let wrapped = wrap::wrap(&kek, &ctx, &secret, &SeededRng::new(seed ^ 1));
        let opened = wrap::unwrap_key(&kek, &ctx, &wrapped).unwrap();
        prop_assert_eq!(opened.danger_bytes(), &secret);
    }

    #[test]
    fn noise_does_not_open(noise: Vec<u8>) {
        prop_assert!(open(&key(1), &place("note"), &noise).is_err());
        prop_assert!(wrap::unwrap(&key(1), &place("note"), &noise).is_err());
    }
}

#[test]
fn a_flipped_bit_is_found_and_named() {
    let (key, ctx) = (key(1), place("note"));
    let sealed = seal(&key, &ctx, b"a short note", &SeededRng::new(2));
    for (at, flipped) in flips(&sealed) {
        let expected = if at == 0 {
            OpenError::Version(flipped[0])
        } else if SALT.contains(&at) || COMMITMENT.contains(&at) {
            OpenError::Commitment
        } else {
            OpenError::Altered
        };
        assert_eq!(
            open(&key, &ctx, &flipped).err(),
            Some(expected),
            "byte {at}"
        );
    }
}

#[test]
fn a_box_that_is_cut_or_grown_does_not_open() {
    let (key, ctx) = (key(1), place("note"));
    let sealed = seal(&key, &ctx, b"a short note", &SeededRng::new(2));
    for len in 0..sealed.len() {
        let expected = if len < OVERHEAD_BYTES {
            OpenError::Truncated
        } else {
            OpenError::Altered
        };
        assert_eq!(open(&key, &ctx, &sealed[..len]).err(), Some(expected));
    }
    let grown = [&sealed[..], &[0]].concat();
    assert_eq!(open(&key, &ctx, &grown).err(), Some(OpenError::Altered));
}

#[test]
fn a_box_opens_at_its_own_place_under_its_own_key_only() {
    let (own, ctx) = (key(1), place("note"));
    let sealed = seal(&own, &ctx, b"a short note", &SeededRng::new(2));
    for other in [
        place("nota"),
        ctx.clone().int(0),
        ctx.clone().text(""),
        crate::Context::new("note").text("acme").bytes(&[7; 16]),
        crate::Context::new("note")
            .text("acme")
            .bytes(&[7; 16])
            .int(4),
        crate::Context::new("note")
            .text("emca")
            .bytes(&[7; 16])
            .int(3),
    ] {
        assert_eq!(open(&own, &other, &sealed).err(), Some(OpenError::Altered));
    }
    assert_eq!(
        open(&key(3), &ctx, &sealed).err(),
        Some(OpenError::Commitment)
    );
}

#[test]
fn a_box_is_not_a_wrapped_key() {
    let (key, ctx) = (key(1), place("key"));
    let (boxed, wrapped) = (
        seal(&key, &ctx, &[9; 32], &SeededRng::new(2)),
        wrap::wrap(&key, &ctx, &[9; 32], &SeededRng::new(2)),
    );
    assert_eq!(
        wrap::unwrap(&key, &ctx, &boxed).err(),
        Some(OpenError::Commitment)
    );
    assert_eq!(
        open(&key, &ctx, &wrapped).err(),
        Some(OpenError::Commitment)
    );
}

#[test]
fn a_wrapped_key_refuses_every_flipped_bit_and_every_cut() {
    let (kek, ctx) = (key(1), place("key"));
    let wrapped = wrap::wrap(&kek, &ctx, &[9; 32], &SeededRng::new(2));
    for (at, flipped) in flips(&wrapped) {
        assert!(wrap::unwrap(&kek, &ctx, &flipped).is_err(), "byte {at}");
    }
    for len in 0..wrapped.len() {
        assert!(wrap::unwrap(&kek, &ctx, &wrapped[..len]).is_err());
    }
    let short = wrap::wrap(&kek, &ctx, &[9; 31], &SeededRng::new(2));
    assert_eq!(
        wrap::unwrap_key(&kek, &ctx, &short).err(),
        Some(OpenError::Altered)
    );
}

#[test]
fn the_same_message_never_looks_the_same() {
    let (key, ctx) = (key(1), place("note"));
    let salts: HashSet<Vec<u8>> = (0..10_000)
        .map(|_| seal(&key, &ctx, b"again", &SystemRng)[SALT].to_vec())
        .collect();
    assert_eq!(salts.len(), 10_000);

    let (a, b) = (
        seal(&key, &ctx, &[0; 64], &SystemRng),
        seal(&key, &ctx, &[0; 64], &SystemRng),
    );
    assert_ne!(a[57..], b[57..], "the keystream was used twice");
}

#[test]
fn an_error_has_a_code_and_tells_nothing() {
    let errors = [
        OpenError::Version(9),
        OpenError::Truncated,
        OpenError::Commitment,
        OpenError::Altered,
    ];
    let codes: HashSet<&str> = errors.iter().map(Fault::code).collect();
    assert_eq!(codes.len(), errors.len());
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Tampered);
        assert!(error.code().starts_with("crypt.") && !error.public().is_empty());
    }
}
