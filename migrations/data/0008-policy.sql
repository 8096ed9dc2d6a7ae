-- Privileges: asked for by one, granted by another, reviewed by a third; and access in an emergency. Who is who stands in ids
-- only; what somebody wrote as a reason is sealed.

CREATE TABLE privilege_request (
    tenant     TEXT NOT NULL,
    request    BLOB NOT NULL,
    -- Who gains by it.
    account    BLOB NOT NULL,
    role       TEXT NOT NULL,
    -- Of a closed list.
    reason     TEXT NOT NULL,
    -- More about it, sealed.
    note       BLOB,
    asked_by   BLOB NOT NULL,
    asked_at   INTEGER NOT NULL,
    -- The privilege ends then by itself; NULL: when it is ended.
    ends_at    INTEGER,
    state      TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused')),
    decided_by BLOB,
    decided_at INTEGER,
    PRIMARY KEY (tenant, request),
    -- The second person is a second person, whatever a program does.
    CHECK (decided_by IS NULL OR (decided_by <> asked_by AND decided_by <> account))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX privilege_request_open ON privilege_request (tenant, account, role) WHERE state = 'open';
CREATE INDEX privilege_request_at ON privilege_request (tenant, asked_at);

CREATE TABLE role_assignment (
    tenant        TEXT NOT NULL,
    assignment    BLOB NOT NULL,
    account       BLOB NOT NULL,
    role          TEXT NOT NULL,
    since         INTEGER NOT NULL,
    ends_at       INTEGER,
    -- Who asked for it and who approved; both NULL where the installation itself appointed somebody.
    granted_by    BLOB,
    approved_by   BLOB,
    -- From then on it does not count, until somebody confirms it.
    review_due_at INTEGER NOT NULL,
    reviewed_by   BLOB,
    reviewed_at   INTEGER,
    ended_at      INTEGER,
    ended_why     TEXT CHECK (ended_why IN ('ended', 'not_confirmed', 'overdue', 'expired')),
    PRIMARY KEY (tenant, assignment),
    CHECK (reviewed_by IS NULL OR reviewed_by <> account)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX role_assignment_live ON role_assignment (tenant, account, role) WHERE ended_at IS NULL;
CREATE INDEX role_assignment_due ON role_assignment (tenant, review_due_at);

CREATE TABLE break_glass (
    tenant        TEXT NOT NULL,
    glass         BLOB NOT NULL,
    account       BLOB NOT NULL,
    role          TEXT NOT NULL,
    person        BLOB NOT NULL,
    reason        TEXT NOT NULL,
    note          BLOB,
    asked_at      INTEGER NOT NULL,
    lasts         INTEGER NOT NULL,
    -- NULL while the second person has not agreed.
    opened_at     INTEGER,
    until         INTEGER,
    second_by     BLOB,
    review_due_at INTEGER NOT NULL,
    reviewed_by   BLOB,
    reviewed_at   INTEGER,
    verdict       TEXT CHECK (verdict IN ('justified', 'not_justified')),
    PRIMARY KEY (tenant, glass),
    CHECK (second_by IS NULL OR second_by <> account),
    CHECK (reviewed_by IS NULL OR (reviewed_by <> account AND (second_by IS NULL OR reviewed_by <> second_by)))
) STRICT, WITHOUT ROWID;
CREATE INDEX break_glass_account ON break_glass (tenant, account, until);
CREATE INDEX break_glass_due ON break_glass (tenant, review_due_at);
