//! The public half of a log's signing key, as text (`name+hash+key`): all that a verifier needs.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypt::hash::sha256;
use crypt::sign::ed25519_verify;

use super::{NoteError, is_key_name};

/// Ed25519, in the register of signature types of `signed-note`.
const ED25519: u8 = 1;

/// A public key with the name of the log that it signs for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    name: String,
    id: u32,
    public: [u8; 32],
}

impl LogKey {
    /// The key `public` of the log `name`.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] when the name has a space or a plus.
    pub fn new(name: &str, public: [u8; 32]) -> Result<Self, NoteError> {
        if !is_key_name(name) {
            return Err(NoteError::Malformed("key name"));
        }
        let [a, b, c, d, ..] = sha256(&[name.as_bytes(), b"\n", &[ED25519], &public]);
        Ok(Self {
            name: name.to_owned(),
            id: u32::from_be_bytes([a, b, c, d]),
            public,
        })
    }

    /// The log's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of the hash over name and key.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The key itself.
    #[must_use]
    pub const fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// Whether `signature` over `text` is this key's.
    #[must_use]
    pub fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        signature.len() == 64 && ed25519_verify(&self.public, text, signature)
    }
}

impl fmt::Display for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = [ED25519; 33];
        let (_, public) = key.split_at_mut(1);
        public.copy_from_slice(&self.public);
        write!(f, "{}+{:08x}+{}", self.name, self.id, STANDARD.encode(key))
    }
}

impl FromStr for LogKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        const MALFORMED: NoteError = NoteError::Malformed("verifier key");
        let (name, rest) = text.split_once('+').ok_or(MALFORMED)?;
        let (id, key) = rest.split_once('+').ok_or(MALFORMED)?;
        let key = STANDARD.decode(key).map_err(|_| MALFORMED)?;
        let (&kind, public) = key.split_first().ok_or(MALFORMED)?;
        let public = public.try_into().map_err(|_| MALFORMED)?;
        let parsed = Self::new(name, public)?;
        if kind != ED25519 || id != format!("{:08x}", parsed.id) {
            return Err(MALFORMED);
        }
        Ok(parsed)
    }
}

/// The text of a key file: the newest key alone on its line, older ones labelled as such.
#[must_use]
pub fn keys_text(keys: &[LogKey]) -> String {
    keys.iter()
        .enumerate()
        .map(|(age, key)| {
            let label = if age == 0 { "" } else { "older " };
            format!("{label}{key}\n")
        })
        .collect()
}

/// The keys in a key file: one a line, perhaps behind a label; lines that begin with `#` are for people.
///
/// # Errors
/// [`NoteError::Malformed`] when a line holds no key, or none does.
pub fn keys_in(text: &str) -> Result<Vec<LogKey>, NoteError> {
    let keys = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.rsplit(' ').next().unwrap_or_default().parse())
        .collect::<Result<Vec<LogKey>, _>>()?;
    if keys.is_empty() {
        return Err(NoteError::Malformed("key file"));
    }
    Ok(keys)
}
