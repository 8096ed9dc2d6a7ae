//! read, vread, history.

use audit::Action;
use base::{Instant, Name, PersonId, RecordId};
use policy::Verb;

use super::write::text;
use super::{Answer, Rest, Wishes, etag, is_subset, version_of};
use crate::fhir::error::FhirError;
use crate::fhir::{millis, slices};
use crate::records::{Opened, VersionLine};
use crate::register::Collection;

/// Versions on one page of a history. Each is opened.
const HISTORY_PAGE: usize = 50;

impl Rest<'_> {
    /// `GET /{kind}/{id}`, or (`version`) `GET /{kind}/{id}/_history/{version}`.
    pub async fn read(
        &self,
        kind: &str,
        id: &str,
        version: Option<&str>,
        wishes: &Wishes,
    ) -> Result<Answer, FhirError> {
        let collection = self.collection(kind)?;
        // An id that breaks the rule is nobody's.
        let id: RecordId = id.parse().map_err(|_| FhirError::NotFound)?;
        let version = version
            .map(|version| version.parse::<u64>().map_err(|_| FhirError::NotFound))
            .transpose()?;
        let person = self
            .holder(collection, &id, Verb::Read, Action::RecordRead)
            .await?;
        let (opened, is_subset, log_index) = self.open(collection, &id, person, version).await?;
        let is_known = match wishes.if_none_match.as_deref() {
            Some("*") => true,
            Some(tags) => tags
                .split(',')
                .any(|tag| version_of(tag).is_ok_and(|known| known == opened.version)),
            None => false,
        };
        let body = if is_known {
            None
        } else {
            Some(Self::stamped(&opened, is_subset)?.into_bytes())
        };
        Ok(Answer {
            status: if is_known { 304 } else { 200 },
            etag: Some(etag(opened.version)),
            last_modified: Some(opened.written_at),
            location: None,
            body,
            log_index,
        })
    }

    /// Open a resource, or a version of it, of which `person` has (the main part of) it: the record, whether the caller may not see
    /// all of it, and where the log says so. A bundle that was cut is put together.
    pub(super) async fn open(
        &self,
        collection: &Collection,
        id: &RecordId,
        person: PersonId,
        version: Option<u64>,
    ) -> Result<(Opened, bool, u64), FhirError> {
        let (verb, action) = (Verb::Read, Action::RecordRead);
        let allowed = self.allowed(collection, id, person, verb, action).await?;
        let (mut opened, mut log_index) = self.vault.open(self.ctx, &allowed, version).await?;
        let mut is_cut = is_subset(&allowed, collection);
        if collection.name.as_str() != "Bundle" || person != PersonId::COMMONS {
            return Ok((opened, is_cut, log_index));
        }
        if version.is_some() {
            // The slices are as they are now: they make a whole with what is there now only.
            let (now, index) = self.vault.open(self.ctx, &allowed, None).await?;
            if now.version != opened.version {
                return Ok((opened, is_cut, index));
            }
        }
        let mut slices = Vec::new();
        let tenant = &self.ctx.tenant;
        for other in self.vault.holders(tenant, &collection.name, id).await? {
            if other == person {
                continue;
            }
            let allowed = self.allowed(collection, id, other, verb, action).await?;
            match self
                .vault
                .open(self.ctx, &allowed, None)
                .await
                .map_err(FhirError::from)
            {
                Ok((slice, index)) => {
                    log_index = index;
                    is_cut |= is_subset(&allowed, collection);
                    slices.push(text(&slice.json)?.to_owned());
                }
                // Erased, or about fewer patients than before.
                Err(FhirError::NotFound | FhirError::Gone) => (),
                Err(error) => return Err(error),
            }
        }
        if !slices.is_empty() {
            opened.json = slices::join(text(&opened.json)?, &slices)?.into_bytes();
        }
        Ok((opened, is_cut, log_index))
    }

    /// `GET /{kind}/{id}/_history`: versions, newest first. `before` is where the page begins.
    pub async fn history(
        &self,
        kind: &str,
        id: &str,
        count: Option<usize>,
        before: Option<u64>,
    ) -> Result<Answer, FhirError> {
        let collection = self.collection(kind)?;
        let id: RecordId = id.parse().map_err(|_| FhirError::NotFound)?;
        let person = self
            .holder(collection, &id, Verb::Read, Action::RecordHistory)
            .await?;
        let allowed = self
            .allowed(collection, &id, person, Verb::Read, Action::RecordHistory)
            .await?;
        let count = count.unwrap_or(HISTORY_PAGE).clamp(1, HISTORY_PAGE);
        let (lines, mut log_index) = self
            .vault
            .history(self.ctx, &allowed, before, count)
            .await?;
        let mut entries = Vec::with_capacity(lines.len());
        for line in &lines {
            let resource = if line.deleted {
                None
            } else {
                let (opened, index) = self
                    .vault
                    .open(self.ctx, &allowed, Some(line.version))
                    .await?;
                log_index = index;
                Some(Self::stamped(&opened, is_subset(&allowed, collection))?)
            };
            entries.push(self.version_entry(&collection.name, &id, line, resource.as_deref()));
        }
        let own = format!("{}/_history", self.url(&collection.name, &id));
        let mut links = vec![("self", own.clone())];
        if lines.len() == count
            && let Some(last) = lines.last().filter(|last| last.version > 1)
        {
            let next = format!("{own}?_count={count}&_before={}", last.version);
            links.push(("next", next));
        }
        let body = bundle("history", None, &links, &entries);
        Ok(Answer {
            status: 200,
            etag: None,
            last_modified: None,
            location: None,
            body: Some(body.into_bytes()),
            log_index,
        })
    }

    fn version_entry(
        &self,
        kind: &Name,
        id: &RecordId,
        line: &VersionLine,
        resource: Option<&str>,
    ) -> String {
        let resource = resource.map_or_else(String::new, |text| format!("\"resource\":{text},"));
        let (method, status) = match (line.deleted, line.version) {
            (true, _) => ("DELETE", "204 No Content"),
            (false, 1) => ("PUT", "201 Created"),
            (false, _) => ("PUT", "200 OK"),
        };
        let url = self.url(kind, id);
        let response = response(status, None, Some((line.version, line.written_at)), None);
        format!(
            "{{\"fullUrl\":\"{url}\",{resource}\"request\":{{\"method\":\"{method}\",\"url\":\"{kind}/{id}\"}},\"response\":{response}}}"
        )
    }
}

/// A Bundle around entries that are JSON texts already.
pub(super) fn bundle(
    kind: &str,
    total: Option<usize>,
    links: &[(&str, String)],
    entries: &[String],
) -> String {
    let size: usize = entries.iter().map(|entry| entry.len() + 1).sum();
    let mut text = String::with_capacity(size + 512);
    text.push_str("{\"resourceType\":\"Bundle\",\"type\":\"");
    text.push_str(kind);
    text.push('"');
    if let Some(total) = total {
        text.push_str(&format!(",\"total\":{total}"));
    }
    if !links.is_empty() {
        let links: Vec<String> = links
            .iter()
            .map(|(relation, url)| {
                let url = serde_json::Value::from(url.as_str());
                format!("{{\"relation\":\"{relation}\",\"url\":{url}}}")
            })
            .collect();
        text.push_str(&format!(",\"link\":[{}]", links.join(",")));
    }
    if !entries.is_empty() {
        text.push_str(",\"entry\":[");
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(entry);
        }
        text.push(']');
    }
    text.push('}');
    text
}

/// `entry.response`.
pub(super) fn response(
    status: &str,
    location: Option<&str>,
    stands: Option<(u64, Instant)>,
    outcome: Option<&serde_json::Value>,
) -> String {
    let mut text = format!("{{\"status\":\"{status}\"");
    if let Some(location) = location {
        let location = serde_json::Value::from(location);
        text.push_str(&format!(",\"location\":{location}"));
    }
    if let Some((version, at)) = stands {
        let at = millis(at);
        text.push_str(&format!(
            ",\"etag\":\"W/\\\"{version}\\\"\",\"lastModified\":\"{at}\""
        ));
    }
    if let Some(outcome) = outcome {
        text.push_str(&format!(",\"outcome\":{outcome}"));
    }
    text.push('}');
    text
}
