//! The closed loop: each connection sends its next request when it has read the last answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::client::Client;
use crate::seed::Seed;
use crate::target::Target;
use crate::work::{Requests, Work};
use crate::{Outcome, process};

/// How long, how wide.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// What to do.
    pub work: Work,
    /// Connections at once, each with one request under way.
    pub connections: u64,
    /// Before the clock starts.
    pub warm: Duration,
    /// How long the clock runs.
    pub measure: Duration,
    /// Stop after so many requests, even if time is left.
    pub requests_max: u64,
    /// Makes names of new records unique across runs.
    pub round: u64,
    /// Size of a file, for the works with files. A multiple of 256 KiB.
    pub file_bytes: u64,
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Requests answered rightly while the clock ran.
    pub requests: u64,
    /// How long the clock ran.
    pub elapsed: Duration,
    /// Latencies, in microseconds.
    pub latency: Histogram<u64>,
    /// The server's CPU time while the clock ran.
    pub cpu: Duration,
    /// The server at the end.
    pub at_end: process::Reading,
    /// Wrong answers, warm-up included, and one of them.
    pub wrong: u64,
    /// The first wrong answer.
    pub complaint: Option<String>,
}

impl Figures {
    /// As the harness reads them.
    #[must_use]
    pub fn json(&self) -> Value {
        let requests = self.requests.max(1);
        json!({
            "requests": self.requests,
            "seconds": self.elapsed.as_secs_f64(),
            "rps": self.requests as f64 / self.elapsed.as_secs_f64(),
            "p50_us": self.latency.value_at_quantile(0.5),
            "p99_us": self.latency.value_at_quantile(0.99),
            "max_us": self.latency.max(),
            "cpu_us": self.cpu.as_micros() as f64 / requests as f64,
            "rss_kib": self.at_end.rss_kib,
            "peak_kib": self.at_end.peak_kib,
            "wrong": self.wrong,
            "complaint": self.complaint,
        })
    }
}

struct Shared {
    counting: AtomicBool,
    over: AtomicBool,
    left: AtomicU64,
}

struct Tally {
    latency: Histogram<u64>,
    wrong: u64,
    complaint: Option<String>,
}

/// Run the plan.
///
/// # Errors
/// When the server cannot be reached or a connection breaks. Wrong answers are counted instead.
pub async fn run(target: &Target, seed: &Arc<Seed>, plan: Plan) -> Outcome<Figures> {
    let tls = target.tls()?;
    let shared = Arc::new(Shared {
        counting: AtomicBool::new(plan.warm.is_zero()),
        over: AtomicBool::new(false),
        left: AtomicU64::new(plan.requests_max),
    });
    let mut ready = Vec::new();
    for connection in 0..plan.connections {
        let mut client = Client::connect(target, Arc::clone(&tls)).await?;
        let mut requests = Requests::new(&plan, connection);
        requests.prepare(&mut client, seed).await?;
        ready.push((client, requests));
    }
    let mut from = process::read(target.pid)?;
    let mut started = Instant::now();
    let loops: Vec<_> = ready
        .into_iter()
        .map(|(client, requests)| {
            tokio::spawn(connection(
                client,
                requests,
                Arc::clone(seed),
                Arc::clone(&shared),
            ))
        })
        .collect();
    if !plan.warm.is_zero() {
        tokio::time::sleep(plan.warm).await;
        from = process::read(target.pid)?;
        started = Instant::now();
        shared.counting.store(true, Ordering::Relaxed);
    }
    // With a bounded number of requests the loops may end before their time.
    let end = started + plan.measure;
    while Instant::now() < end && loops.iter().any(|one| !one.is_finished()) {
        tokio::time::sleep(
            Duration::from_millis(5).min(end.saturating_duration_since(Instant::now())),
        )
        .await;
    }
    let bounded = loops.iter().all(tokio::task::JoinHandle::is_finished);
    shared.over.store(true, Ordering::Relaxed);
    // A file that is under way when time is up is finished and counted, with its time.
    let whole = matches!(plan.work, Work::FileIn | Work::FileOut) && !bounded;
    let (elapsed, to) = (started.elapsed(), process::read(target.pid)?);
    let mut all = Tally {
        latency: latencies()?,
        wrong: 0,
        complaint: None,
    };
    for one in loops {
        let tally = one.await??;
        all.latency.add(&tally.latency)?;
        all.wrong += tally.wrong;
        all.complaint = all.complaint.or(tally.complaint);
    }
    let (elapsed, to) = if whole {
        (started.elapsed(), process::read(target.pid)?)
    } else {
        (elapsed, to)
    };
    Ok(Figures {
        requests: all.latency.len(),
        elapsed,
        cpu: to.cpu.saturating_sub(from.cpu),
        at_end: process::read(target.pid)?,
        latency: all.latency,
        wrong: all.wrong,
        complaint: all.complaint,
    })
}

/// Up to ten minutes, to three digits. Bounded, because an unbounded one cuts off what does not fit instead of growing.
fn latencies() -> Outcome<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 600_000_000, 3)?)
}

async fn connection(
    mut client: Client,
    mut requests: Requests,
    seed: Arc<Seed>,
    shared: Arc<Shared>,
) -> Outcome<Tally> {
    let mut tally = Tally {
        latency: latencies()?,
        wrong: 0,
        complaint: None,
    };
    let is_file = requests.is_file();
    while !shared.over.load(Ordering::Relaxed) {
        if shared
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_err()
        {
            break;
        }
        let request = requests.next(&seed)?;
        let asked = Instant::now();
        let answer = client.ask(request).await?;
        let took = asked.elapsed();
        if let Err(complaint) = requests.judge(&answer) {
            tally.wrong += 1;
            tally.complaint.get_or_insert(complaint);
        } else if shared.counting.load(Ordering::Relaxed)
            && (is_file || !shared.over.load(Ordering::Relaxed))
        {
            tally
                .latency
                .saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        }
    }
    Ok(tally)
}
