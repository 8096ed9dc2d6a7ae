-- What people are asked, what they answered, and what they let whom do (docs/concepts/consent.md). Collections, fields, verbs and
-- purposes are names of the register and of closed lists; what is written in words is sealed under the tenant's key.

CREATE TABLE consent_request (
    tenant       TEXT NOT NULL,
    request      BLOB NOT NULL,
    -- Goes up by one; a version is never changed.
    version      INTEGER NOT NULL,
    asker_kind   TEXT NOT NULL CHECK (asker_kind IN ('app', 'account')),
    asker        BLOB NOT NULL,
    -- SHA-256 of what is asked, without number and time: the same question is the same version.
    digest       BLOB NOT NULL,
    -- The signed request (a JWS with the notice in it), sealed.
    sealed       BLOB NOT NULL,
    published_at INTEGER NOT NULL,
    closed_at    INTEGER,
    PRIMARY KEY (tenant, request, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_request_asker ON consent_request (tenant, asker, request);
CREATE INDEX consent_request_digest ON consent_request (tenant, asker, digest);

-- One request that reached one person.
CREATE TABLE consent_asking (
    tenant      TEXT NOT NULL,
    asking      BLOB NOT NULL,
    person      BLOB NOT NULL,
    request     BLOB NOT NULL,
    version     INTEGER NOT NULL,
    asker       BLOB NOT NULL,
    -- How it came: by a link, a letter, the portal's inbox, an app's sign-in.
    way         TEXT NOT NULL CHECK (way IN ('link', 'mail', 'inbox', 'oauth')),
    state       TEXT NOT NULL CHECK (state IN ('open', 'deferred', 'granted', 'refused', 'lapsed')),
    asked_at    INTEGER NOT NULL,
    -- Deferred: shown again from then on.
    again_at    INTEGER,
    -- Not answered by then: lapsed.
    expires_at  INTEGER NOT NULL,
    answered_at INTEGER,
    grant_id    BLOB,
    PRIMARY KEY (tenant, person, asking)
) STRICT, WITHOUT ROWID;
-- One open question of one asker at a time.
CREATE UNIQUE INDEX consent_asking_open ON consent_asking (tenant, person, asker) WHERE state IN ('open', 'deferred');
CREATE INDEX consent_asking_asker ON consent_asking (tenant, asker, asked_at);
CREATE INDEX consent_asking_end ON consent_asking (expires_at) WHERE state IN ('open', 'deferred');

CREATE TABLE consent_grant (
    tenant       TEXT NOT NULL,
    person       BLOB NOT NULL,
    grant_id     BLOB NOT NULL,
    grantee_kind TEXT NOT NULL CHECK (grantee_kind IN ('app', 'account')),
    grantee      BLOB NOT NULL,
    -- JSON: purposes, collections, verbs, fields.
    terms        TEXT NOT NULL,
    -- Goes up with every change.
    epoch        INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('active', 'withdrawn', 'expired', 'replaced', 'ended')),
    -- The account that said yes: the person's own, or a proxy's.
    given_by     BLOB,
    given_at     INTEGER NOT NULL,
    until        INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    reminded_at  INTEGER,
    -- What was answered; NULL for a proxy, whom nobody asked.
    request      BLOB,
    version      INTEGER,
    -- 1: acts as the person does, within the terms.
    proxy        INTEGER NOT NULL,
    PRIMARY KEY (tenant, person, grant_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_grant_id ON consent_grant (tenant, grant_id);
CREATE INDEX consent_grant_grantee ON consent_grant (tenant, grantee, state);
CREATE INDEX consent_grant_end ON consent_grant (until) WHERE state = 'active';

-- What happened to a grant, with its receipt. Never changed; goes with the person.
CREATE TABLE consent_event (
    tenant   TEXT NOT NULL,
    person   BLOB NOT NULL,
    grant_id BLOB NOT NULL,
    epoch    INTEGER NOT NULL,
    what     TEXT NOT NULL CHECK (what IN ('given', 'narrowed', 'withdrawn', 'expired', 'replaced', 'ended')),
    at       INTEGER NOT NULL,
    -- The signed receipt (a JWS), sealed; only where the person did something.
    receipt  BLOB,
    PRIMARY KEY (tenant, person, grant_id, epoch)
) STRICT, WITHOUT ROWID;

-- Before this, apps were let in without a request, a notice and a receipt. They ask anew.
UPDATE oauth_grant SET state = 'ended', epoch = epoch + 1, ended_at = created_at WHERE person IS NOT NULL AND state = 'active';
