//! Seal backends: what keeps the root key safe while the program does not run.
//!
//! A backend's whole task is to give a 256-bit wrapping key and to find it again. How the root is wrapped under it, and what
//! that is bound to, is the same for all of them (`docs/formats/key-store.md`, "Sealed root").

mod key_file;
mod passphrase;
mod pkcs11;
mod secret_file;

use base::{Environment, ErrorKind, Fault, Rng};
use crypt::{Context, OpenError, SymmetricKey, wrap};

pub use key_file::KeyFile;
pub use passphrase::Passphrase;
pub use pkcs11::{Pkcs11, Pkcs11Settings};
pub use secret_file::read_secret_file;

/// The version that [`seal`] writes.
pub const VERSION: u8 = 1;

/// Something that can seal a root key: a passphrase, a file, a hardware module, a cloud service.
///
/// Calls may take seconds or go over a network: never on an async thread.
pub trait Seal: Send + Sync {
    /// The backend as it stands in configuration and on pages, e.g. `key-file`.
    fn name(&self) -> &'static str;
    /// The byte that stands for the backend in a sealed root.
    fn code(&self) -> u8;
    /// A wrapping key for a new sealed root, and the head by which this backend finds it again. No secret is in the head.
    ///
    /// # Errors
    /// When the backend cannot be used.
    fn make(&self, rng: &dyn Rng) -> Result<(Vec<u8>, SymmetricKey), SealError>;
    /// The wrapping key that belongs to `head`.
    ///
    /// # Errors
    /// When the backend cannot be used, or the head is not one of its own.
    fn find(&self, head: &[u8]) -> Result<SymmetricKey, SealError>;
}

/// Why a root key is not sealed or unsealed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SealError {
    /// Another backend sealed it.
    #[error("the root key is sealed by another backend (code {found}) than {configured}")]
    Backend {
        /// The byte in the sealed root.
        found: u8,
        /// What is configured.
        configured: &'static str,
    },
    /// The passphrase, file or token key is not the one that sealed it.
    #[error("the root key was sealed with another {0}")]
    WrongSecret(&'static str),
    /// The sealed root does not hold together, or it belongs to another environment.
    #[error("the sealed root key does not open: {0}")]
    Altered(OpenError),
    /// The head of the sealed root is not what this backend writes.
    #[error("the sealed root key has a head that {0} does not know")]
    Head(&'static str),
    /// A file with a secret cannot be used.
    #[error("{file}: {why}")]
    File {
        /// Its name.
        file: String,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// The hardware module refused.
    #[error("PKCS#11: {0}")]
    Module(String),
    /// The passphrase is too short, or its parameters are outside their limits.
    #[error("passphrase: {0}")]
    Passphrase(&'static str),
}

impl Fault for SealError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Backend { .. } | Self::WrongSecret(_) | Self::Module(_) | Self::File { .. } => {
                ErrorKind::Unavailable
            }
            Self::Altered(_) | Self::Head(_) => ErrorKind::Tampered,
            Self::Passphrase(_) => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Backend { .. } => "keys.seal_backend",
            Self::WrongSecret(_) => "keys.seal_wrong_secret",
            Self::Altered(_) => "keys.seal_altered",
            Self::Head(_) => "keys.seal_head",
            Self::File { .. } => "keys.seal_file",
            Self::Module(_) => "keys.seal_module",
            Self::Passphrase(_) => "keys.seal_passphrase",
        }
    }

    fn public(&self) -> String {
        match self {
            Self::Backend { found, configured } => format!(
                "The root key was sealed by {}; the configuration says {configured}. Set `seal` back, or run `strongroom keys reseal`.",
                match *found {
                    passphrase::CODE => passphrase::NAME,
                    key_file::CODE => key_file::NAME,
                    pkcs11::CODE => pkcs11::NAME,
                    _ => "a backend that this release does not know",
                }
            ),
            Self::WrongSecret(what) => {
                format!("The root key does not unseal: this is not the {what} that sealed it.")
            }
            Self::Altered(_) | Self::Head(_) => {
                "The sealed root key does not hold together. Restore the key store from its latest backup.".into()
            }
            Self::File { file, why } => format!("{file}: {why}"),
            Self::Module(why) => format!("The hardware module refused: {why}"),
            Self::Passphrase(why) => (*why).into(),
        }
    }
}

/// Seal `root` so that `backend` can unseal it in the same environment.
///
/// # Errors
/// When the backend cannot be used.
pub fn seal(
    backend: &dyn Seal,
    root: &SymmetricKey,
    environment: &Environment,
    generation: u32,
    rng: &dyn Rng,
) -> Result<Vec<u8>, SealError> {
    let (head, wrapping) = backend.make(rng)?;
    let length = u16::try_from(head.len()).map_err(|_| SealError::Head(backend.name()))?;
    let mut sealed = vec![VERSION, backend.code()];
    sealed.extend_from_slice(&length.to_be_bytes());
    sealed.extend_from_slice(&head);
    let context = context(environment, generation, &sealed);
    sealed.extend_from_slice(&wrap::wrap(&wrapping, &context, root.danger_bytes(), rng));
    Ok(sealed)
}

/// Unseal what [`seal`] sealed.
///
/// # Errors
/// When the secret, the environment, the generation or a single bit is another.
pub fn unseal(
    backend: &dyn Seal,
    sealed: &[u8],
    environment: &Environment,
    generation: u32,
) -> Result<SymmetricKey, SealError> {
    let truncated = SealError::Altered(OpenError::Truncated);
    let (&[version, code, high, low], rest) =
        sealed.split_first_chunk::<4>().ok_or(truncated.clone())?;
    if version != VERSION {
        return Err(SealError::Altered(OpenError::Version(version)));
    }
    if code != backend.code() {
        return Err(SealError::Backend {
            found: code,
            configured: backend.name(),
        });
    }
    let length = usize::from(u16::from_be_bytes([high, low]));
    let (head, wrapped) = rest.split_at_checked(length).ok_or(truncated)?;
    let (before, _) = sealed.split_at(4 + length);
    let wrapping = backend.find(head)?;
    wrap::unwrap_key(
        &wrapping,
        &context(environment, generation, before),
        wrapped,
    )
    .map_err(|error| match error {
        // The box commits to its key: another key is another passphrase or file, not damage.
        OpenError::Commitment => SealError::WrongSecret(backend.name()),
        other => SealError::Altered(other),
    })
}

fn context(environment: &Environment, generation: u32, before: &[u8]) -> Context {
    Context::new("strongroom sealed root")
        .text(environment.as_str())
        .int(u64::from(generation))
        .bytes(before)
}
