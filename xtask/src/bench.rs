//! `cargo xtask bench`: to come.

use clap::Args;

use crate::Outcome;

/// Options of `bench`.
#[derive(Args)]
pub struct Options {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Measure.
pub fn run(options: &Options) -> Outcome<bool> {
    Err(format!("not there yet (json: {})", options.json).into())
}
