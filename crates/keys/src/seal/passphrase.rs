//! The root key sealed under a passphrase, by Argon2id.

use base::{Rng, Secret};
use crypt::SymmetricKey;
use crypt::passphrase::{Params, SALT_BYTES, derive};

use super::{Seal, SealError};

pub(super) const NAME: &str = "passphrase";
pub(super) const CODE: u8 = 1;
/// Fewer are guessed however slow a guess is.
const BYTES_MIN: usize = 12;
const LIMITS: &str = "parameters are outside the limits of Argon2id";

/// A passphrase that somebody knows or that stands in a file.
#[derive(Debug)]
pub struct Passphrase {
    text: Secret<Vec<u8>>,
    params: Params,
}

impl Passphrase {
    /// The backend for a passphrase. `params` hold for what is sealed from now on; what is sealed carries its own.
    ///
    /// # Errors
    /// When it is shorter than 12 bytes.
    pub fn new(text: &[u8], params: Params) -> Result<Self, SealError> {
        if text.len() < BYTES_MIN {
            return Err(SealError::Passphrase("must have at least 12 characters"));
        }
        Ok(Self {
            text: Secret::new(text.to_vec()),
            params,
        })
    }

    fn derive(&self, salt: &[u8; SALT_BYTES], params: Params) -> Result<SymmetricKey, SealError> {
        derive(self.text.expose(), salt, params).map_err(|_| SealError::Passphrase(LIMITS))
    }
}

impl Seal for Passphrase {
    fn name(&self) -> &'static str {
        NAME
    }

    fn code(&self) -> u8 {
        CODE
    }

    fn make(&self, rng: &dyn Rng) -> Result<(Vec<u8>, SymmetricKey), SealError> {
        let mut salt = [0; SALT_BYTES];
        rng.fill(&mut salt);
        let mut head = Vec::with_capacity(12 + SALT_BYTES);
        for number in [
            self.params.memory_kib,
            self.params.passes,
            self.params.lanes,
        ] {
            head.extend_from_slice(&number.to_be_bytes());
        }
        head.extend_from_slice(&salt);
        Ok((head, self.derive(&salt, self.params)?))
    }

    fn find(&self, head: &[u8]) -> Result<SymmetricKey, SealError> {
        let mut rest = head;
        let mut number = || {
            let (number, after) = rest.split_first_chunk::<4>()?;
            rest = after;
            Some(u32::from_be_bytes(*number))
        };
        let params = (number(), number(), number());
        let (Some(memory_kib), Some(passes), Some(lanes)) = params else {
            return Err(SealError::Head(NAME));
        };
        let salt = rest.try_into().map_err(|_| SealError::Head(NAME))?;
        self.derive(
            salt,
            Params {
                memory_kib,
                passes,
                lanes,
            },
        )
    }
}
