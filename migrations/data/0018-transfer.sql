-- What people had sent to other providers (docs/concepts/take-along.md). It stays until the person is deleted: who got what.

CREATE TABLE transfer (
    tenant   TEXT NOT NULL,
    person   BLOB NOT NULL,
    transfer BLOB NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'stopped')),
    -- A name of the configuration, and what they were called then.
    provider TEXT NOT NULL,
    title    TEXT NOT NULL,
    -- SHA-256 of their address: what the log says.
    address  BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    ended_at INTEGER,
    -- Resources that are there; and those that are not, as JSON by type.
    sent     INTEGER NOT NULL DEFAULT 0,
    left_out TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant, person, transfer)
) STRICT, WITHOUT ROWID;
