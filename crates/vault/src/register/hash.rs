//! A quick hash of short names. Not for secrets and not against attackers: whoever uses it compares the names as well.

const K: u64 = 0x9E37_79B9_7F4A_7C15;

/// The hash of `bytes`.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut state = K ^ bytes.len() as u64;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state = mix(state ^ u64::from_le_bytes(*word));
    }
    let tail = rest
        .iter()
        .rev()
        .fold(0_u64, |tail, byte| tail << 8 | u64::from(*byte));
    mix(state ^ tail)
}

/// Folded multiplication: each bit of the input reaches each bit of the output.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the two halves of the product are what is wanted"
)]
fn mix(word: u64) -> u64 {
    let product = u128::from(word) * u128::from(K | 1 << 63);
    (product >> 64) as u64 ^ product as u64
}
