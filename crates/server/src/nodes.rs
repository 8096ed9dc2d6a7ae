//! This node says in the database how it is, every few seconds, so that `strongroom status` knows of all of them wherever it is asked.
//!
//! Of PostgreSQL only. One of SQLite is alone, and is asked directly.

use std::time::Duration;

use continuity::nodes::{HEARD_EVERY, Node, gone, heard};
use store::snapshot::Kind;
use tokio::sync::watch;

use crate::api::{self, House};
use crate::serving::stopped;

/// Where nothing can be written, a node that ends does not wait for it.
const GONE_MAX: Duration = Duration::from_secs(2);

/// What this node does for what leaves between two recovery points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sends {
    /// Nothing is to be sent: there are no backups.
    #[default]
    Nothing,
    /// It sends.
    Here,
    /// Another one does.
    Elsewhere,
    /// There is no repository yet.
    NotYet,
    /// PostgreSQL is not set up for it.
    Lacks,
    /// It tries, and fails.
    Fails,
}

impl Sends {
    /// A stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Here => "here",
            Self::Elsewhere => "elsewhere",
            Self::NotYet => "not_yet",
            Self::Lacks => "lacks",
            Self::Fails => "fails",
        }
    }
}

/// What this node is called: its machine, and where it listens there.
fn name(port: u16) -> String {
    let machine = rustix::system::uname();
    format!("{}:{port}", machine.nodename().to_string_lossy())
}

/// Say it until told to stop. `port`: where it listens.
pub(crate) async fn tell(house: House, port: u16, mut stop: watch::Receiver<bool>) {
    if house.db.kind() != Kind::Postgres {
        return;
    }
    let name = name(port);
    let mut beat = tokio::time::interval(HEARD_EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            () = house.going.notified() => {}
            () = stopped(&mut stop) => break,
        }
        tokio::select! {
            () = tell_once(&house, &name) => {}
            () = stopped(&mut stop) => break,
        }
    }
    if !matches!(
        tokio::time::timeout(GONE_MAX, gone(&house.db, &name)).await,
        Ok(Ok(()))
    ) {
        tracing::warn!("that this node ends was not noted: others miss it for a day");
    }
}

async fn tell_once(house: &House, name: &str) {
    let not_ready = api::ready(house).await.err().map(str::to_owned);
    let sends = *house.sends.lock();
    let node = Node {
        name: name.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        since: house.opened_at,
        heard_at: house.clock.now(),
        not_ready,
        sends: sends.as_str().to_owned(),
    };
    if let Err(error) = heard(&house.db, &node).await {
        tracing::warn!(%error, "this node could not say how it is");
    }
}
