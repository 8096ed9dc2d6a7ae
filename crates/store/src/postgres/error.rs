//! PostgreSQL's failures, by whose fault they are.
//!
//! Only a message is passed on, never the detail: that one quotes values.

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use crate::StoreError;

/// A failure on an open connection.
pub(crate) fn classify(error: &Error) -> StoreError {
    let Some(refused) = error.as_db_error() else {
        let lost = error.is_closed()
            || error
                .source()
                .is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
        return if lost {
            StoreError::Unavailable("the connection to the database was lost".into())
        } else {
            StoreError::Internal(with_source(error))
        };
    };
    let code = refused.code();
    let text = format!("{} ({})", refused.message(), code.code());
    if *code == SqlState::UNIQUE_VIOLATION {
        return StoreError::Duplicate;
    }
    if [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED].contains(code) {
        return StoreError::Damaged(text);
    }
    // 08 connection, 40 rolled back by the server, 53 no disk, memory or connection left, 57 stopped by an operator, 58 input or output.
    let class = code.code().get(..2).unwrap_or_default();
    let passing = ["08", "40", "53", "57", "58"].contains(&class)
        || [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ]
        .contains(code)
        || is_stale_plan(refused);
    if passing {
        StoreError::Unavailable(text)
    } else {
        StoreError::Internal(text)
    }
}

/// A failure to get a connection.
pub(crate) fn unreachable(error: &Error) -> StoreError {
    StoreError::Unavailable(format!(
        "no connection to the database: {}",
        with_source(error)
    ))
}

/// Whether the same batch may well hold if it is run again: two nodes got into each other's way.
pub(crate) fn is_collision(error: &Error) -> bool {
    [
        Some(&SqlState::T_R_DEADLOCK_DETECTED),
        Some(&SqlState::T_R_SERIALIZATION_FAILURE),
    ]
    .contains(&error.code())
}

/// A migration ran since the statement was prepared ("cached plan must not change result type").
fn is_stale_plan(refused: &DbError) -> bool {
    *refused.code() == SqlState::FEATURE_NOT_SUPPORTED
        && refused.routine() == Some("RevalidateCachedQuery")
}

fn with_source(error: &Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(refused), _) => format!("{} ({})", refused.message(), refused.code().code()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}
