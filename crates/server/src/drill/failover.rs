//! Drill: the database's primary gives way, by the command that the configuration names, while something writes all the time. What was
//! acknowledged must be there afterwards, and the time in which nobody could write is measured.
//!
//! Invariant: nothing is begun where it would lose something: commits wait for a standby that streams, and nothing is wrong with replication.

use std::process::Stdio;
use std::time::{Duration, Instant};

use continuity::beats::{Beats, primary};
use continuity::replication::Fault;
use tokio::process::Command;

use super::Found;
use crate::api::{self, House};
use crate::config::Database;
use crate::{Failure, Installation, standing};

/// A commit that takes longer before anything was done is not acknowledged.
const WRITTEN_MAX: Duration = Duration::from_secs(5);

/// Before the primary gives way, and after another one answers, writes are watched for so long.
const STEADY: Duration = Duration::from_secs(2);
/// Writes that are acknowledged in that time, at least, where all is well.
const STEADY_WRITES: usize = 5;
/// A failover that takes longer is none.
const OVER_MAX: Duration = Duration::from_secs(120);

/// The command that makes the primary give way.
pub(crate) fn command(house: &Installation) -> Result<&[String], Failure> {
    let command = house.config.drills.failover_command.as_slice();
    if matches!(house.config.data, Database::Sqlite { .. }) || command.is_empty() {
        return Err(Failure::usage(
            "there is nothing to fail over: the data lie in one file, or no command is named that makes the primary give way\nhint: `[drills] failover_command`, e.g. [\"patronictl\", \"-c\", \"/etc/patroni/config.yml\", \"switchover\", \"--force\"]",
        ));
    }
    Ok(command)
}

/// Whether the drill can be begun at all: that it was is written down first, so that commits must be acknowledged.
pub(super) async fn can_begin(house: &House) -> Result<(), Failure> {
    command(house)?;
    let why = match tokio::time::timeout(WRITTEN_MAX, api::ready(house)).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(why)) => why.to_owned(),
        Err(_) => format!(
            "a commit is not acknowledged within {} s",
            WRITTEN_MAX.as_secs()
        ),
    };
    // What replication says of it, if it can be asked.
    let replication = standing::replication_of(house).await.ok().flatten();
    let fault = replication.and_then(|it| it.faults().first().map(Fault::text));
    let because = fault.map(|it| format!(" ({it})")).unwrap_or_default();
    Err(Failure::coded(
        "drill.not_begun",
        format!(
            "the drill was not begun, and nothing was asked to give way: {why}{because}\nhint: nobody can write at this moment, so that a failover now is none for practice; `strongroom status` says what is wrong, and once it is mended say this again"
        ),
    ))
}

pub(super) async fn give_way(house: &Installation) -> Result<Found, Failure> {
    let command = command(house)?;
    is_safe(house).await?;
    let before = primary(&house.db).await?;
    let mut beats = Beats::new(&*house.rng);
    let outcome = carry_out(house, command, &before, &mut beats).await;
    let lost = match outcome {
        Ok(_) => beats.lost(&house.db).await,
        Err(_) => Ok(0),
    };
    // Best effort: some rows of two numbers more hurt nobody.
    if let Err(error) = beats.forget(&house.db).await {
        tracing::warn!(%error, "what the failover drill wrote was not removed");
    }
    let (begun, lost) = (outcome?, lost?);
    if lost > 0 {
        return Err(Failure::coded(
            "drill.lost_writes",
            format!(
                "{lost} of {} writes were acknowledged, and are gone with the old primary",
                beats.count()
            ),
        ));
    }
    Ok(Found {
        point: None,
        rpo: Duration::ZERO,
        rto: beats.gap(begun),
        amount: beats.count(),
    })
}

/// Whether nothing that is acknowledged can be lost by it, as far as can be seen.
async fn is_safe(house: &Installation) -> Result<(), Failure> {
    let unsafe_now = |why: String| {
        Failure::coded(
            "drill.no_standby",
            format!(
                "the primary is not asked to give way, since something could be lost by it: {why}"
            ),
        )
    };
    let Some(replication) = standing::replication_of(house).await? else {
        return Err(unsafe_now("there is no replication".to_owned()));
    };
    if let Some(fault) = replication.faults().first().map(Fault::text) {
        return Err(unsafe_now(fault));
    }
    if replication.synchronous().is_none() {
        return Err(unsafe_now("commits wait for no standby".to_owned()));
    }
    Ok(())
}

/// Write, have the primary give way, and write on until another one answers steadily. When the command was begun.
async fn carry_out(
    house: &Installation,
    command: &[String],
    before: &str,
    beats: &mut Beats,
) -> Result<Instant, Failure> {
    let from = Instant::now();
    while from.elapsed() < STEADY {
        beats.beat(&house.db).await;
    }
    if beats.since(from) < STEADY_WRITES {
        return Err(Failure::coded(
            "drill.no_writes",
            "writes are not acknowledged before anything was done, so that nothing could be measured",
        ));
    }
    let begun = Instant::now();
    {
        let mut run = std::pin::pin!(run(command));
        loop {
            tokio::select! {
                done = &mut run => break done?,
                () = beats.beat(&house.db) => {}
            }
        }
    }
    let mut other: Option<Instant> = None;
    loop {
        beats.beat(&house.db).await;
        match other {
            None => {
                // Nobody may answer just now.
                let now = primary(&house.db).await.unwrap_or_default();
                if !now.is_empty() && now != before {
                    other = Some(Instant::now());
                }
            }
            Some(since) if since.elapsed() >= STEADY && beats.since(since) >= STEADY_WRITES => {
                return Ok(begun);
            }
            Some(_) => {}
        }
        if begun.elapsed() > OVER_MAX {
            return Err(Failure::coded(
                "drill.not_over",
                format!(
                    "no other primary took over steadily within {} s",
                    OVER_MAX.as_secs()
                ),
            ));
        }
    }
}

async fn run(command: &[String]) -> Result<(), Failure> {
    let (program, args) = command
        .split_first()
        .ok_or_else(|| Failure::usage("no command is named"))?;
    let run = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let failed = |why: String| {
        Failure::coded(
            "drill.command_failed",
            format!("the command that makes the primary give way failed: {why}"),
        )
    };
    let output = tokio::time::timeout(OVER_MAX, run)
        .await
        .map_err(|_| failed("it does not end".to_owned()))?
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty());
    Err(failed(format!(
        "{}: {}",
        output.status,
        last.unwrap_or("it did not say why")
    )))
}
