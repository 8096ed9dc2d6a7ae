//! Transactions (all or nothing, one commit) and batches (each entry for itself).

use std::collections::{HashMap, HashSet};

use audit::{Action, Outcome};
use base::{Name, PersonId, RecordId};

use super::read::{bundle as bundle_text, response};
use super::write::{status, text};
use super::{Answer, Rest, Wishes, version_of};
use crate::VaultError;
use crate::fhir::bundle::{Bundle, BundleKind, Entry, Method, Naming, Request, Target};
use crate::fhir::error::FhirError;
use crate::fhir::import::wire::UNCHANGED;
use crate::fhir::reference::Reference;
use crate::fhir::resource::Resource;
use crate::fhir::scan;
use crate::fhir::shelf::External;
use crate::records::{BatchItem, BatchOutcome, Condition, Effect, Written};

/// An entry that changes something, on its way.
struct Step<'e, 'a> {
    entry: &'e Entry<'a>,
    method: Method,
    kind: Name,
    id: RecordId,
    condition: Condition,
    /// Where its writes are among all: none, if a resource that meets the condition was there.
    items: std::ops::Range<usize>,
}

impl Step<'_, '_> {
    /// Whether it writes anything: not if it was to create what is there already.
    fn changes(&self) -> bool {
        self.method != Method::Post || self.condition == Condition::Absent
    }
}

impl Rest<'_> {
    /// `POST /`: a transaction or a batch.
    pub async fn bundle(&self, body: &[u8], wishes: &Wishes) -> Result<Answer, FhirError> {
        let resource = Resource::of(text(body)?)?;
        if resource.kind != "Bundle" {
            return Err(FhirError::TypeMismatch);
        }
        let bundle = Bundle::of(resource)?;
        if bundle.entries.len() > base::limits::BATCH_ITEMS_MAX {
            return Err(FhirError::TooLarge {
                what: "a bundle, counted in entries,",
                limit: base::limits::BATCH_ITEMS_MAX,
            });
        }
        match bundle.kind {
            BundleKind::Transaction => self.transaction(&bundle, wishes).await,
            BundleKind::Batch => self.batch(&bundle, wishes).await,
            BundleKind::Package => Err(FhirError::bundle(
                "/type",
                "only a transaction or a batch can be done; keep other bundles at /Bundle, or import them",
            )),
        }
    }

    /// All or nothing: DELETE, POST and PUT in one commit, then the reads.
    async fn transaction(&self, bundle: &Bundle<'_>, wishes: &Wishes) -> Result<Answer, FhirError> {
        let ordered = bundle.in_order()?;
        let mut naming = Naming::default();
        let mut steps: Vec<Step<'_, '_>> = Vec::new();
        let mut taken: HashSet<(Name, RecordId)> = HashSet::new();
        let mut log_index = None;
        for (entry, request) in &ordered {
            if matches!(request.method, Method::Get | Method::Head) {
                continue;
            }
            let (step, index) = self
                .step(entry, request, &mut naming)
                .await
                .map_err(|error| within(entry, error))?;
            log_index = index.or(log_index);
            let place = (step.kind.clone(), step.id.clone());
            if step.changes() && !taken.insert(place) {
                return Err(FhirError::bundle(
                    entry.pointer(""),
                    "two entries of a transaction are about the same resource",
                ));
            }
            steps.push(step);
        }
        let mut items: Vec<BatchItem> = Vec::with_capacity(steps.len());
        let mut origins: Vec<usize> = Vec::with_capacity(steps.len());
        let mut persons: HashMap<External, PersonId> = HashMap::new();
        for step in &mut steps {
            let from = items.len();
            if step.changes() {
                if step.method != Method::Delete {
                    self.resolve(step.entry.resource()?, &mut naming)
                        .await
                        .map_err(|error| within(step.entry, error))?;
                }
                let own = self
                    .items(step, &naming, &mut persons)
                    .await
                    .map_err(|error| within(step.entry, error))?;
                items.extend(own);
            }
            origins.resize(items.len(), step.entry.index);
            step.items = from..items.len();
        }
        let written = if items.is_empty() {
            Vec::new()
        } else {
            let written = self.vault.batch_all(self.ctx, &items).await;
            written.map_err(|error| match error {
                VaultError::Item { index, source } => {
                    let at = origins.get(index).copied().unwrap_or_default();
                    match bundle.entries.get(at) {
                        Some(entry) => within(entry, FhirError::from(*source)),
                        None => FhirError::from(*source),
                    }
                }
                error => error.into(),
            })?
        };
        log_index = written.last().map(|(_, index)| *index).or(log_index);

        let mut answers: Vec<Option<String>> = vec![None; bundle.entries.len()];
        for step in &steps {
            let last = step
                .items
                .end
                .checked_sub(1)
                .filter(|last| *last >= step.items.start);
            let one = last.and_then(|last| written.get(last)).map(|(one, _)| one);
            set(&mut answers, step.entry.index, self.told(step, one));
        }
        for (entry, request) in &ordered {
            if matches!(request.method, Method::Get | Method::Head) {
                let answer = self
                    .get(request, wishes)
                    .await
                    .map_err(|error| within(entry, error))?;
                log_index = Some(answer.log_index);
                set(&mut answers, entry.index, told_answer(&answer));
            }
        }
        self.answered("transaction-response", answers, log_index)
            .await
    }

    /// What an entry is about, and under which id; its names are made known to the others.
    async fn step<'e, 'a>(
        &self,
        entry: &'e Entry<'a>,
        request: &Request<'_>,
        naming: &mut Naming,
    ) -> Result<(Step<'e, 'a>, Option<u64>), FhirError> {
        let mut step = Step {
            entry,
            method: request.method,
            // Replaced below by every way that goes on.
            kind: self.collection(kind_of(request)?)?.name.clone(),
            id: self.fresh_id(),
            condition: condition(request)?,
            items: 0..0,
        };
        let full_url = entry.full_url.as_deref();
        let mut log_index = None;
        match (request.method, request.target()) {
            (Method::Delete, Target::Instance(_, id)) => step.id = id,
            (Method::Put, Target::Instance(kind, id)) => {
                let resource = entry.resource()?;
                if resource.kind != kind {
                    return Err(FhirError::TypeMismatch);
                }
                if resource.id()?.as_ref() != Some(&id) {
                    return Err(FhirError::IdMismatch);
                }
                naming.stores(full_url, kind, &id);
                step.id = id;
            }
            (Method::Put, Target::Other(url)) if url.contains('?') => {
                return Err(FhirError::Unsupported("an update by condition"));
            }
            (Method::Delete, Target::Other(url)) if url.contains('?') => {
                return Err(FhirError::Unsupported("a deletion by condition"));
            }
            (Method::Post, Target::Kind(kind)) => {
                if entry.resource()?.kind != kind {
                    return Err(FhirError::TypeMismatch);
                }
                step.condition = Condition::Absent;
                if let Some(query) = request.if_none_exist.as_deref() {
                    let collection = self.collection(kind)?;
                    if let Some((id, index)) = self.only_one(collection, query).await? {
                        step.id = id;
                        step.condition = Condition::None;
                        log_index = Some(index);
                    }
                }
                naming.stores(full_url, kind, &step.id);
            }
            (Method::Patch, _) => return Err(FhirError::Unsupported("PATCH")),
            (Method::Post, Target::Other(url)) if url.contains('$') => {
                return Err(FhirError::Unsupported("operations"));
            }
            _ => {
                return Err(FhirError::bundle(
                    entry.pointer("/request/url"),
                    "POST goes to a type, PUT and DELETE to a type and an id",
                ));
            }
        }
        Ok((step, log_index))
    }

    /// The writes of one entry, its references exchanged.
    async fn items(
        &self,
        step: &Step<'_, '_>,
        naming: &Naming,
        persons: &mut HashMap<External, PersonId>,
    ) -> Result<Vec<BatchItem>, FhirError> {
        let collection = self.collection(step.kind.as_str())?;
        if step.method == Method::Delete {
            return self
                .delete_items(collection, &step.id, step.condition)
                .await;
        }
        let resource = step.entry.resource()?;
        let rewritten = naming.apply(resource, step.entry.full_url.as_deref())?;
        let text = rewritten.unwrap_or_else(|| resource.as_str().to_owned());
        let text = Resource::of(&text)?.with_id(&step.id);
        let resource = Resource::of(&text)?;
        let shelves = Self::shelves(collection, &resource, &step.id, &naming.names)?;
        let targets = self.persons_of(shelves, persons).await?;
        self.update_items(collection, &step.id, targets, step.condition)
            .await
    }

    /// Find what references by condition (`Practitioner?identifier=…`) mean, which only a transaction may have. "If there are no
    /// matches, or multiple matches, the transaction fails."
    async fn resolve(&self, resource: &Resource<'_>, naming: &mut Naming) -> Result<(), FhirError> {
        let mut conditions: Vec<String> = Vec::new();
        scan::strings(resource.text, &resource.span, &mut |key, value| {
            if scan::string(resource.text, key).as_deref() == Some("reference")
                && let Some(text) = scan::string(resource.text, value)
                && matches!(Reference::of(&text), Reference::Conditional { .. })
            {
                conditions.push(text.into_owned());
            }
        })?;
        for text in conditions {
            if naming.knows(&text) {
                continue;
            }
            let Reference::Conditional { kind, query } = Reference::of(&text) else {
                continue;
            };
            let collection = self.collection(kind)?;
            match self.only_one(collection, query).await? {
                Some((id, _)) => {
                    let stored = format!("{kind}/{id}");
                    naming.resolves(text, stored);
                }
                None => return Err(FhirError::Unresolved),
            }
        }
        Ok(())
    }

    /// Each entry for itself.
    async fn batch(&self, bundle: &Bundle<'_>, wishes: &Wishes) -> Result<Answer, FhirError> {
        let ordered = bundle.in_order()?;
        let mut answers: Vec<Option<String>> = vec![None; bundle.entries.len()];
        let mut log_index = None;
        let mut persons = HashMap::new();
        // Plain updates are most of what comes in batches; together they share commits.
        let mut updates: Vec<(Step<'_, '_>, BatchItem)> = Vec::new();
        for (entry, request) in &ordered {
            let done = match self.one_item(entry, request, &mut persons).await {
                Ok(Some(update)) => {
                    updates.push(update);
                    continue;
                }
                Ok(None) => self.one_entry(entry, request, wishes).await,
                Err(error) => Err(error),
            };
            match done {
                Ok((text, index)) => {
                    log_index = Some(index);
                    set(&mut answers, entry.index, text);
                }
                Err(error) => set(&mut answers, entry.index, told_error(&error)),
            }
        }
        let (steps, items): (Vec<_>, Vec<_>) = updates.into_iter().unzip();
        let items = items.into_iter().map(Ok).collect();
        let outcomes = self.vault.batch_each(self.ctx, items).await;
        for (step, outcome) in steps.iter().zip(outcomes) {
            let told = match outcome {
                Ok(BatchOutcome::Written(written, index)) => {
                    log_index = log_index.max(Some(index));
                    self.told(step, Some(&written))
                }
                Ok(BatchOutcome::Opened(_, index)) => {
                    log_index = log_index.max(Some(index));
                    self.told(step, None)
                }
                Err(error) => told_error(&FhirError::from(error)),
            };
            set(&mut answers, step.entry.index, told);
        }
        self.answered("batch-response", answers, log_index).await
    }

    /// A batch's entry as one write, if it is a plain update of a resource that stays on its shelf.
    async fn one_item<'e, 'a>(
        &self,
        entry: &'e Entry<'a>,
        request: &Request<'_>,
        persons: &mut HashMap<External, PersonId>,
    ) -> Result<Option<(Step<'e, 'a>, BatchItem)>, FhirError> {
        let (Method::Put, Target::Instance(..)) = (request.method, request.target()) else {
            return Ok(None);
        };
        let mut naming = Naming::default();
        let (step, _) = self.step(entry, request, &mut naming).await?;
        let items = self.items(&step, &naming, persons).await?;
        Ok(<[BatchItem; 1]>::try_from(items)
            .ok()
            .map(|[item]| (step, item)))
    }

    async fn one_entry(
        &self,
        entry: &Entry<'_>,
        request: &Request<'_>,
        wishes: &Wishes,
    ) -> Result<(String, u64), FhirError> {
        let own = Wishes {
            if_match: request.if_match.as_deref().map(str::to_owned),
            if_none_match: request.if_none_match.as_deref().map(str::to_owned),
            if_none_exist: request.if_none_exist.as_deref().map(str::to_owned),
            ..wishes.clone()
        };
        let body = || {
            entry
                .resource()
                .map(|resource| resource.as_str().as_bytes())
        };
        let answer = match (request.method, request.target()) {
            (Method::Get | Method::Head, _) => self.get(request, &own).await?,
            (Method::Post, Target::Kind(kind)) => self.create(kind, body()?, &own).await?,
            (Method::Put, Target::Instance(kind, id)) => {
                self.update(kind, id.as_str(), body()?, &own).await?
            }
            (Method::Delete, Target::Instance(kind, id)) => {
                self.delete(kind, id.as_str(), &own).await?
            }
            (Method::Patch, _) => return Err(FhirError::Unsupported("PATCH")),
            _ => {
                return Err(FhirError::Unsupported(
                    "in a batch, anything but POST to a type, and PUT, DELETE and GET of a type and an id",
                ));
            }
        };
        Ok((told_answer(&answer), answer.log_index))
    }

    /// A read inside a bundle: `Type/id`, `Type/id/_history`, `Type/id/_history/version`, `Type?query`.
    async fn get(&self, request: &Request<'_>, wishes: &Wishes) -> Result<Answer, FhirError> {
        let url = request.url.trim_start_matches('/');
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let steps: Vec<&str> = path.split('/').collect();
        match steps.as_slice() {
            [kind] => self.search(kind, query, wishes).await,
            [kind, id] => self.read(kind, id, None, wishes).await,
            [kind, id, "_history"] => self.history(kind, id, None, None).await,
            [kind, id, "_history", version] => self.read(kind, id, Some(version), wishes).await,
            _ => Err(FhirError::Unsupported("this address, inside a bundle")),
        }
    }

    /// The entry of the answer to a write.
    fn told(&self, step: &Step<'_, '_>, written: Option<&Written>) -> String {
        let response = match written {
            Some(written) => {
                let url = self.version_url(&step.kind, &step.id, written.version);
                let location = (step.method != Method::Delete).then_some(url.as_str());
                let stands = Some((written.version, written.at()));
                let outcome = (written.effect == Effect::Unchanged).then(unchanged);
                response(
                    reason(status(written.effect)),
                    location,
                    stands,
                    outcome.as_ref(),
                )
            }
            None if step.method == Method::Delete => response(reason(204), None, None, None),
            None => {
                let url = self.url(&step.kind, &step.id);
                response(reason(200), Some(&url), None, None)
            }
        };
        format!("{{\"response\":{response}}}")
    }

    async fn answered(
        &self,
        kind: &str,
        answers: Vec<Option<String>>,
        log_index: Option<u64>,
    ) -> Result<Answer, FhirError> {
        let entries: Vec<String> = answers
            .into_iter()
            .map(|answer| answer.unwrap_or_else(|| "{\"response\":{\"status\":\"200 OK\"}}".into()))
            .collect();
        let log_index = match log_index {
            Some(log_index) => log_index,
            None => self.nothing_done().await?,
        };
        Ok(Answer {
            status: 200,
            etag: None,
            last_modified: None,
            location: None,
            body: Some(bundle_text(kind, None, &[], &entries).into_bytes()),
            log_index,
        })
    }

    /// A bundle that did nothing is an operation as well.
    async fn nothing_done(&self) -> Result<u64, FhirError> {
        let entry = audit::Entry::new(self.ctx, Action::RecordWrite, Outcome::Ok)
            .map_err(VaultError::from)?
            .count(0);
        self.log(&entry).await
    }
}

/// The type that a request is about.
fn kind_of<'r>(request: &'r Request<'_>) -> Result<&'r str, FhirError> {
    let url = request.url.as_ref();
    let end = url.find(['/', '?']).unwrap_or(url.len());
    url.get(..end).ok_or(FhirError::NotFound)
}

fn condition(request: &Request<'_>) -> Result<Condition, FhirError> {
    match (
        request.if_match.as_deref(),
        request.if_none_match.as_deref(),
    ) {
        (None, None) => Ok(Condition::None),
        (Some(tag), None) => Ok(Condition::Version(version_of(tag)?)),
        (None, Some("*")) => Ok(Condition::Absent),
        _ => Err(FhirError::BadCondition),
    }
}

/// An error of a transaction, said of the entry that it is about.
fn within(entry: &Entry<'_>, error: FhirError) -> FhirError {
    match error {
        FhirError::Bundle { .. } => error,
        error => FhirError::Entry {
            index: entry.index,
            source: Box::new(error),
        },
    }
}

/// The entry of the answer for a verb's own answer.
fn told_answer(answer: &Answer) -> String {
    let resource = answer
        .body
        .as_deref()
        .and_then(|body| std::str::from_utf8(body).ok());
    let resource = resource.map_or_else(String::new, |text| format!("\"resource\":{text},"));
    let version = answer
        .etag
        .as_deref()
        .and_then(|tag| version_of(tag).ok())
        .zip(answer.last_modified);
    let location = answer.location.as_deref();
    let response = response(reason(answer.status), location, version, None);
    format!("{{{resource}\"response\":{response}}}")
}

/// The entry of the answer for a failure.
fn told_error(error: &FhirError) -> String {
    let response = response(reason(error.status()), None, None, Some(&error.outcome()));
    format!("{{\"response\":{response}}}")
}

/// Says that an update changed nothing.
fn unchanged() -> serde_json::Value {
    serde_json::json!({
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "information", "code": "informational", "details": {"text": UNCHANGED}}],
    })
}

/// A status with its phrase, as FHIR wants it in a bundle.
const fn reason(status: u16) -> &'static str {
    match status {
        200 => "200 OK",
        201 => "201 Created",
        204 => "204 No Content",
        304 => "304 Not Modified",
        400 => "400 Bad Request",
        401 => "401 Unauthorized",
        403 => "403 Forbidden",
        404 => "404 Not Found",
        409 => "409 Conflict",
        410 => "410 Gone",
        412 => "412 Precondition Failed",
        413 => "413 Content Too Large",
        415 => "415 Unsupported Media Type",
        422 => "422 Unprocessable Content",
        429 => "429 Too Many Requests",
        503 => "503 Service Unavailable",
        _ => "500 Internal Server Error",
    }
}

fn set(answers: &mut [Option<String>], index: usize, text: String) {
    if let Some(slot) = answers.get_mut(index) {
        *slot = Some(text);
    }
}
