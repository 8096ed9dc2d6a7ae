//! Whether the service can do its work, and what it counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use base::{ErrorKind, Instant};
use continuity::runs::Kind;
use http::{Method, StatusCode};
use policy::Authority;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Mutex;
use web::{Answer, Doc, Limit, Metrics, Problem, Route, Routes};

use super::House;
use crate::OPERATOR;
use crate::backup::{self, run};
use crate::standing;

/// A row that comes and goes: what changes nothing never reaches the disk, and only there it shows whether it can be written.
static COME: store::Sql = store::Sql::both(
    "INSERT INTO idempotency (tenant, token, request, sealed, expires_at) VALUES ($1, $2, $2, $2, 0)",
);
static GO: store::Sql =
    store::Sql::both("DELETE FROM idempotency WHERE tenant = $1 AND token = $2");

/// Numbers of the areas below, read when somebody asks.
#[derive(Clone)]
pub struct Gauges {
    commits: Gauge<i64, AtomicI64>,
    sets: Gauge<i64, AtomicI64>,
    waiting: Gauge<i64, AtomicI64>,
    /// When a run of each kind last ended as it must.
    held: Vec<(Kind, Gauge<i64, AtomicI64>)>,
    sent: Gauge<i64, AtomicI64>,
    within_reach: Gauge<i64, AtomicI64>,
    standbys: Gauge<i64, AtomicI64>,
    synchronous: Gauge<i64, AtomicI64>,
    behind_bytes: Gauge<i64, AtomicI64>,
    behind_micros: Gauge<i64, AtomicI64>,
    retained_bytes: Gauge<i64, AtomicI64>,
    faults: Gauge<i64, AtomicI64>,
}

impl Gauges {
    /// Register them.
    #[must_use]
    pub fn new(metrics: &Metrics) -> Self {
        Self {
            commits: metrics.gauge("store_commits", "Transactions committed since start"),
            sets: metrics.gauge("store_write_sets", "Operations committed since start"),
            waiting: metrics.gauge("store_waiting", "Operations that wait for a commit now"),
            held: [
                (Kind::Point, "recovery_point_last_success_timestamp_seconds"),
                (Kind::Prune, "prune_last_success_timestamp_seconds"),
                (
                    Kind::Objects,
                    "drill_objects_last_success_timestamp_seconds",
                ),
                (
                    Kind::Restore,
                    "drill_restore_last_success_timestamp_seconds",
                ),
                (Kind::Boot, "drill_boot_last_success_timestamp_seconds"),
            ]
            .map(|(kind, name)| {
                (
                    kind,
                    metrics.gauge(name, "When it last went as it must; 0: never"),
                )
            })
            .into(),
            sent: metrics.gauge(
                "stream_last_success_timestamp_seconds",
                "Until when everything that was committed lies elsewhere and can be restored; 0: nothing is sent, or no recovery point goes on with it",
            ),
            within_reach: metrics.gauge(
                "erased_within_reach",
                "Erased persons whose keys a backup of the keys may still hold",
            ),
            standbys: metrics.gauge(
                "replication_standbys",
                "PostgreSQL standbys that stream now",
            ),
            synchronous: metrics.gauge(
                "replication_synchronous_standbys",
                "Those of them that commits wait for",
            ),
            behind_bytes: metrics.gauge(
                "replication_behind_bytes",
                "What the standby that is furthest behind has not applied yet",
            ),
            behind_micros: metrics.gauge(
                "replication_behind_microseconds",
                "How long what was applied last took to the slowest standby",
            ),
            retained_bytes: metrics.gauge(
                "replication_retained_bytes",
                "What the primary keeps of its log for the slot that is furthest behind",
            ),
            faults: metrics.gauge(
                "replication_faults",
                "What is wrong with replication now; -1: it cannot be read",
            ),
        }
    }

    /// Read the numbers.
    pub async fn read(&self, house: &House) {
        let stats = house.db.stats();
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.commits.set(number(stats.batches));
        self.sets.set(number(stats.sets_held));
        self.waiting.set(number(stats.waiting));
        self.replication(house).await;
        if house.config.backup.is_none() {
            return;
        }
        for (kind, gauge) in &self.held {
            // What cannot be read now keeps its old value, which grows old.
            if let Ok(held) = run::last_held(house, *kind).await {
                gauge.set(held.map_or(0, Instant::seconds));
            }
        }
        if let Ok(reach) = backup::reach(house).await {
            self.within_reach.set(number(reach.within));
        }
        if let Ok(state) = backup::stream_state(&house.config) {
            let standing = continuity::stream::standing(&state);
            // Of a chain with which no point goes on nothing can be restored.
            let standing = standing.filter(|it| it.joined);
            self.sent
                .set(standing.map_or(0, |it| it.alive_at.seconds()));
        }
    }
}

impl Gauges {
    async fn replication(&self, house: &House) {
        let found = match standing::replication_of(house).await {
            Ok(Some(found)) => found,
            Ok(None) => return,
            Err(_) => {
                self.faults.set(-1);
                return;
            }
        };
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let most = |all: &mut dyn Iterator<Item = u64>| number(all.max().unwrap_or(0));
        let streams = || found.standbys.iter().filter(|it| it.streams());
        self.standbys.set(number(streams().count() as u64));
        let waited_for = streams().filter(|it| it.is_synchronous());
        self.synchronous.set(number(waited_for.count() as u64));
        self.behind_bytes
            .set(most(&mut streams().filter_map(|it| it.behind_bytes)));
        let micros = |it: Duration| u64::try_from(it.as_micros()).unwrap_or(u64::MAX);
        self.behind_micros
            .set(most(&mut streams().filter_map(|it| it.behind.map(micros))));
        let kept = found.slots.iter().filter_map(|it| it.retained_bytes);
        self.retained_bytes.set(most(&mut { kept }));
        self.faults.set(number(found.faults().len() as u64));
    }
}

/// Finding out costs a commit; whoever asks more often gets the same answer again.
const FIND_OUT_EVERY: Duration = Duration::from_secs(1);

/// What was found out last, and when.
type Found = Mutex<Option<(Instant, Result<(), &'static str>)>>;

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (house, found) = (Arc::clone(house), Arc::new(Found::default()));
    vec![Route::open(
        Method::GET,
        "/readyz",
        Limit::NoBody,
        Doc {
            id: "readyz",
            group: "Service",
            summary: "Whether the databases answer and can be written",
            about: "For load balancers. Found out at most once a second, however many ask.",
            params: vec![],
            body: None,
            answers: &[(200, "It can do its work")],
        },
        move |_| {
            let (house, found) = (Arc::clone(&house), Arc::clone(&found));
            async move {
                going(&house)?;
                let mut found = found.lock().await;
                let now = house.clock.now();
                let outcome = match *found {
                    Some((at, outcome)) if at <= now && now.since(at) < FIND_OUT_EVERY => outcome,
                    _ => {
                        let outcome = ready(&house).await;
                        *found = Some((now, outcome));
                        outcome
                    }
                };
                outcome.map_err(|why| {
                    Problem::new(
                        ErrorKind::Unavailable,
                        "service.not_ready",
                        format!("Not ready: {why}."),
                    )
                })?;
                let text = "text/plain; charset=utf-8";
                Ok(Answer::with_type(StatusCode::OK, text, "ready\n"))
            }
        },
    )]
}

/// Who goes is not ready any more, whatever was found out last.
fn going(house: &House) -> Result<(), Problem> {
    if house.goes.load(Ordering::Relaxed) {
        return Err(Problem::new(
            ErrorKind::Unavailable,
            "service.not_ready",
            "Not ready: it is about to stop.",
        ));
    }
    Ok(())
}

/// Whether the databases can be reached and the log can be written to.
///
/// # Errors
/// What is missing, in words without data.
pub async fn ready(house: &House) -> Result<(), &'static str> {
    if house.goes.load(Ordering::Relaxed) {
        return Err("it is about to stop");
    }
    house
        .vault
        .tenants()
        .await
        .map_err(|_| "the data database cannot be read")?;
    house
        .keys
        .tenants()
        .await
        .map_err(|_| "the key database cannot be read")?;
    let row = || vec![OPERATOR.into(), b"ready".as_slice().into()];
    let set = store::WriteSet::new().run(&COME, row()).run(&GO, row());
    house
        .db
        .commit(set)
        .await
        .map_err(|_| "the data database cannot be written")?;
    Ok(())
}
