//! `user`: accounts of people and staff.

use std::path::PathBuf;

use base::{AccountId, PersonId, TenantId};
use clap::{Args, Subcommand};
use policy::Role;

use super::Place;

/// `user`
#[derive(Debug, Subcommand)]
pub enum User {
    /// Make an account that may sign in at once, with a password from a file
    Add(UserAdd),
    /// The accounts of a tenant
    List(UserList),
    /// Invite somebody: they choose their own password by a link that is shown and sent
    Invite(UserInvite),
    /// Give an account of staff a role, without a second person: for the first owners
    Appoint(UserAppoint),
    /// Stop an account: its sessions end, on each running node within a second
    Stop(UserOne),
    /// Let a stopped account in again
    Resume(UserOne),
    /// A link to set a new password, for who cannot get mail; a second factor stays due
    ResetLink(UserOne),
}

/// Who it is.
#[derive(Debug, Args)]
pub struct Who {
    /// Where mail goes, and what they sign in with
    #[arg(long)]
    pub email: String,
    /// What they are called
    #[arg(long)]
    pub name: String,
    /// owner, administrator, security, operator, compliance, support, clinician, developer or person. It counts at once
    #[arg(long)]
    pub role: Role,
    /// The person whose account it is, for the role `person`
    #[arg(long, required_if_eq("role", "person"))]
    pub person: Option<PersonId>,
    /// sv, de, it, fr or en
    #[arg(long, default_value = "en")]
    pub language: String,
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

/// `user add`
#[derive(Debug, Args)]
pub struct UserAdd {
    /// Who
    #[command(flatten)]
    pub who: Who,
    /// A file that holds the password
    #[arg(long, value_name = "FILE")]
    pub password_file: PathBuf,
}

/// `user invite`
#[derive(Debug, Args)]
pub struct UserInvite {
    /// Who
    #[command(flatten)]
    pub who: Who,
}

/// `user appoint`
#[derive(Debug, Args)]
pub struct UserAppoint {
    /// The account's id
    pub id: AccountId,
    /// owner, administrator, security, operator, compliance, support, clinician or developer
    #[arg(long)]
    pub role: Role,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// At which tenant (the only one, if there is one)
    #[arg(long)]
    pub tenant: Option<TenantId>,
}

/// `user list`
#[derive(Debug, Args)]
pub struct UserList {
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

/// `user stop`, `user resume`, `user reset-link`
#[derive(Debug, Args)]
pub struct UserOne {
    /// The account's id
    pub id: AccountId,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Of which tenant
    #[arg(long)]
    pub tenant: Option<TenantId>,
}
