//! Every statement of the vault. `$n` is bound by number on both engines.

mod leaving;

use store::Sql;

pub(crate) use leaving::*;

macro_rules! nothing_left {
    () => {
        "AND NOT EXISTS (SELECT 1 FROM record WHERE tenant = $1 AND person = $2) \
         AND NOT EXISTS (SELECT 1 FROM record_history WHERE tenant = $1 AND person = $2) \
         AND NOT EXISTS (SELECT 1 FROM record_index WHERE tenant = $1 AND person = $2) \
         AND NOT EXISTS (SELECT 1 FROM file WHERE tenant = $1 AND person = $2)"
    };
}

/// Every statement, for the test that prepares each on both engines.
pub static STATEMENTS: &[&Sql] = &[
    &PERSON_INSERT,
    &PERSON_FIND,
    &PERSON_ACTIVE,
    &PERSON_FREE,
    &PERSON_SEALABLE,
    &FLOOR_OF,
    &FLOOR_RAISE,
    &FLOOR_FORGET,
    &PERSON_LIST,
    &PERSON_ERASING,
    &PERSON_ERASED,
    &PERSONS_ACTIVE,
    &PERSONS_ERASING,
    &EXTERNAL_INSERT,
    &EXTERNAL_FIND,
    &EXTERNAL_DELETE,
    &RECORD_STATE,
    &RECORD_FIND,
    &RECORD_FIND_FREE,
    &RECORD_FIND_VERSION,
    &RECORD_INSERT,
    &RECORD_KEEP,
    &RECORD_UPDATE,
    &RECORD_DELETE,
    &HISTORY_WIPE,
    &HISTORY_TOMBSTONE,
    &HISTORY_LIST,
    &RECORD_LIST,
    &INDEX_INSERT,
    &INDEX_DELETE,
    &INDEX_OF_RECORD,
    &INDEX_OF_PERSON,
    &INDEX_OF_ALL,
    &IS_ERASING,
    &ERASE_COUNT,
    &ERASE_RECORDS,
    &ERASE_HISTORY,
    &ERASE_INDEX,
    &ERASE_FILE,
    &FILE_INSERT,
    &FILE_FIND,
    &FILE_LIST,
    &FILE_DELETE,
    &FILES_OF,
    &FILE_IDS,
    &FILE_OBJECT,
    &ONCE_FIND,
    &ONCE_INSERT,
    &ONCE_EXPIRE,
    &COUNT_RECORDS,
    &PART_COUNT,
    &PART_STANDING,
    &PART_LEFT,
    &TOMBSTONES,
    &TENANT_INSERT,
    &TENANT_FIND,
    &TENANT_LIST,
    &RENEW_HEADS,
    &RENEW_RECORDS,
    &RENEW_HISTORY,
    &ERASE_NOTES,
    &RENEW_NOTES,
    &RENEW_NOTE,
    &RENEW_RECORD,
    &RENEW_VERSION,
    &RENEW_FILE,
    &RENEW_PERSONS,
    &RENEW_PERSON,
    &EXPORT_INSERT,
    &EXPORT_LIST,
    &EXPORT_PLAN,
    &EXPORT_READY,
    &EXPORT_FAILED,
    &EXPORT_DELETE,
    &EXPORTS_OVER,
    &ERASE_EXPORTS,
    &TRANSFER_INSERT,
    &TRANSFER_LIST,
    &TRANSFER_FIND,
    &TRANSFER_GOES_ON,
    &TRANSFER_SENT,
    &TRANSFER_FAILED,
    &TRANSFER_STOP,
    &ERASE_TRANSFERS,
    &HOLD_INSERT,
    &HOLD_LIFT,
    &HOLD_WHOSE,
    &HOLD_LIST,
    &HOLD_COUNT,
    &HOLD_FREE,
    &HOLD_FREE_TO_ERASE,
    &ERASE_HOLDS,
    &RETENTION_BEGIN,
    &RETENTION_GO_ON,
    &RETENTION_END,
    &RETENTION_TALLY,
    &RETENTION_RUN,
    &RETENTION_RUNS,
    &RETENTION_TALLIES,
    &RETENTION_FORGET,
    &RETENTION_FORGET_TALLIES,
    &RECORDS_OVER,
    &COUNT_RECORDS_OVER,
    &FILES_OVER,
    &COUNT_FILES,
    &CONTRACT_STANDS,
    &CONTRACT_FIND,
    &CONTRACT_NOTE,
    &CONTRACT_KEEP,
    &CONTRACTS_OVER,
    &CONTRACT_BEGIN,
    &CONTRACT_COMMONS,
    &CONTRACT_PERSONS,
    &CONTRACT_ERASING,
    &CONTRACT_FILES,
    &CONTRACT_FILE,
    &CONTRACT_DONE,
    &HOLD_NONE,
    &BULK_INSERT,
    &BULK_ROOM,
    &BULK_FIND,
    &BULK_PARTS,
    &BULK_PART,
    &BULK_PERSONS,
    &BULK_COUNT,
    &BULK_PROGRESS,
    &BULK_READY,
    &BULK_FAILED,
    &BULK_END,
    &BULK_END_PARTS,
    &BULK_OVER,
    &BULK_OVER_PARTS,
    &BULK_HOLDERS,
    &BULK_PAGE,
];

pub(crate) static TENANT_INSERT: Sql =
    Sql::both("INSERT INTO tenant (tenant, region, created_at) VALUES ($1, $2, $3)");
pub(crate) static TENANT_FIND: Sql = Sql::both("SELECT region FROM tenant WHERE tenant = $1");
pub(crate) static TENANT_LIST: Sql = Sql::both("SELECT tenant, region FROM tenant ORDER BY tenant");

pub(crate) static PERSON_INSERT: Sql = Sql::both(
    "INSERT INTO person (tenant, person, handle, state, created_at, sealed) VALUES ($1, $2, $3, 0, $4, $5)",
);
pub(crate) static PERSON_FIND: Sql = Sql::both(
    "SELECT handle, state, created_at, sealed FROM person WHERE tenant = $1 AND person = $2",
);
/// The guard of every commit that shows or changes a person's data: an erasure that came first wins, on every node.
pub(crate) static PERSON_ACTIVE: Sql =
    Sql::both("SELECT 1 FROM person WHERE tenant = $1 AND person = $2 AND state = 0");
/// The same, as long as nothing that the person had limited stands in the way of `$3` (a collection) for `$4` (a purpose).
pub(crate) static PERSON_FREE: Sql = Sql::both(concat!(
    "SELECT 1 FROM person WHERE tenant = $1 AND person = $2 AND state = 0 AND NOT ",
    consent::limit_stands!("$1", "$2", "$3", "$4")
));
/// The same for a commit that seals something under keys of the person, of the generations `$3` to `$7` by class code (a class
/// that is not sealed has the highest there is): none of them is below the floor.
pub(crate) static PERSON_SEALABLE: Sql = Sql::both(concat!(
    "SELECT 1 FROM person WHERE tenant = $1 AND person = $2 AND state = 0 AND NOT EXISTS (",
    "SELECT 1 FROM key_floor WHERE key_floor.tenant = $1 AND key_floor.person = $2 AND key_floor.generation > ",
    "CASE key_floor.class WHEN 1 THEN CAST($3 AS BIGINT) WHEN 2 THEN CAST($4 AS BIGINT) WHEN 3 THEN CAST($5 AS BIGINT) ",
    "WHEN 4 THEN CAST($6 AS BIGINT) ELSE CAST($7 AS BIGINT) END)"
));
pub(crate) static FLOOR_OF: Sql =
    Sql::both("SELECT generation FROM key_floor WHERE tenant = $1 AND person = $2 AND class = $3");
pub(crate) static FLOOR_RAISE: Sql = Sql::both(concat!(
    "INSERT INTO key_floor (tenant, person, class, generation) VALUES ($1, $2, $3, $4) ",
    "ON CONFLICT (tenant, person, class) DO UPDATE SET generation = excluded.generation ",
    "WHERE key_floor.generation < excluded.generation"
));
pub(crate) static FLOOR_FORGET: Sql =
    Sql::both("DELETE FROM key_floor WHERE tenant = $1 AND person = $2");
pub(crate) static PERSON_LIST: Sql = Sql::both(
    "SELECT person, created_at FROM person WHERE tenant = $1 AND person > $2 AND state = 0 ORDER BY person LIMIT $3",
);
pub(crate) static PERSON_ERASING: Sql =
    Sql::both("UPDATE person SET state = 1 WHERE tenant = $1 AND person = $2 AND state = 0");
pub(crate) static IS_ERASING: Sql =
    Sql::both("SELECT 1 FROM person WHERE tenant = $1 AND person = $2 AND state = 1");
/// The link from person to handle goes when nothing else is left: the row stays, so that the id is never given out again.
pub(crate) static PERSON_ERASED: Sql = Sql::each(
    concat!(
        "UPDATE person SET state = 2, handle = zeroblob(16), sealed = NULL WHERE tenant = $1 AND person = $2 AND state = 1 ",
        nothing_left!()
    ),
    // PostgreSQL has no zeroblob.
    concat!(
        "UPDATE person SET state = 2, handle = '\\x00000000000000000000000000000000'::bytea, sealed = NULL WHERE tenant = $1 AND person = $2 AND state = 1 ",
        nothing_left!()
    ),
);
pub(crate) static PERSONS_ACTIVE: Sql =
    Sql::both("SELECT person, handle FROM person WHERE tenant = $1 AND state = 0");
pub(crate) static PERSONS_ERASING: Sql =
    Sql::both("SELECT person, handle FROM person WHERE tenant = $1 AND state = 1");
pub(crate) static EXTERNAL_INSERT: Sql =
    Sql::both("INSERT INTO person_external (tenant, token, person) VALUES ($1, $2, $3)");
pub(crate) static EXTERNAL_FIND: Sql =
    Sql::both("SELECT person FROM person_external WHERE tenant = $1 AND token = $2");
pub(crate) static EXTERNAL_DELETE: Sql =
    Sql::both("DELETE FROM person_external WHERE tenant = $1 AND person = $2");

/// The version that stands, or the tombstone's.
pub(crate) static RECORD_STATE: Sql = Sql::both(
    "SELECT version, digest, 1, written_at FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4 \
     UNION ALL \
     SELECT version, digest, 0, written_at FROM record_history WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4 AND sealed IS NULL",
);
pub(crate) static RECORD_FIND: Sql = Sql::both(
    "SELECT version, written_at, sealed FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4",
);
/// The same, and whether something that the person had limited stands in the way for the purpose `$5`: one question instead of two.
pub(crate) static RECORD_FIND_FREE: Sql = Sql::both(concat!(
    "SELECT version, written_at, sealed, CASE WHEN ",
    consent::limit_stands!("$1", "$2", "$3", "$5"),
    " THEN 1 ELSE 0 END FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4"
));
pub(crate) static RECORD_FIND_VERSION: Sql = Sql::both(
    "SELECT version, written_at, sealed FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4 AND version = $5 \
     UNION ALL \
     SELECT version, written_at, sealed FROM record_history WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4 AND version = $5",
);
pub(crate) static RECORD_INSERT: Sql = Sql::both(
    "INSERT INTO record (tenant, person, collection, rkey, version, written_at, digest, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
);
pub(crate) static RECORD_KEEP: Sql = Sql::both(
    "INSERT INTO record_history (tenant, person, collection, rkey, version, written_at, digest, sealed) \
     SELECT tenant, person, collection, rkey, version, written_at, digest, sealed FROM record \
     WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4 AND version = $5",
);
pub(crate) static RECORD_UPDATE: Sql = Sql::both(
    "UPDATE record SET version = $6, written_at = $7, digest = $8, sealed = $9 \
     WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4 AND version = $5",
);
pub(crate) static RECORD_DELETE: Sql = Sql::both(
    "DELETE FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4 AND version = $5",
);
pub(crate) static HISTORY_WIPE: Sql = Sql::both(
    "DELETE FROM record_history WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4",
);
pub(crate) static HISTORY_TOMBSTONE: Sql = Sql::both(
    "INSERT INTO record_history (tenant, person, collection, rkey, version, written_at, digest, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)",
);
pub(crate) static HISTORY_LIST: Sql = Sql::both(
    "SELECT version, written_at, 1 FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4 AND version < $5 \
     UNION ALL \
     SELECT version, written_at, CASE WHEN sealed IS NULL THEN 0 ELSE 1 END FROM record_history WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4 AND version < $5 \
     ORDER BY 1 DESC LIMIT $6",
);
pub(crate) static RECORD_LIST: Sql = Sql::both(
    "SELECT rkey, version, written_at, sealed FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey > $4 ORDER BY rkey LIMIT $5",
);
pub(crate) static INDEX_INSERT: Sql = Sql::each(
    "INSERT OR IGNORE INTO record_index (tenant, collection, token, person, rkey) VALUES ($1, $2, $3, $4, $5)",
    // The same token twice on one record (a code that stands in two places) is one row.
    "INSERT INTO record_index (tenant, collection, token, person, rkey) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
);
pub(crate) static INDEX_DELETE: Sql = Sql::both(
    "DELETE FROM record_index WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4",
);
pub(crate) static INDEX_OF_RECORD: Sql = Sql::both(
    "SELECT token FROM record_index WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4",
);
pub(crate) static INDEX_OF_PERSON: Sql = Sql::both(
    "SELECT person, rkey FROM record_index WHERE tenant = $1 AND collection = $2 AND token = $3 AND person = $4 AND rkey > $5 ORDER BY rkey LIMIT $6",
);
pub(crate) static INDEX_OF_ALL: Sql = Sql::both(
    "SELECT person, rkey FROM record_index WHERE tenant = $1 AND collection = $2 AND token = $3 AND (person > $4 OR (person = $4 AND rkey > $5)) ORDER BY person, rkey LIMIT $6",
);
pub(crate) static COUNT_RECORDS: Sql = Sql::both(
    "SELECT collection, count(*) FROM record WHERE tenant = $1 AND person = $2 GROUP BY collection ORDER BY collection",
);
/// How many records of one collection (`$4` empty) there are, or whether one of them, and how many earlier versions. The index answers the
/// first without a look at the rows, which are wide.
pub(crate) static PART_COUNT: Sql = Sql::both(concat!(
    "SELECT (SELECT count(*) FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND (rkey = $4 OR length($4) = 0)), ",
    "(SELECT count(*) FROM record_history WHERE tenant = $1 AND person = $2 AND collection = $3 AND (rkey = $4 OR length($4) = 0) AND sealed IS NOT NULL)"
));
/// The records of one collection (`$4` empty), or one of them, behind a handle.
pub(crate) static PART_STANDING: Sql = Sql::both(
    "SELECT rkey, version, written_at FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND (rkey = $4 OR length($4) = 0) AND rkey > $5 ORDER BY rkey LIMIT $6",
);
/// What is left of them, place by place.
pub(crate) static PART_LEFT: Sql = Sql::both(concat!(
    "SELECT (SELECT count(*) FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND (rkey = $4 OR length($4) = 0)), ",
    "(SELECT count(*) FROM record_history WHERE tenant = $1 AND person = $2 AND collection = $3 AND (rkey = $4 OR length($4) = 0) AND sealed IS NOT NULL), ",
    "(SELECT count(*) FROM record_index WHERE tenant = $1 AND person = $2 AND collection = $3 AND (rkey = $4 OR length($4) = 0))"
));
/// That there were some: handles and counts of versions.
pub(crate) static TOMBSTONES: Sql = Sql::both(
    "SELECT count(*) FROM record_history WHERE tenant = $1 AND person = $2 AND collection = $3 AND (rkey = $4 OR length($4) = 0) AND sealed IS NULL",
);

/// What is kept of a person: records, earlier versions, files.
pub(crate) static ERASE_COUNT: Sql = Sql::both(
    "SELECT (SELECT count(*) FROM record WHERE tenant = $1 AND person = $2), \
     (SELECT count(*) FROM record_history WHERE tenant = $1 AND person = $2), \
     (SELECT count(*) FROM file WHERE tenant = $1 AND person = $2)",
);
// A portion each: SQLite finds its rows by rowid, PostgreSQL by where they lie, which costs neither a second search nor a sort.
pub(crate) static ERASE_RECORDS: Sql = Sql::each(
    "DELETE FROM record WHERE rowid IN (SELECT rowid FROM record WHERE tenant = $1 AND person = $2 LIMIT $3)",
    "DELETE FROM record WHERE tenant = $1 AND person = $2 AND ctid = ANY (ARRAY (SELECT ctid FROM record WHERE tenant = $1 AND person = $2 LIMIT $3))",
);
pub(crate) static ERASE_HISTORY: Sql = Sql::each(
    "DELETE FROM record_history WHERE rowid IN (SELECT rowid FROM record_history WHERE tenant = $1 AND person = $2 LIMIT $3)",
    "DELETE FROM record_history WHERE tenant = $1 AND person = $2 AND ctid = ANY (ARRAY (SELECT ctid FROM record_history WHERE tenant = $1 AND person = $2 LIMIT $3))",
);
/// This table has no rowid in SQLite.
pub(crate) static ERASE_INDEX: Sql = Sql::each(
    "DELETE FROM record_index WHERE (tenant, collection, token, person, rkey) IN \
     (SELECT tenant, collection, token, person, rkey FROM record_index WHERE tenant = $1 AND person = $2 LIMIT $3)",
    "DELETE FROM record_index WHERE tenant = $1 AND person = $2 AND ctid = ANY (ARRAY (SELECT ctid FROM record_index WHERE tenant = $1 AND person = $2 LIMIT $3))",
);
pub(crate) static ERASE_FILE: Sql =
    Sql::both("DELETE FROM file WHERE tenant = $1 AND person = $2 AND file = $3");

/// The heads of everything that is sealed about a person: as many bytes as a head has at most.
pub(crate) static RENEW_HEADS: Sql = Sql::both(concat!(
    "SELECT 0, substr(sealed, 1, 170) FROM record WHERE tenant = $1 AND person = $2 ",
    "UNION ALL SELECT 1, substr(sealed, 1, 170) FROM record_history WHERE tenant = $1 AND person = $2 AND sealed IS NOT NULL ",
    "UNION ALL SELECT 2, substr(sealed, 1, 170) FROM file WHERE tenant = $1 AND person = $2 ",
    "UNION ALL SELECT 3, substr(sealed, 1, 170) FROM rights_event WHERE tenant = $1 AND person = $2 AND sealed IS NOT NULL"
));
pub(crate) static RENEW_RECORDS: Sql = Sql::both(
    "SELECT collection, rkey, version, written_at, sealed FROM record WHERE tenant = $1 AND person = $2 AND (collection > $3 OR (collection = $3 AND (rkey > $4 OR (rkey = $4 AND version > $5)))) ORDER BY collection, rkey LIMIT $6",
);
pub(crate) static RENEW_HISTORY: Sql = Sql::both(
    "SELECT collection, rkey, version, written_at, sealed FROM record_history WHERE tenant = $1 AND person = $2 AND (collection > $3 OR (collection = $3 AND (rkey > $4 OR (rkey = $4 AND version > $5)))) AND sealed IS NOT NULL ORDER BY collection, rkey, version LIMIT $6",
);
pub(crate) static ERASE_NOTES: Sql =
    Sql::both("DELETE FROM rights_event WHERE tenant = $1 AND person = $2");
/// Notes, in the form of records of a collection of their own.
pub(crate) static RENEW_NOTES: Sql = Sql::both(
    "SELECT 'rights', request, seq, at, sealed FROM rights_event WHERE tenant = $1 AND person = $2 AND ('rights' > CAST($3 AS TEXT) OR ('rights' = CAST($3 AS TEXT) AND (request > $4 OR (request = $4 AND seq > $5)))) AND sealed IS NOT NULL ORDER BY request, seq LIMIT $6",
);
pub(crate) static RENEW_NOTE: Sql = Sql::both(
    "UPDATE rights_event SET sealed = $7 WHERE tenant = $1 AND person = $2 AND CAST($3 AS TEXT) = 'rights' AND request = $4 AND seq = $5 AND sealed = $6",
);
/// What was sealed again takes the place of exactly that which was opened.
pub(crate) static RENEW_RECORD: Sql = Sql::both(
    "UPDATE record SET sealed = $7 WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4 AND version = $5 AND sealed = $6",
);
pub(crate) static RENEW_VERSION: Sql = Sql::both(
    "UPDATE record_history SET sealed = $7 WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4 AND version = $5 AND sealed = $6",
);
pub(crate) static RENEW_FILE: Sql = Sql::both(
    "UPDATE file SET object = $5, sealed = $6, unsent = $7 WHERE tenant = $1 AND person = $2 AND file = $3 AND sealed = $4",
);
pub(crate) static RENEW_PERSONS: Sql = Sql::both(
    "SELECT person, created_at, sealed FROM person WHERE tenant = $1 AND person > $2 AND state = 0 ORDER BY person LIMIT $3",
);
pub(crate) static RENEW_PERSON: Sql = Sql::both(
    "UPDATE person SET sealed = $4 WHERE tenant = $1 AND person = $2 AND state = 0 AND sealed = $3",
);

pub(crate) static FILE_INSERT: Sql = Sql::both(
    "INSERT INTO file (tenant, person, file, sealed_len, written_at, sealed, unsent) VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
pub(crate) static FILE_FIND: Sql = Sql::both(
    "SELECT sealed_len, written_at, sealed, object FROM file WHERE tenant = $1 AND person = $2 AND file = $3",
);
pub(crate) static FILE_LIST: Sql = Sql::both(
    "SELECT file, sealed_len, written_at, sealed, object FROM file WHERE tenant = $1 AND person = $2 AND file > $3 \
     AND NOT EXISTS (SELECT 1 FROM export e WHERE e.tenant = file.tenant AND e.person = file.person AND e.file = file.file) ORDER BY file LIMIT $4",
);
pub(crate) static FILE_DELETE: Sql = Sql::both(
    "DELETE FROM file WHERE tenant = $1 AND person = $2 AND file = $3 AND coalesce(object, file) = $4",
);
pub(crate) static FILES_OF: Sql =
    Sql::both("SELECT file, object FROM file WHERE tenant = $1 AND person = $2 LIMIT $3");
pub(crate) static FILE_IDS: Sql = Sql::both(
    "SELECT file FROM file WHERE tenant = $1 AND person = $2 \
     AND NOT EXISTS (SELECT 1 FROM export e WHERE e.tenant = file.tenant AND e.person = file.person AND e.file = file.file) ORDER BY file",
);
pub(crate) static FILE_OBJECT: Sql =
    Sql::both("SELECT file, object FROM file WHERE tenant = $1 AND person = $2 AND file = $3");

pub(crate) static ONCE_FIND: Sql = Sql::both(
    "SELECT request, sealed FROM idempotency WHERE tenant = $1 AND token = $2 AND expires_at > $3",
);
pub(crate) static ONCE_INSERT: Sql = Sql::both(
    "INSERT INTO idempotency (tenant, token, request, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)",
);
pub(crate) static ONCE_EXPIRE: Sql = Sql::both("DELETE FROM idempotency WHERE expires_at <= $1");

pub(crate) static HOLD_INSERT: Sql = Sql::both(
    "INSERT INTO legal_hold (tenant, hold, scope, person, collection, reason, placed_by, placed_at, until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
pub(crate) static HOLD_LIFT: Sql = Sql::both(
    "UPDATE legal_hold SET lifted_by = $3, lifted_at = $4 WHERE tenant = $1 AND hold = $2 AND lifted_at IS NULL",
);
pub(crate) static HOLD_WHOSE: Sql =
    Sql::both("SELECT person, collection FROM legal_hold WHERE tenant = $1 AND hold = $2");
pub(crate) static HOLD_LIST: Sql = Sql::both(
    "SELECT hold, scope, person, collection, reason, placed_by, placed_at, until, lifted_by, lifted_at FROM legal_hold WHERE tenant = $1 ORDER BY placed_at DESC, hold LIMIT $2 OFFSET $3",
);
pub(crate) static HOLD_COUNT: Sql = Sql::both(
    "SELECT count(*) FROM legal_hold WHERE tenant = $1 AND lifted_at IS NULL AND (until IS NULL OR until > $2)",
);
/// The guard of what destroys something of a person's (`$2`) in a collection (`$3`; no collection is called ``) at `$4`.
pub(crate) static HOLD_FREE: Sql = Sql::both(concat!(
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM legal_hold WHERE tenant = $1 AND lifted_at IS NULL AND (until IS NULL OR until > $4) ",
    "AND (scope = 'tenant' OR person = $2 OR collection = $3))"
));
/// The guard of an erasure: a hold on a collection stops it where the person has a record there.
pub(crate) static HOLD_FREE_TO_ERASE: Sql = Sql::both(concat!(
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.tenant = $1 AND h.lifted_at IS NULL AND (h.until IS NULL OR h.until > $3) ",
    "AND (h.scope = 'tenant' OR h.person = $2 OR (h.scope = 'collection' AND EXISTS (",
    "SELECT 1 FROM record r WHERE r.tenant = $1 AND r.person = $2 AND r.collection = h.collection))))"
));
pub(crate) static ERASE_HOLDS: Sql =
    Sql::both("DELETE FROM legal_hold WHERE tenant = $1 AND person = $2");

pub(crate) static RETENTION_BEGIN: Sql = Sql::both(
    "INSERT INTO retention_run (tenant, run, began_at) VALUES ($1, $2, $3) ON CONFLICT (tenant, run) DO NOTHING",
);
pub(crate) static RETENTION_GO_ON: Sql = Sql::both(
    "UPDATE retention_run SET done_to = $3 WHERE tenant = $1 AND run = $2 AND ended_at IS NULL",
);
pub(crate) static RETENTION_END: Sql = Sql::both(
    "UPDATE retention_run SET ended_at = $3, done_to = NULL WHERE tenant = $1 AND run = $2 AND ended_at IS NULL",
);
pub(crate) static RETENTION_TALLY: Sql = Sql::both(concat!(
    "INSERT INTO retention_tally (tenant, run, collection, kept, held, destroyed) VALUES ($1, $2, $3, $4, $5, $6) ",
    "ON CONFLICT (tenant, run, collection) DO UPDATE SET kept = retention_tally.kept + excluded.kept, ",
    "held = retention_tally.held + excluded.held, destroyed = retention_tally.destroyed + excluded.destroyed"
));
pub(crate) static RETENTION_RUN: Sql = Sql::both(
    "SELECT run, began_at, ended_at, done_to FROM retention_run WHERE tenant = $1 AND run = $2",
);
pub(crate) static RETENTION_RUNS: Sql = Sql::both(
    "SELECT run, began_at, ended_at, done_to FROM retention_run WHERE tenant = $1 ORDER BY began_at DESC, run LIMIT $2",
);
pub(crate) static RETENTION_TALLIES: Sql = Sql::both(
    "SELECT collection, kept, held, destroyed FROM retention_tally WHERE tenant = $1 AND run = $2 ORDER BY collection",
);
pub(crate) static RETENTION_FORGET: Sql =
    Sql::both("DELETE FROM retention_run WHERE tenant = $1 AND began_at < $2");
pub(crate) static RETENTION_FORGET_TALLIES: Sql = Sql::both(
    "DELETE FROM retention_tally WHERE tenant = $1 AND run IN (SELECT run FROM retention_run WHERE tenant = $1 AND began_at < $2)",
);
pub(crate) static RECORDS_OVER: Sql = Sql::both(
    "SELECT rkey, version FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND written_at <= $4 ORDER BY rkey LIMIT $5",
);
pub(crate) static COUNT_RECORDS_OVER: Sql = Sql::both(
    "SELECT count(*) FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND written_at <= $4",
);
/// Archives have a time of their own.
pub(crate) static FILES_OVER: Sql = Sql::both(concat!(
    "SELECT file, object FROM file WHERE tenant = $1 AND person = $2 AND written_at <= $3 ",
    "AND NOT EXISTS (SELECT 1 FROM export e WHERE e.tenant = file.tenant AND e.person = file.person AND e.file = file.file) ORDER BY file LIMIT $4"
));
pub(crate) static COUNT_FILES: Sql = Sql::both(concat!(
    "SELECT count(*), count(CASE WHEN written_at <= $3 THEN 1 END) FROM file WHERE tenant = $1 AND person = $2 ",
    "AND NOT EXISTS (SELECT 1 FROM export e WHERE e.tenant = file.tenant AND e.person = file.person AND e.file = file.file)"
));

pub(crate) static BULK_INSERT: Sql = Sql::both(
    "INSERT INTO bulk_export (tenant, bulk, state, owner, purpose, whole, kinds, since, request, asked_at, expires_at, persons, left_out, owner_by) VALUES ($1, $2, 'waiting', $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, $11)",
);
/// The guard of a new one: `$2` are made at once at most, `$3` kept.
pub(crate) static BULK_ROOM: Sql = Sql::both(concat!(
    "SELECT 1 WHERE (SELECT count(*) FROM bulk_export WHERE tenant = $1 AND state = 'waiting') < CAST($2 AS BIGINT) ",
    "AND (SELECT count(*) FROM bulk_export WHERE tenant = $1) < CAST($3 AS BIGINT)"
));
pub(crate) static BULK_FIND: Sql = Sql::both(
    "SELECT state, owner, purpose, whole, kinds, since, request, asked_at, expires_at, persons, left_out, owner_by FROM bulk_export WHERE tenant = $1 AND bulk = $2",
);
pub(crate) static BULK_PARTS: Sql = Sql::both(
    "SELECT part, kind, behind, upto, count FROM bulk_part WHERE tenant = $1 AND bulk = $2 ORDER BY part",
);
pub(crate) static BULK_PART: Sql = Sql::both(
    "INSERT INTO bulk_part (tenant, bulk, part, kind, behind, upto, count) VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
pub(crate) static BULK_PERSONS: Sql = Sql::both(
    "SELECT person FROM person WHERE tenant = $1 AND person > $2 AND state = 0 ORDER BY person LIMIT $3",
);
/// By collection, what of a person was written after `$3` and stood at `$4`.
pub(crate) static BULK_COUNT: Sql = Sql::both(concat!(
    "SELECT collection, count(*) FROM (",
    "SELECT collection FROM record WHERE tenant = $1 AND person = $2 AND written_at > $3 AND written_at <= $4 ",
    "UNION ALL SELECT r.collection FROM record r JOIN record_history h ",
    "ON h.tenant = r.tenant AND h.person = r.person AND h.collection = r.collection AND h.rkey = r.rkey ",
    "WHERE r.tenant = $1 AND r.person = $2 AND r.written_at > $4 AND h.sealed IS NOT NULL AND h.written_at > $3 AND h.version = (",
    "SELECT max(o.version) FROM record_history o WHERE o.tenant = r.tenant AND o.person = r.person AND o.collection = r.collection ",
    "AND o.rkey = r.rkey AND o.written_at <= $4)) x GROUP BY collection ORDER BY collection"
));
pub(crate) static BULK_PROGRESS: Sql = Sql::both(
    "UPDATE bulk_export SET persons = $3 WHERE tenant = $1 AND bulk = $2 AND state = 'waiting'",
);
pub(crate) static BULK_READY: Sql = Sql::both(
    "UPDATE bulk_export SET state = 'ready', persons = $3, left_out = $4 WHERE tenant = $1 AND bulk = $2 AND state = 'waiting'",
);
pub(crate) static BULK_FAILED: Sql = Sql::both(
    "UPDATE bulk_export SET state = 'failed' WHERE tenant = $1 AND bulk = $2 AND state = 'waiting'",
);
pub(crate) static BULK_END: Sql =
    Sql::both("DELETE FROM bulk_export WHERE tenant = $1 AND bulk = $2");
pub(crate) static BULK_END_PARTS: Sql =
    Sql::both("DELETE FROM bulk_part WHERE tenant = $1 AND bulk = $2");
pub(crate) static BULK_OVER: Sql = Sql::both("DELETE FROM bulk_export WHERE expires_at <= $1");
pub(crate) static BULK_OVER_PARTS: Sql = Sql::both(
    "DELETE FROM bulk_part WHERE EXISTS (SELECT 1 FROM bulk_export b WHERE b.tenant = bulk_part.tenant AND b.bulk = bulk_part.bulk AND b.expires_at <= $1)",
);
/// Who has records of a collection, behind one person and up to another.
pub(crate) static BULK_HOLDERS: Sql = Sql::both(concat!(
    "SELECT DISTINCT r.person FROM record r WHERE r.tenant = $1 AND r.collection = $2 AND r.person > $3 AND r.person <= $4 ",
    "AND EXISTS (SELECT 1 FROM person p WHERE p.tenant = r.tenant AND p.person = r.person AND p.state = 0) ORDER BY r.person LIMIT $5"
));
/// A person's records of a collection behind a handle, as they stood at `$6`, of those written after `$5`.
pub(crate) static BULK_PAGE: Sql = Sql::both(concat!(
    "SELECT rkey, version, written_at, sealed FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey > $4 ",
    "AND written_at > $5 AND written_at <= $6 ",
    "UNION ALL SELECT r.rkey, h.version, h.written_at, h.sealed FROM record r JOIN record_history h ",
    "ON h.tenant = r.tenant AND h.person = r.person AND h.collection = r.collection AND h.rkey = r.rkey ",
    "WHERE r.tenant = $1 AND r.person = $2 AND r.collection = $3 AND r.rkey > $4 AND r.written_at > $6 AND h.sealed IS NOT NULL ",
    "AND h.written_at > $5 AND h.version = (SELECT max(o.version) FROM record_history o WHERE o.tenant = r.tenant AND o.person = r.person ",
    "AND o.collection = r.collection AND o.rkey = r.rkey AND o.written_at <= $6) ORDER BY 1 LIMIT $7"
));

/// The guard of what destroys everything: no hold at all is in force.
pub(crate) static HOLD_NONE: Sql = Sql::both(
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM legal_hold WHERE tenant = $1 AND lifted_at IS NULL AND (until IS NULL OR until > $2))",
);
