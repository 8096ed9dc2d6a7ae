//! What is measured inside one process, against the library crates: the cipher, the key tree, the log.

pub mod cipher;
pub mod keys;
pub mod log;
pub mod policy;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use ::keys::seal::KeyFile;
use ::keys::{CacheLimits, Keys, Settings};
use base::{Clock, TenantId};
use crypt::SystemRng;
use serde_json::{Value, json};
use store::{Db, DbConfig};

use crate::{Outcome, process};

/// Where and how much.
#[derive(Clone, Debug)]
pub struct Plan {
    /// An empty folder.
    pub data: PathBuf,
    /// A hundredth of everything, to see that it works.
    pub quick: bool,
}

impl Plan {
    const fn scaled(&self, amount: u64) -> u64 {
        if self.quick { amount / 50 } else { amount }
    }
}

/// The machine's clock.
struct Now;

impl Clock for Now {
    fn now(&self) -> base::Instant {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        base::Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

fn tenant() -> Outcome<TenantId> {
    Ok("bench".parse()?)
}

/// A key tree in a SQLite file of its own, sealed with a key file.
async fn key_tree(plan: &Plan) -> Outcome<Keys> {
    let place = DbConfig::Sqlite {
        path: plan.data.join("keys.sqlite"),
        secure_delete: true,
    };
    let db = Db::open(place, store::migrations::KEYS, None).await?;
    let backend = KeyFile::create(&plan.data.join("root.key"), &SystemRng)?;
    let settings = Settings {
        environment: "bench".parse()?,
        region: "local".parse()?,
        cache: CacheLimits::default(),
    };
    let keys = Keys::open_or_init(
        db,
        Arc::new(backend),
        settings,
        Arc::new(Now),
        Arc::new(SystemRng),
    )
    .await?;
    keys.open_tenant(&tenant()?).await?;
    Ok(keys)
}

/// A span of work, with the CPU that this process spent on it.
struct Watch {
    begin: Instant,
    cpu: Duration,
}

impl Watch {
    fn start() -> Outcome<Self> {
        Ok(Self {
            cpu: process::read(std::process::id())?.cpu,
            begin: Instant::now(),
        })
    }

    /// Figures of `count` operations in that span; `each` are the times of single ones, where they were taken.
    fn figures(&self, count: u64, mut each: Vec<Duration>) -> Outcome<Value> {
        let elapsed = self.begin.elapsed();
        let reading = process::read(std::process::id())?;
        each.sort();
        let quantile = |share: f64| {
            let at = (each.len() as f64 * share) as usize;
            each.get(at.min(each.len().saturating_sub(1)))
                .map_or(0, Duration::as_micros)
        };
        Ok(json!({
            "rps": count as f64 / elapsed.as_secs_f64(),
            "p50_us": u64::try_from(quantile(0.5))?,
            "p99_us": u64::try_from(quantile(0.99))?,
            "cpu_us": reading.cpu.saturating_sub(self.cpu).as_micros() as f64 / count.max(1) as f64,
            "rss_kib": reading.rss_kib,
            "peak_kib": reading.peak_kib,
        }))
    }
}
