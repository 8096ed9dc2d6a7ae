//! What a check is, and what it answers: facts and problems, as data.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

/// What a probe of the running system answers, some time later.
pub type Probing<'a, T> = Pin<Box<dyn Future<Output = Result<T, ProbeError>> + Send + 'a>>;

/// What a check answers, some time later.
pub type Measuring<'a> = Probing<'a, Outcome>;

/// A probe could not be carried out: nothing was measured, neither good nor bad.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("could not be measured: {0}")]
pub struct ProbeError(pub String);

impl ProbeError {
    /// What was tried, and why it did not work. Never a value that somebody stored.
    pub fn new(what: &str, why: impl std::fmt::Display) -> Self {
        Self(format!("{what}: {why}"))
    }
}

/// Measures whether a promise is kept.
pub trait Check: Send + Sync {
    /// The name that promises call it by.
    fn name(&self) -> &'static str;

    /// Measure.
    fn measure(&self) -> Measuring<'_>;

    /// Break what is promised (beside the real thing, never in it) and measure again. The outcome must not hold: that is how
    /// the check is seen failing.
    fn drill(&self) -> Measuring<'_>;
}

/// Something that was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// Where was searched (list).
    Places,
    /// How much was read (bytes).
    BytesSearched,
    /// Marker words that were stored.
    Markers,
    /// Ways of writing each of them that were searched for.
    Spellings,
    /// Sealed parts whose class and key were compared.
    Parts,
    /// The classes of these parts (list).
    Classes,
    /// Keys of theirs in the key management.
    Keys,
    /// Sealed things that were taken from storage.
    Samples,
    /// Their formats (list).
    Formats,
    /// Copies with one bit changed that did not open.
    AlteredRefused,
    /// What a modern client got (text).
    Modern,
    /// What a client with TLS 1.2 got (text).
    Older,
    /// Outdated versions and weak suites that were asked for and refused.
    OffersRefused,
    /// Which of them (list).
    Offers,
    /// The key exchange that the server chose (text).
    Exchange,
    /// Where the read stands in the log.
    EntryIndex,
    /// The size of the log whose signed sum covers it.
    LogSize,
    /// What was tried and failed, as it must (list).
    AttemptsRefused,
    /// Test card numbers that were offered and refused.
    CardsRefused,
    /// In which places (list).
    CardPlaces,
    /// Stored texts that were opened and searched.
    TextsSearched,
    /// Requests that were sent, those that must fail included.
    Requests,
    /// Collections of the register.
    Collections,
    /// Its fields, each with a class.
    Fields,
    /// Stored documents that were compared with it.
    Documents,
    /// Privileges that somebody holds.
    Privileges,
    /// Emergency accesses.
    Emergencies,
    /// Records and files that are in their time still.
    InTime,
    /// Those past it that a legal hold keeps.
    HeldBack,
    /// Requests of data subjects with a clock that runs.
    OpenRequests,
    /// Recovery points in the repository.
    RecoveryPoints,
    /// Those of the last 24 hours.
    PointsOfADay,
    /// How old the newest is (minutes).
    NewestMinutes,
    /// How old the oldest is (days).
    OldestDays,
    /// Drills that are run by the clock (list).
    Drills,
    /// How much of the latest work would have been lost in a drill (seconds).
    LostSeconds,
    /// How long it took in a drill until everything was back (seconds).
    BackSeconds,
    /// How long what was committed took until it lay elsewhere (milliseconds).
    SentMillis,
    /// Persons that were erased whose keys a backup of the keys may still hold.
    WithinReach,
    /// Recovery points whose key is there.
    PointsThatOpen,
}

impl Seen {
    /// Every one.
    pub const ALL: [Self; 40] = [
        Self::Places,
        Self::BytesSearched,
        Self::Markers,
        Self::Spellings,
        Self::Parts,
        Self::Classes,
        Self::Keys,
        Self::Samples,
        Self::Formats,
        Self::AlteredRefused,
        Self::Modern,
        Self::Older,
        Self::OffersRefused,
        Self::Offers,
        Self::Exchange,
        Self::EntryIndex,
        Self::LogSize,
        Self::AttemptsRefused,
        Self::CardsRefused,
        Self::CardPlaces,
        Self::TextsSearched,
        Self::Requests,
        Self::Collections,
        Self::Fields,
        Self::Documents,
        Self::Privileges,
        Self::Emergencies,
        Self::InTime,
        Self::HeldBack,
        Self::OpenRequests,
        Self::RecoveryPoints,
        Self::PointsOfADay,
        Self::NewestMinutes,
        Self::OldestDays,
        Self::Drills,
        Self::LostSeconds,
        Self::BackSeconds,
        Self::SentMillis,
        Self::WithinReach,
        Self::PointsThatOpen,
    ];
}

/// One fact: what was measured, and how much or what it was. Exactly one of the three is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What was measured.
    pub seen: Seen,
    /// A count, or bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// A name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Several names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Vec<String>>,
}

/// Something that is not as promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// A marker word lies there in clear text.
    PlainText,
    /// What was stored did not come back, so that finding nothing would prove nothing.
    NotStored,
    /// There was nothing to search.
    NothingSearched,
    /// No sealed part of this class.
    PartMissing,
    /// No key of this class in the key management.
    KeyMissing,
    /// Something stored is in no sealed format.
    NotSealed,
    /// Something stored does not open even unaltered.
    DoesNotOpen,
    /// A copy with a bit changed opened.
    AlteredOpens,
    /// No sample from this place.
    NoSample,
    /// A good connection was not accepted.
    GoodRefused,
    /// An outdated version was accepted.
    OldVersion,
    /// A weak suite was accepted.
    WeakSuite,
    /// The server answered without encryption.
    Unencrypted,
    /// Not the hybrid key exchange.
    NotHybrid,
    /// An access left no entry.
    NoEntry,
    /// The entry says something else.
    WrongEntry,
    /// The proof that the entry is in the log does not hold.
    ProofFails,
    /// The log could be changed.
    LogChanged,
    /// Data came although the log could not be written.
    ReadWithoutLog,
    /// A setting that switches the log off was accepted.
    SettingAccepted,
    /// A card number was accepted.
    CardAccepted,
    /// A card number was found.
    CardFound,
    /// What is no card number was refused, so that refusing proves nothing.
    OrdinaryRefused,
    /// What the requests must leave in the logs is not there: the wrong place was searched.
    NoTrace,
    /// A stored field that the register does not know.
    UnknownField,
    /// A field that the register does not know was accepted.
    UnknownAccepted,
    /// The register is empty.
    RegisterEmpty,
    /// The register lets payment data in.
    PaymentField,
    /// A privilege or an emergency access was not reviewed in time.
    ReviewOverdue,
    /// Somebody could approve their own request.
    OwnApproval,
    /// Something was opened that takes a person's grant, without one that stands.
    OpenedWithoutGrant,
    /// A grant that stands opened nothing.
    GrantIgnored,
    /// Something is kept past its time, and no hold keeps it.
    PastItsTime,
    /// A request of a data subject is past its last day.
    RequestLate,
    /// Those who answer are shown a later day than the law's.
    DayShownLater,
    /// There is no recovery point that is new enough.
    BackupLate,
    /// A drill was not run in time.
    DrillLate,
    /// The last drill of its kind failed.
    DrillFailed,
    /// The repository opens with a key that is not its own.
    OtherKeyOpens,
    /// The repository's key lies in it.
    KeyBeside,
    /// What was committed did not lie elsewhere in time.
    SentLate,
    /// Somebody was erased, and a backup of the keys may hold theirs for longer than is promised.
    WithinReach,
    /// Nothing is sent between two recovery points.
    NothingSent,
    /// The key of a recovery point whose time is over is there still.
    KeyPastItsTime,
}

impl Wrong {
    /// Every one.
    pub const ALL: [Self; 44] = [
        Self::PlainText,
        Self::NotStored,
        Self::NothingSearched,
        Self::PartMissing,
        Self::KeyMissing,
        Self::NotSealed,
        Self::DoesNotOpen,
        Self::AlteredOpens,
        Self::NoSample,
        Self::GoodRefused,
        Self::OldVersion,
        Self::WeakSuite,
        Self::Unencrypted,
        Self::NotHybrid,
        Self::NoEntry,
        Self::WrongEntry,
        Self::ProofFails,
        Self::LogChanged,
        Self::ReadWithoutLog,
        Self::SettingAccepted,
        Self::CardAccepted,
        Self::CardFound,
        Self::OrdinaryRefused,
        Self::NoTrace,
        Self::UnknownField,
        Self::UnknownAccepted,
        Self::RegisterEmpty,
        Self::PaymentField,
        Self::ReviewOverdue,
        Self::OwnApproval,
        Self::OpenedWithoutGrant,
        Self::GrantIgnored,
        Self::PastItsTime,
        Self::RequestLate,
        Self::DayShownLater,
        Self::BackupLate,
        Self::DrillLate,
        Self::DrillFailed,
        Self::OtherKeyOpens,
        Self::KeyBeside,
        Self::SentLate,
        Self::WithinReach,
        Self::NothingSent,
        Self::KeyPastItsTime,
    ];
}

/// One problem: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// What is wrong.
    pub wrong: Wrong,
    /// Where: a place, a version, a field's name; empty where there is only one.
    pub at: String,
}

/// What a check found. It holds if there is no problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// What was measured.
    pub facts: Vec<Fact>,
    /// What is not as promised.
    pub problems: Vec<Problem>,
}

/// How many problems an outcome names.
const PROBLEMS_MAX: usize = 50;

impl Outcome {
    /// Nothing measured yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the promise is kept.
    #[must_use]
    pub fn held(&self) -> bool {
        self.problems.is_empty()
    }

    /// Note a count or a number of bytes.
    pub fn count(&mut self, seen: Seen, number: usize) {
        self.number(seen, number as u64);
    }

    /// Note a number.
    pub fn number(&mut self, seen: Seen, number: u64) {
        self.facts.push(Fact {
            seen,
            number: Some(number),
            text: None,
            list: None,
        });
    }

    /// Note a name.
    pub fn text(&mut self, seen: Seen, text: impl Into<String>) {
        self.facts.push(Fact {
            seen,
            number: None,
            text: Some(text.into()),
            list: None,
        });
    }

    /// Note several names.
    pub fn list<T: Into<String>>(&mut self, seen: Seen, list: impl IntoIterator<Item = T>) {
        let list = Some(list.into_iter().map(Into::into).collect());
        self.facts.push(Fact {
            seen,
            number: None,
            text: None,
            list,
        });
    }

    /// Note what is wrong, once for each place; what comes after the first fifty says nothing new.
    pub fn wrong(&mut self, wrong: Wrong, at: impl Into<String>) {
        let problem = Problem {
            wrong,
            at: at.into(),
        };
        if self.problems.len() < PROBLEMS_MAX && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Add what the same check found elsewhere: counts add up, lists grow together; a text, and a place in a log, stay the
    /// first ones.
    pub fn join(&mut self, other: Self) {
        for fact in other.facts {
            let Some(known) = self.facts.iter_mut().find(|it| it.seen == fact.seen) else {
                self.facts.push(fact);
                continue;
            };
            let counts = !matches!(fact.seen, Seen::EntryIndex | Seen::LogSize);
            if let (Some(number), Some(more)) = (&mut known.number, fact.number)
                && counts
            {
                *number += more;
            }
            if let (Some(list), Some(more)) = (&mut known.list, fact.list) {
                for name in more {
                    if !list.contains(&name) {
                        list.push(name);
                    }
                }
            }
        }
        for problem in other.problems {
            self.wrong(problem.wrong, problem.at);
        }
    }

    /// Whether this was among what is wrong.
    #[must_use]
    pub fn has(&self, wrong: Wrong) -> bool {
        self.problems.iter().any(|problem| problem.wrong == wrong)
    }
}
