//! Where each tenant's log stood last, remembered outside the data database: a log that is shorter or other was rolled back.

use base::{Instant, TenantId};
use store::{Row, WriteSet};

use crate::open::Keys;
use crate::root::damaged;
use crate::{KeysError, sql};

/// The head of a log at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Whose log.
    pub tenant: TenantId,
    /// How many entries it had.
    pub size: u64,
    /// The root hash of its tree.
    pub root: [u8; 32],
    /// The signed checkpoint.
    pub checkpoint: String,
    /// When.
    pub at: Instant,
}

impl Keys {
    /// Remember a head. A smaller one than is remembered changes nothing.
    ///
    /// # Errors
    /// When the key store cannot be written.
    pub async fn set_anchor(&self, anchor: &Anchor) -> Result<(), KeysError> {
        let size = i64::try_from(anchor.size).map_err(|_| KeysError::Internal("log size"))?;
        let set = WriteSet::new().run(
            &sql::ANCHOR_SET,
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

    /// The head that is remembered for a tenant's log.
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn anchor(&self, tenant: &TenantId) -> Result<Option<Anchor>, KeysError> {
        let row = self.0.db.row(&sql::ANCHOR, vec![tenant.into()]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Every head that is remembered.
    ///
    /// # Errors
    /// When the key store cannot be read.
    pub async fn anchors(&self) -> Result<Vec<Anchor>, KeysError> {
        let rows = self.0.db.rows(&sql::ANCHORS, vec![]).await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Anchor, KeysError> {
    let wrong = || damaged("an anchor does not hold together");
    Ok(Anchor {
        tenant: row.text(0)?.parse().map_err(|_| wrong())?,
        size: u64::try_from(row.int(1)?).map_err(|_| wrong())?,
        root: row.bytes(2)?.try_into().map_err(|_| wrong())?,
        checkpoint: row.text(3)?.to_owned(),
        at: Instant::from_micros(row.int(4)?),
    })
}
