//! `strongroom app`: what it takes.

use std::path::PathBuf;

use base::{AppId, Purpose, TenantId};
use clap::{Args, Subcommand, ValueEnum};
use identity::oauth::{AuthMethod, GrantType, Profile, RedirectUri, TokenForm};

use super::Place;

/// `app`
#[derive(Debug, Subcommand)]
pub enum App {
    /// Register an app; it gets nothing before somebody else has reviewed it
    Register(Box<AppRegister>),
    /// The apps of a tenant
    List(AppView),
    /// Approve or refuse an app that somebody else registered
    Review(AppReview),
    /// A new secret; the one before stays valid for seven days
    Secret(AppOf),
    /// Stop an app, for good; all its tokens end with that, on each running node within a second
    Stop(AppOf),
}

/// `app register`
#[derive(Debug, Args)]
pub struct AppRegister {
    /// Its name, as people will read it
    #[arg(long, required_unless_present = "settings")]
    pub name: Option<String>,
    /// Whom to ask about it: an address of whoever makes it
    #[arg(long, default_value = "")]
    pub contact: String,
    /// How it proves itself: none, client_secret_basic, client_secret_post or private_key_jwt
    #[arg(long, default_value = "client_secret_basic")]
    pub auth_method: AuthMethod,
    /// compatible, or strict (FAPI 2.0)
    #[arg(long, default_value = "compatible")]
    pub profile: Profile,
    /// How it gets tokens: authorization_code, client_credentials, refresh_token
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "authorization_code,refresh_token"
    )]
    pub grant_types: Vec<GrantType>,
    /// Where people are sent back to, character by character
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub redirect_uris: Vec<RedirectUri>,
    /// What it may ask for, at most
    #[arg(long, default_value = "openid offline_access patient/*.rs")]
    pub scopes: String,
    /// Those of the scopes that a person may leave out, separated by spaces
    #[arg(long, default_value = "", value_name = "SCOPES")]
    pub optional: String,
    /// For which purposes it may use data, at most
    #[arg(long, value_delimiter = ',', default_value = "PATRQT")]
    pub purposes: Vec<Purpose>,
    /// Its public keys (a JWK set), for private_key_jwt
    #[arg(long, value_name = "FILE")]
    pub jwks: Option<PathBuf>,
    /// The form of its access tokens: opaque or jwt
    #[arg(long, default_value = "opaque")]
    pub access_tokens: TokenForm,
    /// Its access tokens must be bound to a key (DPoP)
    #[arg(long)]
    pub dpop_bound: bool,
    /// It is a resource server, and may ask about every token of the tenant
    #[arg(long)]
    pub introspects: bool,
    /// All of this in a file instead, as `POST /v1/apps` takes it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "jwks", "redirect_uris"])]
    pub settings: Option<PathBuf>,
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

/// `app list`
#[derive(Debug, Args)]
pub struct AppView {
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

/// Which app.
#[derive(Debug, Args)]
pub struct AppOf {
    /// Its client id, as the list shows it
    pub app: AppId,
    /// Which installation
    #[command(flatten)]
    pub place: Place,
    /// Of which tenant
    #[arg(long)]
    pub tenant: Option<TenantId>,
}

/// What a reviewer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AppVerdict {
    /// It may go to work
    Approve,
    /// It may not, ever
    Refuse,
}

/// `app review`
#[derive(Debug, Args)]
pub struct AppReview {
    /// Which app
    #[command(flatten)]
    pub of: AppOf,
    /// What you say
    pub verdict: AppVerdict,
}
