//! Delete a file: the row first, so that nothing names the object any more, then the object.

use audit::{Action, Outcome};
use base::Ctx;
use policy::{Allowed, FileAt};
use store::{StoreError, WriteSet};

use super::row::lies;
use crate::vault::only_index;
use crate::{Vault, VaultError, sql};

/// Tries before a deletion gives up: a file is sealed again once in a long while.
const RACES_MAX: usize = 4;
const GUARD_FILE: &str = "file.there";

impl Vault {
    /// Delete a file.
    ///
    /// # Errors
    /// [`VaultError::NoFile`], [`VaultError::Held`]; storage failures.
    pub async fn delete_file(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<FileAt>,
    ) -> Result<u64, VaultError> {
        let free = Self::free(&ctx.tenant, allowed.thing().person, None, ctx.now);
        self.take_away(ctx, allowed, WriteSet::new().with(free))
            .await
    }

    /// Delete the file that an archive lies in. No hold stops it: it is a copy, and what it was made of stays.
    ///
    /// # Errors
    /// [`VaultError::NoFile`]; storage failures.
    pub async fn delete_archive(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<FileAt>,
    ) -> Result<u64, VaultError> {
        self.take_away(ctx, allowed, WriteSet::new()).await
    }

    async fn take_away(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<FileAt>,
        guards: WriteSet,
    ) -> Result<u64, VaultError> {
        let tenant = &ctx.tenant;
        let thing = allowed.thing();
        let file = thing.file.ok_or(VaultError::NoFile)?;
        let handle = self.handle(tenant, thing.person).await?;
        let action = Action::FileDelete;
        let ground = self.ground(ctx, allowed, action, thing.person).await?;
        let committed = 'again: {
            for _ in 0..RACES_MAX {
                let params = vec![tenant.into(), thing.person.into(), file.into()];
                let row = self.db().row(&sql::FILE_OBJECT, params).await?;
                let object = lies(&row.ok_or(VaultError::NoFile)?)?;
                let entry = self
                    .entry(ctx, allowed, Action::FileDelete, Outcome::Ok)?
                    .person(handle)
                    .file(file);
                let set = self
                    .with_ground(guards.clone(), &ground)
                    .with(Self::is_there(tenant, thing.person))
                    .run_expecting(
                        &sql::FILE_DELETE,
                        vec![
                            tenant.into(),
                            thing.person.into(),
                            file.into(),
                            object.into(),
                        ],
                        1,
                        GUARD_FILE,
                    )
                    .log(entry.finish(tenant));
                match self
                    .commit_on(ctx, allowed, action, thing.person, set)
                    .await
                {
                    // Somebody deleted it, or sealed it again, and it lies elsewhere now.
                    Err(VaultError::Store(StoreError::Guard(GUARD_FILE))) => {}
                    other => {
                        let committed = other?;
                        self.objects().delete(object).await?;
                        break 'again committed;
                    }
                }
            }
            return Err(VaultError::Contended);
        };
        only_index(&committed)
    }
}
