//! The verbs against a real vault: keys, log, SQLite.

mod bundles;
mod house;
mod round_trip;
mod verbs;
