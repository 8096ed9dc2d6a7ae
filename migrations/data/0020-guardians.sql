-- Who decides for a person that does not yet, and until when (docs/concepts/guardians.md).

-- Persons who do not decide for themselves yet.
CREATE TABLE consent_minor (
    tenant  TEXT NOT NULL,
    person  BLOB NOT NULL,
    -- The moment from which they do, sealed under the tenant's key: it tells when somebody was born.
    decides BLOB NOT NULL,
    -- The year of it: who is looked at when it is time to tell them.
    year    INTEGER NOT NULL,
    -- Goes up with every change.
    version INTEGER NOT NULL,
    -- How many of the letters about it went out.
    told    INTEGER NOT NULL,
    set_by  TEXT NOT NULL,
    set_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_minor_year ON consent_minor (year) WHERE told < 3;

-- What stands behind a guardian's appointment; the appointment itself is a grant that lets act.
CREATE TABLE consent_guardian (
    tenant       TEXT NOT NULL,
    person       BLOB NOT NULL,
    appointment  BLOB NOT NULL,
    -- What the guardian calls the person, and by what it was shown that they are one: sealed.
    words        BLOB NOT NULL,
    appointed_by TEXT NOT NULL,
    appointed_at INTEGER NOT NULL,
    ended_by     TEXT,
    ended_at     INTEGER,
    -- Why, sealed.
    reason       BLOB,
    PRIMARY KEY (tenant, person, appointment)
) STRICT, WITHOUT ROWID;

-- A guardian's no to a request: no other guardian grants more of it than the terms that are left (NULL: nothing).
CREATE TABLE consent_no (
    tenant  TEXT NOT NULL,
    person  BLOB NOT NULL,
    request BLOB NOT NULL,
    account BLOB NOT NULL,
    terms   TEXT,
    -- Goes up with every change.
    version INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (tenant, person, request, account)
) STRICT, WITHOUT ROWID;

-- The appointment that a grant was given under, an appointment's own id for itself; NULL: by the person.
ALTER TABLE consent_grant ADD COLUMN guardian BLOB;
-- The appointment that it was asked for under; NULL: by the person, or the tenant.
ALTER TABLE erasure ADD COLUMN guardian BLOB;
