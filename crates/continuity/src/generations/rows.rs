//! Between two generations, on PostgreSQL: what is committed to the key store lies beside the newest one a second later, sealed under its
//! epoch key, and goes with it.
//!
//! Invariant: of a key that was destroyed before a generation was read, nothing is put beside that generation: each row as it was last.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Environment, Instant, Rng};
use store::changes::{Cell, Change, Changes, Column, RowFollower, Table, To};
use store::snapshot::Filling;
use store::{Db, Value};

use super::stream::{self, Kept};
use super::{Generation, Places, living};
use crate::ContinuityError;
use crate::pieces::{BROKEN, parse_name};
use crate::repository::blocking;
use crate::rows::{Begun, Place, read, write};
use crate::stream::Looked;

/// Rows that are kept in memory for the next generation. With more, a new generation is due.
const KEPT_BYTES_MAX: usize = 256 << 20;
/// A generation says a moment of before it was read, by the clock of whoever made it.
const EARLIER: Duration = Duration::from_secs(90);
/// What pieces are called that wait to be repeated.
pub(super) const PIECE: &str = "rows";

/// A row as it was last.
struct Row {
    at: Instant,
    table: Arc<Table>,
    to: To,
}

/// Rows by their tables and keys.
type Rows = BTreeMap<(String, Vec<u8>), Row>;

/// Follows the key store. After a failure another one is begun.
pub struct KeyRows {
    follower: Box<RowFollower>,
    places: Places,
    environment: Environment,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    /// Since when everything that was committed is known.
    since: Option<Instant>,
    /// The generation that pieces go to, and the number of the next one.
    to: Option<(Generation, u64)>,
    /// Every row that was touched since the last generation was made.
    touched: Rows,
    bytes: usize,
}

impl fmt::Debug for KeyRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyRows").field(&self.to).finish()
    }
}

impl KeyRows {
    /// Follow the key store `db` from now on.
    ///
    /// # Errors
    /// [`ContinuityError::Store`].
    pub async fn begin(
        db: &Db,
        places: Places,
        environment: Environment,
        (clock, rng): (Arc<dyn Clock>, Arc<dyn Rng>),
    ) -> Result<Begun<Self>, ContinuityError> {
        let following = db.follow_rows().await?;
        Ok(Begun::of(following, |follower| Self {
            follower,
            places,
            environment,
            clock,
            rng,
            since: None,
            to: None,
            touched: Rows::new(),
            bytes: 0,
        }))
    }

    /// Put what was committed beside the newest generation; `now` is the moment before it is read.
    ///
    /// # Errors
    /// [`ContinuityError`]; nothing is lost, it goes with the next one, or a new generation has it.
    pub async fn send(&mut self, now: Instant) -> Result<Kept, ContinuityError> {
        if self.since.is_none() {
            // Nothing is known of before: only a generation that is read from now on is gone on from. The slot goes with this session.
            self.follower.begin_passing().await?;
            self.since = Some(self.clock.now());
        }
        let mut look = self.follower.look().await?;
        let mut fresh = Rows::new();
        while let Some(piece) = look.next().await? {
            self.bytes += gather(&mut fresh, piece.changes, now);
        }
        // A key of a commit that is not acknowledged, or its destruction, may be lost where another server goes on.
        self.follower.seen(&mut look).await?;
        if let Some(why) = look.over() {
            tracing::warn!(
                why,
                "the stream of the key store ends here, and another begins"
            );
            self.forget();
            return Ok(Kept::NeedsGeneration);
        }
        for (key, row) in &fresh {
            let row = Row {
                at: row.at,
                table: Arc::clone(&row.table),
                to: row.to.clone(),
            };
            merge(&mut self.touched, key.clone(), row);
        }
        let newest = self.newest().await?;
        if let Some(newest) = newest
            && self.to.map(|(known, _)| known) != Some(newest)
        {
            // What was committed before it was read is in it.
            let from = newest.taken_at().before(EARLIER);
            self.touched.retain(|_, row| row.at >= from);
            self.bytes = self.touched.values().map(|row| weigh(&row.to)).sum();
            self.to = Some((newest, 1));
            let all = std::mem::take(&mut self.touched);
            let put = self.put(&all, now).await;
            self.touched = all;
            put?;
        } else {
            self.put(&fresh, now).await?;
        }
        self.follower.settle(look).await?;
        if self.bytes > 2 * KEPT_BYTES_MAX {
            // Nobody makes one: what comes now cannot be kept for it.
            self.forget();
            return Ok(Kept::NeedsGeneration);
        }
        Ok(match self.to {
            None => Kept::NeedsGeneration,
            Some((to, _)) if self.bytes > KEPT_BYTES_MAX => {
                // One that was made just now would have to be given as much.
                if now.since(to.taken_at()) > EARLIER * 2 {
                    Kept::NeedsGeneration
                } else {
                    Kept::Whole
                }
            }
            Some(_) => Kept::Whole,
        })
    }

    fn forget(&mut self) {
        (self.since, self.to, self.bytes) = (None, None, 0);
        self.touched.clear();
    }

    /// The newest generation, if it was read after we knew everything.
    async fn newest(&self) -> Result<Option<Generation>, ContinuityError> {
        let places = self.places.clone();
        let newest = blocking(move || {
            let there = places.folder.is_dir() && places.epochs.is_dir();
            let all = if there { living(&places)? } else { Vec::new() };
            Ok(all.into_iter().next())
        })
        .await?;
        Ok(newest.filter(|it| self.since.is_some_and(|since| it.taken_at() >= since)))
    }

    async fn put(&mut self, rows: &Rows, now: Instant) -> Result<(), ContinuityError> {
        let Some((generation, number)) = self.to else {
            return Ok(());
        };
        if rows.is_empty() {
            return Ok(());
        }
        let chain = stream::chain(generation);
        let place = Place {
            chain: &chain,
            number,
            when: Looked::at_once(now),
            position: 0,
            ends: true,
        };
        let plain = zeroize::Zeroizing::new(write(&place, &changes(rows))?);
        let (places, environment) = (self.places.clone(), self.environment.clone());
        let rng = Arc::clone(&self.rng);
        let at = (generation, number, now);
        blocking(move || stream::seal(&places, &environment, at, &plain, &*rng)).await?;
        self.to = Some((generation, number + 1));
        Ok(())
    }
}

fn weigh(to: &To) -> usize {
    let value = |value: &Value| match value {
        Value::Text(text) => text.len() + 8,
        Value::Bytes(bytes) => bytes.len() + 8,
        Value::Null | Value::Int(_) | Value::Id(_) => 16,
    };
    let values: usize = match to {
        To::Put(row) => row
            .iter()
            .map(|cell| match cell {
                Cell::Is(it) => value(it),
                Cell::Stays => 1,
            })
            .sum(),
        To::Gone(key) => key.iter().map(value).sum(),
    };
    // The key is kept twice, and there is a tree around it.
    2 * values + 128
}

/// Keep of each row how it was last; how many bytes that may be.
fn gather(rows: &mut Rows, changes: Changes, at: Instant) -> usize {
    let tables: Vec<Arc<Table>> = changes.tables.into_iter().map(Arc::new).collect();
    let mut bytes = 0;
    for change in changes.rows {
        let Some(table) = tables.get(change.table) else {
            continue;
        };
        bytes += weigh(&change.to);
        let key = (table.name.clone(), key_of(table, &change.to));
        let table = Arc::clone(table);
        let to = change.to;
        merge(rows, key, Row { at, table, to });
    }
    bytes
}

fn merge(rows: &mut Rows, key: (String, Vec<u8>), mut new: Row) {
    if let (To::Put(row), Some(To::Put(before))) = (&mut new.to, rows.get(&key).map(|it| &it.to)) {
        for (cell, before) in row.iter_mut().zip(before) {
            if *cell == Cell::Stays {
                *cell = before.clone();
            }
        }
    }
    rows.insert(key, new);
}

/// The values of a row's key, such that no two keys are alike.
fn key_of(table: &Table, to: &To) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut push = |value: &Value| {
        let (kind, value): (u8, &[u8]) = match value {
            Value::Null => (0, &[]),
            Value::Int(int) => (1, &int.to_be_bytes()),
            Value::Text(text) => (2, text.as_bytes()),
            Value::Bytes(bytes) => (3, bytes),
            Value::Id(bytes) => (3, bytes),
        };
        bytes.push(kind);
        bytes.extend_from_slice(&(value.len() as u64).to_be_bytes());
        bytes.extend_from_slice(value);
    };
    match to {
        To::Gone(key) => key.iter().for_each(&mut push),
        To::Put(row) => {
            let of_key = |(column, _): &(&Column, &Cell)| column.key;
            for (_, cell) in table.columns.iter().zip(row).filter(of_key) {
                if let Cell::Is(value) = cell {
                    push(value);
                }
            }
        }
    }
    bytes
}

fn changes(rows: &Rows) -> Changes {
    let mut all = Changes::default();
    for row in rows.values() {
        let known = all.tables.iter().position(|table| *table == *row.table);
        let table = known.unwrap_or_else(|| {
            all.tables.push((*row.table).clone());
            all.tables.len() - 1
        });
        all.rows.push(Change {
            table,
            to: row.to.clone(),
        });
    }
    all
}

/// Repeat what lay beside the generation in `folder`. How many pieces that were.
///
/// # Errors
/// [`ContinuityError`]; then nothing is filled in.
pub async fn forward(folder: &Path, filling: &mut Filling) -> Result<u64, ContinuityError> {
    let failed = |error| ContinuityError::file(folder, error);
    let mut there = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|it| it == PIECE)
            && let Some(named) = path.file_stem().and_then(|it| parse_name(it.to_str()?))
        {
            there.push((named, path));
        }
    }
    there.sort_unstable();
    for ((number, at), path) in &there {
        let plain = std::fs::read(path).map_err(|error| ContinuityError::file(path, error))?;
        let (head, changes) = read(&zeroize::Zeroizing::new(plain))?;
        if (head.number, head.at) != (*number, at.micros()) {
            return Err(BROKEN);
        }
        filling.forward(&changes).await?;
    }
    Ok(there.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let columns = [("person", true), ("wrapped", false), ("long", false)];
        Table {
            name: "person_key".into(),
            columns: columns
                .map(|(name, key)| Column {
                    name: name.into(),
                    key,
                })
                .into(),
        }
    }

    fn int(int: i64) -> Cell {
        Cell::Is(Value::Int(int))
    }

    #[test]
    fn of_a_row_that_is_gone_nothing_is_left() {
        let all = |to: Vec<To>| Changes {
            tables: vec![table()],
            rows: to.into_iter().map(|to| Change { table: 0, to }).collect(),
        };
        let mut rows = Rows::new();
        let at = Instant::from_micros(1);
        gather(
            &mut rows,
            all(vec![To::Put(vec![int(1), int(2), int(3)])]),
            at,
        );
        gather(
            &mut rows,
            all(vec![
                To::Put(vec![int(1), int(4), Cell::Stays]),
                To::Put(vec![int(5), int(6), int(7)]),
            ]),
            at,
        );
        let puts: Vec<To> = changes(&rows).rows.into_iter().map(|it| it.to).collect();
        assert_eq!(
            puts,
            [
                To::Put(vec![int(1), int(4), int(3)]),
                To::Put(vec![int(5), int(6), int(7)])
            ]
        );
        gather(&mut rows, all(vec![To::Gone(vec![Value::Int(1)])]), at);
        let left = changes(&rows);
        assert_eq!(left.rows.len(), 2);
        assert_eq!(left.rows[0].to, To::Gone(vec![Value::Int(1)]));
    }
}
