//! `strongroom token`.

use std::time::Duration;

use audit::{Action, Entry, Outcome};
use policy::{NewToken, Role, Scope};
use serde_json::json;
use store::WriteSet;

use super::{Held, data, json, place, talk};
use crate::cli::{Token, TokenCreate, TokenList, TokenRevoke};
use crate::{Failure, Installation};

/// Lines of a list.
const LIST_MAX: u32 = 1_000;

pub(super) async fn run(args: Token) -> Held {
    match args {
        Token::Create(args) => create(args).await,
        Token::List(args) => list(args).await,
        Token::Revoke(args) => revoke(args).await,
    }
}

/// Make a token, with its entry in the log. The text is shown once.
pub(super) async fn make(
    installation: &Installation,
    new: &NewToken,
) -> Result<(base::TokenId, base::Secret<String>), Failure> {
    let (ctx, _) = installation.local(&new.tenant, "token");
    let (id, text, set) = installation.tokens.create(new, WriteSet::new());
    let entry = Entry::new(&ctx, Action::TokenCreate, Outcome::Ok)?.token(id);
    installation
        .db
        .commit(set.log(entry.finish(&new.tenant)))
        .await?;
    Ok((id, text))
}

async fn create(args: TokenCreate) -> Held {
    if args.person.is_some() != (args.role == Role::Person) {
        return Err(Failure::usage(
            "--person goes with --role person, and only with it",
        ));
    }
    if args.label.is_empty() || args.label.len() > 100 {
        return Err(Failure::usage("--label has 1 to 100 characters"));
    }
    if base::card::find(&args.label).is_some() {
        return Err(Failure::usage(
            "--label holds what looks like a payment card number; no payment data are stored",
        ));
    }
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    if let Some(person) = args.person {
        installation.vault.handle(&tenant, person).await?;
    }
    let new = NewToken {
        tenant,
        role: args.role,
        person: args.person,
        scope: Scope {
            collections: args.collections,
            classes: args.classes,
            read_only: args.read_only,
            ..Scope::default()
        },
        label: args.label,
        lives: Duration::from_hours(24 * args.days),
    };
    let (id, text) = make(&installation, &new).await?;
    if args.json {
        json(&json!({ "id": id, "token": text.expose(), "role": new.role, "days": args.days }))?;
    } else {
        data(text.expose());
        talk(format_args!(
            "token {id} of the role {} lives {} days. It is shown this once; only its hash is kept.",
            new.role, args.days
        ));
    }
    installation.close().await;
    Ok(true)
}

async fn list(args: TokenList) -> Held {
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let (ctx, _) = installation.local(&tenant, "token");
    let rows = installation.tokens.list(&tenant, LIST_MAX).await?;
    let entry = Entry::new(&ctx, Action::TokenList, Outcome::Ok)?.count(rows.len() as u64);
    installation
        .db
        .commit(WriteSet::new().log(entry.finish(&tenant)))
        .await?;
    let now = installation.clock.now();
    let state = |row: &policy::TokenRow| match row.revoked_at {
        Some(_) => "revoked",
        None if row.expires_at <= now => "expired",
        None => "live",
    };
    if args.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                json!({
                    "id": row.id,
                    "role": row.role,
                    "label": row.label,
                    "state": state(row),
                    "created_at": row.created_at.to_string(),
                    "expires_at": row.expires_at.to_string(),
                })
            })
            .collect();
        json(&rows)?;
    } else if rows.is_empty() {
        talk("no tokens yet; `strongroom token create` makes one");
    } else {
        for row in &rows {
            data(format_args!(
                "{}  {:<9}  {:<7}  until {:.10}  {}",
                row.id,
                row.role,
                state(row),
                row.expires_at.to_string(),
                row.label
            ));
        }
    }
    installation.close().await;
    Ok(true)
}

async fn revoke(args: TokenRevoke) -> Held {
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let (ctx, _) = installation.local(&tenant, "token");
    let set = installation
        .tokens
        .revoke(&tenant, args.id, WriteSet::new());
    let entry = Entry::new(&ctx, Action::TokenRevoke, Outcome::Ok)?.token(args.id);
    match installation.db.commit(set.log(entry.finish(&tenant))).await {
        Ok(_) => talk(format_args!(
            "token {} is ended; each running node notices within a second",
            args.id
        )),
        Err(store::StoreError::Guard(_)) => {
            return Err(Failure::text(format!(
                "there is no live token {}; `strongroom token list` shows them",
                args.id
            )));
        }
        Err(error) => return Err(error.into()),
    }
    installation.close().await;
    Ok(true)
}
