//! A name and its secret in one text, `<prefix><name>_<secret>`: the name finds the row, the secret is compared with its hash.

use base::{Rng, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// Characters of 16 bytes and of 32.
const NAME_CHARS: usize = 22;
const SECRET_CHARS: usize = 43;

/// The texts of one sort.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bearer(&'static str);

/// A session's.
pub(crate) const SESSION: Bearer = Bearer("srs_");
/// A ticket's.
pub(crate) const TICKET: Bearer = Bearer("sri_");

impl Bearer {
    /// A fresh secret for `name`: its text for the holder, its hash for us.
    pub(crate) fn issue(self, name: &[u8; 16], rng: &dyn Rng) -> (Secret<String>, [u8; 32]) {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill(secret.as_mut_slice());
        let mut text = String::with_capacity(self.0.len() + NAME_CHARS + 1 + SECRET_CHARS);
        text.push_str(self.0);
        URL_SAFE_NO_PAD.encode_string(name, &mut text);
        text.push('_');
        URL_SAFE_NO_PAD.encode_string(secret.as_slice(), &mut text);
        (Secret::new(text), crypt::hash::sha256(&[secret.as_slice()]))
    }

    /// Name and hash of a text, if it is one of this sort.
    pub(crate) fn read(self, text: &str) -> Option<([u8; 16], [u8; 32])> {
        let rest = text.strip_prefix(self.0)?;
        if !rest.is_ascii() || rest.len() != NAME_CHARS + 1 + SECRET_CHARS {
            return None;
        }
        if rest.as_bytes().get(NAME_CHARS) != Some(&b'_') {
            return None;
        }
        let mut name = [0; 16];
        let mut secret = Zeroizing::new([0; 32]);
        URL_SAFE_NO_PAD
            .decode_slice(rest.get(..NAME_CHARS)?, &mut name)
            .ok()?;
        URL_SAFE_NO_PAD
            .decode_slice(rest.get(NAME_CHARS + 1..)?, secret.as_mut_slice())
            .ok()?;
        Some((name, crypt::hash::sha256(&[secret.as_slice()])))
    }
}
