//! `/v1/continuity`: whether recovery points are made in time, and how drills went.

use audit::{Action, Entry, Outcome};
use continuity::generations::Generation;
use continuity::nodes;
use continuity::runs::{self, Kind, Run};
use continuity::sent_files;
use http::{Method, StatusCode};
use policy::{Authority, ContinuityOf, Verb};
use serde_json::{Value, json};
use store::changes::Lack;
use vault::VaultError;
use web::{Answer, Call, Doc, Limit, Logged, Problem, Route, Routes};

use super::{House, allow, circumstances, log};
use crate::backup::{self, clock};
use crate::{Failure, Installation, standing};

/// Runs of each kind that are shown.
const SHOWN: u32 = 10;

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let read_in = house.clone();
    vec![Route::logged(
        Method::GET,
        "/v1/continuity",
        Limit::NoBody,
        Doc {
            id: "readContinuity",
            group: "Continuity",
            summary: "Recovery points and drills: in time, or late",
            about: "Of the whole installation. For each kind: how often it runs by the clock, since when it is late, and the last ten runs with how much would have been lost and how long it took. `stream` is how far behind the copy is of what was committed; null where none is sent; nothing of it can be restored before a recovery point goes on with it (`joined`); `stream_lacks` says what PostgreSQL is not set up for (`wal_level`, `replication`, `ownership`). `files_waiting` counts uploaded files that lie in no backup yet, the first of which waits since `files_wait_seconds`. `keys` says which backups of the keys open, how many persons were erased whose keys they may hold still, and, where that is so for longer than promised, since when. `replication` is how PostgreSQL's stands as the primary sees it now; null on SQLite. `nodes` is what each node last said of itself; of one that is `silent` it is not known whether it is ready. Null on SQLite. Nothing about anybody stands in it.",
            params: Vec::new(),
            body: None,
            answers: &[(200, "How it stands")],
        },
        move |call| read(read_in.clone(), call),
    )]
}

async fn read(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = ContinuityOf {
        tenant: ctx.tenant.clone(),
    };
    let action = Action::BackupRead;
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, action, thing).await?;
    let standing = standing(&house).await.map_err(|error| {
        let mut problem = Problem::new(
            base::ErrorKind::Unavailable,
            "continuity.later",
            "How backups stand could not be read just now. Ask again.",
        );
        problem.internal = error.to_string();
        problem
    })?;
    let entry = Entry::new(&ctx, action, Outcome::Ok).map_err(VaultError::from)?;
    let index = log::append(&house, &ctx, allowed.rule(), entry).await?;
    Ok(Answer::value(StatusCode::OK, &standing).logged(index))
}

/// How everything stands.
async fn standing(house: &Installation) -> Result<Value, Failure> {
    let now = house.clock.now();
    let mut kinds = Vec::new();
    for kind in Kind::ALL {
        let late = clock::late(house, kind).await?;
        let runs = runs::recent(&house.db, kind, SHOWN).await?;
        kinds.push(json!({
            "kind": kind.as_str(),
            "every_seconds": clock::every(house, kind).map(|every| every.as_secs()),
            "late_since": late.map(|at| at.to_string()),
            "runs": runs.iter().map(|run| one(run, now)).collect::<Vec<_>>(),
        }));
    }
    let stream = match &house.config.backup {
        None => None,
        Some(_) => continuity::stream::standing(&backup::stream_state(&house.config)?),
    };
    let keys = match &house.config.backup {
        None => Value::Null,
        Some(_) => {
            let reach = backup::reach(house).await?;
            let generation = |it: &Generation| json!({ "number": it.number, "taken_at": it.taken_at().to_string() });
            let late = backup::within_reach_too_long(house).await?;
            json!({
                "generations": reach.living.iter().map(generation).collect::<Vec<_>>(),
                "erased_within_reach": reach.within,
                "late_since": late.map(|at| at.to_string()),
            })
        }
    };
    let waiting = sent_files::waiting(&house.db).await?;
    let lack = match house.db.lack().await? {
        None => house.keys.db().lack().await?,
        lack => lack,
    };
    let replication = standing::replication_of(house).await?;
    let nodes = match replication {
        None => None,
        Some(_) => Some(nodes::nodes(&house.db, now).await?),
    };
    Ok(json!({
        "replication": replication.as_ref().map(standing::replication_wire),
        "keys": keys,
        "stream_lacks": lack.map(Lack::as_str),
        "files_waiting": waiting.count,
        "files_wait_seconds": waiting.since.map(|since| now.since(since).as_secs()),
        "configured": house.config.backup.is_some(),
        "kinds": kinds,
        "stream": stream.map(|it| json!({
            "sent_at": it.sent_at.to_string(),
            "behind_seconds": now.since(it.alive_at).as_secs(),
            "joined": it.joined,
        })),
        "nodes": nodes.map(|all| all.iter().map(|it| standing::node_wire(it, now)).collect::<Vec<_>>()),
    }))
}

fn one(run: &Run, now: base::Instant) -> Value {
    let end = run.ended.as_ref().map(|(_, end)| end);
    json!({
        "number": run.number,
        "begun_at": run.begun_at.to_string(),
        "ended_at": run.ended.as_ref().map(|(at, _)| at.to_string()),
        "state": match end {
            Some(end) if end.held => "held",
            Some(_) => "failed",
            None if run.is_alive(now) => "runs",
            None => "left",
        },
        "code": end.and_then(|end| end.code.clone()),
        "point": end.and_then(|end| end.point.clone()),
        "rpo_seconds": end.and_then(|end| end.rpo).map(|it| it.as_secs_f64()),
        "rto_seconds": end.and_then(|end| end.rto).map(|it| it.as_secs_f64()),
        "amount": end.and_then(|end| end.amount),
    })
}
