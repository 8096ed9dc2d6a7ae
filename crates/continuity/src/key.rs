//! The key of a repository, which never lies in it.

use std::fmt;

use base::Environment;
use crypt::SymmetricKey;
use rustic_core::Credentials;
use rustic_core::repofile::MasterKey;

use crate::ContinuityError;

/// What the two halves of the repository's key are derived for.
const SEALING: &str = "backup repository, AES-256";
const PROVING: &str = "backup repository, Poly1305";
/// And the key of what is sent between two points.
const STREAM: &str = "backup stream";
/// And of what is sent in an hour, from that and the hour's own key.
const HOUR: &str = "backup stream, an hour";

/// 32 bytes that open a repository, in one environment.
pub struct RepositoryKey {
    key: SymmetricKey,
    environment: Environment,
}

impl fmt::Debug for RepositoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RepositoryKey(..)")
    }
}

impl RepositoryKey {
    /// The key of a key file's bytes. Another environment derives another one, so that its points do not open here.
    ///
    /// # Errors
    /// [`ContinuityError::BadKey`].
    pub fn new(bytes: &[u8], environment: &Environment) -> Result<Self, ContinuityError> {
        Ok(Self {
            key: SymmetricKey::from_slice(bytes).ok_or(ContinuityError::BadKey)?,
            environment: environment.clone(),
        })
    }

    /// The master key in restic's form. The library keeps its copy as long as the repository is open, and does not zeroise it.
    pub(crate) fn master(&self) -> MasterKey {
        let of = |label| crypt::kdf::derive(&self.key, label, self.environment.as_str().as_bytes());
        let (sealing, proving) = (of(SEALING), of(PROVING));
        let (k, r) = proving.danger_bytes().split_at(16);
        let mut master = MasterKey::new();
        master.encrypt = sealing.danger_bytes().to_vec();
        master.mac.k = k.to_vec();
        master.mac.r = r.to_vec();
        master
    }

    /// The key of the stream's pieces, as it was before hours had keys.
    pub(crate) fn stream(&self) -> SymmetricKey {
        crypt::kdf::derive(&self.key, STREAM, self.environment.as_str().as_bytes())
    }

    /// The key of the pieces of the hour that has the key `hour`. It takes both keys: HMAC is as good with either of its inputs secret.
    pub(crate) fn stream_in(&self, hour: &SymmetricKey) -> SymmetricKey {
        crypt::kdf::derive(hour, HOUR, self.stream().danger_bytes())
    }

    /// The environment that it is for.
    pub(crate) fn environment(&self) -> &str {
        self.environment.as_str()
    }

    pub(crate) fn credentials(&self) -> Credentials {
        Credentials::Masterkey(self.master())
    }
}
