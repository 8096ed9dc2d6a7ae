//! `strongroom user`.

use base::{AccountId, Ctx, Secret, TenantId};
use identity::{Account, Kind, NewAccount};
use keys::seal::read_secret_file;
use policy::Role;
use serde_json::{Value, json};

use super::{Held, data, json, place, talk};
use crate::cli::user::{User, UserAdd, UserAppoint, UserInvite, UserList, UserOne, Who};
use crate::{Failure, Installation};

/// Accounts read at once.
const PAGE: u32 = 500;

pub(super) async fn run(args: User) -> Held {
    match args {
        User::Add(args) => add(args).await,
        User::List(args) => list(args).await,
        User::Invite(args) => invite(args).await,
        User::Appoint(args) => appoint(args).await,
        User::Stop(args) => stop(args).await,
        User::Resume(args) => resume(args).await,
        User::ResetLink(args) => reset_link(args).await,
    }
}

struct Opened {
    installation: Installation,
    tenant: TenantId,
    ctx: Ctx,
}

async fn open(at: &crate::cli::Place, tenant: Option<&TenantId>) -> Result<Opened, Failure> {
    let installation = place::open(at).await?;
    let tenant = place::tenant(&installation, tenant)?;
    let (ctx, _) = installation.local(&tenant, "user");
    Ok(Opened {
        installation,
        tenant,
        ctx,
    })
}

fn new_account(who: &Who) -> Result<NewAccount, Failure> {
    let kind = match who.role {
        Role::Person => Kind::Person,
        Role::App | Role::System => {
            return Err(Failure::usage(
                "an app signs in with a token: `strongroom token create --role app`",
            ));
        }
        _ => Kind::Staff,
    };
    if who.person.is_some() != (kind == Kind::Person) {
        return Err(Failure::usage(
            "--person goes with --role person, and only with it",
        ));
    }
    Ok(NewAccount {
        kind,
        role: who.role,
        person: who.person,
        email: who.email.parse().map_err(Failure::from)?,
        name: who.name.parse().map_err(Failure::from)?,
        language: who
            .language
            .parse()
            .map_err(|()| Failure::usage("the languages are sv, de, it, fr, en"))?,
    })
}

/// Staff begins with the role that it was made for.
async fn begin(opened: &Opened, account: AccountId, new: &NewAccount) -> Result<(), Failure> {
    if new.kind == Kind::Staff {
        crate::appoint(&opened.installation, &opened.tenant, account, new.role).await?;
    }
    Ok(())
}

async fn appoint(args: UserAppoint) -> Held {
    let opened = open(&args.place, args.tenant.as_ref()).await?;
    crate::appoint(&opened.installation, &opened.tenant, args.id, args.role).await?;
    talk(format_args!(
        "account {} holds the role {} from now on; it is to be confirmed in a review within {} days",
        args.id, args.role, opened.installation.config.access.review_every_days
    ));
    opened.installation.close().await;
    Ok(true)
}

async fn add(args: UserAdd) -> Held {
    let new = new_account(&args.who)?;
    let bytes = read_secret_file(&args.password_file)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::text(format!("{} is not UTF-8", args.password_file.display())))?;
    let password = Secret::new(text.trim_end_matches(['\r', '\n']).to_owned());
    let opened = open(&args.who.place, args.who.tenant.as_ref()).await?;
    let identity = &opened.installation.identity;
    let account = identity.add(&opened.ctx, &new, &password).await?;
    begin(&opened, account, &new).await?;
    if args.who.json {
        json(&json!({ "account": account, "role": new.role }))?;
    } else {
        data(account);
        talk(format_args!(
            "account {account} of the role {} may sign in at {}",
            new.role,
            identity.settings().address
        ));
    }
    opened.installation.close().await;
    Ok(true)
}

async fn invite(args: UserInvite) -> Held {
    let new = new_account(&args.who)?;
    let opened = open(&args.who.place, args.who.tenant.as_ref()).await?;
    let identity = &opened.installation.identity;
    let invited = identity.invite(&opened.ctx, &new).await?;
    begin(&opened, invited.account, &new).await?;
    let link = identity.link_address(
        &opened.tenant,
        identity::LinkKind::Invite,
        invited.link.expose(),
    );
    if args.who.json {
        json(&json!({ "account": invited.account, "role": new.role, "link": link }))?;
    } else {
        data(&link);
        talk(format_args!(
            "account {} of the role {} waits for its owner. The link works once, for seven days; it goes by mail as well where there is a [mail].",
            invited.account, new.role
        ));
    }
    opened.installation.close().await;
    Ok(true)
}

async fn list(args: UserList) -> Held {
    let opened = open(&args.place, args.tenant.as_ref()).await?;
    let mut accounts: Vec<Account> = Vec::new();
    loop {
        let after = accounts.last().map(|account| account.id);
        let (page, _) = opened
            .installation
            .identity
            .accounts(&opened.ctx, after, PAGE)
            .await?;
        let full = page.len() == PAGE as usize;
        accounts.extend(page);
        if !full {
            break;
        }
    }
    if args.json {
        let lines: Vec<Value> = accounts
            .iter()
            .map(|account| {
                json!({
                    "account": account.id,
                    "kind": account.kind.as_str(),
                    "role": account.role,
                    "person": account.person,
                    "state": account.state.as_str(),
                    "email": account.email.as_str(),
                    "name": account.name.as_str(),
                    "language": account.language.as_str(),
                    "created_at": account.created_at.to_string(),
                })
            })
            .collect();
        json(&lines)?;
    } else if accounts.is_empty() {
        talk("no accounts yet; `strongroom user invite` makes one");
    } else {
        for account in &accounts {
            data(format_args!(
                "{}  {:<9}  {:<10}  {}",
                account.id,
                account.role,
                account.state,
                account.email.as_str()
            ));
        }
    }
    opened.installation.close().await;
    Ok(true)
}

async fn stop(args: UserOne) -> Held {
    let opened = open(&args.place, args.tenant.as_ref()).await?;
    opened
        .installation
        .identity
        .stop(&opened.ctx, args.id)
        .await?;
    talk(format_args!(
        "account {} is stopped and its sessions are over; each running node notices within a second",
        args.id
    ));
    opened.installation.close().await;
    Ok(true)
}

async fn resume(args: UserOne) -> Held {
    let opened = open(&args.place, args.tenant.as_ref()).await?;
    opened
        .installation
        .identity
        .resume(&opened.ctx, args.id)
        .await?;
    talk(format_args!("account {} may sign in again", args.id));
    opened.installation.close().await;
    Ok(true)
}

async fn reset_link(args: UserOne) -> Held {
    let opened = open(&args.place, args.tenant.as_ref()).await?;
    let identity = &opened.installation.identity;
    let link = identity.reset_link(&opened.ctx, args.id).await?;
    data(identity.link_address(&opened.tenant, identity::LinkKind::Reset, link.expose()));
    talk("the link works once, for half an hour; a second factor that was due stays due");
    opened.installation.close().await;
    Ok(true)
}
