//! A copy back into an empty database, and what was followed since over it: all of it in one transaction, or nothing.

use std::collections::HashMap;
use std::path::Path;
use std::pin::pin;

use futures_util::SinkExt;
use tokio::io::AsyncReadExt;

use super::connection::{Connection, Server};
use super::error::classify;
use super::pgoutput::MIGRATIONS;
use super::snapshot::{PIECE_BYTES, broken, part, tables};
use super::tls::PostgresUrl;
use super::transaction::Sent;
use crate::changes::{Cell, Changes, Table, To};
use crate::{Migration, Sql, StoreError, Value};

const BEGIN: &str =
    "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
/// Changes that are on their way at once.
const AHEAD: usize = 256;

/// table, name, in which sessions it fires.
static TRIGGERS: Sql = Sql::both(
    "SELECT CAST(c.relname AS TEXT), CAST(t.tgname AS TEXT), CAST(t.tgenabled AS TEXT) FROM pg_trigger AS t \
     JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace \
     WHERE n.nspname = current_schema() AND NOT t.tgisinternal ORDER BY 1, 2",
);
/// name, the statement that makes it: of what may be there once only, beside primary keys.
static INDEXES: Sql = Sql::both(
    "SELECT CAST(c.relname AS TEXT), pg_get_indexdef(c.oid) FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid \
     JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND i.indisunique AND NOT i.indisprimary \
     ORDER BY 1",
);

/// A database that is being filled.
pub(crate) struct Filling {
    connection: Connection,
    /// By their texts.
    statements: HashMap<String, tokio_postgres::Statement>,
    /// What brings back what was taken off so that changes can be repeated.
    bring_back: Option<Vec<String>>,
}

impl Filling {
    /// Fill an empty database from the files in `folder`, which were written at migration `schema`.
    pub(crate) async fn begin(
        url: &PostgresUrl,
        known: &'static [Migration],
        schema: u32,
        folder: &Path,
    ) -> Result<Self, StoreError> {
        let until = known.partition_point(|migration| migration.number <= schema);
        let known = known.get(..until).unwrap_or_default();
        if known.last().map(|it| it.number) != Some(schema) {
            return Err(StoreError::Schema(format!(
                "the copy is of migration {schema}, which this program does not know"
            )));
        }
        let mut connection = Server::new(url)?.connect().await?;
        if !tables(&mut connection).await?.is_empty() {
            return Err(StoreError::Unavailable(
                "the database to restore to is not empty".into(),
            ));
        }
        connection.migrate(known).await?;
        connection.batch(BEGIN).await?;
        for table in tables(&mut connection).await? {
            if table != MIGRATIONS {
                copy_in(&connection, &table, &part(folder, &table)).await?;
            }
        }
        Ok(Self {
            connection,
            statements: HashMap::new(),
            bring_back: None,
        })
    }

    /// Repeat changes, in their order. Those that the copy has already are repeated as well, so that rows may be for a while as they were
    /// before: what guards rows against that is off until the end.
    pub(crate) async fn forward(&mut self, changes: &Changes) -> Result<(), StoreError> {
        if self.bring_back.is_none() {
            self.bring_back = Some(self.take_off().await?);
        }
        for some in changes.rows.chunks(AHEAD) {
            let mut ahead = Vec::with_capacity(some.len());
            for change in some {
                let table = changes.tables.get(change.table).ok_or_else(no_table)?;
                let (text, params) = statement(table, &change.to)?;
                if let Some(text) = text {
                    ahead.push((self.prepared(text).await?, params));
                }
            }
            let mut sent = Vec::with_capacity(ahead.len());
            for (statement, params) in &ahead {
                let run = self.connection.client.execute_raw(statement, params);
                sent.push(Sent::new(run).await);
            }
            for answer in sent {
                answer.answer().await.map_err(|error| classify(&error))?;
            }
        }
        Ok(())
    }

    /// Have all of it.
    pub(crate) async fn end(self) -> Result<(), StoreError> {
        for text in self.bring_back.unwrap_or_default() {
            self.connection.batch(&text).await?;
        }
        self.connection.batch("COMMIT").await
    }

    async fn prepared(&mut self, text: String) -> Result<tokio_postgres::Statement, StoreError> {
        if let Some(statement) = self.statements.get(&text) {
            return Ok(statement.clone());
        }
        let prepared = self.connection.client.prepare(&text).await;
        let prepared = prepared.map_err(|error| classify(&error))?;
        self.statements.insert(text, prepared.clone());
        Ok(prepared)
    }

    /// Take triggers and unique indexes off. What brings them back, as they were.
    async fn take_off(&mut self) -> Result<Vec<String>, StoreError> {
        let (mut off, mut back) = (Vec::new(), Vec::new());
        for row in self.connection.rows(&INDEXES, &[]).await? {
            off.push(format!("DROP INDEX {}", quoted(row.text(0)?)?));
            back.push(row.text(1)?.to_owned());
        }
        for row in self.connection.rows(&TRIGGERS, &[]).await? {
            let (table, trigger) = (quoted(row.text(0)?)?, quoted(row.text(1)?)?);
            let fires = match row.text(2)? {
                "A" => "ENABLE ALWAYS",
                "R" => "ENABLE REPLICA",
                "O" => "ENABLE",
                _ => continue,
            };
            off.push(format!("ALTER TABLE {table} DISABLE TRIGGER {trigger}"));
            back.push(format!("ALTER TABLE {table} {fires} TRIGGER {trigger}"));
        }
        for text in off {
            self.connection.batch(&text).await?;
        }
        Ok(back)
    }
}

fn no_table() -> StoreError {
    StoreError::Damaged("a change names no table".into())
}

/// A name that goes into a statement: ours are words.
fn quoted(name: &str) -> Result<String, StoreError> {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !name.is_empty() && name.bytes().all(word) {
        Ok(format!("\"{name}\""))
    } else {
        Err(StoreError::Damaged(
            "a name in what was followed is none of ours".into(),
        ))
    }
}

/// The statement that repeats a change, and its parameters. None where there is nothing to change.
fn statement(table: &Table, to: &To) -> Result<(Option<String>, Vec<Value>), StoreError> {
    let name = quoted(&table.name)?;
    let mut columns = Vec::new();
    for column in &table.columns {
        columns.push((quoted(&column.name)?, column.key));
    }
    let keys: Vec<&str> = columns.iter().filter(|it| it.1).map(|it| &*it.0).collect();
    let unfit = || StoreError::Damaged("a row has other columns than its table".into());
    if keys.is_empty() {
        return Err(unfit());
    }
    let cells = match to {
        To::Gone(key) => {
            if key.len() != keys.len() {
                return Err(unfit());
            }
            let held = held(keys.iter().copied(), 1);
            let text = format!("DELETE FROM {name} WHERE {held}");
            return Ok((Some(text), key.clone()));
        }
        To::Put(cells) if cells.len() == columns.len() => cells,
        To::Put(_) => return Err(unfit()),
    };
    let (mut named, mut params, mut key) = (Vec::new(), Vec::new(), Vec::new());
    for ((column, is_key), cell) in columns.iter().zip(cells) {
        match cell {
            Cell::Is(value) if *is_key => key.push((column.as_str(), value.clone())),
            Cell::Is(value) => {
                named.push(column.as_str());
                params.push(value.clone());
            }
            Cell::Stays if *is_key => return Err(unfit()),
            Cell::Stays => {}
        }
    }
    let whole = named.len() + key.len() == columns.len();
    let first_key = named.len() + 1;
    params.extend(key.into_iter().map(|(_, value)| value));
    if whole {
        let all: Vec<&str> = named.iter().copied().chain(keys.iter().copied()).collect();
        let places: Vec<String> = (1..=all.len()).map(|at| format!("${at}")).collect();
        let set: Vec<String> = named
            .iter()
            .map(|it| format!("{it} = EXCLUDED.{it}"))
            .collect();
        let what = if set.is_empty() {
            "NOTHING".to_owned()
        } else {
            format!("UPDATE SET {}", set.join(", "))
        };
        let text = format!(
            "INSERT INTO {name} ({}) VALUES ({}) ON CONFLICT ({}) DO {what}",
            all.join(", "),
            places.join(", "),
            keys.join(", "),
        );
        return Ok((Some(text), params));
    }
    if named.is_empty() {
        return Ok((None, Vec::new()));
    }
    let set: Vec<String> = (1..)
        .zip(&named)
        .map(|(at, it)| format!("{it} = ${at}"))
        .collect();
    let held = held(keys.iter().copied(), first_key);
    let text = format!("UPDATE {name} SET {} WHERE {held}", set.join(", "));
    Ok((Some(text), params))
}

fn held<'a>(keys: impl Iterator<Item = &'a str>, first: usize) -> String {
    let keys: Vec<String> = (first..)
        .zip(keys)
        .map(|(at, key)| format!("{key} = ${at}"))
        .collect();
    keys.join(" AND ")
}

async fn copy_in(connection: &Connection, table: &str, part: &Path) -> Result<(), StoreError> {
    let text = format!("COPY {table} FROM STDIN (FORMAT binary)");
    let sink = connection.client.copy_in(&text).await;
    let mut sink = pin!(sink.map_err(|error| classify(&error))?);
    let file = tokio::fs::File::open(part).await;
    let mut file = file.map_err(|error| broken(&error))?;
    loop {
        let mut piece = bytes::BytesMut::with_capacity(PIECE_BYTES);
        let count = file.read_buf(&mut piece).await;
        if count.map_err(|error| broken(&error))? == 0 {
            break;
        }
        sink.send(piece.freeze())
            .await
            .map_err(|error| classify(&error))?;
    }
    sink.finish().await.map_err(|error| classify(&error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::Column;

    fn table() -> Table {
        let columns = [("a", true), ("b", false), ("c", true), ("d", false)];
        Table {
            name: "t".into(),
            columns: columns
                .map(|(name, key)| Column {
                    name: name.into(),
                    key,
                })
                .into(),
        }
    }

    fn is(int: i64) -> Cell {
        Cell::Is(Value::Int(int))
    }

    #[test]
    fn a_change_is_a_statement_that_can_be_repeated() {
        let ints = |all: &[i64]| all.iter().copied().map(Value::Int).collect::<Vec<_>>();
        let put = To::Put(vec![is(1), is(2), is(3), is(4)]);
        let (text, params) = statement(&table(), &put).unwrap();
        assert_eq!(
            text.unwrap(),
            "INSERT INTO \"t\" (\"b\", \"d\", \"a\", \"c\") VALUES ($1, $2, $3, $4) ON CONFLICT (\"a\", \"c\") DO UPDATE SET \
             \"b\" = EXCLUDED.\"b\", \"d\" = EXCLUDED.\"d\""
        );
        assert_eq!(params, ints(&[2, 4, 1, 3]));
        let some = To::Put(vec![is(1), Cell::Stays, is(3), is(4)]);
        let (text, params) = statement(&table(), &some).unwrap();
        assert_eq!(
            text.unwrap(),
            "UPDATE \"t\" SET \"d\" = $1 WHERE \"a\" = $2 AND \"c\" = $3"
        );
        assert_eq!(params, ints(&[4, 1, 3]));
        let gone = To::Gone(ints(&[1, 3]));
        let (text, params) = statement(&table(), &gone).unwrap();
        assert_eq!(
            text.unwrap(),
            "DELETE FROM \"t\" WHERE \"a\" = $1 AND \"c\" = $2"
        );
        assert_eq!(params, ints(&[1, 3]));
        let nothing = To::Put(vec![is(1), Cell::Stays, is(3), Cell::Stays]);
        assert!(statement(&table(), &nothing).unwrap().0.is_none());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for to in [
            To::Put(vec![is(1)]),
            To::Gone(vec![Value::Int(1)]),
            To::Put(vec![Cell::Stays, is(2), is(3), is(4)]),
        ] {
            assert!(statement(&table(), &to).is_err(), "{to:?}");
        }
        let mut other = table();
        other.name = "t; DROP TABLE t".into();
        assert!(statement(&other, &To::Gone(vec![])).is_err());
    }
}
