//! Import into the vault at hand.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base::{Clock, Ctx, Fault, PersonId};
use futures_util::stream::{self, StreamExt};
use policy::Authority;

use super::{Rest, is_outage};
use crate::Vault;
use crate::fhir::error::FhirError;
use crate::fhir::import::{Outcome, Prepared, Sink, SinkError};
use crate::fhir::resource::Resource;
use crate::fhir::shelf::{External, Names, Shelf};
use crate::records::{BatchItem, BatchOutcome, Condition, Effect};
use crate::register::Subject;

/// Questions to the database that are under way at the same time.
const AT_ONCE: usize = 64;

/// Stores prepared resources in a vault.
pub struct VaultSink {
    vault: Vault,
    ctx: Ctx,
    authority: Authority,
    clock: Arc<dyn Clock>,
}

impl VaultSink {
    /// Into `vault`, by `authority`, under the circumstances `ctx`, whose time is set anew from `clock` for each batch.
    #[must_use]
    pub fn new(vault: Vault, ctx: Ctx, authority: Authority, clock: Arc<dyn Clock>) -> Self {
        Self {
            vault,
            ctx,
            authority,
            clock,
        }
    }
}

impl Sink for VaultSink {
    async fn put_all(&self, batch: &[Prepared]) -> Result<Vec<Outcome>, SinkError> {
        let ctx = Ctx {
            now: self.clock.now(),
            ..self.ctx.clone()
        };
        let rest = Rest {
            vault: &self.vault,
            ctx: &ctx,
            authority: &self.authority,
            base: "",
        };
        let persons = rest.persons(batch).await?;
        let asking: Vec<_> = batch
            .iter()
            .map(|prepared| rest.ask(prepared, &persons))
            .collect();
        let asked: Vec<Asked> = stream::iter(asking).buffered(AT_ONCE).collect().await;
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(batch.len());
        let mut items = Vec::with_capacity(batch.len());
        for asked in asked {
            outcomes.push(match asked {
                Asked::Item(item) => {
                    items.push(Ok(item));
                    None
                }
                Asked::Done(outcome) => Some(outcome?),
            });
        }
        let mut written = self.vault.batch_each(&ctx, items).await.into_iter();
        outcomes
            .into_iter()
            .map(|outcome| match (outcome, &mut written) {
                (Some(outcome), _) => Ok(outcome),
                (None, written) => match written.next() {
                    Some(Ok(BatchOutcome::Written(written, _))) => Ok(outcome_of(written.effect)),
                    Some(Ok(BatchOutcome::Opened(..))) | None => {
                        Err(SinkError("the vault did not answer for a resource".into()))
                    }
                    Some(Err(error)) => refused(&error.into()),
                },
            })
            .collect()
    }
}

/// What became of asking for one resource.
enum Asked {
    /// It can go with the others.
    Item(BatchItem),
    /// It is settled already.
    Done(Result<Outcome, SinkError>),
}

impl Rest<'_> {
    /// The persons that a batch is about, made where they are not there yet.
    async fn persons(&self, batch: &[Prepared]) -> Result<HashMap<External, PersonId>, SinkError> {
        let mut wanted: Vec<&Shelf> = Vec::new();
        let mut seen = HashSet::new();
        for prepared in batch {
            let is_kept = self
                .vault
                .register()
                .collection(&prepared.kind)
                .is_some_and(|collection| collection.subject == Subject::Person);
            if let Some(external) = prepared.shelf.external()
                && is_kept
                && seen.insert(external)
            {
                wanted.push(&prepared.shelf);
            }
        }
        let asking: Vec<_> = wanted.iter().map(|shelf| self.person(shelf)).collect();
        let found: Vec<_> = stream::iter(asking).buffered(AT_ONCE).collect().await;
        let mut persons = HashMap::with_capacity(found.len());
        for (shelf, person) in wanted.into_iter().zip(found) {
            let person = person.map_err(|error| SinkError(error.public()))?;
            if let Some(external) = shelf.external() {
                persons.insert(external.clone(), person);
            }
        }
        Ok(persons)
    }

    async fn ask(&self, prepared: &Prepared, persons: &HashMap<External, PersonId>) -> Asked {
        match self.items_of(prepared, persons).await {
            Err(error) => Asked::Done(refused(&error)),
            Ok(items) => match <[BatchItem; 1]>::try_from(items) {
                Ok([item]) => Asked::Item(item),
                // From one shelf to another, or on several, in a commit of its own.
                Err(items) => Asked::Done(match self.write(items).await {
                    Ok((written, _)) => Ok(outcome_of(written.effect)),
                    Err(error) => refused(&error),
                }),
            },
        }
    }

    async fn items_of(
        &self,
        prepared: &Prepared,
        persons: &HashMap<External, PersonId>,
    ) -> Result<Vec<BatchItem>, FhirError> {
        let collection = self.collection(&prepared.kind)?;
        let (id, text) = (&prepared.id, prepared.text.clone());
        let targets = match prepared.shelf.external() {
            Some(external) if collection.subject == Subject::Person => {
                let person = persons.get(external).copied().ok_or(FhirError::NotFound)?;
                vec![(person, text)]
            }
            None if prepared.kind == "Bundle" => {
                let resource = Resource::of(&text)?;
                let shelves = Self::shelves(collection, &resource, id, &Names::new())?;
                self.persons_of(shelves, &mut persons.clone()).await?
            }
            _ => vec![(PersonId::COMMONS, text)],
        };
        self.update_items(collection, id, targets, Condition::None)
            .await
    }
}

const fn outcome_of(effect: Effect) -> Outcome {
    match effect {
        Effect::Created => Outcome::Created,
        Effect::Updated | Effect::Deleted => Outcome::Updated,
        Effect::Unchanged => Outcome::Unchanged,
    }
}

/// A refusal, or the end of the run.
fn refused(error: &FhirError) -> Result<Outcome, SinkError> {
    if is_outage(error) {
        return Err(SinkError(error.public()));
    }
    Ok(Outcome::Refused {
        reason: error.public(),
        pointer: error.pointer(),
    })
}
