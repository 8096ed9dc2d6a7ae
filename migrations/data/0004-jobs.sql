-- The job queue. A claimed job is one that is due again when its lease runs out, so a worker that dies needs no cleaning up.
-- Payloads hold ids and counters only, nothing personal: they are not sealed.

CREATE TABLE job (
    tenant       TEXT NOT NULL,
    job          BLOB NOT NULL,
    kind         TEXT NOT NULL,
    -- At most one job of a kind has this key; NULL: any number.
    dedupe       TEXT,
    -- 1: the key stays taken after the job is done (a tick of a schedule); 0: it is free again.
    once         INTEGER NOT NULL CHECK (once IN (0, 1)),
    payload      BLOB NOT NULL,
    -- 0 open, 1 done, 2 dead.
    state        INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
    created_at   INTEGER NOT NULL,
    -- Open: when it may be claimed. Done or dead: since when.
    due_at       INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    attempts_max INTEGER NOT NULL,
    -- Whose claim it is; a worker that lost its lease cannot complete the job.
    lease        BLOB,
    -- Why the last attempt failed, without data of anybody.
    error        TEXT,
    PRIMARY KEY (tenant, job)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX job_dedupe ON job (tenant, kind, dedupe);
CREATE INDEX job_due ON job (state, due_at);
CREATE INDEX job_lease ON job (lease);
