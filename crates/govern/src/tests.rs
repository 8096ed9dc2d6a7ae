//! Every check is seen green on something good, red on the same thing broken, and red in its drill.

mod checks;
mod evidence;
mod log;
mod page;
mod transit;

use base::{Actor, ActorKind, Ctx, Instant, RequestId, SeededRng};

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
        },
        purpose: None,
        request: RequestId::random(&SeededRng::new(u64::try_from(now.micros()).unwrap_or(0))),
        now,
    }
}
