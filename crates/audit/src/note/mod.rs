//! Signed notes (`c2sp.org/signed-note`): a text, and lines below it that say who signed it.
//!
//! We sign with Ed25519 (type `0x01`) alone. Signatures of keys or types that we do not know are kept and passed over, so
//! that witnesses may add theirs.

mod checkpoint;
mod proof;
mod vkey;

pub use checkpoint::Checkpoint;
pub use proof::LogProof;
pub use vkey::{LogKey, keys_in, keys_text};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypt::sign::Ed25519Key;

/// The longest note we parse. A checkpoint with 16 post-quantum cosignatures has about 100 kB.
const NOTE_BYTES_MAX: usize = 256 << 10;
/// The most signatures on one note; `signed-note` asks for at least 16.
const SIGNATURES_MAX: usize = 100;

/// Why a note, a key or a proof was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is not of the form that the standard gives.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// A key that we know stands on it, but the signature is not that key's.
    #[error("the signature of {0} does not verify")]
    BadSignature(String),
    /// No key that we know signed it.
    #[error("no known key signed it")]
    Unsigned,
    /// It is another log's.
    #[error("the origin is {found:?}, expected {wanted:?}")]
    Origin {
        /// Whose it is.
        found: String,
        /// Whose it should be.
        wanted: String,
    },
    /// The hashes do not lead from the entry to the root that was signed.
    #[error("the proof does not lead to the signed root")]
    Proof,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The key's name.
    pub name: String,
    /// The first four bytes of the key's hash.
    pub key_id: u32,
    /// The signature proper.
    pub bytes: Vec<u8>,
}

/// A text with its signatures, not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text, with its final newline.
    pub text: String,
    /// In the order of their lines.
    pub signatures: Vec<Signature>,
}

/// Whether `name` may name a key: not empty, without spaces and plus.
fn is_key_name(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

impl Note {
    /// Parse a note.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        const MALFORMED: NoteError = NoteError::Malformed("note");
        if note.len() > NOTE_BYTES_MAX || note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(MALFORMED);
        }
        let (text, lines) = note.rsplit_once("\n\n").ok_or(MALFORMED)?;
        let lines = lines.strip_suffix('\n').ok_or(MALFORMED)?;
        let signatures = lines
            .split('\n')
            .map(|line| parse_signature(line).ok_or(MALFORMED))
            .collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > SIGNATURES_MAX || text.is_empty() {
            return Err(MALFORMED);
        }
        Ok(Self {
            text: format!("{text}\n"),
            signatures,
        })
    }

    /// Check the signatures of the keys that we know: each must verify, and there must be one.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] or [`NoteError::Unsigned`].
    pub fn verify(&self, keys: &[LogKey]) -> Result<(), NoteError> {
        let mut verified = false;
        for signature in &self.signatures {
            let known = keys
                .iter()
                .find(|key| key.name() == signature.name && key.id() == signature.key_id);
            if let Some(key) = known {
                if !key.verify(self.text.as_bytes(), &signature.bytes) {
                    return Err(NoteError::BadSignature(signature.name.clone()));
                }
                verified = true;
            }
        }
        if verified {
            Ok(())
        } else {
            Err(NoteError::Unsigned)
        }
    }
}

fn parse_signature(line: &str) -> Option<Signature> {
    let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (key_id, signature) = bytes.split_first_chunk::<4>()?;
    if !is_key_name(name) || signature.is_empty() {
        return None;
    }
    Some(Signature {
        name: name.to_owned(),
        key_id: u32::from_be_bytes(*key_id),
        bytes: signature.to_vec(),
    })
}

/// Sign `text` (which ends in a newline) with `key` under `name`: the whole note.
///
/// # Errors
/// [`NoteError::Malformed`] when the name or the text cannot stand in a note.
pub fn sign(text: &str, name: &str, key: &Ed25519Key) -> Result<String, NoteError> {
    if !text.ends_with('\n') || text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(NoteError::Malformed("note"));
    }
    let log_key = LogKey::new(name, key.public())?;
    let mut blob = [0; 68];
    let (id, signature) = blob.split_at_mut(4);
    id.copy_from_slice(&log_key.id().to_be_bytes());
    signature.copy_from_slice(&key.sign(text.as_bytes()));
    Ok(format!("{text}\n— {name} {}\n", STANDARD.encode(blob)))
}

#[cfg(test)]
mod tests;
