//! The signatures that passkeys make (WebAuthn Level 3 §6.5.5): checked here, never made.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use crate::sign;

/// A passkey's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasskeyKey {
    /// ES256: a point on P-256.
    P256 {
        /// Its x.
        x: [u8; 32],
        /// Its y.
        y: [u8; 32],
    },
    /// EdDSA on curve 25519.
    Ed25519([u8; 32]),
    /// RS256, 2048 to 8192 bits.
    Rsa {
        /// The modulus, big-endian.
        n: Vec<u8>,
        /// The exponent, big-endian.
        e: Vec<u8>,
    },
}

impl PasskeyKey {
    /// Whether `signature` is that of `message` under this key. A key that is none verifies nothing.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::P256 { x, y } => {
                let mut point = [4; 65];
                for (to, from) in point.iter_mut().skip(1).zip(x.iter().chain(y)) {
                    *to = *from;
                }
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
                    .verify(message, signature)
                    .is_ok()
            }
            Self::Ed25519(public) => sign::ed25519_verify(public, message, signature),
            Self::Rsa { n, e } => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
        }
    }
}
