-- Bulk exports (docs/concepts/fhir.md): what is to be taken out is laid down here, and opened when it is fetched. No copy is kept.

CREATE TABLE bulk_export (
    tenant     TEXT NOT NULL,
    bulk       BLOB NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'failed')),
    -- Who asked, as the log calls them: nobody else fetches it.
    owner      TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    -- 1: what is about nobody too.
    whole      INTEGER NOT NULL,
    -- Types, with commas between them.
    kinds      TEXT NOT NULL,
    -- Only what was written after this, and nothing that was written after asked_at.
    since      INTEGER,
    request    TEXT NOT NULL,
    asked_at   INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- Persons looked at so far, and those who are left out.
    persons    INTEGER NOT NULL,
    left_out   INTEGER NOT NULL,
    PRIMARY KEY (tenant, bulk)
) STRICT, WITHOUT ROWID;
CREATE INDEX bulk_export_end ON bulk_export (expires_at);

-- Its files: the resources of one type about the persons behind `behind` (NULL: from the first) up to `upto`.
CREATE TABLE bulk_part (
    tenant TEXT NOT NULL,
    bulk   BLOB NOT NULL,
    part   INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    behind BLOB,
    upto   BLOB NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (tenant, bulk, part)
) STRICT, WITHOUT ROWID;

-- The end of a tenant's contract (docs/concepts/contract-end.md). The row outlives everything else of the tenant.
CREATE TABLE contract_end (
    tenant       TEXT NOT NULL PRIMARY KEY,
    state        TEXT NOT NULL CHECK (state IN ('noted', 'destroying', 'destroyed')),
    -- From here on nothing new is stored.
    ends_at      INTEGER NOT NULL,
    -- From here on everything goes.
    goes_at      INTEGER NOT NULL,
    noted_at     INTEGER NOT NULL,
    destroyed_at INTEGER,
    certificate  TEXT
) STRICT, WITHOUT ROWID;
