//! What is read from a snapshot of the data database.

use store::Sql;

/// file, object, sealed_len, written_at: every object that the database names. An object lies under the file's id, or elsewhere
/// since it was sealed again.
pub(crate) static OBJECTS: Sql = Sql::both("SELECT file, object, sealed_len, written_at FROM file");

/// tenant, size, root of every log.
pub(crate) static LOGS: Sql = Sql::both("SELECT tenant, size, root FROM log_head ORDER BY tenant");

/// Whether a file still stands.
pub(crate) static STANDS: Sql =
    Sql::both("SELECT 1 FROM file WHERE (object IS NULL AND file = $1) OR object = $1 LIMIT 1");

/// How many persons' keys were destroyed. Of the key store.
pub(crate) static GONE: Sql = Sql::both("SELECT count(*) FROM person WHERE gone_at IS NOT NULL");

/// Every statement on the key store.
pub static KEY_STATEMENTS: &[&Sql] = &[&GONE];

/// Every statement on the data, for the test that prepares each on both engines.
pub static STATEMENTS: &[&Sql] = &[&OBJECTS, &LOGS, &STANDS];
