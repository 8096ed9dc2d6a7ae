//! What is needed to back the key store up, and to say what its backups may still hold.

use audit::anchor::Anchor;
use base::{Instant, PersonId, TenantId};
use store::{Db, StoreError, WriteSet};

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
        let row = self
            .0
            .db
            .row(&sql::COUNT_GONE_SINCE, vec![since.into()])
            .await?;
        let row = row.ok_or(KeysError::Internal("nobody counted"))?;
        Ok(u64::try_from(row.int(0)?).unwrap_or(0))
    }

    /// Every person of a tenant whose keys are destroyed.
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn gone(&self, tenant: &TenantId) -> Result<Vec<PersonId>, KeysError> {
        let rows = self.0.db.rows(&sql::ALL_GONE, vec![tenant.into()]).await?;
        let person = |row: &store::Row| {
            let damaged = || StoreError::Damaged("key store: a person's id".into());
            PersonId::from_slice(row.bytes(0)?).ok_or_else(damaged)
        };
        Ok(rows.iter().map(person).collect::<Result<_, _>>()?)
    }

    /// Remember a head that is shorter than the one remembered: after a restore, where the entries in between are lost. For nothing else.
    ///
    /// # Errors
    /// When the key store cannot be written.
    pub async fn remember_less(&self, anchor: &Anchor) -> Result<(), KeysError> {
        let size = i64::try_from(anchor.size).unwrap_or(i64::MAX);
        let set = WriteSet::new().run(
            &sql::ANCHOR_LESS,
            vec![
                (&anchor.tenant).into(),
                size.into(),
                anchor.root.into(),
                anchor.checkpoint.as_str().into(),
                anchor.at.into(),
            ],
        );
        self.0.db.commit(set).await?;
        Ok(())
    }
}
