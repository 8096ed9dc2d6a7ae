//! The store as its callers see it: the same suite on SQLite and, where there is a server, on PostgreSQL.

mod faults;
mod jobs;
mod journal;
mod objects;
mod postgres;
mod reads;
mod schema;
mod speed;
mod writes;
