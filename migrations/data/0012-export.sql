-- Archives that people take along (docs/concepts/take-along.md). The archive itself is a file of the person, sealed as any other.

CREATE TABLE export (
    tenant     TEXT NOT NULL,
    person     BLOB NOT NULL,
    export     BLOB NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'failed')),
    lang       TEXT NOT NULL,
    -- 1: it opens by a passphrase.
    protected  INTEGER NOT NULL,
    -- The passphrase, sealed; gone as soon as the archive is made.
    passphrase BLOB,
    asked_at   INTEGER NOT NULL,
    made_at    INTEGER,
    expires_at INTEGER NOT NULL,
    file       BLOB,
    bytes      INTEGER,
    records    INTEGER,
    files      INTEGER,
    PRIMARY KEY (tenant, person, export)
) STRICT, WITHOUT ROWID;
CREATE INDEX export_file ON export (tenant, person, file);
CREATE INDEX export_end ON export (expires_at);
