//! The key tree against real databases: SQLite always, PostgreSQL where `STRONGROOM_TEST_POSTGRES` names a server.

mod damage;
mod destroy;
mod harness;
mod log_keys;
mod pkcs11;
mod rotate;
mod seals;
mod speed;
mod together;
mod tree;
