//! Reading an entry back. Strict: only the canonical bytes of an entry are an entry.

use std::borrow::Cow;

use base::{ActorKind, ClassSet, Handle, Instant, Name, ObjectId, Purpose, RequestId, TokenId};
use serde::Deserialize;

use super::{Entry, EntryError, RecordHandle, Who, Word, time};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    v: u32,
    #[serde(borrow)]
    at: Cow<'a, str>,
    clock: Option<Cow<'a, str>>,
    request: RequestId,
    actor: WireActor<'a>,
    action: Cow<'a, str>,
    outcome: Cow<'a, str>,
    person: Option<Handle>,
    collection: Option<Name>,
    record: Option<Cow<'a, str>>,
    file: Option<ObjectId>,
    version: Option<u64>,
    classes: Option<Vec<base::Class>>,
    purpose: Option<Purpose>,
    grant: Option<Handle>,
    policy: Option<Name>,
    token: Option<TokenId>,
    subject: Option<Handle>,
    check: Option<Name>,
    generation: Option<u32>,
    count: Option<u64>,
    digest: Option<Cow<'a, str>>,
    code: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireActor<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
    id: Cow<'a, str>,
    role: Cow<'a, str>,
    by: Cow<'a, str>,
}

fn moment(text: &str) -> Result<Instant, EntryError> {
    time::read(text.as_bytes()).ok_or(EntryError::Malformed("time"))
}

fn word(text: &str, what: &'static str) -> Result<Word, EntryError> {
    Word::new(text.to_owned(), what)
}

fn hex_bytes<const N: usize>(text: &str, what: &'static str) -> Result<[u8; N], EntryError> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| EntryError::Malformed(what))?;
    Ok(bytes)
}

impl Entry {
    /// The entry in `bytes`.
    ///
    /// # Errors
    /// [`EntryError`] when they are not the canonical bytes of an entry of version 1.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        let wire: Wire<'_> =
            serde_json::from_slice(bytes).map_err(|_| EntryError::Malformed("JSON"))?;
        if wire.v != 1 {
            return Err(EntryError::Malformed("version"));
        }
        let kind = [
            ActorKind::App,
            ActorKind::Staff,
            ActorKind::Person,
            ActorKind::System,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == wire.actor.kind)
        .ok_or(EntryError::Malformed("actor kind"))?;
        let entry = Self {
            at: moment(&wire.at)?,
            clock: wire.clock.as_deref().map(moment).transpose()?,
            request: wire.request,
            actor: Who {
                kind,
                id: word(&wire.actor.id, "actor id")?,
                role: word(&wire.actor.role, "actor role")?,
                by: word(&wire.actor.by, "authentication")?,
            },
            action: wire
                .action
                .parse()
                .map_err(|()| EntryError::Malformed("action"))?,
            outcome: wire
                .outcome
                .parse()
                .map_err(|()| EntryError::Malformed("outcome"))?,
            person: wire.person,
            collection: wire.collection,
            record: wire
                .record
                .map(|text| hex_bytes(&text, "record").map(RecordHandle::from_bytes))
                .transpose()?,
            file: wire.file,
            version: wire.version,
            classes: wire
                .classes
                .map(|classes| classes.into_iter().collect())
                .unwrap_or(ClassSet::EMPTY),
            purpose: wire.purpose,
            grant: wire.grant.map(|grant| *grant.as_bytes()),
            policy: wire.policy,
            token: wire.token,
            subject: wire.subject.map(|subject| *subject.as_bytes()),
            check: wire.check,
            generation: wire.generation,
            count: wire.count,
            digest: wire
                .digest
                .map(|text| hex_bytes(&text, "digest"))
                .transpose()?,
            code: wire.code.map(|text| word(&text, "code")).transpose()?,
        };
        if entry.to_bytes() == bytes {
            Ok(entry)
        } else {
            Err(EntryError::Malformed("order or form of its members"))
        }
    }
}
