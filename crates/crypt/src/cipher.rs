//! AES-256-GCM and the derivation of a key for one message. The rest of the crate decides on nonces here only.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::{OpenError, Plain, SymmetricKey, kdf};

/// Bytes of the random salt that gives each message a key of its own.
pub(crate) const SALT_BYTES: usize = 24;
/// Bytes of the commitment to the key.
pub(crate) const COMMITMENT_BYTES: usize = 32;
/// Bytes of the authentication tag.
pub(crate) const TAG_BYTES: usize = 16;

pub(crate) type NonceBytes = [u8; 12];
/// The nonce of a key that seals one message in its life.
pub(crate) const ONLY_NONCE: NonceBytes = [0; 12];

/// An AES-256-GCM key, expanded.
pub(crate) struct Cipher(LessSafeKey);

impl Cipher {
    #[expect(
        clippy::expect_used,
        reason = "Invariant: a key of 32 bytes is one of AES-256"
    )]
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// Encrypt in place and give the tag. The caller answers for the nonce: once under this key.
    #[expect(
        clippy::expect_used,
        reason = "Invariant: no caller seals 64 GiB in one message, the only input the cipher refuses"
    )]
    pub(crate) fn seal(&self, nonce: NonceBytes, aad: &[u8], in_out: &mut [u8]) -> [u8; TAG_BYTES] {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let mut tag_out = [0; TAG_BYTES];
        self.0
            .seal_in_place_scatter(nonce, Aad::from(aad), in_out, &[], &mut tag_out)
            .expect("a message within the cipher's limit");
        tag_out
    }

    /// Decrypt `sealed` (ciphertext and tag) into fresh memory.
    pub(crate) fn open(
        &self,
        nonce: NonceBytes,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Plain, OpenError> {
        let (text, tag) = split_tag(sealed)?;
        let mut plain = Plain::zeros(text.len());
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.0
            .open_separate_gather(nonce, Aad::from(aad), text, tag, plain.bytes_mut())
            .map_err(|_| OpenError::Altered)?;
        Ok(plain)
    }

    /// Decrypt `in_out` (ciphertext and tag) where it lies; the plaintext is its beginning, of the length returned.
    pub(crate) fn open_in_place(
        &self,
        nonce: NonceBytes,
        aad: &[u8],
        in_out: &mut [u8],
    ) -> Result<usize, OpenError> {
        self.0
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), in_out)
            .map(|plain| plain.len())
            .map_err(|_| OpenError::Altered)
    }
}

fn split_tag(sealed: &[u8]) -> Result<(&[u8], &[u8; TAG_BYTES]), OpenError> {
    sealed.split_last_chunk().ok_or(OpenError::Truncated)
}

/// What a long-lived key and a salt give for one message: a cipher, and a commitment to both.
pub(crate) struct MessageKey {
    pub(crate) cipher: Cipher,
    pub(crate) commitment: [u8; COMMITMENT_BYTES],
}

impl MessageKey {
    /// HKDF-Expand to 64 bytes: the first half is the cipher's key, the second the commitment.
    ///
    /// The commitment is an HMAC-SHA256 of all of `info` and the first half, so two keys that give the same one are a collision
    /// of SHA-256; it says nothing of the cipher's key.
    pub(crate) fn derive(key: &SymmetricKey, info: &[&[u8]]) -> Self {
        let mut okm = Zeroizing::new([[0; 32]; 2]);
        kdf::expand_two(key, info, &mut okm);
        let [cipher_key, commitment] = &*okm;
        Self {
            cipher: Cipher::new(cipher_key),
            commitment: *commitment,
        }
    }

    /// Whether `commitment`, as stored, is this key's.
    pub(crate) fn check(&self, commitment: &[u8]) -> Result<(), OpenError> {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.commitment, commitment)
            .map_err(|_| OpenError::Commitment)
    }
}
