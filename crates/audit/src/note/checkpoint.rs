//! Checkpoints (`c2sp.org/tlog-checkpoint`): the signed head of a log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypt::sign::Ed25519Key;

use super::{LogKey, Note, NoteError, sign};
use crate::merkle::Hash;

const MALFORMED: NoteError = NoteError::Malformed("checkpoint");

/// What a checkpoint says: so many entries give this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root)
        )
    }

    /// Parse a text; extension lines are allowed and passed over.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let lines = text.strip_suffix('\n').ok_or(MALFORMED)?;
        let mut lines = lines.split('\n');
        let origin = lines.next().ok_or(MALFORMED)?;
        let size = lines.next().ok_or(MALFORMED)?;
        let root = lines.next().ok_or(MALFORMED)?;
        let plain = size.bytes().all(|byte| byte.is_ascii_digit())
            && (size == "0" || !size.starts_with('0'));
        if origin.is_empty() || !plain || lines.any(str::is_empty) {
            return Err(MALFORMED);
        }
        let root = STANDARD.decode(root).map_err(|_| MALFORMED)?;
        Ok(Self {
            origin: origin.to_owned(),
            size: size.parse().map_err(|_| MALFORMED)?,
            root: root.try_into().map_err(|_| MALFORMED)?,
        })
    }

    /// The signed note.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] when the origin cannot name a key.
    pub fn sign(&self, key: &Ed25519Key) -> Result<String, NoteError> {
        sign(&self.text(), &self.origin, key)
    }

    /// What a signed note says, once one of `keys` has signed it and its origin is that key's name.
    ///
    /// # Errors
    /// [`NoteError`], by what is wrong.
    pub fn open(note: &str, keys: &[LogKey]) -> Result<Self, NoteError> {
        let note = Note::parse(note)?;
        note.verify(keys)?;
        let checkpoint = Self::parse(&note.text)?;
        if keys.iter().any(|key| key.name() == checkpoint.origin) {
            return Ok(checkpoint);
        }
        Err(NoteError::Origin {
            found: checkpoint.origin,
            wanted: keys
                .first()
                .map(|key| key.name().to_owned())
                .unwrap_or_default(),
        })
    }

    /// What a note says, whoever signed it. For showing, and for comparing with what is signed; never for trusting.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn peek(note: &str) -> Result<Self, NoteError> {
        Self::parse(&Note::parse(note)?.text)
    }
}
