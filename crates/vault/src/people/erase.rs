//! Erasing a person: their keys are destroyed first, so that nothing of theirs opens again, anywhere; then the rows go.
//!
//! Each commit can be repeated: (1) the person is marked and the log says so: from here on every node's commits for them fail; (2) the
//! keys are destroyed in the key store; (3) rows, index, files and at last the link from person to handle are removed, a portion at a time, so
//! that a person of whom much is kept holds nobody up. A crash in between is picked up at start ([`Vault::resume_erasures`]).

use audit::{Action, Outcome};
use base::{Ctx, Handle, PersonId, TenantId};
use policy::{Allowed, PersonAt};
use store::{StoreError, Value, WriteSet};

use crate::files::lies;
use crate::vault::{GUARD_HELD, only_index};
use crate::{Vault, VaultError, sql};

const GUARD_ERASING: &str = "person.erasing";
/// Rows of records, and of earlier versions, in one portion: a commit of some ten milliseconds, behind which others wait.
const PORTION_ROWS: u32 = 1_000;
/// Rows of the search index in one: a record has some.
const PORTION_INDEX_ROWS: u32 = 4 * PORTION_ROWS;
/// Files in one.
const PORTION_FILES: u32 = 64;

/// What is kept of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Record rows, with earlier versions.
    pub records: u64,
    /// Files.
    pub files: u64,
}

/// What an erasure did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// What the log called them.
    pub handle: Handle,
    /// Where the log says so.
    pub log_index: u64,
    /// Record rows that there were, with earlier versions.
    pub records: u64,
    /// Files that there were.
    pub files: u64,
    /// Whether all of them are removed. If not, the keys alone are gone yet, and [`Vault::erase_more`] removes the rest.
    pub removed: bool,
}

impl Vault {
    /// How much is kept of a person.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn kept_of(&self, tenant: &TenantId, person: PersonId) -> Result<Kept, VaultError> {
        let both = vec![tenant.into(), person.into()];
        let counted = self.db().row(&sql::ERASE_COUNT, both).await?;
        let counted = counted.ok_or(VaultError::Damaged("count"))?;
        let count =
            |at| -> Result<u64, VaultError> { Ok(u64::try_from(counted.int(at)?).unwrap_or(0)) };
        Ok(Kept {
            records: count(0)? + count(1)?,
            files: count(2)?,
        })
    }

    /// Erase a person, for ever: when this returns, no key of theirs is left anywhere, and the first portion of their rows is removed. What
    /// is kept of most people is no more than that. The commit that marks them contains `also`.
    ///
    /// # Errors
    /// [`VaultError::NoPerson`], [`VaultError::Held`]; storage and key failures (then it is completed at the next start, and until then nothing
    /// of theirs is served).
    pub async fn erase_person(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PersonAt>,
        also: WriteSet,
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
        let mark = also
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
        self.destroy_keys(tenant, person).await?;
        // Nothing is added any more since the mark, so that what is counted now is what there was.
        let kept = self.kept_of(tenant, person).await?;
        Ok(Erased {
            handle,
            log_index,
            records: kept.records,
            files: kept.files,
            removed: self.erase_more(tenant, person).await?,
        })
    }

    /// Complete erasures that a crash cut short. Call at start, per tenant.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn resume_erasures(&self, tenant: &TenantId) -> Result<usize, VaultError> {
        let mut resumed = 0;
        loop {
            let rows = self
                .db()
                .rows(&sql::PERSONS_ERASING, vec![tenant.into()])
                .await?;
            if rows.is_empty() {
                return Ok(resumed);
            }
            for row in &rows {
                let person =
                    PersonId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("person id"))?;
                if !self.resume_erasure(tenant, person).await? {
                    while !self.erase_more(tenant, person).await? {}
                }
            }
            resumed += rows.len();
        }
    }

    /// Go on with an erasure that was cut short, wherever that was: the keys, and the next portion. `true` when nothing is left.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn resume_erasure(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<bool, VaultError> {
        let both = vec![tenant.into(), person.into()];
        if self.db().row(&sql::IS_ERASING, both).await?.is_none() {
            return Ok(true);
        }
        self.destroy_keys(tenant, person).await?;
        self.erase_more(tenant, person).await
    }

    async fn destroy_keys(&self, tenant: &TenantId, person: PersonId) -> Result<(), VaultError> {
        self.forget_handle(tenant, person);
        self.keys().destroy_person(tenant, person).await?;
        Ok(())
    }

    /// Remove the next portion of what is left of a person whose keys are destroyed; `true` when nothing is left. Several may do so at once.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn erase_more(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<bool, VaultError> {
        let both = || -> Vec<Value> { vec![tenant.into(), person.into()] };
        if self.db().row(&sql::IS_ERASING, both()).await?.is_none() {
            return Ok(true);
        }
        let portion = |rows: u32| -> Vec<Value> { vec![tenant.into(), person.into(), rows.into()] };
        let files = self
            .db()
            .rows(&sql::FILES_OF, portion(PORTION_FILES))
            .await?;
        let mut set = WriteSet::new();
        for row in &files {
            // First the object: a row without one is found and removed again, an object without a row by nobody.
            self.objects().delete(lies(row)?).await?;
            let file = Value::from(row.bytes(0)?.to_vec());
            set = set.run(&sql::ERASE_FILE, vec![tenant.into(), person.into(), file]);
        }
        let set = set
            .run(&sql::ERASE_RECORDS, portion(PORTION_ROWS))
            .run(&sql::ERASE_HISTORY, portion(PORTION_ROWS))
            .run(&sql::ERASE_INDEX, portion(PORTION_INDEX_ROWS))
            .run(&sql::ERASE_EXPORTS, both())
            .run(&sql::ERASE_TRANSFERS, both())
            .run(&sql::ERASE_HOLDS, both())
            .run(&sql::ERASE_NOTES, both())
            .run(&sql::EXTERNAL_DELETE, both())
            .run(&sql::FLOOR_FORGET, both())
            .run(&sql::PERSON_ERASED, both());
        let committed = self.commit(set).await?;
        Ok(committed.rows.last() == Some(&1))
    }
}
