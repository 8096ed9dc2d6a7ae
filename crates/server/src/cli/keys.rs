//! `strongroom keys`: what can be said to the key tree.

use std::path::PathBuf;

use base::{Class, PersonId, TenantId};
use clap::{Args, Subcommand, ValueEnum};

use super::Place;

/// `keys`
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Every key but those of persons, with generation, state and age
    List(KeysView),
    /// The tree in numbers, and how far re-wrapping and renewing are
    Status(KeysView),
    /// Make a new generation of a key; what is sealed under the old one stays readable
    Rotate(KeysRotate),
    /// Move everything under the newest generations, until nothing is left under old ones
    Rewrap(KeysView),
    /// Seal again, under persons' newest keys, what is sealed under older ones, until nothing is left under them
    Renew(KeysRenew),
    /// Destroy an old generation, or all keys of a person
    Destroy(KeysDestroy),
    /// Seal the root key in the way that the configuration now says, unsealing it in the way of another one
    Reseal(KeysReseal),
    /// Shares of the root key: some of their keepers together bring it back
    #[command(subcommand)]
    Shares(Shares),
}

/// `keys shares`
#[derive(Debug, Subcommand)]
pub enum Shares {
    /// Divide the root key into shares, each for somebody to keep
    Split(SharesSplit),
    /// Bring the root key back by enough shares, and seal it in the way that the configuration says
    Combine(SharesCombine),
}

/// `keys shares split`
#[derive(Debug, Args)]
pub struct SharesSplit {
    /// How many shares; 32 at most
    #[arg(long, value_name = "N")]
    pub shares: u8,
    /// How many of them it takes; 2 at least
    #[arg(long, value_name = "K")]
    pub threshold: u8,
    /// The folder to write them to, one file each
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Print them as well, to be written down by hand
    #[arg(long, conflicts_with = "json")]
    pub print: bool,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `keys shares combine`
#[derive(Debug, Args)]
pub struct SharesCombine {
    /// Files with shares of one set, each of which only its owner can read; `-` for one that is typed in
    #[arg(required = true, value_name = "SHARE")]
    pub shares: Vec<PathBuf>,
    /// Which installation, with the `[seal]` from now on
    #[command(flatten)]
    pub place: Place,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// A look at the keys.
#[derive(Debug, Args)]
pub struct KeysView {
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Which kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyLevel {
    /// The root key
    Root,
    /// A key-encryption key, of one tenant and class
    Kek,
    /// A person's key, of one class
    Person,
    /// The key that signs a tenant's log
    LogSigning,
    /// The key that seals a tenant's log
    LogSealing,
    /// The key that seals a tenant's small secrets
    Sealing,
    /// A tenant's RSA-4096 signing key
    Rsa,
}

/// `keys rotate`
#[derive(Debug, Args)]
pub struct KeysRotate {
    /// Which kind of key
    pub level: KeyLevel,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Whose (the only tenant, if there is one)
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// Of which class (`kek`: all, if not given)
    #[arg(long)]
    pub class: Option<Class>,
    /// Of which person (`person`)
    #[arg(long)]
    pub person: Option<PersonId>,
}

/// `keys renew`
#[derive(Debug, Args)]
pub struct KeysRenew {
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Whose (every tenant's, if not given)
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// What is kept about this person only
    #[arg(long)]
    pub person: Option<PersonId>,
    /// What is sealed under keys of this class only
    #[arg(long)]
    pub class: Option<Class>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `keys destroy`
#[derive(Debug, Args)]
pub struct KeysDestroy {
    /// Which kind of key
    pub level: KeyLevel,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Whose (the only tenant, if there is one)
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// Of which class
    #[arg(long)]
    pub class: Option<Class>,
    /// All keys of this person: what is kept about them is unreadable from then on
    #[arg(long)]
    pub person: Option<PersonId>,
    /// Which old generation (of a person's key: once `keys renew` has left nothing under it)
    #[arg(long)]
    pub generation: Option<u32>,
    /// Do it
    #[arg(long)]
    pub yes: bool,
}

/// `keys reseal`
#[derive(Debug, Args)]
pub struct KeysReseal {
    /// Which installation, with the new `[seal]`
    #[command(flatten)]
    pub place: Place,
    /// A configuration file whose `[seal]` unseals the root key now
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
}
