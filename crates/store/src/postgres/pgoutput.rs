//! What a replication slot says, read: the messages of PostgreSQL's own plugin `pgoutput`, protocol version 1
//! (<https://www.postgresql.org/docs/15/protocol-logicalrep-message-formats.html>).

use std::collections::{BTreeSet, HashMap};

use crate::changes::{Cell, Change, Changes, Column, Piece, Table, To};
use crate::{StoreError, Value};

/// A piece has no more bytes than this by much: a transaction may be of any size.
const PIECE_BYTES_MAX: usize = 4 << 20;
/// From 1970 to 2000, from where PostgreSQL counts, in microseconds.
const EPOCH: i64 = 946_684_800_000_000;
/// A table that only migrations write to.
pub(super) const MIGRATIONS: &str = "schema_migration";
/// What a change weighs beside its values.
const CHANGE_BYTES: usize = 32;

/// Types that both engines share, by their numbers in PostgreSQL's catalogue.
const BYTEA: u32 = 17;
const INT8: u32 = 20;
const TEXT: u32 = 25;

struct Relation {
    table: Table,
    types: Vec<u32>,
    /// Its place in the tables of the piece that is being gathered.
    at: Option<usize>,
}

/// Gathers messages into pieces.
#[derive(Default)]
pub(super) struct Decoder {
    relations: HashMap<u32, Relation>,
    tables: Vec<Table>,
    /// Changes of transactions that were read to their ends, and of the one that is being read.
    done: Vec<Change>,
    open: Vec<Change>,
    bytes: usize,
    /// A piece was handed over since the look began; one with a part of the open transaction.
    handed: bool,
    torn: bool,
    /// Every transaction that was read.
    pub(super) transactions: BTreeSet<u32>,
    /// Where the last one ended, and when.
    pub(super) ended: Option<(u64, i64)>,
    /// Why nothing more can be followed.
    pub(super) over: Option<&'static str>,
}

impl Decoder {
    /// Read a message.
    pub(super) fn feed(&mut self, message: &[u8]) -> Result<(), StoreError> {
        self.read(message).unwrap_or_else(|| {
            Err(StoreError::Internal(
                "the replication slot says what is not understood".into(),
            ))
        })
    }

    /// A piece, if there is enough for one.
    pub(super) fn full(&mut self) -> Option<Piece> {
        (self.bytes > PIECE_BYTES_MAX).then(|| {
            self.torn = !self.open.is_empty();
            self.hand_over(false)
        })
    }

    /// The last piece, if anything was read at all.
    pub(super) fn last(&mut self) -> Option<Piece> {
        // What a migration's transaction did before it said so was handed over in part: nobody may stop there.
        let spoilt = self.over.is_some() && self.torn;
        self.open.clear();
        (!spoilt && (self.handed || !self.done.is_empty())).then(|| self.hand_over(true))
    }

    fn hand_over(&mut self, ends: bool) -> Piece {
        let mut rows = std::mem::take(&mut self.done);
        rows.append(&mut self.open);
        for relation in self.relations.values_mut() {
            relation.at = None;
        }
        self.bytes = 0;
        self.handed = true;
        let tables = std::mem::take(&mut self.tables);
        Piece {
            changes: Changes { tables, rows },
            ends,
        }
    }

    fn stop(&mut self, why: &'static str) {
        self.open.clear();
        self.over = Some(why);
    }

    /// `None`: it is cut short, or names what was not announced.
    fn read(&mut self, message: &[u8]) -> Option<Result<(), StoreError>> {
        let (kind, mut rest) = message.split_first()?;
        let rest = &mut rest;
        match kind {
            b'B' => {
                take::<16>(rest)?;
                let transaction = u32::from_be_bytes(take(rest)?);
                self.transactions.insert(transaction);
                self.torn = false;
            }
            b'C' => {
                take::<9>(rest)?;
                let end = u64::from_be_bytes(take(rest)?);
                let at = i64::from_be_bytes(take(rest)?).saturating_add(EPOCH);
                self.ended = Some((end, at));
                self.done.append(&mut self.open);
                self.torn = false;
            }
            b'R' => {
                let oid = u32::from_be_bytes(take(rest)?);
                let relation = relation(rest)?;
                self.relations.insert(oid, relation);
            }
            b'I' => {
                let oid = u32::from_be_bytes(take(rest)?);
                let [_new] = take(rest)?;
                return Some(self.row(oid, None, rest));
            }
            b'U' => {
                let oid = u32::from_be_bytes(take(rest)?);
                let [mut mark] = take(rest)?;
                let mut old = None;
                if mark != b'N' {
                    old = Some(cells(rest)?);
                    [mark] = take(rest)?;
                }
                if mark != b'N' {
                    return None;
                }
                return Some(self.row(oid, old.as_deref(), rest));
            }
            b'D' => {
                let oid = u32::from_be_bytes(take(rest)?);
                let [_mark] = take(rest)?;
                let old = cells(rest)?;
                return Some(self.gone(oid, &old));
            }
            b'T' => self.stop("a table was emptied at once"),
            // Types, origins and messages say nothing of rows.
            b'Y' | b'O' | b'M' => {}
            _ => return None,
        }
        Some(Ok(()))
    }

    fn row(
        &mut self,
        oid: u32,
        old: Option<&[Raw<'_>]>,
        rest: &mut &[u8],
    ) -> Result<(), StoreError> {
        let new = cells(rest).ok_or_else(torn)?;
        let relation = self.relations.get(&oid).ok_or_else(torn)?;
        if relation.table.name == MIGRATIONS {
            self.stop("the schema was changed");
            return Ok(());
        }
        let mut row = Vec::with_capacity(new.len());
        for (raw, kind) in new.iter().zip(&relation.types) {
            row.push(raw.cell(*kind)?);
        }
        if row.len() != relation.table.columns.len() {
            return Err(torn());
        }
        if let Some(old) = old {
            // Its key is another now. What stays cannot be taken from a row that may be gone where this is repeated.
            if row.contains(&Cell::Stays) {
                self.stop("the key of a row was changed, but not its long values");
                return Ok(());
            }
            self.gone(oid, old)?;
        }
        self.push(oid, To::Put(row))
    }

    fn gone(&mut self, oid: u32, old: &[Raw<'_>]) -> Result<(), StoreError> {
        let relation = self.relations.get(&oid).ok_or_else(torn)?;
        let columns = relation.table.columns.iter().zip(&relation.types);
        let mut key = Vec::new();
        for (raw, (column, kind)) in old.iter().zip(columns) {
            match raw.cell(*kind)? {
                _ if !column.key => {}
                Cell::Is(value) => key.push(value),
                Cell::Stays => return Err(torn()),
            }
        }
        self.push(oid, To::Gone(key))
    }

    fn push(&mut self, oid: u32, to: To) -> Result<(), StoreError> {
        let relation = self.relations.get_mut(&oid).ok_or_else(torn)?;
        let table = match relation.at {
            Some(at) => at,
            None => {
                self.tables.push(relation.table.clone());
                *relation.at.insert(self.tables.len() - 1)
            }
        };
        self.bytes += CHANGE_BYTES + weigh(&to);
        self.open.push(Change { table, to });
        Ok(())
    }
}

fn weigh(to: &To) -> usize {
    let value = |value: &Value| match value {
        Value::Null => 1,
        Value::Int(_) => 9,
        Value::Text(text) => 5 + text.len(),
        Value::Bytes(bytes) => 5 + bytes.len(),
        Value::Id(bytes) => 5 + bytes.len(),
    };
    match to {
        To::Put(row) => row
            .iter()
            .map(|cell| match cell {
                Cell::Is(it) => value(it),
                Cell::Stays => 1,
            })
            .sum(),
        To::Gone(key) => key.iter().map(value).sum(),
    }
}

fn torn() -> StoreError {
    StoreError::Internal("the replication slot says what does not fit together".into())
}

/// A value as it is sent.
#[derive(Clone, Copy)]
enum Raw<'a> {
    Null,
    Stays,
    Text(&'a [u8]),
}

impl Raw<'_> {
    fn cell(&self, kind: u32) -> Result<Cell, StoreError> {
        let text = match self {
            Self::Null => return Ok(Cell::Is(Value::Null)),
            Self::Stays => return Ok(Cell::Stays),
            Self::Text(text) => std::str::from_utf8(text).map_err(|_| torn())?,
        };
        let value = match kind {
            INT8 => Value::Int(text.parse().map_err(|_| torn())?),
            TEXT => Value::Text(text.to_owned()),
            BYTEA => Value::Bytes(from_hex(text).ok_or_else(torn)?),
            _ => {
                return Err(StoreError::Schema(
                    "a column is of a type that both engines do not share".into(),
                ));
            }
        };
        Ok(Cell::Is(value))
    }
}

/// Bytes as PostgreSQL writes them: `\x` and digits.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?.as_bytes();
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    pairs
        .iter()
        .map(|[high, low]| u8::try_from((digit(*high)? << 4) | digit(*low)?).ok())
        .collect()
}

fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, rest) = from.split_first_chunk::<N>()?;
    *from = rest;
    Some(*bytes)
}

/// A text that ends with a zero.
fn name(from: &mut &[u8]) -> Option<String> {
    let end = from.iter().position(|byte| *byte == 0)?;
    let (text, rest) = from.split_at_checked(end)?;
    *from = rest.get(1..)?;
    String::from_utf8(text.to_vec()).ok()
}

fn relation(from: &mut &[u8]) -> Option<Relation> {
    let _schema = name(from)?;
    let table = name(from)?;
    let [_identity] = take(from)?;
    let count = u16::from_be_bytes(take(from)?);
    let (mut columns, mut types) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let [flags] = take(from)?;
        columns.push(Column {
            name: name(from)?,
            key: flags & 1 == 1,
        });
        types.push(u32::from_be_bytes(take(from)?));
        take::<4>(from)?;
    }
    Some(Relation {
        table: Table {
            name: table,
            columns,
        },
        types,
        at: None,
    })
}

fn cells<'a>(from: &mut &'a [u8]) -> Option<Vec<Raw<'a>>> {
    let count = u16::from_be_bytes(take(from)?);
    let mut row = Vec::with_capacity(count.into());
    for _ in 0..count {
        row.push(match take(from)? {
            [b'n'] => Raw::Null,
            [b'u'] => Raw::Stays,
            [b't'] => {
                let length = u32::from_be_bytes(take(from)?) as usize;
                let (text, rest) = from.split_at_checked(length)?;
                *from = rest;
                Raw::Text(text)
            }
            _ => return None,
        });
    }
    Some(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        from_hex(&format!("\\x{text}")).unwrap()
    }

    const BEGIN: &str = "4200000000015286f0000304539c498cfd000002d6";
    const TABLE: &str = "52000040007075626c696300740064000301610000000014ffffffff00620000000019ffffffff00630000000011ffffffff";
    const INSERT: &str = "49000040004e000374000000013174000000017874000000045c783031";
    const COMMIT: &str = "430000000000015286f00000000001528720000304539c498cfd";

    fn messages() -> Vec<Vec<u8>> {
        [BEGIN, TABLE, INSERT, COMMIT].map(hex).into()
    }

    /// What a server said.
    #[test]
    fn a_transaction_is_read() {
        let mut decoder = Decoder::default();
        for message in messages() {
            decoder.feed(&message).unwrap();
        }
        assert_eq!(decoder.ended.unwrap().0, 0x152_8720);
        assert_eq!(decoder.transactions.first(), Some(&726));
        let piece = decoder.last().unwrap();
        assert!(piece.ends);
        assert_eq!(piece.changes.tables[0].name, "t");
        let key: Vec<_> = piece.changes.tables[0]
            .columns
            .iter()
            .map(|it| it.key)
            .collect();
        assert_eq!(key, [true, false, false]);
        let row = vec![
            Cell::Is(Value::Int(1)),
            Cell::Is(Value::Text("x".into())),
            Cell::Is(Value::Bytes(vec![1])),
        ];
        assert_eq!(
            piece.changes.rows,
            [Change {
                table: 0,
                to: To::Put(row)
            }]
        );
        assert!(Decoder::default().last().is_none());
    }

    #[test]
    fn what_is_cut_short_or_not_announced_is_refused() {
        for message in messages() {
            for length in 0..message.len() {
                let mut decoder = Decoder::default();
                if message[0] == b'I' {
                    decoder.feed(&hex(TABLE)).unwrap();
                }
                assert!(decoder.feed(&message[..length]).is_err(), "{length}");
            }
        }
        assert!(Decoder::default().feed(&hex(INSERT)).is_err());
        assert!(Decoder::default().feed(b"?").is_err());
    }

    #[test]
    fn where_a_transaction_was_handed_over_in_part_nobody_stops_before_its_end() {
        let [begin, table, insert, commit] = messages().try_into().unwrap();
        let mut decoder = Decoder::default();
        for message in [&begin, &table, &insert] {
            decoder.feed(message).unwrap();
        }
        decoder.bytes = PIECE_BYTES_MAX + 1;
        assert!(!decoder.full().unwrap().ends);
        decoder.stop("the schema was changed");
        assert!(decoder.last().is_none());
        decoder.over = None;
        decoder.feed(&commit).unwrap();
        let last = decoder.last().unwrap();
        assert!(last.ends && last.changes.rows.is_empty());
    }
}
