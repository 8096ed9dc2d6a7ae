//! `strongroom drill`.

use std::sync::Arc;
use std::time::Duration;

use continuity::runs::{self, Kind, Run};
use serde_json::{Value, json};

use super::{Held, data, json, place, talk};
use crate::backup::clock;
use crate::cli::{BackupView, Drill, DrillKind, DrillRun};
use crate::drill::{Databases, drill, failover_command};

/// How long it is tried to remember the heads of the logs, which needs a commit.
const CLOSE_MAX: Duration = Duration::from_secs(5);
/// Runs of each kind that a list shows.
const LISTED: u32 = 5;

pub(super) async fn run(args: Drill) -> Held {
    match args {
        Drill::Run(args) => now(args).await,
        Drill::List(args) => list(args).await,
    }
}

async fn now(args: DrillRun) -> Held {
    let kind = match args.kind {
        DrillKind::Objects => Kind::Objects,
        DrillKind::Restore => Kind::Restore,
        DrillKind::Boot => Kind::Boot,
        DrillKind::Rebuild => Kind::Rebuild,
        DrillKind::Failover => Kind::Failover,
    };
    let databases = args.postgres_data.zip(args.postgres_keys);
    let databases = databases.map(|(data, keys)| Databases { data, keys });
    let house = Arc::new(place::open(&args.view.place).await?);
    if kind == Kind::Failover && !args.yes {
        let command = failover_command(&house)?.join(" ");
        talk(format_args!(
            "the primary would be asked to give way by `{command}`: nobody can write until another one took over.\nNothing was done. Say it again with --yes."
        ));
        if let Some(house) = Arc::into_inner(house) {
            house.close().await;
        }
        return Ok(false);
    }
    let found = drill(&house, kind, args.as_run, databases.as_ref()).await;
    if let Some(house) = Arc::into_inner(house) {
        // Where nobody can write it does not wait for that.
        let _ = tokio::time::timeout(CLOSE_MAX, house.close()).await;
    }
    if args.view.json
        && let Err(failure) = &found
    {
        json(&json!({ "ok": false, "drill": kind.as_str(), "problem": failure.to_string() }))?;
    }
    let Some(found) = found? else {
        talk("somebody else runs this drill at this moment");
        return Ok(args.as_run.is_some());
    };
    if args.view.json {
        json(&json!({
            "ok": true,
            "drill": kind.as_str(),
            "point": found.point,
            "rpo_seconds": found.rpo.as_secs_f64(),
            "rto_seconds": found.rto.as_secs_f64(),
            "amount": found.amount,
        }))?;
    } else {
        match &found.point {
            Some(point) => data(format_args!(
                "{} holds, with recovery point {}",
                kind.as_str(),
                point.get(..8).unwrap_or(point)
            )),
            None => data(format_args!(
                "{} holds: {} writes were acknowledged, and all are there",
                kind.as_str(),
                found.amount
            )),
        }
        data(format_args!(
            "would be lost     {:.0} s of work",
            found.rpo.as_secs_f64()
        ));
        data(format_args!(
            "back after        {:.1} s",
            found.rto.as_secs_f64()
        ));
    }
    Ok(true)
}

async fn list(args: BackupView) -> Held {
    let house = place::open(&args.place).await?;
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let late = clock::late(&house, kind).await?;
        all.push((kind, late, runs::recent(&house.db, kind, LISTED).await?));
    }
    let now = house.clock.now();
    house.close().await;
    if args.json {
        let all: Vec<Value> = all
            .iter()
            .map(|(kind, late, runs)| {
                json!({
                    "kind": kind.as_str(),
                    "late_since": late.map(|at| at.to_string()),
                    "runs": runs.iter().map(run_json).collect::<Vec<_>>(),
                })
            })
            .collect();
        json(&all)?;
        return Ok(true);
    }
    for (kind, late, runs) in &all {
        let state = match late {
            Some(since) => format!("LATE since {:.19}Z", since.to_string()),
            None => "in time".to_owned(),
        };
        data(format_args!("{:<15} {state}", kind.as_str()));
        for run in runs {
            let how = match &run.ended {
                Some((_, end)) if end.held => "held".to_owned(),
                Some((_, end)) => format!("FAILED: {}", end.code.as_deref().unwrap_or("")),
                None if run.is_alive(now) => "runs".to_owned(),
                None => "left undone".to_owned(),
            };
            let end = run.ended.as_ref().map(|(_, end)| end);
            let spans = end.and_then(|end| end.rpo.zip(end.rto));
            let spans = spans.map_or(String::new(), |(rpo, rto)| {
                format!(
                    "  lost {:.0} s, back after {:.1} s",
                    rpo.as_secs_f64(),
                    rto.as_secs_f64()
                )
            });
            data(format_args!(
                "  {:>6}  {:.19}Z  {how}{spans}",
                run.number,
                run.begun_at.to_string()
            ));
        }
    }
    Ok(true)
}

fn run_json(run: &Run) -> Value {
    let end = run.ended.as_ref();
    json!({
        "number": run.number,
        "begun_at": run.begun_at.to_string(),
        "ended_at": end.map(|(at, _)| at.to_string()),
        "held": end.map(|(_, end)| end.held),
        "code": end.and_then(|(_, end)| end.code.clone()),
        "point": end.and_then(|(_, end)| end.point.clone()),
        "rpo_seconds": end.and_then(|(_, end)| end.rpo).map(|it| it.as_secs_f64()),
        "rto_seconds": end.and_then(|(_, end)| end.rto).map(|it| it.as_secs_f64()),
        "amount": end.and_then(|(_, end)| end.amount),
    })
}
