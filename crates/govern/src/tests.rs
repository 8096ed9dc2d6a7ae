//! Every check is seen green on something good, red on the same thing broken, and red in its drill.

mod checks;
mod evidence;
mod in_time;
mod log;
mod page;
mod real;
mod rights;
mod transit;

use std::sync::Arc;

use audit::danger_testing::SeededKeys;
use audit::{Installation, LogJournal};
use base::{Actor, ActorKind, Ctx, Instant, RequestId, SeededRng};
use store::danger_testing::{TestDb, each_engine};

/// 2026-11-23T05:02:00Z.
const NOW: Instant = Instant::from_micros(1_795_410_120_000_000);

fn ctx(now: Instant) -> Ctx {
    Ctx {
        tenant: "operator".parse().expect("a tenant"),
        actor: Actor {
            kind: ActorKind::System,
            id: "check".into(),
            role: "operator".into(),
            authenticated_by: "local",
            grant: None,
        },
        purpose: None,
        request: RequestId::random(&SeededRng::new(u64::try_from(now.micros()).unwrap_or(0))),
        now,
    }
}

/// A fresh data database on each engine, with a log.
async fn databases() -> Vec<TestDb> {
    let installation = Installation {
        host: "test.example".into(),
        environment: "test".parse().expect("an environment"),
    };
    let journal = LogJournal::new(
        installation,
        Arc::new(SeededKeys::new(1)),
        Arc::new(SeededRng::new(2)),
    );
    each_engine(store::migrations::DATA, Some(Arc::new(journal)))
        .await
        .expect("databases")
}
