//! Bundles: what one asks for, in which order, and how its entries call each other.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use base::RecordId;
use crypt::hash::sha256;

use super::error::FhirError;
use super::reference::{self, Reference, Spot, is_id};
use super::resource::{Resource, is_type};
use super::scan::{self, Span};
use super::shelf::{Names, Shelf};

/// What a bundle is for (`Bundle.type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleKind {
    /// Requests, all or none.
    Transaction,
    /// Requests, each by itself.
    Batch,
    /// Resources brought together for any purpose: `collection`, `document`, `message`, `searchset`, `history`, and the
    /// answers to transactions and batches.
    Package,
}

/// What an entry asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// First.
    Delete,
    /// Second.
    Post,
    /// Third.
    Put,
    /// Third, with the updates.
    Patch,
    /// Last, so that it sees what the others did.
    Get,
    /// Last.
    Head,
}

/// `entry.request`.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The verb.
    pub method: Method,
    /// `Type`, `Type/id` or `Type?query`, relative to the server.
    pub url: Cow<'a, str>,
    /// The query that stands in the way of creating.
    pub if_none_exist: Option<Cow<'a, str>>,
    /// The version an update is based on, e.g. `W/"2"`.
    pub if_match: Option<Cow<'a, str>>,
    /// `*`: only if there is none; or the version the caller has.
    pub if_none_match: Option<Cow<'a, str>>,
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'r> {
    /// `Type`.
    Kind(&'r str),
    /// `Type/id`.
    Instance(&'r str, RecordId),
    /// `Type?query`, or `Type/id/_history`, or whatever else a read may name.
    Other(&'r str),
}

impl Request<'_> {
    /// Where it goes.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        if is_type(&self.url) {
            return Target::Kind(&self.url);
        }
        match Reference::of(&self.url) {
            Reference::Local {
                kind,
                id,
                version: None,
            } => match id.parse() {
                Ok(id) => Target::Instance(kind, id),
                Err(_) => Target::Other(&self.url),
            },
            _ => Target::Other(&self.url),
        }
    }
}

/// One entry.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Its place in the bundle, from 0.
    pub index: usize,
    /// Where it lies in the text.
    pub span: Span,
    /// What other entries call it.
    pub full_url: Option<Cow<'a, str>>,
    /// The resource, or why it is none.
    pub resource: Option<Result<Resource<'a>, FhirError>>,
    /// What is asked for.
    pub request: Option<Request<'a>>,
}

impl<'a> Entry<'a> {
    /// The resource; an error if it is missing or none.
    pub fn resource(&self) -> Result<&Resource<'a>, FhirError> {
        match &self.resource {
            Some(Ok(resource)) => Ok(resource),
            Some(Err(error)) => Err(FhirError::bundle(
                self.pointer("/resource"),
                error.to_string(),
            )),
            None => Err(FhirError::bundle(
                self.pointer(""),
                "the entry has no resource",
            )),
        }
    }

    /// A JSON pointer to `below` in the entry.
    #[must_use]
    pub fn pointer(&self, below: &str) -> String {
        format!("/entry/{}{below}", self.index)
    }

    /// The id that the resource has when it is imported rather than created by this server: its own, or the one its `fullUrl`
    /// carries, which makes importing twice the same as once. Nothing, if there is neither.
    pub fn own_id(&self, resource: &Resource<'_>) -> Result<Option<RecordId>, FhirError> {
        if let Some(Request {
            method: Method::Put,
            ..
        }) = &self.request
            && let Some(Target::Instance(kind, id)) = self.request.as_ref().map(Request::target)
        {
            if kind != resource.kind {
                return Err(FhirError::TypeMismatch);
            }
            return match resource.id()? {
                Some(own) if own != id => Err(FhirError::IdMismatch),
                _ => Ok(Some(id)),
            };
        }
        if let Some(id) = resource.id()? {
            return Ok(Some(id));
        }
        let Some(url) = self.full_url.as_deref() else {
            return Ok(None);
        };
        let id = match Reference::of(url) {
            Reference::Urn(urn) => urn.strip_prefix("urn:uuid:"),
            Reference::Absolute { kind, id, .. } | Reference::Local { kind, id, .. }
                if kind == resource.kind =>
            {
                Some(id)
            }
            _ => None,
        };
        Ok(id.filter(|id| is_id(id)).and_then(|id| id.parse().ok()))
    }

    /// The id under which the resource is imported: [`Entry::own_id`], or one made of its content.
    pub fn id_or_content(&self, resource: &Resource<'_>) -> Result<RecordId, FhirError> {
        let own = self.own_id(resource)?;
        Ok(own.unwrap_or_else(|| id_of_content(resource)))
    }
}

/// The id of a resource that came without any: the same content has the same id every time.
#[must_use]
pub fn id_of_content(resource: &Resource<'_>) -> RecordId {
    let hash = sha256(&[resource.as_str().as_bytes()]);
    let mut id = String::with_capacity(34);
    id.push_str("c-");
    for byte in hash.iter().take(16) {
        id.push_str(&format!("{byte:02x}"));
    }
    match id.parse() {
        Ok(id) => id,
        // Invariant: "c-" and 32 hexadecimal digits keep the rule for ids.
        Err(_) => unreachable!("{id} is an id"),
    }
}

/// A bundle as it stands in a text.
#[derive(Debug)]
pub struct Bundle<'a> {
    /// The bundle itself.
    pub resource: Resource<'a>,
    /// What it is for.
    pub kind: BundleKind,
    /// What is in it, in order.
    pub entries: Vec<Entry<'a>>,
}

impl<'a> Bundle<'a> {
    /// The bundle that `resource` is.
    pub fn of(resource: Resource<'a>) -> Result<Self, FhirError> {
        let kind = match resource.string("type").as_deref() {
            Some("transaction") => BundleKind::Transaction,
            Some("batch") => BundleKind::Batch,
            Some(
                "collection"
                | "document"
                | "message"
                | "searchset"
                | "history"
                | "transaction-response"
                | "batch-response",
            ) => BundleKind::Package,
            _ => return Err(FhirError::bundle("/type", "not a type of bundle")),
        };
        let mut entries = Vec::new();
        if let Some(span) = resource.member("entry") {
            for (index, span) in scan::items(resource.text, span)?.into_iter().enumerate() {
                entries.push(entry(resource.text, span, index)?);
            }
        }
        Ok(Self {
            resource,
            kind,
            entries,
        })
    }

    /// The shelf of the bundle itself: that of the one patient its entries are about; the commons, if they are about none;
    /// nothing, if they are about several: then each keeps a slice.
    #[must_use]
    pub fn shelf(&self) -> Option<Shelf> {
        let naming = self.naming();
        let mut persons = BTreeSet::new();
        for entry in &self.entries {
            let Some(Ok(resource)) = &entry.resource else {
                continue;
            };
            let id = entry.id_or_content(resource);
            let id = id.unwrap_or_else(|_| id_of_content(resource));
            if let Shelf::Person(external) = Shelf::of(resource, id.as_str(), &naming.names) {
                persons.insert(external);
            }
        }
        match persons.len() {
            0 => Some(Shelf::Commons),
            1 => persons.pop_first().map(Shelf::Person),
            _ => None,
        }
    }

    /// What the entries are called when each keeps its own id.
    #[must_use]
    pub fn naming(&self) -> Naming {
        let mut naming = Naming::default();
        for entry in &self.entries {
            if let Some(Ok(resource)) = &entry.resource
                && let Ok(id) = entry.id_or_content(resource)
            {
                naming.stores(entry.full_url.as_deref(), &resource.kind, &id);
            }
        }
        naming
    }

    /// The entries in the order in which a server does them: DELETE, POST, PUT and PATCH, GET; else as they stand.
    pub fn in_order(&self) -> Result<Vec<(&Entry<'a>, &Request<'a>)>, FhirError> {
        let mut ordered = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let request = entry.request.as_ref().ok_or_else(|| {
                FhirError::bundle(
                    entry.pointer(""),
                    "an entry of a transaction or batch needs a request with method and url",
                )
            })?;
            ordered.push((entry, request));
        }
        ordered.sort_by_key(|(_, request)| match request.method {
            Method::Patch => Method::Put,
            Method::Head => Method::Get,
            method => method,
        });
        Ok(ordered)
    }
}

/// How the entries of one bundle are called, before and after.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    /// Every `fullUrl`, as `Type/id`: through this a reference finds its patient.
    pub names: Names,
    /// References by condition that were looked up.
    conditions: HashMap<String, String>,
}

impl Naming {
    /// The entry called `full_url` is stored as `kind`/`id`.
    pub fn stores(&mut self, full_url: Option<&str>, kind: &str, id: &RecordId) {
        if let Some(full_url) = full_url {
            self.names
                .insert(full_url.to_owned(), format!("{kind}/{id}"));
        }
    }

    /// A reference by condition turned out to mean `stored`.
    pub fn resolves(&mut self, condition: String, stored: String) {
        self.conditions.insert(condition, stored);
    }

    /// Whether a reference by condition was looked up already.
    #[must_use]
    pub fn knows(&self, condition: &str) -> bool {
        self.conditions.contains_key(condition)
    }

    /// The text of `resource` with references to other entries as `Type/id`, so that they hold outside the bundle; nothing, if it
    /// has none. A relative reference is read against the entry's own `fullUrl`, as the specification says. A `urn:` is exchanged
    /// in uris and links too; an address is not, since there it may be a canonical name, which stays what it is.
    pub fn apply(
        &self,
        resource: &Resource<'_>,
        full_url: Option<&str>,
    ) -> Result<Option<String>, FhirError> {
        if self.names.is_empty() && self.conditions.is_empty() {
            return Ok(None);
        }
        let base = match full_url.map(Reference::of) {
            Some(Reference::Absolute { base, .. }) => Some(base),
            _ => None,
        };
        reference::rewrite(resource.text, &resource.span, &|spot, from| {
            if spot == Spot::Uri {
                return from
                    .starts_with("urn:")
                    .then(|| self.names.get(from).cloned())
                    .flatten();
            }
            if let Some(to) = self.names.get(from).or_else(|| self.conditions.get(from)) {
                return Some(to.clone());
            }
            match (base, Reference::of(from)) {
                (
                    Some(base),
                    Reference::Local {
                        kind,
                        id,
                        version: None,
                    },
                ) => self.names.get(&format!("{base}/{kind}/{id}")).cloned(),
                _ => None,
            }
        })
    }
}

fn entry(text: &str, span: Span, index: usize) -> Result<Entry<'_>, FhirError> {
    if text.as_bytes().get(span.start) != Some(&b'{') {
        return Err(FhirError::bundle(
            format!("/entry/{index}"),
            "an entry is an object",
        ));
    }
    let mut entry = Entry {
        index,
        span: span.clone(),
        full_url: None,
        resource: None,
        request: None,
    };
    for member in scan::members(text, &span)? {
        match &*member.key {
            "fullUrl" => entry.full_url = scan::string(text, &member.value),
            "resource" => entry.resource = Some(Resource::at(text, member.value)),
            "request" => entry.request = Some(request(text, &member.value, index)?),
            _ => (),
        }
    }
    Ok(entry)
}

fn request<'a>(text: &'a str, span: &Span, index: usize) -> Result<Request<'a>, FhirError> {
    let pointer = |below: &str| format!("/entry/{index}/request{below}");
    if text.as_bytes().get(span.start) != Some(&b'{') {
        return Err(FhirError::bundle(pointer(""), "a request is an object"));
    }
    let members = scan::members(text, span)?;
    let part = |key: &str| {
        members
            .iter()
            .find(|member| member.key == key)
            .and_then(|member| scan::string(text, &member.value))
    };
    let method = match part("method").as_deref() {
        Some("GET") => Method::Get,
        Some("HEAD") => Method::Head,
        Some("POST") => Method::Post,
        Some("PUT") => Method::Put,
        Some("PATCH") => Method::Patch,
        Some("DELETE") => Method::Delete,
        _ => return Err(FhirError::bundle(pointer("/method"), "not a method")),
    };
    let url =
        part("url").ok_or_else(|| FhirError::bundle(pointer("/url"), "the url is missing"))?;
    Ok(Request {
        method,
        url,
        if_none_exist: part("ifNoneExist"),
        if_match: part("ifMatch"),
        if_none_match: part("ifNoneMatch"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(text: &str) -> Bundle<'_> {
        Bundle::of(Resource::of(text).unwrap()).unwrap()
    }

    #[test]
    fn requests_are_done_in_the_specifications_order() {
        let text = r#"{"resourceType":"Bundle","type":"transaction","entry":[
            {"request":{"method":"GET","url":"Patient/1"}},
            {"request":{"method":"PUT","url":"Patient/2"}},
            {"request":{"method":"POST","url":"Patient"}},
            {"request":{"method":"PATCH","url":"Patient/4"}},
            {"request":{"method":"DELETE","url":"Patient/3"}},
            {"request":{"method":"PUT","url":"Patient?identifier=x"}}]}"#;
        let bundle = bundle(text);
        let order: Vec<_> = bundle
            .in_order()
            .unwrap()
            .iter()
            .map(|(entry, _)| entry.index)
            .collect();
        assert_eq!(order, [4, 2, 1, 3, 5, 0]);
        let target = |index: usize| bundle.entries[index].request.as_ref().unwrap().target();
        assert_eq!(target(2), Target::Kind("Patient"));
        assert_eq!(target(1), Target::Instance("Patient", "2".parse().unwrap()));
        assert_eq!(target(5), Target::Other("Patient?identifier=x"));
    }

    #[test]
    fn entries_keep_the_ids_they_come_with() {
        let text = r#"{"resourceType":"Bundle","type":"collection","entry":[
            {"fullUrl":"urn:uuid:aa-1","resource":{"resourceType":"Patient"}},
            {"fullUrl":"http://x/fhir/Patient/p2","resource":{"resourceType":"Patient"}},
            {"fullUrl":"urn:uuid:aa-3","resource":{"resourceType":"Patient","id":"own"}},
            {"resource":{"resourceType":"Patient"}},
            {"fullUrl":"http://x/fhir/Other/p2","resource":{"resourceType":"Patient"}},
            {"resource":{"resourceType":"Patient","id":"a"},"request":{"method":"PUT","url":"Patient/b"}}]}"#;
        let bundle = bundle(text);
        let ids: Vec<_> = bundle
            .entries
            .iter()
            .map(|entry| {
                entry
                    .own_id(entry.resource().unwrap())
                    .map(|id| id.map(|id| id.to_string()))
                    .map_err(|error| error.to_string())
            })
            .collect();
        let some = |id: &str| Ok(Some(id.to_owned()));
        assert_eq!(ids[..3], [some("aa-1"), some("p2"), some("own")]);
        assert_eq!(ids[3..5], [Ok(None), Ok(None)]);
        assert!(ids[5].is_err());
        assert_eq!(bundle.shelf(), None, "about several patients");
    }

    #[test]
    fn names_given_by_the_server_replace_the_bundles_own() {
        let text = r#"{"resourceType":"Bundle","type":"transaction","entry":[
            {"fullUrl":"http://x/Patient/1","resource":{"resourceType":"Patient","id":"1"},"request":{"method":"POST","url":"Patient"}},
            {"fullUrl":"http://x/Basic/2","resource":{"resourceType":"Basic","subject":{"reference":"Patient/1"},"author":{"reference":"http://x/Patient/1"}},"request":{"method":"POST","url":"Basic"}},
            {"fullUrl":"urn:uuid:3","resource":{"resourceType":"Basic","subject":{"reference":"Patient/1"},"author":{"reference":"urn:uuid:3"}},"request":{"method":"POST","url":"Basic"}}]}"#;
        let bundle = bundle(text);
        let mut naming = Naming::default();
        for (entry, id) in bundle.entries.iter().zip(["n1", "n2", "n3"]) {
            let kind = &entry.resource().unwrap().kind;
            naming.stores(entry.full_url.as_deref(), kind, &id.parse().unwrap());
        }
        let after = |index: usize| {
            let entry = &bundle.entries[index];
            naming
                .apply(entry.resource().unwrap(), entry.full_url.as_deref())
                .unwrap()
                .unwrap()
        };
        assert_eq!(
            after(1),
            r#"{"resourceType":"Basic","subject":{"reference":"Patient/n1"},"author":{"reference":"Patient/n1"}}"#
        );
        // Read against a urn, a relative reference means what the server has.
        assert_eq!(
            after(2),
            r#"{"resourceType":"Basic","subject":{"reference":"Patient/1"},"author":{"reference":"Basic/n3"}}"#
        );
    }

    #[test]
    fn a_bundle_lies_with_its_one_patient() {
        let one = bundle(
            r#"{"resourceType":"Bundle","type":"collection","entry":[
            {"fullUrl":"http://x/Patient/1","resource":{"resourceType":"Patient","id":"1"}},
            {"resource":{"resourceType":"Basic","id":"b","subject":{"reference":"http://x/Patient/1"}}},
            {"resource":{"resourceType":"Organization","id":"o"}}]}"#,
        );
        assert_eq!(
            one.shelf().unwrap().external().unwrap().as_str(),
            "Patient/1"
        );
        let none = bundle(r#"{"resourceType":"Bundle","type":"batch"}"#);
        assert_eq!(none.shelf(), Some(Shelf::Commons));
    }
}
