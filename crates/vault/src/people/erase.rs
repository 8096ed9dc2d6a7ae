//! Erasing a person: their keys are destroyed first, so that nothing of theirs opens again, anywhere; then the rows go.
//!
//! Three commits, each of which can be repeated: (1) the person is marked and the log says so: from here on every node's
//! commits for them fail; (2) the keys are destroyed in the key store; (3) rows, index, files and the link from person to
//! handle are removed. A crash in between is picked up at start ([`Vault::resume_erasures`]).

use audit::{Action, Outcome};
use base::{Ctx, Handle, PersonId, TenantId};
use policy::{Allowed, PersonAt};
use store::{StoreError, WriteSet};

use crate::files::lies;
use crate::vault::{GUARD_HELD, only_index};
use crate::{Vault, VaultError, sql};

const GUARD_ERASING: &str = "person.erasing";

/// What an erasure did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// What the log called them.
    pub handle: Handle,
    /// Where the log says so.
    pub log_index: u64,
    /// Record rows removed, with earlier versions.
    pub records: u64,
    /// Files removed.
    pub files: u64,
}

impl Vault {
    /// Erase a person, for ever.
    ///
    /// # Errors
    /// [`VaultError::NoPerson`], [`VaultError::Held`]; storage and key failures (then it is completed at the next start, and until then nothing
    /// of theirs is served).
    pub async fn erase_person(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PersonAt>,
    ) -> Result<Erased, VaultError> {
        let tenant = &ctx.tenant;
        let person = allowed.thing().person.ok_or(VaultError::NoPerson)?;
        if person == PersonId::COMMONS {
            return Err(VaultError::NoPerson);
        }
        let handle = self.handle(tenant, person).await?;
        let entry = self
            .entry(ctx, allowed, Action::PersonErase, Outcome::Ok)?
            .person(handle);
        let mark = WriteSet::new()
            .with(Self::free_to_erase(tenant, person, ctx.now))
            .run_expecting(
                &sql::PERSON_ERASING,
                vec![tenant.into(), person.into()],
                1,
                GUARD_ERASING,
            )
            .log(entry.finish(tenant));
        let committed = match self.db().commit(mark).await {
            Err(StoreError::Guard(GUARD_ERASING)) => return Err(VaultError::NoPerson),
            Err(StoreError::Guard(GUARD_HELD)) => return Err(VaultError::Held),
            other => other?,
        };
        let log_index = only_index(&committed)?;
        let (records, files) = self.complete_erasure(tenant, person).await?;
        Ok(Erased {
            handle,
            log_index,
            records,
            files,
        })
    }

    /// Complete erasures that a crash cut short. Call at start, per tenant.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn resume_erasures(&self, tenant: &TenantId) -> Result<usize, VaultError> {
        let rows = self
            .db()
            .rows(&sql::PERSONS_ERASING, vec![tenant.into()])
            .await?;
        for row in &rows {
            let person =
                PersonId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("person id"))?;
            self.complete_erasure(tenant, person).await?;
        }
        Ok(rows.len())
    }

    async fn complete_erasure(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<(u64, u64), VaultError> {
        self.forget_handle(tenant, person);
        self.keys().destroy_person(tenant, person).await?;
        let files = self
            .db()
            .rows(&sql::FILES_OF, vec![tenant.into(), person.into()])
            .await?;
        for row in &files {
            self.objects().delete(lies(row)?).await?;
        }
        let both = || vec![tenant.into(), person.into()];
        let set = WriteSet::new()
            .run(&sql::ERASE_RECORDS, both())
            .run(&sql::ERASE_HISTORY, both())
            .run(&sql::ERASE_INDEX, both())
            .run(&sql::ERASE_FILES, both())
            .run(&sql::ERASE_EXPORTS, both())
            .run(&sql::ERASE_HOLDS, both())
            .run(&sql::ERASE_NOTES, both())
            .run(&sql::EXTERNAL_DELETE, both())
            .run(&sql::FLOOR_FORGET, both())
            .run(&sql::PERSON_ERASED, both());
        let committed = self.commit(set).await?;
        let records = committed.rows.iter().take(2).sum();
        Ok((records, files.len() as u64))
    }
}
