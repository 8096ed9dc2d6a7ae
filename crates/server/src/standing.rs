//! How an installation stands: everything that could be lost or is late, measured now, for `strongroom status`.
//!
//! Invariant: what could not be measured is said to be so; it is never taken for well.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use base::Fault as _;
use continuity::replication::{self, Replication};
use continuity::runs::{self, Kind, Run};
use serde_json::{Map, Value, json};

use crate::backup::{self, clock};
use crate::config::Database;
use crate::{Failure, Installation, tls};

/// A node that does not answer in this time is not ready.
const ANSWER_MAX: Duration = Duration::from_secs(3);
/// While a server runs, what was committed leaves once a second; this is far too long.
const SENT_LATE: Duration = Duration::from_secs(60);
/// The drills.
const DRILLS: [Kind; 5] = [
    Kind::Objects,
    Kind::Restore,
    Kind::Boot,
    Kind::Rebuild,
    Kind::Failover,
];

/// Something that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its stable name.
    pub code: &'static str,
    /// What it is, and what to do.
    pub text: String,
}

/// How everything stands.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// As programs read it, by section.
    pub value: Map<String, Value>,
    /// What is broken.
    pub broken: Vec<Broken>,
    /// What is as it was set up, and worth knowing.
    pub notes: Vec<String>,
}

impl Standing {
    fn breaks(&mut self, code: &'static str, text: impl Into<String>) {
        let text = text.into();
        self.broken.push(Broken { code, text });
    }

    fn say(&mut self, section: &str, value: Value) {
        self.value.insert(section.to_owned(), value);
    }
}

/// Measure everything.
pub async fn measure(house: &Installation) -> Standing {
    let mut standing = Standing::default();
    standing.say(
        "installation",
        json!({
            "environment": house.config.environment.as_str(),
            "program": env!("CARGO_PKG_VERSION"),
            "data": engine(&house.config.data),
            "keys": engine(&house.config.keys),
            "tenants": house.config.tenants.len(),
        }),
    );
    let serves = node(house, &mut standing).await;
    replicated(house, &mut standing).await;
    if house.config.backup.is_none() {
        standing.say("backup", Value::Null);
        let note = "there are no backups: the configuration has no section [backup]";
        standing.notes.push(note.to_owned());
        return standing;
    }
    points(house, &mut standing).await;
    stream(house, serves, &mut standing);
    for outcome in [
        runs_of(house, &mut standing).await,
        keys(house, &mut standing).await,
        early(house, &mut standing).await,
    ] {
        if let Err(failure) = outcome {
            standing.breaks(
                "status.unread",
                format!("not everything could be read: {failure}"),
            );
        }
    }
    standing
}

const fn engine(database: &Database) -> &'static str {
    match database {
        Database::Sqlite { .. } => "sqlite",
        Database::Postgres { .. } => "postgres",
    }
}

/// Ask the node on this machine whether it is ready; whether it is. `None`: it cannot be asked.
async fn node(house: &Installation, standing: &mut Standing) -> Option<bool> {
    let address = house.config.listen.metrics.filter(|it| it.port() != 0);
    let Some(address) = address else {
        standing.say("node", json!({ "asked": null, "ready": null }));
        let note = "whether a server serves here is not known: listen.metrics names no port to ask";
        standing.notes.push(note.to_owned());
        return None;
    };
    let address = here(address);
    let ready = asked(address).await;
    standing.say(
        "node",
        json!({ "asked": address.to_string(), "ready": ready.is_ok() }),
    );
    if let Err(why) = &ready {
        standing.breaks(
            "node.not_ready",
            format!("the server on this machine is not ready: {why}"),
        );
    }
    Some(ready.is_ok())
}

/// The address at which what listens everywhere is reached from here.
fn here(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port())
    } else {
        address
    }
}

async fn asked(address: SocketAddr) -> Result<(), String> {
    let nobody = tls::client_of_nobody().map_err(|error| error.to_string())?;
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(nobody)
        .timeout(ANSWER_MAX)
        .no_proxy()
        .build()
        .map_err(|error| error.to_string())?;
    let sent = client.get(format!("http://{address}/readyz")).send().await;
    let answer = sent.map_err(|_| format!("nobody answers at {address}"))?;
    if answer.status().is_success() {
        return Ok(());
    }
    let text = answer.text().await.unwrap_or_default();
    Err(text.trim().to_owned())
}

/// How the replication stands, as programs read it.
pub(crate) fn replication_wire(it: &Replication) -> Value {
    let standbys: Vec<_> = it
        .standbys
        .iter()
        .map(|it| {
            json!({
                "name": it.name,
                "state": it.state,
                "sync": it.sync,
                "unflushed_bytes": it.unflushed_bytes,
                "behind_bytes": it.behind_bytes,
                "behind_seconds": it.behind.map(|it| it.as_secs_f64()),
            })
        })
        .collect();
    let slots: Vec<_> = it
        .slots
        .iter()
        .map(|it| {
            json!({
                "name": it.name,
                "active": it.active,
                "retained_bytes": it.retained_bytes,
                "wal_status": it.wal_status,
            })
        })
        .collect();
    let sessions = it
        .sessions
        .iter()
        .map(|it| (it.from.clone(), it.count.into()));
    json!({
        "synchronous_names": it.synchronous_names,
        "standbys": standbys,
        "slots": slots,
        "sessions": sessions.collect::<Map<String, Value>>(),
        "broken": it.faults().iter().map(replication::Fault::code).collect::<Vec<_>>(),
    })
}

/// The replication of the data, where they are in PostgreSQL.
pub(crate) async fn replication_of(house: &Installation) -> Result<Option<Replication>, Failure> {
    Ok(match house.config.data {
        Database::Sqlite { .. } => None,
        Database::Postgres { .. } => Some(replication::replication(&house.db).await?),
    })
}

async fn replicated(house: &Installation, standing: &mut Standing) {
    let found = match replication_of(house).await {
        Ok(Some(found)) => found,
        Ok(None) => {
            standing.say("replication", Value::Null);
            return;
        }
        Err(failure) => {
            standing.breaks(
                "replication.unread",
                format!("how replication stands could not be read: {failure}"),
            );
            return;
        }
    };
    for fault in found.faults() {
        standing.breaks(fault.code(), fault.text());
    }
    if found.standbys.is_empty() && found.synchronous_names.is_empty() {
        let note = "the database lies on one machine: no standby receives what is written";
        standing.notes.push(note.to_owned());
    }
    standing.say("replication", replication_wire(&found));
}

async fn points(house: &Installation, standing: &mut Standing) {
    let repository = match backup::repository(&house.config) {
        Ok(repository) => repository,
        Err(failure) => {
            standing.breaks(
                "backup.no_key",
                format!("the repository cannot be opened: {failure}"),
            );
            return;
        }
    };
    let points = match repository.points().await {
        Ok(points) => points,
        Err(error) => {
            standing.breaks(
                error.code(),
                format!("the recovery points cannot be read: {error}"),
            );
            return;
        }
    };
    let opens = match repository.open_of(&points) {
        Ok(opens) => opens,
        Err(error) => {
            standing.breaks(
                error.code(),
                format!("the keys of the recovery points cannot be read: {error}"),
            );
            vec![false; points.len()]
        }
    };
    let now = house.clock.now();
    let newest = points.first();
    let age = newest.map(|it| now.since(it.taken_at));
    standing.say(
        "points",
        json!({
            "count": points.len(),
            "opens": opens.iter().filter(|opens| **opens).count(),
            "newest": newest.map(|it| &it.name),
            "newest_taken_at": newest.map(|it| it.taken_at.to_string()),
            "newest_age_seconds": age.map(|it| it.as_secs()),
        }),
    );
    if newest.is_none() {
        standing.breaks(
            "backup.none",
            "there is no recovery point: `strongroom backup now` makes one",
        );
    }
    if opens.first() == Some(&false) {
        standing.breaks(
            "backup.key_gone",
            format!(
                "the key of the newest recovery point is not in {}, so that nobody opens it: look whether that is the place of before, and mounted; `strongroom backup now` makes a point with a new key",
                repository.apart().folder().display()
            ),
        );
    }
}

/// What would be lost if this place were, right now.
fn stream(house: &Installation, serves: Option<bool>, standing: &mut Standing) {
    let now = house.clock.now();
    let sent = backup::stream_state(&house.config).ok();
    let sent = sent.and_then(|state| continuity::stream::standing(&state));
    let behind = sent.as_ref().map(|it| now.since(it.alive_at));
    let points = standing.value.get("points");
    let point = points
        .and_then(|it| it.get("newest_age_seconds"))
        .and_then(Value::as_u64);
    let lost = behind.map(|it| it.as_secs()).or(point);
    standing.say(
        "stream",
        json!({
            "sent_at": sent.as_ref().map(|it| it.sent_at.to_string()),
            "behind_seconds": behind.map(|it| it.as_secs()),
            "would_be_lost_seconds": lost,
        }),
    );
    match behind {
        Some(behind) if serves == Some(true) && behind > SENT_LATE => standing.breaks(
            "stream.late",
            format!(
                "what was committed in the last {} s has not left this machine: the server's own log says why",
                behind.as_secs()
            ),
        ),
        Some(_) => {}
        None => {
            let note = "nothing is sent between two recovery points: what was committed since the newest one would be lost with this place";
            standing.notes.push(note.to_owned());
        }
    }
}

async fn runs_of(house: &Installation, standing: &mut Standing) -> Result<(), Failure> {
    let mut kinds = Vec::new();
    for kind in Kind::ALL {
        let every = clock::every(house, kind);
        let late = clock::late(house, kind).await?;
        let recent = runs::recent(&house.db, kind, 5).await?;
        let ended = recent.iter().find(|run| run.ended.is_some());
        let held = runs::last_held(&house.db, kind).await?;
        let end = held.as_ref().and_then(|run| run.ended.as_ref());
        kinds.push(json!({
            "kind": kind.as_str(),
            "every_seconds": every.map(|it| it.as_secs()),
            "last_at": ended.map(|run| run.begun_at.to_string()),
            "last_held": ended.map(Run::held),
            "code": ended.and_then(|run| run.ended.as_ref()).and_then(|(_, end)| end.code.clone()),
            "held_at": held.as_ref().map(|run| run.begun_at.to_string()),
            "rpo_seconds": end.and_then(|(_, end)| end.rpo).map(|it| it.as_secs_f64()),
            "rto_seconds": end.and_then(|(_, end)| end.rto).map(|it| it.as_secs_f64()),
            "late_since": late.map(|at| at.to_string()),
        }));
        let name = kind.as_str();
        if ended.is_some_and(|run| !run.held()) {
            let code = if DRILLS.contains(&kind) {
                "drill.failed"
            } else {
                "run.failed"
            };
            standing.breaks(
                code,
                format!("the last {name} failed: `strongroom drill list` says with which code"),
            );
        }
        if let Some(since) = late {
            standing.breaks(
                "run.late",
                format!("{name} is late: it should have gone well by {since}"),
            );
        }
    }
    standing.say("runs", kinds.into());
    Ok(())
}

async fn keys(house: &Installation, standing: &mut Standing) -> Result<(), Failure> {
    let reach = backup::reach(house).await?;
    let late = backup::within_reach_too_long(house).await?;
    let generations: Vec<_> = reach
        .living
        .iter()
        .map(|it| json!({ "number": it.number, "taken_at": it.taken_at().to_string() }))
        .collect();
    standing.say(
        "keys",
        json!({
            "generations": generations,
            "erased_within_reach": reach.within,
            "late_since": late.map(|at| at.to_string()),
        }),
    );
    if reach.living.is_empty() {
        standing.breaks(
            "keys.none",
            "the key store is not backed up: `strongroom backup keys` does it",
        );
    }
    if let Some(since) = late {
        standing.breaks(
            "keys.within_reach",
            format!("somebody erased is in a backup of the keys since {since} against what certificates promise: `strongroom backup keys` ends it"),
        );
    }
    Ok(())
}

async fn early(house: &Installation, standing: &mut Standing) -> Result<(), Failure> {
    use continuity::early::{State, list};
    let now = house.clock.now();
    let all = list(&house.db).await?;
    let waits = |state| all.iter().filter(|it| it.state(now) == state).count();
    let (proposed, agreed) = (waits(State::Proposed), waits(State::Waits));
    standing.say(
        "early_destructions",
        json!({ "proposed": proposed, "waits": agreed }),
    );
    if agreed > 0 {
        standing.notes.push(format!(
            "recovery points are to be destroyed before their time ({agreed}): `strongroom backup destroy --list` shows them, and --cancel calls one off"
        ));
    }
    Ok(())
}
