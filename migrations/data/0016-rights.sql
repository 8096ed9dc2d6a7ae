-- Requests of data subjects (docs/concepts/rights.md): what was asked for, what happened to it, and what came of it. What is written in
-- words is sealed under the person's own keys.

CREATE TABLE rights_request (
    tenant       TEXT NOT NULL,
    request      BLOB NOT NULL,
    -- NULL once they are erased: what is left says nothing about whom.
    person       BLOB,
    kind         TEXT NOT NULL,
    -- Which rule pack counts; NULL where no law sets a time.
    law          TEXT,
    pack         INTEGER,
    received_at  INTEGER NOT NULL,
    -- The day where the house answers: clocks count from it.
    received_day TEXT NOT NULL,
    -- The language of what the person is told.
    lang         TEXT NOT NULL,
    -- Follows from the events.
    state        TEXT NOT NULL CHECK (state IN ('received', 'confirmed', 'in_progress', 'extended', 'answered', 'refused', 'withdrawn', 'erased')),
    -- The number of the newest event; the request itself is 0.
    seq          INTEGER NOT NULL,
    -- The step that is due next, its last day, and the moment from which it is too late.
    due_step     TEXT,
    due_day      TEXT,
    due_at       INTEGER,
    closed_at    INTEGER,
    PRIMARY KEY (tenant, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX rights_request_person ON rights_request (tenant, person, received_at);
CREATE INDEX rights_request_due ON rights_request (tenant, due_at, received_at) WHERE closed_at IS NULL;

-- What happened to a request. Never changed; goes with the person.
CREATE TABLE rights_event (
    tenant  TEXT NOT NULL,
    person  BLOB NOT NULL,
    request BLOB NOT NULL,
    seq     INTEGER NOT NULL,
    what    TEXT NOT NULL CHECK (what IN ('received', 'confirmed', 'begun', 'extended', 'answered', 'refused', 'withdrawn', 'lifted')),
    at      INTEGER NOT NULL,
    day     TEXT NOT NULL,
    -- The account that did it, where one did.
    account BLOB,
    -- The version of the record that a correction made.
    version INTEGER,
    -- What was asked, or said to the person, sealed (docs/formats/sealed-record.md).
    sealed  BLOB,
    PRIMARY KEY (tenant, person, request, seq)
) STRICT;

-- What a person had limited: nothing is done with their data (restriction), or nothing for one purpose (objection).
CREATE TABLE consent_limit (
    tenant     TEXT NOT NULL,
    person     BLOB NOT NULL,
    -- The request that it came of.
    request    BLOB NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('restriction', 'objection')),
    -- Only this collection; NULL for everything.
    collection TEXT,
    -- Only for this purpose; NULL for every one.
    purpose    TEXT,
    since      INTEGER NOT NULL,
    lifted_at  INTEGER,
    PRIMARY KEY (tenant, person, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_limit_standing ON consent_limit (tenant, person) WHERE lifted_at IS NULL;
