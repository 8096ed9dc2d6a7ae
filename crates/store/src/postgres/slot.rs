//! A replication slot, read over plain SQL: looked at, put elsewhere, moved on.
//!
//! A slot of a name keeps the server's log from being removed until it is moved on; a passing one goes with its session.

use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use tokio_postgres::RowStream;

use super::connection::{Connection, Server};
use super::error::classify;
use super::pgoutput::Decoder;
use super::snapshot::tables;
use super::value;
use crate::changes::{Following, Lack, Piece, Reached, RowFollower};
use crate::{Row, Sql, StoreError, Value};

/// What names of our slots begin with, and what the publication is called.
const OURS: &str = "strongroom";
/// What the advisory lock of whoever follows is called: "strongsl" in ASCII.
const FOLLOWER_LOCK: i64 = 0x7374_726f_6e67_736c;
/// A look ends behind the transaction with which so many messages were read: a long absence is caught up with step by step.
const MESSAGES_MAX: i64 = 50_000;
/// Where nothing was committed, the slot is moved on once the server's log went on by so much.
const IDLE_BYTES: u64 = 1 << 20;
/// A table whose rows say how things are at this moment, every few seconds anew: of no use to anybody who restores.
const NOW_ONLY: &str = "continuity_node";
/// How long, and how often, it is looked whether everybody sees what was read: until then a synchronous standby has not answered.
const SEEN_MAX: Duration = Duration::from_secs(30);
const SEEN_EVERY: Duration = Duration::from_millis(10);

static LACKS: Sql = Sql::both(
    "SELECT current_setting('wal_level'), \
     (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user), \
     has_database_privilege(current_database(), 'CREATE') AND NOT EXISTS (SELECT 1 FROM pg_class AS c \
     JOIN pg_namespace AS n ON n.oid = c.relnamespace \
     WHERE n.nspname = current_schema() AND c.relkind = 'r' AND NOT pg_has_role(c.relowner, 'USAGE'))",
);
static LOCK: Sql = Sql::both("SELECT pg_try_advisory_lock($1)");
/// name, state, the timeline of now, up to where it was moved on: the newest first.
static SLOTS: Sql = Sql::both(
    "SELECT CAST(slot_name AS TEXT), COALESCE(wal_status, ''), substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8), \
     CAST(COALESCE(confirmed_flush_lsn, '0/0') - CAST('0/0' AS pg_lsn) AS BIGINT) FROM pg_replication_slots WHERE database = current_database() AND NOT temporary \
     AND left(CAST(slot_name AS TEXT), 11) = 'strongroom_' ORDER BY 1 DESC",
);
static WITHOUT_KEY: Sql = Sql::both(
    "SELECT 1 FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
     WHERE n.nspname = current_schema() AND c.relkind = 'r' \
     AND NOT EXISTS (SELECT 1 FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary)",
);
/// The session's number, and the timeline.
static SESSION: Sql =
    Sql::both("SELECT pg_backend_pid(), substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8)");
static CREATE: Sql = Sql::both(
    "SELECT 1 FROM pg_create_logical_replication_slot(CAST(CAST($1 AS TEXT) AS name), 'pgoutput', CAST($2 AS BIGINT) = 1)",
);
static DROP: Sql =
    Sql::both("SELECT CAST(pg_drop_replication_slot(CAST(CAST($1 AS TEXT) AS name)) AS TEXT)");
pub(super) static POSITION: Sql =
    Sql::both("SELECT CAST(pg_current_wal_flush_lsn() - CAST('0/0' AS pg_lsn) AS BIGINT)");
static PEEK: Sql = Sql::both(
    "SELECT data FROM pg_logical_slot_peek_binary_changes(CAST(CAST($1 AS TEXT) AS name), CAST(CAST($2 AS TEXT) AS pg_lsn), \
     CAST(CAST($3 AS BIGINT) AS INTEGER), 'proto_version', '1', 'publication_names', 'strongroom')",
);
static ADVANCE: Sql = Sql::both(
    "SELECT 1 FROM pg_replication_slot_advance(CAST(CAST($1 AS TEXT) AS name), CAST(CAST($2 AS TEXT) AS pg_lsn))",
);
static SNAPSHOT: Sql = Sql::both("SELECT CAST(pg_current_snapshot() AS TEXT)");

/// Reads a slot; nobody else does while this lives.
pub(crate) struct SlotReader {
    connection: Connection,
    slot: Option<String>,
    /// Where it was moved on to last.
    at: u64,
}

impl fmt::Debug for SlotReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SlotReader").field(&self.slot).finish()
    }
}

impl SlotReader {
    /// Become the one who follows.
    pub(crate) async fn open(server: &Server) -> Result<Following, StoreError> {
        let mut connection = server.connect().await?;
        if let Some(lack) = connection.lack().await? {
            return Ok(Following::Lacks(lack));
        }
        connection.batch("SET statement_timeout = 0").await?;
        let locked = connection.one(&LOCK, &[FOLLOWER_LOCK.into()]).await?;
        if locked.int(0)? != 1 {
            return Ok(Following::Elsewhere);
        }
        Ok(Following::Here(Box::new(RowFollower::new(Self {
            connection,
            slot: None,
            at: 0,
        }))))
    }

    pub(crate) async fn chain(&mut self) -> Result<Option<Reached>, StoreError> {
        let newest = self.connection.slots().await?.into_iter().next();
        let newest = newest.filter(|it| it.goes_on);
        self.slot = newest.as_ref().map(|it| it.name.clone());
        let Some((chain, moved)) = newest.and_then(|it| Some((it.chain?, it.moved))) else {
            return Ok(None);
        };
        let written = self.connection.one(&POSITION, &[]).await?.int(0)?;
        Ok(Some(Reached {
            chain,
            moved,
            written: u64::try_from(written).unwrap_or_default(),
        }))
    }

    /// A slot for this chain, or a passing one.
    pub(crate) async fn begin(&mut self, chain: Option<&str>) -> Result<(), StoreError> {
        let connection = &mut self.connection;
        if let Some(slot) = self.slot.take()
            && chain.is_none()
        {
            connection.rows(&DROP, &[slot.into()]).await?;
        }
        if chain.is_some() {
            connection.forget_slots().await?;
        }
        if !connection.rows(&WITHOUT_KEY, &[]).await?.is_empty() {
            return Err(StoreError::Schema(
                "a table has no primary key, so its rows cannot be followed".into(),
            ));
        }
        // Before the slot: a slot knows what was published when something was committed.
        let mut published = tables(connection).await?;
        published.retain(|table| table != NOW_ONLY);
        let published = published.join(", ");
        connection
            .batch(&format!(
                "DROP PUBLICATION IF EXISTS {OURS}; CREATE PUBLICATION {OURS} FOR TABLE {published}"
            ))
            .await?;
        let session = connection.one(&SESSION, &[]).await?;
        let (slot, passes) = match chain {
            Some(chain) => (slot_of(chain, session.text(1)?), 0_i64),
            None => (format!("{OURS}_passing_{}", session.int(0)?), 1),
        };
        // Waits for whoever writes at this moment.
        connection
            .rows(&CREATE, &[slot.as_str().into(), passes.into()])
            .await?;
        (self.slot, self.at) = (Some(slot), 0);
        Ok(())
    }

    pub(crate) async fn look(&mut self) -> Result<Look, StoreError> {
        let slot = self.slot.clone().ok_or_else(no_slot)?;
        let position = self.connection.one(&POSITION, &[]).await?.int(0)?;
        let position = u64::try_from(position).unwrap_or_default();
        let peek = self.connection.prepared(&PEEK).await?;
        let params: [Value; 3] = [slot.into(), text_of(position).into(), MESSAGES_MAX.into()];
        let rows = self.connection.client.query_raw(&peek, &params).await;
        Ok(Look {
            rows: Box::pin(rows.map_err(|error| classify(&error))?),
            decoder: Decoder::default(),
            position,
            messages: 0,
            left_off_at: None,
            read: false,
            seen: false,
        })
    }

    /// Wait until everybody sees what the look gave. Once all of it was read: until then the session answers nothing else.
    pub(crate) async fn seen(&mut self, look: &mut Look) -> Result<(), StoreError> {
        if look.seen {
            return Ok(());
        }
        let began = Instant::now();
        loop {
            let snapshot = self.connection.one(&SNAPSHOT, &[]).await?;
            match everybody_sees(snapshot.text(0)?, &look.decoder.transactions) {
                Some(true) => break,
                Some(false) if began.elapsed() < SEEN_MAX => tokio::time::sleep(SEEN_EVERY).await,
                Some(false) => {
                    return Err(StoreError::Unavailable(
                        "what was committed is not seen yet: a synchronous standby does not answer"
                            .into(),
                    ));
                }
                None => return Err(StoreError::Internal("a snapshot is not understood".into())),
            }
        }
        look.seen = true;
        Ok(())
    }

    pub(crate) async fn settle(&mut self, mut look: Look) -> Result<(), StoreError> {
        let slot = self.slot.clone().ok_or_else(no_slot)?;
        if look.messages == 0 && look.position < self.at.saturating_add(IDLE_BYTES) {
            return Ok(());
        }
        self.seen(&mut look).await?;
        let params = [slot.into(), text_of(look.position).into()];
        self.connection.rows(&ADVANCE, &params).await?;
        self.at = look.position;
        Ok(())
    }

    pub(crate) async fn end(&mut self) -> Result<(), StoreError> {
        match self.slot.take() {
            Some(slot) => self.connection.rows(&DROP, &[slot.into()]).await.map(drop),
            None => Ok(()),
        }
    }
}

fn no_slot() -> StoreError {
    StoreError::Internal("no slot was begun".into())
}

/// One of our slots.
struct Slot {
    name: String,
    /// The chain that it stands for.
    chain: Option<String>,
    /// Whether everything since is still there, on the timeline on which it was begun.
    goes_on: bool,
    /// Where it was moved on to last.
    moved: u64,
}

impl Connection {
    pub(crate) async fn lack(&mut self) -> Result<Option<Lack>, StoreError> {
        let row = self.one(&LACKS, &[]).await?;
        Ok(if row.text(0)? != "logical" {
            Some(Lack::WalLevel)
        } else if row.int(1)? != 1 {
            Some(Lack::Replication)
        } else if row.int(2)? != 1 {
            Some(Lack::Ownership)
        } else {
            None
        })
    }

    pub(crate) async fn chain(&mut self) -> Result<Option<String>, StoreError> {
        let newest = self.slots().await?.into_iter().next();
        Ok(newest.filter(|it| it.goes_on).and_then(|it| it.chain))
    }

    async fn slots(&mut self) -> Result<Vec<Slot>, StoreError> {
        let mut slots = Vec::new();
        for row in self.rows(&SLOTS, &[]).await? {
            let name = row.text(0)?.to_owned();
            let chain = chain_of(&name);
            let goes_on = row.text(1)? != "lost"
                && chain.as_deref().is_some_and(|chain| {
                    row.text(2)
                        .is_ok_and(|timeline| slot_of(chain, timeline) == name)
                });
            slots.push(Slot {
                name,
                chain,
                goes_on,
                moved: u64::try_from(row.int(3)?).unwrap_or_default(),
            });
        }
        Ok(slots)
    }

    pub(crate) async fn forget_slots(&mut self) -> Result<(), StoreError> {
        for slot in self.slots().await? {
            self.rows(&DROP, &[slot.name.into()]).await?;
        }
        Ok(())
    }

    async fn one(&mut self, sql: &'static Sql, params: &[Value]) -> Result<Row, StoreError> {
        let row = self.rows(sql, params).await?.into_iter().next();
        row.ok_or_else(|| StoreError::Internal("the server does not answer what was asked".into()))
    }
}

/// The slot's name: the chain's, and the timeline, in what such names may hold.
fn slot_of(chain: &str, timeline: &str) -> String {
    let timeline = timeline.trim_start_matches('0').to_lowercase();
    format!("{OURS}_{}_{timeline}", chain.replace('-', "_"))
}

fn chain_of(slot: &str) -> Option<String> {
    let rest = slot.strip_prefix(OURS)?.strip_prefix('_')?;
    let (chain, _timeline) = rest.rsplit_once('_')?;
    let (at, chance) = chain.split_once('_')?;
    Some(format!("{at}-{chance}"))
}

/// A place in the server's log as it writes one.
fn text_of(position: u64) -> String {
    format!("{:X}/{:X}", position >> 32, position & 0xffff_ffff)
}

/// Whether a snapshot (`xmin:xmax:xip,xip`) that is taken now has all of these transactions. One whose end stands in the log is not yet seen
/// while a standby is waited for. `None`: it is no snapshot.
fn everybody_sees(snapshot: &str, transactions: &BTreeSet<u32>) -> Option<bool> {
    let mut parts = snapshot.split(':');
    let (_, next, open) = (parts.next()?, parts.next()?, parts.next()?);
    // A number's lower half is what the log says; of two it is the later one that is ahead by less than half of all.
    let low = |text: &str| Some(text.parse::<u64>().ok()? as u32);
    let next = low(next)?;
    let open: Option<BTreeSet<u32>> = open
        .split(',')
        .filter(|it| !it.is_empty())
        .map(low)
        .collect();
    let open = open?;
    let behind = |it: &u32| it.wrapping_sub(next) > u32::MAX / 2;
    Some(
        transactions
            .iter()
            .all(|it| behind(it) && !open.contains(it)),
    )
}

/// What was committed since the slot was moved on last.
pub(crate) struct Look {
    rows: Pin<Box<RowStream>>,
    decoder: Decoder,
    position: u64,
    messages: i64,
    left_off_at: Option<i64>,
    read: bool,
    /// Everybody sees all of it.
    seen: bool,
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Look").field(&self.messages).finish()
    }
}

impl Look {
    pub(crate) async fn next(&mut self) -> Result<Option<Piece>, StoreError> {
        if self.read {
            return Ok(None);
        }
        while self.decoder.over.is_none() {
            let row = self.rows.try_next().await;
            let Some(row) = row.map_err(|error| classify(&error))? else {
                break;
            };
            self.messages += 1;
            self.decoder.feed(value::row(&row)?.bytes(0)?)?;
            if let Some(piece) = self.decoder.full() {
                return Ok(Some(piece));
            }
        }
        self.read = true;
        if self.decoder.over.is_some() {
            // What comes behind the end of the chain is read as well: until then the session answers nothing else.
            while let Some(row) = self.rows.try_next().await.transpose() {
                row.map_err(|error| classify(&error))?;
            }
        }
        if self.messages >= MESSAGES_MAX || self.decoder.over.is_some() {
            let (end, at) = self.decoder.ended.unwrap_or_default();
            (self.position, self.left_off_at) = (end, Some(at));
        }
        Ok(self.decoder.last())
    }

    pub(crate) const fn position(&self) -> u64 {
        self.position
    }

    pub(crate) const fn left_off_at(&self) -> Option<i64> {
        self.left_off_at
    }

    pub(crate) const fn over(&self) -> Option<&'static str> {
        self.decoder.over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_named_after_its_chain_and_timeline() {
        let chain = "00001800000000000000-0011223344556677";
        let slot = slot_of(chain, "0000001A");
        assert_eq!(slot, "strongroom_00001800000000000000_0011223344556677_1a");
        assert_eq!(chain_of(&slot).as_deref(), Some(chain));
        assert!(slot.len() < 64);
        assert_eq!(chain_of("strongroom_"), None);
    }

    #[test]
    fn what_a_standby_has_not_answered_is_not_seen() {
        let of = |all: &[u32]| all.iter().copied().collect();
        let sees = |snapshot, all: &[u32]| everybody_sees(snapshot, &of(all));
        assert_eq!(sees("10:20:10,15", &[9, 11, 19]), Some(true));
        assert_eq!(sees("10:20:10,15", &[15]), Some(false));
        assert_eq!(sees("10:20:10,15", &[20]), Some(false));
        assert_eq!(sees("10:10:", &[9]), Some(true));
        // The numbers begin anew after 2^32.
        assert_eq!(sees("4294967290:4294967300:4294967290", &[3]), Some(true));
        assert_eq!(sees("4294967290:4294967300:4294967290", &[4]), Some(false));
        assert_eq!(
            sees("4294967290:4294967300:4294967290", &[4_294_967_290]),
            Some(false)
        );
        assert_eq!(sees("x", &[]), None);
    }

    #[test]
    fn a_place_in_the_log_is_written_as_the_server_does() {
        assert_eq!(text_of(0x16_0000_2f0a), "16/2F0A");
    }
}
