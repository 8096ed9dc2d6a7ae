//! A record's versions, newest first.

use audit::{Action, Outcome};
use base::{Ctx, Instant};
use policy::{Allowed, RecordAt};
use store::Value;

use crate::vault::only_index;
use crate::{Vault, VaultError, sql};

/// One version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionLine {
    /// Which.
    pub version: u64,
    /// When it was written.
    pub written_at: Instant,
    /// Whether it is the tombstone of a deletion.
    pub deleted: bool,
}

impl Vault {
    /// At most `limit` versions below `before`, newest first. Contents are opened one by one with [`Vault::open`].
    ///
    /// # Errors
    /// [`VaultError::NoRecord`]; storage and key failures.
    pub async fn history(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RecordAt>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<VersionLine>, u64), VaultError> {
        let thing = allowed.thing();
        let handle = self.handle(&ctx.tenant, thing.person).await?;
        self.collection(&thing.collection)?;
        let action = Action::RecordHistory;
        let ground = self.ground(ctx, allowed, action, thing.person).await?;
        let rkey = self.rkey(&ctx.tenant, thing.person, &thing.collection, &thing.record)?;
        let before = before
            .and_then(|version| i64::try_from(version).ok())
            .unwrap_or(i64::MAX);
        let params: Vec<Value> = vec![
            (&ctx.tenant).into(),
            thing.person.into(),
            (&thing.collection).into(),
            (*rkey.as_bytes()).into(),
            before.into(),
            u32::try_from(limit).unwrap_or(u32::MAX).into(),
        ];
        let rows = self.db().rows(&sql::HISTORY_LIST, params).await?;
        if rows.is_empty() && before == i64::MAX {
            return Err(VaultError::NoRecord);
        }
        let lines = rows
            .iter()
            .map(|row| {
                Ok(VersionLine {
                    version: u64::try_from(row.int(0)?)
                        .map_err(|_| VaultError::Damaged("record version"))?,
                    written_at: Instant::from_micros(row.int(1)?),
                    deleted: row.int(2)? == 0,
                })
            })
            .collect::<Result<Vec<_>, VaultError>>()?;
        let entry = self
            .entry(ctx, allowed, Action::RecordHistory, Outcome::Ok)?
            .person(handle)
            .record(&thing.collection, rkey)
            .count(lines.len() as u64);
        let set = self
            .on_ground(&ctx.tenant, thing.person, &ground)
            .log(entry.finish(&ctx.tenant));
        let committed = self
            .commit_on(ctx, allowed, action, thing.person, set)
            .await?;
        Ok((lines, only_index(&committed)?))
    }
}
