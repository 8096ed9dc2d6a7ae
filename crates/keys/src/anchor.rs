//! Where each tenant's log stood last, remembered outside the data database: a log that is shorter or other was rolled back.
//!
//! One row a tenant, the newest head: enough to find a database that went back, and it never grows.

use audit::anchor::{Anchor, Anchors, Later};
use base::{Instant, TenantId};
use store::{Row, StoreError, WriteSet};

use crate::open::Keys;
use crate::sql;

/// The guard that fails where a longer or another log is remembered.
const FOLLOWS: &str = "anchor follows";

impl Anchors for Keys {
    fn remember<'a>(&'a self, anchor: &'a Anchor) -> Later<'a, ()> {
        Box::pin(async move {
            let size = i64::try_from(anchor.size)
                .map_err(|_| StoreError::Internal("a log of more than 2^63 entries".into()))?;
            let set = WriteSet::new().run_expecting(
                &sql::ANCHOR_SET,
                vec![
                    (&anchor.tenant).into(),
                    size.into(),
                    anchor.root.into(),
                    anchor.checkpoint.as_str().into(),
                    anchor.at.into(),
                ],
                1,
                FOLLOWS,
            );
            match self.0.db.commit(set).await {
                Ok(_) => Ok(()),
                Err(StoreError::Guard(FOLLOWS)) => {
                    for last in self.recall(&anchor.tenant).await? {
                        anchor.check_follows(&last)?;
                    }
                    // Another node remembered more between the two: then that is remembered.
                    Ok(())
                }
                Err(error) => Err(error.into()),
            }
        })
    }

    fn recall<'a>(&'a self, tenant: &'a TenantId) -> Later<'a, Vec<Anchor>> {
        Box::pin(async move {
            let rows = self.0.db.rows(&sql::ANCHOR, vec![tenant.into()]).await?;
            rows.iter().map(|row| Ok(read(tenant, row)?)).collect()
        })
    }
}

fn read(tenant: &TenantId, row: &Row) -> Result<Anchor, StoreError> {
    let wrong = || StoreError::Damaged("key store: an anchor does not hold together".into());
    Ok(Anchor {
        tenant: tenant.clone(),
        size: u64::try_from(row.int(0)?).map_err(|_| wrong())?,
        root: row.bytes(1)?.try_into().map_err(|_| wrong())?,
        checkpoint: row.text(2)?.to_owned(),
        at: Instant::from_micros(row.int(3)?),
    })
}
