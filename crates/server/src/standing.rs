//! How an installation stands: everything that could be lost or is late, measured now, for `strongroom status`.
//!
//! Invariant: what could not be measured is said to be so; it is never taken for well.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use base::Fault as _;
use continuity::ContinuityError;
use continuity::nodes::{self, Node};
use continuity::replication::{self, Replication};
use continuity::runs::{self, Kind, Run};
use continuity::sent_files;
use serde_json::{Map, Value, json};

use crate::backup::{self, clock};
use crate::config::Database;
use crate::nodes::Sends;
use crate::{Failure, Installation, tls};

/// A node that does not answer in this time is not ready.
const ANSWER_MAX: Duration = Duration::from_secs(3);
/// While a server runs, what was committed leaves once a second; this is far too long.
const SENT_LATE: Duration = Duration::from_secs(60);
/// A chain that was begun longer ago should have a recovery point that goes on with it.
const POINT_LATE: Duration = Duration::from_mins(3);
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
    let here = node(house, &mut standing).await;
    let anybody = all_nodes(house, &mut standing).await;
    replicated(house, &mut standing).await;
    if house.config.backup.is_none() {
        standing.say("backup", Value::Null);
        let note = "there are no backups: the configuration has no section [backup]";
        standing.notes.push(note.to_owned());
        return standing;
    }
    points(house, &mut standing).await;
    let serves = here == Some(true) || anybody;
    stream(house, serves, &mut standing).await;
    for outcome in [
        runs_of(house, &mut standing).await,
        keys(house, &mut standing).await,
        early(house, &mut standing).await,
        files(house, serves, &mut standing).await,
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

/// How a node is, as programs read it.
pub(crate) fn node_wire(it: &Node, now: base::Instant) -> Value {
    json!({
        "name": it.name,
        "program": it.program,
        "since": it.since.to_string(),
        "heard_at": it.heard_at.to_string(),
        "heard_seconds": now.since(it.heard_at).as_secs(),
        "silent": it.is_silent(now),
        // Of one that is silent nothing is known.
        "ready": (!it.is_silent(now)).then_some(it.not_ready.is_none()),
        "why": it.not_ready,
        "sends": it.sends,
    })
}

/// Every node, as each said it in the database; none where one of SQLite is alone. Whether one of them is ready.
async fn all_nodes(house: &Installation, standing: &mut Standing) -> bool {
    let now = house.clock.now();
    if matches!(house.config.data, Database::Sqlite { .. }) {
        standing.say("nodes", Value::Null);
        return false;
    }
    let found = match nodes::nodes(&house.db, now).await {
        Ok(found) => found,
        Err(error) => {
            standing.say("nodes", Value::Null);
            standing.breaks(
                "node.unread",
                format!("what the nodes say of themselves could not be read: {error}"),
            );
            return false;
        }
    };
    for it in &found {
        let ago = now.since(it.heard_at).as_secs();
        if it.is_silent(now) {
            standing.breaks(
                "node.silent",
                format!(
                    "the node {} was not heard of for {ago} s: it died, or cannot write to the database; if it is gone for good it is forgotten a day after",
                    it.name
                ),
            );
        } else if let Some(why) = &it.not_ready {
            standing.breaks(
                "node.not_ready",
                format!("the node {} is not ready: {why}", it.name),
            );
        }
        if it.sends == Sends::Fails.as_str() && !it.is_silent(now) {
            standing.breaks(
                "stream.fails",
                format!(
                    "the node {} does not get what was committed elsewhere: its own log says why",
                    it.name
                ),
            );
        }
    }
    let programs: std::collections::BTreeSet<_> = found
        .iter()
        .filter(|it| !it.is_silent(now))
        .map(|it| it.program.as_str())
        .collect();
    if programs.len() > 1 {
        let all: Vec<_> = programs.into_iter().collect();
        standing.notes.push(format!(
            "the nodes run different versions: {}",
            all.join(", ")
        ));
    }
    let all: Vec<_> = found.iter().map(|it| node_wire(it, now)).collect();
    standing.say("nodes", all.into());
    found
        .iter()
        .any(|it| !it.is_silent(now) && it.not_ready.is_none())
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
async fn stream(house: &Installation, serves: bool, standing: &mut Standing) {
    let now = house.clock.now();
    let sent = backup::stream_state(&house.config).ok();
    let sent = sent.and_then(|state| continuity::stream::standing(&state));
    let behind = sent.as_ref().map(|it| now.since(it.alive_at));
    let restorable = match restorable(house, sent.as_ref()).await {
        Ok(restorable) => restorable,
        Err(failure) => {
            standing.breaks(
                "stream.unread",
                format!("what can be restored could not be read: {failure}"),
            );
            None
        }
    };
    standing.say(
        "stream",
        json!({
            "sent_at": sent.as_ref().map(|it| it.sent_at.to_string()),
            "behind_seconds": behind.map(|it| it.as_secs()),
            "joined": restorable.as_ref().map(|it| it.joined),
            "restorable_until": restorable.as_ref().map(|it| it.until.to_string()),
            "would_be_lost_seconds": restorable.as_ref().map(|it| now.since(it.until).as_secs()),
        }),
    );
    match (behind, &restorable) {
        (None, _) => {
            let note = "nothing is sent between two recovery points: what was committed since the newest one would be lost with this place";
            standing.notes.push(note.to_owned());
        }
        (Some(_), Some(it)) if !it.joined => {
            let text = format!(
                "no recovery point goes on with what is sent now: what was committed since {} would be lost with this place. A server makes one at once; `strongroom backup now` does it, too",
                it.until
            );
            let begun_at = sent.as_ref().and_then(|it| it.begun_at());
            if begun_at.is_some_and(|at| now.since(at) < POINT_LATE) {
                standing.notes.push(text);
            } else {
                standing.breaks("stream.no_point", text);
            }
        }
        (Some(behind), _) if serves && behind > SENT_LATE => standing.breaks(
            "stream.late",
            format!(
                "what was committed in the last {} s has not left this machine: the server's own log says why",
                behind.as_secs()
            ),
        ),
        (Some(_), _) => {}
    }
}

/// Files that lie in no backup yet.
async fn files(house: &Installation, serves: bool, standing: &mut Standing) -> Result<(), Failure> {
    let waiting = sent_files::waiting(&house.db).await?;
    let waits = waiting.since.map(|since| house.clock.now().since(since));
    standing.say(
        "files",
        json!({
            "waiting": waiting.count,
            "waiting_bytes": waiting.bytes,
            "waiting_seconds": waits.map(|it| it.as_secs()),
        }),
    );
    if let Some(waits) = waits
        && serves
        && waits > backup::FILES_LATE
    {
        standing.breaks(
            "files.late",
            format!(
                "{} files have not left this machine, the first for {} s: the server's own log says why",
                waiting.count,
                waits.as_secs()
            ),
        );
    }
    Ok(())
}

/// What can be restored.
struct Restorable {
    /// Up to which moment.
    until: base::Instant,
    /// Whether what is sent now is a part of it.
    joined: bool,
}

/// What the newest point gives, with what was sent behind it. `None`: there is no point.
async fn restorable(
    house: &Installation,
    sent: Option<&continuity::stream::Standing>,
) -> Result<Option<Restorable>, Failure> {
    let repository = backup::repository(&house.config)?;
    let trust = backup::trust(&house.keys, &house.config)?;
    let (taken_at, goes_on) = match continuity::stream::newest(&repository, trust).await {
        Ok(newest) => newest,
        Err(ContinuityError::NoPoint(_) | ContinuityError::NoRepository(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Some(goes_on) = goes_on else {
        return Ok(Some(Restorable {
            until: taken_at,
            joined: sent.is_none(),
        }));
    };
    let same = sent.filter(|it| it.chain == goes_on.chain);
    let until = match same {
        Some(sent) => Some(sent.alive_at),
        None => continuity::stream::until(&repository, &goes_on).await?,
    };
    Ok(Some(Restorable {
        until: until.map_or(taken_at, |until| until.max(taken_at)),
        joined: same.is_some() || sent.is_none(),
    }))
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
