//! Why each format commits to its key: plain GCM does not, and here is the forgery that shows it.

use base::SeededRng;

use super::{key, place};
use crate::cipher::{Cipher, MessageKey, ONLY_NONCE};
use crate::record::{PartPlain, Sealed};
use crate::{OpenError, SymmetricKey, file, record, sealed};

/// GF(2^128) as GCM has it: bit 0 is the highest bit of the first byte.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Field(u128);

impl Field {
    fn of(bytes: &[u8]) -> Self {
        let mut block = [0; 16];
        block[..bytes.len()].copy_from_slice(bytes);
        Self(u128::from_be_bytes(block))
    }

    fn plus(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }

    fn times(self, other: Self) -> Self {
        let (mut product, mut power) = (0, other.0);
        for bit in 0..128 {
            if self.0 >> (127 - bit) & 1 == 1 {
                product ^= power;
            }
            let carry = power & 1;
            power >>= 1;
            if carry == 1 {
                power ^= 0xE1 << 120;
            }
        }
        Self(product)
    }

    /// Fermat: `x^(2^128 - 2)`.
    fn inverse(self) -> Self {
        let (mut out, mut square) = (Self(1 << 127), self);
        for _ in 1..128 {
            square = square.times(square);
            out = out.times(square);
        }
        out
    }
}

/// What GHASH and the tag need of a key, learnt by asking the cipher.
struct Inside {
    hash_key: Field,
    mask: Field,
}

fn inside(cipher: &Cipher) -> Inside {
    let mask = Field::of(&cipher.seal(ONLY_NONCE, &[], &mut []));
    // With one zero block of associated data, the tag is the length block times the hash key, masked.
    let tag = Field::of(&cipher.seal(ONLY_NONCE, &[0; 16], &mut []));
    let hash_key = tag.plus(mask).times(lengths(16, 0).inverse());
    Inside { hash_key, mask }
}

fn lengths(aad_len: usize, text_len: usize) -> Field {
    Field(((aad_len as u128 * 8) << 64) | (text_len as u128 * 8))
}

/// The tag of `text` as GCM computes it, with the lengths block last.
fn tag(inside: &Inside, aad: &[u8], text: &[Field]) -> Field {
    aad.chunks(16)
        .map(Field::of)
        .chain(text.iter().copied())
        .chain([lengths(aad.len(), text.len() * 16)])
        .fold(Field(0), |sum, block| {
            sum.plus(block).times(inside.hash_key)
        })
        .plus(inside.mask)
}

/// Two blocks of ciphertext and a tag that GCM accepts under both keys.
fn forge(one: &Cipher, other: &Cipher, aad: &[u8]) -> Vec<u8> {
    let (a, b) = (inside(one), inside(other));
    let fixed = Field::of(b"any text will do");
    let square = |inside: &Inside| inside.hash_key.times(inside.hash_key);
    let gap = tag(&a, aad, &[fixed, Field(0)]).plus(tag(&b, aad, &[fixed, Field(0)]));
    let free = gap.times(square(&a).plus(square(&b)).inverse());
    let text = [fixed, free];
    assert_eq!(tag(&a, aad, &text), tag(&b, aad, &text));
    [fixed.0, free.0, tag(&a, aad, &text).0]
        .iter()
        .flat_map(|block| block.to_be_bytes())
        .collect()
}

#[test]
fn gcm_alone_opens_under_two_keys() {
    let (one, other) = (
        Cipher::new(key(1).danger_bytes()),
        Cipher::new(key(2).danger_bytes()),
    );
    let aad = place("note");
    let forged = forge(&one, &other, aad.as_bytes());
    let first = one.open(ONLY_NONCE, aad.as_bytes(), &forged).unwrap();
    let second = other.open(ONLY_NONCE, aad.as_bytes(), &forged).unwrap();
    assert_ne!(*first, *second);
}

#[test]
fn a_box_opens_under_one_key_at_most() {
    let (keys, ctx, salt) = ([key(1), key(2)], place("note"), [5; 24]);
    let derive = |key: &SymmetricKey| MessageKey::derive(key, &[b"strongroom/box v1", &salt]);
    let messages = [derive(&keys[0]), derive(&keys[1])];
    let forged = forge(&messages[0].cipher, &messages[1].cipher, ctx.as_bytes());
    let dressed = |commitment: &[u8; 32]| [&[1][..], &salt, commitment, &forged].concat();

    // The forgery is real: it opens under whichever key the commitment names, and the other key is refused.
    for (own, other) in [(0, 1), (1, 0)] {
        let sealed = dressed(&messages[own].commitment);
        assert!(sealed::open(&keys[own], &ctx, &sealed).is_ok());
        assert_eq!(
            sealed::open(&keys[other], &ctx, &sealed).err(),
            Some(OpenError::Commitment)
        );
    }
}

#[test]
fn a_wrong_key_is_named_before_anything_is_deciphered() {
    let (own, other, ctx) = (key(1), key(2), place("note"));
    let rng = SeededRng::new(3);

    let boxed = sealed::seal(&own, &ctx, b"", &rng);
    assert_eq!(
        sealed::open(&other, &ctx, &boxed).err(),
        Some(OpenError::Commitment)
    );

    let part = PartPlain {
        class: 4,
        generation: 1,
        key: &own,
        plain: b"",
    };
    let sealed = record::seal(&[part], &ctx, &rng);
    let parsed = Sealed::parse(&sealed).unwrap();
    assert_eq!(
        parsed.open(4, &other, &ctx).err(),
        Some(OpenError::Commitment)
    );

    let (_, header) = file::Sealer::new(&own, &ctx, 16, &rng).unwrap();
    let opened = file::Opener::new(&other, &ctx, &header, file::sealed_len(0, 16));
    assert_eq!(opened.err(), Some(OpenError::Commitment));
}

#[test]
fn commitments_of_many_keys_differ() {
    let salt = [5; 24];
    let mut commitments: Vec<[u8; 32]> = (0..2_000)
        .map(|seed| MessageKey::derive(&key(seed), &[b"strongroom/box v1", &salt]).commitment)
        .collect();
    commitments.sort_unstable();
    commitments.dedup();
    assert_eq!(commitments.len(), 2_000);
}
