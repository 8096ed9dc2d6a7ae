-- Tenants and the tokens that act for them. A token's secret half is never stored, only its SHA-256.

CREATE TABLE tenant (
    tenant     TEXT NOT NULL,
    region     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant)
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    id          BLOB NOT NULL,
    tenant      TEXT NOT NULL,
    hash        BLOB NOT NULL,
    role        TEXT NOT NULL,
    -- The one person the token is about, for the role `person`.
    person      BLOB,
    -- JSON: collections, classes, write; NULL means what the role allows.
    scope       TEXT,
    label       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    revoked_at  INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_tenant ON token (tenant, id);
