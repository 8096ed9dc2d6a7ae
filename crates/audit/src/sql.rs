//! Every statement of the log. The tables are made by `migrations/data/0001-log.sql`.

use store::Sql;

/// size, root, frontier, checkpoint, at. PostgreSQL locks the row, so that nodes append one after the other;
/// SQLite has one writer.
pub(crate) static HEAD_TO_APPEND: Sql = Sql::each(
    "SELECT size, root, frontier, checkpoint, at FROM log_head WHERE tenant = $1",
    "SELECT size, root, frontier, checkpoint, at FROM log_head WHERE tenant = $1 FOR UPDATE",
);

/// tenant, first, count, generation, hashes, sealed.
pub(crate) static ADD_CHUNK: Sql = Sql::both(
    "INSERT INTO log_chunk (tenant, first, count, generation, hashes, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
);

/// tenant, level, idx, hash.
pub(crate) static ADD_NODE: Sql =
    Sql::both("INSERT INTO log_node (tenant, level, idx, hash) VALUES ($1, $2, $3, $4)");

/// tenant, size, root, frontier, checkpoint, at.
pub(crate) static FIRST_HEAD: Sql = Sql::both(
    "INSERT INTO log_head (tenant, size, root, frontier, checkpoint, at) VALUES ($1, $2, $3, $4, $5, $6)",
);

/// tenant, size, root, frontier, checkpoint, at, and the size it had before.
pub(crate) static NEXT_HEAD: Sql = Sql::both(
    "UPDATE log_head SET size = $2, root = $3, frontier = $4, checkpoint = $5, at = $6 \
     WHERE tenant = $1 AND size = $7",
);

/// size, root, frontier, checkpoint, at.
pub(crate) static HEAD: Sql =
    Sql::both("SELECT size, root, frontier, checkpoint, at FROM log_head WHERE tenant = $1");

/// Every tenant that has a log.
pub(crate) static TENANTS: Sql = Sql::both("SELECT tenant FROM log_head ORDER BY tenant");

/// first, count, hashes, generation, sealed of the chunks that begin in `$2 .. $3`.
pub(crate) static CHUNKS: Sql = Sql::both(
    "SELECT first, count, hashes, generation, sealed FROM log_chunk \
     WHERE tenant = $1 AND first >= $2 AND first < $3 ORDER BY first",
);

/// first, count, hashes, generation, sealed from the chunk that holds entry `$2` on, up to those that begin before `$3`.
pub(crate) static CHUNKS_HOLDING: Sql = Sql::both(
    "SELECT first, count, hashes, generation, sealed FROM log_chunk WHERE tenant = $1 AND first >= \
     (SELECT MAX(first) FROM log_chunk WHERE tenant = $1 AND first <= $2) AND first < $3 ORDER BY first",
);

/// first, count, hashes of the chunks that begin in `$2 .. $3`.
pub(crate) static CHUNK_HASHES: Sql = Sql::both(
    "SELECT first, count, hashes FROM log_chunk \
     WHERE tenant = $1 AND first >= $2 AND first < $3 ORDER BY first",
);

/// idx, hash of the nodes `$3 .. $4` of a level.
pub(crate) static NODES: Sql = Sql::both(
    "SELECT idx, hash FROM log_node \
     WHERE tenant = $1 AND level = $2 AND idx >= $3 AND idx < $4 ORDER BY idx",
);

/// Where the chunks that begin at or behind `$2` end; NULL where there is none.
pub(crate) static CHUNKS_END: Sql =
    Sql::both("SELECT MAX(first + count) FROM log_chunk WHERE tenant = $1 AND first >= $2");

/// How many nodes a level has.
pub(crate) static NODE_COUNT: Sql =
    Sql::both("SELECT COUNT(*) FROM log_node WHERE tenant = $1 AND level = $2");

/// tenant, block, bucket, generation, sealed.
pub(crate) static ADD_INDEX: Sql = Sql::both(
    "INSERT INTO log_index (tenant, block, bucket, generation, sealed) VALUES ($1, $2, $3, $4, $5)",
);

/// The last block that is indexed; NULL where there is none.
pub(crate) static INDEX_END: Sql = Sql::both("SELECT MAX(block) FROM log_index WHERE tenant = $1");

/// block, generation, sealed of one bucket in the blocks `$3 .. $4`, newest first.
pub(crate) static INDEX_ROWS: Sql = Sql::both(
    "SELECT block, generation, sealed FROM log_index \
     WHERE tenant = $1 AND bucket = $2 AND block >= $3 AND block < $4 ORDER BY block DESC",
);

/// The guards that stand, by name.
pub(crate) static GUARDS: Sql = Sql::each(
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'log\\_%' ESCAPE '\\' \
     AND sql LIKE '%RAISE(ABORT%'",
    "SELECT t.tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
     JOIN pg_proc p ON p.oid = t.tgfoid \
     WHERE NOT t.tgisinternal AND t.tgenabled = 'A' AND p.prosrc LIKE '%RAISE EXCEPTION%' \
     AND c.relname IN ('log_chunk', 'log_node', 'log_head') AND c.relnamespace = current_schema()::regnamespace",
);

/// The guards that must stand on both engines.
pub(crate) const GUARDS_WANTED: [&str; 6] = [
    "log_chunk_update",
    "log_chunk_delete",
    "log_node_update",
    "log_node_delete",
    "log_head_update",
    "log_head_delete",
];

/// Every statement, for the tests that look at each.
pub static STATEMENTS: &[&Sql] = &[
    &HEAD_TO_APPEND,
    &ADD_CHUNK,
    &ADD_NODE,
    &FIRST_HEAD,
    &NEXT_HEAD,
    &HEAD,
    &TENANTS,
    &CHUNKS,
    &CHUNKS_HOLDING,
    &CHUNK_HASHES,
    &NODES,
    &CHUNKS_END,
    &NODE_COUNT,
    &ADD_INDEX,
    &INDEX_END,
    &INDEX_ROWS,
    &GUARDS,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Each statement, with how many parameters it takes.
    const ALL: [(&Sql, usize); 17] = [
        (&HEAD_TO_APPEND, 1),
        (&ADD_CHUNK, 6),
        (&ADD_NODE, 4),
        (&FIRST_HEAD, 6),
        (&NEXT_HEAD, 7),
        (&HEAD, 1),
        (&TENANTS, 0),
        (&CHUNKS, 3),
        (&CHUNKS_HOLDING, 3),
        (&CHUNK_HASHES, 3),
        (&NODES, 4),
        (&CHUNKS_END, 2),
        (&NODE_COUNT, 2),
        (&ADD_INDEX, 5),
        (&INDEX_END, 1),
        (&INDEX_ROWS, 4),
        (&GUARDS, 0),
    ];

    #[tokio::test]
    async fn every_statement_prepares_on_every_engine() {
        let dbs = store::danger_testing::each_engine(store::migrations::DATA, None)
            .await
            .expect("databases");
        for db in dbs {
            for (sql, parameters) in ALL {
                let found = db.prepare(sql).await;
                assert_eq!(found.ok(), Some(parameters), "{}: {sql:?}", db.engine);
            }
        }
    }
}
