//! create, update, delete.

use std::collections::HashMap;

use audit::{Action, Outcome};
use base::{Fault, Name, PersonId, RecordId};
use policy::{Allowed, RecordAt, Verb};

use super::{Answer, Rest, Return, Wishes, etag};
use crate::VaultError;
use crate::fhir::error::{FhirError, outcome};
use crate::fhir::query::{Handling, Query};
use crate::fhir::resource::Resource;
use crate::fhir::shelf::Names;
use crate::records::{BatchItem, BatchVerb, Condition, Effect, Put, Written};
use crate::register::Collection;

impl Rest<'_> {
    /// `POST /{kind}`: a new resource under an id that we give it. An id in the body is ignored, as the specification says.
    pub async fn create(
        &self,
        kind: &str,
        body: &[u8],
        wishes: &Wishes,
    ) -> Result<Answer, FhirError> {
        let collection = self.collection(kind)?;
        let resource = typed(body, kind)?;
        if let Some(query) = wishes.if_none_exist.as_deref()
            && let Some((found, log_index)) = self.only_one(collection, query).await?
        {
            // "One match: the server ignores the post and returns 200 OK."
            return Ok(Answer {
                status: 200,
                etag: None,
                last_modified: None,
                location: Some(self.url(&collection.name, &found)),
                body: None,
                log_index,
            });
        }
        let id = self.fresh_id();
        let text = resource.with_id(&id);
        let resource = Resource::of(&text)?;
        let shelves = Self::shelves(collection, &resource, &id, &Names::new())?;
        let targets = self.persons_of(shelves, &mut HashMap::new()).await?;
        let mut items = Vec::with_capacity(targets.len());
        for (person, text) in targets {
            let allowed = self
                .allowed(collection, &id, person, Verb::Create, Action::RecordWrite)
                .await?;
            items.push(put(allowed, text, Condition::Absent));
        }
        let (written, log_index) = self.write(items).await?;
        Ok(self.written(collection, &id, &resource, &written, log_index, wishes))
    }

    /// `PUT /{kind}/{id}`: a new version, or a new resource under an id that the caller gives it.
    pub async fn update(
        &self,
        kind: &str,
        id: &str,
        body: &[u8],
        wishes: &Wishes,
    ) -> Result<Answer, FhirError> {
        let collection = self.collection(kind)?;
        let resource = typed(body, kind)?;
        let id: RecordId = id.parse().map_err(|_| FhirError::InvalidId)?;
        if resource.id()?.as_ref() != Some(&id) {
            return Err(FhirError::IdMismatch);
        }
        let condition = wishes.condition()?;
        let shelves = Self::shelves(collection, &resource, &id, &Names::new())?;
        let targets = self.persons_of(shelves, &mut HashMap::new()).await?;
        let items = self
            .update_items(collection, &id, targets, condition)
            .await?;
        let (written, log_index) = self.write(items).await?;
        Ok(self.written(collection, &id, &resource, &written, log_index, wishes))
    }

    /// Do the writes of one resource; the last of them speaks for all.
    pub(super) async fn write(&self, items: Vec<BatchItem>) -> Result<(Written, u64), FhirError> {
        if let [
            BatchItem {
                allowed,
                verb: BatchVerb::Put { body, condition },
            },
        ] = items.as_slice()
        {
            let put = Put {
                body,
                condition: *condition,
            };
            return Ok(self.vault.put(self.ctx, allowed, put, None).await?);
        }
        let mut all = match self.vault.batch_all(self.ctx, &items).await {
            Ok(all) => all,
            Err(VaultError::Item { source, .. }) => return Err((*source).into()),
            Err(error) => return Err(error.into()),
        };
        let (mut written, index) = all.pop().ok_or(FhirError::NotFound)?;
        if written.effect == Effect::Unchanged
            && all.iter().any(|(one, _)| one.effect != Effect::Unchanged)
        {
            written.effect = Effect::Updated;
        }
        Ok((written, index))
    }

    /// The writes of an update that puts each of `targets` on its shelf, the main one last. A resource that turns out to be about
    /// somebody else moves: it goes from one shelf and comes on the other in the same commit, because what is sealed under one
    /// person's keys is not about another.
    pub(super) async fn update_items(
        &self,
        collection: &Collection,
        id: &RecordId,
        targets: Vec<(PersonId, String)>,
        condition: Condition,
    ) -> Result<Vec<BatchItem>, FhirError> {
        let (tenant, kind) = (&self.ctx.tenant, &collection.name);
        let main = targets.last().map(|(person, _)| *person);
        let mut items = Vec::with_capacity(targets.len());
        let mut moves = false;
        for before in self.vault.holders(tenant, kind, id).await? {
            let stays = targets.iter().any(|(person, _)| *person == before);
            if stays || !self.vault.is_live(tenant, before, kind, id).await? {
                continue;
            }
            if condition == Condition::Absent {
                return Err(FhirError::Precondition);
            }
            let allowed = self
                .allowed(collection, id, before, Verb::Delete, Action::RecordDelete)
                .await?;
            // What the caller knows of the resource, it knows of the place where it was.
            let condition = if moves { Condition::None } else { condition };
            moves = true;
            let verb = BatchVerb::Delete { condition };
            items.push(BatchItem { allowed, verb });
        }
        for (person, text) in targets {
            let allowed = self
                .allowed(collection, id, person, Verb::Update, Action::RecordWrite)
                .await?;
            let is_main = Some(person) == main;
            let own = if moves || !is_main {
                Condition::None
            } else {
                condition
            };
            items.push(put(allowed, text, own));
        }
        Ok(items)
    }

    /// `DELETE /{kind}/{id}`. What is not there, or not any more, is as good as deleted.
    pub async fn delete(&self, kind: &str, id: &str, wishes: &Wishes) -> Result<Answer, FhirError> {
        let collection = self.collection(kind)?;
        let id: RecordId = id.parse().map_err(|_| FhirError::NotFound)?;
        let mut answer = Answer {
            status: 204,
            etag: None,
            last_modified: None,
            location: None,
            body: None,
            log_index: 0,
        };
        let items = self
            .delete_items(collection, &id, wishes.condition()?)
            .await?;
        let deleted = match items.as_slice() {
            [] => Err(FhirError::NotFound),
            [one] => self
                .vault
                .delete(self.ctx, &one.allowed, wishes.condition()?, None)
                .await
                .map_err(FhirError::from),
            _ => self.write(items).await,
        };
        match deleted {
            Ok((written, index)) => {
                answer.etag = Some(etag(written.version));
                answer.log_index = index;
            }
            Err(FhirError::Gone | FhirError::NotFound) => {
                answer.log_index = self.nothing_to_delete(collection).await?;
            }
            Err(error) => return Err(error),
        }
        Ok(answer)
    }

    /// The deletions that take a resource from every shelf it lies on; none, if there is no such resource.
    pub(super) async fn delete_items(
        &self,
        collection: &Collection,
        id: &RecordId,
        condition: Condition,
    ) -> Result<Vec<BatchItem>, FhirError> {
        let (tenant, kind) = (&self.ctx.tenant, &collection.name);
        let mut items: Vec<BatchItem> = Vec::new();
        for person in self.vault.holders(tenant, kind, id).await? {
            if !self.vault.is_live(tenant, person, kind, id).await? {
                continue;
            }
            let allowed = self
                .allowed(collection, id, person, Verb::Delete, Action::RecordDelete)
                .await?;
            let condition = if items.is_empty() {
                condition
            } else {
                Condition::None
            };
            let verb = BatchVerb::Delete { condition };
            items.push(BatchItem { allowed, verb });
        }
        Ok(items)
    }

    async fn nothing_to_delete(&self, collection: &Collection) -> Result<u64, FhirError> {
        let action = Action::RecordDelete;
        let thing = self.records(collection, None);
        let allowed = self.allow(Verb::Delete, action, thing).await?;
        let entry = self
            .vault
            .entry(self.ctx, &allowed, action, Outcome::Failed)?
            .collection(&collection.name)
            .code(FhirError::NotFound.code());
        self.log(&entry).await
    }

    /// The one resource that meets `query`, if one does; an error if several do.
    pub(super) async fn only_one(
        &self,
        collection: &Collection,
        query: &str,
    ) -> Result<Option<(RecordId, u64)>, FhirError> {
        let query = query.split_once('?').map_or(query, |(_, query)| query);
        // A condition that is not understood must not be met by chance.
        let mut query = Query::of(collection, query, Handling::Strict)?;
        if query.criteria.is_empty() {
            return Err(FhirError::Search {
                parameter: "the condition".into(),
                reason: "it has no parameter",
            });
        }
        query.count = 2;
        let found = self.matches(collection, &query).await?;
        match found.records.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some((one.record.clone(), found.log_index))),
            _ => Err(FhirError::Ambiguous),
        }
    }

    /// A random id for a new resource.
    pub(super) fn fresh_id(&self) -> RecordId {
        let id = base::ObjectId::random(self.vault.rng()).to_string();
        match id.parse() {
            Ok(id) => id,
            // Invariant: a UUID's 36 characters keep the rule for ids.
            Err(_) => unreachable!("a UUID is an id"),
        }
    }

    fn written(
        &self,
        collection: &Collection,
        id: &RecordId,
        resource: &Resource<'_>,
        written: &Written,
        log_index: u64,
        wishes: &Wishes,
    ) -> Answer {
        let body = match wishes.give_back {
            Return::Minimal => None,
            // The caller sent it a moment ago; nothing is opened to give it back.
            Return::Representation => {
                Some(resource.with_meta(written.version, written.at(), false))
            }
            Return::OperationOutcome => {
                let said = outcome("information", "informational", "Stored.", None);
                Some(said.to_string())
            }
        };
        Answer {
            status: status(written.effect),
            etag: Some(etag(written.version)),
            last_modified: Some(written.at()),
            location: Some(self.version_url(&collection.name, id, written.version)),
            body: body.map(String::into_bytes),
            log_index,
        }
    }

    pub(super) fn version_url(&self, kind: &Name, id: &RecordId, version: u64) -> String {
        format!("{}/_history/{version}", self.url(kind, id))
    }
}

/// One write.
fn put(allowed: Allowed<RecordAt>, text: String, condition: Condition) -> BatchItem {
    let body = text.into_bytes();
    let verb = BatchVerb::Put { body, condition };
    BatchItem { allowed, verb }
}

/// The status of a write.
pub(super) const fn status(effect: Effect) -> u16 {
    match effect {
        Effect::Created => 201,
        Effect::Updated | Effect::Unchanged => 200,
        Effect::Deleted => 204,
    }
}

/// The resource in `body`, which must be of the type in the address.
fn typed<'b>(body: &'b [u8], kind: &str) -> Result<Resource<'b>, FhirError> {
    let resource = Resource::of(text(body)?)?;
    if resource.kind == kind {
        Ok(resource)
    } else {
        Err(FhirError::TypeMismatch)
    }
}

/// A body as text.
pub(super) fn text(body: &[u8]) -> Result<&str, FhirError> {
    std::str::from_utf8(body).map_err(|error| {
        FhirError::Malformed(crate::fhir::scan::Malformed {
            at: error.valid_up_to(),
            reason: "not valid UTF-8",
        })
    })
}
