-- Since when a file waits to be sent, between two recovery points: its object lies in no backup yet. NULL: it is sent, or in a point, or there
-- are no backups.
ALTER TABLE file ADD COLUMN unsent INTEGER;
CREATE INDEX file_unsent ON file (unsent) WHERE unsent IS NOT NULL;
