-- What each node says of itself every few seconds, so that any of them knows of all (docs/guides/high-availability.md).
CREATE TABLE continuity_node (
    -- Its machine and port.
    node      TEXT    NOT NULL PRIMARY KEY,
    program   TEXT    NOT NULL,
    since     INTEGER NOT NULL,
    heard_at  INTEGER NOT NULL,
    -- Why it is not ready; NULL: it is.
    not_ready TEXT,
    -- What it does for what leaves between two recovery points, in a stable word.
    sends     TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
