//! Bearer secrets: 256 random bits as text for the holder, their SHA-256 for us.

use base::{Rng, Secret};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::{hash, mac};

/// Characters of a secret: 32 bytes in base64url without padding.
pub const SECRET_CHARS: usize = 43;

/// A fresh secret.
#[must_use]
pub fn generate(rng: &dyn Rng) -> Secret<String> {
    let mut bytes = Zeroizing::new([0; 32]);
    rng.fill(bytes.as_mut_slice());
    // Enough room from the start: a text that grows leaves copies of its beginning behind.
    let mut text = String::with_capacity(SECRET_CHARS);
    URL_SAFE_NO_PAD.encode_string(bytes.as_slice(), &mut text);
    Secret::new(text)
}

/// What is stored of a secret. It has 256 bits of chance in it, so a plain hash gives nothing to guess at.
#[must_use]
pub fn digest(secret: &str) -> [u8; 32] {
    hash::sha256(&[secret.as_bytes()])
}

/// Whether `secret` is the one that `digest` was stored of, in constant time.
#[must_use]
pub fn matches(secret: &str, stored: &[u8; 32]) -> bool {
    mac::same(&digest(secret), stored)
}
