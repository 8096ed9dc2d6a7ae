//! What is needed to back the key store up, and to say what its backups may still hold.

use base::Instant;
use store::Db;

use crate::open::Keys;
use crate::{KeysError, sql};

impl Keys {
    /// The key store itself: for a copy of all of it, which holds wrapped keys only.
    #[must_use]
    pub fn db(&self) -> Db {
        self.0.db.clone()
    }

    /// How many persons' keys were destroyed at `since` or later: an older copy of the key store holds them.
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn gone_since(&self, since: Instant) -> Result<u64, KeysError> {
        let row = self.0.db.row(&sql::GONE_SINCE, vec![since.into()]).await?;
        let row = row.ok_or(KeysError::Internal("nobody counted"))?;
        Ok(u64::try_from(row.int(0)?).unwrap_or(0))
    }
}
