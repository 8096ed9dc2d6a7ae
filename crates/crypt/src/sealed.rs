//! The sealed box, version 1: one message under a key of its own (`docs/formats/sealed-box.md`).

use base::Rng;

use crate::cipher::{COMMITMENT_BYTES, MessageKey, ONLY_NONCE, SALT_BYTES, TAG_BYTES};
use crate::{Context, OpenError, Plain, SymmetricKey};

/// The version that [`seal`] writes.
pub const VERSION: u8 = 1;
/// By how much a box is longer than its message.
pub const OVERHEAD_BYTES: usize = 1 + SALT_BYTES + COMMITMENT_BYTES + TAG_BYTES;

const LABEL: &[u8] = b"strongroom/box v1";

/// Seal `plain` for the place `ctx`.
#[must_use]
pub fn seal(key: &SymmetricKey, ctx: &Context, plain: &[u8], rng: &dyn Rng) -> Vec<u8> {
    seal_as(LABEL, VERSION, key, ctx, plain, rng)
}

/// Open a box at the place `ctx`.
///
/// # Errors
/// [`OpenError`], when a single bit is not as it was sealed, or the key or the place is another.
pub fn open(key: &SymmetricKey, ctx: &Context, sealed: &[u8]) -> Result<Plain, OpenError> {
    open_as(LABEL, VERSION, key, ctx, sealed)
}

/// A box under another label, for the formats that are made of one.
pub(crate) fn seal_as(
    label: &[u8],
    version: u8,
    key: &SymmetricKey,
    ctx: &Context,
    plain: &[u8],
    rng: &dyn Rng,
) -> Vec<u8> {
    let mut salt = [0; SALT_BYTES];
    rng.fill(&mut salt);
    let message = MessageKey::derive(key, &[label, &salt]);

    let mut out = Vec::with_capacity(plain.len() + OVERHEAD_BYTES);
    out.push(version);
    out.extend_from_slice(&salt);
    out.extend_from_slice(&message.commitment);
    let head = out.len();
    out.extend_from_slice(plain);
    let tag = message
        .cipher
        .seal(ONLY_NONCE, ctx.as_bytes(), out.split_at_mut(head).1);
    out.extend_from_slice(&tag);
    out
}

pub(crate) fn open_as(
    label: &[u8],
    version: u8,
    key: &SymmetricKey,
    ctx: &Context,
    sealed: &[u8],
) -> Result<Plain, OpenError> {
    let (&found, rest) = sealed.split_first().ok_or(OpenError::Truncated)?;
    if found != version {
        return Err(OpenError::Version(found));
    }
    let (salt, rest) = rest
        .split_first_chunk::<SALT_BYTES>()
        .ok_or(OpenError::Truncated)?;
    let (commitment, text) = rest
        .split_first_chunk::<COMMITMENT_BYTES>()
        .ok_or(OpenError::Truncated)?;
    if text.len() < TAG_BYTES {
        return Err(OpenError::Truncated);
    }
    let message = MessageKey::derive(key, &[label, salt]);
    message.check(commitment)?;
    message.cipher.open(ONLY_NONCE, ctx.as_bytes(), text)
}
