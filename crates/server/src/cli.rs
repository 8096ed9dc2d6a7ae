//! The command line. Data on stdout, talk on stderr; exit code 0 held, 1 did not hold, 2 used wrongly.

mod app;
mod backup;
mod demo;
mod keys;
mod tenant;
mod time;
pub mod user;

use std::path::PathBuf;

use base::{Class, Name, PersonId, RecordId, TenantId, TokenId};
use clap::{Args, Parser, Subcommand, ValueEnum};
use policy::Role;

pub use app::{App, AppOf, AppRegister, AppReview, AppVerdict, AppView};
pub use backup::{
    Backup, BackupDestroy, BackupNow, BackupPoint, BackupResticKey, BackupVerify, BackupView,
    DestroyReason, Drill, DrillKind, DrillRun, Restore,
};
pub use demo::{Demo, Doctor, Migrate};
pub use keys::{
    KeyLevel, Keys, KeysDestroy, KeysRenew, KeysReseal, KeysRotate, KeysView, Shares,
    SharesCombine, SharesSplit,
};
pub use tenant::{Tenant, TenantEnd, TenantStatus, TenantView};
pub use time::{Hold, HoldLift, HoldPlace, Processing, Retention, RetentionRun, RetentionView};

/// Stores sensitive personal data sealed by class, opens them for a stated purpose, and proves every look.
#[derive(Debug, Parser)]
#[command(
    name = "strongroom",
    version,
    max_term_width = 110,
    arg_required_else_help = true
)]
#[command(
    after_help = "Begin with `strongroom demo`. Documentation: docs/ and https://127.0.0.1:8443/v1/docs of a running server."
)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make an installation with synthetic people and serve it: the quickest way to see everything
    Demo(Demo),
    /// Serve an installation
    Serve(Place),
    /// How an installation stands: nodes, replication, recovery points, what would be lost now, drills, what is late; exit code 1 if something is broken
    Status(BackupView),
    /// Measure whether the promises of the security page are kept
    Check(Check),
    /// Bring data in from outside
    #[command(subcommand)]
    Import(Import),
    /// Write a person's records and files into one archive
    Export(Export),
    /// Erase a person, for ever
    Erase(Erase),
    /// What is past its time: report and destroy it
    #[command(subcommand)]
    Retention(Retention),
    /// Legal holds: what must stay
    #[command(subcommand)]
    Hold(Hold),
    /// The end of a tenant's contract
    #[command(subcommand)]
    Tenant(Tenant),
    /// The records of processing activities (GDPR, article 30)
    Processing(Processing),
    /// Write synthetic people as files: FHIR R4 bundles, cycle diaries, wearable measurements
    Synth(Synth),
    /// The key tree: list, rotate, re-wrap, destroy
    #[command(subcommand)]
    Keys(Keys),
    /// The tamper-evident log: show, verify, prove, export
    #[command(subcommand)]
    Log(Log),
    /// Recovery points: make, list, look at, verify, prune
    #[command(subcommand)]
    Backup(Backup),
    /// Put a recovery point into a folder
    Restore(Restore),
    /// What is promised for the worst day, done for practice and measured
    #[command(subcommand)]
    Drill(Drill),
    /// The data register: what may be kept, and how it is protected
    #[command(subcommand)]
    Register(Register),
    /// The rules: who may do what to what, for which purpose
    #[command(subcommand)]
    Policy(Policy),
    /// Tokens that let programs and people in
    #[command(subcommand)]
    Token(Token),
    /// Accounts of people and staff
    #[command(subcommand)]
    User(user::User),
    /// Apps: programs that people let in (OAuth 2.0)
    #[command(subcommand)]
    App(App),
    /// The configuration file
    #[command(subcommand)]
    Config(Config),
    /// Look at the machine before the first start: disk, clock, limits, rights, swap, databases; and what to mend
    Doctor(Doctor),
    /// Bring the databases of an installation up to this program's schema
    Migrate(Migrate),
    /// Write the reference documentation that is made from code
    #[command(subcommand, hide = true)]
    Docs(Docs),
}

/// Which installation.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// The configuration file
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub config: Option<PathBuf>,
    /// The folder of an installation (its configuration is DIR/strongroom.toml)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// `check`
#[derive(Debug, Args)]
pub struct Check {
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Only this promise
    #[arg(value_name = "PROMISE")]
    pub only: Vec<String>,
    /// Also break each thing on purpose, beside the real one, and see the check fail
    #[arg(long)]
    pub prove: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `import`
#[derive(Debug, Subcommand)]
pub enum Import {
    /// FHIR R4 bundles, resources and NDJSON: files and folders
    Fhir(ImportFhir),
}

/// `import fhir`
#[derive(Debug, Args)]
pub struct ImportFhir {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Go through the API of a running server instead
    #[arg(long, value_name = "URL", requires = "token_file", conflicts_with_all = ["config", "data"])]
    pub url: Option<String>,
    /// The CA that signed the server's certificate
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// A file that holds a token of the role `app`
    #[arg(long = "token-file", alias = "token", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Into which tenant (the only one, if there is one)
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// The outcome as JSON
    #[arg(long)]
    pub json: bool,
}

/// `policy`
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Are policies right? Those that come with the program, and an installation's own (Cedar files or folders of them)
    Check(PolicyFiles),
    /// Ask every question that there is, and see that no answer breaks a law of the house
    Test(PolicyFiles),
    /// Who may do what to what, for which purpose, and by which policy
    Explain(PolicyExplain),
    /// Who gains and who loses from one set of policies to another
    Diff(PolicyDiff),
    /// The schema that policies are written against, made from the register
    Schema(Place),
}

/// Policies to look at.
#[derive(Debug, Args)]
pub struct PolicyFiles {
    /// Cedar files and folders. Those that permit something are a whole set; those that only forbid narrow the program's
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Which installation: its register and its own policies
    #[command(flatten)]
    pub place: Place,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `policy explain`
#[derive(Debug, Args)]
pub struct PolicyExplain {
    /// Only this role
    #[arg(long)]
    pub role: Option<Role>,
    /// The policies to explain
    #[command(flatten)]
    pub files: PolicyFiles,
}

/// `policy diff`
#[derive(Debug, Args)]
pub struct PolicyDiff {
    /// The policies of before: a Cedar file, a folder, or `built-in`
    #[arg(value_name = "OLD")]
    pub before: PathBuf,
    /// The policies of afterwards
    #[arg(value_name = "NEW")]
    pub after: PathBuf,
    /// Which installation's register they are about
    #[command(flatten)]
    pub place: Place,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `export`
#[derive(Debug, Args)]
pub struct Export {
    /// Whom
    pub person: PersonId,
    /// The file to write: a zip, or with a passphrase a zip sealed with age; it must not be there yet
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// Seal it under the passphrase in this file (age; `age --decrypt` opens it)
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// The language of the page inside: sv, de, it, fr, en
    #[arg(long, default_value = "en")]
    pub lang: String,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Of which tenant (the only one, if there is one)
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `erase`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Erase {
    /// Look at an erasure that was
    #[command(subcommand)]
    pub look: Option<LookAtErasure>,
    /// Whom
    #[arg(required = true)]
    pub person: Option<PersonId>,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Of which tenant (the only one, if there is one)
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// Do it; without this, only say what would go
    #[arg(long)]
    pub yes: bool,
    /// Write the signed certificate to this file
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// What there is to see of an erasure.
#[derive(Debug, Subcommand)]
pub enum LookAtErasure {
    /// Search every place where something about an erased person, or of records that they had deleted, could be left, and say what is there
    Prove(ProveErasure),
    /// Check a certificate of an erasure: its signature, and the proof in it. Needs no installation, only the log's public keys
    Verify(VerifyErasure),
}

/// `erase verify`
#[derive(Debug, Args)]
pub struct VerifyErasure {
    /// The certificate
    pub file: PathBuf,
    /// The log's public keys, one a line, as `/log/TENANT/vkeys` gives them
    #[arg(long, value_name = "FILE")]
    pub vkeys: PathBuf,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `erase prove`
#[derive(Debug, Args)]
pub struct ProveErasure {
    /// Whom
    pub person: PersonId,
    /// Only the records of this collection, of somebody who is still there
    #[arg(long, value_name = "NAME")]
    pub collection: Option<Name>,
    /// Only this one of them
    #[arg(long, value_name = "ID", requires = "collection")]
    pub record: Option<RecordId>,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Of which tenant (the only one, if there is one)
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `synth`
#[derive(Debug, Args)]
pub struct Synth {
    /// The folder to write to; made if missing
    pub folder: PathBuf,
    /// How many people
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub persons: u32,
    /// The same seed makes the same people
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// `log`
#[derive(Debug, Subcommand)]
pub enum Log {
    /// Entries, newest first
    Show(LogShow),
    /// Verify every entry, tile and signature; finds edits, deletions, truncation, forks and reordering, and names them
    Verify(LogVerify),
    /// A proof of one entry that a third party can check without us
    Prove(LogProve),
    /// Entries as NDJSON for another system, or the log as static tiles
    Export(LogExport),
}

/// `log show`
#[derive(Debug, Args)]
pub struct LogShow {
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Whose log (the only tenant's, if there is one; `operator` for the installation's own)
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// Index of the first entry (default: the newest ones)
    #[arg(long)]
    pub from: Option<u64>,
    /// How many
    #[arg(long, default_value_t = 20)]
    pub limit: u64,
    /// As NDJSON
    #[arg(long)]
    pub json: bool,
}

/// `log verify`
#[derive(Debug, Args)]
pub struct LogVerify {
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Only this tenant's log
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// Verify an exported folder of tiles instead, without keys
    #[arg(long, value_name = "DIR", conflicts_with_all = ["config", "data"], requires = "vkey")]
    pub tiles: Option<PathBuf>,
    /// A file with the log's public keys (vkeys), for `--tiles`
    #[arg(long, value_name = "FILE")]
    pub vkey: Option<PathBuf>,
    /// A checkpoint that was kept elsewhere: the log must contain it
    #[arg(long, value_name = "FILE")]
    pub anchor: Vec<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `log prove`
#[derive(Debug, Args)]
pub struct LogProve {
    /// The entry's index
    pub entry: u64,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Whose log
    #[arg(long)]
    pub tenant: Option<TenantId>,
}

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// OCSF 1.x (API Activity), NDJSON
    Ocsf,
    /// Elastic Common Schema, flat NDJSON
    Ecs,
    /// FHIR R4 AuditEvent, NDJSON
    Fhir,
    /// The log itself: C2SP tiles in a folder, with the public keys
    Tiles,
}

/// `log export`
#[derive(Debug, Args)]
pub struct LogExport {
    /// In which form
    #[arg(long, value_enum)]
    pub format: LogFormat,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Whose log
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// From this entry on
    #[arg(long, default_value_t = 0)]
    pub from: u64,
    /// The folder for `--format tiles`
    #[arg(long, value_name = "DIR", required_if_eq("format", "tiles"))]
    pub out: Option<PathBuf>,
}

/// `register`
#[derive(Debug, Subcommand)]
pub enum Register {
    /// Whether register files are right; every problem with file, line and hint
    Check {
        /// Register files (the shipped packs, if neither they nor an installation is named)
        #[arg(conflicts_with_all = ["config", "data"])]
        files: Vec<PathBuf>,
        /// The register of which installation
        #[command(flatten)]
        place: Place,
    },
    /// Collections, fields and classes
    Show {
        /// Only this collection
        collection: Option<Name>,
        /// Which installation (the shipped packs, if none)
        #[command(flatten)]
        place: Place,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// What differs between two register files: what is more or less protected, what breaks stored data
    Diff {
        /// As it was
        before: PathBuf,
        /// As it shall be
        after: PathBuf,
    },
}

/// `token`
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token; it is shown once
    Create(TokenCreate),
    /// The tokens of a tenant
    List(TokenList),
    /// End a token; each running node notices within a second
    Revoke(TokenRevoke),
}

/// `token create`
#[derive(Debug, Args)]
pub struct TokenCreate {
    /// app, person, clinician, security, operator, owner, administrator, compliance, support or developer
    #[arg(long)]
    pub role: Role,
    /// What it is for, as the list will show it; no person's name
    #[arg(long)]
    pub label: String,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Of which tenant (the only one, if there is one)
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// About whom, for the role `person`
    #[arg(long, required_if_eq("role", "person"))]
    pub person: Option<PersonId>,
    /// Only these collections
    #[arg(long, value_delimiter = ',')]
    pub collections: Option<Vec<Name>>,
    /// Only these classes
    #[arg(long, value_delimiter = ',')]
    pub classes: Option<Vec<Class>>,
    /// May not change anything
    #[arg(long)]
    pub read_only: bool,
    /// How long it lives, in days
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u64).range(1..=3650))]
    pub days: u64,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `token list`
#[derive(Debug, Args)]
pub struct TokenList {
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Of which tenant
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `token revoke`
#[derive(Debug, Args)]
pub struct TokenRevoke {
    /// Its id, as the list shows it
    pub id: TokenId,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Of which tenant
    #[arg(long)]
    pub tenant: Option<TenantId>,
}

/// `config`
#[derive(Debug, Subcommand)]
pub enum Config {
    /// A configuration to begin with, every key with its meaning
    Sample,
    /// Whether a configuration is right, without touching anything
    Check {
        /// Whose configuration
        #[command(flatten)]
        place: Place,
    },
}

/// `docs`
#[derive(Debug, Subcommand)]
pub enum Docs {
    /// Every stable error code
    Errors,
    /// The OpenAPI description
    Openapi,
}
