//! What is committed to a PostgreSQL database, followed row by row out of a replication slot: for a copy elsewhere that is at most a moment
//! behind.
//!
//! Invariant: a slot moves on only once what it gave was put elsewhere, and everybody who reads the database sees it.
//! Invariant: what a look gives may be a commit that waits for its standby still, and is lost with this server. Nobody may stop behind it before
//! [`RowFollower::seen`].

use std::fmt;

use crate::postgres::{self, SlotReader};
use crate::{Db, StoreError, Value};

/// Why a database cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The server writes too little into its own log.
    WalLevel,
    /// The role may not use replication slots.
    Replication,
    /// The role does not own every table, or may not make a publication.
    Ownership,
}

impl Lack {
    /// A stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WalLevel => "wal_level",
            Self::Replication => "replication",
            Self::Ownership => "ownership",
        }
    }

    /// What is missing, and what to do.
    #[must_use]
    pub const fn why(self) -> &'static str {
        match self {
            Self::WalLevel => {
                "the PostgreSQL server runs without wal_level = logical: `ALTER SYSTEM SET wal_level = logical`, then restart it"
            }
            Self::Replication => {
                "the role may not use replication slots: `ALTER ROLE ... REPLICATION`"
            }
            Self::Ownership => {
                "the role must own every table of its database, and may create in it: `GRANT CREATE ON DATABASE ...`, `ALTER TABLE ... OWNER TO ...`"
            }
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.why())
    }
}

/// Who follows a database.
#[derive(Debug)]
pub enum Following {
    /// It has no rows to follow: SQLite is followed by its pages.
    ByPages,
    /// Nobody can, and why.
    Lacks(Lack),
    /// Another session does at this moment.
    Elsewhere,
    /// Whoever has this, for as long as it lives.
    Here(Box<RowFollower>),
}

/// A table, as far as its rows are followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Whether it belongs to the primary key.
    pub key: bool,
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// It is this now.
    Is(Value),
    /// It stays as it was: a long value that was not touched is not written again.
    Stays,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The table, by its place in [`Changes::tables`].
    pub table: usize,
    /// How.
    pub to: To,
}

/// What a row is afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// It is there, with these columns, whatever was there before. Where one stays, there was one.
    Put(Vec<Cell>),
    /// None with this key.
    Gone(Vec<Value>),
}

/// Changes, in the order of their commits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The tables that they are of.
    pub tables: Vec<Table>,
    /// The changes.
    pub rows: Vec<Change>,
}

/// Some of what was committed.
#[derive(Debug)]
pub struct Piece {
    /// What changed.
    pub changes: Changes,
    /// Whether all of this look was handed over with it: only here may anybody stop.
    pub ends: bool,
}

/// A look at what was committed since the slot was moved on last. While it is read nothing else is asked of the follower.
#[derive(Debug)]
pub struct Look(pub(crate) postgres::Look);

impl Look {
    /// The next piece; `None`: that was all.
    ///
    /// # Errors
    /// Storage failures; nothing is lost, it comes with the next look.
    pub async fn next(&mut self) -> Result<Option<Piece>, StoreError> {
        self.0.next().await
    }

    /// Where the server's log was read to. Known once all was read.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.0.position()
    }

    /// If there is more already that this look did not read: when the last transaction of it was committed, in microseconds since 1970, by
    /// the server's clock.
    #[must_use]
    pub const fn left_off_at(&self) -> Option<i64> {
        self.0.left_off_at()
    }

    /// Why nothing that comes behind it can be followed.
    #[must_use]
    pub const fn over(&self) -> Option<&'static str> {
        self.0.over()
    }
}

/// How far a chain is whose slot is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The chain.
    pub chain: String,
    /// Up to where in the server's log the slot was moved on.
    pub moved: u64,
    /// Up to where the server's log is on its disk.
    pub written: u64,
}

/// Follows a database, alone, on a connection of its own.
#[derive(Debug)]
pub struct RowFollower(SlotReader);

impl RowFollower {
    pub(crate) const fn new(reader: SlotReader) -> Self {
        Self(reader)
    }

    /// The chain whose slot is there and holds everything since it was moved on. It is gone on with.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn chain(&mut self) -> Result<Option<Reached>, StoreError> {
        self.0.chain().await
    }

    /// Begin a chain with a slot of this name; slots of earlier ones go. `chain`: 20 digits, `-`, 16 hexadecimal digits.
    ///
    /// # Errors
    /// Storage failures, among them that the server has no slot left.
    pub async fn begin(&mut self, chain: &str) -> Result<(), StoreError> {
        self.0.begin(Some(chain)).await
    }

    /// Follow from now on with a slot that goes with the session.
    ///
    /// # Errors
    /// As [`RowFollower::begin`].
    pub async fn begin_passing(&mut self) -> Result<(), StoreError> {
        self.0.begin(None).await
    }

    /// Look at what was committed until now.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn look(&mut self) -> Result<Look, StoreError> {
        Ok(Look(self.0.look().await?))
    }

    /// Wait until everybody sees all that `look` gave. It was read to its end.
    ///
    /// # Errors
    /// Storage failures; [`StoreError::Unavailable`] where a standby that commits wait for does not answer. Then what it gave may be lost with
    /// this server, and comes again with the next look if it is not.
    pub async fn seen(&mut self, look: &mut Look) -> Result<(), StoreError> {
        self.0.seen(&mut look.0).await
    }

    /// All that `look` gave lies elsewhere: wait until everybody sees it here, and let the slot move on.
    ///
    /// # Errors
    /// Storage failures; what it gave comes again with the next look.
    pub async fn settle(&mut self, look: Look) -> Result<(), StoreError> {
        self.0.settle(look.0).await
    }

    /// Nobody goes on with the chain: its slot goes.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn end(&mut self) -> Result<(), StoreError> {
        self.0.end().await
    }
}

impl Db {
    /// Follow what is committed, row by row.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn follow_rows(&self) -> Result<Following, StoreError> {
        match self.server() {
            None => Ok(Following::ByPages),
            Some(server) => SlotReader::open(server).await,
        }
    }

    /// What is missing to follow the rows of this database. `None`: nothing, or it is SQLite.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn lack(&self) -> Result<Option<Lack>, StoreError> {
        match self.server() {
            None => Ok(None),
            Some(server) => server.connect().await?.lack().await,
        }
    }

    /// The chain that a slot of this database stands for. `None`: nobody sends, or it is SQLite.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn chain(&self) -> Result<Option<String>, StoreError> {
        match self.server() {
            None => Ok(None),
            Some(server) => server.connect().await?.chain().await,
        }
    }

    /// Nobody follows this database any more: no slot of ours keeps the server's log from being removed.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn forget_slots(&self) -> Result<(), StoreError> {
        match self.server() {
            None => Ok(()),
            Some(server) => server.connect().await?.forget_slots().await,
        }
    }
}
