//! ES256: ECDSA over P-256 with SHA-256, the signature as two numbers of 32 bytes (RFC 7518 §3.4).

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use zeroize::Zeroizing;

/// Bytes of an uncompressed point: the byte 4 and two coordinates.
const POINT_BYTES: usize = 65;
const UNCOMPRESSED: u8 = 4;

/// A P-256 key pair that signs.
pub struct Es256Key {
    pair: EcdsaKeyPair,
    x: [u8; 32],
    y: [u8; 32],
}

impl Es256Key {
    /// A fresh random key pair, from the cipher library's own source of chance; it takes no other.
    ///
    /// # Panics
    /// When the machine has neither memory nor randomness for a key.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "Invariant: only a machine without memory or randomness cannot make a key"
    )]
    pub fn generate() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .expect("memory and randomness for a key");
        Self::of(pair).expect("a P-256 key has a point of 65 bytes")
    }

    /// Read a private key in PKCS#8 form; `None` for what is no P-256 key.
    #[must_use]
    pub fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .ok()
            .and_then(Self::of)
    }

    fn of(pair: EcdsaKeyPair) -> Option<Self> {
        let point: [u8; POINT_BYTES] = pair.public_key().as_ref().try_into().ok()?;
        let (x, y) = point.get(1..)?.split_at(32);
        let (x, y) = (x.try_into().ok()?, y.try_into().ok()?);
        Some(Self { pair, x, y })
    }

    /// The private key in PKCS#8 form, to be sealed.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "Invariant: a key that was made or read can be written"
    )]
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let document = self.pair.to_pkcs8v1().expect("a valid key");
        Zeroizing::new(document.as_ref().to_vec())
    }

    /// The public key: the two coordinates of its point.
    #[must_use]
    pub const fn public(&self) -> (&[u8; 32], &[u8; 32]) {
        (&self.x, &self.y)
    }

    /// Sign `message`.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "Invariant: a valid key signs, and its signature has 64 bytes"
    )]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let signature = self
            .pair
            .sign(&SystemRandom::new(), message)
            .expect("a valid key signs");
        let mut out = [0; 64];
        out.copy_from_slice(signature.as_ref());
        out
    }
}

impl fmt::Debug for Es256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Es256Key(..)")
    }
}

/// Whether `signature` is that of `message` under the P-256 key with the coordinates `x` and `y`. A point that is not on the
/// curve verifies nothing.
#[must_use]
pub fn verify(x: &[u8; 32], y: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let mut point = [UNCOMPRESSED; POINT_BYTES];
    for (to, from) in point.iter_mut().skip(1).zip(x.iter().chain(y)) {
        *to = *from;
    }
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(message, signature)
        .is_ok()
}
