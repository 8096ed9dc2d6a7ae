-- A database that was restored from a recovery point. While opened_at is NULL nobody is served from it: what was erased and withdrawn
-- since the point is still to be repeated.
CREATE TABLE restored (
    point       BLOB    NOT NULL PRIMARY KEY,
    -- SHA-256 of the point's manifest.
    digest      BLOB    NOT NULL CHECK (length(digest) = 32),
    taken_at    INTEGER NOT NULL,
    restored_at INTEGER NOT NULL,
    opened_at   INTEGER
) STRICT, WITHOUT ROWID;
