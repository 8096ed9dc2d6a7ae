-- The log: entries in sealed chunks, the hashes of the tree over them, and its signed head (docs/formats/log-storage.md).
--
-- The database itself refuses to change or remove what was logged, whoever asks. Whoever may drop these triggers can still
-- do it; that is found by `strongroom log verify`, because the head is signed and remembered elsewhere.

CREATE TABLE log_chunk (
    tenant TEXT NOT NULL,
    -- Index of the first entry. A chunk never crosses a multiple of 256.
    first INTEGER NOT NULL CHECK (first >= 0),
    count INTEGER NOT NULL CHECK (count BETWEEN 1 AND 256),
    -- Generation of the log key that `sealed` is sealed under.
    generation INTEGER NOT NULL CHECK (generation > 0),
    -- Leaf hashes, 32 bytes each: before `sealed`, so that they are read without it.
    hashes BLOB NOT NULL CHECK (length(hashes) = 32 * count),
    -- The entries, framed as in an entry bundle of tlog-tiles, sealed.
    sealed BLOB NOT NULL,
    PRIMARY KEY (tenant, first)
) STRICT;

CREATE TABLE log_node (
    tenant TEXT NOT NULL,
    -- Tile level: the subtree covers 256^level entries.
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 7),
    idx INTEGER NOT NULL CHECK (idx >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (tenant, level, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_head (
    tenant TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL CHECK (size > 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    frontier BLOB NOT NULL,
    checkpoint TEXT NOT NULL,
    -- Time of the last entry, in microseconds since 1970.
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

--:sqlite
CREATE TRIGGER log_chunk_update BEFORE UPDATE ON log_chunk
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE TRIGGER log_chunk_delete BEFORE DELETE ON log_chunk
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

-- INSERT OR REPLACE would remove a row without the trigger above: what lies below the head is never written again.
CREATE TRIGGER log_chunk_insert BEFORE INSERT ON log_chunk
WHEN NEW.first < (SELECT size FROM log_head WHERE tenant = NEW.tenant)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE TRIGGER log_node_update BEFORE UPDATE ON log_node
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE TRIGGER log_node_delete BEFORE DELETE ON log_node
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE TRIGGER log_node_insert BEFORE INSERT ON log_node
WHEN EXISTS (SELECT 1 FROM log_node WHERE tenant = NEW.tenant AND level = NEW.level AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

-- The head moves forward only. At one size the root stays; its checkpoint may gain signatures.
CREATE TRIGGER log_head_update BEFORE UPDATE ON log_head
WHEN NEW.tenant <> OLD.tenant OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE TRIGGER log_head_delete BEFORE DELETE ON log_head
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE TRIGGER log_head_insert BEFORE INSERT ON log_head
WHEN EXISTS (SELECT 1 FROM log_head WHERE tenant = NEW.tenant)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

--:postgres
CREATE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER log_chunk_update BEFORE UPDATE ON log_chunk FOR EACH ROW EXECUTE FUNCTION log_refuse();
CREATE TRIGGER log_chunk_delete BEFORE DELETE ON log_chunk FOR EACH ROW EXECUTE FUNCTION log_refuse();
CREATE TRIGGER log_chunk_truncate BEFORE TRUNCATE ON log_chunk EXECUTE FUNCTION log_refuse();

CREATE TRIGGER log_node_update BEFORE UPDATE ON log_node FOR EACH ROW EXECUTE FUNCTION log_refuse();
CREATE TRIGGER log_node_delete BEFORE DELETE ON log_node FOR EACH ROW EXECUTE FUNCTION log_refuse();
CREATE TRIGGER log_node_truncate BEFORE TRUNCATE ON log_node EXECUTE FUNCTION log_refuse();

-- The head moves forward only. At one size the root stays; its checkpoint may gain signatures.
CREATE TRIGGER log_head_update BEFORE UPDATE ON log_head FOR EACH ROW
WHEN (NEW.tenant <> OLD.tenant OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root))
EXECUTE FUNCTION log_refuse();
CREATE TRIGGER log_head_delete BEFORE DELETE ON log_head FOR EACH ROW EXECUTE FUNCTION log_refuse();
CREATE TRIGGER log_head_truncate BEFORE TRUNCATE ON log_head EXECUTE FUNCTION log_refuse();

-- ALWAYS: also where a session has set `session_replication_role`, which switches ordinary triggers off.
ALTER TABLE log_chunk ENABLE ALWAYS TRIGGER log_chunk_update;
ALTER TABLE log_chunk ENABLE ALWAYS TRIGGER log_chunk_delete;
ALTER TABLE log_chunk ENABLE ALWAYS TRIGGER log_chunk_truncate;
ALTER TABLE log_node ENABLE ALWAYS TRIGGER log_node_update;
ALTER TABLE log_node ENABLE ALWAYS TRIGGER log_node_delete;
ALTER TABLE log_node ENABLE ALWAYS TRIGGER log_node_truncate;
ALTER TABLE log_head ENABLE ALWAYS TRIGGER log_head_update;
ALTER TABLE log_head ENABLE ALWAYS TRIGGER log_head_delete;
ALTER TABLE log_head ENABLE ALWAYS TRIGGER log_head_truncate;
--:both
