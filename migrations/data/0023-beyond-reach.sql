-- What a certificate promises of backups of the keys: how many persons' keys must be in none of them any more, in the order in which they
-- were destroyed, for this one to be beyond everybody's reach. NULL where it is so, or nothing is promised.
ALTER TABLE erasure ADD COLUMN gone INTEGER;
CREATE INDEX erasure_within_reach ON erasure (gone) WHERE gone IS NOT NULL;
