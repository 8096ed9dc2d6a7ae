//! `retention` and `hold`: what is past its time goes, and what must stay.

use std::path::PathBuf;

use base::{Name, ObjectId, PersonId, TenantId};
use clap::{Args, Subcommand};

use super::Place;

/// `retention`
#[derive(Debug, Subcommand)]
pub enum Retention {
    /// What is kept how long, what is past its time, and what the last passes destroyed
    Report(RetentionView),
    /// Destroy what is past its time, now; a running server does it once a day
    Run(RetentionRun),
}

/// `retention report`
#[derive(Debug, Args)]
pub struct RetentionView {
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// At which tenant (the only one, if there is one)
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `retention run`
#[derive(Debug, Args)]
pub struct RetentionRun {
    /// What to look at
    #[command(flatten)]
    pub view: RetentionView,
    /// Only count what would go
    #[arg(long)]
    pub dry_run: bool,
}

/// `hold`
#[derive(Debug, Subcommand)]
pub enum Hold {
    /// Place a legal hold: nothing that it covers is destroyed
    Place(HoldPlace),
    /// Legal holds, newest first
    List(RetentionView),
    /// Lift a legal hold
    Lift(HoldLift),
}

/// `hold place`
#[derive(Debug, Args)]
pub struct HoldPlace {
    /// On everything about this person
    #[arg(long, value_name = "PERSON")]
    pub person: Option<PersonId>,
    /// On every record of this collection
    #[arg(long, value_name = "COLLECTION", conflicts_with = "person")]
    pub collection: Option<Name>,
    /// On everything of the tenant
    #[arg(long, conflicts_with_all = ["person", "collection"])]
    pub everything: bool,
    /// A file with the reason; it is kept sealed
    #[arg(long, value_name = "FILE")]
    pub reason_file: PathBuf,
    /// Until when, e.g. 2027-01-31T00:00:00Z; until it is lifted, if not given
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Where
    #[command(flatten)]
    pub view: RetentionView,
}

/// `hold lift`
#[derive(Debug, Args)]
pub struct HoldLift {
    /// Which
    #[arg(value_name = "HOLD")]
    pub hold: ObjectId,
    /// Where
    #[command(flatten)]
    pub view: RetentionView,
}

/// `processing`
#[derive(Debug, Args)]
pub struct Processing {
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Of which tenant (the only one, if there is one)
    #[arg(long)]
    pub tenant: Option<TenantId>,
    /// The language of the promises: sv, de, it, fr or en
    #[arg(long, default_value = "en")]
    pub lang: String,
    /// As a table to open elsewhere
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
