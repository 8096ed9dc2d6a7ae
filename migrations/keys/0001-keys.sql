-- The key store: wrapped keys only, apart from the data (docs/concepts/keys.md, docs/formats/key-store.md).
-- class and kind are the codes of the sealed formats; times are microseconds since 1970-01-01T00:00:00Z.

-- The root key, sealed by a backend. Nothing else here opens without one of these rows and the backend's secret.
CREATE TABLE root_key (
    generation  INTEGER NOT NULL PRIMARY KEY,
    environment TEXT    NOT NULL,
    backend     TEXT    NOT NULL,
    sealed      BLOB    NOT NULL,
    made_at     INTEGER NOT NULL,
    -- Set when a newer generation took over: from then on nothing new may hang under this one.
    retired_at  INTEGER
) STRICT;

-- Key-encryption keys. parent: the root key's generation.
CREATE TABLE kek (
    tenant     TEXT    NOT NULL,
    region     TEXT    NOT NULL,
    class      INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    parent     INTEGER NOT NULL,
    wrapped    BLOB    NOT NULL,
    made_at    INTEGER NOT NULL,
    retired_at INTEGER,
    PRIMARY KEY (tenant, region, class, generation)
) STRICT, WITHOUT ROWID;

-- Keys that belong to a tenant as a whole. parent: the generation of the key-encryption key of (tenant, region, class).
CREATE TABLE tenant_key (
    tenant     TEXT    NOT NULL,
    kind       INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    region     TEXT    NOT NULL,
    class      INTEGER NOT NULL,
    parent     INTEGER NOT NULL,
    -- NULL once the secret half is destroyed; the public half of a signing key stays, so that old signatures verify.
    wrapped    BLOB,
    public     BLOB,
    made_at    INTEGER NOT NULL,
    retired_at INTEGER,
    PRIMARY KEY (tenant, kind, generation)
) STRICT, WITHOUT ROWID;

-- One row for each person who ever had a key. It outlives the keys: gone_at says that they are destroyed and never come again.
CREATE TABLE person (
    tenant  TEXT NOT NULL,
    person  BLOB NOT NULL,
    gone_at INTEGER,
    PRIMARY KEY (tenant, person)
) STRICT, WITHOUT ROWID;

-- Person keys. parent: as in tenant_key. Nothing but the primary key is indexed: rows go in at the rate of an import.
CREATE TABLE person_key (
    tenant     TEXT    NOT NULL,
    person     BLOB    NOT NULL,
    class      INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    region     TEXT    NOT NULL,
    parent     INTEGER NOT NULL,
    wrapped    BLOB    NOT NULL,
    made_at    INTEGER NOT NULL,
    PRIMARY KEY (tenant, person, class, generation)
) STRICT, WITHOUT ROWID;

-- Where each tenant's log stood last, kept outside the data database: a log that is shorter or other than this was rolled back.
CREATE TABLE anchor (
    tenant     TEXT    NOT NULL PRIMARY KEY,
    size       INTEGER NOT NULL,
    root       BLOB    NOT NULL,
    checkpoint TEXT    NOT NULL,
    at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
