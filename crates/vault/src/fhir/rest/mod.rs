//! The REST verbs of FHIR R4 on top of the vault's record verbs: <https://hl7.org/fhir/R4/http.html>.
//!
//! A resource is a record: its type is the collection, its id the record's id, its version the record's version. The address
//! does not say whom it is about; the vault finds that out by the keyed handle of the id, and policy decides about that person's
//! record before anything is opened. Every verb stands in the log, also when it fails or is refused.
//!
//! Nothing here names a web framework: an [`Answer`] is a status, a few headers and a body.

mod bulk;
mod bundle;
mod read;
mod search;
mod sink;
#[cfg(test)]
mod tests;
mod write;

use std::collections::HashMap;
use std::sync::Arc;

use audit::{Action, Entry, Outcome};
use base::{Ctx, ErrorKind, Fault, Instant, Name, PersonId, RecordId};
use policy::{Allowed, Authority, PersonAt, RecordAt, RecordsOf, Thing, Verb, decide};
use store::WriteSet;

pub use bulk::Fetch;
pub use sink::VaultSink;

use super::bundle::Bundle;
use super::capability::is_fhir;
use super::error::FhirError;
use super::query::Handling;
use super::resource::Resource;
use super::shelf::{External, Names, Shelf};
use super::slices;
use crate::records::{Condition, Opened};
use crate::register::{Collection, Subject};
use crate::vault::only_index;
use crate::{Vault, VaultError};

/// The FHIR interface for one call.
#[derive(Clone, Copy)]
pub struct Rest<'a> {
    /// Where everything is kept.
    pub vault: &'a Vault,
    /// The circumstances of the call.
    pub ctx: &'a Ctx,
    /// Who calls.
    pub authority: &'a Authority,
    /// The address of the interface, without a slash at its end, e.g. `https://host/fhir`.
    pub base: &'a str,
}

/// What the caller wants back from a write (`Prefer: return=`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Return {
    /// Nothing.
    Minimal,
    /// The resource as it stands now.
    #[default]
    Representation,
    /// An `OperationOutcome`.
    OperationOutcome,
}

/// The headers of a call that change what is done.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// `If-Match`.
    pub if_match: Option<String>,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// `If-None-Exist`.
    pub if_none_exist: Option<String>,
    /// `Prefer: return=`.
    pub give_back: Return,
    /// `Prefer: handling=strict`.
    pub is_strict: bool,
}

/// What a verb answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `ETag`, e.g. `W/"3"`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<Instant>,
    /// `Location`.
    pub location: Option<String>,
    /// The body, `application/fhir+json`.
    pub body: Option<Vec<u8>>,
    /// Where the (last) entry of the call stands in the tenant's log.
    pub log_index: u64,
}

impl Wishes {
    /// Take up a `Prefer` header: `return=minimal`, `handling=strict`, several with commas or semicolons between them.
    pub fn prefer(&mut self, header: &str) {
        for wish in header.split([',', ';']).map(str::trim) {
            match wish {
                "return=minimal" => self.give_back = Return::Minimal,
                "return=representation" => self.give_back = Return::Representation,
                "return=OperationOutcome" => self.give_back = Return::OperationOutcome,
                "handling=strict" => self.is_strict = true,
                "handling=lenient" => self.is_strict = false,
                _ => (),
            }
        }
    }

    /// What to do with search parameters that are not known.
    #[must_use]
    pub const fn handling(&self) -> Handling {
        if self.is_strict {
            Handling::Strict
        } else {
            Handling::Lenient
        }
    }

    /// What must stand before a write may happen.
    fn condition(&self) -> Result<Condition, FhirError> {
        match (self.if_match.as_deref(), self.if_none_match.as_deref()) {
            (None, None) => Ok(Condition::None),
            (Some("*"), None) => Ok(Condition::Present),
            (Some(tag), None) => Ok(Condition::Version(version_of(tag)?)),
            (None, Some("*")) => Ok(Condition::Absent),
            _ => Err(FhirError::BadCondition),
        }
    }
}

/// The version that an entity tag names, weak or strong.
pub(super) fn version_of(tag: &str) -> Result<u64, FhirError> {
    let tag = tag.trim();
    tag.strip_prefix("W/")
        .unwrap_or(tag)
        .trim_matches('"')
        .parse()
        .map_err(|_| FhirError::BadCondition)
}

/// The entity tag of a version.
#[must_use]
pub fn etag(version: u64) -> String {
    format!("W/\"{version}\"")
}

impl<'a> Rest<'a> {
    /// The collection of a resource type.
    fn collection(&self, kind: &str) -> Result<&'a Arc<Collection>, FhirError> {
        self.vault
            .register()
            .collection(kind)
            .filter(|collection| is_fhir(collection))
            .ok_or_else(|| {
                let shown = if super::is_type(kind) {
                    kind
                } else {
                    "(not a type)"
                };
                FhirError::UnknownType(shown.to_owned())
            })
    }

    /// Ask policy; a no stands in the log before the caller hears of it.
    async fn allow<T: Thing>(
        &self,
        verb: Verb,
        action: Action,
        thing: T,
    ) -> Result<Allowed<T>, FhirError> {
        let person = thing.person();
        let collection = thing.collection().cloned();
        match decide(self.ctx, self.authority, verb, thing) {
            Ok(allowed) => Ok(allowed),
            Err(denied) => {
                let mut entry = Entry::new(self.ctx, action, Outcome::Denied)
                    .map_err(VaultError::from)?
                    .code(denied.code());
                if let Some(collection) = &collection {
                    entry = entry.collection(collection);
                }
                if let Some(person) = person
                    && let Ok(handle) = self.vault.handle(&self.ctx.tenant, person).await
                {
                    entry = entry.person(handle);
                }
                self.log(&entry).await?;
                Err(FhirError::below(denied))
            }
        }
    }

    /// Write an entry that goes with no data.
    async fn log(&self, entry: &Entry) -> Result<u64, FhirError> {
        let set = WriteSet::new().log(entry.finish(&self.ctx.tenant));
        Ok(only_index(&self.vault.commit(set).await?)?)
    }

    /// The person whose record `kind`/`id` is. A look at what is not there is logged as well.
    async fn holder(
        &self,
        collection: &Collection,
        id: &RecordId,
        verb: Verb,
        action: Action,
    ) -> Result<PersonId, FhirError> {
        let tenant = &self.ctx.tenant;
        if let Some(person) = self.vault.holder(tenant, &collection.name, id).await? {
            return Ok(person);
        }
        let allowed = self
            .allow(verb, action, self.records(collection, None))
            .await?;
        let entry = self
            .vault
            .entry(self.ctx, &allowed, action, Outcome::Failed)?
            .collection(&collection.name)
            .code(FhirError::NotFound.code());
        self.log(&entry).await?;
        Err(FhirError::NotFound)
    }

    /// The record `collection`/`id` about `person`, allowed by policy.
    async fn allowed(
        &self,
        collection: &Collection,
        id: &RecordId,
        person: PersonId,
        verb: Verb,
        action: Action,
    ) -> Result<Allowed<RecordAt>, FhirError> {
        let thing = RecordAt {
            tenant: self.ctx.tenant.clone(),
            person,
            collection: collection.name.clone(),
            record: id.clone(),
        };
        self.allow(verb, action, thing).await
    }

    fn records(&self, collection: &Collection, person: Option<PersonId>) -> RecordsOf {
        RecordsOf {
            tenant: self.ctx.tenant.clone(),
            person,
            collection: collection.name.clone(),
        }
    }

    /// What of `resource` goes on which shelf. All of it on one; but of a bundle about several patients to each what is theirs,
    /// and the rest, last, to the commons.
    fn shelves(
        collection: &Collection,
        resource: &Resource<'_>,
        id: &RecordId,
        names: &Names,
    ) -> Result<Vec<(Shelf, String)>, FhirError> {
        let whole = |shelf| Ok(vec![(shelf, resource.as_str().to_owned())]);
        if collection.subject == Subject::Tenant {
            return whole(Shelf::Commons);
        }
        if resource.kind == "Bundle" {
            let bundle = Bundle::of(resource.clone())?;
            return match bundle.shelf() {
                Some(shelf) => whole(shelf),
                None => slices::cut(&bundle, id.as_str()),
            };
        }
        whole(Shelf::of(resource, id.as_str(), names))
    }

    /// The persons of shelves, made where they are not there yet.
    async fn persons_of(
        &self,
        shelves: Vec<(Shelf, String)>,
        known: &mut HashMap<External, PersonId>,
    ) -> Result<Vec<(PersonId, String)>, FhirError> {
        let mut targets = Vec::with_capacity(shelves.len());
        for (shelf, text) in shelves {
            let person = match shelf.external().and_then(|external| known.get(external)) {
                Some(person) => *person,
                None => self.person(&shelf).await?,
            };
            if let Shelf::Person(external) = shelf {
                known.insert(external, person);
            }
            targets.push((person, text));
        }
        Ok(targets)
    }

    /// The person known outside as `external`, if there is one.
    async fn known(&self, external: &External) -> Result<Option<PersonId>, FhirError> {
        let tenant = &self.ctx.tenant;
        if let Some(person) = self
            .vault
            .person_by_external(tenant, external.as_str())
            .await?
        {
            return Ok(Some(person));
        }
        // Persons that were made without FHIR are called by the id that we gave them.
        let id = external.as_str().strip_prefix("Patient/");
        let Some(person) = id.and_then(|id| id.parse::<PersonId>().ok()) else {
            return Ok(None);
        };
        match self.vault.handle(tenant, person).await {
            Ok(_) => Ok(Some(person)),
            Err(VaultError::NoPerson) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The person on whose shelf it goes; made, if they are not there yet.
    async fn person(&self, shelf: &Shelf) -> Result<PersonId, FhirError> {
        let Some(external) = shelf.external() else {
            return Ok(PersonId::COMMONS);
        };
        if let Some(person) = self.known(external).await? {
            return Ok(person);
        }
        let thing = PersonAt {
            tenant: self.ctx.tenant.clone(),
            person: None,
        };
        let allowed = self
            .allow(Verb::Create, Action::PersonCreate, thing)
            .await?;
        let (new, _) = self
            .vault
            .create_person(self.ctx, &allowed, Some(external.as_str()), None)
            .await?;
        Ok(new.person)
    }

    /// The full URL of a resource.
    fn url(&self, kind: &Name, id: &RecordId) -> String {
        format!("{}/{kind}/{id}", self.base)
    }

    /// An opened record as a resource, with the server's word in its meta.
    fn stamped(opened: &Opened, is_subset: bool) -> Result<String, FhirError> {
        let text =
            std::str::from_utf8(&opened.json).map_err(|_| VaultError::Damaged("resource"))?;
        let resource = Resource::of(text)?;
        Ok(resource.with_meta(opened.version, opened.written_at, is_subset))
    }
}

/// Whether the caller may not see everything that a record of `collection` can hold.
fn is_subset<T>(allowed: &Allowed<T>, collection: &Collection) -> bool {
    collection
        .classes
        .iter()
        .any(|class| !allowed.clear().contains(class))
}

impl From<VaultError> for FhirError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::NoRecord | VaultError::NoPerson => Self::NotFound,
            VaultError::Deleted => Self::Gone,
            VaultError::Condition(_) => Self::Precondition,
            error => Self::below(error),
        }
    }
}

/// Whether nothing can be stored at present, as opposed to this one thing.
fn is_outage(error: &dyn Fault) -> bool {
    matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Internal)
}
