//! The log as a whole: on a real database, tampered with, exported, and against files that others made.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "these are tests: what is not as expected ends them, and measurements are read by people"
)]

mod about;
mod anchors;
mod append;
mod export;
mod folder;
mod foreign;
mod formats;
mod guards;
mod measure;
mod read;
mod support;
mod tamper;
