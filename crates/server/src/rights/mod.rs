//! Requests of data subjects, as the whole house sees them: `govern` knows the clocks, the vault seals what is written in words, `consent`
//! keeps what comes of a restriction or an objection. Here they are brought together, each time in one commit.
//!
//! Invariant: events are only added; the row of a request follows from them, and a step names the event that it was taken behind.
//! Invariant: what a person wrote, and what was said to them, lies sealed under their own keys and nowhere else.

mod ask;
mod correct;
mod rows;
mod step;
mod watch;
mod words;

use std::sync::LazyLock;

use base::{AccountId, ErrorKind, Fault, Instant, Name, ObjectId, PersonId, Purpose, RecordId};
use govern::rights::{Event, Kind, Law, Pack, RightsError, State, Step};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use vault::VaultError;
use web::Lang;

use crate::sharing::SharingError;

pub use ask::NewAsk;
pub(crate) use rows::unname;
pub use rows::{After, Filter, STATEMENTS};
pub use step::NewStep;
pub use watch::{Open, open, remind};
pub use words::SOURCES;
pub(crate) use words::draft;

/// Characters of what somebody writes.
pub const TEXT_MAX: usize = 4_000;
/// Characters of what a field should say.
pub const VALUE_MAX: usize = 2_000;

/// The rule packs that come with the program.
static PACKS: LazyLock<Result<Vec<Pack>, RightsError>> = LazyLock::new(govern::rights::packs);

/// The rule packs.
///
/// # Errors
/// One does not hold together; a test sees that they do.
pub(crate) fn packs() -> Result<&'static [Pack], RightsFault> {
    match &*PACKS {
        Ok(packs) => Ok(packs),
        Err(_) => Err(VaultError::Damaged("rule pack").into()),
    }
}

/// What somebody wants, in their own words: sealed as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wish {
    /// In words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Of which collection it speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<Name>,
    /// Of which record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordId>,
    /// Of which field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Name>,
    /// What the field should say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// To which purpose they object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Of which entry of the log it speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
}

/// How a request stands, the erased among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As its events say.
    Is(State),
    /// The person was erased, with everything that was said.
    Erased,
}

impl Standing {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Is(state) => state.as_str(),
            Self::Erased => "erased",
        }
    }
}

/// What is due next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// Which step.
    pub step: Step,
    /// Its last day, whole.
    pub last: Date,
    /// From then on it is too late.
    pub at: Instant,
}

/// By when a request is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// The last day of the period that runs.
    pub last: Option<Date>,
    /// The last day if it were extended today, where it may be.
    pub longer: Option<Date>,
}

/// When it was answered or refused, and by when that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InTime {
    /// The day on which it was.
    pub day: Date,
    /// The last day on which that was in time; nothing where no law sets one.
    pub last: Option<Date>,
}

impl InTime {
    /// Whether it was after the last day.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.last.is_some_and(|last| self.day > last)
    }
}

/// A request, without what was written.
#[derive(Clone, Debug)]
pub struct Right {
    /// Which.
    pub request: ObjectId,
    /// Who asked.
    pub person: PersonId,
    /// For what.
    pub kind: Kind,
    /// Under which law, and which version of its rules; nothing where no law sets a time.
    pub rules: Option<(Law, u16)>,
    /// When it came.
    pub received_at: Instant,
    /// Which day that was where the house answers.
    pub received: Date,
    /// The language of what the person is told.
    pub lang: Lang,
    /// How it stands.
    pub standing: Standing,
    /// The number of the newest event.
    pub seq: u32,
    /// What is due next.
    pub next: Option<Next>,
    /// When nothing followed any more.
    pub closed_at: Option<Instant>,
}

impl Right {
    /// Whether the next step is too late.
    #[must_use]
    pub fn is_overdue(&self, now: Instant) -> bool {
        self.next.is_some_and(|it| it.at <= now)
    }

    /// The rules that count.
    fn pack(&self) -> Result<Option<&'static Pack>, RightsFault> {
        let Some((law, version)) = self.rules else {
            return Ok(None);
        };
        let pack = govern::rights::version(packs()?, law, version);
        pack.map(Some)
            .ok_or_else(|| VaultError::Damaged("rule pack of a request").into())
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It came.
    Received,
    /// A step was taken.
    Step(Event),
    /// What came of it was lifted.
    Lifted,
}

impl What {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Step(event) => event.as_str(),
            Self::Lifted => "lifted",
        }
    }

    fn of(text: &str) -> Option<Self> {
        match text {
            "received" => Some(Self::Received),
            "lifted" => Some(Self::Lifted),
            text => Event::of(text).map(Self::Step),
        }
    }
}

/// One event, opened.
#[derive(Clone, Debug)]
pub struct Happened {
    /// Its number.
    pub seq: u32,
    /// What.
    pub what: What,
    /// When.
    pub at: Instant,
    /// Which day that was where the house answers.
    pub day: Date,
    /// The account that did it.
    pub account: Option<AccountId>,
    /// The version of the record that a correction made.
    pub version: Option<u64>,
    /// What was said.
    pub text: Option<String>,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum RightsFault {
    /// The rules about time do not let it.
    #[error(transparent)]
    Rules(#[from] RightsError),
    /// What was asked cannot be that.
    #[error("wish: {0}")]
    Wish(&'static str),
    /// Not under the law that counts here.
    #[error("the kind is none of the law that counts here")]
    Kind,
    /// As many are open as a person may have.
    #[error("too many are open")]
    TooMany,
    /// No such request: or somebody else's.
    #[error("no such request")]
    NotFound,
    /// No such entry of the log, or it is about somebody else.
    #[error("no such entry about the person")]
    NoEntry,
    /// Somebody else took a step meanwhile.
    #[error("another step was taken meanwhile")]
    Moved,
    /// Nothing of it can be lifted.
    #[error("nothing stands that could be lifted")]
    NothingToLift,
    /// The correction cannot be carried out by itself.
    #[error("correction: {0}")]
    Correction(&'static str),
    /// The vault: the person, keys, storage.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The log, where a request is about an entry of it.
    #[error(transparent)]
    Log(#[from] audit::AuditError),
    /// Grants that end with an objection.
    #[error(transparent)]
    Sharing(#[from] SharingError),
}

impl From<store::StoreError> for RightsFault {
    fn from(error: store::StoreError) -> Self {
        VaultError::from(error).into()
    }
}

impl From<consent::ConsentError> for RightsFault {
    fn from(error: consent::ConsentError) -> Self {
        SharingError::from(error).into()
    }
}

impl Fault for RightsFault {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Rules(RightsError::Rules { .. } | RightsError::NoRules { .. }) => {
                ErrorKind::Internal
            }
            Self::Rules(_) | Self::Moved | Self::NothingToLift => ErrorKind::Conflict,
            Self::Wish(_) | Self::Kind => ErrorKind::Invalid,
            Self::TooMany => ErrorKind::TooMany,
            Self::NotFound | Self::NoEntry => ErrorKind::NotFound,
            Self::Correction(_) => ErrorKind::Refused,
            Self::Vault(error) => error.kind(),
            Self::Log(error) => error.kind(),
            Self::Sharing(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Rules(RightsError::NoExtension(_)) => "rights.no_extension",
            Self::Rules(RightsError::TooLate(_)) => "rights.too_late",
            Self::Rules(RightsError::Order { .. } | RightsError::Backwards { .. }) => {
                "rights.order"
            }
            Self::Rules(_) => "rights.rules",
            Self::Wish(_) => "rights.wish",
            Self::Kind => "rights.kind",
            Self::TooMany => "rights.too_many",
            Self::NotFound => "rights.not_found",
            Self::NoEntry => "log.not_found",
            Self::Moved => "rights.moved",
            Self::NothingToLift => "rights.nothing_to_lift",
            Self::Correction(_) => "rights.correction",
            Self::Vault(error) => error.code(),
            Self::Log(error) => error.code(),
            Self::Sharing(error) => error.code(),
        }
    }

    fn public(&self) -> String {
        match self {
            Self::Rules(RightsError::NoExtension(_)) => {
                "The law knows no longer period for this kind of request.".into()
            }
            Self::Rules(RightsError::TooLate(day)) => {
                format!("The first period ended on {day}. An extension is announced while it runs, or not at all.")
            }
            Self::Rules(RightsError::Order { .. } | RightsError::Backwards { .. }) => {
                "The request is not in a state that this step follows. Look at it again.".into()
            }
            Self::Rules(_) => "Something went wrong on our side. Nothing was changed.".into(),
            Self::Wish(what) | Self::Correction(what) => (*what).into(),
            Self::Kind => "Under the law that counts here there is no such request.".into(),
            Self::TooMany => "As many requests are open as one person may have at once. Wait for an answer to one, or take one back.".into(),
            Self::NotFound => "There is no such request.".into(),
            Self::NoEntry => "There is no such entry of the log about this person.".into(),
            Self::Moved => "Somebody took another step meanwhile. Look at it again.".into(),
            Self::NothingToLift => "Nothing came of this request that could be lifted, or it was lifted already.".into(),
            Self::Vault(error) => error.public(),
            Self::Log(error) => error.public(),
            Self::Sharing(error) => error.public(),
        }
    }

    fn pointer(&self) -> Option<String> {
        match self {
            Self::Vault(error) => error.pointer(),
            _ => None,
        }
    }
}
