//! A secret key of 256 bits.

use std::fmt;
use std::sync::OnceLock;

use aws_lc_rs::hmac::{HMAC_SHA256, Key};
use base::Rng;
use zeroize::{Zeroize, Zeroizing};

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// A 256-bit key for sealing, deriving or authenticating.
///
/// It lives on the heap, so that a move leaves no copy behind; it is zeroised on drop and has no `Clone`.
pub struct SymmetricKey {
    bytes: Box<Zeroizing<[u8; KEY_BYTES]>>,
    /// Set up at its first use: a key in a cache derives one for every message, and setting up was a third of that.
    hmac: OnceLock<Box<Key>>,
}

impl SymmetricKey {
    /// A fresh random key.
    #[must_use]
    pub fn random(rng: &dyn Rng) -> Self {
        Self::filled(|bytes| rng.fill(bytes))
    }

    /// The key with these bytes. The caller's own copy stays the caller's to wipe.
    #[must_use]
    pub fn from_bytes(mut bytes: [u8; KEY_BYTES]) -> Self {
        let key = Self::filled(|to| to.copy_from_slice(&bytes));
        bytes.zeroize();
        key
    }

    /// The key in `bytes`, if there are 32.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == KEY_BYTES).then(|| Self::filled(|to| to.copy_from_slice(bytes)))
    }

    /// A second copy, for a second owner.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self::filled(|to| to.copy_from_slice(self.danger_bytes()))
    }

    /// The bytes themselves. Whoever calls this answers for where they go.
    #[must_use]
    pub fn danger_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }

    /// The key, set up for HMAC-SHA256. The library wipes it when it is dropped.
    pub(crate) fn hmac(&self) -> &Key {
        self.hmac
            .get_or_init(|| Box::new(Key::new(HMAC_SHA256, self.danger_bytes())))
    }

    /// A key that is written where it will stay, never on the stack.
    pub(crate) fn filled(fill: impl FnOnce(&mut [u8; KEY_BYTES])) -> Self {
        let mut bytes = Box::new(Zeroizing::new([0; KEY_BYTES]));
        fill(&mut bytes);
        Self {
            bytes,
            hmac: OnceLock::new(),
        }
    }
}

impl fmt::Debug for SymmetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SymmetricKey(..)")
    }
}
