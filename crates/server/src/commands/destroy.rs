//! `strongroom backup destroy`: recovery points that are to go before their time.
//!
//! Whoever holds the machine proposes; two accounts of staff have to agree, since nobody at a machine can be told from another.

use audit::Action;
use continuity::early::{self, Destruction, Of, Reason, State};
use policy::access::About;
use policy::{DestructionAt, Verb, decide};
use serde_json::{Value, json};
use store::{StoreError, WriteSet};

use super::{Held, data, json, place, talk};
use crate::backup::early::{decides, noted, tell};
use crate::cli::{BackupDestroy, DestroyReason};
use crate::{Failure, Installation, backup};

impl From<DestroyReason> for Reason {
    fn from(reason: DestroyReason) -> Self {
        match reason {
            DestroyReason::KeyLeaked => Self::KeyLeaked,
            DestroyReason::MustNotBeKept => Self::MustNotBeKept,
            DestroyReason::Order => Self::Order,
            DestroyReason::Moved => Self::Moved,
            DestroyReason::Other => Self::Other,
        }
    }
}

pub(super) async fn run(args: BackupDestroy) -> Held {
    let house = place::open(&args.view.place).await?;
    let done = carry_out(&house, &args).await;
    house.close().await;
    done
}

async fn carry_out(house: &Installation, args: &BackupDestroy) -> Held {
    if args.list {
        return list(house, args.view.json).await;
    }
    if let Some(id) = args.cancel {
        let set = early::cancel(WriteSet::new(), id, house.clock.now());
        let set = tell(house, About::DestructionCancelled(id), set);
        let set = noted(house, Action::DestructionCancel, Some(id), |it| it, set)?;
        return match house.db.commit(set).await {
            Ok(_) => {
                talk("it is called off: nothing is destroyed before its time");
                Ok(true)
            }
            Err(StoreError::Guard(_)) => Err(Failure::text(
                "there is none of this id that waits\nhint: `strongroom backup destroy --list` shows them; what was begun cannot be called off",
            )),
            Err(error) => Err(error.into()),
        };
    }
    let Some(reason) = args.reason else {
        return Err(Failure::usage("say why, with --reason"));
    };
    let Some(tenant) = decides(house) else {
        return Err(Failure::usage(
            "nobody may have recovery points destroyed before their time here\nhint: name the tenant whose staff may, in `[backup.early] tenant`",
        ));
    };
    let of = of(house, args).await?;
    let (ctx, authority) = house.local(tenant, "backup");
    let thing = DestructionAt {
        tenant: tenant.clone(),
        parties: Vec::new(),
    };
    decide(&ctx, &authority, Verb::Create, thing)?;
    let id = house.access.new_id();
    let count = of.names().len() as u64;
    let set = early::propose(WriteSet::new(), id, (&of, reason.into()), None, ctx.now);
    let set = tell(house, About::DestructionProposed(id), set);
    let action = Action::DestructionPropose;
    let set = noted(house, action, Some(id), |it| it.count(count), set)?;
    house.db.commit(set).await?;
    if args.view.json {
        json(
            &json!({ "destruction": id, "all": of == Of::All, "points": of.names(), "state": "proposed" }),
        )?;
    } else {
        data(id);
    }
    let hours = backup::section(&house.config)?.early.delay_hours;
    talk(format_args!(
        "proposed. Two owners, administrators or security engineers of {tenant} agree at /console/continuity/destructions; {hours} hours later the next `strongroom backup prune` does it. Until then `strongroom backup destroy --cancel {id}` calls it off."
    ));
    Ok(true)
}

/// The points that are named, by their whole names.
async fn of(house: &Installation, args: &BackupDestroy) -> Result<Of, Failure> {
    if args.all {
        return Ok(Of::All);
    }
    if args.points.is_empty() {
        return Err(Failure::usage("name recovery points, or say --all"));
    }
    let there = backup::repository(&house.config)?.points().await?;
    let mut names = Vec::new();
    for name in &args.points {
        let found: Vec<_> = match name.as_str() {
            "latest" => there.iter().take(1).collect(),
            name => there
                .iter()
                .filter(|it| it.name.starts_with(name))
                .collect(),
        };
        match found.as_slice() {
            [one] => names.push(one.name.clone()),
            [] => {
                return Err(Failure::text(format!(
                    "there is no recovery point {name}\nhint: `strongroom backup list` shows them"
                )));
            }
            _ => {
                return Err(Failure::usage(format!(
                    "{name} is the beginning of several names"
                )));
            }
        }
    }
    Of::points(names).ok_or_else(|| Failure::usage("those are too many to be named: say --all"))
}

async fn list(house: &Installation, as_json: bool) -> Held {
    let all = early::list(&house.db).await?;
    let now = house.clock.now();
    let one = |it: &Destruction| -> Value {
        json!({
            "destruction": it.id,
            "all": it.of == Of::All,
            "points": it.of.names(),
            "reason": it.reason.as_str(),
            "state": it.state(now).as_str(),
            "agreed": it.agreed().count(),
            "proposed_at": it.proposed_at.to_string(),
            "due_at": it.due_at.map(|at| at.to_string()),
            "gone": it.done.map(|(_, gone)| gone),
        })
    };
    if as_json {
        json(&all.iter().map(one).collect::<Vec<_>>())?;
        return Ok(true);
    }
    for it in &all {
        let what = match &it.of {
            Of::All => "all".to_owned(),
            Of::Points(names) => format!("{} points", names.len()),
        };
        let state = it.state(now);
        let due = match (state, it.due_at) {
            (State::Waits, Some(at)) => format!(", due {:.19}Z", at.to_string()),
            _ => String::new(),
        };
        data(format_args!(
            "{}  {:<10} {what}, {}, {} of 2 agreed{due}",
            it.id,
            state.as_str(),
            it.reason.as_str(),
            it.agreed().count()
        ));
    }
    Ok(true)
}
