-- What of a person a request to delete is about: '' everything, 'kind/NAME' the records of a collection, 'record/NAME/HANDLE' one
-- record by its keyed handle, 'files' or 'file/ID' (docs/concepts/deletion.md).
ALTER TABLE erasure ADD COLUMN part TEXT NOT NULL DEFAULT '';
-- One at a time of each.
DROP INDEX erasure_waiting;
CREATE UNIQUE INDEX erasure_waiting ON erasure (tenant, person, part) WHERE state = 'waiting';
