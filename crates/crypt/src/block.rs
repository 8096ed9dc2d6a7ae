//! The sealed block, version 1: equal messages give equal bytes, so that what is stored twice can be stored once
//! (`docs/formats/sealed-block.md`).
//!
//! Whoever has the secret that block keys are made with can find out whether a message that they guess is the one that was sealed. Whoever has
//! only sealed blocks cannot.

use crate::cipher::{Cipher, ONLY_NONCE, TAG_BYTES};
use crate::{OpenError, Plain, SymmetricKey, mac};

/// By how much a block is longer than its message.
pub const OVERHEAD_BYTES: usize = TAG_BYTES;

const LABEL: &[u8] = b"strongroom/block v1";

/// Seal the message in `block` where it lies. The key that comes back opens this block, and no other that is not equal to it.
///
/// `converging` makes block keys and nothing else. The same nonce serves each block: a key belongs to one message.
#[must_use]
pub fn seal(converging: &SymmetricKey, block: &mut Vec<u8>) -> SymmetricKey {
    let key = SymmetricKey::from_bytes(mac::hmac_sha256(converging, &[LABEL, block]));
    let tag = Cipher::new(key.danger_bytes()).seal(ONLY_NONCE, LABEL, block);
    block.extend_from_slice(&tag);
    key
}

/// Open a block.
///
/// # Errors
/// [`OpenError`], when a single bit is not as it was sealed, or the key is another's.
pub fn open(key: &SymmetricKey, sealed: &[u8]) -> Result<Plain, OpenError> {
    if sealed.len() < TAG_BYTES {
        return Err(OpenError::Truncated);
    }
    Cipher::new(key.danger_bytes()).open(ONLY_NONCE, LABEL, sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(converging: u8, message: &[u8]) -> (SymmetricKey, Vec<u8>) {
        let mut block = message.to_vec();
        let key = seal(&SymmetricKey::from_bytes([converging; 32]), &mut block);
        (key, block)
    }

    #[test]
    fn equal_messages_are_equal_blocks_and_others_share_nothing() {
        for message in [&b""[..], b"a", &[7; 70_000]] {
            let (key, block) = sealed(1, message);
            assert_eq!(block.len(), message.len() + OVERHEAD_BYTES);
            let (same_key, same) = sealed(1, message);
            assert_eq!(
                (key.danger_bytes(), &block),
                (same_key.danger_bytes(), &same)
            );
            let (other_key, other) = sealed(2, message);
            assert_ne!(key.danger_bytes(), other_key.danger_bytes());
            assert_ne!(block, other);
            assert_eq!(&*open(&key, &block).unwrap(), message);
            assert_eq!(open(&other_key, &block).err(), Some(OpenError::Altered));
        }
        let (one, _) = sealed(1, b"one message");
        let (other, _) = sealed(1, b"one messagf");
        assert_ne!(one.danger_bytes(), other.danger_bytes());
    }

    #[test]
    fn a_block_that_was_changed_does_not_open() {
        let (key, block) = sealed(1, b"what stands in a page");
        for at in 0..block.len() * 8 {
            let mut changed = block.clone();
            changed[at / 8] ^= 1 << (at % 8);
            assert_eq!(open(&key, &changed).err(), Some(OpenError::Altered));
        }
        for length in 0..block.len() {
            assert!(open(&key, &block[..length]).is_err());
        }
        let (other, _) = sealed(1, b"what stands elsewhere");
        assert!(open(&other, &block).is_err());
    }
}
