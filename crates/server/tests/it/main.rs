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
mod accesses;
mod accounts;
mod acting;
mod addresses;
mod apps;
mod asking;
mod backup;
mod beside;
mod buckets;
mod bulk;
mod canaries;
mod cards;
mod chains;
mod checks;
mod clock;
mod cluster;
mod commands;
mod contract;
mod crash;
mod crowd;
mod disk;
mod doctor;
mod drill;
mod early;
mod encrypted;
mod erase;
mod erasures;
mod exports;
mod failover;
mod faults;
mod files;
mod foreign;
mod garden;
mod gate;
mod guardians;
mod house;
mod hsm;
mod import;
mod large;
mod load;
mod notices;
mod pages;
mod parts;
mod portal;
mod portal_words;
mod post;
mod previews;
mod previous;
mod processing;
mod proxies;
mod races;
mod reach;
mod records;
mod refusals;
mod renew;
mod rights;
mod roles;
mod rows;
mod running;
mod scale;
mod sent;
mod shares;
mod sharing;
mod standing;
mod stock;
mod stories;
mod time;
mod transfers;
mod users;
mod walk;
