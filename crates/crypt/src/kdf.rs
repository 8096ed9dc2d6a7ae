//! Keys from keys: HKDF-Expand with SHA-256 (RFC 5869 §2.3). Our keys are uniform, so there is nothing to extract.

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk};
use aws_lc_rs::hmac::Context;

use crate::SymmetricKey;

/// No `info` of a sealed format begins with this, nor this with one of theirs: what is derived here is never a message's key.
const LABEL: &[u8] = b"strongroom/derive v1";

/// A key for one use, named by `label` (what for) and `ctx` (whose; any bytes).
#[must_use]
pub fn derive(key: &SymmetricKey, label: &str, ctx: &[u8]) -> SymmetricKey {
    let label_len = (label.len() as u64).to_be_bytes();
    SymmetricKey::filled(|out| {
        expand(
            key.danger_bytes(),
            &[LABEL, &label_len, label.as_bytes(), ctx],
            out,
        );
    })
}

struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-Expand of `key` to 64 bytes: what [`expand`] gives, with a key that is set up once for all its messages.
pub(crate) fn expand_two(key: &SymmetricKey, info: &[&[u8]], out: &mut [[u8; 32]; 2]) {
    let block = |before: &[u8], number: u8| {
        let mut context = Context::with_key(key.hmac());
        context.update(before);
        for part in info {
            context.update(part);
        }
        context.update(&[number]);
        context.sign()
    };
    let [first, second] = out;
    first.copy_from_slice(block(&[], 1).as_ref());
    second.copy_from_slice(block(first, 2).as_ref());
}

/// HKDF-Expand of `key` to the length of `out`, at most 8,160 bytes; `info` is the parts joined.
#[expect(
    clippy::expect_used,
    reason = "Invariant: callers ask for at most 64 bytes, far below the limit of 255 hashes"
)]
pub(crate) fn expand(key: &[u8], info: &[&[u8]], out: &mut [u8]) {
    Prk::new_less_safe(HKDF_SHA256, key)
        .expand(info, Bytes(out.len()))
        .and_then(|okm| okm.fill(out))
        .expect("a length that HKDF can give");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_set_up_once_gives_what_the_library_gives() {
        for seed in 0..50u8 {
            let key = SymmetricKey::from_bytes([seed; 32]);
            let long = vec![seed; usize::from(seed) * 7];
            let info: [&[u8]; 3] = [b"label", &long, &[seed]];
            let (mut theirs, mut ours) = ([[0; 32]; 2], [[0; 32]; 2]);
            expand(key.danger_bytes(), &info, theirs.as_flattened_mut());
            for _ in 0..2 {
                expand_two(&key, &info, &mut ours);
                assert_eq!(ours, theirs);
            }
        }
    }
}
