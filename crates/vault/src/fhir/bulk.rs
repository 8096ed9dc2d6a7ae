//! Bulk export (FHIR Bulk Data Access 2.0): a job lays down which files there are, and each is opened while it is fetched.
//!
//! Invariant: no copy of what is opened is kept. Who was erased, took a grant back or is past their time since is not in a file that is
//! fetched later, and a stolen disk holds nothing more than before.

use std::collections::BTreeMap;
use std::time::Duration;

use base::{Ctx, Instant, Name, ObjectId, PersonId, Purpose, TenantId};
use consent::Party;
use policy::{Allowed, BulkOf};
use store::{Row, Value, WriteSet};

use crate::{Vault, VaultError, sql};

/// How long one can be fetched.
pub const KEPT_FOR: Duration = Duration::from_hours(24 * 7);
/// As many are laid down at once.
pub const WAITING_MAX: u64 = 2;
/// As many are kept.
pub const KEPT_MAX: u64 = 20;
/// Resources of one file, about: a person is in one file only.
pub const PART_RESOURCES: u64 = 50_000;
/// Persons looked at in one go.
const PERSONS: u32 = 256;
/// The guard that fails when somebody asks for more than there is room for.
pub const GUARD_ROOM: &str = "bulk.room";
/// The guard that fails when it was called off meanwhile.
pub const GUARD_WAITING: &str = "bulk.waiting";

/// How one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkState {
    /// It is being laid down, or about to be.
    Waiting,
    /// Its files can be fetched.
    Ready,
    /// It could not be laid down.
    Failed,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct NewBulk {
    /// For what. It is fetched for the same.
    pub purpose: Purpose,
    /// What is about nobody too.
    pub whole: bool,
    /// Which types.
    pub kinds: Vec<Name>,
    /// Only what was written after this.
    pub since: Option<Instant>,
    /// The address that was asked, for the manifest.
    pub request: String,
}

/// A bulk export.
#[derive(Clone, Debug)]
pub struct Bulk {
    /// Which.
    pub bulk: ObjectId,
    /// How it stands.
    pub state: BulkState,
    /// Who asked, as the log calls them.
    pub owner: String,
    /// Whether they came by a token of the tenant's alone.
    pub by_token: bool,
    /// What was asked for.
    pub asked: NewBulk,
    /// When; nothing that was written later is in it.
    pub asked_at: Instant,
    /// Until when it can be fetched.
    pub expires_at: Instant,
    /// Persons looked at so far.
    pub persons: u64,
    /// Persons who are left out, in whole or in part: they have not granted it.
    pub left_out: u64,
}

/// One of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which, from 0.
    pub part: u32,
    /// Of which type.
    pub kind: Name,
    /// About persons behind this one; `None`: from the first.
    pub behind: Option<PersonId>,
    /// The last person.
    pub upto: PersonId,
    /// Resources when it was laid down.
    pub count: u64,
}

/// How far it is laid down.
#[derive(Debug, Default)]
pub struct Survey {
    after: Option<PersonId>,
    open: BTreeMap<Name, Part>,
    done: Vec<Part>,
    /// Persons looked at.
    pub persons: u64,
    left_out: u64,
}

impl Bulk {
    fn read(bulk: ObjectId, row: &Row) -> Result<Self, VaultError> {
        let damaged = || VaultError::Damaged("bulk export");
        let state = match row.text(0)? {
            "waiting" => BulkState::Waiting,
            "ready" => BulkState::Ready,
            "failed" => BulkState::Failed,
            _ => return Err(damaged()),
        };
        let kinds = row.text(4)?.split(',').map(str::parse);
        let since = if row.is_null(5) {
            None
        } else {
            Some(Instant::from_micros(row.int(5)?))
        };
        Ok(Self {
            bulk,
            state,
            owner: row.text(1)?.to_owned(),
            by_token: row.text(11)? == Party::BY_TOKEN,
            asked: NewBulk {
                purpose: row.text(2)?.parse().map_err(|_| damaged())?,
                whole: row.int(3)? != 0,
                kinds: kinds.collect::<Result<_, _>>().map_err(|_| damaged())?,
                since,
                request: row.text(6)?.to_owned(),
            },
            asked_at: Instant::from_micros(row.int(7)?),
            expires_at: Instant::from_micros(row.int(8)?),
            persons: u64::try_from(row.int(9)?).unwrap_or(0),
            left_out: u64::try_from(row.int(10)?).unwrap_or(0),
        })
    }

    /// The span of time it is about, as statements take it.
    pub(crate) fn span(&self) -> (Instant, Instant) {
        let since = self.asked.since.unwrap_or(Instant::from_micros(i64::MIN));
        (since, self.asked_at)
    }
}

fn number(it: u64) -> Value {
    Value::Int(i64::try_from(it).unwrap_or(i64::MAX))
}

impl Vault {
    /// Ask for one: the writes to commit together with the job that lays it down. They fail with [`GUARD_ROOM`] when there are too many.
    #[must_use]
    pub fn ask_bulk(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<BulkOf>,
        new: &NewBulk,
    ) -> (ObjectId, WriteSet) {
        let tenant = &allowed.thing().tenant;
        let bulk = ObjectId::random(self.rng());
        let kinds: Vec<&str> = new.kinds.iter().map(Name::as_str).collect();
        let set = WriteSet::new()
            .run_expecting(
                &sql::BULK_ROOM,
                vec![tenant.into(), number(WAITING_MAX), number(KEPT_MAX)],
                1,
                GUARD_ROOM,
            )
            .run(
                &sql::BULK_INSERT,
                vec![
                    tenant.into(),
                    bulk.into(),
                    ctx.actor.id.as_str().into(),
                    new.purpose.as_str().into(),
                    u8::from(new.whole).into(),
                    kinds.join(",").as_str().into(),
                    new.since.map_or(Value::Null, Into::into),
                    new.request.as_str().into(),
                    ctx.now.into(),
                    ctx.now.after(KEPT_FOR).into(),
                    ctx.actor.authenticated_by.into(),
                ],
            );
        (bulk, set)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`VaultError::NoBulk`]; storage failures.
    pub async fn bulk(&self, tenant: &TenantId, bulk: ObjectId) -> Result<Bulk, VaultError> {
        let params = vec![tenant.into(), bulk.into()];
        let row = self.db().row(&sql::BULK_FIND, params).await?;
        Bulk::read(bulk, &row.ok_or(VaultError::NoBulk)?)
    }

    /// Its files.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn bulk_parts(
        &self,
        tenant: &TenantId,
        bulk: ObjectId,
    ) -> Result<Vec<Part>, VaultError> {
        let params = vec![tenant.into(), bulk.into()];
        let rows = self.db().rows(&sql::BULK_PARTS, params).await?;
        let damaged = || VaultError::Damaged("bulk export");
        rows.iter()
            .map(|row| {
                let behind = if row.is_null(2) {
                    None
                } else {
                    Some(PersonId::from_slice(row.bytes(2)?).ok_or_else(damaged)?)
                };
                Ok(Part {
                    part: u32::try_from(row.int(0)?).map_err(|_| damaged())?,
                    kind: row.text(1)?.parse().map_err(|_| damaged())?,
                    behind,
                    upto: PersonId::from_slice(row.bytes(3)?).ok_or_else(damaged)?,
                    count: u64::try_from(row.int(4)?).unwrap_or(0),
                })
            })
            .collect()
    }

    /// Look at some more persons: counts only, nothing is opened. `ctx` is that of who asked. Gives whether there may be more.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn survey(
        &self,
        ctx: &Ctx,
        bulk: &Bulk,
        survey: &mut Survey,
    ) -> Result<bool, VaultError> {
        let tenant = &ctx.tenant;
        let behind = match survey.after {
            Some(person) => person.as_bytes().to_vec(),
            None if bulk.asked.whole => Vec::new(),
            None => PersonId::COMMONS.as_bytes().to_vec(),
        };
        let params = vec![tenant.into(), behind.into(), PERSONS.into()];
        let rows = self.db().rows(&sql::BULK_PERSONS, params).await?;
        let (since, until) = bulk.span();
        for row in &rows {
            let person =
                PersonId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("person id"))?;
            let params = vec![tenant.into(), person.into(), since.into(), until.into()];
            let mut left_out = false;
            for row in &self.db().rows(&sql::BULK_COUNT, params).await? {
                let Some(kind) = bulk
                    .asked
                    .kinds
                    .iter()
                    .find(|it| row.text(0).is_ok_and(|text| text == it.as_str()))
                else {
                    continue;
                };
                if !self.may_count(ctx, kind, person).await? {
                    left_out = true;
                    continue;
                }
                survey.take(kind, person, u64::try_from(row.int(1)?).unwrap_or(0));
            }
            survey.persons += u64::from(person != PersonId::COMMONS);
            survey.left_out += u64::from(left_out && person != PersonId::COMMONS);
            survey.after = Some(person);
        }
        Ok(rows.len() == PERSONS as usize)
    }

    /// How far it is. Fails with [`GUARD_WAITING`] when it was called off.
    #[must_use]
    pub fn bulk_progress(tenant: &TenantId, bulk: ObjectId, persons: u64) -> WriteSet {
        let params = vec![tenant.into(), bulk.into(), number(persons)];
        WriteSet::new().run_expecting(&sql::BULK_PROGRESS, params, 1, GUARD_WAITING)
    }

    /// It is laid down. Fails with [`GUARD_WAITING`] when it was called off.
    #[must_use]
    pub fn bulk_ready(tenant: &TenantId, bulk: ObjectId, survey: Survey) -> WriteSet {
        let params = vec![
            tenant.into(),
            bulk.into(),
            number(survey.persons),
            number(survey.left_out),
        ];
        let set = WriteSet::new().run_expecting(&sql::BULK_READY, params, 1, GUARD_WAITING);
        let mut parts = survey.done;
        parts.extend(survey.open.into_values());
        parts.sort_by(|one, other| {
            let name = one.kind.as_str().cmp(other.kind.as_str());
            name.then_with(|| one.upto.as_bytes().cmp(other.upto.as_bytes()))
        });
        (0_u32..).zip(parts).fold(set, |set, (at, part)| {
            set.run(
                &sql::BULK_PART,
                vec![
                    tenant.into(),
                    bulk.into(),
                    at.into(),
                    (&part.kind).into(),
                    part.behind.map_or(Value::Null, Into::into),
                    part.upto.into(),
                    number(part.count),
                ],
            )
        })
    }

    /// It could not be laid down.
    #[must_use]
    pub fn bulk_failed(tenant: &TenantId, bulk: ObjectId) -> WriteSet {
        WriteSet::new().run(&sql::BULK_FAILED, vec![tenant.into(), bulk.into()])
    }

    /// It is called off.
    #[must_use]
    pub fn bulk_end(tenant: &TenantId, bulk: ObjectId) -> WriteSet {
        let both = || vec![tenant.into(), bulk.into()];
        WriteSet::new()
            .run(&sql::BULK_END_PARTS, both())
            .run(&sql::BULK_END, both())
    }

    /// Those whose time is over are gone.
    #[must_use]
    pub fn bulks_over(now: Instant) -> WriteSet {
        WriteSet::new()
            .run(&sql::BULK_OVER_PARTS, vec![now.into()])
            .run(&sql::BULK_OVER, vec![now.into()])
    }
}

impl Survey {
    /// So many resources of a type about the next person.
    fn take(&mut self, kind: &Name, person: PersonId, count: u64) {
        let behind = match self.open.remove(kind) {
            Some(mut part) if part.count < PART_RESOURCES => {
                part.upto = person;
                part.count += count;
                self.open.insert(kind.clone(), part);
                return;
            }
            Some(full) => {
                let upto = full.upto;
                self.done.push(full);
                Some(upto)
            }
            // Nobody before this one has any.
            None => self.after,
        };
        let part = Part {
            part: 0,
            kind: kind.clone(),
            behind,
            upto: person,
            count,
        };
        self.open.insert(kind.clone(), part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(at: u8) -> PersonId {
        PersonId::from_bytes([at; 16])
    }

    #[test]
    fn files_are_cut_between_persons() {
        let mut survey = Survey::default();
        let kind: Name = "Observation".parse().unwrap();
        for at in 1..=5 {
            survey.take(&kind, person(at), PART_RESOURCES / 2);
            survey.after = Some(person(at));
        }
        survey.done.extend(survey.open.into_values());
        let cut: Vec<_> = survey
            .done
            .iter()
            .map(|it| (it.behind, it.upto, it.count))
            .collect();
        let half = PART_RESOURCES / 2;
        assert_eq!(
            cut,
            [
                (None, person(2), half * 2),
                (Some(person(2)), person(4), half * 2),
                (Some(person(4)), person(5), half),
            ]
        );
    }
}
