//! A copy of a whole database, in one step on a connection of its own.

use std::path::Path;

use rusqlite::backup::{Backup, StepResult};

use super::connection;
use crate::StoreError;
use crate::snapshot::{Kind, Question, SQLITE_PART, Snapshot};

/// How often a copy is begun when the file is locked at that moment (a checkpoint that ends a recovery).
const TRIES: u32 = 20;
const WAIT: std::time::Duration = std::time::Duration::from_millis(100);

/// Copy the database at `from` into `folder`. Writers go on: in WAL mode a reader stops nobody. All pages in one step, since a
/// copy of several steps begins anew with each commit of somebody else and never ends under load.
pub(crate) fn copy(
    from: &Path,
    folder: &Path,
    questions: Vec<Question>,
) -> Result<Snapshot, StoreError> {
    let part = folder.join(SQLITE_PART);
    {
        let source = connection::reader(from)?;
        let mut target = connection::scratch(&part)?;
        let backup = Backup::new(&source, &mut target)?;
        let mut tries = 0;
        loop {
            match backup.step(-1)? {
                StepResult::Done => break,
                StepResult::Busy | StepResult::Locked if tries < TRIES => {
                    tries += 1;
                    std::thread::sleep(WAIT);
                }
                _ => {
                    return Err(StoreError::Unavailable(
                        "the database is locked; no copy could be made".into(),
                    ));
                }
            }
        }
    }
    let copied = connection::reader(&part)?;
    // No files beside it: what is in the copy is in this one file.
    copied.pragma_update(None, "query_only", false)?;
    // Nor is it to outlast the machine: forced to the disk, all of it would be written there, before what others commit meanwhile.
    copied.pragma_update(None, "synchronous", "OFF")?;
    copied.pragma_update_and_check(None, "journal_mode", "DELETE", |row| {
        row.get::<_, String>(0)
    })?;
    let schema = if copied.table_exists(None, "schema_migration")? {
        copied.query_row(
            "SELECT coalesce(max(number), 0) FROM schema_migration",
            (),
            |row| row.get(0),
        )?
    } else {
        0
    };
    answer(&copied, questions)?;
    copied.close().map_err(|(_, error)| error)?;
    Ok(Snapshot {
        kind: Kind::Sqlite,
        schema,
        position: None,
        parts: vec![part],
    })
}

fn answer(connection: &rusqlite::Connection, questions: Vec<Question>) -> Result<(), StoreError> {
    for mut question in questions {
        connection::query(connection, question.sql, &question.params, |row| {
            (question.each)(row)
        })?;
    }
    Ok(())
}

/// Ask questions of a file.
pub(crate) fn ask(path: &Path, questions: Vec<Question>) -> Result<(), StoreError> {
    answer(&connection::reader(path)?, questions)
}

/// Whether the file holds together.
pub(crate) fn check(path: &Path) -> Result<(), StoreError> {
    let connection = connection::reader(path)?;
    let said: String = connection.query_row("PRAGMA integrity_check(1)", (), |row| row.get(0))?;
    if said == "ok" {
        Ok(())
    } else {
        // SQLite names pages and indexes here, never a value.
        Err(StoreError::Damaged("the integrity check failed".into()))
    }
}
