//! One line of the log: who did what to which thing, why, and how it ended (`docs/formats/log-entry.md`).
//!
//! Invariant: an entry holds no personal data. Its fields are closed lists, random or keyed handles, numbers, names from the
//! register, and [`Word`]s; there is no field for free text, and the journal takes no other bytes.

mod action;
mod encode;
mod parse;
pub mod time;
mod word;

pub use action::{Action, Deed, On, Outcome};
pub(crate) use encode::{AT, HEAD};
pub use word::{RecordHandle, Who, Word};

use base::{
    Class, ClassSet, Ctx, Handle, Instant, Name, ObjectId, Purpose, RequestId, TenantId, TokenId,
};
use store::LogEntry;

use crate::merkle::Hash;

/// Why something cannot stand in the log, or is no entry of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// An opaque text has characters that could carry personal data.
    #[error("the {0} is not 1 to 64 of A-Z, a-z, 0-9, '.', '_', ':', '/', '-'")]
    Word(&'static str),
    /// A time outside the years 0 to 9999.
    #[error("the time is outside the years 0 to 9999")]
    Time,
    /// The bytes are not an entry of a version that we know.
    #[error("not an entry: {0}")]
    Malformed(&'static str),
}

/// One entry. Made by [`Entry::new`] and the methods that add to it; read by [`Entry::parse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it was done; the journal moves it forward where an earlier entry is later.
    pub at: Instant,
    /// What the machine's clock said, where that was over a second before `at`.
    pub clock: Option<Instant>,
    /// The request that it belongs to.
    pub request: RequestId,
    /// Who did it.
    pub actor: Who,
    /// What was done.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// Whose data.
    pub person: Option<Handle>,
    /// Of which collection.
    pub collection: Option<Name>,
    /// Which record.
    pub record: Option<RecordHandle>,
    /// Which file.
    pub file: Option<ObjectId>,
    /// Which version of it.
    pub version: Option<u64>,
    /// The classes of data that were opened or sealed; for a key, its class.
    pub classes: ClassSet,
    /// Why, where the caller has said.
    pub purpose: Option<Purpose>,
    /// The grant that allowed it.
    pub grant: Option<[u8; 16]>,
    /// The policy that decided.
    pub policy: Option<Name>,
    /// The token that it was done to.
    pub token: Option<TokenId>,
    /// The account, app, request or review that it was done to.
    pub subject: Option<[u8; 16]>,
    /// The promise whose check has a result.
    pub check: Option<Name>,
    /// The key's generation.
    pub generation: Option<u32>,
    /// How many things.
    pub count: Option<u64>,
    /// SHA-256 of something that is kept elsewhere: evidence, a register.
    pub digest: Option<Hash>,
    /// Why it did not end well: the stable code of the error.
    pub code: Option<Word>,
}

impl Entry {
    /// An entry about `action` under the circumstances of an operation.
    ///
    /// # Errors
    /// [`EntryError`] when the actor's id or role could carry personal data, or the time cannot be written.
    pub fn new(ctx: &Ctx, action: Action, outcome: Outcome) -> Result<Self, EntryError> {
        time::write(ctx.now).ok_or(EntryError::Time)?;
        Ok(Self {
            at: ctx.now,
            clock: None,
            request: ctx.request,
            actor: Who::of(&ctx.actor)?,
            action,
            outcome,
            person: None,
            collection: None,
            record: None,
            file: None,
            version: None,
            classes: ClassSet::EMPTY,
            purpose: ctx.purpose,
            grant: ctx.actor.grant.map(|grant| *grant.as_bytes()),
            policy: None,
            token: None,
            subject: None,
            check: None,
            generation: None,
            count: None,
            digest: None,
            code: None,
        })
    }

    /// Whose data, by the handle that erasure cuts off.
    #[must_use]
    pub const fn person(mut self, handle: Handle) -> Self {
        self.person = Some(handle);
        self
    }

    /// Of which collection.
    #[must_use]
    pub fn collection(mut self, collection: &Name) -> Self {
        self.collection = Some(collection.clone());
        self
    }

    /// Which record of which collection.
    #[must_use]
    pub fn record(mut self, collection: &Name, record: RecordHandle) -> Self {
        self.record = Some(record);
        self.collection(collection)
    }

    /// Which file.
    #[must_use]
    pub const fn file(mut self, file: ObjectId) -> Self {
        self.file = Some(file);
        self
    }

    /// Which version of it.
    #[must_use]
    pub const fn version(mut self, version: u64) -> Self {
        self.version = Some(version);
        self
    }

    /// The classes of data that were opened or sealed.
    #[must_use]
    pub const fn classes(mut self, classes: ClassSet) -> Self {
        self.classes = classes;
        self
    }

    /// Which key: its class and generation.
    #[must_use]
    pub const fn key(mut self, class: Class, generation: u32) -> Self {
        self.classes = ClassSet::EMPTY.with(class);
        self.generation = Some(generation);
        self
    }

    /// The grant that allowed it.
    #[must_use]
    pub const fn grant(mut self, grant: [u8; 16]) -> Self {
        self.grant = Some(grant);
        self
    }

    /// The policy that decided.
    #[must_use]
    pub fn policy(mut self, policy: &Name) -> Self {
        self.policy = Some(policy.clone());
        self
    }

    /// The token that it was done to.
    #[must_use]
    pub const fn token(mut self, token: TokenId) -> Self {
        self.token = Some(token);
        self
    }

    /// The account, app, request or review that it was done to, by its random id.
    #[must_use]
    pub const fn subject(mut self, id: [u8; 16]) -> Self {
        self.subject = Some(id);
        self
    }

    /// The promise whose check has a result.
    #[must_use]
    pub fn check(mut self, promise: &Name) -> Self {
        self.check = Some(promise.clone());
        self
    }

    /// How many things.
    #[must_use]
    pub const fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// SHA-256 of something that is kept elsewhere. Never of personal data: a bare hash can be guessed.
    #[must_use]
    pub const fn digest(mut self, digest: Hash) -> Self {
        self.digest = Some(digest);
        self
    }

    /// The stable code of the error that ended it ([`base::Fault::code`]). What is no word is left out.
    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        self.code = Word::new(code, "code").ok();
        self
    }

    /// The entry for `tenant`'s log, to go into a [`store::WriteSet`].
    #[must_use]
    pub fn finish(&self, tenant: &TenantId) -> LogEntry {
        LogEntry {
            tenant: tenant.clone(),
            body: self.to_bytes(),
        }
    }
}

#[cfg(test)]
mod tests;
