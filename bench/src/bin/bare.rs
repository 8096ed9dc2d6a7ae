//! `bare`: the service without protection, for comparison only.
#![expect(clippy::print_stderr, reason = "a command talks")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use measure::bare::{Config, Open};
use tokio::sync::watch;

#[derive(Parser)]
#[command(about = "The service without protection, for comparison only")]
struct Cli {
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

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

async fn run(cli: Cli) -> measure::Outcome {
    let open = Open::new(Config {
        listen: cli.listen,
        data: cli.data,
        logged: !cli.unlogged,
        postgres: cli.postgres,
    })
    .await?;
    open.write_ready_file(&cli.ready_file)?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        drop(tokio::signal::ctrl_c().await);
        _ = stop.send(true);
    });
    open.serve(stopped).await;
    Ok(())
}
