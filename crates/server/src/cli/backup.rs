//! `strongroom backup` and `strongroom restore`: recovery points.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Place;

/// `backup`
#[derive(Debug, Subcommand)]
pub enum Backup {
    /// Make a recovery point of what there is now
    Now(BackupNow),
    /// The recovery points that there are, the newest first
    List(BackupView),
    /// What belongs to a recovery point
    Show(BackupPoint),
    /// Whether a recovery point holds: its signature, its entry in the log, every byte, and the database inside
    Verify(BackupVerify),
    /// Back the key store up now, and destroy its older backups: all but one, or all, if somebody was erased since
    Keys(BackupView),
    /// How old the newest recovery point is, and who that was erased is beyond everybody's reach
    Status(BackupView),
    /// Remove the recovery points whose time is over, and every byte that only they needed; run it daily, apart from what serves
    Prune(BackupView),
    /// Propose that recovery points be destroyed before their time: two accounts of staff have to agree, and then it waits
    Destroy(BackupDestroy),
    /// Write a key file with which restic opens the repository without us
    ResticKey(BackupResticKey),
}

/// A look at the repository.
#[derive(Debug, Args)]
pub struct BackupView {
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `backup destroy`
#[derive(Debug, Args)]
pub struct BackupDestroy {
    /// Their names, or the first characters of them, or `latest`
    #[arg(value_name = "POINT")]
    pub points: Vec<String>,
    /// All that were made until now
    #[arg(long, conflicts_with = "points")]
    pub all: bool,
    /// Why
    #[arg(long, value_enum, required_unless_present_any = ["list", "cancel"])]
    pub reason: Option<DestroyReason>,
    /// Only show what was proposed
    #[arg(long, conflicts_with_all = ["points", "all", "reason"])]
    pub list: bool,
    /// Call this one off
    #[arg(long, value_name = "ID", conflicts_with_all = ["points", "all", "reason", "list"])]
    pub cancel: Option<base::PrivilegeId>,
    /// Which installation
    #[command(flatten)]
    pub view: BackupView,
}

/// Why recovery points are destroyed before their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DestroyReason {
    /// The repository's key is in wrong hands
    KeyLeaked,
    /// They hold what must not be kept
    MustNotBeKept,
    /// A court or an authority wants it
    Order,
    /// The installation is given up, or lies elsewhere
    Moved,
    /// Another one
    Other,
}

/// `backup now`
#[derive(Debug, Args)]
pub struct BackupNow {
    /// Which installation
    #[command(flatten)]
    pub view: BackupView,
    /// The run that a server begins by the clock
    #[arg(long, value_name = "NUMBER", hide = true)]
    pub as_run: Option<u64>,
}

/// `drill`: what is promised for the worst day, done for practice.
#[derive(Debug, Subcommand)]
pub enum Drill {
    /// Run a drill now
    Run(DrillRun),
    /// The last drills and recovery points, and what is late
    List(BackupView),
}

/// Which drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DrillKind {
    /// Compare random objects of the newest recovery point with the living ones
    Objects,
    /// Restore the newest point and the newest backup of the keys to a scratch place, verify it, read a record, and try to open somebody who was erased
    Restore,
    /// The same, served as a second instance on this machine: sign in and read over TLS
    Boot,
    /// The same from nothing: what unseals the root key is taken to be lost, and a quorum's shares, divided for this drill alone, bring it back
    Rebuild,
    /// Have PostgreSQL's primary give way, by the command that the configuration names, while something is written; with --yes
    Failover,
}

/// `drill run`
#[derive(Debug, Args)]
pub struct DrillRun {
    /// Which
    #[arg(value_enum)]
    pub kind: DrillKind,
    /// Really have the primary give way: nobody can write for a while
    #[arg(long)]
    pub yes: bool,
    /// A point of PostgreSQL: a file with the URL of an empty database for the data
    #[arg(long, value_name = "FILE", requires = "postgres_keys")]
    pub postgres_data: Option<PathBuf>,
    /// A point of PostgreSQL: a file with the URL of an empty database for the keys
    #[arg(long, value_name = "FILE", requires = "postgres_data")]
    pub postgres_keys: Option<PathBuf>,
    /// Which installation
    #[command(flatten)]
    pub view: BackupView,
    /// The run that a server begins by the clock
    #[arg(long, value_name = "NUMBER", hide = true)]
    pub as_run: Option<u64>,
}

/// A look at a point.
#[derive(Debug, Args)]
pub struct BackupPoint {
    /// Its name, or the first characters of it, or `latest`
    #[arg(default_value = "latest")]
    pub point: String,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `backup verify`
#[derive(Debug, Args)]
pub struct BackupVerify {
    /// Which point
    #[command(flatten)]
    pub of: BackupPoint,
    /// Only the signature, the entry in the log, and whether everything is there; read no data
    #[arg(long)]
    pub quick: bool,
}

/// `backup restic-key`
#[derive(Debug, Args)]
pub struct BackupResticKey {
    /// The passphrase that restic will ask for, in a file
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: PathBuf,
    /// The folder to write the key file to; put it into `keys/` of the repository, or of a copy of it
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
}

/// `restore`
#[derive(Debug, Args)]
pub struct Restore {
    /// The point's name, or the first characters of it, or `latest`
    #[arg(required_unless_present = "at")]
    pub point: Option<String>,
    /// Restore what there was at this moment (RFC 3339), or `now`: the newest point of before it, and what was sent since
    #[arg(long, value_name = "TIME", conflicts_with = "point")]
    pub at: Option<String>,
    /// The folder to restore to; it must be empty or not there yet
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// A point of PostgreSQL: a file with the URL of an empty database for the data
    #[arg(long, value_name = "FILE", requires = "postgres_keys")]
    pub postgres_data: Option<PathBuf>,
    /// A point of PostgreSQL: a file with the URL of an empty database for the keys
    #[arg(
        long,
        value_name = "FILE",
        requires = "postgres_data",
        conflicts_with = "live_keys"
    )]
    pub postgres_keys: Option<PathBuf>,
    /// Use the key store of the installation as it is, instead of its newest backup
    #[arg(long)]
    pub live_keys: bool,
    /// A share of the root key, where what unseals it is lost: name enough of them, each with its own `--share`
    #[arg(long = "share", value_name = "SHARE", conflicts_with = "live_keys")]
    pub shares: Vec<PathBuf>,
    /// Which installation: its configuration and its secrets
    #[command(flatten)]
    pub place: Place,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
