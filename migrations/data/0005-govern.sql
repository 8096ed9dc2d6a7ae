-- Evidence: what each check of a promise has said (docs/concepts/promises.md). It holds counts, names of places and of
-- formats; nothing personal, so it is not sealed. Each row's digest stands in the operator's log.

CREATE TABLE evidence (
    check_name TEXT NOT NULL,
    -- 'measure': the real thing. 'drill': broken on purpose, to see the check fail.
    mode TEXT NOT NULL CHECK (mode IN ('measure', 'drill')),
    -- Microseconds since 1970.
    measured_at INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('held', 'did_not_hold', 'not_measured')),
    -- JSON: facts and problems.
    evidence TEXT NOT NULL,
    -- Set right after the commit that wrote both; NULL where the process died in between.
    log_index INTEGER,
    PRIMARY KEY (check_name, mode, measured_at)
) STRICT, WITHOUT ROWID;
