//! `ops cipher | keys | log`: measured inside one process; a line of JSON per figure on standard output.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command talks")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use measure::ops::{self, Plan};

#[derive(Parser)]
#[command(about = "Measures the cipher, the key tree and the log inside one process")]
struct Cli {
    operation: Operation,
    /// An empty folder.
    #[arg(long)]
    data: PathBuf,
    /// A fiftieth of everything.
    #[arg(long)]
    quick: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Operation {
    Cipher,
    Keys,
    Log,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let plan = Plan {
        data: cli.data,
        quick: cli.quick,
    };
    let rows = match cli.operation {
        Operation::Cipher => ops::cipher::run(&plan),
        Operation::Keys => ops::keys::run(&plan).await,
        Operation::Log => ops::log::run(&plan).await,
    };
    match rows {
        Ok(rows) => {
            for row in rows {
                println!("{row}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}
