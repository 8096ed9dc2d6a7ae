//! The key tree against real databases: SQLite always, PostgreSQL where `STRONGROOM_TEST_POSTGRES` names a server.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what clippy allows in a test function is just as right in what it calls"
)]

mod damage;
mod destroy;
mod harness;
mod log_keys;
mod pkcs11;
mod rotate;
mod seals;
mod shares;
mod speed;
mod together;
mod tree;
