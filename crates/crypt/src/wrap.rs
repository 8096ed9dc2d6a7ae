//! The wrapped key, version 1: a key or a signing seed sealed under another key (`docs/formats/wrapped-key.md`).

use base::Rng;

use crate::{Context, OpenError, Plain, SymmetricKey, sealed};

/// The version that [`wrap`] writes.
pub const VERSION: u8 = 1;
/// By how much a wrapped key is longer than the key.
pub const OVERHEAD_BYTES: usize = sealed::OVERHEAD_BYTES;

const LABEL: &[u8] = b"strongroom/wrap v1";

/// Wrap `secret` under `kek` for the place `ctx`.
#[must_use]
pub fn wrap(kek: &SymmetricKey, ctx: &Context, secret: &[u8], rng: &dyn Rng) -> Vec<u8> {
    sealed::seal_as(LABEL, VERSION, kek, ctx, secret, rng)
}

/// Unwrap the secret that was wrapped for the place `ctx`.
///
/// # Errors
/// [`OpenError`], when a single bit is not as it was wrapped, or the key or the place is another.
pub fn unwrap(kek: &SymmetricKey, ctx: &Context, wrapped: &[u8]) -> Result<Plain, OpenError> {
    sealed::open_as(LABEL, VERSION, kek, ctx, wrapped)
}

/// Unwrap a [`SymmetricKey`].
///
/// # Errors
/// As [`unwrap`]; [`OpenError::Altered`] too when what is inside is not 32 bytes long.
pub fn unwrap_key(
    kek: &SymmetricKey,
    ctx: &Context,
    wrapped: &[u8],
) -> Result<SymmetricKey, OpenError> {
    let secret = unwrap(kek, ctx, wrapped)?;
    SymmetricKey::from_slice(&secret).ok_or(OpenError::Altered)
}
