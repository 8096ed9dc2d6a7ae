-- Requests to delete everything about a person: they wait, in case somebody changes their mind, and leave a certificate behind
-- that names nobody (docs/concepts/deletion.md).

CREATE TABLE erasure (
    tenant      TEXT NOT NULL,
    erasure     BLOB NOT NULL,
    -- NULL once it is done: what is left says nothing about whom.
    person      BLOB,
    -- SHA-256 of the secret in the link that leads to the certificate.
    digest      BLOB NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'called_off')),
    asked_at    INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    done_at     INTEGER,
    -- The signed certificate (a JWS).
    certificate TEXT,
    PRIMARY KEY (tenant, erasure)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX erasure_digest ON erasure (digest);
CREATE INDEX erasure_due ON erasure (due_at) WHERE state = 'waiting';
-- One at a time.
CREATE UNIQUE INDEX erasure_waiting ON erasure (tenant, person) WHERE state = 'waiting';
