//! Erase a part of what is kept about a person: one record, or all of a collection, each with its versions and index rows.
//!
//! The keys live on, since they seal other records of the person too. So what goes is rows: they are overwritten in the database's
//! files ([`store::Db::scrub`]), not made unreadable by a key that is gone.

use audit::{Action, Outcome, RecordHandle};
use base::{Ctx, Instant, Name, PersonId, TenantId};
use policy::{Allowed, PersonAt};
use store::{StoreError, Value, WriteSet};

use crate::register::{Collection, LegalBasis};
use crate::vault::{GUARD_VERSION, only_index};
use crate::{Vault, VaultError, sql};

/// Records destroyed in one commit.
const AT_ONCE: u32 = 100;
/// Tries before a commit gives up because somebody else kept writing the same records.
const RACES_MAX: usize = 8;

/// Which records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordsPart {
    /// Of which collection.
    pub collection: Name,
    /// One of them; `None` for all.
    pub record: Option<RecordHandle>,
}

/// Records that a law wants kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordsKept {
    /// How many.
    pub count: u64,
    /// Until when the last of them.
    pub until: Option<Instant>,
}

/// What was destroyed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GoneRecords {
    /// Records.
    pub records: u64,
    /// Their earlier versions.
    pub versions: u64,
    /// Rows of the search index.
    pub index_rows: u64,
    /// What stays by law.
    pub kept: RecordsKept,
    /// The last entry that says so.
    pub log_index: Option<u64>,
}

struct Found {
    rkey: RecordHandle,
    version: i64,
    written_at: Instant,
}

impl RecordsPart {
    fn params(&self, tenant: &TenantId, person: PersonId) -> Vec<Value> {
        let record = self.record.map_or(Vec::new(), |it| it.as_bytes().to_vec());
        vec![
            tenant.into(),
            person.into(),
            (&self.collection).into(),
            record.into(),
        ]
    }
}

impl Collection {
    /// Until when a law wants a record of this collection kept which was last written then; `None` where none does.
    #[must_use]
    pub fn must_stay(&self, written_at: Instant) -> Option<Instant> {
        if self.legal_basis != Some(LegalBasis::LegalObligation) {
            return None;
        }
        self.retention.until(written_at)
    }
}

impl Vault {
    /// The keyed handle of a record, as a part of a person's data.
    ///
    /// # Errors
    /// [`VaultError::NoCollection`]; key failures.
    pub fn record_part(
        &self,
        tenant: &TenantId,
        person: PersonId,
        collection: &Name,
        record: &base::RecordId,
    ) -> Result<RecordsPart, VaultError> {
        self.collection(collection)?;
        Ok(RecordsPart {
            collection: collection.clone(),
            record: Some(self.rkey(tenant, person, collection, record)?),
        })
    }

    /// What would go, and what would stay. Nothing is opened; whoever asks notes it.
    ///
    /// # Errors
    /// [`VaultError::NoCollection`]; storage failures.
    pub async fn records_to_erase(
        &self,
        tenant: &TenantId,
        person: PersonId,
        part: &RecordsPart,
        now: Instant,
    ) -> Result<GoneRecords, VaultError> {
        let collection = self.collection(&part.collection)?;
        let mut gone = GoneRecords::default();
        if collection.must_stay(now).is_none() {
            // No law: how many there are is enough, however many.
            let params = part.params(tenant, person);
            if let Some(row) = self.db().row(&sql::PART_COUNT, params).await? {
                gone.records = u64::try_from(row.int(0)?).unwrap_or(0);
                gone.versions = u64::try_from(row.int(1)?).unwrap_or(0);
            }
            return Ok(gone);
        }
        let mut after = Vec::new();
        loop {
            let chunk = self.part_chunk(tenant, person, part, &after).await?;
            let Some(last) = chunk.last() else { break };
            after = last.rkey.as_bytes().to_vec();
            for found in &chunk {
                match collection
                    .must_stay(found.written_at)
                    .filter(|it| *it > now)
                {
                    Some(until) => gone.kept.add(until),
                    None => {
                        gone.records += 1;
                        gone.versions += u64::try_from(found.version - 1).unwrap_or(0);
                    }
                }
            }
        }
        Ok(gone)
    }

    /// Until when a law wants something of a person kept, if one does.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn held_by_law(
        &self,
        tenant: &TenantId,
        person: PersonId,
        now: Instant,
    ) -> Result<Vec<(Name, RecordsKept)>, VaultError> {
        let mut held = Vec::new();
        for collection in self.register().collections() {
            // Most collections know no such law, and cost nothing here.
            if collection.must_stay(now).is_none() {
                continue;
            }
            let part = RecordsPart {
                collection: collection.name.clone(),
                record: None,
            };
            let gone = self.records_to_erase(tenant, person, &part, now).await?;
            if gone.kept.count > 0 {
                held.push((collection.name.clone(), gone.kept));
            }
        }
        Ok(held)
    }

    /// Destroy records with their versions and index rows. What a law wants kept stays, and is counted.
    ///
    /// # Errors
    /// [`VaultError::Contended`], [`VaultError::Held`]; storage failures. What was destroyed before is gone and stands in the log.
    pub async fn erase_records(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PersonAt>,
        part: &RecordsPart,
    ) -> Result<GoneRecords, VaultError> {
        let tenant = &ctx.tenant;
        let person = allowed.thing().person.ok_or(VaultError::NoPerson)?;
        let handle = self.handle(tenant, person).await?;
        let collection = self.collection(&part.collection)?;
        let mut gone = GoneRecords::default();
        let mut after = Vec::new();
        let mut races = 0;
        loop {
            let chunk = self.part_chunk(tenant, person, part, &after).await?;
            let Some(last) = chunk.last().map(|it| it.rkey) else {
                break;
            };
            let mut set = self.guarded(tenant, person).with(Self::free(
                tenant,
                person,
                Some(&part.collection),
                ctx.now,
            ));
            let mut kept = gone.kept;
            let mut count: u64 = 0;
            for found in &chunk {
                if let Some(until) = collection
                    .must_stay(found.written_at)
                    .filter(|it| *it > ctx.now)
                {
                    kept.add(until);
                    continue;
                }
                count += 1;
                set = erase_writes(
                    ctx,
                    person,
                    &part.collection,
                    found.rkey,
                    found.version,
                    set,
                );
            }
            if count > 0 {
                let mut entry = self
                    .entry(ctx, allowed, Action::RecordErase, Outcome::Ok)?
                    .person(handle)
                    .count(count);
                entry = match part.record {
                    Some(record) => entry.record(&part.collection, record),
                    None => entry.collection(&part.collection),
                };
                match self.commit(set.log(entry.finish(tenant))).await {
                    Ok(done) => {
                        gone.records += count;
                        gone.log_index = Some(only_index(&done)?);
                        // Two guards, then four statements for each record, of which the second wipes old versions and the last
                        // the index.
                        for four in done.rows.get(2..).unwrap_or(&[]).chunks(4) {
                            gone.versions += four.get(1).copied().unwrap_or(0);
                            gone.index_rows += four.get(3).copied().unwrap_or(0);
                        }
                    }
                    Err(VaultError::Store(StoreError::Guard(GUARD_VERSION))) => {
                        races += 1;
                        if races > RACES_MAX {
                            return Err(VaultError::Contended);
                        }
                        // The same chunk again, as it stands now.
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            }
            gone.kept = kept;
            after = last.as_bytes().to_vec();
        }
        Ok(gone)
    }

    /// What is left of records, place by place, and how many tombstones say that there were some.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn left_of_records(
        &self,
        tenant: &TenantId,
        person: PersonId,
        part: &RecordsPart,
    ) -> Result<([(&'static str, u64); 3], u64), VaultError> {
        let params = part.params(tenant, person);
        let row = self.db().row(&sql::PART_LEFT, params.clone()).await?;
        let row = row.ok_or(VaultError::Damaged("count"))?;
        let number =
            |at| -> Result<u64, VaultError> { Ok(u64::try_from(row.int(at)?).unwrap_or(u64::MAX)) };
        let stones = self.db().row(&sql::TOMBSTONES, params).await?;
        let stones = stones.map_or(Ok(0), |row| row.int(0))?;
        Ok((
            [
                ("records", number(0)?),
                ("earlier versions", number(1)?),
                ("search index", number(2)?),
            ],
            u64::try_from(stones).unwrap_or(0),
        ))
    }

    async fn part_chunk(
        &self,
        tenant: &TenantId,
        person: PersonId,
        part: &RecordsPart,
        after: &[u8],
    ) -> Result<Vec<Found>, VaultError> {
        let mut params = part.params(tenant, person);
        params.extend([after.to_vec().into(), AT_ONCE.into()]);
        let rows = self.db().rows(&sql::PART_STANDING, params).await?;
        rows.iter()
            .map(|row| {
                Ok(Found {
                    rkey: RecordHandle::from_slice(row.bytes(0)?)
                        .ok_or(VaultError::Damaged("record handle"))?,
                    version: row.int(1)?,
                    written_at: Instant::from_micros(row.int(2)?),
                })
            })
            .collect()
    }
}

impl RecordsKept {
    fn add(&mut self, until: Instant) {
        self.count += 1;
        self.until = Some(self.until.map_or(until, |it| it.max(until)));
    }
}

/// The writes that destroy one record, if it stands in this version. The tombstone holds the count of versions, so that none is ever given twice, and no content.
/// No row says by its id that it was there: asked for without a person, it is as if it had never been.
pub(crate) fn erase_writes(
    ctx: &Ctx,
    person: PersonId,
    collection: &Name,
    rkey: RecordHandle,
    version: i64,
    set: WriteSet,
) -> WriteSet {
    let key = || -> Vec<Value> {
        vec![
            (&ctx.tenant).into(),
            person.into(),
            collection.into(),
            (*rkey.as_bytes()).into(),
        ]
    };
    let mut standing = key();
    standing.push(version.into());
    let mut tombstone = key();
    tombstone.extend([
        version.saturating_add(1).into(),
        ctx.now.into(),
        [0u8; 16].into(),
    ]);
    set.run_expecting(&sql::RECORD_DELETE, standing, 1, GUARD_VERSION)
        .run(&sql::HISTORY_WIPE, key())
        .run(&sql::HISTORY_TOMBSTONE, tombstone)
        .run(&sql::INDEX_DELETE, key())
}
