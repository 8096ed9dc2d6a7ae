//! `strongroom`: see `strongroom --help`.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    server::commands::run(server::cli::Cli::parse())
}
