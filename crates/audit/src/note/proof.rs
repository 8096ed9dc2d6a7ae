//! Proofs that stand alone (`c2sp.org/tlog-proof@v1`): one entry, the hashes up to the root, the signed checkpoint.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Checkpoint, LogKey, NoteError};
use crate::merkle::{Hash, leaf_hash, verify_inclusion};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
const MALFORMED: NoteError = NoteError::Malformed("proof");

/// That one entry is in a log. Written with extension `.tlog-proof`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProof {
    /// Opaque to the format and not authenticated by it. Ours holds the entry itself, which the proof then authenticates.
    pub extra: Option<Vec<u8>>,
    /// The entry's place.
    pub index: u64,
    /// The leaf's sibling first.
    pub hashes: Vec<Hash>,
    /// The signed note.
    pub checkpoint: String,
}

impl LogProof {
    /// Check that `entry` is in the log that `keys` sign for; gives the checkpoint that says so.
    ///
    /// # Errors
    /// [`NoteError`], by what is wrong.
    pub fn verify(&self, entry: &[u8], keys: &[LogKey]) -> Result<Checkpoint, NoteError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, keys)?;
        let leaf = leaf_hash(entry);
        if verify_inclusion(
            &leaf,
            self.index,
            checkpoint.size,
            &self.hashes,
            &checkpoint.root,
        ) {
            Ok(checkpoint)
        } else {
            Err(NoteError::Proof)
        }
    }
}

impl fmt::Display for LogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{}", STANDARD.encode(hash))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for LogProof {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(MALFORMED)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(MALFORMED);
        }
        let mut line = lines.next().ok_or(MALFORMED)?;
        let mut extra = None;
        if let Some(encoded) = line.strip_prefix("extra ") {
            extra = Some(STANDARD.decode(encoded).map_err(|_| MALFORMED)?);
            line = lines.next().ok_or(MALFORMED)?;
        }
        let index = line.strip_prefix("index ").ok_or(MALFORMED)?;
        let plain = index.bytes().all(|byte| byte.is_ascii_digit())
            && (index == "0" || !index.starts_with('0'));
        if !plain {
            return Err(MALFORMED);
        }
        let hashes = lines
            .map(|line| {
                let hash = STANDARD.decode(line).map_err(|_| MALFORMED)?;
                hash.try_into().map_err(|_| MALFORMED)
            })
            .collect::<Result<Vec<Hash>, _>>()?;
        if hashes.len() > 64 {
            return Err(MALFORMED);
        }
        Ok(Self {
            extra,
            index: index.parse().map_err(|_| MALFORMED)?,
            hashes,
            checkpoint: checkpoint.to_owned(),
        })
    }
}
