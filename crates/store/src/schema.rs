//! Migrations: forward only, kept word for word in the database, never edited afterwards.
//!
//! One text serves both engines; [`text_for`] turns it into what an engine understands.

use crate::StoreError;

/// One step of a schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place in the order. Numbers rise; none is ever put before one that was applied somewhere.
    pub number: u32,
    /// The area that it belongs to, for people.
    pub name: &'static str,
    /// The text, in the dialect described at [`text_for`].
    pub sql: &'static str,
}

/// Which engine a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Which block of a text we are in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Both,
    Only(Engine),
}

/// The text of a migration for one engine.
///
/// A line `--:sqlite` or `--:postgres` begins a block for that engine alone, `--:both` ends it. Outside such blocks the text
/// is SQLite's; for PostgreSQL the words `BLOB` and `INTEGER` become `BYTEA` and `BIGINT`, and the table options `STRICT` and
/// `WITHOUT ROWID` behind a closing parenthesis are dropped. Quoted text and comments stay as they are.
pub(crate) fn text_for(engine: Engine, sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut block = Block::Both;
    let mut shared = String::new();
    for line in sql.lines() {
        let next = match line.trim() {
            "--:both" => Some(Block::Both),
            "--:sqlite" => Some(Block::Only(Engine::Sqlite)),
            "--:postgres" => Some(Block::Only(Engine::Postgres)),
            _ => None,
        };
        if let Some(next) = next {
            text.push_str(&translate(engine, &std::mem::take(&mut shared)));
            block = next;
            continue;
        }
        let to = match block {
            Block::Both => &mut shared,
            Block::Only(only) if only == engine => &mut text,
            Block::Only(_) => continue,
        };
        to.push_str(line);
        to.push('\n');
    }
    text.push_str(&translate(engine, &shared));
    text
}

fn translate(engine: Engine, sql: &str) -> String {
    match engine {
        Engine::Sqlite => sql.to_owned(),
        Engine::Postgres => to_postgres(sql),
    }
}

fn to_postgres(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    // What stood before, spaces and comments aside: table options only count behind `)` or another option.
    let mut options = false;
    while let Some(first) = rest.chars().next() {
        let length = token_length(rest, first);
        let (token, behind) = rest.split_at(length);
        rest = behind;
        match token {
            "BLOB" => text.push_str("BYTEA"),
            "INTEGER" => text.push_str("BIGINT"),
            "STRICT" | "WITHOUT" | "ROWID" | "," if options && ends_options(token, rest) => {
                continue;
            }
            _ => text.push_str(token),
        }
        if !first.is_whitespace() && !token.starts_with("--") {
            options = token == ")";
        }
    }
    text
}

/// A comma behind `)` is a table option's only when an option follows.
fn ends_options(token: &str, rest: &str) -> bool {
    let rest = rest.trim_start();
    token != "," || rest.starts_with("STRICT") || rest.starts_with("WITHOUT")
}

/// How many bytes the token at the start of `sql` takes: a word, a quoted text, a comment, or one character.
fn token_length(sql: &str, first: char) -> usize {
    let until = |end: Option<usize>| end.unwrap_or(sql.len());
    match first {
        '\'' | '"' => until(
            sql.char_indices()
                .skip(1)
                .find(|(_, c)| *c == first)
                .map(|(at, _)| at + 1),
        ),
        '-' if sql.starts_with("--") => until(sql.find('\n')),
        c if c.is_alphanumeric() || c == '_' => {
            until(sql.find(|c: char| !(c.is_alphanumeric() || c == '_')))
        }
        c => c.len_utf8(),
    }
}

/// What is still to be applied, given what the database says it has.
pub(crate) fn missing(
    known: &'static [Migration],
    applied: &[(u32, String)],
) -> Result<&'static [Migration], StoreError> {
    if !known.is_sorted_by(|one, next| one.number < next.number) {
        return Err(StoreError::Schema(
            "the numbers of the migrations do not rise".into(),
        ));
    }
    for (at, (number, sql)) in applied.iter().enumerate() {
        let Some(migration) = known.get(at) else {
            return Err(StoreError::Schema(format!(
                "the database has migration {number}, which this program does not know; start the version that wrote it, or a newer one"
            )));
        };
        if migration.number != *number || migration.sql != sql {
            return Err(StoreError::Schema(format!(
                "migration {} ({}) is not the one that was applied to this database; a migration is never edited",
                migration.number, migration.name
            )));
        }
    }
    Ok(known.get(applied.len()..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_table_options_are_mapped() {
        let text = "CREATE TABLE a (b BLOB NOT NULL, c INTEGER, PRIMARY KEY (b)) STRICT, WITHOUT ROWID;\n\
                    CREATE TABLE d (e TEXT CHECK (e <> 'BLOB STRICT')) STRICT; -- INTEGER\n";
        assert_eq!(text_for(Engine::Sqlite, text), text);
        assert_eq!(
            text_for(Engine::Postgres, text),
            "CREATE TABLE a (b BYTEA NOT NULL, c BIGINT, PRIMARY KEY (b))   ;\n\
             CREATE TABLE d (e TEXT CHECK (e <> 'BLOB STRICT')) ; -- INTEGER\n"
        );
    }

    #[test]
    fn blocks_go_to_their_engine_untouched() {
        let text = "A BLOB\n--:sqlite\nS INTEGER\n--:postgres\nP INTEGER\n--:both\nZ\n";
        assert_eq!(text_for(Engine::Sqlite, text), "A BLOB\nS INTEGER\nZ\n");
        assert_eq!(text_for(Engine::Postgres, text), "A BYTEA\nP INTEGER\nZ\n");
    }

    #[test]
    fn edits_disorder_and_newer_schemas_are_refused() {
        static KNOWN: [Migration; 2] = [
            Migration {
                number: 1,
                name: "one",
                sql: "1",
            },
            Migration {
                number: 2,
                name: "two",
                sql: "2",
            },
        ];
        static BACK: [Migration; 2] = [
            Migration {
                number: 2,
                name: "two",
                sql: "2",
            },
            Migration {
                number: 1,
                name: "one",
                sql: "1",
            },
        ];
        let rows = |texts: &[&str]| -> Vec<(u32, String)> {
            (1..)
                .zip(texts.iter().map(|text| (*text).to_owned()))
                .collect()
        };
        assert_eq!(
            missing(&KNOWN, &rows(&["1"]))
                .expect("one is missing")
                .len(),
            1
        );
        assert_eq!(
            missing(&KNOWN, &rows(&["1", "2"]))
                .expect("none is missing")
                .len(),
            0
        );
        assert!(matches!(
            missing(&KNOWN, &rows(&["1", "x"])),
            Err(StoreError::Schema(_))
        ));
        assert!(matches!(
            missing(&KNOWN, &rows(&["1", "2", "3"])),
            Err(StoreError::Schema(_))
        ));
        assert!(matches!(
            missing(&BACK, &rows(&[])),
            Err(StoreError::Schema(_))
        ));
    }
}
