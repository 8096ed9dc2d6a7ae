-- Apps, what people let them do, and the codes and tokens that come of it (docs/concepts/oauth.md). Of a secret, a code or a token
-- only a digest is kept. `sealed` columns are sealed under the tenant's key for what proves who somebody is.

CREATE TABLE app (
    -- The client id; it is unique over all tenants, so that one issuer serves them all.
    app           BLOB NOT NULL,
    tenant        TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('in_review', 'active', 'refused', 'stopped')),
    -- Goes up when the app is stopped: tokens of before are then none.
    epoch         INTEGER NOT NULL,
    -- JSON: how it proves itself, addresses, scopes, purposes.
    settings      TEXT NOT NULL,
    -- Sealed JSON: its name, whom to ask.
    about         BLOB NOT NULL,
    -- Actor ids; the second is never the first.
    registered_by TEXT NOT NULL,
    reviewed_by   TEXT,
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    PRIMARY KEY (app)
) STRICT, WITHOUT ROWID;
CREATE INDEX app_tenant ON app (tenant, app);

CREATE TABLE app_secret (
    app        BLOB NOT NULL,
    digest     BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    -- Set when a newer one was made: until then both are valid.
    expires_at INTEGER,
    PRIMARY KEY (app, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE oauth_grant (
    tenant      TEXT NOT NULL,
    grant_id    BLOB NOT NULL,
    app         BLOB NOT NULL,
    account     BLOB NOT NULL,
    -- Whose data, where the scopes reach any.
    person      BLOB,
    scopes      TEXT NOT NULL,
    purposes    TEXT NOT NULL,
    -- Goes up with every change: tokens of before are then none.
    epoch       INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('active', 'ended')),
    created_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    PRIMARY KEY (tenant, grant_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_grant_account ON oauth_grant (tenant, account, app);
CREATE INDEX oauth_grant_person ON oauth_grant (tenant, person);

-- Authorization requests that were pushed, or that wait for somebody to sign in and answer.
CREATE TABLE oauth_request (
    digest     BLOB NOT NULL,
    tenant     TEXT NOT NULL,
    app        BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    PRIMARY KEY (digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_request_end ON oauth_request (expires_at);

CREATE TABLE oauth_code (
    digest      BLOB NOT NULL,
    tenant      TEXT NOT NULL,
    app         BLOB NOT NULL,
    grant_id    BLOB NOT NULL,
    grant_epoch INTEGER NOT NULL,
    -- Sealed JSON: address, challenge, nonce, bound key, when and how the account signed in.
    sealed      BLOB NOT NULL,
    -- What comes of it: a code that comes twice ends this.
    family      BLOB NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER,
    PRIMARY KEY (digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_code_end ON oauth_code (expires_at);

-- Everything that came of one code: its refresh tokens, one after the other, and their access tokens.
CREATE TABLE oauth_family (
    family      BLOB NOT NULL,
    tenant      TEXT NOT NULL,
    app         BLOB NOT NULL,
    app_epoch   INTEGER NOT NULL,
    grant_id    BLOB NOT NULL,
    grant_epoch INTEGER NOT NULL,
    scopes      TEXT NOT NULL,
    -- The thumbprint of the key that the tokens are bound to (DPoP).
    jkt         BLOB,
    -- Which refresh token is the present one, and up to which one a use was seen.
    generation  INTEGER NOT NULL,
    confirmed   INTEGER NOT NULL,
    -- 1: each refresh makes a new one; 0: it stays (FAPI 2.0).
    rotates     INTEGER NOT NULL,
    -- 1: there are refresh tokens.
    refreshes   INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    -- Slides with each refresh.
    expires_at  INTEGER NOT NULL,
    -- Never slides.
    latest_at   INTEGER NOT NULL,
    ended_at    INTEGER,
    PRIMARY KEY (family)
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_family_end ON oauth_family (latest_at);

CREATE TABLE oauth_token (
    digest      BLOB NOT NULL,
    tenant      TEXT NOT NULL,
    app         BLOB NOT NULL,
    app_epoch   INTEGER NOT NULL,
    -- NULL for a token that an app got for itself.
    grant_id    BLOB,
    grant_epoch INTEGER,
    family      BLOB,
    generation  INTEGER,
    scopes      TEXT NOT NULL,
    jkt         BLOB,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    PRIMARY KEY (digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_token_end ON oauth_token (expires_at);

-- Proofs and assertions that were seen: each counts once.
CREATE TABLE oauth_seen (
    digest     BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_seen_end ON oauth_seen (expires_at);

-- The keys that sign tokens, of the installation. Public halves are shown to anybody.
CREATE TABLE signing_key (
    kid          TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('next', 'current', 'previous')),
    public_key   TEXT NOT NULL,
    sealed       BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    -- Since when it is in its state.
    changed_at   INTEGER NOT NULL,
    PRIMARY KEY (kid)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX signing_key_state ON signing_key (state);
