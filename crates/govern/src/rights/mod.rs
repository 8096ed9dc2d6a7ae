//! Requests of data subjects: what is asked for, how a request goes on, and by when the law wants which step.
//!
//! Invariant: a clock is computed from the day of receipt and the rule pack in force on that day, and from nothing else. No
//! later event moves it, but a notice of extension given in time.
//! Invariant: a missing list of holidays makes a day earlier, never later. How each rule is read stands in its pack.

mod clock;
mod days;
mod pack;
mod request;

pub use clock::{Due, day_of, due, expires};
pub use days::Holidays;
pub use pack::{Clock, Counting, End, Extended, Law, Pack, Step, Unit, in_force, packs, version};
pub use request::{Event, Happened, Kind, Request, State};

use jiff::civil::Date;

/// Why a rule pack, a day or a step of a request is refused.
#[derive(Debug, thiserror::Error)]
pub enum RightsError {
    /// A rule pack or a list of holidays does not hold together.
    #[error("{file}: {why}")]
    Rules {
        /// Which file.
        file: String,
        /// What is wrong there.
        why: String,
    },
    /// No pack of this law was in force on the day.
    #[error("no rules of {law:?} are known for {day}")]
    NoRules {
        /// Of which law.
        law: Law,
        /// On which day.
        day: Date,
    },
    /// A day lies outside what a calendar can say.
    #[error("the day cannot be computed: {0}")]
    Day(#[from] jiff::Error),
    /// The request is in a state that this step does not follow.
    #[error("a request that is {state:?} cannot be {event:?}")]
    Order {
        /// In which state it is.
        state: State,
        /// What was to happen.
        event: Event,
    },
    /// The law knows no extension for this kind.
    #[error("no extension is known for {0:?}")]
    NoExtension(Kind),
    /// The notice of extension comes after the first period ended.
    #[error(
        "the first period ended on {0}; an extension has to be announced before that day is over"
    )]
    TooLate(Date),
    /// An event lies before the one that it follows.
    #[error("{day} is before {last}, the day of what happened last")]
    Backwards {
        /// The day that was told.
        day: Date,
        /// The day of the last event.
        last: Date,
    },
}
