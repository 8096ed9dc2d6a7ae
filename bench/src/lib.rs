//! What Strongroom's price is measured with: the same service without any protection (`bare`), and a closed-loop load over TLS.
//!
//! Invariant: both services get the same bytes from the same client; a figure counts only when every answer was the right one.

pub mod bare;
pub mod chance;
pub mod client;
pub mod load;
pub mod oauth;
pub mod ops;
pub mod person;
pub mod process;
pub mod rustic;
pub mod sample;
pub mod seed;
pub mod target;
pub mod work;

#[cfg(test)]
mod tests;

/// What can go wrong is told to a person.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
