-- Recovery points that are to be destroyed before their time: proposed, agreed to by two accounts, carried out after a delay
-- (docs/concepts/backup.md).
CREATE TABLE continuity_destruction (
    destruction  BLOB    NOT NULL PRIMARY KEY,
    -- Their names, apart by spaces; empty: all that were made until it was proposed.
    points       TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    proposed_at  INTEGER NOT NULL,
    -- Two accounts; whoever proposes with one is the first.
    first_by     BLOB,
    first_at     INTEGER,
    second_by    BLOB CHECK (second_by <> first_by),
    second_at    INTEGER,
    -- From when on it may be done.
    due_at       INTEGER,
    cancelled_at INTEGER,
    -- Since when it is being done, and cannot be called off.
    begun_at     INTEGER,
    done_at      INTEGER,
    -- How many recovery points went.
    gone         INTEGER
) STRICT, WITHOUT ROWID;

-- How many days recovery points are kept; fewer count only a delay after they were first wanted.
CREATE TABLE continuity_keep (
    id           INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    days         INTEGER NOT NULL,
    wanted       INTEGER,
    wanted_since INTEGER
) STRICT;
