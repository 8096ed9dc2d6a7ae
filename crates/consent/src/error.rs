//! What can go wrong between asking and taking back.

use std::time::Duration;

use base::{ErrorKind, Fault};
use crypt::SecretsError;
use store::StoreError;

use crate::DAY;

/// A failure of consent.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// No such request, asking or grant: or somebody else's.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// It was answered, ended or changed meanwhile.
    #[error("answered or ended already")]
    Over,
    /// What is asked or granted cannot be that.
    #[error("terms: {why}")]
    Terms {
        /// Where in what was sent, as a JSON pointer.
        at: String,
        /// What is wrong, as a sentence.
        why: &'static str,
    },
    /// The answer goes further than the question, or leaves out what is essential.
    #[error("the answer does not lie within the question")]
    Wider,
    /// The answer is to another text than the one there is now.
    #[error("another text was shown")]
    Shown,
    /// A person is asked too often; so long until they may be asked again, unless they answer before.
    #[error("asked too often")]
    Pace(Duration),
    /// No grant lets this be done.
    #[error("no grant")]
    NoGrant,
    /// Who does not decide for themself yet said yes.
    #[error("a guardian decides")]
    Minor,
    /// The person decides for themself.
    #[error("the person has come of age")]
    OfAge,
    /// Another guardian said no.
    #[error("another guardian said no")]
    OtherNo,
    /// Whoever stands in would give more than they may do.
    #[error("beyond what whoever stands in may do")]
    Limits,
    /// A guardian's appointment is not the person's to end.
    #[error("a guardian's appointment")]
    Appointment,
    /// What a guardian, or a date, is set up by cannot be that.
    #[error("guardian: {0}")]
    Guardian(&'static str),
    /// Whoever proposed a guardian appoints them as well.
    #[error("it takes a second person")]
    SamePerson,
    /// The person objected to a purpose.
    #[error("the person objected to the purpose")]
    Objected,
    /// What is stored does not hold together.
    #[error("{0} does not hold together")]
    Damaged(&'static str),
    /// What seals words.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The key that signs.
    #[error(transparent)]
    Keys(#[from] audit::KeysMissing),
    /// Storage.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for ConsentError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Guard(
                "consent.asking" | "consent.narrow" | "consent.end" | "consent.minor"
                | "consent.noes" | "consent.guardian",
            ) => Self::Over,
            StoreError::Guard(crate::GUARD) => Self::NoGrant,
            StoreError::Guard("consent.one_open") => Self::Pace(DAY),
            StoreError::Guard("consent.objected") => Self::Objected,
            other => Self::Store(other),
        }
    }
}

impl ConsentError {
    /// What was sent cannot be terms: `at` is a JSON pointer into it.
    #[must_use]
    pub fn terms(at: impl Into<String>, why: &'static str) -> Self {
        Self::Terms { at: at.into(), why }
    }

    /// The same, where the terms were a member of what was sent.
    #[must_use]
    pub fn under(self, member: &str) -> Self {
        match self {
            Self::Terms { at, why } => Self::Terms {
                at: format!("/{member}{at}"),
                why,
            },
            other => other,
        }
    }
}

impl Fault for ConsentError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Over | Self::Shown | Self::OfAge => ErrorKind::Conflict,
            Self::Terms { .. } | Self::Guardian(_) => ErrorKind::Invalid,
            Self::Wider => ErrorKind::Refused,
            Self::Pace(_) => ErrorKind::TooMany,
            Self::NoGrant
            | Self::Objected
            | Self::Minor
            | Self::OtherNo
            | Self::Limits
            | Self::SamePerson
            | Self::Appointment => ErrorKind::Forbidden,
            Self::Damaged(_) => ErrorKind::Tampered,
            Self::Secrets(error) => error.kind(),
            Self::Keys(_) => ErrorKind::Unavailable,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "consent.not_found",
            Self::Over => "consent.over",
            Self::Terms { .. } => "consent.terms",
            Self::Wider => "consent.wider",
            Self::Shown => "consent.shown",
            Self::Pace(_) => "consent.pace",
            Self::NoGrant => "consent.no_grant",
            Self::Objected => "rights.objected",
            Self::Minor => "guardian.decides",
            Self::OfAge => "guardian.of_age",
            Self::OtherNo => "guardian.other_no",
            Self::Limits => "guardian.limits",
            Self::Appointment => "guardian.appointment",
            Self::SamePerson => "guardian.second",
            Self::Guardian(_) => "guardian.body",
            Self::Damaged(_) => "consent.damaged",
            Self::Secrets(error) => error.code(),
            Self::Keys(_) => "consent.keys",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Pace(wait) => Some(*wait),
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }

    fn pointer(&self) -> Option<String> {
        match self {
            Self::Terms { at, .. } => Some(at.clone()),
            _ => None,
        }
    }

    fn public(&self) -> String {
        match self {
            Self::NotFound(what) => format!("There is no such {what}."),
            Self::Over => "It was answered, changed or ended meanwhile. Look at it again.".into(),
            Self::Terms { why, .. } => (*why).into(),
            Self::Wider => "The answer must lie within what was asked, and hold every part that is essential. Grant less than was asked, or refuse.".into(),
            Self::Shown => "The text has changed since it was shown. Read it again and answer then.".into(),
            Self::Pace(_) => "This person was asked already, or refused not long ago. Nobody is asked again and again: wait for their answer, or come back later.".into(),
            Self::NoGrant => "The person has not granted this, or has taken it back, or it has run out. Ask them.".into(),
            Self::Objected => "The person objected to this purpose. Nobody asks them for it, and nothing is done for it, until they take the objection back.".into(),
            Self::Minor => "A guardian decides on this, until the day that is noted for this person. Saying no, and taking back, is open to them already.".into(),
            Self::OfAge => "This person decides for themself: the day has come, and is changed no more.".into(),
            Self::OtherNo => "Another guardian said no to this, or to more of it than is left. It takes their yes as well.".into(),
            Self::Limits => "Whoever stands in for somebody gives nothing that they may not do themselves, and appoints nobody.".into(),
            Self::Appointment => "A guardian's appointment is ended by who set it up: ask the staff.".into(),
            Self::SamePerson => "Whoever proposes a guardian does not appoint them: it takes a second person.".into(),
            Self::Guardian(why) => (*why).into(),
            Self::Keys(_) => "The key that signs is not at hand. Nothing was changed. Try again later.".into(),
            Self::Damaged(_) => "What is stored does not hold together. Somebody was told.".into(),
            Self::Secrets(error) => error.public(),
            Self::Store(error) => error.public(),
        }
    }
}
