//! Signatures: Ed25519 (RFC 8032) and RSA-4096 with PSS and SHA-256 (RFC 8017).

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    ED25519, Ed25519KeyPair, KeyPair, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, UnparsedPublicKey,
};
use base::{ErrorKind, Fault, Rng};
use zeroize::Zeroizing;

/// A stored signing key is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid RSA signing key of 4096 bits")]
pub struct RejectedKey;

impl Fault for RejectedKey {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "crypt.rejected_key"
    }

    fn public(&self) -> String {
        "The key is not an RSA private key of 4096 bits in PKCS#8 form. Give one that is."
            .to_owned()
    }
}

/// An Ed25519 key pair.
pub struct Ed25519Key {
    pair: Ed25519KeyPair,
    public: [u8; 32],
    seed: Box<Zeroizing<[u8; 32]>>,
}

impl Ed25519Key {
    /// A fresh random key pair.
    #[must_use]
    pub fn generate(rng: &dyn Rng) -> Self {
        let mut seed = Box::new(Zeroizing::new([0; 32]));
        rng.fill(seed.as_mut_slice());
        Self::from_seed(&seed)
    }

    /// The key pair of a seed (the private key of RFC 8032).
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "Invariant: every 32 bytes are an Ed25519 seed"
    )]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("a seed of 32 bytes");
        let mut public = [0; 32];
        public.copy_from_slice(pair.public_key().as_ref());
        Self {
            pair,
            public,
            seed: Box::new(Zeroizing::new(*seed)),
        }
    }

    /// The public key.
    #[must_use]
    pub const fn public(&self) -> [u8; 32] {
        self.public
    }

    /// The seed itself, to be wrapped. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn danger_seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// Sign `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut out = [0; 64];
        out.copy_from_slice(self.pair.sign(message).as_ref());
        out
    }
}

impl fmt::Debug for Ed25519Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519Key(..)")
    }
}

/// Whether `signature` is that of `message` under the Ed25519 key `public`.
#[must_use]
pub fn ed25519_verify(public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public)
        .verify(message, signature)
        .is_ok()
}

/// An RSA key pair of 4096 bits.
pub struct Rsa4096Key(rsa::KeyPair);

impl Rsa4096Key {
    /// A fresh random key pair. Takes a second or so: never on an async thread.
    ///
    /// The primes come from the cipher library's own source of chance; it takes no other.
    ///
    /// # Panics
    /// When the machine has neither memory nor randomness for a key.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "Invariant: only a machine without memory or randomness cannot make a key"
    )]
    pub fn generate() -> Self {
        Self(rsa::KeyPair::generate(KeySize::Rsa4096).expect("memory and randomness for a key"))
    }

    /// Read a private key in PKCS#8 form.
    ///
    /// # Errors
    /// [`RejectedKey`], when it is no RSA key of 4096 bits or its parts do not fit together.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, RejectedKey> {
        let pair = rsa::KeyPair::from_pkcs8(pkcs8).map_err(|_| RejectedKey)?;
        let right_size = pair.public_modulus_len() == KeySize::Rsa4096.len();
        right_size.then_some(Self(pair)).ok_or(RejectedKey)
    }

    /// The private key in PKCS#8 form, to be wrapped.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "Invariant: a key that was made or read can be written"
    )]
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let der: Pkcs8V1Der<'_> = self.0.as_der().expect("a valid key");
        Zeroizing::new(der.as_ref().to_vec())
    }

    /// The public key as a DER `SubjectPublicKeyInfo` (RFC 5280).
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "Invariant: a key that was made or read can be written"
    )]
    pub fn public_der(&self) -> Vec<u8> {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().expect("a valid key");
        der.as_ref().to_vec()
    }

    /// Sign `message` with PSS, SHA-256 and a salt of 32 bytes.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "Invariant: the key is valid and the buffer as long as its modulus"
    )]
    pub fn sign_pss_sha256(&self, message: &[u8]) -> Vec<u8> {
        let mut out = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), message, &mut out)
            .expect("a valid key signs");
        out
    }
}

impl fmt::Debug for Rsa4096Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rsa4096Key(..)")
    }
}

/// Whether `signature` is that of `message` with PSS, SHA-256 and a salt of 32 bytes, under the RSA key `public_der`.
///
/// Takes keys of 2048 to 8192 bits, as `SubjectPublicKeyInfo` or `RSAPublicKey`.
#[must_use]
pub fn rsa_verify(public_der: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, public_der)
        .verify(message, signature)
        .is_ok()
}

/// As [`rsa_verify`], with the key as its two numbers, big-endian without leading zeros (a JWK's `n` and `e`).
#[must_use]
pub fn rsa_verify_numbers(n: &[u8], e: &[u8], message: &[u8], signature: &[u8]) -> bool {
    PublicKeyComponents { n, e }
        .verify(&RSA_PSS_2048_8192_SHA256, message, signature)
        .is_ok()
}
