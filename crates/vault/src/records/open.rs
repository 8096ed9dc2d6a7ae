//! Open one record. The plaintext is handed out only once the entry that says so is durable.

use std::sync::Arc;

use audit::{Action, Outcome, RecordHandle};
use base::{Ctx, Instant, PersonId, Purpose, TenantId};
use keys::Ring;
use policy::{Allowed, RecordAt};
use store::{Row, Value};

use super::Opened;
use super::seal::{At, Eyes};
use crate::ground::{Ground, READINGS_MAX};
use crate::vault::only_index;
use crate::{Vault, VaultError, sql};

/// Persons that one record may be or have been about: a bundle of many patients has as many.
const HOLDERS_MAX: u32 = 10_000;

/// A row of a record, not opened.
pub(crate) struct SealedRow {
    pub version: u64,
    pub written_at: Instant,
    pub sealed: Vec<u8>,
}

impl SealedRow {
    /// From columns `at` (version), `at + 1` (written at) and `at + 2` (sealed).
    pub(crate) fn read(row: &mut Row, at: usize) -> Result<Self, VaultError> {
        Ok(Self {
            version: u64::try_from(row.int(at)?)
                .map_err(|_| VaultError::Damaged("record version"))?,
            written_at: Instant::from_micros(row.int(at + 1)?),
            sealed: row.take_bytes(at + 2)?,
        })
    }
}

/// A row to open: found along with its ground, or still to be found (`version`: an earlier one).
enum Place {
    Found(Arc<Ring>, Row),
    Of(Option<u64>),
}

impl Vault {
    /// Open a record, or (`version`) an earlier version of it.
    ///
    /// # Errors
    /// [`VaultError::NoRecord`], [`VaultError::Deleted`], [`VaultError::Tampered`]; storage and key failures.
    pub async fn open(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RecordAt>,
        version: Option<u64>,
    ) -> Result<(Opened, u64), VaultError> {
        let thing = allowed.thing();
        let handle = self.handle(&ctx.tenant, thing.person).await?;
        let rkey = self.rkey(&ctx.tenant, thing.person, &thing.collection, &thing.record)?;
        let entry = self
            .entry(ctx, allowed, Action::RecordRead, Outcome::Ok)?
            .person(handle);
        // A name that the register does not know is the caller's own words, and the log keeps them for ever.
        let entry = match self.collection(&thing.collection) {
            Ok(_) => entry.record(&thing.collection, rkey),
            Err(_) => entry,
        };
        for reading in 0..READINGS_MAX {
            let at_once = match version {
                None if reading == 0 => self.find_unless_limited(ctx, allowed, rkey).await?,
                _ => None,
            };
            let (ground, place) = match at_once {
                Some((ground, ring, row)) => (ground, Place::Found(ring, row)),
                None => {
                    let ground = self
                        .ground(ctx, allowed, Action::RecordRead, thing.person)
                        .await?;
                    (ground, Place::Of(version))
                }
            };
            let (found, entry) = match self.open_one(ctx, allowed, rkey, place, &ground).await {
                Ok((opened, classes)) => {
                    let entry = entry.clone().version(opened.version).classes(classes);
                    (Ok(opened), entry)
                }
                Err(error) => {
                    // A failed look is a look: it stands in the log before the caller hears of it.
                    let mut entry = entry.clone();
                    entry.outcome = Outcome::Failed;
                    let entry = entry.code(base::Fault::code(&error));
                    (Err(error), entry)
                }
            };
            let set = if reading == 0 {
                self.on_ground_at_once(&ctx.tenant, thing.person, &ground)
            } else {
                self.on_ground(&ctx.tenant, thing.person, &ground)
            };
            let set = set.log(entry.finish(&ctx.tenant));
            if let Some(committed) = self.commit_read(set).await? {
                return Ok((found?, only_index(&committed)?));
            }
        }
        Err(VaultError::Contended)
    }

    /// The record as it stands together with the ground to open it on, by one question. `None` where it takes more than one: another
    /// ground, no such record, a limit, or keys that would have to be unwrapped, which is done only once the ground is known.
    async fn find_unless_limited(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RecordAt>,
        rkey: RecordHandle,
    ) -> Result<Option<(Ground, Arc<Ring>, Row)>, VaultError> {
        let thing = allowed.thing();
        let Some(ground) = self.unless_limited(ctx, allowed, thing.person) else {
            return Ok(None);
        };
        // Before the row, as below.
        let Some(ring) = self.keys().cached(&ctx.tenant, thing.person) else {
            return Ok(None);
        };
        let params = vec![
            (&ctx.tenant).into(),
            thing.person.into(),
            (&thing.collection).into(),
            (*rkey.as_bytes()).into(),
            ctx.purpose.map(Purpose::as_str).into(),
        ];
        match self.db().row(&sql::RECORD_FIND_FREE, params).await? {
            Some(row) if row.int(3)? == 0 => Ok(Some((ground, ring, row))),
            _ => Ok(None),
        }
    }

    /// The row that was asked for and keys that are as new as it.
    async fn find(
        &self,
        ctx: &Ctx,
        thing: &RecordAt,
        rkey: RecordHandle,
        version: Option<u64>,
    ) -> Result<(Arc<Ring>, Row), VaultError> {
        let mut params: Vec<Value> = vec![
            (&ctx.tenant).into(),
            thing.person.into(),
            (&thing.collection).into(),
            (*rkey.as_bytes()).into(),
        ];
        let sql = match version {
            None => &sql::RECORD_FIND,
            Some(version) => {
                params.push(
                    i64::try_from(version)
                        .map_err(|_| VaultError::NoRecord)?
                        .into(),
                );
                &sql::RECORD_FIND_VERSION
            }
        };
        // Before the row: what the row names is then in here, or newer.
        let ring = self.keys().ring(&ctx.tenant, thing.person).await?;
        match self.db().row(sql, params).await? {
            Some(row) => Ok((ring, row)),
            None => Err(self.missing(&ctx.tenant, thing, rkey).await?),
        }
    }

    async fn open_one(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RecordAt>,
        rkey: RecordHandle,
        place: Place,
        ground: &Ground,
    ) -> Result<(Opened, base::ClassSet), VaultError> {
        let thing = allowed.thing();
        let collection = self.collection(&thing.collection)?;
        let (ring, mut row) = match place {
            Place::Found(ring, row) => (ring, row),
            Place::Of(version) => self.find(ctx, thing, rkey, version).await?,
        };
        if row.is_null(2) {
            return Err(VaultError::Deleted);
        }
        let row = SealedRow::read(&mut row, 0)?;
        let at = At {
            tenant: &ctx.tenant,
            person: thing.person,
            collection: &thing.collection,
            rkey,
            version: row.version,
            written_at: row.written_at,
        };
        let ring = self.with_keys_of(&ctx.tenant, ring, &row.sealed).await?;
        let eyes = Eyes {
            clear: allowed.clear(),
            masked: allowed.masked(),
            only: ground.only(),
        };
        let seen = self.open_record(&at, collection, &row.sealed, &ring, eyes)?;
        if seen.record != thing.record {
            return Err(VaultError::Damaged("record's id"));
        }
        let opened = Opened {
            person: thing.person,
            record: seen.record,
            version: row.version,
            written_at: row.written_at,
            json: seen.json,
        };
        Ok((opened, seen.classes))
    }

    /// Never there, or deleted.
    pub(super) async fn missing(
        &self,
        tenant: &TenantId,
        thing: &RecordAt,
        rkey: RecordHandle,
    ) -> Result<VaultError, VaultError> {
        let standing = self.standing(tenant, thing, rkey).await?;
        Ok(match standing {
            Some(standing) if !standing.live => VaultError::Deleted,
            _ => VaultError::NoRecord,
        })
    }

    /// The person that a collection's record with this id is about, for addresses that do not name the person (FHIR). Where it
    /// was about somebody else before, the one it is about now; where it was deleted, the one it was about.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn holder(
        &self,
        tenant: &TenantId,
        collection: &base::Name,
        record: &base::RecordId,
    ) -> Result<Option<PersonId>, VaultError> {
        let persons = self.holders(tenant, collection, record).await?;
        if let [person] = persons.as_slice() {
            return Ok(Some(*person));
        }
        for person in &persons {
            if self.is_live(tenant, *person, collection, record).await? {
                return Ok(Some(*person));
            }
        }
        Ok(persons.first().copied())
    }

    /// Everybody that a collection's record with this id is about, or was.
    pub(crate) async fn holders(
        &self,
        tenant: &TenantId,
        collection: &base::Name,
        record: &base::RecordId,
    ) -> Result<Vec<PersonId>, VaultError> {
        let token = self.id_token(tenant, collection, record)?;
        let params: Vec<Value> = vec![
            tenant.into(),
            collection.into(),
            token.into(),
            PersonId::COMMONS.into(),
            Vec::new().into(),
            HOLDERS_MAX.into(),
        ];
        let rows = self.db().rows(&sql::INDEX_OF_ALL, params).await?;
        let person =
            |row: &Row| PersonId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("index row"));
        rows.iter().map(person).collect()
    }

    /// Whether this person has the record now.
    pub(crate) async fn is_live(
        &self,
        tenant: &TenantId,
        person: PersonId,
        collection: &base::Name,
        record: &base::RecordId,
    ) -> Result<bool, VaultError> {
        let thing = RecordAt {
            tenant: tenant.clone(),
            person,
            collection: collection.clone(),
            record: record.clone(),
        };
        let rkey = self.rkey(tenant, person, collection, record)?;
        let standing = self.standing(tenant, &thing, rkey).await?;
        Ok(standing.is_some_and(|standing| standing.live))
    }
}
