-- Accounts and how they prove themselves. Addresses, names and secrets are sealed under the tenant's key and found by keyed
-- digests; what is only compared (a session's, a link's, a code's secret: 128 random bits or more) is kept as SHA-256.

CREATE TABLE account (
    tenant       TEXT NOT NULL,
    account      BLOB NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('person', 'staff')),
    -- The person whose account it is.
    person       BLOB,
    role         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('invited', 'unverified', 'active', 'stopped')),
    email        BLOB NOT NULL,
    email_digest BLOB NOT NULL,
    name         BLOB NOT NULL,
    language     TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (tenant, account)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX account_email ON account (tenant, email_digest);
CREATE UNIQUE INDEX account_person ON account (tenant, person);

CREATE TABLE password (
    tenant     TEXT NOT NULL,
    account    BLOB NOT NULL,
    -- The Argon2id hash in its text form, sealed: a stolen database alone gives nothing to guess at.
    sealed     BLOB NOT NULL,
    -- 1: long enough to be the only factor.
    alone      INTEGER NOT NULL CHECK (alone IN (0, 1)),
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, account)
) STRICT, WITHOUT ROWID;

-- Second factors, and passkeys, which are two in one.
CREATE TABLE factor (
    tenant     TEXT NOT NULL,
    account    BLOB NOT NULL,
    factor     BLOB NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('totp', 'passkey', 'recovery')),
    -- A TOTP secret or a passkey's public key; a recovery code has none.
    sealed     BLOB,
    -- A passkey's id, keyed; a recovery code, SHA-256.
    digest     BLOB,
    name       BLOB,
    -- The last time step that was used; a passkey's counter.
    last       INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER,
    PRIMARY KEY (tenant, account, factor)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX factor_digest ON factor (tenant, kind, digest);

-- The name of a session says nothing without its secret half.
CREATE TABLE session (
    session    BLOB NOT NULL,
    tenant     TEXT NOT NULL,
    account    BLOB NOT NULL,
    hash       BLOB NOT NULL,
    assurance  TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    -- Over when nothing came until then.
    idle_at    INTEGER NOT NULL,
    -- Over then, whatever came.
    ends_at    INTEGER NOT NULL,
    -- Until then it may change what matters.
    fresh_at   INTEGER NOT NULL,
    name       BLOB,
    ended_at   INTEGER,
    PRIMARY KEY (session)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (tenant, account, session);

-- A sign-in or another proof under way. Never a session: that is made when all is proven, with a name of its own.
CREATE TABLE ticket (
    ticket     BLOB NOT NULL,
    tenant     TEXT NOT NULL,
    hash       BLOB NOT NULL,
    kind       TEXT NOT NULL,
    account    BLOB,
    session    BLOB,
    -- What must be remembered until the answer comes: a challenge, a new secret.
    sealed     BLOB,
    failures   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    PRIMARY KEY (ticket)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_ends ON ticket (ends_at);

-- Links that were sent by mail: each works once.
CREATE TABLE link (
    tenant     TEXT NOT NULL,
    hash       BLOB NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('verify', 'invite', 'reset')),
    account    BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    used_at    INTEGER,
    PRIMARY KEY (tenant, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_account ON link (tenant, account, kind);

-- A device that an account signed in on before; guesses from elsewhere do not slow it down.
CREATE TABLE device (
    tenant     TEXT NOT NULL,
    account    BLOB NOT NULL,
    hash       BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    PRIMARY KEY (tenant, account, hash)
) STRICT, WITHOUT ROWID;

-- Guesses in a row. `who` is a keyed digest of an account, an address, or both.
CREATE TABLE guess (
    tenant   TEXT NOT NULL,
    what     TEXT NOT NULL,
    who      BLOB NOT NULL,
    failures INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    -- No guess before then.
    until    INTEGER NOT NULL,
    PRIMARY KEY (tenant, what, who)
) STRICT, WITHOUT ROWID;
CREATE INDEX guess_last ON guess (last_at);

-- Mail that is not sent yet; a job of the queue names it. It goes when it was sent.
CREATE TABLE letter (
    tenant     TEXT NOT NULL,
    letter     BLOB NOT NULL,
    account    BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, letter)
) STRICT, WITHOUT ROWID;
