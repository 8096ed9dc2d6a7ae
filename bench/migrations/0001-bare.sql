-- The bare service: plain rows, and a plain line for each access.
CREATE TABLE record (
    person     TEXT NOT NULL,
    collection TEXT NOT NULL,
    record     TEXT NOT NULL,
    version    INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (person, collection, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE file (
    person     TEXT NOT NULL,
    file       TEXT NOT NULL,
    length     INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    PRIMARY KEY (person, file)
) STRICT, WITHOUT ROWID;

CREATE TABLE access (
    at         INTEGER NOT NULL,
    verb       TEXT NOT NULL,
    person     TEXT,
    collection TEXT,
    record     TEXT
) STRICT;
