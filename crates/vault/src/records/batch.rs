//! Many records at once: each for itself, or all or nothing.

use std::collections::HashSet;

use audit::{Action, Outcome, RecordHandle};
use base::{ClassSet, Ctx, PersonId};
use futures_util::stream::{self, StreamExt};
use policy::{Allowed, RecordAt};
use store::{StoreError, WriteSet};

use super::put::lost_a_race;
use super::{Condition, Opened, Put, Written};
use crate::vault::GUARD_SEALABLE;
use crate::{Vault, VaultError};

/// Items of one item-wise batch that are under way at the same time. They share commits.
const AT_ONCE: usize = 256;
const RACES_MAX: usize = 8;

/// What to do with one record.
#[derive(Debug)]
pub enum BatchVerb {
    /// Write it.
    Put {
        /// The JSON text.
        body: Vec<u8>,
        /// What must stand.
        condition: Condition,
    },
    /// Open it.
    Get,
    /// Delete it.
    Delete {
        /// What must stand.
        condition: Condition,
    },
}

/// One item, allowed by policy.
#[derive(Debug)]
pub struct BatchItem {
    /// Which record, and the proof that it may be done.
    pub allowed: Allowed<RecordAt>,
    /// What to do.
    pub verb: BatchVerb,
}

/// What came of one item.
#[derive(Debug)]
pub enum BatchOutcome {
    /// Written or deleted.
    Written(Written, u64),
    /// Opened.
    Opened(Opened, u64),
}

type Key = (PersonId, base::Name, base::RecordId);

fn key(item: &BatchItem) -> Key {
    let thing = item.allowed.thing();
    (thing.person, thing.collection.clone(), thing.record.clone())
}

impl Vault {
    /// Do each item for itself; what fails does not hinder the others. Answers in the order of the items.
    ///
    /// Items about different records run at the same time; items about the same record run in their order.
    pub async fn batch_each(
        &self,
        ctx: &Ctx,
        items: Vec<Result<BatchItem, VaultError>>,
    ) -> Vec<Result<BatchOutcome, VaultError>> {
        self.ready_keys(ctx, items.iter().filter_map(|item| item.as_ref().ok()))
            .await;
        let mut answers: Vec<Option<Result<BatchOutcome, VaultError>>> = Vec::new();
        answers.resize_with(items.len(), || None);
        let mut left: Vec<(usize, BatchItem)> = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Ok(item) => left.push((index, item)),
                Err(error) => set(&mut answers, index, Err(error)),
            }
        }
        while !left.is_empty() {
            let mut seen = HashSet::new();
            let (wave, later): (Vec<_>, Vec<_>) = left
                .into_iter()
                .partition(|(_, item)| seen.insert(key(item)));
            left = later;
            let done: Vec<_> = stream::iter(wave)
                .map(|(index, item)| async move { (index, self.one(ctx, item).await) })
                .buffer_unordered(AT_ONCE)
                .collect()
                .await;
            for (index, answer) in done {
                set(&mut answers, index, answer);
            }
        }
        answers
            .into_iter()
            .map(|answer| answer.unwrap_or(Err(VaultError::Contended)))
            .collect()
    }

    async fn one(&self, ctx: &Ctx, item: BatchItem) -> Result<BatchOutcome, VaultError> {
        match item.verb {
            BatchVerb::Put { body, condition } => {
                let put = Put {
                    body: &body,
                    condition,
                };
                let (written, index) = self.put(ctx, &item.allowed, put, None).await?;
                Ok(BatchOutcome::Written(written, index))
            }
            BatchVerb::Get => {
                let (opened, index) = self.open(ctx, &item.allowed, None).await?;
                Ok(BatchOutcome::Opened(opened, index))
            }
            BatchVerb::Delete { condition } => {
                let (written, index) = self.delete(ctx, &item.allowed, condition, None).await?;
                Ok(BatchOutcome::Written(written, index))
            }
        }
    }

    /// Do all writes in one commit, or none. Reads are not taken: they would show what may yet be undone.
    ///
    /// # Errors
    /// [`VaultError::Item`] with the first item that does not hold.
    pub async fn batch_all(
        &self,
        ctx: &Ctx,
        items: &[BatchItem],
    ) -> Result<Vec<(Written, u64)>, VaultError> {
        let mut seen = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            if !seen.insert(key(item)) {
                return Err(VaultError::Item {
                    index,
                    source: Box::new(VaultError::Twice),
                });
            }
        }
        self.ready_keys(ctx, items.iter()).await;
        for _ in 0..RACES_MAX {
            let mut whole = WriteSet::new();
            let mut written = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                let failed = |error| VaultError::Item {
                    index,
                    source: Box::new(error),
                };
                let (one, set) = self.item_writes(ctx, item).await.map_err(failed)?;
                written.push(one);
                whole.statements.extend(set.statements);
                whole.entries.extend(set.entries);
            }
            match self.commit(whole).await {
                Ok(committed) => {
                    return Ok(written.into_iter().zip(committed.log_indexes).collect());
                }
                Err(error) if lost_a_race(&error) => {}
                Err(VaultError::Store(StoreError::Guard(GUARD_SEALABLE))) => {
                    for item in items {
                        let person = item.allowed.thing().person;
                        self.heed_newer_keys(&ctx.tenant, person).await?;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(VaultError::Contended)
    }

    async fn item_writes(
        &self,
        ctx: &Ctx,
        item: &BatchItem,
    ) -> Result<(Written, WriteSet), VaultError> {
        let thing = item.allowed.thing();
        let handle = self.handle(&ctx.tenant, thing.person).await?;
        let action = match item.verb {
            BatchVerb::Delete { .. } => Action::RecordDelete,
            BatchVerb::Put { .. } | BatchVerb::Get => Action::RecordWrite,
        };
        let ground = self
            .ground(ctx, &item.allowed, action, thing.person)
            .await?;
        let entry = |action, rkey: RecordHandle, version, classes: ClassSet| {
            Ok::<_, VaultError>(
                self.entry(ctx, &item.allowed, action, Outcome::Ok)?
                    .person(handle)
                    .record(&thing.collection, rkey)
                    .version(version)
                    .classes(classes)
                    .finish(&ctx.tenant),
            )
        };
        match &item.verb {
            BatchVerb::Put { body, condition } => {
                let incoming = self.take_in(ctx, thing, body).await?;
                let standing = self.standing(&ctx.tenant, thing, incoming.rkey).await?;
                let (written, set) =
                    self.put_writes(ctx, thing, &incoming, standing, *condition)?;
                let classes = Self::classes_of(&incoming.intake);
                let entry = entry(Action::RecordWrite, incoming.rkey, written.version, classes)?;
                Ok((written, self.with_ground(set, &ground).log(entry)))
            }
            BatchVerb::Delete { condition } => {
                self.collection(&thing.collection)?;
                let rkey =
                    self.rkey(&ctx.tenant, thing.person, &thing.collection, &thing.record)?;
                let (written, set) = self.delete_writes(ctx, thing, rkey, *condition).await?;
                let entry = entry(Action::RecordDelete, rkey, written.version, ClassSet::EMPTY)?;
                Ok((written, self.with_ground(set, &ground).log(entry)))
            }
            BatchVerb::Get => Err(VaultError::Filter {
                name: "method".into(),
                why: "an all-or-nothing batch takes PUT and DELETE only".into(),
            }),
        }
    }

    /// Have the keys of everybody in a batch made in one commit, not one by one. What fails here fails again, and is
    /// answered, where it is needed.
    async fn ready_keys<'a>(&self, ctx: &Ctx, items: impl Iterator<Item = &'a BatchItem>) {
        let mut wanted: Vec<(PersonId, ClassSet)> = Vec::new();
        let mut seen = HashSet::new();
        for item in items.filter(|item| matches!(item.verb, BatchVerb::Put { .. })) {
            let thing = item.allowed.thing();
            if let Ok(collection) = self.collection(&thing.collection)
                && seen.insert((thing.person, collection.classes))
            {
                wanted.push((thing.person, collection.classes.with(base::Class::Internal)));
            }
        }
        if wanted.len() > 1
            && let Err(error) = self.keys().ensure_many(&ctx.tenant, &wanted).await
        {
            tracing::debug!(%error, "keys of a batch were not made ahead");
        }
    }
}

fn set(
    answers: &mut [Option<Result<BatchOutcome, VaultError>>],
    index: usize,
    answer: Result<BatchOutcome, VaultError>,
) {
    if let Some(slot) = answers.get_mut(index) {
        *slot = Some(answer);
    }
}
