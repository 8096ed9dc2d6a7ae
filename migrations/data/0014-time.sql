-- What must stay although its time is over or somebody would have it go, and what was destroyed because its time was over
-- (docs/concepts/retention.md).

CREATE TABLE legal_hold (
    tenant     TEXT NOT NULL,
    hold       BLOB NOT NULL,
    scope      TEXT NOT NULL CHECK (scope IN ('tenant', 'person', 'collection')),
    person     BLOB,
    collection TEXT,
    -- Why, in words, sealed under the tenant's key: nobody whom it holds is told.
    reason     BLOB NOT NULL,
    placed_by  TEXT NOT NULL,
    placed_at  INTEGER NOT NULL,
    -- NULL: until it is lifted.
    until      INTEGER,
    lifted_by  TEXT,
    lifted_at  INTEGER,
    PRIMARY KEY (tenant, hold)
) STRICT, WITHOUT ROWID;
CREATE INDEX legal_hold_live ON legal_hold (tenant) WHERE lifted_at IS NULL;

-- One pass over what is kept.
CREATE TABLE retention_run (
    tenant   TEXT NOT NULL,
    run      BLOB NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    -- The last person that it is done with: where it goes on.
    done_to  BLOB,
    PRIMARY KEY (tenant, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX retention_run_began ON retention_run (tenant, began_at);

-- What a pass found, by collection; `files` for files.
CREATE TABLE retention_tally (
    tenant     TEXT NOT NULL,
    run        BLOB NOT NULL,
    collection TEXT NOT NULL,
    -- In their time still.
    kept       INTEGER NOT NULL,
    -- Past it, and stopped by a hold.
    held       INTEGER NOT NULL,
    destroyed  INTEGER NOT NULL,
    PRIMARY KEY (tenant, run, collection)
) STRICT, WITHOUT ROWID;
