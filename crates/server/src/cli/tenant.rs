//! `tenant`: the end of a tenant's contract.

use std::path::PathBuf;

use base::TenantId;
use clap::{Args, Subcommand};

use super::Place;

/// `tenant`
#[derive(Debug, Subcommand)]
pub enum Tenant {
    /// Note that the contract ends: from then on nothing new is stored, and 30 days later everything is destroyed
    End(TenantEnd),
    /// Take that back, as long as the destruction has not begun
    Keep(TenantView),
    /// How the end of the contract stands
    Status(TenantStatus),
}

/// `tenant keep`
#[derive(Debug, Args)]
pub struct TenantView {
    /// Which tenant
    pub tenant: TenantId,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `tenant end`
#[derive(Debug, Args)]
pub struct TenantEnd {
    /// The day on which it ends (UTC), e.g. 2027-01-31; at once, if not given
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
    /// Where
    #[command(flatten)]
    pub view: TenantView,
}

/// `tenant status`
#[derive(Debug, Args)]
pub struct TenantStatus {
    /// Write the certificate of the destruction here
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Where
    #[command(flatten)]
    pub view: TenantView,
}
