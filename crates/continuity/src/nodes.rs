//! What each node says of itself, so that any of them knows of all. Of PostgreSQL only: one of SQLite is alone.
//!
//! Invariant: a node that is not heard of is never taken for ready.

use std::time::Duration;

use base::Instant;
use store::{Db, Row, StoreError, WriteSet};

use crate::sql;

/// A node says so at least this often.
pub const HEARD_EVERY: Duration = Duration::from_secs(10);
/// One that was not heard of for so long may be gone.
pub const SILENT: Duration = Duration::from_secs(45);
/// One that was not heard of for so long is forgotten.
pub const FORGOTTEN: Duration = Duration::from_hours(24);
/// Nodes that are listed; more are none that anybody runs.
const LISTED_MAX: i64 = 1_000;

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its machine and port.
    pub name: String,
    /// The program's version.
    pub program: String,
    /// When it was started.
    pub since: Instant,
    /// When it was last heard of.
    pub heard_at: Instant,
    /// Why it is not ready. `None`: it is.
    pub not_ready: Option<String>,
    /// What it does for the stream, in a stable word.
    pub sends: String,
}

impl Node {
    /// Whether it was not heard of for too long.
    #[must_use]
    pub fn is_silent(&self, now: Instant) -> bool {
        now.since(self.heard_at) > SILENT
    }
}

/// Every node that was heard of within a day, by name.
///
/// # Errors
/// Storage failures.
pub async fn nodes(db: &Db, now: Instant) -> Result<Vec<Node>, StoreError> {
    let params = vec![now.before(FORGOTTEN).into(), LISTED_MAX.into()];
    let rows = db.rows(&sql::NODES, params).await?;
    rows.iter().map(node).collect()
}

/// Say how a node is, and forget those that were not heard of for long.
///
/// # Errors
/// Storage failures.
pub async fn heard(db: &Db, node: &Node) -> Result<(), StoreError> {
    let params = vec![
        node.name.clone().into(),
        node.program.clone().into(),
        node.since.into(),
        node.heard_at.into(),
        node.not_ready.clone().into(),
        node.sends.clone().into(),
    ];
    let before = node.heard_at.before(FORGOTTEN);
    let set = WriteSet::new()
        .run(&sql::NODE_HEARD, params)
        .run(&sql::FORGET_NODES, vec![before.into()]);
    db.commit(set).await.map(drop)
}

/// A node ended by itself.
///
/// # Errors
/// Storage failures.
pub async fn gone(db: &Db, name: &str) -> Result<(), StoreError> {
    let set = WriteSet::new().run(&sql::NODE_GONE, vec![name.into()]);
    db.commit(set).await.map(drop)
}

/// None of them is there any more: what is restored is served elsewhere.
#[must_use]
pub fn forget_all(set: WriteSet) -> WriteSet {
    set.run(&sql::FORGET_NODES, vec![i64::MAX.into()])
}

fn node(row: &Row) -> Result<Node, StoreError> {
    Ok(Node {
        name: row.text(0)?.to_owned(),
        program: row.text(1)?.to_owned(),
        since: Instant::from_micros(row.int(2)?),
        heard_at: Instant::from_micros(row.int(3)?),
        not_ready: (!row.is_null(4))
            .then(|| row.text(4).map(str::to_owned))
            .transpose()?,
        sends: row.text(5)?.to_owned(),
    })
}
