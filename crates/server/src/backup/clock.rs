//! What continuity does by the clock while a server runs: recovery points, drills, and an alert where one is late.
//!
//! The work itself is done by a process of its own, this program again: a backup takes nothing of the server's memory, and a drill cannot
//! touch what is served.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use continuity::runs::{self, Kind, Run};
use govern::checks::late_after;
use policy::Role;
use policy::access::{About, Notice};
use store::WriteSet;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::sync::{Notify, watch};

use crate::api::House;
use crate::notices::{Jobs, WATCH};
use crate::serving::stopped;
use crate::{Failure, Installation};

/// Between looks at what is due.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// What failed is tried again after so long.
const RETRY: Duration = Duration::from_mins(15);
/// What a process may say of why it failed.
const SAID_BYTES_MAX: u64 = 16 << 10;

/// A recovery point that somebody wants at once.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    is: AtomicBool,
    asked: Notify,
}

impl Wanted {
    /// Make one as soon as it can be.
    pub(super) fn ask(&self) {
        self.is.store(true, Ordering::Relaxed);
        self.asked.notify_one();
    }

    /// Whether one is wanted; not any more from here on.
    fn take(&self) -> bool {
        self.is.swap(false, Ordering::Relaxed)
    }

    /// It was not made: at the next look.
    fn give_back(&self) {
        self.is.store(true, Ordering::Relaxed);
    }
}

/// How often a kind runs by the clock; `None`: only by hand.
#[must_use]
pub fn every(house: &Installation, kind: Kind) -> Option<Duration> {
    let section = house.config.backup.as_ref()?;
    let points = section.every()?;
    Some(match kind {
        Kind::Point => points,
        Kind::Prune => Duration::from_hours(24),
        Kind::Objects => Duration::from_hours(1).max(points / 4),
        Kind::Restore => Duration::from_hours(24),
        Kind::Boot => Duration::from_hours(24 * 7),
        Kind::Rebuild => Duration::from_hours(24 * 30),
        // By hand: it stops writes for a while.
        Kind::Failover => return None,
    })
}

/// Whether this server runs it by the clock. Who prunes runs apart, and needs rights that a server does not have.
fn is_ours(house: &Installation, kind: Kind) -> bool {
    match kind {
        Kind::Point | Kind::Objects => true,
        Kind::Prune | Kind::Failover => false,
        Kind::Restore | Kind::Boot | Kind::Rebuild => has_room(house),
    }
}

/// Whether there is room for a drill that restores: one of PostgreSQL needs databases.
#[must_use]
pub fn has_room(house: &Installation) -> bool {
    use crate::config::Database;
    let sqlite = |database: &Database| matches!(database, Database::Sqlite { .. });
    let drills = house.config.backup.as_ref().map(|it| it.drills.is_some());
    (sqlite(&house.config.data) && sqlite(&house.config.keys)) || drills == Some(true)
}

/// Whether a run is due at this moment (or, `at_once`, may be begun), and which number it has.
///
/// # Errors
/// Storage failures.
pub async fn due(house: &Installation, kind: Kind, at_once: bool) -> Result<Option<u64>, Failure> {
    let Some(every) = every(house, kind) else {
        return Ok(None);
    };
    let now = house.clock.now();
    let last = runs::recent(&house.db, kind, 1).await?.into_iter().next();
    let Some(last) = last else {
        return Ok(Some(1));
    };
    if last.is_alive(now) {
        return Ok(None);
    }
    let pause = if last.held() { every } else { RETRY.min(every) };
    let is_due = at_once || now.since(last.begun_at) >= pause || last.begun_at > now;
    Ok(is_due.then_some(last.number + 1))
}

/// Since when a kind is late: the moment by which it should have ended well again. `None`: it is in time.
///
/// # Errors
/// Storage failures.
pub async fn late(house: &Installation, kind: Kind) -> Result<Option<base::Instant>, Failure> {
    let Some(every) = every(house, kind) else {
        return Ok(None);
    };
    let from = match runs::last_held(&house.db, kind).await? {
        Some(run) => run.begun_at,
        // Never yet: since it was first tried, or since it runs.
        None => first_tried(house, kind).await?.unwrap_or(house.opened_at),
    };
    let until = from.after(late_after(every));
    Ok((house.clock.now() > until).then_some(until))
}

async fn first_tried(house: &Installation, kind: Kind) -> Result<Option<base::Instant>, Failure> {
    let runs = runs::recent(&house.db, kind, 100).await?;
    Ok(runs.last().map(|run: &Run| run.begun_at))
}

/// Do what is due, until told to stop. `program` is this program.
pub(crate) async fn watch(house: House, program: PathBuf, mut stop: watch::Receiver<bool>) {
    let wanted = Arc::new(Wanted::default());
    if !has_room(&house) && every(&house, Kind::Restore).is_some() {
        tracing::warn!(
            "drills that restore are not run by the clock: name two databases of PostgreSQL in [backup.drills]"
        );
    }
    let sends = super::stream::send(Arc::clone(&house), Arc::clone(&wanted), stop.clone());
    let sends = tokio::spawn(sends);
    let looks = looks(&house, &program, &wanted, &mut stop);
    looks.await;
    // What was committed last is still on its way.
    let _ = sends.await;
}

async fn looks(house: &House, program: &Path, wanted: &Wanted, stop: &mut watch::Receiver<bool>) {
    let mut hurried: Option<std::time::Instant> = None;
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    // Not in the first moment: whoever starts it wants it to serve.
    look.reset();
    loop {
        tokio::select! {
            _ = look.tick() => {}
            () = wanted.asked.notified() => {
                // What would be lost goes up with each second; but one point after the other is made for nobody.
                if hurried.is_some_and(|at| at.elapsed() < LOOK_EVERY) {
                    continue;
                }
                hurried = Some(std::time::Instant::now());
            }
            () = stopped(stop) => return,
        }
        for kind in Kind::ALL {
            let at_once = kind == Kind::Point && wanted.take();
            tokio::select! {
                // Dropped, it takes the process with it that does the work.
                done = round(house, program, (kind, at_once)) => {
                    if let Err(error) = &done {
                        tracing::error!(kind = kind.as_str(), %error, "what continuity has to do by the clock was not done");
                    }
                    // What is wanted at once and was not done is wanted still.
                    if at_once && !matches!(done, Ok(true)) {
                        wanted.give_back();
                    }
                }
                () = stopped(stop) => return,
            }
        }
        if let Err(error) = tell(house).await {
            tracing::warn!(%error, "whether backups are late was not looked for");
        }
    }
}

/// Do it if it is due; whether it was done.
async fn round(
    house: &House,
    program: &Path,
    (kind, at_once): (Kind, bool),
) -> Result<bool, Failure> {
    if !is_ours(house, kind) {
        return Ok(false);
    }
    // What is restored for practice is a recovery point.
    if kind != Kind::Point && runs::last_held(&house.db, Kind::Point).await?.is_none() {
        return Ok(false);
    }
    let Some(number) = due(house, kind, at_once).await? else {
        return Ok(false);
    };
    let number = number.to_string();
    let what: &[&str] = match kind {
        Kind::Point => &["backup", "now"],
        Kind::Prune => &["backup", "prune"],
        Kind::Objects => &["drill", "run", "objects"],
        Kind::Restore => &["drill", "run", "restore"],
        Kind::Boot => &["drill", "run", "boot"],
        Kind::Rebuild => &["drill", "run", "rebuild"],
        Kind::Failover => &["drill", "run", "failover"],
    };
    let mut child = Command::new(program)
        .args(what)
        .arg("--config")
        .arg(&house.config.file)
        .args(["--json", "--as-run", &number])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| Failure::file(program, &error))?;
    let mut said = String::new();
    if let Some(stderr) = child.stderr.take() {
        let mut said_bytes = Vec::new();
        let mut stderr = stderr.take(SAID_BYTES_MAX);
        // Read to its end even if it is longer, or it would wait for us.
        let read = stderr.read_to_end(&mut said_bytes).await;
        if read.is_ok() {
            let _ = tokio::io::copy(&mut stderr.into_inner(), &mut tokio::io::sink()).await;
        }
        said = String::from_utf8_lossy(&said_bytes).into_owned();
    }
    let status = child.wait().await;
    let status = status.map_err(|error| Failure::file(program, &error))?;
    if status.success() {
        tracing::info!(kind = kind.as_str(), number, "continuity: done");
        Ok(true)
    } else {
        let last = said.lines().find(|line| line.starts_with("error: "));
        let why = last.unwrap_or("it did not say why");
        Err(Failure::text(why.to_owned()))
    }
}

/// Tell whoever watches where something is late, once a day and kind.
///
/// # Errors
/// Storage failures.
pub async fn tell(house: &Installation) -> Result<(), Failure> {
    let now = house.clock.now();
    let jobs = Jobs::of(house);
    let mut set = WriteSet::new();
    let mut is_late = Vec::new();
    for kind in Kind::ALL {
        if late(house, kind).await?.is_some() {
            is_late.push(kind.as_str());
        }
    }
    if super::within_reach_too_long(house).await?.is_some() {
        is_late.push("reach");
    }
    for what in is_late {
        let day = now.seconds().div_euclid(24 * 3_600);
        for tenant in &house.config.tenants {
            for role in WATCH.into_iter().chain([Role::Operator]) {
                let key = format!("continuity/{what}/{day}/{role}");
                let notice = Notice::Role(role, About::ContinuityLate);
                set = set.with(jobs.tell_once(tenant, key, notice, now));
            }
        }
    }
    if !set.statements.is_empty() {
        house.db.commit(set).await?;
    }
    Ok(())
}
