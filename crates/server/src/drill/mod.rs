//! Drills: what is promised for the worst day, done for practice and measured, beside the real thing.
//!
//! Invariant: a drill touches nothing that is served but its own two synthetic persons. What it restores lies in a scratch folder, is served
//! to nobody else, and is wiped at the end.

mod boot;
mod canary;
mod failover;
mod objects;
mod restore;

use std::time::Duration;

use audit::{Action, Entry, Outcome};
use continuity::runs::{self, End, Kind};
use store::WriteSet;

use crate::api::House;
use crate::backup::run;
use crate::{Failure, backup};

pub(crate) use failover::command as failover_command;
pub use restore::{Databases, STATEMENTS};
use restore::{read, rehearse};

/// What a drill found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The recovery point that it was about, if it was about one.
    pub point: Option<String>,
    /// From the newest thing that came back to the moment of the loss.
    pub rpo: Duration,
    /// From the beginning until it could serve.
    pub rto: Duration,
    /// How much was compared or read.
    pub amount: u64,
}

/// Run a drill as a run, and note in the log how it ended. `None`: somebody else runs it.
///
/// # Errors
/// What did not hold: the drill is noted as failed then.
pub async fn drill(
    house: &House,
    kind: Kind,
    number: Option<u64>,
    databases: Option<&Databases>,
) -> Result<Option<Found>, Failure> {
    if kind == Kind::Failover {
        failover::can_begin(house).await?;
    }
    let Some(number) = run::begin(house, kind, number).await? else {
        return Ok(None);
    };
    let run = (kind, number);
    // Boxed: what it holds across its waits is large.
    let found = run::alive(house, run, Box::pin(carry_out(house, kind, databases))).await;
    let operator = backup::operator()?;
    let (ctx, _) = house.local(&operator, "drill");
    let (entry, end) = match &found {
        Ok(found) => {
            let end = End {
                held: true,
                code: None,
                point: found.point.clone(),
                rpo: Some(found.rpo),
                rto: Some(found.rto),
                amount: Some(found.amount),
            };
            let entry = Entry::new(&ctx, Action::DrillRun, Outcome::Ok)?;
            (entry.count(found.amount), end)
        }
        Err(failure) => {
            let entry = Entry::new(&ctx, Action::DrillRun, Outcome::Failed)?;
            let end = run::failed(failure);
            (entry.code(failure.fault_code().unwrap_or("failed")), end)
        }
    };
    let entry = match kind.as_str().parse() {
        Ok(name) => entry.check(&name),
        Err(_) => entry,
    };
    let set = WriteSet::new().log(entry.finish(&operator));
    let set = runs::end(set, kind, number, &end, house.clock.now());
    house.db.commit(set).await?;
    found.map(Some)
}

async fn carry_out(
    house: &House,
    kind: Kind,
    databases: Option<&Databases>,
) -> Result<Found, Failure> {
    match kind {
        Kind::Objects => objects::compare(house).await,
        Kind::Restore => rehearse(house, kind, databases, read).await,
        Kind::Boot | Kind::Rebuild => rehearse(house, kind, databases, boot::serve).await,
        Kind::Failover => failover::give_way(house).await,
        Kind::Point | Kind::Prune => Err(Failure::usage("this is no drill")),
    }
}
