//! `strongroom-bench bare | seed | run | ops`: everything that measures, in one binary, because each one links for a minute.
//! Driven by `cargo xtask bench`; figures are JSON on standard output.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command talks")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use measure::Outcome;
use measure::bare::{Config, Open};
use measure::client::Client;
use measure::load::{self, Plan};
use measure::oauth::{self, Issuer};
use measure::ops;
use measure::person;
use measure::rustic;
use measure::seed::Seed;
use measure::target::Target;
use measure::work::Work;
use tokio::runtime::Builder;
use tokio::sync::watch;

/// The same as the program that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(about = "Measures Strongroom beside the same service without protection")]
enum Cli {
    /// Serve without protection, for comparison only.
    Bare(Bare),
    /// Load a server over TLS, in a closed loop.
    Load(Load),
    /// Fill one person, and measure what they and their pages do.
    Person(Person),
    /// Measure the cipher, the key tree or the log inside this process.
    Ops(Ops),
    /// Measure the library that recovery points are stored with, alone.
    Rustic(Rustic),
}

#[derive(Args)]
struct Bare {
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Folder for the database and the files.
    #[arg(long)]
    data: PathBuf,
    /// Written once it serves.
    #[arg(long)]
    ready_file: PathBuf,
    /// No access row.
    #[arg(long)]
    unlogged: bool,
    /// PostgreSQL instead of SQLite.
    #[arg(long)]
    postgres: Option<String>,
}

#[derive(Args)]
struct Load {
    /// The server's ready file.
    #[arg(long)]
    ready: PathBuf,
    /// Where the seed is kept.
    #[arg(long)]
    seed: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Write persons and records.
    Seed {
        /// How many persons.
        #[arg(long, default_value_t = 500)]
        persons: u64,
        /// Records of each.
        #[arg(long, default_value_t = 50)]
        records: u64,
    },
    /// Approve an app, as the security engineer.
    Approve {
        /// Its client id.
        app: String,
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
    /// Makes the names of new records unique across runs.
    #[arg(long, default_value_t = 0)]
    round: u64,
    #[arg(long, default_value_t = 256 << 20)]
    file_bytes: u64,
}

#[derive(Args)]
struct Person {
    /// The server's ready file: a demonstration of Strongroom.
    #[arg(long)]
    ready: PathBuf,
    /// Another node of it: only withdrawals are measured then, read there.
    #[arg(long)]
    other: Option<PathBuf>,
    #[arg(long, default_value_t = 100_000)]
    records: u64,
    #[arg(long, default_value_t = 10)]
    files: u64,
    #[arg(long, default_value_t = 4 << 20)]
    file_bytes: u64,
    /// How often each page is looked at.
    #[arg(long, default_value_t = 50)]
    looks: u64,
    #[arg(long, default_value_t = 20)]
    withdrawals: u64,
}

#[derive(Args)]
struct Ops {
    operation: Operation,
    /// An empty folder.
    #[arg(long)]
    data: PathBuf,
    /// A fiftieth of everything.
    #[arg(long)]
    quick: bool,
}

#[derive(Args)]
struct Rustic {
    /// A folder of files.
    #[arg(long)]
    source: PathBuf,
    /// Where the repository is made.
    #[arg(long)]
    repository: PathBuf,
    /// An empty folder to put everything back into.
    #[arg(long)]
    to: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Operation {
    Cipher,
    Keys,
    Log,
    Policy,
}

fn main() -> ExitCode {
    let held = match Cli::parse() {
        Cli::Bare(args) => on(Builder::new_multi_thread(), bare(args)),
        // One thread: the load must not take both cores from the server that it measures.
        Cli::Load(args) => on(Builder::new_current_thread(), load(args)),
        Cli::Person(args) => on(Builder::new_current_thread(), of_person(args)),
        Cli::Ops(args) => on(Builder::new_multi_thread(), operation(args)),
        Cli::Rustic(args) => library(args),
    };
    match held {
        Ok(held) => ExitCode::from(u8::from(!held)),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn on(mut runtime: Builder, work: impl Future<Output = Outcome<bool>>) -> Outcome<bool> {
    runtime.enable_all().build()?.block_on(work)
}

async fn bare(args: Bare) -> Outcome<bool> {
    let open = Open::new(Config {
        listen: args.listen,
        data: args.data,
        logged: !args.unlogged,
        postgres: args.postgres,
    })
    .await?;
    open.write_ready_file(&args.ready_file)?;
    let (stop, stopped) = watch::channel(false);
    let mut told = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = told.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        _ = stop.send(true);
    });
    open.serve(stopped).await;
    Ok(true)
}

async fn load(args: Load) -> Outcome<bool> {
    let target = Target::read(&args.ready)?;
    match args.what {
        What::Seed { persons, records } => {
            Seed::plant(&target, persons, records)
                .await?
                .write(&args.seed)?;
            Ok(true)
        }
        What::Approve { app } => {
            let reviewer = Target::read_as(&args.ready, "security")?;
            let mut client = Client::connect(&reviewer, reviewer.tls()?).await?;
            oauth::approve(&mut client, &app).await?;
            Ok(true)
        }
        What::Run(run) => {
            let plan = Plan {
                work: run.work,
                connections: run.connections,
                warm: Duration::from_secs_f64(run.warm),
                measure: Duration::from_secs_f64(run.seconds),
                requests_max: run.requests,
                round: run.round,
                file_bytes: run.file_bytes,
            };
            let mut seed = Seed::read(&args.seed)?;
            seed.issuer = Issuer::read(&args.seed)?;
            let figures = load::run(&target, &Arc::new(seed), plan).await?;
            println!("{}", figures.json());
            Ok(figures.wrong == 0)
        }
    }
}

async fn of_person(args: Person) -> Outcome<bool> {
    let plan = person::Plan {
        records: args.records,
        files: args.files,
        file_bytes: args.file_bytes,
        looks: args.looks,
        withdrawals: args.withdrawals,
    };
    let mut tell = |row: &serde_json::Value| println!("{row}");
    match &args.other {
        None => person::run(&args.ready, plan, &mut tell).await?,
        Some(other) => person::nodes(&args.ready, other, plan, &mut tell).await?,
    }
    Ok(true)
}

fn library(args: Rustic) -> Outcome<bool> {
    let seconds = rustic::run(&rustic::Plan {
        source: args.source,
        repository: args.repository,
        to: args.to,
    })?;
    println!("{seconds}");
    Ok(true)
}

async fn operation(args: Ops) -> Outcome<bool> {
    let plan = ops::Plan {
        data: args.data,
        quick: args.quick,
    };
    let rows = match args.operation {
        Operation::Cipher => ops::cipher::run(&plan)?,
        Operation::Keys => ops::keys::run(&plan).await?,
        Operation::Log => ops::log::run(&plan).await?,
        Operation::Policy => ops::policy::run(&plan)?,
    };
    for row in rows {
        println!("{row}");
    }
    Ok(true)
}
