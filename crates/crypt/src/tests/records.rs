//! Sealed records.

use base::SeededRng;
use proptest::prelude::*;

use super::{cases, flips, key, place};
use crate::record::{PARTS_MAX, Part, PartPlain, Sealed, seal};
use crate::{Context, OpenError, SymmetricKey};

const HEAD: usize = 26 + 3 * 9;
const TEXTS: [&[u8]; 3] = [b"internal", b"a name and a street", b"a diagnosis"];

/// Classes 2, 3 and 4 in generations 1, 7 and 1, handed over out of order.
fn three(keys: &[SymmetricKey; 3], ctx: &Context, seed: u64) -> Vec<u8> {
    let [internal, personal, health] = keys;
    let parts = [
        part(4, 1, health, TEXTS[2]),
        part(2, 1, internal, TEXTS[0]),
        part(3, 7, personal, TEXTS[1]),
    ];
    seal(&parts, ctx, &SeededRng::new(seed))
}

fn part<'a>(class: u8, generation: u32, key: &'a SymmetricKey, plain: &'a [u8]) -> PartPlain<'a> {
    PartPlain {
        class,
        generation,
        key,
        plain,
    }
}

fn keys() -> [SymmetricKey; 3] {
    [key(2), key(3), key(4)]
}

/// Open one class, from the bytes.
fn open(sealed: &[u8], class: u8, key: &SymmetricKey, ctx: &Context) -> Result<Vec<u8>, OpenError> {
    Sealed::parse(sealed)?
        .open(class, key, ctx)
        .map(|plain| plain.to_vec())
}

/// Where each sealed part lies, by position.
fn bodies() -> [std::ops::Range<usize>; 3] {
    let mut start = HEAD;
    TEXTS.map(|text| {
        let body = start..start + 32 + text.len() + 16;
        start = body.end;
        body
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_sealed_opens(
        plains in prop::collection::hash_map(any::<u8>(), (any::<u32>(), any::<Vec<u8>>()), 0..=PARTS_MAX),
        seed: u64,
        one_key: bool,
    ) {
        let keys: Vec<_> = (0..256).map(|n| key(if one_key { seed } else { seed ^ n })).collect();
        let ctx = place("record");
        let parts: Vec<_> = plains
            .iter()
            .map(|(&class, (generation, plain))| part(class, *generation, &keys[usize::from(class)], plain))
            .collect();
        let sealed = seal(&parts, &ctx, &SeededRng::new(!seed));
        let record = Sealed::parse(&sealed).unwrap();

        let found: Vec<Part> = record.parts().collect();
        prop_assert_eq!(found.len(), plains.len());
        prop_assert!(found.is_sorted_by_key(|part| part.class));
        for (&class, (generation, plain)) in &plains {
            let expected = Part { class, generation: *generation, plain_len: plain.len() };
            prop_assert_eq!(record.part(class), Some(expected));
            prop_assert_eq!(&*record.open(class, &keys[usize::from(class)], &ctx).unwrap(), plain);
        }
    }

    #[test]
    fn noise_does_not_open(noise: Vec<u8>) {
        let noise = [vec![1], noise].concat();
        if let Ok(record) = Sealed::parse(&noise) {
            for part in record.parts() {
                prop_assert!(record.open(part.class, &key(1), &place("record")).is_err());
            }
        }
    }
}

#[test]
fn a_flipped_bit_closes_what_it_touches_and_no_more() {
    let (keys, ctx) = (keys(), place("record"));
    let sealed = three(&keys, &ctx, 5);
    for (at, flipped) in flips(&sealed) {
        for ((class, key), (body, text)) in (2..).zip(&keys).zip(bodies().into_iter().zip(TEXTS)) {
            let opened = open(&flipped, class, key, &ctx);
            if at >= HEAD && !body.contains(&at) {
                assert_eq!(opened.as_deref(), Ok(text), "byte {at}, class {class}");
            } else {
                assert!(opened.is_err(), "byte {at}, class {class}");
            }
        }
    }
}

#[test]
fn a_record_that_is_cut_or_grown_is_refused_whole() {
    let sealed = three(&keys(), &place("record"), 5);
    for len in 0..sealed.len() {
        assert_eq!(
            Sealed::parse(&sealed[..len]).err(),
            Some(OpenError::Truncated)
        );
    }
    let grown = [&sealed[..], &[0]].concat();
    assert_eq!(Sealed::parse(&grown).err(), Some(OpenError::Altered));
}

#[test]
fn a_record_opens_at_its_own_place_under_its_own_keys_only() {
    let (keys, ctx) = (keys(), place("record"));
    let sealed = three(&keys, &ctx, 5);
    assert_eq!(
        open(&sealed, 3, &keys[1], &place("history")).err(),
        Some(OpenError::Altered)
    );
    assert_eq!(
        open(&sealed, 3, &keys[1], &ctx.clone().int(1)).err(),
        Some(OpenError::Altered)
    );
    assert_eq!(
        open(&sealed, 3, &keys[2], &ctx).err(),
        Some(OpenError::Commitment)
    );
    assert_eq!(
        open(&sealed, 5, &keys[2], &ctx).err(),
        Some(OpenError::Altered)
    );
}

#[test]
fn a_part_of_another_record_is_refused() {
    let (keys, ctx) = (keys(), place("record"));
    let (mut mixed, other) = (three(&keys, &ctx, 5), three(&keys, &ctx, 6));
    let body = bodies()[1].clone();
    mixed[body.clone()].copy_from_slice(&other[body]);
    assert_eq!(
        open(&mixed, 3, &keys[1], &ctx).err(),
        Some(OpenError::Commitment)
    );

    // With the head of the other record too, everything else is out of place.
    mixed[..HEAD].copy_from_slice(&other[..HEAD]);
    assert!(open(&mixed, 2, &keys[0], &ctx).is_err());
    assert!(open(&mixed, 4, &keys[2], &ctx).is_err());
}

#[test]
fn a_part_that_was_taken_out_is_missed_by_the_others() {
    let (keys, ctx) = (keys(), place("record"));
    let sealed = three(&keys, &ctx, 5);
    let [_, _, health] = bodies();
    let mut fewer = sealed[..health.start].to_vec();
    fewer.drain(HEAD - 9..HEAD);
    fewer[1] = 2;
    assert_eq!(Sealed::parse(&fewer).unwrap().parts().count(), 2);
    assert_eq!(
        open(&fewer, 2, &keys[0], &ctx).err(),
        Some(OpenError::Altered)
    );
    assert_eq!(
        open(&fewer, 3, &keys[1], &ctx).err(),
        Some(OpenError::Altered)
    );
}

#[test]
fn parts_do_not_change_class_place_or_generation() {
    let (same, ctx) = (key(1), place("record"));
    let text = [7; 20];
    let sealed = seal(
        &[part(3, 1, &same, &text), part(4, 1, &same, &text)],
        &ctx,
        &SeededRng::new(5),
    );
    let (head, body) = (26 + 18, 32 + 20 + 16);

    // One key for both, and yet nothing of one part is good for the other.
    let (first, second) = (&sealed[head..head + body], &sealed[head + body..]);
    assert_ne!(first[..32], second[..32], "one commitment for two parts");
    assert_ne!(
        first[32..52],
        second[32..52],
        "the keystream was used twice"
    );

    let swapped = [&sealed[..head], second, first].concat();
    for class in [3, 4] {
        assert_eq!(
            open(&swapped, class, &same, &ctx).err(),
            Some(OpenError::Commitment)
        );
    }

    let mut unordered = sealed.clone();
    (unordered[26], unordered[35]) = (4, 3);
    assert_eq!(Sealed::parse(&unordered).err(), Some(OpenError::Altered));

    let mut younger = sealed.clone();
    younger[30] = 2;
    assert_eq!(
        open(&younger, 3, &same, &ctx).err(),
        Some(OpenError::Commitment)
    );
    assert_eq!(
        open(&younger, 4, &same, &ctx).err(),
        Some(OpenError::Altered)
    );
}

#[test]
fn lengths_that_lie_are_refused() {
    let (keys, ctx) = (keys(), place("record"));
    let sealed = three(&keys, &ctx, 5);

    // A byte moved from one part to the next: the sum is right, the border is not.
    let mut shifted = sealed.clone();
    shifted[26 + 8] -= 1;
    shifted[35 + 8] += 1;
    assert!(Sealed::parse(&shifted).is_ok());
    for (class, key) in (2..).zip(&keys) {
        assert!(open(&shifted, class, key, &ctx).is_err());
    }

    let mut huge = sealed.clone();
    huge[26 + 5..26 + 9].fill(0xFF);
    assert_eq!(Sealed::parse(&huge).err(), Some(OpenError::Truncated));

    let mut many = sealed;
    many[1] = 17;
    assert_eq!(Sealed::parse(&many).err(), Some(OpenError::Altered));
}

#[test]
#[should_panic(expected = "a class comes twice")]
fn a_class_comes_once() {
    let key = key(1);
    let _ = seal(
        &[part(3, 1, &key, b"a"), part(3, 2, &key, b"b")],
        &place("record"),
        &SeededRng::new(5),
    );
}
