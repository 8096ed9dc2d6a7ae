-- What a failover drill writes while it runs, to see afterwards whether everything that was acknowledged is there. Removed at its end.
CREATE TABLE continuity_beat (
    drill  BLOB    NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (drill, number)
) STRICT, WITHOUT ROWID;
