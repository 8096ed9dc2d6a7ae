-- Which entries of the log are about whom: sealed, by block of 65,536 entries and by the first byte of the person's handle
-- (docs/formats/log-storage.md). Derived: what is missing here is read from the entries themselves.

CREATE TABLE log_index (
    tenant TEXT NOT NULL,
    block INTEGER NOT NULL CHECK (block >= 0),
    bucket INTEGER NOT NULL CHECK (bucket BETWEEN 0 AND 255),
    -- Generation of the log key that `sealed` is sealed under.
    generation INTEGER NOT NULL CHECK (generation > 0),
    sealed BLOB NOT NULL,
    PRIMARY KEY (tenant, block, bucket)
) STRICT;
