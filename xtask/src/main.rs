//! The project's own chores: `cargo xtask test | tidy | docs | bench | e2e`.
//!
//! Invariant: this crate stays light (it compiles in seconds and depends on no crate of the workspace), because every other chore waits for it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore talks to the person who runs it"
)]

mod bench;
mod docs;
mod e2e;
mod install;
mod moto;
mod postgres;
mod process;
mod report;
mod restic;
mod served;
mod softhsm;
mod test;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What can go wrong in a chore is told to a person and never handled by code, so text is enough.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "The project's own chores",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check everything: formatting, house rules, lints, generated docs, and all tests on SQLite and PostgreSQL.
    Test(test::Options),
    /// Check the house rules that no compiler checks.
    Tidy(tidy::Options),
    /// Write docs/reference from the code, or say whether it is fresh.
    Docs(docs::Options),
    /// Measure Strongroom against the bare service.
    Bench(bench::Options),
    /// Run a group of tests with foreign clients or a browser.
    E2e(e2e::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.chore {
        Chore::Test(options) => test::run(&options),
        Chore::Tidy(options) => tidy::run(&options),
        Chore::Docs(options) => docs::run(&options),
        Chore::Bench(options) => bench::run(&options),
        Chore::E2e(options) => e2e::run(&options),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// The folder of the workspace: of the one that cargo runs us in, which need not be where this binary was compiled.
pub fn root() -> Outcome<PathBuf> {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    Ok(here
        .parent()
        .ok_or("xtask has no parent folder")?
        .to_path_buf())
}
