-- A new generation of a person's key takes over: what was sealed under the old one is sealed again.

-- Below which generation nothing of a class may be sealed any more about a person. Every commit that seals something looks
-- here, so that a node which has not heard of the new generation puts nothing under the old one.
CREATE TABLE key_floor (
    tenant     TEXT NOT NULL,
    person     BLOB NOT NULL,
    class      INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    PRIMARY KEY (tenant, person, class)
) STRICT, WITHOUT ROWID;

-- Where the file's bytes lie since they were sealed again: objects are never changed, so it is another one. NULL: under the
-- file's own id.
ALTER TABLE file ADD COLUMN object BLOB;
