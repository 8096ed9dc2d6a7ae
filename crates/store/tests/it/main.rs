//! The store as its callers see it: the same suite on SQLite and, where there is a server, on PostgreSQL.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "What clippy allows in a test function is just as right in what it calls."
)]

mod faults;
mod jobs;
mod journal;
mod objects;
mod postgres;
mod reads;
mod schema;
mod speed;
mod writes;
