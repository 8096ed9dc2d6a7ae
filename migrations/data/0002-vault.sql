-- People, their records and files. Every key begins with the tenant and, where there is one, the person, so that a
-- distributed PostgreSQL can shard by them. Nothing here says who a person is: names, ids given from outside, media types
-- and file names stand inside sealed columns; what must be found is found by keyed handles.

CREATE TABLE person (
    tenant     TEXT NOT NULL,
    person     BLOB NOT NULL,
    -- What the log calls this person. Erasing the person unlinks it.
    handle     BLOB NOT NULL,
    -- 0 active, 1 erasing, 2 erased.
    state      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- Sealed: the id given from outside, e.g. a FHIR Patient id.
    sealed     BLOB,
    PRIMARY KEY (tenant, person)
) STRICT, WITHOUT ROWID;

-- Ids from outside, by keyed handle: HMAC under the tenant's index key.
CREATE TABLE person_external (
    tenant TEXT NOT NULL,
    token  BLOB NOT NULL,
    person BLOB NOT NULL,
    PRIMARY KEY (tenant, token)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_external_person ON person_external (tenant, person);

-- Tables with large rows keep SQLite's rowid: in a WITHOUT ROWID table a row over a quarter of a page spills into overflow
-- pages, which doubled the file and the write-ahead log when measured.

-- The current version of each record; the parts are framed and sealed inside one blob (docs/formats/sealed-record.md).
CREATE TABLE record (
    tenant     TEXT NOT NULL,
    person     BLOB NOT NULL,
    collection TEXT NOT NULL,
    -- Keyed handle of the record's id.
    rkey       BLOB NOT NULL,
    version    INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    -- Keyed digest of the content: says "unchanged" without opening anything.
    digest     BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    PRIMARY KEY (tenant, person, collection, rkey)
) STRICT;

-- Earlier versions, and the tombstone of a deleted record (sealed is NULL).
CREATE TABLE record_history (
    tenant     TEXT NOT NULL,
    person     BLOB NOT NULL,
    collection TEXT NOT NULL,
    rkey       BLOB NOT NULL,
    version    INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    digest     BLOB NOT NULL,
    sealed     BLOB,
    PRIMARY KEY (tenant, person, collection, rkey, version)
) STRICT;

-- The blind index. `token` is a truncated HMAC; with person scope the person is inside it, so equal values of two people differ.
CREATE TABLE record_index (
    tenant     TEXT NOT NULL,
    collection TEXT NOT NULL,
    token      BLOB NOT NULL,
    person     BLOB NOT NULL,
    rkey       BLOB NOT NULL,
    PRIMARY KEY (tenant, collection, token, person, rkey)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_index_record ON record_index (tenant, person, collection, rkey);

CREATE TABLE file (
    tenant     TEXT NOT NULL,
    person     BLOB NOT NULL,
    file       BLOB NOT NULL,
    -- Bytes of the sealed object; a shorter one is refused before anything is served.
    sealed_len INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    -- Sealed: name, media type, length, digest.
    sealed     BLOB NOT NULL,
    PRIMARY KEY (tenant, person, file)
) STRICT;

-- Answers to requests that carried an Idempotency-Key, sealed under the tenant's key.
CREATE TABLE idempotency (
    tenant     TEXT NOT NULL,
    token      BLOB NOT NULL,
    request    BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, token)
) STRICT;
CREATE INDEX idempotency_expiry ON idempotency (expires_at);
