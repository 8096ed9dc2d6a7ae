//! `load seed | run`: the load generator, driven by `cargo xtask bench`. Figures as JSON on standard output.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command talks")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use measure::load::{self, Plan};
use measure::seed::Seed;
use measure::target::Target;
use measure::work::Work;

#[derive(Parser)]
#[command(about = "Closed-loop load over TLS")]
struct Cli {
    /// The server's ready file.
    #[arg(long)]
    ready: PathBuf,
    /// Where the seed is kept.
    #[arg(long)]
    seed: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write persons and records.
    Seed {
        /// How many persons.
        #[arg(long, default_value_t = 500)]
        persons: u64,
        /// Records of each.
        #[arg(long, default_value_t = 50)]
        records: u64,
    },
    /// Measure one workload.
    Run(Run),
}

#[derive(Args)]
struct Run {
    #[arg(long)]
    work: Work,
    #[arg(long, default_value_t = 1)]
    connections: u64,
    /// Seconds before the clock starts.
    #[arg(long, default_value_t = 1.0)]
    warm: f64,
    /// Seconds that the clock runs.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Stop after so many requests.
    #[arg(long, default_value_t = u64::MAX)]
    requests: u64,
    #[arg(long, default_value_t = 0)]
    round: u64,
    #[arg(long, default_value_t = 256 << 20)]
    file_bytes: u64,
}

/// One thread: the load must not take both cores from the server that it measures.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(cli: Cli) -> measure::Outcome<ExitCode> {
    let target = Target::read(&cli.ready)?;
    match cli.command {
        Command::Seed { persons, records } => {
            Seed::plant(&target, persons, records)
                .await?
                .write(&cli.seed)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Run(run) => {
            let plan = Plan {
                work: run.work,
                connections: run.connections,
                warm: Duration::from_secs_f64(run.warm),
                measure: Duration::from_secs_f64(run.seconds),
                requests_max: run.requests,
                round: run.round,
                file_bytes: run.file_bytes,
            };
            let figures = load::run(&target, &Arc::new(Seed::read(&cli.seed)?), plan).await?;
            println!("{}", figures.json());
            Ok(ExitCode::from(u8::from(figures.wrong > 0)))
        }
    }
}
