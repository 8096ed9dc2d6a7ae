-- What continuity did by the clock or by hand, and how it ended: recovery points, pruning, drills (docs/concepts/backup.md).
CREATE TABLE continuity_run (
    kind     TEXT    NOT NULL,
    -- Counted from 1 within the kind: of two nodes that begin the same one, the second finds it taken.
    number   INTEGER NOT NULL,
    begun_at INTEGER NOT NULL,
    -- Goes up while somebody works on it; one that stands still was left.
    alive_at INTEGER NOT NULL,
    ended_at INTEGER,
    -- 1: as it must be; 0: not. NULL while it runs.
    held     INTEGER,
    -- Why not, by its stable code.
    code     TEXT,
    -- The recovery point's name in the repository.
    point    TEXT,
    -- Microseconds between the newest thing that came back and the moment of the loss, and from the beginning until it could serve.
    rpo      INTEGER,
    rto      INTEGER,
    -- How much was made, compared or removed.
    amount   INTEGER,
    PRIMARY KEY (kind, number)
) STRICT, WITHOUT ROWID;
