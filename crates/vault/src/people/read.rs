//! A person's own row: that they are there, since when, and how much is kept.

use std::sync::Arc;

use audit::{Action, Outcome};
use base::{Class, ClassSet, Ctx, Handle, Instant, PersonId, TenantId};
use keys::Ring;
use policy::{Allowed, PersonAt};
use store::{Statement, Value, WriteSet};

use crate::vault::{GUARD_PERSON, GUARD_SEALABLE, only_index};
use crate::{Vault, VaultError, place, sql};

/// One line of the list of persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonLine {
    /// Who.
    pub person: PersonId,
    /// Since when.
    pub created_at: Instant,
}

/// What is kept about a person, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonSummary {
    /// Who, since when.
    pub line: PersonLine,
    /// The id given from outside.
    pub external: Option<String>,
    /// Records per collection.
    pub records: Vec<(String, u64)>,
}

impl Vault {
    pub(crate) async fn load_handle(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<Handle, VaultError> {
        Ok(self.load_person(tenant, person).await?.1)
    }

    /// Created at, handle, outside id; proven by the sealed column, so that a changed handle is found out.
    async fn load_person(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<(Instant, Handle, Option<String>), VaultError> {
        let row = self
            .db()
            .row(&sql::PERSON_FIND, vec![tenant.into(), person.into()])
            .await?
            .ok_or(VaultError::NoPerson)?;
        if row.int(1)? != 0 {
            return Err(VaultError::NoPerson);
        }
        let created_at = Instant::from_micros(row.int(2)?);
        let place = place::person(self.environment(), tenant, person, created_at);
        let plain = self.open_secret(tenant, &place, row.bytes(3)?, "person row")?;
        let damaged = VaultError::Damaged("person row");
        let Some((handle, external)) = plain.split_first_chunk::<16>() else {
            return Err(damaged);
        };
        if handle != row.bytes(0)? {
            return Err(damaged);
        }
        let external = std::str::from_utf8(external).map_err(|_| damaged)?;
        let external = if external.is_empty() {
            None
        } else {
            Some(external.to_owned())
        };
        Ok((created_at, Handle::from_bytes(*handle), external))
    }

    /// What is kept about a person, counted.
    ///
    /// # Errors
    /// [`VaultError::NoPerson`], storage and key failures.
    pub async fn read_person(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PersonAt>,
    ) -> Result<(PersonSummary, u64), VaultError> {
        let tenant = &ctx.tenant;
        let person = allowed.thing().person.ok_or(VaultError::NoPerson)?;
        let (created_at, handle, external) = self.load_person(tenant, person).await?;
        let rows = self
            .db()
            .rows(&sql::COUNT_RECORDS, vec![tenant.into(), person.into()])
            .await?;
        let records = rows
            .iter()
            .map(|row| {
                Ok((
                    row.text(0)?.to_owned(),
                    u64::try_from(row.int(1)?).unwrap_or(0),
                ))
            })
            .collect::<Result<_, VaultError>>()?;
        let entry = self
            .entry(ctx, allowed, Action::PersonRead, Outcome::Ok)?
            .person(handle);
        let set = self.guarded(tenant, person).log(entry.finish(tenant));
        let index = only_index(&self.commit(set).await?)?;
        Ok((
            PersonSummary {
                line: PersonLine { person, created_at },
                external,
                records,
            },
            index,
        ))
    }

    /// A page of persons behind `after`.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn list_persons(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PersonAt>,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<(Vec<PersonLine>, u64), VaultError> {
        let tenant = &ctx.tenant;
        let after = after.unwrap_or(PersonId::COMMONS);
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let rows = self
            .db()
            .rows(
                &sql::PERSON_LIST,
                vec![tenant.into(), after.into(), limit.into()],
            )
            .await?;
        let lines = rows
            .iter()
            .map(|row| {
                let person =
                    PersonId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("person id"))?;
                Ok(PersonLine {
                    person,
                    created_at: Instant::from_micros(row.int(1)?),
                })
            })
            .collect::<Result<Vec<_>, VaultError>>()?;
        let entry = self
            .entry(ctx, allowed, Action::PersonList, Outcome::Ok)?
            .count(lines.len() as u64);
        let committed = self
            .commit(WriteSet::new().log(entry.finish(tenant)))
            .await?;
        Ok((lines, only_index(&committed)?))
    }

    /// A write set that holds only while the person is there, and the keys of `classes` in `ring` are not replaced.
    pub(crate) fn sealing(&self, tenant: &TenantId, ring: &Ring, classes: ClassSet) -> WriteSet {
        let person = ring.person();
        let mut params: Vec<Value> = vec![tenant.into(), person.into()];
        for class in Class::ALL
            .into_iter()
            .filter(|class| *class != Class::Payment)
        {
            let generation = match ring.newest_generation(class) {
                Some(generation) if classes.contains(class) => i64::from(generation),
                _ => i64::MAX,
            };
            params.push(generation.into());
        }
        WriteSet::new().run_expecting(&sql::PERSON_SEALABLE, params, 1, GUARD_SEALABLE)
    }

    /// The ring, read again if it lacks a key that `sealed` names: another node may have made it just now.
    pub(crate) async fn with_keys_of(
        &self,
        tenant: &TenantId,
        ring: Arc<Ring>,
        sealed: &[u8],
    ) -> Result<Arc<Ring>, VaultError> {
        if !lacks(&ring, sealed) {
            return Ok(ring);
        }
        let person = ring.person();
        self.keys().forget(tenant, person);
        Ok(self.keys().ring(tenant, person).await?)
    }

    /// What to do when [`Vault::sealing`] did not hold: the person is gone, or there are newer keys, which this process reads
    /// when it next asks.
    pub(crate) async fn heed_newer_keys(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<(), VaultError> {
        self.load_person(tenant, person).await?;
        self.keys().forget(tenant, person);
        Ok(())
    }

    /// A write set that holds only while the person is there.
    pub(crate) fn guarded(&self, tenant: &TenantId, person: PersonId) -> WriteSet {
        WriteSet::new().with(Self::is_there(tenant, person))
    }

    /// What makes another area's commit about a person fail, with the guard [`crate::GUARD_PERSON`], once they are erased.
    #[must_use]
    pub fn is_there(tenant: &TenantId, person: PersonId) -> Statement {
        Statement::new(&sql::PERSON_ACTIVE, vec![tenant.into(), person.into()])
            .expecting(1, GUARD_PERSON)
    }
}

/// Whether `sealed` names a key that is not in the ring. What has no head that can be read is found out when it is opened.
pub(crate) fn lacks(ring: &Ring, sealed: &[u8]) -> bool {
    crypt::record::parts_of(sealed).is_ok_and(|mut parts| {
        parts.any(|part| {
            let class = Class::from_code(part.class);
            class.is_some_and(|class| {
                ring.generations(class)
                    .all(|generation| generation != part.generation)
            })
        })
    })
}
