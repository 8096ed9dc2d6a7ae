//! Delete a file: the row first, so that nothing names the object any more, then the object.

use audit::{Action, Outcome};
use base::Ctx;
use policy::{Allowed, FileAt};
use store::StoreError;

use crate::vault::only_index;
use crate::{Vault, VaultError, sql};

const GUARD_FILE: &str = "file.there";

impl Vault {
    /// Delete a file.
    ///
    /// # Errors
    /// [`VaultError::NoFile`]; storage failures.
    pub async fn delete_file(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<FileAt>,
    ) -> Result<u64, VaultError> {
        let tenant = &ctx.tenant;
        let thing = allowed.thing();
        let file = thing.file.ok_or(VaultError::NoFile)?;
        let handle = self.handle(tenant, thing.person).await?;
        let entry = self
            .entry(ctx, allowed, Action::FileDelete, Outcome::Ok)?
            .person(handle)
            .file(file);
        let set = self
            .guarded(tenant, thing.person)
            .run_expecting(
                &sql::FILE_DELETE,
                vec![tenant.into(), thing.person.into(), file.into()],
                1,
                GUARD_FILE,
            )
            .log(entry.finish(tenant));
        let committed = match self.commit(set).await {
            Err(VaultError::Store(StoreError::Guard(GUARD_FILE))) => {
                return Err(VaultError::NoFile);
            }
            other => other?,
        };
        self.objects().delete(file).await?;
        only_index(&committed)
    }
}
