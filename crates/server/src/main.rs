//! `strongroom`: see `strongroom --help`.

use std::process::ExitCode;

use clap::Parser;

/// A request makes some hundred small allocations; the C library's allocator took a tenth of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::commands::run(server::cli::Cli::parse())
}
