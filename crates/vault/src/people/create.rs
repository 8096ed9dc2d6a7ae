//! A new person: a random id, and a random handle for the log.

use audit::{Action, Outcome};
use base::{Ctx, Handle, PersonId, Region, TenantId};
use policy::{Allowed, PersonAt};
use serde::{Deserialize, Serialize};
use store::{StoreError, WriteSet};
use zeroize::Zeroizing;

use crate::once::Once;
use crate::vault::only_index;
use crate::{Vault, VaultError, place, sql};

/// Tries before two makers of the same person give up; each loses at most once to the other.
const RACES_MAX: usize = 4;

/// What comes of making a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPerson {
    /// Who.
    pub person: PersonId,
    /// Whether this call made them (or they were there under the same outside id).
    pub created: bool,
}

impl Vault {
    /// Make a person. With `external` (an id from outside, e.g. of a FHIR Patient) the same text always gives the same person.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn create_person(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PersonAt>,
        external: Option<&str>,
        once: Option<&Once>,
    ) -> Result<(NewPerson, u64), VaultError> {
        for _ in 0..RACES_MAX {
            let before = match self.remembered::<NewPerson>(ctx, once).await? {
                Some(before) => Some(before),
                None => match external {
                    Some(text) => self.person_by_external(&ctx.tenant, text).await?,
                    None => None,
                }
                .map(|person| NewPerson {
                    person,
                    created: false,
                }),
            };
            let entry = self.entry(ctx, allowed, Action::PersonCreate, Outcome::Ok)?;
            if let Some(before) = before {
                let handle = self.handle(&ctx.tenant, before.person).await?;
                let set = WriteSet::new().log(entry.person(handle).finish(&ctx.tenant));
                return Ok((before, only_index(&self.commit(set).await?)?));
            }
            let new = NewPerson {
                person: PersonId::random(self.rng()),
                created: true,
            };
            let handle = Handle::random(self.rng());
            let set = self
                .person_writes(ctx, new.person, handle, external)?
                .with(Self::takes_new(&ctx.tenant, ctx.now));
            let set = self
                .remember(ctx, once, &new, set)?
                .log(entry.person(handle).finish(&ctx.tenant));
            match self.commit(set).await {
                Ok(committed) => {
                    self.learn_handle(&ctx.tenant, new.person, handle);
                    return Ok((new, only_index(&committed)?));
                }
                // Somebody made the same person, or sent the same request, a moment before: look again.
                Err(VaultError::Store(StoreError::Duplicate)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(VaultError::Contended)
    }

    fn person_writes(
        &self,
        ctx: &Ctx,
        person: PersonId,
        handle: Handle,
        external: Option<&str>,
    ) -> Result<WriteSet, VaultError> {
        let place = place::person(self.environment(), &ctx.tenant, person, ctx.now);
        let mut plain = Zeroizing::new(handle.as_bytes().to_vec());
        plain.extend_from_slice(external.unwrap_or("").as_bytes());
        let sealed = self.seal_secret(&ctx.tenant, &place, &plain)?;
        let tenant = &ctx.tenant;
        let set = WriteSet::new().run(
            &sql::PERSON_INSERT,
            vec![
                tenant.into(),
                person.into(),
                handle.into(),
                ctx.now.into(),
                sealed.into(),
            ],
        );
        Ok(match external {
            None => set,
            Some(text) => {
                let token = self.external_token(tenant, text)?;
                set.run(
                    &sql::EXTERNAL_INSERT,
                    vec![tenant.into(), token.into(), person.into()],
                )
            }
        })
    }

    fn external_token(&self, tenant: &TenantId, text: &str) -> Result<[u8; 16], VaultError> {
        Ok(crypt::mac::blind_index(
            &self.keys().index_key(tenant)?.key,
            "person",
            text.as_bytes(),
        ))
    }

    /// The person with this id from outside.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn person_by_external(
        &self,
        tenant: &TenantId,
        text: &str,
    ) -> Result<Option<PersonId>, VaultError> {
        let token = self.external_token(tenant, text)?;
        let row = self
            .db()
            .row(&sql::EXTERNAL_FIND, vec![tenant.into(), token.into()])
            .await?;
        row.map(|row| PersonId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("person id")))
            .transpose()
    }

    /// Make a tenant: its keys, its log, its shelf for what is about no person. A tenant that is there already is opened.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn open_tenant(&self, ctx: &Ctx, region: &Region) -> Result<(), VaultError> {
        let tenant = &ctx.tenant;
        self.keys().open_tenant(tenant).await?;
        if self
            .db()
            .row(&sql::TENANT_FIND, vec![tenant.into()])
            .await?
            .is_some()
        {
            return Ok(());
        }
        let handle = Handle::random(self.rng());
        let entry = audit::Entry::new(ctx, Action::TenantCreate, Outcome::Ok)?;
        let set = self
            .person_writes(ctx, PersonId::COMMONS, handle, None)?
            .run(
                &sql::TENANT_INSERT,
                vec![tenant.into(), region.as_str().into(), ctx.now.into()],
            )
            .log(entry.finish(tenant));
        match self.commit(set).await {
            Ok(_) | Err(VaultError::Store(StoreError::Duplicate)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// All tenants, with their regions.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn tenants(&self) -> Result<Vec<(TenantId, Region)>, VaultError> {
        let damaged = |_| VaultError::Damaged("tenant row");
        self.db()
            .rows(&sql::TENANT_LIST, vec![])
            .await?
            .iter()
            .map(|row| {
                Ok((
                    row.text(0)?.parse().map_err(damaged)?,
                    row.text(1)?.parse().map_err(damaged)?,
                ))
            })
            .collect()
    }
}
