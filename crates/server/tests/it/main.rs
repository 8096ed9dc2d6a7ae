//! The binary as its users see it.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "What clippy allows in a test function is just as right in what it calls."
)]

mod access;
mod accounts;
mod addresses;
mod beside;
mod canaries;
mod cards;
mod checks;
mod commands;
mod crash;
mod erase;
mod faults;
mod files;
mod garden;
mod house;
mod import;
mod pages;
mod post;
mod records;
mod refusals;
mod running;
mod users;
mod walk;
