//! The commits that destroy.

use audit::{Action, Outcome, RecordHandle};
use base::{Ctx, Instant, Name, ObjectId, PersonId};
use policy::{Allowed, RetentionOf};
use store::{StoreError, Value, WriteSet};

use super::{FILES, RunId, Tally};
use crate::files::lies;
use crate::records::erase_writes;
use crate::vault::GUARD_VERSION;
use crate::{Vault, VaultError, sql};

/// Records or files of one commit.
const AT_ONCE: u32 = 100;
/// Tries where somebody writes at the same time.
const RACES_MAX: usize = 8;

/// About whom, and as part of which run.
pub(super) struct Doing<'a> {
    pub ctx: &'a Ctx,
    pub allowed: &'a Allowed<RetentionOf>,
    pub person: PersonId,
    pub run: RunId,
}

impl Vault {
    /// Destroy what is over of one collection of one person. `None` where the budget ended first.
    pub(super) async fn destroy_records(
        &self,
        doing: &Doing<'_>,
        collection: &Name,
        limit: Instant,
        all: u64,
        left: &mut u64,
    ) -> Result<Option<Tally>, VaultError> {
        let mut kept = all;
        let mut races = 0;
        loop {
            let params: Vec<Value> = vec![
                (&doing.ctx.tenant).into(),
                doing.person.into(),
                collection.into(),
                limit.into(),
                AT_ONCE.into(),
            ];
            let rows = self.db().rows(&sql::RECORDS_OVER, params).await?;
            if rows.is_empty() {
                return Ok(Some(Tally {
                    kept,
                    ..Tally::default()
                }));
            }
            if *left == 0 {
                return Ok(None);
            }
            let count = rows.len() as u64;
            let mut set = self
                .guarded(&doing.ctx.tenant, doing.person)
                .with(Self::free(
                    &doing.ctx.tenant,
                    doing.person,
                    Some(collection),
                    doing.ctx.now,
                ));
            for row in &rows {
                let rkey = RecordHandle::from_slice(row.bytes(0)?)
                    .ok_or(VaultError::Damaged("record row"))?;
                set = erase_writes(doing.ctx, doing.person, collection, rkey, row.int(1)?, set);
            }
            match self
                .commit_destroyed(doing, Some(collection), count, set)
                .await
            {
                Ok(()) => {
                    *left = left.saturating_sub(count);
                    kept = kept.saturating_sub(count);
                }
                // Nobody is here any more whose time could be over.
                Err(VaultError::NoPerson) => return Ok(Some(Tally::default())),
                Err(VaultError::Held) => {
                    let held = self
                        .count_over(doing.ctx, doing.person, collection, limit)
                        .await?;
                    return Ok(Some(Tally {
                        kept: kept.saturating_sub(held),
                        held,
                        over: 0,
                    }));
                }
                // Somebody wrote meanwhile: its time began anew.
                Err(VaultError::Store(StoreError::Guard(GUARD_VERSION))) if races < RACES_MAX => {
                    races += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Destroy a person's files that are over. Whether they were; `None` where the budget ended first.
    pub(super) async fn destroy_files(
        &self,
        doing: &Doing<'_>,
        limit: Instant,
        left: &mut u64,
    ) -> Result<Option<bool>, VaultError> {
        let tenant = &doing.ctx.tenant;
        let mut races = 0;
        loop {
            let params: Vec<Value> = vec![
                tenant.into(),
                doing.person.into(),
                limit.into(),
                AT_ONCE.into(),
            ];
            let rows = self.db().rows(&sql::FILES_OVER, params).await?;
            if rows.is_empty() {
                return Ok(Some(true));
            }
            if *left == 0 {
                return Ok(None);
            }
            let count = rows.len() as u64;
            let mut set = self.guarded(tenant, doing.person).with(Self::free(
                tenant,
                doing.person,
                None,
                doing.ctx.now,
            ));
            let mut objects = Vec::with_capacity(rows.len());
            for row in &rows {
                let file =
                    ObjectId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("file id"))?;
                let object = lies(row)?;
                objects.push(object);
                let params = vec![
                    tenant.into(),
                    doing.person.into(),
                    file.into(),
                    object.into(),
                ];
                set = set.run_expecting(&sql::FILE_DELETE, params, 1, GUARD_VERSION);
            }
            match self.commit_destroyed(doing, None, count, set).await {
                Ok(()) => {
                    *left = left.saturating_sub(count);
                    for object in objects {
                        self.objects().delete(object).await?;
                    }
                }
                Err(VaultError::NoPerson) => return Ok(Some(true)),
                Err(VaultError::Held) => return Ok(Some(false)),
                Err(VaultError::Store(StoreError::Guard(GUARD_VERSION))) if races < RACES_MAX => {
                    races += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One commit: the rows, the count, the entry.
    async fn commit_destroyed(
        &self,
        doing: &Doing<'_>,
        collection: Option<&Name>,
        count: u64,
        set: WriteSet,
    ) -> Result<(), VaultError> {
        let tenant = &doing.ctx.tenant;
        let handle = self.handle(tenant, doing.person).await?;
        let mut entry = self
            .entry(
                doing.ctx,
                doing.allowed,
                Action::RetentionDestroy,
                Outcome::Ok,
            )?
            .person(handle)
            .subject(*doing.run.as_bytes())
            .count(count);
        if let Some(collection) = collection {
            entry = entry.collection(collection);
        }
        let name = collection.map_or(FILES, Name::as_str);
        let tally = Tally {
            over: count,
            ..Tally::default()
        };
        let set = set
            .with(super::run::tally(tenant, doing.run, name, tally))
            .log(entry.finish(tenant));
        self.commit(set).await?;
        Ok(())
    }
}
