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
                "Until when everything that was committed lies elsewhere; 0: nothing is sent",
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
        if house.config.backup.is_none() {
            return;
        }
        for (kind, gauge) in &self.held {
            // What cannot be read now keeps its old value, which grows old.
            if let Ok(held) = run::last_held(house, *kind).await {
                gauge.set(held.map_or(0, Instant::seconds));
            }
        }
        if let Ok(state) = backup::stream_state(&house.config) {
            let standing = continuity::stream::standing(&state);
            self.sent
                .set(standing.map_or(0, |it| it.alive_at.seconds()));
        }
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
