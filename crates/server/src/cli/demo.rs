//! `demo`, and `doctor`: before an installation is served in earnest.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::Place;

/// `demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Where to listen; port 0 lets the system choose
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8443")]
    pub listen: SocketAddr,
    /// Where metrics are served; port 0 lets the system choose
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub metrics: SocketAddr,
    /// Keep everything in this folder and start again from it; without, it is gone at the end
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// How many synthetic people
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub persons: u32,
    /// The same seed makes the same people
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Seal the root key with the passphrase in this file instead of a key file
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Register files beside the shipped packs
    #[arg(long, value_name = "FILE")]
    pub register: Vec<PathBuf>,
    /// Keep data and keys in PostgreSQL: a file with the data database's URL
    #[arg(long, value_name = "FILE", requires = "postgres_keys")]
    pub postgres_data: Option<PathBuf>,
    /// Keep data and keys in PostgreSQL: a file with the key database's URL
    #[arg(long, value_name = "FILE", requires = "postgres_data")]
    pub postgres_keys: Option<PathBuf>,
    /// Hours between recovery points, and so between drills; 0 makes none by the clock
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub backup_hours: u32,
    /// Once it serves, write url, tokens and ids to this file as JSON
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
}

/// `migrate`
#[derive(Debug, Args)]
pub struct Migrate {
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Make no recovery point first
    #[arg(long)]
    pub without_backup: bool,
}

/// `doctor`
#[derive(Debug, Args)]
pub struct Doctor {
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
