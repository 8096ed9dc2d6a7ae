//! A request is what happened to it: events in their order, from which its state follows.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::clock::last_day;
use super::{Holidays, Law, Pack, RightsError, Step};

/// A closed list of words, with the name of each.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$each])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// The one of this name.
            #[must_use]
            pub fn of(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str() == text)
            }
        }
    };
}
pub(super) use words;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal => $law:expr),* $(,)?) => {
        words! {
            /// What is asked for.
            Kind { $($(#[$doc])* $name = $text,)* }
        }

        impl Kind {
            /// Which law it is made under; nothing where no law sets a time.
            #[must_use]
            pub fn law(self) -> Option<Law> {
                match self { $(Self::$name => $law),* }
            }
        }
    };
}

kinds! {
    /// GDPR Art. 15.
    Access = "access" => Some(Law::Gdpr),
    /// GDPR Art. 20.
    Portability = "portability" => Some(Law::Gdpr),
    /// GDPR Art. 16.
    Rectification = "rectification" => Some(Law::Gdpr),
    /// GDPR Art. 17.
    Erasure = "erasure" => Some(Law::Gdpr),
    /// GDPR Art. 18.
    Restriction = "restriction" => Some(Law::Gdpr),
    /// GDPR Art. 21.
    Objection = "objection" => Some(Law::Gdpr),
    /// Cal. Civ. Code § 1798.110.
    Know = "know" => Some(Law::Ccpa),
    /// Cal. Civ. Code § 1798.105.
    Delete = "delete" => Some(Law::Ccpa),
    /// Cal. Civ. Code § 1798.106.
    Correct = "correct" => Some(Law::Ccpa),
    /// Cal. Civ. Code § 1798.120.
    OptOut = "opt-out" => Some(Law::Ccpa),
    /// Cal. Civ. Code § 1798.121.
    Limit = "limit" => Some(Law::Ccpa),
    /// A question about one access.
    Question = "question" => None,
    /// A report of one access.
    Report = "report" => None,
}

words! {
    /// What can happen to a request after it was received.
    Event {
        /// The person was told that it came.
        Confirmed = "confirmed",
        /// Somebody works on it.
        Begun = "begun",
        /// The person was told that it takes longer, and why.
        Extended = "extended",
        /// What was asked is done, and the person was told.
        Answered = "answered",
        /// It is refused, and the person was told why.
        Refused = "refused",
        /// The person took it back.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// How far a request is.
    State {
        /// It came.
        Received = "received",
        /// The person was told so.
        Confirmed = "confirmed",
        /// Somebody works on it.
        InProgress = "in_progress",
        /// It takes longer, and the person was told so.
        Extended = "extended",
        /// It is done.
        Answered = "answered",
        /// It is refused.
        Refused = "refused",
        /// The person took it back.
        Withdrawn = "withdrawn",
    }
}

impl State {
    /// Nothing follows any more.
    #[must_use]
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Answered | Self::Refused | Self::Withdrawn)
    }
}

/// An event and its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub event: Event,
    /// When, where the house answers.
    pub day: Date,
}

/// A request and what happened to it. Events are only ever added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    kind: Kind,
    received: Date,
    events: Vec<Happened>,
}

impl Request {
    /// A request that was received on a day.
    #[must_use]
    pub fn receive(kind: Kind, received: Date) -> Self {
        Self {
            kind,
            received,
            events: Vec::new(),
        }
    }

    /// A request as it was stored: what happened was held to the rules then.
    #[must_use]
    pub fn restore(kind: Kind, received: Date, events: Vec<Happened>) -> Self {
        Self {
            kind,
            received,
            events,
        }
    }

    /// What is asked for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The day of receipt.
    #[must_use]
    pub fn received(&self) -> Date {
        self.received
    }

    /// What happened since, in its order.
    #[must_use]
    pub fn events(&self) -> &[Happened] {
        &self.events
    }

    /// How far it is.
    #[must_use]
    pub fn state(&self) -> State {
        match self.events.last().map(|last| last.event) {
            Some(Event::Answered) => State::Answered,
            Some(Event::Refused) => State::Refused,
            Some(Event::Withdrawn) => State::Withdrawn,
            // The rest may come in any order; what says most counts.
            _ if self.is_extended() => State::Extended,
            _ if self.had(Event::Begun) => State::InProgress,
            _ if self.had(Event::Confirmed) => State::Confirmed,
            _ => State::Received,
        }
    }

    /// Was the person told that it came? A notice of extension says so as well.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.had(Event::Confirmed) || self.is_extended()
    }

    /// Was it extended?
    #[must_use]
    pub fn is_extended(&self) -> bool {
        self.had(Event::Extended)
    }

    fn had(&self, event: Event) -> bool {
        self.events.iter().any(|happened| happened.event == event)
    }

    /// Adds what happened. `pack` is the one in force on the day of receipt; nothing where no law sets a time.
    ///
    /// # Errors
    ///
    /// [`RightsError::Order`] if the request is closed or had this event already; [`RightsError::Backwards`] if the day is before
    /// the last one; [`RightsError::NoExtension`] and [`RightsError::TooLate`] for an extension that the law does not allow. The
    /// request is then as it was.
    pub fn add(
        &mut self,
        event: Event,
        day: Date,
        pack: Option<&Pack>,
        holidays: &Holidays,
    ) -> Result<(), RightsError> {
        let state = self.state();
        if state.is_closed() || self.had(event) {
            return Err(RightsError::Order { state, event });
        }
        let last = self.events.last().map_or(self.received, |last| last.day);
        if day < last {
            return Err(RightsError::Backwards { day, last });
        }
        if event == Event::Extended {
            self.may_extend(day, pack, holidays)?;
        }
        self.events.push(Happened { event, day });
        Ok(())
    }

    fn may_extend(
        &self,
        day: Date,
        pack: Option<&Pack>,
        holidays: &Holidays,
    ) -> Result<(), RightsError> {
        let none = || RightsError::NoExtension(self.kind);
        let pack = pack.ok_or_else(none)?;
        let clock = pack.clock(Step::Answer, self.kind).ok_or_else(none)?;
        clock.extended.as_ref().ok_or_else(none)?;
        let first = last_day(
            self.received,
            clock.amount,
            clock.unit,
            pack.counting.end,
            holidays,
        )?;
        if day > first {
            return Err(RightsError::TooLate(first));
        }
        Ok(())
    }
}
