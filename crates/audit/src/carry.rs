//! A log in an older copy of a database, brought forward by what a newer copy holds of it, row by row as it was written.
//!
//! After a restore the log would else end where the point was made, and its heads that others remember would lie ahead of it.

use std::path::Path;
use std::sync::Arc;

use base::TenantId;
use parking_lot::Mutex;
use store::snapshot::{Question, ask_sqlite};
use store::{Db, Row, StoreError, Value, WriteSet};

use crate::head::Head;
use crate::{AuditError, sql};

/// Entries in one commit.
const PAGE: u64 = 16_384;
/// Levels of kept hashes.
const LEVELS: u32 = 7;
/// How much one node of a level covers, in bits.
const LEVEL_BITS: u32 = 8;

/// Bring the log of `tenant` in `db` forward to where it stands in the SQLite file `from`: how many entries that were. Verify the log
/// afterwards: rows are taken as they are.
///
/// # Errors
/// Storage failures; [`AuditError::RolledBack`] never: a log that is shorter in `from` gives nothing.
pub async fn carry_forward(db: &Db, from: &Path, tenant: &TenantId) -> Result<u64, AuditError> {
    let theirs = ask(from, &sql::HEAD, vec![tenant.into()]).await?;
    let ours = db.row(&sql::HEAD, vec![tenant.into()]).await?;
    let Some(row) = theirs.first() else {
        return Ok(0);
    };
    let theirs = read(row)?;
    let size = match &ours {
        Some(row) => read(row)?.size,
        None => 0,
    };
    if theirs.size <= size {
        return Ok(0);
    }
    let mut first = size;
    while first < theirs.size {
        let end = (first + PAGE).min(theirs.size);
        let chunks = ask(
            from,
            &sql::CHUNKS,
            vec![tenant.into(), int(first), int(end)],
        )
        .await?;
        let mut set = WriteSet::new();
        for row in &chunks {
            let params = vec![
                tenant.into(),
                row.int(0)?.into(),
                row.int(1)?.into(),
                row.int(3)?.into(),
                row.bytes(2)?.into(),
                row.bytes(4)?.into(),
            ];
            set = set.run(&sql::ADD_CHUNK, params);
        }
        db.commit(set).await?;
        first = end;
    }
    let mut set = WriteSet::new();
    for level in 1..=LEVELS {
        let covered = |size: u64| size.checked_shr(LEVEL_BITS * level).unwrap_or(0);
        let params = vec![
            tenant.into(),
            level.into(),
            int(covered(size)),
            int(covered(theirs.size)),
        ];
        for node in ask(from, &sql::NODES, params).await? {
            let params = vec![
                tenant.into(),
                level.into(),
                node.int(0)?.into(),
                node.bytes(1)?.into(),
            ];
            set = set.run(&sql::ADD_NODE, params);
        }
    }
    let mut head = vec![tenant.into(), int(theirs.size)];
    head.extend([
        row.bytes(1)?.into(),
        row.bytes(2)?.into(),
        row.text(3)?.into(),
        Value::from(row.int(4)?),
    ]);
    let set = if ours.is_some() {
        head.push(int(size));
        set.run_expecting(&sql::NEXT_HEAD, head, 1, "log.carry")
    } else {
        set.run(&sql::FIRST_HEAD, head)
    };
    db.commit(set).await?;
    Ok(theirs.size - size)
}

fn read(row: &Row) -> Result<Head, StoreError> {
    Head::from_row(row).map_err(|why| StoreError::Damaged(format!("a log's head: {why}")))
}

fn int(number: u64) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

async fn ask(
    from: &Path,
    sql: &'static store::Sql,
    params: Vec<Value>,
) -> Result<Vec<Row>, StoreError> {
    let rows = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&rows);
    let question = Question::new(sql, move |row| {
        to.lock().push(row);
        true
    });
    ask_sqlite(from, vec![question.with(params)]).await?;
    Ok(std::mem::take(&mut *rows.lock()))
}
