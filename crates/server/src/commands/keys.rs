//! `strongroom keys`.

use std::ops::ControlFlow;

use audit::{Action, Entry, Outcome};
use base::{Class, TenantId};
use indicatif::{ProgressBar, ProgressStyle};
use keys::{Destroy, KeyName, Kind, Level, State};
use policy::{Allowed, KeysOf, PersonAt, Verb, decide};
use serde_json::json;
use store::WriteSet;

use super::{Held, data, json, place, shares, talk};
use crate::cli::{
    KeyLevel, Keys, KeysDestroy, KeysRenew, KeysReseal, KeysRotate, KeysView, Shares,
};
use crate::{Failure, Installation, OPERATOR, removal};

pub(super) async fn run(args: Keys) -> Held {
    match args {
        Keys::List(args) => list(args).await,
        Keys::Status(args) => status(args).await,
        Keys::Rotate(args) => rotate(args).await,
        Keys::Rewrap(args) => rewrap(args).await,
        Keys::Renew(args) => renew(args).await,
        Keys::Destroy(args) => destroy(args).await,
        Keys::Reseal(args) => reseal(args).await,
        Keys::Shares(Shares::Split(args)) => shares::split(args).await,
        Keys::Shares(Shares::Combine(args)) => shares::combine(args).await,
    }
}

async fn note(
    installation: &Installation,
    tenant: &TenantId,
    action: Action,
    with: impl FnOnce(Entry) -> Entry + Send,
) -> Result<(), Failure> {
    let (ctx, _) = installation.local(tenant, "keys");
    let entry = with(Entry::new(&ctx, action, Outcome::Ok)?);
    installation
        .db
        .commit(WriteSet::new().log(entry.finish(tenant)))
        .await?;
    Ok(())
}

fn operator() -> Result<TenantId, Failure> {
    OPERATOR
        .parse()
        .map_err(|error: base::InvalidId| Failure::text(error.to_string()))
}

async fn list(args: KeysView) -> Held {
    let installation = place::open(&args.place).await?;
    let lines = installation.keys.list().await?;
    note(&installation, &operator()?, Action::KeyList, |entry| entry).await?;
    if args.json {
        let lines: Vec<_> = lines
            .iter()
            .map(|line| {
                json!({
                    "key": line.name.to_string(),
                    "state": line.state.as_str(),
                    "opens": line.opens,
                    "made_at": line.made_at.to_string(),
                    "retired_at": line.retired_at.map(|at| at.to_string()),
                    "under": line.under,
                    "beneath": line.beneath,
                })
            })
            .collect();
        json(&lines)?;
    } else {
        for line in &lines {
            let broken = if line.opens { "" } else { "  DOES NOT OPEN" };
            data(format_args!(
                "{:<60}  {:<8}  since {:.10}  {:>8} beneath{broken}",
                line.name.to_string(),
                line.state.as_str(),
                line.made_at.to_string(),
                line.beneath
            ));
        }
    }
    installation.close().await;
    Ok(lines.iter().all(|line| line.opens))
}

async fn status(args: KeysView) -> Held {
    let installation = place::open(&args.place).await?;
    let status = installation.keys.status().await?;
    let (mut turned, mut sealed) = (0, 0);
    for tenant in installation.tenants() {
        let behind = installation.vault.behind(&tenant).await?;
        turned += behind.persons;
        sealed += behind.sealed;
    }
    note(&installation, &operator()?, Action::KeyList, |entry| entry).await?;
    let levels = progress(&status.lines);
    if args.json {
        let levels: Vec<_> = levels
            .iter()
            .map(|line| json!({ "keys": line.keys, "wrapped": line.wrapped, "behind": line.behind, "old_generations": line.old }))
            .collect();
        json(&json!({
            "backend": status.backend,
            "persons": status.persons,
            "persons_destroyed": status.persons_destroyed,
            "wrapped": status.wrapped,
            "behind": status.behind,
            "rewrapped_percent": status.rewrapped_percent(),
            "levels": levels,
            "persons_turned": turned,
            "sealed_behind": sealed,
        }))?;
    } else {
        data(format_args!("root sealed by      {}", status.backend));
        data(format_args!("persons with keys   {}", status.persons));
        data(format_args!(
            "persons destroyed   {}",
            status.persons_destroyed
        ));
        data(format_args!("keys wrapped        {}", status.wrapped));
        data(format_args!(
            "under old keys      {} ({} % re-wrapped){}",
            status.behind,
            status.rewrapped_percent(),
            if status.behind > 0 {
                "; `strongroom keys rewrap` brings it to zero"
            } else {
                ""
            }
        ));
        for line in &levels {
            data(format_args!(
                "  under {:<14}{} of {} behind; {} old generations to destroy",
                line.keys, line.behind, line.wrapped, line.old
            ));
        }
        data(format_args!(
            "persons with old keys {turned}, {sealed} things sealed under them{}",
            if sealed > 0 {
                "; `strongroom keys renew` brings it to zero"
            } else {
                ""
            }
        ));
    }
    installation.close().await;
    Ok(true)
}

/// How far one level of the tree is.
struct LevelProgress {
    keys: &'static str,
    /// Keys that hang under it.
    wrapped: u64,
    /// Those of them under a retired generation.
    behind: u64,
    /// Its retired generations.
    old: u64,
}

/// The root keys, and the key-encryption keys of all tenants and classes.
fn progress(lines: &[keys::Line]) -> [LevelProgress; 2] {
    let of = |keys, is: fn(&Level) -> bool| {
        let lines = || lines.iter().filter(|line| is(&line.name.level));
        let old = || lines().filter(|line| line.state == State::Retired);
        LevelProgress {
            keys,
            wrapped: lines().map(|line| line.beneath).sum(),
            behind: old().map(|line| line.beneath).sum(),
            old: old().count() as u64,
        }
    };
    [
        of("root", |level| matches!(level, Level::Root)),
        of("kek", |level| matches!(level, Level::Kek { .. })),
    ]
}

fn levels(
    installation: &Installation,
    level: KeyLevel,
    tenant: Option<&TenantId>,
    class: Option<Class>,
    person: Option<base::PersonId>,
) -> Result<Vec<Level>, Failure> {
    let named = || place::tenant(installation, tenant);
    let kind = |kind| {
        Ok(vec![Level::Tenant {
            tenant: named()?,
            kind,
        }])
    };
    match level {
        KeyLevel::Root => Ok(vec![Level::Root]),
        KeyLevel::Kek => {
            let tenant = named()?;
            let region = installation.config.region.clone();
            let classes = class.map_or_else(|| keys::CLASSES.to_vec(), |class| vec![class]);
            Ok(classes
                .into_iter()
                .map(|class| Level::Kek {
                    tenant: tenant.clone(),
                    region: region.clone(),
                    class,
                })
                .collect())
        }
        KeyLevel::Person => {
            let (Some(class), Some(person)) = (class, person) else {
                return Err(Failure::usage("a person's key needs --person and --class"));
            };
            Ok(vec![Level::Person {
                tenant: named()?,
                person,
                class,
            }])
        }
        KeyLevel::LogSigning => kind(Kind::LogSigning),
        KeyLevel::LogSealing => kind(Kind::LogSealing),
        KeyLevel::Sealing => kind(Kind::Sealing),
        KeyLevel::Rsa => kind(Kind::RsaSigning),
    }
}

async fn rotate(args: KeysRotate) -> Held {
    let installation = place::open(&args.place).await?;
    let levels = levels(
        &installation,
        args.level,
        args.tenant.as_ref(),
        args.class,
        args.person,
    )?;
    let owner = match args.level {
        KeyLevel::Root => operator()?,
        _ => place::tenant(&installation, args.tenant.as_ref())?,
    };
    let mut rotated = 0;
    for level in &levels {
        match installation.keys.rotate(level).await {
            Ok(generation) => {
                rotated += 1;
                note(
                    &installation,
                    &owner,
                    Action::KeyRotate,
                    |entry| match args.class {
                        Some(class) => entry.key(class, generation),
                        None => entry,
                    },
                )
                .await?;
                talk(format_args!(
                    "{level}: generation {generation} is the newest now"
                ));
            }
            // A class that nothing was sealed under yet has no key to rotate.
            Err(keys::KeysError::Missing(_)) if levels.len() > 1 => {}
            Err(error) => return Err(error.into()),
        }
    }
    if rotated == 0 {
        return Err(Failure::text(
            "there is no such key yet; nothing was rotated",
        ));
    }
    talk(if args.level == KeyLevel::Person {
        "next: `strongroom keys renew` seals again what is sealed under the old generation, then `keys destroy` ends it"
    } else {
        "next: `strongroom keys rewrap` moves what hangs under the old generation, then `keys destroy` ends it"
    });
    if args.level == KeyLevel::Root {
        talk(
            "shares of the root key give the old generation only: after `rewrap`, divide the new one with `keys shares split`",
        );
    }
    installation.close().await;
    Ok(true)
}

async fn rewrap(args: KeysView) -> Held {
    let installation = place::open(&args.place).await?;
    let bar = ProgressBar::new(0);
    let style =
        ProgressStyle::with_template("re-wrapping {wide_bar} {pos}/{len}  {per_sec}  {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    let moving = bar.clone();
    let progress = installation
        .keys
        .rewrap(move |progress| {
            moving.set_length(progress.moved + progress.remaining);
            moving.set_position(progress.moved);
            ControlFlow::Continue(())
        })
        .await?;
    bar.finish_and_clear();
    note(&installation, &operator()?, Action::KeyRewrap, |entry| {
        entry.count(progress.moved)
    })
    .await?;
    if args.json {
        json(&json!({ "moved": progress.moved, "remaining": progress.remaining }))?;
    } else {
        talk(format_args!(
            "{} keys re-wrapped; {} remain under old generations",
            progress.moved, progress.remaining
        ));
    }
    installation.close().await;
    Ok(progress.remaining == 0)
}

/// Leave to look after a tenant's keys.
fn keeper(
    installation: &Installation,
    tenant: &TenantId,
) -> Result<(base::Ctx, Allowed<KeysOf>), Failure> {
    let (ctx, authority) = installation.local(tenant, "keys");
    let thing = KeysOf {
        tenant: tenant.clone(),
    };
    let allowed = decide(&ctx, &authority, Verb::Manage, thing)?;
    Ok((ctx, allowed))
}

async fn renew(args: KeysRenew) -> Held {
    let installation = place::open(&args.place).await?;
    let tenants = match (&args.tenant, args.person) {
        (None, None) => installation.tenants(),
        (named, _) => vec![place::tenant(&installation, named.as_ref())?],
    };
    let bar = ProgressBar::new(0);
    let style =
        ProgressStyle::with_template("sealing again {wide_bar} {pos}/{len}  {per_sec}  {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    let mut whole = vault::renew::Renewal::default();
    for tenant in &tenants {
        let (ctx, allowed) = keeper(&installation, tenant)?;
        let (moving, before) = (bar.clone(), whole);
        let done = installation
            .vault
            .renew(&ctx, &allowed, args.person, args.class, move |now| {
                moving.set_length(before.moved + now.moved + now.remaining);
                moving.set_position(before.moved + now.moved);
                ControlFlow::Continue(())
            })
            .await?;
        whole.moved += done.moved;
        whole.remaining += done.remaining;
        whole.damaged += done.damaged;
    }
    bar.finish_and_clear();
    if args.json {
        json(&json!({
            "moved": whole.moved,
            "remaining": whole.remaining,
            "damaged": whole.damaged,
        }))?;
    } else {
        talk(format_args!(
            "{} records, earlier versions, files and rows sealed again; {} remain under old generations",
            whole.moved, whole.remaining
        ));
        if whole.damaged > 0 {
            talk(format_args!(
                "{} of them do not open, so they stay as they are; the lines above say which",
                whole.damaged
            ));
        }
    }
    installation.close().await;
    Ok(whole.remaining == 0)
}

async fn destroy(args: KeysDestroy) -> Held {
    let installation = place::open(&args.place).await?;
    if args.level == KeyLevel::Person && args.generation.is_none() {
        return destroy_person(installation, args).await;
    }
    let Some(generation) = args.generation else {
        return Err(Failure::usage(
            "which one? Name the old generation with --generation; `strongroom keys list` shows them",
        ));
    };
    let levels = levels(
        &installation,
        args.level,
        args.tenant.as_ref(),
        args.class,
        args.person,
    )?;
    let [level] = levels.as_slice() else {
        return Err(Failure::usage(
            "a key-encryption key is destroyed class by class: name one with --class",
        ));
    };
    let name: KeyName = level.clone().generation(generation);
    if !args.yes {
        talk(format_args!(
            "{name} would be destroyed, for ever. Nothing was changed. Say it again with --yes."
        ));
        return Ok(false);
    }
    if let Level::Person {
        tenant,
        person,
        class,
    } = level
    {
        let (ctx, allowed) = keeper(&installation, tenant)?;
        let index = installation
            .vault
            .end_generation(&ctx, &allowed, *person, *class, generation)
            .await?;
        talk(format_args!(
            "{name} is destroyed; entry {index} of the log says so"
        ));
        installation.close().await;
        return Ok(true);
    }
    installation.keys.destroy(&name, Destroy::WhenEmpty).await?;
    let owner = match args.level {
        KeyLevel::Root => operator()?,
        _ => place::tenant(&installation, args.tenant.as_ref())?,
    };
    note(
        &installation,
        &owner,
        Action::KeyDestroy,
        |entry| match args.class {
            Some(class) => entry.key(class, generation),
            None => entry,
        },
    )
    .await?;
    talk(format_args!("{name} is destroyed"));
    installation.close().await;
    Ok(true)
}

/// All keys of a person: the same as erasing them.
async fn destroy_person(installation: Installation, args: KeysDestroy) -> Held {
    let Some(person) = args.person else {
        return Err(Failure::usage("whose? Name the person with --person"));
    };
    if !args.yes {
        talk(format_args!(
            "all keys of person {person} would be destroyed: nothing of theirs opens again, anywhere. Nothing was changed. Say it again with --yes."
        ));
        return Ok(false);
    }
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let (ctx, authority) = installation.local(&tenant, "keys");
    let thing = PersonAt {
        tenant: tenant.clone(),
        person: Some(person),
    };
    let allowed = decide(&ctx, &authority, Verb::Delete, thing)?;
    let (mut erased, rest) = installation
        .erase_person::<Failure>(&ctx, &allowed, None)
        .await?;
    removal::to_the_end(&installation, &tenant, person, &mut erased).await?;
    removal::close(&installation, &tenant, person, &erased, &rest).await?;
    talk(format_args!(
        "person {person}: keys destroyed, data removed; entry {} of the log says so",
        erased.log_index
    ));
    installation.close().await;
    Ok(true)
}

async fn reseal(args: KeysReseal) -> Held {
    let new = place::read(&args.place)?;
    let mut now = new.clone();
    now.seal = crate::config::Config::read(&args.from)?.seal;
    let installation = Installation::open(now).await?;
    let backend = crate::installation::backend(&new.seal, &*installation.rng)?;
    installation.keys.reseal(backend).await?;
    note(&installation, &operator()?, Action::KeyRotate, |entry| {
        entry
    })
    .await?;
    talk("the root key is sealed in the new way; the old way unseals nothing any more");
    installation.close().await;
    Ok(true)
}
