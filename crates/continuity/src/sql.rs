//! What is read from a snapshot of the data database.

use store::Sql;

/// file, object, sealed_len, written_at: every object that the database names. An object lies under the file's id, or elsewhere
/// since it was sealed again.
pub(crate) static OBJECTS: Sql = Sql::both("SELECT file, object, sealed_len, written_at FROM file");

/// tenant, size, root of every log.
pub(crate) static LOGS: Sql = Sql::both("SELECT tenant, size, root FROM log_head ORDER BY tenant");

/// tenant, person, file, object, sealed_len: files that wait to be sent, the first first.
pub(crate) static UNSENT: Sql = Sql::both(
    "SELECT tenant, person, file, object, sealed_len FROM file WHERE unsent IS NOT NULL ORDER BY unsent LIMIT $1",
);
/// The same, all of them.
pub(crate) static UNSENT_ALL: Sql =
    Sql::both("SELECT tenant, person, file, object, sealed_len FROM file WHERE unsent IS NOT NULL");
/// count, bytes, since.
pub(crate) static WAITING: Sql = Sql::both(
    "SELECT count(*), CAST(COALESCE(sum(sealed_len), 0) AS BIGINT), min(unsent) FROM file WHERE unsent IS NOT NULL",
);
pub(crate) static SENT: Sql = Sql::both(
    "UPDATE file SET unsent = NULL WHERE tenant = $1 AND person = $2 AND file = $3 AND COALESCE(object, file) = $4 AND unsent IS NOT NULL",
);

/// Whether a file stands that does not wait.
pub(crate) static STANDS_SENT: Sql = Sql::both(
    "SELECT 1 FROM file WHERE ((object IS NULL AND file = $1) OR object = $1) AND unsent IS NULL LIMIT 1",
);

/// Whether a file still stands.
pub(crate) static STANDS: Sql =
    Sql::both("SELECT 1 FROM file WHERE (object IS NULL AND file = $1) OR object = $1 LIMIT 1");

/// number, begun_at, alive_at, ended_at, held, code, point, rpo, rto, amount.
pub(crate) static RUNS: Sql = Sql::both(
    "SELECT number, begun_at, alive_at, ended_at, held, code, point, rpo, rto, amount FROM continuity_run \
     WHERE kind = $1 ORDER BY number DESC LIMIT $2",
);
pub(crate) static RUN_HELD: Sql = Sql::both(
    "SELECT number, begun_at, alive_at, ended_at, held, code, point, rpo, rto, amount FROM continuity_run \
     WHERE kind = $1 AND held = 1 ORDER BY number DESC LIMIT 1",
);
pub(crate) static BEGIN_RUN: Sql = Sql::both(
    "INSERT INTO continuity_run (kind, number, begun_at, alive_at) VALUES ($1, $2, $3, $3) ON CONFLICT (kind, number) DO NOTHING",
);
pub(crate) static RUN_ALIVE: Sql = Sql::both(
    "UPDATE continuity_run SET alive_at = $3 WHERE kind = $1 AND number = $2 AND ended_at IS NULL",
);
pub(crate) static END_RUN: Sql = Sql::both(
    "UPDATE continuity_run SET ended_at = $3, alive_at = $3, held = $4, code = $5, point = $6, rpo = $7, rto = $8, amount = $9 \
     WHERE kind = $1 AND number = $2 AND ended_at IS NULL",
);
pub(crate) static FORGET_RUNS: Sql = Sql::both("DELETE FROM continuity_run WHERE begun_at < $1");

pub(crate) static PROPOSE_DESTRUCTION: Sql = Sql::both(
    "INSERT INTO continuity_destruction (destruction, points, reason, proposed_at, first_by, first_at) VALUES ($1, $2, $3, $4, $5, $6)",
);
pub(crate) static AGREE_FIRST: Sql = Sql::both(
    "UPDATE continuity_destruction SET first_by = $2, first_at = $3 WHERE destruction = $1 AND first_by IS NULL AND cancelled_at IS NULL AND proposed_at > $4",
);
pub(crate) static AGREE_SECOND: Sql = Sql::both(
    "UPDATE continuity_destruction SET second_by = $2, second_at = $3, due_at = $5 WHERE destruction = $1 AND first_by IS NOT NULL AND first_by <> $2 \
     AND second_by IS NULL AND cancelled_at IS NULL AND proposed_at > $4",
);
pub(crate) static CANCEL_DESTRUCTION: Sql = Sql::both(
    "UPDATE continuity_destruction SET cancelled_at = $2 WHERE destruction = $1 AND cancelled_at IS NULL AND begun_at IS NULL AND done_at IS NULL",
);
pub(crate) static BEGIN_DESTRUCTIONS: Sql = Sql::both(
    "UPDATE continuity_destruction SET begun_at = $1 WHERE first_by IS NOT NULL AND second_by IS NOT NULL AND due_at <= $1 AND cancelled_at IS NULL AND begun_at IS NULL",
);
/// destruction, points, reason, proposed_at, first_by, first_at, second_by, second_at, due_at, cancelled_at, begun_at, done_at, gone.
pub(crate) static BEGUN_DESTRUCTIONS: Sql = Sql::both(
    "SELECT destruction, points, reason, proposed_at, first_by, first_at, second_by, second_at, due_at, cancelled_at, begun_at, done_at, gone \
     FROM continuity_destruction WHERE begun_at IS NOT NULL AND done_at IS NULL ORDER BY due_at",
);
pub(crate) static DESTRUCTION: Sql = Sql::both(
    "SELECT destruction, points, reason, proposed_at, first_by, first_at, second_by, second_at, due_at, cancelled_at, begun_at, done_at, gone \
     FROM continuity_destruction WHERE destruction = $1",
);
pub(crate) static DESTRUCTIONS: Sql = Sql::both(
    "SELECT destruction, points, reason, proposed_at, first_by, first_at, second_by, second_at, due_at, cancelled_at, begun_at, done_at, gone \
     FROM continuity_destruction ORDER BY proposed_at DESC LIMIT $1",
);
pub(crate) static DONE_DESTRUCTION: Sql = Sql::both(
    "UPDATE continuity_destruction SET done_at = $2, gone = $3 WHERE destruction = $1 AND begun_at IS NOT NULL AND done_at IS NULL",
);
pub(crate) static KEEP: Sql =
    Sql::both("SELECT days, wanted, wanted_since FROM continuity_keep WHERE id = 1");
pub(crate) static KEEP_BEGIN: Sql =
    Sql::both("INSERT INTO continuity_keep (id, days) VALUES (1, $1) ON CONFLICT (id) DO NOTHING");
pub(crate) static KEEP_CHANGE: Sql =
    Sql::both("UPDATE continuity_keep SET days = $1, wanted = $2, wanted_since = $3 WHERE id = 1");

/// Which server answers, and in which of its lives.
pub(crate) static PRIMARY: Sql = Sql::each(
    "SELECT ''",
    "SELECT CONCAT(inet_server_addr(), ':', inet_server_port(), ' ', pg_postmaster_start_time())",
);
pub(crate) static BEAT: Sql =
    Sql::both("INSERT INTO continuity_beat (drill, number) VALUES ($1, $2)");
pub(crate) static BEATS: Sql =
    Sql::both("SELECT number FROM continuity_beat WHERE drill = $1 ORDER BY number");
pub(crate) static FORGET_BEATS: Sql = Sql::both("DELETE FROM continuity_beat WHERE drill = $1");

/// node, program, since, heard_at, why it is not ready, what it does for the stream.
pub(crate) static NODES: Sql = Sql::both(
    "SELECT node, program, since, heard_at, not_ready, sends FROM continuity_node WHERE heard_at > $1 ORDER BY node LIMIT $2",
);
pub(crate) static NODE_HEARD: Sql = Sql::both(
    "INSERT INTO continuity_node (node, program, since, heard_at, not_ready, sends) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (node) DO UPDATE SET program = excluded.program, since = excluded.since, heard_at = excluded.heard_at, \
     not_ready = excluded.not_ready, sends = excluded.sends",
);
pub(crate) static FORGET_NODES: Sql = Sql::both("DELETE FROM continuity_node WHERE heard_at < $1");
pub(crate) static NODE_GONE: Sql = Sql::both("DELETE FROM continuity_node WHERE node = $1");

// Of replication only PostgreSQL knows; SQLite has no rows of the same shape.
pub(crate) static SYNCHRONOUS_NAMES: Sql = Sql::each(
    "SELECT '' WHERE 0",
    "SELECT current_setting('synchronous_standby_names')",
);
/// name, state, sync, bytes not flushed, bytes not applied, microseconds of lag.
pub(crate) static STANDBYS: Sql = Sql::each(
    "SELECT '', '', '', 0, 0, 0 WHERE 0",
    "SELECT application_name, state, sync_state, CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn) AS BIGINT), \
     CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) AS BIGINT), CAST(EXTRACT(EPOCH FROM replay_lag) * 1000000 AS BIGINT) \
     FROM pg_stat_replication ORDER BY application_name, pid",
);
/// name, whether it is read from, bytes that are kept, how they are.
pub(crate) static SLOTS: Sql = Sql::each(
    "SELECT '', 0, 0, '' WHERE 0",
    "SELECT slot_name, active, CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) AS BIGINT), wal_status \
     FROM pg_replication_slots ORDER BY slot_name",
);
/// address, sessions.
pub(crate) static SESSIONS: Sql = Sql::each(
    "SELECT '', 0 WHERE 0",
    "SELECT COALESCE(host(client_addr), 'local'), count(*) FROM pg_stat_activity \
     WHERE application_name = 'strongroom' AND datname = current_database() GROUP BY 1 ORDER BY 1",
);

/// How many persons' keys were destroyed. Of the key store.
pub(crate) static GONE: Sql = Sql::both("SELECT count(*) FROM person WHERE gone_at IS NOT NULL");

/// Every statement on the key store.
pub static KEY_STATEMENTS: &[&Sql] = &[&GONE];

/// Every statement on the data, for the test that prepares each on both engines.
pub static STATEMENTS: &[&Sql] = &[
    &OBJECTS,
    &LOGS,
    &UNSENT,
    &UNSENT_ALL,
    &WAITING,
    &SENT,
    &STANDS_SENT,
    &STANDS,
    &RUNS,
    &RUN_HELD,
    &BEGIN_RUN,
    &RUN_ALIVE,
    &END_RUN,
    &FORGET_RUNS,
    &PROPOSE_DESTRUCTION,
    &AGREE_FIRST,
    &AGREE_SECOND,
    &CANCEL_DESTRUCTION,
    &BEGIN_DESTRUCTIONS,
    &BEGUN_DESTRUCTIONS,
    &DESTRUCTION,
    &DESTRUCTIONS,
    &DONE_DESTRUCTION,
    &KEEP,
    &KEEP_BEGIN,
    &KEEP_CHANGE,
    &SYNCHRONOUS_NAMES,
    &STANDBYS,
    &SLOTS,
    &SESSIONS,
    &PRIMARY,
    &BEAT,
    &BEATS,
    &FORGET_BEATS,
    &NODES,
    &NODE_HEARD,
    &FORGET_NODES,
    &NODE_GONE,
];
