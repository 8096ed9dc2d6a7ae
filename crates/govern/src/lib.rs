//! Promises, the checks that measure whether they are kept, the evidence, and the trust page that shows both.
//!
//! A promise is one sentence of the security page (`promises/*.toml`, [`catalogue`]). A [`Check`] measures it on the running
//! system through small traits that `server` fills with the real things. Each result goes into the evidence table and, in the
//! same commit, into the operator's log ([`Ledger`]); the page reads nothing else.
//!
//! Invariant: a promise is shown as kept only if its check held lately *and* has been seen failing in a drill. A check that
//! cannot fail proves nothing.
//! Invariant: what was measured is data ([`Outcome`]), never a sentence; the page says it in the reader's language.

pub mod canary;
pub mod catalogue;
mod check;
pub mod checks;
mod error;
mod ledger;
pub mod pages;
pub mod real;
pub mod rights;
mod run;
mod sql;
mod state;
pub mod tls;

#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, Group, Kind, Promise, Text};
pub use check::{Check, Fact, Measuring, Outcome, ProbeError, Probing, Problem, Seen, Wrong};
pub use error::GovernError;
pub use ledger::{Ledger, Mode, Record, Verdict};
pub use run::{run, run_one};
pub use sql::STATEMENTS;
pub use state::{PromiseView, Report, State, views};
pub use web::Lang;
