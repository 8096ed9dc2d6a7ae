//! How the replication of a PostgreSQL database stands, as its primary sees it now: measured, never assumed.

use std::time::Duration;

use store::{Db, Row, StoreError};

use crate::sql;

/// An idle slot that keeps more of the log than this fills the primary's disk sooner or later.
const RETAINED_MAX: u64 = 4 << 30;

/// Who receives the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standby {
    /// What it calls itself.
    pub name: String,
    /// `streaming`, `catchup`, ...; empty where the server does not let us see.
    pub state: String,
    /// `sync`, `quorum`, `potential` or `async`.
    pub sync: String,
    /// Bytes of the log that it has not on its disk yet.
    pub unflushed_bytes: Option<u64>,
    /// Bytes that it has not applied yet.
    pub behind_bytes: Option<u64>,
    /// How long what was applied last took to get there; nothing while nothing is written.
    pub behind: Option<Duration>,
}

impl Standby {
    /// Whether commits wait for it.
    #[must_use]
    pub fn is_synchronous(&self) -> bool {
        matches!(self.sync.as_str(), "sync" | "quorum")
    }

    /// Whether it receives what is written.
    #[must_use]
    pub fn streams(&self) -> bool {
        self.state == "streaming"
    }
}

/// A place in the log that the primary keeps for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// Whether somebody reads from it now.
    pub active: bool,
    /// Bytes of the log that are kept for it.
    pub retained_bytes: Option<u64>,
    /// `reserved`, `extended`, `unreserved`, `lost`.
    pub wal_status: String,
}

/// Where sessions of ours come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sessions {
    /// The address that the server sees; `local` for a Unix socket.
    pub from: String,
    /// How many.
    pub count: u64,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replication {
    /// `synchronous_standby_names`: empty where no commit waits for anybody.
    pub synchronous_names: String,
    /// Who receives.
    pub standbys: Vec<Standby>,
    /// What is kept for whom.
    pub slots: Vec<Slot>,
    /// Sessions of this program's nodes and commands.
    pub sessions: Vec<Sessions>,
}

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Commits are to wait for a standby, and none of those that they wait for is there: nothing is acknowledged.
    NobodySynchronous,
    /// A standby does not receive what is written.
    NotStreaming(String),
    /// Nobody reads from a slot, and the log that is kept for it grows.
    Retains(String, u64),
    /// What a slot needs is gone: whoever it belongs to has to begin anew.
    Lost(String),
    /// The server does not let us see who receives.
    Hidden,
}

impl Fault {
    /// Its stable name.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NobodySynchronous => "replication.nobody_synchronous",
            Self::NotStreaming(_) => "replication.not_streaming",
            Self::Retains(..) => "replication.slot_retains",
            Self::Lost(_) => "replication.slot_lost",
            Self::Hidden => "replication.hidden",
        }
    }

    /// What it means, and what to do.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::NobodySynchronous => "commits are to wait for a synchronous standby, and none streams: nothing is acknowledged until one does; look at `patronictl list`".to_owned(),
            Self::NotStreaming(name) => format!("the standby {name} does not stream: look at its log"),
            Self::Retains(name, bytes) => format!(
                "nobody reads from the slot {name}, and the primary keeps {} MiB of its log for it: start who it belongs to, or drop it (`SELECT pg_drop_replication_slot`)",
                bytes >> 20
            ),
            Self::Lost(name) => format!("what the slot {name} needs is gone: whoever it belongs to begins anew"),
            Self::Hidden => "the server does not let us see who receives: `GRANT pg_monitor TO` the role of the data database".to_owned(),
        }
    }
}

impl Replication {
    /// What is wrong.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let hidden = self.standbys.iter().any(|it| it.state.is_empty());
        if hidden {
            faults.push(Fault::Hidden);
        }
        let held = |it: &Standby| it.is_synchronous() && it.streams();
        if !self.synchronous_names.is_empty() && !hidden && !self.standbys.iter().any(held) {
            faults.push(Fault::NobodySynchronous);
        }
        for it in &self.standbys {
            if !it.state.is_empty() && !matches!(it.state.as_str(), "streaming" | "backup") {
                faults.push(Fault::NotStreaming(it.name.clone()));
            }
        }
        for slot in &self.slots {
            if slot.wal_status == "lost" {
                faults.push(Fault::Lost(slot.name.clone()));
            } else if let Some(bytes) = slot.retained_bytes
                && !slot.active
                && bytes > RETAINED_MAX
            {
                faults.push(Fault::Retains(slot.name.clone(), bytes));
            }
        }
        faults
    }

    /// How much of the log the furthest of those that commits wait for has not on its disk; `None`: there is none.
    #[must_use]
    pub fn synchronous(&self) -> Option<&Standby> {
        let held = |it: &&Standby| it.is_synchronous() && it.streams();
        self.standbys.iter().find(held)
    }
}

/// How the replication of the database behind `db` stands. Of SQLite there is none.
///
/// # Errors
/// Storage failures.
pub async fn replication(db: &Db) -> Result<Replication, StoreError> {
    let setting = db.row(&sql::SYNCHRONOUS_NAMES, vec![]).await?;
    let synchronous_names = setting.map_or_else(|| Ok(String::new()), |row| text(&row, 0))?;
    let mut standbys = Vec::new();
    for row in db.rows(&sql::STANDBYS, vec![]).await? {
        let lag = count(&row, 5)?;
        standbys.push(Standby {
            name: text(&row, 0)?,
            state: text(&row, 1)?,
            sync: text(&row, 2)?,
            unflushed_bytes: count(&row, 3)?,
            behind_bytes: count(&row, 4)?,
            behind: lag.map(Duration::from_micros),
        });
    }
    let mut slots = Vec::new();
    for row in db.rows(&sql::SLOTS, vec![]).await? {
        slots.push(Slot {
            name: text(&row, 0)?,
            active: row.int(1)? == 1,
            retained_bytes: count(&row, 2)?,
            wal_status: text(&row, 3)?,
        });
    }
    let mut sessions = Vec::new();
    for row in db.rows(&sql::SESSIONS, vec![]).await? {
        sessions.push(Sessions {
            from: text(&row, 0)?,
            count: count(&row, 1)?.unwrap_or(0),
        });
    }
    Ok(Replication {
        synchronous_names,
        standbys,
        slots,
        sessions,
    })
}

fn text(row: &Row, at: usize) -> Result<String, StoreError> {
    Ok(if row.is_null(at) {
        String::new()
    } else {
        row.text(at)?.to_owned()
    })
}

fn count(row: &Row, at: usize) -> Result<Option<u64>, StoreError> {
    let found = (!row.is_null(at)).then(|| row.int(at)).transpose()?;
    Ok(found.map(|it| u64::try_from(it).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standby(state: &str, sync: &str) -> Standby {
        Standby {
            name: "sr2".to_owned(),
            state: state.to_owned(),
            sync: sync.to_owned(),
            unflushed_bytes: Some(0),
            behind_bytes: Some(0),
            behind: None,
        }
    }

    fn stands(names: &str, standbys: Vec<Standby>, slots: Vec<Slot>) -> Vec<&'static str> {
        let it = Replication {
            synchronous_names: names.to_owned(),
            standbys,
            slots,
            sessions: Vec::new(),
        };
        it.faults().iter().map(Fault::code).collect()
    }

    #[test]
    fn what_is_wrong_is_named() {
        let none: [&str; 0] = [];
        assert_eq!(stands("", vec![], vec![]), none);
        assert_eq!(
            stands("*", vec![standby("streaming", "sync")], vec![]),
            none
        );
        let asynchronous = vec![standby("streaming", "async")];
        assert_eq!(
            stands("*", asynchronous, vec![]),
            ["replication.nobody_synchronous"]
        );
        assert_eq!(
            stands("*", vec![], vec![]),
            ["replication.nobody_synchronous"]
        );
        assert_eq!(
            stands("", vec![standby("catchup", "async")], vec![]),
            ["replication.not_streaming"]
        );
        assert_eq!(
            stands("*", vec![standby("", "")], vec![]),
            ["replication.hidden"]
        );
        let slot = |active, bytes, status: &str| Slot {
            name: "sr3".to_owned(),
            active,
            retained_bytes: Some(bytes),
            wal_status: status.to_owned(),
        };
        assert_eq!(
            stands("", vec![], vec![slot(true, RETAINED_MAX + 1, "extended")]),
            none
        );
        assert_eq!(
            stands("", vec![], vec![slot(false, RETAINED_MAX, "reserved")]),
            none
        );
        let kept = slot(false, RETAINED_MAX + 1, "extended");
        assert_eq!(stands("", vec![], vec![kept]), ["replication.slot_retains"]);
        assert_eq!(
            stands("", vec![], vec![slot(false, 0, "lost")]),
            ["replication.slot_lost"]
        );
    }
}
