//! Delete a record: its content and all earlier versions go; a tombstone keeps the count of versions.

use audit::{Action, Outcome};
use base::Ctx;
use policy::{Allowed, RecordAt};
use store::WriteSet;

use super::put::lost_a_race;
use super::{Condition, Effect, Written};
use crate::once::Once;
use crate::vault::{GUARD_VERSION, only_index};
use crate::{Vault, VaultError, sql};

const RACES_MAX: usize = 8;

impl Vault {
    /// Delete a record.
    ///
    /// # Errors
    /// [`VaultError::NoRecord`], [`VaultError::Deleted`], [`VaultError::Condition`]; storage and key failures.
    pub async fn delete(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<RecordAt>,
        condition: Condition,
        once: Option<&Once>,
    ) -> Result<(Written, u64), VaultError> {
        let thing = allowed.thing();
        let handle = self.handle(&ctx.tenant, thing.person).await?;
        self.collection(&thing.collection)?;
        let action = Action::RecordDelete;
        let ground = self.ground(ctx, allowed, action, thing.person).await?;
        let rkey = self.rkey(&ctx.tenant, thing.person, &thing.collection, &thing.record)?;
        for _ in 0..RACES_MAX {
            let entry = self
                .entry(ctx, allowed, Action::RecordDelete, Outcome::Ok)?
                .person(handle)
                .record(&thing.collection, rkey);
            if let Some(before) = self.remembered::<Written>(ctx, once).await? {
                let entry = entry.version(before.version);
                let set = self
                    .on_ground(&ctx.tenant, thing.person, &ground)
                    .log(entry.finish(&ctx.tenant));
                return Ok((before, only_index(&self.commit(set).await?)?));
            }
            let (written, set) = self.delete_writes(ctx, thing, rkey, condition).await?;
            let entry = entry.version(written.version);
            let set = self
                .with_ground(self.remember(ctx, once, &written, set)?, &ground)
                .log(entry.finish(&ctx.tenant));
            match self
                .commit_on(ctx, allowed, action, thing.person, set)
                .await
            {
                Ok(committed) => return Ok((written, only_index(&committed)?)),
                Err(error) if lost_a_race(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Err(VaultError::Contended)
    }

    /// The writes of a deletion, without its entry.
    pub(super) async fn delete_writes(
        &self,
        ctx: &Ctx,
        thing: &RecordAt,
        rkey: audit::RecordHandle,
        condition: Condition,
    ) -> Result<(Written, WriteSet), VaultError> {
        let standing = self.standing(&ctx.tenant, thing, rkey).await?;
        let live = match standing {
            None => return Err(VaultError::NoRecord),
            Some(standing) if !standing.live => return Err(VaultError::Deleted),
            Some(live) => live,
        };
        if let Condition::Version(wanted) = condition
            && wanted != live.version
        {
            return Err(VaultError::Condition(
                "The record was changed since you read it.",
            ));
        }
        // Whoever keeps the data for a company knows what it may delete; a person is not let delete what a law wants kept.
        if ctx.actor.kind == base::ActorKind::Person
            && let Some(until) = self
                .collection(&thing.collection)?
                .must_stay(live.written_at)
                .filter(|it| *it > ctx.now)
        {
            return Err(VaultError::MustStay(until));
        }
        let key = || {
            vec![
                (&ctx.tenant).into(),
                thing.person.into(),
                (&thing.collection).into(),
                (*rkey.as_bytes()).into(),
            ]
        };
        let number = |version: u64| {
            i64::try_from(version).map_err(|_| VaultError::Damaged("record version"))
        };
        let mut delete = key();
        delete.push(number(live.version)?.into());
        let mut tombstone = key();
        tombstone.extend([
            number(live.version + 1)?.into(),
            ctx.now.into(),
            [0u8; 16].into(),
        ]);
        let set = self
            .guarded(&ctx.tenant, thing.person)
            .with(Self::free(
                &ctx.tenant,
                thing.person,
                Some(&thing.collection),
                ctx.now,
            ))
            .run_expecting(&sql::RECORD_DELETE, delete, 1, GUARD_VERSION)
            .run(&sql::HISTORY_WIPE, key())
            .run(&sql::HISTORY_TOMBSTONE, tombstone)
            .run(&sql::INDEX_DELETE, key());
        // By the id it is still found that there was one: an address without a person (FHIR) answers "gone".
        let set = self.id_write(&ctx.tenant, thing, rkey, set)?;
        let written = Written {
            effect: Effect::Deleted,
            version: live.version + 1,
            at_micros: ctx.now.micros(),
        };
        Ok((written, set))
    }
}
