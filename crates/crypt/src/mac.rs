//! HMAC-SHA256: authentication, and the blind index that finds a value without storing it.

use aws_lc_rs::hmac::{Context, Key, Tag};

use crate::SymmetricKey;

/// Bytes of a blind index.
pub const BLIND_INDEX_BYTES: usize = 16;

const BLIND_INDEX: &[u8] = b"strongroom/blind-index v1";

/// HMAC-SHA256 of `parts`, joined. `key` serves this alone: never one that seals or derives.
#[must_use]
pub fn hmac_sha256(key: &SymmetricKey, parts: &[&[u8]]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(tag(key.hmac(), parts).as_ref());
    out
}

/// Whether `mac` is the HMAC-SHA256 of `parts`, in constant time. A shortened `mac` is none.
#[must_use]
pub fn verify(key: &SymmetricKey, parts: &[&[u8]], mac: &[u8]) -> bool {
    same(tag(key.hmac(), parts).as_ref(), mac)
}

/// The token by which a field's `value` is found again: HMAC-SHA256 over the field's name and the value, cut to 128 bits.
///
/// The caller brings the value into its canonical form first. The same value gives the same token, so a field of few
/// possible values gives away how often each occurs.
#[must_use]
pub fn blind_index(key: &SymmetricKey, field_label: &str, value: &[u8]) -> [u8; BLIND_INDEX_BYTES] {
    let label_len = (field_label.len() as u64).to_be_bytes();
    let parts = [BLIND_INDEX, &label_len, field_label.as_bytes(), value];
    let mut out = [0; BLIND_INDEX_BYTES];
    for (to, from) in out.iter_mut().zip(hmac_sha256(key, &parts)) {
        *to = from;
    }
    out
}

/// Whether two byte strings are the same, in a time that depends on their lengths alone.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

pub(crate) fn tag(key: &Key, parts: &[&[u8]]) -> Tag {
    let mut context = Context::with_key(key);
    for part in parts {
        context.update(part);
    }
    context.sign()
}
