//! The binary `strongroom`: every command, and the composition of the areas.
//!
//! Invariant: only this crate reads the environment, configuration files and the machine's clock.

pub mod alerts;
pub mod api;
pub mod backup;
pub mod bulk;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
mod console;
pub mod contract;
mod desk;
mod doctor;
pub mod drill;
pub mod erasures;
pub mod errors;
pub mod exports;
mod failure;
pub mod files;
pub mod gate;
mod installation;
pub mod jobs;
pub mod leftovers;
mod nodes;
pub mod notices;
pub mod people;
mod portal;
pub mod post;
mod postgres;
pub mod previews;
pub mod private;
mod privileges;
pub mod probes;
pub mod processing;
pub mod quorum;
mod remind;
mod remote;
mod removal;
pub mod restore;
pub mod retention;
pub mod rights;
pub mod secrets;
mod serving;
pub mod sharing;
mod site;
pub mod standing;
pub mod telemetry;
pub mod tls;
mod transfers;

pub use failure::Failure;
pub use installation::{Installation, register, rules, shape};
pub use privileges::{appoint, let_fall};
pub use remind::remind;
pub use serving::{Serving, Told};

/// The name of the installation's own log.
pub const OPERATOR: &str = "operator";

/// The keys of what the console says: tests see that none shows through.
#[must_use]
pub fn console_words() -> Vec<String> {
    web::words::keys(&console::SOURCES)
}
