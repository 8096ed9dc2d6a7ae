//! Round trips, every way in which a sealed thing can be tampered with, and published vectors.

use base::SeededRng;
use proptest::test_runner::Config;

use crate::{Context, SymmetricKey};

mod boxes;
mod commitment;
mod files;
mod keys;
mod logins;
mod records;
mod signatures;
mod vectors;
mod wycheproof;

fn key(seed: u64) -> SymmetricKey {
    SymmetricKey::random(&SeededRng::new(seed))
}

fn place(label: &'static str) -> Context {
    Context::new(label).text("acme").bytes(&[7; 16]).int(3)
}

/// Enough for a property that holds by construction; each case seals for real.
fn cases() -> Config {
    Config {
        cases: 128,
        ..Config::default()
    }
}

/// Every way to flip one bit of `bytes`, with its byte's index.
fn flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        (bit / 8, flipped)
    })
}
