//! What can go wrong when data are stored or opened, by whose fault it is.

use base::{Class, ErrorKind, Fault};
use crypt::OpenError;
use keys::{KeyName, KeysError};
use store::StoreError;

use crate::document::DocumentError;

/// A failure of the vault.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// No such person, or erased.
    #[error("no such person")]
    NoPerson,
    /// No such collection in the register.
    #[error("no such collection")]
    NoCollection,
    /// No such record.
    #[error("no such record")]
    NoRecord,
    /// It takes a person's grant, and none lets it be done.
    #[error("no grant lets this be done")]
    NoGrant,
    /// The person had what is done with their data restricted.
    #[error("restricted by the person")]
    Restricted,
    /// The person objected to the purpose.
    #[error("the person objected to the purpose")]
    Objected,
    /// No such archive, or none any more.
    #[error("no such export")]
    NoExport,
    /// There is no such transfer, or it does not wait any more.
    #[error("no such transfer that waits")]
    NoTransfer,
    /// The person has as many on their way, or asked for as many today, as is let.
    #[error("too many transfers")]
    TooManyTransfers,
    /// As many archives as a person has at most.
    #[error("too many exports")]
    TooManyExports,
    /// No such request to delete everything, or it does not wait any more.
    #[error("no such erasure")]
    NoErasure,
    /// No such bulk export, or none any more.
    #[error("no such bulk export")]
    NoBulk,
    /// As many bulk exports as a tenant has at once.
    #[error("too many bulk exports")]
    TooManyBulks,
    /// The tenant's contract has ended: nothing new is stored.
    #[error("the contract has ended")]
    Ended,
    /// No end of the contract is noted, or the destruction has begun.
    #[error("no end of the contract is noted")]
    NoEnd,
    /// An end of the contract is noted already.
    #[error("an end of the contract is noted already")]
    EndNoted,
    /// A contract cannot end in the past.
    #[error("the end of the contract is past")]
    EndBody,
    /// A legal hold says that it must stay.
    #[error("a legal hold stops this")]
    Held,
    /// No such hold, or it is not in force any more.
    #[error("no such hold")]
    NoHold,
    /// A hold that cannot be placed so.
    #[error("{0}")]
    HoldBody(&'static str),
    /// A law wants it kept until then.
    #[error("a law wants it kept")]
    MustStay(base::Instant),
    /// The record was deleted.
    #[error("the record was deleted")]
    Deleted,
    /// No such file.
    #[error("no such file")]
    NoFile,
    /// The condition (`If-Match`, `If-None-Match`) did not hold.
    #[error("the condition did not hold: {0}")]
    Condition(&'static str),
    /// Somebody else kept changing the same thing.
    #[error("changed by somebody else at the same time")]
    Contended,
    /// The same deletion was asked for already, and waits.
    #[error("a deletion of the same waits already")]
    ErasureWaits,
    /// The same `Idempotency-Key` came with another request.
    #[error("the idempotency key was used for another request")]
    OnceMismatch,
    /// A cursor that we did not make.
    #[error("bad cursor")]
    Cursor,
    /// A filter that the register does not allow.
    #[error("filter {name}: {why}")]
    Filter {
        /// Which.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// A record of a collection that is not about people was to be stored about one.
    #[error("the collection is not about people")]
    Shelf,
    /// The document is not one that the register lets in.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// What is stored does not open.
    #[error("{what} does not open: {why}")]
    Tampered {
        /// What: a record's collection and handle, a file's id.
        what: String,
        /// Of which class, where it is one part.
        class: Option<Class>,
        /// How it shows.
        why: OpenError,
    },
    /// What is stored does not hold together.
    #[error("{0} does not hold together")]
    Damaged(&'static str),
    /// A file's name or media type is not one we take.
    #[error("{0}")]
    FileHead(&'static str),
    /// A payment card number where it has no pointer.
    #[error("a payment card number in {0}")]
    Card(&'static str),
    /// The body broke off or was too large.
    #[error("the upload broke off")]
    Upload,
    /// New keys took over while the upload was on its way.
    #[error("newer keys took over meanwhile")]
    NewerKeys,
    /// Something is still sealed under the generation.
    #[error("{remaining} things are still sealed under {name}")]
    StillSealed {
        /// Which key.
        name: KeyName,
        /// How many records, earlier versions and files.
        remaining: u64,
    },
    /// The range lies outside the file.
    #[error("the range lies outside the file of {0} bytes")]
    Range(u64),
    /// One item of an all-or-nothing batch did not hold.
    #[error("item {index}: {source}")]
    Item {
        /// Which, from 0.
        index: usize,
        /// Why.
        source: Box<Self>,
    },
    /// Two items of an all-or-nothing batch are about the same record.
    #[error("two items are about the same record")]
    Twice,
    /// Keys.
    #[error(transparent)]
    Keys(KeysError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The entry for the log could not be made.
    #[error("entry: {0}")]
    Entry(#[from] audit::entry::EntryError),
}

impl From<KeysError> for VaultError {
    fn from(error: KeysError) -> Self {
        match error {
            // Whose keys are destroyed is erased, or just being so: nobody may see any more that they were ever here.
            KeysError::Destroyed => Self::NoPerson,
            error => Self::Keys(error),
        }
    }
}

impl Fault for VaultError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoPerson | Self::NoCollection | Self::NoRecord | Self::NoFile => {
                ErrorKind::NotFound
            }
            Self::Deleted => ErrorKind::Gone,
            Self::MustStay(_) => ErrorKind::Refused,
            Self::NoGrant | Self::Restricted | Self::Objected => ErrorKind::Forbidden,
            Self::NoExport
            | Self::NoTransfer
            | Self::NoErasure
            | Self::NoHold
            | Self::NoBulk
            | Self::NoEnd => ErrorKind::NotFound,
            Self::TooManyExports | Self::TooManyTransfers | Self::TooManyBulks => {
                ErrorKind::TooMany
            }
            Self::Condition(_) => ErrorKind::Precondition,
            Self::Ended => ErrorKind::Forbidden,
            Self::EndNoted => ErrorKind::Conflict,
            Self::EndBody => ErrorKind::Invalid,
            Self::Contended
            | Self::ErasureWaits
            | Self::Twice
            | Self::StillSealed { .. }
            | Self::Held => ErrorKind::Conflict,
            Self::NewerKeys => ErrorKind::Unavailable,
            Self::OnceMismatch | Self::Shelf | Self::Card(_) => ErrorKind::Refused,
            Self::Cursor
            | Self::Filter { .. }
            | Self::FileHead(_)
            | Self::Upload
            | Self::HoldBody(_) => ErrorKind::Invalid,
            Self::Tampered { .. } | Self::Damaged(_) => ErrorKind::Tampered,
            Self::Range(_) => ErrorKind::Range,
            Self::Document(error) => error.kind(),
            Self::Item { source, .. } => source.kind(),
            Self::Keys(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Entry(_) => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoPerson => "person.not_found",
            Self::NoCollection => "collection.not_found",
            Self::NoRecord => "record.not_found",
            Self::NoGrant => "consent.no_grant",
            Self::Restricted => "rights.restricted",
            Self::Objected => "rights.objected",
            Self::NoExport => "export.not_found",
            Self::NoTransfer => "transfer.not_found",
            Self::TooManyTransfers => "transfer.too_many",
            Self::NoErasure => "erasure.not_found",
            Self::TooManyExports => "export.too_many",
            Self::NoBulk => "bulk.not_found",
            Self::TooManyBulks => "bulk.too_many",
            Self::Ended => "contract.ended",
            Self::NoEnd => "contract.not_noted",
            Self::EndNoted => "contract.noted",
            Self::EndBody => "contract.date",
            Self::Held => "hold.held",
            Self::NoHold => "hold.not_found",
            Self::HoldBody(_) => "hold.body",
            Self::Deleted => "record.deleted",
            Self::MustStay(_) => "erasure.must_stay",
            Self::NoFile => "file.not_found",
            Self::Condition(_) => "record.condition",
            Self::Contended => "record.contended",
            Self::ErasureWaits => "erasure.waits",
            Self::OnceMismatch => "request.idempotency_key_reused",
            Self::Cursor => "list.cursor",
            Self::Filter { .. } => "list.filter",
            Self::Shelf => "record.shelf",
            Self::Tampered { .. } => "vault.tampered",
            Self::Damaged(_) => "vault.damaged",
            Self::FileHead(_) => "file.head",
            Self::Card(_) => "card.refused",
            Self::Upload => "file.upload",
            Self::NewerKeys => "file.newer_keys",
            Self::StillSealed { .. } => "keys.still_sealed",
            Self::Range(_) => "file.range",
            Self::Twice => "batch.twice",
            Self::Document(error) => error.code(),
            Self::Item { source, .. } => source.code(),
            Self::Keys(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Entry(_) => "log.entry",
        }
    }

    fn public(&self) -> String {
        match self {
            Self::NoPerson => "There is no such person here.".into(),
            Self::NoCollection => "The register has no such collection. `strongroom register show` lists them.".into(),
            Self::NoRecord => "There is no such record.".into(),
            Self::NoGrant => "The person has not granted this, or has taken it back, or it has run out. Ask them.".into(),
            Self::Restricted => "The person had this restricted: until it is lifted nobody but they reads or changes it, save in an emergency.".into(),
            Self::Objected => "The person objected to this purpose: nothing is done for it until they take the objection back.".into(),
            Self::NoErasure => "There is no such request to delete, or it does not wait any more.".into(),
            Self::NoTransfer => "There is no such transfer, or it is over already.".into(),
            Self::TooManyTransfers => "Three are on their way already, or five were asked for today. Wait for one, call one off, or come back tomorrow.".into(),
            Self::NoExport => "There is no such archive, or it is not ready, or its seven days are over.".into(),
            Self::TooManyExports => "There are three archives already, or five were made today. Fetch one of them, delete one, or come back tomorrow.".into(),
            Self::NoBulk => "There is no such bulk export, or it was called off, or its time is over.".into(),
            Self::TooManyBulks => "Two bulk exports are being made already, or twenty are kept. Wait, or delete one.".into(),
            Self::Ended => "The contract has ended: what is kept can be read, taken along and deleted, and nothing new is stored.".into(),
            Self::NoEnd => "No end of the contract is noted, or its time has not come, or the destruction has begun.".into(),
            Self::EndNoted => "An end of the contract is noted already. Take it back first.".into(),
            Self::EndBody => "A contract ends today or later.".into(),
            Self::Held => "This must stay for now, because of a legal hold. Ask again when it is lifted.".into(),
            Self::NoHold => "There is no such legal hold in force.".into(),
            Self::HoldBody(what) => (*what).to_owned(),
            Self::Deleted => "This record was deleted.".into(),
            Self::MustStay(until) => format!("A law wants some of this kept, until {until} at the longest. The plan of the deletion says which and why; what is not bound by it can be deleted kind by kind."),
            Self::NoFile => "There is no such file.".into(),
            Self::Condition(what) => format!("{what} Read it again, then repeat your change."),
            Self::ErasureWaits => "This was asked for already, and waits for its day. The list of what is to be deleted shows it; call it off there to ask anew.".into(),
            Self::Contended => "Somebody else changed this at the same time. Read it again, then repeat your change.".into(),
            Self::OnceMismatch => "This Idempotency-Key was used for another request. Use a new key for a new request.".into(),
            Self::Cursor => "This cursor is not one that a list gave out. Begin the list anew without a cursor.".into(),
            Self::Filter { name, why } => format!("The filter `{name}` cannot be used: {why}."),
            Self::Shelf => "This collection is not about people: store it about the tenant (person 00000000-0000-0000-0000-000000000000).".into(),
            Self::Tampered { what, class, why } => {
                let part = class.map_or_else(String::new, |class| format!(" (the part of class {class})"));
                format!("{what}{part} is not as it was sealed: {why}. It was not served; the operator has been told.")
            }
            Self::Damaged(what) => format!("The stored {what} does not hold together. It was not served; the operator has been told."),
            Self::FileHead(what) => (*what).to_owned(),
            Self::Card(place) => format!("What looks like a payment card number stands in {place}. Strongroom stores no payment data; take it out and send the rest again."),
            Self::Upload => "The upload did not arrive whole. Nothing was stored; send it again.".into(),
            Self::NewerKeys => "The keys of this person were turned over while the upload was on its way. Nothing was stored; send it again.".into(),
            Self::StillSealed { name, remaining } => format!("{remaining} records, earlier versions or files are still sealed under the {name}. Run `strongroom keys renew` first."),
            Self::Range(len) => format!("The file has {len} bytes; the range lies outside."),
            Self::Twice => "Two items of this all-or-nothing batch are about the same record. Send them in two batches.".into(),
            Self::Document(error) => error.public(),
            Self::Item { index, source } => format!("Item {index}: {} Nothing of this batch was stored.", source.public()),
            Self::Keys(error) => error.public(),
            Self::Store(error) => error.public(),
            Self::Entry(_) => "Something went wrong on our side. Nothing was changed.".into(),
        }
    }

    fn length(&self) -> Option<u64> {
        match self {
            Self::Range(len) => Some(*len),
            _ => None,
        }
    }

    fn pointer(&self) -> Option<String> {
        match self {
            Self::Document(error) => error.pointer(),
            Self::Item { index, source } => source
                .pointer()
                .map(|pointer| format!("/{index}/body{pointer}")),
            _ => None,
        }
    }
}
