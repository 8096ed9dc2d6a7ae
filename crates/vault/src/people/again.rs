//! Erasing again those whom a restored database does not know as erased: many at once, since nobody is served until it is done.

use std::collections::HashSet;

use audit::{Action, Outcome};
use base::{Ctx, Handle, PersonId, TenantId};
use futures_util::future::try_join_all;
use policy::{Allowed, PersonAt};
use store::WriteSet;

use crate::{Vault, VaultError, sql};

/// Marks that are made at once: they share commits.
const AT_ONCE: usize = 256;
const GUARD_AGAIN: &str = "person.erase_again";

impl Vault {
    /// Those of `handles` and `persons` who are there and not erased.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn still_there(
        &self,
        tenant: &TenantId,
        handles: &HashSet<Handle>,
        persons: &HashSet<PersonId>,
    ) -> Result<Vec<PersonId>, VaultError> {
        let rows = self
            .db()
            .rows(&sql::PERSONS_ACTIVE, vec![tenant.into()])
            .await?;
        let mut found = Vec::new();
        for row in &rows {
            let damaged = || VaultError::Damaged("person");
            let person = PersonId::from_slice(row.bytes(0)?).ok_or_else(damaged)?;
            let handle = Handle::from_slice(row.bytes(1)?).ok_or_else(damaged)?;
            if handles.contains(&handle) || persons.contains(&person) {
                found.push(person);
            }
        }
        Ok(found)
    }

    /// Erase persons who were erased before, for ever: when this returns, they are marked and none of their keys is left. A legal hold of back
    /// then does not count: the erasure was after it. Rows are removed by [`Vault::resume_erasures`]. The commit that marks one contains what
    /// `also` gives.
    ///
    /// # Errors
    /// Storage and key failures; call it again then.
    pub async fn erase_again(
        &self,
        ctx: &Ctx,
        allowed: &[Allowed<PersonAt>],
        also: impl Fn(PersonId) -> WriteSet,
    ) -> Result<u64, VaultError> {
        let tenant = &ctx.tenant;
        let mut persons = Vec::with_capacity(allowed.len());
        for page in allowed.chunks(AT_ONCE) {
            let mut marks = Vec::with_capacity(page.len());
            for allowed in page {
                let person = allowed.thing().person.ok_or(VaultError::NoPerson)?;
                let handle = self.handle(tenant, person).await?;
                let entry = self
                    .entry(ctx, allowed, Action::PersonErase, Outcome::Ok)?
                    .person(handle);
                let mark = also(person)
                    .run_expecting(
                        &sql::PERSON_ERASING,
                        vec![tenant.into(), person.into()],
                        1,
                        GUARD_AGAIN,
                    )
                    .log(entry.finish(tenant));
                marks.push(self.db().commit(mark));
                persons.push(person);
            }
            try_join_all(marks).await?;
        }
        self.keys().destroy_persons(tenant, &persons).await?;
        for person in &persons {
            self.forget_handle(tenant, *person);
        }
        Ok(persons.len() as u64)
    }
}
