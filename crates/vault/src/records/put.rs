//! Write a record: checked, split by class, sealed, and committed together with its entry.

use audit::{Action, Outcome, RecordHandle};
use base::{Ctx, Instant, PersonId, TenantId};
use keys::Ring;
use policy::{Allowed, RecordAt};
use std::sync::Arc;
use store::{StoreError, WriteSet};

use super::seal::At;
use super::{Effect, Written};
use crate::document::{self, Intake};
use crate::once::Once;
use crate::register::{Collection, Subject};
use crate::vault::{GUARD_SEALABLE, GUARD_VERSION, only_index};
use crate::{Vault, VaultError, sql};

/// Tries before a writer without a condition gives up; somebody else won each time.
const RACES_MAX: usize = 8;

/// What must stand before a write may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Whatever stands.
    None,
    /// Nothing (`If-None-Match: *`).
    Absent,
    /// Something (`If-Match: *`).
    Present,
    /// This version (`If-Match: "3"`).
    Version(u64),
}

/// A record to write.
#[derive(Clone, Copy, Debug)]
pub struct Put<'a> {
    /// The JSON text.
    pub body: &'a [u8],
    /// What must stand.
    pub condition: Condition,
}

/// What stands now.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    pub version: u64,
    pub digest: [u8; 16],
    pub live: bool,
    pub written_at: Instant,
}

/// A record on its way in: checked and split, keys at hand.
pub(super) struct Incoming {
    pub collection: Arc<Collection>,
    pub intake: Intake,
    pub rkey: RecordHandle,
    pub digest: [u8; 16],
    pub ring: Arc<Ring>,
}

impl Vault {
    /// Write a record.
    ///
    /// # Errors
    /// [`VaultError::Document`] with a pointer to the bad field; [`VaultError::Condition`]; storage and key failures.
    pub async fn put(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RecordAt>,
        put: Put<'_>,
        once: Option<&Once>,
    ) -> Result<(Written, u64), VaultError> {
        let thing = allowed.thing();
        let handle = self.handle(&ctx.tenant, thing.person).await?;
        let action = Action::RecordWrite;
        let ground = self.ground(ctx, allowed, action, thing.person).await?;
        let mut incoming = self.take_in(ctx, thing, put.body).await?;
        for _ in 0..RACES_MAX {
            if let Some(before) = self.remembered::<Written>(ctx, once).await? {
                let entry = self
                    .entry(ctx, allowed, Action::RecordWrite, Outcome::Ok)?
                    .person(handle);
                let entry = entry
                    .record(&thing.collection, incoming.rkey)
                    .version(before.version);
                let set = self
                    .on_ground(&ctx.tenant, thing.person, &ground)
                    .log(entry.finish(&ctx.tenant));
                return Ok((before, only_index(&self.commit(set).await?)?));
            }
            let standing = self.standing(&ctx.tenant, thing, incoming.rkey).await?;
            let (written, set) = self.put_writes(ctx, thing, &incoming, standing, put.condition)?;
            let entry = self
                .entry(ctx, allowed, Action::RecordWrite, Outcome::Ok)?
                .person(handle)
                .record(&thing.collection, incoming.rkey)
                .version(written.version)
                .classes(Self::classes_of(&incoming.intake));
            let set = self
                .with_ground(self.remember(ctx, once, &written, set)?, &ground)
                .log(entry.finish(&ctx.tenant));
            match self
                .commit_on(ctx, allowed, action, thing.person, set)
                .await
            {
                Ok(committed) => return Ok((written, only_index(&committed)?)),
                Err(error) if lost_a_race(&error) => {}
                Err(VaultError::Store(StoreError::Guard(GUARD_SEALABLE))) => {
                    self.heed_newer_keys(&ctx.tenant, thing.person).await?;
                    let classes = Self::classes_of(&incoming.intake);
                    let keys = self.keys();
                    incoming.ring = keys
                        .ensure_person(&ctx.tenant, thing.person, classes)
                        .await?;
                }
                Err(error) => return Err(error),
            }
        }
        Err(VaultError::Contended)
    }

    /// Check and split a document, and have the keys ready that it needs.
    pub(super) async fn take_in(
        &self,
        ctx: &Ctx,
        thing: &RecordAt,
        body: &[u8],
    ) -> Result<Incoming, VaultError> {
        let collection = Arc::clone(self.collection(&thing.collection)?);
        if collection.subject == Subject::Tenant && thing.person != PersonId::COMMONS {
            return Err(VaultError::Shelf);
        }
        let intake = document::intake(&collection, body)?;
        let rkey = self.rkey(&ctx.tenant, thing.person, &thing.collection, &thing.record)?;
        let digest = self.digest(&ctx.tenant, rkey, &intake)?;
        let classes = Self::classes_of(&intake);
        let ring = self
            .keys()
            .ensure_person(&ctx.tenant, thing.person, classes)
            .await?;
        Ok(Incoming {
            collection,
            intake,
            rkey,
            digest,
            ring,
        })
    }

    /// Keyed digest of a document's content: says "unchanged" without opening what stands.
    fn digest(
        &self,
        tenant: &TenantId,
        rkey: RecordHandle,
        intake: &Intake,
    ) -> Result<[u8; 16], VaultError> {
        let index = self.keys().index_key(tenant)?;
        let mut pieces: Vec<&[u8]> = vec![b"strongroom/content v1", rkey.as_bytes()];
        let mut lengths = Vec::with_capacity(8);
        for (class, payload) in intake.parts() {
            let mut head = [class.code(); 9];
            if let Some(length) = head.last_chunk_mut::<8>() {
                *length = (payload.len() as u64).to_be_bytes();
            }
            lengths.push((head, payload));
        }
        for (head, payload) in &lengths {
            pieces.push(head);
            pieces.push(payload);
        }
        let whole = crypt::mac::hmac_sha256(&index.key, &pieces);
        let mut digest = [0; 16];
        digest.copy_from_slice(whole.first_chunk::<16>().unwrap_or(&[0; 16]));
        Ok(digest)
    }

    /// What stands under this key: a live version, a tombstone, or nothing.
    pub(super) async fn standing(
        &self,
        tenant: &TenantId,
        thing: &RecordAt,
        rkey: RecordHandle,
    ) -> Result<Option<Standing>, VaultError> {
        let params = vec![
            tenant.into(),
            thing.person.into(),
            (&thing.collection).into(),
            (*rkey.as_bytes()).into(),
        ];
        let rows = self.db().rows(&sql::RECORD_STATE, params).await?;
        let mut newest: Option<Standing> = None;
        for row in &rows {
            let standing = Standing {
                version: u64::try_from(row.int(0)?)
                    .map_err(|_| VaultError::Damaged("record version"))?,
                digest: row
                    .bytes(1)?
                    .try_into()
                    .map_err(|_| VaultError::Damaged("record digest"))?,
                live: row.int(2)? == 1,
                written_at: Instant::from_micros(row.int(3)?),
            };
            if newest.is_none_or(|newest| standing.version > newest.version) {
                newest = Some(standing);
            }
        }
        Ok(newest)
    }

    /// The writes of one record, without its entry.
    pub(super) fn put_writes(
        &self,
        ctx: &Ctx,
        thing: &RecordAt,
        incoming: &Incoming,
        standing: Option<Standing>,
        condition: Condition,
    ) -> Result<(Written, WriteSet), VaultError> {
        let live = standing.filter(|standing| standing.live);
        hold(condition, live)?;
        if let Some(live) = live
            && live.digest == incoming.digest
        {
            let set = self.guarded(&ctx.tenant, thing.person);
            let written = Written {
                effect: Effect::Unchanged,
                version: live.version,
                at_micros: live.written_at.micros(),
            };
            return Ok((written, set));
        }
        let version = standing.map_or(1, |standing| standing.version + 1);
        let at = At {
            tenant: &ctx.tenant,
            person: thing.person,
            collection: &thing.collection,
            rkey: incoming.rkey,
            version,
            written_at: ctx.now,
        };
        let sealed = self.seal_record(&at, &thing.record, &incoming.intake, &incoming.ring)?;
        let classes = Self::classes_of(&incoming.intake);
        let set = self
            .sealing(&ctx.tenant, &incoming.ring, classes)
            .with(Self::takes_new(&ctx.tenant, ctx.now));
        let key = || {
            vec![
                (&ctx.tenant).into(),
                thing.person.into(),
                (&thing.collection).into(),
                (*incoming.rkey.as_bytes()).into(),
            ]
        };
        let number = i64::try_from(version).map_err(|_| VaultError::Damaged("record version"))?;
        let set = match live {
            None => {
                let mut params = key();
                params.extend([
                    number.into(),
                    ctx.now.into(),
                    incoming.digest.into(),
                    sealed.into(),
                ]);
                set.run(&sql::RECORD_INSERT, params)
            }
            Some(live) => {
                let before = i64::try_from(live.version)
                    .map_err(|_| VaultError::Damaged("record version"))?;
                let mut keep = key();
                keep.push(before.into());
                let mut update = key();
                update.extend([
                    before.into(),
                    number.into(),
                    ctx.now.into(),
                    incoming.digest.into(),
                    sealed.into(),
                ]);
                set.run_expecting(&sql::RECORD_KEEP, keep, 1, GUARD_VERSION)
                    .run_expecting(&sql::RECORD_UPDATE, update, 1, GUARD_VERSION)
                    .run(&sql::INDEX_DELETE, key())
            }
        };
        let set = self.index_writes(ctx, thing, incoming, set)?;
        let effect = if live.is_some() {
            Effect::Updated
        } else {
            Effect::Created
        };
        Ok((
            Written {
                effect,
                version,
                at_micros: ctx.now.micros(),
            },
            set,
        ))
    }
}

/// Whether the condition holds.
fn hold(condition: Condition, live: Option<Standing>) -> Result<(), VaultError> {
    match (condition, live) {
        (Condition::Absent, Some(_)) => {
            Err(VaultError::Condition("There is such a record already."))
        }
        (Condition::Present | Condition::Version(_), None) => {
            Err(VaultError::Condition("There is no such record to change."))
        }
        (Condition::Version(wanted), Some(live)) if wanted != live.version => Err(
            VaultError::Condition("The record was changed since you read it."),
        ),
        _ => Ok(()),
    }
}

pub(super) fn lost_a_race(error: &VaultError) -> bool {
    matches!(
        error,
        VaultError::Store(StoreError::Duplicate | StoreError::Guard(GUARD_VERSION))
    )
}
