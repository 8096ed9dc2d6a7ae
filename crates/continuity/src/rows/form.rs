//! The form of a piece (`docs/formats/row-stream.md`).

use base::Instant;
use serde::{Deserialize, Serialize};
use store::Value;
use store::changes::{Cell, Change, Changes, Column, Table, To};

use crate::ContinuityError;
use crate::pieces::BROKEN;
use crate::stream::Looked;

/// The version of the form.
pub const FORMAT: &str = "strongroom-row-stream/2";
/// The version before, which is read still: its pieces were sealed under a key that does not die.
const FORMAT_BEFORE: &str = "strongroom-row-stream/1";
/// A head is no longer than this: it names tables and columns.
const HEAD_BYTES_MAX: usize = 1 << 18;

const PUT: u8 = 1;
const GONE: u8 = 2;

const NULL: u8 = 0;
const INT: u8 = 1;
const TEXT: u8 = 2;
const BYTES: u8 = 3;
const STAYS: u8 = 4;

/// What stands at the head of a piece, inside the seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    format: String,
    pub(crate) chain: String,
    pub(crate) number: u64,
    pub(crate) at: i64,
    /// All that was acknowledged until then is in the piece, or in one before it. Before version 2, that is what [`Self::at`] says.
    #[serde(default)]
    since: Option<i64>,
    /// Where PostgreSQL's own log was read to.
    pub(crate) position: u64,
    /// Whether a restore may stop behind it.
    pub(crate) ends: bool,
    tables: Vec<Named>,
    changes: u32,
}

impl Head {
    /// All that was acknowledged until then is in the piece, or in one before it.
    pub(crate) fn since(&self) -> Instant {
        Instant::from_micros(self.since.unwrap_or(self.at))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    columns: Vec<String>,
    key: Vec<String>,
}

/// Where a piece belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) chain: &'a str,
    pub(crate) number: u64,
    pub(crate) when: Looked,
    pub(crate) position: u64,
    pub(crate) ends: bool,
}

fn too_large(_: std::num::TryFromIntError) -> ContinuityError {
    ContinuityError::Internal("a piece of the stream is too large")
}

pub(crate) fn write(place: &Place<'_>, changes: &Changes) -> Result<Vec<u8>, ContinuityError> {
    let named = |table: &Table| {
        let name = |column: &Column| column.name.clone();
        Named {
            name: table.name.clone(),
            columns: table.columns.iter().map(name).collect(),
            key: table.columns.iter().filter(|it| it.key).map(name).collect(),
        }
    };
    let head = Head {
        format: FORMAT.to_owned(),
        chain: place.chain.to_owned(),
        number: place.number,
        at: place.when.at.micros(),
        since: Some(place.when.since.micros()),
        position: place.position,
        ends: place.ends,
        tables: changes.tables.iter().map(named).collect(),
        changes: u32::try_from(changes.rows.len()).map_err(too_large)?,
    };
    let text = serde_json::to_vec(&head)
        .map_err(|_| ContinuityError::Internal("a head cannot be written"))?;
    let mut to = Vec::with_capacity(4 + text.len());
    length(&mut to, text.len())?;
    to.extend_from_slice(&text);
    for change in &changes.rows {
        let table = u16::try_from(change.table).map_err(too_large)?;
        to.extend_from_slice(&table.to_be_bytes());
        match &change.to {
            To::Put(row) => {
                to.push(PUT);
                for cell in row {
                    match cell {
                        Cell::Is(it) => value(&mut to, it)?,
                        Cell::Stays => to.push(STAYS),
                    }
                }
            }
            To::Gone(key) => {
                to.push(GONE);
                for it in key {
                    value(&mut to, it)?;
                }
            }
        }
    }
    Ok(to)
}

fn length(to: &mut Vec<u8>, length: usize) -> Result<(), ContinuityError> {
    let length = u32::try_from(length).map_err(too_large)?;
    to.extend_from_slice(&length.to_be_bytes());
    Ok(())
}

fn value(to: &mut Vec<u8>, value: &Value) -> Result<(), ContinuityError> {
    let (kind, bytes) = match value {
        Value::Null => {
            to.push(NULL);
            return Ok(());
        }
        Value::Int(int) => {
            to.push(INT);
            to.extend_from_slice(&int.to_be_bytes());
            return Ok(());
        }
        Value::Text(text) => (TEXT, text.as_bytes()),
        Value::Bytes(bytes) => (BYTES, bytes.as_slice()),
        Value::Id(bytes) => (BYTES, bytes.as_slice()),
    };
    to.push(kind);
    length(to, bytes.len())?;
    to.extend_from_slice(bytes);
    Ok(())
}

pub(crate) fn read(plain: &[u8]) -> Result<(Head, Changes), ContinuityError> {
    whole(plain).ok_or(BROKEN)
}

/// `None`: it is not of this form.
fn whole(mut from: &[u8]) -> Option<(Head, Changes)> {
    let from = &mut from;
    let length = u32::from_be_bytes(take(from)?) as usize;
    if length > HEAD_BYTES_MAX {
        return None;
    }
    let head: Head = serde_json::from_slice(some(from, length)?).ok()?;
    if ![FORMAT, FORMAT_BEFORE].contains(&head.format.as_str()) {
        return None;
    }
    let mut tables = Vec::new();
    for named in &head.tables {
        let columns = named.columns.iter().map(|name| Column {
            key: named.key.contains(name),
            name: name.clone(),
        });
        let columns: Vec<Column> = columns.collect();
        let key = columns.iter().filter(|it| it.key).map(|it| &it.name);
        if named.key.is_empty() || !key.eq(&named.key) {
            return None;
        }
        tables.push(Table {
            name: named.name.clone(),
            columns,
        });
    }
    let mut rows = Vec::new();
    for _ in 0..head.changes {
        let table = usize::from(u16::from_be_bytes(take(from)?));
        let columns = &tables.get(table)?.columns;
        let to = match take(from)? {
            [PUT] => {
                let mut row = Vec::with_capacity(columns.len());
                for column in columns {
                    let cell = cell(from)?;
                    if cell == Cell::Stays && column.key {
                        return None;
                    }
                    row.push(cell);
                }
                To::Put(row)
            }
            [GONE] => {
                let mut key = Vec::new();
                for _ in columns.iter().filter(|it| it.key) {
                    match cell(from)? {
                        Cell::Is(value) => key.push(value),
                        Cell::Stays => return None,
                    }
                }
                To::Gone(key)
            }
            _ => return None,
        };
        rows.push(Change { table, to });
    }
    from.is_empty().then_some((head, Changes { tables, rows }))
}

fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, rest) = from.split_first_chunk::<N>()?;
    *from = rest;
    Some(*bytes)
}

fn some<'a>(from: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(bytes)
}

fn cell(from: &mut &[u8]) -> Option<Cell> {
    let [kind] = take(from)?;
    Some(Cell::Is(match kind {
        NULL => Value::Null,
        INT => Value::Int(i64::from_be_bytes(take(from)?)),
        TEXT | BYTES => {
            let length = u32::from_be_bytes(take(from)?) as usize;
            let bytes = some(from, length)?.to_vec();
            if kind == BYTES {
                Value::Bytes(bytes)
            } else {
                Value::Text(String::from_utf8(bytes).ok()?)
            }
        }
        STAYS => return Some(Cell::Stays),
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pieces::{self, name};
    use base::SeededRng;
    use serde_json::json;

    const CHAIN: &str = "00001800000000000000-0011223344556677";

    fn place() -> Place<'static> {
        Place {
            chain: CHAIN,
            number: 12,
            when: Looked {
                since: Instant::from_micros(1_800_000_000_998_000),
                at: Instant::from_micros(1_800_000_001_000_000),
            },
            position: 0x16_0000_2f0a,
            ends: true,
        }
    }

    fn example() -> Changes {
        let table = |name: &str, columns: &[(&str, bool)]| Table {
            name: name.into(),
            columns: columns
                .iter()
                .map(|(name, key)| Column {
                    name: (*name).into(),
                    key: *key,
                })
                .collect(),
        };
        let put = |table, row: Vec<Cell>| Change {
            table,
            to: To::Put(row),
        };
        let text = |it: &str| Cell::Is(Value::Text(it.into()));
        Changes {
            tables: vec![
                table(
                    "record",
                    &[
                        ("tenant", true),
                        ("rkey", true),
                        ("version", false),
                        ("sealed", false),
                    ],
                ),
                table("person_external", &[("token", true), ("person", false)]),
            ],
            rows: vec![
                put(
                    0,
                    vec![
                        text("acme"),
                        Cell::Is(Value::Bytes(vec![7; 4])),
                        Cell::Is(Value::Int(-2)),
                        Cell::Is(Value::Null),
                    ],
                ),
                put(
                    0,
                    vec![
                        text("acmé"),
                        Cell::Is(Value::Bytes(vec![])),
                        Cell::Is(Value::Int(i64::MAX)),
                        Cell::Stays,
                    ],
                ),
                Change {
                    table: 1,
                    to: To::Gone(vec![Value::Bytes((0..=255).collect())]),
                },
            ],
        }
    }

    /// The vector that is committed: made again bit for bit, and opened.
    #[test]
    fn the_committed_piece_of_rows_is_made_again() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/formats/vectors/row-stream.json"
        );
        let folder = tempfile::tempdir().unwrap();
        let repository = crate::tests::fixed(folder.path(), place().when.at);
        let plain = write(&place(), &example()).unwrap();
        let named = (CHAIN, 12, place().when.at);
        let sealed = pieces::seal(&repository, named, &plain, &SeededRng::new(4)).unwrap();
        let made = json!({
            "repository_key": hex::encode([5; 32]),
            "hour_key": hex::encode([6; 32]),
            "environment": "production",
            "chain": CHAIN,
            "number": 12,
            "at": place().when.at.micros(),
            "name": name(CHAIN, 12, place().when.at).to_string(),
            "seed": 4,
            "plain": hex::encode(&plain),
            "sealed": hex::encode(&sealed),
        });
        if std::env::var_os("VECTORS_UPDATE").is_some() {
            std::fs::write(path, format!("{made:#}\n")).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap();
        let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
        assert_eq!(made, kept);
        let sealed = hex::decode(kept["sealed"].as_str().unwrap()).unwrap();
        let opened = pieces::unseal(&repository, named, &sealed).unwrap();
        let (head, changes) = read(&opened).unwrap();
        assert_eq!(
            (head.number, head.position, head.ends),
            (12, place().position, true)
        );
        assert_eq!(changes, example());
        // The other form of a stream does not take it, nor this one the other.
        assert!(crate::stream::read(&opened).is_err());
    }

    /// One of version 1 opens as it did.
    #[test]
    fn a_piece_of_rows_of_before_opens() {
        let text = include_str!("../../../../docs/formats/vectors/row-stream.1.json");
        let kept: serde_json::Value = serde_json::from_str(text).unwrap();
        let sealed = hex::decode(kept["sealed"].as_str().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let repository = crate::tests::fixed(folder.path(), place().when.at);
        let opened = pieces::unseal(&repository, (CHAIN, 12, place().when.at), &sealed).unwrap();
        let (head, changes) = read(&opened).unwrap();
        assert_eq!((head.number, changes), (12, example()));
    }

    #[test]
    fn what_is_not_a_piece_of_rows_is_refused() {
        let plain = write(&place(), &example()).unwrap();
        for cut in 1..plain.len() {
            assert!(read(&plain[..plain.len() - cut]).is_err(), "{cut}");
        }
        let mut longer = plain.clone();
        longer.push(0);
        assert!(read(&longer).is_err());
        let mut stays = example();
        stays.rows[0].to = To::Put(vec![Cell::Stays, Cell::Stays, Cell::Stays, Cell::Stays]);
        assert!(read(&write(&place(), &stays).unwrap()).is_err());
        let mut keyless = example();
        keyless.tables[1].columns[0].key = false;
        assert!(read(&write(&place(), &keyless).unwrap()).is_err());
    }
}
