//! `strongroom app`.

use audit::{Action, Entry, Outcome};
use base::{Ctx, TenantId};
use identity::oauth::{About, AppSettings, NewApp, Verdict};
use serde_json::Value;
use store::WriteSet;

use super::{Held, data, json, place, talk};
use crate::api::apps::{new_app, registered, shown};
use crate::cli::{App, AppOf, AppRegister, AppReview, AppVerdict, AppView};
use crate::{Failure, Installation};

/// Apps of a list.
const LIST_MAX: u32 = 10_000;

pub(super) async fn run(args: App) -> Held {
    match args {
        App::Register(args) => register(*args).await,
        App::List(args) => list(args).await,
        App::Review(args) => review(args).await,
        App::Secret(args) => secret(args).await,
        App::Stop(args) => stop(args).await,
    }
}

/// What somebody at the machine does: told apart by the account of the machine, so that nobody reviews their own.
fn circumstances(installation: &Installation, tenant: &TenantId) -> Ctx {
    let (mut ctx, _) = installation.local(tenant, "app");
    ctx.purpose = None;
    ctx.actor.id = format!("uid:{}", user());
    ctx
}

/// Who sits at the machine: whoever became root with sudo is still who they were.
fn user() -> u32 {
    let own = rustix::process::getuid().as_raw();
    let before = std::env::var("SUDO_UID").ok();
    before
        .and_then(|uid| uid.parse().ok())
        .filter(|_| own == 0)
        .unwrap_or(own)
}

fn file(args: &AppRegister) -> Result<NewApp, Failure> {
    let Some(path) = &args.settings else {
        let settings = AppSettings {
            auth_method: args.auth_method,
            profile: args.profile,
            grant_types: args.grant_types.clone(),
            redirect_uris: args.redirect_uris.clone(),
            scopes: args.scopes.clone(),
            optional: args.optional.clone(),
            purposes: args.purposes.clone(),
            jwks: args.jwks.as_deref().map(read_json).transpose()?,
            access_tokens: args.access_tokens,
            dpop_bound: args.dpop_bound,
            introspects: args.introspects,
        };
        let about = About {
            name: args.name.clone().unwrap_or_default(),
            contact: args.contact.clone(),
        };
        return Ok(NewApp { about, settings });
    };
    new_app(read_json(path)?)
        .map_err(|why| Failure::usage(format!("{} is no app: {why}", path.display())))
}

fn read_json(path: &std::path::Path) -> Result<Value, Failure> {
    let text = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
    serde_json::from_slice(&text)
        .map_err(|_| Failure::usage(format!("{} is not JSON", path.display())))
}

async fn register(args: AppRegister) -> Held {
    let new = file(&args)?;
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let ctx = circumstances(&installation, &tenant);
    let made = installation.oauth.register_app(&ctx, &new).await?;
    if args.json {
        json(&registered(&made))?;
    } else {
        data(format_args!("client_id      {}", made.app));
        if let Some(secret) = &made.secret {
            data(format_args!("client_secret  {}", secret.expose()));
            talk("The secret is shown this once; only its hash is kept.");
        }
        talk(format_args!(
            "It gets nothing before somebody else has reviewed it: `strongroom app review {} approve`, as another user of this machine, or PUT /v1/apps/{}/review.",
            made.app, made.app
        ));
    }
    installation.close().await;
    Ok(true)
}

async fn list(args: AppView) -> Held {
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let ctx = circumstances(&installation, &tenant);
    let apps = installation.oauth.apps(&tenant, None, LIST_MAX).await?;
    let entry = Entry::new(&ctx, Action::AppList, Outcome::Ok)?.count(apps.len() as u64);
    let set = WriteSet::new().log(entry.finish(&tenant));
    installation.db.commit(set).await?;
    if args.json {
        let apps: Vec<_> = apps.iter().map(|app| shown(app, ctx.now)).collect();
        json(&apps)?;
    } else if apps.is_empty() {
        talk("no apps yet; `strongroom app register` makes one");
    } else {
        for app in &apps {
            data(format_args!(
                "{}  {:<9}  {:<19}  {}",
                app.id,
                app.state.as_str(),
                app.settings.auth_method.as_str(),
                app.about.name
            ));
        }
    }
    installation.close().await;
    Ok(true)
}

async fn review(args: AppReview) -> Held {
    let installation = place::open(&args.of.place).await?;
    let tenant = place::tenant(&installation, args.of.tenant.as_ref())?;
    let ctx = circumstances(&installation, &tenant);
    let (verdict, said) = match args.verdict {
        AppVerdict::Approve => (Verdict::Approve, "approved"),
        AppVerdict::Refuse => (Verdict::Refuse, "refused"),
    };
    installation
        .oauth
        .review_app(&ctx, args.of.app, verdict)
        .await?;
    talk(format_args!("app {} is {said}", args.of.app));
    installation.close().await;
    Ok(true)
}

async fn secret(args: AppOf) -> Held {
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let ctx = circumstances(&installation, &tenant);
    let made = installation.oauth.renew_secret(&ctx, args.app).await?;
    if let Some(secret) = &made.secret {
        data(secret.expose());
    }
    talk(
        "It is shown this once. The one before stays valid for seven days; what is older is ended.",
    );
    installation.close().await;
    Ok(true)
}

async fn stop(args: AppOf) -> Held {
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let ctx = circumstances(&installation, &tenant);
    installation.oauth.stop_app(&ctx, args.app).await?;
    talk(format_args!(
        "app {} is stopped, and all its tokens with it; each running node notices within a second",
        args.app
    ));
    installation.close().await;
    Ok(true)
}
