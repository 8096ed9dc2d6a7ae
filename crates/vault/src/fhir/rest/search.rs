//! search: narrowed down by the blind index, decided by looking.

use audit::{Action, Outcome};
use base::{PersonId, RecordId};
use futures_util::stream::{self, StreamExt};
use jiff::civil::Date;
use policy::{PersonAt, Verb};
use serde_json::Value;

use super::read::bundle;
use super::{Answer, Rest, Wishes, is_subset};
use crate::VaultError;
use crate::document::normalise;
use crate::fhir::error::FhirError;
use crate::fhir::matching::Candidate;
use crate::fhir::query::{Criterion, Fit, Query, Referred, Wanted};
use crate::fhir::shelf::External;
use crate::fhir::slices::is_slice;
use crate::fhir::when::{Prefix, TimeSpan};
use crate::records::{Lookup, Opened};
use crate::register::{Collection, Parameter, Scope, Subject};

/// Ids that one search may name with `_id`.
const IDS_MAX: usize = 100;
/// Shelves looked at together when everybody is listed.
const PERSONS_AT_ONCE: usize = 64;
/// Patient resources of one person: one, as a rule.
const PATIENTS_OF_ONE: usize = 10;

/// What a search found.
pub(super) struct Matches {
    pub records: Vec<Opened>,
    pub next: Option<String>,
    pub is_subset: bool,
    pub log_index: u64,
}

impl Rest<'_> {
    /// `GET /{kind}?{query}` or `POST /{kind}/_search` with the query as a form.
    pub async fn search(
        &self,
        kind: &str,
        query: &str,
        wishes: &Wishes,
    ) -> Result<Answer, FhirError> {
        let collection = self.collection(kind)?;
        let query = Query::of(collection, query, wishes.handling())?;
        let found = self.matches(collection, &query).await?;
        let mut entries = Vec::with_capacity(found.records.len());
        for opened in &found.records {
            let url = self.url(&collection.name, &opened.record);
            let resource = Self::stamped(opened, found.is_subset)?;
            entries.push(format!(
                "{{\"fullUrl\":\"{url}\",\"resource\":{resource},\"search\":{{\"mode\":\"match\"}}}}"
            ));
        }
        let own = format!("{}/{}", self.base, collection.name);
        let link = |cursor: Option<&str>| match query.link(cursor) {
            said if said.is_empty() => own.clone(),
            said => format!("{own}?{said}"),
        };
        let mut links = vec![("self", link(query.cursor.as_deref()))];
        if let Some(next) = &found.next {
            links.push(("next", link(Some(next))));
        }
        // The number of all matches is known only when this is all of them.
        let is_all = found.next.is_none() && query.cursor.is_none() && query.count > 0;
        let total = is_all.then_some(entries.len());
        let body = bundle("searchset", total, &links, &entries);
        Ok(Answer {
            status: 200,
            etag: None,
            last_modified: None,
            location: None,
            body: Some(body.into_bytes()),
            log_index: found.log_index,
        })
    }

    /// A page of what meets a query.
    pub(super) async fn matches(
        &self,
        collection: &Collection,
        query: &Query,
    ) -> Result<Matches, FhirError> {
        if let Some(ids) = ids(query) {
            return self.by_ids(collection, query, &ids).await;
        }
        let mut person = match query.patient() {
            Some(patient) => match self.known(&External::patient(patient)).await? {
                Some(person) => Some(person),
                None => return self.nobody(collection).await,
            },
            None => None,
        };
        if collection.subject == Subject::Tenant {
            person = Some(PersonId::COMMONS);
        } else if person.is_none() {
            // Who may see only what is about themselves, asks about themselves.
            person = self.authority.person();
        }
        let lookups: Vec<Lookup> = query
            .criteria
            .iter()
            .filter_map(|criterion| {
                let parameter = collection.parameter(criterion.name.as_str())?;
                // What names the patient is the same for every record on the shelf.
                let is_shelf = person.is_some() && criterion.patient().is_some();
                let any_of = if is_shelf {
                    None
                } else {
                    normalised(parameter, criterion, person)
                };
                any_of
                    .filter(|_| person.is_some() || parameter.scope == Scope::Tenant)
                    .map(|any_of| Lookup {
                        parameter: parameter.name.clone(),
                        any_of,
                    })
            })
            .collect();
        if person.is_none() && lookups.is_empty() && collection.name.as_str() == "Patient" {
            return self.everybody(collection, query).await;
        }
        let allowed = self
            .allow(Verb::Read, Action::Search, self.records(collection, person))
            .await?;
        if person.is_none() && lookups.is_empty() {
            return Err(FhirError::TooWide);
        }
        let keep = |opened: &Opened| meets(collection, opened, query, self.ctx.now);
        let (page, log_index) = self
            .vault
            .search(
                self.ctx,
                &allowed,
                &lookups,
                &keep,
                query.cursor.as_deref(),
                query.count,
            )
            .await?;
        let mut found = Matches {
            records: page.records,
            next: page.next,
            is_subset: is_subset(&allowed, collection),
            log_index,
        };
        if collection.name.as_str() == "Bundle" {
            for record in &mut found.records {
                let person = record.person;
                let (whole, is_subset, index) =
                    self.open(collection, &record.record, person, None).await?;
                (*record, found.log_index) = (whole, index);
                found.is_subset |= is_subset;
            }
        }
        Ok(found)
    }

    /// A search that names the ids: each is opened by itself.
    async fn by_ids(
        &self,
        collection: &Collection,
        query: &Query,
        ids: &[RecordId],
    ) -> Result<Matches, FhirError> {
        if ids.len() > IDS_MAX {
            return Err(FhirError::Search {
                parameter: "_id".into(),
                reason: "more ids than one search may name",
            });
        }
        let mut found = Matches {
            records: Vec::new(),
            next: None,
            is_subset: false,
            log_index: 0,
        };
        for id in ids {
            let holder = self
                .vault
                .holder(&self.ctx.tenant, &collection.name, id)
                .await?;
            let Some(person) = holder else { continue };
            let opened = match self.open(collection, id, person, None).await {
                Ok((opened, is_subset, index)) => {
                    found.log_index = index;
                    found.is_subset |= is_subset;
                    opened
                }
                Err(FhirError::NotFound | FhirError::Gone) => continue,
                Err(error) => return Err(error),
            };
            if meets(collection, &opened, query, self.ctx.now) {
                found.records.push(opened);
            }
        }
        if found.log_index == 0 {
            return self.nobody(collection).await;
        }
        Ok(found)
    }

    /// Every patient, person by person.
    async fn everybody(
        &self,
        collection: &Collection,
        query: &Query,
    ) -> Result<Matches, FhirError> {
        let after = query
            .cursor
            .as_deref()
            .map(|cursor| cursor.parse::<PersonId>().map_err(|_| VaultError::Cursor))
            .transpose()?;
        let thing = PersonAt {
            tenant: self.ctx.tenant.clone(),
            person: None,
        };
        let allowed = self.allow(Verb::Read, Action::PersonList, thing).await?;
        let (lines, mut log_index) = self
            .vault
            .list_persons(self.ctx, &allowed, after, query.count)
            .await?;
        let next = lines
            .last()
            .filter(|_| lines.len() == query.count)
            .map(|line| line.person.to_string());
        let asking: Vec<_> = lines
            .iter()
            .map(|line| self.on_shelf(collection, query, line.person))
            .collect();
        let pages: Vec<_> = stream::iter(asking)
            .buffered(PERSONS_AT_ONCE)
            .collect()
            .await;
        let mut found = Matches {
            records: Vec::new(),
            next,
            is_subset: false,
            log_index: 0,
        };
        for page in pages {
            match page {
                Ok(page) => {
                    found.records.extend(page.records);
                    found.is_subset |= page.is_subset;
                    log_index = log_index.max(page.log_index);
                }
                // Erased since the list was made.
                Err(FhirError::NotFound) => (),
                Err(error) => return Err(error),
            }
        }
        found.log_index = log_index;
        Ok(found)
    }

    /// What meets the query on one person's shelf.
    async fn on_shelf(
        &self,
        collection: &Collection,
        query: &Query,
        person: PersonId,
    ) -> Result<Matches, FhirError> {
        let thing = self.records(collection, Some(person));
        let allowed = self.allow(Verb::Read, Action::Search, thing).await?;
        let keep = |opened: &Opened| meets(collection, opened, query, self.ctx.now);
        let (page, log_index) = self
            .vault
            .search(self.ctx, &allowed, &[], &keep, None, PATIENTS_OF_ONE)
            .await?;
        Ok(Matches {
            records: page.records,
            next: None,
            is_subset: is_subset(&allowed, collection),
            log_index,
        })
    }

    /// A search about somebody who is not there: nothing, and an entry that says so.
    async fn nobody(&self, collection: &Collection) -> Result<Matches, FhirError> {
        let thing = self.records(collection, None);
        let allowed = self.allow(Verb::Read, Action::Search, thing).await?;
        let entry = self
            .vault
            .entry(self.ctx, &allowed, Action::Search, Outcome::Ok)?
            .collection(&collection.name)
            .count(0);
        Ok(Matches {
            records: Vec::new(),
            next: None,
            is_subset: false,
            log_index: self.log(&entry).await?,
        })
    }
}

/// The ids that the query names, if it does.
fn ids(query: &Query) -> Option<Vec<RecordId>> {
    let criterion = query
        .criteria
        .iter()
        .find(|criterion| criterion.name.as_str() == "_id")?;
    let mut ids: Vec<RecordId> = Vec::new();
    for wanted in &criterion.wanted {
        if let Wanted::Id(id) = wanted
            && !ids.contains(id)
        {
            ids.push(id.clone());
        }
    }
    Some(ids)
}

/// Whether an opened record is what is asked for.
fn meets(collection: &Collection, opened: &Opened, query: &Query, now: base::Instant) -> bool {
    let is_bundle = collection.name.as_str() == "Bundle";
    if query.criteria.is_empty() && !is_bundle {
        return true;
    }
    serde_json::from_slice::<Value>(&opened.json).is_ok_and(|resource| {
        // The whole of which it is a slice is found by itself.
        if is_bundle && is_slice(&resource) {
            return false;
        }
        Candidate {
            collection,
            id: opened.record.as_str(),
            written: opened.written_at,
            resource: &resource,
        }
        .meets(&query.criteria, now)
    })
}

/// The normalised values that a criterion looks for in the blind index, if it can be looked up there. The index may give more
/// than is wanted; it must not give less.
fn normalised(
    parameter: &Parameter,
    criterion: &Criterion,
    person: Option<PersonId>,
) -> Option<Vec<String>> {
    use crate::register::Kind;
    let mut any_of = Vec::new();
    for wanted in &criterion.wanted {
        match (parameter.kind, wanted) {
            (Kind::Token, Wanted::Token { system, code }) => {
                let form = form(system.as_deref(), |each| {
                    normalise::token(system.as_deref(), code.as_deref().unwrap_or_default(), each);
                });
                any_of.push(form?);
            }
            (Kind::Identifier, Wanted::Token { system, code }) => {
                let form = form(system.as_deref(), |each| {
                    normalise::identifier(
                        system.as_deref(),
                        code.as_deref().unwrap_or_default(),
                        each,
                    );
                });
                any_of.push(form?);
            }
            // The index knows whole words only. On one shelf every record can be looked at instead.
            (Kind::Text, Wanted::Text { text, fit })
                if person.is_none() && *fit != Fit::Contains =>
            {
                any_of.push(form(None, |each| normalise::words(text, each))?);
            }
            (Kind::Date, Wanted::Date { prefix, span }) => {
                let (first, last) = days(*prefix, *span)?;
                any_of.extend(normalise::covering(first, last));
            }
            (Kind::Reference, Wanted::Reference(Referred::Local { kind, id })) => {
                let mut each = |kind: &str| {
                    any_of.push(normalise::reference(&format!("{kind}/{id}")).into_owned());
                };
                match kind {
                    Some(kind) => each(kind),
                    None if parameter.targets.is_empty() => return None,
                    None => parameter
                        .targets
                        .iter()
                        .for_each(|kind| each(kind.as_str())),
                }
            }
            _ => return None,
        }
    }
    Some(any_of)
}

/// Of the forms of a value the one that is looked for: bare, or with its system.
fn form(system: Option<&str>, forms: impl FnOnce(&mut dyn FnMut(&str))) -> Option<String> {
    let mut all = Vec::new();
    forms(&mut |form: &str| all.push(form.to_owned()));
    if system.is_some() {
        all.pop()
    } else {
        all.into_iter().next()
    }
}

/// The days that a date search can touch, a day more on either side for the zones of the world.
fn days(prefix: Prefix, span: TimeSpan) -> Option<(Option<Date>, Option<Date>)> {
    const DAY: i64 = 86_400_000_000;
    let day = |micros: i64| {
        let at = jiff::Timestamp::from_microsecond(micros).ok()?;
        Some(at.to_zoned(jiff::tz::TimeZone::UTC).date())
    };
    let first = day(span.from.saturating_sub(DAY))?;
    let last = day(span.to.saturating_add(DAY))?;
    match prefix {
        Prefix::Eq => Some((Some(first), Some(last))),
        Prefix::Gt | Prefix::Ge | Prefix::Sa => Some((Some(first), None)),
        Prefix::Lt | Prefix::Le | Prefix::Eb => Some((None, Some(last))),
        Prefix::Ne | Prefix::Ap => None,
    }
}
