//! What is needed to back the key store up, and to say what its backups may still hold.

use audit::anchor::Anchor;
use base::{Instant, PersonId, TenantId};
use store::{Db, Row, StoreError, WriteSet};

use crate::open::Keys;
use crate::{KeysError, sql};

impl Keys {
    /// The key store itself: for a copy of all of it, which holds wrapped keys only.
    #[must_use]
    pub fn db(&self) -> Db {
        self.0.db.clone()
    }

    /// How many persons' keys were destroyed, ever: a copy of the key store that knows of fewer may hold some of them.
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn gone_ever(&self) -> Result<u64, KeysError> {
        let row = self.0.db.row(&sql::COUNT_GONE, vec![]).await?;
        let row = row.ok_or(KeysError::Internal("nobody counted"))?;
        Ok(u64::try_from(row.int(0)?).unwrap_or(0))
    }

    /// When the first of the `last` persons went whose keys were destroyed.
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn first_gone_of(&self, last: u64) -> Result<Option<Instant>, KeysError> {
        let last = i64::try_from(last).unwrap_or(i64::MAX);
        let row = self
            .0
            .db
            .row(&sql::ALL_LAST_GONE, vec![last.into()])
            .await?;
        at(row)
    }

    /// When a person's keys were destroyed.
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn gone_at(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<Option<Instant>, KeysError> {
        let params = vec![tenant.into(), person.into()];
        at(self.0.db.row(&sql::GONE_AT, params).await?)
    }

    /// Every person of a tenant whose keys are destroyed.
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn gone(&self, tenant: &TenantId) -> Result<Vec<PersonId>, KeysError> {
        let rows = self.0.db.rows(&sql::ALL_GONE, vec![tenant.into()]).await?;
        let person = |row: &Row| {
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

fn at(row: Option<Row>) -> Result<Option<Instant>, KeysError> {
    let row = row.filter(|row| !row.is_null(0));
    let at = row.map(|row| row.int(0)).transpose()?;
    Ok(at.map(Instant::from_micros))
}
